"""Seed 002, languages: the kurtosis of mixtures, and what a common threshold costs each language.

One text, Article 1 of the Universal Declaration of Human Rights, goes through the sentence
transformer in nineteen languages. The seed's T-009, T-003 and T-004 give figures without a
definition; the reading under which they are judged is in the claim.
"""

from __future__ import annotations

import math
import statistics
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from fractions import Fraction
from typing import Any, Literal

import torch
from torch import Tensor

from claims.measures.thresholds import Data, to_grid, variance
from claims.models.layers import Kind, Layer, Recorder
from claims.models.zoo import (
    COSINES,
    minilm_weights,
    read_languages,
    read_sentences,
    sentence_embeddings,
)
from claims.quant_error import AXIOMS, SEED, SLACK
from pyharness import (
    Evidence,
    Plot,
    Run,
    Source,
    TensorRef,
    cached_on_cpu,
    cached_per_device,
    choose_params_affine,
    claim,
    enumerate_cases,
    predicate,
    quantize_affine,
    significant,
    tensor_ref,
)

BITS = (2, 4, 6, 8)

MIXTURE = Source(SEED, "Layer 3: Mixture Kurtosis")
DISPARITY = Source(SEED, "Layer 5: Disparity Bound")


@cached_on_cpu
def in_language(language: str) -> tuple[Tensor, tuple[Layer, ...]]:
    """Return the embedding of a language's text, float32 [1, 384], and the transformer's layers on
    it.
    """
    run = Recorder(minilm_weights())
    return sentence_embeddings([read_languages()[language]], run), run.layers()


@cached_per_device
def layer_names() -> tuple[str, ...]:
    """Return the names of the transformer's layers, in their order."""
    return tuple(layer.name for layer in in_language("English")[1])


def outputs(language: str, layer: str) -> Tensor:
    """Return a layer's outputs on a language's text, float32 [tokens, out]."""
    return in_language(language)[1][layer_names().index(layer)].preactivation


@dataclass(frozen=True)
class Measured:
    """What is measured of a layer's outputs on all texts.

    Attributes:
        variance: of all of them together.
        kurtosis: the excess kurtosis by language.
        errors: by bits, each language's mean square error at the common threshold.
    """

    variance: float
    kurtosis: Mapping[str, float]
    errors: Mapping[int, Sequence[float]]


def on_all_texts(layer: str) -> Tensor:
    """Return a layer's outputs on all texts, float32 [tokens, out]."""
    return torch.cat([outputs(language, layer) for language in read_languages()])


@cached_on_cpu
def common_thresholds(layer: str) -> Mapping[int, float]:
    """Return, by bits, the threshold that is best on a layer's outputs on all texts together."""
    together = Data(on_all_texts(layer))
    return {bits: together.best_threshold(bits)[0] for bits in BITS}


@cached_per_device
def measured(layer: str) -> Measured:
    """Measure a layer's outputs on all texts; the sorted outputs themselves would fill the
    memory.
    """
    kurtosis: dict[str, float] = {}
    errors: dict[int, list[float]] = {bits: [] for bits in BITS}
    for language in read_languages():
        data = Data(outputs(language, layer))
        kurtosis[language] = data.kurtosis
        for bits, alpha in common_thresholds(layer).items():
            errors[bits].append(data.mse(alpha, bits))
    return Measured(variance(on_all_texts(layer)), kurtosis, errors)


class CommonThresholds(Recorder):
    """The sentence transformer with the outputs of its layers clipped at a common threshold and
    rounded to a grid.

    Args:
        weights: the model's.
        bits: of the grid.
        kept: prefixes of the names of layers that stay as they are.
    """

    def __init__(
        self, weights: Mapping[str, Tensor], bits: int, kept: tuple[str, ...] = ()
    ) -> None:
        super().__init__(weights)
        self._bits, self._kept = bits, kept

    def linear(self, name: str, x: Tensor, kind: Kind) -> Tensor:
        """As `Recorder.linear`, clipped and rounded."""
        y = super().linear(name, x, kind)
        if name.startswith(self._kept):
            return y
        return to_grid(y, common_thresholds(name)[self._bits], self._bits).to(y.dtype)


def text_refs() -> list[TensorRef]:
    """Name the embeddings of all texts by content."""
    return [
        tensor_ref(f"minilm/{language}, Article 1", in_language(language)[0])
        for language in read_languages()
    ]


# ----------------------------------------------------------------------------------------- mixtures
def fourth_moments(components: Sequence[Sequence[int]]) -> tuple[Fraction, Fraction, Fraction]:
    """Return the fourth central moment of equally weighted integers, directly, by the formula, and
    by it without the skew.
    """
    sums = [
        [sum(value**power for value in component) for power in range(5)] for component in components
    ]
    return _from_power_sums(sums)


