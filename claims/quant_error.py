"""Seed 002, what quantization loses: clipping error, rounding error, their sum over the threshold
α, and the best α.

Small data are decided in fractions, by the quantizer that Lean defines. Layers and distributions
are measured in float64; an inequality there is allowed a rounding of `SLACK` of the data's mean
square.
"""

from __future__ import annotations

import itertools
import math
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import replace
from fractions import Fraction
from typing import Any

from torch import Tensor

from claims.gap import find_layer, layers_of, per_layer
from claims.measures.geometry import norm_sq
from claims.measures.thresholds import (
    REFERENCES,
    Data,
    banner_threshold,
    reference,
    step_size,
    to_grid,
)
from claims.models.zoo import load_models
from pyharness import (
    Blocks,
    Evidence,
    Plot,
    Run,
    Source,
    as_blocks,
    cached_on_cpu,
    cached_per_device,
    claim,
    enumerate_cases,
    nonzero,
    of_blocks,
    predicate,
    significant,
)

SEED = "002 Clipping and kurtosis"
MSE = Source(SEED, "Layer 2: MSE Decomposition")
OPTIMUM = Source(SEED, "Layer 4: Optimal Clipping")
AXIOMS = Source(SEED, "Layer 6: Empirical Axioms")

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


SMALL = [["1"], ["1", "-2", "5/2"], ["0", "1/3", "7"], ["-3", "-3/2", "1/7", "4"]]


def small_cases() -> Iterator[dict[str, Any]]:
    """Yield small data with thresholds and numbers of steps."""
    for x, alpha, steps in itertools.product(SMALL, ("1/2", "1", "3/2", "3", "10"), (1, 3, 7, 15)):
        yield {"x": x, "alpha": alpha, "steps": steps}


# ---------------------------------------------------------------------------------------- the split
@predicate
def layer_splits(layer: str) -> bool:
    """A layer's mean square error at 4 bits is that within the threshold plus the clipping error,
    element by element.
    """
    x, data = find_layer(layer).preactivation.double(), data_of(layer)
    alpha = best(layer, 4)[0]
    errors = (x - to_grid(x, alpha, 4)).square()
    within = errors[x.abs() <= alpha].sum() / errors.numel()
    return abs(float(errors.mean()) - data.mse(alpha, 4)) <= slack(layer) and abs(
        float(within) - data.in_range_error(alpha, 4)
    ) <= slack(layer)


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
    tier="silver",
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
    yield per_layer(
        run,
        layer_splits,
        errors_at_4_bits,
        domain=f"4 bits at the best threshold, {ALL_LAYERS}",
        shows=lambda name: f"it fails in {name}",
        relu_only=False,
    )


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
        shows="it is off for {distribution} at {bits} bits and α = {alpha} σ",
    )
    rows = [case | _decomposition(**case) for case in sampled]
    yield replace(found, measurements=rows, plots=[MODEL_PLOT], rounding=RATIO)


# ------------------------------------------------------------------------------ monotone and convex
@predicate
def clipping_error_falls(layer: str) -> bool:
    """The clipping error does not rise from one threshold to the next."""
    values = [data_of(layer).clipping_error(alpha) for alpha in thresholds(layer)]
    return all(after <= before + slack(layer) for before, after in itertools.pairwise(values))


@predicate
def clipping_error_is_convex(layer: str) -> bool:
    """The clipping error at a threshold is at most the mean of those at its neighbours."""
    return is_convex(
        [data_of(layer).clipping_error(alpha) for alpha in thresholds(layer)], slack(layer)
    )


@predicate
def noise_rises(layer: str) -> bool:
    """The model of the noise does not fall from one threshold to the next."""
    values = [data_of(layer).noise(alpha, 4) for alpha in thresholds(layer)]
    return all(before <= after + slack(layer) for before, after in itertools.pairwise(values))


@predicate
def model_is_convex(layer: str) -> bool:
    """The clipping error plus Δ²/12 at a threshold is at most the mean of those at its
    neighbours.
    """
    data = data_of(layer)
    return is_convex(
        [data.clipping_error(alpha) + step_size(alpha, 4) ** 2 / 12 for alpha in thresholds(layer)],
        slack(layer),
    )


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
) -> Evidence:
    return per_layer(
        run,
        law,
        figures,
        domain=f"{what}, {ALL_LAYERS}",
        shows=lambda name: f"it fails in {name}",
        relu_only=False,
    )


