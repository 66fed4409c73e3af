"""System 000, the measurements: what the gate, quantization and reconstruction lose in the layers
of real networks.

For a layer's outputs x, before the nonlinearity, r = relu(x), y = Q(r) and x̂ the best affine
reconstruction of x from y:

    gate = mean |x − r|    quantization = mean |r − y|    reconstruction = mean |y − x̂|    total =
    mean |x − x̂|

all in the unit of x. INT formats use the zero point z and scale that cover x, so that Q(relu x) =
scale · (max(q, z) − z) with q the quantized x; FP16 rounds r to half precision.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import asdict, dataclass, replace
from fractions import Fraction

import torch
from torch import Tensor

from claims.cases import of_vectors
from claims.conformance import (
    BOX_LOWER,
    BOX_UPPER,
    DOT,
    GATE_GAP,
    LE,
    QRELU,
    RELU,
    ROUND_UP,
    STEP_DIST,
)
from claims.measures.geometry import dot
from claims.measures.int8 import gate_gap, qrelu, round_up, step_dist
from claims.models import bounds
from claims.models.activations import QuantizedLayer, quantized_layers
from claims.models.digits import NETWORKS
from claims.models.layers import Layer
from claims.models.zoo import digits_weights, load_models, read_held_out
from claims.notation import Integers, int8, integers
from claims.nucleus import (
    ARCHITECTURE,
    EMPIRICAL,
    FORMAL,
    PAIRS,
    PAIRS_DOMAIN,
    QUESTION,
    on_every_row,
)
from claims.on_layers import ALL_LAYERS, RELU_LAYERS, find_layer, layers_of, per_layer
from claims.reasons import MEASURED, false_as_a_law
from pyharness import (
    INT8,
    Evidence,
    Plot,
    Run,
    Statement,
    Witness,
    cached_on_cpu,
    cached_per_device,
    choose_params_affine,
    claim,
    current_device,
    dequantize_affine,
    dotted,
    enumerate_cases,
    of_values,
    predicate,
    quantize_affine,
    significant,
    sweep,
    tensor_ref,
    to_current_device,
    to_fp16,
)

KEEPS_ZERO = (
    "a measurement of the models at hand; as a law it is false: of an output of −1 quantization loses nothing in any "
    "format"
)

BITS = {"INT16": 16, "INT8": 8, "INT4": 4}
FORMATS = (*BITS, "FP16")


@dataclass(frozen=True, eq=False)
class Losses:
    """The elementwise losses of one layer in one format, float64 [rows, out] each."""

    gate: Tensor
    quantization: Tensor
    reconstruction: Tensor
    total: Tensor


def gated(x: Tensor, number_format: str) -> Tensor:
    """Return y = Q(relu x) as float64, for x float64 of any shape."""
    if number_format == "FP16":
        return to_fp16(x.relu()).double()
    params = choose_params_affine(x, x.shape, bits=BITS[number_format])
    q = quantize_affine(x, x.shape, *params)
    z = params.zero_point.to(q.dtype)
    y = qrelu(z, q) if q.dtype == torch.int8 else torch.maximum(q, z)
    return dequantize_affine(y, x.shape, params.scale, params.zero_point)


def losses(x: Tensor, number_format: str) -> Losses:
    """Return what each step loses at each element of x, float64 [rows, out]."""
    r, y = x.relu(), gated(x, number_format)
    x_hat = read_back(x, y)
    return Losses((x - r).abs(), (r - y).abs(), (y - x_hat).abs(), (x - x_hat).abs())


def read_back(x: Tensor, y: Tensor) -> Tensor:
    """Return the best affine reconstruction of x from y, float64 [rows, out]."""
    centred = y - y.mean()
    spread = centred.square().sum()
    slope = (centred * x).sum() / spread if spread > 0 else spread
    return x.mean() + slope * centred


@cached_per_device
def layer_losses(layer_name: str, number_format: str) -> dict[str, float]:
    """Return the means of the losses of the layer `model/layer`, and the two ratios that the source
    speaks of.
    """
    found = losses(find_layer(layer_name).preactivation.double(), number_format)
    gate, quantization, reconstruction, total = (
        float(part.mean())
        for part in (found.gate, found.quantization, found.reconstruction, found.total)
    )
    return {
        "gate": gate,
        "quantization": quantization,
        "reconstruction": reconstruction,
        "total": total,
    }


THREE_NETWORKS = "every layer that a ReLU follows, of the perceptron, the CNN and the autoencoder"


# ---------------------------------------------------------------------------- the gap decomposition
UNIT = 2.0**-32
"""The step of the fixed-point numbers on which laws are exact: a layer's outputs, and what becomes
of them, are rounded to whole multiples of it."""


def fixed_point(x: Tensor) -> Tensor:
    """Return the nearest multiple of `UNIT` to each number, as a count of them, int64."""
    return (x.double() / UNIT).round_().long()


BLOCK = 2**16
"""Elements of which a law is asked at a time: few enough for a processor's cache."""


@predicate
def gate_and_quantization_add_up(x: Integers, y: Integers) -> Tensor:
    """|x − y| = |x − relu x| + |relu x − y|, and y ≥ 0 where relu x is 0, as Q(0) is; in integers,
    elementwise.
    """
    x, y = integers(x), integers(y)
    r = torch.relu(x)
    return ((r != 0) | (y >= 0)) & ((x - y).abs() == (x - r).abs() + (r - y).abs())


@predicate
def stored_gate_adds_up(x: Integers, z: Integers, q: Integers, scale: Integers) -> Tensor:
    """|x − y| = |x − relu x| + |relu x − y| with y = scale · (max(q, z) − z), in integers,
    elementwise.
    """
    x, z, scale = integers(x), int8(z), integers(scale)
    y = scale * (qrelu(z, int8(q)).long() - z.long())
    r = torch.relu(x)
    return (x - y).abs() == (x - r).abs() + (r - y).abs()


