"""Unfolds definitions and applies functions in an environment's terms."""

from __future__ import annotations

from collections.abc import Collection
from typing import Any

from pyharness.proofs.constants import Constructor, Definition
from pyharness.proofs.environment import Environment
from pyharness.proofs.names import Name
from pyharness.proofs.terms import CONST, LAM, LET, PROJ, term_parts

__all__ = ["NO_CONFUSION", "Unfolding"]

_STEPS = 4000
"""How many definitions and functions are unfolded before two terms are taken to be different."""

NO_CONFUSION = "noConfusion"
"""The last part of the name of what derives all from two constructors being equal."""


class Unfolding:
    """Unfolds definitions, and theorems if asked to, and applies functions, as far as is needed to
    tell terms apart, or gives up.

    Attributes:
        terms: the environment's.
    """

    def __init__(
        self, environment: Environment, *, theorems: bool = False, kept: Collection[Name] = ()
    ):
        """Unfold in an environment.

        Args:
            environment: declares the constants.
            theorems: whether theorems are unfolded too.
            kept: what is not unfolded.
        """
        self._environment, self._theorems, self._kept = environment, theorems, kept
        self.terms = self._terms = environment.terms
        self._heads: dict[int, int] = {}
        self._values: dict[tuple[Any, ...], int | None] = {}

    def head(self, number: int) -> int:
        """Return a term whose head is neither a definition that can be unfolded nor a function that
        can be applied.

        What takes too many steps is returned as it is.
        """
        self._left = _STEPS
        try:
            return self._head(number)
        except _TooLong:
            return number

    def same(self, one: int, other: int) -> bool:
        """Whether two terms are the same when all in them is unfolded and applied; not if that
        takes too many steps.
        """
        nodes = self._terms.nodes
        self._left = _STEPS
        pending = [(one, other)]
        seen = set(pending)
        while pending:
            one, other = pending.pop()
            if one == other:
                continue
            try:
                (one, ones), (other, others) = (
                    self._terms.spine(self._head(one)),
                    self._terms.spine(self._head(other)),
                )
            except _TooLong:
                return False
            parts, others_parts = term_parts(nodes[one]), term_parts(nodes[other])
            kept = len(nodes[one]) - len(parts)
            if (len(ones), len(nodes[one]), nodes[one][:kept]) != (
                len(others),
                len(nodes[other]),
                nodes[other][:kept],
            ):
                return False
            for pair in zip((*parts, *ones), (*others_parts, *others), strict=True):
                if pair not in seen:
                    seen.add(pair)
                    pending.append(pair)
        return True

    def _head(self, number: int) -> int:
        if number not in self._heads:
            at = number
            while (reduced := self._step(at)) is not None:
                at = reduced
            self._heads[number] = at
        return self._heads[number]

    def _step(self, number: int) -> int | None:
        """Apply a function or unfold a definition at the head; None if nothing can be."""
        terms = self._terms
        head, arguments = terms.spine(number)
        node = terms.nodes[head]
        if node[0] == LET:
            self._spend(1)
            return terms.apply(terms.instantiate(node[3], [node[2]]), arguments)
        if node[0] == PROJ:
            field = self._field(node)
            return None if field is None else terms.apply(field, arguments)
        if node[0] == CONST:
            # A definition is unfolded when it has all the arguments that its own text names.
            value = self._value(node)
            if value is None or self._strip(value, len(arguments) + 1)[1] > len(arguments):
                return None
            self._spend(1)
            head = value
        elif node[0] != LAM or not arguments:
            return None
        body, count = self._strip(head, len(arguments))
        self._spend(count)
        return terms.apply(terms.instantiate(body, arguments[:count]), arguments[count:])

    def is_constructor(self, name: Name) -> bool:
        """Whether a constant is a constructor."""
        return name in self._environment.modules and self._environment.kind(name) == "ctor"

    def _field(self, node: tuple[Any, ...]) -> int | None:
        """Return the field that a projection gives, if it is from a constructor."""
        made, given = self._terms.spine(self._head(node[3]))
        constructor = self._terms.nodes[made]
        if constructor[0] != CONST or constructor[1] not in self._environment.modules:
            return None
        detail = self._environment.constant(constructor[1]).detail
        if not isinstance(detail, Constructor):
            return None
        self._spend(1)
        field: int = given[detail.parameters + node[2]]
        return field

    def _value(self, node: tuple[Any, ...]) -> int | None:
        """Return what a constant, at its levels, is defined as; None if it is no definition."""
        if node not in self._values:
            environment, value = self._environment, None
            told = self._theorems and node[1][-1] == NO_CONFUSION
            if node[1] in environment.modules and node[1] not in self._kept and not told:
                constant = environment.constant(node[1])
                if (
                    (constant.kind == "def" or (self._theorems and constant.kind == "theorem"))
                    and isinstance(constant.detail, Definition)
                    and constant.value is not None
                ):
                    value = self._terms.with_levels(
                        constant.value, dict(zip(constant.levels, node[2], strict=True))
                    )
            self._values[node] = value
        return self._values[node]

    def _strip(self, number: int, most: int) -> tuple[int, int]:
        """Return what stands behind the functions in front of a term, as many as there are up to
        `most`, and how many.
        """
        nodes, count = self._terms.nodes, 0
        while count < most and nodes[number][0] == LAM:
            number, count = nodes[number][2], count + 1
        return number, count

    def _spend(self, steps: int) -> None:
        self._left -= steps
        if self._left < 0:
            raise _TooLong


class _TooLong(Exception):
    pass
