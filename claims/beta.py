"""Seed 001, one-bit keys: what signs keep of a vector, and which floors and ceilings there are.

A law speaks of vectors of integers, multiplied out, so that it is exact on INT8 keys and no
rounding can hide in it. β, the sign of 0 and the scale are as `claims.measures.geometry` says.
"""

from __future__ import annotations

import itertools
import math
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import replace
from fractions import Fraction
from typing import Any

import torch
from torch import Tensor

from claims.cases import of_vectors
from claims.conformance import (
    ABS_MOMENT,
    L1_NORM,
    MOMENT_RATIO,
    MULVEC,
    NORM_SQ,
    SECOND_MOMENT,
    SIGN,
)
from claims.measures.geometry import (
    abs_moment,
    beta,
    beta_of_rows,
    center,
    l1_norm,
    moment_ratio,
    norm_sq,
    one_bit,
    second_moment,
    sign,
)
from claims.measures.rotations import learn_rotation, random_rotation, turn
from claims.models.attention import attention_layers, head as head_values, head_names, int8_keys
from claims.notation import Integers, Reals, integers, pair, real
from claims.reasons import false_as_a_law
from pyharness import (
    INT8,
    Blocks,
    Evidence,
    Run,
    Source,
    Statement,
    TensorRef,
    Witness,
    as_blocks,
    cached_per_device,
    claim,
    computed_on_cpu,
    current_device,
    dotted,
    enumerate_cases,
    nonzero,
    of_blocks,
    predicate,
    significant,
    sweep,
    tensor_ref,
)

SEED = "001 Neural geometry"
JENSEN = Source(SEED, "JensenFloor")
MOMENTS = Source(SEED, "MomentRatioFloor")
ISOTROPIC = Source(SEED, "IsotropicFloor")
CENTERING = Source(SEED, "DCMeanCentering")
NARROW = Source(SEED, "NarrowDimCeiling")
GLOSSARY = Source(SEED, "Glossary")

PAIRS = {"a": INT8, "b": INT8}
PAIRS_DOMAIN = "all 65,536 INT8 vectors (a, b)"

CONFIDENCE = 3.2905
"""Standard errors to each side of a mean in a 99.9 % interval."""


# --------------------------------------------------------------------------------------------- laws
@predicate
def signs_have_cosine(k: Integers) -> Tensor:
    """`k · sign k` = ‖k‖₁ and ‖sign k‖² = d, so that the cosine is ‖k‖₁ / (√d ‖k‖₂)."""
    k = integers(k)
    return ((k * sign(k)).sum(-1) == l1_norm(k)) & (norm_sq(sign(k)) == k.shape[-1])


@predicate
def is_aligned_iff_on_the_lattice(k: Integers) -> Tensor:
    """For k ≠ 0: ‖k‖₁² = d ‖k‖₂² ↔ all |k_i| are equal."""
    k = integers(k)
    equal = (k.abs() == k[..., :1].abs()).all(-1)
    return (norm_sq(k) == 0) | ((l1_norm(k).square() == k.shape[-1] * norm_sq(k)) == equal)


@predicate
def beta_is_in_range(k: Integers) -> Tensor:
    """For k ≠ 0: 0 < ‖k‖₁² ≤ d ‖k‖₂², so that 0 < β ≤ 1."""
    k = integers(k)
    most = k.shape[-1] * norm_sq(k)
    return (most == 0) | ((l1_norm(k).square() > 0) & (l1_norm(k).square() <= most))


@predicate
def residual_has_energy(k: Integers) -> Tensor:
    """‖k − (‖k‖₁/d) sign k‖² = ‖k‖² − ‖k‖₁²/d, times d²."""
    k = integers(k)
    d, total = k.shape[-1], l1_norm(k)
    return norm_sq(d * k - total[..., None] * sign(k)) == d * (d * norm_sq(k) - total.square())


@predicate
def unscaled_residual_has_energy(k: Integers) -> Tensor:
    """‖k − sign k‖² = ‖k‖² − ‖k‖₁²/d, times d: the same without a scale."""
    k = integers(k)
    d = k.shape[-1]
    return d * norm_sq(k - sign(k)) == d * norm_sq(k) - l1_norm(k).square()


@predicate
def signs_have_cosine_of_two(a: Integers, b: Integers) -> Tensor:
    """`signs_have_cosine` of (a, b)."""
    return signs_have_cosine(pair(a, b))


@predicate
def is_aligned_iff_on_the_lattice_of_two(a: Integers, b: Integers) -> Tensor:
    """`is_aligned_iff_on_the_lattice` of (a, b)."""
    return is_aligned_iff_on_the_lattice(pair(a, b))


@predicate
def beta_is_in_range_of_two(a: Integers, b: Integers) -> Tensor:
    """`beta_is_in_range` of (a, b)."""
    return beta_is_in_range(pair(a, b))


@predicate
def residual_has_energy_of_two(a: Integers, b: Integers) -> Tensor:
    """`residual_has_energy` of (a, b)."""
    return residual_has_energy(pair(a, b))


@predicate
def unscaled_residual_has_energy_of_two(a: Integers, b: Integers) -> Tensor:
    """`unscaled_residual_has_energy` of (a, b)."""
    return unscaled_residual_has_energy(pair(a, b))


@predicate
def a_mean_adds_its_energy(k: Integers, mean: int) -> Tensor:
    """For the centered v = d k − Σk and a mean m: ‖m + v‖² = d m² + ‖v‖², which is more than ‖v‖²
    for m ≠ 0.
    """
    k = integers(k)
    v = k.shape[-1] * k - k.sum(-1, keepdim=True)
    total, more = norm_sq(v + mean), k.shape[-1] * mean * mean
    return (total == more + norm_sq(v)) & ((total > norm_sq(v)) == (mean != 0))


