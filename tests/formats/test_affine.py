"""Tests for pyharness.formats.affine."""

from __future__ import annotations

import doctest
import itertools
import math

import pytest
import torch
from hypothesis import given, strategies as st
from torch import Tensor

from pyharness.formats import affine
from pyharness.formats.affine import (
    QuantParams,
    TensorError,
    choose_params_affine,
    dequantize_affine,
    integer_range,
    quantize_affine,
    to_fp16,
)
from tests.strategies import bits, finite_tensors


def quantize(x: Tensor, params: QuantParams) -> Tensor:
    """`x` in one block."""
    return quantize_affine(x, x.shape, *params)


def restore(q: Tensor, params: QuantParams) -> Tensor:
    """What integers in one block stand for."""
    return dequantize_affine(q, q.shape, params.scale, params.zero_point)


@st.composite
def blocked_tensors(draw: st.DrawFn) -> tuple[Tensor, tuple[int, ...]]:
    """Tensors of any shape, with a block size that divides it."""
    x = draw(finite_tensors())
    block_size = tuple(
        draw(st.sampled_from([part for part in range(1, size + 1) if size % part == 0] or [0, 3]))
        for size in x.shape
    )
    return x, block_size


def test_worked_examples():
    """Those of the docstrings."""
    found = doctest.testmod(affine)
    assert found.attempted >= 10 and not found.failed


class TestChooseParams:
    @given(finite_tensors(), bits, st.booleans())
    def test_zero_is_exact(self, x, width, symmetric):
        """0.0 quantizes to the zero point, lies in the integer range, and comes back as 0.0."""
        params = choose_params_affine(x, x.shape, bits=width, symmetric=symmetric)
        low, high = integer_range(width)
        assert low <= int(params.zero_point) <= high
        zero = torch.zeros([1] * x.dim())
        assert int(quantize(zero, params)) == int(params.zero_point)
        assert float(restore(quantize(zero, params), params)) == 0.0

    @given(finite_tensors(min_size=1), st.data())
    def test_integers_are_in_the_range_of_their_bits(self, x, data):
        """The params hold it, and no integer leaves it."""
        width = data.draw(bits)
        params = choose_params_affine(x, x.shape, bits=width)
        assert (params.quant_min, params.quant_max) == integer_range(width)
        q = quantize(x, params)
        assert int(q.min()) >= params.quant_min and int(q.max()) <= params.quant_max

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
        params = choose_params_affine(x, x.shape, symmetric=symmetric)
        assert params.scale.tolist() == [1.0]
        assert params.zero_point.tolist() == [0 if symmetric else -128]
        q = quantize(x, params)
        assert q.shape == x.shape and bool((q == params.zero_point).all())

    def test_empty_blocks(self):
        """Blocks without elements, or no blocks at all, have parameters too."""
        assert choose_params_affine(torch.empty(3, 0), (1, 0)).scale.tolist() == [[1.0]] * 3
        assert choose_params_affine(torch.empty(0, 3), (1, 3)).scale.shape == (0, 1)

    @pytest.mark.parametrize("value", [3.0, -3.0, 1e-40, -1e-40])
    def test_constant(self, value):
        """A constant tensor, float32 subnormals included, comes back to within half a step."""
        x = torch.full((4,), value)
        params = choose_params_affine(x, x.shape)
        q = quantize(x, params)
        assert float((restore(q, params) - x.double()).abs().max()) <= float(params.scale) / 2
        assert len(q.unique()) == 1

    def test_overflowing_range(self):
        """A range wider than float64 is refused."""
        with pytest.raises(TensorError, match="overflows"):
            choose_params_affine(torch.tensor([-1.7e308, 1.7e308], dtype=torch.float64), (2,))

    @pytest.mark.parametrize("width", [1, 17, 8.0, True, "8"])
    def test_bad_bits(self, width):
        """Bits outside 2 to 16, or no integer, are refused."""
        with pytest.raises(TensorError, match="from 2 to 16"):
            choose_params_affine(torch.ones(2), (2,), bits=width)


