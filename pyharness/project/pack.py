"""Claims: a statement from a paper, the theorem that settles it, and the function that gathers its
evidence.
"""

from __future__ import annotations

import importlib
import re
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from types import ModuleType
from typing import TYPE_CHECKING, Literal, get_args

from pyharness.core.errors import UsageError, in_words
from pyharness.evidence import Evidence
from pyharness.project.sources import ProofSource

if TYPE_CHECKING:
    from pyharness.audit.evidence import Audit
    from pyharness.evidence.conformance import Conformance
    from pyharness.evidence.run import Run
    from pyharness.evidence.streaming import Stream

__all__ = [
    "Claim",
    "Passage",
    "Requirement",
    "Source",
    "Statement",
    "Tier",
    "claim",
    "load_pack",
    "load_passages",
    "load_requirements",
    "requirement",
]

Tier = Literal["none", "bronze", "silver", "gold", "platinum", "refuted"]

_WITHOUT_THEOREM: tuple[Tier, ...] = ("none", "bronze", "refuted")
"""The tiers that a claim can have without a theorem."""

_ID = re.compile(r"[a-z0-9]+(?:[._-][a-z0-9]+)*")


@dataclass(frozen=True)
class Source:
    """Where a claim is made: the document and the heading in it."""

    document: str
    heading: str


@dataclass(frozen=True)
class Claim:
    """One claim, as the pack that declares it gives it.

    Attributes:
        id: unique, lower case, dotted (`relu.extensive`).
        statement: the claim in plain words, as its source makes it.
        source: where it is made.
        theorem: the Lean theorem that states the claim, by full name; None when there is none.
        negation: the Lean theorem that states the claim's negation; None when there is none.
        tier: the tier that the claim must reach for `verify` to succeed; "refuted" for a false
            claim.
        gather: yields the claim's evidence.
        measures: the conformances that tie the functions that the evidence computes with to Lean
            definitions.
        streams: how the claim is checked on any tensor; None if it does not speak of any tensor.
        audits: how the claim is checked on a quantized checkpoint; None if it speaks of none.
        proofs: where the theorem comes from; None for the first source that the project has.
        reading_of: the statement of which the claim is one reading; None if its source is clear.
        no_theorem: why no theorem states the claim or its negation; None if one does, or nobody
            says.
    """

    id: str
    statement: str
    source: Source
    theorem: str | None
    negation: str | None
    tier: Tier
    gather: Callable[[Run], Iterable[Evidence]]
    measures: tuple[Conformance, ...] = ()
    streams: Stream | None = None
    audits: Audit | None = None
    proofs: ProofSource | None = None
    reading_of: Statement | None = None
    no_theorem: str | None = None


@dataclass(frozen=True)
class Statement:
    """A sentence of a source that can be read in several ways. Each reading is a claim with its own
    theorem, evidence and tier. The statement is refuted only if every reading is.

    Attributes:
        id: as of a claim; those of its readings begin with it.
        says: the sentence, as its source makes it.
        source: where it is made.

    Example:
        >>> kept = Statement(
        ...     "gap.kept_in_fp16",
        ...     says="Keeping entries by the 10th percentile in FP16 recovers 74 % of the gap.",
        ...     source=Source("A paper", "Section 2"),
        ... )
        >>> @kept.reading(
        ...     "above", statement="Kept are the entries above the percentile.", tier="bronze"
        ... )
        ... def above(run):
        ...     return []
        >>> above.id
        'gap.kept_in_fp16.above'
    """

    id: str
    says: str
    source: Source

    def __post_init__(self) -> None:
        _require_named(f"statement {self.id!r}", self.id, self.says)

    def reading(
        self,
        name: str,
        *,
        statement: str,
        tier: Tier,
        theorem: str | None = None,
        negation: str | None = None,
        no_theorem: str | None = None,
        measures: Sequence[Conformance] = (),
        streams: Stream | None = None,
        proofs: ProofSource | None = None,
    ) -> Callable[[Callable[[Run], Iterable[Evidence]]], Claim]:
        """Declare a reading on the function that gathers its evidence, as `claim` does.

        Args:
            name: unique among the readings; the claim's id ends in it.
            statement: what is claimed in this reading, in plain words.
            tier: as of `claim`, and so are the others.
            theorem: states this reading.
            negation: states its negation.
            no_theorem: why there is neither.
            measures: what ties functions to Lean definitions.
            streams: how the reading is checked on any tensor.
            proofs: where the theorem is.

        Raises:
            UsageError: as `claim`.
        """
        read = Claim(
            f"{self.id}.{name}",
            statement,
            self.source,
            theorem,
            negation,
            tier,
            _no_evidence,
            tuple(measures),
            streams,
            None,
            proofs,
            self,
            no_theorem,
        )
        return _declared(read)


