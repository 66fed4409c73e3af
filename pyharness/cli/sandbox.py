"""`--sandbox`: a command that runs a project's own code, run again under bubblewrap."""

from __future__ import annotations

import argparse
import pickle
import shutil
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import TYPE_CHECKING

from pyharness.core.errors import EXIT_OK, EXIT_UNMET, UsageError

if TYPE_CHECKING:
    from pyharness.core.sandbox import Outlet, Reach

__all__ = [
    "entry",
    "lean_reach",
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
    return sandbox.run(
        _PROGRAM,
        [str(Path(pyharness.__file__).resolve().parents[1]), pickle.dumps(within).hex()],
        reach,
        shown=visible,
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
    """
    from pyharness.core.sandbox import Reach

    root = options.project = Path(options.project).resolve()
    # What lies in the project can be read there. A link in it is not followed out of it.
    others = [path for path in readable if not path.is_relative_to(root)]
    return Reach(root, root / "build", others, outlets)


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
    """Return every file that is read for the tensors of what a user names: also an index, and where
    an ONNX file keeps its data.

    Raises:
        HarnessError: as `pyharness.formats.sources.catalogue`.
    """
    from pyharness.formats.sources import catalogue

    found = catalogue(paths)
    indices = (index for path in paths if path.is_dir() for index in path.glob("*.index.json"))
    named = (path for path in paths if path.is_file())
    holding = (tensor.path for tensor in found.tensors.values())
    return tuple(dict.fromkeys((*found.files, *holding, *named, *indices)))


def lean_reach(folder: Path) -> Reach:
    """Return what `lake` in a Lean project can reach: the project, the toolchain, and in the place
    of `.lake` a folder in it; dependencies that are in `.lake/packages` are read from there.
    """
    from pyharness.core.sandbox import Reach

    readable, variables = [], {}
    packages = folder / ".lake" / "packages"
    if packages.is_dir() and not packages.is_symlink():
        readable.append(packages)
    if lake := shutil.which("lake"):
        for path in dict.fromkeys((Path(lake), Path(lake).resolve())):
            home = path.parents[1]
            if (home / "toolchains").is_dir():
                # elan's, which it finds by HOME.
                variables["ELAN_HOME"] = str(home)
                readable.append(home)
            else:
                readable.append(home if (home / "lib" / "lean").is_dir() else path)
    return Reach(folder, folder / ".lake", readable, variables=variables)
