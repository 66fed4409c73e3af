"""The command line: a module for each command, and what the commands share."""

from __future__ import annotations

import argparse
import io
import json
import os
import sys
from collections.abc import Sequence

from pyharness import __version__
from pyharness.cli import (
    check,
    diff,
    doctor,
    evidence,
    explain,
    gate,
    init,
    pin,
    report,
    sign,
    status,
    verify,
)
from pyharness.cli.arguments import EXIT_INTERRUPTED, SANDBOX_EXIT, exit_table
from pyharness.cli.output import complain
from pyharness.core.errors import EXIT_LEAN, EXIT_OK, EXIT_SANDBOX, EXIT_UNMET, HarnessError

__all__ = ["entry", "main"]

_COMMANDS = (init, verify, status, pin, explain, report, check, sign, diff, gate, evidence, doctor)
"""In the order in which --help lists them."""

_EXITS = {
    EXIT_OK: "success",
    EXIT_UNMET: "a claim, a certificate or a signature is not as it must be",
    EXIT_LEAN: "Lean is missing, or does not accept the library",
    EXIT_SANDBOX: SANDBOX_EXIT,
}


def main(arguments: Sequence[str] | None = None) -> int:
    """Run one command and return its exit status.

    Args:
        arguments: the command and its arguments; those of the process if None.

    Raises:
        SystemExit: if the arguments cannot be used, or ask for help or the version.
    """
    return _run(_parser().parse_args(arguments))


def _run(options: argparse.Namespace) -> int:
    try:
        status: int = options.run(options)
    except HarnessError as error:
        if options.json:
            print(
                json.dumps(
                    {"error": type(error).__name__, "message": str(error)}, ensure_ascii=False
                )
            )
        complain(f"pyharness: {error}", style="red")
        return error.exit_code
    except KeyboardInterrupt:
        complain("pyharness: interrupted; a certificate that was there is as it was")
        return EXIT_INTERRUPTED
    return status


def entry(options: argparse.Namespace | None = None) -> None:
    """Run the `pyharness` executable, with the arguments of the process unless others are given,
    parsed.
    """
    # A terminal's encoding may lack ∀ and ≤; a statement is then printed escaped rather than not at
    # all.
    for stream in (sys.stdout, sys.stderr):
        if isinstance(stream, io.TextIOWrapper):
            stream.reconfigure(errors="backslashreplace")
    try:
        status = main() if options is None else _run(options)
        sys.stdout.flush()
    except BrokenPipeError:
        # Whoever read our output has gone: what is left of it has nowhere to go.
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        status = EXIT_OK
    sys.exit(status)


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(
        prog="pyharness",
        description="Tie each claim about neural-network quantization to a Lean proof and to "
        "evidence on real tensors.",
        epilog=exit_table(_EXITS) + "\nThe help of a command says what each status means there.\n",
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    parser.add_argument("--version", action="version", version=f"pyharness {__version__}")
    commands = parser.add_subparsers(title="commands", metavar="COMMAND", required=True)
    for command in _COMMANDS:
        command.add(commands)
    return parser
