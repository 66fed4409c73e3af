"""What is stored of a constant: its type, its value, and what the kernel recorded of it."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal, NamedTuple

from pyharness.proofs.names import Name

__all__ = [
    "Binder",
    "Constant",
    "Constructor",
    "Definition",
    "Detail",
    "Inductive",
    "Kind",
    "QuotKind",
    "Recursor",
    "Rule",
    "Safety",
    "Tree",
]

Kind = Literal["axiom", "def", "theorem", "opaque", "quot", "inductive", "ctor", "rec"]
Safety = Literal["unsafe", "safe", "partial"]
QuotKind = Literal["type", "ctor", "lift", "ind"]
Binder = Literal["default", "implicit", "strict", "instance"]
"""How a source writes the argument that a binder takes: `(x)`, `{x}`, `⦃x⦄` or `[x]`."""


class Definition(NamedTuple):
    """What a definition, theorem or opaque constant has beside its value: what it was declared
    together with, and for a definition when the kernel unfolds it ("opaque", "abbrev" or its
    height).
    """

    all: tuple[Name, ...]
    hints: Literal["opaque", "abbrev"] | int | None


class Inductive(NamedTuple):
    """What the kernel recorded of an inductive type."""

    all: tuple[Name, ...]
    constructors: tuple[Name, ...]
    parameters: int
    indices: int
    nested: int
    recursive: bool
    reflexive: bool


class Constructor(NamedTuple):
    """What the kernel recorded of a constructor; `place` is its place among those of its type."""

    inductive: Name
    place: int
    parameters: int
    fields: int


class Rule(NamedTuple):
    """What a recursor gives for a constructor: `value` is the number of a term."""

    constructor: Name
    fields: int
    value: int


class Recursor(NamedTuple):
    """What the kernel made of a recursor; `k` says that it unfolds on any proof of a one-element
    proposition.
    """

    all: tuple[Name, ...]
    parameters: int
    indices: int
    motives: int
    minors: int
    rules: tuple[Rule, ...]
    k: bool


Detail = Definition | Inductive | Constructor | Recursor | QuotKind | None
"""What there is to say of a constant's kind; None for an axiom."""


class Tree(NamedTuple):
    """A term with what only a reader needs: the names of its bound variables and how their
    arguments are written.

    Attributes:
        number: the same term in the store, which leaves these out.
        binder: the name that a function, a product or a `let` binds; empty for other terms.
        info: how its argument is written.
        parts: the terms that it is made of, as in the store.
    """

    number: int
    binder: Name
    info: Binder
    parts: tuple[Tree, ...]


@dataclass(frozen=True)
class Constant:
    """A constant as it is stored.

    Attributes:
        name: its full name.
        kind: what declared it.
        levels: its universe parameters.
        type: the number of its type in the store of terms.
        value: the number of its value, for a definition, theorem or opaque constant.
        safety: "safe" for what the kernel's guarantees hold of.
        detail: what there is to say of its kind; None for an axiom.
    """

    name: Name
    kind: Kind
    levels: tuple[Name, ...]
    type: int
    value: int | None
    safety: Safety
    detail: Detail

    @property
    def related(self) -> tuple[Name, ...]:
        """For an inductive type its family and its constructors; for a constructor or recursor its
        family.
        """
        match self.detail:
            case Inductive():
                return (*self.detail.all, *self.detail.constructors)
            case Constructor():
                return (self.detail.inductive,)
            case Recursor():
                return self.detail.all
        return ()
