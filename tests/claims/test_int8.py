"""Tests for claims.measures.int8."""

from __future__ import annotations

import math

import pytest
import torch
from hypothesis import given

from claims.measures.int8 import clip, gate_gap, himp, qrelu, round_up, step_dist
from pyharness.formats.affine import (
    TensorError,
    choose_params_affine,
    dequantize_affine,
    quantize_affine,
)
from tests.strategies import finite_floats, finite_tensors, int8_tensors, int8s

INT8 = torch.arange(-128, 128).to(torch.int8)


class TestQrelu:
    def test_is_max_on_every_pair(self):
        """On all 65,536 pairs it is Python's max, in int8."""
        got = qrelu(INT8[:, None], INT8[None, :])
        assert got.dtype == torch.int8
        assert got.tolist() == [[max(q, z) for q in range(-128, 128)] for z in range(-128, 128)]

    @given(int8s, int8_tensors())
    def test_laws(self, z, q):
        """It is extensive and idempotent, keeps max and min, and an int z is as good as a
        tensor.
        """
        once = qrelu(z, q)
        assert bool((once >= q).all())
        assert qrelu(z, once).equal(once)
        other = q.flip(0)
        for op in (torch.minimum, torch.maximum):
            assert qrelu(z, op(q, other)).equal(op(once, qrelu(z, other)))
        assert qrelu(torch.tensor(z, dtype=torch.int8), q).equal(once)

    @given(finite_tensors(min_size=1))
    def test_is_relu_after_dequantizing(self, x):
        """With the layer's own zero point it is ReLU: dequantized, max(0, x̂)."""
        scale, zero_point, *_ = params = choose_params_affine(x, x.shape)
        q = quantize_affine(x, x.shape, *params)
        real, gated = (
            dequantize_affine(codes, x.shape, scale, zero_point)
            for codes in (q, qrelu(int(zero_point), q))
        )
        assert gated.equal(real.relu())

    @pytest.mark.parametrize("z", [-129, 128, 1.0, True])
    def test_bad_zero_point(self, z):
        """A zero point out of int8, or no integer, is refused rather than wrapped."""
        with pytest.raises(TensorError, match="from -128 to 127"):
            qrelu(z, INT8)

    def test_bad_dtype(self):
        """Wider integers and floats are refused."""
        with pytest.raises(TensorError, match="got int16"):
            qrelu(0, INT8.short())
        with pytest.raises(TensorError, match="got float32"):
            qrelu(torch.zeros(()), INT8)


class TestGateGap:
    def test_worked_example(self):
        """The docstring's example."""
        assert gate_gap(0, torch.tensor([2, -10], dtype=torch.int8)).item() == 10

    @given(int8s, int8_tensors())
    def test_is_the_sum_of_what_is_missing(self, z, q):
        """Each value below z adds its distance, over int64."""
        assert gate_gap(z, q).item() == sum(max(z - value, 0) for value in q.tolist())


class TestHimp:
    def test_worked_example(self):
        """The docstring's example."""
        p, q = torch.tensor([3, 9], dtype=torch.int8), torch.tensor([5, 5], dtype=torch.int8)
        assert himp(p, q).tolist() == [127, 5]

    def test_is_the_greatest_that_meets_p_below_q(self):
        """It is the greatest r with min(r, p) ≤ q."""
        got = himp(INT8[:, None], INT8[None]).tolist()
        for p in range(-128, 128, 17):
            for q in range(-128, 128):
                allowed = [r for r in range(-128, 128) if min(r, p) <= q]
                assert got[p + 128][q + 128] == max(allowed)

    def test_bad_dtype(self):
        """Wider integers are refused."""
        with pytest.raises(TensorError, match="got int16"):
            himp(INT8.short(), INT8)


class TestStepDist:
    def test_worked_example(self):
        """The docstring's example."""
        v, w = torch.tensor([2, -10], dtype=torch.int8), torch.tensor([2, 0], dtype=torch.int8)
        assert step_dist(v, w).item() == 10

    @given(int8_tensors())
    def test_is_the_sum_of_the_distances(self, v):
        """Over int64, so that nothing overflows."""
        w = v.flip(0)
        expected = sum(abs(a - b) for a, b in zip(v.tolist(), w.tolist(), strict=True))
        assert step_dist(v, w).item() == expected


