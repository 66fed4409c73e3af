"""The constants that were accepted so far."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from .names import Name
from .terms import Const, Lit, Proj, Term, subterms

__all__ = ["Constant", "Constructor", "Inductive", "Recursor", "closure", "mentioned"]


@dataclass(frozen=True, slots=True)
class Inductive:
    """An inductive type.

    Attributes:
        family: the types that it was declared together with, itself included.
        constructors: its constructors, in order.
        parameters: how many arguments are the same throughout the declaration.
        indices: how many arguments it has beside these.
        recursive: whether a constructor of the family has a field whose type mentions the family.
        nested: how many types the family's recursors know beside it (`List Tree` for a tree of
            lists of trees).
        reflexive: whether a constructor of the family has a function into the family as a field.
    """

    family: tuple[Name, ...]
    constructors: tuple[Name, ...]
    parameters: int
    indices: int
    recursive: bool
    nested: int
    reflexive: bool

    @property
    def is_structure(self) -> bool:
        """Whether an element is no more than its fields, so that eta holds: one constructor, no
        index, no recursion.
        """
        return len(self.constructors) == 1 and self.indices == 0 and not self.recursive


@dataclass(frozen=True, slots=True)
class Constructor:
    """A constructor of the type `inductive`; `index` is its place among them."""

    inductive: Name
    index: int
    parameters: int
    fields: int


@dataclass(frozen=True, slots=True)
class Recursor:
    """A recursor, whose arguments are: parameters, motives, minor premises, indices, and the major
    premise.

    Attributes:
        family: the types of the declaration.
        inductive: the type of the major premise.
        rules: for each constructor of that type its number of fields, and a function of parameters,
            motives, minor premises and fields.
        k: whether it unfolds on any proof, because the type is a proposition whose only constructor
            has no field.
    """

    family: tuple[Name, ...]
    inductive: Name
    parameters: int
    indices: int
    motives: int
    minors: int
    rules: Mapping[Name, tuple[int, Term]]
    k: bool

    @property
    def major(self) -> int:
        """The place of the major premise among the arguments."""
        return self.parameters + self.motives + self.minors + self.indices


@dataclass(frozen=True, slots=True)
class Constant:
    """An accepted constant.

    Attributes:
        name: its name.
        kind: "axiom", "def", "theorem", "opaque", "quot", "inductive", "ctor" or "rec".
        levels: its universe parameters.
        type: its type.
        value: what it stands for; of a definition, theorem or opaque constant.
        detail: what there is to say of an inductive type, constructor or recursor.
        height: one more than the greatest height of a definition in its value; 0 if it is no
            definition. Of two definitions the higher is unfolded first.
        uses: what it rests on directly: the constants that it mentions, the types of its literals,
            and its family.
    """

    name: Name
    kind: str
    levels: tuple[Name, ...]
    type: Term
    value: Term | None
    detail: Inductive | Constructor | Recursor | None
    height: int
    uses: frozenset[Name]


def mentioned(*roots: Term) -> frozenset[Name]:
    """Return the constants that terms mention, and the types of their literals."""
    names = set()
    for term in subterms(*roots):
        kind = type(term)
        if kind is Const:
            names.add(term.name)
        elif kind is Proj:
            names.add(term.structure)
        elif kind is Lit:
            names.add(("Nat",) if type(term.value) is int else ("String",))
    return frozenset(names)


def closure(constants: Mapping[Name, Constant], *names: Name) -> frozenset[Name]:
    """Return constants and all that they rest on."""
    seen: set[Name] = set()
    pending = list(names)
    while pending:
        name = pending.pop()
        if name not in seen:
            seen.add(name)
            pending += constants[name].uses
    return frozenset(seen)