@predicate
def total_is_at_most_the_sum(layer: str) -> bool:
    """Mean |x − x̂| ≤ gate + quantization + reconstruction, up to the rounding of three float64
    sums.
    """
    return all(
        found["total"]
        <= (found["gate"] + found["quantization"] + found["reconstruction"]) * (1 + 2.0**-40)
        for found in (layer_losses(layer, name) for name in FORMATS)
    )


def _gated_in_blocks(number_format: str, layer: Layer) -> Iterator[dict[str, Tensor]]:
    """Yield a layer's outputs and what becomes of them, in fixed point, some at a time."""
    x = layer.preactivation.double()
    y = gated(x, number_format)
    for some, stored in zip(x.flatten().split(BLOCK), y.flatten().split(BLOCK), strict=True):
        yield {"x": fixed_point(some), "y": fixed_point(stored)}


def _codes_in_blocks(number_format: str, layer: Layer) -> Iterator[dict[str, Tensor]]:
    """Yield a layer's outputs in fixed point, their codes, and the zero point and scale of all."""
    x = layer.preactivation.double()
    params = choose_params_affine(x, x.shape, bits=BITS[number_format])
    codes = quantize_affine(x, x.shape, *params).flatten()
    z, scale = params.zero_point.flatten(), fixed_point(params.scale.flatten())
    for some, q in zip(x.flatten().split(BLOCK), codes.split(BLOCK), strict=True):
        yield {"x": fixed_point(some), "z": z, "q": q, "scale": scale}


def _elements(
    law: Callable[..., Tensor],
    formats: Sequence[str],
    parts: Callable[[str, Layer], Iterator[dict[str, Tensor]]],
    *,
    domain: str,
    shows: str,
) -> Evidence:
    """Ask a law of elements of every layer's outputs in each format."""
    layers = dict(layers_of(load_models(), relu_only=False))
    return of_vectors(
        law,
        (
            part
            for layer in layers.values()
            for number_format in formats
            for part in parts(number_format, layer)
        ),
        {"x": 0, "y": 0, "z": 0, "q": 0, "scale": 0},
        domain=domain,
        summary=f"{len(layers)} layers",
        shows=f"at {shows}, in units of 2^−32",
        tensors=[
            tensor_ref(f"{name} outputs", layer.preactivation) for name, layer in layers.items()
        ],
        measurements=[
            {"layer": name, "followed by": layer.kind}
            | {key: significant(value) for key, value in layer_losses(name, "INT8").items()}
            for name, layer in layers.items()
        ],
    )


def losses_by_format(layer: str) -> dict[str, float]:
    """The gate's loss, which no format changes, and the other losses in each format."""
    by_format = {name: layer_losses(layer, name) for name in FORMATS}
    return {"gate": by_format["INT8"]["gate"]} | {
        f"{name} {part}": found[part]
        for name, found in by_format.items()
        for part in ("quantization", "reconstruction", "total")
    }


LOSSES_PLOTS = tuple(
    Plot(
        "categories",
        f"{part}, beside the gate’s gap",
        y=("gate", *(f"{name} {part}" for name in FORMATS)),
        by=("layer",),
    )
    for part in ("quantization", "reconstruction", "total")
)


@predicate
def total_is_the_sum(layer: str) -> bool:
    """Mean |x − x̂| = gate + quantization + reconstruction, to one part in a million."""
    found = layer_losses(layer, "INT8")
    parts = found["gate"] + found["quantization"] + found["reconstruction"]
    return abs(found["total"] - parts) <= 1e-6 * parts


@predicate
def scalar_gap_adds_up(x: int, y: int, x_hat: int) -> bool:
    """|x − x̂| = |x − relu x| + |relu x − y| + |y − x̂|, in integers."""
    return abs(x - x_hat) == abs(x - max(x, 0)) + abs(max(x, 0) - y) + abs(y - x_hat)


@claim(
    "gap.additive",
    statement="The measured gap decomposes additively: total = quantization + gate + reconstruction "
    "(hAdditive).",
    source=FORMAL,
    negation="LeanMining.hAdditive_measured_as_given_false",
    tier="refuted",
)
def additive(run: Run) -> Iterator[Evidence]:
    yield Evidence(
        "witness",
        "x = -1, gated and quantized to 0, reconstructed to -1",
        1,
        1,
        "total 0, parts sum to 2",
        witness=Witness(
            dotted(scalar_gap_adds_up),
            {"x": -1, "y": 0, "x_hat": -1},
            "the total is |-1 - -1| = 0; gate 1 + quantization 0 + reconstruction 1 = 2",
        ),
    )
    yield per_layer(
        run,
        total_is_the_sum,
        lambda name: layer_losses(name, "INT8"),
        domain=f"INT8, {RELU_LAYERS}",
        shows=lambda name: (
            "total {total:.6g}, gate {gate:.6g} + quantization {quantization:.6g} + reconstruction "
            "{reconstruction:.6g}".format(**layer_losses(name, "INT8"))
        ),
    )


GATE_QUANTIZATION = Statement(
    "gap.gate_quantization",
    says="total = quantization + gate + reconstruction (hAdditive), of its first two parts.",
    source=FORMAL,
)


@GATE_QUANTIZATION.reading(
    "any_rounding",
    statement="Where Q(0) ≥ 0, gate and quantization add up exactly in L1: "
    "|x − Q(relu x)| = |x − relu x| + |relu x − Q(relu x)|.",
    theorem="LeanMining.gate_quant_l1_additive",
    tier="silver",
)
def gate_quantization_of_any_rounding(run: Run) -> Iterator[Evidence]:
    """What the formats store, which must not be below 0 where the gate gives 0."""
    yield _elements(
        gate_and_quantization_add_up,
        list(BITS),
        _gated_in_blocks,
        domain=f"every element of INT16, INT8 and INT4, to 2^−32, {ALL_LAYERS}",
        shows="x = {x} and y = {y}",
    )