class TestBlockSize:
    @given(blocked_tensors(), bits, st.booleans())
    def test_each_block_is_quantized_as_if_alone(self, case, width, symmetric):
        """Per tensor, per channel, per group or otherwise: parameters, integers and what these
        stand for.
        """
        x, block_size = case
        params = choose_params_affine(x, block_size, bits=width, symmetric=symmetric)
        counts = [
            size // block if block else 1 for size, block in zip(x.shape, block_size, strict=True)
        ]
        assert list(params.scale.shape) == list(params.zero_point.shape) == counts
        q = quantize_affine(x, block_size, *params)
        real = dequantize_affine(q, block_size, params.scale, params.zero_point)
        for index in itertools.product(*map(range, counts)):
            place = tuple(
                slice(at * size, (at + 1) * size)
                for at, size in zip(index, block_size, strict=True)
            )
            alone = choose_params_affine(x[place], x[place].shape, bits=width, symmetric=symmetric)
            assert float(params.scale[index]) == float(alone.scale)
            assert int(params.zero_point[index]) == int(alone.zero_point)
            assert q[place].equal(quantize(x[place], alone))
            assert real[place].equal(restore(q[place], alone))

    def test_groups(self):
        """A row of 64 in groups of 32, the second ten times the first."""
        group = torch.linspace(-1, 1, 32)
        x = torch.cat([group, 10 * group])[None]
        scale, *_ = params = choose_params_affine(x, (1, 32), symmetric=True)
        assert scale.shape == (1, 2) and float(scale[0, 0]) == 1 / 127
        q = quantize_affine(x, (1, 32), *params)
        assert q[:, :32].equal(q[:, 32:])

    @pytest.mark.parametrize(
        "block_size", [(1, 3), (2,), (1, 2, 4), (0, 4), (-1, 4), (4, 4), (1.0, 4)]
    )
    @pytest.mark.parametrize(
        "call",
        [
            choose_params_affine,
            lambda x, block_size: quantize_affine(x, block_size, 1.0),
            lambda x, block_size: dequantize_affine(x.long(), block_size, 1.0),
        ],
        ids=["choose_params_affine", "quantize_affine", "dequantize_affine"],
    )
    def test_a_misfit_is_refused(self, call, block_size, request):
        """Too few or many dimensions, no divisor, or no positive integer: with both shapes."""
        with pytest.raises(TensorError) as error:
            call(torch.ones(2, 4), block_size)
        assert str(error.value).startswith(
            f"{request.node.callspec.id.split('-')[0]}: block size {block_size} does not fit a "
            "tensor of shape (2, 4)"
        )

    @pytest.mark.parametrize(
        ("arguments", "name"),
        [
            ({"scale": torch.ones(3, 1)}, "scale"),
            ({"scale": 1.0, "zero_point": torch.zeros(3, 1, dtype=torch.int64)}, "zero_point"),
            ({"scale": 1.0, "offset": torch.ones(3, 1)}, "offset"),
        ],
    )
    def test_grids_of_other_blocks_are_refused(self, arguments, name):
        """With the shape and the number of blocks."""
        with pytest.raises(TensorError, match=rf"{name} has shape \(3, 1\), .* \(4, 1\) blocks"):
            quantize_affine(torch.ones(4, 2), (1, 2), **arguments)


