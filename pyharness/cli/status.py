"""`pyharness status`: the proof status of every claim, or of a Lean project's theorems."""

from __future__ import annotations

import argparse
from pathlib import Path

from pyharness.cli.arguments import SANDBOX_EXIT, Commands, add_command, add_project, add_sandbox
from pyharness.cli.inputs import read_project
from pyharness.cli.output import complain, print_json, show_progress, standard_output
from pyharness.core.errors import EXIT_LEAN, EXIT_OK, EXIT_SANDBOX, EXIT_UNMET

__all__ = ["add", "run"]

_EXITS = {
    EXIT_OK: "every theorem that a claim names is proved, or with --lean-project every theorem",
    EXIT_UNMET: "one is not; a sorry or an axiom of the library is not listed in pyharness.toml; or "
    "a statement is not as it was pinned",
    EXIT_LEAN: "Lean (with --lean-project: lake) is missing, damaged or unsupported here; the "
    "library does not build; or the audit refuses it",
    EXIT_SANDBOX: SANDBOX_EXIT,
}


def add(commands: Commands) -> None:
    """Add the command to the parser."""
    parser = add_command(
        commands,
        "status",
        run,
        summary="Read the proof status of every claim out of Lean; gather no evidence.",
        examples=["", "--json", "--lean-project path/to/lake/project --sandbox"],
        exits=_EXITS,
    )
    add_project(parser)
    add_sandbox(parser, note=", with --lean-project to .lake/sandbox")
    parser.add_argument(
        "--lean-project",
        type=Path,
        metavar="DIR",
        help="report the theorems of this Lean project, which `lake` builds, instead of any "
        "claims; `theorems` and `allowed-axioms` in its pyharness.toml, if there is one, choose "
        "and judge them",
    )


def run(options: argparse.Namespace) -> int:
    """Print the proof statuses.

    Raises:
        HarnessError: if they cannot be read.
    """
    if options.sandbox:
        return _sandboxed(options)
    if options.lean_project is not None:
        return _lake_status(options)
    from pyharness.pipeline.prove import claim_status, prove_as_pinned
    from pyharness.project.pack import load_pack
    from pyharness.proofs.unproved import UnprovedError, require_listed
    from pyharness.report import terminal

    project = read_project(options.project)
    claims = load_pack(project.packs)
    with show_progress() as progress:
        proofs, _ = prove_as_pinned(project, claims, progress=progress)
    rows = [claim_status(item, proofs) for item in claims]
    library = proofs.survey.counted()
    if options.json:
        print_json({"claims": rows, "library": library})
    else:
        terminal.show_statuses(rows, library=library, console=standard_output())
    try:
        require_listed(proofs.survey, project.unproved)
    except UnprovedError as error:
        complain(f"pyharness: {error}", style="red")
        return EXIT_UNMET
    return EXIT_OK if all(row["settled"] for row in rows) else EXIT_UNMET


def _sandboxed(options: argparse.Namespace) -> int:
    from pyharness.cli.sandbox import lean_reach, project_reach, run_sandboxed
    from pyharness.project.settings import load_project
    from pyharness.proofs.lake import require_lake_project

    if options.lean_project is None:
        load_project(options.project)
        return run_sandboxed(options, project_reach(options))
    options.lean_project = options.lean_project.resolve()
    require_lake_project(options.lean_project)
    return run_sandboxed(options, lean_reach(options.lean_project))


def _lake_status(options: argparse.Namespace) -> int:
    from pyharness.project.settings import load_lean_policy
    from pyharness.proofs.lake import lake_status
    from pyharness.report import terminal

    policy = load_lean_policy(options.lean_project)
    with show_progress() as progress:
        report = lake_status(
            options.lean_project,
            allowed_axioms=policy.allowed_axioms,
            theorems=policy.theorems,
            progress=progress,
        )
    if options.json:
        print_json({"lean": report.lean, "theorems": report.rows, "unread": report.unread})
    else:
        terminal.show_statuses(
            [{**row, "theorem": row["statement"]} for row in report.rows],
            of="theorem",
            console=standard_output(),
        )
    if report.unread:
        complain(
            "pyharness: the axioms are those that Lean lists, which may leave out what lies behind a "
            f"structure: {report.unread}"
        )
    return EXIT_OK if all(row["settled"] for row in report.rows) else EXIT_UNMET
