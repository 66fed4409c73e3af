"""Which of the library's own definitions the theorems speak of, what those rest on, and which
theorems rest on which.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from functools import cached_property
from typing import Literal

from pyharness.proofs.constants import Constant, Inductive
from pyharness.proofs.environment import Environment
from pyharness.proofs.names import Name, show_name, write_name
from pyharness.proofs.printing import Printer
from pyharness.proofs.terms import CONST

__all__ = ["Definition", "DefinitionKind", "Dependencies"]

DefinitionKind = Literal[
    "definition", "instance", "class", "structure", "inductive", "opaque", "axiom"
]


@dataclass(frozen=True)
class Definition:
    """A definition that a source of the library writes, outside the foundation.

    Attributes:
        name: its full name.
        kind: what it is; an "instance" is a definition whose type is a class.
        module: the module that declares it; None if it is of an export, which does not say.
        line: the line of its name, from 1; None if nothing says.
        uses: the other such definitions that it rests on directly, sorted.
        axioms: all axioms below it, sorted.
        text: what it says, as `pyharness.proofs.printing` prints it.
    """

    name: str
    kind: DefinitionKind
    module: str | None
    line: int | None
    uses: tuple[str, ...]
    axioms: tuple[str, ...]
    text: str


class Dependencies:
    """What rests on what in a library, as its sources write it.

    Constants that Lean makes along with a declaration are looked through: what rests on one rests
    on what that rests on. A structure's or inductive type's constructors and fields count as the
    type. Proofs give no definition its meaning, so what only a proof inside it uses is not used by
    it.

    Args:
        environment: the library's constants.
        theorems: the theorems in question.
    """

    def __init__(self, environment: Environment, theorems: Iterable[Name]) -> None:
        self._environment = environment
        self._theorems = frozenset(theorems)
        self._above = environment.resting_on(self._theorems, self._theorems)
        self._classes = environment.classes
        self._heads: dict[Name, Name | None] = {}

    def definitions(self, theorem: Name) -> tuple[str, ...]:
        """Return the definitions of which a theorem's statement speaks directly, sorted."""
        return _shown(
            self._spoken(self._environment.mentioned([self._environment.constant(theorem).type]))
        )

    def theorems(self, theorem: Name) -> tuple[str, ...]:
        """Return those of the theorems in question on which another one's proof rests, with none of
        them between; sorted.
        """
        found: set[Name] = set()
        seen: set[Name] = set()
        pending = list(self._environment.uses(theorem))
        while pending:
            name = pending.pop()
            if name in seen or name not in self._above or self._in_foundation(name):
                continue
            seen.add(name)
            if name in self._theorems:
                found.add(name)
            else:
                pending += self._environment.uses(name)
        return _shown(found - {theorem})

    @cached_property
    def all_definitions(self) -> tuple[Definition, ...]:
        """Every definition that gives one of the theorems its meaning, sorted by name."""
        heads = {
            head
            for theorem in self._theorems
            for name in self._environment.meaning(theorem)
            if (head := self._head(name)) is not None
        }
        return tuple(sorted(map(self._definition, heads), key=lambda item: item.name))

    @cached_property
    def _printer(self) -> Printer:
        return Printer(self._environment)

    def _definition(self, name: Name) -> Definition:
        constant = self._environment.constant(name)
        members = (
            [name, *constant.detail.constructors]
            if isinstance(constant.detail, Inductive)
            else [name]
        )
        uses = frozenset[Name]().union(*map(self._environment.uses, members))
        return Definition(
            name=show_name(name),
            kind=self._kind(constant),
            module=self._environment.modules[name].name or None,
            line=self._environment.line(name),
            uses=_shown(self._spoken(uses) - {name}),
            axioms=self._environment.axioms(name),
            text=self._printer.definition(name).text,
        )

    def _kind(self, constant: Constant) -> DefinitionKind:
        if isinstance(constant.detail, Inductive):
            if constant.name in self._classes:
                return "class"
            return (
                "structure"
                if len(constant.detail.constructors) == 1 and not constant.detail.recursive
                else "inductive"
            )
        if constant.kind == "opaque" or constant.kind == "axiom":
            return constant.kind
        head, _ = self._environment.terms.spine(self._environment.telescope(constant.name)[1])
        node = self._environment.terms.nodes[head]
        return "instance" if node[0] == CONST and node[1] in self._classes else "definition"

    def _spoken(self, names: Iterable[Name]) -> set[Name]:
        found: set[Name] = set()
        seen: set[Name] = set()
        pending = list(names)
        while pending:
            name = pending.pop()
            if (
                name in seen
                or self._in_foundation(name)
                or self._environment.constant(name).kind == "theorem"
            ):
                continue
            seen.add(name)
            head = self._head(name)
            if head is not None:
                found.add(head)
            else:
                pending += self._environment.uses(name)
        return found

    def _head(self, name: Name) -> Name | None:
        """Return the written definition that a constant is, or is a part of; None for others and in
        the foundation.
        """
        if name not in self._heads:
            self._heads[name] = self._find_head(name)
        return self._heads[name]

    def _find_head(self, name: Name) -> Name | None:
        if self._in_foundation(name):
            return None
        parent = self._environment.find(name[:-1])
        if parent is not None and name[-1] in self._parts(parent):
            name = parent
        constant = self._environment.constant(name)
        if (
            constant.kind in ("theorem", "ctor", "rec", "quot")
            or write_name(name) is None
            or not self._environment.is_written(name)
        ):
            return None
        return name

    def _parts(self, name: Name) -> Iterator[str | int]:
        """Yield the last parts of the names of an inductive type's constructors and, if it has but
        one, its fields.
        """
        detail = self._environment.constant(name).detail
        if isinstance(detail, Inductive):
            for constructor in detail.constructors:
                yield constructor[-1]
            if len(detail.constructors) == 1:
                yield from (
                    binder[-1]
                    for binder in self._environment.binder_names(detail.constructors[0])
                    if binder
                )

    def _in_foundation(self, name: Name) -> bool:
        return self._environment.in_foundation(name)


def _shown(names: Iterable[Name]) -> tuple[str, ...]:
    return tuple(sorted(map(show_name, names)))
