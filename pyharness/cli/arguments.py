"""The pieces that the commands' parsers are made of."""

from __future__ import annotations

import argparse
import re
import textwrap
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from typing import Any, TypeAlias

from pyharness.core.errors import EXIT_USAGE

__all__ = [
    "EXIT_INTERRUPTED",
    "SANDBOX_EXIT",
    "Commands",
    "Help",
    "add_certificate",
    "add_command",
    "add_device",
    "add_identity",
    "add_project",
    "add_sandbox",
    "exit_table",
]

EXIT_INTERRUPTED = 130
"""The user interrupted the command, as shells report SIGINT."""

SANDBOX_EXIT = (
    "with --sandbox: bubblewrap is missing, cannot start here, or what ran in it was killed"
)
"""What the status `EXIT_SANDBOX` means."""

Commands: TypeAlias = "argparse._SubParsersAction[argparse.ArgumentParser]"
"""Where a command's parser is added."""

_EVERY_COMMAND = {EXIT_USAGE: "bad usage or bad input", EXIT_INTERRUPTED: "interrupted"}


def add_command(
    commands: Commands,
    name: str,
    run: Callable[[argparse.Namespace], int],
    *,
    summary: str,
    examples: Sequence[str],
    exits: Mapping[int, str],
) -> argparse.ArgumentParser:
    """Add a command, with --json, and return its parser.

    Args:
        commands: what it is added to.
        name: all its words after `pyharness`; the last is its name in `commands`.
        run: what it does; returns its exit status.
        summary: what it does, in one sentence.
        examples: arguments, as they follow its name.
        exits: what each exit status means that it can end with, beside bad usage and an
            interruption, which any command can end with.
    """
    usage = "".join(f"  pyharness {name} {example}".rstrip() + "\n" for example in examples)
    added = commands.add_parser(
        name.rpartition(" ")[2],
        help=summary[0].lower() + summary[1:].rstrip("."),
        description=summary,
        epilog=f"examples:\n{usage}\n{exit_table(exits)}",
        formatter_class=Help,
    )
    added.set_defaults(run=run)
    added.add_argument("--json", action="store_true", help="print JSON instead of text")
    return added


class Help(argparse.RawDescriptionHelpFormatter):
    """Keeps the lines of a description or epilog, and breaks each that is wider than the terminal:
    a status's meaning under itself, a command as a shell takes it.
    """

    def _fill_text(self, text: str, width: int, indent: str) -> str:
        return "\n".join(self._broken(line, width) for line in text.split("\n"))

    def _broken(self, line: str, width: int) -> str:
        is_command = line.startswith("  pyharness ")
        pieces = textwrap.wrap(
            # An option and its value stay in one line.
            re.sub(r"( --?\S+) (?=[^-])", "\\1\0", line) if is_command else line,
            width - 2 * is_command,
            subsequent_indent=" " * (6 if is_command else 7 if line.startswith("  ") else 0),
            break_long_words=False,
            break_on_hyphens=False,
        )
        return (" \\\n" if is_command else "\n").join(pieces).replace("\0", " ")


def exit_table(exits: Mapping[int, str]) -> str:
    """Return the table of exit statuses that a command's help ends with.

    Args:
        exits: what each status means, beside those that any command can end with.
    """
    rows = sorted({**_EVERY_COMMAND, **exits}.items())
    return "exit status:\n" + "".join(f"  {status:<5}{meaning}\n" for status, meaning in rows)


def add_project(parser: argparse.ArgumentParser, *, default: Path | None = Path(".")) -> None:
    """Add --project, the folder of the project that a command works on."""
    parser.add_argument(
        "--project",
        type=Path,
        default=default,
        metavar="DIR",
        help="the folder that holds pyharness.toml (default: this one)",
    )


def add_certificate(parser: argparse.ArgumentParser) -> None:
    """Add the certificate that a command reads."""
    parser.add_argument("certificate", type=Path, metavar="CERT", help="the certificate's file")


def add_device(parser: argparse.ArgumentParser, what: str, **options: Any) -> None:
    """Add --device, described by `what`."""
    parser.add_argument("--device", choices=["cpu", "cuda"], help=what, **options)


def add_sandbox(parser: argparse.ArgumentParser, *, note: str = "") -> None:
    """Add --sandbox, with a note on what is special about this command."""
    parser.add_argument(
        "--sandbox",
        action="store_true",
        help="run the project's code under bubblewrap: without network, home and terminal; it can "
        f"read the project, and write only to build/sandbox, or .lake/sandbox where lake builds it{note}",
    )


def add_identity(parser: argparse.ArgumentParser, what: str) -> None:
    """Add --identity, described by `what`, and --issuer."""
    parser.add_argument(
        "--identity",
        metavar="WHO",
        help=f"{what}: an e-mail address, or the URL of a CI's workflow",
    )
    parser.add_argument(
        "--issuer", metavar="URL", help="the OpenID Connect provider that vouches for --identity"
    )
