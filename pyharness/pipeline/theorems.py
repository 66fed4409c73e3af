"""Theorems of a project that has no claims: each is taken for a claim that says no more than it."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from pyharness.core.progress import Progress
from pyharness.evidence import Evidence
from pyharness.evidence.run import Run
from pyharness.pipeline.outside import list_topmost
from pyharness.pipeline.prove import Proved, claim_status
from pyharness.project.pack import Claim, Source
from pyharness.project.settings import Project
from pyharness.proofs.lake_project import list_theorems

__all__ = ["theorem_claims", "theorem_status"]


def theorem_claims(project: Project, *, progress: Progress) -> tuple[Claim, ...]:
    """Return a claim for each theorem of a project without packs: those that it names, or else all
    that its sources declare where lake builds it, and those of an export on which nothing else in
    it rests.

    Raises:
        HarnessError: as `list_theorems` and `list_topmost`.
    """
    outside = project.outside
    assert outside is not None
    if project.theorems is not None:
        names = list(project.theorems)
    elif outside.lake is not None:
        names = list_theorems(
            outside.lake, allowed_axioms=outside.allowed_axioms, progress=progress
        )
    else:
        names = list_topmost(project, progress=progress)
    return tuple(Claim(name, "", Source("", ""), name, None, "none", _nothing) for name in names)


def _nothing(run: Run) -> Iterable[Evidence]:
    """Gather no evidence."""
    return ()


def theorem_status(item: Claim, proofs: Proved) -> dict[str, Any]:
    """Return the status of a theorem as `claim_status` does, with what it states as its statement,
    as Lean prints it if it was asked.
    """
    proof = proofs.of(item)
    assert proof is not None
    return claim_status(item, proofs) | {"statement": proof.lean_form or proof.statement}
