"""Seed 002, what quantization loses: clipping error, rounding error, their sum over the threshold
α, and the best α.

Small data are decided in fractions, by the quantizer that Lean defines. What holds of any data is
asked of each layer's outputs in INT8, in whole numbers, by functions that are tied to Lean.
Elsewhere layers and distributions are measured in float64; an inequality there is allowed a
rounding of `SLACK` of the data's mean square.
"""

from __future__ import annotations

import itertools
import math
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import replace
from fractions import Fraction
from typing import Any

import torch
from torch import Tensor

from claims.conformance import (
    CLIPPING_ERROR,
    IN_RANGE_ERROR,
    MASS_WITHIN,
    MEAN_SQUARED_ERROR,
    QUANTIZATION_NOISE,
    QUANTIZE,
    STEP_SIZE,
    UNIFORM_NOISE,
)
from claims.measures.geometry import norm_sq
from claims.measures.thresholds import (
    REFERENCES,
    Data,
    banner_rule,
    banner_threshold,
    reference,
)
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
from claims.models.activations import SymmetricLayer, counts, symmetric_layers
from claims.models.zoo import load_models
from claims.notation import Integers, integers
from claims.on_layers import find_layer, layers_of, per_layer
from claims.reasons import DENSITY
from pyharness import (
    Blocks,
    Evidence,
    Plot,
    Run,
    Source,
    Statement,
    Witness,
    as_blocks,
    cached_on_cpu,
    cached_per_device,
    claim,
    current_device,
    dequantize_affine,
    dotted,
    enumerate_cases,
    nonzero,
    notation,
    of_blocks,
    predicate,
    quantize_affine,
    significant,
)

SEED = "002 Clipping and kurtosis"
MSE = Source(SEED, "Layer 2: MSE Decomposition")
OPTIMUM = Source(SEED, "Layer 4: Optimal Clipping")
AXIOMS = Source(SEED, "Layer 6: Empirical Axioms")
GAPS = Source(SEED, "Critical Gaps")

BITS = range(2, 9)
SLACK = 1e-9
RATIO = 2 * SLACK * 12 * (255 / 2) ** 2
"""How far apart two devices may put the logarithm or the ratio of errors at up to 8 bits.

An error is right to `SLACK` of the mean square, and at a threshold of a standard deviation or more
about Δ²/12 of it or more, with Δ = 2/255 standard deviations.
"""
DISTRIBUTIONS = (*REFERENCES, "contaminated normal")
ALL_LAYERS = "every layer of every model"


@cached_per_device
def data_of(name: str) -> Data:
    """Return a distribution of `DISTRIBUTIONS`, or the outputs of the layer `model/layer`."""
    return reference(name) if name in DISTRIBUTIONS else Data(find_layer(name).preactivation)


@cached_on_cpu
def best(name: str, bits: int) -> tuple[float, float]:
    """Return the best threshold of `data_of` that is found, and the mean square error there."""
    return data_of(name).best_threshold(bits)


def thresholds(name: str) -> list[float]:
    """Return 64 thresholds in equal steps up to the largest magnitude of `data_of`, or 8 standard
    deviations if less.
    """
    data = data_of(name)
    return [min(data.largest, 8 * data.std) * k / 64 for k in range(1, 65)]


def is_convex(values: Sequence[float], slack: float) -> bool:
    """No value at equally spaced points is over the mean of its neighbours."""
    return all(
        2 * here <= before + after + slack
        for before, here, after in zip(values, values[1:], values[2:], strict=False)
    )


def slack(name: str) -> float:
    """Return the rounding that an inequality between errors of `data_of` is allowed."""
    data = data_of(name)
    return SLACK * (data.variance + data.mean**2)


# --------------------------------------------------------------------------------- small exact data
def exact_errors(
    x: Sequence[str], alpha: str, steps: int
) -> tuple[Fraction, Fraction, Fraction, Fraction]:
    """Return mean square error, error within α, clipping error and model of the noise of equally
    weighted fractions.

    The level nearest to a number is the lowest where two are as near, as in Lean's `quantize`.
    """
    threshold, numbers = Fraction(alpha), [Fraction(number) for number in x]
    step = 2 * threshold / steps
    levels = [-threshold + step * k for k in range(steps + 1)]
    errors = [
        (number - min(levels, key=lambda level: abs(number - level))) ** 2 for number in numbers
    ]
    within = [
        error for number, error in zip(numbers, errors, strict=True) if abs(number) <= threshold
    ]
    clipped = sum((abs(number) - threshold) ** 2 for number in numbers if abs(number) > threshold)
    count = len(numbers)
    return (
        sum(errors, Fraction()) / count,
        sum(within, Fraction()) / count,
        Fraction(clipped) / count,
        step**2 / 12 * Fraction(len(within), count),
    )


@predicate
def splits(x: list[str], alpha: str, steps: int) -> bool:
    """The mean square error is that within the threshold plus the clipping error."""
    total, within, clipped, _ = exact_errors(x, alpha, steps)
    return total == within + clipped


@predicate
def is_clipping_and_noise(x: list[str], alpha: str, steps: int) -> bool:
    """The mean square error is the clipping error plus Δ²/12 times the share within the
    threshold.
    """
    total, _, clipped, noise = exact_errors(x, alpha, steps)
    return total == clipped + noise


@predicate
def in_range_error_rises(x: list[str], alpha: str, beta: str, steps: int) -> bool:
    """The error within the threshold is no less at β than at α ≤ β."""
    return exact_errors(x, alpha, steps)[1] <= exact_errors(x, beta, steps)[1]


@predicate
def mse_is_convex_between(x: list[str], alpha: str, beta: str, share: str, steps: int) -> bool:
    """The mean square error at a mixture of two thresholds is at most the mixture of those at
    both.
    """
    return _convex_between(
        lambda threshold: exact_errors(x, threshold, steps)[0], alpha, beta, share
    )


@predicate
def model_is_convex_between(x: list[str], alpha: str, beta: str, share: str, steps: int) -> bool:
    """The same of the clipping error plus Δ²/12 times the share within the threshold."""
    return _convex_between(
        lambda threshold: sum(exact_errors(x, threshold, steps)[2:], Fraction()), alpha, beta, share
    )


def _convex_between(f: Callable[[str], Fraction], alpha: str, beta: str, share: str) -> bool:
    t = Fraction(share)
    middle = (1 - t) * Fraction(alpha) + t * Fraction(beta)
    return f(str(middle)) <= (1 - t) * f(alpha) + t * f(beta)


@predicate
def optimum_is_unique(x: list[str], alpha: str, beta: str, steps: int) -> bool:
    """Two thresholds do not both have the mean square error 0, which none is below."""
    return (
        alpha == beta or exact_errors(x, alpha, steps)[0] > 0 or exact_errors(x, beta, steps)[0] > 0
    )


@cached_per_device
def exact_optimum(x: tuple[str, ...], steps: int) -> tuple[Fraction, Fraction]:
    """Return a best threshold of equally weighted fractions, and the mean square error there.

    With each number at a level of its own choice the error is quadratic in the threshold; all
    choices are tried.
    """
    numbers = [Fraction(number) for number in x]
    shares = [Fraction(2 * k, steps) - 1 for k in range(steps + 1)]
    found = []
    for choice in itertools.product(shares, repeat=len(numbers)):
        mixed = sum((a * c for a, c in zip(numbers, choice, strict=True)), Fraction())
        if mixed > 0:
            found.append(mixed / sum(c**2 for c in choice))
    return min(
        ((alpha, exact_errors(x, str(alpha), steps)[0]) for alpha in set(found)),
        key=lambda pair: pair[1],
    )


