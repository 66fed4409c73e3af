"""Affine quantization by block size, and half precision, in plain torch on any device.

An affine grid holds the reals offset + scale · (q − zero_point), one for each integer q from
quant_min to quant_max. A tensor has one grid for each of its blocks. A block size has an entry for
each dimension: for x of shape (4, 64), x.shape makes one block of the whole tensor, (1, 64) a block
of each row (per channel), and (1, 32) two blocks of each row (per group). A scale, zero point or
offset then has an entry for each block: its shape is the number of blocks along each dimension,
here (1, 1), (4, 1) and (4, 2), or one that broadcasts to it, such as that of a single number.

Everything is computed in float64, and rounding is to nearest, ties to even. NaN and infinities have
no integer, so that each function that quantizes refuses them.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import NamedTuple

import torch
from torch import Tensor

from pyharness.core.errors import UsageError

__all__ = [
    "QuantParams",
    "TensorError",
    "choose_params_affine",
    "dequantize_affine",
    "integer_range",
    "quantize_affine",
    "to_fp16",
]

_FLOATS = (torch.float16, torch.bfloat16, torch.float32, torch.float64)
_EXACT = 2**53
"""Float64 holds every integer up to here."""


class TensorError(UsageError):
    """A tensor that cannot be used: wrong dtype or shape, NaN, infinities, or values out of
    range.
    """


class QuantParams(NamedTuple):
    """A grid for each block, in the order of the arguments of `quantize_affine`.

    Attributes:
        scale: float64, positive, the number of blocks along each dimension.
        zero_point: int64, the integer that stands for 0.0, in the integer range; same shape.
        quant_min: the least integer.
        quant_max: the greatest integer.
    """

    scale: Tensor
    zero_point: Tensor
    quant_min: int
    quant_max: int


def integer_range(bits: int) -> tuple[int, int]:
    """Return (−2^(bits−1), 2^(bits−1) − 1), the range of signed integers of `bits` bits: 8 gives
    (−128, 127).

    Raises:
        TensorError: if `bits` is not an integer from 2 to 16.
    """
    if not isinstance(bits, int) or isinstance(bits, bool) or not 2 <= bits <= 16:
        raise TensorError(f"bits must be an integer from 2 to 16, not {bits!r}")
    return -(1 << bits - 1), (1 << bits - 1) - 1


def choose_params_affine(
    x: Tensor, block_size: Sequence[int], *, bits: int = 8, symmetric: bool = False
) -> QuantParams:
    """Choose the grid of each block of `x` that covers the block's range.

    With lo = min(0, min x), hi = max(0, max x) over a block, and [quant_min, quant_max] =
    [−2^(bits−1), 2^(bits−1) − 1]:

    - asymmetric: scale = (hi − lo) / (quant_max − quant_min), zero_point = clamp(round(quant_min −
      lo / scale), quant_min, quant_max);
    - symmetric: scale = max(−lo, hi) / quant_max, zero_point = 0, so that quant_min is not used.

    The range holds 0, so 0.0 is represented exactly, by `zero_point`. Where the scale would be
    under float64's least normal number, 2^−1022 (a block that is empty, all zeros, or hardly larger
    than float64's subnormals), it is 1, and the zero point quant_min, or 0 when symmetric: every
    value of the block then quantizes to the zero point.

    Args:
        x: floating point, any shape, finite.
        block_size: the size of a block along each dimension of `x`, a divisor of `x`'s.
        bits: width of the integers, 2 to 16.
        symmetric: keep the zero point at 0.

    Example:
        >>> x = torch.tensor([-1.0, 0.0, 1.55], dtype=torch.float64)
        >>> scale, zero_point, *_ = params = choose_params_affine(x, x.shape)
        >>> round(float(scale), 6), int(zero_point)  # 2.55 / 255 and round(-128 + 100)
        (0.01, -28)
        >>> quantize_affine(x, x.shape, *params).tolist()
        [-128, -28, 127]
        >>> params = choose_params_affine(x, x.shape, symmetric=True)
        >>> float(params.scale) == 1.55 / 127
        True
        >>> quantize_affine(x, x.shape, *params).tolist()
        [-82, 0, 127]

    Raises:
        TensorError: if `x` is not floating point, holds NaN or an infinity, has a block whose range
            overflows, or is not divided by `block_size`.
    """
    quant_min, quant_max = integer_range(bits)
    _require_finite(x, "choose_params_affine")
    blocks = _blocks(x, block_size, "choose_params_affine").double()
    counts, within = blocks.shape[::2], tuple(range(1, blocks.dim(), 2))
    lo = hi = blocks.new_zeros(counts)
    if x.numel():
        lo, hi = blocks.amin(within).clamp(max=0), blocks.amax(within).clamp(min=0)
    step = torch.maximum(-lo, hi) / quant_max if symmetric else (hi - lo) / (quant_max - quant_min)
    if not bool(torch.isfinite(step).all()):
        raise TensorError(
            "choose_params_affine: max - min of a block overflows float64; scale the tensor down "
            "first"
        )
    scale = torch.where(step < torch.finfo(torch.float64).tiny, 1.0, step)
    zero_point = (
        torch.zeros_like(scale)
        if symmetric
        else (quant_min - lo / scale).round().clamp(quant_min, quant_max)
    )
    return QuantParams(scale, zero_point.long(), quant_min, quant_max)


def quantize_affine(
    x: Tensor,
    block_size: Sequence[int],
    scale: Tensor | float,
    zero_point: Tensor | int = 0,
    quant_min: int | None = None,
    quant_max: int | None = None,
    *,
    offset: Tensor | float = 0.0,
) -> Tensor:
    """Return q = clamp(round((x − offset) / scale) + zero_point, quant_min, quant_max).

    Rounding is to nearest, ties to even, and comes before the zero point is added.

    Args:
        x: floating point, any shape, finite.
        block_size: the size of a block along each dimension of `x`, a divisor of `x`'s.
        scale: the distance between neighbours of the grid, positive and finite; one for each block.
        zero_point: the integer that stands for `offset`; one for each block.
        quant_min: the least integer, at least −2^53; None, and `quant_max` too, for a grid without
            ends.
        quant_max: the greatest integer, at most 2^53.
        offset: a real that the grid holds, finite; one for each block.

    Returns:
        Integers in the shape of `x`, of the narrowest of int8, int16, int32 and int64 that holds
        quant_min and quant_max; int64 without these.

    Example:
        x / scale is [0, 0.5, 1.5, −1.2, 2000], which rounds to [0, 0, 2, −1, 2000]:

        >>> x = torch.tensor([0.0, 0.25, 0.75, -0.6, 1000.0])
        >>> quantize_affine(x, x.shape, 0.5, -28, -128, 127).tolist()
        [-28, -28, -26, -29, 127]

        A scale for each group of two, and the levels −3, −1, 1 and 3, which do not hold 0:

        >>> x = torch.tensor([[1.0, 2.0, 10.0, 20.0]])
        >>> quantize_affine(x, (1, 2), torch.tensor([[1.0, 10.0]])).tolist()
        [[1, 2, 1, 2]]
        >>> x = torch.tensor([-9.0, -1.2, 0.1, 2.5])
        >>> quantize_affine(x, x.shape, 2, 0, 0, 3, offset=-3).tolist()
        [0, 1, 2, 3]

    Raises:
        TensorError: if `x` is not floating point or holds NaN or an infinity; if `block_size` does
            not divide it, or the blocks have no such grids; or if there are no ends and an integer
            is over 2^53.
    """
    dtype = _narrowest(quant_min, quant_max)
    _require_finite(x, "quantize_affine")
    blocks = _blocks(x, block_size, "quantize_affine")
    scale, zero_point, offset = _grids(blocks, scale, zero_point, offset, "quantize_affine")
    q = ((blocks.double() - offset) / scale).round() + zero_point
    if quant_min is not None:
        q = q.clamp(quant_min, quant_max)
    elif bool((q.abs() > _EXACT).any()):
        raise TensorError(
            f"quantize_affine: a value is over 2^53 steps of {float(scale.min()):g} from 0, where "
            "float64 does not hold every integer; use a larger scale, or pass quant_min and "
            "quant_max"
        )
    return q.to(dtype).reshape(x.shape)


def dequantize_affine(
    q: Tensor,
    block_size: Sequence[int],
    scale: Tensor | float,
    zero_point: Tensor | int = 0,
    *,
    offset: Tensor | float = 0.0,
) -> Tensor:
    """Return x̂ = (q − zero_point) · scale + offset, float64 in the shape of `q`.

    For x between the ends of the grid that gave `q`, |x̂ − x| ≤ scale / 2 up to float64 rounding;
    beyond them x̂ is the nearer end.

    Args:
        q: integers, int8 to int64.
        block_size: as in `quantize_affine`.
        scale: as in `quantize_affine`.
        zero_point: as in `quantize_affine`.
        offset: as in `quantize_affine`.

    Example:
        >>> q = torch.tensor([-28, -26, 127])
        >>> dequantize_affine(q, q.shape, 0.5, -28).tolist()
        [0.0, 1.0, 77.5]

    Raises:
        TensorError: if `q` does not hold integers, `block_size` does not divide it, or the blocks
            have no such grids.
    """
    if q.is_floating_point() or q.is_complex() or q.dtype == torch.bool:
        raise TensorError(
            f"dequantize_affine: expected integers such as int8, got {_name(q.dtype)}"
        )
    blocks = _blocks(q, block_size, "dequantize_affine")
    scale, zero_point, offset = _grids(blocks, scale, zero_point, offset, "dequantize_affine")
    return ((blocks.double() - zero_point) * scale + offset).reshape(q.shape)


def to_fp16(x: Tensor) -> Tensor:
    """Return `x` in IEEE half precision (float16), rounding half to even; magnitudes under 2^−25
    give zero.

    Example:
        >>> to_fp16(torch.tensor([1.0, 0.1, 1e-8])).tolist()
        [1.0, 0.0999755859375, 0.0]

    Raises:
        TensorError: if `x` is not floating point, holds NaN or an infinity, or a value that rounds
            to over 65504.
    """
    _require_finite(x, "to_fp16")
    half = x.half()
    _require_finite(half, "to_fp16, after rounding to float16 (whose largest value is 65504)")
    return half


def _name(dtype: torch.dtype) -> str:
    return str(dtype).removeprefix("torch.")


def _require_finite(x: Tensor, caller: str) -> None:
    if x.dtype not in _FLOATS:
        raise TensorError(
            f"{caller}: expected float16, bfloat16, float32 or float64, got {_name(x.dtype)}"
        )
    bad = ~torch.isfinite(x)
    if bool(bad.any()):
        index = tuple(bad.nonzero()[0].tolist())
        nan, infinite = int(x.isnan().sum()), int(x.isinf().sum())
        raise TensorError(
            f"{caller}: {nan} NaN and {infinite} infinite of {x.numel()} values, the first at index {index}; "
            "only finite values can be quantized, so remove or replace them first"
        )


def _narrowest(quant_min: int | None, quant_max: int | None) -> torch.dtype:
    """The dtype of the integers of a grid with these ends."""
    if quant_min is None and quant_max is None:
        return torch.int64
    if quant_min is None or quant_max is None:
        raise TensorError(
            "quantize_affine: quant_min and quant_max go together: pass both, or neither for a "
            "grid without ends"
        )
    if not -_EXACT <= quant_min <= quant_max <= _EXACT:
        raise TensorError(
            f"quantize_affine: expected -2^53 ≤ quant_min ≤ quant_max ≤ 2^53, got {quant_min} and "
            f"{quant_max}"
        )
    return next(
        dtype
        for dtype in (torch.int8, torch.int16, torch.int32, torch.int64)
        if torch.iinfo(dtype).min <= quant_min and quant_max <= torch.iinfo(dtype).max
    )


def _blocks(x: Tensor, block_size: Sequence[int], caller: str) -> Tensor:
    """`x` with each dimension as two, [blocks along it, size of a block, …]; one that is empty is
    one block of size 0 or no block of another size.
    """
    fits = len(block_size) == x.dim() and all(
        isinstance(block, int) and (size == 0 if block == 0 else block > 0 and size % block == 0)
        for size, block in zip(x.shape, block_size, strict=True)
    )
    if not fits:
        raise TensorError(
            f"{caller}: block size {tuple(block_size)} does not fit a tensor of shape "
            f"{tuple(x.shape)}: it needs a divisor of each dimension; pad the tensor, or use "
            "another block size"
        )
    return x.reshape(
        [
            part
            for size, block in zip(x.shape, block_size, strict=True)
            for part in ((size // block, block) if block else (1, 0))
        ]
    )


def _grids(
    blocks: Tensor,
    scale: Tensor | float,
    zero_point: Tensor | int,
    offset: Tensor | float,
    caller: str,
) -> tuple[Tensor, Tensor, Tensor]:
    """Scale, zero point and offset, in a shape that broadcasts with the blocks and on their
    device.
    """
    integers = torch.as_tensor(zero_point)
    if integers.is_floating_point() or integers.is_complex() or integers.dtype == torch.bool:
        raise TensorError(
            f"{caller}: expected an integer zero_point, got {_name(integers.dtype)}; a real that "
            "the grid holds is its offset"
        )
    steps = torch.as_tensor(scale, dtype=torch.float64, device=blocks.device)
    offsets = torch.as_tensor(offset, dtype=torch.float64, device=blocks.device)
    for what, values, fit in (
        ("positive and finite scale", steps, (steps > 0) & steps.isfinite()),
        ("finite offset", offsets, offsets.isfinite()),
    ):
        if not bool(fit.all()):
            raise TensorError(f"{caller}: expected a {what}, got {float(values[~fit][0]):g}")
    return (
        _for_each(blocks, steps, "scale", caller),
        _for_each(blocks, integers.to(blocks.device), "zero_point", caller),
        _for_each(blocks, offsets, "offset", caller),
    )


def _for_each(blocks: Tensor, values: Tensor, name: str, caller: str) -> Tensor:
    """The entry of each block, in a shape that broadcasts with the blocks."""
    counts = blocks.shape[::2]
    try:
        values = values.expand(counts)
    except RuntimeError:
        raise TensorError(
            f"{caller}: {name} has shape {tuple(values.shape)}, but there are {tuple(counts)} "
            "blocks along the dimensions; it needs an entry for each, or a single one"
        ) from None
    for dimension in range(1, blocks.dim(), 2):
        values = values.unsqueeze(dimension)
    return values
