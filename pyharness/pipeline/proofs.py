"""What is known of the proofs of a project's claims, wherever they were made."""

from __future__ import annotations

import time
from abc import ABC, abstractmethod
from collections.abc import Callable, Collection, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import asdict, dataclass
from typing import Any

from pyharness.core.cache import Cache
from pyharness.core.errors import UsageError
from pyharness.core.fingerprint import code, keep_sources
from pyharness.project.pack import Claim
from pyharness.project.settings import Project
from pyharness.project.sources import ProofSource
from pyharness.proofs.audit import BadTheorem, Proof
from pyharness.proofs.decisions import Decider
from pyharness.proofs.dependencies import Dependencies
from pyharness.proofs.environment import Environment

__all__ = [
    "Audited",
    "Carried",
    "Proofs",
    "audited",
    "kept",
    "naming",
    "of_source",
    "once",
    "source_of",
    "theorems_of",
    "timed",
]


@dataclass(frozen=True)
class Carried:
    """The lines that carry proofs, and what the kernels beside the second one made of them.

    Attributes:
        lines: in lean4export's format; empty if no claim names a theorem.
        names: the theorems and their examples, sorted.
        kernels: the kernels that accepted every declaration in the lines, by their names.
        checkers: the programs that were asked, as a certificate lists them.
        answer: what the second kernel said of the lines, see `SecondKernel.answer`; None if it was
            not asked yet.
    """

    lines: bytes
    names: Sequence[str]
    kernels: Sequence[str]
    checkers: Sequence[Mapping[str, Any]] = ()
    answer: Mapping[str, Any] | None = None


@dataclass(frozen=True)
class Proofs(ABC):
    """What is known of the proofs of a project's claims, or of those of one source.

    Attributes:
        by_theorem: each named theorem's proof, by its full name.
        definitions: those that give the theorems their meaning, as a certificate lists them.
        seconds: how long each stage took, by its name.
    """

    by_theorem: Mapping[str, Proof]
    definitions: Sequence[Mapping[str, Any]]
    seconds: dict[str, float]

    def of(self, item: Claim) -> Proof | None:
        """The proof of the theorem that a claim names, or of its negation; None for an open
        claim.
        """
        theorem = item.theorem or item.negation
        return self.by_theorem[theorem] if theorem else None

    def carries(self, proof: Proof) -> bool:
        """Whether a proof is among those that are carried, and that kernels check."""
        return True

    def key(self, what: str, *modules: str) -> dict[str, Any]:
        """All that what these modules' code makes of the proofs depends on."""
        return {"what": what, "code": code(modules), **self.identity}

    @property
    @abstractmethod
    def environment(self) -> Environment:
        """Declares the theorems and all that they rest on."""

    @property
    @abstractmethod
    def identity(self) -> Mapping[str, Any]:
        """What tells these proofs from others, as JSON."""

    @property
    @abstractmethod
    def reading(self) -> str:
        """Whose reading of statements and axioms the second kernel's is compared with."""

    @property
    @abstractmethod
    def foundation(self) -> Mapping[str, str]:
        """The digest of each source of the foundation, by its file."""

    @property
    @abstractmethod
    def replayed(self) -> bool:
        """Whether a kernel other than the second one checked all that the theorems rest on."""

    @property
    @abstractmethod
    def library(self) -> Mapping[str, Any] | None:
        """What a certificate says of the whole library; None if there is only a part of one."""

    @abstractmethod
    def lean(self) -> dict[str, Any]:
        """Return what a certificate holds of Lean."""

    @abstractmethod
    def carried(self, cache: Cache) -> Carried:
        """Return what carries the proofs.

        Raises:
            HarnessError: if they cannot be written down.
        """

    @abstractmethod
    def require_listed(self, unproved: Collection[str]) -> None:
        """Require that the library proves all but what the project lists.

        Raises:
            UnprovedError: if not.
        """

    @abstractmethod
    def decider(self, project: Project, *, fresh: bool) -> Decider:
        """Return what decides conformance."""


