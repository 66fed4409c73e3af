"""The command line: a module for each command, and what the commands share."""

from __future__ import annotations

import argparse
import errno
import sys
from collections.abc import Sequence
from typing import NoReturn

from pyharness import __version__
from pyharness.cli import (
    audit,
    check,
    comparator,
    completion,
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
from pyharness.cli.arguments import EXIT_INTERRUPTED, SANDBOX_EXIT, Help, exit_table
from pyharness.cli.output import GuardedStream, complain, one_line, print_json
from pyharness.core.errors import (
    EXIT_LEAN,
    EXIT_OK,
    EXIT_SANDBOX,
    EXIT_UNMET,
    EXIT_USAGE,
    HarnessError,
)
from pyharness.core.whole_run import watch

__all__ = ["entry", "main", "make_parser"]

_COMMANDS = (
    *(
        init,
        verify,
        audit,
        status,
        pin,
        explain,
        report,
        check,
        sign,
        diff,
        gate,
        evidence,
        comparator,
    ),
    doctor,
    completion,
)
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
    return _run(make_parser().parse_args(arguments))


def _run(options: argparse.Namespace) -> int:
    try:
        status: int = options.run(options)
    except HarnessError as error:
        return _failed(error, str(error), error.exit_code, as_json=options.json)
    except OSError as error:
        # A file that no command expects to fail: a folder of its own that went away, a full disk.
        said = f"{error.filename or 'the operating system'}: {error.strerror or error}"
        return _failed(error, said, EXIT_USAGE, as_json=options.json)
    except KeyboardInterrupt:
        complain("pyharness: interrupted; a certificate that was there is as it was")
        return EXIT_INTERRUPTED
    return status


def _failed(error: Exception, said: str, status: int, *, as_json: bool) -> int:
    if as_json:
        print_json({"error": type(error).__name__, "message": said})
    complain(f"pyharness: {said}", style="red")
    return status


def entry(options: argparse.Namespace | None = None) -> None:
    """Run the `pyharness` executable, with the arguments of the process unless others are given,
    parsed.

    A result that could not be written is no success. Whoever stops reading before the end wants no
    more of it, so that the status is then as it would have been.
    """
    watch()
    output, _ = map(GuardedStream.install, ("stdout", "stderr"))
    try:
        status = main() if options is None else _run(options)
    except SystemExit as ended:
        status = ended.code if isinstance(ended.code, int) else EXIT_OK
    sys.stdout.flush()
    if output and output.error and output.error.errno != errno.EPIPE:
        complain(f"pyharness: cannot write standard output: {output.error.strerror}", style="red")
        status = status or EXIT_USAGE
    sys.exit(status)


class _Parser(argparse.ArgumentParser):
    """A parser that repeats arguments only as they can be seen."""

    def error(self, message: str) -> NoReturn:
        super().error(one_line(message))


def make_parser() -> argparse.ArgumentParser:
    """Return the parser of all commands."""
    parser = _Parser(
        prog="pyharness",
        description="Check claims about neural-network quantization by Lean proofs and by "
        "evidence on tensors, and certify what was found.",
        epilog=exit_table(_EXITS) + "\nThe help of a command says what each status means there.\n",
        formatter_class=Help,
    )
    parser.add_argument("--version", action="version", version=f"pyharness {__version__}")
    commands = parser.add_subparsers(title="commands", metavar="COMMAND", required=True)
    for command in _COMMANDS:
        command.add(commands)
    return parser