# --------------------------------------------------------------------------------- blocks of floats
# With d ≤ 1,024 a sum of d terms that are not negative is off by at most the share d u, u = 2^−24,
# in whatever order.
COSINE_TOLERANCE = 2.0**-12
"""k · sign k and ‖k‖₁, each off by the share d u, differ by at most the share 2 d u, but for u²."""
RESIDUAL_TOLERANCE = 2.0**-11
"""Each side is off by at most a share of ‖k‖²: the left one by d u for the sum, 8 u for its terms,
and (d u)² for the scale; the right one by d u for ‖k‖² and 3 d u for ‖k‖₁². All of it is under (5 d
+ 16) u."""


@predicate
def signs_have_cosine_in_floats(x: Blocks | Sequence[str], dtype: str = "float32") -> Tensor:
    """`signs_have_cosine` of blocks of floats, up to the rounding of their sums."""
    k = as_blocks(x, dtype).values
    size = l1_norm(k)
    return (((k * sign(k)).sum(-1) - size).abs() <= COSINE_TOLERANCE * size) & (
        norm_sq(sign(k)) == k.shape[-1]
    )


def cosine_error(k: Blocks) -> Tensor:
    """|k · sign k − ‖k‖₁| / ‖k‖₁ of each block; 0 for zeros."""
    return (k.figures.along_signs - k.figures.l1).abs() / nonzero(k.figures.l1)


@predicate
def residual_has_energy_in_floats(x: Blocks | Sequence[str], dtype: str = "float32") -> Tensor:
    """`residual_has_energy` of blocks of floats, up to the rounding of their sums."""
    k = as_blocks(x, dtype).values
    mean, energy = l1_norm(k) / k.shape[-1], norm_sq(k)
    lost = norm_sq(k - mean[:, None] * sign(k))
    return (lost - (energy - k.shape[-1] * mean.square())).abs() <= RESIDUAL_TOLERANCE * energy


def residual_energy_error(k: Blocks) -> Tensor:
    """| ‖k − (‖k‖₁/d) sign k‖² − (‖k‖² − ‖k‖₁²/d) | / ‖k‖² of each block; 0 for zeros."""
    found = k.figures
    return (found.lost - (found.norm_sq - found.l1.square() / k.d)).abs() / nonzero(found.norm_sq)


def kept_and_whole_energy(k: Blocks) -> tuple[Tensor, Tensor]:
    """‖k‖₁²/d and ‖k‖² of each block, in the tensor's own scale, float64."""
    scale = k.unit.double().square()
    return k.figures.l1.double().square() / k.d * scale, k.figures.norm_sq.double() * scale


# ---------------------------------------------------------------------------------------- real keys
def on_keys(run: Run, law: Callable[..., Tensor], **arguments: int) -> Evidence:
    """Ask a law of every INT8 key of the transformer."""
    keys, refs = int8_keys()
    failing = (~law(keys, **arguments)).nonzero()
    witness = None
    if len(failing):
        k = keys[int(failing[0])].tolist()
        witness = Witness(dotted(law), {"k": k, **arguments}, f"it fails at the key {k}")
    return Evidence(
        "model",
        "every key of every head and layer of minilm, INT8",
        len(keys),
        len(failing),
        f"{len(keys):,} keys",
        device=current_device().type,
        tensors=refs,
        witness=witness,
    )


# -------------------------------------------------------------------------------------- JensenFloor
@claim(
    "geometry.cosine",
    statement="The cosine between a key k ≠ 0 and its signs is ‖k‖₁ / (√d ‖k‖₂).",
    source=JENSEN,
    theorem="LeanMining.cos_sign_quant_formula",
    tier="gold",
    measures=[SIGN, L1_NORM, NORM_SQ],
    streams=of_blocks(
        signs_have_cosine_in_floats,
        cosine_error,
        tolerance=COSINE_TOLERANCE,
        domain="every block k; the error is |k · sign k − ‖k‖₁| / ‖k‖₁",
    ),
)
def cosine(run: Run) -> Iterator[Evidence]:
    yield sweep(signs_have_cosine_of_two, PAIRS, domain=PAIRS_DOMAIN, summary="65,536 (a, b)")
    yield on_keys(run, signs_have_cosine)


@claim(
    "geometry.sign_lattice",
    statement="For k ≠ 0 the cosine is 1 if and only if all |k_i| are equal.",
    source=JENSEN,
    theorem="LeanMining.cos_eq_one_iff_sign_lattice",
    tier="gold",
    measures=[L1_NORM, NORM_SQ],
)
def sign_lattice(run: Run) -> Iterator[Evidence]:
    yield sweep(
        is_aligned_iff_on_the_lattice_of_two, PAIRS, domain=PAIRS_DOMAIN, summary="65,536 (a, b)"
    )
    yield on_keys(run, is_aligned_iff_on_the_lattice)


@claim(
    "geometry.range",
    statement="β of a key that is not zero is above 0 and at most 1.",
    source=GLOSSARY,
    theorem="LeanMining.beta_mem",
    tier="gold",
    measures=[L1_NORM, NORM_SQ],
)
def beta_range(run: Run) -> Iterator[Evidence]:
    yield sweep(beta_is_in_range_of_two, PAIRS, domain=PAIRS_DOMAIN, summary="65,536 (a, b)")
    yield on_keys(run, beta_is_in_range)


