"""`pyharness diff`: what changed from one certificate to another."""

from __future__ import annotations

import argparse
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import TYPE_CHECKING, Any

from pyharness.cli.arguments import Commands, add_command
from pyharness.cli.inputs import read_certificate
from pyharness.cli.output import print_json, say
from pyharness.core.errors import EXIT_OK, EXIT_UNMET
from pyharness.core.text import many

if TYPE_CHECKING:
    from pyharness.certificate.diff import Change

__all__ = ["add", "run"]


def add(commands: Commands) -> None:
    """Add the command to the parser."""
    parser = add_command(
        commands,
        "diff",
        run,
        summary="Say what changed from one certificate to another.",
        examples=["old.json new.json"],
        exits={EXIT_OK: "nothing differs", EXIT_UNMET: "something does"},
    )
    parser.add_argument("old", type=Path, metavar="OLD", help="the earlier certificate")
    parser.add_argument("new", type=Path, metavar="NEW", help="the later certificate")


def run(options: argparse.Namespace) -> int:
    """Print each difference.

    Raises:
        DocumentError: if a certificate cannot be read.
    """
    from pyharness.certificate.diff import compare

    old, new = read_certificate(options.old), read_certificate(options.new)
    changes = [
        *_unsound("old", old),
        *_unsound("new", new),
        *compare(old, new),
    ]
    if options.json:
        print_json(
            [
                {
                    "claim": change.claim,
                    "kind": change.kind,
                    "words": change.words,
                    "loss": change.loss,
                }
                for change in changes
            ]
        )
    else:
        for change in changes:
            say(f"{change.kind:12}{change}")
        say(many(len(changes), "difference") if changes else "nothing differs")
    return EXIT_UNMET if changes else EXIT_OK


def _unsound(which: str, certificate: Mapping[str, Any]) -> Iterator[Change]:
    """Yield why a certificate is not to be compared with."""
    from pyharness.certificate.check import contradictions
    from pyharness.certificate.diff import Change

    if not certificate["claims"]:
        yield Change("", "certificate", f"the {which} certificate has no claims")
    for finding in contradictions(certificate):
        yield Change("", "certificate", f"the {which} certificate: {finding}")