def _from_power_sums(sums: Sequence[Sequence[int]]) -> tuple[Fraction, Fraction, Fraction]:
    """As `fourth_moments`, of components given by the sums of their powers 0 to 4."""
    whole = [sum(column) for column in zip(*sums, strict=True)]
    mean = Fraction(whole[1], whole[0])

    def central(powers: Sequence[int], about: Fraction, p: int) -> Fraction:
        return sum(
            (
                math.comb(p, k) * Fraction(powers[k], powers[0]) * (-about) ** (p - k)
                for k in range(p + 1)
            ),
            Fraction(),
        )

    with_skew = without = Fraction()
    for powers in sums:
        share, own = Fraction(powers[0], whole[0]), Fraction(powers[1], powers[0])
        delta = own - mean
        plain = central(powers, own, 4) + 6 * delta**2 * central(powers, own, 2) + delta**4
        without += share * plain
        with_skew += share * (plain + 4 * delta * central(powers, own, 3))
    return central(whole, mean, 4), with_skew, without


@predicate
def formula_holds(components: list[list[int]]) -> bool:
    """The fourth moment of a mixture is Σ w (m₄ + 4 δ m₃ + 6 δ² σ² + δ⁴)."""
    direct, formula, _ = fourth_moments(components)
    return direct == formula


@predicate
def formula_without_skew_holds(components: list[list[int]]) -> bool:
    """The fourth moment of a mixture is Σ w (m₄ + 6 δ² σ² + δ⁴)."""
    direct, _, formula = fourth_moments(components)
    return direct == formula


@cached_per_device
def layer_moments(layer: str) -> tuple[Fraction, Fraction, Fraction]:
    """As `fourth_moments`, of a layer's outputs in INT8, with the languages as components."""
    every = on_all_texts(layer)
    params = choose_params_affine(every, every.shape, symmetric=True)
    found = [outputs(language, layer) for language in read_languages()]
    codes = [quantize_affine(x, x.shape, *params).long() for x in found]
    return _from_power_sums([[int(some.pow(power).sum()) for power in range(5)] for some in codes])


@predicate
def formula_holds_in_layer(layer: str) -> bool:
    """`formula_holds` of a layer's outputs in INT8, with the languages as components."""
    direct, formula, _ = layer_moments(layer)
    return direct == formula


@predicate
def formula_without_skew_holds_in_layer(layer: str) -> bool:
    """`formula_without_skew_holds` of a layer's outputs in INT8, with the languages as
    components.
    """
    direct, _, formula = layer_moments(layer)
    return direct == formula


MIXTURES = [[[0, 0, 3], [3, 3, 3]], [[-1, 1], [2, 4]], [[1, 2], [5, 9, 1, 1]], [[0, 7]]]


def _mixture(
    run: Run,
    small: Callable[[list[list[int]]], bool],
    in_layer: Callable[[str], bool],
    kind: Literal["property", "witness"],
) -> Iterator[Evidence]:
    yield enumerate_cases(
        small,
        [{"components": components} for components in MIXTURES],
        domain="small mixtures of integers",
        summary=f"{len(MIXTURES)} mixtures",
        kind=kind,
        shows="it fails for {components}",
    )
    rows = []
    for layer in layer_names():
        direct, _, without = layer_moments(layer)
        rows.append(
            {"layer": layer, "m₄ without the skew / m₄": significant(float(without / direct))}
        )
    found = enumerate_cases(
        in_layer,
        [{"layer": layer} for layer in layer_names()],
        kind="model",
        device=run.device,
        domain="minilm, each layer's outputs in INT8, the languages as components",
        summary=f"{len(rows)} layers",
        shows="it fails in {layer}",
    )
    yield replace(found, tensors=text_refs(), measurements=rows)


@claim(
    "error.mixture",
    statement="The fourth central moment of a mixture is Σ w (m₄ + 4 δ m₃ + 6 δ² σ² + δ⁴) over its "
    "components.",
    source=MIXTURE,
    theorem="LeanMining.mixture_fourth_moment",
    tier="silver",
)
def mixture(run: Run) -> Iterator[Evidence]:
    yield from _mixture(run, formula_holds, formula_holds_in_layer, "property")


@claim(
    "error.mixture_without_skew",
    statement="κ_eff = [Σ w (κ + 3) σ⁴ + 6 Σ w σ² δ² + Σ w δ⁴] / σ_eff⁴ − 3.",
    source=MIXTURE,
    negation="LeanMining.mixture_fourth_moment_as_given_false",
    tier="refuted",
)
def mixture_without_skew(run: Run) -> Iterator[Evidence]:
    yield from _mixture(
        run, formula_without_skew_holds, formula_without_skew_holds_in_layer, "witness"
    )


