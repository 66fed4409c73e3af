"""A project: what `pyharness.toml` says of its proofs, claim packs, axioms and certificate."""

from __future__ import annotations

import os
import re
import shlex
import tomllib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from pyharness.core.errors import UsageError
from pyharness.core.files import read_regular
from pyharness.project.sources import ProofSource
from pyharness.proofs import library

__all__ = [
    "FILE_NAME",
    "STANDARD_AXIOMS",
    "Outside",
    "Project",
    "load_project",
    "shipped_project",
]

FILE_NAME = "pyharness.toml"

_FIELDS: dict[str, type[Any]] = {
    "name": str,
    "allowed-axioms": list,
    "certificate": str,
    "seed": int,
}
_OPTIONAL_FIELDS: dict[str, type[Any]] = {
    "packs": list,
    "lean-root": str,
    "unproved": list,
    "theorems": list,
    "proofs": dict,
    "coverage": str,
    "axioms-under": dict,
}
_PROOFS: dict[str, type[Any]] = {
    "export": str,
    "lake": str,
    "exporter": str,
    "trace": str,
    "checkers": list,
    "allowed-axioms": list,
}
"""The fields of the table `proofs`."""

STANDARD_AXIOMS = ("propext", "Classical.choice", "Quot.sound")
"""The axioms of Lean's own library."""


@dataclass(frozen=True)
class Outside:
    """Proofs that were made elsewhere than by the Lean that comes with the harness: the table
    `proofs`.

    Attributes:
        export: the file that holds them, in lean4export's format; None if `lake` is given.
        lake: the folder of the project that lake builds, from which they are exported; None if
            `export` is given.
        exporter: the program that exports them from there; None for the one that Lean brings.
        trace: the folder of the same project as LeanDojo traced it; None if it did not.
        checkers: commands that check an export, each the name of a program and its arguments.
        allowed_axioms: Lean axioms on which a theorem of these proofs may rest.
    """

    export: Path | None
    lake: Path | None
    exporter: str | None
    trace: Path | None
    checkers: tuple[str, ...]
    allowed_axioms: tuple[str, ...]


@dataclass(frozen=True)
class Project:
    """A project as its `pyharness.toml` describes it.

    Attributes:
        root: the folder that holds the file; every path in it is relative to this one.
        name: the project's name.
        lean_root: the Lean module that imports all others of the project, or the root module of the
            library that ships with the harness; empty if its proofs were all made elsewhere.
        packs: Python modules that declare claims; none if the project has theorems alone.
        allowed_axioms: Lean axioms on which a proved theorem may rest; those of `outside` hold for
            the theorems of outside.
        certificate: where the certificate is written.
        seed: the seed of every pseudo-random draw.
        library: the folder of the Lean library that the project may import from.
        unproved: the declarations of the library that are axioms or hold a `sorry`, by their full
            names; no other may.
        outside: where proofs come from that were made elsewhere; None if the Lean that comes with
            the harness builds them all.
        theorems: without packs, the full names of the theorems that `status` reports; None for
            those that the proofs themselves suggest.
        coverage: the Python module that lists the passages of the claims' sources; None if none
            does.
        axioms_under: Lean axioms on which the library's theorems may rest as well, by the module in
            which they are, or one above it.
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
    outside: Outside | None = None
    theorems: tuple[str, ...] | None = None
    coverage: str | None = None
    axioms_under: Mapping[str, tuple[str, ...]] = field(default_factory=dict, hash=False)

    @property
    def build(self) -> Path:
        """Where what is made of the project is kept, such as compiled Lean modules."""
        if self.outside is not None and self.outside.lake is not None:
            # Beside what lake makes.
            return self.outside.lake / ".lake" / "pyharness"
        return self.root / "build"

    @property
    def sources(self) -> tuple[ProofSource, ...]:
        """Where its proofs come from; the first is that of claims that do not say."""
        here: tuple[ProofSource, ...] = ("library",) if self.lean_root else ()
        return here if self.outside is None else (*here, "outside")

    def allowed_axioms_of(self, source: ProofSource) -> tuple[str, ...]:
        """The Lean axioms on which a theorem of a source may rest."""
        if source == "outside" and self.outside is not None:
            return self.outside.allowed_axioms
        return self.allowed_axioms

    @property
    def pins(self) -> Path:
        """Where what the claims' theorems say is recorded."""
        return self.pins_of(self.sources[0])

    def pins_of(self, source: ProofSource) -> Path:
        """Where what the theorems of a source say is recorded: each has its own definitions of the
        same names.
        """
        of = "" if source == self.sources[0] else f".{source}"
        return self.certificate.with_name(f"statements{of}.lock.json")


