"""The table of conformance: each Lean definition that claims measure, the function that stands for
it, and where they agree.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator

import torch
from torch import Tensor

from claims.measures.floats import (
    add_single,
    bfloat_to_single,
    div_single,
    fake_quantize_per_tensor,
    half_to_single,
    mul_single,
    quantize_in_double,
    quantize_per_tensor,
    single_bits,
    single_to_bfloat,
    single_to_half,
    sub_single,
)
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
from claims.measures.information import code_prob, collision, decides, hypercubicity, is_cell
from claims.measures.int8 import clip, gate_gap, himp, qrelu, round_up, step_dist
from claims.measures.levels import is_rounding, nearest_multiples, rounded_to, whole
from claims.measures.moments import (
    excess_kurtosis,
    kurtosis_formula,
    mixture_kurtosis,
    mixture_mean,
    moment,
)
from claims.measures.rotations import hadamard_signs, turn
from claims.measures.whole import (
    clipping_error,
    in_range_error,
    mass_within,
    mse,
    quantization_noise,
    quantize,
    step_size,
    uniform_noise,
)
from claims.models.activations import (
    Granularity,
    QuantizedLayer,
    SymmetricLayer,
    counts,
    quantized_layers,
    symmetric_layers,
)
from claims.models.attention import (
    HEADS,
    attention_layers,
    head,
    int8_keys,
    int8_queries,
    int8_weights,
)
from claims.models.bounds import box_lower, box_upper, first_layer
from claims.models.layers import Layer
from claims.models.zoo import load_models, read_held_out
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
    "ADD_SINGLE",
    "BETA_EFF",
    "BETA_ROWS",
    "BFLOAT_TO_SINGLE",
    "BOX_LOWER",
    "BOX_UPPER",
    "CLIP",
    "CLIPPING_ERROR",
    "CODE_PROB",
    "COLLISION",
    "DECIDES",
    "DIV_SINGLE",
    "DOT",
    "EFFECTIVE_KURTOSIS",
    "ENERGY",
    "ENERGY_ALONG",
    "EXCESS_KURTOSIS",
    "FAKE_QUANTIZE",
    "FROBENIUS_SQ",
    "GAMMA_R",
    "GATE_GAP",
    "HALF_TO_SINGLE",
    "HIMP",
    "HYPERCUBICITY",
    "INDICATOR",
    "INF",
    "IN_RANGE_ERROR",
    "IS_CELL",
    "IS_ROUNDING",
    "JOIN",
    "KURTOSIS_FORMULA",
    "L1_NORM",
    "LE",
    "LE_OF_WHOLE_NUMBERS",
    "MASS_WITHIN",
    "MEAN_SQUARED_ERROR",
    "MIXTURE_MEAN",
    "MOMENT",
    "MOMENT_RATIO",
    "MULVEC",
    "MUL_SINGLE",
    "NORM_SQ",
    "PROJECT",
    "QRELU",
    "QUANTIZATION_NOISE",
    "QUANTIZE",
    "QUANTIZE_AFFINE",
    "QUANTIZE_PER_TENSOR",
    "RELU",
    "RESIDUAL",
    "ROUNDED_TO",
    "ROUND_UP",
    "SECOND_MOMENT",
    "SIGN",
    "SINGLE_TO_BFLOAT",
    "SINGLE_TO_HALF",
    "STABLE_RANK",
    "STEP_DIST",
    "STEP_SIZE",
    "SUBSPACE_OVERLAP",
    "SUB_SINGLE",
    "SUP",
    "UNIFORM_NOISE",
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


# Semantic and spectral
BITS = 48
"""Of whole numbers for the weights of a layer; all layers' weights have no more."""


def _perceptron() -> tuple[Layer, ...]:
    """Return the layers of the digits perceptron."""
    return next(model.layers for model in load_models() if model.name == "digits-mlp")


