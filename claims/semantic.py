"""Seed 004, quantization that keeps meaning: critical steps, information, corners, and how far a
model can be compressed.
"""

from __future__ import annotations

import itertools
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import replace
from fractions import Fraction
from typing import Any

import torch
from torch import Tensor

from claims.gap import find_layer, layers_of, per_layer
from claims.measures.geometry import strongest
from claims.measures.information import (
    collision,
    entropy,
    floor_codes,
    hypercubicity,
)
from claims.measures.spectra import round_to_multiples
from claims.models.digits import HELD_OUT, NETWORKS, Network, read_digits
from claims.models.layers import Recorder
from claims.models.train_digits import train
from claims.models.zoo import (
    COSINES,
    digits_weights,
    load_models,
    minilm_weights,
    read_held_out,
    read_languages,
    read_sentences,
    sentence_embeddings,
)
from claims.notation import Integers, integers
from pyharness import (
    INT8,
    Compressed,
    Evidence,
    Mark,
    Plot,
    Points,
    Run,
    SemanticQuantizer,
    Source,
    cached_on_cpu,
    cached_per_device,
    claim,
    current_device,
    enumerate_cases,
    of_values,
    predicate,
    quantize_affine,
    significant,
    sweep,
    tensor_ref,
)

SEED = "004 Semantic quantization"
CORNERS = Source(SEED, "1. Hypercubic Latent Spaces")
CRITICAL = Source(SEED, "2. Critical Threshold δ_crit")
BOUNDS = Source(SEED, "3. Semantic Preservation Bounds")
RESULTS = Source(SEED, "Results Preview")


# ----------------------------------------------------------------------------------- critical steps
@predicate
def a_step_over_twice_the_largest_rounds_to_zero(layer: str) -> bool:
    """A weight rounds to 0 everywhere at a step just over 2 max |w|, and not just under."""
    weight = find_layer(layer).weight.double()
    critical = 2 * float(weight.abs().max())
    over, under = (
        bool(round_to_multiples(weight, critical * share).any()) for share in (1.001, 0.999)
    )
    return under and not over


@predicate
def rounds_to_zero_iff_small(w: Integers, step: Integers) -> Tensor:
    """For 2 |w| ≠ step the nearest multiple of the step to w is 0 if and only if 2 |w| < step;
    whole numbers.
    """
    w, step = integers(w), integers(step)
    # The multiple below or at w, and the one above; nearest is the less far.
    below = torch.div(w, step, rounding_mode="floor") * step
    nearest = torch.where(2 * (w - below) < step, below, below + step)
    return (2 * w.abs() == step) | ((nearest == 0) == (2 * w.abs() < step))


@claim(
    "semantic.rounds_to_zero",
    statement="Everything rounds to 0 exactly from a step δ > 2 max |w| on.",
    source=CRITICAL,
    theorem="LeanMining.round_eq_zero_iff",
    tier="silver",
    streams=of_values(rounds_to_zero_iff_small, "w", step=torch.arange(1, 301)),
)
def rounds_to_zero(run: Run) -> Iterator[Evidence]:
    yield sweep(
        rounds_to_zero_iff_small,
        {"w": INT8, "step": torch.arange(1, 301)},
        summary="76,800 weights and steps",
        domain="all INT8 weights and the steps 1 to 300",
    )
    found = per_layer(
        run,
        a_step_over_twice_the_largest_rounds_to_zero,
        lambda name: {"2 max |w|": 2 * float(find_layer(name).weight.abs().max())},
        relu_only=False,
        domain="the weights of every layer of every model",
        shows=lambda name: f"not in {name}",
    )
    yield replace(
        found,
        tensors=[
            tensor_ref(f"{name}.weight", layer.weight)
            for name, layer in layers_of(load_models(), relu_only=False)
        ],
    )


STEPS = [0.01 * 2 ** (k / 2) for k in range(17)]
"""Steps of the weights' grid, from 0.01 to 2.56, each √2 of the one before."""


