"""What thresholds lose on whole numbers: against fractions, number by number."""

from __future__ import annotations

from fractions import Fraction

import pytest
import torch
from hypothesis import given, settings, strategies as st

from claims.measures import whole
from claims.quant_error import exact_errors
from pyharness.core.errors import UsageError


class TestWhole:
    @given(
        st.lists(st.integers(-128, 127), min_size=1, max_size=6),
        st.integers(1, 128),
        st.sampled_from([1, 2, 3, 7, 15]),
    )
    @settings(max_examples=60)
    def test_errors_are_those_of_fractions(self, numbers, alpha, steps):
        """The quantizer in fractions tries all levels, the lowest first."""
        unit, count = 3 * steps, len(numbers)
        x, w = torch.tensor(numbers) * unit, torch.ones(count, dtype=torch.int64)
        a, n = torch.tensor(alpha * unit), torch.tensor(steps)
        found = (
            whole.mse(w, x, n, a),
            whole.in_range_error(w, x, n, a),
            whole.clipping_error(w, x, a),
            whole.quantization_noise(w, x, n, a),
        )
        exact = exact_errors([str(number) for number in numbers], str(alpha), steps)
        assert tuple(Fraction(int(one), count * unit**2) for one in found) == exact

    def test_between_two_levels_it_is_the_lower(self):
        """0 is as near to −3 as to 3, and −6 to −9."""
        x = torch.tensor([0, -6, 6, -20, 20])
        assert whole.quantize(torch.tensor(9), torch.tensor(3), x).tolist() == [-3, -9, 3, -9, 9]

    @pytest.mark.parametrize(
        ("function", "alpha", "steps"), [("step_size", 1, 3), ("uniform_noise", 1, 1)]
    )
    def test_what_is_not_whole_is_refused(self, function, alpha, steps):
        """2/3 and 4/12 are no integers, and are not rounded to any."""
        with pytest.raises(UsageError, match="smaller unit"):
            getattr(whole, function)(torch.tensor(alpha), torch.tensor(steps))

    def test_weights_count_as_copies(self):
        """A number with weight 3 is as three of it."""
        x, w = torch.tensor([30, -90]), torch.tensor([3, 1])
        copies = torch.tensor([30, 30, 30, -90]), torch.ones(4, dtype=torch.int64)
        n, a = torch.tensor(5), torch.tensor(60)
        for function in (whole.mse, whole.in_range_error, whole.quantization_noise):
            assert function(w, x, n, a).equal(function(copies[1], copies[0], n, a))
