"""Rotations of row vectors: fixed, random, and learned so that signs keep more of the rows. K is
turned into K Rᵀ.

Source: seed 001, IsotropicFloor and MoEGauge.
"""

from __future__ import annotations

import math
from dataclasses import dataclass

import torch
from torch import Tensor

from claims.measures.geometry import beta, l1_norm, sign
from pyharness import UsageError, notation

__all__ = [
    "Learned",
    "hadamard",
    "hadamard_signs",
    "learn_rotation",
    "random_rotation",
    "srht",
    "turn",
]


@notation
def hadamard_signs(d: int) -> Tensor:
    """Return a Hadamard matrix, of entries ±1, int64 [d, d]: its rows are orthogonal and of length
    √d. It is Sylvester's, by doubling, from Paley's of order 12 if d is a multiple of 12.

    Raises:
        UsageError: if d is neither a power of two nor 12 times one.
    """
    matrix = torch.ones(1, 1, dtype=torch.int64) if d % 12 else _paley()
    while len(matrix) < d:
        matrix = torch.cat([torch.cat([matrix, matrix], 1), torch.cat([matrix, -matrix], 1)])
    if len(matrix) != d:
        raise UsageError(
            f"a Hadamard matrix by doubling needs a power of two, or 12 times one, not {d}"
        )
    return matrix


@notation
def _paley() -> Tensor:
    """The Hadamard matrix of order 12, of Paley's first construction: 1 where j − i is a square
    modulo 11.
    """
    squares = {number * number % 11 for number in range(1, 11)}
    rows = [
        [-1, *(1 if i == j or (j - i) % 11 in squares else -1 for j in range(11))]
        for i in range(11)
    ]
    return torch.tensor([[1] * 12, *rows], dtype=torch.int64)


def hadamard(d: int) -> Tensor:
    """Return `hadamard_signs(d)` over √d, float64 [d, d], which is orthogonal.

    Raises:
        UsageError: if d is not a power of two.
    """
    return hadamard_signs(d).double() / math.sqrt(d)


def srht(d: int, generator: torch.Generator) -> Tensor:
    """Return a randomized Hadamard transform: `hadamard(d)` behind a random sign for each
    coordinate, float64 [d, d].
    """
    signs = (
        torch.randint(0, 2, (d,), generator=generator, dtype=torch.float64, device=generator.device)
        * 2
        - 1
    )
    return hadamard(d).to(generator.device) * signs


def random_rotation(d: int, generator: torch.Generator) -> Tensor:
    """Return an orthogonal matrix drawn uniformly (by Haar's measure), float64 [d, d]."""
    q, r = torch.linalg.qr(
        torch.randn(d, d, generator=generator, dtype=torch.float64, device=generator.device)
    )
    return torch.where(r.diagonal() < 0, -q, q)


def turn(k: Tensor, matrix: Tensor) -> Tensor:
    """Return K Rᵀ: of floats in their dtype; of whole numbers in int64, exact as long as no sum of
    magnitudes is over 2^53. Lean: `mulVec R` of each row.

    Whole numbers go by way of float64, since GPUs have no product of integer matrices.

    Args:
        k: [..., d].
        matrix: [m, d], or one for each row, [..., m, d].
    """
    if not k.is_floating_point():
        return turn(k.double(), matrix.double()).long()
    return k @ matrix.mT if matrix.ndim == 2 else (k.unsqueeze(-2) @ matrix.mT).squeeze(-2)


@dataclass(frozen=True, eq=False)
class Learned:
    """A learned rotation.

    Attributes:
        rotation: orthogonal, float64 [d, d].
        curve: β of the rows that it was learned on, at the start and after each step; it never
            falls.
    """

    rotation: Tensor
    curve: tuple[float, ...]


def learn_rotation(k: Tensor, *, steps: int, start: Tensor | None = None) -> Learned:
    """Return an orthogonal R that makes β(k Rᵀ) large, by majorization.

    Σ‖R k‖₁² is at least Σ(2c s·(R k) − c²) with s the signs and c the L1 norms at the present R,
    and equals it there. The orthogonal R that maximizes the bound comes from a singular value
    decomposition, so no step lowers β. It is a local maximum that is found.

    Args:
        k: floating point, [rows, d].
        steps: how many.
        start: orthogonal, float64 [d, d]; the identity if None.
    """
    k = k.double()
    rotation = (
        torch.eye(k.shape[-1], dtype=torch.float64, device=k.device) if start is None else start
    )
    curve = [beta(k @ rotation.T)]
    for _ in range(steps):
        turned = k @ rotation.T
        pull = (l1_norm(turned)[:, None] * sign(turned)).T @ k
        left, _, right = torch.linalg.svd(pull)
        rotation = left @ right
        curve.append(beta(k @ rotation.T))
    return Learned(rotation, tuple(curve))
