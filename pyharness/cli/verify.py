"""`pyharness verify`: build, audit, gather the evidence, and write the certificate."""

from __future__ import annotations

import argparse
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
from pyharness.core.errors import EXIT_LEAN, EXIT_OK, EXIT_SANDBOX, EXIT_UNMET, UsageError

if TYPE_CHECKING:
    from pyharness.pipeline.verify import Verification

__all__ = ["add", "run"]

_EXITS = {
    EXIT_OK: "every claim reaches the tier that it requires",
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
            "--fresh",
            "--sandbox",
            "--device cuda",
            "--executor ray",
            "--json",
            "--tensors model.safetensors",
            "--tensors model.safetensors.index.json -o model.json",
        ],
        exits=_EXITS,
    )
    add_project(parser)
    add_sandbox(parser, note="; of what it writes beside, only the certificate's files are taken")
    parser.add_argument(
        "--fresh",
        action="store_true",
        help="compile, replay and measure all anew, and use nothing that an earlier run kept",
    )
    add_device(parser, "where the evidence is computed (default: cpu)", default="cpu")
    parser.add_argument(
        "--executor",
        choices=["local", "ray"],
        default="local",
        help="local: as many processes as there are cores (default); ray: an existing Ray cluster "
        "(extra `cluster`), the one that RAY_ADDRESS names or that of this machine",
    )
    parser.add_argument(
        "--tensors",
        type=Path,
        nargs="+",
        metavar="PATH",
        help="check the claims that speak of any tensor on yours instead: safetensors, npz or ONNX "
        "files, an index of shards, or a folder. They are read once, in little memory; run it "
        "again if it was interrupted, and it goes on",
    )
    parser.add_argument(
        "-o",
        "--output",
        type=Path,
        metavar="CERT",
        help="with --tensors: the certificate (default: <name>.certificate.json in this folder)",
    )


def run(options: argparse.Namespace) -> int:
    """Verify the project, or with --tensors the tensors.

    Raises:
        HarnessError: if no certificate can be written.
    """
    if options.sandbox:
        return _sandboxed(options)
    from pyharness.core.device import find_device

    where = find_device(options.device)
    if options.tensors:
        if where.type != "cpu":
            raise UsageError(
                "--tensors are read and checked by the CPU's cores; leave --device away"
            )
        return _verify_tensors(options)
    if options.output:
        raise UsageError(
            "-o goes with --tensors; the project's own certificate is where pyharness.toml says"
        )
    from pyharness.pipeline.verify import verify
    from pyharness.report import terminal

    project = read_project(options.project)
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


def _sandboxed(options: argparse.Namespace) -> int:
    from pyharness.cli.sandbox import outlets_of, project_reach, run_sandboxed, tensor_files
    from pyharness.project.settings import load_project

    project = load_project(options.project)
    certificate = project.certificate
    beside: tuple[str, ...] = ()
    readable: tuple[Path, ...] = ()
    if options.tensors:
        from pyharness.pipeline.own_tensors import output_path

        options.tensors = [path.parent.resolve() / path.name for path in options.tensors]
        options.output = (options.output or output_path(options.tensors[0])).resolve()
        certificate, readable = options.output, tensor_files(options.tensors)
        if (pins := certificate.with_name(project.pins.name)) != project.pins.resolve():
            beside = (pins.name,)
    outlets = outlets_of(certificate, *beside)
    return run_sandboxed(options, project_reach(options, outlets=outlets, readable=readable))


def _verify_tensors(options: argparse.Namespace) -> int:
    from pyharness.pipeline.own_tensors import output_path, verify_tensors
    from pyharness.report import terminal

    project = read_project(options.project)
    with show_progress() as progress:
        done, reading = verify_tensors(
            project,
            options.tensors,
            options.output or output_path(options.tensors[0]),
            progress=progress,
            fresh=options.fresh,
            executor=named_executor(options, project),
        )
    if options.json:
        print_json(
            {
                **_as_plain(done),
                "tensors": reading.tensors,
                "bytes": reading.size,
                "bytes_read": reading.read,
                "seconds": round(reading.seconds, 3),
                "not_read": dict(reading.others),
            }
        )
        return _status(done)
    terminal.show(done.certificate, near(done.path), console=standard_output())
    rate = (
        f", {reading.read / 1e9:.3g} GB read in {reading.seconds:.3g} s"
        if reading.read
        else ", nothing read again"
    )
    say(f"Tensors: {reading.tensors:,}, {reading.size / 1e9:.3g} GB{rate}")
    for name, why in reading.others.items():
        say(f"Not read: {name!r} {why}")
    return _status(done)


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
