"""Small Lean projects on a copy of the library's foundation; all share one cache, which finds
modules by content.
"""

from __future__ import annotations

import shutil
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest

from pyharness.proofs.build import Build, build
from pyharness.proofs.environment import Environment
from pyharness.proofs.toolchain import Toolchain, locate

FOUNDATION = Path(__file__).resolve().parents[2] / "LeanMining" / "Foundation"


@dataclass(frozen=True)
class Project:
    """A folder with Lean modules, and the folder that they are compiled to."""

    root: Path
    out: Path
    toolchain: Toolchain

    def write(self, **modules: str) -> Project:
        """Write modules, by name with `_` for the dot; each text follows `prelude`."""
        for name, text in modules.items():
            path = self.root / f"{name.replace('_', '/')}.lean"
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_text(f"prelude\n{text}", encoding="utf-8")
        return self

    def write_files(self, files: Mapping[str, str]) -> None:
        """Write files, by their paths in the project, as they are."""
        for name, text in files.items():
            path = self.root / name
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_text(text, encoding="utf-8")

    def build(self, module: str, **arguments: Any) -> Build:
        """Build a module of the project."""
        given = {"out": self.out, "toolchain": self.toolchain, "library": self.root, **arguments}
        return build(self.root, module, **given)

    def library(self, text: str) -> tuple[Build, Environment]:
        """Build a library `LeanMining` of the foundation and one module, `LeanMining.Sample`, with
        this text.
        """
        self.write(
            LeanMining="import LeanMining.Sample\n",
            LeanMining_Sample=f"import LeanMining.Foundation.Logic\nset_option autoImplicit false\n{text}",
        )
        built = self.build("LeanMining")
        return built, Environment.load(built)


@pytest.fixture(scope="session")
def toolchain() -> Toolchain:
    return locate()


@pytest.fixture(scope="session")
def new_project(
    toolchain: Toolchain, built_project: Path, tmp_path_factory: pytest.TempPathFactory
) -> Callable[[], Project]:
    """Make projects that share a cache and have the foundation, compiled."""
    out = tmp_path_factory.mktemp("build")
    shutil.copytree(built_project / "build" / "lean", out / "lean")

    def make() -> Project:
        root = tmp_path_factory.mktemp("project")
        shutil.copytree(FOUNDATION, root / "LeanMining" / "Foundation")
        return Project(root, out, toolchain)

    return make


@pytest.fixture
def project(new_project: Callable[[], Project]) -> Project:
    """A project with the foundation and the shared cache."""
    return new_project()


@pytest.fixture
def bare(toolchain: Toolchain, tmp_path: Path) -> Project:
    """A project without the foundation and with a cache of its own, for modules that need
    nothing.
    """
    return Project(tmp_path, tmp_path / "build", toolchain)