@predicate
def has_an_optimum(x: list[str], steps: int, alpha: str) -> bool:
    """The error at the best threshold of all choices of levels is at most that at α."""
    return exact_optimum(tuple(x), steps)[1] <= exact_errors(x, alpha, steps)[0]


@predicate
def mean_magnitude_is_the_optimum(x: list[str], alpha: str) -> bool:
    """With one step the error at the mean magnitude is less than that at any other α."""
    numbers = [Fraction(number) for number in x]
    mean = sum(map(abs, numbers), Fraction()) / len(numbers)
    here, there = (exact_errors(x, str(threshold), 1)[0] for threshold in (mean, Fraction(alpha)))
    return here < there or mean == Fraction(alpha)


@predicate
def threshold_rises_exactly(low: list[str], high: list[str]) -> bool:
    """Of two data sets with one step, the one with the higher kurtosis has a best threshold, the
    mean magnitude, that is no lower over the standard deviation.
    """
    (kurtosis, ratio), (higher, rises) = map(exact_kurtosis_and_ratio, (low, high))
    return kurtosis >= higher or ratio <= rises


def exact_kurtosis_and_ratio(x: Sequence[str]) -> tuple[Fraction, Fraction]:
    """Return the excess kurtosis of equally weighted fractions, and the square of the best
    threshold with one step over the variance.
    """
    numbers = [Fraction(number) for number in x]
    count = len(numbers)
    mean = sum(numbers, Fraction()) / count
    second, fourth = (sum(((a - mean) ** p for a in numbers), Fraction()) / count for p in (2, 4))
    magnitude = sum(map(abs, numbers), Fraction()) / count
    return fourth / second**2 - 3, magnitude**2 / second


@predicate
def rule_comes_within(x: list[str], factor: int, last_level: str) -> bool:
    """Banner's rule for INT4 at κ ≤ 0, α = 5/2 σ, has an error of at most a factor times that at
    α = σ, on a grid whose last level is at a share of α; for c and −c, of which σ is c.
    """
    sigma = abs(Fraction(x[0]))
    rule = Fraction(5, 2) * sigma * Fraction(last_level)
    return exact_errors(x, str(rule), 15)[0] <= factor * exact_errors(x, str(sigma), 15)[0]


@predicate
def keeps_the_gaussian_bound(x: list[str], alpha: str, bits: int) -> bool:
    """The error with 2^bits levels is at least the variance over 4^bits."""
    numbers = [Fraction(number) for number in x]
    mean = sum(numbers, Fraction()) / len(numbers)
    spread = sum(((a - mean) ** 2 for a in numbers), Fraction()) / len(numbers)
    return bool(exact_errors(x, alpha, 2**bits - 1)[0] >= spread / 4**bits)


SMALL = [["1"], ["1", "-2", "5/2"], ["0", "1/3", "7"], ["-3", "-3/2", "1/7", "4"]]


def small_cases() -> Iterator[dict[str, Any]]:
    """Yield small data with thresholds and numbers of steps."""
    for x, alpha, steps in itertools.product(SMALL, ("1/2", "1", "3/2", "3", "10"), (1, 3, 7, 15)):
        yield {"x": x, "alpha": alpha, "steps": steps}


# ---------------------------------------------------------------------------------------- the split
CODES = range(-128, 128)
THRESHOLDS = range(1, 129)
STEPS = [2**bits - 1 for bits in BITS]


@notation
def counted(w: Integers, x: Integers, unit: Integers) -> tuple[Tensor, Tensor, Tensor]:
    """Return, as int64 tensors that broadcast, how often each INT8 value occurs, the values, and
    all thresholds from 1 to 128 INT8 steps, these two in units of which such a step has `unit`; for
    each unit, if there are several.
    """
    each = integers(unit)[..., None]
    return integers(w), integers(x) * each[..., None], integers(THRESHOLDS) * each


@predicate
def error_splits(w: Integers, x: Integers) -> bool:
    """The mean square error is that within the threshold plus the clipping error, at 2 to 8
    bits.
    """
    steps = integers(STEPS)[:, None]
    w, x, alpha = counted(w, x, integers(STEPS))
    within, clipped = in_range_error(w, x, steps, alpha), clipping_error(w, x, alpha)
    return bool((mse(w, x, steps, alpha) == within + clipped).all())


def errors_at_4_bits(layer: str) -> dict[str, float]:
    """Return a layer's errors at 4 bits and its best threshold, over its variance."""
    data, (alpha, total) = data_of(layer), best(layer, 4)
    return {
        "κ": data.kurtosis,
        "α*/σ": alpha / data.std,
        "MSE/σ²": total / data.variance,
        "clipping/σ²": data.clipping_error(alpha) / data.variance,
        "within/σ²": data.in_range_error(alpha, 4) / data.variance,
        "model/σ²": data.noise(alpha, 4) / data.variance,
    }


@claim(
    "error.split",
    statement="MSE(α) is the error of what is within α plus the clipping error.",
    source=MSE,
    theorem="LeanMining.mse_split",
    tier="gold",
    measures=[CLIPPING_ERROR, IN_RANGE_ERROR, MEAN_SQUARED_ERROR],
)
def split(run: Run) -> Iterator[Evidence]:
    cases = list(small_cases())
    yield enumerate_cases(
        splits,
        cases,
        domain="small data in fractions",
        summary=f"{len(cases)} cases",
        kind="property",
        shows="it fails for {x} at α = {alpha} with {steps} steps",
    )
    yield _in_int8(error_splits, errors_at_4_bits, AT_ALL_BITS)


@predicate
def model_is_close(distribution: str, bits: int, alpha: float) -> bool:
    """MSE(α) of a distribution is the clipping error plus Δ²/12 P(|X| ≤ α), within a thousandth."""
    return abs(_decomposition(distribution, bits, alpha)["model / true"] - 1) <= 1e-3


def _decomposition(distribution: str, bits: int, alpha: float) -> dict[str, float]:
    data = data_of(distribution)
    model = data.clipping_error(alpha * data.std) + data.noise(alpha * data.std, bits)
    return {
        "true MSE": significant(data.mse(alpha * data.std, bits)),
        "model": significant(model),
        "model / true": significant(model / data.mse(alpha * data.std, bits)),
    }


MODEL_PLOT = Plot(
    "lines",
    "The model’s error over the true one",
    x="alpha",
    y=("model / true",),
    by=("bits", "distribution"),
    x_label="α/σ",
)


