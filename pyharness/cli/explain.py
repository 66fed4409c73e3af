"""`pyharness explain`: all that the certificate says of one claim."""

from __future__ import annotations

import argparse
import os
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

from pyharness.cli.arguments import SANDBOX_EXIT, Commands, add_command, add_project, add_sandbox
from pyharness.cli.inputs import read_certificate, read_project
from pyharness.cli.output import near, print_json, say, standard_output
from pyharness.core.errors import EXIT_OK, EXIT_SANDBOX, EXIT_UNMET, UsageError

if TYPE_CHECKING:
    from pyharness.project.settings import Project

__all__ = ["add", "run"]

_EXITS = {
    EXIT_OK: "the claim is shown; with --replay, it fails on each of its witnesses",
    EXIT_UNMET: "with --replay: it does not fail on one of them",
    EXIT_SANDBOX: SANDBOX_EXIT,
}


def add(commands: Commands) -> None:
    """Add the command to the parser."""
    parser = add_command(
        commands,
        "explain",
        run,
        summary="Show what the certificate says of one claim, and what the claim lacks.",
        examples=[
            "relu.extensive",
            "relu.extensive -v",
            "relu.identity --replay",
            "checkpoint.nearest --certificate model-int8.certificate.json --replay",
        ],
        exits=_EXITS,
    )
    add_project(parser, default=None)
    add_sandbox(parser)
    parser.add_argument(
        "--certificate",
        type=Path,
        metavar="CERT",
        help="a certificate's file, such as an audit's (default: that of the project)",
    )
    parser.add_argument(
        "claim", metavar="CLAIM", help="the id of a claim, or of a statement of several readings"
    )
    parser.add_argument(
        "-v",
        "--verbose",
        action="store_true",
        help="also show tensors with their digests, whole tables, and the proof's tactics",
    )
    parser.add_argument(
        "--replay",
        action="store_true",
        help="evaluate the claim's witnesses again; status 1 if the claim does not fail on one of "
        "them",
    )


def run(options: argparse.Namespace) -> int:
    """Show the claim, or replay its witnesses.

    Raises:
        HarnessError: if there is no certificate, no such claim, or no witness to replay.
    """
    if options.sandbox:
        return _sandboxed(options)
    from pyharness.proofs.library import CHECKPOINT_CLAIMS
    from pyharness.report import terminal

    project = _project(options)
    path = options.certificate or project.certificate
    if not os.path.lexists(path):
        raise UsageError(
            f"there is no file {near(path)}"
            if options.certificate
            else f"there is no certificate at {near(path)} yet; run: pyharness verify"
        )
    certificate = read_certificate(path)
    statements = {item["id"]: item for item in certificate.get("statements", ())}
    if options.replay:
        if options.claim in statements:
            raise UsageError(
                f"{options.claim} has several readings; replay the witness of one of them: "
                f"{', '.join(statements[options.claim]['readings'])}"
            )
        # The claims about checkpoints ship with the harness, whatever the project has.
        packs = [*project.packs, *([CHECKPOINT_CLAIMS] if options.certificate else [])]
        return _replay(
            terminal.find_claim(certificate, options.claim),
            [*dict.fromkeys(packs)],
            as_json=options.json,
        )
    if options.json:
        print_json(statements.get(options.claim) or terminal.find_claim(certificate, options.claim))
    else:
        terminal.explain(
            certificate, options.claim, console=standard_output(), verbose=options.verbose
        )
    return EXIT_OK


def _project(options: argparse.Namespace) -> Project:
    """The project whose packs define what witnesses name: the one that is named or of this folder,
    or, for a certificate outside any, what ships with the harness.
    """
    from pyharness.project.settings import shipped_project

    if options.certificate and not options.project and not os.path.lexists("pyharness.toml"):
        return shipped_project()
    return read_project(options.project or Path(), needs_packs=not options.certificate)


def _sandboxed(options: argparse.Namespace) -> int:
    from pyharness.cli.sandbox import project_reach, run_sandboxed
    from pyharness.project.settings import shipped_project

    readable = []
    if options.certificate:
        options.certificate = options.certificate.resolve()
        readable.append(options.certificate)
    project = _project(options)
    if project == shipped_project():
        raise UsageError("without a project only the harness's own code runs: leave --sandbox away")
    options.project = project.root
    return run_sandboxed(options, project_reach(options, readable=readable))


def _replay(claim: Mapping[str, Any], packs: Sequence[str], *, as_json: bool) -> int:
    from pyharness.pipeline.replay import replay

    replayed = replay(claim, packs)
    if as_json:
        print_json(
            [
                {
                    "predicate": one.witness.predicate,
                    "inputs": one.witness.inputs,
                    "says": one.says,
                    "fails": one.fails,
                }
                for one in replayed
            ]
        )
    else:
        say(f"{claim['id']}: {claim['statement']}")
        for one in replayed:
            answer = (
                "False: the claim fails here"
                if one.fails
                else "True: the claim holds here, so this is no witness"
            )
            for line in (
                "",
                one.witness.predicate,
                f"  asks: {one.says}",
                f"  of: {dict(one.witness.inputs)}",
                f"  {answer}",
            ):
                say(line)
    return EXIT_OK if all(one.fails for one in replayed) else EXIT_UNMET
