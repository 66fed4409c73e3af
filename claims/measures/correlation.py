"""Intervals of samples: of a correlation and of a mean, and what one says of the sign."""

from __future__ import annotations

import math
import statistics
from collections.abc import Sequence
from typing import Literal

__all__ = ["RANKS", "fisher_interval", "mean_interval", "sign_of_interval", "student_quantile"]

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


def mean_interval(sample: Sequence[float], outside: float = 0.05) -> tuple[float, float]:
    """Return the interval of the mean of what a sample of independent numbers is drawn from, by
    Student's t: mean ± t s / √n.

    Args:
        sample: n numbers, 2 or more; for pairs, their differences.
        outside: how often the interval may miss the mean, from 0 to 1 and neither.

    Raises:
        ValueError: if the interval is not defined.

    Example:
        >>> [round(end, 3) for end in mean_interval([1.0, 2.0, 3.0])]
        [-0.484, 4.484]
    """
    if len(sample) < 2:
        raise ValueError(f"no interval of a mean of {len(sample)} numbers")
    mean = statistics.fmean(sample)
    half = student_quantile(len(sample) - 1, outside) * statistics.stdev(sample)
    half /= math.sqrt(len(sample))
    return mean - half, mean + half


def student_quantile(freedom: int, outside: float) -> float:
    """Return the t that Student's distribution exceeds in magnitude so often.

    Args:
        freedom: degrees of freedom, 1 or more.
        outside: how often, from 0 to 1 and neither.

    Raises:
        ValueError: if there is no such t.
    """
    if not (freedom >= 1 and 0 < outside < 1):
        raise ValueError(
            f"no t with {freedom} degrees of freedom is exceeded {outside} of the time"
        )
    from scipy.special import stdtrit  # Slow to import, and few need it.

    return -float(stdtrit(freedom, outside / 2))


def sign_of_interval(low: float, high: float) -> Literal[-1, 0, 1]:
    """Return 1 if an interval lies above 0, −1 if below, and 0 if it leaves the sign open."""
    if low > 0:
        return 1
    return -1 if high < 0 else 0
