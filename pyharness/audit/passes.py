"""One pass over a quantized tensor and its original, by compiled code. Needs the extra `tensors`
(numba).

What is decided here in float64 is decided again in fractions where it is close, see
`pyharness.audit.checks`.
"""

from __future__ import annotations

import math
from typing import Any

import numba
import numpy as np

__all__ = ["BINS", "CLOSE", "COUNTS", "EDGE", "FIGURES", "look_at_codes", "look_at_levels"]

COUNTS = (
    "elements",
    "in_range",
    "saturated",
    "bad_scale",
    "far",
    "close",
    "bad_code",
    "beyond",
    "under_bad_scale",
    "off_end",
)
"""What is counted: elements; those whose original lies within the levels and whose code is at no
end; those at an end or beyond; those under a scale that is none; originals within the levels whose
code is further away than the bound; elements so near it that fractions must decide; codes outside
their range; originals further beyond the levels than the format allows; elements under a bad scale
whose original is not what it stands for; originals beyond the levels whose code is not at that end.
"""
FIGURES = ("signal", "noise", "in_range", "saturated", "bad_scale", "far", "off_end", "beyond")
"""Sums of squares of the originals and of the errors; then the worst of each class: the largest
error in steps, and under a bad scale the largest magnitude of an original that is not what it
stands for."""
BINS = 40
"""Of the histogram of errors from −1 to 1 step; one more on either side for what is beyond."""
EDGE = 2.0**-24
"""The edges of its bins lie by this much lower, in steps: errors that are 0, a quarter or half a
step but for the rounding of float64 are then in one bin, whatever computes them."""
CLOSE = 2.0**-46
"""An error in steps that is this near to its bound, as a share of the numbers of steps that it was
computed from, is decided in fractions: float64 is off by less."""
KEPT = 64
"""Places of elements that are kept of each kind."""


@numba.njit(nogil=True, cache=True, error_model="numpy")
def look_at_levels(
    codes: np.ndarray,
    originals: np.ndarray,
    scale: np.ndarray,
    zero_point: np.ndarray,
    offset: np.ndarray,
    low: float,
    high: float,
    scale_error: float,
    offset_error: float,
    offset_least: float,
    rounding: float,
    overhang: float,
    signed: bool,
    zero_allowed: bool,
    relative: float,
    least: float,
    first: int,
    settled: np.ndarray,
    counts: np.ndarray,
    figures: np.ndarray,
    worst: np.ndarray,
    far: np.ndarray,
    close: np.ndarray,
    bad: np.ndarray,
    histogram: np.ndarray,
    clipped: np.ndarray,
    seen: np.ndarray,
) -> None:
    """Compare rows of codes with their originals.

    Args:
        codes: [rows, groups, size], integers, or the values of floats of 8 bits.
        originals: the same shape, floats.
        scale: float64 [rows or 1, groups or 1].
        zero_point: likewise.
        offset: likewise.
        low: the least code.
        high: the greatest.
        scale_error: as in `Bound`.
        offset_error: as in `Bound`.
        offset_least: as in `Bound`.
        rounding: ε of the floats that the codes were computed in, four times their unit roundoff.
        overhang: as in `Bound`; infinite where any is allowed.
        signed: whether a negative scale is right.
        zero_allowed: whether a scale of 0 is right over any original.
        relative: for floats of 8 bits half their distance as a share of the power of 2 below them,
            else 0.
        least: for these half the distance of their subnormal numbers.
        first: the number of the first row in the tensor.
        settled: bool [rows, groups or 1], the elements that are counted already, see
            `pyharness.audit.filtering`; they are left out.
        counts: int64, as `COUNTS`, added to.
        figures: float64, as `FIGURES`, added to.
        worst: int64 [6], where the worst of each class is: index in the tensor, −1 for none.
        far: int64 [KEPT], indices of the first violations.
        close: int64, as many as there are elements: indices of those to be decided.
        bad: int64 [KEPT], indices of the first elements under a bad scale that are not what it
            stands for.
        histogram: int64 [BINS + 2] of errors in steps.
        clipped: float64 [2, scales], of the elements that share each scale the sum of squared
            errors of those beyond the levels, and their number.
        seen: int64 [2], the least and the greatest code of those that were looked at one by one, as
            are all that are wrong.
    """
    rows, group_count, size = codes.shape
    columns = scale.shape[1]
    errors = np.empty(max(size, group_count))
    found = np.empty(3)
    apart = size == 1 and columns == group_count > 1 and relative == 0
    for i in range(rows):
        si = i if scale.shape[0] > 1 else 0
        zi, oi = i if zero_point.shape[0] > 1 else 0, i if offset.shape[0] > 1 else 0
        base = (first + i) * group_count * size
        if settled.shape[1] == 1 and settled[i, 0]:
            continue
        if apart and _column_by_column(
            codes[i, :, 0],
            originals[i, :, 0],
            scale[si],
            np.broadcast_to(zero_point[zi], (group_count,)),
            np.broadcast_to(offset[oi], (group_count,)),
            low,
            high,
            scale_error,
            overhang,
            signed,
            figures,
            errors,
            found,
        ):
            _add_up(errors[:group_count], found, counts, figures, histogram)
            continue
        for g in range(group_count):
            if settled.shape[1] > 1 and settled[i, g]:
                continue
            s = scale[si, g if columns > 1 else 0]
            z = zero_point[zi, g if zero_point.shape[1] > 1 else 0]
            m = offset[oi, g if offset.shape[1] > 1 else 0]
            usable = np.isfinite(s) and np.isfinite(m) and s != 0 and (signed or s > 0)
            of_offset = max(abs(m) * offset_error, offset_least) / abs(s) if usable else 0.0
            if (
                usable
                and relative == 0
                and _together(
                    codes[i, g],
                    originals[i, g],
                    s,
                    z,
                    m,
                    low,
                    high,
                    scale_error,
                    of_offset,
                    overhang,
                    figures,
                    errors,
                    found,
                )
            ):
                _add_up(errors[:size], found, counts, figures, histogram)
                continue
            place = si * columns + (g if columns > 1 else 0)
            of_clipped, number = _one_by_one(
                codes[i, g],
                originals[i, g],
                s,
                z,
                m,
                usable,
                low,
                high,
                scale_error,
                of_offset,
                rounding,
                overhang,
                zero_allowed,
                relative,
                least,
                base + g * size,
                counts,
                figures,
                worst,
                far,
                close,
                bad,
                histogram,
                seen,
            )
            clipped[0, place] += of_clipped
            clipped[1, place] += number


