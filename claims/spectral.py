"""Seed 003, spectral limits: what singular values have to do with the error of rounding weights.

Weights are rounded as the seed has it, to the nearest multiple of Δ = (max W − min W) / 2^b; a
convolution's are the matrix [out, in · kernel]. Small matrices are decided in whole numbers and
fractions.
"""

from __future__ import annotations

import itertools
import math
from collections.abc import Callable, Iterator, Mapping
from dataclasses import replace
from fractions import Fraction
from typing import Any

import torch
from torch import Tensor

from claims.gap import find_layer, layers_of, per_layer
from claims.measures.spectra import (
    as_matrix,
    condition_number,
    frobenius,
    op_norm,
    range_step,
    round_to_multiples,
    stable_rank,
)
from claims.models.digits import HELD_OUT, NETWORKS, read_digits
from claims.models.layers import Recorder
from claims.models.train_digits import train
from claims.models.zoo import (
    COSINES,
    digits_weights,
    load_models,
    minilm_weights,
    read_held_out,
    read_sentences,
    sentence_embeddings,
)
from pyharness import (
    Evidence,
    Run,
    Source,
    TensorRef,
    cached_on_cpu,
    cached_per_device,
    claim,
    computed_on_cpu,
    enumerate_cases,
    predicate,
    requirement,
    significant,
    tensor_ref,
    to_current_device,
)

SEED = "003 Spectral limits"
LOCK = Source(SEED, "AI/RL/ML Statement")
STEP_1 = Source(SEED, "Step 1: Quantization Error Analysis")
STEP_2 = Source(SEED, "Step 2: Output Error Propagation")
STEP_3 = Source(SEED, "Step 3: Condition Number Sensitivity")
STEP_6 = Source(SEED, "Step 6: Quantization-Aware Training")
STEP_7 = Source(SEED, "Step 7: Mixed Precision via Spectral Analysis")

BITS = (2, 3, 4, 6, 8)
ROUNDING = 1e-9
"""The share by which two float64 results of one quantity may differ."""
ALL_LAYERS = "the weights of every layer of every model"


@requirement("models")
def models() -> str:
    """Load the models that this project's evidence is gathered on, and name them."""
    return ", ".join(f"{model.name} ({len(model.layers)} layers)" for model in load_models())


@cached_per_device
def spectrum(layer: str) -> dict[str, float]:
    """Return the norms of the weight of the layer `model/layer`, its reciprocal condition number
    and its stable rank.
    """
    matrix = as_matrix(find_layer(layer).weight)
    return {
        "‖W‖_op": op_norm(matrix),
        "‖W‖_F": frobenius(matrix),
        "max |W|": float(matrix.abs().max()),
        "σ_min/σ_max": 1 / condition(layer),
        "stable rank": stable_rank(matrix),
    }


@cached_per_device
def condition(layer: str) -> float:
    """Return the condition number of the weight of the layer `model/layer`, which may be
    infinite.
    """
    return condition_number(as_matrix(find_layer(layer).weight))


@cached_per_device
def errors(layer: str, bits: int) -> tuple[float, float]:
    """Return the operator and the Frobenius norm of what rounding to `bits` changes of a layer's
    weight.
    """
    matrix = as_matrix(find_layer(layer).weight)
    error = matrix - round_to_multiples(matrix, range_step(matrix, bits))
    return op_norm(error), frobenius(error)


def norms(layer: str) -> dict[str, float]:
    """Return a layer's spectrum, and the norms of its error over their claimed bounds at 2 to 8
    bits.
    """
    found, matrix = spectrum(layer), as_matrix(find_layer(layer).weight)
    row = dict(found)
    for bits in BITS:
        op, total = errors(layer, bits)
        row |= {
            f"‖E‖_op 2^b/‖W‖_op, {bits} bits": op * 2**bits / found["‖W‖_op"],
            f"‖E‖_op/‖E‖_F, {bits} bits": op / total,
            f"‖E‖_F 2^b/(√N max |W|), {bits} bits": total
            * 2**bits
            / math.sqrt(matrix.numel())
            / found["max |W|"],
        }
    return row


# --------------------------------------------------------------------------------------- the bounds
@predicate
def row_error_is_bounded(weight: list[str], bits: int) -> bool:
    """A matrix of one row: ‖W − Q(W)‖² ≤ ‖W‖² / 4^b; the operator norm of a row is its length. Ties
    round to 0.
    """
    row = [Fraction(entry) for entry in weight]
    step = (max(row) - min(row)) / 2**bits
    error = (
        [entry - _nearest(entry / step) * step for entry in row]
        if step
        else [Fraction()] * len(row)
    )
    return sum(entry**2 for entry in error) <= sum(entry**2 for entry in row) / Fraction(4**bits)


