"""Seed 002, languages: the kurtosis of mixtures, and what a common threshold costs each language.

One text, Article 1 of the Universal Declaration of Human Rights, goes through the sentence
transformer in nineteen languages. Correlations over languages are of 169 others, drawn at random,
on the grids that were fitted to the nineteen. The seed's T-009, T-010, T-003 and T-004 give figures
without a definition; each reading under which they are judged is a claim.
"""

from __future__ import annotations

import itertools
import math
import operator
import statistics
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from fractions import Fraction
from typing import Any, Literal

import torch
from torch import Tensor

from claims.conformance import (
    EFFECTIVE_KURTOSIS,
    EXCESS_KURTOSIS,
    KURTOSIS_FORMULA,
    MIXTURE_MEAN,
    MOMENT,
)
from claims.measures.correlation import fisher_interval, sign_of_interval
from claims.measures.moments import (
    excess_kurtosis,
    kurtosis_formula,
    mixture_kurtosis,
    mixture_mean,
    moment,
)
from claims.measures.thresholds import Data, banner_rule, banner_threshold, to_grid, variance
from claims.models.activations import counts
from claims.models.layers import Kind, Layer, Recorder, linear
from claims.models.zoo import (
    COSINES,
    minilm_weights,
    read_languages,
    read_sentences,
    read_translations,
    sentence_embeddings,
)
from claims.notation import Reals, real
from claims.quant_error import AXIOMS, OPTIMUM, SEED, SLACK, SLOPE, exact_errors
from claims.reasons import MEASURED, false_as_a_law
from pyharness import (
    Evidence,
    Plot,
    Run,
    Source,
    Statement,
    TensorRef,
    Witness,
    cached_on_cpu,
    cached_per_device,
    choose_params_affine,
    claim,
    current_device,
    dequantize_affine,
    dotted,
    enumerate_cases,
    notation,
    predicate,
    quantize_affine,
    rounding_of_sum,
    significant,
    tensor_ref,
    to_hex,
)

BITS = (2, 4, 6, 8)

MIXTURE = Source(SEED, "Layer 3: Mixture Kurtosis")
DISPARITY = Source(SEED, "Layer 5: Disparity Bound")
VALIDATED = Source(SEED, "What's Actually Proved vs Assumed")


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
        rules: at 4 bits, each language's mean square error at the threshold of Banner's rule from
            its own standard deviation and its own kurtosis, or that of all texts, as "own" and
            "global"; from both of all texts, as "common"; and the least at 33 thresholds from half
            to twice the common one, as "best".
    """

    variance: float
    kurtosis: Mapping[str, float]
    errors: Mapping[int, Sequence[float]]
    rules: Mapping[str, Sequence[float]]


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
    rules: dict[str, list[float]] = {"own": [], "global": [], "common": [], "best": []}
    std, kurtosis_of_all = of_all_texts(layer)
    rule = banner_rule(kurtosis_of_all)
    for language in read_languages():
        data = Data(outputs(language, layer))
        kurtosis[language] = data.kurtosis
        for bits, alpha in common_thresholds(layer).items():
            errors[bits].append(data.mse(alpha, bits))
        rules["own"].append(data.mse(banner_threshold(data), 4))
        rules["global"].append(data.mse(data.std * rule, 4))
        rules["common"].append(data.mse(std * rule, 4))
        near = (common_thresholds(layer)[4] * 2 ** (k / 16) for k in range(-16, 17))
        rules["best"].append(min(data.mse(alpha, 4) for alpha in near))
    return Measured(variance(on_all_texts(layer)), kurtosis, errors, rules)


@cached_on_cpu
def of_all_texts(layer: str) -> tuple[float, float]:
    """Return the standard deviation and the excess kurtosis of a layer's outputs on all texts
    together.
    """
    together = Data(on_all_texts(layer))
    return together.std, together.kurtosis


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
    return _from_power_sums(power_sums(components))


def _from_power_sums(sums: Sequence[Sequence[int]]) -> tuple[Fraction, Fraction, Fraction]:
    """As `fourth_moments`, of components given by the sums of their powers 0 to 4."""
    whole, mean = _together(sums)
    with_skew = without = Fraction()
    for share, delta, (second, third, fourth) in _components(sums):
        plain = fourth + 6 * delta**2 * second + delta**4
        without += share * plain
        with_skew += share * (plain + 4 * delta * third)
    return central_moment(whole, mean, 4), with_skew, without


def _together(sums: Sequence[Sequence[int]]) -> tuple[list[int], Fraction]:
    """The sums of the powers of all components together, and their mean."""
    whole = [sum(column) for column in zip(*sums, strict=True)]
    return whole, Fraction(whole[1], whole[0])


def _components(
    sums: Sequence[Sequence[int]],
) -> Iterator[tuple[Fraction, Fraction, tuple[Fraction, Fraction, Fraction]]]:
    """Yield of each component its share, its mean less that of all, and its central moments 2 to
    4.
    """
    whole, mean = _together(sums)
    for powers in sums:
        own = Fraction(powers[1], powers[0])
        second, third, fourth = (central_moment(powers, own, p) for p in (2, 3, 4))
        yield Fraction(powers[0], whole[0]), own - mean, (second, third, fourth)


def central_moment(powers: Sequence[int], about: Fraction, p: int) -> Fraction:
    """Return the p-th moment about a point of numbers given by the sums of their powers 0 to 4."""
    return sum(
        (
            math.comb(p, k) * Fraction(powers[k], powers[0]) * (-about) ** (p - k)
            for k in range(p + 1)
        ),
        Fraction(),
    )


@predicate
def formula_holds(components: list[list[int]]) -> bool:
    """The fourth moment of a mixture is Σ w (m₄ + 4 δ m₃ + 6 δ² σ² + δ⁴)."""
    direct, formula, _ = fourth_moments(components)
    return direct == formula


@cached_per_device
def layer_moments(layer: str) -> tuple[Fraction, Fraction, Fraction]:
    """As `fourth_moments`, of a layer's outputs in INT8, with the languages as components."""
    return _from_power_sums(layer_power_sums(layer))


@cached_per_device
def layer_counts(layer: str) -> Tensor:
    """Return how often each value from −128 to 127 is an output of a layer in INT8, by language,
    int64 [languages, 256].
    """
    every = on_all_texts(layer)
    params = choose_params_affine(every, every.shape, symmetric=True)
    found = [outputs(language, layer) for language in read_languages()]
    return torch.stack([counts(quantize_affine(x, x.shape, *params)) for x in found])


def layer_power_sums(layer: str) -> list[list[int]]:
    """Return the sums of the powers 0 to 4 of a layer's outputs in INT8, by language."""
    counted, codes = layer_counts(layer), torch.arange(-128, 128)
    sums: list[list[int]] = torch.stack([counted @ codes.pow(p) for p in range(5)], 1).tolist()
    return sums