def _corners() -> Iterator[Call]:
    """Yield the call at some outputs of each layer, as points in space, and four tolerances."""
    for layer in _perceptron():
        x = layer.preactivation[:12, :2]
        tolerance = to_current_device(torch.tensor([0.0, 0.2, 0.75, 1.0]))
        yield Call((x[None], tolerance), [tensor_ref(layer.name, layer.preactivation)])


HYPERCUBICITY = Conformance(
    "LeanMining.hypercubicity",
    hypercubicity,
    (
        Check(
            "fun x t => LeanMining.hypercubicity x t",
            ("Fin n → Fin d → Rat", "Rat"),
            "Rat",
            _corners,
            "the first 2 outputs of each layer of the perceptron for 12 digits, and 4 tolerances",
            of="shares",
            within=lambda x, tolerance: (
                rounding_of_sum(1, torch.float64) * hypercubicity(x, tolerance)
            ),
        ),
    ),
)

FEW = 24
"""How many points are compared: a kernel compares each with each."""


def _labels() -> tuple[Tensor, Tensor, list[TensorRef]]:
    """Return the labels of held-out digits, the cells of the perceptron's first output for them,
    and the tensors that they are of.
    """
    labels, output = read_held_out()[1], _perceptron()[-1].preactivation
    refs = [tensor_ref("held-out labels", labels), tensor_ref("digits-mlp/logits", output)]
    return labels[:FEW], output[:FEW, 0].double().floor().long(), refs


def _weights() -> Tensor:
    """Return weights of `FEW` points: 1 each, and 0, 1 and 2 in turn."""
    number = torch.arange(FEW)
    return torch.stack([torch.ones_like(number), number % 3])


def _codes() -> Iterator[Call]:
    """Yield the call at labels and at cells, as codes."""
    *codes, refs = _labels()
    yield Call((_weights()[:, None], torch.stack(codes)[None]), refs)


POINTS = f"the labels of {FEW} held-out digits and the cells of the perceptron's first output"

CODE_PROB = Conformance(
    "LeanMining.codeProb",
    code_prob,
    (
        Check(
            "fun w q => LeanMining.codeProb w q",
            ("Fin n → Int", "Fin n → Int"),
            "Fin n → Int",
            _codes,
            f"the weight of each point's code: {POINTS}",
            of="points",
        ),
    ),
)

COLLISION = Conformance(
    "LeanMining.collision",
    collision,
    (
        Check(
            "fun w q => LeanMining.collision w q",
            ("Fin n → Int", "Fin n → Int"),
            "Int",
            _codes,
            f"the collisions of {POINTS}",
            of="codes",
        ),
    ),
)


