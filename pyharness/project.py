"""A project: what `pyharness.toml` says of its Lean library, claim packs, axioms and certificate."""
from __future__ import annotations

import re
import tomllib
from dataclasses import dataclass
from pathlib import Path

from pyharness.errors import UsageError

__all__ = ["FILE_NAME", "Project", "load_project"]

FILE_NAME = "pyharness.toml"

_FIELDS = {
    "name": str,
    "lean-root": str,
    "packs": list,
    "allowed-axioms": list,
    "certificate": str,
    "seed": int,
}


@dataclass(frozen=True)
class Project:
    """A project as its `pyharness.toml` describes it.

    Attributes:
        root: the folder that holds the file; every path in it is relative to this one.
        name: the project's name.
        lean_root: the Lean module that imports all others.
        packs: Python modules that declare claims.
        allowed_axioms: Lean axioms on which a proved theorem may rest.
        certificate: where the certificate is written.
        seed: the seed of every pseudo-random draw.
    """

    root: Path
    name: str
    lean_root: str
    packs: tuple[str, ...]
    allowed_axioms: tuple[str, ...]
    certificate: Path
    seed: int

    @property
    def build(self) -> Path:
        """Where compiled Lean modules are kept."""
        return self.root / "build"


def load_project(folder: Path) -> Project:
    """Read `pyharness.toml` in `folder`.

    Raises:
        UsageError: if it is missing, is not TOML, or lacks a field, has an unknown one or one of the wrong type.
    """
    path = folder / FILE_NAME
    try:
        data = tomllib.loads(path.read_text(encoding="utf-8"))
    except FileNotFoundError:
        raise UsageError(f"no {FILE_NAME} in {folder}; run this in a project's folder or pass --project DIR") from None
    except (OSError, UnicodeDecodeError, tomllib.TOMLDecodeError) as error:
        raise UsageError(f"{path} cannot be read: {error}") from error
    for key in data.keys() - _FIELDS.keys():
        raise UsageError(f"{path}: unknown field {key!r}; the fields are {', '.join(_FIELDS)}")
    for key, kind in _FIELDS.items():
        if key not in data:
            raise UsageError(f"{path}: the field {key!r} is missing")
        if not isinstance(data[key], kind) or isinstance(data[key], bool):
            raise UsageError(f"{path}: {key!r} must be a {kind.__name__}, not {data[key]!r}")
        if kind is list and not all(isinstance(item, str) for item in data[key]):
            raise UsageError(f"{path}: {key!r} must be a list of strings, not {data[key]!r}")
    if not data["packs"] or len(set(data["packs"])) < len(data["packs"]):
        raise UsageError(f"{path}: 'packs' must name at least one Python module, and none twice")
    if "sorryAx" in data["allowed-axioms"]:
        raise UsageError(f"{path}: 'allowed-axioms' cannot hold sorryAx, which is what `sorry` leaves behind")
    if not re.fullmatch(r"\w+(\.\w+)*", data["lean-root"]):
        raise UsageError(f"{path}: 'lean-root' must name a Lean module, not {data['lean-root']!r}")
    certificate = Path(data["certificate"])
    if certificate.is_absolute() or ".." in certificate.parts:
        raise UsageError(f"{path}: 'certificate' must be a path inside the project, not {data['certificate']!r}")
    root = folder.resolve()
    return Project(
        root=root,
        name=data["name"],
        lean_root=data["lean-root"],
        packs=tuple(data["packs"]),
        allowed_axioms=tuple(data["allowed-axioms"]),
        certificate=root / certificate,
        seed=data["seed"],
    )
