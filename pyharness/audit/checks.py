"""What is asked of each element of a quantized tensor, exactly, and what a pass found.

With x = (w − m) / s + z for an original w, a scale s, a zero point z and an offset m, x counts the
levels: a right code q is the integer nearest to x, or the end of the range where x is beyond it.
What floats add to half a step is a term of the bound:

- N · r, where scales are rounded by up to r of themselves once the codes are made, N being the
  steps from the zero point to the code and one more, to an end of the range at most; and where
  offsets are, |m| · r′ / |s|, or what their type cannot tell apart if that is more;
- ε (|x − z| + |x| + ε |x − z|) for a quotient of floats, to which z is added before it is rounded:
  ε is four times the unit roundoff of the floats, for three roundings of the quotient.
"""

from __future__ import annotations

import math
from dataclasses import dataclass
from fractions import Fraction
from typing import Any

import torch

from pyharness.evidence.ties import notation
from pyharness.formats.quantized.tensor import Quantized

__all__ = [
    "Element",
    "Limits",
    "covers_well",
    "exactly",
    "is_at_its_end",
    "is_linked",
    "is_near",
    "is_product",
    "level",
    "limits_of",
    "reaches_an_end",
    "scale_is_right",
    "stands_in_range",
    "uses_no_least_code",
]

_UNIT_ROUNDOFF = {
    torch.float64: 2.0**-53,
    torch.float32: 2.0**-24,
    torch.float16: 2.0**-11,
    torch.bfloat16: 2.0**-8,
}


# -------------------------------------------------------------------------------------- one element
def level(scale: Any, zero_point: Any, offset: Any, code: Any) -> Any:
    """Return the level for which a code stands: scale · (code − zero_point) + offset."""
    return scale * (code - zero_point) + offset


@dataclass(frozen=True)
class Limits:
    """The numbers in a tensor's bound.

    Attributes:
        low, high: the range of codes.
        scale_error, offset_error, offset_least: as in `Bound`.
        overhang: as in `Bound`; infinite where any is allowed.
        rounding: ε of the floats that the codes were computed in.
        signed: whether a negative scale is right.
        relative, least: for floats of 8 bits half their distance as a share of the power of 2 below
            them, and half the distance of their subnormal numbers; else 0.
    """

    low: float
    high: float
    scale_error: float = 0.0
    offset_error: float = 0.0
    offset_least: float = 0.0
    rounding: float = 2.0**-22
    overhang: float = math.inf
    signed: bool = False
    relative: float = 0.0
    least: float = 0.0


def limits_of(
    tensor: Quantized, original: torch.dtype | None, stored: torch.dtype | None = None
) -> Limits:
    """Return the limits of a tensor whose original has a dtype, and whose scales are stored in one.

    A quotient of two halves is computed in halves, unless the format says otherwise.
    """
    found = original or torch.float32
    narrow = (torch.float16, torch.bfloat16)
    if tensor.bound.scale_error or (found in narrow and stored not in narrow):
        found = torch.float32
    if found == torch.float64:
        found = torch.float32
    of_floats = {448: (2.0**-4, 2.0**-10), 57344: (2.0**-3, 2.0**-17)}
    relative, least = (
        of_floats.get(tensor.high, (2.0**-4, 2.0**-10))
        if tensor.bound.kind == "float8"
        else (0.0, 0.0)
    )
    overhang = tensor.bound.overhang
    return Limits(
        float(tensor.low),
        float(tensor.high),
        tensor.bound.scale_error,
        tensor.bound.offset_error,
        tensor.bound.offset_least,
        4 * _UNIT_ROUNDOFF[found],
        math.inf if overhang is None else overhang,
        tensor.bound.signed,
        relative,
        least,
    )


@dataclass(frozen=True)
class Element:
    """One element with all that decides about it, exactly.

    Attributes:
        index: in the codes' shape.
        original: w; None where there is none.
        scale, zero_point, offset, code: as stored.
    """

    index: tuple[int, ...]
    original: float | None
    scale: float
    zero_point: int
    offset: float
    code: float

    def inputs(self, limits: Limits) -> dict[str, Any]:
        """Return what a predicate takes of it, as JSON has it: floats in hexadecimal."""
        return {
            "w": float(self.original or 0.0).hex(),
            "scale": self.scale.hex(),
            "zero_point": self.zero_point,
            "offset": self.offset.hex(),
            "code": int(self.code) if self.code == int(self.code) else self.code.hex(),
            "low": int(limits.low),
            "high": int(limits.high),
            "scale_error": limits.scale_error.hex(),
            "offset_error": limits.offset_error.hex(),
            "offset_least": limits.offset_least.hex(),
            "rounding": limits.rounding.hex(),
        } | (
            {"relative": limits.relative.hex(), "least": limits.least.hex()}
            if limits.relative
            else {}
        )

    def inputs_beyond(self, limits: Limits) -> dict[str, Any]:
        """Return what `is_at_its_end` takes of it."""
        overhang = limits.overhang
        return self.inputs(limits) | ({"overhang": overhang.hex()} if overhang < math.inf else {})


@notation
def exactly(value: str | float) -> Fraction:
    """Return a float, in hexadecimal or not, as a fraction."""
    return Fraction(float.fromhex(value) if isinstance(value, str) else value)


@notation
def position(w: Fraction, scale: Fraction, zero_point: int, offset: Fraction) -> Fraction:
    """Return x = (w − offset) / scale + zero_point, which counts the levels."""
    return (w - offset) / scale + zero_point