@cached_per_device
def coherence(step: float) -> float:
    """Return the mean cosine of sentence embeddings with the model's own, its weights rounded to
    multiples of a step.
    """
    names = {
        f"{layer.name}.weight"
        for model in load_models()
        if model.name == "minilm"
        for layer in model.layers
    }
    run = Recorder(
        {
            name: round_to_multiples(value, step).float() if name in names else value
            for name, value in minilm_weights().items()
        }
    )
    sentences = read_sentences()
    return float(
        (sentence_embeddings(sentences, run) * sentence_embeddings(sentences)).sum(-1).mean()
    )


@predicate
def half_is_lost_at_one_step(steps: list[float]) -> bool:
    """Between some two neighbouring steps half or more of all the coherence that is lost over all
    steps is lost.
    """
    found = [coherence(step) for step in steps]
    return (
        max(before - after for before, after in itertools.pairwise(found))
        >= (max(found) - min(found)) / 2
    )


@predicate
def little_is_lost_below(step: float) -> bool:
    """Below δ_crit = 0.2 the loss is gradual and small: coherence is at least 0.9."""
    return step >= 0.2 or coherence(step) >= 0.9


@claim(
    "semantic.phase_transition",
    statement="There is a precise step δ_crit = 0.2 at which a model suddenly loses its "
    "semantic coherence, and below which it keeps it.",
    source=CRITICAL,
    tier="refuted",
)
def phase_transition(run: Run) -> Iterator[Evidence]:
    rows = [{"δ": significant(step), "coherence": significant(coherence(step))} for step in STEPS]
    refs = [
        tensor_ref(f"minilm/{layer.name}.weight", layer.weight)
        for model in load_models()
        if model.name == "minilm"
        for layer in model.layers
    ]
    found = enumerate_cases(
        little_is_lost_below,
        [{"step": step} for step in STEPS],
        kind="model",
        device=run.device,
        domain="minilm, weights rounded to multiples of δ from 0.01 to 2.56",
        summary=f"{len(STEPS)} steps",
        shows="coherence is under 0.9 at δ = {step}",
    )
    yield replace(found, tensors=refs, measurements=rows, rounding=COSINES)
    found = enumerate_cases(
        half_is_lost_at_one_step,
        [{"steps": STEPS}],
        kind="model",
        summary="the sharpest fall",
        device=run.device,
        domain="minilm, the largest loss between two steps",
        shows="no two steps hold half of the loss",
    )
    yield replace(found, tensors=refs)


# -------------------------------------------------------------------------------------- information
@cached_on_cpu
def embeddings() -> Tensor:
    """Return the embeddings of the sentences and of the texts in all languages, float32 [35,
    384].
    """
    return sentence_embeddings([*read_sentences(), *read_languages().values()])


@predicate
def merging_cells_loses_information(step: float) -> bool:
    """On real embeddings cells of twice the step tell at most as much of a coordinate, and more
    pairs collide.
    """
    x = embeddings().flatten()
    fine, coarse = floor_codes(x, step), floor_codes(x, 2 * step)
    return entropy(coarse) <= entropy(fine) and collision(coarse) >= collision(fine)


@predicate
def merging_codes_keeps_collisions(codes: list[int], table: list[int]) -> bool:
    """Pairs that collide still do after any function of the code."""
    before = torch.tensor(codes)
    return collision(torch.tensor(table)[before]) >= collision(before)


@predicate
def information_falls(x: list[str], fine: str, coarse: str) -> bool:
    """A coarser grid of multiples of its step makes at least as many pairs collide; fractions, no
    ties.
    """
    shares = [
        _collisions([_round(Fraction(number) / Fraction(step)) for number in x])
        for step in (fine, coarse)
    ]
    return shares[0] <= shares[1]


def _round(x: Fraction) -> int:
    return (x + Fraction(1, 2)).__floor__()


def _collisions(codes: Sequence[int]) -> int:
    return sum(codes.count(code) for code in codes)


def information(x: Tensor, step: float) -> float:
    """Return H(Q) in bits, Q(x) being the nearest multiple of a step."""
    return entropy(quantize_affine(x, x.shape, step))