@dataclass(frozen=True)
class Kurtoses:
    """The excess kurtosis of a mixture of integers, and what is said of it.

    Attributes:
        whole: of all of them together.
        formula: by the seed's formula; None if a component's numbers are all the same.
        skew: 4 Σ w δ m₃ / σ_eff⁴, which the formula leaves out.
        variance, total: their variance, and Σ w σ² + Σ w δ².
    """

    whole: Fraction
    formula: Fraction | None
    skew: Fraction
    variance: Fraction
    total: Fraction


def kurtoses(sums: Sequence[Sequence[int]]) -> Kurtoses:
    """Measure equally weighted integers in components that are given by the sums of their powers 0
    to 4.
    """
    everything, mean = _together(sums)
    spread = central_moment(everything, mean, 2)
    total = skew = Fraction()
    terms: Fraction | None = Fraction()
    for share, delta, (within, third, fourth) in _components(sums):
        total += share * (within + delta**2)
        skew += share * 4 * delta * third
        if terms is None or not within:
            terms = None
            continue
        kurtosis = fourth / within**2 - 3
        terms += share * ((kurtosis + 3) * within**2 + 6 * within * delta**2 + delta**4)
    return Kurtoses(
        central_moment(everything, mean, 4) / spread**2 - 3,
        None if terms is None else terms / total**2 - 3,
        skew / total**2,
        spread,
        total,
    )


def power_sums(components: Sequence[Sequence[int]]) -> list[list[int]]:
    """Return the sums of the powers 0 to 4 of each component."""
    return [[sum(value**power for value in some) for power in range(5)] for some in components]


@predicate
def total_variance_holds(components: list[list[int]]) -> bool:
    """The variance of a mixture is Σ w σ² + Σ w δ²."""
    found = kurtoses(power_sums(components))
    return found.variance == found.total


@predicate
def corrected_formula_holds(components: list[list[int]]) -> bool:
    """κ_eff is what the seed's formula gives, plus 4 Σ w δ m₃ / σ_eff⁴; components that have a
    kurtosis each.
    """
    found = kurtoses(power_sums(components))
    return found.formula is not None and found.whole == found.formula + found.skew


@predicate
def seeds_formula_holds(components: list[list[int]]) -> bool:
    """κ_eff is what the seed's formula gives; components that have a kurtosis each."""
    found = kurtoses(power_sums(components))
    return found.formula is not None and found.whole == found.formula


@cached_per_device
def layer_kurtoses(layer: str) -> Kurtoses:
    """As `kurtoses`, of a layer's outputs in INT8, with the languages as components."""
    return kurtoses(layer_power_sums(layer))


@predicate
def seeds_formula_holds_in_layer(layer: str) -> bool:
    """`seeds_formula_holds` of a layer's outputs in INT8, with the languages as components."""
    found = layer_kurtoses(layer)
    return found.formula is not None and found.whole == found.formula


# What holds of any components is asked of a layer's outputs by functions that are tied to Lean, in
# float64, where it is allowed a rounding.
#
# Each share, product, power and sum that a number goes through rounds it, k = n + c + 40 times or
# fewer with c components of n numbers, so that a sum of moments is off by γ_k of its magnitudes. A
# component's mean is off by e = γ_k Σ w |x|, that of the mixture by Σ v e, and δ by both. In the
# norms of order p over the mixture let E be ‖e‖_p, which is no less than Σ v e, and T be
# ‖x − μ_c‖_p + ‖δ‖_p + 4 E. By Minkowski's inequality the magnitudes on either side of a law of
# p-th moments are no more than T^p. By Hölder's the means move the side that has x − μ by
# p E T^(p − 1) at most, and the one that has x − μ_c and δ by three times that.
@notation
def _off(w: Tensor, x: Tensor) -> tuple[float, list[float]]:
    """Return γ_k, and e of each component."""
    share = rounding_of_sum(sum(w.shape) + 40, torch.float64)
    return share, [
        share * sum(map(operator.mul, *row))
        for row in zip(w.tolist(), x.abs().tolist(), strict=True)
    ]


@notation
def _mean(v: Tensor, of: Iterable[float]) -> float:
    """Return the mean over the components."""
    return float(sum(share * one for share, one in zip(v.tolist(), of, strict=True)))


@notation
def _lengths(
    p: int, v: Tensor, own: Sequence[float], delta: Sequence[float], off: Sequence[float]
) -> tuple[float, float]:
    """Return E and T, of the components' moments `own` about their means."""
    far, error = (float(_mean(v, [abs(one) ** p for one in of]) ** (1 / p)) for of in (delta, off))
    return error, float(_mean(v, own) ** (1 / p)) + far + 4 * error


@notation
def rounding_of_moments(
    p: int, v: Tensor, w: Tensor, x: Tensor, own: Sequence[float], delta: Sequence[float]
) -> float:
    """Return how far rounding may take the two sides of a law of a mixture's moments apart.

    Args:
        p: the moments' order, 2 or 4.
        v: weights of the components, [c].
        w: weights of their numbers, [c, n].
        x: the numbers, [c, n].
        own: the components' moments about their means.
        delta: how far the means are from that of the mixture.
    """
    share, off = _off(w, x)
    error, size = _lengths(p, v, own, delta, off)
    return float(2 * share * size**p + 4 * p * error * size ** (p - 1))


@notation
def rounding_of_kurtoses(
    v: Tensor,
    w: Tensor,
    x: Tensor,
    spread: Sequence[float],
    fourth: Sequence[float],
    delta: Sequence[float],
) -> float:
    """Return the same of the kurtosis of a mixture, of the components' variances and fourth
    moments.

    Σ w (x − μ)² is σ² and the square of what μ is off by; so each variance is off by a share r or
    less, which has the error of δ too where it is Σ v (σ² + δ²). A quotient by its square is off by
    3 r, and that of a component times the square of another by 6 r more: for both sides 14 r, with
    what the one does to the other. The 3 that is taken away rounds too.
    """
    share, off = _off(w, x)
    far = float(_mean(v, [one**2 for one in delta]) ** 0.5)
    variance = _mean(v, spread) + far**2
    error, _ = _lengths(2, v, spread, delta, off)
    r = share + 2 * sum(one**2 / own for one, own in zip(off, spread, strict=True))
    r += (4 * error * (far + error) + 2 * error**2) / variance
    _, size = _lengths(4, v, fourth, delta, off)
    moments = rounding_of_moments(4, v, w, x, fourth, delta)
    return float((moments + 14 * r * size**4) / variance**2 + 6 * share)


def by_language(layer: str) -> dict[str, Tensor]:
    """Return a layer's outputs in INT8 as a mixture of the languages: their shares of the outputs,
    float64 [languages], those of each value in a language, [languages, 256], and the values.
    """
    return _shares(layer_counts(layer), -128)


def mirrored_by_language(layer: str) -> dict[str, Tensor]:
    """As `by_language`, of the outputs together with their mirror images about the multiple of half
    an INT8 step that is nearest to the language's mean, so that no component has skew.
    """
    counted, codes = layer_counts(layer), torch.arange(-128, 128)
    twice = (2 * (counted * codes).sum(1).double() / counted.sum(1)).round().long()[:, None]
    both = counted.new_zeros(len(counted), 768)
    both[:, 256:512] = counted
    return _shares(both.scatter_add_(1, twice - codes + 384, counted), -384)


