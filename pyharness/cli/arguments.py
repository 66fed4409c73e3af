"""The pieces that the commands' parsers are made of."""

from __future__ import annotations

import argparse
import textwrap
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from typing import Any, TypeAlias

from pyharness.core.errors import EXIT_USAGE

__all__ = [
    "EXIT_INTERRUPTED",
    "SANDBOX_EXIT",
    "Commands",
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
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    added.set_defaults(run=run)
    added.add_argument("--json", action="store_true", help="print JSON instead of text")
    return added


def exit_table(exits: Mapping[int, str]) -> str:
    """Return the table of exit statuses that a command's help ends with.

    Args:
        exits: what each status means, beside those that any command can end with.
    """
    rows = sorted({**_EVERY_COMMAND, **exits}.items())
    return "exit status:\n" + "".join(
        textwrap.fill(meaning, 79, initial_indent=f"  {status:<5}", subsequent_indent=" " * 7)
        + "\n"
        for status, meaning in rows
    )


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