@GATE_QUANTIZATION.reading(
    "quantized_relu",
    statement="Of the quantized ReLU, which stores y = s · (max(q, z) − z) with a scale s ≥ 0, gate and quantization "
    "add up exactly in L1: |x − y| = |x − relu x| + |relu x − y|.",
    theorem="LeanMining.gate_qRelu_l1_additive",
    tier="gold",
    measures=[QRELU, RELU],
)
def gate_quantization_of_quantized_relu(run: Run) -> Iterator[Evidence]:
    """The codes, from which the law makes what is stored."""
    yield _elements(
        stored_gate_adds_up,
        ("INT8", "INT4"),
        _codes_in_blocks,
        domain=f"every element of INT8 and INT4, x and s to 2^−32, {ALL_LAYERS}",
        shows="x = {x}, q = {q}, z = {z} and s = {scale}",
    )


@claim(
    "gap.total_le_sum",
    statement="The total gap is at most gate + quantization + reconstruction.",
    source=FORMAL,
    theorem="LeanMining.total_le_sum",
    tier="silver",
)
def total_le_sum(run: Run) -> Iterator[Evidence]:
    found = per_layer(
        run,
        total_is_at_most_the_sum,
        losses_by_format,
        domain=f"INT16, INT8, INT4 and FP16, {ALL_LAYERS}",
        shows=str,
        relu_only=False,
    )
    yield replace(found, plots=LOSSES_PLOTS)


# ---------------------------------------------------------------------------------- the integer gap
@predicate
def gap_is_positive_iff_below(z: Integers, q: Integers) -> Tensor:
    """max(q, z) − q > 0 ↔ q < z."""
    z, q = int8(z), int8(q)
    return (qrelu(z, q).short() - q.short() > 0) == (q < z)


@predicate
def gap_is_positive_iff_some_below(z: Integers, q: Integers) -> Tensor:
    """Σ (max(q_i, z_i) − q_i) > 0 ↔ some q_i < z_i, over the last dimension."""
    z, q = int8(z), int8(q)
    return (gate_gap(z, q) > 0) == (q < z).any(-1)


@predicate
def gap_is_in_its_band(z: Integers, q: Integers) -> Tensor:
    """With m of the activations below their zero points, m ≤ Σ (max(q_i, z_i) − q_i) ≤ 255 m, over
    the last dimension.
    """
    z, q = int8(z), int8(q)
    gap, below = gate_gap(z, q), (q < z).sum(-1)
    return (below <= gap) & (gap <= 255 * below)


@claim(
    "gap.positive",
    statement="The gate's gap on measured activations is positive if and only if some activation is below "
    "its zero point.",
    source=FORMAL,
    theorem="LeanMining.gap_pos_iff",
    tier="gold",
    measures=[QRELU, GATE_GAP],
    streams=of_values(gap_is_positive_iff_below, "q"),
)
def positive(run: Run) -> Iterator[Evidence]:
    yield sweep(gap_is_positive_iff_below, PAIRS, domain=PAIRS_DOMAIN, summary="65,536 (z, q)")
    yield on_every_row(run, gap_is_positive_iff_some_below)


@predicate
def gap_is_positive(z: Integers, q: Integers) -> Tensor:
    """max(q, z) − q > 0."""
    z, q = int8(z), int8(q)
    return qrelu(z, q) > q


@claim(
    "gap.positive_as_given",
    statement="The gate's gap is positive, whatever the activations.",
    source=ARCHITECTURE,
    negation="LeanMining.gap_pos_as_given_false",
    tier="refuted",
    streams=of_values(gap_is_positive, "q"),
)
def positive_as_given(run: Run) -> Iterator[Evidence]:
    yield sweep(
        gap_is_positive,
        PAIRS,
        domain=PAIRS_DOMAIN,
        summary="65,536 (z, q)",
        shows="{q} is not below {z}",
    )


@predicate
def parts_bound_the_whole(z: Integers, q: Integers, stored: Integers, back: Integers) -> Tensor:
    """Σ |q_i − b_i| ≤ Σ |r_i − s_i| + Σ (r_i − q_i) + Σ |s_i − b_i| over the last dimension, with
    r = max(q, z) gated, s stored and b read back.
    """
    z, q, stored, back = int8(z), int8(q), int8(stored), int8(back)
    total, quantization = step_dist(q, back), step_dist(qrelu(z, q), stored)
    return total <= quantization + gate_gap(z, q) + step_dist(stored, back)


def grafted(layer: QuantizedLayer) -> tuple[Tensor, Tensor]:
    """Return what is stored of a layer's INT8 activations behind the gate, in 4 bits, and the INT8
    values that are read back by the best affine map, int8 [rows, out] each.
    """
    stored = round_up(4, qrelu(layer.zero_points, layer.values))
    q, y = layer.values.double(), stored.double()
    centred = y - y.mean()
    spread = centred.square().sum()
    slope = (centred * q).sum() / spread if spread > 0 else spread
    back = (q.mean() + slope * centred).round().clamp(-128, 127).to(torch.int8)
    return stored, back


def measured_gaps(layer: QuantizedLayer) -> dict[str, float]:
    """The measured whole gap and its parts, in INT8 steps, as means over a layer's activations."""
    stored, back = grafted(layer)
    q, gated = layer.values, qrelu(layer.zero_points, layer.values)
    return {
        "total": float(step_dist(q, back).sum()) / q.numel(),
        "quantization": float(step_dist(gated, stored).sum()) / q.numel(),
        "gate": float(gate_gap(layer.zero_points, q).sum()) / q.numel(),
        "reconstruction": float(step_dist(stored, back).sum()) / q.numel(),
    }


