"""Seed 001, corrections of one-bit keys in a few directions of their residual: what they keep of
it, which directions are best, and what it costs.
"""

from __future__ import annotations

import itertools
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import replace
from typing import Any

import torch
from torch import Tensor

from claims.beta import SEED, key_refs, per_head
from claims.cases import of_vectors
from claims.conformance import (
    BETA_EFF,
    BETA_ROWS,
    ENERGY,
    ENERGY_ALONG,
    GAMMA_R,
    INDICATOR,
    MULVEC,
    NORM_SQ,
    PROJECT,
    RESIDUAL,
    STABLE_RANK,
    SUBSPACE_OVERLAP,
)
from claims.measures.geometry import (
    beta,
    beta_eff,
    beta_rows,
    dot,
    energy,
    energy_along,
    gamma,
    indicator,
    l1_norm,
    norm_sq,
    project,
    residual,
    sign,
    stable_rank_over,
    strongest,
    subspace_overlap,
)
from claims.measures.rotations import turn
from claims.measures.spectra import stable_rank
from claims.models.attention import (
    HEADS,
    OneBitKeys,
    attention_layers,
    head as head_values,
    head_names,
    int8_keys,
)
from claims.models.zoo import minilm_weights, read_sentences, sentence_embeddings
from claims.notation import Integers, Reals, choices, integers, real
from claims.on_layers import find_layer
from claims.reasons import MEASURED
from claims.rotation import (
    EXACT,
    FEED_FORWARD,
    GAUGE,
    WEIGHTS,
    halves,
    head_rotation,
    matrix_rotation,
    rotations_of,
    seeded,
)
from pyharness import (
    Evidence,
    Plot,
    Run,
    Source,
    TensorRef,
    cached_per_device,
    claim,
    computed_on_cpu,
    enumerate_cases,
    notation,
    predicate,
    significant,
    tensor_ref,
    to_current_device,
)

RANK_R = Source(SEED, "RankRResidualCorrection")
OVERLAP = Source(SEED, "SubspaceOverlap")

RANKS = (0, 1, 2, 4, 8)


# ---------------------------------------------------------------------------------- what to correct
@notation
def _kept_and_dropped(
    energies: Integers, kept: Integers, other: Integers
) -> tuple[Tensor, Tensor, Tensor]:
    """Whether two choices keep as many, and the energy that each of them drops."""
    energies = integers(energies)
    ones, others = (indicator(torch.as_tensor(some).bool()) for some in (kept, other))
    return (
        ones.sum(-1) == others.sum(-1),
        ((1 - ones) * energies).sum(-1),
        ((1 - others) * energies).sum(-1),
    )


@notation
def _above(energies: Integers, kept: Integers, *, strictly: bool) -> Tensor:
    """Whether each energy that is kept is at least as large as each that is dropped, or above
    it.
    """
    values, taken = torch.broadcast_tensors(integers(energies), torch.as_tensor(kept).bool())
    high, low = values[..., :, None], values[..., None, :]
    pairs = taken[..., :, None] & ~taken[..., None, :]
    found: Tensor = ~pairs | ((high > low) if strictly else (high >= low))
    return found.flatten(-2).all(-1)


@predicate
def dropping_the_smallest_is_best(energies: Integers, kept: Integers, other: Integers) -> Tensor:
    """If each energy that is kept is at least as large as each that is dropped, another choice that
    keeps as many drops at least as much.
    """
    as_many, dropped, by_the_other = _kept_and_dropped(energies, kept, other)
    return ~(as_many & _above(energies, kept, strictly=False)) | (dropped <= by_the_other)


@predicate
def best_choice_is_alone(energies: Integers, kept: Integers, other: Integers) -> Tensor:
    """If each energy that is kept is above each that is dropped, another choice that keeps as many
    and drops no more is the same one.
    """
    as_many, dropped, by_the_other = _kept_and_dropped(energies, kept, other)
    kept, other = torch.as_tensor(kept).bool(), torch.as_tensor(other).bool()
    asked = as_many & _above(energies, kept, strictly=True) & (by_the_other <= dropped)
    return ~asked | (kept == other).all(-1)


