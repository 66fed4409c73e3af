"""pyharness audit: whether each code of a quantized checkpoint is what its original became."""

from __future__ import annotations

import argparse
import os
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
from pyharness.cli.output import complain, near, print_json, say, show_progress, standard_output
from pyharness.core.errors import (
    EXIT_LEAN,
    EXIT_OK,
    EXIT_SANDBOX,
    EXIT_UNMET,
    EXIT_USAGE,
    UsageError,
)

if TYPE_CHECKING:
    from pyharness.audit.evidence import Audited
    from pyharness.pipeline.audit import Reading
    from pyharness.pipeline.verify import Verification
    from pyharness.project.settings import Project

__all__ = ["add", "run"]

_EXITS = {
    EXIT_OK: "every check holds, of every quantized tensor",
    EXIT_UNMET: "a check does not hold, or a tensor was not read or not linked to its original",
    EXIT_USAGE: "bad usage or bad input; or no code was checked",
    EXIT_LEAN: "Lean is missing, damaged or unsupported here; the library does not build; or the "
    "two kernels disagree",
    EXIT_SANDBOX: SANDBOX_EXIT,
}


def add(commands: Commands) -> None:
    """Add the command to the parser."""
    parser = add_command(
        commands,
        "audit",
        run,
        summary="Check every code of a quantized checkpoint, against its original if it is given.",
        examples=[
            "model-int8.safetensors --original model.safetensors",
            "model-int8.onnx --original model.safetensors -o model-int8.json",
            "model-Q8_0.gguf --original folder/of/the/model",
            "model.tflite",
            "quantized --original model.safetensors --map encoder.w_q=encoder.weight",
            "model-int8.onnx --original model.safetensors --json",
            "quantized --original model --device cuda",
        ],
        exits=_EXITS,
    )
    parser.add_argument(
        "quantized",
        type=Path,
        nargs="+",
        metavar="QUANTIZED",
        help="the checkpoint: an ONNX, GGUF, TFLite or torch file, safetensors or npz files, an "
        "index of shards, or a folder",
    )
    parser.add_argument(
        "--original",
        type=Path,
        nargs="+",
        default=[],
        metavar="WEIGHTS",
        help="the weights that it was made from, in any of these formats; without them only codes, "
        "scales and zero points are checked",
    )
    parser.add_argument(
        "--map",
        action="append",
        default=[],
        metavar="NAME=ORIGINAL",
        help="the tensor that a quantized one was made from, where names and values do not tell; "
        "may be repeated",
    )
    parser.add_argument(
        "-o",
        "--output",
        type=Path,
        metavar="CERT",
        help="the certificate (default: <name>.certificate.json in this folder)",
    )
    add_project(parser, default=None)
    add_sandbox(parser, note="; of what it writes beside, only the certificate's files are taken")
    parser.add_argument(
        "--fresh",
        action="store_true",
        help="ignore what earlier runs kept, and check everything again",
    )
    add_device(
        parser,
        "where it is settled which codes are clearly right (default: cpu)",
        default="cpu",
    )
    parser.add_argument(
        "--executor",
        choices=["local", "ray"],
        default="local",
        help="local: as many threads as there are cores (default); ray: an existing Ray cluster "
        "(extra `cluster`), whose machines find the files under the same paths",
    )


def run(options: argparse.Namespace) -> int:
    """Audit a checkpoint.

    Raises:
        HarnessError: if no certificate can be written.
    """
    told = _told(options.map)
    if options.sandbox:
        return _sandboxed(options)
    from pyharness.core.device import find_device

    where = find_device(options.device)
    from pyharness.pipeline.audit import audit, output_path
    from pyharness.report.checkpoint import show

    project = _project(options.project)
    with show_progress() as progress:
        done, audited, reading = audit(
            project,
            options.quantized,
            options.output or output_path(options.quantized[0]),
            originals=options.original,
            told=told,
            progress=progress,
            fresh=options.fresh,
            device=where,
            executor=named_executor(options, project),
        )
    if options.json:
        print_json(_as_plain(done, audited, reading))
    else:
        show(done.certificate, audited, near(done.path), console=standard_output())
        if reading.size:
            say(_in_words(reading))
    return _status(done, audited)


def _in_words(reading: Reading) -> str:
    """Say how much was read, and how long it took."""
    what = f"{_size(reading.size)} of codes, scales and originals"
    if not reading.read:
        return f"{what}: none of it was read again."
    some = "" if reading.read == reading.size else f"{_size(reading.read)} of "
    return f"Read {some}{what} in {reading.seconds:.3g} s."


