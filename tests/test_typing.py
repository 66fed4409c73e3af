"""The types of the public API, as a claim pack meets them."""

from __future__ import annotations

import ast
import importlib.util
import subprocess
import sys
from importlib import import_module
from pathlib import Path

import pytest

import pyharness

ROOT = Path(__file__).resolve().parent.parent
API = ROOT / "tests" / "typing" / "api.py"

needs_mypy = pytest.mark.skipif(
    importlib.util.find_spec("mypy") is None, reason="mypy is not installed: the extra `lint`"
)


def imports(path: Path, module: str | None = None) -> dict[str, str]:
    """The names that a file imports, each with the module that it comes from."""
    return {
        alias.name: node.module
        for node in ast.walk(ast.parse(path.read_text()))
        if isinstance(node, ast.ImportFrom) and module in (None, node.module)
        for alias in node.names
    }


def mypy(path: Path) -> subprocess.CompletedProcess:
    """Run mypy on a file, with the project's settings."""
    return subprocess.run(
        [sys.executable, "-m", "mypy", "--follow-imports", "silent", str(path)],
        cwd=ROOT,
        text=True,
        capture_output=True,
        check=False,
    )


class TestPublicNames:
    def test_the_type_checker_is_told_of_each(self):
        """What is imported when it is first used, and what a type checker reads, are the same names
        from the same modules.
        """
        declared = imports(Path(pyharness.__file__))
        told = {name: module for name, module in declared.items() if module.startswith("pyharness")}
        assert told == pyharness._MODULES

    @pytest.mark.parametrize("name", pyharness.__all__)
    def test_each_is_public_where_it_is_defined(self, name):
        """The module that it comes from lists it, and gives the same object."""
        module = import_module(pyharness._MODULES[name])
        assert name in module.__all__
        assert getattr(pyharness, name) is getattr(module, name)


class TestTypes:
    def test_every_name_is_used(self):
        """The pack for the type checker imports all that is public."""
        assert set(imports(API, "pyharness")) == set(pyharness.__all__)

    @needs_mypy
    def test_a_pack_can_be_typed(self):
        """A pack that uses all of the public API is clean under mypy, and infers what it says."""
        done = mypy(API)
        assert done.returncode == 0, done.stdout

    @needs_mypy
    def test_a_wrong_type_is_noticed(self, tmp_path):
        """A pack with a name's type wrong is not clean: the names do have types."""
        path = tmp_path / "wrong.py"
        path.write_text("from pyharness import significant\n\nnumber: int = significant(0.5)\n")
        done = mypy(path)
        assert done.returncode == 1 and "Incompatible types in assignment" in done.stdout
