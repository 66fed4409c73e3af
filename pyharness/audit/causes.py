"""What went wrong: ways in which quantizers are known to fail, each tried on what is wrong.

A cause is named only if it explains what is seen: were it undone, nearly all elements that share a
scale with a failing one would be right, the failing ones included.
"""

from __future__ import annotations

import math
from collections.abc import Iterator
from dataclasses import dataclass, replace
from typing import Literal

import torch
from torch import Tensor

from pyharness.audit.checks import Limits
from pyharness.audit.looking import Looked, Original
from pyharness.formats.quantized.tensor import Codes, Quantized

__all__ = ["Cause", "explain"]

_ENOUGH = 0.9
"""The share of failing elements, and of all that share a scale with one, that a cause explains."""
_FEW = 8
"""Where fewer elements share a scale, a cause has to explain all elements: what explains one code
says nothing.
"""
_MOST = 1 << 22
"""Elements that are looked at: the first rows with violations, and the first rows of all."""
_FLOAT16 = torch.finfo(torch.float16)
_FLOAT16_STEP = _FLOAT16.smallest_normal * _FLOAT16.eps
"""The distance of its subnormal numbers."""


@dataclass(frozen=True)
class Cause:
    """A cause that explains violations.

    Attributes:
        name: a few words, such as "toward zero".
        says: what is seen, in a sentence.
        explains: how many of the failing elements that were looked at.
        of: how many those are.
        about: whether it explains codes that are wrong under right scales, or bad scales.
    """

    name: str
    says: str
    explains: int
    of: int
    about: Literal["codes", "scales"] = "codes"


@dataclass(frozen=True)
class _Rows:
    """Rows of a tensor as float64 [rows, groups, size], or what broadcasts with them; and whether
    all rows share their scales.
    """

    w: Tensor
    q: Tensor
    s: Tensor
    z: Tensor
    m: Tensor
    limits: Limits
    one_for_all: bool = False

    def of_each(self, values: Tensor) -> Tensor:
        """Return the sum of values over the elements that share each scale."""
        found = values.double().sum(2, keepdim=True)
        found = found.sum(1, keepdim=True) if self.s.shape[1] == 1 else found
        return found.sum(0, keepdim=True) if self.one_for_all else found

    @property
    def x(self) -> Tensor:
        """The position of each original among the levels."""
        return (self.w - self.m) / self.s + self.z

    def right(self) -> Tensor:
        """Which elements are right, bool."""
        low, high, x = self.limits.low, self.limits.high, self.x
        inside = x.clamp(low, high)
        reach = torch.maximum((low - self.z).abs(), (high - self.z).abs())
        more = (
            torch.minimum((self.q - self.z).abs() + 1, reach) * self.limits.scale_error
            + (self.m.abs() * self.limits.offset_error).clamp(min=self.limits.offset_least)
            / self.s.abs()
            + self.limits.rounding * ((inside - self.z).abs() + inside.abs())
        )
        found: Tensor = (inside - self.q).abs() <= 0.5 + more * 1.001
        return found & self.s.isfinite() & (self.q >= low) & (self.q <= high)

    def covered(self) -> Tensor:
        """Which originals are within half a step of the levels' range, bool."""
        over = torch.maximum(self.limits.low - self.x, self.x - self.limits.high)
        return over <= 0.5 + 0.01


_Way = tuple[str, str, "Tensor"]
"""A cause's name, what it says, and which elements it explains."""


def explain(tensor: Quantized, original: Original | None, looked: Looked) -> tuple[Cause, ...]:
    """Return the causes that explain what fails in a tensor, the best of each kind."""
    causes = list(_of_scales(tensor, looked))
    if original is None or tensor.bound.kind in ("float8", "moved"):
        return tuple(causes)
    if not (looked.counts["far"] + looked.counts["off_end"] or looked.scales[2]):
        return tuple(causes)
    rows = _rows(tensor, original, looked)
    failing = ~rows.right()
    # Clipping that loses more than it gains fails as a whole.
    clipped = ~rows.covered() & (rows.q.eq(rows.limits.low) | rows.q.eq(rows.limits.high))
    if looked.scales[2]:
        failing = failing | clipped
    usable = rows.s.expand_as(rows.q).isfinite() & (rows.s != 0)
    failing = failing & usable
    number = int(failing.sum())
    if not number:
        return tuple(causes)
    shares = _sharing(failing, rows) & usable
    for name, says, right in _ways(tensor, rows, failing, clipped):
        explained, whole = int((right & failing).sum()), int((right & shares).sum())
        if explained >= _ENOUGH * number and whole >= _ENOUGH * int(shares.sum()):
            causes.append(Cause(name, says, explained, number))
            break
    return tuple(causes)


