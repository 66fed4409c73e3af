"""Floats of 8 bits, E4M3 and E5M2, times the scales beside them, or by themselves.

A scale is a factor of the level whether it is called `weight_scale` or `weight_scale_inv`: the
latter is the inverse of what the weights were multiplied by.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

import torch

from pyharness.formats.digests import dtype_name
from pyharness.formats.quantized.layout import Layout, layout_of, single
from pyharness.formats.quantized.naming import (
    FLOATS,
    last_part,
    originals,
    scale_names,
    settings,
)
from pyharness.formats.quantized.rows import read_rows
from pyharness.formats.quantized.scaling import NO_OFFSET, NO_ZERO_POINT, Rows, reader
from pyharness.formats.quantized.tensor import Bound, Codes, Quantized
from pyharness.formats.stored import Stored

__all__ = ["FLOATS_OF_8_BITS", "cast", "find", "float_scale_names"]

FLOATS_OF_8_BITS = {torch.float8_e4m3fn: 448, torch.float8_e5m2: 57344}
"""Their dtypes, each with the greatest value."""
_BLOCK = 128
"""The side of a block of DeepSeek's checkpoints, and of those that follow them."""


def find(
    tensors: Mapping[str, Stored], config: Mapping[str, Any]
) -> tuple[list[Quantized], set[str]]:
    """Find the floats of 8 bits that have scales.

    Returns:
        Them, and the names of all their parts.

    Raises:
        UsageError: if the scales of a tensor do not fit it.
    """
    sizes = _sizes(config)
    found = []
    for name, codes in tensors.items():
        scales = _scales(tensors, codes)
        if scales is not None:
            layout = layout_of(name, codes.shape, scales, sizes)
            read = reader(_values(codes, layout), layout, scales)
            found.append(_quantized(codes, layout, (codes, scales), read))
    return found, {part.name for tensor in found for part in tensor.parts}


def cast(codes: Stored) -> Quantized:
    """Return floats of 8 bits that stand for themselves."""
    layout = single(codes.shape)
    values = _values(codes, layout)

    def read(start: int, stop: int) -> Codes:
        found = values(start, stop).reshape(-1, 1, layout.size)
        return Codes(found, torch.ones_like(NO_OFFSET), NO_ZERO_POINT, NO_OFFSET)

    return _quantized(codes, layout, (codes,), read)


def float_scale_names(name: str) -> list[str]:
    """Return what the scales of floats of 8 bits may be called, the likeliest first."""
    parent = name.removesuffix(last_part(name))
    return [*scale_names(name), f"{name}_scale_inv", f"{parent}scale_weight"]


def _scales(tensors: Mapping[str, Stored], codes: Stored) -> Stored | None:
    if codes.dtype not in FLOATS_OF_8_BITS:
        return None
    found = (tensors[each] for each in float_scale_names(codes.name) if each in tensors)
    return next((scales for scales in found if scales.dtype in FLOATS), None)


def _sizes(config: Mapping[str, Any]) -> tuple[int, ...]:
    """The sizes that blocks may have, those that are stated first."""
    stated = settings(config).get("weight_block_size")
    sizes = stated if isinstance(stated, list) else []
    return (*(size for size in sizes if type(size) is int and size > 0), _BLOCK)


def _values(codes: Stored, layout: Layout) -> Rows:
    width = layout.groups * layout.size
    return lambda start, stop: read_rows(codes, start, stop, width).float()


def _quantized(
    codes: Stored, layout: Layout, parts: tuple[Stored, ...], read: Callable[[int, int], Codes]
) -> Quantized:
    greatest = FLOATS_OF_8_BITS[codes.dtype]
    scaled = len(parts) > 1
    return Quantized(
        codes.name,
        f"{dtype_name(codes.dtype)}{' with scales' if scaled else ''}",
        codes.shape,
        layout.rows,
        layout.groups,
        layout.size,
        -greatest,
        greatest,
        parts,
        read,
        layout.granularity,
        Bound("float8"),
        names=originals(codes.name),
        symmetric=True,
    )
