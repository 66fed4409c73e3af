"""The Lean library that ships with the harness: where it is, and which modules are its own.

Every project may import it beside modules of its own root. Its foundation, which alone may use
`extern` or define what the kernel computes by name, comes from here, so that no project brings its
own.
"""

from __future__ import annotations

import hashlib
from functools import cache
from pathlib import Path

from pyharness.proofs.toolchain import LeanError

__all__ = ["NAME", "SUPPORT", "folder", "in_foundation", "in_library", "ships"]

NAME = "LeanMining"
"""The library's root module."""

SUPPORT = (f"{NAME}.Conformance", f"{NAME}.Foundation.Acceleration")
"""What generated Lean files and the audit need of the library, whatever a project imports."""

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