def claim(
    id: str,
    *,
    statement: str,
    source: Source,
    theorem: str | None = None,
    negation: str | None = None,
    no_theorem: str | None = None,
    tier: Tier,
    measures: Sequence[Conformance] = (),
    streams: Stream | None = None,
    audits: Audit | None = None,
    proofs: ProofSource | None = None,
) -> Callable[[Callable[[Run], Iterable[Evidence]]], Claim]:
    """Declare a claim on the function that gathers its evidence.

    The function takes a `Run` and yields `Evidence`. A claim names the theorem that proves it or
    the one that proves its negation; one that names neither is reported as `open`.

    Args:
        id: unique, in lower case, such as "relu.extensive".
        statement: the claim in plain words, as its source makes it.
        source: where it is made.
        theorem: the Lean theorem that states the claim, by full name.
        negation: the Lean theorem that states its negation, by full name.
        no_theorem: of a claim that names neither, why there is none, such as "a figure of one
            model, of which nothing general is stated". Reports show it in place of the advice to
            prove the claim.
        tier: what the claim must reach for `pyharness verify` to succeed.
        measures: what ties the functions that the evidence computes with to Lean definitions of
            which the theorem speaks. Lean's kernel decides that both agree, which becomes evidence
            as well.
        streams: how `pyharness audit` checks the claim on any tensor, made by `of_values` or
            `of_blocks`.
        audits: how it checks the claim on a quantized checkpoint, made by
            `pyharness.audit.evidence.audited_as`.
        proofs: in a project with both, whether the theorem is of the "library" that `lean-root`
            names (the default) or of the "outside" proofs that the table `proofs` names.

    Example:
        >>> def is_extensive(z, q):
        ...     z, q = (torch.as_tensor(value, dtype=torch.int8) for value in (z, q))
        ...     return q <= torch.maximum(q, z)
        >>> @claim(
        ...     "relu.extensive",
        ...     statement="q ≤ max(q, z).",
        ...     source=Source("A paper", "Section 2"),
        ...     tier="bronze",
        ... )
        ... def extensive(run):
        ...     yield sweep(
        ...         is_extensive, {"z": INT8, "q": INT8}, domain="all pairs", summary="65,536 pairs"
        ...     )

    Raises:
        UsageError: if the declaration contradicts itself, or the function that gathers evidence has
            the name of one that is measured.
    """
    return _declared(
        Claim(
            id,
            statement,
            source,
            theorem,
            negation,
            tier,
            _no_evidence,
            tuple(measures),
            streams,
            audits,
            proofs,
            no_theorem=no_theorem,
        )
    )


def _no_evidence(run: Run) -> Iterable[Evidence]:
    """What a claim has until it is declared on a function."""
    return ()