@claim(
    "gap.certificate",
    statement="A NucleusGraftingCertificate bundles the gap band, the proof that the gap is positive, and the "
    "whole gap with its three parts, which bound it, all built from measured integers.",
    source=FORMAL,
    theorem="LeanMining.NucleusGraftingCertificate.ofMeasurement_measured",
    tier="gold",
    measures=[GATE_GAP, QRELU, STEP_DIST],
)
def certificate(run: Run) -> Iterator[Evidence]:
    yield on_every_row(run, gap_is_in_its_band)
    yield on_every_row(run, gap_is_positive_iff_some_below)
    cases = violations = 0
    rows, tensors, witness = [], [], None
    for layer in quantized_layers():
        stored, back = grafted(layer)
        z = layer.zero_points.expand(layer.values.shape)
        holds = parts_bound_the_whole(z, layer.values, stored, back)
        cases += len(holds)
        violations += len(holds) - int(torch.count_nonzero(holds))
        tensors.append(layer.ref)
        if layer.layer.kind == "relu" and layer.granularity == "per-tensor":
            figures = measured_gaps(layer)
            rows.append(
                {"layer": f"{layer.model.name}/{layer.layer.name}"}
                | {name: significant(value) for name, value in figures.items()}
            )
        if witness is None and not bool(holds.all()):
            row = int(torch.nonzero(~holds)[0])
            vectors = {"z": z, "q": layer.values, "stored": stored, "back": back}
            witness = Witness(
                dotted(parts_bound_the_whole),
                {name: vector[row].tolist() for name, vector in vectors.items()},
                f"{layer.ref.name}, row {row}",
            )
    yield Evidence(
        "model",
        "rows of INT8 activations of every layer of every model, stored in 4 bits and read back",
        cases,
        violations,
        f"{cases:,} activation vectors",
        device=current_device().type,
        tensors=tensors,
        witness=witness,
        measurements=rows,
    )


# ------------------------------------------------------------------------------ where the gap grows
@predicate
def gap_grows_with_zero_point(z: Integers, w: Integers, q: Integers) -> Tensor:
    """`z ≤ w → max(q, z) − q ≤ max(q, w) − q`."""
    z, w, q = int8(z), int8(w), int8(q)
    lower, higher = (
        gate_gap(z.unsqueeze(-1), q.unsqueeze(-1)),
        gate_gap(w.unsqueeze(-1), q.unsqueeze(-1)),
    )
    return ~(z <= w) | (lower <= higher)


@predicate
def raised_zero_points_raise_the_gap(z: Integers, q: Integers) -> Tensor:
    """The gap at zero points z_i + 1 (at most 127) is at least that at z, of vectors along the last
    dimension.
    """
    z, q = int8(z), int8(q)
    return gate_gap(z + (z < 127), q) >= gate_gap(z, q)


@claim(
    "gap.zero_point",
    statement="A higher zero point means a larger gap: z ≤ w implies gap(z, q) ≤ gap(w, q).",
    source=FORMAL,
    theorem="LeanMining.gap_mono",
    tier="gold",
    measures=[GATE_GAP, LE],
)
def zero_point(run: Run) -> Iterator[Evidence]:
    yield sweep(
        gap_grows_with_zero_point,
        {"z": INT8, "w": INT8, "q": INT8},
        domain="all 16,777,216 INT8 triples (z, w, q)",
        summary="16,777,216 (z, w, q)",
    )
    yield on_every_row(run, raised_zero_points_raise_the_gap)


COARSER = Statement(
    "gap.coarser",
    says="Bitwidth monotonicity is provable: coarser quantization means larger gap.",
    source=QUESTION,
)


@predicate
def fewer_bits_raise_farther(k: Integers, q: Integers) -> Tensor:
    """round_up k q − q ≤ round_up (k + 1) q − q."""
    k, q = integers(k), int8(q)
    return round_up(k, q).short() - q <= round_up(k + 1, q).short() - q


@COARSER.reading(
    "rounding_up",
    statement="Rounding INT8 up to fewer bits raises every value at least as far.",
    theorem="LeanMining.roundUp_gap_mono",
    tier="gold",
    measures=[ROUND_UP],
    streams=of_values(fewer_bits_raise_farther, "q", k=torch.arange(8)),
)
def coarser_rounding_up(run: Run) -> Iterator[Evidence]:
    """Every bitwidth and every value."""
    yield sweep(
        fewer_bits_raise_farther,
        {"k": torch.arange(8), "q": INT8},
        domain="8 to 1 bits × all 256 values q",
        summary="2,048 (k, q)",
    )


@predicate
def one_bit_more_is_no_worse(x: str, bits: int) -> bool:
    """The nearest of 2^(bits + 1) levels from −1 to 1 is at least as near to x as the nearest of
    2^bits.
    """
    value = Fraction(x)
    coarse, fine = (
        min(abs(value - Fraction(2 * k - steps, steps)) for k in range(steps + 1))
        for steps in (2**bits - 1, 2 ** (bits + 1) - 1)
    )
    return fine <= coarse


@COARSER.reading(
    "same_range",
    statement="Of any value, the nearest of 2^(b + 1) levels from −1 to 1 is at least as near as the nearest of "
    "2^b.",
    negation="LeanMining.coarser_as_given_false",
    tier="refuted",
)
def coarser_same_range(run: Run) -> Iterator[Evidence]:
    """Thirds, fifths and sevenths."""
    cases = [{"x": x, "bits": bits} for x in ("1/3", "1/7", "1/5", "1") for bits in (2, 3, 4)]
    yield enumerate_cases(
        one_bit_more_is_no_worse,
        cases,
        domain="4 fractions, 2 to 4 bits",
        summary=f"{len(cases)} cases",
        kind="witness",
        shows="{x} is nearer to a level of {bits} bits",
    )


@predicate
def fewer_bits_lose_more(layer: str) -> bool:
    """Quantization loss: INT4 > INT8 > INT16."""
    found = quantization_by_format(layer)
    return found["INT4"] > found["INT8"] > found["INT16"]