def _of_energies(law: Callable[..., Tensor], *, shows: str) -> Iterator[Evidence]:
    """Ask a law of two choices of all small energies, and of the residual energies of real keys."""
    small, two = torch.cartesian_prod(*[torch.arange(4)] * 5), choices(5)
    ranks = {"energies": 1, "kept": 1, "other": 1}
    yield of_vectors(
        law,
        [
            {"energies": small[:, None, None], "kept": some[:, None], "other": some}
            for r in range(1, 5)
            for some in [two[two.sum(-1) == r]]
        ],
        ranks,
        kind="exhaustive",
        domain="5 energies of 0 to 3, each two choices of as many, 1 to 4 of them",
        summary="{cases} cases",
        shows=shows,
    )
    keys, refs = int8_keys()
    d = keys.shape[-1]
    lost = d * keys.long() - l1_norm(keys)[:, None] * sign(keys.long())
    energies = lost.view(len(refs) * HEADS, -1, d).square().sum(1)
    order = energies.argsort(1, descending=True).argsort(1)
    others = torch.stack(
        [torch.randperm(d, generator=seeded(draw), device="cpu") for draw in range(OTHERS)]
    ).to(energies.device)
    yield of_vectors(
        law,
        (
            {
                "energies": energies[:, None],
                "kept": (order < r)[:, None],
                # Drawn ones, and those that have the next energy in the place of one.
                "other": torch.cat(
                    [
                        (others < r).expand(len(energies), -1, -1),
                        *(
                            ((order < r) & (order != out) | (order == r))[:, None]
                            for out in range(r)
                        ),
                    ],
                    1,
                ),
            }
            for r in RANKS
            if r  # Of none there is one choice.
        ),
        ranks,
        domain="minilm, the energy that the residual of every head's INT8 keys has in each coordinate, "
        f"r = 1, 2, 4, 8 of them kept, and others: {OTHERS} choices at random and each with one replaced",
        summary="{cases} choices",
        shows=shows,
        tensors=refs,
    )


OTHERS = 500
"""Random choices to which the best one is compared."""


@claim(
    "geometry.top_k",
    statement="Keeping the k largest residual energies drops the least energy.",
    source=GAUGE,
    theorem="LeanMining.top_k_optimal",
    tier="gold",
    measures=[INDICATOR],
)
def top_k(run: Run) -> Iterator[Evidence]:
    yield from _of_energies(
        dropping_the_smallest_is_best, shows="the other choice drops less than the largest"
    )


@predicate
def best_choice_is_unique(energies: Sequence[int], kept: int) -> bool:
    """Of all ways to keep so many energies, one alone drops the least."""
    return _best_choices(energies, kept) == 1


def _best_choices(energies: Sequence[int], kept: int) -> int:
    sums = [
        sum(energies[index] for index in some)
        for some in itertools.combinations(range(len(energies)), kept)
    ]
    return sums.count(max(sums))


def _choices() -> list[dict[str, Any]]:
    return [
        {"energies": list(energies), "kept": kept}
        for energies in itertools.product(range(4), repeat=5)
        for kept in range(1, 5)
    ]


@claim(
    "geometry.top_k_unique",
    statement="The choice of the k largest residual energies is the unique best one.",
    source=GAUGE,
    negation="LeanMining.top_k_unique_as_given_false",
    tier="refuted",
)
def top_k_unique(run: Run) -> Iterator[Evidence]:
    cases = _choices()
    yield enumerate_cases(
        best_choice_is_unique,
        cases,
        domain="5 energies of 0 to 3, each number kept from 1 to 4",
        summary=f"{len(cases):,} cases",
        shows="several choices of {kept} of {energies} are best",
        kind="witness",
    )


@claim(
    "geometry.top_k_unique_without_ties",
    statement="The choice of the k largest residual energies is the unique best one if each that is "
    "kept is above each that is dropped.",
    source=GAUGE,
    theorem="LeanMining.top_k_unique",
    tier="gold",
    measures=[INDICATOR],
)
def top_k_unique_without_ties(run: Run) -> Iterator[Evidence]:
    yield from _of_energies(best_choice_is_alone, shows="another choice drops as little")