def _size(number: int) -> str:
    """A number of bytes in words."""
    for unit, factor in (("GB", 1e9), ("MB", 1e6), ("kB", 1e3)):
        if number >= factor:
            return f"{number / factor:.3g} {unit}"
    return f"{number} bytes"


def _told(pairs: list[str]) -> dict[str, str]:
    told: dict[str, str] = {}
    for one in pairs:
        name, equals, original = one.partition("=")
        if not (name and equals and original):
            raise UsageError(f"--map {one}: write NAME=ORIGINAL, the names of two tensors")
        if name in told:
            raise UsageError(f"--map names {name!r} twice")
        told[name] = original
    return told


def _project(folder: Path | None) -> Project:
    """The project whose claims are asked: the one that is named, or that of this folder if it has
    claims about checkpoints, or what ships with the harness.
    """
    from pyharness.project.settings import shipped_project
    from pyharness.proofs.library import CHECKPOINT_CLAIMS

    if folder is None and not os.path.lexists("pyharness.toml"):
        return shipped_project()
    project = read_project(folder or Path(), needs_packs=False)
    if CHECKPOINT_CLAIMS in project.packs:
        return project
    if folder is not None:
        raise UsageError(
            f"{project.name} has no claims about checkpoints: add {CHECKPOINT_CLAIMS!r} to `packs` in its "
            "pyharness.toml, or leave --project away"
        )
    complain(
        f"The claims of {project.name} have no part in this audit; to have them asked too, add "
        f"{CHECKPOINT_CLAIMS!r} to `packs` in pyharness.toml."
    )
    return shipped_project()


def _sandboxed(options: argparse.Namespace) -> int:
    from pyharness.cli.sandbox import outlets_of, project_reach, run_sandboxed, tensor_files
    from pyharness.core.sandbox import Reach
    from pyharness.pipeline.audit import output_path
    from pyharness.project.settings import shipped_project

    project = _project(options.project)
    options.quantized = [path.parent.resolve() / path.name for path in options.quantized]
    options.original = [path.parent.resolve() / path.name for path in options.original]
    options.output = (options.output or output_path(options.quantized[0])).resolve()
    readable = [*tensor_files(options.quantized)]
    readable += tensor_files(options.original) if options.original else ()
    pins = [project.pins_of(source) for source in project.sources]
    beside = tuple(
        path.name for path in pins if options.output.with_name(path.name) != path.resolve()
    )
    outlets = outlets_of(options.output, *beside)
    if project == shipped_project():
        # No project, whose folder is that of a cache.
        project.root.mkdir(parents=True, exist_ok=True)
        options.project = None
        where = {"XDG_CACHE_HOME": str(project.root.parent)}
        reach = Reach(project.root, project.build, [*readable, *pins], outlets, where)
    else:
        options.project = project.root
        reach = project_reach(options, outlets=outlets, readable=readable)
    return run_sandboxed(options, reach)


def _as_plain(done: Verification, audited: Audited, reading: Reading) -> dict[str, Any]:
    from pyharness.audit.evidence import badness

    pairs = audited.pairs
    return {
        "certificate": str(near(done.path)),
        "changed": done.changed,
        "digest": done.certificate["digest"],
        "summary": done.certificate["summary"],
        "failures": list(done.failures),
        "format": audited.checkpoint.format,
        "tensors": [
            row.figures()
            | {
                "causes": [
                    {"name": one.name, "says": one.says, "explains": one.explains, "of": one.of}
                    for one in row.causes
                ],
                "violations_at": [list(place) for place in row.places()],
            }
            for row in sorted(audited.rows, key=badness)
        ],
        "not_quantized": len(audited.checkpoint.plain),
        "not_linked": dict(pairs.unpaired) if pairs else None,
        "without_scales": dict(audited.checkpoint.unexplained),
        "not_read": dict(audited.checkpoint.others),
        "bytes": reading.size,
        "bytes_read": reading.read,
        "seconds": round(reading.seconds, 3),
    }


def _status(done: Verification, audited: Audited) -> int:
    """Show why evidence is missing, if any is, and return the exit status."""
    for failure in done.failures:
        complain(f"pyharness: {failure}", style="red")
    if done.failures or done.certificate["summary"]["unmet"]:
        return EXIT_UNMET
    if not audited.rows:
        complain("pyharness: no quantized tensor is in it, so no code was checked", style="red")
        return EXIT_USAGE
    return EXIT_OK