def load_project(folder: Path, *, needs_packs: bool = True) -> Project:
    """Read `pyharness.toml` in `folder`.

    Args:
        folder: the project's.
        needs_packs: whether there must be claims; without, theorems alone will do.

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
    _require_named(path, data, needs_packs)
    outside = _outside(path, data)
    _require_source(path, data)
    certificate = Path(data["certificate"])
    if certificate.is_absolute() or ".." in certificate.parts:
        raise UsageError(
            f"{path}: 'certificate' must be a path inside the project, not {data['certificate']!r}"
        )
    root = folder.resolve()
    return Project(
        root=root,
        name=data["name"],
        lean_root=data.get("lean-root", ""),
        packs=tuple(data.get("packs", ())),
        allowed_axioms=tuple(data["allowed-axioms"]),
        certificate=root / certificate,
        seed=data["seed"],
        library=library.folder(),
        unproved=tuple(data.get("unproved", ())),
        outside=outside,
        theorems=tuple(data["theorems"]) if "theorems" in data else None,
        coverage=data.get("coverage"),
        axioms_under=_axioms_under(path, data),
    )


def shipped_project() -> Project:
    """Return the project that audits outside any other: the library that ships with the harness,
    with its claims about checkpoints alone.
    """
    folder = library.folder()
    cache = Path(os.environ.get("XDG_CACHE_HOME") or Path.home() / ".cache")
    return Project(
        root=cache / "pyharness",
        name=library.NAME,
        lean_root=library.NAME,
        packs=(library.CHECKPOINT_CLAIMS,),
        allowed_axioms=("propext",),
        # Beside it lie the pins of what the library's theorems say.
        certificate=folder / "certificates" / f"{library.NAME.lower()}.json",
        seed=0,
        library=folder,
    )


def _require_named(path: Path, data: Mapping[str, Any], needs_packs: bool) -> None:
    """Require that a project names what it is about: packs, or else theorems that were proved
    elsewhere.
    """
    for key, what in (("packs", "Python module"), ("theorems", "theorem")):
        if key in data and (not data[key] or len(set(data[key])) < len(data[key])):
            raise UsageError(f"{path}: {key!r} must name at least one {what}, and none twice")
    if "packs" not in data:
        if "proofs" not in data or "lean-root" in data:
            raise UsageError(f"{path}: the field 'packs' is missing")
        if needs_packs:
            raise UsageError(
                f"{path}: it names no claims, and without them there is only `pyharness status`, "
                'which reports theorems; add packs = ["MODULE"], the Python modules that declare '
                "claims"
            )
    elif "theorems" in data:
        raise UsageError(
            f"{path}: 'theorems' is for a project without 'packs', whose claims name theorems of "
            "their own; keep one of the two"
        )


def _require_source(path: Path, data: Mapping[str, Any]) -> None:
    root, proofs = data.get("lean-root"), data.get("proofs")
    if root is None and proofs is None:
        raise UsageError(
            f"{path}: it does not say where the proofs come from: name the Lean module that imports "
            "all others as 'lean-root', or give a table such as [proofs] with export = \"FILE\" or "
            'lake = "."'
        )
    if root is not None and not re.fullmatch(r"\w+(\.\w+)*", root):
        raise UsageError(f"{path}: 'lean-root' must name a Lean module, not {root!r}")
    if root is None and "unproved" in data:
        raise UsageError(
            f"{path}: 'unproved' is of a library that this program builds, and [proofs] says that "
            "all proofs come from elsewhere; remove it, or name the library's root as 'lean-root'"
        )
    if root is None and proofs is not None and "allowed-axioms" in proofs:
        raise UsageError(
            f"{path}: there are no other proofs than those of [proofs], so say the axioms once, "
            "above: remove 'allowed-axioms' from [proofs]"
        )


def _axioms_under(path: Path, data: Mapping[str, Any]) -> dict[str, tuple[str, ...]]:
    """Read the table `axioms-under`, from modules to axioms."""
    table = data.get("axioms-under", {})
    if table and "lean-root" not in data:
        raise UsageError(
            f"{path}: 'axioms-under' is of the modules of a library that this program builds, and "
            "[proofs] says that all proofs come from elsewhere; remove it"
        )
    for module, axioms in table.items():
        if not re.fullmatch(r"\w+(\.\w+)*", module):
            raise UsageError(f"{path}: 'axioms-under' must name Lean modules, not {module!r}")
        where = f"[axioms-under] {module!r}"
        if not isinstance(axioms, list) or not all(isinstance(item, str) for item in axioms):
            raise UsageError(f"{path}: {where} must be a list of strings, not {axioms!r}")
        _require_no_sorry(path, axioms, where)
    return {module: tuple(axioms) for module, axioms in table.items()}


def _outside(path: Path, data: Mapping[str, Any]) -> Outside | None:
    """Read the table `proofs`, whose paths are relative to the file."""
    table = data.get("proofs")
    if table is None:
        return None
    _require_fields(path, table, _PROOFS, "[proofs] ")
    if ("export" in table) == ("lake" in table):
        raise UsageError(
            f"{path}: [proofs] must have one of 'export', a file in lean4export's format, and "
            "'lake', the folder of a project that lake builds"
        )
    for key in ("exporter", "trace"):
        if key in table and "lake" not in table:
            raise UsageError(f"{path}: [proofs] {key!r} goes with 'lake'")
    for command in table.get("checkers", ()):
        try:
            words = shlex.split(command)
        except ValueError as error:
            raise UsageError(f"{path}: [proofs] the checker {command!r}: {error}") from None
        if not words:
            raise UsageError(f"{path}: [proofs] 'checkers' has an empty command")
    _require_no_sorry(path, table.get("allowed-axioms", ()), "[proofs] 'allowed-axioms'")
    export, lake, trace = (
        Path(os.path.normpath(path.parent.resolve() / table[key])) if key in table else None
        for key in ("export", "lake", "trace")
    )
    return Outside(
        export=export,
        lake=lake,
        exporter=table.get("exporter"),
        trace=trace,
        checkers=tuple(dict.fromkeys(table.get("checkers", ()))),
        allowed_axioms=tuple(table.get("allowed-axioms", data["allowed-axioms"])),
    )


def _read(path: Path) -> dict[str, Any]:
    """Read a project's file; each field of it is a known one, of its type."""
    try:
        data = tomllib.loads(read_regular(path).decode("utf-8"))
    except OSError as error:
        raise UsageError(f"{path} cannot be read: {error.strerror or error}") from error
    except (ValueError, RecursionError) as error:
        # No UTF-8, no TOML, a number of thousands of digits, tables nested without end.
        raise UsageError(f"{path} cannot be read: {error}") from error
    _require_fields(path, data, _FIELDS | _OPTIONAL_FIELDS)
    _require_no_sorry(path, data["allowed-axioms"], "'allowed-axioms'")
    return data


def _require_no_sorry(path: Path, axioms: Sequence[str], where: str) -> None:
    if "sorryAx" in axioms:
        raise UsageError(
            f"{path}: {where} cannot hold sorryAx, which is what `sorry` leaves behind"
        )


def _require_fields(
    path: Path, table: Mapping[str, Any], kinds: Mapping[str, type[Any]], where: str = ""
) -> None:
    """Require that each field of a table is a known one, of its type."""
    for key, value in table.items():
        kind = kinds.get(key)
        if kind is None:
            raise UsageError(
                f"{path}: {where}unknown field {key!r}; the fields are {', '.join(kinds)}"
            )
        if not isinstance(value, kind) or isinstance(value, bool):
            raise UsageError(f"{path}: {where}{key!r} must be a {kind.__name__}, not {value!r}")
        if kind is list and not all(isinstance(item, str) for item in value):
            raise UsageError(f"{path}: {where}{key!r} must be a list of strings, not {value!r}")