def directions(name: str, r: int, *, rotation: Tensor | None = None) -> Tensor:
    """Return the r strongest directions of the residual of the first half of a head's keys, rotated
    first if asked.
    """
    keys = halves(head_values(name, "key"))[0]
    return strongest(residual(keys if rotation is None else keys @ rotation.T), r)


def _of_products(
    cases: Sequence[Mapping[str, Tensor]],
    *,
    domain: str,
    summary: str,
    tensors: Sequence[TensorRef],
    measurements: Sequence[Mapping[str, Any]],
) -> Evidence:
    """Ask of rows and directions whether β_eff is the product, and report the largest error."""
    found = of_vectors(
        beta_eff_is_the_product,
        cases,
        {"rows": 2, "directions": 2},
        domain=domain,
        summary=summary,
        shows="over the tolerance",
        tensors=tensors,
        measurements=measurements,
    )
    worst = max(product_error(**case) for case in cases)
    return replace(found, max_error=significant(worst), tolerance=EXACT)


@predicate
def beta_eff_is_the_product(rows: Reals, directions: Reals) -> Tensor:
    """β_eff = 1 − (1 − β)(1 − γ) of rows in orthonormal directions, up to rounding."""
    return torch.tensor(product_error(real(rows), real(directions)) <= EXACT)


@notation
def product_error(rows: Tensor, directions: Tensor) -> float:
    """Return by how much 1 − (1 − β)(1 − γ) misses β_eff."""
    found, own = float(beta_eff(rows, directions)), float(beta_rows(rows))
    return abs(found - (1 - (1 - own) * (1 - float(gamma(residual(rows), directions)))))


@predicate
def gamma_of_keys_serves(head: str) -> bool:
    """1 − β_eff = (1 − β)(1 − γ_4) with γ_4 on the keys, in their own four strongest directions."""
    found = _with_gamma_of_keys(head)
    return abs(found["β_eff"] - found["with γ_4 of the keys"]) <= EXACT


def _with_gamma_of_keys(name: str) -> dict[str, float]:
    keys = head_values(name, "key")
    w = strongest(keys, 4)
    return {
        "β_eff": float(beta_eff(keys, w)),
        "with γ_4 of the residual": 1 - (1 - beta(keys)) * (1 - float(gamma(residual(keys), w))),
        "with γ_4 of the keys": 1 - (1 - beta(keys)) * (1 - float(gamma(keys, w))),
    }


FRONTIER_ROTATIONS = ("none", "SRHT", "learned")
FRONTIER_PLOT = Plot(
    "lines",
    "β_eff over the bits of a key",
    x="bits a key",
    y=tuple(
        f"β_eff, {which}, {half} half" for which in FRONTIER_ROTATIONS for half in ("own", "other")
    ),
    y_label="β_eff",
)


def _frontier(r: int) -> dict[str, Any]:
    """Return what a correction of rank r costs a key, and the mean of β_eff over the heads, under
    each rotation.
    """
    names, d = list(head_names()), head_values("0/0", "key").shape[-1]
    row: dict[str, Any] = {
        "r": r,
        "sign bits": d,
        "scale bits": 16,
        "coefficient bits": 16 * r,
        "bits a key": d + 16 + 16 * r,
        "share of FP16": significant((d + 16 + 16 * r) / (16 * d)),
        "bits a head": 16 * r * d,
    }
    for which in FRONTIER_ROTATIONS:
        found = [
            float(beta_eff(half @ rotation.T, directions(name, r, rotation=rotation)))
            for name in names
            for rotation in [rotations_of(name)[which]]
            for half in halves(head_values(name, "key"))
        ]
        row |= {
            f"β_eff, {which}, own half": significant(sum(found[::2]) / len(names)),
            f"β_eff, {which}, other half": significant(sum(found[1::2]) / len(names)),
        }
    return row


