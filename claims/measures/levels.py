"""Levels of quantized tensors, in whole numbers: floats are whole numbers of a power of two, and
what holds of these holds of the floats.
"""

from __future__ import annotations

import math

import torch
from torch import Tensor

from pyharness import TensorError

__all__ = [
    "clamp_code",
    "is_rounding",
    "level",
    "mantissas",
    "nearest_codes",
    "nearest_multiples",
    "rounded_to",
    "whole",
]


def level(
    scale: Tensor, zero_point: Tensor | int, offset: Tensor | int, code: Tensor | int
) -> Tensor:
    """Return the number for which a code stands: scale · (code − zero point) + offset. Lean:
    `level`.
    """
    return scale * (code - zero_point) + offset


def clamp_code(low: Tensor, high: Tensor, code: Tensor) -> Tensor:
    """Return codes, each moved to the nearer end where it is out of range. Lean: `clampCode`."""
    return torch.maximum(low, torch.minimum(high, code))


def is_rounding(step: Tensor, w: Tensor, q: Tensor) -> Tensor:
    """Return whether q is a multiple of the step that is nearest to w; whole numbers, steps of 1 or
    more. Lean: `IsRounding`.
    """
    return (q % step == 0) & (2 * (w - q).abs() <= step)


def rounded_to(step: Tensor, matrix: Tensor, rounded: Tensor) -> Tensor:
    """Return whether each entry of a matrix [..., m, n] is rounded to a nearest multiple of the
    step [...]; whole numbers, steps of 1 or more. Lean: `RoundedTo`.
    """
    return is_rounding(step[..., None, None], matrix, rounded).flatten(-2).all(-1)


def nearest_codes(w: Tensor, step: Tensor | int) -> Tensor:
    """Return the number of the multiple of a step that is nearest to each whole number, the greater
    one of two.
    """
    return torch.div(2 * w + step, 2 * step, rounding_mode="floor")


def nearest_multiples(w: Tensor, step: Tensor | int) -> Tensor:
    """Return the nearest multiple of a step to each whole number, the greater one of two."""
    return nearest_codes(w, step) * step


def whole(*numbers: Tensor, bits: int) -> tuple[Tensor, ...]:
    """Return floats as whole numbers of one power of two, exactly, int64; the largest magnitude of
    all has so many bits.

    Raises:
        TensorError: if they lie further apart than that, or one is NaN or infinite.
    """
    _, exponent = math.frexp(max(float(x.abs().max()) for x in numbers))
    found = [x.double() * 2.0 ** (bits - exponent) for x in numbers]
    if not all(bool((x == x.trunc()).all()) and bool(x.isfinite().all()) for x in found):
        raise TensorError(f"numbers are too far apart to be whole numbers of {bits} bits")
    return tuple(x.long() for x in found)


def mantissas(x: Tensor) -> tuple[Tensor, Tensor]:
    """Return m and e, int64, of float32 values m · 2^(e − 24) with 2^23 ≤ |m| < 2^24; m = 0 for 0,
    NaN and infinities.
    """
    mantissa, exponent = torch.frexp(x.double().nan_to_num(0.0, 0.0, 0.0))
    return (mantissa * 2**24).long(), exponent.long()
