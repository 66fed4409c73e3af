"""Tests for claims.measures.correlation."""

from __future__ import annotations

import math

import pytest
import torch
from hypothesis import given, strategies as st

from claims.measures.correlation import (
    RANKS,
    fisher_interval,
    mean_interval,
    sign_of_interval,
    student_quantile,
)


class TestInterval:
    def test_a_worked_example(self):
        """Of r = 0.5 and 28 pairs artanh is 0.5493, and its deviation a fifth."""
        low, high = fisher_interval(0.5, 28)
        assert low == pytest.approx(math.tanh(0.549306 - 0.392), abs=1e-6)
        assert high == pytest.approx(math.tanh(0.549306 + 0.392), abs=1e-6)

    @given(st.floats(-0.99, 0.99), st.integers(4, 1000))
    def test_it_holds_r_and_narrows(self, r, count):
        """More pairs, a smaller quantile and Pearson's variance each give a narrower one; −r gives
        it turned over.
        """
        low, high = fisher_interval(r, count)
        assert low < r < high
        for wider in (fisher_interval(r, count, 2.6), fisher_interval(r, count, variance=RANKS)):
            assert wider[0] <= low and high <= wider[1]
        more = fisher_interval(r, count + 100)
        assert low <= more[0] and more[1] <= high
        assert fisher_interval(-r, count) == pytest.approx((-high, -low))

    def test_it_covers_as_often_as_it_says(self):
        """95 of 100 intervals of a known correlation, for numbers and for ranks."""
        generator = torch.Generator().manual_seed(0)
        x, noise = torch.randn(2, 2000, 40, generator=generator, dtype=torch.float64)
        y = 0.6 * x + 0.8 * noise
        for of, true, variance in (
            (lambda v: v, 0.6, 1.0),
            (lambda v: v.argsort().argsort().double(), 6 / math.pi * math.asin(0.3), RANKS),
        ):
            pairs = zip(of(x), of(y), strict=True)
            found = [float(torch.corrcoef(torch.stack(pair))[0, 1]) for pair in pairs]
            ends = [fisher_interval(r, 40, variance=variance) for r in found]
            assert sum(low <= true <= high for low, high in ends) / len(ends) == pytest.approx(
                0.95, abs=0.02
            )

    @pytest.mark.parametrize(("r", "count"), [(1.0, 10), (-1.0, 10), (0.5, 3), (math.nan, 10)])
    def test_what_has_none_is_refused(self, r, count):
        """A perfect correlation, and too few pairs."""
        with pytest.raises(ValueError, match="no interval"):
            fisher_interval(r, count)


class TestMean:
    @pytest.mark.parametrize(
        ("freedom", "outside", "t"),
        [
            (1, 0.05, 12.706),
            (2, 0.05, 4.303),
            (3, 0.01, 5.841),
            (7, 0.05, 2.365),
            (8, 0.01, 3.355),
            (11, 0.001, 4.437),
            (120, 0.05, 1.980),
        ],
    )
    def test_quantiles_are_those_of_the_tables(self, freedom, outside, t):
        """Of odd and even degrees of freedom."""
        assert student_quantile(freedom, outside) == pytest.approx(t, abs=5e-4)

    def test_the_tail(self):
        """With one degree of freedom, cot(π/2 · outside)."""
        exact = 1 / math.tan(math.pi / 2 * 1e-10)
        assert student_quantile(1, 1e-10) == pytest.approx(exact, rel=1e-12)

    def test_it_covers_as_often_as_it_says(self):
        """95 of 100 intervals of the mean of 8 numbers."""
        generator = torch.Generator().manual_seed(0)
        draws = torch.randn(4000, 8, generator=generator, dtype=torch.float64) + 3
        ends = [mean_interval(row) for row in draws.tolist()]
        assert sum(low <= 3 <= high for low, high in ends) / 4000 == pytest.approx(0.95, abs=0.01)

    def test_what_has_none_is_refused(self):
        """One number, and a share that is none."""
        with pytest.raises(ValueError, match="no interval"):
            mean_interval([1.0])
        for freedom, outside in ((0, 0.05), (3, 0.0), (3, 1.0)):
            with pytest.raises(ValueError, match="no t"):
                student_quantile(freedom, outside)


@pytest.mark.parametrize(
    ("low", "high", "sign"), [(0.1, 0.5, 1), (-0.5, -0.1, -1), (-0.1, 0.5, 0), (0.0, 0.5, 0)]
)
def test_sign(low, high, sign):
    """0 within the interval, its ends included, leaves the sign open."""
    assert sign_of_interval(low, high) == sign