@COARSER.reading(
    "measured",
    statement="In every layer that a ReLU follows, quantization loses more in INT4 than in INT8, and more in INT8 "
    "than in INT16.",
    no_theorem=KEEPS_ZERO,
    tier="bronze",
)
def coarser_measured(run: Run) -> Iterator[Evidence]:
    """The layers' mean losses."""
    yield per_layer(
        run,
        fewer_bits_lose_more,
        quantization_by_format,
        domain=f"quantization loss, {RELU_LAYERS}",
        shows=_by_format,
    )


# --------------------------------------------------------------------------------------- fewer bits
@predicate
def rounding_up_is_a_nucleus(k: Integers, p: Integers, q: Integers) -> Tensor:
    """round_up k is extensive and idempotent at q and preserves the meet of p and q."""
    k, p, q = integers(k), int8(p), int8(q)
    up = round_up(k, q)
    return (
        (up >= q)
        & (round_up(k, up) == up)
        & (round_up(k, torch.minimum(p, q)) == torch.minimum(round_up(k, p), up))
    )


@predicate
def fewer_bits_fix_strictly_less(k: Integers) -> Tensor:
    """Every value that round_up (k + 1) fixes is fixed by round_up k, and some value only by the
    latter.
    """
    k = integers(k).unsqueeze(-1)
    values = int8(INT8)
    fine, coarse = round_up(k, values) == values, round_up(k + 1, values) == values
    return (~coarse | fine).all(-1) & (fine & ~coarse).any(-1)


@claim(
    "gap.bitwidth_family",
    statement="bitwidthFamily genuinely weakens: with fewer bits, strictly fewer values are fixed.",
    source=ARCHITECTURE,
    theorem="LeanMining.bitwidthFamily_strict",
    tier="gold",
    measures=[ROUND_UP],
    streams=of_values(rounding_up_is_a_nucleus, "p", "q", k=torch.arange(9)),
)
def bitwidth_family(run: Run) -> Iterator[Evidence]:
    yield sweep(
        fewer_bits_fix_strictly_less,
        {"k": torch.arange(8)},
        domain="8 to 1 bits, fixed sets enumerated over INT8",
        summary="8 bitwidths",
    )
    yield sweep(
        rounding_up_is_a_nucleus,
        {"k": torch.arange(9), "p": INT8, "q": INT8},
        domain="8 to 0 bits × all 65,536 INT8 pairs (p, q)",
        summary="589,824 (k, p, q)",
    )


# ------------------------------------------------------------------------------- the seed's figures
DOMINANCE = Statement(
    "gap.gate_dominance",
    says="Gate dominance: the gate component is 5–6× the quantization component.",
    source=EMPIRICAL,
)


@predicate
def gate_is_5_to_6_times_quantization(layer: str) -> bool:
    """5 ≤ gate / quantization ≤ 6 in INT8."""
    return 5 <= gate_ratio(layer)["gate / quantization"] <= 6


@predicate
def gate_is_larger_than_quantization(layer: str) -> bool:
    """The gate loses more than quantization in INT8."""
    return gate_ratio(layer)["gate"] > gate_ratio(layer)["quantization"]


def gate_ratio(layer: str) -> dict[str, float]:
    """The gate's and the quantization's mean loss in INT8, and their ratio."""
    found = layer_losses(layer, "INT8")
    return {
        "gate": found["gate"],
        "quantization": found["quantization"],
        "gate / quantization": found["gate"] / found["quantization"]
        if found["quantization"]
        else 0.0,
    }


def _ratio(name: str) -> str:
    return f"{name}: the ratio is {gate_ratio(name)['gate / quantization']:.4g}"


@DOMINANCE.reading(
    "ratio",
    statement="In INT8 the gate loses 5 to 6 times what quantization loses.",
    negation="LeanMining.gate_5_to_6_as_given_false",
    tier="refuted",
)
def dominance_ratio(run: Run) -> Iterator[Evidence]:
    """The layers' mean losses."""
    yield per_layer(
        run,
        gate_is_5_to_6_times_quantization,
        gate_ratio,
        domain=f"INT8, {RELU_LAYERS}",
        shows=_ratio,
    )


@DOMINANCE.reading(
    "larger",
    statement="In INT8 the gate loses more than quantization in every layer that a ReLU follows.",
    no_theorem=false_as_a_law("gap.gate_dominance.law"),
    tier="bronze",
)
def dominance_larger(run: Run) -> Iterator[Evidence]:
    """The layers' mean losses."""
    yield per_layer(
        run,
        gate_is_larger_than_quantization,
        gate_ratio,
        domain=f"INT8, {RELU_LAYERS}",
        shows=_ratio,
    )


@predicate
def gate_loses_at_least_quantization(outputs: list[str], step: str) -> bool:
    """Σ |x − relu x| ≥ Σ |relu x − Q(relu x)| of outputs, with Q the nearest multiple of a step."""
    gated = [max(Fraction(x), Fraction()) for x in outputs]
    size = Fraction(step)
    gate = sum(y - Fraction(x) for x, y in zip(outputs, gated, strict=True))
    return gate >= sum(abs(y - round(y / size) * size) for y in gated)


@DOMINANCE.reading(
    "law",
    statement="The gate loses at least what quantization loses, whatever a layer's outputs are.",
    negation="LeanMining.gate_dominance_as_given_false",
    tier="refuted",
)
def dominance_law(run: Run) -> Iterator[Evidence]:
    """Outputs of one sign and of two."""
    cases = [
        {"outputs": outputs, "step": "1"} for outputs in (["-1"], ["1/3"], ["-1/2", "1/3"], ["1/2"])
    ]
    yield enumerate_cases(
        gate_loses_at_least_quantization,
        cases,
        domain="layers of one and two outputs, rounded to whole numbers",
        summary=f"{len(cases)} layers",
        kind="witness",
        shows="the gate loses nothing of {outputs}",
    )


ORDER = Statement(
    "gap.bitwidth_order",
    says="Bitwidth monotonicity confirmed: INT8 > INT16 > FP16 gap across all models.",
    source=EMPIRICAL,
)


