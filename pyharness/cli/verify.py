"""`pyharness verify`: build, audit, gather the evidence, and write the certificate."""

from __future__ import annotations

import argparse
from typing import TYPE_CHECKING, Any

from pyharness.cli.arguments import (
    SANDBOX_EXIT,
    Commands,
    add_command,
    add_device,
    add_project,
    add_sandbox,
)
from pyharness.cli.inputs import named_executor, read_project
from pyharness.cli.output import (
    complain,
    near,
    print_json,
    say,
    show_progress,
    standard_output,
)
from pyharness.core.errors import EXIT_LEAN, EXIT_OK, EXIT_SANDBOX, EXIT_UNMET, UsageError
from pyharness.core.text import many

if TYPE_CHECKING:
    import torch

    from pyharness.pipeline.verify import Verification
    from pyharness.project.settings import Project

__all__ = ["add", "run"]

_EXITS = {
    EXIT_OK: "every claim reaches the tier that it requires; or --plan says what would be done",
    EXIT_UNMET: "a claim does not; evidence of one could not be gathered; a sorry or an axiom of the "
    "library is not listed in pyharness.toml; a statement is not as it was pinned; Lean's "
    "definition and the function differ; or a record of evidence contradicts what was found",
    EXIT_LEAN: "Lean is missing, damaged or unsupported here; the library does not build; the "
    "audit refuses it; or the two kernels disagree",
    EXIT_SANDBOX: SANDBOX_EXIT,
}


def add(commands: Commands) -> None:
    """Add the command to the parser."""
    parser = add_command(
        commands,
        "verify",
        run,
        summary="Build and audit the Lean library, gather the evidence, write the certificate.",
        examples=[
            "",
            "--project path/to/project",
            "--plan",
            "--fresh",
            "--sandbox",
            "--device cuda",
            "--executor ray",
            "--json",
        ],
        exits=_EXITS,
    )
    add_project(parser)
    add_sandbox(parser, note="; of what it writes beside, only the certificate's files are taken")
    parser.add_argument(
        "--fresh",
        action="store_true",
        help="ignore what earlier runs kept: compile, replay and measure everything again",
    )
    parser.add_argument(
        "--plan",
        action="store_true",
        help="build and audit the library, then say which evidence would be gathered and why; gather "
        "none, and write no certificate",
    )
    add_device(parser, "where the evidence is computed (default: cpu)", default="cpu")
    parser.add_argument(
        "--executor",
        choices=["local", "ray"],
        default="local",
        help="local: as many processes as there are cores (default); ray: an existing Ray cluster "
        "(extra `cluster`), the one that RAY_ADDRESS names or that of this machine",
    )


def run(options: argparse.Namespace) -> int:
    """Verify the project.

    Raises:
        HarnessError: if no certificate can be written.
    """
    if options.sandbox:
        return _sandboxed(options)
    from pyharness.core.device import find_device

    where = find_device(options.device)
    from pyharness.pipeline.verify import verify
    from pyharness.report import terminal

    project = read_project(options.project)
    if options.plan:
        return _plan(options, project, where)
    with show_progress() as progress:
        done = verify(
            project,
            progress=progress,
            fresh=options.fresh,
            device=where,
            executor=named_executor(options, project),
        )
    if options.json:
        print_json(_as_plain(done))
    else:
        terminal.show(done.certificate, near(done.path), console=standard_output())
    return _status(done)


def _plan(options: argparse.Namespace, project: Project, device: torch.device) -> int:
    from pyharness.pipeline.plan import plan

    if options.fresh:
        raise UsageError("--plan says what is kept, and --fresh uses nothing of it: leave one out")
    with show_progress() as progress:
        found = plan(project, progress=progress, device=device)
    if options.json:
        gathered = [{"part": part, "why": why} for part, why in found.reasons.items()]
        print_json({"parts": found.parts, "gathered": gathered})
        return EXIT_OK
    count = len(found.reasons)
    say(
        f"{count:,} of {many(found.parts, 'part')} of the evidence would be gathered; "
        f"{found.parts - count:,} are kept"
    )
    for why in dict.fromkeys(found.reasons.values()):
        say()
        say(why)
        for part, reason in found.reasons.items():
            if reason == why:
                say(f"  {part}")
    return EXIT_OK


def _sandboxed(options: argparse.Namespace) -> int:
    from pyharness.cli.sandbox import outlets_of, project_reach, run_sandboxed
    from pyharness.project.settings import load_project

    project = load_project(options.project)
    outlets = outlets_of(project.certificate)
    return run_sandboxed(options, project_reach(options, outlets=outlets))


def _as_plain(done: Verification) -> dict[str, Any]:
    return {
        "certificate": str(near(done.path)),
        "changed": done.changed,
        "digest": done.certificate["digest"],
        "summary": done.certificate["summary"],
        "failures": list(done.failures),
    }


def _status(done: Verification) -> int:
    """Show why evidence is missing, if any is, and return the exit status."""
    for failure in done.failures:
        complain(f"pyharness: {failure}", style="red")
    return EXIT_UNMET if done.failures or done.certificate["summary"]["unmet"] else EXIT_OK
