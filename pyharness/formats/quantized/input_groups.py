"""What GPTQ and AWQ have in common: weights of shape (input, output), of which groups of rows have
scales and zero points, one of each for each column.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from typing import Any, NamedTuple

import torch
from torch import Tensor

from pyharness.formats.quantized.naming import FLOATS, last_part, number, settings, sibling
from pyharness.formats.quantized.packing import words_for
from pyharness.formats.quantized.rows import read_rows
from pyharness.formats.quantized.scaling import NO_OFFSET, Rows
from pyharness.formats.quantized.tensor import Codes
from pyharness.formats.stored import Stored, damaged

__all__ = ["Parts", "bits_of", "groups_of", "parts_in", "reader", "said_bits"]


class Parts(NamedTuple):
    """One quantized weight.

    Attributes:
        codes: `qweight`, packed.
        scales: [groups, output].
        zeros: `qzeros`, [groups, words for all outputs].
    """

    codes: Stored
    scales: Stored
    zeros: Stored


def parts_in(tensors: Mapping[str, Stored], name: str) -> Parts | None:
    """Return the weight that has its codes in a tensor, None if that is none."""
    names = (name, sibling(name, "qweight", "scales"), sibling(name, "qweight", "qzeros"))
    if last_part(name) != "qweight" or any(each not in tensors for each in names):
        return None
    parts = Parts(*(tensors[each] for each in names))
    right = parts.codes.dtype == parts.zeros.dtype == torch.int32 and parts.scales.dtype in FLOATS
    return parts if right and all(len(part.shape) == 2 for part in parts) else None


def said_bits(config: Mapping[str, Any]) -> int | None:
    """Return how many bits a code has, if the configuration says it."""
    return number(settings(config), "bits", "w_bit")


def bits_of(parts: Parts, said: int | None, widths: Sequence[int]) -> int:
    """Return how many bits a code has, by the width of the zero points.

    Raises:
        UsageError: if these do not fit the scales, or not with the bits that are said.
    """
    groups, outputs = parts.scales.shape
    for bits in (said,) if said in widths else widths:
        if bits and parts.zeros.shape == (groups, words_for(outputs, bits)):
            return bits
    raise damaged(
        parts.zeros.path,
        f"{parts.zeros.name!r} of shape {parts.zeros.shape} does not fit {parts.scales.name!r} of "
        f"shape {parts.scales.shape}{f' and {said} bits' if said else ''}",
    )


def groups_of(parts: Parts, inputs: int, config: Mapping[str, Any]) -> tuple[Tensor, int]:
    """Return the group of each row, where groups follow each other, and their size.

    Raises:
        UsageError: if the rows cannot be divided into as many groups as there are scales.
    """
    count = parts.scales.shape[0]
    size = number(settings(config), "group_size", "q_group_size") or 0
    if not size or -(-inputs // size) != count:
        size = inputs // count
    if size == 0 or -(-inputs // size) != count:
        raise damaged(
            parts.scales.path, f"{parts.scales.name!r} has {count:,} groups for {inputs:,} rows"
        )
    return torch.arange(inputs) // size, size


def reader(
    codes: Rows, parts: Parts, zeros: Callable[[Tensor], Tensor], group: Tensor
) -> Callable[[int, int], Codes]:
    """Return what reads rows of such a weight.

    Args:
        codes: gives [rows, output].
        parts: where scales and zero points lie.
        zeros: unpacks those of some groups: from words, [groups, words], to [groups, output].
        group: the group of each row, [input].
    """

    def read(start: int, stop: int) -> Codes:
        own = group[start:stop]
        first, last = int(own.min()), int(own.max())
        scale = read_rows(parts.scales, first, last + 1, parts.scales.shape[1])
        words = read_rows(parts.zeros, first, last + 1, parts.zeros.shape[1])
        return Codes(
            codes(start, stop).unsqueeze(-1),
            scale[own - first].double(),
            zeros(words)[own - first].to(torch.int64),
            NO_OFFSET,
        )

    return read