@claim(
    "error.decomposition",
    statement="MSE(α) = E_clip(α) + Δ²/12 · P(|X| ≤ α).",
    source=MSE,
    negation="LeanMining.mse_decomposition_as_given_false",
    tier="refuted",
)
def decomposition(run: Run) -> Iterator[Evidence]:
    cases = list(small_cases())
    yield enumerate_cases(
        is_clipping_and_noise,
        cases,
        domain="small data in fractions",
        summary=f"{len(cases)} cases",
        shows="it fails for {x} at α = {alpha} with {steps} steps",
        kind="witness",
    )
    sampled: list[dict[str, Any]] = [
        {"distribution": name, "bits": bits, "alpha": alpha}
        for name in DISTRIBUTIONS
        for bits in (2, 4, 8)
        for alpha in (1.5, 2.5, 4.0)
    ]
    found = enumerate_cases(
        model_is_close,
        sampled,
        domain="distributions at α = 1.5, 2.5 and 4 σ, within a thousandth",
        summary=f"{len(sampled)} cases",
        kind="statistics",
        device=run.device,
        shows="for {distribution}, {bits} bits and α = {alpha} σ the two sides are not near each other",
    )
    rows = [case | _decomposition(**case) for case in sampled]
    yield replace(found, measurements=rows, plots=[MODEL_PLOT], rounding=RATIO)


# ------------------------------------------------------------------------------ monotone and convex
@predicate
def clipping_error_falls(w: Integers, x: Integers) -> bool:
    """The clipping error does not rise from one threshold to the next."""
    values = clipping_error(*counted(w, x, 1))
    return bool((values[1:] <= values[:-1]).all())


@predicate
def clipping_error_is_convex(w: Integers, x: Integers) -> bool:
    """The clipping error at a threshold is at most the mean of those at its neighbours."""
    return bends_up(clipping_error(*counted(w, x, 1)))


@notation
def bends_up(values: Tensor) -> bool:
    """No value is over the mean of its neighbours, along the last dimension."""
    before, here, after = values[..., :-2], values[..., 1:-1], values[..., 2:]
    return bool((2 * here <= before + after).all())


@predicate
def noise_rises(w: Integers, x: Integers) -> bool:
    """The model of the noise does not fall from one threshold to the next."""
    steps = integers(STEPS)
    w, x, alpha = counted(w, x, 3 * steps)
    values = quantization_noise(w, x, steps[:, None], alpha)
    return bool((values[:, :-1] <= values[:, 1:]).all())


@predicate
def model_is_convex(w: Integers, x: Integers) -> bool:
    """The clipping error plus the weight times Δ²/12 at a threshold is at most the mean of those at
    its neighbours.
    """
    steps = integers(STEPS)
    w, x, alpha = counted(w, x, 3 * steps)
    noise = w.sum() * uniform_noise(alpha, steps[:, None])
    return bends_up(clipping_error(w, x, alpha) + noise)


@predicate
def mse_is_convex(layer: str, bits: int) -> bool:
    """The mean square error at a threshold is at most the mean of those at its neighbours."""
    return is_convex([data_of(layer).mse(alpha, bits) for alpha in thresholds(layer)], slack(layer))


@predicate
def mse_is_convex_at_2_bits(layer: str) -> bool:
    """`mse_is_convex` at 2 bits."""
    return mse_is_convex(layer, 2)


@predicate
def in_range_error_rises_at_2_bits(layer: str) -> bool:
    """The error within the threshold at 2 bits does not fall from one threshold to the next."""
    values = [data_of(layer).in_range_error(alpha, 2) for alpha in thresholds(layer)]
    return all(before <= after + slack(layer) for before, after in itertools.pairwise(values))


def optima(layer: str) -> dict[str, float]:
    """Return the best threshold over the standard deviation at each number of bits."""
    return {f"α*/σ, {bits} bits": best(layer, bits)[0] / data_of(layer).std for bits in BITS}


CURVE = [k / 4 for k in range(1, 25)]
"""Thresholds in standard deviations at which curves are reported."""


def curve(layer: str) -> dict[str, float]:
    """Return MSE(α) at 4 bits over the variance, along `CURVE`."""
    data = data_of(layer)
    return {f"α = {alpha} σ": data.mse(alpha * data.std, 4) / data.variance for alpha in CURVE}


CURVES_PLOT = Plot(
    "rows",
    "MSE over the threshold",
    y=tuple(f"α = {alpha} σ" for alpha in CURVE),
    by=("layer",),
    at=tuple(CURVE),
    x_label="α/σ",
    y_label="MSE/σ²",
)


def _on_layers(
    run: Run,
    law: Callable[[str], bool],
    figures: Callable[[str], Mapping[str, float]],
    what: str,
    shows: Callable[[str], str],
) -> Evidence:
    return per_layer(
        run,
        law,
        figures,
        domain=f"{what}, {ALL_LAYERS}",
        shows=shows,
        relu_only=False,
    )


WHOLE = "all 128 whole thresholds"
AT_ALL_BITS = "2 to 8 bits, all 128 whole thresholds"


def _in_int8(
    law: Callable[..., bool],
    figures: Callable[[str], Mapping[str, float]],
    what: str,
    cases: Callable[[SymmetricLayer], Iterable[Mapping[str, Tensor]]] | None = None,
) -> Evidence:
    """Ask a law of how often each INT8 value is an output of a layer, for every layer of every
    model, or of the `cases` that a layer gives; and report `figures` of the layer's floats.
    """
    asked = violations = 0
    rows, tensors, witness = [], [], None
    for layer in symmetric_layers():
        rows.append(
            {"layer": layer.name, "followed by": find_layer(layer.name).kind}
            | {key: significant(value) for key, value in figures(layer.name).items()}
        )
        tensors.append(layer.ref)
        for case in [histogram(layer.values)] if cases is None else cases(layer):
            asked += 1
            if not law(**case):
                violations += 1
                inputs = {name: value.tolist() for name, value in case.items()}
                witness = witness or Witness(dotted(law), inputs, f"it fails in {layer.name}")
    return Evidence(
        "model",
        f"{what}, the INT8 outputs of {ALL_LAYERS}",
        asked,
        violations,
        f"{len(rows)} layers",
        device=current_device().type,
        tensors=tensors,
        witness=witness,
        measurements=rows,
    )


def histogram(values: Tensor) -> dict[str, Tensor]:
    """Return how often each INT8 value occurs, as a law's weights and numbers."""
    return {"w": counts(values), "x": torch.tensor(CODES)}


@claim(
    "error.clipping_antitone",
    statement="The clipping error falls as α rises.",
    source=MSE,
    theorem="LeanMining.clippingError_antitone",
    tier="gold",
    measures=[CLIPPING_ERROR],
)
def clipping_antitone(run: Run) -> Iterator[Evidence]:
    yield _in_int8(clipping_error_falls, errors_at_4_bits, WHOLE)


CLIPPING_SLOPE = Statement("error.clipping_slope", says="∂E_c/∂α < 0.", source=MSE)


@predicate
def clipping_error_falls_strictly(w: Integers, x: Integers) -> bool:
    """The clipping error falls from one threshold to the next as long as something is clipped."""
    w, x, alpha = counted(w, x, 1)
    clipped = ((w > 0) & (x.abs() > alpha[:, None])).any(-1)
    values = clipping_error(w, x, alpha)
    return bool((~clipped[:-1] | (values[1:] < values[:-1])).all())


@predicate
def exact_clipping_error_falls(x: list[str], alpha: str, beta: str) -> bool:
    """The clipping error of fractions is less at β than at α < β."""
    return exact_errors(x, beta, 1)[2] < exact_errors(x, alpha, 1)[2]


@CLIPPING_SLOPE.reading(
    "while_data_are_clipped",
    statement="The clipping error falls strictly as α rises, as long as data are over α.",
    theorem="LeanMining.clippingError_lt",
    tier="gold",
    measures=[CLIPPING_ERROR],
)
def _clipping_falls_while_clipped(run: Run) -> Iterator[Evidence]:
    yield _in_int8(clipping_error_falls_strictly, errors_at_4_bits, WHOLE)


