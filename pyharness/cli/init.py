"""`pyharness init`: write a new project that verifies, or one for theorems that were proved
elsewhere.
"""

from __future__ import annotations

import argparse
import shlex
from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING

from pyharness.cli.arguments import Commands, add_command
from pyharness.cli.inputs import read_project
from pyharness.cli.output import near, print_json, say, show_progress
from pyharness.core.errors import EXIT_LEAN, EXIT_OK, UsageError
from pyharness.project.settings import STANDARD_AXIOMS

if TYPE_CHECKING:
    from pyharness.project.scaffold import Scaffold

__all__ = ["add", "run"]

_EXITS = {
    EXIT_OK: "the project is written and its statements are pinned",
    EXIT_LEAN: "Lean is missing, damaged or unsupported here, and nothing is written; with --export "
    "or --lake: a kernel refuses the proofs, or lake cannot export them, and what was written stays",
}


def add(commands: Commands) -> None:
    """Add the command to the parser."""
    parser = add_command(
        commands,
        "init",
        run,
        summary="Write a new project: a theorem, a true claim, a false one, a test, a CI workflow; "
        "or a claim for each theorem of an export or of a lake project.",
        examples=[
            "demo",
            "",
            "--json",
            "demo --export claims.ndjson.gz",
            "demo --export mathlib.ndjson.xz --theorems Demo.bound Demo.rate",
            "demo --export claims.ndjson.gz --blueprint blueprint/lean_decls",
            "--lake --theorems Demo.bound Demo.rate",
            "path/to/lake/project --lake --blueprint blueprint/lean_decls",
        ],
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
    proofs = parser.add_mutually_exclusive_group()
    proofs.add_argument(
        "--export",
        type=Path,
        metavar="FILE",
        help="the proofs are in this file, in lean4export's format, plain or compressed; it is "
        "copied to the project's folder `proofs` if it lies elsewhere",
    )
    proofs.add_argument(
        "--lake",
        action="store_true",
        help="DIR holds a project that lake builds; it gets pyharness.toml, claims and pins",
    )
    theorems = parser.add_mutually_exclusive_group()
    theorems.add_argument(
        "--theorems",
        nargs="+",
        metavar="NAME",
        help="with --export or --lake: the theorems that get a claim (default: of an export those "
        "on which nothing else in the file rests)",
    )
    theorems.add_argument(
        "--blueprint",
        type=Path,
        metavar="FILE",
        help="with --export or --lake: those that get a claim are the theorems that this file "
        "names, `lean_decls` of a leanblueprint; what else it names is left out",
    )


def run(options: argparse.Namespace) -> int:
    """Write the project and pin its statements.

    Raises:
        HarnessError: if the folder cannot name a project or has one of its files, Lean is missing,
            or a theorem is.
    """
    from pyharness.pipeline.prove import pin_theorems
    from pyharness.project.pack import load_pack
    from pyharness.project.scaffold import plan
    from pyharness.proofs.toolchain import locate

    outside = options.lake or options.export is not None
    left_out: Sequence[str] = ()
    if outside:
        planned, left_out = _planned(options)
    elif options.theorems or options.blueprint:
        raise UsageError(
            "--theorems and --blueprint go with --export, the file that holds the proofs, or --lake"
        )
    else:
        planned = plan(options.folder)
        locate()  # Without Lean nothing is written that could not be verified.
    planned.write()
    project = read_project(planned.folder)
    # Pinned here, on the user's word: if the first `verify` did it, whatever a theorem says by then
    # would pass for what it was meant to say.
    with show_progress() as progress:
        pin_theorems(project, load_pack(project.packs), progress=progress)
    files = [*planned.copied, *planned.files, project.pins.relative_to(project.root).as_posix()]
    if options.json:
        print_json(
            {
                "folder": str(planned.folder),
                "lean_root": project.lean_root or None,
                "packs": [planned.pack],
                "files": files,
                "left_out": list(left_out),
            }
        )
    else:
        _show(planned, near(project.pins), of="theorems say" if outside else "theorem says")
        if left_out:
            say(f"Left out, since they are no theorems of it: {', '.join(left_out)}.")
        say()
        _next(
            planned.folder,
            ["pyharness verify", "pyharness status"]
            if outside
            else ["pyharness verify", "pyharness explain relu.extensive", "python -m pytest"],
        )
    return EXIT_OK


def _planned(options: argparse.Namespace) -> tuple[Scaffold, Sequence[str]]:
    """Return the files of a project whose proofs were made elsewhere, and the names that the
    blueprint gives to what is no theorem there.
    """
    from pyharness.pipeline.outside import read_theorems
    from pyharness.project.scaffold import Theorem, plan_export, plan_lake
    from pyharness.proofs.blueprint import read_blueprint
    from pyharness.proofs.lake_project import read_statements
    from pyharness.proofs.toolchain import LeanError, locate

    leave_out = options.blueprint is not None
    names = read_blueprint(options.blueprint) if leave_out else options.theorems
    if options.lake and names is None:
        raise UsageError(
            "--lake needs the theorems that get a claim: --theorems NAME …, or --blueprint FILE"
        )
    try:
        locate()
        lean = True
    except LeanError:
        lean = False
    with show_progress() as progress:
        if options.lake:
            stated = read_statements(options.folder, names, leave_out=leave_out, progress=progress)
            theorems = [Theorem(*item) for item in stated.statements.items()]
            planned = plan_lake(options.folder, theorems, axioms=STANDARD_AXIOMS, lean=lean)
            return planned, stated.left_out
        listed = read_theorems(options.export, names, leave_out=leave_out, progress=progress)
    theorems = [Theorem(*item) for item in listed.statements.items()]
    axioms = [name for name in STANDARD_AXIOMS if name in listed.axioms]
    planned = plan_export(options.folder, options.export, theorems, axioms=axioms, lean=lean)
    return planned, listed.left_out


def _show(planned: Scaffold, pins: Path, of: str) -> None:
    say(f"{planned.root} is ready:")
    width = max(map(len, planned.described))
    for path, words in planned.described.items():
        say(f"  {path:<{width}}  {words}")
    say(f"What its {of} is pinned in {pins}.")


def _next(folder: Path, commands: Sequence[str]) -> None:
    say("Next:")
    if folder.resolve() != Path.cwd():
        say(f"  cd {shlex.quote(str(folder))}")
    for command in commands:
        say(f"  {command}")
