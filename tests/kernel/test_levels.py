"""Universe levels: their order is that of their numbers under every choice of the parameters."""

from __future__ import annotations

import itertools

import pytest
from hypothesis import given, settings, strategies as st

from pyharness.kernel import Refused
from pyharness.kernel.budget import Budget
from pyharness.kernel.levels import Level, Levels

PARAMETERS = ("u", "v", "w")
LARGEST = 7
"""Levels below have fewer than this many successors, so that a choice which tells two apart need
not be larger."""

LEVELS = Levels(Budget())


def trees(depth: int) -> st.SearchStrategy[Level]:
    """Levels of this depth at most."""
    leaf = st.one_of(
        st.just(LEVELS.zero), st.sampled_from(PARAMETERS).map(lambda name: LEVELS.param((name,)))
    )
    if depth == 0:
        return leaf
    smaller = trees(depth - 1)
    return st.one_of(
        leaf,
        smaller.map(LEVELS.succ),
        st.builds(LEVELS.max, smaller, smaller),
        st.builds(LEVELS.imax, smaller, smaller),
    )


def number(level: Level, values: dict[str, int]) -> int:
    """What a level is if its parameters stand for these numbers."""
    if level.form == "zero":
        return 0
    if level.form == "param":
        return values[level.name[0]]
    parts = [number(part, values) for part in level.parts]
    if level.form == "succ":
        return parts[0] + 1
    return 0 if level.form == "imax" and parts[1] == 0 else max(parts)


CHOICES = [
    dict(zip(PARAMETERS, values, strict=True))
    for values in itertools.product(range(LARGEST), repeat=len(PARAMETERS))
]


class TestOrder:
    @given(trees(4), trees(4))
    @settings(max_examples=400, deadline=None)
    def test_it_is_the_order_of_the_numbers(self, left, right):
        """One level is at most another exactly if it is under every choice of the parameters;
        equality and signs alike.
        """
        numbers = [(number(left, choice), number(right, choice)) for choice in CHOICES]
        assert LEVELS.at_most(left, right) == all(one <= other for one, other in numbers)
        assert LEVELS.equal(left, right) == all(one == other for one, other in numbers)
        assert left.is_zero == all(one == 0 for one, _ in numbers)
        assert left.is_positive == all(one > 0 for one, _ in numbers)

    @given(trees(3), trees(3), trees(3))
    @settings(max_examples=200, deadline=None)
    def test_what_is_equal_by_the_laws_is_found_equal(self, one, two, three):
        """Laws that no comparison of forms alone finds."""
        top, imax, succ = LEVELS.max, LEVELS.imax, LEVELS.succ
        assert LEVELS.equal(top(one, two), top(two, one))
        assert LEVELS.equal(imax(one, succ(two)), top(one, succ(two)))
        assert LEVELS.equal(imax(one, imax(two, three)), imax(top(one, two), three))
        assert LEVELS.equal(imax(one, top(two, three)), top(imax(one, two), imax(one, three)))
        assert LEVELS.equal(succ(top(one, two)), top(succ(one), succ(two)))

    @given(trees(3), trees(2), trees(2))
    @settings(max_examples=200, deadline=None)
    def test_levels_for_parameters(self, level, one, two):
        """Putting levels in place of parameters is choosing their numbers."""
        put = LEVELS.substitute(level, {("u",): one, ("v",): two}, {})
        for choice in CHOICES[::17]:
            assert number(put, choice) == number(
                level, choice | {"u": number(one, choice), "v": number(two, choice)}
            )


def guarded(levels: Levels, count: int) -> Level:
    """A level of so many imax, one in the other, each with a guard of two parameters: to see all
    that it may be takes two cases for each.
    """
    level = levels.one
    for place in range(count):
        both = levels.max(levels.param(("a", place)), levels.param(("b", place)))
        level = levels.imax(level, both)
    return level


def tower(levels: Levels, count: int) -> Level:
    """A level of so many imax, all with one maximum of so many parameters at the left and the
    right.
    """
    top = levels.zero
    for place in range(count):
        top = levels.max(top, levels.param(("u", place)))
    level = top
    for _ in range(count):
        level = levels.imax(top, level)
    return level


class TestBudget:
    def test_a_level_costs_nothing_until_it_is_compared(self):
        """Levels are made without a look at their parts, and found equal to themselves so."""
        budget = Budget()
        levels = Levels(budget)
        assert levels.equal(guarded(levels, 1000), guarded(levels, 1000))
        assert tower(levels, 1000).is_positive is tower(levels, 1000).is_zero is False
        budget.look()
        assert budget.spent == 0

    @pytest.mark.parametrize("count", [10, 60])
    def test_a_tower_takes_few_steps(self, count):
        """It is the maximum that it is made of, and that takes steps by the square of its
        parameters.
        """
        budget = Budget()
        levels = Levels(budget)
        top = tower(levels, count).parts[0]
        assert levels.equal(tower(levels, count), top)
        assert not levels.equal(tower(levels, count), levels.succ(top))
        budget.look()
        assert budget.spent < 30 * count**2 + 1000

    def test_shared_parts_are_looked_at_once(self):
        """A level of n lines that has 2 to the n parts as a tree."""
        budget = Budget()
        levels = Levels(budget)
        one, other = levels.param(("u",)), levels.param(("v",))
        for place in range(500):
            one, other = (
                levels.max(one, other),
                (levels.imax if place % 2 else levels.max)(other, one),
            )
        assert levels.equal(one, levels.max(levels.param(("v",)), one))
        budget.look()
        assert budget.spent < 500**2

    def test_cases_without_end_end_the_budget(self):
        """What has to be told apart case by case is, as long as the budget lasts."""
        levels = Levels(Budget())

        def without_guards(level: Level) -> Level:
            if level.form != "imax":
                return level
            return levels.max(without_guards(level.parts[0]), level.parts[1])

        few, many = guarded(levels, 6), guarded(levels, 40)
        assert levels.at_most(few, without_guards(few))
        assert not levels.at_most(without_guards(few), few)
        with pytest.raises(Refused, match="budget.*universe levels"):
            levels.at_most(many, without_guards(many))
