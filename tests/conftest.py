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

import numpy as np
import pytest
import torch
from hypothesis import settings

from tests import small_project
from tests.proofs.lake_projects import on_path

if TYPE_CHECKING:
    from tests.browsers import Browser

# A process a core: more threads than that fight for the cores, and take ten times as long.
torch.set_num_threads(1)
# A time limit on an example would fail it where others use the machine too. In CI the examples are
# the same each time, so that a change fails for what it does; elsewhere new ones are looked for.
settings.register_profile("untimed", deadline=None, derandomize="CI" in os.environ)
settings.load_profile("untimed")


@pytest.fixture(autouse=True)
def same_random_numbers() -> None:
    """Each test draws the same numbers, whichever tests ran before it in its process."""
    torch.manual_seed(0)


@pytest.fixture(scope="session")
def browser(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Browser]:
    """A real browser; the test is skipped where there is none."""
    from tests import browsers

    if browsers.ABSENT:
        pytest.skip(browsers.ABSENT)
    with browsers.started(tmp_path_factory.mktemp("profile")) as browser:
        yield browser


@pytest.fixture(scope="module")
def lake() -> Iterator[None]:
    """The stand-in for lake is on PATH."""
    with pytest.MonkeyPatch.context() as patch:
        on_path(patch)
        yield


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
def library_build(
    built_project: Path, made_once: Callable[[str, Callable[[Path], None]], Path]
) -> Path:
    """A folder `build` in which the library is compiled. Tests build beside it, so it is nothing to
    copy.
    """
    return made_once(
        "library-build",
        lambda folder: shutil.copytree(built_project / "build", folder, dirs_exist_ok=True),
    )


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
def library_cache(
    built_project: Path, made_once: Callable[[str, Callable[[Path], None]], Path]
) -> Path:
    """A folder for caches in which the library that ships with the harness is built."""

    def fill(folder: Path) -> None:
        # What is compiled of it already is the same: all of it, after `make verify`.
        compiled = folder / "pyharness" / "build" / "lean"
        for project in (built_project, small_project.ROOT):
            for record in (project / "build" / "lean").glob("*/record.json"):
                module = compiled / record.parent.name
                shutil.copytree(record.parent, module, dirs_exist_ok=True)
        np.savez(folder / "codes.npz", w=np.int8([1, -127]), w_scale=np.float32([1]))
        done = small_project.call(folder, "audit", "codes.npz", XDG_CACHE_HOME=str(folder))
        assert done.returncode == 0, done.stderr

    return made_once("library", fill)


@pytest.fixture(scope="session")
def auditing_project(
    built_project: Path, made_once: Callable[[str, Callable[[Path], None]], Path]
) -> Path:
    """The small project with the claims about checkpoints among its packs, pinned. What an audit
    gathers of them beside the tensors is kept.
    """

    def fill(folder: Path) -> None:
        shutil.copytree(built_project, folder, dirs_exist_ok=True)
        (folder / "pyharness.toml").write_text(small_project.AUDITING)
        np.savez(folder / "codes.npz", w=np.int8([1, -127]), w_scale=np.float32([1]))
        for command in (["pin"], ["audit", "codes.npz", "-o", "build/codes.json"]):
            done = small_project.call(folder, *command)
            assert done.returncode == 0, done.stderr
        (folder / "codes.npz").unlink()

    return made_once("auditing", fill)


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
