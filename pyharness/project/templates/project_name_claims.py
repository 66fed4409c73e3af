"""The claims of ProjectName, and the evidence for each."""

from __future__ import annotations

from collections.abc import Iterator

import torch
from torch import Tensor

from pyharness import INT8, Conformance, Evidence, Run, Source, claim, int8_pairs, sweep

PAPER = Source("A paper", "Section 2")
PAIRS = {"z": INT8, "q": INT8}


def relu(z: Tensor, q: Tensor) -> Tensor:
    """Return max(q, z): ReLU on int8 values whose zero point is z. Lean: `ProjectName.relu`."""
    return torch.maximum(q, z)


# Lean's kernel decides that `relu` here and `ProjectName.relu` in Lean give the same.
RELU = Conformance(
    "ProjectName.relu",
    relu,
    (int8_pairs("ProjectName.relu", "relu at all 65,536 INT8 pairs (z, q)"),),
)


# A predicate is True where the claim holds. It takes tensors, and the plain numbers of a witness.
def is_extensive(z: Tensor | int, q: Tensor | int) -> Tensor:
    """Whether q ≤ relu(z, q)."""
    z, q = torch.as_tensor(z, dtype=torch.int8), torch.as_tensor(q, dtype=torch.int8)
    return q <= relu(z, q)


def is_identity(z: Tensor | int, q: Tensor | int) -> Tensor:
    """Whether relu(z, q) = q."""
    z, q = torch.as_tensor(z, dtype=torch.int8), torch.as_tensor(q, dtype=torch.int8)
    return relu(z, q) == q


@claim(
    "relu.extensive",
    statement="ReLU never lowers a value: q ≤ relu(z, q).",
    source=PAPER,
    theorem="ProjectName.relu_extensive",
    tier="gold",
    measures=[RELU],
)
def extensive(run: Run) -> Iterator[Evidence]:
    """Check all pairs of INT8 values."""
    yield sweep(is_extensive, PAIRS, domain="all INT8 pairs (z, q)", summary="65,536 pairs")


@claim(
    "relu.identity",
    statement="ReLU leaves every value as it is: relu(z, q) = q.",
    source=PAPER,
    tier="refuted",
)
def identity(run: Run) -> Iterator[Evidence]:
    """Find a pair at which the claim is false."""
    yield sweep(
        is_identity,
        PAIRS,
        domain="all INT8 pairs (z, q)",
        summary="65,536 pairs",
        shows="relu({z}, {q}) = {z}, not {q}",
    )
