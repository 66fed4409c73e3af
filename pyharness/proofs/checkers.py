"""Programs that check an export: kernels written apart from the one that comes with the harness.

A command is a program and its arguments, in which `$IN` stands for the file, and `$CONFIG` for a
file of settings in JSON as nanoda reads them. What it makes of the file it says by its exit status,
as in the Lean Kernel Arena: 0 it accepts every declaration, 1 it refuses one, 2 it declines to say.
The command `lean` is the kernel of the Lean that comes with the harness.
"""

from __future__ import annotations

import json
import shlex
import shutil
import subprocess
import tempfile
from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any, Literal

from pyharness.core.cache import Cache
from pyharness.core.errors import UsageError
from pyharness.core.files import sha256_of
from pyharness.core.progress import Progress
from pyharness.proofs.toolchain import REPLAY_MAIN, LeanError, LeanStopped, locate

__all__ = ["LEAN", "Checked", "CheckerRefused", "check_by"]

LEAN = "lean"
"""The command that is no program of its own."""

_IN, _CONFIG = "$IN", "$CONFIG"
_ASKED = 10.0
"""Seconds that a program has to tell its version."""
_LONGEST = 100
"""Characters of a version."""
_SAID = 2000
"""Characters of what a program said that an error shows."""


class CheckerRefused(LeanError):
    """A checker refuses the proofs, or failed on them."""


@dataclass(frozen=True)
class Checked:
    """What one checker made of an export.

    Attributes:
        command: how it was called.
        name: the program.
        version: what it says of its version; empty if it says nothing.
        sha256: the SHA-256 of the program's file.
        outcome: "accepted", or "declined" where it does not say.
    """

    command: str
    name: str
    version: str
    sha256: str
    outcome: Literal["accepted", "declined"]

    @property
    def title(self) -> str:
        """The name with the version."""
        return f"{self.name} {self.version}".strip()


def check_by(
    commands: Sequence[str],
    file: Path,
    lines_sha256: str,
    *,
    folder: Path,
    axioms: Sequence[str],
    cache: Cache,
    progress: Progress,
) -> list[Checked]:
    """Have checkers check an export, in their order; what one said of the same lines before is not
    asked again.

    Args:
        commands: see the module.
        file: the export, not compressed.
        lines_sha256: its SHA-256.
        folder: where the programs run, and where paths to them begin.
        axioms: those that the file may declare.
        cache: where earlier answers are.
        progress: told which one is at work.

    Raises:
        UsageError: if there is no such program, or a command does not say where the file goes.
        CheckerRefused: if a program refuses a declaration, or ends with another status.
        LeanError: if the Lean that comes with the harness cannot be run.
    """
    found = []
    for place, command in enumerate(commands):
        progress("Checkers", command, place, len(commands))
        checker = _Lean() if command == LEAN else _Program.of(command, folder)
        key = {
            "what": "checker",
            "command": command,
            "program": checker.sha256,
            "lines": lines_sha256,
            "axioms": sorted(axioms),
        }
        stored = cache.get(key)
        if stored is None:
            outcome = checker.check(file, axioms)
            stored = asdict(
                Checked(command, checker.name, checker.version, checker.sha256, outcome)
            )
            cache.put(key, stored)
        found.append(Checked(**stored))
    progress("Checkers", "", len(commands), len(commands))
    return found


class _Lean:
    """The kernel of the Lean that comes with the harness."""

    name = "Lean"

    def __init__(self) -> None:
        self._toolchain = locate()
        self.version, self.sha256 = self._toolchain.version, self._toolchain.library_sha256

    def check(self, file: Path, axioms: Sequence[str]) -> Literal["accepted", "declined"]:
        with tempfile.TemporaryDirectory(prefix="replay-") as made:
            try:
                done = self._toolchain.run(
                    [str(Path(made) / "kernel.olean")],
                    stdin=file.read_text(encoding="utf-8"),
                    program=REPLAY_MAIN,
                )
            except LeanStopped as error:
                raise CheckerRefused(f"the checker {LEAN!r} did not finish: {error}") from None
        return _outcome(LEAN, done.returncode, done.stderr)


@dataclass(frozen=True)
class _Program:
    """A program of one's own."""

    command: str
    words: Sequence[str]
    folder: Path
    name: str
    version: str
    sha256: str

    @classmethod
    def of(cls, command: str, folder: Path) -> _Program:
        words = shlex.split(command)
        if not any(_IN in word or _CONFIG in word for word in words[1:]):
            raise UsageError(
                f"the checker {command!r} does not say where the file of the proofs goes: write "
                f'{_IN} among its arguments, such as "leanchecker --from-export {_IN}"'
            )
        path = shutil.which(words[0]) or shutil.which(str(folder / words[0]))
        if path is None:
            raise UsageError(
                f"there is no program {words[0]!r} for the checker {command!r}; install it, or "
                "correct 'checkers' under [proofs] in pyharness.toml"
            )
        program = Path(path)
        return cls(
            command,
            [path, *words[1:]],
            folder,
            program.name,
            _version(program),
            sha256_of(program),
        )

    def check(self, file: Path, axioms: Sequence[str]) -> Literal["accepted", "declined"]:
        with tempfile.TemporaryDirectory(prefix="checker-") as made:
            config = Path(made) / "config.json"
            config.write_text(json.dumps(_settings(file, axioms)), encoding="utf-8")
            given = {_IN: str(file), _CONFIG: str(config)}
            words = [_filled(word, given) for word in self.words]
            try:
                done = subprocess.run(
                    words,
                    cwd=self.folder,
                    stdin=subprocess.DEVNULL,
                    capture_output=True,
                    encoding="utf-8",
                    errors="replace",
                    check=False,
                )
            except OSError as error:
                raise UsageError(
                    f"the checker {self.command!r} cannot be run: {error.strerror or error}"
                ) from None
        return _outcome(self.command, done.returncode, f"{done.stdout}\n{done.stderr}")


def _filled(word: str, given: Mapping[str, str]) -> str:
    for name, value in given.items():
        word = word.replace(name, value)
    return word


def _settings(file: Path, axioms: Sequence[str]) -> dict[str, Any]:
    """Return settings as nanoda reads them."""
    return {
        "export_file_path": str(file),
        "use_stdin": False,
        "nat_extension": True,
        "string_extension": True,
        "permitted_axioms": sorted(axioms),
        "unpermitted_axiom_hard_error": True,
        "num_threads": 1,
        "print_success_message": True,
    }


def _version(program: Path) -> str:
    """Return the first line of what a program says of its version, if it does."""
    try:
        done = subprocess.run(
            [str(program), "--version"],
            stdin=subprocess.DEVNULL,
            capture_output=True,
            encoding="utf-8",
            errors="replace",
            timeout=_ASKED,
            check=False,
        )
    except (OSError, subprocess.TimeoutExpired):
        return ""
    line = (done.stdout.strip().splitlines() or [""])[0]
    return line[:_LONGEST] if done.returncode == 0 and line.isprintable() else ""


def _outcome(command: str, status: int, said: str) -> Literal["accepted", "declined"]:
    if status == 0:
        return "accepted"
    if status == 2:
        return "declined"
    what = "refuses the proofs" if status == 1 else f"ended with status {status}"
    said = said.strip()[-_SAID:]
    raise CheckerRefused(f"the checker {command!r} {what}{said and ':'}\n{said}".rstrip())
