"""Weights as codes of a few bits, packed one after another, with a scale a row."""

from __future__ import annotations

import math
from dataclasses import dataclass

import torch
from torch import Tensor
from torch.nn import functional

__all__ = [
    "Packed",
    "pack_bits",
    "pack_rows",
    "rounded",
    "row_scales",
    "size_at",
    "to_half",
    "unpack_bits",
]

CLIPS = tuple(1 - 0.06 * step for step in range(13))
"""Shares of a row's largest magnitude that are tried as the end of its codes' range."""
BLOCK = 1 << 16
"""About how many entries are rounded at a time, so that they stay in the processor's cache."""


def pack_bits(codes: Tensor, bits: int) -> Tensor:
    """Return codes one after another as a stream of bits, the lowest first: uint8 [⌈bits · codes /
    8⌉].

    Args:
        codes: uint8, any shape, each under 2^bits.
        bits: 1 to 8.
    """
    size = math.ceil(bits * codes.numel() / 8)
    eights = functional.pad(codes.flatten(), (0, -codes.numel() % 8)).reshape(-1, 8).long()
    words = (eights << bits * torch.arange(8, device=codes.device)).sum(1, keepdim=True)
    return (
        (words >> 8 * torch.arange(bits, device=codes.device))
        .bitwise_and_(255)
        .to(torch.uint8)
        .flatten()[:size]
        .clone()
    )


def unpack_bits(stream: Tensor, bits: int, count: int) -> Tensor:
    """Return the first `count` codes, uint8 [count], of a stream by `pack_bits`."""
    parts = functional.pad(stream, (0, -len(stream) % bits)).reshape(-1, bits).long()
    words = (parts << 8 * torch.arange(bits, device=stream.device)).sum(1, keepdim=True)
    eights = (words >> bits * torch.arange(8, device=stream.device)).bitwise_and_(2**bits - 1)
    return eights.to(torch.uint8).flatten()[:count]


@dataclass(frozen=True, eq=False)
class Packed:
    """A weight as packed codes: with a row's scale s, code c stands for s · (c − (2^bits − 1) / 2).

    The 2^bits values lie symmetrically around 0, which is not one of them unless the scale is 0.

    Attributes:
        stream: the codes in the order of the entries, uint8 [⌈bits · entries / 8⌉], as `pack_bits`
            writes them.
        scales: one for each index of the first dimension, nonnegative, float16 [rows].
        bits: 2 to 8.
        shape: of the weight.
    """

    stream: Tensor
    scales: Tensor
    bits: int
    shape: tuple[int, ...]

    @property
    def nbytes(self) -> int:
        """The bytes of both buffers."""
        return self.stream.nbytes + self.scales.nbytes

    def unpack(self) -> Tensor:
        """Return the weight that the codes stand for, float32 in `shape`."""
        codes = unpack_bits(self.stream, self.bits, math.prod(self.shape)).reshape(
            len(self.scales), -1
        )
        return _values(codes.float(), self.scales[:, None].float(), self.bits).reshape(self.shape)


def pack_rows(weight: Tensor, bits: int) -> Packed:
    """Return a weight in codes of `bits` bits.

    Each row's scale is the one of least squared error among those that put the outermost values at
    1, 0.94, … 0.28 times the row's largest magnitude, rounded to float16; larger entries get the
    outermost value. With the first of these no entry moves by over max |row| / (2^bits − 1), up to
    the scale's rounding, so that the squared error of a row is at most its entries times the square
    of that, whichever scale is taken. A row whose scale is under float16's least number becomes 0.

    Args:
        weight: float32, two dimensions or more, finite; its rows are the indices of the first.
        bits: 2 to 8.
    """
    scales = row_scales(weight, bits)
    codes = [_codes(rows, scale, bits).to(torch.uint8) for rows, scale in _blocks(weight, scales)]
    return Packed(pack_bits(torch.cat(codes), bits), scales.flatten(), bits, tuple(weight.shape))


def _blocks(weight: Tensor, *more: Tensor) -> list[tuple[Tensor, ...]]:
    """Rows of the weight [some, rest], and of each other tensor of as many rows, a few at a
    time.
    """
    rows = weight.flatten(1)
    some = max(1, BLOCK // max(1, rows.shape[1]))
    return list(zip(*(torch.split(tensor, some) for tensor in (rows, *more)), strict=True))


def row_scales(weight: Tensor, bits: int) -> Tensor:
    """Each row's scale, float16 [rows, 1]."""
    found = []
    for (rows,) in _blocks(weight):
        end = rows.abs().amax(1, keepdim=True) / ((2**bits - 1) / 2)
        # Where squares overflow, no error is less than another, and the whole range is taken.
        scale, least = (
            end.clamp(max=torch.finfo(torch.float16).max).half(),
            torch.full_like(end, math.inf),
        )
        for share in CLIPS:
            tried = (end * share).clamp(max=torch.finfo(torch.float16).max).half()
            error = (
                (_values(_codes(rows, tried, bits), tried.float(), bits) - rows)
                .square_()
                .sum(1, keepdim=True)
            )
            scale, least = torch.where(error < least, tried, scale), torch.minimum(error, least)
        found.append(scale)
    return torch.cat(found)


def _codes(rows: Tensor, scale: Tensor, bits: int) -> Tensor:
    """The codes nearest to rows [some, rest], in float32."""
    # Those of `quantize_affine` with the lowest value as offset, unless an entry is next to a tie.
    # That takes ten times as long, and the search over scales needs codes of every weight for each.
    step = torch.where(scale > 0, scale, 1).float()
    return (rows / step).add_((2**bits - 1) / 2).round_().clamp_(0, 2**bits - 1)


def _values(codes: Tensor, scale: Tensor, bits: int) -> Tensor:
    """What codes [some, rest] stand for, float32; overwrites them."""
    return codes.sub_((2**bits - 1) / 2).mul_(scale)


def rounded(weight: Tensor, scales: Tensor, bits: int) -> Tensor:
    """`pack_rows` and `unpack`, given the scales."""
    values = [
        _values(_codes(rows, scale, bits), scale.float(), bits)
        for rows, scale in _blocks(weight, scales)
    ]
    return torch.cat(values).reshape(weight.shape)


def to_half(weight: Tensor) -> Tensor:
    """Return a weight in float16; what is beyond its largest number becomes that."""
    largest = torch.finfo(torch.float16).max
    return weight.clamp(-largest, largest).half()


def size_at(weight: Tensor, bits: int) -> int:
    """Bytes of a large weight at a rung."""
    return (
        bits // 8 * weight.numel()
        if bits > 8
        else math.ceil(bits * weight.numel() / 8) + 2 * len(weight)
    )