# ---------------------------------------------------------------------------------------- disparity
@cached_per_device
def disparity(layer: str, bits: int) -> tuple[float, float]:
    """Return max − min over languages of MSE / σ² at the common threshold, and √Var κ · 2^−bits."""
    found = measured(layer)
    errors = found.errors[bits]
    return (max(errors) - min(errors)) / found.variance, statistics.pstdev(
        found.kurtosis.values()
    ) * 2**-bits


@cached_per_device
def fitted_constant() -> float:
    """Return the least C for which the bound holds in every second layer, at 2 to 8 bits."""
    return max(
        gap / bound
        for layer in layer_names()[::2]
        for bits in BITS
        for gap, bound in [disparity(layer, bits)]
    )


@predicate
def constant_carries_over(layer: str, bits: int) -> bool:
    """The bound holds in a layer with the C that was fitted on the others."""
    gap, bound = disparity(layer, bits)
    return gap <= fitted_constant() * bound


@claim(
    "error.disparity",
    statement="max MSE − min MSE over languages ≤ C √Var κ 2^−B, with C fitted on half of the layers and "
    "judged on the others.",
    source=DISPARITY,
    tier="refuted",
)
def disparity_bound(run: Run) -> Iterator[Evidence]:
    judged = layer_names()[1::2]
    cases = [{"layer": layer, "bits": bits} for layer in judged for bits in BITS]
    found = enumerate_cases(
        constant_carries_over,
        cases,
        domain="minilm, every second layer, 2, 4, 6 and 8 bits",
        kind="model",
        device=run.device,
        summary=f"{len(cases)} layers and bits",
        shows="not in {layer} at {bits} bits",
    )
    least = min(disparity(layer, bits)[1] for layer in layer_names() for bits in BITS)
    rows = [
        {"layer": layer, "C of": "fitted" if number % 2 == 0 else "judged"}
        | {
            f"ratio, {bits} bits": significant(gap / bound)
            for bits in BITS
            for gap, bound in [disparity(layer, bits)]
        }
        for number, layer in enumerate(layer_names())
    ]
    # The errors are right to SLACK of the mean square, and their difference is divided by the
    # bound.
    yield replace(found, tensors=text_refs(), rounding=4 * SLACK / least, measurements=rows)


# ----------------------------------------------------------------------------------- T-009 to T-004
@cached_on_cpu
def degradation(language: str, bits: int) -> float:
    """Return 1 less the cosine of a text's embedding with all outputs on common grids and the
    model's own.
    """
    found = sentence_embeddings(
        [read_languages()[language]], CommonThresholds(minilm_weights(), bits)
    )
    return 1 - float((found * in_language(language)[0]).sum())


@cached_per_device
def effective_kurtosis(language: str, average: str) -> float:
    """Return the mean or the median over the layers of the excess kurtosis of their outputs on a
    language's text.
    """
    found = [measured(layer).kurtosis[language] for layer in layer_names()]
    return statistics.fmean(found) if average == "mean" else statistics.median(found)


@cached_per_device
def correlation(bits: int, average: str) -> tuple[float, float, float]:
    """Return Pearson's r of effective kurtosis and degradation over the languages, and its 95 %
    interval by Fisher's z.
    """
    languages = list(read_languages())
    r = statistics.correlation(
        [effective_kurtosis(language, average) for language in languages],
        [degradation(language, bits) for language in languages],
    )
    half = 1.96 / math.sqrt(len(languages) - 3)
    return r, math.tanh(math.atanh(r) - half), math.tanh(math.atanh(r) + half)


@predicate
def correlation_is_as_given(bits: int, average: str) -> bool:
    """R = −0.991 is in the 95 % interval."""
    _, low, high = correlation(bits, average)
    return low <= -0.991 <= high


CORRELATION_PLOT = Plot(
    "categories",
    "r by bits",
    y=("r",),
    by=("bits", "average"),
    spans={"r": ("95 % from", "95 % to")},
)
LANGUAGE_PLOTS = tuple(
    Plot("points", f"{y} against {x}", x=x, y=(y,), labels="language")
    for x in ("κ, median", "κ, mean")
    for y in ("1 − cosine, 4 bits", "1 − cosine, 6 bits")
)


