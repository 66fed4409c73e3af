"""`pyharness completion`: a script by which a shell completes commands, options and files."""

from __future__ import annotations

import argparse
from collections.abc import Iterator
from pathlib import Path

from pyharness.cli.arguments import Commands, add_command
from pyharness.cli.output import print_json, print_plain
from pyharness.core.errors import EXIT_OK

__all__ = ["add", "run"]

_SHELLS = ("bash", "zsh", "tcsh")


def add(commands: Commands) -> None:
    """Add the command to the parser."""
    parser = add_command(
        commands,
        "completion",
        run,
        summary="Print a script by which a shell completes commands, options and files.",
        examples=[
            "bash > ~/.local/share/bash-completion/completions/pyharness",
            "zsh > _pyharness",
        ],
        exits={EXIT_OK: "the script is printed"},
    )
    parser.add_argument("shell", choices=_SHELLS, help="the shell that is to read it")


def run(options: argparse.Namespace) -> int:
    """Print the script."""
    import shtab

    from pyharness.cli import make_parser

    parser = make_parser()
    for action in _actions(parser):
        if action.type is Path:
            vars(action)["complete"] = shtab.DIRECTORY if action.metavar == "DIR" else shtab.FILE
    script = shtab.complete(parser, options.shell)
    if options.json:
        print_json({"shell": options.shell, "script": script})
    else:
        print_plain(script)
    return EXIT_OK


def _actions(parser: argparse.ArgumentParser) -> Iterator[argparse.Action]:
    """Yield every argument of a parser and of those below it."""
    for action in parser._actions:
        yield action
        if isinstance(action, argparse._SubParsersAction):
            for below in action.choices.values():
                yield from _actions(below)
