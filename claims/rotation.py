"""Seed 001, rotations of one-bit keys and of weights: what they leave as it is, what learned ones
gain, and what is false of them.

Where a rotation or directions are learned, they are learned on the first half of the tokens, or of
a weight's rows, and the figures say on which half they are taken.
"""

from __future__ import annotations

import itertools
import math
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import replace
from typing import Any

import torch
from torch import Tensor

from claims.beta import HADAMARD_4, ISOTROPIC, SEED, exact_beta, key_refs, per_head
from claims.cases import of_vectors
from claims.conformance import DOT, MULVEC
from claims.measures.geometry import beta, beta_rows, dot, sign
from claims.measures.rotations import (
    Learned,
    hadamard_signs,
    learn_rotation,
    random_rotation,
    srht,
    turn,
)
from claims.models.attention import (
    HEADS,
    attention_layers,
    head as head_values,
    head_names,
    int8_keys,
    int8_queries,
    int8_weights,
    split_heads,
)
from claims.models.layers import Kind, Recorder
from claims.models.zoo import minilm_weights, read_sentences, sentence_embeddings
from claims.notation import Integers, Reals, integers, real
from claims.on_layers import find_layer
from claims.reasons import MEASURED, ROTATIONS
from pyharness import (
    Evidence,
    Plot,
    Run,
    Source,
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
    notation,
    predicate,
    quantize_affine,
    significant,
    tensor_ref,
    to_current_device,
)

GAUGE = Source(SEED, "MoEGauge")
WEIGHTS = Source(SEED, "PartE/FFNWeightTransfer")

STEPS = 50
"""Steps in which a head's rotation is learned."""
WIDE_STEPS = 10
"""Steps in which one is learned from dimension 256 on."""
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
@predicate
def hadamard_keeps_score(q: Integers, k: Integers) -> Tensor:
    """(H q) · (H k) = d (q · k), with H the Hadamard matrix of ±1, which is orthogonal but for its
    length √d.
    """
    q, k = integers(q), integers(k)
    return dot(_hadamard_turned(q), _hadamard_turned(k)) == q.shape[-1] * dot(q, k)


@predicate
def hadamard_keeps_score_of_signs(q: Integers, k: Integers) -> Tensor:
    """Sign (H q) · sign (H k) = sign q · sign k, with H as in `hadamard_keeps_score`."""
    q, k = integers(q), integers(k)
    return dot(sign(_hadamard_turned(q)), sign(_hadamard_turned(k))) == dot(sign(q), sign(k))


@notation
def _hadamard_turned(k: Tensor) -> Tensor:
    """Rows of whole numbers, multiplied by the Hadamard matrix of ±1."""
    return turn(k, hadamard_signs(k.shape[-1]).to(k.device))


def on_heads(
    law: Callable[..., Tensor], *, shows: str, among: Callable[..., Tensor] | None = None
) -> Evidence:
    """Ask a law of the INT8 query and key of each token in each head of the transformer, or of
    those among them that it speaks of.
    """
    (queries, query_refs), (keys, key_tensors) = int8_queries(), int8_keys()
    if among is not None:
        asked = among(queries, keys)
        queries, keys = queries[asked], keys[asked]
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


@predicate
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
    measures=[DOT, MULVEC],
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


# -------------------------------------------------------------------------------- learned rotations
@cached_on_cpu
def rotations_of(name: str) -> dict[str, Tensor]:
    """Return, by name, rotations of a head: none, a SRHT, one at random, and the learned one."""
    d = head_values(name, "key").shape[-1]
    number, _, index = name.partition("/")
    return {
        "none": torch.eye(d, dtype=torch.float64),
        "SRHT": srht(d, seeded(int(number), int(index))),
        "random": head_rotation(name),
        "learned": learned(name).rotation,
    }


@predicate
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
    no_theorem=ROTATIONS,
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


