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
from claims.gap import find_layer
from claims.measures.geometry import (
    beta,
    beta_eff,
    dot,
    gamma,
    norm_sq,
    project,
    residual,
    strongest,
)
from claims.measures.spectra import stable_rank
from claims.models.attention import (
    HEADS,
    OneBitKeys,
    attention_layers,
    head as head_values,
    head_names,
)
from claims.models.zoo import minilm_weights, read_sentences, sentence_embeddings
from claims.rotation import (
    EXACT,
    FEED_FORWARD,
    GAUGE,
    WEIGHTS,
    halves,
    head_rotation,
    matrix_rotation,
    rotations_of,
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
    current_device,
    enumerate_cases,
    predicate,
    significant,
    tensor_ref,
)

RANK_R = Source(SEED, "RankRResidualCorrection")
OVERLAP = Source(SEED, "SubspaceOverlap")

RANKS = (0, 1, 2, 4, 8)


# ---------------------------------------------------------------------------------- what to correct
@predicate
def dropping_the_smallest_is_best(energies: Sequence[int], kept: int) -> bool:
    """Of all ways to keep so many energies, keeping the largest drops the least."""
    least = min(sum(energies) - sum(some) for some in itertools.combinations(energies, kept))
    return sum(sorted(energies)[: len(energies) - kept]) == least


