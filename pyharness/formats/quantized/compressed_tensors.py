"""Integers with scales beside them: the layout of compressed-tensors, one code an element or packed
into int32, and the names that others give to the same.

Levels are scale · (code − zero point). Packed codes and zero points are stored from 0 on, with
2^(bits − 1) added; here they are as they were before.

Where no configuration says how many bits int8 and uint8 codes have, the codes and the zero points
are looked at: 2 or 4 bits if all of them are in such a range, else 8. This ends at the first code
that needs 8 bits, so only tensors of few bits are read whole.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, NamedTuple

import torch
from torch import Tensor

from pyharness.formats.quantized.layout import Layout, layout_of
from pyharness.formats.quantized.naming import (
    FLOATS,
    last_part,
    number,
    original_of,
    originals,
    scale_names,
    settings,
)
from pyharness.formats.quantized.packing import read_packed_down, unpack, words_for
from pyharness.formats.quantized.rows import read_rows
from pyharness.formats.quantized.scaling import Rows, reader, rows_of
from pyharness.formats.quantized.tensor import Bound, Quantized, whole
from pyharness.formats.stored import Stored, damaged

__all__ = ["find"]

_PACKED = "weight_packed"
_ZERO_POINTS = ("zero_point", "zero_points", "zp", "zeros", "zero")
"""What stands for "scale" in the name of zero points."""
_OF_BLOCKS = Bound("rounded scale", 2.0**-11, overhang=0.0)
"""Of Q8_0, whose scales are float16."""
_WIDTHS = (4, 8, 2, 3, 5, 6, 7, 1)
"""Bits of packed codes, the likeliest first."""


def find(
    tensors: Mapping[str, Stored], config: Mapping[str, Any]
) -> tuple[list[Quantized], set[str]]:
    """Find the tensors of this format.

    Returns:
        Them, and the names of all their parts.

    Raises:
        UsageError: if the parts of a tensor do not fit each other.
    """
    said = _Said.of(config)
    found = []
    for name, codes in tensors.items():
        tensor = None
        if last_part(name) == _PACKED and codes.dtype == torch.int32:
            tensor = _packed(tensors, codes, said)
        elif codes.dtype in (torch.int8, torch.uint8):
            tensor = _plain(tensors, codes, said)
        if tensor is not None:
            found.append(tensor)
    return found, {part.name for tensor in found for part in tensor.parts}


class _Said(NamedTuple):
    """What a configuration says of all weights alike.

    Attributes:
        bits: of a code.
        sizes: of groups or blocks.
        searched: whether scales are made otherwise than from the extremes.
    """

    bits: int | None
    sizes: tuple[int, ...]
    searched: bool

    @classmethod
    def of(cls, config: Mapping[str, Any]) -> _Said:
        groups = settings(config).get("config_groups")
        schemes = [
            scheme
            for group in (groups.values() if isinstance(groups, dict) else ())
            if isinstance(group, dict) and isinstance(scheme := group.get("weights"), dict)
        ]
        bits = {number(scheme, "num_bits") for scheme in schemes}
        sizes = {number(scheme, "group_size") for scheme in schemes}
        return cls(
            bits.pop() if len(bits) == 1 and bits <= {*_WIDTHS} else None,
            tuple(size for size in sizes if size),
            any("minmax" not in str(scheme.get("observer") or "minmax") for scheme in schemes),
        )


# ------------------------------------------------------------------------------ one code an element
def _plain(tensors: Mapping[str, Stored], codes: Stored, said: _Said) -> Quantized | None:
    name = codes.name
    scales = _scales(tensors, name)
    # Codes that are called packed do not have an element each.
    if scales is None or name.endswith("_packed"):
        return None
    layout = layout_of(name, codes.shape, scales, said.sizes)
    zeros = _zero_points(tensors, scales.name)
    order = tensors.get(f"{name}_g_idx")
    if order is not None:
        layout = _ordered(layout, order)
    blocks = last_part(name) == "qs" and codes.dtype == torch.int8
    bits = 8 if blocks else said.bits or _bits(codes, zeros)
    low, high = (-127, 127) if blocks else _range(bits, codes.dtype == torch.int8)
    width = codes.numel // layout.rows
    return Quantized(
        name,
        "Q8_0 as arrays" if blocks else _format(codes, scales, bits),
        codes.shape,
        layout.rows,
        layout.groups,
        layout.size,
        low,
        high,
        tuple(part for part in (codes, scales, zeros, order) if part is not None),
        reader(
            lambda start, stop: read_rows(codes, start, stop, width),
            layout,
            scales,
            None if zeros is None else rows_of(zeros, layout),
        ),
        layout.granularity,
        _OF_BLOCKS if blocks else Bound(searched=said.searched),
        originals(original_of(name)),
        symmetric=low < 0 and (zeros is None or _all_zero(zeros)),
        restricted=blocks,
        reaches_ends=not said.searched,
    )


def _all_zero(zeros: Stored) -> bool:
    return not any(bool(chunk.any()) for chunk in zeros.chunks(1 << 20))


def _format(codes: Stored, scales: Stored, bits: int) -> str:
    kind = f"{'' if codes.dtype == torch.int8 else 'u'}int{bits}"
    if last_part(codes.name) == "weight" and scales.name == f"{codes.name}_scale":
        return f"compressed-tensors {kind}"
    return f"{kind} with scales"


def _scales(tensors: Mapping[str, Stored], name: str) -> Stored | None:
    found = (tensors[each] for each in scale_names(name) if each in tensors)
    return next((scales for scales in found if scales.dtype in FLOATS), None)


def _zero_points(tensors: Mapping[str, Stored], scale_name: str) -> Stored | None:
    base = scale_name.removesuffix("s").removesuffix("scale")
    return next((tensors[base + each] for each in _ZERO_POINTS if base + each in tensors), None)


def _bits(codes: Stored, zeros: Stored | None) -> int:
    """The fewest of 2, 4 and 8 bits that codes and zero points need."""
    bits = 2
    for part in (codes,) if zeros is None else (zeros, codes):
        for chunk in part.chunks(1 << 20):
            least, most = (int(end) for end in chunk.to(torch.int64).aminmax())
            while bits < 8:
                low, high = _range(bits, codes.dtype == torch.int8)
                if low <= least and most <= high:
                    break
                bits *= 2
            if bits == 8:
                return 8
    return bits


def _range(bits: int, signed: bool) -> tuple[int, int]:
    """The least and the greatest code."""
    half = 1 << bits - 1
    return (-half, half - 1) if signed else (0, 2 * half - 1)


def _ordered(layout: Layout, order: Stored) -> Layout:
    """The layout of columns whose groups are listed; −1 throughout stands for no such list."""
    groups = whole(order).reshape(-1)
    if bool((groups == -1).all()):
        return layout
    width = layout.groups * layout.size
    if len(groups) != width or layout.rows != layout.leading[0]:
        raise damaged(order.path, f"{order.name!r} lists {len(groups):,} columns of {width:,}")
    if (
        order.dtype.is_floating_point
        or not 0 <= int(groups.min()) <= int(groups.max()) < layout.columns
    ):
        raise damaged(order.path, f"{order.name!r} names a group that is not there")
    regular = layout.column.repeat_interleave(layout.size)
    return layout if groups.equal(regular) else layout.ordered(groups)


# ------------------------------------------------------------------------------------------- packed
def _packed(tensors: Mapping[str, Stored], codes: Stored, said: _Said) -> Quantized | None:
    name, base = codes.name, codes.name.removesuffix("_packed")
    scales, stated = tensors.get(f"{base}_scale"), tensors.get(f"{base}_shape")
    if scales is None or scales.dtype not in FLOATS or stated is None or len(codes.shape) != 2:
        return None
    height, width = _stated(stated, codes)
    bits = _packed_bits(codes, width, said.bits)
    layout = layout_of(name, (height, width), scales, said.sizes)
    order = tensors.get(f"{base}_g_idx")
    if order is not None:
        layout = _ordered(layout, order)
    zeros = _zero_points(tensors, scales.name)
    low, high = _range(bits, signed=True)

    def unpacked(start: int, stop: int) -> Tensor:
        words = read_rows(codes, start, stop, codes.shape[1])
        return unpack(words, bits)[:, :width] + low

    return Quantized(
        name,
        f"compressed-tensors packed int{bits}",
        (height, width),
        layout.rows,
        layout.groups,
        layout.size,
        low,
        high,
        tuple(part for part in (codes, scales, zeros, order, stated) if part is not None),
        reader(
            unpacked, layout, scales, None if zeros is None else _packed_zeros(zeros, layout, bits)
        ),
        layout.granularity,
        Bound(searched=said.searched),
        originals(base),
        symmetric=zeros is None,
        reaches_ends=not said.searched,
    )


def _stated(stated: Stored, codes: Stored) -> tuple[int, int]:
    """The shape of packed codes, as it is stored beside them."""
    shape = [] if stated.numel != 2 else whole(stated).reshape(-1).tolist()
    if len(shape) != 2 or shape[0] != codes.shape[0] or type(shape[1]) is not int or shape[1] < 1:
        raise damaged(
            stated.path,
            f"{stated.name!r} has the shape {shape} for {codes.name!r} of shape {codes.shape}",
        )
    return shape[0], shape[1]


def _packed_bits(codes: Stored, width: int, bits: int | None) -> int:
    words = codes.shape[1]
    fitting = [each for each in ([bits] if bits else _WIDTHS) if words_for(width, each) == words]
    if not fitting:
        raise damaged(
            codes.path,
            f"{codes.name!r} has {words:,} words a row, which do not hold {width:,} codes"
            f"{f' of {bits} bits' if bits else ''}",
        )
    return fitting[0]


def _packed_zeros(zeros: Stored, layout: Layout, bits: int) -> Rows:
    """What reads zero points, which are packed along the rows if they are int32 and so many."""
    packed = (words_for(layout.rows, bits), layout.columns)
    if zeros.dtype != torch.int32 or zeros.shape != packed or layout.blocks != (1,):
        return rows_of(zeros, layout)
    offset = 1 << bits - 1
    return lambda start, stop: read_packed_down(zeros, start, stop, bits)[:, layout.column] - offset
