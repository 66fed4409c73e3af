"""The Lean library that ships with the harness: where it is, and which modules are its own.

Every project may import it beside modules of its own root. Its foundation, which alone may use
`extern` or define what the kernel computes by name, comes from here, so that no project brings its
own.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Mapping, Sequence
from functools import cache
from pathlib import Path
from typing import NamedTuple

from pyharness.proofs.toolchain import LeanError

__all__ = [
    "CHECKPOINT_CLAIMS",
    "CHECKPOINT_THEOREMS",
    "KNOWN",
    "NAME",
    "SUPPORT",
    "Known",
    "folder",
    "in_foundation",
    "in_library",
    "is_in",
    "known_constants",
    "ships",
]

NAME = "LeanMining"
"""The library's root module."""

SUPPORT = (f"{NAME}.Conformance", f"{NAME}.Foundation.Acceleration")
"""What generated Lean files and the audit need of the library, whatever a project imports."""

CHECKPOINT_CLAIMS = "pyharness.checkpoint.claims"
"""The claims about quantized checkpoints, which a project may list among its packs."""

CHECKPOINT_THEOREMS = f"{NAME}.QuantError.Levels"
"""The module of the library that proves them."""

KNOWN = Path(__file__).with_name("known_constants.json")
"""The digests of the library's constants, and of those of Lean's own core that it declares anew.
`contrib/known_constants.py` writes it."""

_PACKAGE = Path(__file__).resolve().parents[1]


@cache
def folder() -> Path:
    """Return the folder that holds the library's modules: `A.B` is `A/B.lean` in it.

    An installed package carries them itself; in a checkout they lie beside it.

    Raises:
        LeanError: if they are in neither place.
    """
    for place in (_PACKAGE / "library", _PACKAGE.parent):
        if (place / NAME / "Foundation").is_dir():
            return place
    raise LeanError(
        f"the Lean library {NAME} is missing from this installation ({_PACKAGE}); install it again"
    )


def is_in(project: Path) -> bool:
    """Whether a project's folder holds the library's modules, or others of their names."""
    return (project / NAME).exists() or (project / f"{NAME}.lean").exists()


def in_library(module: str) -> bool:
    """Whether a module is the library's, by its name."""
    return f"{module}.".startswith(f"{NAME}.")


def in_foundation(module: str) -> bool:
    """Whether a module is of the library's foundation, by its name."""
    return f"{module}.".startswith(f"{NAME}.Foundation.")


@cache
def ships(module: str, source_sha256: str) -> bool:
    """Whether a module, by its name and the digest of its source, is one that ships with the
    harness.
    """
    if not in_library(module):
        return False
    file = folder() / f"{module.replace('.', '/')}.lean"
    return file.is_file() and hashlib.sha256(file.read_bytes()).hexdigest() == source_sha256


class Known(NamedTuple):
    """Constants by their names, each with the beginnings of digests that it may have: see
    `Environment.whole_sha256`.

    Attributes:
        foundation: those of the foundation, and those of Lean's own core of the same names.
        library: the others of the library.
    """

    foundation: Mapping[str, Sequence[str]]
    library: Mapping[str, Sequence[str]]


@cache
def known_constants() -> Known:
    """Return the constants that are known in an export, where no module tells."""
    stored = json.loads(KNOWN.read_text(encoding="utf-8"))
    foundation: dict[str, list[str]] = {}
    for part in (stored["foundation"], *stored["lean"].values()):
        for name, digest in part.items():
            foundation.setdefault(name, []).append(digest)
    return Known(foundation, {name: [digest] for name, digest in stored["library"].items()})