def _deciding() -> Iterator[Call]:
    """Yield the call at labels by cells, by labels, and by halves of the cells."""
    labels, cells, refs = _labels()
    codes = torch.stack([cells, labels, labels // 2, cells * 10 + labels])
    yield Call((_weights()[:, None], codes, labels), refs)


DECIDES = Conformance(
    "LeanMining.Decides",
    decides,
    (
        Check(
            "fun w q y => LeanMining.Decides w q y",
            ("Fin n → Int", "Fin n → Int", "Fin n → Int"),
            "Prop",
            _deciding,
            f"whether a code decides labels: {POINTS}, and the two together",
            of="codes",
        ),
    ),
)


def _cells() -> Iterator[Call]:
    """Yield the call at outputs, beside the cells below, at and above them."""
    output = _perceptron()[-1].preactivation
    x, step = output[:3, :3].reshape(1, -1), to_current_device(torch.tensor([[0.375], [4.0]]))
    below = torch.floor(x.double() / step - 1).long()
    for codes in (below, below + 1, below + 2):
        yield Call((step, x, codes), [tensor_ref("digits-mlp/logits", output)])
    yield Call((step, step * below, below))  # At the lower end, which is in the cell,
    yield Call((step, step * below, below - 1))  # and not in the one below.


IS_CELL = Conformance(
    "LeanMining.IsCell",
    is_cell,
    (
        Check(
            "fun d x k => LeanMining.IsCell d x k",
            ("Rat", "Rat", "Int"),
            "Prop",
            _cells,
            "whether outputs of the perceptron are in a cell, of two steps, and the cells' lower ends",
            of="outputs",
        ),
    ),
)


LE_OF_WHOLE_NUMBERS = Conformance(
    "LE.le",
    torch.le,
    (
        Check(
            "fun x y => LE.le x y",
            ("Rat", "Rat"),
            "Prop",
            lambda: (Call((w, q[0]), refs) for _, w, q, refs in _rounded_weights()),
            "≤ at 3 × 4 weights of each layer of the perceptron and multiples of a step",
            of="pairs",
        ),
    ),
)


def _rounded_weights() -> Iterator[tuple[Tensor, Tensor, Tensor, list[TensorRef]]]:
    """Yield steps, some weights of a layer and its multiples of these, in whole numbers, one right
    and one not.
    """
    for layer in _perceptron():
        w = whole(layer.weight, bits=BITS)[0]
        step = torch.stack([w.abs().amax() // 2, 2 * w.abs().amax() + 1])
        some = w[:3, :4]
        right = nearest_multiples(some, step[:, None, None])
        wrong = right.clone()
        wrong[:, 0, 1] += step
        off = right.clone()
        off[:, 1, 0] += 1
        refs = [tensor_ref(f"{layer.name}.weight", layer.weight)]
        for q in (right, wrong, off):
            yield step, some, q, refs


def _roundings() -> Iterator[Call]:
    """Yield the call at each entry, and at both ends of half a step."""
    for step, some, q, refs in _rounded_weights():
        yield Call((step[:, None, None], some[:2, :2], q[:, :2, :2]), refs)
    q = torch.tensor([-12, -6, -3, 0, 3, 6, 12])
    yield Call((torch.tensor(6), torch.tensor([[3], [-3], [4], [-9]]), q))


IS_ROUNDING = Conformance(
    "LeanMining.IsRounding",
    is_rounding,
    (
        Check(
            "fun d w q => LeanMining.IsRounding d w q",
            ("Rat", "Rat", "Rat"),
            "Prop",
            _roundings,
            "whether multiples are nearest to 4 weights of each layer of the perceptron, of two steps",
            of="weights",
        ),
    ),
)

ROUNDED_TO = Conformance(
    "LeanMining.RoundedTo",
    rounded_to,
    (
        Check(
            "fun d w q => LeanMining.RoundedTo d w q",
            ("Rat", "Fin m → Fin n → Rat", "Fin m → Fin n → Rat"),
            "Prop",
            lambda: (Call(parts, refs) for *parts, refs in _rounded_weights()),
            "whether 3 × 4 weights of each layer of the perceptron are rounded, to two steps",
            of="matrices",
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


def _errors() -> Iterator[Call]:
    """Yield the call at what rounding changes of some weights of each layer, and at the weights."""
    for _, some, q, refs in _rounded_weights():
        yield Call((torch.stack([some, *(some - q)]).double(),), refs)


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
        Check(
            "frobeniusSq",
            ("Fin m → Fin n → Rat",),
            "Rat",
            _errors,
            "the squared Frobenius norm of 3 × 4 weights of each layer of the perceptron and of what "
            "rounding changes of them",
            of="matrices",
            within=lambda e: rounding_of_sum(e[0].numel() + 3, e.dtype) * energy(e),
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


# ----------------------------------------------------------------------------- what thresholds lose
Counted = tuple[Tensor, Tensor, Tensor, Tensor]
"""Weights and numbers, int64 [layers, n], numbers of steps and thresholds, [layers]; in units of
which Δ²/12 is whole."""


def _counted(every: int, steps: int, models: int = 5) -> tuple[Counted, list[TensorRef]]:
    """Return how often each INT8 value of so many from −128 on is an output of the first layer of a
    model, with another threshold for each.
    """
    first: dict[str, SymmetricLayer] = {}
    for layer in symmetric_layers():
        first.setdefault(layer.name.partition("/")[0], layer)
    layers = list(first.values())[:models]
    weights = torch.stack([counts(layer.values)[::every] for layer in layers])
    numbers = torch.arange(-128, 128)[::every].expand_as(weights) * 3 * steps
    alpha = (torch.arange(len(layers)) + 1) * 20 * 3 * steps
    return (weights, numbers, torch.full_like(alpha, steps), alpha), [x.ref for x in layers]


def _losses(*places: int, grids: Iterable[tuple[int, int, int]]) -> Callable[[], Iterator[Call]]:
    """Return what gives the call at `_counted` for each of its arguments, of whose result the
    places are taken.
    """

    def calls() -> Iterator[Call]:
        for grid in grids:
            found, refs = _counted(*grid)
            yield Call([found[place] for place in places], refs)

    return calls


_VECTORS = ("Fin n → Int", "Fin n → Int", "Int")
_GRIDS = ("Fin n → Rat", "Fin n → Rat", "Nat", "Rat")
COUNTS = "how often INT8 values are outputs of the first layer of models, and a threshold"
"""What the losses are compared at."""

CLIPPING_ERROR = Conformance(
    "LeanMining.clippingError",
    clipping_error,
    (
        Check(
            "fun w x α => LeanMining.clippingError w x α",
            _VECTORS,
            "Int",
            _losses(0, 1, 3, grids=[(8, 1, 5)]),
            f"the clipping error at {COUNTS}",
            of="layers",
        ),
    ),
)

MASS_WITHIN = Conformance(
    "LeanMining.massWithin",
    mass_within,
    (
        Check(
            "fun w x α => LeanMining.massWithin w x α",
            _VECTORS,
            "Int",
            _losses(0, 1, 3, grids=[(8, 1, 5)]),
            f"the weight within at {COUNTS}",
            of="layers",
        ),
    ),
)

QUANTIZATION_NOISE = Conformance(
    "LeanMining.quantizationNoise",
    quantization_noise,
    (
        Check(
            "fun w x N α => LeanMining.quantizationNoise w x N α",
            _GRIDS,
            "Rat",
            _losses(0, 1, 2, 3, grids=[(16, 15, 3), (16, 255, 2)]),
            f"the model of the noise with 15 and 255 steps at {COUNTS}",
            of="layers",
        ),
    ),
)

MEAN_SQUARED_ERROR = Conformance(
    "LeanMining.mse",
    mse,
    (
        Check(
            "fun w x N α => LeanMining.mse w x N α",
            _GRIDS,
            "Rat",
            _losses(0, 1, 2, 3, grids=[(8, 1, 3), (16, 3, 2), (32, 15, 2)]),
            f"the mean square error with 1, 3 and 15 steps at {COUNTS}",
            of="errors",
        ),
    ),
)

IN_RANGE_ERROR = Conformance(
    "LeanMining.inRangeError",
    in_range_error,
    (
        Check(
            "fun w x N α => LeanMining.inRangeError w x N α",
            _GRIDS,
            "Rat",
            _losses(0, 1, 2, 3, grids=[(16, 3, 2), (32, 15, 2)]),
            f"the error within with 3 and 15 steps at {COUNTS}",
            of="errors",
        ),
    ),
)


def _steps() -> list[Call]:
    """Return the call at three thresholds with 1 to 255 steps."""
    steps = torch.tensor([1, 3, 7, 15, 31, 63, 127, 255]).repeat(3)
    return [Call((torch.tensor([1, 60, 128]).repeat_interleave(8) * 3 * steps, steps))]


STEPS = "three thresholds, 1 to 8 bits"

STEP_SIZE = Conformance(
    "LeanMining.stepSize",
    step_size,
    (
        Check(
            "LeanMining.stepSize",
            ("Rat", "Nat"),
            "Rat",
            _steps,
            f"the step at {STEPS}",
            of="steps",
        ),
    ),
)

UNIFORM_NOISE = Conformance(
    "LeanMining.uniformNoise",
    uniform_noise,
    (
        Check(
            "LeanMining.uniformNoise",
            ("Rat", "Nat"),
            "Rat",
            _steps,
            f"the noise of uniform steps at {STEPS}",
            of="steps",
        ),
    ),
)


def _rounded() -> Iterator[Call]:
    """Yield the call at the first outputs of the first layer of all, in INT8."""
    layer = symmetric_layers()[0]
    for steps, numbers in ((1, 16), (7, 8), (15, 4), (255, 1)):
        unit, found = torch.tensor(3 * steps), layer.values.flatten()[:numbers].long()
        yield Call((unit * 60, torch.tensor(steps), unit * found), [layer.ref])


QUANTIZE = Conformance(
    "LeanMining.quantize",
    quantize,
    (
        Check(
            "LeanMining.quantize",
            ("Rat", "Nat", "Rat"),
            "Rat",
            _rounded,
            "the nearest levels to INT8 outputs of a layer with 1, 7, 15 and 255 steps",
            of="levels",
        ),
    ),
)


# ------------------------------------------------------------------------------ moments of mixtures
def _components(count: int, n: int) -> tuple[tuple[Tensor, Tensor, Tensor], list[TensorRef]]:
    """Return layers of the transformer as components of a mixture: their shares of the outputs,
    weights of the first `n` INT8 outputs of each that rise with the magnitude, and these outputs;
    float64 [count] and [count, n], int64 [count, n].
    """
    layers = [x for x in symmetric_layers() if x.name.startswith("minilm/")][:count]
    numbers = torch.stack([layer.values.flatten()[:n].long() for layer in layers])
    sizes = torch.tensor([layer.values.numel() for layer in layers], dtype=torch.float64)
    weights = numbers.abs().double() + 1
    return (sizes / sizes.sum(), weights / weights.sum(-1, keepdim=True), numbers), [
        layer.ref for layer in layers
    ]


def _mixed_moments() -> list[Call]:
    """Return the call about 0 and about a number that is not whole, of the orders 1 to 4."""
    (_, weights, numbers), refs = _components(2, 16)
    about, order = torch.tensor([0.0, 0.1], dtype=torch.float64), torch.arange(1, 5)
    return [Call((weights[:, None], numbers[:, None], about[:, None], order), refs)]


def _moment_rounding(w: Tensor, x: Tensor, mu: Tensor, p: Tensor) -> Tensor:
    """Each of n terms is rounded in the difference, which the power repeats, in the power, in the
    product and in the sums.
    """
    size = (x - mu[..., None]).abs().pow(p[..., None])
    return rounding_of_sum(w.shape[-1] + 8, torch.float64) * (w.abs() * size).sum(-1)


MOMENT = Conformance(
    "LeanMining.moment",
    moment,
    (
        Check(
            "LeanMining.moment",
            ("Fin n → Rat", "Fin n → Rat", "Rat", "Nat"),
            "Rat",
            _mixed_moments,
            "the moments 1 to 4 of 16 INT8 outputs of two layers of minilm",
            of="moments",
            within=_moment_rounding,
        ),
    ),
)


def _mean_rounding(v: Tensor, w: Tensor, x: Tensor) -> Tensor:
    terms = w.shape[-1] + w.shape[-2] + 2
    return rounding_of_sum(terms, torch.float64) * (v * (w * x).abs().sum(-1)).sum(-1)


def _mixtures() -> list[Call]:
    (shares, weights, numbers), refs = _components(3, 8)
    return [Call((shares, weights, numbers), refs)]


MIXTURE_MEAN = Conformance(
    "LeanMining.mixtureMean",
    mixture_mean,
    (
        Check(
            "LeanMining.mixtureMean",
            ("Fin c → Rat", "Fin c → Fin n → Rat", "Fin c → Fin n → Rat"),
            "Rat",
            _mixtures,
            "the mean of a mixture of 8 INT8 outputs each of three layers of minilm",
            of="mixtures",
            within=_mean_rounding,
        ),
    ),
)


def _kurtosis_rounding(w: Tensor, x: Tensor) -> Tensor:
    """The mean is off by a rounding of the mean magnitude, by which the moments move no more than
    by a few times its ratio to the standard deviation; the rest is the rounding of the moments.
    """
    far = (w * x.abs()).sum(-1) / moment(w, x, (w * x).sum(-1), torch.as_tensor(2)).sqrt()
    return rounding_of_sum(8 * w.shape[-1], torch.float64) * (excess_kurtosis(w, x) + 6) * (1 + far)


EXCESS_KURTOSIS = Conformance(
    "LeanMining.excessKurtosis",
    excess_kurtosis,
    (
        Check(
            "LeanMining.excessKurtosis",
            ("Fin n → Rat", "Fin n → Rat"),
            "Rat",
            lambda: [Call(found[1:], refs) for found, refs in [_components(2, 16)]],
            "the excess kurtosis of 16 INT8 outputs of two layers of minilm",
            of="kurtoses",
            within=_kurtosis_rounding,
        ),
    ),
)

EFFECTIVE_KURTOSIS = Conformance(
    "LeanMining.effectiveKurtosis",
    mixture_kurtosis,
    (
        Check(
            "LeanMining.effectiveKurtosis",
            ("Fin c → Rat", "Fin c → Fin n → Rat", "Fin c → Fin n → Rat"),
            "Rat",
            _mixtures,
            "the excess kurtosis of a mixture of 8 INT8 outputs each of three layers of minilm",
            of="mixtures",
            within=lambda v, w, x: _kurtosis_rounding((v[:, None] * w).flatten(), x.flatten()),
        ),
    ),
)


def _parameters() -> list[Call]:
    """Return the call for the components of `_mixtures`, of whose variances and means whole numbers
    near them stand.
    """
    (shares, weights, numbers), refs = _components(3, 8)
    spread, mean = numbers.double().var(-1).ceil(), numbers.double().mean(-1)
    return [Call((shares, excess_kurtosis(weights, numbers), spread, mean.round() / 4), refs)]


KURTOSIS_FORMULA = Conformance(
    "LeanMining.kurtosisFormula",
    kurtosis_formula,
    (
        Check(
            "LeanMining.kurtosisFormula",
            ("Fin c → Rat", "Fin c → Rat", "Fin c → Rat", "Fin c → Rat"),
            "Rat",
            _parameters,
            "the formula for three layers of minilm as components, from 8 INT8 outputs each",
            of="mixtures",
            within=lambda v, k, s, d: (
                rounding_of_sum(4 * len(v) + 16, torch.float64) * (kurtosis_formula(v, k, s, d) + 6)
            ),
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


# ------------------------------------------------------------------------------------------- floats
def _patterns() -> list[Call]:
    """Return the call at all bits of 16."""
    return [Call((torch.arange(65_536),))]


HALF_TO_SINGLE = Conformance(
    "LeanMining.Float.halfToSingle",
    half_to_single,
    (
        Check(
            "LeanMining.Float.halfToSingle",
            ("Nat",),
            "Nat",
            _patterns,
            "the float32 of all 65,536 bits of a float16",
            of="floats",
        ),
    ),
)

BFLOAT_TO_SINGLE = Conformance(
    "LeanMining.Float.bfloatToSingle",
    bfloat_to_single,
    (
        Check(
            "LeanMining.Float.bfloatToSingle",
            ("Nat",),
            "Nat",
            _patterns,
            "the float32 of all 65,536 bits of a bfloat16",
            of="floats",
        ),
    ),
)

SIGN_BIT = 1 << 31


def _both_signs(*bits: int) -> Tensor:
    return torch.tensor([*bits, *(SIGN_BIT + one for one in bits)])


def _edges(dropped: int, *ends: int) -> Callable[[], list[Call]]:
    """Return what gives the call where rounding to fewer bits of the fraction turns: by 1, and by
    the ends of a format, one below, at and one above half a unit in the last place, of an even and
    of an odd significand.

    Args:
        dropped: how many bits of the fraction are dropped.
        ends: the bits of numbers that the format has.
    """
    half = 1 << dropped - 1
    near = (0, 1, half - 1, half, half + 1, 3 * half - 1, 3 * half, 3 * half + 1)
    numbers = sorted(
        {max(0, end + side * step) for end in ends for side in (-1, 1) for step in near}
    )

    def calls() -> list[Call]:
        return [Call((_both_signs(*numbers),))]

    return calls


def _some_weights(count: int) -> Iterator[tuple[Tensor, TensorRef]]:
    """Yield the first weights of every layer of every model, float32, and what they are of."""
    for model in load_models():
        for layer in model.layers:
            name = f"{layer.name}.weight"
            yield layer.weight.flatten()[:count], tensor_ref(name, layer.weight)


def _weight_bits() -> Iterator[Call]:
    for weights, ref in _some_weights(32):
        yield Call((single_bits(weights),), [ref])


FIRST_WEIGHTS = "the first weights of every layer of every model"
INFINITE, NOT_A_NUMBER = 0x7F800000, 0x7FC00000

SINGLE_TO_HALF = Conformance(
    "LeanMining.Float.singleToHalf",
    single_to_half,
    (
        Check(
            "LeanMining.Float.singleToHalf",
            ("Nat",),
            "Nat",
            # 0, the least float32s, 2⁻²⁵, 2⁻²⁴, 2⁻²³, 2⁻¹⁴, 1, 2, 65,504, 65,536 and what is none.
            _edges(
                13, 0, 0x00800000, 0x33000000, 0x33800000, 0x34000000, 0x38800000, 0x3F800000,
                0x40000000, 0x477FE000, 0x47800000, INFINITE - 0x10000, INFINITE, NOT_A_NUMBER,
            ),
            "float32 to float16 where rounding turns",
            of="floats",
        ),
        Check(
            "LeanMining.Float.singleToHalf",
            ("Nat",),
            "Nat",
            _weight_bits,
            f"float32 to float16 of {FIRST_WEIGHTS}",
            of="floats",
        ),
    ),
)  # fmt: skip

SINGLE_TO_BFLOAT = Conformance(
    "LeanMining.Float.singleToBFloat",
    single_to_bfloat,
    (
        Check(
            "LeanMining.Float.singleToBFloat",
            ("Nat",),
            "Nat",
            # 0, the least subnormals and normal number, 1, 2, the greatest number and what is none.
            _edges(
                16, 0, 0x00010000, 0x00020000, 0x00800000, 0x3F800000, 0x40000000, 0x7F7F0000,
                INFINITE, NOT_A_NUMBER,
            ),
            "float32 to bfloat16 where rounding turns",
            of="floats",
        ),
        Check(
            "LeanMining.Float.singleToBFloat",
            ("Nat",),
            "Nat",
            _weight_bits,
            f"float32 to bfloat16 of {FIRST_WEIGHTS}",
            of="floats",
        ),
    ),
)  # fmt: skip

OPERANDS = (
    0,
    1,
    0x00800000,
    0x33800000,
    0x33800001,
    0x3F800001,
    0x7F7FFFFF,
    INFINITE,
    NOT_A_NUMBER,
)
"""0, the least subnormal and the least normal number, 2⁻²⁴ and the next one, the one behind 1, the
greatest number, and what is none.
"""


def _operands() -> list[Call]:
    """Return the call at `OPERANDS` with signs, and these and some that are negative."""
    second = torch.tensor([*OPERANDS, SIGN_BIT, SIGN_BIT + INFINITE])
    return [Call((_both_signs(*OPERANDS)[:, None], second[None]))]


def _neighbours() -> Iterator[Call]:
    """Yield the call at weights and the weights behind them."""
    for weights, ref in _some_weights(5):
        bits = single_bits(weights)
        yield Call((bits[:-1], bits[1:]), [ref])


def _operation(name: str, function: Callable[[Tensor, Tensor], Tensor], words: str) -> Conformance:
    """Return the conformance of an operation on float32."""
    return Conformance(
        name,
        function,
        tuple(
            Check(name, ("Nat", "Nat"), "Nat", calls, f"float32 {words} of {domain}", of="floats")
            for calls, domain in (
                (_operands, "pairs of zeros, subnormal numbers, ties, infinities and the like"),
                (_neighbours, f"neighbours among {FIRST_WEIGHTS}"),
            )
        ),
    )


ADD_SINGLE = _operation("LeanMining.Float.addSingle", add_single, "sums")
SUB_SINGLE = _operation("LeanMining.Float.subSingle", sub_single, "differences")
MUL_SINGLE = _operation("LeanMining.Float.mulSingle", mul_single, "products")
DIV_SINGLE = _operation("LeanMining.Float.divSingle", div_single, "quotients")

GRIDS = ((-128, 127), (0, 255))


def _on_grids(*, offset: bool) -> Callable[[], Iterator[Call]]:
    """Return what gives the call of a quantizer at weights, on a grid that they reach beyond, and
    at ties.
    """

    def arguments(
        x: Tensor, scale: float, zero_point: int, low: int, high: int
    ) -> tuple[Tensor, ...]:
        ends = [torch.tensor(number) for number in (zero_point, low, high)]
        step = torch.tensor(scale)
        if not offset:
            return x, step, *ends
        return x, step, torch.tensor(0.0 if low else 2 * scale / 3), *ends

    def calls() -> Iterator[Call]:
        up, down = torch.tensor(torch.inf), torch.tensor(-torch.inf)
        for low, high in GRIDS:
            # With an odd zero point it shows whether that comes before the rounding.
            for scale, zero_point in ((0.25, low + 128), (0.25, low + 131), (0.3, low + 131)):
                ties = scale * (torch.arange(-3, 5) + 0.5)
                near = [ties, torch.nextafter(ties, up), torch.nextafter(ties, down)]
                far = scale * torch.tensor([-0.0, 126.5, 300.0, -300.0])
                x = torch.cat([*near, far])
                yield Call(arguments(x, scale, zero_point, low, high))
            for number, (weights, ref) in enumerate(_some_weights(2)):
                scale = float(weights.abs().max()) / (100 + number)
                yield Call(arguments(weights, scale, low + 101, low, high), [ref])

    return calls


ON_GRIDS = f"ties and beside them, and {FIRST_WEIGHTS}, on grids of 8 bits"

QUANTIZE_PER_TENSOR = Conformance(
    "LeanMining.Float.quantizePerTensor",
    quantize_per_tensor,
    (
        Check(
            "LeanMining.Float.quantizePerTensor",
            ("Rat", "Rat", "Int", "Int", "Int"),
            "Int",
            _on_grids(offset=False),
            f"the codes of torch.quantize_per_tensor at {ON_GRIDS}",
            of="codes",
        ),
    ),
)

FAKE_QUANTIZE = Conformance(
    "LeanMining.Float.fakeQuantize",
    fake_quantize_per_tensor,
    (
        Check(
            "LeanMining.Float.fakeQuantize",
            ("Rat", "Rat", "Int", "Int", "Int"),
            "Rat",
            _on_grids(offset=False),
            f"torch.fake_quantize_per_tensor_affine at {ON_GRIDS}",
            of="levels",
        ),
    ),
)

QUANTIZE_AFFINE = Conformance(
    "LeanMining.Float.quantizeAffine",
    quantize_in_double,
    (
        Check(
            "LeanMining.Float.quantizeAffine",
            ("Rat", "Rat", "Rat", "Int", "Int", "Int"),
            "Int",
            _on_grids(offset=True),
            f"the codes of quantize_affine at {ON_GRIDS}, with offsets",
            of="codes",
        ),
    ),
)
