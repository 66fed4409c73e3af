"""One-bit vectors: how well signs and a scale keep a key, and which rotations and corrections help.

Conventions, here and in `LeanMining/NeuralGeometry`: β is cos², the squared cosine between a vector and its signs, never the
cosine; the sign of 0 is +1; the scale of a vector's one-bit form is the mean of its entries' magnitudes. Vectors are rows, so a
rotation R turns a matrix K of keys into K Rᵀ. Source: seed 001.
"""
from __future__ import annotations

import math
from dataclasses import dataclass

import torch
from torch import Tensor

from pyharness.errors import UsageError

__all__ = [
    "Learned", "beta", "beta_of_rows", "center", "correct", "hadamard", "l1_norm", "learn_rotation", "norm_sq", "one_bit",
    "random_rotation", "rank_r_energy", "sign", "srht",
]


def sign(k: Tensor) -> Tensor:
    """Return 1 where an entry is 0 or positive and −1 where it is negative, in the dtype of `k`. Lean: `sign`."""
    return torch.where(k < 0, -1, 1).to(k.dtype)


def l1_norm(k: Tensor) -> Tensor:
    """Return the sum of the magnitudes over the last dimension; of int8 in int64. Lean: `l1Norm`."""
    return _wide(k).abs().sum(-1)


def norm_sq(k: Tensor) -> Tensor:
    """Return the sum of the squares over the last dimension; of int8 in int64. Lean: `normSq`."""
    return _wide(k).square().sum(-1)


def _wide(k: Tensor) -> Tensor:
    return k if k.is_floating_point() else k.long()


def one_bit(k: Tensor) -> Tensor:
    """Return the one-bit form of each row: its signs times the mean of its magnitudes.

    Args:
        k: floating point, [..., d].
    """
    return k.abs().mean(-1, keepdim=True) * sign(k)


def beta_of_rows(k: Tensor) -> Tensor:
    """Return ‖k‖₁² / (d ‖k‖₂²) of each row: the squared cosine between it and its signs. NaN for a row of zeros.

    Args:
        k: floating point, [..., d].
    """
    return l1_norm(k).square() / (k.shape[-1] * norm_sq(k))


def beta(k: Tensor) -> float:
    """Return the share of the rows' energy that their one-bit forms keep: Σ‖k‖₁² / (d Σ‖k‖₂²).

    It is β weighted by energy; where all rows have the same norm it is the mean of `beta_of_rows`.

    Args:
        k: floating point, [rows, d], not all zero.

    Raises:
        UsageError: if all entries are zero, of which nothing can be kept.
    """
    energy = norm_sq(k.double()).sum()
    if not energy > 0:
        raise UsageError("β of rows that are all zero is not defined")
    return float(l1_norm(k.double()).square().sum() / (k.shape[-1] * energy))


def center(k: Tensor) -> Tensor:
    """Return each row less the mean of its entries."""
    return k - k.mean(-1, keepdim=True)


# ------------------------------------------------------------------------------------------------------- rotations
def hadamard(d: int) -> Tensor:
    """Return the Hadamard matrix of Sylvester's construction over √d, float64 [d, d], which is orthogonal.

    Raises:
        UsageError: if d is not a power of two.
    """
    if d < 1 or d & (d - 1):
        raise UsageError(f"a Hadamard matrix by doubling needs a power of two, not {d}")
    matrix = torch.ones(1, 1, dtype=torch.float64)
    while len(matrix) < d:
        matrix = torch.cat([torch.cat([matrix, matrix], 1), torch.cat([matrix, -matrix], 1)])
    return matrix / math.sqrt(d)


def srht(d: int, generator: torch.Generator) -> Tensor:
    """Return a randomized Hadamard transform: `hadamard(d)` behind a random sign for each coordinate, float64 [d, d]."""
    return hadamard(d) * (torch.randint(0, 2, (d,), generator=generator, dtype=torch.float64) * 2 - 1)


def random_rotation(d: int, generator: torch.Generator) -> Tensor:
    """Return an orthogonal matrix drawn uniformly (by Haar's measure), float64 [d, d]."""
    q, r = torch.linalg.qr(torch.randn(d, d, generator=generator, dtype=torch.float64))
    return q * sign(r.diagonal())


@dataclass(frozen=True, eq=False)
class Learned:
    """A learned rotation.

    Attributes:
        rotation: orthogonal, float64 [d, d].
        curve: β of the rows that it was learned on, at the start and after each step; it never falls.
    """

    rotation: Tensor
    curve: tuple[float, ...]


def learn_rotation(k: Tensor, *, steps: int, start: Tensor | None = None) -> Learned:
    """Return an orthogonal R that makes β(k Rᵀ) large, by majorization.

    Σ‖R k‖₁² is at least Σ(2c s·(R k) − c²) with s the signs and c the L1 norms at the present R, and equals it there. The
    orthogonal R that maximizes the bound comes from a singular value decomposition, so no step lowers β. It is a local
    maximum that is found.

    Args:
        k: floating point, [rows, d].
        steps: how many.
        start: orthogonal, float64 [d, d]; the identity if None.
    """
    k = k.double()
    rotation = torch.eye(k.shape[-1], dtype=torch.float64) if start is None else start
    curve = [beta(k @ rotation.T)]
    for _ in range(steps):
        turned = k @ rotation.T
        pull = (l1_norm(turned)[:, None] * sign(turned)).T @ k
        left, _, right = torch.linalg.svd(pull)
        rotation = left @ right
        curve.append(beta(k @ rotation.T))
    return Learned(rotation, tuple(curve))


# --------------------------------------------------------------------------------------------- rank-r corrections
def rank_r_energy(residual: Tensor) -> Tensor:
    """Return γ_r for r = 0 to d: the share of a residual's energy in its r strongest directions, float64 [d + 1].

    Args:
        residual: floating point, [rows, d], not all zero.
    """
    energies = torch.linalg.eigvalsh(residual.double().T @ residual.double()).flip(0).clamp(min=0)
    return torch.cat([torch.zeros(1, dtype=torch.float64), energies.cumsum(0) / energies.sum()])


def correct(k: Tensor, r: int, *, fitted_on: Tensor | None = None) -> Tensor:
    """Return the one-bit form of each row plus its residual's part in r directions.

    Args:
        k: floating point, [rows, d].
        r: how many directions, 0 to d.
        fitted_on: the rows whose residual's r strongest directions are taken; those of `k` itself if None.

    Returns:
        float64 [rows, d].
    """
    k = k.double()
    basis = k if fitted_on is None else fitted_on.double()
    _, vectors = torch.linalg.eigh((basis - one_bit(basis)).T @ (basis - one_bit(basis)))
    kept = vectors[:, k.shape[-1] - r:]
    return one_bit(k) + (k - one_bit(k)) @ kept @ kept.T