@CLIPPING_SLOPE.reading(
    "everywhere",
    statement="The clipping error falls strictly as α rises, for every α > 0.",
    negation="LeanMining.clippingError_lt_as_given_false",
    tier="refuted",
)
def _clipping_falls_everywhere(run: Run) -> Iterator[Evidence]:
    cases = [
        {"x": x, "alpha": alpha, "beta": beta}
        for x in SMALL
        for alpha, beta in itertools.combinations(("1/2", "2", "3"), 2)
    ]
    yield enumerate_cases(
        exact_clipping_error_falls,
        cases,
        domain="small data in fractions",
        kind="witness",
        summary=f"{len(cases)} cases",
        shows="it is the same for {x} at α = {alpha} and {beta}",
    )


@claim(
    "error.clipping_convex",
    statement="The clipping error is convex in α.",
    source=MSE,
    theorem="LeanMining.clippingError_convex",
    tier="gold",
    measures=[CLIPPING_ERROR],
)
def clipping_convex(run: Run) -> Iterator[Evidence]:
    yield _in_int8(clipping_error_is_convex, errors_at_4_bits, WHOLE)


@claim(
    "error.noise_monotone",
    statement="The model of the quantization noise, Δ²/12 · P(|X| ≤ α), rises with α.",
    source=MSE,
    theorem="LeanMining.quantizationNoise_monotone",
    tier="gold",
    measures=[QUANTIZATION_NOISE],
)
def noise_monotone(run: Run) -> Iterator[Evidence]:
    yield _in_int8(noise_rises, errors_at_4_bits, AT_ALL_BITS)


@predicate
def noise_rises_strictly(w: Integers, x: Integers) -> bool:
    """The model of the noise rises from one threshold to the next where data are within that."""
    steps = integers(STEPS)
    w, x, alpha = counted(w, x, 3 * steps)
    values = quantization_noise(w, x, steps[:, None], alpha)
    empty = mass_within(w, x, alpha[:, 1:]) == 0
    return bool((empty | (values[:, :-1] < values[:, 1:])).all())


@claim(
    "error.noise_slope",
    statement="∂E_q/∂α > 0: the model of the quantization noise rises strictly where data are within α.",
    source=MSE,
    theorem="LeanMining.quantizationNoise_lt",
    tier="gold",
    measures=[MASS_WITHIN, QUANTIZATION_NOISE],
)
def noise_slope(run: Run) -> Iterator[Evidence]:
    yield _in_int8(noise_rises_strictly, errors_at_4_bits, AT_ALL_BITS)


@claim(
    "error.in_range_monotone",
    statement="The true error of what is within α rises with α.",
    source=MSE,
    negation="LeanMining.inRangeError_monotone_as_given_false",
    tier="refuted",
)
def in_range_monotone(run: Run) -> Iterator[Evidence]:
    cases = [
        {"x": x, "alpha": alpha, "beta": beta, "steps": 3}
        for x in SMALL
        for alpha, beta in itertools.combinations(("1", "3/2", "3", "10"), 2)
    ]
    yield enumerate_cases(
        in_range_error_rises,
        cases,
        domain="small data in fractions, 3 steps",
        kind="witness",
        summary=f"{len(cases)} cases",
        shows="it falls for {x} from α = {alpha} to {beta}",
    )
    yield _on_layers(
        run,
        in_range_error_rises_at_2_bits,
        errors_at_4_bits,
        "64 thresholds, 2 bits",
        "the error within the threshold falls from one to the next in {}".format,
    )


@claim(
    "error.model_convex",
    statement="E_clip(α) + Δ²/12 is convex in α.",
    source=MSE,
    theorem="LeanMining.modelMse_convex",
    tier="gold",
    measures=[CLIPPING_ERROR, UNIFORM_NOISE],
)
def model_convex(run: Run) -> Iterator[Evidence]:
    yield _in_int8(model_is_convex, errors_at_4_bits, AT_ALL_BITS)


@claim(
    "error.model_mass_convex",
    statement="E_clip(α) + Δ²/12 · P(|X| ≤ α) is convex in α.",
    source=MSE,
    negation="LeanMining.modelMse_mass_convex_as_given_false",
    tier="refuted",
)
def model_mass_convex(run: Run) -> Iterator[Evidence]:
    cases = [
        {"x": x, "alpha": "99/100", "beta": "101/100", "share": "1/2", "steps": 15} for x in SMALL
    ]
    yield enumerate_cases(
        model_is_convex_between,
        cases,
        domain="small data in fractions, 15 steps",
        kind="witness",
        summary=f"{len(cases)} cases",
        shows="for {x} it is above its chord between α = {alpha} and {beta}",
    )


@claim(
    "error.mse_convex",
    statement="MSE is convex for α > 0.",
    source=MSE,
    negation="LeanMining.mse_convex_as_given_false",
    tier="refuted",
)
def mse_convex(run: Run) -> Iterator[Evidence]:
    cases = [{"x": x, "alpha": "1", "beta": "3", "share": "1/4", "steps": 3} for x in SMALL]
    yield enumerate_cases(
        mse_is_convex_between,
        cases,
        domain="small data in fractions, 3 steps",
        kind="witness",
        summary=f"{len(cases)} cases",
        shows="for {x} it is above its chord between α = {alpha} and {beta}",
    )
    found = _on_layers(
        run,
        mse_is_convex_at_2_bits,
        curve,
        "64 thresholds, 2 bits; the curves at 4 bits",
        "the MSE at a threshold is above the mean of those beside it in {}".format,
    )
    yield replace(found, plots=[CURVES_PLOT])


UNIQUE = Statement(
    "error.unique_optimum", says="A unique optimal threshold α* exists.", source=GAPS
)


@UNIQUE.reading(
    "exists",
    statement="Data that are not all 0 have a best threshold, with any number of steps.",
    theorem="LeanMining.exists_best_threshold",
    tier="silver",
)
def _optimum_exists(run: Run) -> Iterator[Evidence]:
    cases = [
        {"x": x, "steps": steps, "alpha": str(Fraction(k, 8))}
        for x in SMALL
        for steps in (1, 2, 3)
        for k in range(1, 81)
    ]
    yield enumerate_cases(
        has_an_optimum,
        cases,
        domain="small data in fractions, the best of all choices of levels against α up to 10",
        kind="property",
        summary=f"{len(cases)} cases",
        shows="{x} has a smaller error at α = {alpha} with {steps} steps",
    )


@UNIQUE.reading(
    "only_one",
    statement="No two thresholds are best, with any number of steps.",
    negation="LeanMining.mse_optimum_unique_as_given_false",
    tier="refuted",
)
def _optimum_is_one(run: Run) -> Iterator[Evidence]:
    cases = [
        {"x": ["1"], "alpha": alpha, "beta": beta, "steps": 3}
        for alpha, beta in itertools.combinations(("1", "2", "3"), 2)
    ]
    yield enumerate_cases(
        optimum_is_unique,
        cases,
        domain="the datum 1, 3 steps",
        kind="witness",
        summary="3 cases",
        shows="α = {alpha} and α = {beta} both have the error 0 for {x}",
    )


