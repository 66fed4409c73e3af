"""MLX: codes packed into uint32, with a scale and an offset for each group of a row.

Levels are scale · code + bias; scales may be negative. A scale and a bias are rounded to their
dtype once the codes are made.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Mapping
from typing import Any, NamedTuple

import torch

from pyharness.formats.quantized.layout import Layout, layout_of
from pyharness.formats.quantized.naming import (
    FLOATS,
    last_part,
    number,
    originals,
    settings,
    sibling,
)
from pyharness.formats.quantized.packing import unpack
from pyharness.formats.quantized.rows import read_rows
from pyharness.formats.quantized.scaling import NO_ZERO_POINT
from pyharness.formats.quantized.tensor import Bound, Codes, Quantized
from pyharness.formats.stored import Stored, damaged

__all__ = ["find"]

_WIDTHS = (4, 8, 3, 6, 2, 5)
"""Bits of a code, the likeliest first."""
_SIZES = (64, 32, 128)
"""Sizes of a group, the default first."""
_ROUNDED = {
    torch.float16: Bound("rounded scale", 2.0**-11, 2.0**-11, 2.0**-25, 1.0, signed=True),
    torch.bfloat16: Bound("rounded scale", 2.0**-8, 2.0**-8, 2.0**-134, 1.0, signed=True),
}
"""How near levels come to the original whose scales and biases are rounded to a dtype; half the
distance of its subnormal numbers is the least that a bias may be off.
"""


class _Parts(NamedTuple):
    codes: Stored
    scales: Stored
    biases: Stored


def find(
    tensors: Mapping[str, Stored], config: Mapping[str, Any]
) -> tuple[list[Quantized], set[str]]:
    """Find the tensors of this format.

    Where the configuration does not say how many bits a code has, groups are taken to be of 64, or
    else of 32 or 128.

    Returns:
        Them, and the names of all their parts.

    Raises:
        UsageError: if the parts of a tensor do not fit each other.
    """
    said = settings(config)
    found = []
    for name in tensors:
        names = (name, sibling(name, "weight", "scales"), sibling(name, "weight", "biases"))
        if last_part(name) == "weight" and all(each in tensors for each in names):
            parts = _Parts(*(tensors[each] for each in names))
            if parts.codes.dtype == torch.uint32 and parts.scales.dtype in FLOATS:
                own = said.get(name.removesuffix(".weight"))
                found.append(_quantized(parts, {**said, **own} if isinstance(own, dict) else said))
    return found, {part.name for tensor in found for part in tensor.parts}


def _quantized(parts: _Parts, said: Mapping[str, Any]) -> Quantized:
    codes, scales, biases = parts
    fit = codes.shape[:-1] == scales.shape[:-1] and scales.shape == biases.shape
    if not fit or not codes.shape or not scales.shape:
        shapes = ", ".join(str(part.shape) for part in parts)
        raise damaged(codes.path, f"{codes.name!r} and its scales and biases have shapes {shapes}")
    bits, size = _kind(parts, said)
    shape = (*codes.shape[:-1], scales.shape[-1] * size)
    rows = math.prod(shape[:-1])
    flat = scales._replace(shape=(rows, scales.shape[-1]))
    layout = layout_of(codes.name, (rows, shape[-1]), flat)
    return Quantized(
        codes.name,
        f"MLX of {bits} bits",
        shape,
        layout.rows,
        layout.groups,
        layout.size,
        0,
        (1 << bits) - 1,
        tuple(parts),
        _reader(parts, layout, bits),
        f"group of {size}",
        _ROUNDED.get(scales.dtype, Bound(overhang=1.0, signed=True)),
        names=originals(codes.name),
    )


def _kind(parts: _Parts, said: Mapping[str, Any]) -> tuple[int, int]:
    """The bits of a code and the size of a group."""
    words, groups = parts.codes.shape[-1], parts.scales.shape[-1]
    said_bits, said_size = number(said, "bits"), number(said, "group_size")
    kinds = [
        (bits, size)
        for size in ([said_size] if said_size else _SIZES)
        for bits in ([said_bits] if said_bits else _WIDTHS)
        if bits in _WIDTHS and bits * size * groups == 32 * words
    ]
    if not kinds:
        stated = f" of {said_size}" if said_size else ""
        raise damaged(
            parts.codes.path,
            f"{parts.codes.name!r} has {words:,} words a row for {groups:,} groups{stated}"
            f"{f' and codes of {said_bits} bits' if said_bits else ''}",
        )
    return kinds[0]


def _reader(parts: _Parts, layout: Layout, bits: int) -> Callable[[int, int], Codes]:
    codes, scales, biases = parts
    words = codes.shape[-1]

    def read(start: int, stop: int) -> Codes:
        return Codes(
            unpack(read_rows(codes, start, stop, words), bits).reshape(
                -1, layout.groups, layout.size
            ),
            layout.take(scales, start, stop).double(),
            NO_ZERO_POINT,
            layout.take(biases, start, stop).double(),
        )

    return read