# The order of a sum, and whether a product is rounded before it is added, are the compiler's. What
# is near to a bound is looked at one by one.
_FAST = {"reassoc", "nsz", "nnan", "contract"}


@numba.njit(nogil=True, cache=True, error_model="numpy", fastmath=_FAST)
def _together(
    codes: np.ndarray,
    originals: np.ndarray,
    s: float,
    z: float,
    m: float,
    low: float,
    high: float,
    scale_error: float,
    of_offset: float,
    overhang: float,
    figures: np.ndarray,
    errors: np.ndarray,
    found: np.ndarray,
) -> bool:
    """Look at elements that share a scale, and say whether none has to be looked at alone: all are
    clearly right, and none is the worst so far. `found` then has the number of those at an end, and
    the sums of squares of originals and of errors.
    """
    inverse, reach = 1 / s, max(abs(low - z), abs(high - z))
    # Half a step, less what float64 is off.
    most = 0.5 + of_offset - 2.0**-40 * (abs(low) + abs(high) + abs(z) + 2)
    worst_in_range, worst_at_end = figures[2], figures[3]
    ends, signal, noise, doubts = 0.0, 0.0, 0.0, 0.0
    # Written without `min` and `max`, and with sums alone, so that it is vectorized.
    for j in range(codes.shape[0]):
        w, q = np.float64(originals[j]), np.float64(codes[j])
        x = (w - m) * inverse + z
        error = x - q
        errors[j] = error
        inside: Any = x if x > low else low
        inside = inside if inside < high else high
        steps: Any = abs(q - z) + 1
        steps = steps if steps < reach else reach
        end = (q <= low) | (q >= high) | (x < low) | (x > high)
        worst = worst_at_end if end else worst_in_range
        doubtful = (
            (abs(inside - q) - steps * scale_error > most)
            | (abs(x - inside) > 0.25)
            | (abs(x - inside) - steps * scale_error > overhang + of_offset)
            | (q < low)
            | (q > high)
            | (abs(error) > worst)
        )
        doubts += 1.0 if doubtful else 0.0
        ends += 1.0 if end else 0.0
        signal += w * w
        noise += error * error
    found[0], found[1], found[2] = ends, signal, noise * s * s
    return doubts == 0 and signal < np.inf