@claim(
    "error.kurtosis_degradation",
    statement="Over languages the effective kurtosis of the outputs and the degradation under "
    "common thresholds have r = −0.991 (T-009).",
    source=AXIOMS,
    tier="refuted",
)
def kurtosis_degradation(run: Run) -> Iterator[Evidence]:
    cases: list[dict[str, Any]] = [
        {"bits": bits, "average": average} for bits in (4, 6) for average in ("mean", "median")
    ]
    found = enumerate_cases(
        correlation_is_as_given,
        cases,
        summary="r with its 95 % interval",
        kind="model",
        device=run.device,
        domain="minilm, 19 languages, 4 and 6 bits, the mean and the median over layers",
        shows="−0.991 is not in the interval at {bits} bits with the {average}",
    )
    yield replace(
        found,
        tensors=text_refs(),
        measurements=[
            case
            | {"r": significant(r), "95 % from": significant(low), "95 % to": significant(high)}
            for case in cases
            for r, low, high in [correlation(**case)]
        ],
        plots=[CORRELATION_PLOT],
    )
    rows = [
        {"language": language, "tokens": len(outputs(language, layer_names()[0]))}
        | {
            f"κ, {average}": significant(effective_kurtosis(language, average))
            for average in ("mean", "median")
        }
        | {f"1 − cosine, {bits} bits": significant(degradation(language, bits)) for bits in (4, 6)}
        for language in read_languages()
    ]
    signs = enumerate_cases(
        correlation_is_negative,
        cases,
        domain="minilm, 19 languages: whether r is below 0 at all",
        summary="the sign of r",
        kind="model",
        device=run.device,
        shows="r is not below 0 at {bits} bits with the {average}",
    )
    yield replace(signs, tensors=text_refs(), measurements=rows, plots=LANGUAGE_PLOTS)


@predicate
def correlation_is_negative(bits: int, average: str) -> bool:
    """The whole 95 % interval of r is below 0."""
    return correlation(bits, average)[2] < 0


def block(layer: str) -> int:
    """Return the number of the block that a layer is in."""
    return int(layer.split(".")[2])


@cached_per_device
def block_variance(number: int) -> float:
    """Return the variance of what a block adds, the mean over its two output layers."""
    return statistics.fmean(
        measured(layer).variance
        for layer in layer_names()
        if block(layer) == number and layer.endswith("output.dense")
    )


@predicate
def first_block_has_three_times_the_variance(tolerance: float) -> bool:
    """The variance of what the first block adds is 3.08 times the mean of the others', within a
    share.
    """
    return abs(variance_ratio() / 3.08 - 1) <= tolerance


def variance_ratio() -> float:
    """Return the variance of what the first block adds over the mean of the others'."""
    blocks = range(1 + max(map(block, layer_names())))
    return block_variance(0) / statistics.fmean(
        block_variance(number) for number in blocks if number
    )


@claim(
    "error.gateway_variance",
    statement="The first block's variance is 3.08 times that of the others (T-003), within 10 %, "
    "of what each block adds.",
    source=AXIOMS,
    tier="refuted",
)
def gateway_variance(run: Run) -> Iterator[Evidence]:
    found = enumerate_cases(
        first_block_has_three_times_the_variance,
        [{"tolerance": 0.1}],
        kind="model",
        device=run.device,
        domain="minilm, the outputs of each block's two output layers on 19 languages",
        summary=f"ratio {variance_ratio():.3g}",
        shows="the ratio is another one",
    )
    yield replace(
        found,
        tensors=text_refs(),
        measurements=[
            {"block": number, "variance": significant(block_variance(number))}
            for number in range(6)
        ],
    )


KEPT = {"none": (), "first": (0,), "last": (5,), "first and last": (0, 5)}


@cached_per_device
def kept_similarity(kept: str, bits: int) -> float:
    """Return the mean cosine of sentence embeddings with the model's own, with all blocks but some
    on common grids.
    """
    prefixes = tuple(f"encoder.layer.{number}." for number in KEPT[kept])
    sentences = read_sentences()[:8]
    found = sentence_embeddings(sentences, CommonThresholds(minilm_weights(), bits, prefixes))
    return float((found * sentence_embeddings(sentences)).sum(-1).mean())


@predicate
def first_and_last_suffice(bits: int) -> bool:
    """With the first and the last block kept, embeddings have a similarity of at least 0.992."""
    return kept_similarity("first and last", bits) >= 0.992


@claim(
    "error.first_and_last",
    statement="Keeping the first and the last block in full precision keeps a similarity of 0.992 "
    "at INT4 (T-004).",
    source=AXIOMS,
    tier="refuted",
)
def first_and_last(run: Run) -> Iterator[Evidence]:
    found = enumerate_cases(
        first_and_last_suffice,
        [{"bits": 4}],
        kind="model",
        summary="INT4",
        shows="it is less",
        device=run.device,
        domain="minilm, 8 sentences, outputs of the other blocks on common grids",
    )
    yield replace(
        found,
        tensors=text_refs(),
        rounding=COSINES,
        measurements=[
            {"kept": kept}
            | {f"cosine, {bits} bits": significant(kept_similarity(kept, bits)) for bits in (4, 8)}
            for kept in KEPT
        ],
    )
