"""One-bit vectors, rotations and heads: the conventions hold, and what is learned never gets
worse.
"""

from __future__ import annotations

import itertools
import math

import pytest
import torch
from hypothesis import given, settings, strategies as st

from claims.measures import geometry, rotations
from claims.models import attention, zoo as models
from claims.models.layers import Recorder
from pyharness.core.errors import UsageError


def rows(seed: int, count: int = 40, d: int = 8) -> torch.Tensor:
    return torch.randn(count, d, generator=torch.Generator().manual_seed(seed), dtype=torch.float64)


SEEDS = st.integers(0, 2**32 - 1)


class TestConventions:
    def test_the_sign_of_zero_is_plus_one(self):
        """(1, 0) loses half of its energy to signs, of which a quarter would be left if the sign of
        0 were 0.
        """
        key = torch.tensor([[1.0, 0.0]], dtype=torch.float64)
        assert geometry.sign(torch.tensor([0, -1, 2], dtype=torch.int8)).tolist() == [1, -1, 1]
        assert geometry.beta(key) == 0.5 and geometry.norm_sq(geometry.residual(key)).item() == 0.5

    def test_beta_is_the_square_of_the_cosine(self):
        """(1, 3): the cosine with its signs is 4/√20, β is 16/20."""
        key = torch.tensor([1.0, 3.0], dtype=torch.float64)
        cosine = torch.nn.functional.cosine_similarity(key, geometry.sign(key), dim=0)
        assert (
            geometry.beta_of_rows(key).item()
            == pytest.approx(0.8)
            == pytest.approx(cosine.item() ** 2)
        )

    def test_the_scale_is_the_mean_magnitude(self):
        """It is the one that leaves the least."""
        key = torch.tensor([1.0, -2.0, 6.0], dtype=torch.float64)
        assert geometry.one_bit(key).tolist() == [3.0, -3.0, 3.0]
        least = geometry.norm_sq(geometry.residual(key))
        assert all(
            geometry.norm_sq(key - scale * geometry.sign(key)) > least for scale in (2.9, 3.1, 1.0)
        )

    @given(SEEDS)
    def test_one_bit_forms_keep_beta_of_the_energy(self, seed):
        """1 − β is what they lose, weighted by energy."""
        k = rows(seed)
        lost = geometry.norm_sq(geometry.residual(k)).sum() / geometry.norm_sq(k).sum()
        assert 1 - geometry.beta(k) == pytest.approx(lost.item())

    def test_int8_sums_do_not_overflow(self):
        """128 entries of −128 have a norm far beyond int8."""
        key = torch.full((128,), -128, dtype=torch.int8)
        assert geometry.l1_norm(key).item() == 128 * 128 and geometry.norm_sq(key).item() == 128**3
        assert geometry.dot(key, key).item() == 128**3

    def test_rows_of_zeros_are_refused(self):
        """Of nothing, nothing can be kept."""
        with pytest.raises(UsageError, match="zero"):
            geometry.beta(torch.zeros(2, 3))


class TestRotations:
    @pytest.mark.parametrize("d", [1, 2, 32])
    def test_each_is_orthogonal(self, d):
        """Rᵀ R is the identity."""
        generator = torch.Generator().manual_seed(1)
        for matrix in (
            rotations.hadamard(d),
            rotations.srht(d, generator),
            rotations.random_rotation(d, generator),
            rotations.learn_rotation(rows(2, d=d), steps=3).rotation,
        ):
            assert torch.allclose(matrix.T @ matrix, torch.eye(d, dtype=torch.float64), atol=1e-12)

    @pytest.mark.parametrize("d", [1, 2, 12, 32, 384])
    def test_the_signs_of_a_hadamard_matrix(self, d):
        """Each is 1 or −1, and the rows are orthogonal."""
        matrix = rotations.hadamard_signs(d)
        assert bool((matrix.abs() == 1).all())
        assert torch.equal(matrix @ matrix.T, d * torch.eye(d, dtype=torch.int64))

    @pytest.mark.parametrize("d", [0, 3, 36, 60])
    def test_a_hadamard_matrix_by_doubling(self, d):
        """It begins with order 1 or 12. The message says which dimension was asked for."""
        with pytest.raises(UsageError, match=str(d)):
            rotations.hadamard(d)

    @given(SEEDS)
    @settings(max_examples=20)
    def test_learning_never_lowers_beta(self, seed):
        """Each step of the majorization keeps or raises β."""
        k = rows(seed)
        learned = rotations.learn_rotation(k, steps=8)
        assert all(after >= before - 1e-12 for before, after in itertools.pairwise(learned.curve))
        assert learned.curve[0] == geometry.beta(k)
        assert learned.curve[-1] == pytest.approx(geometry.beta(k @ learned.rotation.T))

    def test_learning_finds_a_hidden_lattice(self):
        """Rotated sign vectors are turned back: β rises to 1."""
        signs = geometry.sign(rows(3, count=200))
        hidden = signs @ rotations.random_rotation(8, torch.Generator().manual_seed(4)).T
        best = max(
            rotations.learn_rotation(
                hidden,
                steps=100,
                start=rotations.random_rotation(8, torch.Generator().manual_seed(start)),
            ).curve[-1]
            for start in range(8)
        )
        assert geometry.beta(hidden) < 0.75 and best == pytest.approx(1)


