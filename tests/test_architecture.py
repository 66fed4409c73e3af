"""Which part of the harness may import which: lower floors know nothing of upper ones."""

from __future__ import annotations

import ast
from collections.abc import Iterator
from pathlib import Path

import pytest

from pyharness.core.fingerprint import code

ROOT = Path(__file__).resolve().parents[1]

FLOORS = (
    ("kernel",),
    ("core",),
    ("formats", "proofs"),
    ("evidence",),
    ("audit",),
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


# ------------------------------------------------------------------------------- what is printed
PRINTS = "cli/output.py"
"""The one module whose functions print."""
OWN_PROCESS = ("kernel/__main__.py", "proofs/_agreement_main.py", "proofs/_replay_main.py")
"""Programs that run apart: the stand-alone kernel, and what the harness starts and reads."""


def printing(folder: Path) -> Iterator[str]:
    """Yield each place of a folder's files that prints by itself: `print`, the standard streams, or
    a console of rich.
    """
    for path in sorted(folder.rglob("*.py")):
        for node in ast.walk(ast.parse(path.read_text("utf-8"))):
            called = getattr(node, "func", None)
            stream = isinstance(node, ast.Attribute) and node.attr in ("stdout", "stderr")
            if getattr(called, "id", None) in ("print", "Console") or (
                stream and getattr(node.value, "id", None) == "sys"
            ):
                yield f"{path.relative_to(folder).as_posix()}:{node.lineno}"


def test_one_module_prints():
    """So no command can forget to make foreign text visible. `sys.stdout` is flushed at the end;
    the sandbox passes on what a command printed, made visible, and prints a list that it reads
    itself.
    """
    found = [
        place
        for place in printing(ROOT / "pyharness")
        if place.partition(":")[0] not in (PRINTS, *OWN_PROCESS)
    ]
    assert {place.partition(":")[0] for place in found} == {"cli/__init__.py", "core/sandbox.py"}


@pytest.mark.parametrize("line", ["print('a')", "sys.stderr.write('a')", "Console().print('a')"])
def test_a_module_that_prints_is_found(tmp_path, line):
    """The check can fail."""
    (tmp_path / "command.py").write_text(f"import sys\n{line}\n")
    assert [*printing(tmp_path)] == ["command.py:2"]


def test_what_the_second_kernel_depends_on_is_its_own_code():
    """An import by name would make its answers depend on all modules that happen to be loaded."""
    used = code(["pyharness.proofs._agreement_main"])
    assert all(
        name in ("pyharness", "pyharness.proofs", "pyharness.proofs._agreement_main")
        or name.startswith("pyharness.kernel")
        for name in used
    )
