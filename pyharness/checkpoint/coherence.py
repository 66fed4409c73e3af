"""How alike the embeddings of a model and of a compressed one are."""

from __future__ import annotations

import math
from dataclasses import dataclass

import torch
from torch import Tensor
from torch.nn import functional

__all__ = ["Coherence", "compare", "mean_cosine"]


@dataclass(frozen=True)
class Coherence:
    """How alike the embeddings of a model and of the compressed one are, on inputs by which nothing
    was chosen.

    Attributes:
        inputs: how many.
        embedding_cosine: the mean cosine between an input's two embeddings, at most 1. This is the
            figure that `preserve_semantic_coherence` bounds from below.
        neighbor_overlap: the mean share of an input's k = min(10, inputs // 2) nearest others, by
            cosine, that stay.
        similarity_rank_correlation: Spearman's, between the cosines of all pairs of inputs before
            and after; None where all are equal, so for two inputs.
        agreement: the share of inputs whose largest output stays in its place; None without labels.
        accuracy_before, accuracy_after: the share of inputs whose largest output is at the label;
            None without labels.
    """

    inputs: int
    embedding_cosine: float
    neighbor_overlap: float
    similarity_rank_correlation: float | None
    agreement: float | None = None
    accuracy_before: float | None = None
    accuracy_after: float | None = None


def _unit(x: Tensor) -> Tensor:
    """Rows float64 [inputs, d] at length 1; those of zeros stay."""
    largest = x.abs().amax(1, keepdim=True)
    return functional.normalize(x / torch.where(largest > 0, largest, 1))


def mean_cosine(before: Tensor, after: Tensor) -> float:
    """The mean cosine of rows float64 [inputs, d]; exactly 1 where they are equal, 0 where the
    latter are 0.
    """
    before, after = _unit(before), _unit(after)
    # |u − v|² for unit vectors keeps the digits that u · v, near 1, would lose.
    present = after.any(1).double()
    return float(((1 + present - (before - after).square().sum(1)) / 2).mean())


def _ranks(x: Tensor) -> Tensor:
    """Ranks of float64 [n], from 0, the mean of their places for equals."""
    _, place, counts = torch.unique(x, return_inverse=True, return_counts=True)
    last = counts.cumsum(0).double()
    ranks: Tensor = (last - (counts + 1) / 2)[place]
    return ranks


def _rank_correlation(x: Tensor, y: Tensor) -> float | None:
    x, y = (_ranks(values) - (len(values) - 1) / 2 for values in (x, y))
    norm = float(x.norm() * y.norm())
    return min(1.0, float(x @ y) / norm) if norm else None


def compare(before: Tensor, after: Tensor, labels: Tensor | None) -> Coherence:
    """Embeddings float64 [inputs, d]."""
    count = len(before)
    similar = [_unit(x) @ _unit(x).T for x in (before, after)]
    off_diagonal = [
        x.masked_fill(torch.eye(count, dtype=torch.bool, device=x.device), -math.inf)
        for x in similar
    ]
    k = min(10, count // 2)
    old, new = (x.argsort(dim=1, descending=True, stable=True)[:, :k] for x in off_diagonal)
    overlap = (old[:, :, None] == new[:, None, :]).any(2).double().mean()
    i, j = torch.triu_indices(count, count, 1, device=before.device)
    correlation = _rank_correlation(similar[0][i, j], similar[1][i, j])
    shares = []
    if labels is not None:
        was, now = before.argmax(1), after.argmax(1)
        shares = [
            float((x == y).double().mean()) for x, y in ((was, now), (was, labels), (now, labels))
        ]
    return Coherence(count, mean_cosine(before, after), float(overlap), correlation, *shares)
