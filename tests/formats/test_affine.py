"""Tests for pyharness.formats.affine."""

from __future__ import annotations

import math

import pytest
import torch
from hypothesis import given
from hypothesis import strategies as st

from pyharness.formats.affine import (
    QuantParams,
    TensorError,
    affine_params,
    clip,
    dequantize,
    fake_quant,
    integer_range,
    qrelu,
    quantize,
    to_fp16,
)
from tests.strategies import bits, finite_floats, finite_tensors, int8_tensors, int8s

INT8 = torch.arange(-128, 128).to(torch.int8)


def per_tensor(scale: float, zero_point: int, width: int = 8) -> QuantParams:
    return QuantParams(torch.tensor(scale, dtype=torch.float64), torch.tensor(zero_point), width)


class TestAffineParams:
    def test_worked_example(self):
        """The docstring's example, asymmetric and symmetric."""
        x = torch.tensor([-1.0, 0.0, 1.55], dtype=torch.float64)
        params = affine_params(x)
        assert float(params.scale) == pytest.approx(0.01) and int(params.zero_point) == -28
        assert quantize(x, params).tolist() == [-128, -28, 127]
        params = affine_params(x, symmetric=True)
        assert float(params.scale) == 1.55 / 127 and int(params.zero_point) == 0
        assert quantize(x, params).tolist() == [-82, 0, 127]

    @given(finite_tensors(), bits, st.booleans())
    def test_zero_is_exact(self, x, width, symmetric):
        """0.0 quantizes to the zero point, lies in the integer range, and comes back as 0.0."""
        params = affine_params(x, bits=width, symmetric=symmetric)
        low, high = integer_range(width)
        assert low <= int(params.zero_point) <= high
        zero = torch.zeros(1)
        assert int(quantize(zero, params)) == int(params.zero_point)
        assert float(dequantize(quantize(zero, params), params)) == 0.0

    @given(finite_tensors(min_size=1), bits, st.booleans())
    def test_per_channel_is_per_tensor_of_each(self, x, width, symmetric):
        """Each channel's parameters are those of that channel alone, along any axis."""
        for axis in range(-x.dim(), x.dim()):
            params = affine_params(x, bits=width, axis=axis, symmetric=symmetric)
            assert params.axis == axis % x.dim() and params.scale.shape == (x.shape[axis],)
            q = quantize(x, params)
            for index, channel in enumerate(x.unbind(axis)):
                alone = affine_params(channel, bits=width, symmetric=symmetric)
                assert (
                    params.scale[index] == alone.scale
                    and params.zero_point[index] == alone.zero_point
                )
                assert q.select(axis, index).equal(quantize(channel, alone))

    @pytest.mark.parametrize(
        "x",
        [
            torch.zeros(3),
            torch.empty(0),
            *(torch.tensor([x], dtype=torch.float64) for x in (5e-324, 1e-309)),
        ],
    )
    @pytest.mark.parametrize("symmetric", [False, True])
    def test_nothing_to_scale(self, x, symmetric):
        """An empty tensor, zeros, and a range whose scale underflows get scale 1, and quantize to
        the zero point.
        """
        params = affine_params(x, symmetric=symmetric)
        assert float(params.scale) == 1.0
        assert int(params.zero_point) == (0 if symmetric else -128)
        q = quantize(x, params)
        assert q.shape == x.shape and bool((q == params.zero_point).all())

    def test_empty_channels(self):
        """Channels without elements, or no channels at all, have parameters too."""
        assert affine_params(torch.empty(3, 0), axis=0).scale.tolist() == [1.0, 1.0, 1.0]
        assert affine_params(torch.empty(0, 3), axis=0).scale.shape == (0,)

    @pytest.mark.parametrize("value", [3.0, -3.0, 1e-40, -1e-40])
    def test_constant(self, value):
        """A constant tensor, float32 subnormals included, comes back to within half a step."""
        x = torch.full((4,), value)
        params = affine_params(x)
        assert (
            float((dequantize(quantize(x, params), params) - x.double()).abs().max())
            <= float(params.scale) / 2
        )
        assert len(quantize(x, params).unique()) == 1

    def test_overflowing_range(self):
        """A range wider than float64 is refused."""
        with pytest.raises(TensorError, match="overflows"):
            affine_params(torch.tensor([-1.7e308, 1.7e308], dtype=torch.float64))

    @pytest.mark.parametrize("axis", [2, -3])
    def test_no_such_axis(self, axis):
        """An axis that the tensor lacks is refused by number."""
        with pytest.raises(TensorError, match=f"axis {axis}"):
            affine_params(torch.ones(2, 2), axis=axis)

    @pytest.mark.parametrize("width", [1, 17, 8.0, True, "8"])
    def test_bad_bits(self, width):
        """Bits outside 2 to 16, or no integer, are refused."""
        with pytest.raises(TensorError, match="from 2 to 16"):
            affine_params(torch.ones(2), bits=width)


