"""The table of conformance: each Lean definition that claims measure, the function that stands for
it, and where they agree.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator

import torch
from torch import Tensor

from claims.measures.geometry import (
    abs_moment,
    beta_eff,
    beta_rows,
    dot,
    energy,
    energy_along,
    gamma,
    indicator,
    l1_norm,
    moment_ratio,
    norm_sq,
    project,
    residual,
    second_moment,
    sign,
    stable_rank_over,
    strongest,
    subspace_overlap,
)
from claims.measures.int8 import clip, gate_gap, himp, qrelu, round_up, step_dist
from claims.measures.rotations import hadamard_signs, turn
from claims.models.activations import Granularity, QuantizedLayer, quantized_layers
from claims.models.attention import (
    HEADS,
    attention_layers,
    head,
    int8_keys,
    int8_queries,
    int8_weights,
)
from claims.models.bounds import box_lower, box_upper, first_layer
from claims.notation import choices
from pyharness import (
    INT8,
    Call,
    Check,
    Conformance,
    TensorRef,
    int8_pairs,
    rounding_of_sum,
    tensor_ref,
    to_current_device,
)

__all__ = [
    "ABS_MOMENT",
    "BETA_EFF",
    "BETA_ROWS",
    "BOX_LOWER",
    "BOX_UPPER",
    "CLIP",
    "DOT",
    "ENERGY",
    "ENERGY_ALONG",
    "FROBENIUS_SQ",
    "GAMMA_R",
    "GATE_GAP",
    "HIMP",
    "INDICATOR",
    "INF",
    "JOIN",
    "L1_NORM",
    "LE",
    "MOMENT_RATIO",
    "MULVEC",
    "NORM_SQ",
    "PROJECT",
    "QRELU",
    "RELU",
    "RESIDUAL",
    "ROUND_UP",
    "SECOND_MOMENT",
    "SIGN",
    "STABLE_RANK",
    "STEP_DIST",
    "SUBSPACE_OVERLAP",
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

PART = 16
PARTS = "two keys in the first head of every second layer of minilm, 16 dimensions of them"
DIRECTIONS = "the two strongest directions of the residual of the head's keys"


def _of_heads(
    arguments: Callable[[Tensor, Tensor], tuple[Tensor, ...]],
) -> Callable[[], Iterator[Call]]:
    """Return what gives the call at some keys of the first head of every second layer.

    Args:
        arguments: gives the function's arguments, of two keys, float64 [2, 16], and the strongest
            directions of the residual of all keys of the head, float64 [2, 16].
    """

    def calls() -> Iterator[Call]:
        for number, layer in list(enumerate(attention_layers("key")))[::2]:
            keys = head(f"{number}/0", "key")[:, :PART]
            ref = tensor_ref(f"minilm/{layer.name} outputs", layer.preactivation)
            yield Call(arguments(keys[:2], strongest(residual(keys), 2)), [ref])

    return calls


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
        Check(
            "l1Norm",
            ("Fin n → Rat",),
            "Rat",
            _of_heads(lambda k, w: (k,)),
            f"the L1 norm of {PARTS}",
            of="keys",
            within=lambda k: rounding_of_sum(PART + 1, k.dtype) * l1_norm(k),
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
        Check(
            "normSq",
            ("Fin n → Rat",),
            "Rat",
            _of_heads(lambda k, w: (k,)),
            f"the squared L2 norm of {PARTS}",
            of="keys",
            within=lambda k: rounding_of_sum(PART + 1, k.dtype) * norm_sq(k),
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
        Check(
            "fun k R => mulVec R k",
            ("Fin n → Rat", "Fin m → Fin n → Rat"),
            "Fin m → Rat",
            _of_heads(lambda k, w: (k[0], w)),
            f"the product of {DIRECTIONS} and the first of {PARTS}",
            of="entries",
            within=lambda k, matrix: rounding_of_sum(PART, k.dtype) * turn(k.abs(), matrix.abs()),
        ),
    ),
)


# Geometry
def _share_within(k: Tensor, *_: Tensor) -> Tensor:
    """A bound of the rounding of β with a correction in two directions, of length 1 up to rounding.

    An entry of a residual, and of its part in the directions, goes through at most 3 d + 8
    roundings of numbers that are together not longer than eight rows; what is left is not longer
    than two. The sum of its squares, and a quotient, come after it.
    """
    return 16 * rounding_of_sum(8 * PART, k.dtype) * torch.ones_like(energy(k))


BETA_ROWS = Conformance(
    "LeanMining.betaRows",
    beta_rows,
    (
        Check(
            "LeanMining.betaRows",
            ("Fin m → Fin n → Rat",),
            "Rat",
            _of_heads(lambda k, w: (k,)),
            f"β of {PARTS}",
            of="heads",
            within=lambda k: rounding_of_sum(8 * PART, k.dtype) * beta_rows(k),
        ),
    ),
)

RESIDUAL = Conformance(
    "LeanMining.residual",
    residual,
    (
        Check(
            "fun k => LeanMining.residual k",
            ("Fin n → Rat",),
            "Fin n → Rat",
            _of_heads(lambda k, w: (k[0],)),
            f"the residual of the first of {PARTS}",
            of="entries",
            within=lambda k: (
                rounding_of_sum(PART + 2, k.dtype) * (k.abs() + k.abs().mean(-1, keepdim=True))
            ),
        ),
    ),
)

PROJECT = Conformance(
    "project",
    project,
    (
        Check(
            "fun k w => project w k",
            ("Fin n → Rat", "Fin m → Fin n → Rat"),
            "Fin n → Rat",
            _of_heads(lambda k, w: (k, w)),
            f"the part of {PARTS} in {DIRECTIONS}",
            of="entries",
            within=lambda k, w: (
                rounding_of_sum(PART + 2, k.dtype) * (k.abs() @ w.abs().mT @ w.abs())
            ),
        ),
    ),
)

ENERGY = Conformance(
    "energy",
    energy,
    (
        Check(
            "energy",
            ("Fin m → Fin n → Rat",),
            "Rat",
            _of_heads(lambda k, w: (k,)),
            f"the energy of {PARTS}",
            of="heads",
            within=lambda k: rounding_of_sum(2 * PART + 1, k.dtype) * energy(k),
        ),
    ),
)

ENERGY_ALONG = Conformance(
    "energyAlong",
    energy_along,
    (
        Check(
            "energyAlong",
            ("Fin m → Fin n → Rat", "Fin n → Rat"),
            "Rat",
            _of_heads(lambda k, w: (k, w[0])),
            f"the energy of {PARTS} along the first of {DIRECTIONS}",
            of="heads",
            within=lambda k, v: (
                rounding_of_sum(2 * PART + 3, k.dtype) * energy_along(k.abs(), v.abs())
            ),
        ),
    ),
)

GAMMA_R = Conformance(
    "LeanMining.gammaR",
    gamma,
    (
        Check(
            "fun k w => LeanMining.gammaR w k",
            ("Fin m → Fin n → Rat", "Fin r → Fin n → Rat"),
            "Rat",
            _of_heads(lambda k, w: (residual(k), w)),
            f"γ of the residual of {PARTS} in {DIRECTIONS}",
            of="heads",
            within=lambda k, w: (
                rounding_of_sum(8 * PART, k.dtype) * energy(k.abs() @ w.abs().mT) / energy(k)
            ),
        ),
    ),
)

BETA_EFF = Conformance(
    "LeanMining.betaEff",
    beta_eff,
    (
        Check(
            "fun k w => LeanMining.betaEff w k",
            ("Fin m → Fin n → Rat", "Fin r → Fin n → Rat"),
            "Rat",
            _of_heads(lambda k, w: (k, w)),
            f"β of {PARTS}, corrected in {DIRECTIONS}",
            of="heads",
            within=_share_within,
        ),
    ),
)

SUBSPACE_OVERLAP = Conformance(
    "LeanMining.subspaceOverlap",
    subspace_overlap,
    (
        Check(
            "LeanMining.subspaceOverlap",
            ("Fin r → Fin n → Rat", "Fin r → Fin n → Rat"),
            "Rat",
            _of_heads(lambda k, w: (w, strongest(residual(k), 2))),
            f"the overlap of {DIRECTIONS} and of those of {PARTS}",
            of="heads",
            within=lambda v, w: (
                rounding_of_sum(2 * PART + 6, v.dtype) * energy(v.abs() @ w.abs().mT) / 2
            ),
        ),
    ),
)

STABLE_RANK = Conformance(
    "LeanMining.stableRank",
    stable_rank_over,
    (
        Check(
            "LeanMining.stableRank",
            ("Fin m → Fin n → Rat", "Rat"),
            "Rat",
            _of_heads(lambda k, w: (k, torch.linalg.svdvals(k)[0].square())),
            f"the stable rank of {PARTS}, with their squared operator norm as computed",
            of="heads",
            within=lambda k, t: rounding_of_sum(2 * PART + 2, k.dtype) * stable_rank_over(k, t),
        ),
    ),
)


def _int8_weights() -> list[Call]:
    """Return the call at the first entries of the INT8 output weight of every layer."""
    weights, refs = int8_weights("attention.output.dense")
    return [Call((weights[:, :4, :8],), refs)]


FROBENIUS_SQ = Conformance(
    "frobeniusSq",
    energy,
    (
        Check(
            "frobeniusSq",
            ("Fin m → Fin n → Int",),
            "Int",
            _int8_weights,
            "the squared Frobenius norm of 4 rows and 8 columns of the INT8 output weight of every layer "
            "of minilm",
            of="weights",
        ),
    ),
)

INDICATOR = Conformance(
    "indicator",
    indicator,
    (
        Check(
            "fun kept => indicator kept",
            ("Fin n → Bool",),
            "Fin n → Int",
            lambda: [Call((choices(4),))],
            "the indicator of all 16 choices among 4",
            of="entries",
        ),
    ),
)


def _moments(*, squared: bool | None) -> Callable[[], list[Call]]:
    """Return what gives the call of a moment at the first INT8 key of every layer, its entries of
    equal weight; or that of both moments.
    """

    def calls() -> list[Call]:
        keys, refs = int8_keys()
        values = keys.view(len(refs), -1, keys.shape[-1])[:, 0].double()
        weights = torch.full_like(values, 1 / values.shape[-1])
        if squared is not None:
            return [Call((weights, values), refs)]
        return [Call((abs_moment(weights, values), second_moment(weights, values)), refs)]

    return calls


LAYER_KEYS = "the entries of the first INT8 key of every layer of minilm, of equal weight"

ABS_MOMENT = Conformance(
    "LeanMining.absMoment",
    abs_moment,
    (
        Check(
            "LeanMining.absMoment",
            ("Fin n → Rat", "Fin n → Rat"),
            "Rat",
            _moments(squared=False),
            f"the first absolute moment of {LAYER_KEYS}",
            of="layers",
        ),
    ),
)

SECOND_MOMENT = Conformance(
    "LeanMining.secondMoment",
    second_moment,
    (
        Check(
            "LeanMining.secondMoment",
            ("Fin n → Rat", "Fin n → Rat"),
            "Rat",
            _moments(squared=True),
            f"the second moment of {LAYER_KEYS}",
            of="layers",
        ),
    ),
)

MOMENT_RATIO = Conformance(
    "LeanMining.momentRatio",
    moment_ratio,
    (
        Check(
            "LeanMining.momentRatio",
            ("Rat", "Rat"),
            "Rat",
            _moments(squared=None),
            f"the moment ratio of {LAYER_KEYS}",
            of="layers",
            within=lambda first, second: (
                rounding_of_sum(2, first.dtype) * moment_ratio(first, second)
            ),
        ),
    ),
)

RELU = Conformance(
    "LeanMining.relu",
    torch.relu,
    (
        Check(
            "LeanMining.relu",
            ("Int",),
            "Int",
            lambda: [Call((to_current_device(INT8).long(),))],
            "relu on all of INT8",
        ),
    ),
)


def _boxes(rows: int) -> Callable[[], list[Call]]:
    """Return what gives the call at rows of the perceptron's first INT8 weight and the box of a
    step around the first held-out digit.
    """

    def calls() -> list[Call]:
        weight, pixels = first_layer()
        refs = [tensor_ref("digits-mlp/hidden1 int8", weight), tensor_ref("digits", pixels)]
        return [Call((weight[:rows], pixels[0] - 1, pixels[0] + 1), refs)]

    return calls


BOX_UPPER = Conformance(
    "LeanMining.boxUpper",
    box_upper,
    (
        Check(
            "LeanMining.boxUpper",
            ("Fin n → Int", "Fin n → Int", "Fin n → Int"),
            "Int",
            _boxes(64),
            "the greatest value of each row of the perceptron's first INT8 weight over a box around a digit",
            of="rows",
        ),
    ),
)

BOX_LOWER = Conformance(
    "LeanMining.boxLower",
    box_lower,
    (
        Check(
            "LeanMining.boxLower",
            ("Fin n → Int", "Fin n → Int", "Fin n → Int"),
            "Int",
            _boxes(4),
            "the least value of each of 4 rows of the perceptron's first INT8 weight over a box around a digit",
            of="rows",
        ),
    ),
)
