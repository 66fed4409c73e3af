"""What a kernel decides of a comparison of a Lean definition with a function."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Protocol

from pyharness.proofs.cases import Comparison, Number

__all__ = ["LEAN", "SECOND", "Compared", "Decider", "Decision", "Difference"]

LEAN, SECOND = "Lean's kernel", "the second kernel"
"""Who decides."""


@dataclass(frozen=True)
class Decision:
    """What a kernel decided of one file.

    Attributes:
        accepted: whether it accepted every theorem that was asked for.
        message: what Lean said against it; empty if accepted.
        sha256: SHA-256 of what was decided: of a file's bytes, or see `Compared.decided`.
        seconds: how long it took; little if the same file was accepted before.
        refused: the theorems in which Lean reports an error, in the order of the file; not all of
            them if there are many.
    """

    accepted: bool
    message: str
    sha256: str
    seconds: float
    refused: tuple[str, ...] = ()


@dataclass(frozen=True)
class Difference:
    """Where a definition gives something else than a function did.

    Attributes:
        place: the place of the case among those that were compared.
        given: what the definition gives there; None if that was not found.
    """

    place: int
    given: Number | None


@dataclass(frozen=True)
class Compared:
    """What a kernel decided of a comparison.

    Attributes:
        decision: the decision.
        results: how many results are compared.
        path: the file.
        difference: where the two differ, if that was found.
        by: who decided.
        decided: what `decision.sha256` is of.
        rests_on: the constants of the library on which the decision rests, all that they rest on
            left out.
    """

    decision: Decision
    results: int
    path: Path
    difference: Difference | None = None
    by: str = LEAN
    decided: str = "theorems"
    rests_on: tuple[str, ...] = ()


class Decider(Protocol):
    """Decides whether Lean definitions give what was computed elsewhere.

    Attributes:
        asked: how many decisions were asked for.
    """

    asked: int

    @property
    def key(self) -> Mapping[str, Any]:
        """All that a comparison depends on beside what is compared and the constants on which it
        rests.
        """

    @property
    def library(self) -> Mapping[str, Any]:
        """What tells the constants from those of another library."""

    def basis_sha256(self, names: Sequence[str]) -> str | None:
        """Return what `Environment.basis_sha256` does; None if some constant is not there."""

    def decide(self, theorems: str | Sequence[str], source: str) -> Decision:
        """Decide the theorems of a Lean file.

        Args:
            theorems: the full name of a theorem in the file, or several; the first names the file.
            source: the file's text.

        Raises:
            UsageError: if the file cannot be decided.
        """

    def compare(self, name: str, comparison: Comparison) -> Compared:
        """Decide whether a definition gives what a function gave.

        Args:
            name: what the decision is called.
            comparison: the definition, and what the function gave.

        Raises:
            UsageError: if that cannot be decided.
        """