class TestQuantize:
    def test_worked_example(self):
        """The docstring's example: ties go to even and values out of range saturate."""
        x = torch.tensor([0.0, 0.25, 0.75, -0.6, 1000.0, -1000.0])
        assert quantize(x, per_tensor(0.5, -28)).tolist() == [-28, -28, -26, -29, 127, -128]

    @given(finite_tensors(), bits, st.booleans())
    def test_error_is_half_a_step(self, x, width, symmetric):
        """In the range of the parameters, dequantizing gives x back to within scale / 2, up to
        float64 rounding.
        """
        params = affine_params(x, bits=width, symmetric=symmetric)
        error = (dequantize(quantize(x, params), params) - x.double()).abs()
        assert bool((error <= params.scale / 2 + 1e-12 * x.double().abs()).all())

    @given(finite_tensors(min_size=1), st.data())
    def test_out_of_range_saturates(self, x, data):
        """A value over or under the range gives the greatest or the least integer, never a wrapped
        one.
        """
        params = affine_params(x)
        far = 1e6 * (float(x.abs().max()) + 1)
        assert int(quantize(torch.tensor(far, dtype=torch.float64), params)) == 127
        assert int(quantize(torch.tensor(-far, dtype=torch.float64), params)) == -128

    @given(finite_tensors(), bits)
    def test_dtype_and_range(self, x, width):
        """Integers are int8 up to 8 bits and int16 above, in the range of their bits and the shape
        of x.
        """
        q = quantize(x, affine_params(x, bits=width))
        assert q.dtype == (torch.int8 if width <= 8 else torch.int16) and q.shape == x.shape
        low, high = integer_range(width)
        assert bool(((q >= low) & (q <= high)).all())

    @given(finite_tensors(), bits)
    def test_monotone(self, x, width):
        """Quantizing keeps order."""
        x = x.flatten().sort().values
        q = quantize(x, affine_params(x, bits=width)).int()
        assert bool((q.diff() >= 0).all())

    @given(finite_tensors(), bits)
    def test_idempotent(self, x, width):
        """Quantizing what was dequantized gives the same integers."""
        params = affine_params(x, bits=width)
        q = quantize(x, params)
        assert quantize(dequantize(q, params), params).equal(q)

    @pytest.mark.parametrize("width", [4, 8, 16])
    def test_every_integer_is_reached(self, width):
        """Each integer of the range dequantizes to a value that quantizes to it."""
        low, high = integer_range(width)
        q = torch.arange(low, high + 1).to(torch.int8 if width <= 8 else torch.int16)
        params = per_tensor(0.037, 3, width)
        assert quantize(dequantize(q, params), params).equal(q)

    @pytest.mark.parametrize("dtype", [torch.float16, torch.bfloat16, torch.float32, torch.float64])
    def test_float_dtypes(self, dtype):
        """Every floating dtype is read at its own value."""
        x = torch.tensor([-1.0, 0.5, 3.0], dtype=dtype)
        assert quantize(x, affine_params(x)).equal(quantize(x.double(), affine_params(x.double())))

    def test_channel_mismatch(self):
        """Parameters for another number of channels are refused with both numbers."""
        params = affine_params(torch.ones(3, 2), axis=0)
        with pytest.raises(TensorError, match="3 channels.* has 4 along axis 0"):
            quantize(torch.ones(4, 2), params)

    def test_fake_quant_composes(self):
        """`fake_quant` is the three steps in a row."""
        x = torch.linspace(-1, 2, 50)
        params = affine_params(x, bits=4)
        assert fake_quant(x, 4).equal(dequantize(quantize(x, params), params))
        assert len(fake_quant(x, 4).unique()) == 16


@pytest.mark.parametrize(
    "refuse",
    [affine_params, lambda x: quantize(x, per_tensor(1.0, 0)), lambda x: fake_quant(x, 8), to_fp16],
    ids=["affine_params", "quantize", "fake_quant", "to_fp16"],
)
class TestRefusals:
    def test_not_finite(self, refuse):
        """NaN and infinities are refused, counted, with the first one's index."""
        x = torch.zeros(2, 3)
        x[0, 2], x[1, 0], x[1, 1] = math.nan, math.inf, -math.inf
        with pytest.raises(
            TensorError, match=r"1 NaN and 2 infinite of 6 values, the first at index \(0, 2\)"
        ):
            refuse(x)

    @pytest.mark.parametrize("dtype", [torch.complex64, torch.bool, torch.int8, torch.int64])
    def test_dtype(self, refuse, dtype):
        """What is not floating point is refused by name."""
        with pytest.raises(TensorError, match=f"got {str(dtype).removeprefix('torch.')}"):
            refuse(torch.zeros(2, dtype=dtype))


@pytest.mark.parametrize("dtype", [torch.float32, torch.bool, torch.complex64])
def test_dequantize_refuses(dtype):
    """Only integers are dequantized."""
    with pytest.raises(TensorError, match="expected integers"):
        dequantize(torch.zeros(2, dtype=dtype), per_tensor(1.0, 0))


class TestToFp16:
    def test_worked_example(self):
        """The docstring's example."""
        assert to_fp16(torch.tensor([1.0, 0.1, 1e-8])).tolist() == [1.0, 0.0999755859375, 0.0]

    def test_overflow(self):
        """A finite value that rounds to infinity in half precision is refused; the largest that
        does not is kept.
        """
        with pytest.raises(TensorError, match="65504.* 0 NaN and 1 infinite"):
            to_fp16(torch.tensor([1.0, 65520.0]))
        assert float(to_fp16(torch.tensor(65519.0))) == 65504.0


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
        params = affine_params(x)
        q = quantize(x, params)
        assert dequantize(qrelu(int(params.zero_point), q), params).equal(
            dequantize(q, params).relu()
        )

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