def _declared(item: Claim) -> Callable[[Callable[[Run], Iterable[Evidence]]], Claim]:
    """Return what declares a claim on the function that gathers its evidence."""
    what = f"claim {item.id}"
    _require_named(f"claim id {item.id!r}", item.id, item.statement)
    if item.theorem and item.negation:
        raise UsageError(
            f"{what}: name the theorem that proves it or the one that refutes it, not both"
        )
    if item.tier not in get_args(Tier):
        raise UsageError(
            f"{what}: tier must be one of {', '.join(get_args(Tier))}, not {item.tier!r}"
        )
    if item.no_theorem is not None:
        if item.theorem or item.negation:
            raise UsageError(
                f"{what}: it names the theorem {item.theorem or item.negation}, and no_theorem says "
                "why there is none; leave one of them out"
            )
        if not item.no_theorem.strip():
            raise UsageError(f"{what}: no_theorem is empty; say why there is none")
        if item.tier not in _WITHOUT_THEOREM:
            raise UsageError(
                f"{what}: the tier {item.tier!r} needs a theorem, and no_theorem says why there is "
                f"none; ask for one of {', '.join(_WITHOUT_THEOREM)}"
            )
    if item.proofs not in (None, *get_args(ProofSource)):
        raise UsageError(
            f"{what}: proofs must be {' or '.join(map(repr, get_args(ProofSource)))}, not "
            f"{item.proofs!r}"
        )

    def declare(gather: Callable[[Run], Iterable[Evidence]]) -> Claim:
        for entry in item.measures:
            if _place(entry.function) == _place(gather):
                raise UsageError(
                    f"{what}: {gather.__name__} both gathers its evidence and is the function "
                    f"measured for {entry.definition}. Write two functions of different names: "
                    f"{gather.__name__}, which computes, and another one under @claim, such as "
                    f"{gather.__name__}_evidence(run), which yields Evidence"
                )
        found = replace(item, gather=gather)
        # Beside the module's names, of which a later one may replace this.
        gather.__globals__.setdefault(_DECLARED, {})[item.id] = found
        return found

    return declare


def _require_named(what: str, id: str, says: str) -> None:
    """Require that an id can be one, and that something is said."""
    if not _ID.fullmatch(id):
        raise UsageError(f"{what}: use lower-case words, digits, '.', '_' and '-'")
    if not says.strip():
        raise UsageError(f"{what}: the statement is empty")


_DECLARED = "__pyharness_claims__"
"""The name under which a module keeps the claims that it declares."""


def _place(function: Callable[..., object]) -> tuple[object, object]:
    """Where a function is found by its name; a later one of the same name replaces it there."""
    return getattr(function, "__module__", None), getattr(function, "__qualname__", function)


@dataclass(frozen=True)
class Requirement:
    """Something that a pack's evidence needs and that does not come with it, such as a model.

    Attributes:
        name: what it is, in a word or two.
        look: returns in words what is there; raises UsageError, which says what to run, if it is
            not.
    """

    name: str
    look: Callable[[], str]


def requirement(name: str) -> Callable[[Callable[[], str]], Requirement]:
    """Declare what a pack needs on the function that looks for it; `pyharness doctor` shows it.

    The function returns in words what is there, or raises `UsageError` with what to run.

    Example:
        >>> @requirement("weights")
        ... def weights():
        ...     if not PATH.is_file():
        ...         raise UsageError(f"{PATH} is not there; run: python -m mypack.fetch")
        ...     return str(PATH)

    Raises:
        UsageError: if the name is empty.
    """
    if not name.strip():
        raise UsageError("the name of a requirement is empty; say in a word what is required")
    return lambda look: Requirement(name, look)


def load_requirements(modules: Sequence[str]) -> tuple[Requirement, ...]:
    """Import the modules of a claim pack and return what they require, in order of declaration.

    One that several modules hold, as one imports it from another, counts once.

    Raises:
        UsageError: if a module does not import, or two requirements share a name.
    """
    found: dict[str, Requirement] = {}
    for name in modules:
        for value in vars(_import(name)).values():
            if not isinstance(value, Requirement):
                continue
            if found.setdefault(value.name, value) is not value:
                raise UsageError(
                    f"the requirement {value.name!r} is declared twice; the second is in {name}"
                )
    return tuple(found.values())