def _shares(counted: Tensor, first: int) -> dict[str, Tensor]:
    """The mixture of components that have each whole number from the first on as often as that."""
    sizes = counted.sum(1).double()
    numbers = torch.arange(first, first + counted.shape[1], dtype=torch.float64)
    return {
        "v": sizes / sizes.sum(),
        "w": counted / sizes[:, None],
        "x": numbers.expand(counted.shape),
    }


@predicate
def total_variance_holds_of(v: Reals, w: Reals, x: Reals) -> bool:
    """The variance of a mixture is Σ v σ² + Σ v δ², up to rounding."""
    v, w, x = real(v), real(w), real(x)
    zero, one, two = torch.tensor(0), torch.tensor(1), torch.tensor(2)
    means = moment(w, x, zero, one)
    mean = moment(v, means, zero, one)
    own = moment(w, x, means, two)
    whole = float(moment(v, moment(w, x, mean, two), zero, one))
    within = float(moment(v, own, zero, one))
    delta = [one - float(mean) for one in means.tolist()]
    slack = rounding_of_moments(2, v, w, x, own.tolist(), delta)
    return abs(whole - within - float(moment(v, means, mean, two))) <= slack


@predicate
def fourth_moment_holds_of(v: Reals, w: Reals, x: Reals) -> bool:
    """The fourth central moment of a mixture is Σ v (m₄ + 4 δ m₃ + 6 δ² σ² + δ⁴), up to
    rounding.
    """
    v, w, x = real(v), real(w), real(x)
    zero, one, four = torch.tensor(0), torch.tensor(1), torch.tensor(4)
    means = moment(w, x, zero, one)
    mean = moment(v, means, zero, one)
    whole = float(moment(v, moment(w, x, mean, four), zero, one))
    second, third, fourth = (moment(w, x, means, torch.tensor(p)).tolist() for p in (2, 3, 4))
    delta = [own - float(mean) for own in means.tolist()]
    formula = sum(
        share * (m4 + 4 * d * m3 + 6 * d**2 * m2 + d**4)
        for share, d, m2, m3, m4 in zip(v.tolist(), delta, second, third, fourth, strict=True)
    )
    return bool(abs(whole - formula) <= rounding_of_moments(4, v, w, x, fourth, delta))


@notation
def kurtosis_in_parts(v: Reals, w: Reals, x: Reals) -> tuple[float, float, float, float]:
    """Return κ_eff, what the seed's formula gives, 4 Σ v δ m₃ / σ_eff⁴, and the rounding that a
    difference of these is allowed.
    """
    v, w, x = real(v), real(w), real(x)
    means = moment(w, x, torch.tensor(0), torch.tensor(1))
    mean = float(mixture_mean(v, w, x))
    delta = [own - mean for own in means.tolist()]
    spread = moment(w, x, means, torch.tensor(2))
    formula = float(kurtosis_formula(v, excess_kurtosis(w, x), spread, real(delta)))
    whole = float(mixture_kurtosis(v, w, x))
    third, fourth = (moment(w, x, means, torch.tensor(p)).tolist() for p in (3, 4))
    parts = list(zip(v.tolist(), delta, spread.tolist(), third, strict=True))
    variance = sum(share * (m2 + d**2) for share, d, m2, _ in parts)
    skew = 4 * sum(share * d * m3 for share, d, _, m3 in parts) / variance**2
    return whole, formula, skew, rounding_of_kurtoses(v, w, x, spread.tolist(), fourth, delta)


@predicate
def corrected_formula_holds_of(v: Reals, w: Reals, x: Reals) -> bool:
    """κ_eff is what the seed's formula gives, plus 4 Σ v δ m₃ / σ_eff⁴, up to rounding."""
    whole, formula, skew, slack = kurtosis_in_parts(v, w, x)
    return abs(whole - formula - skew) <= slack


@predicate
def formula_holds_without_skew_of(v: Reals, w: Reals, x: Reals) -> bool:
    """Σ v δ m₃ = 0, and κ_eff is what the seed's formula gives, up to rounding."""
    whole, formula, skew, slack = kurtosis_in_parts(v, w, x)
    return abs(skew) <= slack and abs(whole - formula) <= slack


def _in_mixtures(
    law: Callable[..., bool],
    mixture_of: Callable[[str], dict[str, Tensor]],
    what: str,
) -> Evidence:
    """Ask a law of the mixture that each layer gives."""
    violations, witness = 0, None
    for layer in layer_names():
        case = mixture_of(layer)
        if not law(**case):
            violations += 1
            inputs = {name: _in_hex(value.tolist()) for name, value in case.items()}
            witness = witness or Witness(dotted(law), inputs, f"the two sides differ in {layer}")
    return Evidence(
        "model",
        f"minilm, each layer's outputs in INT8{what}, the languages as components",
        len(layer_names()),
        violations,
        f"{len(layer_names())} layers",
        device=current_device().type,
        tensors=text_refs(),
        witness=witness,
        measurements=_mixture_rows(),
    )


def _in_hex(value: Any) -> Any:
    return [_in_hex(item) for item in value] if isinstance(value, list) else to_hex(value)


MIXTURES = [[[0, 0, 3], [2, 3, 4]], [[-1, 1], [2, 4]], [[1, 2], [5, 9, 1, 1]], [[0, 7]]]
SYMMETRIC = [[[-1, 1], [2, 4]], [[0, 7]], [[-2, 0, 2], [5, 9], [1, 2, 3, 4]]]
"""Components of which none has skew."""


def _in_small_mixtures(
    law: Callable[[list[list[int]]], bool], kind: Literal["property", "witness"]
) -> Evidence:
    return enumerate_cases(
        law,
        [{"components": components} for components in MIXTURES],
        domain="small mixtures of integers",
        summary=f"{len(MIXTURES)} mixtures",
        kind=kind,
        shows="it fails for {components}",
    )


def _mixture_rows() -> list[dict[str, Any]]:
    """Return figures of each layer's outputs in INT8, with the languages as components."""
    rows: list[dict[str, Any]] = []
    for layer in layer_names():
        direct, _, without = layer_moments(layer)
        found = layer_kurtoses(layer)
        rows.append(
            {
                "layer": layer,
                "m₄ without the skew / m₄": significant(float(without / direct)),
                "κ_eff": significant(float(found.whole)),
                "the seed’s formula": significant(float(found.formula or 0)),
            }
        )
    return rows


@claim(
    "error.total_variance",
    statement="The variance of a mixture is Σ w σ² + Σ w δ² over its components.",
    source=MIXTURE,
    theorem="LeanMining.mixture_variance",
    tier="gold",
    measures=[MOMENT],
)
def total_variance(run: Run) -> Iterator[Evidence]:
    yield _in_small_mixtures(total_variance_holds, "property")
    yield _in_mixtures(total_variance_holds_of, by_language, "")


