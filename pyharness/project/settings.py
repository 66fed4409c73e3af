"""A project: what `pyharness.toml` says of its Lean library, claim packs, axioms and
certificate.
"""

from __future__ import annotations

import os
import re
import tomllib
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from pyharness.core.errors import UsageError
from pyharness.core.files import read_regular
from pyharness.proofs import library

__all__ = [
    "FILE_NAME",
    "STANDARD_AXIOMS",
    "LeanPolicy",
    "Project",
    "load_lean_policy",
    "load_project",
]

FILE_NAME = "pyharness.toml"

_FIELDS: dict[str, type[Any]] = {
    "name": str,
    "lean-root": str,
    "packs": list,
    "allowed-axioms": list,
    "certificate": str,
    "seed": int,
}
_OPTIONAL_FIELDS: dict[str, type[Any]] = {"unproved": list, "theorems": list}

STANDARD_AXIOMS = ("propext", "Classical.choice", "Quot.sound")
"""The axioms of Lean's own library, allowed where no `pyharness.toml` says otherwise."""


@dataclass(frozen=True)
class Project:
    """A project as its `pyharness.toml` describes it.

    Attributes:
        root: the folder that holds the file; every path in it is relative to this one.
        name: the project's name.
        lean_root: the Lean module that imports all others of the project.
        packs: Python modules that declare claims.
        allowed_axioms: Lean axioms on which a proved theorem may rest.
        certificate: where the certificate is written.
        seed: the seed of every pseudo-random draw.
        library: the folder of the Lean library that the project may import from.
        unproved: the declarations of the library that are axioms or hold a `sorry`, by their full
            names; no other may.
    """

    root: Path
    name: str
    lean_root: str
    packs: tuple[str, ...]
    allowed_axioms: tuple[str, ...]
    certificate: Path
    seed: int
    library: Path
    unproved: tuple[str, ...] = ()

    @property
    def build(self) -> Path:
        """Where compiled Lean modules are kept."""
        return self.root / "build"

    @property
    def pins(self) -> Path:
        """Where what the claims' theorems say is recorded."""
        return self.certificate.with_name("statements.lock.json")


def load_project(folder: Path) -> Project:
    """Read `pyharness.toml` in `folder`.

    Raises:
        UsageError: if it is missing, is not TOML, or lacks a field, has an unknown one or one of
            the wrong type.
    """
    path = folder / FILE_NAME
    if not os.path.lexists(path):
        raise UsageError(
            f"no {FILE_NAME} in {folder}; run this in a project's folder or pass --project DIR"
        )
    data = _read(path)
    for key in _FIELDS:
        if key not in data:
            raise UsageError(f"{path}: the field {key!r} is missing")
    if not data["packs"] or len(set(data["packs"])) < len(data["packs"]):
        raise UsageError(f"{path}: 'packs' must name at least one Python module, and none twice")
    if not re.fullmatch(r"\w+(\.\w+)*", data["lean-root"]):
        raise UsageError(f"{path}: 'lean-root' must name a Lean module, not {data['lean-root']!r}")
    certificate = Path(data["certificate"])
    if certificate.is_absolute() or ".." in certificate.parts:
        raise UsageError(
            f"{path}: 'certificate' must be a path inside the project, not {data['certificate']!r}"
        )
    root = folder.resolve()
    return Project(
        root=root,
        name=data["name"],
        lean_root=data["lean-root"],
        packs=tuple(data["packs"]),
        allowed_axioms=tuple(data["allowed-axioms"]),
        certificate=root / certificate,
        seed=data["seed"],
        library=library.folder(),
        unproved=tuple(data.get("unproved", ())),
    )


@dataclass(frozen=True)
class LeanPolicy:
    """What `pyharness.toml` says of a project that Lean's own build tool builds.

    Attributes:
        allowed_axioms: Lean axioms on which a proved theorem may rest.
        theorems: the full names of the theorems to report; None for all that the project declares.
    """

    allowed_axioms: tuple[str, ...] = STANDARD_AXIOMS
    theorems: tuple[str, ...] | None = None


def load_lean_policy(folder: Path) -> LeanPolicy:
    """Read `allowed-axioms` and `theorems` from `pyharness.toml` in `folder`; neither they nor the
    file need be there.

    Raises:
        UsageError: if the file is not TOML, or has an unknown field or one of the wrong type.
    """
    path = folder / FILE_NAME
    data = _read(path) if os.path.lexists(path) else {}
    theorems = data.get("theorems")
    return LeanPolicy(
        allowed_axioms=tuple(data.get("allowed-axioms", STANDARD_AXIOMS)),
        theorems=None if theorems is None else tuple(dict.fromkeys(theorems)),
    )


def _read(path: Path) -> dict[str, Any]:
    """Read a project's file; each field that is there is a known one, of its type."""
    try:
        data = tomllib.loads(read_regular(path).decode("utf-8"))
    except OSError as error:
        raise UsageError(f"{path} cannot be read: {error.strerror or error}") from error
    except (ValueError, RecursionError) as error:
        # No UTF-8, no TOML, a number of thousands of digits, tables nested without end.
        raise UsageError(f"{path} cannot be read: {error}") from error
    kinds = _FIELDS | _OPTIONAL_FIELDS
    for key, value in data.items():
        kind = kinds.get(key)
        if kind is None:
            raise UsageError(f"{path}: unknown field {key!r}; the fields are {', '.join(kinds)}")
        if not isinstance(value, kind) or isinstance(value, bool):
            raise UsageError(f"{path}: {key!r} must be a {kind.__name__}, not {value!r}")
        if kind is list and not all(isinstance(item, str) for item in value):
            raise UsageError(f"{path}: {key!r} must be a list of strings, not {value!r}")
    if "sorryAx" in data.get("allowed-axioms", ()):
        raise UsageError(
            f"{path}: 'allowed-axioms' cannot hold sorryAx, which is what `sorry` leaves behind"
        )
    return data