@predicate
def learning_lifts_other_tokens(head: str) -> bool:
    """A rotation learned on the first half of a head's tokens lifts β of the other half above that
    of a SRHT.
    """
    _, other = halves(head_values(head, "key"))
    rotations = rotations_of(head)
    return beta(other @ rotations["learned"].T) > beta(other @ rotations["SRHT"].T)


def _lift(name: str) -> dict[str, float]:
    own, other = halves(head_values(name, "key"))
    rotations = rotations_of(name)
    return {f"β {which}": beta(other @ rotation.T) for which, rotation in rotations.items()} | {
        "β learned, where learned": beta(own @ rotations["learned"].T)
    }


@predicate
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


_READ: tuple[Kind, ...] = ("key", "query", "value")
ATTENTION = {f"minilm/{kind}/{number}": (kind, number) for kind in _READ for number in range(6)}
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
    if vectors in ATTENTION:
        kind, number = ATTENTION[vectors]
        return [head_values(f"{number}/{index}", kind) for index in range(HEADS)]
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


@predicate
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
    no_theorem=MEASURED,
    tier="bronze",
)
def learned_rotation(run: Run) -> Iterator[Evidence]:
    yield per_head(
        learning_lifts_other_tokens,
        _lift,
        shows="not in head {head}",
        domain="minilm, the keys of every head, of the half of the tokens that nothing was learned on",
    )
    yield _across(
        [*ATTENTION], "minilm, keys, queries and values, the mean over each layer's heads"
    )
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
    no_theorem=MEASURED,
    tier="refuted",
)
def learned_rotation_of_weights(run: Run) -> Iterator[Evidence]:
    yield _across(
        MATRICES,
        "the rows of the weights of minilm's feed-forward parts and of the digits networks",
    )


# ------------------------------------------------------------------------------ weights and experts
@cached_per_device
def whole_beta(layer: str) -> float:
    """Return β of all rows of a weight under the rotation that is learned on the first half of
    them.
    """
    return beta(find_layer(layer).weight.double() @ matrix_rotation(layer, 0).T)


