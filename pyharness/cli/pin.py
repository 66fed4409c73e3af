"""`pyharness pin`: record what the claims' theorems say."""

from __future__ import annotations

import argparse
from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

from pyharness.cli.arguments import SANDBOX_EXIT, Commands, add_command, add_project, add_sandbox
from pyharness.cli.inputs import read_project
from pyharness.cli.output import near, print_json, print_quoted, say, show_progress
from pyharness.core.errors import EXIT_LEAN, EXIT_OK, EXIT_SANDBOX
from pyharness.core.text import many

if TYPE_CHECKING:
    from pyharness.project.pins import Change

__all__ = ["add", "run"]

_EXITS = {
    EXIT_OK: "what the theorems say is recorded",
    EXIT_LEAN: "Lean is missing, damaged or unsupported here; the library does not build; or the "
    "audit refuses it",
    EXIT_SANDBOX: SANDBOX_EXIT,
}


def add(commands: Commands) -> None:
    """Add the command to the parser."""
    parser = add_command(
        commands,
        "pin",
        run,
        summary="Record what the claims' theorems say, after an intended change.",
        examples=["", "--json"],
        exits=_EXITS,
    )
    add_project(parser)
    add_sandbox(parser, note="; of what it writes beside, only the pins are taken")


def run(options: argparse.Namespace) -> int:
    """Pin the theorems and print what changed.

    Raises:
        HarnessError: if they cannot be read, or the pins cannot be written.
    """
    if options.sandbox:
        return _sandboxed(options)
    from pyharness.pipeline.prove import pin_theorems
    from pyharness.project.pack import load_pack

    project = read_project(options.project)
    claims = load_pack(project.packs)
    with show_progress() as progress:
        changes = pin_theorems(project, claims, progress=progress)
    done = [(near(project.pins_of(source)), some) for source, some in changes.items()]
    if options.json:
        first, *others = [_as_plain(pins, some) for pins, some in done]
        print_json({**first, "outside": others[0]} if others else first)
        return EXIT_OK
    for pins, some in done:
        for change in some:
            print_quoted(str(change))
        say(f"{pins}: {many(len(some), 'change')} recorded" if some else f"{pins}: nothing changed")
    return EXIT_OK


def _as_plain(pins: Path, changes: Sequence[Change]) -> dict[str, Any]:
    return {
        "pins": str(pins),
        "changes": [
            {"what": change.what, "was": change.was, "now": change.now} for change in changes
        ],
    }


def _sandboxed(options: argparse.Namespace) -> int:
    from pyharness.cli.sandbox import project_reach, run_sandboxed
    from pyharness.core.sandbox import Outlet
    from pyharness.project.settings import load_project

    project = load_project(options.project)
    pins = [project.pins_of(source).name for source in project.sources]
    outlet = Outlet(project.pins.parent, pins.__contains__)
    return run_sandboxed(options, project_reach(options, outlets=[outlet]))