@claim(
    "geometry.beta_eff",
    statement="A one-bit key with a correction in r directions keeps β_eff = 1 − (1 − β)(1 − γ_r) of "
    "its energy, γ_r measured on the residual.",
    source=RANK_R,
    theorem="LeanMining.beta_eff_formula",
    tier="gold",
    measures=[BETA_EFF, BETA_ROWS, GAMMA_R, RESIDUAL],
)
def beta_eff_formula(run: Run) -> Iterator[Evidence]:
    cases = [
        {"rows": head_values(name, "key"), "directions": w}
        for name in head_names()
        for r in RANKS
        for w in (directions(name, r), to_current_device(head_rotation(name))[:r])
    ]
    found = _of_products(
        cases,
        summary=f"{len(cases)} heads, ranks and directions",
        tensors=key_refs(),
        domain="minilm, the keys of every head, their strongest r = 0, 1, 2, 4, 8 directions and as "
        "many at random, orthonormal up to rounding; what a key costs and keeps",
        measurements=[_frontier(r) for r in RANKS],
    )
    yield replace(found, plots=[FRONTIER_PLOT])


@claim(
    "geometry.beta_eff_of_keys",
    statement="A one-bit key with a correction in r directions keeps β_eff = 1 − (1 − β)"
    "(1 − γ_r) of its energy, γ_r measured on the keys.",
    source=RANK_R,
    negation="LeanMining.beta_eff_formula_gamma_of_keys_as_given_false",
    tier="refuted",
)
def beta_eff_of_keys(run: Run) -> Iterator[Evidence]:
    yield per_head(
        gamma_of_keys_serves, _with_gamma_of_keys, shows="γ of the keys overstates head {head}"
    )


def _others(name: str, r: int) -> list[Tensor]:
    """Sets of r orthonormal directions: axes, the strongest of the keys themselves, and 16 drawn at
    random.
    """
    keys = head_values(name, "key")
    return [
        torch.eye(keys.shape[-1], dtype=torch.float64, device=keys.device)[:r],
        strongest(keys, r),
        *(head_rotation(name, draw)[:r] for draw in range(16)),
    ]


@predicate
def strongest_beat_others(rows: Reals, best: Reals, other: Reals) -> Tensor:
    """The rows have at least as much energy along the best r directions as in a projection of rank
    r, but for the share `EXACT` of all of it.
    """
    rows, other = real(rows), real(other)
    slack = EXACT * float(energy(rows))
    most = sum(energy_along(rows, real(best)).tolist()) + slack
    found = [
        float(energy(turn(rows, matrix))) <= most
        for matrix in other.reshape(-1, *other.shape[-2:]).unbind()
    ]
    return torch.tensor(found).view(other.shape[:-2])