@claim(
    "geometry.residual_energy",
    statement="With the scale ‖k‖₁/d the one-bit form of k ≠ 0 loses the share "
    "1 − ‖k‖₁²/(d‖k‖₂²) of its energy.",
    source=JENSEN,
    theorem="LeanMining.residual_energy_formula",
    tier="gold",
    measures=[SIGN, L1_NORM, NORM_SQ],
    streams=of_blocks(
        residual_has_energy_in_floats,
        residual_energy_error,
        tolerance=RESIDUAL_TOLERANCE,
        domain="every block k; the error is the difference of the two energies over ‖k‖²",
        sums=kept_and_whole_energy,
        figures=lambda kept, whole: {"β": significant(kept / whole) if whole else None},
    ),
)
def residual_energy(run: Run) -> Iterator[Evidence]:
    yield sweep(residual_has_energy_of_two, PAIRS, domain=PAIRS_DOMAIN, summary="65,536 (a, b)")
    yield on_keys(run, residual_has_energy)


@claim(
    "geometry.residual_energy_unscaled",
    statement="The signs of k ≠ 0 alone, without a scale, lose the share "
    "1 − ‖k‖₁²/(d‖k‖₂²) of its energy.",
    source=JENSEN,
    negation="LeanMining.residual_energy_formula_unscaled_as_given_false",
    tier="refuted",
)
def residual_energy_unscaled(run: Run) -> Iterator[Evidence]:
    yield sweep(
        unscaled_residual_has_energy_of_two,
        PAIRS,
        domain=PAIRS_DOMAIN,
        summary="65,536 (a, b)",
        shows="it fails at ({a}, {b})",
    )
    yield on_keys(run, unscaled_residual_has_energy)


# --------------------------------------------------------------------------------- MomentRatioFloor
def _student(generator: torch.Generator, rows: int, d: int) -> Tensor:
    normal = torch.randn(rows, d, generator=generator, dtype=torch.float64)
    squares = torch.randn(rows, d, 5, generator=generator, dtype=torch.float64).square().sum(-1)
    return normal / (squares / 5).sqrt()


def _uniform(generator: torch.Generator, rows: int, d: int) -> Tensor:
    return 2 * torch.rand(rows, d, generator=generator, dtype=torch.float64) - 1


DISTRIBUTIONS: Mapping[str, tuple[Callable[[torch.Generator, int, int], Tensor], float]] = {
    "Gaussian": (
        lambda generator, rows, d: torch.randn(rows, d, generator=generator, dtype=torch.float64),
        2 / math.pi,
    ),
    "uniform": (_uniform, 3 / 4),
    "Laplace": (
        lambda generator, rows, d: (
            (u := _uniform(generator, rows, d)).sign() * torch.log1p(-u.abs())
        ),
        1 / 2,
    ),
    "Student-t, 5": (
        _student,
        (2 * math.sqrt(5) * math.gamma(3) / (4 * math.sqrt(math.pi) * math.gamma(2.5))) ** 2
        / (5 / 3),
    ),
}
"""Distributions of coordinates, each with its moment ratio μ₁²/μ₂, to which β of independent ones
tends."""


