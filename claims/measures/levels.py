"""Levels of quantized tensors, in whole numbers: floats are whole numbers of a power of two, and
what holds of these holds of the floats.
"""

from __future__ import annotations

import math

import torch
from torch import Tensor

from pyharness import TensorError

__all__ = ["clamp_code", "level", "mantissas", "whole"]


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
