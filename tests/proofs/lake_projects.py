"""Small lake projects, and the stand-ins for `lake` and `leanexport` that build and export them."""

from __future__ import annotations

import os
import sys
from pathlib import Path

import pytest

from pyharness.proofs.toolchain import VERSION

HERE = Path(__file__).resolve().parent
FOUNDATION = HERE.parents[1] / "LeanMining" / "Foundation"


def write(folder: Path, **files: str) -> Path:
    """Write files, by path with `_` for the slash and `__` for the dot."""
    for name, text in files.items():
        path = folder / name.replace("__", ".").replace("_", "/")
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text, encoding="utf-8")
    return folder


def make(folder: Path, **files: str) -> Path:
    """Write a lake project of one library `Small`, and what else is given."""
    (folder / "lean-toolchain").write_text(f"leanprover/lean4:v{VERSION}\n")
    return write(
        folder,
        **(
            {"lakefile__toml": '[[lean_lib]]\nname = "Small"\n', "Small__lean": "prelude\n"} | files
        ),
    )


def write_foundation(folder: Path) -> None:
    """Write the least of the foundation that makes notation work, as the project's own."""
    for name in ("Core", "Syntax"):
        text = (
            (FOUNDATION / f"{name}.lean")
            .read_text(encoding="utf-8")
            .replace("LeanMining.Foundation", "Small")
        )
        write(folder, **{f"Small_{name}__lean": text})


def on_path(patch: pytest.MonkeyPatch) -> None:
    """Put the stand-in for lake on PATH, to be run by this Python."""
    patch.setenv(
        "PATH", os.pathsep.join([str(HERE), str(Path(sys.executable).parent), os.environ["PATH"]])
    )
