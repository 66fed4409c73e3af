"""What a device can settle of a tensor beforehand: elements that share a scale and are all clearly
right, as almost all are in a right checkpoint.

Everything else is left to the compiled code of `pyharness.audit.passes`. So each decision on a
count, a violation or a worst element is the CPU's, and is the same as without a device; only sums
of squares are rounded otherwise. That rests on this: elements that are settled here are those of
which `_together`, or `_column_by_column`, would say the same when it came to them. What float64 is
off in one place or the other is less than `_DOUBT` of the numbers of steps that it was computed
from, and what is as near as that to any edge is left.

They have to be no worse than the worst element before them, which the compiled code knows from
those that it looks at one by one. Of those before that are clearly right, it is as bad as the worst
at least.
"""

from __future__ import annotations

import threading
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any, NamedTuple

import numpy as np
import torch
from torch import Tensor

from pyharness.audit.checks import Limits
from pyharness.audit.passes import BINS, EDGE
from pyharness.formats.quantized.tensor import Codes

__all__ = ["PIECE", "Arrival", "Filter", "Settled"]

PIECE = 1 << 22
"""Elements that are settled together, which takes some 70 bytes of the device's memory each."""
_AT_ONCE = 4
"""Pieces that a process settles at a time, whichever tensors they are of."""
_DOUBT = 2.0**-48
"""Two ways of computing a position in float64 differ by less, as a share of the numbers of steps
that are added up: each rounds four or five times, by 2⁻⁵³."""
_LEAST, _GREATEST = 2.0**-1000, 2.0**1000
"""Magnitudes of scales between which nothing overflows and no inverse is infinite."""

_room = threading.BoundedSemaphore(_AT_ONCE)


class Arrival(NamedTuple):
    """Rows on their way to a device.

    Attributes:
        parts: codes, originals, scales, zero points and offsets there.
        event: what is waited for before they are used; None where they are there already.
    """

    parts: tuple[Tensor, ...]
    event: Any = None


@dataclass(frozen=True)
class Settled:
    """What was settled of some rows.

    Attributes:
        units: which elements, bool [rows, groups], or [rows, 1] where a row is settled as a whole.
        elements: how many they are.
        ends: how many of them are at an end of the range.
        signal, noise: the sums of squares of their originals and of their errors.
        histogram: of their errors in steps, int64 [BINS + 2].
    """

    units: np.ndarray
    elements: int
    ends: int
    signal: float
    noise: float
    histogram: np.ndarray


