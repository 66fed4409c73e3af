"""Proving: find what is known of the proofs of a project's claims, and hold it against what was
pinned.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from pyharness.certificate.tiers import proof_status
from pyharness.core.progress import Progress
from pyharness.pipeline.built import build_library, lean_kernel, prove_built
from pyharness.pipeline.outside import prove_outside
from pyharness.pipeline.proofs import Proofs, kept, of_source, once, source_of
from pyharness.project.pack import Claim
from pyharness.project.pins import Change, pin, read_pins, require_unchanged
from pyharness.project.settings import Project
from pyharness.project.sources import ProofSource
from pyharness.proofs.audit import Proof
from pyharness.proofs.toolchain import locate

if TYPE_CHECKING:
    from pyharness.proofs.decisions import Decider

__all__ = ["Proved", "claim_status", "find_deciders", "pin_theorems", "prove", "prove_as_pinned"]


@dataclass(frozen=True)
class Proved:
    """What is known of the proofs of a project's claims, of each source apart: a name may be
    declared in two of them and mean something else in each.

    Attributes:
        project: the project.
        by_source: the proofs of each source.
    """

    project: Project
    by_source: Mapping[ProofSource, Proofs]

    def under(self, item: Claim) -> Proofs:
        """The proofs of the source that a claim's theorem is of."""
        return self.by_source[source_of(item, self.project)]

    def of(self, item: Claim) -> Proof | None:
        """The proof of the theorem that a claim names, or of its negation; None for an open
        claim.
        """
        return self.under(item).of(item)

    @property
    def library(self) -> Mapping[str, Any] | None:
        """What a certificate says of the whole library; None if there is only a part of one."""
        return next(iter(self.by_source.values())).library

    def require_listed(self, unproved: Collection[str]) -> None:
        """Require that the library proves all but what the project lists.

        Raises:
            UnprovedError: if not.
        """
        for proofs in self.by_source.values():
            proofs.require_listed(unproved)


def prove(
    project: Project, claims: Sequence[Claim], *, progress: Progress, fresh: bool = False
) -> Proved:
    """Find what is known of the proofs of claims: by building the project's library, from an
    export, or both.

    Raises:
        HarnessError: as `prove_built` and `prove_outside`; or if a claim names a source that the
            project does not have.
    """
    find = {"library": prove_built, "outside": prove_outside}
    named = {source: of_source(claims, project, source) for source in project.sources}
    return Proved(
        project,
        {
            source: find[source](project, some, progress=progress, fresh=fresh)
            for source, some in named.items()
        },
    )


def find_deciders(
    project: Project, claims: Sequence[Claim], *, progress: Progress
) -> dict[ProofSource, Decider]:
    """Return what decides conformance with the definitions of each source, with nothing kept from
    earlier runs.

    Raises:
        HarnessError: as `prove`.
    """
    found: dict[ProofSource, Decider] = {}
    for source in project.sources:
        some = of_source(claims, project, source)
        if source == "outside":
            proofs = prove_outside(project, some, progress=progress)
            found[source] = proofs.decider(project, fresh=True)
            continue
        progress("Lean", "checking the toolchain", 0, 1)
        toolchain = locate()
        library = build_library(project, toolchain, progress=progress)
        found[source] = lean_kernel(project, toolchain, library, fresh=True)
    return found


def prove_as_pinned(
    project: Project, claims: Sequence[Claim], *, progress: Progress, fresh: bool = False
) -> tuple[Proved, dict[ProofSource, frozenset[str]]]:
    """Prove, and hold what the theorems say against what was pinned; also return the theorems of
    each source that were.

    Raises:
        HarnessError: as `prove`; or if a statement, a definition under one or the foundation is not
            as it was pinned.
    """
    proved = prove(project, claims, progress=progress, fresh=fresh)
    return proved, {
        source: _as_pinned(project, source, proofs, fresh=fresh)
        for source, proofs in proved.by_source.items()
    }


def _as_pinned(
    project: Project, source: ProofSource, proofs: Proofs, *, fresh: bool
) -> frozenset[str]:
    path = project.pins_of(source)
    pins = read_pins(path)
    if pins is None:
        return frozenset()

    def find() -> bool:
        require_unchanged(pins, path, proofs.foundation, proofs.environment, proofs.by_theorem)
        return True

    key = proofs.key("pins", "pyharness.project.pins")
    once(
        kept(project, fresh=fresh),
        key | {"pins": pins, "theorems": sorted(proofs.by_theorem)},
        find,
    )
    return frozenset(pins["theorems"])


def pin_theorems(
    project: Project, claims: Sequence[Claim], *, progress: Progress
) -> dict[ProofSource, list[Change]]:
    """Prove, record what the theorems of each source say, and return what is new or differs from
    what was recorded.

    Raises:
        HarnessError: as `prove` and `pyharness.project.pins.pin`.
    """
    proved = prove(project, claims, progress=progress)
    return {
        source: pin(
            project.pins_of(source), proofs.foundation, proofs.environment, proofs.by_theorem
        )
        for source, proofs in proved.by_source.items()
    }


def claim_status(item: Claim, proved: Proved) -> dict[str, Any]:
    """Return one claim's proof status as plain JSON; `settled` is False where a theorem it names
    does not settle it. Where there are two sources, `source` says of which the theorem is.
    """
    proof = proved.of(item)
    row: dict[str, Any] = {
        "id": item.id,
        "statement": item.statement,
        "status": "open",
        "theorem": None,
        "file": None,
        "line": None,
        "axioms": [],
        "note": item.no_theorem or "",
        "settled": True,
    }
    if proof is not None:
        status = proof_status(proof.status, negates=item.negation is not None)
        row |= {
            "status": status,
            "theorem": proof.theorem,
            "file": proof.file,
            "line": proof.line,
            "axioms": list(proof.axioms),
            "note": proof.note,
            "settled": status in ("proved", "refuted"),
        }
    if len(proved.by_source) > 1:
        row["source"] = source_of(item, proved.project)
    return row