@numba.njit(nogil=True, cache=True, error_model="numpy", fastmath=_FAST)
def _column_by_column(
    codes: np.ndarray,
    originals: np.ndarray,
    scale: np.ndarray,
    zero_point: np.ndarray,
    offset: np.ndarray,
    low: float,
    high: float,
    scale_error: float,
    overhang: float,
    signed: bool,
    figures: np.ndarray,
    errors: np.ndarray,
    found: np.ndarray,
) -> bool:
    """Look at a row in which each element has a scale of its own, as `_together` does."""
    worst_in_range, worst_at_end = figures[2], figures[3]
    ends, signal, noise, doubts = 0.0, 0.0, 0.0, 0.0
    for j in range(codes.shape[0]):
        w, q = np.float64(originals[j]), np.float64(codes[j])
        s, z, m = scale[j], zero_point[j], offset[j]
        x = (w - m) / s + z
        error = x - q
        errors[j] = error
        inside = x if x > low else low
        inside = inside if inside < high else high
        lowest, highest = abs(low - z), abs(high - z)
        reach = lowest if lowest > highest else highest
        steps = abs(q - z) + 1
        steps = steps if steps < reach else reach
        end = (q <= low) | (q >= high) | (x < low) | (x > high)
        worst = worst_at_end if end else worst_in_range
        most = 0.5 - 2.0**-40 * (abs(low) + abs(high) + abs(z) + 2)
        doubtful = (
            (abs(inside - q) - steps * scale_error > most)
            | (abs(x - inside) > 0.25)
            | (abs(x - inside) - steps * scale_error > overhang)
            | (q < low)
            | (q > high)
            | (abs(error) > worst)
            | (abs(s) < 2.0**-1000)
            | (abs(s) > 2.0**1000)
            | (abs(m) > 2.0**1000)
            | ((s < 0) & (not signed))
        )
        doubts += 1.0 if doubtful else 0.0
        ends += 1.0 if end else 0.0
        signal += w * w
        noise += error * error * s * s
    found[0], found[1], found[2] = ends, signal, noise
    return doubts == 0 and signal < np.inf


@numba.njit(nogil=True, cache=True)
def _add_up(
    errors: np.ndarray,
    found: np.ndarray,
    counts: np.ndarray,
    figures: np.ndarray,
    histogram: np.ndarray,
) -> None:
    """Add what was found of elements that are right."""
    count, ends = errors.shape[0], np.int64(found[0])
    counts[0] += count
    counts[1] += count - ends
    counts[2] += ends
    figures[0] += found[1]
    figures[1] += found[2]
    for j in range(count):
        histogram[_bin(errors[j])] += 1


@numba.njit(nogil=True, cache=True)
def _bin(error: float) -> int:
    """Return the class of an error in a histogram."""
    place = int((min(max(error + EDGE, -1.5), 1.5) + 1.5) * (BINS / 2)) - BINS // 4 + 1
    return min(max(place, 0), BINS + 1)