@UNIQUE.reading(
    "one_bit",
    statement="With one bit the mean magnitude is the one best threshold.",
    theorem="LeanMining.mse_one_step_le_iff",
    tier="gold",
    measures=[MEAN_SQUARED_ERROR],
)
def _optimum_at_one_bit(run: Run) -> Iterator[Evidence]:
    cases = [{"x": x, "alpha": str(Fraction(k, 8))} for x in SMALL for k in range(1, 81)]
    yield enumerate_cases(
        mean_magnitude_is_the_optimum,
        cases,
        domain="small data in fractions, 1 step, α up to 10",
        kind="property",
        summary=f"{len(cases)} cases",
        shows="α = {alpha} has another error for {x} than the mean magnitude leads to",
    )
    yield _in_int8(
        mean_magnitude_is_best,
        one_bit,
        "1 bit, all 128 whole thresholds and those next to the mean magnitude, each 65,536 of",
        in_parts,
    )


def one_bit(layer: str) -> dict[str, float]:
    """Return the mean magnitude and the best threshold that a search finds at one bit, over the
    standard deviation.
    """
    data = data_of(layer)
    return {
        "E|x|/σ": data.mean_magnitude / data.std,
        "α*/σ, 1 bit": best(layer, 1)[0] / data.std,
    }


def in_parts(layer: SymmetricLayer) -> list[dict[str, Tensor]]:
    """Return histograms of at most 65,536 outputs of a layer each, so that int64 holds the errors
    in units of which an INT8 step has as many.
    """
    return [histogram(part) for part in layer.values.flatten().split(2**16)]


@predicate
def mean_magnitude_is_best(w: Integers, x: Integers) -> bool:
    """At one bit the mean magnitude has a smaller error than every other whole threshold, and than
    the next numbers to it, of which there are as many in an INT8 step as there are data.
    """
    count, step = integers(w).sum(), integers(1)
    w, x, alpha = counted(w, x, count)
    mean = (w * integers(CODES).abs()).sum()
    others = torch.cat([alpha, mean[None] - 1, mean[None] + 1])
    errors = mse(w, x, step, others)
    return bool(((errors > mse(w, x, step, mean)) | (others == mean)).all())


# ----------------------------------------------------------------------------------------- rounding
@predicate
def rounding_is_half_a_step(w: Integers, x: Integers) -> bool:
    """Every number that occurs, and that is within the threshold, moves by at most half a step when
    rounded, at 2 to 8 bits.
    """
    steps = integers(STEPS)[:, None]
    w, x, alpha = counted(w, x, integers(STEPS))
    moved = (x - quantize(alpha[..., None], steps[..., None], x)).abs()
    asked = (w > 0) & (x.abs() <= alpha[..., None])
    return bool((~asked | (2 * moved <= step_size(alpha, steps)[..., None])).all())


@predicate
def exact_rounding_is_half_a_step(x: list[str], alpha: str, steps: int) -> bool:
    """The same of fractions, one by one."""
    step = 2 * Fraction(alpha) / steps
    return all(
        exact_errors([number], alpha, steps)[0] <= (step / 2) ** 2
        for number in x
        if abs(Fraction(number)) <= Fraction(alpha)
    )


# On blocks of floats α is a block's largest magnitude x_max, in 254 steps: INT8. With u = 2^−24 the
# number of steps x · 127/x_max is off by at most 127 · 3u before it is rounded, and its multiple of
# Δ by 127 Δ · 2u, and their difference by Δ u.
ROUNDING_TOLERANCE = 0.5 + 2.0**-14
ENERGY_TOLERANCE = 1 + 2.0**-11
"""The square of the above in units of Δ/2, 1 + 2^−12 at most, and the share d u ≤ 2^−14 for the sum
of d terms."""


def rounded_error(x: Blocks | Sequence[str], dtype: str) -> tuple[Tensor, Tensor]:
    """Return blocks of floats, in units, less what they are rounded to in INT8; and half a step of
    each, [blocks, 1].
    """
    blocks = as_blocks(x, dtype)
    return blocks.values - blocks.rounded * blocks.step[:, None], blocks.step[:, None] / 2


@predicate
def rounding_is_half_a_step_in_floats(x: Blocks | Sequence[str], dtype: str = "float32") -> Tensor:
    """Every element of a block of floats moves by at most half a step when rounded to INT8, up to
    float32.
    """
    error, half = rounded_error(x, dtype)
    return (error.abs() <= 2 * ROUNDING_TOLERANCE * half).all(1)


def rounding_error(x: Blocks) -> Tensor:
    """Max |x − Q(x)| / Δ of each block; 0 for zeros."""
    return x.figures.error / nonzero(x.step)


@predicate
def rounding_energy_is_bounded_in_floats(
    x: Blocks | Sequence[str], dtype: str = "float32"
) -> Tensor:
    """‖x − Q(x)‖² ≤ d (Δ/2)² for a block of d floats rounded to INT8, up to float32."""
    error, half = rounded_error(x, dtype)
    return norm_sq(error) <= ENERGY_TOLERANCE * error.shape[1] * half[:, 0].square()


def rounding_energy(x: Blocks) -> Tensor:
    """‖x − Q(x)‖² / (d (Δ/2)²) of each block; 0 for zeros."""
    return x.figures.error_energy / nonzero(x.d * (x.step / 2).square())


def rounding_and_whole_energy(x: Blocks) -> tuple[Tensor, Tensor]:
    """‖x − Q(x)‖² and ‖x‖² of each block, in the tensor's own scale, float64."""
    scale = x.unit.double().square()
    return x.figures.error_energy.double() * scale, x.figures.norm_sq.double() * scale


@claim(
    "error.rounding",
    statement="Rounding to the nearest level moves what is within α by at most Δ/2.",
    source=MSE,
    theorem="LeanMining.abs_sub_quantize_le",
    tier="gold",
    measures=[QUANTIZE, STEP_SIZE],
    streams=of_blocks(
        rounding_is_half_a_step_in_floats,
        rounding_error,
        tolerance=ROUNDING_TOLERANCE,
        domain="every block in INT8, α its largest magnitude; the error is max |x − Q(x)| / Δ",
    ),
)
def rounding(run: Run) -> Iterator[Evidence]:
    cases = list(small_cases())
    yield enumerate_cases(
        exact_rounding_is_half_a_step,
        cases,
        domain="small data in fractions",
        kind="property",
        summary=f"{len(cases)} cases",
        shows="it fails for {x} at α = {alpha} with {steps} steps",
    )
    yield _in_int8(rounding_is_half_a_step, optima, AT_ALL_BITS)


@claim(
    "error.in_range_bound",
    statement="The error of what is within α is at most (Δ/2)² times its share.",
    source=MSE,
    theorem="LeanMining.inRangeError_le",
    tier="gold",
    measures=[IN_RANGE_ERROR, MASS_WITHIN, STEP_SIZE],
    streams=of_blocks(
        rounding_energy_is_bounded_in_floats,
        rounding_energy,
        tolerance=ENERGY_TOLERANCE,
        domain="every block in INT8, α its largest magnitude; the error is ‖x − Q(x)‖² / (d (Δ/2)²)",
        sums=rounding_and_whole_energy,
        figures=lambda lost, whole: {
            "‖x − Q(x)‖ / ‖x‖": significant(math.sqrt(lost / whole)) if whole else None
        },
    ),
)
def in_range_bound(run: Run) -> Iterator[Evidence]:
    yield _in_int8(in_range_error_is_bounded, errors_at_4_bits, AT_ALL_BITS)