@cached_per_device
def sample_beta(distribution: str, d: int, draws: int, seed: int) -> tuple[float, float]:
    """Return the mean of β over random vectors of independent coordinates, and half the width of
    its 99.9 % interval.
    """
    generator = torch.Generator().manual_seed(seed)
    rows = max(1, 4_000_000 // (6 * d))
    draw = computed_on_cpu(DISTRIBUTIONS[distribution][0])
    found = torch.cat(
        [
            beta_of_rows(draw(generator, min(rows, draws - start), d))
            for start in range(0, draws, rows)
        ]
    )
    return float(found.mean()), CONFIDENCE * float(found.std()) / math.sqrt(draws)


@predicate
def gaussian_beta_is_exact(d: int, draws: int, seed: int) -> bool:
    """The mean of β over Gaussian vectors of dimension d is 2/π + (1 − 2/π)/d, within its 99.9 %
    interval.
    """
    mean, half = sample_beta("Gaussian", d, draws, seed)
    return abs(mean - (2 / math.pi + (1 - 2 / math.pi) / d)) <= half


@predicate
def gaussian_beta_is_below_one(d: int, draws: int, seed: int) -> bool:
    """The mean of β over Gaussian vectors of dimension d is 2/π + (1 − 2/π)/d, within its 99.9 %
    interval, and the whole interval is below 1.
    """
    mean, half = sample_beta("Gaussian", d, draws, seed)
    return gaussian_beta_is_exact(d, draws, seed) and mean + half < 1


@predicate
def beta_nears_the_moment_ratio(distribution: str, d: int, draws: int, seed: int) -> bool:
    """The mean of β is within 4/d of the distribution's moment ratio, and its 99.9 % interval."""
    mean, half = sample_beta(distribution, d, draws, seed)
    return abs(mean - DISTRIBUTIONS[distribution][1]) <= half + 4 / d


def sampled(
    law: Callable[..., bool],
    cases: Sequence[Mapping[str, Any]],
    *,
    domain: str,
    summary: str,
    rows: Callable[..., Mapping[str, Any]],
) -> Evidence:
    """Ask a law of random samples, and report figures of each."""
    failing = [case for case in cases if not law(**case)]
    witness = (
        Witness(dotted(law), dict(failing[0]), f"it fails at {dict(failing[0])}")
        if failing
        else None
    )
    return Evidence(
        "statistics",
        domain,
        len(cases),
        len(failing),
        summary,
        device=current_device().type,
        seed=cases[0]["seed"],
        witness=witness,
        measurements=[rows(**case) for case in cases],
    )


def _gaussian_row(d: int, draws: int, seed: int) -> dict[str, Any]:
    mean, half = sample_beta("Gaussian", d, draws, seed)
    return {
        "d": d,
        "draws": draws,
        "mean β": significant(mean),
        "99.9 % ±": significant(half),
        "2/π + (1 − 2/π)/d": significant(2 / math.pi + (1 - 2 / math.pi) / d),
    }


def _reference_row(distribution: str, d: int, draws: int, seed: int) -> dict[str, Any]:
    mean, half = sample_beta(distribution, d, draws, seed)
    return {
        "distribution": distribution,
        "d": d,
        "draws": draws,
        "mean β": significant(mean),
        "99.9 % ±": significant(half),
        "μ₁²/μ₂": significant(DISTRIBUTIONS[distribution][1]),
    }


@claim(
    "geometry.gaussian_floor",
    statement="With the moments of a Gaussian, μ₁ = √(2/π) and μ₂ = 1, the moment ratio "
    "β = μ₁²/μ₂ is 2/π. That a Gaussian has them is measured, not proved.",
    source=MOMENTS,
    theorem="LeanMining.gaussian_moment_ratio_floor_eq_real",
    tier="silver",
)
def gaussian_floor(run: Run) -> Iterator[Evidence]:
    yield sampled(
        gaussian_beta_is_exact,
        [{"d": d, "draws": 20_000, "seed": run.seed} for d in (2, 8, 32, 128, 512)],
        domain="20,000 Gaussian vectors of each dimension; the exact mean is 2/π + (1 − 2/π)/d",
        summary="5 dimensions",
        rows=_gaussian_row,
    )


@cached_per_device
@computed_on_cpu
def _codes(layer: int) -> tuple[Tensor, float, float, float, float]:
    """The INT8 codes of a layer's keys, float64; μ₁ and μ₂ of a code drawn at random, and the
    variances of its magnitude and of its square.
    """
    keys, refs = int8_keys()
    codes = keys.cpu().view(len(refs), -1)[layer].double()
    size, square = codes.abs(), codes.square()
    return (
        codes,
        float(size.mean()),
        float(square.mean()),
        float(size.var(correction=0)),
        float(square.var(correction=0)),
    )


@cached_per_device
def deviation_of_codes(layer: int, d: int, draws: int, seed: int) -> tuple[float, float, float]:
    """Return the mean of |β − μ₁²/μ₂| over vectors of d independent draws from a layer's INT8
    codes, half the width of its 99.9 % interval, and the bound that the theorem has for it.

    The bound is C r + (V₁ + V₂)/(d r²) with C = 2 (1 + μ₁/μ₂)² for any r up to μ₂/2, of codes that
    are divided by √μ₂; here r is the best of 2^−1, 2^−2, …, 2^−10.
    """
    codes, first, second, of_size, of_square = _codes(layer)
    generator = torch.Generator().manual_seed(seed)
    found = []
    for _ in range(draws):
        number = torch.randint(len(codes), (d,), generator=generator, device="cpu")
        found.append(float((beta_of_rows(codes[number]) - first * first / second).abs()))
    deviations = torch.tensor(found, dtype=torch.float64, device="cpu")
    ratio = first / math.sqrt(second)
    spread = of_size / second + of_square / second**2
    bound = min(2 * (1 + ratio) ** 2 * r + spread / (d * r * r) for r in RADII)
    half = CONFIDENCE * float(deviations.std()) / math.sqrt(draws)
    return float(deviations.mean()), half, bound


RADII = [2.0**-exponent for exponent in range(1, 11)]


@predicate
def codes_near_their_moment_ratio(layer: int, d: int, draws: int, seed: int) -> bool:
    """The mean of |β − μ₁²/μ₂| is at most its bound, with its 99.9 % interval, and the bound says
    something: it is positive and less than some value that |β − μ₁²/μ₂| can take for β from 0 to 1.
    """
    mean, half, bound = deviation_of_codes(layer, d, draws, seed)
    _, first, second, *_ = _codes(layer)
    ratio = first * first / second
    return mean + half <= bound and 0 < bound < max(ratio, 1 - ratio)


def _codes_row(layer: int, d: int, draws: int, seed: int) -> dict[str, Any]:
    mean, half, bound = deviation_of_codes(layer, d, draws, seed)
    _, first, second, *_ = _codes(layer)
    return {
        "keys of layer": layer,
        "d": d,
        "draws": draws,
        "μ₁²/μ₂": significant(first * first / second),
        "mean |β − μ₁²/μ₂|": significant(mean),
        "99.9 % ±": significant(half),
        "bound": significant(bound),
    }


@claim(
    "geometry.iid_floor",
    statement="For independent, identically distributed coordinates β tends to μ₁²/μ₂ as the "
    "dimension grows: proved for distributions on finitely many values, such as those of INT8, with "
    "an explicit bound.",
    source=MOMENTS,
    theorem="LeanMining.iid_coord_moment_ratio_floor",
    tier="silver",
)
def iid_floor(run: Run) -> Iterator[Evidence]:
    found = sampled(
        codes_near_their_moment_ratio,
        [
            {"layer": layer, "d": 65536, "draws": 64, "seed": run.seed}
            for layer in range(len(attention_layers("key")))
        ],
        domain="64 vectors of 65,536 independent draws from the INT8 codes of the keys of each layer of "
        "minilm",
        summary="6 distributions",
        rows=_codes_row,
    )
    yield replace(found, tensors=int8_keys()[1])
    cases = [
        {"distribution": name, "d": d, "draws": 4_000, "seed": run.seed}
        for name in DISTRIBUTIONS
        for d in (32, 256, 1024)
    ]
    yield sampled(
        beta_nears_the_moment_ratio,
        cases,
        domain="4,000 vectors of each distribution and dimension",
        summary=f"{len(DISTRIBUTIONS)} distributions",
        rows=_reference_row,
    )


# ----------------------------------------------------------------------------------- IsotropicFloor
def exact_beta(keys: Sequence[Sequence[int]]) -> Fraction:
    """β of integer keys, weighted by energy, as a fraction."""
    k = integers(keys)
    return Fraction(int(l1_norm(k).square().sum()), k.shape[-1] * int(norm_sq(k).sum()))


@predicate
def rotation_keeps_beta(keys: list[list[int]], rotation: list[list[int]]) -> bool:
    """A matrix with orthogonal rows of equal length leaves β of the keys as it is; both are
    integers.
    """
    turned = turn(integers(keys), integers(rotation)).tolist()
    return exact_beta(turned) == exact_beta(keys)


HADAMARD_4 = [[1, 1, 1, 1], [1, -1, 1, -1], [1, 1, -1, -1], [1, -1, -1, 1]]


@claim(
    "geometry.floor_positive",
    statement="1 − 2/π, the isotropic floor's distance from 1, is positive. That the mean of β of Gaussian "
    "vectors is near 2/π, and so below 1, is measured, not proved.",
    source=ISOTROPIC,
    theorem="LeanMining.isotropic_floor_pos",
    tier="silver",
)
def floor_positive(run: Run) -> Iterator[Evidence]:
    yield sampled(
        gaussian_beta_is_below_one,
        [{"d": 4096, "draws": 2_000, "seed": run.seed}],
        domain="2,000 Gaussian vectors of dimension 4,096, the mean of β and its 99.9 % interval",
        summary="d = 4,096",
        rows=_gaussian_row,
    )


@predicate
def pair_is_away_from_its_ratio(a: Integers, b: Integers) -> Tensor:
    """For the values a and b, of equal weight and not both 0: μ₁²/μ₂ < 1."""
    k = pair(a, b)
    return (norm_sq(k) == 0) | (l1_norm(k).square() < 2 * norm_sq(k))


@predicate
def is_away_unless_equal(weights: Reals, values: Reals) -> Tensor:
    """For values of positive weights that add up to 1, not all 0: μ₁²/μ₂ < 1 ↔ some magnitude is
    not μ₁.
    """
    weights, values = real(weights), real(values)
    first, second = abs_moment(weights, values), second_moment(weights, values)
    apart = (values.abs() != first[..., None]).any(-1)
    return (second == 0) | ((moment_ratio(first, second) < 1) == apart)


@predicate
def pair_is_away_unless_equal(a: Integers, b: Integers) -> Tensor:
    """`is_away_unless_equal` of the values a and b, of equal weight."""
    return is_away_unless_equal([0.5, 0.5], pair(a, b))


@claim(
    "geometry.floor_of_any_distribution",
    statement="The distance 1 − μ₁²/μ₂ is positive for every distribution with a second moment other "
    "than 0.",
    source=ISOTROPIC,
    negation="LeanMining.isotropic_floor_pos_of_any_distribution_as_given_false",
    tier="refuted",
)
def floor_of_any_distribution(run: Run) -> Iterator[Evidence]:
    yield sweep(
        pair_is_away_from_its_ratio,
        PAIRS,
        domain="all 65,536 pairs of INT8 values, of equal weight",
        summary="65,536 distributions",
        shows="μ₁²/μ₂ of {a} and {b} is 1",
    )


@claim(
    "geometry.floor_unless_equal",
    statement="The distance 1 − μ₁²/μ₂ is positive exactly for the distributions whose values are not "
    "all of one magnitude.",
    source=ISOTROPIC,
    theorem="LeanMining.one_sub_momentRatio_pos_iff",
    tier="gold",
    measures=[ABS_MOMENT, SECOND_MOMENT, MOMENT_RATIO],
)
def floor_unless_equal(run: Run) -> Iterator[Evidence]:
    yield sweep(
        pair_is_away_unless_equal,
        PAIRS,
        domain="all 65,536 pairs of INT8 values, of equal weight",
        summary="65,536 distributions",
    )
    # Sums of 32 numbers of at most 14 bits over 32 are exact, and so is whether their ratio is 1.
    keys, refs = int8_keys()
    yield of_vectors(
        is_away_unless_equal,
        [{"weights": torch.full((keys.shape[-1],), 1 / keys.shape[-1]).double(), "values": keys}],
        {"weights": 1, "values": 1},
        domain="the INT8 codes of every key of every head and layer of minilm, of equal weight",
        summary="{cases} distributions",
        shows="the ratio of {values} is on the wrong side",
        tensors=refs,
    )
    layers = torch.stack([_codes(layer)[0] for layer in range(len(refs))])
    yield of_vectors(
        is_away_unless_equal,
        [{"weights": torch.full((1,), 1 / layers.shape[-1]).double(), "values": layers}],
        {"weights": 1, "values": 1},
        domain="the INT8 codes of the keys of each layer of minilm, up to float64's rounding",
        summary="{cases} distributions",
        shows="the ratio is on the wrong side",
        tensors=refs,
    )


def sign_vectors(d: int) -> list[list[int]]:
    """Return the sign vectors of dimension d."""
    return [list(signs) for signs in itertools.product((1, -1), repeat=d)]


def five_turns(d: int) -> list[list[int]]:
    """Return the reflection along (2, 1, 0, …, 0) of dimension d, times 5."""
    along = torch.zeros(d, dtype=torch.int64, device="cpu")
    along[0], along[1] = 2, 1
    return (
        5 * torch.eye(d, dtype=torch.int64, device="cpu") - 2 * torch.outer(along, along)
    ).tolist()


@claim(
    "geometry.rotations_keep_the_floor",
    statement="On keys whose coordinates are uncorrelated with equal second moments, "
    "any rotation that does not look at the data achieves exactly the "
    "isotropic floor.",
    source=ISOTROPIC,
    negation="LeanMining.srht_achieves_isotropic_floor_as_given_false",
    tier="refuted",
)
def rotations_keep_the_floor(run: Run) -> Iterator[Evidence]:
    cases = [
        {"keys": [[1, 1], [1, -1]], "rotation": [[1, 1], [1, -1]]},
        *({"keys": sign_vectors(d), "rotation": five_turns(d)} for d in range(2, 9)),
        {"keys": torch.eye(4).long().tolist(), "rotation": HADAMARD_4},
    ]
    yield enumerate_cases(
        rotation_keeps_beta,
        cases,
        domain="sign vectors of dimensions 2 to 8 and unit vectors of dimension 4",
        summary=f"{len(cases)} rotations",
        shows="β of {keys} changes under {rotation}",
        kind="witness",
        device=run.device,
    )


@predicate
def rotation_misses_the_lattice(keys: list[list[int]], rotation: list[list[int]]) -> bool:
    """Of keys whose second moments depend on the direction, a matrix with orthogonal rows of equal
    length leaves some off the sign lattice; both are integers.
    """
    k = integers(keys)
    moments = k.T @ k
    even = bool((moments == moments[0, 0] * torch.eye(len(moments)).long()).all())
    return even or exact_beta(turn(k, integers(rotation)).tolist()) < 1


@claim(
    "geometry.uneven_keys",
    statement="No rotation takes keys whose second moments depend on the direction to the sign "
    "lattice.",
    source=GLOSSARY,
    negation="LeanMining.anisotropic_off_sign_lattice_as_given_false",
    tier="refuted",
)
def uneven_keys(run: Run) -> Iterator[Evidence]:
    axes = torch.eye(4).long().tolist()
    yield enumerate_cases(
        rotation_misses_the_lattice,
        [{"keys": axes[:number], "rotation": HADAMARD_4} for number in (1, 2, 3)],
        domain="1, 2 and 3 of the axes of dimension 4",
        summary="3 sets of keys",
        shows="{rotation} takes {keys} to the sign lattice",
        kind="witness",
        device=run.device,
    )


FLOOR_VALUE = Statement(
    "geometry.floor_value",
    says="The β value of the SRHT floor is √(2/π) ≈ 0.7979.",
    source=GLOSSARY,
)


@cached_per_device
def sample_cosine(d: int, draws: int, seed: int) -> tuple[float, float]:
    """Return the mean of the cosine between Gaussian vectors and their signs, and half the width of
    its 99.9 % interval.
    """
    draw = computed_on_cpu(DISTRIBUTIONS["Gaussian"][0])
    found = beta_of_rows(draw(torch.Generator().manual_seed(seed), draws, d)).sqrt()
    return float(found.mean()), CONFIDENCE * float(found.std()) / math.sqrt(draws)


@predicate
def mean_cosine_is_the_root(d: int, draws: int, seed: int) -> bool:
    """The mean cosine over Gaussian vectors is within 1/d of √(2/π), and its 99.9 % interval."""
    mean, half = sample_cosine(d, draws, seed)
    return abs(mean - math.sqrt(2 / math.pi)) <= half + 1 / d


@predicate
def mean_beta_is_the_root(d: int, draws: int, seed: int) -> bool:
    """The mean of β over Gaussian vectors is within 1/d of √(2/π), and its 99.9 % interval."""
    mean, half = sample_beta("Gaussian", d, draws, seed)
    return abs(mean - math.sqrt(2 / math.pi)) <= half + 1 / d


def _floor_value_row(d: int, draws: int, seed: int) -> dict[str, Any]:
    return {
        "d": d,
        "draws": draws,
        "mean cosine": significant(sample_cosine(d, draws, seed)[0]),
        "√(2/π)": significant(math.sqrt(2 / math.pi)),
        "mean β": significant(sample_beta("Gaussian", d, draws, seed)[0]),
        "2/π": significant(2 / math.pi),
    }


def _floor_value(law: Callable[..., bool], run: Run) -> Evidence:
    return sampled(
        law,
        [{"d": d, "draws": 4_000, "seed": run.seed} for d in (64, 256, 1024)],
        domain="4,000 Gaussian vectors of each dimension",
        summary="3 dimensions",
        rows=_floor_value_row,
    )


@FLOOR_VALUE.reading(
    "cosine",
    statement="√(2/π) is the floor of the cosine, the root of β: the mean cosine of vectors of independent "
    "coordinates that are sums of signs tends to it. That it does so of Gaussian coordinates is measured, not proved.",
    theorem="LeanMining.eventually_signCosine_signs",
    tier="silver",
)
def floor_of_the_cosine(run: Run) -> Iterator[Evidence]:
    """The mean of the root of β over Gaussian vectors."""
    yield _floor_value(mean_cosine_is_the_root, run)


@FLOOR_VALUE.reading(
    "beta",
    statement="√(2/π) is the floor of β = cos², which elsewhere in the source is 2/π.",
    negation="LeanMining.two_div_ne_sqrt",
    tier="refuted",
)
def floor_of_beta(run: Run) -> Iterator[Evidence]:
    """The mean of β over Gaussian vectors."""
    yield _floor_value(mean_beta_is_the_root, run)


# ---------------------------------------------------------------------------------- DCMeanCentering
@predicate
def centering_lifts_beta(k: Integers) -> bool:
    """β of the key less its mean is at least β of the key; a key all of whose entries are equal has
    no centered part.
    """
    k = integers(k)
    centered = len(k) * k - k.sum()
    return bool(norm_sq(centered) == 0) or exact_beta([centered.tolist()]) >= exact_beta(
        [k.tolist()]
    )


@predicate
def stored_mean_lifts_beta(k: Integers) -> bool:
    """With its mean stored exactly beside the signs, a key loses no more energy than by its signs
    alone.

    The loss is that of the centered key: ‖c‖² − ‖c‖₁²/d with c = k − mean, against ‖k‖² − ‖k‖₁²/d;
    both times d³.
    """
    k = integers(k)
    d, centered = len(k), len(k) * k - k.sum()
    return bool(
        d * norm_sq(centered) - l1_norm(centered).square()
        <= d * d * (d * norm_sq(k) - l1_norm(k).square())
    )


@predicate
def head_is_lifted_by_stored_mean(head: str) -> bool:
    """With their means stored exactly, a head's keys lose no more energy than by their signs."""
    found = _centering(head)
    return found["β with the mean stored"] >= found["β"]


@predicate
def head_is_lifted_by_centering(head: str) -> bool:
    """β of a head's centered keys is at least β of its keys."""
    keys = head_values(head, "key")
    return beta(center(keys)) >= beta(keys)


def per_head(
    law: Callable[[str], bool],
    figures: Callable[[str], Mapping[str, float]],
    *,
    shows: str,
    domain: str = "minilm, the keys of every head of every layer",
) -> Evidence:
    """Ask a law of every head of the transformer by name, and report figures of each."""
    names = list(head_names())
    failing = [name for name in names if not law(name)]
    witness = (
        Witness(dotted(law), {"head": failing[0]}, shows.format(head=failing[0]))
        if failing
        else None
    )
    rows = [
        {"head": name} | {key: significant(value) for key, value in figures(name).items()}
        for name in names
    ]
    return Evidence(
        "model",
        domain,
        len(names),
        len(failing),
        f"{len(names)} heads",
        device=current_device().type,
        tensors=key_refs(),
        witness=witness,
        measurements=rows,
    )


def key_refs() -> list[TensorRef]:
    """Name the transformer's keys, a layer each."""
    return [
        tensor_ref(f"minilm/{layer.name} outputs", layer.preactivation)
        for layer in attention_layers("key")
    ]


def _centering(head: str) -> dict[str, float]:
    keys = head_values(head, "key")
    centered = center(keys)
    lost = float(norm_sq(centered - one_bit(centered)).sum() / norm_sq(keys).sum())
    return {"β": beta(keys), "β centered": beta(centered), "β with the mean stored": 1 - lost}


SMALL_KEYS = [[2, 2, 3], [1, 1, -1], [3, 1, 1], [5, 5, 5, 6]]

CENTERING_LIFTS = Statement(
    "geometry.centering_lifts",
    says="Centering a key before rotation raises the supremum of achievable β.",
    source=CENTERING,
)


def reflections(k: Tensor) -> Tensor:
    """Return the reflection that takes each row to the diagonal, float64 [rows, d, d].

    Args:
        k: floating point, [rows, d], none of them zero.
    """
    goal = (norm_sq(k).sqrt() / math.sqrt(k.shape[-1]))[:, None].expand_as(k)
    along = k - goal
    share = 2 / nonzero(norm_sq(along))[:, None, None]
    return torch.eye(k.shape[-1], dtype=k.dtype) - share * along[:, :, None] * along[:, None]


@predicate
def a_rotation_reaches_the_lattice(k: Reals, rotation: Reals) -> Tensor:
    """A rotation, R Rᵀ = 1, leaves the key's length as it is and takes it to ‖R k‖₁² ≥ d ‖k‖², a
    cosine of 1; all up to rounding.
    """
    k, rotation = real(k), real(rotation)
    still = torch.eye(k.shape[-1], dtype=torch.bool, device=k.device)
    # The rows of R are turned by R itself, each key's by its own.
    products = torch.stack([turn(row, rotation) for row in rotation.unbind(-2)], -2)
    most, least = (
        torch.where(still, real([1 + off]).to(k.device), real([off]).to(k.device))
        for off in (1e-9, -1e-9)
    )
    orthogonal = (products <= most) & (products >= least)
    turned = turn(k, rotation)
    sizes, own = norm_sq(turned).flatten().tolist(), norm_sq(k).flatten().tolist()
    found = [
        abs(size - length) <= 1e-9 * length and l1 * l1 >= (1 - 1e-9) * k.shape[-1] * length
        for size, length, l1 in zip(sizes, own, l1_norm(turned).flatten().tolist(), strict=True)
    ]
    reached = torch.tensor(found).view(k.shape[:-1]).to(k.device)
    return orthogonal.flatten(-2).all(-1) & reached


def _one_key(head: str) -> dict[str, float]:
    keys = head_values(head, "key")
    return {
        f"least β, {name}reflected": float(beta_of_rows(turn(rows, reflections(rows))).min())
        for name, rows in (("", keys), ("centered and ", center(keys)))
    }


@CENTERING_LIFTS.reading(
    "one_key",
    statement="Some rotation takes a centered key to a cosine of at least the ceiling of the key with "
    "its mean: to 1, as another one takes the key itself.",
    theorem="LeanMining.dc_centering_lifts_rotational_ceiling",
    tier="gold",
    measures=[L1_NORM, NORM_SQ, MULVEC],
)
def centering_one_key(run: Run) -> Iterator[Evidence]:
    """Each key is reflected to the sign lattice."""
    names = list(head_names())
    yield of_vectors(
        a_rotation_reaches_the_lattice,
        (
            {"k": rows, "rotation": reflections(rows)}
            for name in names
            for keys in [head_values(name, "key")]
            for rows in (keys, center(keys))
        ),
        {"k": 1, "rotation": 2},
        domain="minilm, each key of every head, as it is and centered, under a reflection of its own, "
        "orthogonal up to rounding",
        summary="{cases} keys",
        shows="the reflected key is off the lattice",
        tensors=key_refs(),
        measurements=[
            {"head": name} | {key: significant(value) for key, value in _one_key(name).items()}
            for name in names
        ],
    )


STARTS = 16
"""Random rotations from which the best one is sought."""


@cached_per_device
def best_beta(keys: str, centered: bool, seed: int) -> float:
    """Return the most β of small integer keys over rotations that are learned from several starts.

    Args:
        keys: a key of `KEY_SETS`.
        centered: whether to take the mean from each first.
        seed: of the starts.
    """
    rows = torch.tensor(KEY_SETS[keys], dtype=torch.float64, device="cpu")
    rows = center(rows) if centered else rows
    generator = torch.Generator().manual_seed(seed)
    starts = [
        torch.eye(rows.shape[-1], dtype=torch.float64, device="cpu"),
        *(random_rotation(rows.shape[-1], generator) for _ in range(STARTS)),
    ]
    learn = computed_on_cpu(learn_rotation)
    return max(learn(rows, steps=100, start=start).curve[-1] for start in starts)


KEY_SETS = {
    "three sign vectors": [[1, 1, -1], [1, -1, 1], [-1, 1, 1]],
    "five sign vectors": [[-1 if i == j else 1 for i in range(5)] for j in range(5)],
}


@predicate
def a_rotation_serves_centered_keys(keys: str, seed: int) -> bool:
    """The best rotation that is found of the centered keys reaches what is found of the keys."""
    return best_beta(keys, True, seed) >= best_beta(keys, False, seed) - 1e-9


@CENTERING_LIFTS.reading(
    "several_keys",
    statement="For several keys some rotation of the centered ones reaches a β of at least that of the "
    "keys.",
    negation="LeanMining.dc_centering_lifts_rotational_ceiling_of_keys_as_given_false",
    tier="refuted",
)
def centering_several_keys(run: Run) -> Iterator[Evidence]:
    """What learned rotations reach of keys whose centered parts add up to 0."""
    found = enumerate_cases(
        a_rotation_serves_centered_keys,
        [{"keys": name, "seed": run.seed} for name in KEY_SETS],
        domain=f"rotations of sign vectors, learned from {STARTS} random ones and the identity",
        summary=f"{len(KEY_SETS)} sets of keys",
        shows="no rotation that was found serves the centered {keys} as well",
        kind="witness",
        device=run.device,
    )
    yield replace(
        found,
        measurements=[
            {
                "keys": name,
                "β, best found": significant(best_beta(name, False, run.seed)),
                "β, centered, best found": significant(best_beta(name, True, run.seed)),
            }
            for name in KEY_SETS
        ],
    )


@CENTERING_LIFTS.reading(
    "no_rotation",
    statement="Centering a key lifts its β, without a rotation.",
    negation="LeanMining.beta_le_beta_center_false",
    tier="refuted",
)
def centering_without_rotation(run: Run) -> Iterator[Evidence]:
    """Small keys, and the keys of every head."""
    yield enumerate_cases(
        centering_lifts_beta,
        [{"k": k} for k in SMALL_KEYS],
        domain="small integer keys",
        summary="4 keys",
        shows="centering lowers β of {k}",
        kind="witness",
        device=run.device,
    )
    yield per_head(head_is_lifted_by_centering, _centering, shows="β of head {head} falls")


@CENTERING_LIFTS.reading(
    "mean_stored",
    statement="With its mean stored exactly beside the signs of its centered part, no key loses more energy than "
    "by its own signs alone, without a rotation.",
    negation="LeanMining.mean_stored_as_given_false",
    tier="refuted",
)
def centering_with_the_mean_stored(run: Run) -> Iterator[Evidence]:
    """Small keys."""
    yield enumerate_cases(
        stored_mean_lifts_beta,
        [{"k": k} for k in SMALL_KEYS],
        domain="small integer keys, the mean stored exactly",
        summary="4 keys",
        shows="the signs of {k} lose less than those of its centered part",
        kind="witness",
        device=run.device,
    )


@CENTERING_LIFTS.reading(
    "mean_stored_of_heads",
    statement="With their means stored exactly, the keys of a head together lose no more energy than by their own "
    "signs alone, without a rotation.",
    no_theorem=false_as_a_law("geometry.centering_lifts.mean_stored"),
    tier="bronze",
)
def centering_of_heads_with_the_mean_stored(run: Run) -> Iterator[Evidence]:
    """The keys of every head; the mean of a key is one more number to store."""
    yield per_head(
        head_is_lifted_by_stored_mean,
        _centering,
        shows="the signs of head {head} lose less than those of its centered keys",
    )


@claim(
    "geometry.centered_norm",
    statement="For a centered v ≠ 0 and a mean μ ≠ 0, ‖μ/√d + v‖ > ‖v‖.",
    source=CENTERING,
    theorem="LeanMining.l2Norm_uncentered_gt",
    tier="gold",
    measures=[NORM_SQ],
)
def centered_norm(run: Run) -> Iterator[Evidence]:
    for mean in (-3, 0, 1):
        yield on_keys(run, a_mean_adds_its_energy, mean=mean)


# --------------------------------------------------------------------------------- NarrowDimCeiling
@predicate
def floor_is_the_same(d: int, e: int, draws: int, seed: int) -> bool:
    """The 99.9 % intervals of the mean of β over Gaussian vectors of dimensions d and e overlap."""
    (mean_d, half_d), (mean_e, half_e) = (
        sample_beta("Gaussian", dimension, draws, seed) for dimension in (d, e)
    )
    return abs(mean_d - mean_e) <= half_d + half_e


def _two_floors(d: int, e: int, draws: int, seed: int) -> dict[str, Any]:
    return {
        f"{key} at {dimension}": value
        for dimension in (d, e)
        for key, value in _gaussian_row(dimension, draws, seed).items()
        if key not in ("d", "draws")
    }


@claim(
    "geometry.floor_dimension_free",
    statement="The floor of a rotation that does not look at the data is the same at "
    "d = 256 and d = 2048.",
    source=NARROW,
    theorem="LeanMining.srht_floor_d_independent",
    tier="refuted",
)
def floor_dimension_free(run: Run) -> Iterator[Evidence]:
    yield sampled(
        floor_is_the_same,
        [{"d": 256, "e": 2048, "draws": 20_000, "seed": run.seed}],
        domain="20,000 Gaussian vectors of each dimension; the exact means are 2/π + (1 − 2/π)/d",
        summary="d = 256, 2,048",
        rows=_two_floors,
    )
