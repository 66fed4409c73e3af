"""Spectra of weight matrices, and their rounding to multiples of a step. Source: seed 003."""

from __future__ import annotations

import math
from collections.abc import Sequence
from fractions import Fraction

import torch
from torch import Tensor

from pyharness import dequantize_affine, quantize_affine

__all__ = [
    "as_matrix",
    "condition_number",
    "exact_codes",
    "frobenius",
    "nearest",
    "op_norm",
    "range_step",
    "round_by_range",
    "round_each_by_range",
    "round_to_multiples",
    "stable_rank",
]


def as_matrix(weight: Tensor) -> Tensor:
    """Return a weight [out, in, kernel…] as a matrix, float64 [out, in · kernel]."""
    return weight.detach().double().flatten(1)


def range_step(weight: Tensor, bits: int) -> float:
    """Return Δ = (max W − min W) / 2^bits. Source: seed 003, Weight Quantization."""
    return float(weight.max().double() - weight.min().double()) / 2.0**bits


def round_to_multiples(weight: Tensor, step: float) -> Tensor:
    """Return the nearest multiple of a step to each entry, float64. Lean: `RoundedTo`."""
    return dequantize_affine(quantize_affine(weight, weight.shape, step), weight.shape, step)


def round_by_range(weight: Tensor, bits: int) -> Tensor:
    """Return a weight rounded to multiples of its own `range_step`, float64. Source: seed 003,
    Weight Quantization.
    """
    return round_to_multiples(weight, range_step(weight, bits))


def round_each_by_range(weights: Tensor, bits: int) -> Tensor:
    """Return each weight of a stack [number, …] rounded as by `round_by_range`, float64."""
    entries, block = weights.flatten(1).double(), (1, *weights.shape[1:])
    steps = (entries.amax(1) - entries.amin(1)) / 2.0**bits
    steps = steps.reshape(-1, *(1 for _ in block[1:]))
    return dequantize_affine(quantize_affine(weights, block, steps), block, steps)


def nearest(x: Fraction) -> int:
    """Return the nearest whole number, the smaller in magnitude of two."""
    whole, rest = divmod(abs(x), 1)
    return int(math.copysign(1, x)) * (whole + (rest > Fraction(1, 2)))


def exact_codes(entries: Sequence[Fraction], bits: int) -> tuple[list[int], Fraction]:
    """Return the code of each entry and the step: the codes times the step are the entries rounded
    by their own range.

    As `round_by_range`, but exact and with ties to the smaller magnitude. If all entries are equal,
    the step is 0 and so are the codes.
    """
    step = (max(entries) - min(entries)) / 2**bits
    return [nearest(entry / step) if step else 0 for entry in entries], step


def frobenius(matrix: Tensor) -> float:
    """Return the square root of the sum of the squares of the entries. Lean: `frobeniusSq`,
    squared.
    """
    return float(torch.linalg.matrix_norm(matrix))


def op_norm(matrix: Tensor) -> float:
    """Return the largest singular value: by how much the matrix lengthens a vector at most."""
    return float(torch.linalg.matrix_norm(matrix, 2))


def condition_number(matrix: Tensor) -> float:
    """Return the largest singular value over the smallest of the min(rows, columns); infinite if
    that is 0.
    """
    values = torch.linalg.svdvals(matrix)
    return float(values[0] / values[-1])


def stable_rank(matrix: Tensor) -> float:
    """Return the squared Frobenius norm over the squared operator norm. Lean:
    `stableRank`.
    """
    values = torch.linalg.svdvals(matrix)
    return float(values.square().sum() / values[0].square())
