"""What a code tells of data, and how near data are to the corners of a cube. Source: seed 004, Key
Insights.
"""

from __future__ import annotations

import torch
from torch import Tensor

from pyharness import UsageError

__all__ = ["collision", "entropy", "floor_codes", "hypercubicity"]


def floor_codes(x: Tensor, step: float) -> Tensor:
    """Return the number of the cell [k·step, (k + 1)·step) that each entry is in, int64; two of
    them make one of 2·step.
    """
    # Not a call of `quantize_affine`, whose ties go to even: every cell holds its lower end.
    return torch.floor(x.double() / step).long()


def _shares(codes: Tensor) -> Tensor:
    """The share of each distinct row of codes [points, …], float64."""
    if not len(codes):
        raise UsageError("no points, so no information")
    counts: Tensor = torch.unique(codes.reshape(len(codes), -1), dim=0, return_counts=True)[1]
    return counts.double() / len(codes)


def entropy(codes: Tensor) -> float:
    """Return H in bits of the rows of codes [points, …]: what the code of a point tells of it, I(X;
    Q(X)), Q being a function.

    Raises:
        UsageError: if there are no points.
    """
    shares = _shares(codes)
    return float(-(shares * shares.log2()).sum())


def collision(codes: Tensor) -> float:
    """Return the probability that two points drawn alike have the same code. Lean: `collision`.

    Raises:
        UsageError: if there are no points.
    """
    return float(_shares(codes).square().sum())


def hypercubicity(x: Tensor, tolerance: float) -> float:
    """Return the share of points [points, d] of which every coordinate has a magnitude of at least
    1 − tolerance.

    Lean: `hypercubicity`.
    """
    return float((x.double().abs() >= 1 - tolerance).all(-1).double().mean())