@predicate
def in_range_error_is_bounded(w: Integers, x: Integers) -> bool:
    """The error within a threshold is at most (Δ/2)² times the weight within, at 2 to 8 bits."""
    steps = integers(STEPS)[:, None]
    w, x, alpha = counted(w, x, integers(STEPS))
    within = mass_within(w, x, alpha)
    bound = step_size(alpha, steps).square() * within
    return bool((4 * in_range_error(w, x, steps, alpha) <= bound).all())


# ------------------------------------------------------------------------------- the best threshold
@predicate
def higher_kurtosis_has_higher_threshold(first: str, second: str) -> bool:
    """Of two distributions the one with the higher kurtosis has the higher best threshold at 4
    bits, over σ.
    """
    low, high = sorted((first, second), key=lambda name: data_of(name).kurtosis)
    return best(low, 4)[0] / data_of(low).std <= best(high, 4)[0] / data_of(high).std


def _by_kurtosis(names: Sequence[str]) -> list[dict[str, Any]]:
    rows = []
    for name in sorted(names, key=lambda name: data_of(name).kurtosis):
        data = data_of(name)
        rows.append(
            {"data": name, "κ": significant(data.kurtosis)}
            | {f"α*/σ, {bits} bits": significant(best(name, bits)[0] / data.std) for bits in BITS}
        )
    return rows


RISES = Statement(
    "error.threshold_rises",
    says="The optimal threshold rises with the kurtosis: ∂α*/∂κ > 0.",
    source=GAPS,
)


@RISES.reading(
    "any_data",
    statement="Of any two data sets, the one with the higher kurtosis has the higher α*/σ.",
    negation="LeanMining.threshold_rises_as_given_false",
    tier="refuted",
)
def _threshold_rises(run: Run) -> Iterator[Evidence]:
    yield enumerate_cases(
        threshold_rises_exactly,
        [{"low": ["1", "1", "-1", "-1"], "high": ["1", "-1", "3", "-3"]}],
        domain="small data in fractions, 1 bit",
        kind="witness",
        summary="1 pair",
        shows="α*/σ is lower for {high} than for {low}",
    )
    pairs = [
        {"first": first, "second": second}
        for first, second in itertools.combinations(DISTRIBUTIONS, 2)
    ]
    found = enumerate_cases(
        higher_kurtosis_has_higher_threshold,
        pairs,
        domain="pairs of distributions, 4 bits",
        summary=f"{len(pairs)} pairs",
        kind="statistics",
        shows="of {first} and {second} the one of higher kurtosis has no higher α*/σ",
        device=run.device,
    )
    yield replace(found, measurements=_by_kurtosis(DISTRIBUTIONS))


@RISES.reading(
    "student",
    statement="Along Student's family the optimal threshold rises with the kurtosis, at INT4.",
    no_theorem=DENSITY,
    tier="bronze",
)
def _threshold_rises_student(run: Run) -> Iterator[Evidence]:
    family = [name for name in DISTRIBUTIONS if name.startswith("Student") or name == "Gaussian"]
    pairs = [
        {"first": first, "second": second} for first, second in itertools.combinations(family, 2)
    ]
    found = enumerate_cases(
        higher_kurtosis_has_higher_threshold,
        pairs,
        domain="Student's t with 5 to 50 degrees, the limit",
        summary=f"{len(pairs)} pairs",
        kind="statistics",
        shows="of {first} and {second} the one of higher kurtosis has no higher α*/σ",
        device=run.device,
    )
    yield replace(found, measurements=_by_kurtosis(family))


BANNER_LEVEL = 1 - 2**-4
"""Banner's grid has cells up to α and levels in their middle, so that its last level is at α (1 −
2^−4) for INT4."""


LAST_LEVELS = {"own_grid": BANNER_LEVEL, "level_at_alpha": 1.0}
"""Where the last level of a grid is, in units of the threshold of Banner's rule."""


@predicate
def banner_is_near_the_optimum(data: str, grid: str) -> bool:
    """Banner's rule for INT4 has a mean square error within 1 % of the least that is found."""
    return banner(data)[f"MSE, {grid}"] <= 1.01


@predicate
def banner_is_near_on_its_own_grid(layer: str) -> bool:
    """`banner_is_near_the_optimum` of a layer, on Banner's own grid."""
    return banner_is_near_the_optimum(layer, "own_grid")


@predicate
def banner_is_near_with_a_level_at_alpha(layer: str) -> bool:
    """`banner_is_near_the_optimum` of a layer, on the grid with a level at α."""
    return banner_is_near_the_optimum(layer, "level_at_alpha")


def banner(name: str) -> dict[str, float]:
    """Compare Banner's rule for INT4, on each grid, with the best threshold there."""
    data, (alpha, error) = data_of(name), best(name, 4)
    rule = banner_threshold(data)
    found = {"κ": data.kurtosis, "Banner α/σ": rule / data.std}
    for grid, last in LAST_LEVELS.items():
        found[f"best α/σ, {grid}"] = alpha / last / data.std
        found[f"MSE, {grid}"] = data.mse(rule * last, 4) / error
    return found


BANNER = Statement(
    "error.banner", says="α*/σ ≈ 2.5 + 0.3 ln(1 + max(0, κ)) (for INT4).", source=OPTIMUM
)


def _banner(run: Run, grid: str, of_layer: Callable[[str], bool], where: str) -> Iterator[Evidence]:
    """Ask how near Banner's rule comes to the least error, of two numbers and of all else."""
    cases = [
        {"x": ["1", "-1"], "factor": factor, "last_level": str(Fraction(LAST_LEVELS[grid]))}
        for factor in (1, 1000)
    ]
    yield enumerate_cases(
        rule_comes_within,
        cases,
        domain=f"1 and −1, whose kurtosis is −2, {where}",
        kind="witness",
        summary="2 factors",
        shows="the error for {x} is more than {factor} times the least",
    )
    found = enumerate_cases(
        banner_is_near_the_optimum,
        [{"data": name, "grid": grid} for name in DISTRIBUTIONS],
        kind="statistics",
        domain=f"distributions, INT4, {where}",
        summary=f"{len(DISTRIBUTIONS)} distributions",
        shows="for {data} it is off by more than that",
        device=run.device,
    )
    rows = [
        {"data": name} | {key: significant(value) for key, value in banner(name).items()}
        for name in DISTRIBUTIONS
    ]
    yield replace(found, measurements=rows, rounding=RATIO)

    def shows(layer: str) -> str:
        return f"the rule's MSE is {banner(layer)[f'MSE, {grid}']:.3g} times the least in {layer}"

    yield replace(_on_layers(run, of_layer, banner, f"INT4, {where}", shows), rounding=RATIO)


@BANNER.reading(
    "own_grid",
    statement="On Banner's grid, with levels in the middle of cells up to α, the rule's MSE is within 1 % "
    "of the least, for any data.",
    negation="LeanMining.banner_as_given_false",
    tier="refuted",
)
def _banners_rule_on_its_own_grid(run: Run) -> Iterator[Evidence]:
    yield from _banner(run, "own_grid", banner_is_near_on_its_own_grid, "Banner's own grid")


