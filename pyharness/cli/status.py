"""`pyharness status`: the proof status of every claim, or of theorems where there are no claims."""

from __future__ import annotations

import argparse
from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, Any

from pyharness.cli.arguments import SANDBOX_EXIT, Commands, add_command, add_project, add_sandbox
from pyharness.cli.inputs import read_project
from pyharness.cli.output import complain, print_json, show_progress, standard_output
from pyharness.core.errors import EXIT_LEAN, EXIT_OK, EXIT_SANDBOX, EXIT_UNMET
from pyharness.core.text import many

if TYPE_CHECKING:
    from pyharness.project.settings import Project

__all__ = ["add", "run"]

_EXITS = {
    EXIT_OK: "every theorem that a claim names is proved, or without claims every theorem",
    EXIT_UNMET: "one is not; a sorry or an axiom of the library is not listed in pyharness.toml; or "
    "a statement is not as it was pinned",
    EXIT_LEAN: "Lean, or lake, is missing, damaged or unsupported here; the library does not build; "
    "the audit refuses it; or a checker or the second kernel refuses the proofs",
    EXIT_SANDBOX: SANDBOX_EXIT,
}


def add(commands: Commands) -> None:
    """Add the command to the parser."""
    parser = add_command(
        commands,
        "status",
        run,
        summary="Read the proof status of every claim out of Lean, or of every theorem where there "
        "are no claims, without gathering evidence.",
        examples=["", "--json", "--project path/to/lake/project --sandbox"],
        exits=_EXITS,
    )
    add_project(parser)
    add_sandbox(parser)


def run(options: argparse.Namespace) -> int:
    """Print the proof statuses.

    Raises:
        HarnessError: if they cannot be read.
    """
    if options.sandbox:
        return _sandboxed(options)
    project = read_project(options.project, needs_packs=False)
    if not project.packs:
        return _theorems(project, as_json=options.json)
    from pyharness.pipeline.prove import claim_status, prove_as_pinned
    from pyharness.project.pack import load_pack
    from pyharness.proofs.unproved import UnprovedError
    from pyharness.report import terminal

    claims = load_pack(project.packs)
    with show_progress() as progress:
        proofs, _ = prove_as_pinned(project, claims, progress=progress)
    rows = [claim_status(item, proofs) for item in claims]
    library = proofs.library
    if options.json:
        print_json({"claims": rows, "library": library})
    else:
        terminal.show_statuses(rows, library=library, console=standard_output())
    try:
        proofs.require_listed(project.unproved)
    except UnprovedError as error:
        complain(f"pyharness: {error}", style="red")
        return EXIT_UNMET
    return _status(rows)


def _status(rows: Sequence[Mapping[str, Any]]) -> int:
    """Say which theorems are not proved, and return the exit status."""
    failing = [f"{row['id']} ({row['status']})" for row in rows if not row["settled"]]
    if not failing:
        return EXIT_OK
    verb = "is" if len(failing) == 1 else "are"
    complain(
        f"pyharness: {many(len(failing), 'theorem')} {verb} not proved: {', '.join(failing)}",
        style="red",
    )
    return EXIT_UNMET


def _theorems(project: Project, *, as_json: bool) -> int:
    from pyharness.pipeline.prove import prove_as_pinned
    from pyharness.pipeline.theorems import theorem_claims, theorem_status
    from pyharness.report import terminal

    with show_progress() as progress:
        theorems = theorem_claims(project, progress=progress)
        proofs, _ = prove_as_pinned(project, theorems, progress=progress)
    rows = [theorem_status(item, proofs) for item in theorems]
    if as_json:
        lean = proofs.by_source["outside"].lean()
        print_json({"theorems": rows, "lean": lean["version"]})
    else:
        terminal.show_statuses(
            [{**row, "theorem": row["statement"]} for row in rows],
            of="theorem",
            console=standard_output(),
        )
    return _status(rows)


def _sandboxed(options: argparse.Namespace) -> int:
    from pyharness.cli.sandbox import project_reach, run_sandboxed

    return run_sandboxed(options, project_reach(options))