@claim(
    "geometry.top_k",
    statement="Keeping the k largest residual energies drops the least energy.",
    source=GAUGE,
    theorem="LeanMining.top_k_optimal",
    tier="silver",
)
def top_k(run: Run) -> Iterator[Evidence]:
    cases = _choices()
    yield enumerate_cases(
        dropping_the_smallest_is_best,
        cases,
        domain="5 energies of 0 to 3, each number kept",
        summary=f"{len(cases):,} cases",
        shows="{energies}, {kept} kept",
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


@predicate
def best_choice_is_unique_without_ties(energies: Sequence[int], kept: int) -> bool:
    """One way to keep so many energies alone drops the least, unless the least one kept of the
    largest is as large as the most that is dropped.
    """
    falling = sorted(energies, reverse=True)
    tie = 0 < kept < len(energies) and falling[kept - 1] == falling[kept]
    return (_best_choices(energies, kept) == 1) != tie


def _choices() -> list[dict[str, Any]]:
    return [
        {"energies": list(energies), "kept": kept}
        for energies in itertools.product(range(4), repeat=5)
        for kept in range(6)
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
        domain="5 energies of 0 to 3, each number kept",
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
    tier="silver",
)
def top_k_unique_without_ties(run: Run) -> Iterator[Evidence]:
    cases = _choices()
    yield enumerate_cases(
        best_choice_is_unique_without_ties,
        cases,
        domain="5 energies of 0 to 3, each number kept",
        summary=f"{len(cases):,} cases",
        shows="{energies}, {kept} kept",
    )


def directions(name: str, r: int, *, rotation: Tensor | None = None) -> Tensor:
    """Return the r strongest directions of the residual of the first half of a head's keys, rotated
    first if asked.
    """
    keys = halves(head_values(name, "key"))[0]
    return strongest(residual(keys if rotation is None else keys @ rotation.T), r)


def agreeing(
    law: Callable[..., bool],
    error: Callable[..., float],
    cases: Sequence[Mapping[str, Any]],
    *,
    domain: str,
    summary: str,
    tensors: Sequence[TensorRef],
    measurements: Sequence[Mapping[str, Any]],
) -> Evidence:
    """Ask a law, that an error is at most `EXACT`, of each case, and report the largest
    error.
    """
    found = enumerate_cases(
        law,
        cases,
        domain=domain,
        summary=summary,
        kind="model",
        shows="over the tolerance",
        device=current_device(),
    )
    return replace(
        found,
        max_error=significant(max(error(**case) for case in cases)),
        tolerance=EXACT,
        tensors=tensors,
        measurements=measurements,
    )


@predicate
def beta_eff_is_the_product(head: str, r: int) -> bool:
    """β_eff = 1 − (1 − β)(1 − γ_r) in a head's strongest r directions and in r drawn ones, up to
    rounding.
    """
    return product_error(head, r) <= EXACT


def product_error(head: str, r: int) -> float:
    """Return by how much 1 − (1 − β)(1 − γ_r) misses β_eff, in a head's strongest r directions and
    in r drawn ones.
    """
    keys = head_values(head, "key")
    return max(_product_error(keys, w) for w in (directions(head, r), head_rotation(head)[:r]))


def _product_error(rows: Tensor, w: Tensor) -> float:
    return abs(beta_eff(rows, w) - (1 - (1 - beta(rows)) * (1 - gamma(residual(rows), w))))


@predicate
def gamma_of_keys_serves(head: str) -> bool:
    """1 − β_eff = (1 − β)(1 − γ_4) with γ_4 on the keys, in their own four strongest directions."""
    found = _with_gamma_of_keys(head)
    return abs(found["β_eff"] - found["with γ_4 of the keys"]) <= EXACT


def _with_gamma_of_keys(name: str) -> dict[str, float]:
    keys = head_values(name, "key")
    w = strongest(keys, 4)
    return {
        "β_eff": beta_eff(keys, w),
        "with γ_4 of the residual": 1 - (1 - beta(keys)) * (1 - gamma(residual(keys), w)),
        "with γ_4 of the keys": 1 - (1 - beta(keys)) * (1 - gamma(keys, w)),
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
            beta_eff(half @ rotation.T, directions(name, r, rotation=rotation))
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
    tier="silver",
)
def beta_eff_formula(run: Run) -> Iterator[Evidence]:
    cases = [{"head": name, "r": r} for name in head_names() for r in RANKS]
    found = agreeing(
        beta_eff_is_the_product,
        product_error,
        cases,
        summary=f"{len(cases)} heads and ranks",
        tensors=key_refs(),
        domain="minilm, the keys of every head, r = 0, 1, 2, 4, 8 directions; what a key costs and keeps",
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
def strongest_beat_others(head: str) -> bool:
    """γ_r of a head's residual in its strongest directions is at least that in others, for each
    rank.
    """
    lost = residual(head_values(head, "key"))
    return all(
        gamma(lost, strongest(lost, r)) >= gamma(lost, w) - EXACT
        for r in RANKS
        for w in _others(head, r)
    )


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
def no_matrix_leaves_less(head: str) -> bool:
    """A head's residual less a matrix of rank r has at least the energy of the dropped eigenvalues,
    and exactly that for its part in the strongest directions.
    """
    lost = residual(head_values(head, "key"))
    total, eigenvalues = float(norm_sq(lost).sum()), torch.linalg.eigvalsh(lost.T @ lost)

    def left(matrix: Tensor) -> float:
        return float(norm_sq(lost - matrix).sum()) / total

    for r in RANKS:
        dropped = float(eigenvalues[: len(eigenvalues) - r].sum()) / total
        if abs(left(project(lost, strongest(lost, r))) - dropped) > EXACT or any(
            left(matrix) < dropped - EXACT for matrix in _matrices(head, lost, r)
        ):
            return False
    return True


def _captured(name: str) -> dict[str, float]:
    lost = residual(head_values(name, "key"))
    return {f"γ_{r}": gamma(lost, strongest(lost, r)) for r in RANKS if r} | {
        "γ_4, strongest of 16 random": max(gamma(lost, w) for w in _others(name, 4)[2:])
    }


@claim(
    "geometry.svd_top_r",
    statement="Of all projections of rank r the one onto the directions of the residual's largest "
    "singular values keeps the most of its energy, if there are such directions.",
    source=RANK_R,
    theorem="LeanMining.svd_topk_maximizes_gammaR",
    tier="silver",
)
def svd_top_r(run: Run) -> Iterator[Evidence]:
    yield per_head(
        strongest_beat_others, _captured, shows="other directions have more in head {head}"
    )


@claim(
    "geometry.eckart_young",
    statement="What the r best directions leave of a residual is the sum of its other squared "
    "singular values, and no matrix of rank r leaves less, if there are such directions.",
    source=RANK_R,
    theorem="LeanMining.residual_topk_eckart_young",
    tier="silver",
)
def eckart_young(run: Run) -> Iterator[Evidence]:
    yield per_head(
        no_matrix_leaves_less, _captured, shows="another matrix leaves less in head {head}"
    )


@predicate
def beta_eff_of_weight_is_the_product(layer: str, r: int) -> bool:
    """β_eff = 1 − (1 − β)(1 − γ_r) of a weight under its own rotation, up to rounding."""
    return matrix_product_error(layer, r) <= EXACT


def matrix_product_error(layer: str, r: int) -> float:
    """Return by how much 1 − (1 − β)(1 − γ_r) misses β_eff of a weight under its own rotation."""
    rows = find_layer(layer).weight.double() @ matrix_rotation(layer, 0).T
    return _product_error(rows, strongest(residual(rows), r))


@claim(
    "geometry.per_matrix",
    statement="With a rotation for each matrix, β_eff = 1 − (1 − β)(1 − γ_r) holds matrix by matrix.",
    source=WEIGHTS,
    theorem="LeanMining.per_matrix_R_decomposition",
    tier="silver",
)
def per_matrix(run: Run) -> Iterator[Evidence]:
    cases: list[dict[str, Any]] = [
        {"layer": layer, "r": r} for layer in FEED_FORWARD for r in (1, 8)
    ]
    rows = []
    for case in cases:
        turned = find_layer(case["layer"]).weight.double() @ matrix_rotation(case["layer"], 0).T
        w = strongest(residual(turned), case["r"])
        rows.append(
            case
            | {
                "β": significant(beta(turned)),
                "γ_r": significant(gamma(residual(turned), w)),
                "β_eff": significant(beta_eff(turned, w)),
            }
        )
    yield agreeing(
        beta_eff_of_weight_is_the_product,
        matrix_product_error,
        cases,
        summary=f"{len(cases)} weights and ranks",
        measurements=rows,
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
def overlap(v: Tensor, w: Tensor) -> float:
    """Return the mean energy that the span of orthonormal w [r, d] has of orthonormal v [r, d].
    Lean: `subspaceOverlap`.
    """
    return float(norm_sq(v @ w.T).sum()) / len(v)


@predicate
def stable_rank_is_at_least_one(head: str) -> bool:
    """The stable ranks of a head's keys and of their residual are at least 1."""
    return (
        min(value for key, value in _subspaces(head).items() if key.startswith("stable rank"))
        >= 1 - EXACT
    )


@predicate
def stable_rank_is_at_most_the_rank(head: str) -> bool:
    """The stable ranks of a head's keys and of their parts in 4 directions are at most 32 and 4."""
    keys = head_values(head, "key")
    return (
        stable_rank(keys) <= keys.shape[-1] + EXACT
        and stable_rank(project(keys, head_rotation(head)[:4])) <= 4 + EXACT
    )


@predicate
def overlap_is_a_share(head: str) -> bool:
    """The overlap of the 4 strongest directions of two halves of a head's tokens is in [0, 1]."""
    return -EXACT <= _subspaces(head)["overlap of the halves"] <= 1 + EXACT


@cached_per_device
def _subspaces(name: str) -> dict[str, float]:
    keys = head_values(name, "key")
    return {
        "stable rank of the keys": stable_rank(keys),
        "stable rank of the residual": stable_rank(residual(keys)),
        "overlap of the halves": overlap(*(strongest(residual(half), 4) for half in halves(keys))),
    }


@claim(
    "geometry.stable_rank",
    statement="The stable rank of rows that are not all zero is at least 1.",
    source=OVERLAP,
    theorem="LeanMining.one_le_stableRank",
    tier="silver",
)
def stable_ranks(run: Run) -> Iterator[Evidence]:
    yield per_head(stable_rank_is_at_least_one, _subspaces, shows="it is less in head {head}")


@claim(
    "geometry.stable_rank_le_rank",
    statement="The stable rank of rows in the span of r directions is at most r.",
    source=OVERLAP,
    theorem="LeanMining.stableRank_le",
    tier="silver",
)
def stable_ranks_under_the_rank(run: Run) -> Iterator[Evidence]:
    yield per_head(
        stable_rank_is_at_most_the_rank,
        _subspaces,
        shows="it is more in head {head}",
        domain="minilm, the keys of every head, and their parts in 4 directions",
    )


@claim(
    "geometry.subspace_overlap",
    statement="The overlap of two subspaces is between 0 and 1.",
    source=OVERLAP,
    theorem="LeanMining.subspaceOverlap_mem",
    tier="silver",
)
def subspace_overlap(run: Run) -> Iterator[Evidence]:
    yield per_head(
        overlap_is_a_share,
        _subspaces,
        shows="it is not in head {head}",
        domain="minilm, the 4 strongest directions of the residual of two halves of every head's tokens",
    )
