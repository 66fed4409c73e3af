"""What a code tells of data, and how near data are to the corners of a cube. Source: seed 004, Key
Insights.
"""

from __future__ import annotations

import torch
from torch import Tensor

from pyharness import UsageError

__all__ = [
    "code_prob",
    "collision",
    "decides",
    "entropy",
    "floor_codes",
    "hypercubicity",
    "is_cell",
]


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


def code_prob(weights: Tensor, codes: Tensor) -> Tensor:
    """Return the weight of all points with the same code, for each point [..., points], int64.
    Lean: `codeProb`.

    Args:
        weights: whole numbers; with 1 each it is how many points share the code.
        codes: whole numbers.
    """
    weights, codes = torch.broadcast_tensors(weights.long(), codes)
    rows = codes.shape[:-1].numel()
    ids = torch.unique(codes, return_inverse=True)[1].reshape(rows, -1)
    count = codes.numel()
    first = torch.arange(rows, device=ids.device)[:, None] * count
    found = torch.zeros(rows * count, dtype=torch.int64, device=ids.device)
    places = first + ids
    found.index_add_(0, places.flatten(), weights.flatten())
    return found[places].view(codes.shape)


def collision(weights: Tensor, codes: Tensor) -> Tensor:
    """Return Σ w_i w_j over the pairs of points [..., points] with the same code, int64. Lean:
    `collision`.

    It is the probability that two draws have the same code, times the square of all weight.
    """
    return (weights.long() * code_prob(weights, codes)).sum(-1)


def decides(weights: Tensor, codes: Tensor, labels: Tensor) -> Tensor:
    """Return whether points [..., points] of a positive weight with the same code have the same
    label. Lean: `Decides`.
    """
    occurs = weights > 0
    both = occurs[..., :, None] & occurs[..., None, :]
    same = codes[..., :, None] == codes[..., None, :]
    other = labels[..., :, None] != labels[..., None, :]
    return ~(both & same & other).flatten(-2).any(-1)


def is_cell(step: Tensor, x: Tensor, codes: Tensor) -> Tensor:
    """Return whether x is in the cell [k·step, (k + 1)·step) of its code k. Lean: `IsCell`.

    Exact where k·step and (k + 1)·step are float64 numbers, as for a step of few bits.
    """
    step, x = step.double(), x.double()
    return (codes * step <= x) & (x < (codes + 1) * step)


def hypercubicity(x: Tensor, tolerance: Tensor) -> Tensor:
    """Return the share of points [..., points, d] of which every coordinate has a magnitude of at
    least 1 − tolerance, float64. Lean: `hypercubicity`.

    Which points these are is exact for a tolerance that is 0 or a float32 number from 2^-29 to 1.
    """
    least = 1 - tolerance.double()[..., None, None]
    return (x.double().abs() >= least).all(-1).double().mean(-1)
