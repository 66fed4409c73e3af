"""`pyharness doctor`: what is installed, and what the project needs beside."""

from __future__ import annotations

import argparse
import os
import platform
import sys
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import TypedDict

from pyharness.cli.arguments import SANDBOX_EXIT, Commands, add_command, add_project, add_sandbox
from pyharness.cli.inputs import read_project
from pyharness.cli.output import print_json, say
from pyharness.core.errors import EXIT_LEAN, EXIT_OK, EXIT_SANDBOX, EXIT_UNMET, HarnessError

__all__ = ["add", "run"]

_EXITS = {
    EXIT_OK: "all that a verify needs is there",
    EXIT_UNMET: "something else than Lean is missing",
    EXIT_LEAN: "Lean is missing, damaged or unsupported here",
    EXIT_SANDBOX: SANDBOX_EXIT,
}


_LEAN = "Lean"


class _Finding(TypedDict):
    what: str
    ok: bool
    found: str


def add(commands: Commands) -> None:
    """Add the command to the parser."""
    parser = add_command(
        commands,
        "doctor",
        run,
        summary="Say which Lean, packages and devices are there, and whether the project has what "
        "its packs require.",
        examples=["", "--project path/to/project", "--json"],
        exits=_EXITS,
    )
    add_project(parser, default=None)
    add_sandbox(parser, note="; what is said is then what there is in there")


def run(options: argparse.Namespace) -> int:
    """Look at each thing that a verify needs, and print what was found."""
    if options.sandbox:
        return _sandboxed(options)
    findings = [*_installation(), *_project(options.project)]
    if options.json:
        print_json({"findings": findings})
    else:
        for finding in findings:
            say(
                f"{'ok     ' if finding['ok'] else 'MISSING'}  {finding['what']}: "
                f"{finding['found']}"
            )
    if any(not finding["ok"] and finding["what"] == _LEAN for finding in findings):
        return EXIT_LEAN
    return EXIT_OK if all(finding["ok"] for finding in findings) else EXIT_UNMET


def _sandboxed(options: argparse.Namespace) -> int:
    from pyharness.cli.sandbox import project_reach, run_sandboxed

    options.project = options.project or Path(".")
    return run_sandboxed(options, project_reach(options))


def _installation() -> Iterator[_Finding]:
    yield {
        "what": "Python",
        "ok": sys.version_info >= (3, 11),
        "found": f"{platform.python_version()} on {platform.platform()}",
    }
    yield _finding(_LEAN, _lean)
    yield _finding("PyTorch", _torch)
    yield _finding("devices", _devices)


def _project(folder: Path | None) -> Iterator[_Finding]:
    """Look at the project in a folder, and at each requirement of its packs.

    Without a folder it is the project in this one, and that there is none is no fault.
    """
    from pyharness.project.pack import load_requirements
    from pyharness.project.settings import FILE_NAME

    if folder is None and not os.path.lexists(FILE_NAME):
        yield {
            "what": "project",
            "ok": True,
            "found": f"none: there is no {FILE_NAME} in this folder",
        }
        return
    try:
        project = read_project(folder or Path("."), needs_packs=False)
    except HarnessError as error:
        yield {"what": "project", "ok": False, "found": str(error)}
        return
    yield {"what": "project", "ok": True, "found": project.name}
    try:
        requirements = load_requirements(project.packs)
    except HarnessError as error:
        yield {"what": "packs", "ok": False, "found": str(error)}
        return
    for requirement in requirements:
        yield _finding(requirement.name, requirement.look)


def _finding(what: str, look: Callable[[], str]) -> _Finding:
    try:
        return {"what": what, "ok": True, "found": look()}
    except Exception as error:
        from pyharness.core.errors import in_words

        return {"what": what, "ok": False, "found": in_words(error, ())}


def _lean() -> str:
    from pyharness.proofs.toolchain import locate

    toolchain = locate()
    return (
        f"{toolchain.version} ({toolchain.githash[:12]}), "
        f"library SHA-256 {toolchain.library_sha256[:12]}…"
    )


def _torch() -> str:
    import torch

    return torch.__version__


def _devices() -> str:
    """Name the processor and each GPU; that there is none is said, and is no fault."""
    import torch

    gpus = [torch.cuda.get_device_name(index) for index in range(torch.cuda.device_count())]
    return f"cpu ({os.cpu_count()} cores), {', '.join(gpus) or 'no GPU'}"
