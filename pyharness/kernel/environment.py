"""The constants that were accepted so far."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from .budget import Budget
from .names import Name, show_name
from .terms import Const, Lit, Proj, Term, subterms

__all__ = [
    "TEXT",
    "Constant",
    "Constructor",
    "Extended",
    "Inductive",
    "Recursor",
    "closure",
    "mentioned",
    "used",
]


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
    uses: tuple[Name, ...]

    @property
    def as_inductive(self) -> Inductive:
        """The detail of an inductive type.

        Raises:
            TypeError: if the constant is something else.
        """
        if type(self.detail) is not Inductive:
            raise TypeError(f"{show_name(self.name)} is no inductive type, but of kind {self.kind}")
        return self.detail

    @property
    def as_constructor(self) -> Constructor:
        """The detail of a constructor.

        Raises:
            TypeError: if the constant is something else.
        """
        if type(self.detail) is not Constructor:
            raise TypeError(f"{show_name(self.name)} is no constructor, but of kind {self.kind}")
        return self.detail

    @property
    def as_recursor(self) -> Recursor:
        """The detail of a recursor.

        Raises:
            TypeError: if the constant is something else.
        """
        if type(self.detail) is not Recursor:
            raise TypeError(f"{show_name(self.name)} is no recursor, but of kind {self.kind}")
        return self.detail


class Extended(dict[Name, Constant]):
    """Constants on top of others, which are not copied: there may be many."""

    def __init__(self, others: Mapping[Name, Constant]):
        super().__init__()
        self._others = others

    def __missing__(self, name: Name) -> Constant:
        return self._others[name]

    def get(self, name: Name, default: Any = None) -> Any:
        """Return a constant, or what is given if there is none."""
        found = super().get(name)
        return self._others.get(name, default) if found is None else found


TEXT: frozenset[Name] = frozenset(
    {
        ("String",),
        ("String", "ofList"),
        ("String", "mk"),
        ("Char", "ofNat"),
        ("List", "nil"),
        ("List", "cons"),
    }
)
"""What a text may stand for: see `arithmetic.py`."""


def mentioned(budget: Budget, *roots: Term) -> frozenset[Name]:
    """Return the constants that terms mention, and those that their literals stand for."""
    names: set[Name] = set()
    for term in subterms(*roots):
        budget.step()
        if type(term) is Const:
            names.add(term.name)
        elif type(term) is Proj:
            names.add(term.structure)
        elif type(term) is Lit:
            names.update({("Nat",)} if type(term.value) is int else TEXT)
    return frozenset(names)


def used(budget: Budget, constants: Mapping[Name, Constant], *roots: Term) -> tuple[Name, ...]:
    """Return what terms rest on directly: what they mention, but of what a text may stand for only
    what is declared.
    """
    return tuple(
        [name for name in mentioned(budget, *roots) if name not in TEXT or name in constants]
    )


def closure(constants: Mapping[Name, Constant], *names: Name) -> frozenset[Name]:
    """Return constants and all that they rest on, of what is declared."""
    seen: set[Name] = set()
    pending = list(names)
    while pending:
        name = pending.pop()
        if name not in seen and name in constants:
            seen.add(name)
            pending += constants[name].uses
    return frozenset(seen)