class TestQuantize:
    @given(finite_tensors(), bits, st.booleans())
    def test_error_is_half_a_step(self, x, width, symmetric):
        """In the range of the parameters, dequantizing gives x back to within scale / 2, up to
        float64 rounding.
        """
        params = choose_params_affine(x, x.shape, bits=width, symmetric=symmetric)
        error = (restore(quantize(x, params), params) - x.double()).abs()
        assert bool((error <= params.scale / 2 + 1e-12 * x.double().abs()).all())

    @given(finite_tensors(min_size=1))
    def test_out_of_range_saturates(self, x):
        """A value over or under the range gives the greatest or the least integer, never a wrapped
        one.
        """
        params = choose_params_affine(x, x.shape)
        far = torch.full_like(x, 1e6 * (float(x.abs().max()) + 1), dtype=torch.float64)
        assert bool((quantize(far, params) == 127).all())
        assert bool((quantize(-far, params) == -128).all())

    @pytest.mark.parametrize(
        ("quant_min", "quant_max", "dtype"),
        [
            (-8, 7, torch.int8),
            (-128, 127, torch.int8),
            (0, 255, torch.int16),
            (-(2**15), 2**15, torch.int32),
            (0, 2**53, torch.int64),
            (None, None, torch.int64),
        ],
    )
    def test_dtype_is_the_narrowest(self, quant_min, quant_max, dtype):
        """That holds both ends, and int64 without ends."""
        q = quantize_affine(torch.tensor([0.0, 4.0]), (2,), 1.0, 0, quant_min, quant_max)
        assert q.dtype == dtype and q.tolist() == [0, 4]

    @given(finite_tensors(), bits)
    def test_monotone(self, x, width):
        """Quantizing keeps order."""
        x = x.flatten().sort().values
        q = quantize(x, choose_params_affine(x, x.shape, bits=width)).int()
        assert bool((q.diff() >= 0).all())

    @given(finite_tensors(), bits)
    def test_idempotent(self, x, width):
        """Quantizing what was dequantized gives the same integers."""
        params = choose_params_affine(x, x.shape, bits=width)
        q = quantize(x, params)
        assert quantize(restore(q, params), params).equal(q)

    @pytest.mark.parametrize("width", [4, 8, 16])
    def test_every_integer_is_reached(self, width):
        """Each integer of the range dequantizes to a value that quantizes to it."""
        low, high = integer_range(width)
        q = torch.arange(low, high + 1)
        x = dequantize_affine(q, q.shape, 0.037, 3)
        assert quantize_affine(x, x.shape, 0.037, 3, low, high).long().equal(q)

    @pytest.mark.parametrize("dtype", [torch.float16, torch.bfloat16, torch.float32, torch.float64])
    def test_float_dtypes(self, dtype):
        """Every floating dtype is read at its own value."""
        x = torch.tensor([-1.0, 0.5, 3.0], dtype=dtype)
        assert all(
            quantize(x, choose_params_affine(x, x.shape)).equal(
                quantize(y, choose_params_affine(y, y.shape))
            )
            for y in (x.float(), x.double())
        )

    def test_ties_go_to_even_before_the_zero_point_is_added(self):
        """Half a step is 0 steps and one and a half are 2, with an odd zero point too."""
        x = torch.tensor([-1.5, -0.5, 0.5, 1.5, 2.5])
        assert quantize_affine(x, (5,), 1.0).tolist() == [-2, 0, 0, 2, 2]
        assert quantize_affine(x, (5,), 1.0, 1).tolist() == [-1, 1, 1, 3, 3]

    @given(finite_tensors(), st.integers(1, 8), st.floats(2.0**-20, 2.0**20))
    def test_levels_that_do_not_hold_zero(self, x, width, end):
        """With an offset, the levels from −end to end at both ends; none is nearer."""
        step = 2 * end / (2**width - 1)
        codes = quantize_affine(x, x.shape, step, 0, 0, 2**width - 1, offset=-end)
        real = dequantize_affine(codes, x.shape, step, offset=-end)
        levels = -end + step * torch.arange(2**width, dtype=torch.float64)
        away = (x.double()[..., None] - levels).abs().amin(-1)
        assert bool(((real - x.double()).abs() <= away + 1e-12 * (end + x.double().abs())).all())

    def test_a_grid_without_ends_has_every_multiple(self):
        """Up to 2^53 steps from 0; beyond, where float64 lacks integers, it is refused."""
        x = torch.tensor([-(2.0**53), 2.0**40 + 1, 2.0**53], dtype=torch.float64)
        assert quantize_affine(x, (3,), 1.0).tolist() == [-(2**53), 2**40 + 1, 2**53]
        with pytest.raises(TensorError, match=r"over 2\^53 steps of 0\.5 from 0"):
            quantize_affine(x, (3,), 0.5)

    @pytest.mark.parametrize(
        ("arguments", "message"),
        [
            ({"scale": 0.0}, "positive and finite scale, got 0"),
            ({"scale": torch.tensor([1.0, -2.0])}, "positive and finite scale, got -2"),
            ({"scale": math.nan}, "positive and finite scale, got nan"),
            ({"scale": math.inf}, "positive and finite scale, got inf"),
            ({"scale": 1.0, "offset": math.nan}, "finite offset, got nan"),
            ({"scale": 1.0, "zero_point": 0.5}, "integer zero_point, got float32"),
            ({"scale": 1.0, "quant_min": 0}, "quant_min and quant_max go together"),
            ({"scale": 1.0, "quant_min": 1, "quant_max": 0}, "got 1 and 0"),
            ({"scale": 1.0, "quant_min": 0, "quant_max": 2**53 + 1}, "quant_max ≤ 2\\^53"),
        ],
    )
    def test_what_is_no_grid_is_refused(self, arguments, message):
        """A scale, an offset, a zero point or ends that make none, each by name."""
        with pytest.raises(TensorError, match=f"quantize_affine: .*{message}"):
            quantize_affine(torch.ones(2), (1,), **arguments)


@pytest.mark.parametrize(
    "refuse",
    [
        lambda x: choose_params_affine(x, x.shape),
        lambda x: quantize_affine(x, x.shape, 1.0),
        to_fp16,
    ],
    ids=["choose_params_affine", "quantize_affine", "to_fp16"],
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
        dequantize_affine(torch.zeros(2, dtype=dtype), (2,), 1.0)


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
