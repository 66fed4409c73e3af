"""`--sandbox`: a command that runs a project's own code, run again under bubblewrap."""

from __future__ import annotations

import argparse
import dataclasses
import functools
import os
import pickle
import shlex
import shutil
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path
from typing import TYPE_CHECKING

from pyharness.core.errors import EXIT_OK, EXIT_UNMET, UsageError

if TYPE_CHECKING:
    from pyharness.core.sandbox import Outlet, Reach
    from pyharness.project.settings import Outside

__all__ = [
    "entry",
    "outlets_of",
    "project_reach",
    "run_command",
    "run_sandboxed",
    "tensor_files",
]

_PROGRAM = """\
import sys
package, options = sys.argv[1:]
if package not in sys.path:
    sys.path.insert(0, package)
from pyharness.cli.sandbox import entry
entry(options)
"""
"""What runs in the sandbox: the command, with this package from where it is here."""


def run_sandboxed(options: argparse.Namespace, reach: Reach) -> int:
    """Run the command in the sandbox and return its exit status.

    What it wrote to its outlets is written here if it succeeds, or a claim is unmet.

    Raises:
        HarnessError: if there is no sandbox, or the command cannot be run in one.
    """
    from pyharness.core.json_files import write_bytes

    status, files = run_command(options, reach)
    if status in (EXIT_OK, EXIT_UNMET):
        for path, data in files.items():
            if data is not None:
                write_bytes(path, data)
        # Until here whatever certificate is there names a file of proofs that is there too.
        for path, data in files.items():
            if data is None:
                path.unlink(missing_ok=True)
    return status


def run_command(
    options: argparse.Namespace, reach: Reach
) -> tuple[int, Mapping[Path, bytes | None]]:
    """Run a command in the sandbox, and return its exit status and what it wrote.

    Raises:
        UsageError: if it is to use a GPU or a cluster.
        HarnessError: as `pyharness.core.sandbox.run`.
    """
    import pyharness
    from pyharness.core import sandbox
    from pyharness.core.text import visible

    if getattr(options, "executor", "local") != "local":
        raise UsageError(
            "--executor ray sends a pack's code to a cluster, outside the sandbox; leave one of "
            "both away"
        )
    if getattr(options, "device", "cpu") != "cpu":
        raise UsageError("the sandbox has no GPU; leave --sandbox or --device away")
    within = argparse.Namespace(**vars(options) | {"sandbox": False})
    # What numba compiles for an audit is kept for later runs there; the package's own is read-only.
    compiled = {"NUMBA_CACHE_DIR": str(reach.kept / "numba")}
    reach = dataclasses.replace(reach, variables={**compiled, **reach.variables})
    return sandbox.run(
        _PROGRAM,
        [str(Path(pyharness.__file__).resolve().parents[1]), pickle.dumps(within).hex()],
        reach,
        shown=functools.partial(visible, keep="\n\t"),
    )


def entry(pickled: str) -> None:
    """Be the command in the sandbox."""
    from pyharness import cli

    cli.entry(pickle.loads(bytes.fromhex(pickled)))


def project_reach(
    options: argparse.Namespace, *, outlets: Sequence[Outlet] = (), readable: Sequence[Path] = ()
) -> Reach:
    """Return what a command on the project of --project can reach; the option then holds the path
    that the project has there.

    Where the proofs were made elsewhere, that is also what brings them: the export and the
    checkers' programs; or the project that lake builds, with `.lake` as the one folder to write to,
    the toolchain, and the packages that are in `.lake/packages`.

    Raises:
        UsageError: if there is no project, or what it names as its export or the folder of its lake
            project is none.
    """
    from pyharness.core.sandbox import Reach
    from pyharness.project.settings import load_project

    root = options.project = Path(options.project).resolve()
    kept, found = root / "build", [*readable]
    packages: list[Path] = []
    variables: dict[str, str] = {}
    if (outside := load_project(root, needs_packs=False).outside) is not None:
        if outside.export is not None:
            found.append(_export(outside.export, root))
        if outside.lake is not None:
            folder, packages = _lake_project(outside.lake)
            kept = folder / ".lake"
            found.append(folder)
        for program in _programs(outside, root):
            shown, named = _program(program)
            found += shown
            variables |= named
    # What lies in the project can be read there. A link in it is not followed out of it.
    others = [path for path in found if not path.is_relative_to(root)]
    return Reach(root, kept, [*others, *packages], outlets, variables)


