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

from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass, replace

import torch
from torch import Tensor

from claims.conformance import GATE_GAP, INF, LE, QRELU, ROUND_UP
from claims.measures.int8 import gate_gap, qrelu, round_up
from claims.models.activations import quantized_layers
from claims.models.layers import Layer
from claims.models.zoo import Model, load_models
from claims.notation import Integers, int8, integers
from claims.nucleus import (
    ARCHITECTURE,
    EMPIRICAL,
    FORMAL,
    PAIRS,
    PAIRS_DOMAIN,
    is_nucleus,
    on_every_layer,
    on_every_row,
)
from pyharness import (
    INT8,
    Evidence,
    Plot,
    Run,
    Witness,
    cached_per_device,
    choose_params_affine,
    claim,
    current_device,
    dequantize_affine,
    dotted,
    of_values,
    predicate,
    quantize_affine,
    significant,
    sweep,
    tensor_ref,
    to_fp16,
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
    unreconstructed: Tensor
    """|x − y|: the total when nothing is reconstructed."""


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
    centred = y - y.mean()
    spread = centred.square().sum()
    slope = (centred * x).sum() / spread if spread > 0 else spread
    x_hat = x.mean() + slope * centred
    return Losses((x - r).abs(), (r - y).abs(), (y - x_hat).abs(), (x - x_hat).abs(), (x - y).abs())


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


def find_layer(name: str) -> Layer:
    """Return the layer that `model/layer` names."""
    model_name, _, layer_name = name.partition("/")
    return next(
        layer
        for model in load_models()
        if model.name == model_name
        for layer in model.layers
        if layer.name == layer_name
    )


def layers_of(models: Iterable[Model], *, relu_only: bool = True) -> Iterator[tuple[str, Layer]]:
    """Name the layers `model/layer`: those that a ReLU follows, of which the source speaks, or all
    of them.
    """
    for model in models:
        for layer in model.layers:
            if layer.kind == "relu" or not relu_only:
                yield f"{model.name}/{layer.name}", layer


def per_layer(
    run: Run,
    law: Callable[[str], bool],
    figures: Callable[[str], Mapping[str, float]],
    *,
    domain: str,
    shows: Callable[[str], str],
    relu_only: bool = True,
) -> Evidence:
    """Ask a law of every layer by name, and report `figures` of it."""
    cases = violations = 0
    rows, tensors, witness = [], [], None
    for name, layer in layers_of(load_models(), relu_only=relu_only):
        cases += 1
        rows.append(
            {"layer": name, "followed by": layer.kind}
            | {key: significant(value) for key, value in figures(name).items()}
        )
        tensors.append(tensor_ref(f"{name} outputs", layer.preactivation))
        if not law(name):
            violations += 1
            witness = witness or Witness(dotted(law), {"layer": name}, shows(name))
    return Evidence(
        "model",
        domain,
        cases,
        violations,
        f"{cases} layers",
        device=current_device().type,
        tensors=tensors,
        witness=witness,
        measurements=rows,
    )


RELU_LAYERS = "every layer that a ReLU follows, of every model, on real inputs"
ALL_LAYERS = "every layer of every model, on real inputs"


# ---------------------------------------------------------------------------- the gap decomposition
@predicate
def gate_and_quantization_add_up(layer: str) -> bool:
    """|x − y| = |x − r| + |r − y| at every element, in each integer format: exactly, in floating
    point too.
    """
    x = find_layer(layer).preactivation.double()
    return all(
        bool((part.unreconstructed == part.gate + part.quantization).all())
        for part in (losses(x, name) for name in BITS)
    )


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


@claim(
    "gap.gate_quantization",
    statement="Where Q(0) ≥ 0, gate and quantization add up exactly in L1: "
    "|x − Q(relu x)| = |x − relu x| + |relu x − Q(relu x)|.",
    source=FORMAL,
    theorem="LeanMining.gate_quant_l1_additive",
    tier="silver",
)
def gate_quantization(run: Run) -> Iterator[Evidence]:
    yield per_layer(
        run,
        gate_and_quantization_add_up,
        lambda name: layer_losses(name, "INT8"),
        domain=f"every element of INT16, INT8 and INT4, {ALL_LAYERS}",
        shows=str,
        relu_only=False,
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


@claim(
    "gap.certificate",
    statement="A NucleusGraftingCertificate bundles the gap band, the gap decomposition and the proof "
    "that the gap is positive, built from measured integers.",
    source=FORMAL,
    theorem="LeanMining.NucleusGraftingCertificate.ofMeasurement_gap_pos",
    tier="gold",
    measures=[GATE_GAP],
)
def certificate(run: Run) -> Iterator[Evidence]:
    yield on_every_row(run, gap_is_in_its_band)
    yield on_every_row(run, gap_is_positive_iff_some_below)


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
@predicate
def gate_is_5_to_6_times_quantization(layer: str) -> bool:
    """5 ≤ gate / quantization ≤ 6 in INT8."""
    return 5 <= gate_ratio(layer)["gate / quantization"] <= 6


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


@claim(
    "gap.gate_dominance",
    statement="The gate component is 5–6× the quantization component.",
    source=EMPIRICAL,
    tier="refuted",
)
def gate_dominance(run: Run) -> Iterator[Evidence]:
    yield per_layer(
        run,
        gate_is_5_to_6_times_quantization,
        gate_ratio,
        domain=f"INT8, {RELU_LAYERS}",
        shows=lambda name: f"{name}: the ratio is {gate_ratio(name)['gate / quantization']:.4g}",
    )


@predicate
def coarser_is_worse(layer: str) -> bool:
    """Quantization loss: INT8 > INT16 > FP16."""
    found = quantization_by_format(layer)
    return found["INT8"] > found["INT16"] > found["FP16"]


def quantization_by_format(layer: str) -> dict[str, float]:
    """Mean |relu x − Q(relu x)| in each format."""
    return {name: layer_losses(layer, name)["quantization"] for name in FORMATS}


@claim(
    "gap.bitwidth_order",
    statement="The gap falls with the format in all models: INT8 > INT16 > FP16.",
    source=EMPIRICAL,
    tier="refuted",
)
def bitwidth_order(run: Run) -> Iterator[Evidence]:
    yield per_layer(
        run,
        coarser_is_worse,
        quantization_by_format,
        domain=f"quantization loss, {RELU_LAYERS}",
        shows=lambda name: (
            f"{name}: "
            + ", ".join(f"{key} {value:.4g}" for key, value in quantization_by_format(name).items())
        ),
    )


@cached_per_device
def fp16_threshold_p10(layer: str) -> dict[str, float]:
    """What keeping the smallest tenth in FP16 recovers of the INT8 quantization loss.

    `fp16_threshold_p10` is read as: the entries of relu(x) with |x| at or under the layer's 10th
    percentile of |x| are kept in FP16, the others in INT8. `recovered` is 1 − loss / INT8 loss.
    """
    x = find_layer(layer).preactivation.double()
    whole = losses(x, "INT8").quantization
    magnitude = x.abs()
    threshold = magnitude.flatten().sort().values[max(1, magnitude.numel() // 10) - 1]
    mixed = torch.where(magnitude <= threshold, losses(x, "FP16").quantization, whole)
    before, after = float(whole.mean()), float(mixed.mean())
    return {
        "INT8": before,
        "INT8 with FP16 under p10": after,
        "recovered": 1 - after / before if before else 0.0,
    }


@predicate
def recovers_74_to_96_percent(layer: str) -> bool:
    """0.74 ≤ recovered ≤ 0.96."""
    return 0.74 <= fp16_threshold_p10(layer)["recovered"] <= 0.96


@claim(
    "gap.fp16_threshold_p10",
    statement="The fp16_threshold_p10 method recovers 74–96 % of the gap.",
    source=EMPIRICAL,
    tier="refuted",
)
def fp16_recovery(run: Run) -> Iterator[Evidence]:
    yield per_layer(
        run,
        recovers_74_to_96_percent,
        fp16_threshold_p10,
        domain=f"INT8, {RELU_LAYERS}",
        shows=lambda name: f"{name}: {fp16_threshold_p10(name)['recovered']:.2%} recovered",
    )


# -------------------------------------------------------------------------------- the seed's models
@claim(
    "gap.architectures",
    statement="Three architectures (MLP, CNN, autoencoder) show no violation of the nucleus axioms in "
    "any layer.",
    source=EMPIRICAL,
    theorem="LeanMining.layerNucleus_isNucleus",
    tier="gold",
    measures=[QRELU, INF, LE],
)
def architectures(run: Run) -> Iterator[Evidence]:
    for model in load_models():
        if not model.pretrained:
            yield on_every_layer(
                [item for item in quantized_layers() if item.model.name == model.name],
                is_nucleus,
                pairs=True,
                domain=f"{model.name}, {model.inputs}: INT8 outputs of every layer",
                measurements=[
                    {"model": model.name, "layers": len(model.layers)}
                    | {name: significant(value) for name, value in model.measured.items()}
                ],
            )


@claim(
    "gap.crown_bounds",
    statement="α,β-CROWN (auto_LiRPA) bounds the networks' outputs.",
    source=EMPIRICAL,
    tier="none",
)
def crown_bounds(run: Run) -> Iterator[Evidence]:
    # auto_LiRPA's release does not import beside a current torch, and no bound is claimed that was
    # not computed.
    return iter(())
