"""`pyharness verify`: build, audit, gather the evidence, and write the certificate."""

from __future__ import annotations

import argparse
from collections.abc import Mapping, Sequence
from pathlib import Path
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
from pyharness.core.cache import Cache
from pyharness.core.errors import EXIT_LEAN, EXIT_OK, EXIT_SANDBOX, EXIT_UNMET, UsageError
from pyharness.core.json_files import read_json
from pyharness.core.text import many
from pyharness.core.whole_run import depends_on, is_same, watched

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
    project = read_project(options.project)
    before = _Before(options, project)
    if before.holds():
        return _show(options, before.certificate, project.certificate, changed=False)
    from pyharness.core.device import find_device

    where = find_device(options.device)
    from pyharness.pipeline.verify import verify

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
    before.keep(done)
    return _show(options, done.certificate, done.path, changed=done.changed, failures=done.failures)


class _Before:
    """An earlier run on this machine that found nothing to do. While nothing is changed this one
    would write the same certificate again.
    """

    def __init__(self, options: argparse.Namespace, project: Project) -> None:
        self._path = project.certificate
        self._cache = Cache(project.build / "cache", fresh=options.fresh)
        # What another device, other machines or a plan depend on is not all on this disk; and what
        # lies in the folder of what is kept is not watched.
        told = options.executor == "local" and options.device == "cpu" and not options.plan
        inside = self._path.absolute().is_relative_to(project.build.absolute())
        self._watched = watched() if told and not inside else None
        self._key = depends_on("verify", {"project": project.root})

    def holds(self) -> bool:
        """Whether nothing has changed since."""
        kept = self._cache.get(self._key) if self._watched else None
        return kept is not None and is_same(kept)

    @property
    def certificate(self) -> Mapping[str, Any]:
        """The certificate that it wrote."""
        found: Mapping[str, Any] = read_json(self._path)
        return found

    def keep(self, done: Verification) -> None:
        """Keep that a run found nothing to do, if it did."""
        if self._watched and not done.changed and not done.failures:
            self._watched.keep(self._cache, self._key)


def _show(
    options: argparse.Namespace,
    certificate: Mapping[str, Any],
    path: Path,
    *,
    changed: bool,
    failures: Sequence[str] = (),
) -> int:
    """Print what was found, and why evidence is missing, if any is; return the exit status."""
    if options.json:
        print_json(
            {
                "certificate": str(near(path)),
                "changed": changed,
                "digest": certificate["digest"],
                "summary": certificate["summary"],
                "failures": list(failures),
            }
        )
    else:
        from pyharness.report import terminal

        terminal.show(certificate, near(path), console=standard_output())
    for failure in failures:
        complain(f"pyharness: {failure}", style="red")
    return EXIT_UNMET if failures or certificate["summary"]["unmet"] else EXIT_OK


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