@BANNER.reading(
    "level_at_alpha",
    statement="On the grid from −α to α of the other claims, the rule's MSE is within 1 % of the least, "
    "for any data.",
    negation="LeanMining.banner_as_given_false",
    tier="refuted",
)
def _banners_rule_with_a_level_at_alpha(run: Run) -> Iterator[Evidence]:
    yield from _banner(run, "level_at_alpha", banner_is_near_with_a_level_at_alpha, "a level at α")


@predicate
def rule_rises(low: float, high: float) -> bool:
    """Banner's rule gives at least as large a threshold at the higher of two kurtoses, and a larger
    one if that is above 0.
    """
    first, second = banner_rule(low), banner_rule(high)
    return first < second or (high <= 0 and first == second)


KURTOSES = [-2.0, -1.2, 0.0, 0.1, 1.0, 3.0, 6.0, 100.0, 1e6]


@claim(
    "error.banner_rises",
    statement="Banner's approximation gives a larger α for a higher κ, from κ = 0 on, and the same below, as any "
    "increasing function in the place of the logarithm does.",
    source=AXIOMS,
    theorem="LeanMining.bannerThreshold_mono",
    tier="silver",
)
def banner_rises(run: Run) -> Iterator[Evidence]:
    pairs = [{"low": low, "high": high} for low, high in itertools.combinations(KURTOSES, 2)]
    found = enumerate_cases(
        rule_rises,
        pairs,
        domain="pairs of kurtoses from −2 to 10⁶",
        kind="property",
        summary=f"{len(pairs)} pairs",
        shows="from κ = {low} to {high} it does not rise",
    )
    rows = [{"κ": kurtosis, "α/σ": significant(banner_rule(kurtosis))} for kurtosis in KURTOSES]
    yield replace(found, measurements=rows)


GAUSSIAN = Statement("error.gaussian_threshold", says="For Gaussian: α*/σ ≈ 2.5.", source=OPTIMUM)


@predicate
def two_and_a_half_is_near(grid: str) -> bool:
    """At 4 bits α* of the Gaussian distribution is within 1 % of 2.5 σ, and the MSE at 2.5 σ within
    1 % of the least.
    """
    found = banner("Gaussian")
    return abs(found[f"best α/σ, {grid}"] / 2.5 - 1) <= 0.01 and found[f"MSE, {grid}"] <= 1.01


def _gaussian(run: Run, grid: str) -> Evidence:
    found = enumerate_cases(
        two_and_a_half_is_near,
        [{"grid": grid}],
        kind="statistics",
        domain="the Gaussian distribution, INT4",
        summary="1 distribution",
        shows="2.5 is not within 1 %",
        device=run.device,
    )
    figures = {key: significant(value) for key, value in banner("Gaussian").items() if key != "κ"}
    return replace(found, measurements=[figures], rounding=RATIO)


@GAUSSIAN.reading(
    "level_at_alpha",
    statement="On the grid from −α to α, at INT4, α* and the MSE are within 1 % of those at 2.5 σ.",
    no_theorem=DENSITY,
    tier="bronze",
)
def _gaussian_with_a_level_at_alpha(run: Run) -> Iterator[Evidence]:
    yield _gaussian(run, "level_at_alpha")


@GAUSSIAN.reading(
    "own_grid",
    statement="On Banner's grid, at INT4, α* and the MSE are within 1 % of those at 2.5 σ.",
    no_theorem=DENSITY,
    tier="refuted",
)
def _gaussian_on_banners_grid(run: Run) -> Iterator[Evidence]:
    yield _gaussian(run, "own_grid")


# ---------------------------------------------------------------------------------------- the slope
@predicate
def a_bit_divides_by_the_root_of_two(data: str, bits: int) -> bool:
    """One bit more divides the error at a fixed range by √2, within 10 %: a slope of −ln 2 / 2 a
    bit.
    """
    return abs(slope(data, bits) / (-math.log(2) / 2) - 1) <= 0.1


@predicate
def a_bit_quarters(data: str, bits: int) -> bool:
    """One bit more divides the rounding error of the uniform distribution by 4, but for the ratio
    of the steps' numbers.
    """
    steps = (2 ** (bits + 1) - 1) / (2**bits - 1)
    return abs(slope(data, bits) + 2 * math.log(steps)) <= 1e-3


def slope(name: str, bits: int) -> float:
    """Return ln MSE at one bit more less that at `bits`, at the range of the data, or 8 σ if
    less.
    """
    data = data_of(name)
    alpha = min(data.largest, 8 * data.std)
    return math.log(data.mse(alpha, bits + 1) / data.mse(alpha, bits))


def _slopes(names: Sequence[str]) -> list[dict[str, Any]]:
    return [
        {"data": name}
        | {f"{bits} to {bits + 1} bits": significant(slope(name, bits)) for bits in BITS[:-1]}
        | {"2 to 8 bits at α*": significant(math.log(best(name, 8)[1] / best(name, 2)[1]) / 6)}
        for name in names
    ]


RATE = Statement("error.rate", says="log D against B has the slope −2 ln 2 for MSE.", source=AXIOMS)


@cached_per_device
def uniform_error(steps: int) -> float:
    """Return the mean square error of the uniform distribution on [−1, 1], as the midpoints of
    2^16 cells, rounded to the nearest of the levels of so many steps from −1 to 1.
    """
    x = (torch.arange(2**16, dtype=torch.float64) + 0.5) / 2**15 - 1
    step = 2 / steps
    codes = quantize_affine(x, x.shape, step, 0, 0, steps, offset=-1)
    back = dequantize_affine(codes, x.shape, step, offset=-1)
    return float((x - back).square().mean())


@predicate
def twice_the_steps_quarter(steps: int) -> bool:
    """Twice the steps divide the error of the uniform distribution by 4, within a thousandth."""
    return abs(uniform_error(steps) / uniform_error(2 * steps) / 4 - 1) <= 1e-3


@predicate
def slope_is_near(data: str, slope_: float) -> bool:
    """Ln MSE at the best threshold has this slope a bit from 2 to 8 bits, within 10 %."""
    return abs(best_slope(data) / slope_ - 1) <= 0.1


def best_slope(name: str) -> float:
    """Return the slope of ln MSE a bit, at the best threshold, from 2 to 8 bits."""
    return math.log(best(name, 8)[1] / best(name, 2)[1]) / 6


@RATE.reading(
    "steps",
    statement="At a fixed range twice as many steps divide the error of uniform steps by 4.",
    theorem="LeanMining.four_mul_uniformNoise_two_mul",
    tier="silver",
)
def _rate_of_steps(run: Run) -> Iterator[Evidence]:
    cases = [{"steps": steps} for steps in (2, 3, 4, 7, 8, 15, 16, 31, 32)]
    found = enumerate_cases(
        twice_the_steps_quarter,
        cases,
        domain="the uniform distribution at its range, 2 to 64 steps",
        kind="statistics",
        summary=f"{len(cases)} numbers of steps",
        shows="twice as many steps as {steps} divide the error by another number",
        device=run.device,
    )
    yield replace(
        found,
        measurements=[
            {"steps": steps, "MSE": significant(uniform_error(steps))}
            for steps in sorted({n for case in cases for n in (case["steps"], 2 * case["steps"])})
        ],
    )


