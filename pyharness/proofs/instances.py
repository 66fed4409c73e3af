"""Which instance a term uses for a class, and whether it is the one that a reader expects."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property
from itertools import compress
from typing import Any

from pyharness.proofs.constants import Inductive
from pyharness.proofs.environment import Environment
from pyharness.proofs.names import Name
from pyharness.proofs.terms import APP, BVAR, CONST, LAM, LET, PI, PROJ, SORT
from pyharness.proofs.unfolding import Unfolding

__all__ = ["Foreign", "Instances"]

_DECIDABLE: Name = ("Decidable",)


@dataclass(frozen=True)
class Foreign:
    """An instance that is not the library's own for its type.

    Attributes:
        wanted: the class, applied: what it is an instance of.
        head: the constant that makes it; None if it is a variable of the statement, or built on the
            spot.
        declared: whether naming it is enough: it is an instance that the project declares for a
            type of its own or for a variable type.
    """

    wanted: int
    head: Name | None
    declared: bool


class Instances:
    """Judges the instances in terms of an environment.

    A context is the types of the binders around a term, the outermost first, each under those
    before it.
    """

    def __init__(self, environment: Environment):
        self._environment = environment
        self._terms = environment.terms
        self._classes = environment.classes
        self._unfold = Unfolding(environment)
        self._types: dict[tuple[Any, ...], int] = {}
        self._contained: dict[Name, dict[Name, set[int]]] = {}

    # ---------------------------------------------------------------------------------------- types
    def ships(self, name: Name) -> bool:
        """Whether a constant is one that ships with the harness, see `Environment.ships`."""
        return self._environment.ships(name)

    def constant_type(self, node: tuple[Any, ...]) -> int:
        """Return the type of a constant at its levels."""
        if node not in self._types:
            constant = self._environment.constant(node[1])
            self._types[node] = self._terms.with_levels(
                constant.type, dict(zip(constant.levels, node[2], strict=True))
            )
        return self._types[node]

    def binder_types(
        self, head: int, arguments: Sequence[int], context: Sequence[int]
    ) -> list[int]:
        """Return what each argument's type must be, as far as the head's type tells."""
        return self._applied(head, arguments, context)[0]

    def type_of(self, number: int, context: Sequence[int]) -> int | None:
        """Return the type of an application of a constant or a variable; None if its form does not
        tell.
        """
        head, arguments = self._terms.spine(number)
        return self._applied(head, arguments, context)[1]

    def _applied(
        self, head: int, arguments: Sequence[int], context: Sequence[int]
    ) -> tuple[list[int], int | None]:
        terms = self._terms
        types: list[int] = []
        type_ = self._head_type(head, context)
        for argument in arguments:
            if type_ is not None and terms.nodes[type_][0] != PI:
                type_ = self._unfold.head(type_)
            if type_ is None or terms.nodes[type_][0] != PI:
                return types, None
            types.append(terms.nodes[type_][1])
            type_ = terms.instantiate(terms.nodes[type_][2], [argument])
        return types, type_

    def type_head(self, number: int) -> int:
        """Return a type unfolded until its head is no definition, or one of the library's families
        of types by recursion, which say what they are of.
        """
        return self._unfold_type.head(number)

    @cached_property
    def _unfold_type(self) -> Unfolding:
        nodes = self._terms.nodes
        families = set()
        for name in self._environment.modules:
            if self._environment.kind(name) != "def" or not self.ships(name):
                continue
            if nodes[self._environment.telescope(name)[1]][0] != SORT:
                continue
            value = self._environment.constant(name).value
            while value is not None and nodes[value][0] == LAM:
                value = nodes[value][2]
            head = nodes[self._terms.spine(value)[0]] if value is not None else ()
            if head[:1] == (CONST,) and head[1][-1] in ("rec", "brecOn"):
                families.add(name)
        return Unfolding(self._environment, kept=families)

    def _head_type(self, head: int, context: Sequence[int]) -> int | None:
        node = self._terms.nodes[head]
        if node[0] == CONST:
            return self.constant_type(node)
        if node[0] == BVAR and node[1] < len(context):
            return self._terms.lift(context[-1 - node[1]], node[1] + 1)
        return None

    def class_of(self, type_: int) -> Name | None:
        """Return the class that a type is an instance of, behind any binders; None if it is
        none.
        """
        nodes = self._terms.nodes
        for number in (type_, self._unfold.head(type_)):
            conclusion = number
            while nodes[conclusion][0] == PI:
                conclusion = nodes[conclusion][2]
            node = nodes[self._terms.spine(conclusion)[0]]
            if node[0] == CONST and node[1] in self._classes:
                return node[1]  # type: ignore[no-any-return]
        return None

    # ------------------------------------------------------------------------------------ judgement
    def foreign(self, number: int, wanted: int, context: Sequence[int]) -> list[Foreign]:
        """Return what in an instance is not the library's own; nothing if a reader who knows the
        library knows it.

        The library's own instances are made of constants that ship with the harness, applied to
        nothing but what their type names and to instances that are the library's own; of what a
        class takes from such an instance, for types that are not the library's; and of instance
        variables for types that are variables. Instances of `Decidable` and of propositions are all
        equal.

        Args:
            number: the instance.
            wanted: the type that it must have: a class, applied.
            context: see the class.
        """
        class_ = self.class_of(wanted)
        if class_ is None or class_ == _DECIDABLE or self._is_propositional(class_):
            return []
        terms = self._terms
        head, arguments = terms.spine(number)
        node = terms.nodes[head]
        if node[0] == BVAR:
            plain = not self._at_constant(wanted) and self._is_unique(class_, wanted, context)
            return [] if plain else [Foreign(wanted, None, False)]
        if node[0] != CONST:
            return [Foreign(wanted, None, False)]
        name: Name = node[1]
        binders = self.binder_types(head, arguments, context)
        found: list[Foreign] = []
        for argument, type_ in zip(arguments, binders, strict=False):
            if self.class_of(type_) is not None:
                found += self.foreign(argument, type_, context)
        if self.ships(name) and self._is_determined(name, len(arguments)):
            given = self.type_of(number, context)
            if given is not None and self._same(given, wanted):
                return found
            return [*found, Foreign(wanted, name, False)]
        if not self._at_library_type(wanted) and self._is_parent(name):
            # What a class has of another one is told by its own instance. For a type of the library
            # it could differ from the library's.
            return found
        declared = (
            not self.ships(name)
            and self._environment.kind(name) == "def"
            and not self._at_library_type(wanted)
            and self._is_determined(name, len(arguments))
        )
        return [*found, Foreign(wanted, name, declared)]

    def _is_parent(self, name: Name) -> bool:
        """Whether a constant takes from an instance of a class the instance of another one that it
        contains, and does nothing else.
        """
        nodes = self._terms.nodes
        if self._environment.kind(name) != "def":
            return False
        binders, _ = self._environment.telescope(name)
        value = self._environment.constant(name).value
        for _ in binders:
            if value is None or nodes[value][0] != LAM:
                return False
            value = nodes[value][2]
        if value is None or nodes[value][0] != PROJ or nodes[value][1] not in self._classes:
            return False
        return bool(nodes[nodes[value][3]] == (BVAR, 0))

    def _same(self, one: int, other: int) -> bool:
        """Whether two types are the same when all in them is unfolded; the kernel has seen to their
        universe levels.
        """
        nodes = self._terms.nodes
        pending = [(one, other)]
        while pending:
            one, other = pending.pop()
            if one == other:
                continue
            (one, ones), (other, others) = (
                self._terms.spine(self._unfold.head(item)) for item in (one, other)
            )
            form = nodes[one][0]
            if form != nodes[other][0] or len(ones) != len(others):
                return False
            if form == CONST:
                alike = nodes[one][1] == nodes[other][1]
                if alike and nodes[one][1] in self._classes:
                    # The instances that a class takes are judged where they stand.
                    binders, _ = self._environment.telescope(nodes[one][1])
                    kept = [self.class_of(binder) is None for binder in binders]
                    ones, others = (list(compress(items, kept)) for items in (ones, others))
            elif form in (LAM, PI):
                alike = True
                pending += zip(nodes[one][1:], nodes[other][1:], strict=True)
            else:
                alike = form == SORT or one == other
            if not alike:
                return False
            pending += zip(ones, others, strict=True)
        return True

    def _is_determined(self, name: Name, count: int) -> bool:
        """Whether a constant makes an instance of what its type names alone: each argument is an
        instance, or is in what it is an instance of.
        """
        terms = self._terms
        if self._environment.kind(name) != "def":
            return False
        binders, conclusion = self._environment.telescope(name)
        if len(binders) < count:
            return False
        return all(
            self.class_of(binder) is not None or terms.occurs(conclusion, len(binders) - 1 - place)
            for place, binder in enumerate(binders)
        )

    def _is_propositional(self, class_: Name) -> bool:
        _, conclusion = self._environment.telescope(class_)
        node = self._terms.nodes[conclusion]
        return bool(node[0] == SORT and self._terms.levels[node[1]] == ("zero",))

    def _arguments(self, type_: int) -> list[int]:
        nodes = self._terms.nodes
        while nodes[type_][0] == PI:
            type_ = nodes[type_][2]
        return self._terms.spine(type_)[1]

    def _at_constant(self, wanted: int) -> bool:
        """Whether a class is applied to a type that is a constant, such as `Nat` or `Fin n`."""
        nodes = self._terms.nodes
        heads = [nodes[self._terms.spine(item)[0]] for item in self._arguments(wanted)[:1]]
        return any(node[0] == CONST for node in heads)

    def _at_library_type(self, wanted: int) -> bool:
        """Whether a class is applied first to a type of the library, or to no type with a name."""
        nodes = self._terms.nodes
        for item in self._arguments(wanted)[:1]:
            node = nodes[self._terms.spine(item)[0]]
            return bool(node[0] != BVAR and (node[0] != CONST or self.ships(node[1])))
        return True

    def _is_unique(self, class_: Name, wanted: int, context: Sequence[int]) -> bool:
        """Whether one variable alone gives an instance of a class for a type."""
        terms = self._terms
        carrier = self._arguments(wanted)[:1]
        found = 0
        for place, type_ in enumerate(context):
            # An abbreviation of a class gives its instances too.
            head, arguments = terms.spine(self._unfold.head(type_))
            node = terms.nodes[head]
            if node[0] != CONST or node[1] not in self._classes:
                continue
            found += any(
                [terms.lift(item, len(context) - place) for item in arguments[at : at + 1]]
                == carrier
                for at in self._contents(node[1]).get(class_, ())
            )
        return found == 1

    def _contents(self, class_: Name) -> dict[Name, set[int]]:
        """Return the classes of which an instance of a class contains one, itself included, each
        with the places of the arguments that it may be of.
        """
        if class_ not in self._contained:
            found = self._contained[class_] = {class_: {0}}
            detail = self._environment.constant(class_).detail
            fields: tuple[int, ...] = ()
            count = 0
            if isinstance(detail, Inductive) and len(detail.constructors) == 1:
                count = detail.parameters
                fields = self._environment.telescope(detail.constructors[0])[0][count:]
            for place, field in enumerate(fields):
                head, arguments = self._terms.spine(field)
                node = self._terms.nodes[head]
                if node[0] != CONST or node[1] not in self._classes:
                    continue
                for inner, places in self._contents(node[1]).items():
                    for argument in (arguments[at] for at in places if at < len(arguments)):
                        variable = self._terms.nodes[argument]
                        if (
                            variable[0] == BVAR
                            and 0 <= (at := count + place - 1 - variable[1]) < count
                        ):
                            found.setdefault(inner, set()).add(at)
        return self._contained[class_]

    # ------------------------------------------------------------------------------------ instances
    def competing(self, use: Foreign) -> Name | None:
        """Return an instance of the library that could stand where a foreign one is used, which
        naming that one does not excuse; None if there is none.
        """
        if use.declared:
            return None
        nodes = self._terms.nodes
        wanted = [nodes[self._terms.spine(item)[0]] for item in self._arguments(use.wanted)]
        for name, heads in self._library.get(self.class_of(use.wanted) or (), ()):
            if name != use.head and all(
                head is None or node[:2] == (CONST, head)
                for head, node in zip(heads, wanted, strict=False)
            ):
                return name
        return None

    @cached_property
    def _library(self) -> Mapping[Name, Sequence[tuple[Name, tuple[Name | None, ...]]]]:
        """The instances that ship with the harness, by their class, each with the constants that
        its class is applied to.
        """
        found: dict[Name, list[tuple[Name, tuple[Name | None, ...]]]] = {}
        nodes = self._terms.nodes
        for name in self._environment.modules:
            if self._environment.kind(name) != "def" or not self.ships(name):
                continue
            _, conclusion = self._environment.telescope(name)
            node = nodes[self._terms.spine(conclusion)[0]]
            if node[0] == CONST and node[1] in self._classes and self._is_instance(name):
                heads = (nodes[self._terms.spine(item)[0]] for item in self._arguments(conclusion))
                found.setdefault(node[1], []).append(
                    (name, tuple(head[1] if head[0] == CONST else None for head in heads))
                )
        return found

    def _is_instance(self, name: Name) -> bool:
        """Whether a source writes a definition, and it is more than a projection of a class to one
        that it contains.
        """
        if not self._environment.is_written(name):
            return False
        nodes = self._terms.nodes
        value = self._environment.constant(name).value
        while value is not None and nodes[value][0] in (LAM, LET):
            value = nodes[value][-1]
        return value is not None and nodes[value][0] in (APP, CONST)
