"""LLM.int8() of bitsandbytes: int8 codes with the greatest magnitude of each row beside them.

Levels are code · SCB / 127, with SCB as float32, and here the quotient in float64.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

import torch

from pyharness.formats.quantized.layout import Layout, layout_of
from pyharness.formats.quantized.naming import last_part, originals, sibling
from pyharness.formats.quantized.rows import read_rows
from pyharness.formats.quantized.scaling import NO_OFFSET, NO_ZERO_POINT
from pyharness.formats.quantized.tensor import Codes, Quantized
from pyharness.formats.stored import Stored, damaged

__all__ = ["find"]


def find(
    tensors: Mapping[str, Stored], config: Mapping[str, Any]
) -> tuple[list[Quantized], set[str]]:
    """Find the tensors of this format.

    Returns:
        Them, and the names of all their parts.

    Raises:
        UsageError: if there is not one magnitude for each row.
    """
    found, used = [], set()
    for name, codes in tensors.items():
        greatest = tensors.get(sibling(name, "weight", "SCB"))
        if last_part(name) == "weight" and codes.dtype == torch.int8 and greatest is not None:
            found.append(_quantized(codes, greatest))
            used |= {name, greatest.name, sibling(name, "weight", "weight_format")}
    return found, used & tensors.keys()


def _quantized(codes: Stored, greatest: Stored) -> Quantized:
    rows = codes.shape[0] if codes.shape else 1
    if greatest.numel != rows or not greatest.dtype.is_floating_point:
        raise damaged(
            greatest.path,
            f"{greatest.name!r} has {greatest.numel:,} values of {greatest.dtype} for {rows:,} rows",
        )
    layout = layout_of(codes.name, codes.shape, greatest._replace(shape=(rows,)))
    return Quantized(
        codes.name,
        "bitsandbytes int8",
        codes.shape,
        layout.rows,
        layout.groups,
        layout.size,
        -127,
        127,
        (codes, greatest),
        _reader(codes, greatest, layout),
        "row",
        names=originals(codes.name),
        symmetric=True,
        restricted=True,
    )


def _reader(codes: Stored, greatest: Stored, layout: Layout) -> Callable[[int, int], Codes]:
    def read(start: int, stop: int) -> Codes:
        found = read_rows(codes, start, stop, layout.size)
        scale = layout.take(greatest, start, stop).double() / 127
        return Codes(found.unsqueeze(1), scale, NO_ZERO_POINT, NO_OFFSET)

    return read
