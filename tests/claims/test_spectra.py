"""Tests for claims.measures.spectra, and for predicates of claims.spectral."""

from __future__ import annotations

import pytest
import torch
from hypothesis import given, strategies as st

from claims import spectral
from claims.measures.geometry import gamma, strongest
from claims.measures.spectra import range_step, round_to_multiples, stable_rank
from pyharness.formats.affine import TensorError


class TestStableRank:
    def test_of_equal_and_of_unequal_axes(self):
        """Three equal axes have 3, and lengths 2 and 1 have 5/4."""
        assert stable_rank(torch.eye(3, dtype=torch.float64)) == pytest.approx(3)
        assert stable_rank(torch.diag(torch.tensor([2.0, 1.0]))) == pytest.approx(5 / 4)

    @given(st.integers(0, 2**32 - 1), st.integers(1, 9), st.integers(1, 9))
    def test_is_energy_over_that_along_the_strongest_direction(self, seed, rows, columns):
        """As Lean's definition has it, and so at least 1."""
        matrix = torch.randn(
            rows, columns, generator=torch.Generator().manual_seed(seed), dtype=torch.float64
        )
        found = stable_rank(matrix)
        assert found == pytest.approx(1 / gamma(matrix, strongest(matrix, 1)), rel=1e-9)
        assert found >= 1 - 1e-9


class TestRounding:
    def test_nearest_multiples(self):
        """Ties go to even multiples, and no multiple is too far."""
        x = torch.tensor([-0.75, -0.25, 0.25, 0.75, 1.3, 1e6])
        assert round_to_multiples(x, 0.5).tolist() == [-1, 0, 0, 1, 1.5, 1e6]

    def test_a_step_of_zero_is_refused(self):
        """As that of a weight of equal entries."""
        weight = torch.ones(2, 2)
        with pytest.raises(TensorError, match="positive and finite scale, got 0"):
            round_to_multiples(weight, range_step(weight, 8))


IDENTITY, ROTATION = [["1", "0"], ["0", "1"]], [["3/5", "4/5"], ["-4/5", "3/5"]]


class TestClaims:
    def test_small_matrices_refute_what_is_said_of_condition_numbers(self):
        """A rotation has κ = 1 as the identity has, and other losses."""
        assert not spectral.matrices_of_one_condition_lose_alike(IDENTITY, ROTATION, 1)
        assert not spectral.better_conditioned_matrix_loses_less(
            ROTATION, spectral.ILL_CONDITIONED, 1
        )
        assert not spectral.one_spectrum_loses_alike(IDENTITY, ROTATION)
        assert spectral.matrices_of_one_condition_lose_alike(IDENTITY, IDENTITY, 1)

    def test_codes(self):
        """They are in the range where it is symmetric, and more than b bits hold."""
        assert spectral.codes_are_in_the_range(["-1", "0", "1"], 1)
        assert not spectral.codes_are_in_the_range(["0", "1"], 1)
        assert not spectral.codes_are_at_most_2_to_the_bits(["-1", "0", "1"], 1)
        assert spectral.codes_are_at_most_2_to_the_bits(["0", "1"], 1)

    def test_rounding_by_the_norm(self, monkeypatch):
        """It is rounding by the weight's own step; a coarser one is found out."""
        layer = "digits-mlp/logits"
        assert spectral.norm_rounding_is_rounding(layer)
        real = spectral.round_to_multiples
        monkeypatch.setattr(
            spectral, "round_to_multiples", lambda weight, step: real(weight, 1.5 * step)
        )
        assert not spectral.norm_rounding_is_rounding(layer)

    def test_the_relative_error_can_be_too_large(self, monkeypatch):
        """An error above its bound is a violation."""
        layer = "digits-autoencoder/pixels"
        assert spectral.relative_error_is_bounded(layer)
        monkeypatch.setattr(spectral, "relative_errors", lambda layer, bits: (1.0, 0.9))
        assert not spectral.relative_error_is_bounded(layer)
