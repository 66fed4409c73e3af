"""`pyharness explain`: all that the certificate says of one claim."""

from __future__ import annotations

import argparse
import os
from collections.abc import Mapping, Sequence
from typing import Any

from pyharness.cli.arguments import SANDBOX_EXIT, Commands, add_command, add_project, add_sandbox
from pyharness.cli.inputs import read_certificate, read_project
from pyharness.cli.output import near, print_json, say, standard_output
from pyharness.core.errors import EXIT_OK, EXIT_SANDBOX, EXIT_UNMET, UsageError

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
        summary="Show all that the certificate says of one claim.",
        examples=["relu.extensive", "relu.extensive --json", "relu.identity --replay"],
        exits=_EXITS,
    )
    add_project(parser)
    add_sandbox(parser)
    parser.add_argument("claim", metavar="CLAIM", help="the claim's id")
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
    from pyharness.report import terminal

    project = read_project(options.project)
    if not os.path.lexists(project.certificate):
        raise UsageError(
            f"there is no certificate at {near(project.certificate)} yet; run: pyharness verify"
        )
    certificate = read_certificate(project.certificate)
    if options.replay:
        return _replay(
            terminal.find_claim(certificate, options.claim), project.packs, as_json=options.json
        )
    if options.json:
        print_json(terminal.find_claim(certificate, options.claim))
    else:
        terminal.explain(certificate, options.claim, console=standard_output())
    return EXIT_OK


def _sandboxed(options: argparse.Namespace) -> int:
    from pyharness.cli.sandbox import project_reach, run_sandboxed
    from pyharness.project.settings import load_project

    load_project(options.project)
    return run_sandboxed(options, project_reach(options))


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
