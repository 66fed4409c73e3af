"""One-bit vectors: how well signs and a scale keep a key, and what a correction in a few directions
adds.

Conventions, here and in `LeanMining/NeuralGeometry`: β is cos², the squared cosine between a vector
and its signs, never the cosine; the sign of 0 is +1; the scale of a vector's one-bit form is the
mean of its entries' magnitudes. Vectors are rows, so a rotation R turns a matrix K of keys into K
Rᵀ. Source: seed 001.
"""

from __future__ import annotations

import torch
from torch import Tensor

from pyharness import UsageError

__all__ = [
    "abs_moment",
    "beta",
    "beta_eff",
    "beta_of_rows",
    "beta_rows",
    "center",
    "correct",
    "dot",
    "energy",
    "energy_along",
    "gamma",
    "indicator",
    "l1_norm",
    "moment_ratio",
    "norm_sq",
    "one_bit",
    "project",
    "residual",
    "second_moment",
    "sign",
    "stable_rank_over",
    "strongest",
    "subspace_overlap",
]


def sign(k: Tensor) -> Tensor:
    """Return 1 where an entry is 0 or positive and −1 where it is negative, in the dtype of `k`.
    Lean: `sign`.
    """
    return k.sign().mul_(2).add_(1).clamp_(-1, 1)


def l1_norm(k: Tensor) -> Tensor:
    """Return the sum of the magnitudes over the last dimension; of int8 in int64. Lean:
    `l1Norm`.
    """
    return _wide(k).abs().sum(-1)


def norm_sq(k: Tensor) -> Tensor:
    """Return the sum of the squares over the last dimension; of int8 in int64. Lean: `normSq`."""
    return _wide(k).square().sum(-1)


def dot(u: Tensor, v: Tensor) -> Tensor:
    """Return the inner products over the last dimension; of int8 in int64. Lean: `dot`."""
    return (_wide(u) * _wide(v)).sum(-1)


def _wide(k: Tensor) -> Tensor:
    return k if k.is_floating_point() else k.long()


def one_bit(k: Tensor) -> Tensor:
    """Return the one-bit form of each row: its signs times the mean of its magnitudes.

    Args:
        k: floating point, [..., d].
    """
    return k.abs().mean(-1, keepdim=True) * sign(k)


def beta_of_rows(k: Tensor) -> Tensor:
    """Return ‖k‖₁² / (d ‖k‖₂²) of each row: the squared cosine between it and its signs. NaN for a
    row of zeros.

    Args:
        k: floating point, [..., d].
    """
    return l1_norm(k).square() / (k.shape[-1] * norm_sq(k))


def beta_rows(k: Tensor) -> Tensor:
    """Return Σ‖k‖₁² / (d Σ‖k‖₂²) of the rows of each matrix [..., rows, d]. NaN for zeros. Lean:
    `betaRows`.
    """
    return l1_norm(k).square().sum(-1) / (k.shape[-1] * norm_sq(k).sum(-1))


def beta(k: Tensor) -> float:
    """Return the share of the rows' energy that their one-bit forms keep: Σ‖k‖₁² / (d Σ‖k‖₂²).

    It is β weighted by energy, `beta_rows`; where all rows have the same norm it is the mean of
    `beta_of_rows`.

    Args:
        k: floating point, [rows, d], not all zero.

    Raises:
        UsageError: if all entries are zero, of which nothing can be kept.
    """
    if not bool(k.any()):
        raise UsageError("β of rows that are all zero is not defined")
    return float(beta_rows(k.double()))


def center(k: Tensor) -> Tensor:
    """Return each row less the mean of its entries."""
    return k - k.mean(-1, keepdim=True)


def strongest(rows: Tensor, r: int) -> Tensor:
    """Return the r orthonormal directions that have the most of the rows' energy, strongest first,
    float64 [r, d].

    Args:
        rows: floating point, [rows, d].
        r: how many, 0 to d.
    """
    vectors: Tensor = torch.linalg.eigh(rows.double().T @ rows.double()).eigenvectors
    return vectors.T.flip(0)[:r]


def project(rows: Tensor, directions: Tensor) -> Tensor:
    """Return each row's part in the span of orthonormal directions [..., r, d]. Lean: `project`."""
    return rows @ directions.mT @ directions


def energy(rows: Tensor) -> Tensor:
    """Return the sum of the squares of the entries of each matrix [..., rows, d]; of int8 in int64.
    Lean: `energy`, and `frobeniusSq`.
    """
    return norm_sq(rows).sum(-1)


def energy_along(rows: Tensor, v: Tensor) -> Tensor:
    """Return the sum of the squared inner products of the rows [..., rows, d] with a vector [...,
    d]. Lean: `energyAlong`.
    """
    return (rows @ v.unsqueeze(-1)).squeeze(-1).square().sum(-1)


def gamma(rows: Tensor, directions: Tensor) -> Tensor:
    """Return the share of the rows' energy in the span of orthonormal directions [..., r, d]. Lean:
    `gammaR`.
    """
    return energy(rows @ directions.mT) / energy(rows)


def residual(k: Tensor) -> Tensor:
    """Return what each row's one-bit form loses of it. Lean: `residual`."""
    return k - one_bit(k)


def correct(k: Tensor, directions: Tensor) -> Tensor:
    """Return the one-bit form of each row plus its residual's part in the span of orthonormal
    directions [r, d].
    """
    return one_bit(k) + project(residual(k), directions)


def beta_eff(k: Tensor, directions: Tensor) -> Tensor:
    """Return the share of the energy of the rows of each matrix [..., rows, d] that `correct`
    keeps. Lean: `betaEff`.
    """
    return 1 - energy(k - correct(k, directions)) / energy(k)


def stable_rank_over(rows: Tensor, spectral_sq: Tensor) -> Tensor:
    """Return the energy of the rows of each matrix [..., rows, d] over its squared operator norm.
    Lean: `stableRank`.
    """
    return energy(rows) / spectral_sq


def subspace_overlap(v: Tensor, w: Tensor) -> Tensor:
    """Return the mean energy that the span of orthonormal w [..., r, d] has of orthonormal v [...,
    r, d]. Lean: `subspaceOverlap`.
    """
    return energy(v @ w.mT) / v.shape[-2]


def indicator(kept: Tensor) -> Tensor:
    """Return 1 where something is kept and 0 elsewhere, int64. Lean: `indicator`."""
    return kept.long()


def abs_moment(weights: Tensor, values: Tensor) -> Tensor:
    """Return the weighted sum of the magnitudes over the last dimension. Lean: `absMoment`."""
    return (weights * values.abs()).sum(-1)


def second_moment(weights: Tensor, values: Tensor) -> Tensor:
    """Return the weighted sum of the squares over the last dimension. Lean: `secondMoment`."""
    return (weights * values.square()).sum(-1)


def moment_ratio(first: Tensor, second: Tensor) -> Tensor:
    """Return the squared first absolute moment over the second moment. Lean: `momentRatio`."""
    return first.square() / second