@predicate
def information_falls_on_embeddings(fine: float, coarse: float) -> bool:
    """On real embeddings a coarser grid of multiples of its step tells at most as much of a
    coordinate.
    """
    x = embeddings().flatten()
    return information(x, coarse) <= information(x, fine)


GRID = [0.005 * 2**k for k in range(7)]


@claim(
    "semantic.nested_grids",
    statement="On nested grids, Q₂ = f ∘ Q₁, the coarser one tells no more: codes that "
    "collide still do.",
    source=CRITICAL,
    theorem="LeanMining.collision_le_collision_comp",
    tier="silver",
)
def nested_grids(run: Run) -> Iterator[Evidence]:
    cases = [
        {"codes": list(codes), "table": list(table)}
        for codes in itertools.product(range(3), repeat=4)
        for table in itertools.product(range(3), repeat=3)
    ]
    yield enumerate_cases(
        merging_codes_keeps_collisions,
        cases,
        domain="4 points with 3 codes, all functions of the code",
        summary=f"{len(cases):,} cases",
        shows="not for {codes} by {table}",
        device=run.device,
    )
    found = enumerate_cases(
        merging_cells_loses_information,
        [{"step": step} for step in GRID],
        kind="model",
        domain="the coordinates of real embeddings, cells of δ and 2 δ",
        summary=f"{len(GRID)} steps",
        shows="not at δ = {step}",
        device=run.device,
    )
    x = embeddings().flatten()
    yield replace(
        found,
        tensors=[tensor_ref("minilm embeddings", embeddings())],
        measurements=[
            {
                "δ": step,
                "H(Q), bits": significant(entropy(floor_codes(x, step))),
                "collisions": significant(collision(floor_codes(x, step))),
            }
            for step in [*GRID, 2 * GRID[-1]]
        ],
    )


@claim(
    "semantic.information_falls",
    statement="The mutual information I(X; Q(X)) falls as the grid coarsens.",
    source=CRITICAL,
    negation="LeanMining.collision_le_of_step_le_as_given_false",
    tier="refuted",
)
def information_falls_with_the_step(run: Run) -> Iterator[Evidence]:
    cases = [
        {"x": ["5/4", "11/4"], "fine": fine, "coarse": coarse}
        for fine, coarse in itertools.combinations(("1", "2", "4", "8"), 2)
    ]
    yield enumerate_cases(
        information_falls,
        cases,
        domain="two points in fractions",
        summary=f"{len(cases)} pairs of steps",
        kind="witness",
        shows="{x} collide at δ = {fine} and not at {coarse}",
    )
    steps = [0.002 * k for k in range(1, 41)]
    pairs = [{"fine": fine, "coarse": coarse} for fine, coarse in itertools.pairwise(steps)]
    found = enumerate_cases(
        information_falls_on_embeddings,
        pairs,
        kind="model",
        summary=f"{len(pairs)} pairs of steps",
        domain="the coordinates of real embeddings, grids that are not nested",
        shows="it rises from δ = {fine} to {coarse}",
        device=run.device,
    )
    x = embeddings().flatten()
    yield replace(
        found,
        tensors=[tensor_ref("minilm embeddings", embeddings())],
        measurements=[
            {"δ": significant(step), "H(Q), bits": significant(information(x, step))}
            for step in steps
        ],
    )


@claim(
    "semantic.preservation_bound",
    statement="If I(X; Q(D(Y))) < I_min = H(Y) − H(Y|X), a model loses its task capability.",
    source=BOUNDS,
    tier="none",
)
def preservation_bound(run: Run) -> Iterator[Evidence]:
    return iter(())


# ------------------------------------------------------------------------------------------ corners
TOLERANCES = [k / 20 for k in range(21)]


ACTIVATIONS: dict[str, Callable[[Tensor], Tensor]] = {"tanh": torch.tanh, "sigmoid": torch.sigmoid}
SHAPES = {"hidden1": (64, 64), "hidden2": (16, 64), "logits": (10, 16)}
EPOCHS = 20


def hidden(run: Recorder, x: Tensor, activation: str) -> tuple[Tensor, Tensor]:
    """Return the activations of the two hidden layers, float32 [rows, 64] and [rows, 16]."""
    first = ACTIVATIONS[activation](run.linear("hidden1", x, "linear"))
    return first, ACTIVATIONS[activation](run.linear("hidden2", first, "linear"))