def _of_scales(tensor: Quantized, looked: Looked) -> Iterator[Cause]:
    under = looked.counts["under_bad_scale"]
    if looked.bad is not None:
        place, value, offset = looked.bad
        number = under or looked.scales[1]
        if -math.inf < value < 0:
            says = f"the scale at {list(place)} is {value}, and the format has none below 0"
            yield Cause("negative scale", says, number, number, "scales")
            return
        if math.isfinite(value):
            says = f"the offset at {list(place)} is {offset}"
            yield Cause("offset is not a number", says, number, number, "scales")
            return
        yield Cause(
            "scale is not a number",
            f"the scale at {list(place)} is {value}, as a division by 0 gives for a block of zeros",
            number,
            number,
            "scales",
        )
    elif under:
        _, element = looked.worst["bad_scale"]
        yield Cause(
            "scale underflow",
            f"the scale is 0 at {list(element.index)}, where the original is "
            f"{element.original!r}: the scale was too small for the type that it is stored in",
            under,
            under,
            "scales",
        )


def _rows(tensor: Quantized, original: Original, looked: Looked) -> _Rows:
    """Read the rows with the first violations, and as many others as there is room for."""
    width = max(1, tensor.groups * tensor.size)
    most = max(1, _MOST // width)
    wanted = list(dict.fromkeys(index // width for index in looked.far))[:most]
    if looked.uncovered is not None and looked.uncovered.place[:1]:
        wanted.insert(0, min(looked.uncovered.place[0], tensor.rows - 1))
    wanted += [row for row in range(min(tensor.rows, most)) if row not in set(wanted)]
    wanted = sorted(set(wanted[:most]))
    reader = original.reader(tensor)
    parts: list[Codes] = []
    originals = []
    for start, stop in _runs(wanted):
        codes = tensor.read(start, stop)
        parts.append(_full(codes))
        originals.append(torch.from_numpy(reader(start, stop)).double())
    q, s, z, m = (torch.cat([part[place] for part in parts]).double() for place in range(4))
    return _Rows(
        torch.cat(originals),
        q,
        s[:, :, None],
        z[:, :, None],
        m[:, :, None],
        looked.limits,
        tensor.rows > 1 and tensor.read(0, 2).scale.shape[0] == 1,
    )


def _runs(rows: list[int]) -> Iterator[tuple[int, int]]:
    start = 0
    for place in range(1, len(rows) + 1):
        if place == len(rows) or rows[place] != rows[place - 1] + 1:
            yield rows[start], rows[place - 1] + 1
            start = place


def _full(codes: Codes) -> Codes:
    """The same with an entry for each row."""
    rows = codes.codes.shape[0]
    parts = (part.expand(rows, part.shape[1]) for part in codes[1:])
    return Codes(codes.codes, *parts)


def _sharing(failing: Tensor, rows: _Rows) -> Tensor:
    """Which elements share a scale with a failing one; all where few share one."""
    number = rows.of_each(failing)
    if failing.numel() < _FEW * number.numel():
        return torch.ones_like(failing)
    return (number > 0).expand_as(failing)


# -------------------------------------------------------------------------------------------- ways
def _ways(tensor: Quantized, rows: _Rows, failing: Tensor, clipped: Tensor) -> Iterator[_Way]:
    if bool((failing & clipped).any()):
        yield from _of_clipping(tensor, rows)
    yield from _of_signs(rows)
    yield from _of_rounding(rows, failing)
    yield from _of_order(tensor, rows)
    if int(failing.sum()) >= 2 * int((rows.of_each(failing) > 0).sum()):
        # One code alone fits some other scale as well.
        yield from _of_other_scales(tensor, rows, failing)


def _of_clipping(tensor: Quantized, rows: _Rows) -> Iterator[_Way]:
    low, high, z = rows.limits.low, rows.limits.high, rows.z
    consistent = rows.right()
    shift = (high - low + 1) / 2
    for by in (-shift, shift):
        moved = replace(rows, z=z + by)
        if bool((rows.z + by >= low - 1).all() and (rows.z + by <= high + 1).all()):
            yield (
                "wrong signedness",
                f"zero points are {-by:+g} off, as those of the other signedness are: codes are "
                "clipped that a right zero point would have room for",
                moved.covered() & consistent,
            )
    least, greatest = _extent(rows)
    wanted = low - least / rows.s
    room = (greatest - least) / rows.s <= high - low + 1
    at_end = ((z <= low) & (wanted < low - 0.5)) | ((z >= high) & (wanted > high + 0.5))
    yield (
        "zero point clamped",
        "the zero point that the scale asks for is outside the codes' range and was put at its "
        "end: the range of the originals does not hold 0",
        (at_end & room) & consistent,
    )
    if tensor.role == "bias" or high - low >= 2**16:
        yield (
            "scale too small",
            "codes saturate: the scale is so small that the codes' range does not reach the "
            "originals",
            consistent,
        )
    yield (
        "clipped",
        "codes are at the ends of a range that is too narrow: clipping loses more than rounding to "
        "a wider grid could",
        consistent,
    )


def _extent(rows: _Rows) -> tuple[Tensor, Tensor]:
    """The least and the greatest original of those that share a scale."""
    least, greatest = rows.w.amin(2, keepdim=True), rows.w.amax(2, keepdim=True)
    if rows.s.shape[1] == 1:
        least, greatest = least.amin(1, keepdim=True), greatest.amax(1, keepdim=True)
    if rows.one_for_all:
        least, greatest = least.amin(0, keepdim=True), greatest.amax(0, keepdim=True)
    return least, greatest


def _of_rounding(rows: _Rows, failing: Tensor) -> Iterator[_Way]:
    low, high = rows.limits.low, rows.limits.high
    quotient, z = rows.x - rows.z, rows.z
    slack = 2.0**-10
    for name, says, rounded in (
        ("toward zero", "codes are cut off toward zero instead of rounded", torch.trunc),
        ("toward minus infinity", "codes are rounded down instead of to nearest", torch.floor),
        ("toward infinity", "codes are rounded up instead of to nearest", torch.ceil),
        ("away from zero", "codes are rounded away from zero instead of to nearest", _away),
    ):
        # A quotient next to an integer may have been on its other side.
        beside = [
            (rounded(quotient + nudge) + z).clamp(low, high).eq(rows.q)
            for nudge in (-slack, 0.0, slack)
        ]
        yield name, says, beside[0] | beside[1] | beside[2]
    differences = (rows.q - rows.x.round().clamp(low, high))[failing]
    steps = int(differences.mode().values) if len(differences) else 0
    if steps:
        moved = replace(
            rows,
            q=rows.q - steps,
            limits=replace(rows.limits, low=low - abs(steps), high=high + abs(steps)),
        )
        near = (moved.x.round() - moved.q).abs() <= 1
        ends = rows.q.eq(high) if steps > 0 else rows.q.eq(low)
        yield (
            f"shift by {'one step' if abs(steps) == 1 else f'{abs(steps)} steps'}",
            f"codes are {abs(steps)} too {'high' if steps > 0 else 'low'}, or the zero point is as "
            f"much too {'low' if steps > 0 else 'high'}",
            moved.right() | (ends & near),
        )


def _away(x: Tensor) -> Tensor:
    return x.sign() * x.abs().ceil()


def _of_signs(rows: _Rows) -> Iterator[_Way]:
    limits = rows.limits
    wide = replace(limits, low=-limits.high - 1, high=max(limits.high, -limits.low) + 1)
    turned = replace(rows, w=2 * rows.m - rows.w)
    yield (
        "wrong sign",
        "codes have the sign of the originals turned round",
        turned.right() | replace(turned, limits=wide).right(),
    )
    span = 2.0 ** math.ceil(math.log2(limits.high - limits.low + 1))
    half = span / 2
    for by in (span, -span):
        q = torch.where((rows.q < 0) if by > 0 else (rows.q >= half), rows.q + by, rows.q)
        other = replace(limits, low=min(limits.low, -half), high=span - 1)
        yield (
            "wrong signedness",
            f"codes are read as {'signed' if by > 0 else 'unsigned'}, and were made as "
            f"{'unsigned' if by > 0 else 'signed'}",
            replace(rows, q=q, limits=other).right(),
        )
    for by in (half, -half):
        other = replace(limits, low=-span, high=span)
        yield (
            "wrong signedness",
            f"codes and zero points are {half:g} apart: one of them is of the other signedness",
            replace(rows, z=rows.z + by, limits=other).right(),
        )


def _of_order(tensor: Quantized, rows: _Rows) -> Iterator[_Way]:
    shape = rows.q.shape
    if shape[1:].numel() % 2 == 0 and tensor.high - tensor.low < 16:
        swapped = rows.q.reshape(-1, 2).flip(-1).reshape(shape)
        yield (
            "nibbles exchanged",
            "the two codes of a byte are in the other order",
            replace(rows, q=swapped).right(),
        )
    if len(tensor.shape) < 2 or tensor.shape[0] != tensor.shape[1] or len(rows.q) != tensor.rows:
        return
    side = tensor.shape[0]

    def matrix(part: Tensor) -> Tensor:
        return part.reshape(side, side, -1)

    if rows.s.shape[1] == 1 and shape[0] == side and not rows.one_for_all:
        place, of, to = (slice(None), slice(1)), "columns", "rows"
    elif rows.s.shape[1] == side and rows.one_for_all:
        place, of, to = (slice(1), slice(None)), "rows", "columns"
    else:
        place = None
    if place is not None:
        s, z, m = (
            part.expand_as(rows.s)[place].transpose(0, 1) for part in (rows.s, rows.z, rows.m)
        )
        other = replace(rows, w=matrix(rows.w), q=matrix(rows.q), s=s, z=z, m=m)
        says = f"the scales belong to the {of} and are applied to the {to}"
        yield "wrong axis", says, other.right().reshape(shape)
    q, w = (matrix(part).transpose(0, 1).reshape(shape) for part in (rows.q, rows.w))
    yield (
        "wrong axis",
        "the codes are transposed, and the scales are not",
        replace(rows, q=q).right(),
    )
    yield "wrong axis", "codes and scales are transposed", replace(rows, w=w).right()


def _of_other_scales(tensor: Quantized, rows: _Rows, failing: Tensor) -> Iterator[_Way]:
    """The scale that would fit the codes best, for those that share one."""
    inside = (rows.q > rows.limits.low) & (rows.q < rows.limits.high)

    def total(values: Tensor) -> Tensor:
        return rows.of_each(torch.where(inside, values, 0.0))

    steps = rows.q - rows.z
    fitted = total((rows.w - rows.m) * steps) / total(steps * steps).clamp(min=1e-300)
    fitted = torch.where(fitted == 0, rows.s, fitted)
    if tensor.bound.scale_error == _FLOAT16.eps / 2:
        # Below its normal range float16 keeps fewer bits than the bound allows for.
        narrow = (rows.s.abs() < _FLOAT16.tiny) & ((fitted - rows.s).abs() <= _FLOAT16_STEP)
        yield (
            "scale underflow",
            f"scales below {_FLOAT16.tiny:.3g} are subnormal numbers of float16, which keep too few "
            "bits of the scales that the codes were made with",
            replace(rows, s=torch.where(narrow, fitted, rows.s)).right(),
        )
    middle = float((fitted / rows.s).median())
    yield (
        "scale off by a factor",
        f"scales are {1 / middle if middle else 0:.3g} times those that fit the codes",
        replace(rows, s=rows.s * middle).right(),
    )
    # The stored scale that is nearest to what fits: of another group, each of one of its own.
    own = (rows.s[:1] if rows.one_for_all else rows.s).flatten()
    order, target = own.sort(), fitted.flatten()
    above = torch.searchsorted(order.values, target).clamp(max=len(own) - 1)
    below = (above - 1).clamp(min=0)
    nearer = (order.values[above] - target).abs() < (order.values[below] - target).abs()
    nearest = torch.where(nearer, above, below)
    if len(nearest.unique()) >= _ENOUGH * len(nearest):
        yield (
            "scales of other codes",
            "the scales are in another order than the codes that they were made for",
            replace(rows, s=order.values[nearest].reshape(fitted.shape)).right(),
        )
    yield (
        "scales of other codes",
        "each group of codes fits a scale, and not the one that is stored for it",
        replace(rows, s=fitted).right(),
    )
    if not tensor.symmetric:
        # A line through what codes stand for: its slope is the scale.
        number, of_q, of_w = total(torch.ones_like(rows.q)), total(rows.q), total(rows.w)
        slope = (number * total(rows.q * rows.w) - of_q * of_w) / (
            number * total(rows.q * rows.q) - of_q * of_q
        )
        yield (
            "scales of other codes",
            "each group of codes fits a scale and a zero point, and not those that are stored for "
            "it",
            replace(
                rows, s=slope, z=torch.zeros_like(slope), m=(of_w - slope * of_q) / number
            ).right(),
        )