def _nearest(x: Fraction) -> int:
    """The nearest whole number, the smaller in magnitude of two."""
    whole, rest = divmod(abs(x), 1)
    return int(math.copysign(1, x)) * (whole + (rest > Fraction(1, 2)))


@predicate
def op_error_is_bounded(layer: str) -> bool:
    """‖W − Q(W)‖_op ≤ ‖W‖_op / 2^b at 2 to 8 bits."""
    return all(errors(layer, bits)[0] <= spectrum(layer)["‖W‖_op"] / 2**bits for bits in BITS)


@predicate
def op_norm_is_at_most_frobenius(layer: str) -> bool:
    """‖E‖_op ≤ ‖E‖_F of the error at 2 to 8 bits."""
    return all(op <= total * (1 + ROUNDING) for bits in BITS for op, total in [errors(layer, bits)])


@predicate
def frobenius_error_is_bounded(layer: str) -> bool:
    """‖W − Q(W)‖_F ≤ √N max |W| / 2^b at 2 to 8 bits, with N the number of entries."""
    return _frobenius_bounded(layer, as_matrix(find_layer(layer).weight).numel())


@predicate
def frobenius_error_is_bounded_by_columns(layer: str) -> bool:
    """‖W − Q(W)‖_F ≤ √d max |W| / 2^b at 2 to 8 bits, with d the number of columns."""
    return _frobenius_bounded(layer, as_matrix(find_layer(layer).weight).shape[1])


def _frobenius_bounded(layer: str, count: int) -> bool:
    return all(
        errors(layer, bits)[1]
        <= math.sqrt(count) * spectrum(layer)["max |W|"] / 2**bits * (1 + ROUNDING)
        for bits in BITS
    )


def _on_layers(
    run: Run,
    law: Callable[[str], bool],
    figures: Callable[[str], Mapping[str, float]] = norms,
) -> Evidence:
    found = per_layer(
        run,
        law,
        figures,
        domain=f"{ALL_LAYERS}, 2, 3, 4, 6 and 8 bits",
        relu_only=False,
        shows=lambda name: f"it fails in {name}",
    )
    return replace(
        found,
        tensors=[
            tensor_ref(f"{name}.weight", layer.weight)
            for name, layer in layers_of(load_models(), relu_only=False)
        ],
    )


ROWS = [["1", "-1", "1/2", "1/2", "1/2"], ["1", "2"], ["1", "-1", "1/3", "1/5"]]


@claim(
    "spectral.op_norm",
    statement="‖W − Q_b(W)‖_op ≤ ‖W‖_op / 2^b.",
    source=LOCK,
    negation="LeanMining.quant_opNorm_as_given_false",
    tier="refuted",
)
def op_norm_bound(run: Run) -> Iterator[Evidence]:
    cases = [{"weight": row, "bits": bits} for row in ROWS for bits in (1, 2, 3)]
    yield enumerate_cases(
        row_error_is_bounded,
        cases,
        domain="small matrices of one row",
        summary=f"{len(cases)} cases",
        kind="witness",
        shows="it fails for {weight} at {bits} bits",
    )
    yield _on_layers(run, op_error_is_bounded)


@claim(
    "spectral.op_le_frobenius",
    statement="‖E‖_op ≤ ‖E‖_F.",
    source=STEP_1,
    theorem="LeanMining.opNorm_le_frobenius",
    tier="silver",
)
def op_le_frobenius(run: Run) -> Iterator[Evidence]:
    yield _on_layers(run, op_norm_is_at_most_frobenius)


@claim(
    "spectral.frobenius",
    statement="‖W − Q_b(W)‖_F ≤ √N max |W| / 2^b, N the number of entries.",
    source=STEP_1,
    theorem="LeanMining.quant_frobenius_inf",
    tier="silver",
)
def frobenius_bound(run: Run) -> Iterator[Evidence]:
    yield _on_layers(run, frobenius_error_is_bounded)