def in_cube(x: Tensor, activation: str) -> Tensor:
    """Map what an activation puts out to [−1, 1], where the corners of the cube are."""
    return x if activation == "tanh" else 2 * x - 1


@cached_on_cpu
def codes(activation: str, regularization: str) -> Tensor:
    """Return the last hidden activations of a perceptron on the held-out digits, in the cube,
    float32 [360, 16].

    Args:
        activation: "tanh" or "sigmoid".
        regularization: "none"; "L2", 10⁻³ Σ w² added to the loss; or "corners", the mean of 1 − h²
            over the last hidden activations h in the cube, added ten times, which is 0 at corners.
    """
    images, labels = read_digits()
    training = images[:-HELD_OUT]

    def forward(run: Recorder, x: Tensor) -> Tensor:
        return run.linear("logits", hidden(run, x, activation)[1], "linear")

    def squares(weights: Mapping[str, Tensor]) -> Tensor:
        return 1e-3 * torch.stack([value.square().sum() for value in weights.values()]).sum()

    def to_corners(weights: Mapping[str, Tensor]) -> Tensor:
        return (
            10
            * (
                1
                - in_cube(
                    hidden(Recorder(weights), training[:256], activation)[1], activation
                ).square()
            ).mean()
        )

    penalties = {"none": None, "L2": squares, "corners": to_corners}
    with torch.enable_grad():
        weights = train(
            Network(forward, SHAPES, "accuracy"),
            training,
            labels[:-HELD_OUT],
            seed=0,
            epochs=EPOCHS,
            penalty=penalties[regularization],
        )
    return in_cube(hidden(Recorder(weights), read_held_out()[0], activation)[1], activation)


@cached_on_cpu
def tokens() -> Tensor:
    """Return the last hidden states of the tokens of all texts in their 8 strongest directions,
    float64 [tokens, 8].

    Each direction is scaled so that the largest magnitude is 1, and turned so that its largest
    coordinate is positive.
    """
    run = Recorder(minilm_weights())
    sentence_embeddings([*read_sentences(), *read_languages().values()], run)
    states = run.layers()[-1].preactivation.double()
    found = (states - states.mean(0)) @ strongest(states - states.mean(0), 8).T
    return found / found.gather(0, found.abs().argmax(0, keepdim=True))


def points(which: str) -> Tensor:
    """Return points by name: "embeddings", scaled to a largest coordinate of 1; "minilm tokens"; or
    two words for `codes`.
    """
    if which == "embeddings":
        return embeddings() / embeddings().abs().max()
    return tokens() if which == "minilm tokens" else codes(*which.split(", "))


NATURAL = ("tanh, none", "tanh, L2", "sigmoid, none", "sigmoid, L2")
FORCED = ("tanh, corners", "sigmoid, corners")


@predicate
def corners_grow_with_the_tolerance(which: str) -> bool:
    """Hypercubicity is in [0, 1] and does not fall as the tolerance grows; at tolerance 1 every
    point is a corner.
    """
    found = [hypercubicity(points(which), tolerance) for tolerance in TOLERANCES]
    return (
        all(before <= after for before, after in itertools.pairwise([0.0, *found, 1.0]))
        and found[-1] == 1
    )


@predicate
def most_are_corners(which: str) -> bool:
    """At least half of the points are corners within the tolerance 0.2."""
    return hypercubicity(points(which), 0.2) >= 0.5


def _corners() -> Evidence:
    names = ("embeddings", *NATURAL, *FORCED)
    found = enumerate_cases(
        corners_grow_with_the_tolerance,
        [{"which": which} for which in names],
        kind="model",
        domain=f"sentence embeddings and networks' activations: {'; '.join(names)}",
        summary=f"{len(names)} sets of points",
        shows="not for {which}",
        device=current_device(),
    )
    rows = [
        {"points": which, "number": len(points(which)), "d": points(which).shape[1]}
        | {
            f"tolerance {tolerance}": significant(hypercubicity(points(which), tolerance))
            for tolerance in TOLERANCES[::2]
        }
        for which in names
    ]
    return replace(
        found, tensors=[tensor_ref(which, points(which)) for which in names], measurements=rows
    )


