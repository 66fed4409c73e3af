"""What every quantized format comes down to: codes in blocks, and the levels for which they stand.

The elements of a tensor are taken as [rows, groups, size], in row-major order of the codes' shape,
so that all elements of one group of one row share a scale. Element (i, g, j) has the code q and
stands for the level scale[i, g] · (q − zero_point[i, g]) + offset[i, g].

For a weight of shape (o, i): a scale for the whole tensor gives [o, 1, i] with scales [1, 1]; one
for each row (axis 0) [o, 1, i] with [o, 1]; one for each column (axis 1) [o, i, 1] with [1, i]; one
for each group of 32 in a row [o, i / 32, 32] with [o, i / 32]. For axis 1 of a tensor of shape
(o, i, h, w): [o, i, h · w] with [1, i].
"""

from __future__ import annotations

import math
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Literal, NamedTuple

import torch
from torch import Tensor

from pyharness.formats.stored import Stored

__all__ = [
    "Bound",
    "Checkpoint",
    "Codes",
    "Factors",
    "Quantized",
    "per_axis",
    "shared",
    "whole",
]


class Codes(NamedTuple):
    """Some rows of a quantized tensor.

    Attributes:
        codes: the integers as the format counts them, unpacked, [rows, groups, size], int8 to int32
            or uint8; for floats of 8 bits (`Bound.kind` is "float8") their values, float32.
        scale: float64, [rows or 1, groups or 1]; as it is stored, so perhaps 0, negative, NaN.
        zero_point: int64, likewise.
        offset: float64, likewise.
    """

    codes: Tensor
    scale: Tensor
    zero_point: Tensor
    offset: Tensor


@dataclass(frozen=True)
class Bound:
    """How near a right quantizer of a format comes to the original.

    Attributes:
        kind: "nearest": to the level nearest to the original, of the scale that is stored;
            "rounded scale": of a scale that was rounded afterwards, when it was stored; "moved": to
            the level nearest to a weight that was changed first, so that nothing follows for the
            original; "float8": to the nearest of the floats of 8 bits.
        scale_error: by how much of itself a stored scale may differ from the one that the codes
            were made with, such as 2^−11 for float16.
        offset_error: the same of the offset.
        offset_least: how far the offset may be off at least, where it is that small: half the
            distance of the subnormal numbers of its type.
        overhang: how many steps beyond the end of the levels an original may lie; None if it may be
            clipped from anywhere.
        signed: whether a scale may be negative.
        searched: whether scales are searched for and not made from the extremes: they clip by
            design, and 0 is right where a group is small beside its neighbours.
    """

    kind: Literal["nearest", "rounded scale", "moved", "float8"] = "nearest"
    scale_error: float = 0.0
    offset_error: float = 0.0
    offset_least: float = 0.0
    overhang: float | None = None
    signed: bool = False
    searched: bool = False


class Factors(NamedTuple):
    """What a bias's scale has to be the product of, float64.

    Attributes:
        input: the scale of the layer's input, [1].
        weight: the scale of its weight, [1] or [channels].
    """

    input: Tensor
    weight: Tensor


@dataclass(frozen=True)
class Quantized:
    """One quantized tensor of a checkpoint, not read yet.

    Attributes:
        name: as the checkpoint names its codes.
        format: the format in the words of its field, such as "GGUF Q8_0".
        shape: the codes' shape, unpacked.
        rows, groups, size: the same elements, see the module.
        low, high: the least and the greatest code that the format declares, or that its dtype and
            codes imply.
        bound: how near to the original its levels are.
        parts: what the file holds of it, codes first, then scales, zero points and the like.
        read: gives rows from one number on and before another.
        granularity: what shares a scale, in words: "tensor", "row", "column", "group of 32".
        names: what its original may be called, the likeliest first.
        transposed: whether the original may lie with its two dimensions exchanged.
        symmetric: whether the scheme has no zero point, or one that is 0 by design.
        restricted: of a symmetric scheme, whether the least code of two's complement is not used:
            scales are max |w| / `high`.
        reaches_ends: whether the codes that share a scale reach an end of the range, as those do
            whose scale is made from their extremes.
        role: "bias" if its codes are added to an accumulator, so that nothing may be clipped.
        factors: of a bias, what its scale has to be the product of, where the file says it.
    """

    name: str
    format: str
    shape: tuple[int, ...]
    rows: int
    groups: int
    size: int
    low: int
    high: int
    parts: tuple[Stored, ...]
    read: Callable[[int, int], Codes]
    granularity: str
    bound: Bound = Bound()
    names: tuple[str, ...] = ()
    transposed: bool = False
    symmetric: bool = False
    restricted: bool = False
    reaches_ends: bool = True
    role: Literal["weight", "bias"] = "weight"
    factors: Factors | None = None

    @property
    def numel(self) -> int:
        """How many elements there are."""
        return math.prod(self.shape)

    @property
    def bits(self) -> float:
        """Bits that the file spends on an element, scales and zero points included."""
        return 8 * sum(part.nbytes for part in self.parts) / max(1, self.numel)


@dataclass(frozen=True)
class Checkpoint:
    """What a checkpoint holds.

    Attributes:
        format: its format in words.
        quantized: the tensors whose codes can be read as levels.
        plain: those that are stored as floats, by name.
        unexplained: integers that look like codes, by name, with what is missing: scales, how they
            are packed.
        others: what was not read, by name, and why.
        files: all the files that were read.
        integers: what is neither weights nor codes, by name, and why: indices, shapes, masks.
    """

    format: str
    quantized: tuple[Quantized, ...]
    plain: Mapping[str, Stored] = field(default_factory=dict)
    unexplained: Mapping[str, str] = field(default_factory=dict)
    others: Mapping[str, str] = field(default_factory=dict)
    files: tuple[Path, ...] = ()
    integers: Mapping[str, str] = field(default_factory=dict)


def shared(shape: Sequence[int], axis: int | None) -> tuple[int, int, int]:
    """Return [rows, groups, size] of a tensor with a scale for each index of an axis, or a single
    scale (`axis` is None).

    Example:
        >>> shared((8, 3, 2, 2), 1), shared((8, 3), 0), shared((8, 3), None), shared((5,), 0)
        ((8, 3, 4), (8, 1, 3), (8, 1, 3), (5, 1, 1))
    """
    if axis is None or axis == 0 or not shape:
        rows = shape[0] if shape else 1
        return rows, 1, math.prod(shape[1:])
    return math.prod(shape[:axis]), shape[axis], math.prod(shape[axis + 1 :])


def per_axis(values: Tensor, axis: int | None) -> Tensor:
    """Return the values of an axis, 1-D, or a single one, in the shape that `Codes` has them in."""
    return (
        values.reshape(1, 1)
        if axis is None
        else values.reshape(-1, 1)
        if axis == 0
        else values.reshape(1, -1)
    )


def whole(values: Stored) -> Tensor:
    """Read scales, offsets or zero points, as float64 or int64."""
    found = values.read()
    return found.double() if found.is_floating_point() else found.to(torch.int64)