class TestRoundUp:
    def test_worked_example(self):
        """The docstring's example."""
        assert round_up(2, torch.tensor([-128, -3, 5])).tolist() == [-125, -1, 7]

    @pytest.mark.parametrize("k", range(9))
    def test_is_the_next_of_the_grid_on_all_of_int8(self, k):
        """The least value from q up whose offset binary ends in k ones."""
        grid = [value for value in range(-128, 128) if (value + 129) % 2**k == 0]
        assert round_up(k, INT8).tolist() == [
            min(value for value in grid if value >= q) for q in range(-128, 128)
        ]


class TestClip:
    def test_int8_is_exact_on_every_pair(self):
        """On all 65,536 pairs it is max(−α, min(α, x)) over the integers, −(−128) = 128
        included.
        """
        got = clip(INT8[None, :], INT8[:, None])
        assert got.dtype == torch.int16
        assert got.tolist() == [
            [max(-a, min(a, x)) for x in range(-128, 128)] for a in range(-128, 128)
        ]

    @given(int8s, int8_tensors())
    def test_int_alpha(self, alpha, x):
        """An int α is as good as a tensor."""
        assert clip(x, alpha).equal(clip(x, torch.tensor(alpha, dtype=torch.int8)))

    def test_worked_example(self):
        """The docstring's examples."""
        assert clip(torch.tensor([-3.0, 0.5, 3.0]), 1.0).tolist() == [-1.0, 0.5, 1.0]
        assert clip(torch.tensor(0.0), -1.0).item() == 1.0
        assert clip(torch.tensor([-128, 7], dtype=torch.int8), -128).tolist() == [128, 128]

    @given(finite_tensors(), finite_floats)
    def test_is_its_definition(self, x, alpha):
        """On finite floats, subnormals and signed zeros included, it is Python's max and min; for α
        < 0 it is −α.
        """
        got = clip(x, alpha).flatten().tolist()
        assert got == [max(-alpha, min(alpha, value)) for value in x.flatten().tolist()]

    @given(finite_tensors(), finite_floats.map(abs))
    def test_laws_for_nonnegative_alpha(self, x, alpha):
        """For α ≥ 0 it is in [−α, α], idempotent, and keeps what is in range."""
        once = clip(x, alpha)
        assert bool((once.abs() <= alpha).all())
        assert clip(once, alpha).equal(once)
        inside = x.abs() <= alpha
        assert once[inside].equal(x[inside])

    @given(finite_tensors(), finite_floats)
    def test_idempotent_for_any_alpha(self, x, alpha):
        """It is idempotent for α < 0 too."""
        assert clip(clip(x, alpha), alpha).equal(clip(x, alpha))

    def test_infinities(self):
        """Infinities are clipped like any value, and α = ∞ changes nothing."""
        x = torch.tensor([-math.inf, 2.0, math.inf])
        assert clip(x, 1.0).tolist() == [-1.0, 1.0, 1.0]
        assert clip(x, math.inf).equal(x)

    @pytest.mark.parametrize("nan", [math.nan, torch.tensor(math.nan)])
    def test_nan(self, nan):
        """NaN in x gives NaN there and nowhere else; NaN in α gives NaN."""
        x = torch.tensor([2.0, math.nan])
        assert clip(x, 1.0).isnan().tolist() == [False, True]
        assert clip(x, nan).isnan().tolist() == [True, True]

    @pytest.mark.parametrize("dtype", [torch.float16, torch.bfloat16, torch.float64])
    def test_keeps_dtype(self, dtype):
        """The result has the dtype of x, whatever the kind of α."""
        for alpha in (0.5, 1, torch.tensor(0.5)):
            assert clip(torch.ones(2, dtype=dtype), alpha).dtype == dtype

    @pytest.mark.parametrize(
        ("x", "alpha"),
        [
            (torch.ones(2, dtype=torch.int32), 1),
            (torch.ones(2, dtype=torch.bool), 1),
            (torch.ones(2, dtype=torch.complex64), 1.0),
            (INT8, 1.5),
            (INT8, 128),
            (INT8, torch.tensor(1.0)),
            (torch.ones(2), torch.tensor(1)),
        ],
    )
    def test_mixed_kinds(self, x, alpha):
        """Other dtypes, and an α that is not of the kind of x, are refused."""
        with pytest.raises(TensorError, match="clip: expected"):
            clip(x, alpha)

    def test_empty(self):
        """An empty tensor stays empty."""
        assert clip(torch.empty(0, 2), 1.0).shape == (0, 2)