@numba.njit(nogil=True, cache=True, error_model="numpy")
def _one_by_one(
    codes: np.ndarray,
    originals: np.ndarray,
    s: float,
    z: float,
    m: float,
    usable: bool,
    low: float,
    high: float,
    scale_error: float,
    of_offset: float,
    rounding: float,
    overhang: float,
    zero_allowed: bool,
    relative: float,
    least: float,
    base: int,
    counts: np.ndarray,
    figures: np.ndarray,
    worst: np.ndarray,
    far: np.ndarray,
    close: np.ndarray,
    bad: np.ndarray,
    histogram: np.ndarray,
    seen: np.ndarray,
) -> tuple[float, int]:
    """Look at each of the elements that share a scale; return the sum of squared errors of those
    beyond the levels, and their number.
    """
    reach, inverse = max(abs(low - z), abs(high - z)), 1 / s if usable else 0.0
    noise, clipped, number = 0.0, 0.0, 0
    for j in range(codes.shape[0]):
        w, q = float(originals[j]), float(codes[j])
        index = base + j
        counts[0] += 1
        figures[0] += w * w
        if relative == 0:
            seen[0], seen[1] = min(seen[0], np.int64(q)), max(seen[1], np.int64(q))
        if not low <= q <= high:
            counts[6] += 1
        if not usable:
            counts[3] += 1
            right = s == 0 and np.isfinite(m) and (zero_allowed or w == m)
            if not right:
                if counts[8] < bad.shape[0]:
                    bad[counts[8]] = index
                counts[8] += 1
                if abs(w) > figures[4] or worst[2] < 0:
                    figures[4], worst[2] = abs(w), index
            if s == 0 and np.isfinite(m):
                noise += (w - m) * (w - m)
            continue
        if not np.isfinite(q):
            # A float of 8 bits that stands for nothing.
            continue
        error = w - (s * (q - z) + m)
        noise += error * error
        beyond = False
        if relative > 0:
            x = w * inverse
            within = min(max(x, low), high)
            nearer_0 = min(abs(within), abs(q))
            power = 2.0 ** (math.frexp(nearer_0)[1] - 1) if nearer_0 > 0 else 0.0
            half = max(relative * power, least)
            distance = 0.5 * abs(within - q) / half
            tolerance = 0.5 * rounding * abs(within) / half
            shown = 0.5 * (within - q) / half
            at_end = q <= low or q >= high or x < low or x > high
            over = -np.inf
        else:
            x = (w - m) * inverse + z
            within = min(max(x, low), high)
            distance = abs(within - q)
            slack = of_offset + min(abs(q - z) + 1, reach) * scale_error
            tolerance = slack + rounding * (
                abs(within - z) + abs(within) + rounding * abs(within - z)
            )
            shown = x - q
            at_end = q <= low or q >= high or x < low or x > high
            over = max(low - x, x - high)
            beyond = over > 0.5
            over -= overhang
        if beyond:
            clipped += error * error
            number += 1
        where = 1 if at_end else 0
        counts[2 if at_end else 1] += 1
        steps = abs(shown)
        if steps > figures[2 + where] or worst[where] < 0:
            figures[2 + where], worst[where] = steps, index
        histogram[_bin(shown)] += 1
        excess, beside = distance - 0.5 - tolerance, CLOSE * (abs(x) + abs(z) + 2 + tolerance)
        # NaN is doubtful too. And of what is wrong, whether it is within the levels.
        doubtful = not abs(excess) > beside or abs(over - tolerance) <= beside
        if excess > 0 and min(abs(x - low), abs(x - high)) <= beside:
            doubtful = True
        if doubtful:
            close[counts[5]] = index
            counts[5] += 1
        elif excess > 0:
            kind = 4 if low <= x <= high else 9
            if counts[4] + counts[9] < far.shape[0]:
                far[counts[4] + counts[9]] = index
            counts[kind] += 1
            place_of = 3 if kind == 4 else 4
            if steps > figures[2 + place_of] or worst[place_of] < 0:
                figures[2 + place_of], worst[place_of] = steps, index
        elif over > tolerance:
            counts[7] += 1
            if steps > figures[7] or worst[5] < 0:
                figures[7], worst[5] = steps, index
    figures[1] += noise
    return clipped, number


@numba.njit(nogil=True, cache=True)
def look_at_codes(
    codes: np.ndarray,
    columns: int,
    shared_rows: bool,
    low: int,
    high: int,
    counts: np.ndarray,
    seen: np.ndarray,
) -> None:
    """Look at rows of codes whose original is not there.

    Args:
        codes: [rows, groups, size], integers.
        columns: how many scales a row has, `groups` or 1.
        shared_rows: whether all rows share these.
        low: the least code.
        high: the greatest.
        counts: as for `look_at_levels`.
        seen: int64 [2, scales], the least and the greatest code of those that share each scale.
    """
    rows, group_count, size = codes.shape
    for i in range(rows):
        for g in range(group_count):
            at = (0 if shared_rows else i) * columns + (g if columns > 1 else 0)
            least, greatest = seen[0, at], seen[1, at]
            for j in range(size):
                q = np.int64(codes[i, g, j])
                least, greatest = min(least, q), max(greatest, q)
                if not low <= q <= high:
                    counts[6] += 1
            counts[0] += size
            seen[0, at], seen[1, at] = least, greatest