@claim(
    "error.clipping_antitone",
    statement="The clipping error falls as α rises.",
    source=MSE,
    theorem="LeanMining.clippingError_antitone",
    tier="silver",
)
def clipping_antitone(run: Run) -> Iterator[Evidence]:
    yield _on_layers(run, clipping_error_falls, errors_at_4_bits, "64 thresholds")


@claim(
    "error.clipping_convex",
    statement="The clipping error is convex in α.",
    source=MSE,
    theorem="LeanMining.clippingError_convex",
    tier="silver",
)
def clipping_convex(run: Run) -> Iterator[Evidence]:
    yield _on_layers(run, clipping_error_is_convex, errors_at_4_bits, "64 thresholds")


@claim(
    "error.noise_monotone",
    statement="The model of the quantization noise, Δ²/12 · P(|X| ≤ α), rises with α.",
    source=MSE,
    theorem="LeanMining.quantizationNoise_monotone",
    tier="silver",
)
def noise_monotone(run: Run) -> Iterator[Evidence]:
    yield _on_layers(run, noise_rises, errors_at_4_bits, "64 thresholds, 4 bits")


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
    yield _on_layers(run, in_range_error_rises_at_2_bits, errors_at_4_bits, "64 thresholds, 2 bits")


@claim(
    "error.model_convex",
    statement="E_clip(α) + Δ²/12 is convex in α.",
    source=MSE,
    theorem="LeanMining.modelMse_convex",
    tier="silver",
)
def model_convex(run: Run) -> Iterator[Evidence]:
    yield _on_layers(run, model_is_convex, errors_at_4_bits, "64 thresholds, 4 bits")


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
        shows="not for {x} between α = {alpha} and {beta}",
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
        shows="not for {x} between α = {alpha} and {beta}",
    )
    found = _on_layers(
        run, mse_is_convex_at_2_bits, curve, "64 thresholds, 2 bits; the curves at 4 bits"
    )
    yield replace(found, plots=[CURVES_PLOT])


@claim(
    "error.unique_optimum",
    statement="MSE has a unique optimal threshold α*.",
    source=MSE,
    tier="refuted",
)
def unique_optimum(run: Run) -> Iterator[Evidence]:
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
    yield _on_layers(run, best_is_a_minimum, optima, "the best threshold found at 2 to 8 bits")


@predicate
def best_is_a_minimum(layer: str) -> bool:
    """No threshold of `thresholds` has a smaller error than the best found, at each number of
    bits.
    """
    return all(
        data_of(layer).mse(alpha, bits) >= best(layer, bits)[1] * (1 - 1e-3)
        for bits in BITS
        for alpha in thresholds(layer)
    )


# ----------------------------------------------------------------------------------------- rounding
@predicate
def rounding_is_half_a_step(layer: str, bits: int) -> bool:
    """Every output of a layer within the best threshold moves by at most half a step when rounded,
    up to float64.
    """
    x, alpha = find_layer(layer).preactivation.double(), best(layer, bits)[0]
    within = x[x.abs() <= alpha]
    return float((within - to_grid(within, alpha, bits)).abs().max()) <= step_size(
        alpha, bits
    ) / 2 * (1 + SLACK)


@predicate
def rounding_is_half_a_step_at_all_bits(layer: str) -> bool:
    """`rounding_is_half_a_step` at 2 to 8 bits."""
    return all(rounding_is_half_a_step(layer, bits) for bits in BITS)


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
    tier="silver",
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
        shows="not for {x} at α = {alpha} with {steps} steps",
    )
    yield _on_layers(
        run, rounding_is_half_a_step_at_all_bits, optima, "2 to 8 bits at the best threshold"
    )


@claim(
    "error.in_range_bound",
    statement="The error of what is within α is at most (Δ/2)² times its share.",
    source=MSE,
    theorem="LeanMining.inRangeError_le",
    tier="silver",
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
    yield _on_layers(
        run, in_range_error_is_bounded, errors_at_4_bits, "64 thresholds, 2, 4 and 8 bits"
    )


@predicate
def in_range_error_is_bounded(layer: str) -> bool:
    """The error within a threshold is at most three times the model of the noise, which is (Δ/2)²
    times the share within.
    """
    data = data_of(layer)
    return all(
        data.in_range_error(alpha, bits) <= 3 * data.noise(alpha, bits) + slack(layer)
        for bits in (2, 4, 8)
        for alpha in thresholds(layer)
    )


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


@claim(
    "error.threshold_rises",
    statement="The optimal threshold rises with the kurtosis: ∂α*/∂κ > 0.",
    source=Source(SEED, "Critical Gaps"),
    tier="refuted",
)
def threshold_rises(run: Run) -> Iterator[Evidence]:
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
        shows="not for {first} and {second}",
        device=run.device,
    )
    yield replace(found, measurements=_by_kurtosis(DISTRIBUTIONS))