@predicate
def coarser_is_worse(layer: str) -> bool:
    """Quantization loss: INT8 > INT16 > FP16."""
    found = quantization_by_format(layer)
    return found["INT8"] > found["INT16"] > found["FP16"]


@predicate
def whole_gap_falls_with_the_format(layer: str) -> bool:
    """The whole gap, reconstruction included: INT8 > INT16 > FP16."""
    found = total_by_format(layer)
    return found["INT8"] > found["INT16"] > found["FP16"]


@predicate
def int8_is_worst(layer: str) -> bool:
    """Quantization loss: INT8 > INT16 and INT8 > FP16."""
    found = quantization_by_format(layer)
    return found["INT8"] > max(found["INT16"], found["FP16"])


def quantization_by_format(layer: str) -> dict[str, float]:
    """Mean |relu x − Q(relu x)| in each format."""
    return {name: layer_losses(layer, name)["quantization"] for name in FORMATS}


def total_by_format(layer: str) -> dict[str, float]:
    """Mean |x − x̂| in each format."""
    return {name: layer_losses(layer, name)["total"] for name in FORMATS}


def _by_format(name: str) -> str:
    figures = quantization_by_format(name).items()
    return f"{name}: " + ", ".join(f"{key} {value:.4g}" for key, value in figures)


def _total_by_format(name: str) -> str:
    figures = total_by_format(name).items()
    return f"{name}: " + ", ".join(f"{key} {value:.7g}" for key, value in figures)


@ORDER.reading(
    "quantization",
    statement="The quantization loss falls with the format in every layer that a ReLU follows: INT8 > INT16 > "
    "FP16.",
    negation="LeanMining.bitwidth_order_as_given_false",
    tier="refuted",
)
def order_quantization(run: Run) -> Iterator[Evidence]:
    """The layers' mean losses."""
    yield per_layer(
        run,
        coarser_is_worse,
        quantization_by_format,
        domain=f"quantization loss, {RELU_LAYERS}",
        shows=_by_format,
    )


@ORDER.reading(
    "total",
    statement="The whole gap falls with the format in every layer that a ReLU follows: INT8 > INT16 > FP16.",
    negation="LeanMining.bitwidth_order_total_as_given_false",
    tier="refuted",
)
def order_total(run: Run) -> Iterator[Evidence]:
    """The layers' mean gaps, reconstruction included."""
    yield per_layer(
        run,
        whole_gap_falls_with_the_format,
        total_by_format,
        domain=f"the whole gap, {RELU_LAYERS}",
        shows=_total_by_format,
    )


@ORDER.reading(
    "int8_largest",
    statement="In every layer that a ReLU follows, quantization loses more in INT8 than in INT16 or FP16.",
    no_theorem=KEEPS_ZERO,
    tier="bronze",
)
def order_int8_largest(run: Run) -> Iterator[Evidence]:
    """The layers' mean losses."""
    yield per_layer(
        run,
        int8_is_worst,
        quantization_by_format,
        domain=f"quantization loss, {RELU_LAYERS}",
        shows=_by_format,
    )


P10 = Statement(
    "gap.fp16_threshold_p10",
    says="74–96 % gap optimization via the fp16_threshold_p10 method.",
    source=EMPIRICAL,
)


