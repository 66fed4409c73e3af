"""Settings of every test process, and what they share: a browser, and small projects that are built
once.
"""

from __future__ import annotations

import fcntl
import os
import shutil
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import TYPE_CHECKING

import pytest
import torch
from hypothesis import settings

from tests import small_project

if TYPE_CHECKING:
    from tests.browsers import Browser

# A process a core: more threads than that fight for the cores, and take ten times as long.
torch.set_num_threads(1)
# A time limit on an example would fail it where others use the machine too.
settings.register_profile("untimed", deadline=None)
settings.load_profile("untimed")


@pytest.fixture(scope="session")
def browser(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Browser]:
    """A real browser; the test is skipped where there is none."""
    from tests import browsers

    if browsers.ABSENT:
        pytest.skip(browsers.ABSENT)
    with browsers.started(tmp_path_factory.mktemp("profile")) as browser:
        yield browser


@pytest.fixture(scope="session")
def made_once(
    tmp_path_factory: pytest.TempPathFactory,
) -> Callable[[str, Callable[[Path], None]], Path]:
    """Have a function fill a folder once for all test processes: the first one that asks does, the
    others wait. Copy it to change it.
    """
    root = tmp_path_factory.getbasetemp()
    if "PYTEST_XDIST_WORKER" in os.environ:
        root = root.parent

    def make(name: str, fill: Callable[[Path], None]) -> Path:
        folder, unfinished = root / name, root / f"{name}-unfinished"
        with (root / f"{name}.lock").open("w") as lock:
            fcntl.flock(lock, fcntl.LOCK_EX)
            if not folder.exists():
                shutil.rmtree(unfinished, ignore_errors=True)
                unfinished.mkdir()
                fill(unfinished)
                unfinished.rename(folder)
        return folder

    return make


@pytest.fixture(scope="session")
def built_project(made_once: Callable[[str, Callable[[Path], None]], Path]) -> Path:
    """The small project, its Lean library compiled and replayed, and nothing more."""

    def fill(folder: Path) -> None:
        small_project.write(folder)
        done = small_project.call(folder, "status")
        assert done.returncode == 0, done.stderr

    return made_once("built", fill)


@pytest.fixture(scope="session")
def new_project(
    built_project: Path, made_once: Callable[[str, Callable[[Path], None]], Path]
) -> Path:
    """The project that `pyharness init demo` writes, verified."""

    def fill(folder: Path) -> None:
        # What is compiled of the library already is the same for it.
        shutil.copytree(built_project / "build" / "lean", folder / "demo" / "build" / "lean")
        for place, *command in ((folder, "init", "demo"), (folder / "demo", "verify")):
            done = small_project.call(place, *command)
            assert done.returncode == 0, done.stderr

    return made_once("new", fill) / "demo"


@pytest.fixture(scope="session")
def verified_project(
    built_project: Path, made_once: Callable[[str, Callable[[Path], None]], Path]
) -> Path:
    """The small project, pinned and verified."""

    def fill(folder: Path) -> None:
        shutil.copytree(built_project, folder, dirs_exist_ok=True)
        for command in ("pin", "verify"):
            done = small_project.call(folder, command)
            assert done.returncode == 0, done.stderr

    return made_once("verified", fill)
