"""Seed 001, one-bit keys: what signs keep of a vector, and which floors and ceilings there are.

A law speaks of vectors of integers, multiplied out, so that it is exact on INT8 keys and no
rounding can hide in it. β, the sign of 0 and the scale are as `claims.measures.geometry` says.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Iterator, Mapping, Sequence
from fractions import Fraction
from typing import Any

import torch
from torch import Tensor

from claims.conformance import L1_NORM, NORM_SQ, SIGN
from claims.measures.geometry import beta, beta_of_rows, center, l1_norm, norm_sq, one_bit, sign
from claims.measures.rotations import turn
from claims.models.attention import attention_layers, head_names, int8_keys
from claims.models.attention import head as head_values
from claims.notation import Integers, integers, pair
from pyharness import (
    INT8,
    Blocks,
    Evidence,
    Run,
    Source,
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
HESSIAN = Source(SEED, "BetaLocalHessian")
NARROW = Source(SEED, "NarrowDimCeiling")

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
    statement="For Gaussian coordinates the moment ratio β = μ₁²/μ₂ is 2/π.",
    source=MOMENTS,
    theorem="LeanMining.momentRatio_one_eq_two_div",
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


@claim(
    "geometry.iid_floor",
    statement="For independent, identically distributed symmetric coordinates β tends to μ₁²/μ₂ as "
    "the dimension grows.",
    source=MOMENTS,
    tier="bronze",
)
def iid_floor(run: Run) -> Iterator[Evidence]:
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
    statement="The isotropic floor's distance from 1, 1 − 2/π, is positive.",
    source=ISOTROPIC,
    theorem="LeanMining.one_sub_two_div_pos",
    tier="silver",
)
def floor_positive(run: Run) -> Iterator[Evidence]:
    yield sampled(
        gaussian_beta_is_exact,
        [{"d": 4096, "draws": 2_000, "seed": run.seed}],
        domain="2,000 Gaussian vectors of dimension 4,096",
        summary="d = 4,096",
        rows=_gaussian_row,
    )


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
        {"keys": [[1, 1], [1, -1]], "rotation": [[3, 4], [-4, 3]]},
        {"keys": torch.eye(4).long().tolist(), "rotation": HADAMARD_4},
    ]
    yield enumerate_cases(
        rotation_keeps_beta,
        cases,
        domain="sign vectors of dimension 2 and unit vectors of dimension 4",
        summary="3 rotations",
        shows="β of {keys} changes under {rotation}",
        kind="witness",
        device=run.device,
    )


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


@claim(
    "geometry.centering_lifts",
    statement="Centering a key lifts β.",
    source=CENTERING,
    negation="LeanMining.beta_le_beta_center_false",
    tier="refuted",
)
def centering_lifts(run: Run) -> Iterator[Evidence]:
    yield enumerate_cases(
        centering_lifts_beta,
        [{"k": k} for k in SMALL_KEYS],
        domain="small integer keys",
        summary="4 keys",
        shows="centering lowers β of {k}",
        kind="witness",
        device=run.device,
    )
    yield enumerate_cases(
        stored_mean_lifts_beta,
        [{"k": k} for k in SMALL_KEYS],
        domain="small integer keys, the mean stored exactly",
        summary="4 keys",
        shows="the signs of {k} lose less than those of its centered part",
        kind="witness",
        device=run.device,
    )
    yield per_head(head_is_lifted_by_centering, _centering, shows="β of head {head} falls")


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


# --------------------------------------------------------------------------------- BetaLocalHessian
TRIPLES = [(n * n - m * m, 2 * m * n, n * n + m * m) for n in range(2, 41) for m in range(1, n)]
"""Rotations of a plane with a rational cosine and sine: (cosine, sine, denominator), as whole
numbers."""


@predicate
def beta_near_the_lattice(d: int, c: int, s: int, h: int) -> bool:
    """Turn (1, …, 1) of dimension d in a plane by the angle with cosine c/h and sine s/h, c ≥ s ≥
    0: β is (1 − 2(1 − c/h)/d)², at most 1, and at least (s/h)²/d below it.
    """
    turned = [[c - s, s + c, *[h] * (d - 2)]]
    found, expected = exact_beta(turned), (1 - 2 * (1 - Fraction(c, h)) / d) ** 2
    return found == expected <= 1 and Fraction(s * s, h * h * d) <= 1 - found


def _near_the_lattice(run: Run) -> Evidence:
    cases = [
        {"d": d, "c": max(c, s), "s": min(c, s), "h": h}
        for d in (2, 3, 32, 128)
        for c, s, h in TRIPLES
    ]
    return enumerate_cases(
        beta_near_the_lattice,
        cases,
        domain="rotations by the angles of Pythagorean triples up to n = 40, "
        "dimensions 2, 3, 32 and 128",
        summary=f"{len(cases):,} rotations",
        kind="property",
        device=run.device,
    )


@claim(
    "geometry.quadratic_expansion",
    statement="Along a rotation of a plane near the sign lattice, β = 1 − (t²/2) H + O(t³): "
    "exactly, β = (1 − 2(1 − cos t)/d)².",
    source=HESSIAN,
    theorem="LeanMining.beta_rotateFirst",
    tier="silver",
)
def quadratic_expansion(run: Run) -> Iterator[Evidence]:
    yield _near_the_lattice(run)


@claim(
    "geometry.hessian_nonneg",
    statement="The second-order coefficient H is not negative: β does not rise from the lattice.",
    source=HESSIAN,
    theorem="LeanMining.beta_rotateFirst_le_one",
    tier="silver",
)
def hessian_nonneg(run: Run) -> Iterator[Evidence]:
    yield _near_the_lattice(run)


@claim(
    "geometry.last_mile",
    statement="To come within e of β = 1, a rotation must be accurate to sin² t ≤ d e: quadratically.",
    source=HESSIAN,
    theorem="LeanMining.mul_self_div_le_one_sub_beta_rotateFirst",
    tier="silver",
)
def last_mile(run: Run) -> Iterator[Evidence]:
    yield _near_the_lattice(run)


@claim(
    "geometry.general_expansion",
    statement="β(exp(tA) R, k) = 1 − (t²/2) H + O(t³) along every rotation near the lattice, "
    "and an optimizer needs at least C d (1 − β) steps.",
    source=HESSIAN,
    tier="none",
)
def general_expansion(run: Run) -> Iterator[Evidence]:
    return iter(())


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
