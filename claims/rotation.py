"""Seed 001, rotations and corrections of one-bit keys: what they leave as it is, what they gain,
and what is false of them.

Where a rotation or directions are learned, they are learned on the first half of the tokens, or of
a weight's rows, and the figures say on which half they are taken.
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

from claims.beta import (
    CONFIDENCE,
    HADAMARD_4,
    ISOTROPIC,
    SEED,
    exact_beta,
    integers,
    key_refs,
    per_head,
    sampled,
)
from claims.conformance import DOT
from claims.gap import find_layer
from claims.measures.geometry import (
    beta,
    beta_eff,
    dot,
    gamma,
    norm_sq,
    project,
    residual,
    sign,
    strongest,
)
from claims.measures.rotations import (
    Learned,
    hadamard,
    learn_rotation,
    random_rotation,
    srht,
    turn,
)
from claims.measures.spectra import stable_rank
from claims.models.attention import (
    HEADS,
    OneBitKeys,
    attention_layers,
    head_names,
    int8_keys,
    int8_queries,
    split_heads,
)
from claims.models.attention import head as head_values
from claims.models.layers import Kind, Recorder
from claims.models.zoo import minilm_weights, read_sentences, sentence_embeddings
from pyharness import (
    Evidence,
    Plot,
    Run,
    Source,
    TensorRef,
    Witness,
    cached_on_cpu,
    cached_per_device,
    choose_params_affine,
    claim,
    computed_on_cpu,
    current_device,
    dequantize_affine,
    dotted,
    enumerate_cases,
    quantize_affine,
    significant,
    tensor_ref,
    to_current_device,
)

GAUGE = Source(SEED, "MoEGauge")
RANK_R = Source(SEED, "RankRResidualCorrection")
AMPLIFICATION = Source(SEED, "WoAmplification")
OVERLAP = Source(SEED, "SubspaceOverlap")
WEIGHTS = Source(SEED, "PartE/FFNWeightTransfer")

STEPS = 50
"""Steps in which a head's rotation is learned."""
WIDE_STEPS = 10
"""Steps in which one is learned from dimension 256 on."""
RANKS = (0, 1, 2, 4, 8)
EXACT = 1e-9
"""How far two float64 results of one quantity may lie apart."""