@claim(
    "error.mixture",
    statement="The fourth central moment of a mixture is Σ w (m₄ + 4 δ m₃ + 6 δ² σ² + δ⁴) over its "
    "components.",
    source=MIXTURE,
    theorem="LeanMining.mixture_fourth_moment",
    tier="gold",
    measures=[MOMENT],
)
def mixture(run: Run) -> Iterator[Evidence]:
    yield _in_small_mixtures(formula_holds, "property")
    yield _in_mixtures(fourth_moment_holds_of, by_language, "")


KEY_FORMULA = Statement(
    "error.effective_kurtosis",
    says="κ_eff = [Σ w (κ + 3) σ⁴ + 6 Σ w σ² δ² + Σ w δ⁴] / σ_eff⁴ − 3.",
    source=MIXTURE,
)


@KEY_FORMULA.reading(
    "any_components",
    statement="It holds of any components that have a kurtosis each.",
    negation="LeanMining.effectiveKurtosis_as_given_false",
    tier="refuted",
)
def _formula_of_any_components(run: Run) -> Iterator[Evidence]:
    yield _in_small_mixtures(seeds_formula_holds, "witness")
    found = enumerate_cases(
        seeds_formula_holds_in_layer,
        [{"layer": layer} for layer in layer_names()],
        kind="model",
        device=run.device,
        domain="minilm, each layer's outputs in INT8, the languages as components",
        summary=f"{len(layer_names())} layers",
        shows="in {layer} the formula gives another kurtosis than the mixture has",
    )
    yield replace(found, tensors=text_refs(), measurements=_mixture_rows())


@KEY_FORMULA.reading(
    "without_skew",
    statement="It holds where Σ w δ m₃ = 0, as of components without skew.",
    theorem="LeanMining.effectiveKurtosis_eq_formula",
    tier="gold",
    measures=[EFFECTIVE_KURTOSIS, EXCESS_KURTOSIS, KURTOSIS_FORMULA, MIXTURE_MEAN, MOMENT],
)
def _formula_without_skew(run: Run) -> Iterator[Evidence]:
    yield enumerate_cases(
        seeds_formula_holds,
        [{"components": components} for components in SYMMETRIC],
        domain="small mixtures of integers without skew",
        summary=f"{len(SYMMETRIC)} mixtures",
        kind="property",
        shows="it fails for {components}",
    )
    yield _in_mixtures(
        formula_holds_without_skew_of,
        mirrored_by_language,
        " with their mirror images about each language's mean, in half steps",
    )


@KEY_FORMULA.reading(
    "with_skew",
    statement="It holds of any components that have a kurtosis each, with 4 Σ w δ m₃ added to the sums.",
    theorem="LeanMining.effectiveKurtosis_eq",
    tier="gold",
    measures=[EFFECTIVE_KURTOSIS, EXCESS_KURTOSIS, KURTOSIS_FORMULA, MIXTURE_MEAN, MOMENT],
)
def _formula_with_skew(run: Run) -> Iterator[Evidence]:
    yield _in_small_mixtures(corrected_formula_holds, "property")
    yield _in_mixtures(corrected_formula_holds_of, by_language, "")