def _export(file: Path, root: Path) -> Path:
    """Return the project's export. If it lies elsewhere it must be one, since it is the project
    that names it.

    Raises:
        BadExport: if it is none.
    """
    from pyharness.proofs.cut import require_export

    if not file.is_relative_to(root):
        require_export(file)
    return file


def _lake_project(folder: Path) -> tuple[Path, list[Path]]:
    """Return a lake project's folder, and the one of the packages that lake has fetched to it.

    Raises:
        UsageError: if it is none.
    """
    from pyharness.proofs.lake_project import require_lake_project

    require_lake_project(folder)
    folder = folder.resolve()
    packages = folder / ".lake" / "packages"
    there = packages.is_dir() and not packages.is_symlink()
    return folder, [packages] if there else []


def _programs(outside: Outside, root: Path) -> Iterator[str]:
    """Yield the programs that the proofs are made and checked with: names, or whole paths."""
    from pyharness.proofs.checkers import LEAN

    named = [(shlex.split(command)[0], root) for command in outside.checkers if command != LEAN]
    if outside.lake is not None:
        named += [("lake", root), (outside.exporter or "lean4export", outside.lake)]
    for program, folder in named:
        yield os.path.normpath(folder / program) if os.sep in program else program


def _program(name: str) -> tuple[list[Path], dict[str, str]]:
    """Return what a program needs to be readable, and its environment variables.

    Of elan and of a toolchain that is all of it, of another program on PATH its folder. Of one that
    the project names by its path, it is no more than the file.
    """
    found = shutil.which(name)
    shown: list[Path] = []
    variables = {}
    for path in dict.fromkeys((Path(found), Path(found).resolve())) if found else ():
        home = path.parent.parent
        if (home / "toolchains").is_dir():
            # elan's, which it finds by HOME.
            variables["ELAN_HOME"] = str(home)
            shown.append(home)
        elif (home / "lib" / "lean").is_dir():
            shown.append(home)
        else:
            shown.append(path if os.sep in name else path.parent)
    return shown, variables


def outlets_of(certificate: Path, *beside: str) -> tuple[Outlet, ...]:
    """Return what writing a certificate writes: it, the record of the run, its proofs, and files of
    other names beside it.
    """
    from pyharness.certificate.proofs import FOLDER, is_proofs_file
    from pyharness.core.sandbox import Outlet

    names = (certificate.name, certificate.with_suffix(".run.json").name, *beside)
    return (
        Outlet(certificate.parent, lambda name: name in names),
        Outlet(certificate.parent / FOLDER, lambda name: is_proofs_file(certificate, name)),
    )


def tensor_files(paths: Sequence[Path]) -> tuple[Path, ...]:
    """Return every file that is read for the tensors of one checkpoint that a user names: also its
    settings, an index, and where an ONNX file keeps its data.

    Raises:
        UsageError: as `pyharness.formats.quantized.checkpoint.read_checkpoint`.
    """
    from pyharness.formats.quantized.checkpoint import read_checkpoint

    found = read_checkpoint(paths)
    indices = (index for path in paths if path.is_dir() for index in path.glob("*.index.json"))
    named = (path for path in paths if path.is_file())
    parts = [*found.plain.values(), *(part for item in found.quantized for part in item.parts)]
    holding = (part.path for part in parts)
    return tuple(dict.fromkeys((*found.files, *holding, *named, *indices)))
