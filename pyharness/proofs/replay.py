"""Replays a library: every declaration is checked again by Lean's kernel, from the stored files and
from nothing.
"""

from __future__ import annotations

import dataclasses
import tempfile
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from pyharness.core.text import few
from pyharness.proofs.environment import Environment, UnknownConstant
from pyharness.proofs.export import export
from pyharness.proofs.names import Name, show_name
from pyharness.proofs.olean import DamagedOlean, Olean
from pyharness.proofs.toolchain import REPLAY_MAIN, LeanError, LeanStopped, Toolchain

__all__ = ["Replay", "ReplayRefused", "accepts", "replay"]


class ReplayRefused(LeanError):
    """The kernel refuses what a stored file declares, or holds something else in the end than the
    file says.
    """


@dataclass(frozen=True)
class Replay:
    """What a replay covered.

    Attributes:
        constants: how many constants the kernel holds in the end, each equal to the stored one.
        skipped: the unsafe and partial constants, for which the kernel vouches in no case; no safe
            one rests on them.
    """

    constants: int
    skipped: tuple[str, ...]


def replay(environment: Environment, toolchain: Toolchain) -> Replay:
    """Have the kernel check every safe constant of an environment again, in a process of its own.

    The process starts with no constant at all. It gets each declaration as `export` writes it, so
    it depends on the stored types and values and on nothing else in the files: no cached flag, no
    setting of the source. Then the kernel's own record of each constant, recursors included, is
    read back and compared with the stored one.

    Raises:
        ReplayRefused: if the kernel refuses a declaration, is stopped, or holds something else than
            is stored; or if there is nothing to replay.
        DamagedOlean: if a stored file is damaged, or declarations in it rest on each other.
    """
    safe: list[Name] = []
    skipped: list[str] = []
    for name in environment.modules:
        if environment.constant(name).safety == "safe":
            safe.append(name)
        else:
            skipped.append(show_name(name))
    if not safe:
        raise ReplayRefused("the library declares nothing, so nothing was replayed")
    with _given(environment, safe, toolchain, {}) as made:
        _compare(environment, safe, _read(made, environment))
    return Replay(len(safe), tuple(skipped))


def accepts(
    environment: Environment,
    names: Sequence[Name],
    toolchain: Toolchain,
    *,
    renamed: Mapping[Name, Name],
) -> None:
    """Have the kernel check constants and all that they rest on, some of these under other names.

    Raises:
        ReplayRefused: if the kernel refuses a declaration or is stopped.
        DamagedOlean: as `replay`.
    """
    with _given(environment, names, toolchain, renamed):
        pass


@contextmanager
def _given(
    environment: Environment,
    names: Sequence[Name],
    toolchain: Toolchain,
    renamed: Mapping[Name, Name],
) -> Iterator[Path]:
    """Give the declarations of constants to the kernel; yield the file of what it then holds."""
    try:
        lines = "\n".join(export(environment, names, renamed=renamed)) + "\n"
    except UnknownConstant as error:
        raise ReplayRefused(f"a constant rests on one that is declared nowhere: {error}") from None
    with tempfile.TemporaryDirectory(prefix="replay-") as folder:
        made = Path(folder) / "kernel.olean"
        try:
            done = toolchain.run([str(made)], stdin=lines, program=REPLAY_MAIN)
        except LeanStopped as error:
            raise ReplayRefused(f"the replay did not finish: {error}") from None
        if done.returncode == 1:
            raise ReplayRefused(f"the kernel refuses {done.stderr.strip()}")
        if done.returncode:
            raise ReplayRefused(
                f"the replay ended with status {done.returncode}: {done.stderr.strip()[-2000:]}"
            )
        yield made


def _read(path: Path, environment: Environment) -> Olean:
    try:
        return Olean(path, path.read_bytes(), environment.terms)
    except (OSError, DamagedOlean) as error:
        raise ReplayRefused(f"what the kernel holds cannot be read back: {error}") from error


def _compare(environment: Environment, names: list[Name], held: Olean) -> None:
    """Compare each stored constant with the kernel's record of it."""
    if different := set(names) ^ set(held.kinds):
        raise ReplayRefused(
            f"the kernel and the files differ in which constants there are: {_listed(different)}"
        )
    for name in names:
        stored, found = environment.constant(name), held.constant(name)
        if stored != found:
            fields = [
                item.name
                for item in dataclasses.fields(stored)
                if getattr(stored, item.name) != getattr(found, item.name)
            ]
            raise ReplayRefused(
                f"{show_name(name)}: the kernel's own record differs from the stored one in "
                f"{', '.join(fields)}"
            )


def _listed(names: set[Name]) -> str:
    return few(sorted(map(show_name, names)), 5)
