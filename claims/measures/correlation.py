"""Correlations of samples: the interval of a correlation, and what it says of the sign."""

from __future__ import annotations

import math
from typing import Literal

__all__ = ["RANKS", "fisher_interval", "sign_of_interval"]

RANKS = 1.06
"""The variance of z for Spearman's correlation over that for Pearson's, about (Fieller, Hartley and
Pearson 1957)."""


def fisher_interval(
    r: float, count: int, z: float = 1.96, variance: float = 1.0
) -> tuple[float, float]:
    """Return the interval of a correlation by Fisher's transformation: tanh(artanh r ± z √(variance
    / (count − 3))).

    Args:
        r: the correlation, between −1 and 1 and neither.
        count: of the pairs, 4 or more.
        z: the quantile of the normal distribution; 1.96 for 95 %.
        variance: 1 for Pearson's correlation, `RANKS` for Spearman's.

    Raises:
        ValueError: if the interval is not defined.

    Example:
        >>> [round(end, 3) for end in fisher_interval(0.5, 28)]
        [0.156, 0.736]
    """
    if not (-1 < r < 1 and count > 3):
        raise ValueError(f"no interval of a correlation of {r} over {count} pairs")
    half = z * math.sqrt(variance / (count - 3))
    return math.tanh(math.atanh(r) - half), math.tanh(math.atanh(r) + half)


def sign_of_interval(low: float, high: float) -> Literal[-1, 0, 1]:
    """Return 1 if an interval lies above 0, −1 if below, and 0 if it leaves the sign open."""
    if low > 0:
        return 1
    return -1 if high < 0 else 0