@claim(
    "spectral.frobenius_dimension",
    statement="‖W − Q_b(W)‖_F ≤ √d max |W| / 2^b, d the dimension.",
    source=STEP_1,
    negation="LeanMining.quant_frobenius_dimension_as_given_false",
    tier="refuted",
)
def frobenius_dimension(run: Run) -> Iterator[Evidence]:
    yield _on_layers(run, frobenius_error_is_bounded_by_columns)


# -------------------------------------------------------------------------------- condition numbers
@predicate
def an_ill_conditioned_matrix_fails(small: str, bits: int) -> bool:
    """If ‖W x‖ ‖y‖ > 2^b ‖W y‖ ‖x‖ for x = (1, 1) and y = (1, −1), rounding W = [[1, 1], [1, 1 +
    small]] changes W.
    """
    e = Fraction(small)
    matrix = [[Fraction(1), Fraction(1)], [Fraction(1), 1 + e]]
    step = e / 2**bits
    lengthened = [
        sum(sum(a * b for a, b in zip(row, x, strict=True)) ** 2 for row in matrix)
        for x in ((1, 1), (1, -1))
    ]
    rounded = [[_nearest(entry / step) * step for entry in row] for row in matrix]
    return not lengthened[0] > 4**bits * lengthened[1] or rounded != matrix


def rounded(weights: Mapping[str, Tensor], bits: Mapping[str, int]) -> dict[str, Tensor]:
    """Return weights by name with those named in `bits` rounded to so many bits, and the others as
    they are.
    """
    return {
        name: round_to_multiples(weight, range_step(weight, bits[name])).to(weight.dtype)
        if name in bits
        else weight
        for name, weight in weights.items()
    }


def accuracy(network: str, weights: Mapping[str, Tensor]) -> float:
    """Return a digits network's accuracy on the held-out images with weights by name."""
    images, labels = read_held_out()
    return NETWORKS[network].figure(
        NETWORKS[network].forward(Recorder(weights), images), images, labels
    )


@cached_on_cpu
def digits_accuracy(network: str, bits: int | None) -> float:
    """Return a digits network's accuracy with the weights of its layers rounded to `bits`, or as
    they are.
    """
    weights = digits_weights(network)
    return accuracy(
        network, rounded(weights, dict.fromkeys(layer_weights(network), bits)) if bits else weights
    )


def layer_weights(network: str) -> list[str]:
    """Name the weights of a digits network's layers."""
    return [f"{name}.weight" for name in NETWORKS[network].shapes]


@predicate
def an_ill_conditioned_network_fails(network: str, bits: int) -> bool:
    """If κ of some layer is over 2^b, rounding to b bits costs more than a hundredth of the
    accuracy.
    """
    largest = max(condition(f"digits-{network}/{name}") for name in NETWORKS[network].shapes)
    return (
        largest <= 2**bits or digits_accuracy(network, bits) < digits_accuracy(network, None) - 0.01
    )


@predicate
def small_errors_keep_rank(layer: str) -> bool:
    """Where ‖E‖_op < σ_min, the rounded weight has full rank, at 2 to 8 bits."""
    matrix = as_matrix(find_layer(layer).weight)
    smallest = spectrum(layer)["‖W‖_op"] / condition(layer)
    for bits in BITS:
        if errors(layer, bits)[0] < smallest:
            values = torch.linalg.svdvals(round_to_multiples(matrix, range_step(matrix, bits)))
            if not float(values[-1]) > 0:
                return False
    return True


def _rank_rows(layer: str) -> dict[str, float]:
    smallest = spectrum(layer)["‖W‖_op"] / condition(layer)
    return {"σ_min/σ_max": 1 / condition(layer)} | {
        f"σ_min/‖E‖_op, {bits} bits": smallest / errors(layer, bits)[0] for bits in BITS
    }


@claim(
    "spectral.condition_lock",
    statement="cond(W) > 2^b implies that quantization to b bits fails.",
    source=LOCK,
    negation="LeanMining.cond_lock_as_given_false",
    tier="refuted",
)
def condition_lock(run: Run) -> Iterator[Evidence]:
    cases = [{"small": small, "bits": bits} for small in ("1/16", "1/1048576") for bits in (2, 8)]
    yield enumerate_cases(
        an_ill_conditioned_matrix_fails,
        cases,
        domain="[[1, 1], [1, 1 + ε]] in fractions",
        kind="witness",
        summary=f"{len(cases)} cases",
        shows="not for ε = {small} at {bits} bits, where nothing changes",
    )
    networks: list[dict[str, Any]] = [
        {"network": network, "bits": bits} for network in ("mlp", "cnn") for bits in BITS
    ]
    found = enumerate_cases(
        an_ill_conditioned_network_fails,
        networks,
        domain="the accuracy of the digits networks",
        summary=f"{len(networks)} cases",
        kind="model",
        shows="{network} does not fail at {bits} bits",
        device=run.device,
    )
    yield replace(
        found,
        tensors=_weight_refs(),
        measurements=[
            case
            | {
                "largest κ": significant(
                    max(
                        condition(f"digits-{case['network']}/{name}")
                        for name in NETWORKS[case["network"]].shapes
                    )
                ),
                "accuracy": significant(digits_accuracy(case["network"], None)),
                "accuracy, rounded": significant(digits_accuracy(**case)),
            }
            for case in networks
        ],
    )