@predicate
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
    no_theorem=f"it rests on geometry.random_rotations, and {ROTATIONS}",
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
def populations(population: str) -> tuple[Tensor, Tensor]:
    """Return populations of rows, float64 [populations, rows, d], and rotations [rotations, d, d]:
    none, one learned for each population, and last one learned for all of them together.

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
    rows = torch.stack([halves(matrices_of(vectors)[index])[0] for vectors, index in named])
    d = rows.shape[-1]
    one = computed_on_cpu(learn_rotation)(
        rows.flatten(0, 1).cpu(), steps=STEPS if d < 256 else WIDE_STEPS
    ).rotation
    rotations = [
        torch.eye(d, dtype=torch.float64),
        *(matrix_rotation(*which) for which in named),
        one,
    ]
    return rows, torch.stack([rotation.to(rows.device) for rotation in rotations])


@notation
def _betas(rows: Tensor, rotations: Tensor) -> Tensor:
    """β of each population of rows (columns) under each of several rotations (rows)."""
    return torch.stack([beta_rows(turn(rows, rotation)) for rotation in rotations.unbind()])


@predicate
def one_for_all_is_at_most_the_least_best(rows: Reals, rotations: Reals) -> Tensor:
    """Over the rotations at hand, each one's least β of the populations is at most what the best
    rotation of each population reaches. Of numbers alone this cannot fail; the figures say how far
    apart the two are.

    Args:
        rows: populations of rows.
        rotations: orthogonal.
    """
    table = _betas(real(rows), real(rotations))
    low, best = table[:, None, :, None], table.T[None, :, None, :]
    return (low <= best).any(-1).any(-1).all()


def _one_for_all(population: str) -> dict[str, Any]:
    table = _betas(*populations(population)).tolist()
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
    theorem="LeanMining.one_rotation_le_best",
    tier="silver",
)
def one_rotation(run: Run) -> Iterator[Evidence]:
    yield of_vectors(
        one_for_all_is_at_most_the_least_best,
        (dict(zip(("rows", "rotations"), populations(name), strict=True)) for name in POPULATIONS),
        {"rows": 3, "rotations": 3},
        domain="minilm, the keys of a layer's heads and the inner feed-forward weights of all layers, where learned, "
        "over the rotations at hand, of which it holds whatever they are",
        summary=f"{len(POPULATIONS)} sets of populations",
        shows="one rotation serves them better",
        tensors=key_refs(),
        measurements=[_one_for_all(name) for name in POPULATIONS],
    )


@predicate
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


@cached_per_device
def turned_weight(layer: str) -> float:
    """Return by how much a weight whose rows are rotated, on rotated inputs, misses the weight's
    own outputs, as a share of the largest. Each layer has a rotation of its own.

    The inputs are a layer's own rows, rotated alike.
    """
    weight = find_layer(layer).weight.double()
    d = weight.shape[1]
    rotation = to_current_device(random_rotation(d, seeded(d, FEED_FORWARD.index(layer))))
    inputs = weight[:64]
    own = inputs @ weight.T
    turned = (inputs @ rotation.T) @ (weight @ rotation.T).T
    return float((own - turned).abs().max() / own.abs().max())


@predicate
def turned_weight_keeps_outputs(layer: str) -> bool:
    """A weight whose rows are rotated gives the same outputs of rotated inputs: no output is off by
    more than EXACT of the largest, for float64's rounding.
    """
    return turned_weight(layer) <= EXACT


@predicate
def hadamard_keeps_outputs(weight: Integers, x: Integers, signs: Integers) -> Tensor:
    """(R W) (R x) = d W x, with R the Hadamard matrix of ±1 behind a sign for each coordinate,
    which is orthogonal but for its length √d, and R W the weight with turned rows.
    """
    weight, x, signs = integers(weight), integers(x), integers(signs)
    d = x.shape[-1]
    rotation = hadamard_signs(d).to(x.device) * signs
    turned = turn(turn(x, rotation), turn(weight, rotation))
    return (turned == d * turn(x, weight)).all(-1)


@claim(
    "geometry.rotation_cost",
    statement="A matrix whose rows are under a rotation R of its own puts out for R x what it put out "
    "for x. In float64, under a random rotation, no output is off by more than 10⁻⁹ of the largest.",
    source=WEIGHTS,
    theorem="LeanMining.mulVec_turned",
    tier="gold",
    measures=[MULVEC],
)
def rotation_cost(run: Run) -> Iterator[Evidence]:
    weights, refs = int8_weights("intermediate.dense")
    yield of_vectors(
        hadamard_keeps_outputs,
        (
            {"weight": weight, "x": weight[:64], "signs": 2 * (weight[-1] >= 0).long() - 1}
            for weight in weights
        ),
        {"weight": 2, "x": 1, "signs": 1},
        domain="minilm, the INT8 inner weight of each layer's feed-forward part under the Hadamard matrix "
        "of ±1 behind the signs of its last row, on 64 of its own rows, in whole numbers",
        summary="{cases} inputs",
        shows="the outputs of {x} change",
        tensors=refs,
    )
    found = enumerate_cases(
        turned_weight_keeps_outputs,
        [{"layer": layer} for layer in FEED_FORWARD],
        kind="model",
        domain="minilm, the inner weight of each layer's feed-forward part under a random rotation of its own, "
        "on 64 of its own rows",
        summary=f"{len(FEED_FORWARD)} layers",
        shows="the outputs of {layer} change",
        device=run.device,
    )
    yield replace(
        found,
        max_error=significant(max(map(turned_weight, FEED_FORWARD))),
        tolerance=EXACT,
        tensors=[tensor_ref(f"{layer}.weight", find_layer(layer).weight) for layer in FEED_FORWARD],
    )