MARKS = (
    Mark(
        claim="semantic.phase_transition",
        text="A source claims that coherence breaks off at δ = 0.2",
        step=0.2,
        label="the claimed 0.2",
    ),
    Mark(
        claim="semantic.rounds_to_zero",
        text="The one sharp threshold is proved: everything is 0 as soon as δ > 2 max |x|",
    ),
)
"""What claims say of points that are rounded."""


def _most(which: str, domain: str) -> Evidence:
    """Ask whether most of the points are corners, and give the points themselves, to four digits,
    as figures.
    """
    found = enumerate_cases(
        most_are_corners,
        [{"which": which}],
        kind="model",
        domain=domain,
        summary=which,
        shows="fewer than half of {which} are corners",
        device=current_device(),
    )
    rows = [
        {str(number): float(f"{value:.4g}") for number, value in enumerate(row, 1)}
        for row in points(which).tolist()
    ]
    # The names of NATURAL and FORCED hold two of these, that of the tokens one.
    groups = tuple(zip(("Points of", "Regularization"), which.split(", "), strict=False))
    return replace(
        found,
        tensors=[tensor_ref(which, points(which))],
        measurements=rows,
        points=Points(groups, columns=tuple(rows[0]), marks=MARKS),
    )


@claim(
    "semantic.hypercubicity",
    statement="Hypercubicity is in [0, 1].",
    source=CORNERS,
    theorem="LeanMining.hypercubicity_mem",
    tier="silver",
)
def hypercubicity_range(run: Run) -> Iterator[Evidence]:
    yield _corners()


@claim(
    "semantic.hypercubicity_mono",
    statement="Hypercubicity does not fall as the tolerance grows.",
    source=CORNERS,
    theorem="LeanMining.hypercubicity_mono",
    tier="silver",
)
def hypercubicity_monotone(run: Run) -> Iterator[Evidence]:
    yield _corners()


DIGITS_DOMAIN = "the last hidden activations of a perceptron on held-out digits, by activation and regularization"


@claim(
    "semantic.hypercubic",
    statement="Networks with tanh or sigmoid and regularization naturally form hypercubic "
    "structures: half of the points or more are corners within 0.2.",
    source=CORNERS,
    tier="refuted",
)
def hypercubic(run: Run) -> Iterator[Evidence]:
    yield _most(
        "minilm tokens",
        "what minilm's last layer puts out for each token, in the 8 strongest directions",
    )
    for which in NATURAL:
        yield _most(which, DIGITS_DOMAIN)


@claim(
    "semantic.hypercubic_forced",
    statement="A network with tanh or sigmoid whose loss pulls its activations to corners has "
    "half of the points or more at corners within 0.2.",
    source=CORNERS,
    tier="bronze",
)
def hypercubic_forced(run: Run) -> Iterator[Evidence]:
    for which in FORCED:
        yield _most(which, DIGITS_DOMAIN)


# -------------------------------------------------------------------------------------- compression
TARGETS = {
    "minilm": (10.0, 20.0),
    "digits-mlp": (4.0, 8.0, 10.0, 20.0),
    "digits-cnn": (4.0, 8.0, 10.0, 20.0),
    "digits-autoencoder": (4.0, 8.0, 10.0, 20.0),
}
"""The compressions that are asked for of each model."""


@cached_on_cpu
def compressed(model: str, target: float) -> Compressed:
    """Return what compressing a model as asked gives, without its weights.

    Its embeddings are those of sentences, or a digits network's outputs on digits.
    """
    return replace(_compress(model, target), weights={}, packed={})


def _compress(model: str, target: float) -> Compressed:
    if model == "minilm":
        return SemanticQuantizer().compress(
            minilm_weights(),
            target,
            0.9,
            calibration=read_sentences(),
            forward=lambda weights, sentences: sentence_embeddings(sentences, Recorder(weights)),
        )
    network = NETWORKS[model.removeprefix("digits-")]
    images, labels = read_held_out()
    return SemanticQuantizer().compress(
        digits_weights(model.removeprefix("digits-")),
        target,
        0.9,
        calibration=images,
        forward=lambda weights, some: network.forward(Recorder(weights), some),
        labels=labels if network.measure == "accuracy" else None,
    )