@RATE.reading(
    "bits",
    statement="At a fixed range one bit more, from 2^B − 1 steps to 2^(B+1) − 1, divides the error of "
    "uniform steps by (2 + 1/(2^B − 1))².",
    theorem="LeanMining.uniformNoise_eq_sq_mul_uniformNoise",
    tier="silver",
)
def _rate_of_bits(run: Run) -> Iterator[Evidence]:
    cases = [{"data": "uniform", "bits": bits} for bits in BITS[:-1]]
    found = enumerate_cases(
        a_bit_quarters,
        cases,
        domain="the uniform distribution at its range, 2 to 8 bits",
        kind="statistics",
        summary=f"{len(cases)} bits",
        shows="a bit more than {bits} divides the error by another number",
        device=run.device,
    )
    yield replace(found, measurements=_slopes(DISTRIBUTIONS), rounding=RATIO)


@RATE.reading(
    "best_threshold",
    statement="At the best threshold the slope of ln MSE is −2 ln 2 a bit, within 10 %, for any data.",
    negation="LeanMining.best_rate_as_given_false",
    tier="refuted",
)
def _rate_at_the_best_threshold(run: Run) -> Iterator[Evidence]:
    yield _best_slopes(run, -2 * math.log(2))


def _best_slopes(run: Run, slope_: float) -> Evidence:
    names = [*DISTRIBUTIONS, *(name for name, _ in layers_of(load_models(), relu_only=False))]
    found = enumerate_cases(
        slope_is_near,
        [{"data": name, "slope_": slope_} for name in names],
        domain=f"distributions and {ALL_LAYERS}, from 2 to 8 bits",
        summary=f"{len(names)} sets of data",
        kind="statistics",
        shows="for {data} it is off by more than that",
        device=run.device,
    )
    rows = [{"data": name, "slope of ln MSE": significant(best_slope(name))} for name in names]
    return replace(found, measurements=rows, rounding=RATIO)


SLOPE = Statement(
    "error.rate_as_given", says="slope = −ln(2)/2 ≈ −0.347 (T-010); MSE ∝ 2^(−B/2).", source=AXIOMS
)


@SLOPE.reading(
    "mse",
    statement="The slope of ln MSE per bit is −ln 2 / 2 at a fixed range, where it is the noise Δ²/12 of uniform steps "
    "and on data.",
    negation="LeanMining.uniformNoise_inv_sqrt_rate_as_given_false",
    tier="refuted",
)
def _rate_as_given(run: Run) -> Iterator[Evidence]:
    names = [name for name, _ in layers_of(load_models(), relu_only=False)]
    cases = [
        {"data": name, "bits": bits} for name in (*DISTRIBUTIONS, *names) for bits in BITS[:-1]
    ]
    found = enumerate_cases(
        a_bit_divides_by_the_root_of_two,
        cases,
        domain=f"distributions and {ALL_LAYERS}, 2 to 8 bits",
        summary=f"{len(cases)} cases",
        kind="statistics",
        shows="for {data} a bit more than {bits} does not divide the MSE by √2",
        device=run.device,
    )
    yield replace(found, measurements=_slopes(names), rounding=RATIO)


@SLOPE.reading(
    "relative_error",
    statement="The slope of ln √(MSE / σ²) per bit, at the best threshold, is −ln 2 / 2, within 10 %, for any data.",
    negation="LeanMining.best_rate_as_given_false",
    tier="refuted",
)
def _rate_of_relative_error(run: Run) -> Iterator[Evidence]:
    # The slope of the root is half that of the mean square.
    yield _best_slopes(run, -math.log(2))


# ----------------------------------------------------------------------------- rate and distortion
DISTORTION = Statement(
    "error.distortion_rate", says="D(R) = σ² 2^(−2R), with R ≈ B.", source=AXIOMS
)


def over_the_bound(name: str, bits: int) -> float:
    """Return the least mean square error that is found, over σ² 2^(−2 bits)."""
    return best(name, bits)[1] / data_of(name).variance * 4.0**bits


@predicate
def error_is_over_the_bound(data: str, bits: int) -> bool:
    """The least mean square error that is found is at least σ² 2^(−2 bits)."""
    return over_the_bound(data, bits) >= 1 - SLACK


@predicate
def error_reaches_the_bound(data: str, bits: int) -> bool:
    """The least mean square error that is found is σ² 2^(−2 bits), within 10 %."""
    return abs(over_the_bound(data, bits) - 1) <= 0.1


def _distortion(run: Run, law: Callable[..., bool], names: Sequence[str], shows: str) -> Evidence:
    cases = [{"data": name, "bits": bits} for name in names for bits in BITS]
    found = enumerate_cases(
        law,
        cases,
        domain=f"{len(names)} sets of data, 2 to 8 bits at the best threshold",
        summary=f"{len(cases)} cases",
        kind="statistics",
        shows=shows,
        device=run.device,
    )
    rows = [
        {"data": name}
        | {
            f"MSE / (σ² 4^−B), {bits} bits": significant(over_the_bound(name, bits))
            for bits in BITS
        }
        for name in names
    ]
    return replace(found, measurements=rows, rounding=RATIO)


@predicate
def slopes_agree(variance_: int, rate_: int) -> bool:
    """In units of log 2, log σ² − 2 R is log σ² − R, with the constant that R = 0 gives."""
    return variance_ - 2 * rate_ == variance_ - rate_


@claim(
    "error.log_distortion",
    statement="log σ² − 2R log 2 = const − R ln 2.",
    source=AXIOMS,
    negation="LeanMining.log_distortion_as_given_false",
    tier="refuted",
)
def log_distortion(run: Run) -> Iterator[Evidence]:
    yield enumerate_cases(
        slopes_agree,
        [{"variance_": 0, "rate_": rate_} for rate_ in range(4)],
        domain="R = 0, 1, 2 and 3, σ = 1",
        kind="witness",
        summary="4 rates",
        shows="the two sides differ at R = {rate_}",
    )


@DISTORTION.reading(
    "bound_for_the_gaussian",
    statement="On the Gaussian distribution no threshold of the uniform quantizer has a smaller MSE.",
    no_theorem=DENSITY,
    tier="bronze",
)
def _distortion_bounds_the_gaussian(run: Run) -> Iterator[Evidence]:
    yield _distortion(
        run, error_is_over_the_bound, ["Gaussian"], "the MSE is smaller at {bits} bits"
    )


@DISTORTION.reading(
    "bound_for_any_data",
    statement="On no data has the uniform quantizer a smaller MSE.",
    negation="LeanMining.distortion_rate_as_given_false",
    tier="refuted",
)
def _distortion_bounds_any_data(run: Run) -> Iterator[Evidence]:
    yield enumerate_cases(
        keeps_the_gaussian_bound,
        [{"x": x, "alpha": "1", "bits": 1} for x in (["1", "-1"], ["1", "-1", "3", "-3"])],
        domain="small data in fractions, 1 bit",
        kind="witness",
        summary="2 cases",
        shows="the MSE is smaller for {x} at α = {alpha}",
    )
    names = [name for name, _ in layers_of(load_models(), relu_only=False)]
    yield _distortion(run, error_is_over_the_bound, names, "smaller for {data} at {bits} bits")


@DISTORTION.reading(
    "reached",
    statement="On the Gaussian distribution the uniform quantizer reaches it at the best threshold, within "
    "10 %.",
    no_theorem=DENSITY,
    tier="refuted",
)
def _distortion_is_reached(run: Run) -> Iterator[Evidence]:
    yield _distortion(
        run, error_reaches_the_bound, ["Gaussian"], "the MSE is another one at {bits} bits"
    )
