"""The table of conformance: each Lean definition that claims measure, the function that stands for
it, and where they agree.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator

import torch
from torch import Tensor

from claims.measures.geometry import dot, l1_norm, norm_sq, sign
from claims.measures.int8 import clip, gate_gap, himp, qrelu, round_up, step_dist
from claims.measures.rotations import hadamard_signs, turn
from claims.models.activations import Granularity, QuantizedLayer, quantized_layers
from claims.models.attention import HEADS, int8_keys, int8_queries
from claims.models.bounds import box_upper, first_layer
from pyharness import (
    INT8,
    Call,
    Check,
    Conformance,
    TensorRef,
    int8_pairs,
    tensor_ref,
    to_current_device,
)

__all__ = [
    "BOX_UPPER",
    "CLIP",
    "DOT",
    "GATE_GAP",
    "HIMP",
    "INF",
    "JOIN",
    "L1_NORM",
    "LE",
    "MULVEC",
    "NORM_SQ",
    "QRELU",
    "ROUND_UP",
    "SIGN",
    "STEP_DIST",
    "SUP",
]

ROWS = "the first INT8 row of every layer of every model"
PAIRS = "all 65,536 INT8 pairs"
HALF = torch.tensor(64, dtype=torch.int8)


def every_pair() -> list[Call]:
    """Return the call at all pairs of INT8 values."""
    values = to_current_device(INT8)
    return [Call((values[:, None], values[None]))]


def first_rows(
    granularity: Granularity, arguments: Callable[[QuantizedLayer, Tensor], tuple[Tensor, ...]]
) -> Callable[[], Iterator[Call]]:
    """Return what gives the call at the first INT8 row of every layer.

    Args:
        granularity: how the layers were quantized.
        arguments: gives the function's arguments, of a layer and its row.
    """

    def calls() -> Iterator[Call]:
        for item in quantized_layers():
            if item.granularity == granularity:
                yield Call(arguments(item, item.values[0]), [item.ref])

    return calls


QRELU = Conformance(
    "LeanMining.qRelu",
    qrelu,
    (
        int8_pairs("LeanMining.qRelu", f"qRelu at {PAIRS} (z, q)"),
        Check(
            "LeanMining.qRelu",
            ("Int8", "Int8"),
            "Int8",
            first_rows("per-channel", lambda item, row: (item.zero_points, row)),
            f"qRelu at {ROWS}, per-channel zero points",
            of="activations",
        ),
    ),
)

JOIN = Conformance(
    "Nucleus.ofSup",
    qrelu,
    (int8_pairs("fun z q => Nucleus.ofSup z q", f"the nucleus q ↦ q ⊔ z at {PAIRS} (z, q)"),),
)

INF = Conformance(
    "Lattice.inf",
    torch.minimum,
    (int8_pairs("Lattice.inf", f"⊓ at {PAIRS} (p, q)"),),
)

SUP = Conformance(
    "Lattice.sup",
    torch.maximum,
    (int8_pairs("Lattice.sup", f"⊔ at {PAIRS} (p, q)"),),
)

HIMP = Conformance(
    "HeytingAlgebra.himp",
    himp,
    (int8_pairs("HeytingAlgebra.himp", f"⇨ at {PAIRS} (p, q)"),),
)

LE = Conformance(
    "LE.le",
    torch.le,
    (Check("LE.le", ("Int8", "Int8"), "Prop", every_pair, f"≤ at {PAIRS} (p, q)", of="pairs"),),
)

CLIP = Conformance(
    "LeanMining.clip",
    clip,
    (
        Check(
            "LeanMining.clip",
            ("Int", "Int"),
            "Int",
            every_pair,
            f"clip over the integers at {PAIRS} (x, α)",
            of="pairs",
        ),
        Check(
            "LeanMining.clip",
            ("Int", "Int"),
            "Int",
            first_rows("per-tensor", lambda item, row: (row, to_current_device(HALF))),
            f"clip with α = {int(HALF)} at {ROWS}",
            of="activations",
        ),
    ),
)

ROUND_UP = Conformance(
    "LeanMining.roundUp",
    round_up,
    (
        Check(
            "LeanMining.roundUp",
            ("Nat", "Int8"),
            "Int8",
            lambda: [Call((torch.arange(9)[:, None], to_current_device(INT8)[None]))],
            "roundUp for 0 to 8 dropped bits on all of INT8",
        ),
    ),
)


def _gated() -> Iterator[Call]:
    """Yield the call at the first row of every layer behind which a ReLU raises any of it."""
    for item in quantized_layers():
        if item.layer.kind == "relu" and item.granularity == "per-channel":
            z, q = item.zero_points, item.values[0]
            if bool((q < z).any()):
                yield Call((z, q), [item.ref])


GATE_GAP = Conformance(
    "LeanMining.DiscreteGateMeasurement.gap",
    gate_gap,
    (
        Check(
            "fun z q => LeanMining.DiscreteGateMeasurement.gap ⟨z, q⟩",
            ("Vector Int8 n", "Vector Int8 n"),
            "Nat",
            _gated,
            "the gap of the first INT8 row of every layer that a ReLU follows, per-channel zero points",
            of="measured gaps",
        ),
    ),
)

STEP_DIST = Conformance(
    "LeanMining.stepDist",
    step_dist,
    (
        Check(
            "fun v w => LeanMining.stepDist v w",
            ("Vector Int8 n", "Vector Int8 n"),
            "Int",
            _gated,
            "how far the first INT8 row of every layer that a ReLU follows is from its zero points",
            of="distances",
        ),
    ),
)


Read = Callable[[], tuple[Tensor, tuple[TensorRef, ...]]]
"""What gives vectors, int8 [layers · heads · rows, 32], and the tensors that they are of."""


def _heads(*reads: Read) -> Callable[[], Iterable[Call]]:
    """Return what gives the call at the first vector of every head."""

    def calls() -> Iterable[Call]:
        first: list[Tensor] = []
        refs: list[TensorRef] = []
        for read in reads:
            rows, of = read()
            first.append(rows.view(len(of) * HEADS, -1, rows.shape[-1])[:, 0])
            refs += of
        return [Call(first, refs)]

    return calls


KEYS = "the first INT8 key of every head of every layer of minilm"

SIGN = Conformance(
    "LeanMining.sign",
    sign,
    (
        Check(
            "LeanMining.sign",
            ("Int",),
            "Int",
            lambda: [Call((to_current_device(INT8),))],
            "sign on all of INT8",
        ),
    ),
)

L1_NORM = Conformance(
    "l1Norm",
    l1_norm,
    (
        Check(
            "l1Norm",
            ("Fin n → Int",),
            "Int",
            _heads(int8_keys),
            f"the L1 norm of {KEYS}",
            of="heads",
        ),
    ),
)

NORM_SQ = Conformance(
    "normSq",
    norm_sq,
    (
        Check(
            "normSq",
            ("Fin n → Int",),
            "Int",
            _heads(int8_keys),
            f"the squared L2 norm of {KEYS}",
            of="heads",
        ),
    ),
)

DOT = Conformance(
    "dot",
    dot,
    (
        Check(
            "dot",
            ("Fin n → Int", "Fin n → Int"),
            "Int",
            _heads(int8_queries, int8_keys),
            f"the inner product of the first INT8 query with {KEYS}",
            of="heads",
        ),
    ),
)


def _turned() -> list[Call]:
    """Return the call at the first INT8 key of every layer of the transformer and the Hadamard
    matrix of ±1.
    """
    keys, refs = int8_keys()
    first = keys.view(len(refs), -1, keys.shape[-1])[:, 0]
    return [Call((first, hadamard_signs(first.shape[-1])), refs)]


MULVEC = Conformance(
    "mulVec",
    turn,
    (
        Check(
            "fun k R => mulVec R k",
            ("Fin n → Int", "Fin m → Fin n → Int"),
            "Fin m → Int",
            _turned,
            "the product of the Hadamard matrix of ±1 and the first INT8 key of every layer of minilm",
            of="entries",
        ),
    ),
)


def _boxes() -> list[Call]:
    """Return the call at the perceptron's first INT8 weight and the box of a step around the first
    held-out digit.
    """
    weight, pixels = first_layer()
    refs = [tensor_ref("digits-mlp/hidden1 int8", weight), tensor_ref("digits", pixels)]
    return [Call((weight, pixels[0] - 1, pixels[0] + 1), refs)]


BOX_UPPER = Conformance(
    "LeanMining.boxUpper",
    box_upper,
    (
        Check(
            "LeanMining.boxUpper",
            ("Fin n → Int", "Fin n → Int", "Fin n → Int"),
            "Int",
            _boxes,
            "the greatest value of each row of the perceptron's first INT8 weight over a box around a digit",
            of="rows",
        ),
    ),
)
