"""Which part of the harness may import which: lower floors know nothing of upper ones."""

from __future__ import annotations

import ast
from collections.abc import Iterator
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[1]

FLOORS = (
    ("kernel",),
    ("core",),
    ("formats", "proofs"),
    ("evidence",),
    ("project",),
    ("certificate",),
    ("checkpoint", "pipeline", "report"),
    ("cli",),
)
"""The packages, from the bottom up. One may import from the floors below its own."""

HEIGHT = {package: height for height, packages in enumerate(FLOORS) for package in packages}


def imported(folder: Path) -> Iterator[tuple[str, str]]:
    """Yield each file of a folder with each package of the harness that it imports, wherever the
    import stands.
    """
    for path in sorted(folder.rglob("*.py")):
        for node in ast.walk(ast.parse(path.read_text("utf-8"))):
            if isinstance(node, ast.ImportFrom) and (node.module or "").startswith("pyharness."):
                yield path.relative_to(folder).as_posix(), node.module.split(".")[1]


def test_every_package_has_a_floor():
    """A new package has to be given one."""
    packages = {path.parent.name for path in (ROOT / "pyharness").glob("*/__init__.py")}
    assert packages == set(HEIGHT)


@pytest.mark.parametrize("package", HEIGHT)
def test_imports_go_down(package):
    """No file imports from a floor above, or from another package of its own."""
    folder = ROOT / "pyharness" / package
    upward = [
        f"{file} imports pyharness.{other}"
        for file, other in imported(folder)
        if other != package and HEIGHT[other] >= HEIGHT[package]
    ]
    assert not upward


def test_an_import_upward_is_found(tmp_path):
    """The check can fail."""
    (tmp_path / "low.py").write_text("def f():\n    from pyharness.cli.verify import run\n")
    assert [*imported(tmp_path)] == [("low.py", "cli")]
