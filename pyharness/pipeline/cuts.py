"""Cuts what claims need out of an export, and keeps what was cut."""

from __future__ import annotations

import re
import tempfile
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

from pyharness.core.cache import Cache
from pyharness.core.files import sha256_of
from pyharness.core.fingerprint import code
from pyharness.core.progress import Progress
from pyharness.pipeline.proofs import naming, theorems_of
from pyharness.project.pack import Claim
from pyharness.proofs.acceleration import ties
from pyharness.proofs.audit import Proof, missing
from pyharness.proofs.cut import Index, Meta
from pyharness.proofs.names import Name, parse_name, show_name

__all__ = ["Cut", "cut_around", "measured", "narrowed"]


@dataclass(frozen=True)
class Cut:
    """A part of an export.

    Attributes:
        path: the file with its lines.
        sha256: their digest.
        meta: what the export says of itself.
        constants: how many constants they declare.
        axioms: those that they declare.
    """

    path: Path
    sha256: str
    meta: Meta
    constants: int
    axioms: tuple[str, ...]

    def as_json(self) -> dict[str, Any]:
        """Return this as JSON."""
        return {**asdict(self), "path": str(self.path), "axioms": list(self.axioms)}

    @classmethod
    def from_json(cls, stored: Mapping[str, Any]) -> Cut | None:
        """Return what `as_json` made this; None if the file is no longer what it was."""
        path = Path(stored["path"])
        try:
            if sha256_of(path) != stored["sha256"]:
                return None
        except OSError:
            return None
        meta, axioms = Meta(**stored["meta"]), tuple(stored["axioms"])
        return cls(path, stored["sha256"], meta, stored["constants"], axioms)


def cut_around(
    file: Path,
    shown: str,
    sha256: str,
    claims: Sequence[Claim],
    build: Path,
    cache: Cache,
    progress: Progress,
) -> Cut:
    """Cut out of an export what the claims' theorems rest on, what may be an example of one, and
    what their evidence is compared with.
    """
    theorems, compared = theorems_of(claims), measured(claims)
    key = {
        "what": "cut",
        "code": code(["pyharness.proofs.cut", __name__]),
        "file": sha256,
        "names": [theorems, compared],
    }
    if (stored := cache.get(key)) and (kept_cut := Cut.from_json(stored)):
        return kept_cut
    index = Index(file, progress)
    with naming(claims):
        for text in theorems:
            if parse_name(text) not in index.kinds:
                missing(text, index.kinds, f"{shown} declares no theorem")
    roots = [name for text in theorems if (name := parse_name(text)) is not None]
    roots += index.examples(roots)
    roots += [name for text in compared if (name := parse_name(text)) in index.kinds and name]
    found = _write(index, roots, build, progress)
    cache.put(key, found.as_json())
    return found


def narrowed(
    wide: Cut,
    proofs: Iterable[Proof],
    claims: Sequence[Claim],
    build: Path,
    cache: Cache,
    progress: Progress,
) -> Cut:
    """Cut away what turned out to be no example."""
    names = [name for proof in proofs for name in (proof.theorem, proof.example) if name]
    names = sorted({*names, *measured(claims)})
    key = {
        "what": "narrow cut",
        "code": code(["pyharness.proofs.cut", __name__]),
        "wide": wide.sha256,
        "names": names,
    }
    if (stored := cache.get(key)) and (kept_cut := Cut.from_json(stored)):
        return kept_cut
    index = Index(wide.path, progress)
    roots = [name for text in names if (name := parse_name(text)) in index.kinds and name]
    # Most often nothing has to go.
    found = (
        wide if len(_all(index, roots)) == wide.constants else _write(index, roots, build, progress)
    )
    cache.put(key, found.as_json())
    return found


def _all(index: Index, roots: Sequence[Name]) -> set[Name]:
    """Return what some constants rest on, and what ties the functions on numbers in it."""
    return index.closure([*roots, *ties(index.closure(roots), lambda name: index.closure([name]))])


def measured(claims: Sequence[Claim]) -> list[str]:
    """Return what may be names of constants that the claims' evidence is compared with."""
    words = {
        word
        for item in claims
        for entry in item.measures
        for text in (entry.definition, *(check.lean for check in entry.checks))
        for word in re.findall(r"[^\s()@,:]+", text)
    }
    return sorted(words)


def _write(index: Index, roots: Sequence[Name], build: Path, progress: Progress) -> Cut:
    """Write the lines that declare some constants, and tie the functions on numbers that they rest
    on, to a file named by their digest.
    """
    names = _all(index, roots)
    folder = _place(build, "").parent
    folder.mkdir(parents=True, exist_ok=True)
    with tempfile.NamedTemporaryFile(dir=folder, delete=False) as draft:
        try:
            sha256 = index.write(names, draft, progress)
            draft.close()
            Path(draft.name).replace(_place(build, sha256))
        finally:
            Path(draft.name).unlink(missing_ok=True)
    axioms = sorted(show_name(name) for name in names if index.kinds[name] == "axiom")
    return Cut(_place(build, sha256), sha256, index.meta, len(names), tuple(axioms))


def _place(build: Path, sha256: str) -> Path:
    return build / "exports" / f"{sha256[:32]}.ndjson"