class Filter:
    """Settles the rows of one tensor, piece by piece and in their order.

    Args:
        device: where.
        limits: the tensor's; of integers, not of floats of 8 bits.
    """

    def __init__(self, device: torch.device, limits: Limits) -> None:
        self.device, self._limits = device, limits
        self._transfer: _Overlapping | _Plain = (
            _Overlapping(device) if device.type == "cuda" else _Plain(device)
        )
        self._before: Tensor | None = None

    def put(self, codes: Codes, originals: Tensor) -> Arrival:
        """Have rows brought to the device; where it can, that goes on while others are settled.

        Args:
            codes: the rows.
            originals: [rows, groups, size], as they are stored.
        """
        of = (part.double() for part in (codes.scale, codes.zero_point, codes.offset))
        return self._transfer.put(codes.codes, originals, *of)

    def settle(self, arrival: Arrival) -> Settled:
        """Settle rows, and return what is known of them then."""
        with _room, self._transfer.using(arrival):
            codes, originals, scale, zero_point, offset = arrival.parts
            if self._before is None:
                self._before = torch.zeros(2, dtype=torch.float64, device=self.device)
            units, self._before, sums, histogram = _settle(
                codes, originals, scale, zero_point, offset, self._limits, self._before
            )
            found, counts = units.cpu().numpy(), histogram.cpu().numpy()
            ends, signal, noise = sums.tolist()
        elements = int(found.sum()) * (codes.numel() // found.size)
        return Settled(found, elements, int(ends), signal, noise, counts)


# ----------------------------------------------------------------------------------------- transfer
class _Plain:
    """Copies that are there when they are used."""

    def __init__(self, device: torch.device) -> None:
        self._device = device

    def put(self, *parts: Tensor) -> Arrival:
        return Arrival(tuple(part.to(self._device) for part in parts))

    @contextmanager
    def using(self, arrival: Arrival) -> Iterator[None]:
        yield


class _Overlapping:
    """Copies from pinned memory on a stream of their own, beside the work on what came before."""

    def __init__(self, device: torch.device) -> None:
        self._device = device
        self._copies, self._work = torch.cuda.Stream(device), torch.cuda.Stream(device)

    def put(self, *parts: Tensor) -> Arrival:
        with torch.cuda.stream(self._copies):
            # Pinned memory is used again only when the copy from it is done.
            there = tuple(
                part.contiguous().pin_memory().to(self._device, non_blocking=True) for part in parts
            )
            return Arrival(there, self._copies.record_event())

    @contextmanager
    def using(self, arrival: Arrival) -> Iterator[None]:
        self._work.wait_event(arrival.event)
        with torch.cuda.stream(self._work):
            for part in arrival.parts:
                # It belongs to the other stream, which must not use its memory again before this.
                part.record_stream(self._work)
            yield


# ------------------------------------------------------------------------------------- on a device
def _settle(
    codes: Tensor,
    originals: Tensor,
    scale: Tensor,
    zero_point: Tensor,
    offset: Tensor,
    limits: Limits,
    before: Tensor,
) -> tuple[Tensor, Tensor, Tensor, Tensor]:
    """Settle rows that lie on a device.

    Args:
        codes: [rows, groups, size], integers.
        originals: the same shape, floats.
        scale: float64 [rows or 1, groups or 1].
        zero_point: likewise.
        offset: likewise.
        limits: the tensor's.
        before: float64 [2], how bad the worst element before is at least, in steps: of those
            within the range, and of those at an end or beyond.

    Returns:
        Which elements are settled, as in `Settled`; how bad the worst is after these rows; float64
        [3], of those that are settled how many are at an end, and the sums of squares of originals
        and of errors; and the histogram.
    """
    rows, groups, size = codes.shape
    by_column = size == 1 and scale.shape[1] == groups > 1
    shape = (rows, groups) if by_column else (rows * groups, size)
    # [units, 1], or [rows or 1, columns or 1] where each column has its own.
    s, z, m = (
        part if by_column else part.expand(rows, groups).reshape(-1, 1)
        for part in (scale, zero_point, offset)
    )
    low, high = limits.low, limits.high

    # Of each unit: what bounds its elements, the strictest of its columns' where they differ.
    span = z.abs() + (abs(low) + abs(high) + 2)
    of_offset = ((m.abs() * limits.offset_error).clamp(min=limits.offset_least) / s.abs()) * (
        0.0 if by_column else 1.0
    )
    usable = (s.abs() >= _LEAST) & (s.abs() <= _GREATEST) & (m.abs() <= _GREATEST)
    if not limits.signed:
        usable = usable & (s > 0)
    usable = usable.all(1)
    doubt = (_DOUBT * (span + (m / s).abs() + of_offset)).amax(1)
    most = (0.5 + of_offset - 2.0**-40 * span).amin(1)
    overhang = (limits.overhang + of_offset).amin(1)

    w = originals.reshape(shape)
    w = (w if w.dtype == torch.float64 else w.float()).double()
    q = codes.reshape(shape).double()
    x = torch.addcmul(z, w - m, 1 / s)
    error = x - q
    away = error.abs()
    last = ends = (q <= low) | (q >= high)
    signal = w.square().sum(1)
    noise = (error * s).square().sum(1) if by_column else error.square().sum(1) * s[:, 0] * s[:, 0]
    place = error.mul(BINS / 2).add_((1.5 + EDGE) * (BINS / 2)).clamp_(0, 1.5 * BINS)
    least_x, greatest_x = x.aminmax(dim=1)
    least_q, greatest_q = q.aminmax(dim=1)
    least_part, greatest_part = place.frac().aminmax(dim=1)
    clear = (
        usable
        & (least_x >= low - 0.25 + doubt)
        & (greatest_x <= high + 0.25 - doubt)
        & (least_q >= low)
        & (greatest_q <= high)
        & (signal < torch.inf)
        & (least_part > BINS * doubt)
        & (greatest_part < 1 - BINS * doubt)
    )
    excess, allowed = away, None
    if limits.scale_error or limits.offset_error or limits.offset_least:
        # A code beside the last one may be right at the end of the levels; on which side of it an
        # original lies has to be clear then. Otherwise one beyond the end has the last code.
        beside = torch.minimum((x - low).abs(), (x - high).abs()).masked_fill(last, torch.inf)
        clear = clear & (beside.amin(1) > doubt)
        ends = last | (x < low) | (x > high)
        reach = torch.maximum((low - z).abs(), (high - z).abs())
        allowed = torch.minimum((q - z).abs() + 1, reach) * limits.scale_error
        excess = away - allowed
    # Beyond the range an error is no less than the distance of its end from the code.
    clear = clear & (excess.amax(1) <= most - doubt)
    if limits.overhang < torch.inf:
        over = torch.maximum(low - x, x - high)
        within = over < -doubt[:, None]
        over = over if allowed is None else over - allowed
        clear = clear & (over.masked_fill(within, -torch.inf).amax(1) <= overhang - doubt)

    settled, after = clear, []
    for number, worst in enumerate((away.masked_fill(ends, -1), away.masked_fill(~ends, -1))):
        found = worst.amax(1)
        least = torch.where(clear, found - 2 * doubt, 0.0).cummax(0).values
        least = torch.cat([before[number : number + 1], torch.maximum(least, before[number])])
        settled = settled & (found <= least[:-1] - doubt)
        after.append(least[-1])

    sums = [part.masked_fill(~settled, 0).sum() for part in (ends.sum(1).double(), signal, noise)]
    bins = (place.to(torch.int16) - (BINS // 4 - 1)).clamp(0, BINS + 1)
    bins = bins.masked_fill(~settled[:, None], BINS + 2)
    histogram = bins.flatten().bincount(minlength=BINS + 3)[: BINS + 2]
    return settled.reshape(rows, -1), torch.stack(after), torch.stack(sums), histogram