class TestCorrections:
    @given(SEEDS, st.integers(0, 8))
    def test_the_strongest_directions_are_orthonormal_and_best(self, seed, r):
        """None of a random set of as many has more of the energy."""
        lost = geometry.residual(rows(seed))
        w = geometry.strongest(lost, r)
        other = rotations.random_rotation(8, torch.Generator().manual_seed(seed))[:r]
        assert torch.allclose(w @ w.T, torch.eye(r, dtype=torch.float64), atol=1e-9)
        assert geometry.gamma(lost, w) >= geometry.gamma(lost, other) - 1e-12

    @given(SEEDS, st.integers(0, 8))
    def test_a_correction_keeps_what_beta_eff_says(self, seed, r):
        """In all directions it keeps everything, in none β."""
        k = rows(seed)
        w = geometry.strongest(geometry.residual(k), r)
        kept = geometry.beta_eff(k, w)
        assert geometry.beta(k) - 1e-12 <= kept <= 1 + 1e-12
        assert r < 8 or torch.allclose(geometry.correct(k, w), k)
        assert r > 0 or kept == pytest.approx(geometry.beta(k))


class TestHeads:
    def test_heads_split_and_merge(self):
        """Merging undoes splitting; a head is 32 columns of its layer."""
        layer = attention.attention_layers("key")[2]
        heads = attention.split_heads(layer.preactivation)
        assert torch.equal(attention.merge_heads(heads), layer.preactivation)
        assert torch.equal(attention.head("2/5", "key"), layer.preactivation[:, 160:192].double())
        assert (
            list(attention.head_names())[:2] == ["0/0", "0/1"]
            and len(list(attention.head_names())) == 72
        )

    def test_int8_keys_are_the_layers_codes(self):
        """Every key of every head, and each layer by its content."""
        keys, refs = attention.int8_keys()
        assert keys.dtype == torch.int8 and keys.shape == (72 * 458, 32) and len(refs) == 6
        assert keys.abs().max() == 127

    def test_one_bit_keys_in_all_directions_change_nothing(self):
        """A correction in 32 directions restores the keys, so the embeddings are the model's own;
        signs alone move them.
        """
        identity = torch.eye(32, dtype=torch.float64).expand(6, 12, 32, 32)
        sentences = ["All human beings are born free and equal in dignity and rights."]
        own = models.sentence_embeddings(sentences)
        whole, none = (
            models.sentence_embeddings(
                sentences,
                attention.OneBitKeys(models.minilm_weights(), identity, identity[..., :r, :]),
            )
            for r in (32, 0)
        )
        assert torch.allclose(whole, own, atol=1e-5) and not torch.allclose(none, own, atol=1e-2)

    def test_embeddings_are_those_of_the_weights_given(self):
        """In float64 they agree with the published float32 ones."""
        weights = {name: value.double() for name, value in models.minilm_weights().items()}
        sentences = models.read_sentences()[:2]
        precise = models.sentence_embeddings(sentences, Recorder(weights))
        assert precise.dtype == torch.float64
        assert torch.allclose(precise.float(), models.sentence_embeddings(sentences), atol=1e-5)
        assert math.isclose(precise.norm(dim=1)[0].item(), 1)