@cached_per_device
def equal_weights(layer: str) -> tuple[float, float]:
    """Return κ_eff of a layer's outputs in INT8, the languages as components, with the shares of
    outputs as weights, and with equal ones.
    """
    sums = layer_power_sums(layer)
    # A component of equal weight is given by its means, scaled to the same whole number.
    count = math.lcm(*(powers[0] for powers in sums))
    equal = [[power * (count // powers[0]) for power in powers] for powers in sums]
    return float(kurtoses(sums).whole), float(kurtoses(equal).whole)


@predicate
def weights_hardly_matter(layer: str) -> bool:
    """κ_eff with equal weights is within 10 % of that with the shares of outputs, or 0.1."""
    shares, equal = equal_weights(layer)
    return abs(equal - shares) <= max(0.1, 0.1 * abs(shares))


@claim(
    "error.activation_weights",
    statement="Which weights a mixture has hardly matters: with equal ones of the languages κ_eff is within 10 % "
    "of that with their shares of outputs, or 0.1, in every layer.",
    source=VALIDATED,
    no_theorem=MEASURED,
    tier="refuted",
)
def activation_weights(run: Run) -> Iterator[Evidence]:
    """Of each layer with both kinds of weights."""
    found = enumerate_cases(
        weights_hardly_matter,
        [{"layer": layer} for layer in layer_names()],
        kind="model",
        device=run.device,
        domain="minilm, each layer's outputs in INT8, the languages as components",
        summary=f"{len(layer_names())} layers",
        shows="in {layer} κ_eff with equal weights is farther off",
    )
    rows = [
        {"layer": layer, "κ_eff, shares": significant(shares), "κ_eff, equal": significant(equal)}
        for layer in layer_names()
        for shares, equal in [equal_weights(layer)]
    ]
    yield replace(found, tensors=text_refs(), measurements=rows)


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


DISPARITY_BOUND = Statement(
    "error.disparity",
    says="max MSE(λ) − min MSE(λ) ≤ C · √Var[κ_eff(λ)] · 2^−B.",
    source=DISPARITY,
)

ALIKE = [["1", "-1"], ["2", "-2"], ["4", "-4"]]
"""Data sets of the same kurtosis, of which 7/3 is the best common threshold at 1 bit."""


@predicate
def same_kurtosis_has_the_same_error(data: list[list[str]], alpha: str, relative: bool) -> bool:
    """At 1 bit and a common threshold data sets of the same kurtosis have the same error, over the
    variances if relative. Each set is c and −c, of variance c².
    """
    errors = [exact_errors(x, alpha, 1)[0] / (Fraction(x[0]) ** 2 if relative else 1) for x in data]
    return min(errors) == max(errors)


def _same_kurtosis(relative: bool) -> Evidence:
    return enumerate_cases(
        same_kurtosis_has_the_same_error,
        [{"data": ALIKE, "alpha": "7/3", "relative": relative}],
        domain="±1, ±2 and ±4, whose kurtoses are −2, at 1 bit",
        kind="witness",
        summary="3 data sets",
        shows="the bound is 0, and the errors of {data} at α = {alpha} differ",
    )


def _disparity(run: Run, law: Callable[..., bool], layers: Sequence[str], shows: str) -> Evidence:
    """Ask a law of the disparity in layers; report how many times the bound with C = 1 it is."""
    cases = [{"layer": layer, "bits": bits} for layer in layers for bits in BITS]
    found = enumerate_cases(
        law,
        cases,
        domain=f"minilm, {len(layers)} layers, 2, 4, 6 and 8 bits",
        kind="model",
        device=run.device,
        summary=f"{len(cases)} layers and bits",
        shows=shows,
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
    return replace(found, tensors=text_refs(), rounding=4 * SLACK / least, measurements=rows)


@DISPARITY_BOUND.reading(
    "some_constant",
    statement="Some C does for all data, with MSE in the units of the data.",
    negation="LeanMining.disparity_as_given_false",
    tier="refuted",
)
def _some_constant(run: Run) -> Iterator[Evidence]:
    yield _same_kurtosis(relative=False)


@DISPARITY_BOUND.reading(
    "some_constant_relative",
    statement="Some C does for all data, with MSE in units of each language's variance.",
    negation="LeanMining.relative_disparity_as_given_false",
    tier="refuted",
)
def _some_constant_relative(run: Run) -> Iterator[Evidence]:
    yield _same_kurtosis(relative=True)


@DISPARITY_BOUND.reading(
    "fitted",
    statement="A C that is fitted on half of the layers does for the others, MSE in units of the variance.",
    no_theorem=false_as_a_law("error.disparity.some_constant_relative"),
    tier="refuted",
)
def _fitted_constant(run: Run) -> Iterator[Evidence]:
    yield _disparity(
        run,
        constant_carries_over,
        layer_names()[1::2],
        "in {layer} at {bits} bits the difference is larger",
    )


@predicate
def given_constant_bounds(layer: str, bits: int) -> bool:
    """The bound holds in a layer with the seed's C = 0.015."""
    gap, bound = disparity(layer, bits)
    return gap <= 0.015 * bound


@DISPARITY_BOUND.reading(
    "given",
    statement="C = 0.015 does for every layer, MSE in units of the variance.",
    no_theorem=false_as_a_law("error.disparity.some_constant_relative"),
    tier="refuted",
)
def _given_constant(run: Run) -> Iterator[Evidence]:
    yield _disparity(
        run,
        given_constant_bounds,
        layer_names(),
        "in {layer} at {bits} bits the difference is larger",
    )


# ----------------------------------------------------------------------------------------- LA-ACIQ
@cached_per_device
def costs(layer: str) -> dict[str, float]:
    """Return what thresholds cost a layer at 4 bits: ratios of mean errors over languages, and of
    disparities.
    """
    found = measured(layer)
    common = found.errors[4]
    own, of_all, rule, best = (found.rules[name] for name in ("own", "global", "common", "best"))
    _, whole = of_all_texts(layer)

    def gap(errors: Sequence[float]) -> float:
        return max(errors) - min(errors)

    return {
        "own κ / global κ": statistics.fmean(own) / statistics.fmean(of_all),
        "own rule / one rule": statistics.fmean(own) / statistics.fmean(rule),
        "own rule / common best": statistics.fmean(own) / statistics.fmean(common),
        "own rule / own best": statistics.fmean(own) / statistics.fmean(best),
        "common best / own best": statistics.fmean(common) / statistics.fmean(best),
        "disparity, own κ / global κ": gap(own) / gap(of_all),
        "r of loss and |κ − κ global|": statistics.correlation(
            [a / b for a, b in zip(common, best, strict=True)],
            [abs(kurtosis - whole) for kurtosis in found.kurtosis.values()],
        ),
    }


@predicate
def cost_is_below_one(layer: str, figure: str) -> bool:
    """A ratio of `costs` is below 1 in a layer."""
    return costs(layer)[figure] < 1


@predicate
def mean_cost_is_below_one(figure: str) -> bool:
    """A ratio of `costs` is below 1 in the mean over the layers."""
    return mean_cost(figure) < 1


def mean_cost(figure: str) -> float:
    """Return the mean of a ratio of `costs` over the layers."""
    return statistics.fmean(costs(layer)[figure] for layer in layer_names())


@predicate
def own_thresholds_lose_less(layer: str) -> bool:
    """The common threshold costs a layer's languages more than each one's own best threshold."""
    return costs(layer)["common best / own best"] > 1


@predicate
def loss_follows_kurtosis(layer: str) -> bool:
    """Over languages the loss and the distance of the kurtoses have r ≥ 0.9 in a layer."""
    return costs(layer)["r of loss and |κ − κ global|"] >= 0.9


def _costs(
    run: Run, law: Callable[..., bool], cases: Sequence[Mapping[str, str]], shows: str
) -> Evidence:
    found = enumerate_cases(
        law,
        cases,
        domain="minilm, 19 languages, 4 bits",
        kind="model",
        device=run.device,
        summary=f"{len(cases)} layers" if len(cases) > 1 else "the mean over 36 layers",
        shows=shows,
    )
    rows = [
        {"layer": layer} | {name: significant(value) for name, value in costs(layer).items()}
        for layer in layer_names()
    ]
    return replace(found, tensors=text_refs(), measurements=rows)


def _mean_cost(run: Run, figure: str) -> Evidence:
    shows = f"the mean ratio is {mean_cost(figure):.3g}"
    return _costs(run, mean_cost_is_below_one, [{"figure": figure}], shows)


LA_ACIQ = Statement(
    "error.la_aciq",
    says="LA-ACIQ: use the language-specific κ_eff(λ) instead of the global κ: "
    "α*(λ) = σ_eff(λ) · (2.5 + 0.3 ln(1 + max(0, κ_eff(λ)))).",
    source=OPTIMUM,
)


@LA_ACIQ.reading(
    "every_layer",
    statement="In every layer the languages' mean MSE is less than with the global κ at the same σ(λ).",
    no_theorem=MEASURED,
    tier="refuted",
)
def _own_rule_in_every_layer(run: Run) -> Iterator[Evidence]:
    figure = "own κ / global κ"
    yield _costs(
        run,
        cost_is_below_one,
        [{"layer": layer, "figure": figure} for layer in layer_names()],
        "in {layer} the mean MSE is no less",
    )


@LA_ACIQ.reading(
    "on_average",
    statement="In the mean over layers the MSE is less than with the global κ at the same σ(λ).",
    no_theorem=MEASURED,
    tier="refuted",
)
def _own_rule_on_average(run: Run) -> Iterator[Evidence]:
    yield _mean_cost(run, "own κ / global κ")


@LA_ACIQ.reading(
    "one_rule",
    statement="In the mean over layers the MSE is less than at one threshold for all, by the rule from the σ and κ of "
    "all languages together.",
    no_theorem=MEASURED,
    tier="bronze",
)
def _own_rule_against_one(run: Run) -> Iterator[Evidence]:
    yield _mean_cost(run, "own rule / one rule")


@LA_ACIQ.reading(
    "best_common",
    statement="In the mean over layers the MSE is less than at the best threshold of all languages.",
    no_theorem=false_as_a_law("error.banner.level_at_alpha"),
    tier="refuted",
)
def _own_rule_against_the_best(run: Run) -> Iterator[Evidence]:
    yield _mean_cost(run, "own rule / common best")


@LA_ACIQ.reading(
    "disparity",
    statement="In the mean over layers the disparity is less than with the global κ at the same σ(λ).",
    no_theorem=MEASURED,
    tier="bronze",
)
def _own_rule_disparity(run: Run) -> Iterator[Evidence]:
    yield _mean_cost(run, "disparity, own κ / global κ")


@predicate
def own_rule_is_near_the_least(layer: str) -> bool:
    """The rule's own thresholds have a mean error within 1 % of the least in a layer."""
    return costs(layer)["own rule / own best"] <= 1.01


@LA_ACIQ.reading(
    "near_the_least",
    statement="In every layer the mean MSE is within 1 % of that at each language's own best threshold.",
    no_theorem=false_as_a_law("error.banner.level_at_alpha"),
    tier="refuted",
)
def _own_rule_is_near_the_least(run: Run) -> Iterator[Evidence]:
    yield _costs(
        run,
        own_rule_is_near_the_least,
        [{"layer": layer} for layer in layer_names()],
        "in {layer} the mean MSE is more than 1 % over the least",
    )


@claim(
    "error.common_threshold_costs",
    statement="A common threshold costs the languages no less than each one's own best one, by definition, and more "
    "unless it is best for each of them. That it costs more in every layer is measured, not proved.",
    source=DISPARITY,
    theorem="LeanMining.sum_best_le_common",
    tier="silver",
)
def common_threshold_costs(run: Run) -> Iterator[Evidence]:
    yield _costs(
        run,
        own_thresholds_lose_less,
        [{"layer": layer} for layer in layer_names()],
        "in {layer} the common threshold costs no more",
    )


@claim(
    "error.cost_by_kurtosis",
    statement="What the common threshold costs a language is proportional to |κ_eff − κ_global|: r ≥ 0.9 in "
    "every layer.",
    source=DISPARITY,
    no_theorem=MEASURED,
    tier="refuted",
)
def cost_by_kurtosis(run: Run) -> Iterator[Evidence]:
    yield _costs(
        run,
        loss_follows_kurtosis,
        [{"layer": layer} for layer in layer_names()],
        "in {layer} r is below 0.9",
    )


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


AVERAGES = ("mean", "median")
"""Over layers, either of which the source may mean by κ_eff of a language."""


@cached_on_cpu
def translated(name: str) -> tuple[Mapping[str, float], float, Tensor]:
    """Return of a translation: the mean and the median over the layers of the excess kurtosis of
    their outputs; 1 less the cosine of its embeddings with and without all outputs on the common
    grids of 4 bits; and its embedding without, float32 [1, 384].
    """
    text = [read_translations()[name]]
    run = Recorder(minilm_weights())
    own = sentence_embeddings(text, run)
    kurtosis = [Data(layer.preactivation).kurtosis for layer in run.layers()]
    found = sentence_embeddings(text, CommonThresholds(minilm_weights(), 4))
    averages = {"mean": statistics.fmean(kurtosis), "median": statistics.median(kurtosis)}
    return averages, 1 - float((found * own).sum()), own


@cached_per_device
def correlation(average: str, z: float = 1.96) -> tuple[float, float, float]:
    """Return Pearson's r of effective kurtosis and degradation at 4 bits over the translations, and
    its interval by Fisher's transformation, of 95 % or that of another normal quantile. It takes
    languages as independent, which those of one family are not quite.
    """
    found = [translated(name) for name in read_translations()]
    r = statistics.correlation([one[0][average] for one in found], [one[1] for one in found])
    return r, *fisher_interval(r, len(found), z)


@predicate
def correlation_is_as_given(average: str) -> bool:
    """R = −0.991 is in the 95 % interval."""
    _, low, high = correlation(average)
    return low <= -0.991 <= high


CORRELATION_PLOT = Plot(
    "categories",
    "r at 4 bits",
    y=("r",),
    by=("average",),
    spans={"r": ("95 % from", "95 % to")},
)
LANGUAGE_PLOTS = tuple(
    Plot("points", f"1 − cosine against {x}", x=x, y=("1 − cosine",), labels="language")
    for x in ("κ, median", "κ, mean")
)


T009 = Statement(
    "error.kurtosis_degradation",
    says="T-009: r(κ_eff, degradation) = −0.991, p < 0.001.",
    source=AXIOMS,
)


def _correlations(
    run: Run, law: Callable[..., bool], averages: Sequence[str], shows: str, undecided: str = ""
) -> Evidence:
    """Ask a law of r with κ_eff by each of `averages`, and report r by all of them.

    Args:
        run: how to gather.
        law: of an average.
        averages: those that are decided.
        shows: what a case that fails shows.
        undecided: which averages are no case.
    """
    names = list(read_translations())
    found = enumerate_cases(
        law,
        [{"average": average} for average in averages],
        summary="r with its 95 % interval",
        kind="model",
        device=run.device,
        domain=f"minilm, {len(names)} languages drawn at random and taken as independent, INT4{undecided}",
        shows=shows,
    )
    rows: list[dict[str, Any]] = [
        {"average": one}
        | {"r": significant(r), "95 % from": significant(low), "95 % to": significant(high)}
        for one in AVERAGES
        for r, low, high in [correlation(one)]
    ]
    refs = [tensor_ref(f"minilm/{name}, Article 1", translated(name)[2]) for name in names]
    return replace(found, tensors=refs, measurements=rows, plots=[CORRELATION_PLOT])


def _decided(least: float) -> list[str]:
    """Return the averages whose interval of r does not hold `least`; none while one holds it and no
    interval is above.
    """
    signs = {
        average: sign_of_interval(low - least, high - least)
        for average in AVERAGES
        for _, low, high in [correlation(average)]
    }
    above = [average for average, sign in signs.items() if sign > 0]
    return above or (list(signs) if all(signs.values()) else [])


def _language_rows() -> list[dict[str, Any]]:
    return [
        {"language": name}
        | {f"κ, {one}": significant(kurtosis[one]) for one in AVERAGES}
        | {"1 − cosine": significant(degradation)}
        for name in read_translations()
        for kurtosis, degradation, _ in [translated(name)]
    ]


@T009.reading(
    "mean",
    statement="With κ_eff the mean over layers, −0.991 is in the 95 % interval of r, at INT4.",
    no_theorem=MEASURED,
    tier="refuted",
)
def _correlation_with_the_mean(run: Run) -> Iterator[Evidence]:
    yield _correlations(run, correlation_is_as_given, ["mean"], "−0.991 is not in the interval")


@T009.reading(
    "median",
    statement="With κ_eff the median over layers, −0.991 is in the 95 % interval of r, at INT4.",
    no_theorem=MEASURED,
    tier="refuted",
)
def _correlation_with_the_median(run: Run) -> Iterator[Evidence]:
    yield _correlations(run, correlation_is_as_given, ["median"], "−0.991 is not in the interval")


SIGNIFICANCE = Statement(
    "error.kurtosis_significance",
    says="T-009: the correlation of κ_eff and degradation has p < 0.001.",
    source=AXIOMS,
)


@SIGNIFICANCE.reading(
    "mean",
    statement="With κ_eff the mean over layers, the 99.9 % interval of r is below 0, at INT4.",
    no_theorem=MEASURED,
    tier="refuted",
)
def _significance_with_the_mean(run: Run) -> Iterator[Evidence]:
    yield _correlations(
        run, correlation_is_as_sure_as_given, ["mean"], "the 99.9 % interval of r reaches 0"
    )


@SIGNIFICANCE.reading(
    "median",
    statement="With κ_eff the median over layers, the 99.9 % interval of r is below 0, at INT4.",
    no_theorem=MEASURED,
    tier="refuted",
)
def _significance_with_the_median(run: Run) -> Iterator[Evidence]:
    yield _correlations(
        run, correlation_is_as_sure_as_given, ["median"], "the 99.9 % interval of r reaches 0"
    )


LESS_DEGRADATION = Statement(
    "error.kurtosis_helps",
    says="Languages with higher effective kurtosis experience less degradation.",
    source=AXIOMS,
)


@predicate
def correlation_is_negative(average: str) -> bool:
    """The whole 95 % interval of r is below 0."""
    return sign_of_interval(*correlation(average)[1:]) < 0


@LESS_DEGRADATION.reading(
    "at_all",
    statement="Over languages r of κ_eff and degradation is below 0 at INT4, with κ_eff the mean over layers and "
    "with the median.",
    no_theorem=f"{MEASURED}; more languages would narrow the intervals",
    tier="none",
)
def _less_at_all(run: Run) -> Iterator[Evidence]:
    """An interval above 0 refutes; else one that holds 0 leaves it open."""
    found = _correlations(
        run,
        correlation_is_negative,
        _decided(0.0),
        "with κ_eff the {average} the 95 % interval is above 0",
        "; no case where an interval holds 0 and none is above it",
    )
    yield replace(found, measurements=_language_rows(), plots=LANGUAGE_PLOTS)


MEDIUM = -0.3
"""A correlation of medium size, after Cohen, Statistical Power Analysis for the Behavioral Sciences
(1988), 3.2: it explains a tenth of the variance. It was chosen after a look at other languages, and
before any look at these.
"""


@predicate
def correlation_is_medium(average: str) -> bool:
    """The whole 95 % interval of r is at or below −0.3."""
    return correlation(average)[2] <= MEDIUM


@LESS_DEGRADATION.reading(
    "noticeably",
    statement="Over languages r of κ_eff and degradation is −0.3 or less at INT4, a medium correlation, with κ_eff "
    "the mean over layers and with the median.",
    no_theorem=MEASURED,
    tier="refuted",
)
def _noticeably_less(run: Run) -> Iterator[Evidence]:
    """As `at_all`, of −0.3 in place of 0."""
    yield _correlations(
        run,
        correlation_is_medium,
        _decided(MEDIUM),
        f"with κ_eff the {{average}} the 95 % interval is above {MEDIUM}",
        f"; no case where an interval holds {MEDIUM} and none is above it",
    )


@predicate
def correlation_is_as_sure_as_given(average: str) -> bool:
    """The whole 99.9 % interval of r is below 0, so that p < 0.001."""
    return sign_of_interval(*correlation(average, 3.2905)[1:]) < 0


# ----------------------------------------------------------------------------------- T-010
class RoundedRows(Recorder):
    """The sentence transformer with the weights of its layers rounded, each row to the levels of so
    many bits up to its largest magnitude.

    Args:
        weights: the model's.
        bits: of a level, 2 or more.
        kept: prefixes of the names of layers that stay as they are.
    """

    def __init__(
        self, weights: Mapping[str, Tensor], bits: int, kept: tuple[str, ...] = ()
    ) -> None:
        super().__init__(weights)
        self._bits, self._kept = bits, kept
        self._rounded: dict[str, Tensor] = {}

    def linear(self, name: str, x: Tensor, kind: Kind) -> Tensor:
        """As `Recorder.linear`, with rounded weights."""
        if name.startswith(self._kept):
            return super().linear(name, x, kind)
        if name not in self._rounded:
            self._rounded[name] = rounded_rows(self.weights[f"{name}.weight"], self._bits)
        y = linear(x, self._rounded[name], self.weights.get(f"{name}.bias"))
        self.record(name, y, kind)
        return y


def rounded_rows(weight: Tensor, bits: int) -> Tensor:
    """Return a weight [out, in], float32, with each row rounded to codes of so many bits and a
    scale.
    """
    block = (1, weight.shape[1])
    params = choose_params_affine(weight, block, bits=bits, symmetric=True)
    codes = quantize_affine(weight, block, *params)
    return dequantize_affine(codes, block, params.scale, params.zero_point).float()


@cached_on_cpu
def weight_degradation(bits: int) -> float:
    """Return 1 less the mean cosine of the texts' embeddings with rounded weights and the model's
    own.
    """
    found = sentence_embeddings(
        list(read_languages().values()), RoundedRows(minilm_weights(), bits)
    )
    own = torch.cat([in_language(language)[0] for language in read_languages()])
    return 1 - float((found * own).sum(-1).mean())


def mean_degradation(bits: int) -> float:
    """Return the mean over languages of `degradation`."""
    return statistics.fmean(degradation(language, bits) for language in read_languages())


DEGRADATIONS: Mapping[str, Callable[[int], float]] = {
    "outputs": mean_degradation,
    "weights": weight_degradation,
}


def degradation_slope(of: str, low: int, high: int) -> float:
    """Return the slope of ln (1 − cosine) a bit between two numbers of bits."""
    return math.log(DEGRADATIONS[of](high) / DEGRADATIONS[of](low)) / (high - low)


@predicate
def degradation_has_the_slope(of: str, low: int, high: int) -> bool:
    """The slope of ln (1 − cosine) is −ln 2 / 2 a bit, within 10 %."""
    return abs(degradation_slope(of, low, high) / (-math.log(2) / 2) - 1) <= 0.1


def _degradation_slopes(run: Run, of: str) -> Evidence:
    pairs = [(low, high) for low, high in itertools.combinations(BITS, 2)]
    found = enumerate_cases(
        degradation_has_the_slope,
        [{"of": of, "low": low, "high": high} for low, high in pairs],
        kind="model",
        device=run.device,
        domain=f"minilm, 19 languages, {of} of all layers at 2, 4, 6 and 8 bits",
        summary=f"{len(pairs)} pairs of bits",
        shows="from {low} to {high} bits the slope is off by more than 10 %",
    )
    rows = [
        {"from bits": low, "to bits": high, "slope": significant(degradation_slope(of, low, high))}
        for low, high in pairs
    ]
    return replace(found, tensors=text_refs(), measurements=rows)


@SLOPE.reading(
    "degradation_outputs",
    statement="The slope of ln (1 − cosine) of embeddings per bit is −ln 2 / 2, within 10 %, with the outputs "
    "of all layers on common grids.",
    no_theorem=MEASURED,
    tier="refuted",
)
def _slope_of_outputs(run: Run) -> Iterator[Evidence]:
    yield _degradation_slopes(run, "outputs")


@SLOPE.reading(
    "degradation_weights",
    statement="The slope of ln (1 − cosine) of embeddings per bit is −ln 2 / 2, within 10 %, with the weights "
    "of all layers rounded by rows.",
    no_theorem=MEASURED,
    tier="refuted",
)
def _slope_of_weights(run: Run) -> Iterator[Evidence]:
    yield _degradation_slopes(run, "weights")


# ----------------------------------------------------------------------------------- T-003, T-004
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
def first_block_has_three_times_the_variance(over: str, tolerance: float) -> bool:
    """The variance of what the first block adds is 3.08 times that of others, within a share."""
    return abs(variance_ratio(over) / 3.08 - 1) <= tolerance


@predicate
def first_block_has_over_three_times_the_variance(over: str) -> bool:
    """The variance of what the first block adds is over three times that of others."""
    return variance_ratio(over) > 3


def variance_ratio(over: str) -> float:
    """Return the variance of what the first block adds over that of "the next block", or over the
    mean of "the other blocks".
    """
    blocks = range(1, 2 if over == "the next block" else 1 + max(map(block, layer_names())))
    return block_variance(0) / statistics.fmean(block_variance(number) for number in blocks)


T003 = Statement(
    "error.gateway_variance", says="T-003: Gateway layer variance (3.08x).", source=VALIDATED
)


def _gateway(run: Run, law: Callable[..., bool], case: Mapping[str, Any]) -> Evidence:
    found = enumerate_cases(
        law,
        [case],
        kind="model",
        device=run.device,
        domain="minilm, the outputs of each block's two output layers on 19 languages",
        summary=f"ratio {variance_ratio(case['over']):.3g}",
        shows=f"the ratio is {variance_ratio(case['over']):.3g}",
    )
    rows = [
        {"block": number, "variance": significant(block_variance(number))} for number in range(6)
    ]
    return replace(found, tensors=text_refs(), measurements=rows)


@T003.reading(
    "other_blocks",
    statement="The variance of what the first block adds is 3.08 times the mean of the others', within 10 %.",
    no_theorem=MEASURED,
    tier="refuted",
)
def _gateway_over_the_others(run: Run) -> Iterator[Evidence]:
    case = {"over": "the other blocks", "tolerance": 0.1}
    yield _gateway(run, first_block_has_three_times_the_variance, case)


@T003.reading(
    "next_block",
    statement="The variance of what the first block adds is 3.08 times that of the second, within 10 %.",
    no_theorem=MEASURED,
    tier="refuted",
)
def _gateway_over_the_next(run: Run) -> Iterator[Evidence]:
    case = {"over": "the next block", "tolerance": 0.1}
    yield _gateway(run, first_block_has_three_times_the_variance, case)


@T003.reading(
    "over_three_times_the_next",
    statement="The variance of what the first block adds is over three times that of the second.",
    no_theorem=MEASURED,
    tier="bronze",
)
def _gateway_over_three_times(run: Run) -> Iterator[Evidence]:
    case = {"over": "the next block"}
    yield _gateway(run, first_block_has_over_three_times_the_variance, case)


KEPT = {"none": (), "first": (0,), "last": (5,), "first and last": (0, 5)}


ROUNDED: Mapping[str, type[CommonThresholds] | type[RoundedRows]] = {
    "outputs": CommonThresholds,
    "weights": RoundedRows,
}


@cached_per_device
def kept_similarity(kept: str, bits: int, of: str) -> float:
    """Return the mean cosine of sentence embeddings with the model's own, with the outputs or the
    weights of all blocks but some rounded.
    """
    prefixes = tuple(f"encoder.layer.{number}." for number in KEPT[kept])
    sentences = read_sentences()[:8]
    found = sentence_embeddings(sentences, ROUNDED[of](minilm_weights(), bits, prefixes))
    return float((found * sentence_embeddings(sentences)).sum(-1).mean())


@predicate
def first_and_last_suffice(bits: int, of: str) -> bool:
    """With the first and the last block kept, embeddings have a similarity of at least 0.992."""
    return kept_similarity("first and last", bits, of) >= 0.992


@predicate
def none_suffice(bits: int, of: str) -> bool:
    """With no block kept, embeddings have a similarity of at least 0.992."""
    return kept_similarity("none", bits, of) >= 0.992


@predicate
def both_are_better_than_either(bits: int, of: str) -> bool:
    """Keeping the first and the last block keeps more than keeping one of them."""
    return kept_similarity("first and last", bits, of) > max(
        kept_similarity(kept, bits, of) for kept in ("first", "last")
    )


T004 = Statement(
    "error.first_and_last", says="T-004: L0+L11 synergy (0.992 similarity).", source=VALIDATED
)


def _kept(
    run: Run, law: Callable[..., bool], of: Sequence[str], shows: str, at: int = 4
) -> Evidence:
    found = enumerate_cases(
        law,
        [{"bits": at, "of": one} for one in of],
        kind="model",
        summary=f"INT{at}",
        shows=shows,
        device=run.device,
        domain=f"minilm, which has 6 blocks; 8 sentences, {' and '.join(of)} of the other blocks rounded",
    )
    rows = [
        {"kept": kept}
        | {
            f"cosine, {one}, {bits} bits": significant(kept_similarity(kept, bits, one))
            for one in of
            for bits in (4, 8)
        }
        for kept in KEPT
    ]
    sentences = sentence_embeddings(read_sentences()[:8])
    refs = [tensor_ref("minilm, embeddings of 8 sentences", sentences)]
    if "outputs" in of:  # Their thresholds come from the texts.
        refs += text_refs()
    return replace(found, tensors=refs, rounding=COSINES, measurements=rows)


@T004.reading(
    "outputs",
    statement="Keeping the first and the last block in full precision keeps a similarity of 0.992, with the "
    "outputs of the others at INT4.",
    no_theorem=MEASURED,
    tier="refuted",
)
def _kept_with_outputs(run: Run) -> Iterator[Evidence]:
    yield _kept(run, first_and_last_suffice, ["outputs"], "the similarity kept is below 0.992")


@T004.reading(
    "weights",
    statement="Keeping the first and the last block in full precision keeps a similarity of 0.992, with the "
    "weights of the others at INT4.",
    no_theorem=MEASURED,
    tier="refuted",
)
def _kept_with_weights(run: Run) -> Iterator[Evidence]:
    yield _kept(run, first_and_last_suffice, ["weights"], "the similarity kept is below 0.992")


@T004.reading(
    "weights_int8",
    statement="Keeping the first and the last block in full precision keeps a similarity of 0.992, with the "
    "weights of the others at INT8, where keeping none does as well.",
    no_theorem=MEASURED,
    tier="bronze",
)
def _kept_with_weights_at_8_bits(run: Run) -> Iterator[Evidence]:
    yield _kept(
        run, first_and_last_suffice, ["weights"], "the similarity kept is below 0.992", at=8
    )
    yield _kept(
        run, none_suffice, ["weights"], "keeping no block keeps a similarity below 0.992", at=8
    )


@T004.reading(
    "better_than_either",
    statement="Keeping the first and the last block keeps more than keeping one of them, at INT4.",
    no_theorem=MEASURED,
    tier="bronze",
)
def _kept_together(run: Run) -> Iterator[Evidence]:
    yield _kept(
        run, both_are_better_than_either, ["outputs", "weights"], "one alone keeps as much, of {of}"
    )