def _matrices(name: str, lost: Tensor, r: int) -> Iterator[Tensor]:
    """Yield matrices of rank r or less: the residual in its strongest directions with coefficients
    that are rounded, kept for half of the rows alone, or made larger; and the residual's part in
    other directions.
    """
    w = strongest(lost, r)
    coefficients = lost @ w.T
    first_half = (torch.arange(len(lost)) < len(lost) // 2)[:, None]
    yield coefficients.round() @ w
    yield coefficients * first_half @ w
    yield 1.01 * coefficients @ w
    yield from (project(lost, other) for other in _others(name, r))


@predicate
def no_matrix_leaves_less(left: Reals, dropped: Reals, rows: Reals, rest: Reals) -> Tensor:
    """The rows less a matrix of rank r have at least the energy of the dropped eigenvalues, and
    less their part in the best directions exactly that; but for the share `EXACT` of all of it.

    Args:
        left: the rows less a matrix.
        dropped: the eigenvalues that are dropped.
        rows: the rows.
        rest: the rows less their part in the best directions.
    """
    slack, least = EXACT * float(energy(real(rows))), sum(real(dropped).tolist())
    if abs(float(energy(real(rest))) - least) > slack:
        return torch.zeros(real(left).shape[:-2], dtype=torch.bool)
    enough: Tensor = energy(real(left)) >= least - slack
    return enough


def _captured(name: str) -> dict[str, float]:
    lost = residual(head_values(name, "key"))
    return {f"γ_{r}": float(gamma(lost, strongest(lost, r))) for r in RANKS if r} | {
        "γ_4, strongest of 16 random": max(float(gamma(lost, w)) for w in _others(name, 4)[2:])
    }


def _captured_rows() -> list[dict[str, Any]]:
    return [
        {"head": name} | {key: significant(value) for key, value in _captured(name).items()}
        for name in head_names()
    ]


@claim(
    "geometry.svd_top_r",
    statement="Of all projections of rank r the one onto the directions of the residual's largest "
    "singular values keeps the most of its energy, if there are such directions.",
    source=RANK_R,
    theorem="LeanMining.svd_topk_maximizes_gammaR",
    tier="gold",
    measures=[ENERGY, ENERGY_ALONG, MULVEC],
)
def svd_top_r(run: Run) -> Iterator[Evidence]:
    def calls() -> Iterator[dict[str, Tensor]]:
        for name in head_names():
            rows = residual(head_values(name, "key"))
            for r in RANKS:
                others = torch.stack(_others(name, r))
                yield {"rows": rows, "best": strongest(rows, r), "other": others.mT @ others}

    yield of_vectors(
        strongest_beat_others,
        calls(),
        {"rows": 2, "best": 2, "other": 2},
        domain="minilm, the residual of the keys of every head, r = 0, 1, 2, 4, 8, and 18 projections of "
        "that rank each; directions up to rounding",
        summary="{cases} projections",
        shows="the projection has more of the energy",
        tensors=key_refs(),
        measurements=_captured_rows(),
    )


@claim(
    "geometry.eckart_young",
    statement="What the r best directions leave of a residual is the sum of its other squared "
    "singular values, and no matrix of rank r leaves less, if there are such directions.",
    source=RANK_R,
    theorem="LeanMining.residual_topk_eckart_young",
    tier="gold",
    measures=[ENERGY],
)
def eckart_young(run: Run) -> Iterator[Evidence]:
    def calls() -> Iterator[dict[str, Tensor]]:
        for name in head_names():
            rows = residual(head_values(name, "key"))
            eigenvalues = torch.linalg.eigvalsh(rows.T @ rows)
            for r in RANKS:
                yield {
                    "left": rows - torch.stack(list(_matrices(name, rows, r))),
                    "dropped": eigenvalues[: len(eigenvalues) - r],
                    "rows": rows,
                    "rest": rows - project(rows, strongest(rows, r)),
                }

    yield of_vectors(
        no_matrix_leaves_less,
        calls(),
        {"left": 2, "dropped": 1, "rows": 2, "rest": 2},
        domain="minilm, the residual of the keys of every head, r = 0, 1, 2, 4, 8, and 21 matrices of at "
        "most that rank each; eigenvalues and directions up to rounding",
        summary="{cases} matrices",
        shows="the matrix leaves less, or the best directions something else",
        tensors=key_refs(),
        measurements=_captured_rows(),
    )


@claim(
    "geometry.per_matrix",
    statement="With a rotation for each matrix, β_eff = 1 − (1 − β)(1 − γ_r) holds matrix by matrix.",
    source=WEIGHTS,
    theorem="LeanMining.per_matrix_R_decomposition",
    tier="gold",
    measures=[BETA_EFF, BETA_ROWS, GAMMA_R, RESIDUAL],
)
def per_matrix(run: Run) -> Iterator[Evidence]:
    cases, figures = [], []
    for layer in FEED_FORWARD:
        rows = turn(find_layer(layer).weight.double(), matrix_rotation(layer, 0))
        for r in (1, 8):
            w = strongest(residual(rows), r)
            cases.append({"rows": rows, "directions": w})
            figures.append(
                {
                    "layer": layer,
                    "r": r,
                    "β": significant(beta(rows)),
                    "γ_r": significant(float(gamma(residual(rows), w))),
                    "β_eff": significant(float(beta_eff(rows, w))),
                }
            )
    yield _of_products(
        cases,
        summary=f"{len(cases)} weights and ranks",
        measurements=figures,
        domain="minilm, the rows of each layer's inner feed-forward weights under a rotation of their own",
        tensors=[tensor_ref(f"{layer}.weight", find_layer(layer).weight) for layer in FEED_FORWARD],
    )


# ------------------------------------------------------------------------------------- what is lost
VARIANTS = [(which, r) for which in ("none", "SRHT", "learned") for r in RANKS]


@cached_per_device
def similarity(rotation: str, r: int) -> tuple[float, float]:
    """Return the mean and the least cosine between the model's own sentence embeddings and those
    with one-bit keys.

    Rotations and directions are learned on the first half of the tokens; the sentences are those
    wholly in the other.

    Args:
        rotation: "none", "SRHT" or "learned".
        r: directions of the correction.
    """
    cosine = dot(*(embeddings.double() for embeddings in _with_one_bit_keys(rotation, r)))
    return float(cosine.mean()), float(cosine.min())


@computed_on_cpu
def _with_one_bit_keys(rotation: str, r: int) -> tuple[Tensor, Tensor]:
    """The embeddings of the other sentences with one-bit keys, and the model's own."""
    shape = (len(attention_layers("key")), HEADS)
    turns = {name: rotations_of(name)[rotation] for name in head_names()}
    kept = torch.stack([directions(name, r, rotation=turned) for name, turned in turns.items()])
    run = OneBitKeys(
        minilm_weights(),
        torch.stack(list(turns.values())).unflatten(0, shape),
        kept.unflatten(0, shape),
    )
    unseen = read_sentences()[len(read_sentences()) // 2 :]
    return sentence_embeddings(unseen, run), sentence_embeddings(unseen)


@predicate
def is_nearer(rotation: str, r: int, than: str, than_r: int) -> bool:
    """With one-bit keys embeddings are nearer to the model's own under one rotation and correction
    than under another.
    """
    return similarity(rotation, r)[0] > similarity(than, than_r)[0]


OUTPUT_PLOT = Plot(
    "lines",
    "mean cosine over bits a key",
    x="bits a key",
    y=("mean cosine",),
    by=("rotation",),
)


@claim(
    "geometry.output",
    statement="With one-bit keys a learned rotation brings the sentence embeddings nearer to the model's "
    "own, and so does a correction in more directions.",
    source=RANK_R,
    no_theorem=MEASURED,
    tier="bronze",
)
def output(run: Run) -> Iterator[Evidence]:
    cases = [{"rotation": "learned", "r": 0, "than": "none", "than_r": 0}] + [
        {"rotation": which, "r": more, "than": which, "than_r": less}
        for which in ("none", "SRHT", "learned")
        for less, more in itertools.pairwise(RANKS)
    ]
    d = head_values("0/0", "key").shape[-1]
    rows = [
        {
            "rotation": which,
            "r": r,
            "bits a key": d + 16 + 16 * r,
            "mean cosine": significant(similarity(which, r)[0]),
            "least cosine": significant(similarity(which, r)[1]),
        }
        for which, r in VARIANTS
    ]
    found = enumerate_cases(
        is_nearer,
        cases,
        domain="minilm, the embeddings of the sentences that nothing was learned on",
        summary=f"{len(VARIANTS)} variants",
        kind="model",
        device=run.device,
        shows="{rotation} with r = {r} is not nearer than {than} with r = {than_r}",
    )
    yield replace(found, tensors=key_refs(), measurements=rows, plots=[OUTPUT_PLOT])


# -------------------------------------------------------------------------- stable rank and overlap
@predicate
def stable_rank_is_at_least_one(rows: Reals, spectral_sq: Reals, v: Reals) -> Tensor:
    """The stable rank of rows is at least 1, with a squared operator norm that they reach along v;
    both up to rounding.
    """
    rows, square, v = real(rows), real(spectral_sq), real(v)
    most = float(energy_along(rows, v)) / float(norm_sq(v))
    return torch.tensor(
        float(square) <= most * (1 + EXACT) and float(stable_rank_over(rows, square)) >= 1 - EXACT
    )


@predicate
def stable_rank_is_at_most_the_rank(rows: Reals, w: Reals, spectral_sq: Reals) -> Tensor:
    """The stable rank of the rows' part in the span of r orthonormal directions is at most r, with
    a squared operator norm that they exceed along none of these; both up to rounding.
    """
    w, square = real(w), real(spectral_sq)
    part = project(real(rows), w)
    return torch.tensor(
        all(along <= float(square) * (1 + EXACT) for along in energy_along(part, w).tolist())
        and float(stable_rank_over(part, square)) <= len(w) + EXACT
    )


@predicate
def overlap_is_a_share(v: Reals, w: Reals) -> Tensor:
    """The overlap of two sets of orthonormal directions is in [0, 1], up to rounding."""
    found = subspace_overlap(real(v), real(w))
    return (found >= -EXACT) & (found <= 1 + EXACT)


def _spectral(rows: Tensor) -> dict[str, Tensor]:
    """The squared operator norm of rows, and a direction along which they reach it."""
    _, values, vectors = torch.linalg.svd(rows, full_matrices=False)
    return {"spectral_sq": values[0].square(), "v": vectors[0]}


@cached_per_device
def _subspaces(name: str) -> dict[str, float]:
    keys = head_values(name, "key")
    return {
        "stable rank of the keys": stable_rank(keys),
        "stable rank of the residual": stable_rank(residual(keys)),
        "overlap of the halves": float(subspace_overlap(*_halves(name))),
    }


def _halves(name: str) -> list[Tensor]:
    """The 4 strongest directions of the residual of two halves of a head's tokens."""
    return [strongest(residual(half), 4) for half in halves(head_values(name, "key"))]


def _subspaces_rows() -> list[dict[str, Any]]:
    return [
        {"head": name} | {key: significant(value) for key, value in _subspaces(name).items()}
        for name in head_names()
    ]


@claim(
    "geometry.stable_rank",
    statement="The stable rank of rows that are not all zero is at least 1.",
    source=OVERLAP,
    theorem="LeanMining.one_le_stableRank",
    tier="gold",
    measures=[STABLE_RANK, ENERGY_ALONG, NORM_SQ],
)
def stable_ranks(run: Run) -> Iterator[Evidence]:
    yield of_vectors(
        stable_rank_is_at_least_one,
        (
            {"rows": rows} | _spectral(rows)
            for name in head_names()
            for keys in [head_values(name, "key")]
            for rows in (keys, residual(keys))
        ),
        {"rows": 2, "spectral_sq": 0, "v": 1},
        domain="minilm, the keys of every head of every layer, and their residual; operator norms up to "
        "rounding",
        summary="{cases} matrices",
        shows="the stable rank is less than 1",
        tensors=key_refs(),
        measurements=_subspaces_rows(),
    )


@claim(
    "geometry.stable_rank_le_rank",
    statement="The stable rank of rows in the span of r directions is at most r.",
    source=OVERLAP,
    theorem="LeanMining.stableRank_le",
    tier="gold",
    measures=[STABLE_RANK, ENERGY_ALONG, PROJECT],
)
def stable_ranks_under_the_rank(run: Run) -> Iterator[Evidence]:
    yield of_vectors(
        stable_rank_is_at_most_the_rank,
        (
            {
                "rows": keys,
                "w": w,
                "spectral_sq": _spectral(project(keys, w))["spectral_sq"],
            }
            for name in head_names()
            for keys in [head_values(name, "key")]
            for rotation in [to_current_device(head_rotation(name))]
            for w in (rotation, rotation[:4])
        ),
        {"rows": 2, "w": 2, "spectral_sq": 0},
        domain="minilm, the keys of every head, and their parts in 4 directions; operator norms and "
        "directions up to rounding",
        summary="{cases} matrices",
        shows="it is more",
        tensors=key_refs(),
        measurements=_subspaces_rows(),
    )


@claim(
    "geometry.subspace_overlap",
    statement="The overlap of two subspaces is between 0 and 1.",
    source=OVERLAP,
    theorem="LeanMining.subspaceOverlap_mem",
    tier="gold",
    measures=[SUBSPACE_OVERLAP],
)
def subspace_overlaps(run: Run) -> Iterator[Evidence]:
    yield of_vectors(
        overlap_is_a_share,
        (dict(zip("vw", _halves(name), strict=True)) for name in head_names()),
        {"v": 2, "w": 2},
        domain="minilm, the 4 strongest directions of the residual of two halves of every head's tokens",
        summary="{cases} heads",
        shows="it is not",
        tensors=key_refs(),
        measurements=_subspaces_rows(),
    )
