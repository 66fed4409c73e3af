"""Clipping thresholds: errors found by sums over cells are those found element by element."""

from __future__ import annotations

import pytest
import torch
from hypothesis import given, settings
from hypothesis import strategies as st

from claims.measures.thresholds import Data, banner_threshold, reference, step_size, to_grid
from pyharness.core.errors import UsageError


def numbers(seed: int) -> torch.Tensor:
    return torch.randn(500, generator=torch.Generator().manual_seed(seed), dtype=torch.float64)


class TestData:
    @given(st.integers(0, 2**32 - 1), st.floats(0.05, 6), st.integers(1, 8))
    @settings(max_examples=60)
    def test_errors_are_those_of_each_element(self, seed, alpha, bits):
        """The mean square error, its two parts, and the share within, against the direct
        computation.
        """
        x = numbers(seed)
        data, error = Data(x), (x - to_grid(x, alpha, bits)).square()
        within = x.abs() <= alpha
        assert data.mse(alpha, bits) == pytest.approx(float(error.mean()), rel=1e-9, abs=1e-12)
        assert data.clipping_error(alpha) == pytest.approx(
            float((x.abs() - alpha).clamp(min=0).square().mean()), abs=1e-12
        )
        assert data.in_range_error(alpha, bits) == pytest.approx(
            float(error[within].sum() / 500), rel=1e-9, abs=1e-12
        )
        assert data.within(alpha) == pytest.approx(float(within.double().mean()))

    def test_weights_count_as_copies(self):
        """A number with weight 3 is as three of it."""
        x = torch.tensor([1.0, -2.0, 5.0])
        weighted, copies = (
            Data(x, torch.tensor([3.0, 1.0, 2.0])),
            Data(torch.tensor([1.0, 1, 1, -2, 5, 5])),
        )
        for measure in (
            lambda data: data.mse(2.5, 3),
            lambda data: data.kurtosis,
            lambda data: data.std,
        ):
            assert measure(weighted) == pytest.approx(measure(copies))

    @given(st.integers(0, 2**32 - 1), st.integers(2, 8))
    @settings(max_examples=20)
    def test_no_threshold_of_many_is_better_than_the_best(self, seed, bits):
        """The search is not beaten by more than a little."""
        data = Data(numbers(seed))
        alpha, error = data.best_threshold(bits)
        assert error == data.mse(alpha, bits)
        assert all(error <= data.mse(data.largest * k / 100, bits) * 1.02 for k in range(1, 101))

    @pytest.mark.parametrize("x", [[], [0.0, 0.0], [1.0, float("nan")], [float("inf")]])
    def test_nothing_to_measure_is_refused(self, x):
        """Empty, all zero, or not finite."""
        with pytest.raises(UsageError, match="finite numbers"):
            Data(torch.tensor(x))


class TestGrid:
    def test_both_ends_are_levels(self):
        """Two bits from −3 to 3: −3, −1, 1, 3."""
        assert step_size(3, 2) == 2
        assert to_grid(torch.tensor([-9.0, -1.2, 0.1, 2.5, 3.0]), 3, 2).tolist() == [
            -3,
            -1,
            1,
            3,
            3,
        ]


class TestReferences:
    @pytest.mark.parametrize(
        ("name", "kurtosis", "std"),
        [
            ("Gaussian", 0, 1),
            ("Laplace", 3, 2**0.5),
            ("uniform", -1.2, 3**-0.5),
            ("Student-t, 10", 1, 1.25**0.5),
            ("contaminated normal", 7.5e5, 2**0.5),
        ],
    )
    def test_moments_are_the_distributions(self, name, kurtosis, std):
        """Nodes and weights give the standard deviation and the excess kurtosis that are known."""
        data = reference(name)
        assert data.kurtosis == pytest.approx(
            kurtosis, rel=1e-3, abs=1e-6
        ) and data.std == pytest.approx(std, rel=1e-4)

    def test_known_optimum_of_the_gaussian(self):
        """With levels at ±α, 4 bits: α* = 2.514 σ and 0.01154 σ² (a uniform quantizer of 16 levels;
        Max 1960 has 0.01154).
        """
        alpha, error = reference("Gaussian").best_threshold(4)
        assert alpha == pytest.approx(2.514, abs=2e-3) and error == pytest.approx(0.01154, abs=1e-5)

    def test_banners_rule(self):
        """2.5 σ for the Gaussian; more with heavier tails."""
        assert banner_threshold(reference("Gaussian")) == pytest.approx(2.5, rel=1e-4)
        assert banner_threshold(reference("Laplace")) / 2**0.5 == pytest.approx(
            2.5 + 0.3 * 1.386294, rel=1e-3
        )
