"""Universe levels: their order is that of their numbers under every choice of the parameters."""

from __future__ import annotations

import itertools

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from pyharness.kernel import Refused
from pyharness.kernel.levels import Level, Levels

PARAMETERS = ("u", "v", "w")
LARGEST = 7
"""Levels below have fewer than this many successors, so that a choice which tells two apart need
not be larger."""

LEVELS = Levels()


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
        assert left.at_most(right) == all(one <= other for one, other in numbers)
        assert left.equals(right) == all(one == other for one, other in numbers)
        assert left.is_zero == all(one == 0 for one, _ in numbers)
        assert left.is_positive == all(one > 0 for one, _ in numbers)

    @given(trees(3), trees(3), trees(3))
    @settings(max_examples=200, deadline=None)
    def test_what_is_equal_by_the_laws_is_found_equal(self, one, two, three):
        """Laws that no comparison of forms alone finds."""
        top, imax, succ = LEVELS.max, LEVELS.imax, LEVELS.succ
        assert top(one, two).equals(top(two, one))
        assert imax(one, succ(two)).equals(top(one, succ(two)))
        assert imax(one, imax(two, three)).equals(imax(top(one, two), three))
        assert imax(one, top(two, three)).equals(top(imax(one, two), imax(one, three)))
        assert succ(top(one, two)).equals(top(succ(one), succ(two)))

    @given(trees(3), trees(2), trees(2))
    @settings(max_examples=200, deadline=None)
    def test_levels_for_parameters(self, level, one, two):
        """Putting levels in place of parameters is choosing their numbers."""
        put = LEVELS.substitute(level, {("u",): one, ("v",): two}, {})
        for choice in CHOICES[::17]:
            assert number(put, choice) == number(
                level, choice | {"u": number(one, choice), "v": number(two, choice)}
            )

    def test_a_level_that_grows_without_limit_is_refused(self):
        """A level of n factors with two parts each has 2 to the n parts."""

        def grow() -> None:
            level = LEVELS.zero
            for place in range(40):
                both = LEVELS.max(LEVELS.param(("a", place)), LEVELS.param(("b", place)))
                level = LEVELS.imax(LEVELS.max(level, LEVELS.one), both)

        with pytest.raises(Refused, match="budget"):
            grow()
