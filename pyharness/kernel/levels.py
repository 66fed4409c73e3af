"""Universe levels and their order.

A level is a number that depends on the numbers its parameters stand for: 0, l + 1, max(l, m),
imax(l, m) (0 if m is 0, else max(l, m)) or a parameter. One level is at most another if its number
is under every choice of the parameters. The comparison here is complete: it finds every such
inequality.

Described in "The Type Theory of Lean", 2.1 Typing, and "Type Checking in Lean 4", Levels.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import NamedTuple

from .names import Name
from .refusal import Refused

__all__ = ["Level", "Levels"]

_MOST = 200
"""More terms than this in one normal form are refused; levels of real declarations have a few."""


class _Part(NamedTuple):
    """`base + plus` where every parameter in `positive` is positive, else 0; a base of None stands
    for 0.
    """

    positive: frozenset[Name]
    base: Name | None
    plus: int


class Level:
    """A level. `form` is "zero", "succ", "max", "imax" or "param"; `parts` are the levels in it,
    and `name` is the name of a parameter; `normal` are parts of which it is the maximum.
    """

    __slots__ = ("form", "name", "normal", "parameters", "parts")

    def __init__(self, form: str, parts: tuple[Level, ...], name: Name):
        self.form, self.parts, self.name = form, parts, name
        self.parameters: frozenset[Name] = frozenset((name,)) if form == "param" else frozenset()
        for part in parts:
            self.parameters |= part.parameters
        self.normal = _prune(self._parts())

    def _parts(self) -> Iterable[_Part]:
        if self.form == "param":
            return [_Part(frozenset(), self.name, 0)]
        normal = [part.normal for part in self.parts]
        if self.form == "succ":
            return [
                _Part(frozenset(), None, 1),
                *(part._replace(plus=part.plus + 1) for part in normal[0]),
            ]
        if self.form == "max":
            return normal[0] + normal[1]
        if self.form == "imax":
            # It counts l only where m is positive: where one of the parts of m is.
            positive = {
                part.positive if part.base is None or part.plus > 0 else part.positive | {part.base}
                for part in normal[1]
            }
            return [
                *normal[1],
                *(
                    part._replace(positive=part.positive | where)
                    for part in normal[0]
                    for where in positive
                ),
            ]
        return []

    def at_most(self, other: Level) -> bool:
        """Whether this level is at most the other, whatever the parameters stand for."""
        return self is other or all(_reaches(other.normal, part) for part in self.normal)

    def equals(self, other: Level) -> bool:
        """Whether two levels are the same number, whatever the parameters stand for."""
        return self is other or (self.at_most(other) and other.at_most(self))

    @property
    def is_zero(self) -> bool:
        """Whether the level is 0, whatever the parameters stand for."""
        return not self.normal

    @property
    def is_positive(self) -> bool:
        """Whether the level is never 0."""
        return _least(self.normal, frozenset()) > 0


def _prune(parts: Iterable[_Part]) -> tuple[_Part, ...]:
    """Drop each part that another is never less than."""
    kept: list[_Part] = []
    for part in sorted(set(parts), key=lambda part: (len(part.positive), -part.plus)):
        if not any(
            other.positive <= part.positive and other.base == part.base and other.plus >= part.plus
            for other in kept
        ):
            kept.append(part)
        if len(kept) > _MOST:
            raise Refused("budget", f"a universe level has more than {_MOST} parts")
    return tuple(kept)


def _least(parts: Iterable[_Part], ones: frozenset[Name]) -> int:
    """Return the maximum where the parameters in `ones` are 1 and all others 0."""
    return max(
        (plus + (base in ones) for positive, base, plus in parts if positive <= ones), default=0
    )


def _reaches(parts: Iterable[_Part], part: _Part) -> bool:
    """Whether the maximum of `parts` is at least `part` under every choice of the parameters.

    Levels grow with their parameters, so it is enough that the parameters that must be positive are
    1, and all others 0 except the base. As the base grows without limit, only a part with the same
    base keeps up with it.
    """
    positive, base, plus = part
    if base is None:
        return _least(parts, positive) >= plus
    grows = any(
        other.base == base and other.plus >= plus and other.positive <= positive | {base}
        for other in parts
    )
    return grows and (base in positive or _least(parts, positive) >= plus)


class Levels:
    """Makes levels; equal ones are the same object."""

    def __init__(self) -> None:
        self._made: dict[tuple[str, tuple[Level, ...], Name], Level] = {}
        self.zero = self._make("zero")
        self.one = self.succ(self.zero)

    def _make(self, form: str, *parts: Level, name: Name = ()) -> Level:
        key = form, parts, name
        level = self._made.get(key)
        if level is None:
            level = self._made[key] = Level(*key)
        return level

    def param(self, name: Name) -> Level:
        """Return what a parameter stands for."""
        return self._make("param", name=name)

    def succ(self, level: Level) -> Level:
        """Return `level + 1`."""
        return self._make("succ", level)

    def max(self, left: Level, right: Level) -> Level:
        """Return the larger of two levels."""
        return self._make("max", left, right)

    def imax(self, left: Level, right: Level) -> Level:
        """Return 0 if `right` is 0, else the larger of the two."""
        return self._make("imax", left, right)

    def substitute(
        self, level: Level, values: Mapping[Name, Level], done: dict[Level, Level]
    ) -> Level:
        """Return a level with levels in place of its parameters; `done` has what is known for
        these.
        """
        if not level.parameters:
            return level
        found = done.get(level)
        if found is None:
            if level.form == "param":
                found = values.get(level.name, level)
            else:
                found = self._make(
                    level.form, *[self.substitute(part, values, done) for part in level.parts]
                )
            done[level] = found
        return found