def _weight_refs() -> list[TensorRef]:
    return [
        tensor_ref(f"digits-{network}/{name}", digits_weights(network)[name])
        for network in ("mlp", "cnn")
        for name in layer_weights(network)
    ]


@claim(
    "spectral.injective",
    statement="If ‖W − Q‖ < σ_min(W), Q is injective as W is.",
    source=STEP_3,
    theorem="LeanMining.injective_of_error_lt",
    tier="silver",
)
def injective(run: Run) -> Iterator[Evidence]:
    yield _on_layers(run, small_errors_keep_rank, _rank_rows)


# -------------------------------------------------------------------------------------- propagation
@cached_per_device
def propagation(network: str, bits: int) -> tuple[Tensor, Tensor, Tensor]:
    """Return each held-out image's output error, its bound by ε_l = ‖E_l ĥ_(l−1)‖, and the source's
    by ε_l = ‖E_l‖_F.

    Of a digits network of linear layers with ReLU between them; float64 [images] each.
    """
    images, weights = (
        to_current_device(read_held_out()[0]),
        to_current_device(digits_weights(network)),
    )
    exact = coarse = images.double()
    bound, given = torch.zeros(len(images), dtype=torch.float64, device=images.device), 0.0
    names = list(NETWORKS[network].shapes)
    for name in names:
        matrix, bias = weights[f"{name}.weight"].double(), weights[f"{name}.bias"].double()
        error = round_to_multiples(matrix, range_step(matrix, bits)) - matrix
        bound = op_norm(matrix) * bound + (coarse @ error.T).norm(dim=1)
        given = op_norm(matrix) * given + frobenius(error)
        exact, coarse = exact @ matrix.T + bias, coarse @ (matrix + error).T + bias
        if name != names[-1]:
            exact, coarse = exact.relu(), coarse.relu()
    return (exact - coarse).norm(dim=1), bound, torch.full_like(bound, given)


@predicate
def output_error_is_bounded(network: str, bits: int) -> bool:
    """‖f(x) − f_Q(x)‖ ≤ Σ_l Π_(j>l) ‖W_j‖ ‖E_l ĥ_(l−1)‖ for every held-out image."""
    error, bound, _ = propagation(network, bits)
    return bool((error <= bound * (1 + ROUNDING)).all())


@predicate
def small_network_error_is_bounded(first: str, second: str, step: str, x: str) -> bool:
    """Two weights rounded to multiples of a step: |w₂ w₁ x − q₂ q₁ x| ≤ |w₂| |w₁ − q₁| + |w₂ − q₂|
    for |x| ≤ 1.
    """
    w, v, h, d = Fraction(first), Fraction(second), Fraction(x), Fraction(step)
    q, p = _nearest(w / d) * d, _nearest(v / d) * d
    return abs(h) > 1 or abs(v * w * h - p * q * h) <= abs(v) * abs(w - q) + abs(v - p)


@claim(
    "spectral.propagation",
    statement="For 1-Lipschitz activations the output error is at most Σ_l Π_(j>l) ‖W_j‖ ε_l, with "
    "ε_l = ‖(W_l − Q_l) ĥ_(l−1)‖ at the quantized network's own activations.",
    source=STEP_2,
    theorem="LeanMining.dist_run_le_bound",
    tier="silver",
)
def propagation_bound(run: Run) -> Iterator[Evidence]:
    cases: list[dict[str, Any]] = [
        {"network": network, "bits": bits} for network in ("mlp", "autoencoder") for bits in BITS
    ]
    found = enumerate_cases(
        output_error_is_bounded,
        cases,
        domain="the 360 held-out digits, linear networks with ReLU",
        summary=f"{len(cases)} networks and bits",
        kind="model",
        shows="not in {network} at {bits} bits",
        device=run.device,
    )
    rows = []
    for case in cases:
        error, bound, given = propagation(**case)
        rows.append(
            case
            | {
                "largest error": significant(float(error.max())),
                "its bound": significant(float(bound.max())),
                "mean error/bound": significant(float((error / bound).mean())),
                "Σ Π ‖W‖ ‖E‖_F": significant(float(given[0])),
            }
        )
    yield replace(
        found, tensors=[tensor_ref("held-out digits", read_held_out()[0])], measurements=rows
    )