@claim(
    "error.threshold_rises_student",
    statement="Along Student's family the optimal threshold rises with the kurtosis.",
    source=Source(SEED, "Critical Gaps"),
    tier="bronze",
)
def threshold_rises_student(run: Run) -> Iterator[Evidence]:
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
        shows="not for {first} and {second}",
        device=run.device,
    )
    yield replace(found, measurements=_by_kurtosis(family))


BANNER_LEVEL = 1 - 2**-4
"""Banner's grid has cells up to α and levels in their middle, so that its last level is at α (1 −
2^−4) for INT4."""


@predicate
def banner_is_near_the_optimum(data: str) -> bool:
    """Banner's rule for INT4 has a mean square error within 1 % of the least that is found."""
    found = banner(data)
    return found["MSE, Banner / best"] <= 1.01


def banner(name: str) -> dict[str, float]:
    """Compare Banner's rule for INT4, on Banner's own grid, with the best threshold."""
    data, (alpha, error) = data_of(name), best(name, 4)
    rule = banner_threshold(data)
    return {
        "κ": data.kurtosis,
        "Banner α/σ": rule / data.std,
        "best α/σ": alpha / BANNER_LEVEL / data.std,
        "α, Banner / best": rule * BANNER_LEVEL / alpha,
        "MSE, Banner / best": data.mse(rule * BANNER_LEVEL, 4) / error,
    }


@predicate
def banner_is_near_a_layers_optimum(layer: str) -> bool:
    """`banner_is_near_the_optimum` of a layer."""
    return banner_is_near_the_optimum(layer)


@claim(
    "error.banner",
    statement="For INT4 α*/σ ≈ 2.5 + 0.3 ln(1 + max(0, κ)): its MSE is within 1 % of the least.",
    source=OPTIMUM,
    tier="refuted",
)
def banners_rule(run: Run) -> Iterator[Evidence]:
    found = enumerate_cases(
        banner_is_near_the_optimum,
        [{"data": name} for name in DISTRIBUTIONS],
        kind="statistics",
        domain="distributions, INT4, Banner's grid",
        summary=f"{len(DISTRIBUTIONS)} distributions",
        shows="not for {data}",
        device=run.device,
    )
    yield replace(
        found,
        measurements=[
            {"data": name} | {key: significant(value) for key, value in banner(name).items()}
            for name in DISTRIBUTIONS
        ],
        rounding=RATIO,
    )
    yield replace(
        _on_layers(run, banner_is_near_a_layers_optimum, banner, "INT4, Banner's grid"),
        rounding=RATIO,
    )


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


@claim(
    "error.rate",
    statement="At a fixed range one bit more divides the error of uniform steps by 4: a slope of −2 ln 2.",
    source=AXIOMS,
    theorem="LeanMining.four_mul_uniformNoise_two_mul",
    tier="silver",
)
def rate(run: Run) -> Iterator[Evidence]:
    cases = [{"data": "uniform", "bits": bits} for bits in BITS[:-1]]
    found = enumerate_cases(
        a_bit_quarters,
        cases,
        domain="the uniform distribution at its range, 2 to 8 bits",
        kind="statistics",
        summary=f"{len(cases)} bits",
        shows="not from {bits} bits on",
        device=run.device,
    )
    yield replace(found, measurements=_slopes(DISTRIBUTIONS), rounding=RATIO)


@claim(
    "error.rate_as_given",
    statement="The slope of ln MSE per bit is −ln 2 / 2 ≈ −0.347 (T-010).",
    source=AXIOMS,
    negation="LeanMining.uniformNoise_inv_sqrt_rate_as_given_false",
    tier="refuted",
)
def rate_as_given(run: Run) -> Iterator[Evidence]:
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
        shows="not for {data} from {bits} bits on",
        device=run.device,
    )
    yield replace(found, measurements=_slopes(names), rounding=RATIO)
