"""Claims: a statement from a paper, the theorem that settles it, and the function that gathers its
evidence.
"""

from __future__ import annotations

import importlib
import re
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from types import ModuleType
from typing import TYPE_CHECKING, Literal, get_args

from pyharness.core.errors import UsageError, in_words
from pyharness.evidence import Evidence

if TYPE_CHECKING:
    from pyharness.evidence.conformance import Conformance
    from pyharness.evidence.run import Run
    from pyharness.evidence.streaming import Stream

__all__ = [
    "Claim",
    "Requirement",
    "Source",
    "Tier",
    "claim",
    "load_pack",
    "load_requirements",
    "requirement",
]

Tier = Literal["none", "bronze", "silver", "gold", "platinum", "refuted"]

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


def claim(
    id: str,
    *,
    statement: str,
    source: Source,
    theorem: str | None = None,
    negation: str | None = None,
    tier: Tier,
    measures: Sequence[Conformance] = (),
    streams: Stream | None = None,
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
        tier: what the claim must reach for `pyharness verify` to succeed.
        measures: what ties the functions that the evidence computes with to Lean definitions of
            which the theorem speaks. Lean's kernel decides that both agree, which becomes evidence
            as well.
        streams: how `pyharness verify --tensors` checks the claim on a user's own tensors, made by
            `of_values` or `of_blocks`.

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
    if not _ID.fullmatch(id):
        raise UsageError(f"claim id {id!r}: use lower-case words, digits, '.', '_' and '-'")
    if not statement.strip():
        raise UsageError(f"claim {id}: the statement is empty")
    if theorem and negation:
        raise UsageError(
            f"claim {id}: name the theorem that proves it or the one that refutes it, not both"
        )
    if tier not in get_args(Tier):
        raise UsageError(
            f"claim {id}: tier must be one of {', '.join(get_args(Tier))}, not {tier!r}"
        )

    def declare(gather: Callable[[Run], Iterable[Evidence]]) -> Claim:
        for entry in measures:
            if _place(entry.function) == _place(gather):
                raise UsageError(
                    f"claim {id}: {gather.__name__} both gathers its evidence and is the function "
                    f"measured for {entry.definition}. Write two functions of different names: "
                    f"{gather.__name__}, which computes, and another one under @claim, such as "
                    f"{gather.__name__}_evidence(run), which yields Evidence"
                )
        item = Claim(
            id, statement, source, theorem, negation, tier, gather, tuple(measures), streams
        )
        # Beside the module's names, of which a later one may replace this.
        gather.__globals__.setdefault(_DECLARED, {})[id] = item
        return item

    return declare


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
        UsageError: if importing a module raises anything, a module declares no claim, or two
            claims share an id.
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
    return tuple(claims.values())


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