@notation
def tolerance(
    x: Fraction,
    scale: Fraction,
    zero_point: int,
    offset: Fraction,
    code: Fraction,
    low: int,
    high: int,
    errors: tuple[Fraction, ...],
) -> Fraction:
    """Return what floats add to half a step at a position within the range, in steps."""
    of_scale, of_offset, least, rounding = errors
    reach = Fraction(max(abs(low - zero_point), abs(high - zero_point)))
    quotient = abs(x - zero_point)
    return (
        min(abs(code - zero_point) + Fraction(1), reach) * of_scale
        + max(abs(offset) * of_offset, least) / abs(scale)
        + rounding * (quotient + abs(x) + rounding * quotient)
    )


@notation
def half_step(x: Fraction, relative: Fraction, least: Fraction) -> Fraction:
    """Return half the distance of the two floats of 8 bits that a number lies between, which is
    `relative` of the power of 2 below it, but no less than that of the subnormal ones.
    """
    if not x:
        return least
    power = Fraction(2) ** (x.numerator.bit_length() - x.denominator.bit_length())
    return max(relative * (power if power <= x else power / 2), least)


def is_near(
    w: str,
    scale: str,
    zero_point: int,
    offset: str,
    code: int | str,
    low: int,
    high: int,
    scale_error: str = "0x0p+0",
    offset_error: str = "0x0p+0",
    offset_least: str = "0x0p+0",
    rounding: str = "0x1p-22",
    relative: str = "0x0p+0",
    least: str = "0x0p+0",
) -> bool:
    """Whether an original within the levels is within half a step of the level of its code, and of
    what floats add; computed in fractions.
    """
    s, m, original = exactly(scale), exactly(offset), exactly(w)
    x = position(original, s, zero_point, m)
    if not low <= x <= high:
        return True
    stands = level(s, zero_point, m, exactly(code))
    if exactly(relative):
        nearer_0 = min(abs(x), abs(exactly(code)))
        half = abs(s) * half_step(nearer_0, exactly(relative), exactly(least))
        return bool(abs(original - stands) <= half + abs(original) * exactly(rounding))
    errors = tuple(map(exactly, (scale_error, offset_error, offset_least, rounding)))
    more = tolerance(x, s, zero_point, m, exactly(code), low, high, errors)
    return bool(abs(original - stands) <= abs(s) * (Fraction(1, 2) + more))


def is_at_its_end(
    w: str,
    scale: str,
    zero_point: int,
    offset: str,
    code: int | str,
    low: int,
    high: int,
    scale_error: str = "0x0p+0",
    offset_error: str = "0x0p+0",
    offset_least: str = "0x0p+0",
    rounding: str = "0x1p-22",
    relative: str = "0x0p+0",
    least: str = "0x0p+0",
    overhang: str | None = None,
) -> bool:
    """Whether an original beyond the levels has the code at that end; where scales are rounded so
    much that its position is not known to half a step, one as near to it. And whether it is beyond
    by no more steps than the format lets any be, and what floats add; in fractions.
    """
    s, m = exactly(scale), exactly(offset)
    x = position(exactly(w), s, zero_point, m)
    if low <= x <= high:
        return True
    end = Fraction(low if x < low else high)
    away = abs(level(s, zero_point, m, exactly(code)) - level(s, zero_point, m, end)) / abs(s)
    if exactly(relative):
        return bool(away == 0)
    errors = tuple(map(exactly, (scale_error, offset_error, offset_least, rounding)))
    more = tolerance(end, s, zero_point, m, exactly(code), low, high, errors)
    if overhang is not None and abs(x - end) > exactly(overhang) + more:
        return False
    return bool(away <= Fraction(1, 2) + more)


def stands_in_range(code: int | str, low: int, high: int) -> bool:
    """Whether a code, or a zero point, is a number of its range, as NaN is not."""
    number = float.fromhex(code) if isinstance(code, str) else code
    return bool(low <= level(1, 0, 0, number) <= high)


def scale_is_right(scale: str, offset: str, w: str, signed: bool = False) -> bool:
    """Whether a scale is a positive finite number; 0 is right where the original is the offset."""
    s, m = float.fromhex(scale), float.fromhex(offset)
    if not (math.isfinite(s) and math.isfinite(m)):
        return False
    if s == 0:
        return bool(level(exactly(scale), 0, exactly(offset), 1) == exactly(w))
    return s > 0 or signed


def covers_well(noise: str, count: int, least: str, greatest: str, steps: int) -> bool:
    """Whether the squared errors of elements beyond the levels are no more than what a grid of as
    many steps that covers all that share their scale loses at most of all: count · (Δ/2)², Δ =
    (greatest − least) / steps.
    """
    step = level(exactly(greatest) - exactly(least), 0, 0, Fraction(1, steps))
    # The sum of the squares is one of float64.
    return bool(exactly(noise) <= count * (step / 2) ** 2 * (1 + Fraction(1, 2**20)))


def is_product(scale: str, input_scale: str, weight_scale: str, rounding: str) -> bool:
    """Whether a bias's scale is the product of its input's and its weight's, up to the rounding of
    the floats that it was computed in.
    """
    product = level(exactly(input_scale), 0, 0, exactly(weight_scale))
    return bool(abs(exactly(scale) - product) <= exactly(rounding) * abs(product))


def reaches_an_end(least: int, greatest: int, low: int, high: int) -> bool:
    """Whether some code of those that share a scale is at an end of the range, or all are one."""
    return least == greatest or level(1, 0, 0, least) <= low or level(1, 0, 0, greatest) >= high


def uses_no_least_code(least: int, high: int) -> bool:
    """Whether the least code of a symmetric scheme is no less than the greatest one's negative."""
    return bool(level(1, 0, 0, least) >= -high)


def is_linked(name: str, to: str) -> bool:
    """Whether something is linked to what it needs."""
    return bool(name and to)