def halves(rows: Tensor) -> tuple[Tensor, Tensor]:
    """Return the first half of the rows, to learn on, and the other, to judge on."""
    return rows[: len(rows) // 2], rows[len(rows) // 2 :]


def seeded(*numbers: int) -> torch.Generator:
    """Return a generator for these numbers alone, so that a witness draws again what its claim
    drew.
    """
    seed = 0
    for number in numbers:
        seed = seed * 1_000_003 + number + 1
    return torch.Generator().manual_seed(seed)


@computed_on_cpu
def head_rotation(name: str, draw: int = 0) -> Tensor:
    """Return a rotation drawn for a head."""
    number, _, index = name.partition("/")
    return random_rotation(
        head_values(name, "key").shape[-1], seeded(int(number), int(index), draw)
    )


@cached_on_cpu
def learned(name: str, kind: Kind = "key") -> Learned:
    """Return the rotation that is learned on the first half of a head's tokens."""
    return learn_rotation(halves(head_values(name, kind))[0], steps=STEPS)


# -------------------------------------------------------------------------------------------- gauge
def hadamard_keeps_score(q, k):
    """(H q) · (H k) = d (q · k), with H the Hadamard matrix of ±1, which is orthogonal but for its
    length √d.
    """
    q, k = integers(q), integers(k)
    return dot(_hadamard_turned(q), _hadamard_turned(k)) == q.shape[-1] * dot(q, k)


def hadamard_keeps_score_of_signs(q, k):
    """Sign (H q) · sign (H k) = sign q · sign k, with H as in `hadamard_keeps_score`."""
    q, k = integers(q), integers(k)
    return dot(sign(_hadamard_turned(q)), sign(_hadamard_turned(k))) == dot(sign(q), sign(k))


def _hadamard_turned(k: Tensor) -> Tensor:
    """Rows of whole numbers, multiplied by the Hadamard matrix of ±1."""
    return turn(k, (hadamard(k.shape[-1]).to(k.device) * math.sqrt(k.shape[-1])).round())


def on_heads(law: Any, *, shows: str) -> Evidence:
    """Ask a law of the INT8 query and key of each token in each head of the transformer."""
    (queries, query_refs), (keys, key_tensors) = int8_queries(), int8_keys()
    failing = (~law(queries, keys)).nonzero()
    witness = None
    if len(failing):
        inputs = {"q": queries[int(failing[0])].tolist(), "k": keys[int(failing[0])].tolist()}
        witness = Witness(dotted(law), inputs, shows.format(**inputs))
    return Evidence(
        "model",
        "the query and the key of every token in every head of minilm, INT8",
        len(keys),
        len(failing),
        f"{len(keys):,} scores",
        device=current_device().type,
        tensors=(*query_refs, *key_tensors),
        witness=witness,
    )


@cached_on_cpu
def rotated_weights() -> Mapping[str, Tensor]:
    """Return the transformer's weights with W_K and W_Q of each head rotated alike, in float64."""
    weights = {name: value.double() for name, value in minilm_weights().items()}
    for kind in ("key", "query"):
        for number, layer in enumerate(attention_layers(kind)):
            rotations = torch.stack([head_rotation(f"{number}/{index}") for index in range(HEADS)])
            for part in (f"{layer.name}.weight", f"{layer.name}.bias"):
                rows = weights[part].unflatten(0, (HEADS, -1))
                weights[part] = (
                    rotations @ rows.unsqueeze(-1) if rows.dim() == 2 else rotations @ rows
                ).reshape(weights[part].shape)
    return weights


def _scores(run: Recorder) -> Tensor:
    """The inner product of each token's query with each token's key, [layers, heads, tokens,
    tokens], after a run.
    """
    by_kind = {
        kind: [split_heads(layer.preactivation) for layer in run.layers() if layer.kind == kind]
        for kind in ("query", "key")
    }
    return torch.stack(
        [q @ k.transpose(1, 2) for q, k in zip(by_kind["query"], by_kind["key"], strict=True)]
    )


PRECISIONS = {"float64": torch.float64, "float32": torch.float32}


@cached_per_device
def rotated_alike(precision: str) -> dict[str, float]:
    """Return how far rotated W_K and W_Q move the transformer's scores and sentence embeddings,
    computed in a precision.

    "INT8" rounds W_K and W_Q, rotated or not, to INT8 a tensor, and compares each with the model in
    float64.
    """
    embeddings, scores = ([some.double() for some in both] for both in _run_rotated(precision))
    return {
        "score": float((scores[0] - scores[1]).abs().max() / scores[0].abs().max()),
        "embedding": float((embeddings[0] - embeddings[1]).abs().max()),
    }


@computed_on_cpu
def _run_rotated(precision: str) -> tuple[list[Tensor], list[Tensor]]:
    """The embeddings and the scores of the model and of the one that `rotated_alike` compares with
    it.
    """
    published = {name: value.double() for name, value in minilm_weights().items()}
    own, turned = Recorder(published), Recorder(rotated_weights())
    if precision in PRECISIONS:
        own, turned = (
            Recorder({name: value.to(PRECISIONS[precision]) for name, value in run.weights.items()})
            for run in (own, turned)
        )
    elif precision == "INT8, rotated":
        turned = Recorder(_in_int8(rotated_weights()))
    else:
        turned = Recorder(_in_int8(published))
    return [sentence_embeddings(read_sentences(), run) for run in (own, turned)], [
        _scores(run) for run in (own, turned)
    ]


def _in_int8(weights: Mapping[str, Tensor]) -> dict[str, Tensor]:
    rounded = dict(weights)
    for kind in ("key", "query"):
        for layer in attention_layers(kind):
            weight = weights[f"{layer.name}.weight"]
            params = choose_params_affine(weight, weight.shape, symmetric=True)
            codes = quantize_affine(weight, weight.shape, *params)
            rounded[f"{layer.name}.weight"] = dequantize_affine(codes, weight.shape, params.scale)
    return rounded


def rounding(precision: str) -> float:
    """Return half of a precision's digits: the square root of its machine epsilon."""
    return math.sqrt(torch.finfo(PRECISIONS[precision]).eps)


def rotated_weights_keep_scores(precision: str) -> bool:
    """With W_K and W_Q rotated alike, scores and embeddings stay the same to half the digits of the
    precision.
    """
    return max(rotated_alike(precision).values()) <= rounding(precision)


@claim(
    "geometry.gauge",
    statement="Rotating keys and queries alike leaves every attention score as it is.",
    source=GAUGE,
    theorem="LeanMining.attention_score_gauge_invariance",
    tier="gold",
    measures=[DOT],
)
def gauge(run: Run) -> Iterator[Evidence]:
    yield on_heads(hadamard_keeps_score, shows="the score of {q} and {k} changes")
    failing = [precision for precision in PRECISIONS if not rotated_weights_keep_scores(precision)]
    rows = [
        {
            "W_K and W_Q": name,
            "max |Δ score| / max |score|": significant(found["score"]),
            "max |Δ embedding|": significant(found["embedding"]),
        }
        for name in (*PRECISIONS, "INT8, as published", "INT8, rotated")
        for found in [rotated_alike(name)]
    ]
    worst = max(max(rotated_alike(name).values()) / rounding(name) for name in PRECISIONS)
    yield Evidence(
        "model",
        "minilm end to end with W_K and W_Q rotated, in float64 and float32; unit: half the precision's digits",
        len(PRECISIONS),
        len(failing),
        "float64, float32",
        max_error=significant(worst),
        tolerance=1.0,
        device=run.device.type,
        tensors=key_refs(),
        witness=Witness(
            dotted(rotated_weights_keep_scores),
            {"precision": failing[0]},
            f"scores change in {failing[0]}",
        )
        if failing
        else None,
        measurements=rows,
    )


@claim(
    "geometry.gauge_of_signs",
    statement="Rotating keys and queries alike leaves the score of their signs as it is.",
    source=GAUGE,
    negation="LeanMining.sign_gauge_invariance_as_given_false",
    tier="refuted",
)
def gauge_of_signs(run: Run) -> Iterator[Evidence]:
    yield on_heads(
        hadamard_keeps_score_of_signs, shows="the score of the signs of {q} and {k} changes"
    )


# ---------------------------------------------------------------------------------- what to correct
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
    cases = [
        {"energies": list(energies), "kept": kept}
        for energies in itertools.product(range(4), repeat=5)
        for kept in range(6)
    ]
    yield enumerate_cases(
        dropping_the_smallest_is_best,
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
    predicate: Callable[..., bool],
    error: Callable[..., float],
    cases: Sequence[Mapping[str, Any]],
    *,
    domain: str,
    summary: str,
    tensors: Sequence[TensorRef],
    measurements: Sequence[Mapping[str, Any]],
) -> Evidence:
    """Ask a predicate, that an error is at most `EXACT`, of each case, and report the largest
    error.
    """
    found = enumerate_cases(
        predicate,
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


@cached_on_cpu
def _rotations(name: str) -> dict[str, Tensor]:
    d = head_values(name, "key").shape[-1]
    number, _, index = name.partition("/")
    return {
        "none": torch.eye(d, dtype=torch.float64),
        "SRHT": srht(d, seeded(int(number), int(index))),
        "random": head_rotation(name),
        "learned": learned(name).rotation,
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
            for rotation in [_rotations(name)[which]]
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


def no_directions_leave_less(head: str) -> bool:
    """A head's residual less its part in r directions has at least the energy of the dropped
    eigenvalues, and exactly that in the strongest ones.
    """
    lost = residual(head_values(head, "key"))
    total, eigenvalues = float(norm_sq(lost).sum()), torch.linalg.eigvalsh(lost.T @ lost)

    def left(w: Tensor) -> float:
        return float(norm_sq(lost - project(lost, w)).sum()) / total

    for r in RANKS:
        dropped = float(eigenvalues[: len(eigenvalues) - r].sum()) / total
        if abs(left(strongest(lost, r)) - dropped) > EXACT or any(
            left(w) < dropped - EXACT for w in _others(head, r)
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
    statement="Of all r directions those of the residual's largest singular values have the most of "
    "its energy.",
    source=RANK_R,
    theorem="LeanMining.gammaR_le_of_isEigenbasis",
    tier="silver",
)
def svd_top_r(run: Run) -> Iterator[Evidence]:
    yield per_head(
        strongest_beat_others, _captured, shows="other directions have more in head {head}"
    )


@claim(
    "geometry.eckart_young",
    statement="What the r best directions leave of a residual is the sum of its other squared "
    "singular values, and no r directions leave less.",
    source=RANK_R,
    theorem="LeanMining.sum_dropped_le_energy_sub_project",
    tier="silver",
)
def eckart_young(run: Run) -> Iterator[Evidence]:
    yield per_head(
        no_directions_leave_less, _captured, shows="other directions leave less in head {head}"
    )


# -------------------------------------------------------------------------------- learned rotations
def random_rotations_reach_the_floor(head: str) -> bool:
    """The mean of β over 64 random rotations is 2/π + (1 − 2/π)/d, within five standard errors."""
    mean, error = _random_rotations(head)
    return abs(mean - _floor(head)) <= 5 * error


def _floor(name: str) -> float:
    return 2 / math.pi + (1 - 2 / math.pi) / head_values(name, "key").shape[-1]


@cached_per_device
def _random_rotations(name: str) -> tuple[float, float]:
    found = torch.tensor(
        [beta(head_values(name, "key") @ head_rotation(name, draw).T) for draw in range(64)],
        device="cpu",
    )
    return float(found.mean()), float(found.std()) / 8


def _floors(name: str) -> dict[str, float]:
    mean, error = _random_rotations(name)
    return {"mean β": mean, "standard error": error, "2/π + (1 − 2/π)/d": _floor(name)}


FLOORS_PLOT = Plot(
    "categories",
    "mean β by head",
    y=("mean β", "2/π + (1 − 2/π)/d"),
    by=("head",),
    spans={"mean β": ("standard error",)},
    y_label="mean β",
)


@claim(
    "geometry.random_rotations",
    statement="Over all rotations the mean of β is 2/π + (1 − 2/π)/d, whatever the keys.",
    source=ISOTROPIC,
    tier="bronze",
)
def random_rotations(run: Run) -> Iterator[Evidence]:
    found = per_head(
        random_rotations_reach_the_floor,
        _floors,
        shows="head {head} has another mean",
        domain="minilm, the keys of every head under 64 random rotations",
    )
    yield replace(found, plots=[FLOORS_PLOT])


def learning_lifts_other_tokens(head: str) -> bool:
    """A rotation learned on the first half of a head's tokens lifts β of the other half above that
    of a SRHT.
    """
    _, other = halves(head_values(head, "key"))
    rotations = _rotations(head)
    return beta(other @ rotations["learned"].T) > beta(other @ rotations["SRHT"].T)


def _lift(name: str) -> dict[str, float]:
    own, other = halves(head_values(name, "key"))
    rotations = _rotations(name)
    return {f"β {which}": beta(other @ rotation.T) for which, rotation in rotations.items()} | {
        "β learned, where learned": beta(own @ rotations["learned"].T)
    }


def no_step_lowers(head: str) -> bool:
    """β of the tokens that a head's rotation is learned on never falls from one step to the
    next.
    """
    return all(after >= before - EXACT for before, after in itertools.pairwise(learned(head).curve))


def _curve() -> list[dict[str, Any]]:
    curves = [learned(name).curve for name in head_names()]
    return [
        {
            "step": step,
            "mean β": significant(sum(curve[step] for curve in curves) / len(curves)),
            "least": significant(min(curve[step] for curve in curves)),
            "most": significant(max(curve[step] for curve in curves)),
        }
        for step in range(STEPS + 1)
    ]


CURVE_PLOT = Plot(
    "lines", "mean β over step", x="step", y=("mean β",), spans={"mean β": ("least", "most")}
)


ATTENTION = [f"minilm/{kind}/{number}" for kind in ("key", "query", "value") for number in range(6)]
"""The keys, queries and values of each layer's heads."""
FEED_FORWARD = [f"minilm/encoder.layer.{number}.intermediate.dense" for number in range(6)]
"""The inner weights of each layer's feed-forward part: 1,536 rows of dimension 384."""
MATRICES = [
    *FEED_FORWARD,
    *(
        f"digits-{name}"
        for name in (
            "mlp/hidden1",
            "mlp/hidden2",
            "cnn/conv2",
            "cnn/hidden",
            "autoencoder/encoder1",
            "autoencoder/code",
            "autoencoder/decoder1",
            "autoencoder/pixels",
        )
    ),
]


def matrices_of(vectors: str) -> Sequence[Tensor]:
    """Return the matrices of row vectors, float64 [rows, d] each, that an entry of `ATTENTION` or
    `MATRICES` names.
    """
    _, kind, *number = vectors.split("/")
    if number:
        return [head_values(f"{number[0]}/{index}", kind) for index in range(HEADS)]
    return [find_layer(vectors).weight.double().flatten(1)]


@cached_on_cpu
def matrix_rotation(vectors: str, index: int) -> Tensor:
    """Return the rotation that is learned on the first half of the rows of one of `matrices_of`."""
    own, _ = halves(matrices_of(vectors)[index])
    return learn_rotation(own, steps=STEPS if own.shape[-1] < 256 else WIDE_STEPS).rotation


@cached_per_device
def across(vectors: str) -> dict[str, float]:
    """Return the mean of β of such matrices under no, a random and a learned rotation, on rows that
    none was learned on.
    """
    found: dict[str, list[float]] = {
        "none": [],
        "random": [],
        "learned": [],
        "learned, where learned": [],
    }
    for index, matrix in enumerate(matrices_of(vectors)):
        own, other = halves(matrix)
        found_turn, drawn = (
            matrix_rotation(vectors, index),
            to_current_device(random_rotation(matrix.shape[-1], seeded(index))),
        )
        for which, rows in (
            ("none", other),
            ("random", other @ drawn.T),
            ("learned", other @ found_turn.T),
            ("learned, where learned", own @ found_turn.T),
        ):
            found[which].append(beta(rows))
    return {f"β {which}": sum(values) / len(values) for which, values in found.items()}


def learning_lifts_other_rows(vectors: str) -> bool:
    """The rotations learned on the first half of the rows lift β of the others above that of random
    ones.
    """
    found = across(vectors)
    return found["β learned"] > found["β random"]


def _across(names: Sequence[str], domain: str) -> Evidence:
    rows, refs = [], []
    for name in names:
        matrices = matrices_of(name)
        rows.append(
            {
                "vectors": name,
                "d": matrices[0].shape[-1],
                "matrices": len(matrices),
                "rows": len(matrices[0]),
            }
            | {key: significant(value) for key, value in across(name).items()}
        )
        refs += [
            tensor_ref(f"{name}/{index}" if len(matrices) > 1 else f"{name}.weight", matrix)
            for index, matrix in enumerate(matrices)
        ]
    found = enumerate_cases(
        learning_lifts_other_rows,
        [{"vectors": name} for name in names],
        domain=domain,
        kind="model",
        summary=f"{len(names)} sets of rows",
        shows="other rows of {vectors} gain nothing",
        device=current_device(),
    )
    return replace(found, tensors=refs, measurements=rows)


@claim(
    "geometry.learned_rotation",
    statement="A rotation learned on some tokens lifts β of other tokens above what a rotation "
    "that does not look at the data reaches.",
    source=ISOTROPIC,
    tier="bronze",
)
def learned_rotation(run: Run) -> Iterator[Evidence]:
    yield per_head(
        learning_lifts_other_tokens,
        _lift,
        shows="not in head {head}",
        domain="minilm, the keys of every head, of the half of the tokens that nothing was learned on",
    )
    yield _across(ATTENTION, "minilm, keys, queries and values, the mean over each layer's heads")
    names = list(head_names())
    curve = enumerate_cases(
        no_step_lowers,
        [{"head": name} for name in names],
        kind="model",
        shows="β falls in head {head}",
        domain="minilm, β of the half that is learned on, step by step",
        summary=f"{len(names)} heads",
    )
    yield replace(curve, tensors=key_refs(), measurements=_curve(), plots=[CURVE_PLOT])


@claim(
    "geometry.learned_rotation_of_weights",
    statement="What a learned rotation gains on rows of a weight "
    "matrix carries over to other rows.",
    source=WEIGHTS,
    tier="refuted",
)
def learned_rotation_of_weights(run: Run) -> Iterator[Evidence]:
    yield _across(
        MATRICES,
        "the rows of the weights of minilm's feed-forward parts and of the digits networks",
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
    turns = {name: _rotations(name)[rotation] for name in head_names()}
    kept = torch.stack([directions(name, r, rotation=turned) for name, turned in turns.items()])
    run = OneBitKeys(
        minilm_weights(),
        torch.stack(list(turns.values())).unflatten(0, shape),
        kept.unflatten(0, shape),
    )
    unseen = read_sentences()[len(read_sentences()) // 2 :]
    return sentence_embeddings(unseen, run), sentence_embeddings(unseen)


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


# ------------------------------------------------------------------------------------ amplification
def mean_square_over_axes(weight: Sequence[Sequence[int]]) -> Fraction:
    """Return the mean of ‖W x‖² over the axes, back and forth, of which the second moments are the
    sphere's.
    """
    columns = integers(weight).T
    return Fraction(2 * int(norm_sq(columns).sum()), 2 * len(columns))


def is_frobenius_over_columns(weight: list[list[int]]) -> bool:
    """The mean of ‖W x‖² is ‖W‖² (Frobenius) over the number of columns."""
    return mean_square_over_axes(weight) == Fraction(
        int(norm_sq(integers(weight)).sum()), len(weight[0])
    )


def is_frobenius_over_rows(weight: list[list[int]]) -> bool:
    """The mean of ‖W x‖² is ‖W‖² (Frobenius) over the number of rows."""
    return mean_square_over_axes(weight) == Fraction(
        int(norm_sq(integers(weight)).sum()), len(weight)
    )


@cached_per_device
def amplification(layer: str, draws: int, seed: int) -> tuple[float, float]:
    """Return the mean of ‖W x‖² over points drawn uniformly on the sphere, and half the width of
    its 99.9 % interval.
    """
    weight = find_layer(layer).weight.double()
    points = to_current_device(
        torch.randn(
            draws, weight.shape[1], generator=seeded(seed), dtype=torch.float64, device="cpu"
        )
    )
    found = norm_sq(points @ weight.T) / norm_sq(points)
    return float(found.mean()), CONFIDENCE * float(found.std()) / math.sqrt(draws)


def amplifies_by_columns(layer: str, draws: int, seed: int) -> bool:
    """The mean of ‖W x‖² on the sphere is ‖W‖² over the number of columns, within its 99.9 %
    interval.
    """
    return _amplifies(layer, draws, seed, 1)


def amplifies_by_rows(layer: str, draws: int, seed: int) -> bool:
    """The mean of ‖W x‖² on the sphere is ‖W‖² over the number of rows, within its 99.9 %
    interval.
    """
    return _amplifies(layer, draws, seed, 0)


def _amplifies(layer: str, draws: int, seed: int, dimension: int) -> bool:
    weight = find_layer(layer).weight.double()
    mean, half = amplification(layer, draws, seed)
    return abs(mean - float(norm_sq(weight).sum()) / weight.shape[dimension]) <= half


def _amplification_row(layer: str, draws: int, seed: int) -> dict[str, Any]:
    weight = find_layer(layer).weight.double()
    mean, half = amplification(layer, draws, seed)
    frobenius = float(norm_sq(weight).sum())
    return {
        "layer": layer,
        "rows": weight.shape[0],
        "columns": weight.shape[1],
        "mean ‖W x‖²": significant(mean),
        "99.9 % ±": significant(half),
        "‖W‖²/columns": significant(frobenius / weight.shape[1]),
        "‖W‖²/rows": significant(frobenius / weight.shape[0]),
    }


SMALL = [[[1, 0]], [[1, 2], [3, 4]], [[1], [2]], [[1, 2, 3], [0, 1, -1]]]
OUTPUT_WEIGHTS = [f"minilm/encoder.layer.{number}.attention.output.dense" for number in range(6)]


def _amplifications(law: Callable[..., bool], layers: Sequence[str], seed: int) -> Evidence:
    return sampled(
        law,
        [{"layer": layer, "draws": 4_000, "seed": seed} for layer in layers],
        domain="4,000 points of the sphere for each of minilm's weights, W_o first",
        summary=f"{len(layers)} layers",
        rows=_amplification_row,
    )


@claim(
    "geometry.amplification",
    statement="For x uniform on the sphere, √E‖W x‖² is ‖W‖ (Frobenius) over √n, n the dimension "
    "of x.",
    source=AMPLIFICATION,
    theorem="LeanMining.avg_amplification_eq_frob_div_sqrt",
    tier="silver",
)
def amplification_by_columns(run: Run) -> Iterator[Evidence]:
    yield enumerate_cases(
        is_frobenius_over_columns,
        [{"weight": weight} for weight in SMALL],
        summary="4 matrices",
        domain="small matrices of integers over the axes",
        kind="property",
        shows="it fails for {weight}",
        device=run.device,
    )
    yield _amplifications(amplifies_by_columns, [*OUTPUT_WEIGHTS, *FEED_FORWARD], run.seed)


@claim(
    "geometry.amplification_rows",
    statement="The average amplification of W is ‖W‖ (Frobenius) over √m, m the dimension of "
    "the output.",
    source=AMPLIFICATION,
    negation="LeanMining.meanAmplificationSq_eq_frobeniusSq_div_rows_false",
    tier="refuted",
)
def amplification_by_rows(run: Run) -> Iterator[Evidence]:
    yield enumerate_cases(
        is_frobenius_over_rows,
        [{"weight": weight} for weight in SMALL],
        summary="4 matrices",
        domain="small matrices of integers over the axes",
        kind="witness",
        shows="it fails for {weight}",
        device=run.device,
    )
    yield _amplifications(amplifies_by_rows, [*OUTPUT_WEIGHTS, *FEED_FORWARD], run.seed)


# -------------------------------------------------------------------------- stable rank and overlap
def overlap(v: Tensor, w: Tensor) -> float:
    """Return the mean energy that the span of orthonormal w [r, d] has of orthonormal v [r, d].
    Lean: `subspaceOverlap`.
    """
    return float(norm_sq(v @ w.T).sum()) / len(v)


def stable_rank_is_at_least_one(head: str) -> bool:
    """The stable ranks of a head's keys and of their residual are at least 1."""
    return (
        min(value for key, value in _subspaces(head).items() if key.startswith("stable rank"))
        >= 1 - EXACT
    )


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
    theorem="LeanMining.one_le_energyRatio",
    tier="silver",
)
def stable_ranks(run: Run) -> Iterator[Evidence]:
    yield per_head(stable_rank_is_at_least_one, _subspaces, shows="it is less in head {head}")


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


# ------------------------------------------------------------------------------ weights and experts
@cached_per_device
def whole_beta(layer: str) -> float:
    """Return β of all rows of a weight under the rotation that is learned on the first half of
    them.
    """
    return beta(find_layer(layer).weight.double() @ matrix_rotation(layer, 0).T)


def a_rotation_lifts_weight(layer: str) -> bool:
    """There is a rotation, learned on half of a weight's rows, under which β of all of them is over
    2/π + (1 − 2/π)/d.
    """
    d = find_layer(layer).weight.shape[1]
    return whole_beta(layer) > 2 / math.pi + (1 - 2 / math.pi) / d


@claim(
    "geometry.ffn_lift",
    statement="For the rows of a feed-forward weight that prefer some direction there is a rotation "
    "with β above the isotropic floor.",
    source=WEIGHTS,
    tier="bronze",
)
def ffn_lift(run: Run) -> Iterator[Evidence]:
    found = enumerate_cases(
        a_rotation_lifts_weight,
        [{"layer": layer} for layer in FEED_FORWARD],
        kind="model",
        domain="minilm, the rows of the inner weights of each layer's feed-forward part",
        summary=f"{len(FEED_FORWARD)} layers",
        shows="none was found for {layer}",
        device=run.device,
    )
    yield replace(
        found,
        measurements=[
            {
                "layer": layer,
                "β": significant(beta(find_layer(layer).weight.double())),
                "β learned, all rows": significant(whole_beta(layer)),
            }
            for layer in FEED_FORWARD
        ],
        tensors=[tensor_ref(f"{layer}.weight", find_layer(layer).weight) for layer in FEED_FORWARD],
    )


POPULATIONS = {f"the heads of layer {number}": f"minilm/key/{number}" for number in range(6)} | {
    "feed-forward": ""
}


@cached_per_device
def rotations_by_population(population: str) -> tuple[tuple[float, ...], ...]:
    """Return β of each population of rows (columns) under each of several rotations (rows).

    The rotations: none, one learned for each population, and last one learned for all of them
    together.

    Args:
        population: a key of `POPULATIONS`: the keys of a layer's heads, or the inner feed-forward
            weights of all layers.
    """
    name = POPULATIONS[population]
    named = (
        [(name, index) for index in range(HEADS)]
        if name
        else [(layer, 0) for layer in FEED_FORWARD]
    )
    rows = [halves(matrices_of(vectors)[index])[0] for vectors, index in named]
    d = rows[0].shape[1]
    one = computed_on_cpu(learn_rotation)(
        torch.cat(rows).cpu(), steps=STEPS if d < 256 else WIDE_STEPS
    ).rotation
    rotations = [
        torch.eye(d, dtype=torch.float64),
        *(matrix_rotation(*which) for which in named),
        one,
    ]
    return tuple(tuple(beta(some @ rotation.T) for some in rows) for rotation in rotations)


def one_for_all_is_at_most_the_least_best(population: str) -> bool:
    """Over the rotations at hand, the greatest least β of the populations is at most the least
    greatest.
    """
    table = rotations_by_population(population)
    return max(map(min, table)) <= min(map(max, zip(*table)))


def _one_for_all(population: str) -> dict[str, Any]:
    table = rotations_by_population(population)
    own = [table[1 + index][index] for index in range(len(table[0]))]
    return {
        "populations": population,
        "number": len(own),
        "least β, none": significant(min(table[0])),
        "least β, one for all": significant(min(table[-1])),
        "least β, one each": significant(min(own)),
        "mean β, one for all": significant(sum(table[-1]) / len(own)),
        "mean β, one each": significant(sum(own) / len(own)),
    }


@claim(
    "geometry.one_rotation",
    statement="One rotation for several populations of rows reaches at most the least of their own "
    "best β.",
    source=WEIGHTS,
    theorem="LeanMining.le_of_exists_forall_le_of_exists_forall_ge",
    tier="silver",
)
def one_rotation(run: Run) -> Iterator[Evidence]:
    found = enumerate_cases(
        one_for_all_is_at_most_the_least_best,
        [{"population": name} for name in POPULATIONS],
        kind="model",
        domain="minilm, the keys of a layer's heads and the inner feed-forward weights of all layers, where learned",
        summary=f"{len(POPULATIONS)} sets of populations",
        shows="one rotation serves {population} better",
        device=run.device,
    )
    yield replace(
        found, tensors=key_refs(), measurements=[_one_for_all(name) for name in POPULATIONS]
    )


def some_population_falls_short(
    populations: list[list[list[int]]], rotation: list[list[int]]
) -> bool:
    """A matrix with orthogonal rows of equal length leaves some population with β < 1, which is the
    most there is.
    """
    return any(
        exact_beta(turn(integers(rows), integers(rotation)).tolist()) < 1 for rows in populations
    )


@claim(
    "geometry.one_rotation_gap",
    statement="For populations whose spans are orthogonal, one rotation misses the best β by a "
    "gap that depends on their number and dimension alone.",
    source=WEIGHTS,
    negation="LeanMining.expert_heterogeneity_batch_full_gap_as_given_false",
    tier="refuted",
)
def one_rotation_gap(run: Run) -> Iterator[Evidence]:
    cases = [
        {
            "populations": [[row] for row in torch.eye(4).long().tolist()[:number]],
            "rotation": HADAMARD_4,
        }
        for number in (2, 3, 4)
    ]
    yield enumerate_cases(
        some_population_falls_short,
        cases,
        domain="2, 3 and 4 populations of one axis of dimension 4 each",
        summary="3 sets of populations",
        kind="witness",
        device=run.device,
        shows="β of all of {populations} is 1 under {rotation}",
    )


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
    cases = [{"layer": layer, "r": r} for layer in FEED_FORWARD for r in (1, 8)]
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
