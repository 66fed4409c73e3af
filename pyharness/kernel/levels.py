"""Universe levels and their order.

A level is a number that depends on the numbers its parameters stand for: 0, l + 1, max(l, m),
imax(l, m) (0 if m is 0, else max(l, m)) or a parameter. One level is at most another if its number
is under every choice of the parameters. The comparison here is complete: it finds every such
inequality, or the budget for it ends.

Described in "The Type Theory of Lean", 2.1 Typing, and "Type Checking in Lean 4", Levels.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from .budget import Budget
from .names import Name

__all__ = ["Level", "Levels"]


class Level:
    """A level.

    Attributes:
        form: "zero", "succ", "max", "imax" or "param".
        parts: the levels in it.
        name: the name of a parameter.
        generic: whether a parameter is in it.
        guard: a level that is positive where this one is, and no imax.
        is_zero: whether it is 0, whatever the parameters stand for.
        least: its number if all parameters are 0. A level grows with its parameters, so it is
            never less.
        depth: how deep it is; known of a level that was read.
    """

    __slots__ = ("depth", "form", "generic", "guard", "is_zero", "least", "name", "parts")
    depth: int

    def __init__(self, form: str, parts: tuple[Level, ...], name: Name):
        self.form, self.parts, self.name = form, parts, name
        self.guard: Level = self
        if not parts:
            self.generic, self.is_zero, self.least = form == "param", form == "zero", 0
            return
        first, last = parts[0], parts[-1]
        self.generic = first.generic or last.generic
        if form == "succ":
            self.is_zero, self.least = False, first.least + 1
        elif form == "max":
            self.is_zero = first.is_zero and last.is_zero
            self.least = max(first.least, last.least)
        else:
            self.guard = last.guard
            self.is_zero = last.is_zero
            self.least = last.least and max(first.least, last.least)

    @property
    def is_positive(self) -> bool:
        """Whether the level is never 0."""
        return self.least > 0


class Levels:
    """Makes levels; equal ones are the same object as long as none of them is forgotten.

    Attributes:
        made: the levels, by what they are made of.
    """

    def __init__(self, budget: Budget) -> None:
        self._budget = budget
        self.made: dict[tuple[str, tuple[Level, ...], Name], Level] = {}
        self.zero = self._make("zero")
        self.one = self.succ(self.zero)

    def _make(self, form: str, *parts: Level, name: Name = ()) -> Level:
        key = form, parts, name
        level = self.made.get(key)
        if level is None:
            level = self.made[key] = Level(*key)
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
        if not level.generic:
            return level
        found = done.get(level)
        if found is None:
            self._budget.step()
            if level.form == "param":
                found = values.get(level.name, level)
            else:
                found = self._make(
                    level.form, *[self.substitute(part, values, done) for part in level.parts]
                )
            done[level] = found
        return found

    def at_most(self, left: Level, right: Level) -> bool:
        """Whether a level is at most another, whatever the parameters stand for.

        Raises:
            Refused: if the budget ends before that is found out.
        """
        return left is right or left.is_zero or _Bound(right, self._budget).holds(left)

    def equal(self, left: Level, right: Level) -> bool:
        """Whether two levels are the same number, whatever the parameters stand for.

        Raises:
            Refused: as `at_most`.
        """
        return left is right or (self.at_most(left, right) and self.at_most(right, left))


_Positive = frozenset[Level]
"""Parameters that are at least 1; of all others it is not known whether they are 0."""


class _Bound:
    """A level, to be held against others that must be at most it.

    What is at the left of an imax counts only where its guard is positive: where one of the
    parameters is that the guard is a maximum of. So a level is the maximum of what is reached in it
    through max, succ and the right of imax, and through the left of imax for each way to make
    guards positive. Levels grow with their parameters, so of a bound it is enough to look where
    the parameters that must be positive are 1 and all others 0, except the one that is compared.
    """

    def __init__(self, bound: Level, budget: Budget):
        self._budget = budget
        self._order = self._ordered(bound)
        self._reached: dict[_Positive, dict[Level, int]] = {}
        self._guards: dict[Level, Sequence[Level]] = {}

    def holds(self, level: Level) -> bool:
        """Whether a level is at most the bound."""
        order = self._ordered(level)
        # By the parameters that are positive: what else of the level counts then, and how much is
        # added to it. All that have the same number of parameters are looked at together.
        cases: dict[_Positive, dict[Level, int]] = {frozenset(): {level: 0}}
        while cases:
            further: dict[_Positive, dict[Level, int]] = {}
            for positive, sources in cases.items():
                for part, plus in self._reach(order, sources, positive).items():
                    if part.form != "imax":
                        if not self._is_reached(part, plus, positive):
                            return False
                        continue
                    left = part.parts[0]
                    for parameter in self._parameters(part.guard):
                        case = further.setdefault(positive | {parameter}, {})
                        case[left] = max(plus, case.get(left, 0))
            cases = further
        return True

    def _is_reached(self, part: Level, plus: int, positive: _Positive) -> bool:
        """Whether 0 or a parameter, and so much more, is at most the bound."""
        reached = self._of(positive)
        if part.form == "param":
            # As the parameter grows without limit, only the same parameter keeps up with it.
            if reached.get(part, -1) >= plus:
                return True
            if part in positive or self._of(positive | {part}).get(part, -1) < plus:
                return False
        return any(more + (leaf in positive) >= plus for leaf, more in reached.items())

    def _of(self, positive: _Positive) -> dict[Level, int]:
        """Return which of 0 and the parameters are reached in the bound, and how much is added."""
        found = self._reached.get(positive)
        if found is None:
            reached = self._reach(self._order, {self._order[-1]: 0}, positive)
            found = self._reached[positive] = {
                part: more for part, more in reached.items() if part.form != "imax"
            }
        return found

    def _reach(
        self, order: Sequence[Level], sources: Mapping[Level, int], positive: _Positive
    ) -> dict[Level, int]:
        """Return what is reached from levels, and how much is added to it at most: 0, parameters,
        and each imax whose guard is not known to be positive.

        Args:
            order: a level and all in it, parts first.
            sources: levels in it, and how much is added to them.
            positive: the parameters that are positive.
        """
        self._budget.compare_levels(len(order) + len(positive))
        counts: set[Level] = set()
        for level in order:
            form, parts = level.form, level.parts
            if (
                form == "succ"
                or (form == "param" and level in positive)
                or (form == "max" and (parts[0] in counts or parts[1] in counts))
                or (form == "imax" and parts[1] in counts)
            ):
                counts.add(level)
        most, reached = dict(sources), {}
        for level in reversed(order):
            more = most.get(level, -1)
            if more < 0:
                continue
            form, parts = level.form, level.parts
            if not parts:
                reached[level] = more
            if form == "succ":
                more += 1
            elif form == "imax" and parts[1] not in counts:
                reached[level] = more
                parts = parts[1:]
            for part in parts:
                if most.get(part, -1) < more:
                    most[part] = more
        return reached

    def _ordered(self, level: Level) -> Sequence[Level]:
        """Return a level and all in it, each once and behind its parts."""
        order: dict[Level, None] = {}
        pending = [level]
        while pending:
            part = pending[-1]
            missing = () if part in order else [item for item in part.parts if item not in order]
            pending += missing
            if not missing:
                order[pending.pop()] = None
        self._budget.compare_levels(len(order))
        return tuple(order)

    def _parameters(self, guard: Level) -> Sequence[Level]:
        """Return the parameters of which one at least is positive where a guard is. A guard that
        may be 0 has no succ in it.
        """
        found = self._guards.get(guard)
        if found is None:
            seen: set[Level] = set()
            pending = [guard]
            while pending:
                level = pending.pop().guard
                if level not in seen:
                    seen.add(level)
                    pending += level.parts
            self._budget.compare_levels(len(seen))
            found = self._guards[guard] = [level for level in seen if level.form == "param"]
        self._budget.compare_levels(len(found))
        return found