@claim(
    "spectral.propagation_as_given",
    statement="The output error is at most Σ_l Π_(j>l) ‖W_j‖ ε_l, with ε_l = ‖W_l − Q_l‖, "
    "for inputs of length at most 1.",
    source=STEP_2,
    negation="LeanMining.error_propagation_as_given_false",
    tier="refuted",
)
def propagation_as_given(run: Run) -> Iterator[Evidence]:
    cases = [
        {"first": first, "second": second, "step": "11/10", "x": "1"}
        for first, second in itertools.product(("1", "6/5", "2"), repeat=2)
    ]
    yield enumerate_cases(
        small_network_error_is_bounded,
        cases,
        domain="networks of two weights in fractions",
        kind="witness",
        summary=f"{len(cases)} networks",
        shows="not for w₁ = {first}, w₂ = {second}, Δ = {step}",
    )


# -------------------------------------------------------------------------- bits by layer, training
def minilm_layers() -> list[str]:
    """Name the weights of the sentence transformer's layers."""
    return [
        f"{layer.name}.weight"
        for model in load_models()
        if model.name == "minilm"
        for layer in model.layers
    ]


def size(bits: Mapping[str, int]) -> int:
    """Return the bits that the weights of the sentence transformer's layers take."""
    return sum(
        count * find_layer(f"minilm/{name.removesuffix('.weight')}").weight.numel()
        for name, count in bits.items()
    )


@cached_on_cpu
def allocation(rule: str, equal: int) -> Mapping[str, int]:
    """Return bits for each of the transformer's layers that take no more room than so many bits for
    all, if they can.

    "equal": that many for all. "condition": ⌈log₂ κ⌉ and a common number, from 1 up, the largest
    that fits and then as many layers with one bit more as fit, the highest κ first. "error": from 1
    bit for all, one bit more where it takes away most squared error for its room, until none fits.
    """
    names = minilm_layers()
    room = size(dict.fromkeys(names, equal))
    if rule == "equal":
        return dict.fromkeys(names, equal)
    if rule == "condition":
        by_condition = {name: math.ceil(math.log2(_condition(name))) for name in names}
        base = max(
            base
            for base in range(-20, 17)
            if size({name: max(1, count + base) for name, count in by_condition.items()}) <= room
        )
        bits = {name: max(1, count + base) for name, count in by_condition.items()}
        for name in sorted(names, key=_condition, reverse=True):
            more = bits | {name: bits[name] + 1}
            bits = more if size(more) <= room else bits
        return bits
    bits = dict.fromkeys(names, 1)
    while True:
        fitting = [name for name in names if size(bits | {name: bits[name] + 1}) <= room]
        if not fitting:
            return bits
        gained = {
            name: (_squared_error(name, bits[name]) - _squared_error(name, bits[name] + 1))
            / find_layer(f"minilm/{name.removesuffix('.weight')}").weight.numel()
            for name in fitting
        }
        best = max(fitting, key=gained.__getitem__)
        bits = bits | {best: bits[best] + 1}


def _condition(name: str) -> float:
    return condition(f"minilm/{name.removesuffix('.weight')}")


@cached_per_device
def _squared_error(name: str, bits: int) -> float:
    weight = find_layer(f"minilm/{name.removesuffix('.weight')}").weight
    return float((weight - round_to_multiples(weight, range_step(weight, bits))).square().sum())


@cached_per_device
def embedding_similarity(rule: str, equal: int) -> float:
    """Return the mean cosine of sentence embeddings with the model's own, its layers rounded to the
    bits of an allocation.
    """
    run = Recorder(rounded(minilm_weights(), allocation(rule, equal)))
    sentences = read_sentences()
    return float(
        (sentence_embeddings(sentences, run) * sentence_embeddings(sentences)).sum(-1).mean()
    )


