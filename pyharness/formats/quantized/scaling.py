"""Scales, zero points and offsets of some rows, as `Codes` has them."""

from __future__ import annotations

from collections.abc import Callable

import torch
from torch import Tensor

from pyharness.formats.quantized.layout import Layout
from pyharness.formats.quantized.tensor import Codes
from pyharness.formats.stored import Stored, damaged

__all__ = ["NO_OFFSET", "NO_ZERO_POINT", "Rows", "reader", "rows_of"]

Rows = Callable[[int, int], Tensor]
"""Reads rows from one number on and before another."""

NO_ZERO_POINT = torch.zeros(1, 1, dtype=torch.int64)
NO_OFFSET = torch.zeros(1, 1, dtype=torch.float64)

_MOST = 1 << 31
"""No zero point lies so far out; codes less it are exact in float64."""


def rows_of(zero_points: Stored, layout: Layout) -> Rows:
    """Return what reads zero points that lie as the scales do, or of which there is one.

    Raises:
        UsageError: if there is another number of them.
    """
    if zero_points.numel == 1:
        return lambda start, stop: zero_points.read().reshape(1, 1)
    if zero_points.numel != layout.stored:
        raise damaged(
            zero_points.path,
            f"{zero_points.name!r} has {zero_points.numel:,} zero points for {layout.stored:,} scales",
        )
    return lambda start, stop: layout.take(zero_points, start, stop)


def reader(
    codes: Rows, layout: Layout, scales: Stored, zero_points: Rows | None = None
) -> Callable[[int, int], Codes]:
    """Return what reads rows of a tensor of levels scale · (code − zero point).

    Args:
        codes: gives [rows, …] of as many elements as the layout has in a row.
        layout: which scale belongs to which code.
        scales: of any float dtype.
        zero_points: give [rows or 1, groups or 1], of any dtype. Those that are no integers become
            offsets, −scale · zero point.
    """

    def read(start: int, stop: int) -> Codes:
        found = codes(start, stop).reshape(-1, layout.groups, layout.size)
        scale = layout.take(scales, start, stop).double()
        if zero_points is None:
            return Codes(found, scale, NO_ZERO_POINT, NO_OFFSET)
        zero = zero_points(start, stop)
        if zero.is_floating_point() and not bool((zero == zero.round()).all()):
            return Codes(found, scale, NO_ZERO_POINT, -scale * zero.double())
        if bool((zero.double().abs() >= _MOST).any()):
            raise damaged(scales.path, f"a zero point beside {scales.name!r} is out of any range")
        return Codes(found, scale, zero.to(torch.int64), NO_OFFSET)

    return read
