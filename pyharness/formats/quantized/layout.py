"""Which scale belongs to which code, found from the shapes of the two."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass, replace

import torch
from torch import Tensor

from pyharness.formats.quantized.rows import read_rows
from pyharness.formats.stored import Stored, damaged

__all__ = ["Layout", "layout_of", "single"]


@dataclass(frozen=True)
class Layout:
    """How codes share scales.

    The scales, stored as [a1, …, an, columns], belong to the codes [d1, …, dn, …] in blocks: row
    (i1, …, in) of the codes has the scales of (i1 // b1, …, in // bn).

    Attributes:
        rows, groups, size: of the codes, as in `Quantized`.
        leading: (d1, …, dn), whose product is `rows`.
        blocks: (b1, …, bn).
        columns: how many scales are stored for each row of them.
        column: for each of the `groups` its column of scales, [groups].
        granularity: what shares a scale, in words.
    """

    rows: int
    groups: int
    size: int
    leading: tuple[int, ...]
    blocks: tuple[int, ...]
    columns: int
    column: Tensor
    granularity: str

    @property
    def by_row(self) -> bool:
        """Whether not all rows have the same scales."""
        return any(size > block for size, block in zip(self.leading, self.blocks, strict=True))

    @property
    def stored(self) -> int:
        """How many scales are stored."""
        return self.columns * math.prod(self._counts)

    @property
    def _counts(self) -> tuple[int, ...]:
        """(a1, …, an)."""
        pairs = zip(self.leading, self.blocks, strict=True)
        return tuple(-(-size // block) for size, block in pairs)

    def ordered(self, column: Tensor) -> Layout:
        """The same where each single column of the codes has its own column of scales, [width]."""
        width = self.groups * self.size
        granularity = f"{self.granularity}, reordered"
        return replace(self, groups=width, size=1, column=column, granularity=granularity)

    def take(self, scales: Stored, start: int, stop: int) -> Tensor:
        """Read the scales of some rows, [stop − start, groups], or [1, groups] if all rows have the
        same.
        """
        if not self.by_row:
            return read_rows(scales, 0, 1, self.columns)[:, self.column]
        place = self._places(torch.arange(start, stop))
        first, last = int(place.min()), int(place.max())
        found = read_rows(scales, first, last + 1, self.columns)
        return found[place - first][:, self.column]

    def _places(self, rows: Tensor) -> Tensor:
        """The row of scales of each row of codes."""
        place, stride = torch.zeros_like(rows), 1
        parts = zip(self.leading, self.blocks, self._counts, strict=True)
        for size, block, count in reversed([*parts]):
            place += rows % size // block * stride
            rows = rows // size
            stride *= count
        return place


def layout_of(
    name: str, shape: tuple[int, ...], scales: Stored, sizes: Sequence[int] = ()
) -> Layout:
    """Find how codes share scales.

    Args:
        name: the codes' name, for messages.
        shape: the codes' shape, unpacked.
        scales: a single one; one for each index of the first or the last axis; or of as many
            dimensions as the codes, each of which is divided into blocks. Axes of length 1 may
            follow.
        sizes: sizes that blocks are likely to have. Only of these may the last block of an axis be
            incomplete.

    Raises:
        UsageError: if the shapes do not fit.
    """
    shape = shape or (1,)
    counts = _aligned(shape, scales.shape)
    blocks = [_block(size, count, sizes) for size, count in zip(shape, counts, strict=True)]
    if 0 in blocks:
        raise damaged(
            scales.path,
            f"{scales.name!r} of shape {scales.shape} does not fit {name!r} of shape {shape}",
        )
    axis = max((place for place, count in enumerate(counts) if count > 1), default=0)
    words = _granularity(counts, blocks, axis)
    if axis == 0:
        return replace(single(shape), blocks=(blocks[0],), granularity=words)
    # Where the last block is incomplete, the groups are equal parts of which all blocks consist.
    unit = math.gcd(shape[axis], blocks[axis])
    column = torch.arange(0, shape[axis], unit) // blocks[axis]
    return Layout(
        math.prod(shape[:axis]),
        len(column),
        unit * math.prod(shape[axis + 1 :]),
        shape[:axis],
        tuple(blocks[:axis]),
        counts[axis],
        column,
        words,
    )


def single(shape: tuple[int, ...]) -> Layout:
    """Return the layout of codes with a single scale."""
    shape = shape or (1,)
    column = torch.zeros(1, dtype=torch.int64)
    tail = math.prod(shape[1:])
    return Layout(shape[0], 1, tail, shape[:1], shape[:1], 1, column, "tensor")


def _aligned(shape: tuple[int, ...], scales: tuple[int, ...]) -> tuple[int, ...]:
    """How many scales there are along each axis of the codes; 0 where that is not clear."""
    rest = (1,) * (len(shape) - 1)
    if math.prod(scales) == 1:
        return (1, *rest)
    core = scales
    while core[-1] == 1:
        core = core[:-1]
    if len(scales) == 1 < len(shape) and scales[0] != shape[0]:
        # A list of scales that is not for the rows has to be for the columns.
        return (*rest, scales[0] if scales[0] == shape[-1] else 0)
    return (*core, *rest[len(core) - 1 :]) if len(core) <= len(shape) else (0,) * len(shape)


def _block(size: int, count: int, sizes: Sequence[int]) -> int:
    """The size of the blocks of an axis of which there are so many; 0 if none fits."""
    if count == 1:
        return size
    known = [block for block in sizes if -(-size // block) == count]
    return known[0] if known else size // count if count and size % count == 0 else 0


def _granularity(counts: Sequence[int], blocks: Sequence[int], axis: int) -> str:
    """What shares a scale, in words."""
    block = blocks[axis]
    if axis == 0:
        return "tensor" if counts[0] == 1 else "row" if block == 1 else f"block of {block} rows"
    if all(count == 1 for count in counts[:axis]):
        return "column" if block == 1 else f"block of {block} columns"
    if blocks[axis - 1] == 1:
        return f"group of {block}"
    return f"block of {blocks[axis - 1]} × {block}"