@predicate
def condition_numbers_beat_equal_bits(equal: int) -> bool:
    """Bits by ⌈log₂ κ⌉ keep the embeddings nearer than equal bits that take the same room."""
    return embedding_similarity("condition", equal) > embedding_similarity("equal", equal)


@claim(
    "spectral.mixed_precision",
    statement="Bits by b_l = ⌈log₂ κ(W_l)⌉ + b_base keep more than equal bits of the same size.",
    source=STEP_7,
    tier="refuted",
)
def mixed_precision(run: Run) -> Iterator[Evidence]:
    cases = [{"equal": equal} for equal in (4, 5, 6)]
    found = enumerate_cases(
        condition_numbers_beat_equal_bits,
        cases,
        domain="minilm, the embeddings of 16 sentences",
        summary=f"{len(cases)} sizes",
        kind="model",
        shows="not at the size of {equal} bits",
        device=run.device,
    )
    rows = [
        {
            "rule": rule,
            "size of": f"{equal} bits",
            "bits a weight": significant(
                size(allocation(rule, equal)) / size(dict.fromkeys(minilm_layers(), 1))
            ),
            "fewest": min(allocation(rule, equal).values()),
            "most": max(allocation(rule, equal).values()),
            "mean cosine": significant(embedding_similarity(rule, equal)),
        }
        for equal in (4, 5, 6)
        for rule in ("equal", "condition", "error")
    ]
    refs = [tensor_ref(f"minilm/{name}", minilm_weights()[name]) for name in minilm_layers()]
    yield replace(found, tensors=refs, measurements=rows, rounding=COSINES)


EPOCHS = 20


@cached_on_cpu
def trained(penalty: float, seed: int) -> dict[str, Tensor]:
    """Return the digits perceptron, trained anew with so much of Σ κ(W_l) added to the loss."""
    images, labels = read_digits()

    def conditions(weights: Mapping[str, Tensor]) -> Tensor:
        values = [torch.linalg.svdvals(weights[name]) for name in layer_weights("mlp")]
        return penalty * torch.stack([some[0] / some[-1] for some in values]).sum()

    with torch.enable_grad():
        return train(
            NETWORKS["mlp"],
            images[:-HELD_OUT],
            labels[:-HELD_OUT],
            seed=seed,
            epochs=EPOCHS,
            penalty=conditions if penalty else None,
        )


PENALTIES = (0.0, 1e-4, 1e-3)


@predicate
def penalised_training_helps(penalty: float, bits: int, seed: int) -> bool:
    """Trained with the penalty, the network rounded to `bits` is at least as accurate as one
    trained without.
    """
    return _trained_accuracy(penalty, bits, seed) >= _trained_accuracy(0.0, bits, seed)


@cached_on_cpu
def _trained_accuracy(penalty: float, bits: int | None, seed: int) -> float:
    weights = trained(penalty, seed)
    return accuracy(
        "mlp", rounded(weights, dict.fromkeys(layer_weights("mlp"), bits)) if bits else weights
    )


@computed_on_cpu
def _training_row(penalty: float, seed: int) -> dict[str, Any]:
    weights = trained(penalty, seed)
    return {
        "λ": penalty,
        "largest κ": significant(
            max(condition_number(as_matrix(weights[name])) for name in layer_weights("mlp"))
        ),
        "accuracy": significant(_trained_accuracy(penalty, None, seed)),
    } | {
        f"accuracy, {bits} bits": significant(_trained_accuracy(penalty, bits, seed))
        for bits in (2, 3, 4)
    }


@claim(
    "spectral.penalised_training",
    statement="Training with λ Σ κ(W_l) added to the loss gives weights that keep "
    "more accuracy at low precision.",
    source=STEP_6,
    tier="refuted",
)
def penalised_training(run: Run) -> Iterator[Evidence]:
    seeds = (run.seed, run.seed + 1)
    cases = [
        {"penalty": penalty, "bits": bits, "seed": seed}
        for seed in seeds
        for penalty in PENALTIES[1:]
        for bits in (2, 3, 4)
    ]
    found = enumerate_cases(
        penalised_training_helps,
        cases,
        domain="the digits perceptron, trained anew for 20 epochs",
        summary=f"{len(cases)} cases",
        kind="statistics",
        shows="not with λ = {penalty} at {bits} bits from seed {seed}",
    )
    yield replace(
        found,
        seed=run.seed,
        measurements=[
            {"seed": seed} | _training_row(penalty, seed) for seed in seeds for penalty in PENALTIES
        ],
    )
