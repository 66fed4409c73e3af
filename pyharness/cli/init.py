"""`pyharness init`: write a new project that verifies."""

from __future__ import annotations

import argparse
import shlex
from pathlib import Path
from typing import TYPE_CHECKING

from pyharness.cli.arguments import Commands, add_command
from pyharness.cli.inputs import read_project
from pyharness.cli.output import near, print_json, say, show_progress
from pyharness.core.errors import EXIT_LEAN, EXIT_OK

if TYPE_CHECKING:
    from pyharness.project.scaffold import Scaffold

__all__ = ["add", "run"]

_EXITS = {
    EXIT_OK: "the project is written and its statements are pinned",
    EXIT_LEAN: "Lean is missing, damaged or unsupported here; nothing is written then",
}


def add(commands: Commands) -> None:
    """Add the command to the parser."""
    parser = add_command(
        commands,
        "init",
        run,
        summary="Write a new project: a theorem, a true claim, a false one, a test, a CI workflow.",
        examples=["demo", "", "--json"],
        exits=_EXITS,
    )
    parser.add_argument(
        "folder",
        type=Path,
        nargs="?",
        default=Path("."),
        metavar="DIR",
        help="the project's folder, which names it (default: this one); no file is overwritten",
    )


def run(options: argparse.Namespace) -> int:
    """Write the project and pin its statements.

    Raises:
        HarnessError: if the folder cannot name a project or has one of its files, or Lean is
            missing.
    """
    from pyharness.pipeline.prove import pin_theorems
    from pyharness.project.pack import load_pack
    from pyharness.project.scaffold import plan
    from pyharness.proofs.toolchain import locate

    planned = plan(options.folder)
    locate()  # Without Lean nothing is written that could not be verified.
    planned.write()
    project = read_project(planned.folder)
    # Pinned here, on the user's word: if the first `verify` did it, whatever a theorem says by then
    # would pass for what it was meant to say.
    with show_progress() as progress:
        pin_theorems(project, load_pack(project.packs), progress=progress)
    files = [*planned.files, project.pins.relative_to(project.root).as_posix()]
    if options.json:
        print_json(
            {
                "folder": str(planned.folder),
                "lean_root": planned.root,
                "packs": [planned.pack],
                "files": files,
            }
        )
    else:
        _show(planned, near(project.pins))
    return EXIT_OK


def _show(planned: Scaffold, pins: Path) -> None:
    say(f"{planned.root} is ready:")
    width = max(map(len, planned.described))
    for path, words in planned.described.items():
        say(f"  {path:<{width}}  {words}")
    say(f"What its theorem says is pinned in {pins}.")
    say()
    say("Next:")
    if planned.folder.resolve() != Path.cwd():
        say(f"  cd {shlex.quote(str(planned.folder))}")
    for command in ("pyharness verify", "pyharness explain relu.extensive", "python -m pytest"):
        say(f"  {command}")
