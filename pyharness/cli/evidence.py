"""`pyharness evidence record`: gather the evidence on one device for machines without it."""

from __future__ import annotations

import argparse
import os
from pathlib import Path

from pyharness.cli.arguments import (
    SANDBOX_EXIT,
    Commands,
    add_command,
    add_device,
    add_project,
    add_sandbox,
)
from pyharness.cli.inputs import read_project
from pyharness.cli.output import near, print_json, say, show_progress
from pyharness.core.errors import EXIT_LEAN, EXIT_OK, EXIT_SANDBOX, EXIT_UNMET, UsageError

__all__ = ["add", "run"]

_EXITS = {
    EXIT_OK: "the record is written, whatever it says",
    EXIT_UNMET: "Lean's definition and the function differ",
    EXIT_LEAN: "Lean is missing, damaged or unsupported here, or the library does not build",
    EXIT_SANDBOX: SANDBOX_EXIT,
}


def add(commands: Commands) -> None:
    """Add the command to the parser."""
    group = commands.add_parser(
        "evidence",
        help="record evidence for other machines",
        description="Evidence apart from a certificate.",
    )
    parser = add_command(
        group.add_subparsers(title="commands", metavar="COMMAND", required=True),
        "evidence record",
        run,
        summary="Gather the evidence on one device and record it, so that machines without this "
        "device can compare it with theirs: verify reads every file in the folder `evidence` "
        "beside the certificate.",
        examples=["--device cuda -o certificates/evidence/h100.json"],
        exits=_EXITS,
    )
    add_project(parser)
    add_sandbox(parser, note="; of what it writes beside, only the record is taken")
    add_device(
        parser,
        "where it is computed; only a record of cuda can make a claim platinum",
        required=True,
    )
    parser.add_argument(
        "-o", "--output", type=Path, metavar="FILE", required=True, help="the record's file"
    )


def run(options: argparse.Namespace) -> int:
    """Gather the evidence and write the record.

    Raises:
        HarnessError: if evidence cannot be gathered, or the record cannot be written.
    """
    if options.sandbox:
        return _sandboxed(options)
    # Before torch is loaded, whose profiler else writes a line for each claim.
    os.environ.setdefault("KINETO_LOG_LEVEL", "99")
    from pyharness.certificate.canonical import file_bytes
    from pyharness.certificate.recorded import FOLDER
    from pyharness.certificate.schema import RECORDED
    from pyharness.core.device import find_device
    from pyharness.core.json_files import write_bytes
    from pyharness.pipeline.record import record

    where = find_device(options.device)
    project = read_project(options.project)
    # Before the work, so that none is lost.
    _require_writable(options.output.parent)
    with show_progress() as progress:
        content = record(project, where, progress=progress)
    write_bytes(options.output, file_bytes(content, RECORDED))
    pieces = [piece for claim in content["claims"] for piece in claim["evidence"]]
    there = sum(piece["device"] == where.type for piece in pieces)
    if options.json:
        print_json(
            {
                "record": str(options.output),
                "digest": content["digest"],
                "device": content["device"],
                "claims": len(content["claims"]),
                "evidence": len(pieces),
                "computed there": there,
            }
        )
        return EXIT_OK
    say(
        f"{options.output}: {len(content['claims'])} claims, {len(pieces)} pieces of evidence, "
        f"{there} of them computed on {content['device']['name']} ({where.type})"
    )
    folder = project.certificate.parent / FOLDER
    if os.path.realpath(options.output.parent) != os.path.realpath(folder):
        say(f"verify reads records from {near(folder)}: put it there")
    return EXIT_OK


def _sandboxed(options: argparse.Namespace) -> int:
    from pyharness.cli.sandbox import project_reach, run_sandboxed
    from pyharness.core.sandbox import Outlet

    options.output = options.output.resolve()
    outlet = Outlet(options.output.parent, options.output.name.__eq__)
    return run_sandboxed(options, project_reach(options, outlets=[outlet]))


def _require_writable(folder: Path) -> None:
    try:
        folder.mkdir(parents=True, exist_ok=True)
    except OSError as error:
        raise UsageError(
            f"{folder} cannot be made: {error.strerror}; give -o another folder"
        ) from error
    if not os.access(folder, os.W_OK):
        raise UsageError(f"{folder} cannot be written; give -o another folder")
