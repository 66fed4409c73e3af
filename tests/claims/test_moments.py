"""Moments of mixtures: against numbers that are worked out by hand."""

from __future__ import annotations

import pytest
import torch

from claims.measures.moments import (
    excess_kurtosis,
    kurtosis_formula,
    mixture_kurtosis,
    mixture_mean,
    moment,
)

HALVES = torch.tensor([0.5, 0.5])
X = torch.tensor([[0, 2], [4, 10]])
W = torch.full((2, 2), 0.5)


class TestMoments:
    def test_moments_of_two_numbers(self):
        """0 and 2 about 1 and 4 and 10 about 7: 0 for odd orders; 1 and 81 for the fourth."""
        about, order = torch.tensor([[1.0], [7.0]]), torch.tensor([1, 2, 3, 4])
        found = moment(W[:, None], X[:, None], about, order)
        assert found.tolist() == [[0, 1, 0, 1], [0, 9, 0, 81]]

    def test_kurtosis(self):
        """Two numbers have −2; a mixture of two pairs is one of four numbers."""
        assert excess_kurtosis(W, X).tolist() == [-2, -2]
        assert float(mixture_mean(HALVES, W, X)) == 4
        together = excess_kurtosis(torch.full((4,), 0.25), X.flatten())
        assert float(mixture_kurtosis(HALVES, W, X)) == pytest.approx(float(together))

    def test_the_formula_is_right_without_skew(self):
        """Pairs have no skew, so it gives what their mixture has."""
        given = kurtosis_formula(
            HALVES, torch.tensor([-2, -2]), torch.tensor([1, 9]), torch.tensor([-3, 3])
        )
        assert float(given) == pytest.approx(float(mixture_kurtosis(HALVES, W, X)))
