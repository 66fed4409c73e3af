"""GPTQ: codes packed along the input, whose rows are in groups that may be in any order.

Levels are scale · (code − zero point). Version 1 of the format stores zero points less one.
GPTQ changes a weight while it quantizes it, so nothing follows for the original.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from torch import Tensor

from pyharness.formats.quantized.input_groups import (
    Parts,
    bits_of,
    groups_of,
    parts_in,
    reader,
    said_bits,
)
from pyharness.formats.quantized.naming import originals, settings, sibling
from pyharness.formats.quantized.packing import read_packed_down, unpack, words_for
from pyharness.formats.quantized.tensor import Bound, Quantized, whole
from pyharness.formats.stored import Stored, damaged

__all__ = ["find"]

_STORED_LESS = {None: 1, "": 1, "gptq": 1, "gptq_v2": 0}
"""By how much less zero points are stored, by what the configuration calls the format."""
_WIDTHS = (4, 8, 2, 3)


def find(
    tensors: Mapping[str, Stored], config: Mapping[str, Any]
) -> tuple[list[Quantized], set[str]]:
    """Find the tensors of this format; none if the configuration names a layout for some kernel.

    Returns:
        Them, and the names of all their parts.

    Raises:
        UsageError: if the parts of a tensor do not fit each other.
    """
    version = settings(config).get("checkpoint_format")
    if not isinstance(version, str | None) or version not in _STORED_LESS:
        return [], set()
    found = []
    for name in tensors:
        parts = parts_in(tensors, name)
        if parts and parts.codes.shape[1] == parts.scales.shape[1]:
            order = tensors.get(sibling(name, "qweight", "g_idx"))
            found.append(_quantized(parts, order, config, _STORED_LESS[version]))
    return found, {part.name for tensor in found for part in tensor.parts}


def _quantized(
    parts: Parts, order: Stored | None, config: Mapping[str, Any], less: int
) -> Quantized:
    codes, outputs = parts.codes, parts.codes.shape[1]
    bits = bits_of(parts, said_bits(config), _WIDTHS)
    inputs = order.numel if order else codes.shape[0] * 32 // bits
    if words_for(inputs, bits) != codes.shape[0]:
        raise damaged(
            codes.path,
            f"{codes.name!r} has {codes.shape[0]:,} rows of words, which do not hold {inputs:,} "
            f"codes of {bits} bits",
        )
    group, granularity = _groups(parts, order, inputs, config)

    def zeros(words: Tensor) -> Tensor:
        return unpack(words, bits)[:, :outputs] + less

    return Quantized(
        codes.name,
        f"GPTQ of {bits} bits",
        (inputs, outputs),
        inputs,
        outputs,
        1,
        0,
        (1 << bits) - 1,
        (*parts, *([order] if order else [])),
        reader(lambda start, stop: read_packed_down(codes, start, stop, bits), parts, zeros, group),
        granularity,
        Bound("moved"),
        names=originals(sibling(codes.name, "qweight", "weight")),
        transposed=True,
    )


def _groups(
    parts: Parts, order: Stored | None, inputs: int, config: Mapping[str, Any]
) -> tuple[Tensor, str]:
    """The group of each row, and what shares a scale in words."""
    count = parts.scales.shape[0]
    if order is None:
        group, size = groups_of(parts, inputs, config)
        return group, f"group of {size} in a column"
    group = whole(order).reshape(-1)
    if order.dtype.is_floating_point or not 0 <= int(group.min()) <= int(group.max()) < count:
        raise damaged(order.path, f"{order.name!r} names a group that is not there")
    reordered = "" if bool((group.diff() >= 0).all()) else ", reordered"
    return group, f"group of {-(-inputs // count)} in a column{reordered}"
