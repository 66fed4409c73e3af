"""Floats by their bits, and quantizers of floats: what torch computes, and Lean too.

Bits are natural numbers, as int64. A NaN has one form in each format: IEEE 754 leaves its sign and
payload open, and torch's differ from one device to the next.
"""

from __future__ import annotations

import warnings
from collections.abc import Callable

import torch
from torch import Tensor

from pyharness import TensorError, quantize_affine

__all__ = [
    "add_single",
    "bfloat_to_single",
    "div_single",
    "fake_quantize_per_tensor",
    "half_to_single",
    "mul_single",
    "quantize_in_double",
    "quantize_per_tensor",
    "single_bits",
    "single_to_bfloat",
    "single_to_half",
    "sub_single",
]

_INTEGERS = {torch.float16: torch.int16, torch.bfloat16: torch.int16, torch.float32: torch.int32}
_NAN = {torch.float16: 0x7E00, torch.bfloat16: 0x7FC0, torch.float32: 0x7FC00000}
_CODES = {(-128, 127): torch.qint8, (0, 255): torch.quint8}


def _floats(bits: Tensor, dtype: torch.dtype) -> Tensor:
    return bits.to(_INTEGERS[dtype]).view(dtype)


def _bits(x: Tensor) -> Tensor:
    whole = _INTEGERS[x.dtype]
    mask = (1 << torch.iinfo(whole).bits) - 1
    return torch.where(x.isnan(), _NAN[x.dtype], x.contiguous().view(whole).long() & mask)


def single_bits(x: Tensor) -> Tensor:
    """Return the bits of float32 values, int64."""
    return _bits(x)


# -------------------------------------------------------------------------------------- conversions
def half_to_single(bits: Tensor) -> Tensor:
    """Return the bits of float16 values as float32. Lean: `halfToSingle`."""
    return _bits(_floats(bits, torch.float16).float())


def bfloat_to_single(bits: Tensor) -> Tensor:
    """Return the bits of bfloat16 values as float32. Lean: `bfloatToSingle`."""
    return _bits(_floats(bits, torch.bfloat16).float())


def single_to_half(bits: Tensor) -> Tensor:
    """Return the bits of float32 values, rounded to float16. Lean: `singleToHalf`."""
    return _bits(_floats(bits, torch.float32).half())


def single_to_bfloat(bits: Tensor) -> Tensor:
    """Return the bits of float32 values, rounded to bfloat16. Lean: `singleToBFloat`."""
    return _bits(_floats(bits, torch.float32).bfloat16())


# --------------------------------------------------------------------------------------- operations
def add_single(a: Tensor, b: Tensor) -> Tensor:
    """Return the bits of sums in float32, of bits. Lean: `addSingle`."""
    return _bits(_floats(a, torch.float32) + _floats(b, torch.float32))


def sub_single(a: Tensor, b: Tensor) -> Tensor:
    """Return the bits of differences in float32, of bits. Lean: `subSingle`."""
    return _bits(_floats(a, torch.float32) - _floats(b, torch.float32))


def mul_single(a: Tensor, b: Tensor) -> Tensor:
    """Return the bits of products in float32, of bits. Lean: `mulSingle`."""
    return _bits(_floats(a, torch.float32) * _floats(b, torch.float32))


def div_single(a: Tensor, b: Tensor) -> Tensor:
    """Return the bits of quotients in float32, of bits. Lean: `divSingle`."""
    return _bits(_floats(a, torch.float32) / _floats(b, torch.float32))


# --------------------------------------------------------------------------------------- quantizers
def quantize_per_tensor(
    x: Tensor, scale: Tensor, zero_point: Tensor, low: Tensor, high: Tensor
) -> Tensor:
    """Return the codes that `torch.quantize_per_tensor` gives of float32 values. Lean:
    `quantizePerTensor`.

    Raises:
        TensorError: if torch has no type for codes from `low` to `high`.
    """

    def quantized(x: Tensor, scale: float, zero_point: int, low: int, high: int) -> Tensor:
        if (low, high) not in _CODES:
            raise TensorError(f"torch.quantize_per_tensor has no codes from {low} to {high}")
        with warnings.catch_warnings():
            # torch announces that it will leave the function to torchao.
            warnings.filterwarnings("ignore", "torch.quantize_per_tensor", UserWarning)
            found = torch.quantize_per_tensor(x, scale, zero_point, _CODES[low, high])
        return found.int_repr().long()

    return _grid_by_grid(quantized, x, scale, zero_point, low, high)


def fake_quantize_per_tensor(
    x: Tensor, scale: Tensor, zero_point: Tensor, low: Tensor, high: Tensor
) -> Tensor:
    """Return what `torch.fake_quantize_per_tensor_affine` gives of float32 values. Lean:
    `fakeQuantize`.
    """
    return _grid_by_grid(torch.fake_quantize_per_tensor_affine, x, scale, zero_point, low, high)


def quantize_in_double(
    x: Tensor, scale: Tensor, offset: Tensor, zero_point: Tensor, low: Tensor, high: Tensor
) -> Tensor:
    """Return the codes that `quantize_affine`, by which checkpoints are audited, gives of floats.
    Lean: `quantizeAffine`.
    """

    def quantized(
        x: Tensor, scale: float, offset: float, zero_point: int, low: int, high: int
    ) -> Tensor:
        return quantize_affine(x, x.shape, scale, zero_point, low, high, offset=offset).long()

    return _grid_by_grid(quantized, x, scale, offset, zero_point, low, high)


def _grid_by_grid(function: Callable[..., Tensor], x: Tensor, *grid: Tensor) -> Tensor:
    """Return what a function gives that takes one grid at a time, as numbers."""
    values, *parameters = torch.broadcast_tensors(x, *grid)
    if all(part.numel() == 1 for part in grid):
        return function(values, *(part.item() for part in grid))
    grids = list(zip(*(part.flatten().tolist() for part in parameters), strict=True))
    flat, found = values.flatten(), {}
    for one in dict.fromkeys(grids):
        found[one] = function(flat, *one)
    return torch.stack([found[one][place] for place, one in enumerate(grids)]).view(values.shape)