@predicate
def reaches(model: str, target: float, coherence: float) -> bool:
    """A model is compressed so many times, scales counted, with this coherence on inputs by which
    no bits were chosen.
    """
    found = compressed(model, target)
    return found.meets_target and found.coherence.embedding_cosine >= coherence


def _reaching(cases: Sequence[Mapping[str, Any]], domain: str) -> Evidence:
    found = enumerate_cases(
        reaches,
        cases,
        kind="model",
        domain=domain,
        summary=f"{len(cases)} models and targets",
        shows="{model} does not reach {target} times with {coherence}",
    )
    rows, refs = [], []
    for model in dict.fromkeys(case["model"] for case in cases):
        refs.append(
            tensor_ref(
                f"{model}, calibration embeddings",
                embeddings() if model == "minilm" else read_held_out()[0],
            )
        )
        for target in TARGETS[model]:
            one = compressed(model, target)
            figures = one.coherence
            rows.append(
                {
                    "model": model,
                    "asked": target,
                    "compression": significant(one.compression),
                    "most possible": significant(one.most),
                    "embedding cosine": significant(figures.embedding_cosine),
                    "neighbor overlap": significant(figures.neighbor_overlap),
                    "similarity rank correlation": significant(
                        figures.similarity_rank_correlation or 0.0
                    ),
                    "class agreement": None
                    if figures.agreement is None
                    else significant(figures.agreement),
                    "greatest with 0.9": significant(one.best[0]),
                }
            )
    return replace(found, tensors=refs, measurements=rows)


@claim(
    "semantic.compression_20",
    statement="A transformer like BERT is compressed 20 times with 94 % of its semantic coherence.",
    source=RESULTS,
    tier="refuted",
)
def compression_20(run: Run) -> Iterator[Evidence]:
    yield _reaching(
        [{"model": "minilm", "target": 20.0, "coherence": 0.94}],
        "minilm, 16 sentences, half of them judged",
    )
    frontier = compressed("minilm", 20.0).frontier
    found = enumerate_cases(
        coherence_falls,
        [{"model": "minilm", "target": 20.0}],
        kind="model",
        summary="the frontier",
        domain="minilm, compression against coherence on the sentences by which bits were chosen",
        shows="more compression keeps more",
    )
    yield replace(
        found,
        tensors=[tensor_ref("minilm embeddings", embeddings())],
        measurements=[
            {"compression": significant(size), "embedding cosine": significant(kept)}
            for size, kept in frontier
        ],
    )


@predicate
def coherence_falls(model: str, target: float) -> bool:
    """Along the frontier more compression keeps less, but for a hundredth."""
    kept = [coherence for _, coherence in compressed(model, target).frontier]
    return all(after <= before + 0.01 for before, after in itertools.pairwise(kept))


COMPRESSION_PLOT = Plot(
    "points",
    "embedding cosine over compression",
    x="compression",
    y=("embedding cosine",),
    by=("model",),
)


@claim(
    "semantic.compression_range",
    statement="Neural networks are made 10 to 50 times smaller with their semantic coherence "
    "kept, at 0.9.",
    source=Source(SEED, "TL;DR"),
    tier="refuted",
)
def compression_range(run: Run) -> Iterator[Evidence]:
    found = _reaching(
        [
            {"model": model, "target": target, "coherence": 0.9}
            for model in TARGETS
            for target in (10.0, 20.0)
        ],
        "minilm and the digits networks, half of the inputs judged",
    )
    yield replace(found, plots=[COMPRESSION_PLOT])


@claim(
    "semantic.compression_of_others",
    statement="GPT-2 is compressed 20 times with 91 % and ResNet-50 with 96 % of its "
    "semantic coherence.",
    source=RESULTS,
    tier="none",
)
def compression_of_others(run: Run) -> Iterator[Evidence]:
    return iter(())
