"""A small real project, which the command line is run on."""

from __future__ import annotations

import io
import os
import subprocess
import sys
from collections.abc import Iterator
from contextlib import chdir, contextmanager, redirect_stderr, redirect_stdout
from pathlib import Path
from typing import Any
from unittest import mock

from pyharness.cli import main

__all__ = [
    "AUDITING",
    "CONFIG",
    "LEAN",
    "PACK",
    "ROOT",
    "call",
    "importable",
    "run",
    "write",
    "write_pack",
]

ROOT = Path(__file__).resolve().parent.parent

LEAN = """\
prelude
import LeanMining.Foundation.Acceleration

/-- Proved. -/
theorem Small.proved (a b : Prop) (h : a ∧ b) : b ∧ a := ⟨h.2, h.1⟩

/-- Not proved. -/
theorem Small.unfinished (a : Prop) : a ∨ a → a := sorry

/-- Rests on what is not proved. -/
theorem Small.rests (a : Prop) (h : a) : a := Small.unfinished a (.inl h)
"""

PACK = """\
from pyharness.project.pack import Source, claim
from pyharness.evidence import Evidence

PAPER = Source("A paper", "Section 1")


@claim("small.proved", statement="Conjunction commutes.", source=PAPER, theorem="{theorem}", tier="{tier}")
def proved(run):
    yield Evidence("exhaustive", "the four cases", 4, 0, "4 cases")


@claim("small.open", statement="Nothing is said.", source=PAPER, tier="none")
def nothing(run):
    return []
"""

CONFIG = """\
name = "Small"
lean-root = "Small"
packs = ["small_pack"]
allowed-axioms = []
certificate = "certificates/small.json"
seed = 0
unproved = ["Small.unfinished"]
"""

AUDITING = CONFIG.replace('"small_pack"', '"small_pack", "pyharness.checkpoint.claims"').replace(
    "axioms = []", 'axioms = ["propext"]'
)
"""The settings of a project that has the claims about checkpoints among its packs."""


def write(folder: Path) -> None:
    """Write the project's sources."""
    (folder / "Small.lean").write_text(LEAN)
    (folder / "pyharness.toml").write_text(CONFIG)
    write_pack(folder)


def write_pack(folder: Path, theorem: str = "Small.proved", tier: str = "silver") -> None:
    """Write the pack, its first claim with another theorem or tier."""
    (folder / "small_pack.py").write_text(PACK.format(theorem=theorem, tier=tier))


@contextmanager
def importable(folder: Path) -> Iterator[None]:
    """Find modules in the folder; in the end forget it and any that came with it, and what was
    imported from them.
    """
    path = [*sys.path]
    sys.path.insert(0, str(folder))
    try:
        yield
    finally:
        added = [str(folder), *(entry for entry in sys.path if entry not in path)]
        sys.path[:] = path
        for name, module in [*sys.modules.items()]:
            if (getattr(module, "__file__", None) or "").startswith(
                tuple(f"{entry}{os.sep}" for entry in added)
            ):
                del sys.modules[name]


_SHOWN = {"NO_COLOR": "1", "COLUMNS": "120"}


def call(folder: Path, *arguments: str, **variables: str) -> subprocess.CompletedProcess[str]:
    """Run a command in the folder as `run` does, but in this process, which has imported what takes
    seconds to import; with more variables of the environment.
    """
    output, errors = io.StringIO(), io.StringIO()
    with (
        importable(folder),
        chdir(folder),
        mock.patch.dict(os.environ, _SHOWN | variables),
        redirect_stdout(output),
        redirect_stderr(errors),
    ):
        status = main(arguments)
    return subprocess.CompletedProcess(arguments, status, output.getvalue(), errors.getvalue())


def run(folder: Path, *arguments: str, **options: Any) -> subprocess.CompletedProcess[str]:
    """Run the executable in a process of its own, in the folder."""
    environment = {**os.environ, "PYTHONPATH": str(ROOT), **_SHOWN}
    return subprocess.run(
        [sys.executable, "-m", "pyharness", *arguments],
        cwd=folder,
        env=environment,
        text=True,
        capture_output=True,
        timeout=120,
        check=False,
        **options,
    )