@dataclass(frozen=True)
class Audited:
    """What an audit found.

    Attributes:
        proofs: each named theorem's proof, by its name.
        definitions: those that give the theorems their meaning, as a certificate lists them.
    """

    proofs: Mapping[str, Proof]
    definitions: Sequence[Mapping[str, Any]]


def source_of(item: Claim, project: Project) -> ProofSource:
    """Return where the theorem of a claim comes from.

    Raises:
        UsageError: if the project has no such source.
    """
    if item.proofs is None or item.proofs in project.sources:
        return item.proofs or project.sources[0]
    raise UsageError(
        f"claim {item.id}: its theorem is said to be of the {item.proofs!r} proofs, and "
        + (
            "pyharness.toml has no table [proofs]"
            if item.proofs == "outside"
            else "pyharness.toml names no 'lean-root'"
        )
    )


def of_source(claims: Sequence[Claim], project: Project, source: ProofSource) -> list[Claim]:
    """Return those of a project's claims whose theorems are of a source.

    Raises:
        UsageError: as `source_of`.
    """
    return [item for item in claims if source_of(item, project) == source]


def theorems_of(claims: Sequence[Claim]) -> list[str]:
    """Return the theorems that claims name, sorted."""
    return sorted({name for item in claims if (name := item.theorem or item.negation)})


def audited(
    environment: Callable[[], Environment],
    claims: Sequence[Claim],
    audit: Callable[[Sequence[str]], Mapping[str, Proof]],
    key: Mapping[str, Any],
    cache: Cache,
) -> Audited:
    """Return what an audit of the theorems that claims name finds, or found in an earlier run.

    Args:
        environment: gives what declares the theorems, if it is needed.
        claims: the claims.
        audit: audits theorems.
        key: all that the result depends on beside the claims.
        cache: where it is kept.

    Raises:
        HarnessError: as `audit`, with the claims that are concerned; or if a theorem that a claim
            names as its negation states none.
    """
    named = [
        [item.id, item.theorem, item.negation] for item in claims if item.theorem or item.negation
    ]
    theorems = theorems_of(claims)

    def find() -> dict[str, Any]:
        with naming(claims):
            proofs = audit(theorems)
        for claim, _, negation in named:
            if negation and not environment().negates(negation):
                raise UsageError(
                    f"claim {claim}: {negation} does not state a negation (`¬ …`), so it refutes nothing; "
                    "name it as `theorem` or state the negation"
                )
        below = Dependencies(environment(), filter(None, map(environment().find, proofs)))
        return {
            "proofs": [asdict(proof) for proof in proofs.values()],
            "definitions": [asdict(item) for item in below.all_definitions],
        }

    found = once(cache, {**key, "claims": named}, find)
    return Audited(
        dict(zip(theorems, map(Proof.from_json, found["proofs"]), strict=True)),
        found["definitions"],
    )


@contextmanager
def naming(claims: Sequence[Claim]) -> Iterator[None]:
    """Say of a theorem that cannot be judged which claims name it."""
    try:
        yield
    except BadTheorem as error:
        concerned = [item.id for item in claims if error.theorem in (item.theorem, item.negation)]
        if concerned == [error.theorem]:
            # It stands for itself, see `pyharness.pipeline.theorems`.
            raise
        raise type(error)(f"claim {', '.join(concerned)}: {error}", error.theorem) from error


def kept(project: Project, *, fresh: bool) -> Cache:
    """Where the project's results are kept between runs, and with them what the digests of code
    need of its sources.
    """
    cache = Cache(project.build / "cache", fresh=fresh)
    keep_sources(cache)
    return cache


def once(cache: Cache, key: Mapping[str, Any], find: Callable[[], Any]) -> Any:
    """Return what `find` returns, which is JSON, or did for this key in an earlier run."""
    if (found := cache.get(key)) is None:
        found = find()
        cache.put(key, found)
    return found


@contextmanager
def timed(seconds: dict[str, float], stage: str) -> Iterator[None]:
    """Add how long a stage takes."""
    start = time.perf_counter()
    try:
        yield
    finally:
        seconds[stage] = seconds.get(stage, 0.0) + time.perf_counter() - start