@cached_per_device
def fp16_threshold_p10(layer: str) -> dict[str, float]:
    """What FP16 recovers of the INT8 quantization loss, for the entries on either side of the
    layer's 10th percentile.

    The percentile is that of |x| over the layer's outputs x. The entries of relu(x) with |x| at or
    under it, or above it, are kept in FP16 and the others in INT8. What is recovered is 1 − loss /
    INT8 loss.
    """
    x = find_layer(layer).preactivation.double()
    whole, half = losses(x, "INT8").quantization, losses(x, "FP16").quantization
    magnitude = x.abs()
    threshold = magnitude.flatten().sort().values[max(1, magnitude.numel() // 10) - 1]
    before = float(whole.mean())
    after = {
        "at or under": float(torch.where(magnitude <= threshold, half, whole).mean()),
        "above": float(torch.where(magnitude > threshold, half, whole).mean()),
    }
    return {"INT8": before} | {
        f"recovered, {side} p10 in FP16": 1 - loss / before if before else 0.0
        for side, loss in after.items()
    }


UNDER, ABOVE = "recovered, at or under p10 in FP16", "recovered, above p10 in FP16"


@predicate
def under_recovers_74_to_96_percent(layer: str) -> bool:
    """0.74 ≤ recovered ≤ 0.96, the entries at or under the percentile in FP16."""
    return 0.74 <= fp16_threshold_p10(layer)[UNDER] <= 0.96


@predicate
def above_recovers_74_to_96_percent(layer: str) -> bool:
    """0.74 ≤ recovered ≤ 0.96, the entries above the percentile in FP16."""
    return 0.74 <= fp16_threshold_p10(layer)[ABOVE] <= 0.96


@P10.reading(
    "at_or_under",
    statement="Entries at or under the layer's 10th percentile, kept in FP16, recover 74–96 % of the INT8 "
    "quantization loss.",
    no_theorem=MEASURED,
    tier="refuted",
)
def p10_at_or_under(run: Run) -> Iterator[Evidence]:
    """All ReLU layers."""
    yield per_layer(
        run,
        under_recovers_74_to_96_percent,
        fp16_threshold_p10,
        domain=f"INT8, {RELU_LAYERS}",
        shows=lambda name: f"{name}: {fp16_threshold_p10(name)[UNDER]:.2%} recovered",
    )


@P10.reading(
    "above",
    statement="Entries above the layer's 10th percentile, kept in FP16, recover 74–96 % of the INT8 quantization "
    "loss in the perceptron, the CNN and the autoencoder.",
    no_theorem=MEASURED,
    tier="bronze",
)
def p10_above(run: Run) -> Iterator[Evidence]:
    """The architectures that the source names."""
    yield per_layer(
        run,
        above_recovers_74_to_96_percent,
        fp16_threshold_p10,
        domain=f"INT8, {THREE_NETWORKS}",
        shows=lambda name: f"{name}: {fp16_threshold_p10(name)[ABOVE]:.2%} recovered",
        trained_here=True,
    )


@P10.reading(
    "above_in_every_model",
    statement="Entries above the layer's 10th percentile, kept in FP16, recover 74–96 % of the INT8 quantization "
    "loss in every layer that a ReLU follows, of every model.",
    no_theorem=MEASURED,
    tier="refuted",
)
def p10_above_in_every_model(run: Run) -> Iterator[Evidence]:
    """All ReLU layers."""
    yield per_layer(
        run,
        above_recovers_74_to_96_percent,
        fp16_threshold_p10,
        domain=f"INT8, {RELU_LAYERS}",
        shows=lambda name: f"{name}: {fp16_threshold_p10(name)[ABOVE]:.2%} recovered",
    )


# -------------------------------------------------------------------------------- the seed's models
@predicate
def is_of_its_architecture(network: str) -> bool:
    """The perceptron has matrices only; the CNN has convolutions; the autoencoder's outputs are as
    many as its inputs and pass through a narrower layer. Of each the gate has a gap in every layer
    that a ReLU follows.
    """
    shapes = list(NETWORKS[network].shapes.values())
    inputs, outputs = shapes[0][1], shapes[-1][0]
    built = {
        "mlp": all(len(shape) == 2 for shape in shapes),
        "cnn": any(len(shape) == 4 for shape in shapes),
        "autoencoder": outputs == inputs and min(shape[0] for shape in shapes) < inputs,
    }
    gated = [
        layer.preactivation
        for model in load_models()
        for layer in model.layers
        if model.name == f"digits-{network}" and layer.kind == "relu"
    ]
    return built[network] and len(gated) > 1 and all(bool((x < 0).any()) for x in gated)


@claim(
    "gap.architectures",
    statement="Three architectures are measured, an MLP, a CNN and an autoencoder, and in each the gate has a gap "
    "in every layer that a ReLU follows.",
    source=EMPIRICAL,
    no_theorem=MEASURED,
    tier="bronze",
)
def architectures(run: Run) -> Iterator[Evidence]:
    found = enumerate_cases(
        is_of_its_architecture,
        [{"network": network} for network in NETWORKS],
        domain="the three digits networks, on the held-out images",
        summary=f"{len(NETWORKS)} architectures",
        kind="model",
        shows="{network} is none",
        device=run.device,
    )
    models = [model for model in load_models() if not model.pretrained]
    yield replace(
        found,
        tensors=[
            tensor_ref(f"{model.name}/{layer.name} outputs", layer.preactivation)
            for model in models
            for layer in model.layers
        ],
        measurements=[
            {
                "model": model.name,
                "layers": len(model.layers),
                "gated layers": sum(layer.kind == "relu" for layer in model.layers),
                "measure": name,
                "figure": significant(value),
            }
            for model in models
            for name, value in model.measured.items()
        ],
    )


CROWN = Statement(
    "gap.crown_bounds",
    says="α,β-CROWN bounds: neural network verification via auto_LiRPA.",
    source=EMPIRICAL,
)
# auto_LiRPA's release does not import beside a current torch: the bounds are computed here.

IMAGES = 12
"""How many held-out digits are enclosed."""


@cached_on_cpu
def enclosed(network: str, method: bounds.Method) -> bounds.Report:
    """Return what enclosures of a digits network say of the quantization cells of some digits."""
    return bounds.survey(network, method, images=IMAGES)


@predicate
def no_output_escapes(network: str, method: bounds.Method) -> bool:
    """Every output of an image in the cell lies in the enclosure."""
    return enclosed(network, method).escaped == 0


@predicate
def is_narrower(network: str, method: bounds.Method, than: bounds.Method) -> bool:
    """Two methods enclose every output, and one of them is on average narrower than the other."""
    return (
        no_output_escapes(network, method)
        and no_output_escapes(network, than)
        and enclosed(network, method).mean_width < enclosed(network, than).mean_width
    )


def _enclosures(run: Run, law: Callable[..., bool], **methods: bounds.Method) -> Evidence:
    cases: list[dict[str, str]] = [{"network": name, **methods} for name in NETWORKS]
    reports = [enclosed(name, method) for name in NETWORKS for method in methods.values()]
    found = enumerate_cases(
        law,
        cases,
        domain=f"the three digits networks on the INT8 cells of {reports[0].images} held-out digits, "
        f"{min(report.tried for report in reports)} images of each",
        summary=f"{len(cases)} networks",
        kind="model",
        shows="not {network}",
        device=run.device,
    )
    rows = [asdict(report) | {"mean_width": significant(report.mean_width)} for report in reports]
    refs = [
        tensor_ref(f"digits-{network}/{name}", weight)
        for network in NETWORKS
        for name, weight in to_current_device(digits_weights(network)).items()
    ]
    return replace(
        found, tensors=[*refs, tensor_ref("held-out digits", read_held_out()[0])], measurements=rows
    )


@predicate
def is_at_most_box_upper(w: Integers, x: Integers, lower: Integers, upper: Integers) -> Tensor:
    """`w · x ≤ Σ max(w, 0) u + min(w, 0) l` where l ≤ x ≤ u, of integer vectors along the last
    dimension.
    """
    w, x, lower, upper = integers(w), integers(x), integers(lower), integers(upper)
    inside = ((lower <= x) & (x <= upper)).all(-1)
    return ~inside | (dot(w, x) <= bounds.box_upper(w, lower, upper))


@CROWN.reading(
    "affine_step",
    statement="Over a box an inner product is at most its bound by the signs of the weights, the affine step of "
    "interval bounds, exactly in integers.",
    theorem="LeanMining.dot_le_boxUpper",
    tier="gold",
    measures=[BOX_UPPER, DOT],
)
def crown_affine_step(run: Run) -> Iterator[Evidence]:
    """The perceptron's first layer in INT8, on corners of boxes around the held-out digits."""
    weight, pixels = bounds.first_layer()
    w, centre = weight[:, None], pixels[None]
    cases = violations = 0
    witness = None
    for corner in (0, 1, -1, w.sign(), -w.sign()):
        holds = is_at_most_box_upper(w, centre + corner, centre - 1, centre + 1)
        cases += holds.numel()
        violations += holds.numel() - int(torch.count_nonzero(holds))
        if witness is None and not bool(holds.all()):
            row, image = torch.nonzero(~holds)[0].tolist()
            x = (centre + corner).expand(len(w), -1, -1)[row, image]
            inputs = {
                "w": weight[row],
                "x": x,
                "lower": pixels[image] - 1,
                "upper": pixels[image] + 1,
            }
            witness = Witness(
                dotted(is_at_most_box_upper),
                {name: vector.tolist() for name, vector in inputs.items()},
                f"row {row}, image {image}",
            )
    yield Evidence(
        "model",
        "the perceptron's first INT8 weight, 5 points of the box of one pixel value around each held-out digit",
        cases,
        violations,
        f"{cases:,} inner products",
        device=current_device().type,
        tensors=[tensor_ref("digits-mlp/hidden1 int8", weight), tensor_ref("digits", pixels)],
        witness=witness,
    )


@predicate
def output_is_in_interval(
    weight: Sequence[Integers], bias: Sequence[Integers], x: Integers, box: Integers
) -> Tensor:
    """Of layers with ReLU between them: x is in the box, and each output of each layer within the
    interval bounds, in whole numbers.

    Args:
        weight: of each layer, [out, in].
        bias: of each layer, [out].
        x: an input, [..., in].
        box: the least and the greatest of each input, [..., 2, in].
    """
    x, box = integers(x), integers(box)
    lower, upper = box[..., 0, :], box[..., 1, :]
    holds = ((lower <= x) & (x <= upper)).all(-1)
    for number, (w, b) in enumerate(zip(map(integers, weight), map(integers, bias), strict=True)):
        if number:
            x, lower, upper = (torch.relu(one) for one in (x, lower, upper))
        x = dot(w, x.unsqueeze(-2)) + b
        lower, upper = (
            bound(w, lower.unsqueeze(-2), upper.unsqueeze(-2)) + b
            for bound in (bounds.box_lower, bounds.box_upper)
        )
        holds = holds & ((lower <= x) & (x <= upper)).all(-1)
    return holds


def _whole_intervals() -> Evidence:
    """Ask `output_is_in_interval` of boxes around held-out digits: of the centre of each and,
    of one box for each row of the first layer, of the points where the row is greatest and least.
    """
    cases = violations = 0
    witness = None
    refs = []
    pixels = to_current_device(bounds.first_layer()[1][:IMAGES])
    for network in NETWORKS:
        layers = to_current_device(bounds.whole_layers(network))
        weight, bias = [w for w, _ in layers], [b for _, b in layers]
        refs += [
            tensor_ref(f"digits-{network}, layer {number}, INT8", w)
            for number, w in enumerate(weight)
        ]
        for image, centre in enumerate(pixels):
            side = weight[0][image::IMAGES].sign()
            points = torch.cat([centre[None], centre + side, centre - side])
            box = torch.stack([centre - 1, centre + 1])
            holds = output_is_in_interval(weight, bias, points, box)
            cases += holds.numel()
            failing = (~holds).nonzero()
            violations += len(failing)
            if len(failing) and witness is None:
                inputs = {
                    "weight": [w.tolist() for w in weight],
                    "bias": [b.tolist() for b in bias],
                    "x": points[failing[0, 0]].tolist(),
                    "box": box.tolist(),
                }
                witness = Witness(
                    dotted(output_is_in_interval), inputs, f"not {network}, image {image}"
                )
    return Evidence(
        "model",
        "the three digits networks with INT8 weights, in whole numbers, on the box of one pixel value "
        f"around each of {IMAGES} held-out digits: its centre and, of one box for each row of the first layer, "
        "where the row is greatest and least",
        cases,
        violations,
        f"{cases:,} inputs",
        device=current_device().type,
        tensors=[*refs, tensor_ref("digits", pixels)],
        witness=witness,
    )


@CROWN.reading(
    "interval",
    statement="Interval bounds hold of the outputs of every input in a box, of a network whose layers apply ReLU or "
    "nothing.",
    theorem="LeanMining.Network.output_mem_interval_relu",
    tier="gold",
    measures=[BOX_LOWER, BOX_UPPER, DOT, RELU],
)
def crown_interval(run: Run) -> Iterator[Evidence]:
    """Interval bound propagation."""
    yield _whole_intervals()
    yield _enclosures(run, no_output_escapes, method="ibp")


@CROWN.reading(
    "linear",
    statement="CROWN's linear bounds, from lines above and below each activation function, hold of the outputs of "
    "every input in a box. Of the digits networks they are narrower than interval bounds, on average: measured, "
    "not proved.",
    theorem="LeanMining.Network.dot_output_le_crown_box",
    tier="silver",
)
def crown_linear(run: Run) -> Iterator[Evidence]:
    """CROWN."""
    yield _enclosures(run, is_narrower, method="crown", than="ibp")


@CROWN.reading(
    "split",
    statement="The bounds on both halves of a box, split by the sign of what goes into a ReLU, with a multiplier for "
    "each sign as in β-CROWN, bound the whole. Of the digits networks they are narrower than CROWN's, on average: "
    "measured, not proved.",
    theorem="LeanMining.le_of_split",
    tier="silver",
)
def crown_split(run: Run) -> Iterator[Evidence]:
    """CROWN on both halves."""
    yield _enclosures(run, is_narrower, method="split", than="crown")