def load_pack(modules: Sequence[str]) -> tuple[Claim, ...]:
    """Import the modules of a claim pack and return the claims that they declare, in order of
    declaration.

    Raises:
        UsageError: if importing a module raises anything, a module declares no claim, two claims
            or statements share an id, or a statement has a single reading.
    """
    claims: dict[str, Claim] = {}
    for name in modules:
        module = _import(name)
        declared = [value for value in vars(module).values() if isinstance(value, Claim)]
        for item in vars(module).get(_DECLARED, {}).values():
            if item not in declared and item.gather.__module__ == name:
                raise UsageError(
                    f"claim {item.id}: in {name} a later {item.gather.__name__} replaces it; give "
                    "the two functions different names"
                )
        if not declared:
            raise UsageError(
                f"claim pack {name} declares no claim; decorate a function with @claim"
            )
        for item in declared:
            if item.id in claims:
                raise UsageError(f"claim {item.id} is declared twice; the second is in {name}")
            claims[item.id] = item
    _require_readings(claims)
    return tuple(claims.values())


def _require_readings(claims: Mapping[str, Claim]) -> None:
    readings: dict[str, list[Claim]] = {}
    for item in claims.values():
        if item.reading_of is not None:
            readings.setdefault(item.reading_of.id, []).append(item)
    for name, some in readings.items():
        if name in claims:
            raise UsageError(f"{name} is both a claim and a statement of several readings")
        if len({item.reading_of for item in some}) > 1:
            raise UsageError(f"statement {name} is declared twice, and not as the same")
        if len(some) == 1:
            raise UsageError(
                f"statement {name} has one reading, {some[0].id}; declare it as a claim, or the "
                "others too"
            )


@dataclass(frozen=True)
class Passage:
    """A statement, formula, figure or feature of a source, and what settles it.

    Attributes:
        source: where it stands.
        says: what it says, in one line.
        claims: the ids of the claims, or of statements of several readings, that settle it.
        because: why none does: it asserts nothing, a term has no definition, data is not to be had.
    """

    source: Source
    says: str
    claims: tuple[str, ...] = ()
    because: str = ""

    def __post_init__(self) -> None:
        if not self.says.strip():
            raise UsageError(f"{self.source.heading}: a passage says nothing")
        if bool(self.claims) == bool(self.because.strip()):
            raise UsageError(f"{self.says!r}: name the claims that settle it, or say why none does")


def load_passages(module: str, claims: Iterable[Claim]) -> tuple[Passage, ...]:
    """Return the passages that a module lists as `PASSAGES`.

    Args:
        module: its name.
        claims: those of the project.

    Raises:
        UsageError: if it does not import or has no such list, or a passage names no claim of these.
    """
    listed = getattr(_import(module), "PASSAGES", None)
    if not isinstance(listed, (tuple, list)) or not all(isinstance(p, Passage) for p in listed):
        raise UsageError(f"{module} lists no passages; set PASSAGES = (Passage(...), ...)")
    known = {item.id for item in claims}
    known |= {item.reading_of.id for item in claims if item.reading_of}
    for passage in listed:
        if missing := sorted(set(passage.claims) - known):
            raise UsageError(
                f"{module}: {passage.says!r} names {', '.join(missing)}, and there is no such claim"
            )
    return tuple(listed)


def _import(name: str) -> ModuleType:
    try:
        return importlib.import_module(name)
    except (Exception, SystemExit) as error:
        if isinstance(error, ModuleNotFoundError) and f"{name}.".startswith(f"{error.name}."):
            raise UsageError(
                f"claim pack {name}: {error}; check `packs` in pyharness.toml"
            ) from error
        said = in_words(error, {name.partition(".")[0]})
        raise UsageError(f"claim pack {name} cannot be imported: {said}") from error
