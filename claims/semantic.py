"""Seed 004, quantization that keeps meaning: critical steps, information, corners, and how far a
model can be compressed.
"""

from __future__ import annotations

import itertools
import math
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import replace
from fractions import Fraction
from typing import Any, TypeAlias

import torch
from torch import Tensor

from claims.conformance import (
    BITS,
    CODE_PROB,
    COLLISION,
    DECIDES,
    HYPERCUBICITY,
    IS_CELL,
    IS_ROUNDING,
)
from claims.languages import RoundedRows
from claims.measures.geometry import strongest
from claims.measures.information import (
    code_prob,
    collision,
    decides,
    entropy,
    floor_codes,
    hypercubicity,
    is_cell,
)
from claims.measures.levels import is_rounding, whole
from claims.measures.spectra import round_to_multiples
from claims.models.digits import HELD_OUT, NETWORKS, Network, read_digits
from claims.models.layers import Recorder
from claims.models.speech import speech_probability
from claims.models.train_digits import train
from claims.models.zoo import (
    COSINES,
    digits_weights,
    load_models,
    minilm_weights,
    read_held_out,
    read_languages,
    read_sentences,
    read_speech,
    sentence_embeddings,
    silero_weights,
)
from claims.notation import Integers, Reals, integers, real
from claims.on_layers import find_layer, layers_of, on_tensors, weight_refs, weight_rows
from claims.reasons import MEASURED, false_as_a_law
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
    Statement,
    TensorRef,
    cached_on_cpu,
    cached_per_device,
    claim,
    current_device,
    enumerate_cases,
    notation,
    of_values,
    predicate,
    quantize_affine,
    significant,
    sweep,
    tensor_ref,
    to_current_device,
)

Inputs: TypeAlias = "Tensor | list[Any]"
"""What a model is run on: a tensor [inputs, …], or each by itself."""

SEED = "004 Semantic quantization"
CORNERS = Source(SEED, "1. Hypercubic Latent Spaces")
CRITICAL = Source(SEED, "2. Critical Threshold δ_crit")
BOUNDS = Source(SEED, "3. Semantic Preservation Bounds")
RESULTS = Source(SEED, "Results Preview")
EQUATIONS = Source(SEED, "Core Equations")
TLDR = Source(SEED, "TL;DR")
LAYOUT = Source(SEED, "Repository Structure")


# ----------------------------------------------------------------------------------- critical steps
@predicate
def lost_iff_small(step: Integers, w: Integers, q: Integers) -> bool:
    """The weights w are rounded to the multiples q of the step, and if no 2 |w| is the step, then
    all of q is 0 if and only if every 2 |w| is less; whole numbers.
    """
    step, w, q = integers(step), integers(w), integers(q)
    twice = 2 * w.abs()
    return bool(is_rounding(step, w, q).all()) and (
        bool((twice == step).any()) or bool((q == 0).all()) == bool((twice < step).all())
    )


@predicate
def rounds_to_zero_iff_small(w: Integers, step: Integers) -> Tensor:
    """0 is a nearest multiple of the step to w if and only if 2 |w| ≤ step, and the only one if and
    only if 2 |w| < step; whole numbers.
    """
    w, step = integers(w), integers(step)
    twice = 2 * w.abs()
    lost = is_rounding(step, w, torch.zeros_like(w))
    kept = is_rounding(step, w, step) | is_rounding(step, w, -step)
    return (lost == (twice <= step)) & ((lost & ~kept) == (twice < step))


def _around_the_threshold() -> Iterator[tuple[str, dict[str, Tensor]]]:
    """Yield every layer's weights in whole numbers, and their roundings at steps a thousandth over
    twice the largest and as much under, but for a step that is twice a weight.
    """
    for name, layer in layers_of(load_models(), relu_only=False):
        w = whole(layer.weight, bits=BITS)[0]
        critical = 2 * w.abs().amax()
        for step in (critical + critical // 1000, critical - critical // 1000):
            if not bool((2 * w.abs() == step).any()):
                yield name, {"step": step, "w": w, "q": _rounded(w, step)}


def _rounded(w: Tensor, step: Tensor) -> Tensor:
    """As `round_to_multiples`, of whole numbers of 50 bits and a step of as many, of which it finds
    a few multiples: float64 tells these apart.
    """
    return round_to_multiples(w.double(), float(step)).long()


def _twice_the_largest(layer: str) -> dict[str, float]:
    return {"2 max |w|": 2 * float(find_layer(layer).weight.abs().max())}


INT8_STEPS = torch.arange(1, 301)


@claim(
    "semantic.rounds_to_zero",
    statement="Everything rounds to 0 exactly from a step δ > 2 max |w| on.",
    source=CRITICAL,
    theorem="LeanMining.round_eq_zero_iff",
    tier="gold",
    measures=[IS_ROUNDING],
    streams=of_values(rounds_to_zero_iff_small, "w", step=INT8_STEPS),
)
def rounds_to_zero(run: Run) -> Iterator[Evidence]:
    yield sweep(
        rounds_to_zero_iff_small,
        {"w": INT8, "step": INT8_STEPS},
        summary="76,800 weights and steps",
        domain="all INT8 weights and the steps 1 to 300",
    )
    yield on_tensors(
        lost_iff_small,
        _around_the_threshold(),
        domain="the weights of every layer of every model, just over and under the threshold",
        counted="layers and steps",
        tensors=weight_refs(),
        measurements=weight_rows(_twice_the_largest),
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


PHASE = Statement(
    "semantic.phase_transition",
    says="There is a precise quantization step, δ_crit = 0.2, where models suddenly lose semantic "
    "coherence.",
    source=CRITICAL,
)


@predicate
def one_step_serves(weight: str, step: str, critical: str) -> bool:
    """A weight rounds to 0 exactly at steps from the critical one on; fractions."""
    return (_round(Fraction(weight) / Fraction(step)) == 0) == (
        Fraction(critical) <= Fraction(step)
    )


@predicate
def scale_moves_the_threshold(
    step: Integers, small: Integers, lost: Integers, large: Integers, kept: Integers
) -> bool:
    """Weights are rounded to a step at a small scale of them and at a large one, and all become 0
    at the small one, and not at the large one; whole numbers.
    """
    step, small, lost, large, kept = map(integers, (step, small, lost, large, kept))
    return (
        bool(is_rounding(step, small, lost).all())
        and bool(is_rounding(step, large, kept).all())
        and bool((lost == 0).all())
        and bool((kept != 0).any())
    )


def _rescaled() -> Iterator[tuple[str, dict[str, Tensor]]]:
    """Yield every layer's weights in whole numbers at two scales, 1 and 4, and their roundings at a
    step that is four times the largest. In its unit every step is such a one.
    """
    for name, layer in layers_of(load_models(), relu_only=False):
        small = whole(layer.weight, bits=BITS)[0]
        step, large = 4 * small.abs().amax(), 4 * small
        yield (
            name,
            {
                "step": step,
                "small": small,
                "lost": _rounded(small, step),
                "large": large,
                "kept": _rounded(large, step),
            },
        )


def _weight_refs(models: Sequence[str] = ()) -> list[TensorRef]:
    """Name the weights of models by content; of all if none are named."""
    return [
        tensor_ref(f"{model.name}/{layer.name}.weight", layer.weight)
        for model in load_models()
        if not models or model.name in models
        for layer in model.layers
    ]


@claim(
    "semantic.threshold_moves",
    statement="Whatever the step, a model's weights all round to 0 at some scale of them and not at another.",
    source=CRITICAL,
    theorem="LeanMining.exists_scale_lost_and_scale_kept",
    tier="silver",
    measures=[IS_ROUNDING],
)
def threshold_moves(run: Run) -> Iterator[Evidence]:
    yield on_tensors(
        scale_moves_the_threshold,
        _rescaled(),
        domain="the weights of every layer of every model at two scales, in units of the step",
        counted="layers",
        tensors=weight_refs(),
        measurements=weight_rows(_twice_the_largest),
    )


@PHASE.reading(
    "every_model",
    statement="From one step on, the same for all models, their weights are lost, and before it not.",
    negation="LeanMining.critical_step_as_given_false",
    tier="refuted",
)
def _one_step_for_all(run: Run) -> Iterator[Evidence]:
    cases = [
        {"weight": weight, "step": step, "critical": "1/5"}
        for weight in ("1/20", "1/5", "2")
        for step in ("1/10", "1/5", "1/2")
    ]
    yield enumerate_cases(
        one_step_serves,
        cases,
        domain="models of one weight in fractions, δ_crit = 1/5",
        kind="witness",
        summary=f"{len(cases)} weights and steps",
        shows="the weight {weight} at δ = {step} contradicts δ_crit = {critical}",
    )


@PHASE.reading(
    "minilm",
    statement="At δ = 0.2 a sentence transformer suddenly loses its semantic coherence, and below it keeps it.",
    no_theorem=false_as_a_law("semantic.phase_transition.every_model"),
    tier="refuted",
)
def _one_step_for_minilm(run: Run) -> Iterator[Evidence]:
    rows = [{"δ": significant(step), "coherence": significant(coherence(step))} for step in STEPS]
    refs = _weight_refs(["minilm"])
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
def cells_merge(
    step: Reals, coarse_step: Reals, x: Reals, fine: Integers, coarse: Integers
) -> bool:
    """The codes are cells of the numbers x with the one step and with the other, and of each number
    the coarser code is at least as probable. So it tells no more, by any measure that falls with a
    code's probability, and as many pairs collide.
    """
    fine, coarse = integers(fine), integers(coarse)
    cells = is_cell(real(step), real(x), fine) & is_cell(real(coarse_step), real(x), coarse)
    return bool(cells.all() & _is_at_least_as_probable(coarse, fine))


@predicate
def merging_codes_keeps_collisions(codes: Integers, table: Integers) -> Tensor:
    """After any function of the code each point's code is at least as probable. So it tells no
    more, by any measure that falls with a code's probability, and as many pairs collide.
    """
    before = integers(codes)
    return _is_at_least_as_probable(integers(table).gather(-1, before), before)


@notation
def _is_at_least_as_probable(code: Tensor, than: Tensor) -> Tensor:
    """Whether each point's code is at least as probable as another one, of points of one weight."""
    one = torch.ones_like(code)
    return (code_prob(one, code) >= code_prob(one, than)).all(-1)


def _all_of(*repeats: int) -> list[Tensor]:
    """Return all choices of so many numbers from 0 to 2 each, [choices, number] of each."""
    rows = [torch.tensor([*itertools.product(range(3), repeat=number)]) for number in repeats]
    grid = torch.cartesian_prod(*(torch.arange(len(row)) for row in rows))
    return [row[column] for row, column in zip(rows, grid.T, strict=True)]


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


GRID = [5 / 1024 * 2**k for k in range(7)]
"""Steps of few bits, so that multiples of them are exact."""


FALLS = Statement(
    "semantic.information_falls",
    says="Information loss grows with the step: I(X; Q(X)) falls as the grid coarsens.",
    source=CRITICAL,
)


@FALLS.reading(
    "nested_codes",
    statement="A code that is a function of another one, Q₂ = f ∘ Q₁, tells no more.",
    theorem="LeanMining.information_le_of_decides",
    tier="gold",
    measures=[CODE_PROB],
)
def _nested_codes(run: Run) -> Iterator[Evidence]:
    codes, table = _all_of(4, 3)
    yield on_tensors(
        merging_codes_keeps_collisions,
        [("a code and a function of it", {"codes": codes, "table": table})],
        domain="4 points with 3 codes, all functions of the code",
        counted="cases",
        tensors=[],
        kind="exhaustive",
    )


@FALLS.reading(
    "multiples",
    statement="Cells of a whole multiple of a step tell no more than cells of the step.",
    theorem="LeanMining.information_le_of_mul_step",
    tier="gold",
    measures=[CODE_PROB, IS_CELL],
)
def _multiples(run: Run) -> Iterator[Evidence]:
    x = embeddings().flatten()

    def cases() -> Iterator[tuple[str, dict[str, Tensor]]]:
        for step, times in itertools.product(GRID, (2, 3, 5)):
            steps = [torch.tensor(k * step, dtype=torch.float64) for k in (1, times)]
            fine, coarse = (floor_codes(x, float(one)) for one in steps)
            yield (
                f"δ = {step} and {times} δ",
                {
                    "step": steps[0],
                    "coarse_step": steps[1],
                    "x": x,
                    "fine": fine,
                    "coarse": coarse,
                },
            )

    yield on_tensors(
        cells_merge,
        cases(),
        domain="the coordinates of real embeddings, cells of δ and of 2 δ, 3 δ and 5 δ",
        counted="pairs of steps",
        tensors=[tensor_ref("minilm embeddings", embeddings())],
        measurements=[
            {
                "δ": step,
                "H(Q), bits": significant(entropy(floor_codes(x, step))),
                "collisions": significant(collision_share(floor_codes(x, step))),
            }
            for step in [*GRID, 2 * GRID[-1]]
        ],
    )


def collision_share(codes: Tensor) -> float:
    """Return the probability that two points drawn alike have the same code."""
    return int(collision(torch.ones_like(codes), codes)) / len(codes) ** 2


@FALLS.reading(
    "any_steps",
    statement="Rounding to multiples of a larger step tells no more than to those of a smaller one.",
    negation="LeanMining.information_le_of_step_le_as_given_false",
    tier="refuted",
)
def _any_steps(run: Run) -> Iterator[Evidence]:
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


# ------------------------------------------------------------------------------------- loss curves
CURVE = [0.2 * 2.0**k for k in range(-8, 3)]
"""Steps from 0.2/256 to 0.8, in octaves around the claimed δ_crit = 0.2."""


def lost(step: float) -> float:
    """Return by how many bits H(Q) of a coordinate of embeddings falls from half a step to it."""
    x = embeddings().flatten()
    return information(x, step / 2) - information(x, step)


def decay_rate(step: float) -> float:
    """Return the rate at which H(Q) decays from half a step to it: the fall of ln H over Δδ."""
    x = embeddings().flatten()
    return math.log(information(x, step / 2) / information(x, step)) / (step / 2)


@predicate
def decays_exponentially(step: float) -> bool:
    """The rate of decay up to a step is that up to δ = 0.2, within 10 %."""
    return abs(decay_rate(step) / decay_rate(0.2) - 1) <= 0.1


@predicate
def a_doubling_loses_a_bit(step: float) -> bool:
    """Twice the step tells one bit less of a coordinate, within a quarter."""
    return abs(lost(step) - 1) <= 0.25


@predicate
def falls_faster_from(critical: float) -> bool:
    """From δ_crit to twice that more bits are lost than in any octave below."""
    return lost(2 * critical) > max(lost(step) for step in CURVE if step <= critical)


def _curve(run: Run, law: Callable[..., bool], cases: Sequence[Mapping[str, float]]) -> Evidence:
    found = enumerate_cases(
        law,
        cases,
        kind="model",
        domain="the coordinates of real embeddings, steps around the claimed δ_crit = 0.2",
        summary=f"{len(cases)} steps",
        shows="it fails at δ = {step}"
        if "step" in cases[0]
        else "an octave below {critical} loses as much or more",
        device=run.device,
    )
    x = embeddings().flatten()
    return replace(
        found,
        tensors=[tensor_ref("minilm embeddings", embeddings())],
        measurements=[
            {
                "δ": significant(step),
                "H(Q), bits": significant(information(x, step)),
                "lost since δ/2": significant(lost(step)),
            }
            for step in CURVE
        ],
    )


DECAY = Statement(
    "semantic.loss_below",
    says="Below δ_crit mutual information decays exponentially.",
    source=CRITICAL,
)


@DECAY.reading(
    "exponential",
    statement="Below δ = 0.2 the information decays at one rate, within 10 %.",
    no_theorem=MEASURED,
    tier="refuted",
)
def _exponential(run: Run) -> Iterator[Evidence]:
    yield _curve(run, decays_exponentially, [{"step": step} for step in CURVE if step < 0.2])


@DECAY.reading(
    "logarithmic",
    statement="Up to a standard deviation of the data each doubling of the step loses one bit, within a "
    "quarter, so that the loss is logarithmic in the step.",
    no_theorem=MEASURED,
    tier="bronze",
)
def _logarithmic(run: Run) -> Iterator[Evidence]:
    deviation = float(embeddings().std())
    yield _curve(
        run, a_doubling_loses_a_bit, [{"step": step} for step in CURVE if step <= deviation]
    )


@claim(
    "semantic.loss_beyond",
    statement="From δ_crit = 0.2 on the information drops catastrophically: faster than in any octave below.",
    source=CRITICAL,
    no_theorem=MEASURED,
    tier="refuted",
)
def loss_beyond(run: Run) -> Iterator[Evidence]:
    yield _curve(run, falls_faster_from, [{"critical": 0.2}])


# ---------------------------------------------------------------------- what a task needs of a code
@cached_per_device
def task_outputs(network: str) -> Tensor:
    """Return a digits network's outputs for the held-out images, float32 [360, 10]."""
    return NETWORKS[network].forward(Recorder(digits_weights(network)), read_held_out()[0])


@cached_per_device
def task_code(network: str, kept: int, step: float) -> Tensor:
    """Return the cells of a digits network's first outputs for the held-out images, int64 [360,
    kept].
    """
    return floor_codes(task_outputs(network)[:, :kept], step)


def errors_of_the_best(code: Tensor, labels: Tensor) -> float:
    """Return the share of points that the best function of the code labels wrongly."""
    cells = torch.unique(code.reshape(len(code), -1), dim=0, return_inverse=True)[1]
    counts = torch.zeros(int(cells.max()) + 1, int(labels.max()) + 1, dtype=torch.int64)
    counts.index_put_((cells, labels), torch.ones_like(labels), accumulate=True)
    return 1 - int(counts.amax(1).sum()) / len(labels)


def mutual_information(first: Tensor, second: Tensor) -> float:
    """Return I in bits of two codes of the same points [points, …]: H + H − H of both together."""
    together = torch.cat([code.reshape(len(code), -1) for code in (first, second)], 1)
    return entropy(first) + entropy(second) - entropy(together)


@notation
def _products_of_counts(codes: Tensor) -> list[int]:
    """The product over the points [..., points] of how many share their code: Shannon's H of n
    points of one weight is log₂ n − log₂ of the product / n.
    """
    products = []
    for row in code_prob(torch.ones_like(codes), codes).reshape(-1, codes.shape[-1]).tolist():
        product = 1
        for count in row:
            product *= count
        products.append(product)
    return products


@notation
def _tells_less(first: Tensor, second: Tensor) -> Tensor:
    """Whether a code tells less than another one, by Shannon's entropy: in whole numbers."""
    products = zip(_products_of_counts(first), _products_of_counts(second), strict=True)
    return torch.tensor([one > other for one, other in products]).view(first.shape[:-1])


@notation
def _information(first: Tensor, second: Tensor) -> list[Fraction]:
    """Fractions that rise with Shannon's mutual information I of two codes of n points, which are
    numbers from 0 up: 2^(n I) over n^n.
    """
    products = map(_products_of_counts, (first * 2**31 + second, first, second))
    return [Fraction(both, one * other) for both, one, other in zip(*products, strict=True)]


@predicate
def too_little_information_errs(code: Integers, labels: Integers) -> Tensor:
    """If a code tells less than the labels do, every function of it is wrong somewhere: two points
    of one code have different labels.
    """
    q, y = integers(code), integers(labels)
    same = q[..., :, None] == q[..., None, :]
    other = y[..., :, None] != y[..., None, :]
    return ~_tells_less(q, y) | (same & other).flatten(-2).any(-1)


@predicate
def more_collisions_err(code: Integers, labels: Integers) -> Tensor:
    """If a code collides more often than the labels do, it does not decide them."""
    q, y = integers(code), integers(labels)
    one = torch.ones_like(q)
    return (collision(one, y) >= collision(one, q)) | ~decides(one, q, y)


@predicate
def too_little_tells_less(inputs: Integers, code: Integers, labels: Integers) -> Tensor:
    """The input decides the code, and if the code tells less of the input than the input does of
    the labels, then it tells less of the labels.
    """
    x, q, y = integers(inputs), integers(code), integers(labels)
    kept, told, needed = _information(x, q), _information(y, q), _information(y, x)
    holds = [a >= c or b < c for a, b, c in zip(kept, told, needed, strict=True)]
    return decides(torch.ones_like(x), x, q) & torch.tensor(holds).view(x.shape[:-1])


@predicate
def enough_information_suffices(code: list[int], labels: list[int]) -> bool:
    """If a code tells at least as much as the labels do, some function of it gives them."""
    q, y = torch.tensor(code), torch.tensor(labels)
    return entropy(q) < entropy(y) or errors_of_the_best(q, y) == 0


@predicate
def network_has_enough(network: str, kept: int, step: float) -> bool:
    """If the cells of a network's outputs tell at least as much as the digits do, some function of
    them gives every digit.
    """
    code, labels = task_code(network, kept, step), read_held_out()[1]
    return entropy(code) < entropy(labels) or errors_of_the_best(code, labels) == 0


TASK_CASES: list[dict[str, Any]] = [
    {"network": network, "kept": kept, "step": step}
    for network in ("mlp", "cnn")
    for kept in (1, 2, 10)
    for step in (1.0, 4.0, 16.0, 64.0)
]


def numbered(code: Tensor) -> Tensor:
    """Return a number from 0 up for each code [points, …], the same for the same code, int64
    [points].
    """
    found: Tensor = torch.unique(code.reshape(len(code), -1), dim=0, return_inverse=True)[1]
    return found


def _task_rows() -> list[dict[str, Any]]:
    labels = read_held_out()[1]
    rows: list[dict[str, Any]] = []
    for case in TASK_CASES:
        code = task_code(**case)
        rows.append(
            case
            | {
                "H(Q), bits": significant(entropy(code)),
                "H(Y), bits": significant(entropy(labels)),
                "I(Y; Q), bits": significant(mutual_information(labels, code)),
                "errors of the best": significant(errors_of_the_best(code, labels)),
            }
        )
    return rows


def _task_refs() -> list[TensorRef]:
    return [tensor_ref(f"digits-{name}, outputs", task_outputs(name)) for name in ("mlp", "cnn")]


TASK_DOMAIN = "cells of the first 1, 2 and 10 outputs of two networks, and the held-out digits"


def _on_digits(law: Callable[..., Tensor], *, inputs: bool = False) -> Evidence:
    """Ask a law of networks' codes and the digits; with `inputs`, of the images besides, each of
    which is another one.
    """
    labels = to_current_device(read_held_out()[1])

    def cases() -> Iterator[tuple[str, dict[str, Tensor]]]:
        for case in TASK_CASES:
            arguments = {"code": numbered(task_code(**case)), "labels": labels}
            if inputs:
                arguments["inputs"] = torch.arange(len(labels))
            yield "{kept} outputs of {network} at δ = {step}".format(**case), arguments

    return on_tensors(
        law,
        cases(),
        domain=TASK_DOMAIN,
        counted="codes",
        tensors=_task_refs(),
        measurements=_task_rows(),
    )


def _decisions(law: Callable[..., Tensor]) -> Iterator[Evidence]:
    """Ask a law of all codes and labels of four points, and of networks' outputs."""
    codes, labels = _all_of(4, 4)
    yield on_tensors(
        law,
        [("a code and labels", {"code": codes, "labels": labels})],
        domain="4 points with 3 codes and 3 labels",
        counted="cases",
        tensors=[],
        kind="exhaustive",
    )
    yield _on_digits(law)


PRESERVATION = Statement(
    "semantic.preservation_bound",
    says="I_min = H(Y) − H(Y|X). If I(X; Q(D(Y))) < I_min, the model loses task capability; "
    "I(X; Q(D(Y))) ≥ I_min for task preservation.",
    source=BOUNDS,
)


@PRESERVATION.reading(
    "errors",
    statement="If the input decides the labels and a code tells less than they do, every decision by the "
    "code is wrong at some inputs.",
    theorem="LeanMining.error_pos_of_information_lt",
    tier="gold",
    measures=[CODE_PROB],
)
def _too_little_errs(run: Run) -> Iterator[Evidence]:
    yield from _decisions(too_little_information_errs)


@PRESERVATION.reading(
    "collisions",
    statement="A code that collides more often than the labels do does not decide them.",
    theorem="LeanMining.not_decides_of_collision_lt",
    tier="gold",
    measures=[COLLISION, DECIDES],
)
def _more_collisions_err(run: Run) -> Iterator[Evidence]:
    yield from _decisions(more_collisions_err)


@PRESERVATION.reading(
    "less_of_the_labels",
    statement="For any labels: a code that tells less of the input than the input of the labels tells less of "
    "the labels than the input does.",
    theorem="LeanMining.mutualInfo_lt_of_lt",
    tier="gold",
    measures=[CODE_PROB, DECIDES],
)
def _too_little_tells_less(run: Run) -> Iterator[Evidence]:
    table, labels = _all_of(3, 4)
    inputs = torch.tensor([0, 0, 1, 2]).expand(len(table), -1)
    arguments = {"inputs": inputs, "code": table.gather(-1, inputs), "labels": labels}
    yield on_tensors(
        too_little_tells_less,
        [("a function of the input and labels", arguments)],
        domain="4 points with 3 inputs, all functions of the input and all labels",
        counted="cases",
        tensors=[],
        kind="exhaustive",
    )
    yield _on_digits(too_little_tells_less, inputs=True)


@PRESERVATION.reading(
    "suffices",
    statement="A code that tells at least as much as the labels do preserves the task.",
    negation="LeanMining.information_suffices_as_given_false",
    tier="refuted",
)
def _enough_suffices(run: Run) -> Iterator[Evidence]:
    yield enumerate_cases(
        enough_information_suffices,
        [{"code": [0, 1, 0, 1], "labels": [0, 0, 1, 1]}],
        domain="the lower and the higher bit of 0 to 3",
        kind="witness",
        summary="1 code",
        shows="the code {code} does not decide the labels {labels}",
        device=run.device,
    )
    found = enumerate_cases(
        network_has_enough,
        TASK_CASES,
        kind="model",
        domain=TASK_DOMAIN,
        summary=f"{len(TASK_CASES)} codes",
        shows="{kept} outputs of {network} at δ = {step} do not decide the digits",
        device=run.device,
    )
    yield replace(found, tensors=_task_refs(), measurements=_task_rows())


# ---------------------------------------------------------------------------- quantization dynamics
@predicate
def stays_near_the_fixed_point(factor: str, shift: str, step: str, x: str, times: int) -> bool:
    """For f(x) = L x + c with the fixed point p, and Q to the nearest multiple of δ, (1 − L) |x_t −
    p| is at most (1 − L) L^t |x_0 − p| + L δ/2 (1 − L^t); fractions.
    """
    contraction, c, delta, start = map(Fraction, (factor, shift, step, x))
    fixed, state = c / (1 - contraction), start
    for _ in range(times):
        state = contraction * (_round(state / delta) * delta) + c
    power = contraction**times
    bound = (1 - contraction) * power * abs(start - fixed) + contraction * delta / 2 * (1 - power)
    return (1 - contraction) * abs(state - fixed) <= bound


@cached_per_device
def decoded(step: float, times: int) -> Tensor:
    """Return what the digits autoencoder makes of the held-out images in so many rounds, each from
    multiples of a step; not rounded for the step 0.
    """
    network = NETWORKS["autoencoder"]
    state = read_held_out()[0]
    for _ in range(times):
        rounded = round_to_multiples(state, step).float() if step else state
        state = network.forward(Recorder(digits_weights("autoencoder")), rounded)
    return state


@claim(
    "semantic.dynamics",
    statement="After t rounds x_{t+1} = f(Q(x_t)) is within L^t d(x_0, p) + (1 − L^t) L h / (1 − L) of the fixed "
    "point p of a contraction f with factor L < 1, if Q moves nothing by more than h.",
    source=EQUATIONS,
    theorem="LeanMining.dist_quantizedRun_le",
    tier="silver",
)
def dynamics(run: Run) -> Iterator[Evidence]:
    cases = [
        {"factor": factor, "shift": "1/3", "step": step, "x": x, "times": times}
        for factor in ("0", "1/2", "9/10")
        for step in ("1/10", "1", "3")
        for x in ("-7", "1/4", "5")
        for times in (0, 1, 2, 5, 20)
    ]
    found = enumerate_cases(
        stays_near_the_fixed_point,
        cases,
        kind="property",
        domain="f(x) = L x + 1/3 in fractions, 0 to 20 rounds",
        summary=f"{len(cases)} runs",
        shows="not for L = {factor}, δ = {step} and x = {x} after {times} rounds",
    )
    rows = [
        {"δ": step}
        | {
            f"‖x − unrounded‖ / ‖unrounded‖, {times} rounds": significant(
                float((decoded(step, times) - decoded(0, times)).norm() / decoded(0, times).norm())
            )
            for times in (1, 2, 5, 10)
        }
        for step in (0.05, 0.1, 0.2, 0.5)
    ]
    yield replace(found, measurements=rows)


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
        (weights,) = train(
            Network(forward, SHAPES, "accuracy"),
            training,
            labels[:-HELD_OUT],
            seeds=[0],
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
REGULARIZED = ("tanh, L2", "sigmoid, L2")
FORCED = ("tanh, corners", "sigmoid, corners")


@predicate
def corners_grow_with_the_tolerance(x: Reals) -> bool:
    """Hypercubicity is in [0, 1] and does not fall as the tolerance grows; at tolerance 1 every
    point is a corner.
    """
    found = hypercubicity(real(x), torch.tensor(TOLERANCES, dtype=torch.float32))
    return bool(
        (found >= 0).all() & (found <= 1).all() & (found[:-1] <= found[1:]).all() & (found[-1] == 1)
    )


def corners(which: str, tolerance: float) -> float:
    """Return the hypercubicity of points by name."""
    return float(hypercubicity(points(which), torch.tensor(tolerance)))


@predicate
def most_are_corners(which: str) -> bool:
    """At least half of the points are corners within the tolerance 0.2."""
    return corners(which, 0.2) >= 0.5


def _corners() -> Evidence:
    names = ("embeddings", *NATURAL, *FORCED)
    return on_tensors(
        corners_grow_with_the_tolerance,
        ((which, {"x": points(which)}) for which in names),
        domain=f"sentence embeddings and networks' activations: {'; '.join(names)}",
        counted="sets of points",
        tensors=[tensor_ref(which, points(which)) for which in names],
        measurements=[
            {"points": which, "number": len(points(which)), "d": points(which).shape[1]}
            | {
                f"tolerance {tolerance}": significant(corners(which, tolerance))
                for tolerance in TOLERANCES[::2]
            }
            for which in names
        ],
    )


MARKS = (
    Mark(
        claim="semantic.phase_transition.minilm",
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
    tier="gold",
    measures=[HYPERCUBICITY],
)
def hypercubicity_range(run: Run) -> Iterator[Evidence]:
    yield _corners()


@claim(
    "semantic.hypercubicity_mono",
    statement="Hypercubicity does not fall as the tolerance grows.",
    source=CORNERS,
    theorem="LeanMining.hypercubicity_mono",
    tier="gold",
    measures=[HYPERCUBICITY],
)
def hypercubicity_monotone(run: Run) -> Iterator[Evidence]:
    yield _corners()


DIGITS_DOMAIN = "the last hidden activations of a perceptron on held-out digits, by activation and regularization"


HYPERCUBIC = Statement(
    "semantic.hypercubic",
    says="Neural networks with certain activation functions (tanh, sigmoid) + regularization naturally form "
    "hypercubic structures.",
    source=CORNERS,
)


@HYPERCUBIC.reading(
    "any_loss",
    statement="At the optimum of any loss with L2 regularization half of the points or more are corners "
    "within 0.2.",
    negation="LeanMining.regularized_hypercubic_of_any_loss_false",
    tier="refuted",
)
def _hypercubic_for_any_loss(run: Run) -> Iterator[Evidence]:
    yield enumerate_cases(
        optimum_has_corners,
        [{"inputs": [[1.0], [-2.0]], "activation": name} for name in ACTIVATIONS],
        kind="witness",
        domain="a constant loss, of which zeros are the L2 optimum",
        summary="2 activations",
        shows="none of the points {inputs} is a corner with {activation}",
        device=run.device,
    )


@predicate
def optimum_has_corners(inputs: list[list[float]], activation: str) -> bool:
    """With the weights 0 at least half of the points are corners within 0.2. These weights are the
    optimum of a constant loss with L2 regularization, which is all that this illustrates.
    """
    x = torch.tensor(inputs, dtype=torch.float64)
    out = in_cube(ACTIVATIONS[activation](x @ torch.zeros(x.shape[1], 1).double()), activation)
    return float(hypercubicity(out, torch.tensor(0.2))) >= 0.5


@HYPERCUBIC.reading(
    "trained",
    statement="In networks with tanh or sigmoid that are trained with L2 regularization, half of the points or more "
    "are corners within 0.2.",
    no_theorem=false_as_a_law("semantic.hypercubic.any_loss"),
    tier="refuted",
)
def _hypercubic_when_trained(run: Run) -> Iterator[Evidence]:
    for which in REGULARIZED:
        yield _most(which, DIGITS_DOMAIN)


@HYPERCUBIC.reading(
    "whatever_the_regularization",
    statement="So it is in networks with tanh or sigmoid without regularization, and of what a transformer puts out.",
    no_theorem=MEASURED,
    tier="refuted",
)
def _hypercubic_without_regularization(run: Run) -> Iterator[Evidence]:
    yield _most(
        "minilm tokens",
        "what minilm's last layer puts out for each token, in the 8 strongest directions",
    )
    for which in NATURAL:
        if which not in REGULARIZED:
            yield _most(which, DIGITS_DOMAIN)


@claim(
    "semantic.hypercubic_forced",
    statement="A network with tanh or sigmoid whose loss pulls its activations to corners has "
    "half of the points or more at corners within 0.2.",
    source=CORNERS,
    no_theorem=MEASURED,
    tier="bronze",
)
def hypercubic_forced(run: Run) -> Iterator[Evidence]:
    for which in FORCED:
        yield _most(which, DIGITS_DOMAIN)


# -------------------------------------------------------------------------------------- compression
TARGETS = {
    "minilm": (10.0, 20.0),
    "silero-vad": (10.0, 20.0),
    "digits-mlp": (4.0, 8.0, 10.0, 20.0),
    "digits-cnn": (4.0, 8.0, 10.0, 20.0),
    "digits-autoencoder": (4.0, 8.0, 10.0, 20.0),
}
"""The compressions that are asked for of each model."""
PIECES = 16
"""Into how many pieces the recording is cut, each an input of the voice activity detector."""


def inputs_of(model: str) -> Inputs:
    """Return the inputs on which a model's coherence is measured: sentences, pieces of the
    recording, or digits.
    """
    if model == "minilm":
        return read_sentences()
    if model == "silero-vad":
        return list(read_speech().tensor_split(PIECES))
    return read_held_out()[0]


def outputs_of(model: str, weights: Mapping[str, Tensor], some: Any) -> Tensor:
    """Return a model's embeddings of sentences, its probabilities of speech, or a digits network's
    outputs, [inputs, d].
    """
    if model == "minilm":
        return sentence_embeddings(some, Recorder(weights))
    if model == "silero-vad":
        found = [speech_probability(Recorder(weights), sound) for sound in some]
        return torch.stack([each[: min(map(len, found))] for each in found])
    return NETWORKS[model.removeprefix("digits-")].forward(Recorder(weights), some)


def weights_of(model: str) -> dict[str, Tensor]:
    """Return a model's weights by name."""
    if model == "minilm":
        return minilm_weights()
    if model == "silero-vad":
        return silero_weights()
    return digits_weights(model.removeprefix("digits-"))


@cached_on_cpu
def compressed(model: str, target: float) -> Compressed:
    """Return what compressing a model as asked gives, without its weights."""
    labels = None
    if model in ("digits-mlp", "digits-cnn"):
        labels = read_held_out()[1]
    found = SemanticQuantizer().compress(
        weights_of(model),
        target,
        0.9,
        calibration=inputs_of(model),
        forward=lambda weights, some: outputs_of(model, weights, some),
        labels=labels,
    )
    return replace(found, weights={}, packed={})


@predicate
def reaches(model: str, target: float, coherence: float) -> bool:
    """A model is compressed so many times, scales counted, with this coherence on inputs by which
    no bits were chosen.
    """
    found = compressed(model, target)
    return found.meets_target and found.coherence.embedding_cosine >= coherence


def _input_ref(model: str) -> TensorRef:
    if model == "minilm":
        return tensor_ref("minilm, calibration embeddings", embeddings())
    if model == "silero-vad":
        return tensor_ref("silero-vad, calibration recording", read_speech())
    return tensor_ref(f"{model}, calibration digits", read_held_out()[0])


def _reaching(cases: Sequence[Mapping[str, Any]], domain: str) -> Evidence:
    found = enumerate_cases(
        reaches,
        cases,
        kind="model",
        domain=domain,
        summary=f"{len(cases)} models and targets",
        shows="{model} does not reach {target} times with {coherence}",
    )
    models = list(dict.fromkeys(case["model"] for case in cases))
    rows = []
    for model in models:
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
    return replace(found, tensors=[_input_ref(model) for model in models], measurements=rows)


# Codes of a row, down to one bit, which `SemanticQuantizer` does not use.
SHARES = tuple(1 - 0.06 * step for step in range(13))
"""Shares of a row's largest magnitude that are tried as its outermost value."""


def in_bits(weight: Tensor, bits: int) -> Tensor:
    """Return a weight with each row rounded to 2^bits values that lie symmetrically around 0, of a
    scale of little squared error; with one bit, to the mean magnitude with the signs.
    """
    rows = weight.flatten(1)
    if bits == 1:
        size = rows.abs().mean(1, keepdim=True)
        return torch.where(rows >= 0, size, -size).reshape(weight.shape)
    top = (2**bits - 1) / 2
    found, least = rows, torch.full_like(rows[:, :1], math.inf)
    for share in SHARES:
        scale = rows.abs().amax(1, keepdim=True) * (share / top)
        codes = (rows / torch.where(scale > 0, scale, 1) + top).round().clamp(0, 2 * top)
        tried = (codes - top) * scale
        error = (tried - rows).square().sum(1, keepdim=True)
        found = torch.where(error < least, tried, found)
        least = torch.minimum(error, least)
    return found.reshape(weight.shape)


def is_large(weight: Tensor) -> bool:
    """Whether a weight is one that is coded: two dimensions or more, and 1,024 entries or more."""
    return weight.is_floating_point() and weight.dim() > 1 and weight.numel() >= 1024


ALLOCATIONS: Mapping[str, tuple[int, int]] = {
    "1 bit": (1, 1),
    "1 bit, layers 2": (1, 2),
    "2 bits, layers 1": (2, 1),
}
"""Bits of an entry of the embedding tables and of one of the other large weights."""


@cached_on_cpu
def coded(model: str, embedding_bits: int, layer_bits: int) -> tuple[float, float]:
    """Return the compression of a model in codes of so many bits with a float16 scale for each row,
    and the mean cosine of its outputs with the model's own, on every second input.
    """
    weights = weights_of(model)
    bits = {
        name: embedding_bits if "embeddings" in name else layer_bits
        for name, value in weights.items()
        if is_large(value)
    }
    size = sum(
        math.ceil(bits[name] * value.numel() / 8) + 2 * len(value) if name in bits else value.nbytes
        for name, value in weights.items()
    )
    rounded = {
        name: in_bits(value, bits[name]) if name in bits else value
        for name, value in weights.items()
    }
    some = inputs_of(model)[1::2]
    with torch.no_grad():
        before, after = (outputs_of(model, which, some).flatten(1) for which in (weights, rounded))
    cosine = torch.nn.functional.cosine_similarity(before.double(), after.double())
    return sum(value.nbytes for value in weights.values()) / size, float(cosine.mean())


@predicate
def codes_reach(model: str, allocation: str, target: float, coherence: float) -> bool:
    """A model in codes of one and two bits is so many times smaller with this coherence."""
    size, kept = coded(model, *ALLOCATIONS[allocation])
    return size >= target and kept >= coherence


@predicate
def bits_reach(bits: int, target: int) -> bool:
    """Codes of so many bits and no scales at all make float32 so many times smaller."""
    return target * bits <= 32


def _one_bit(run: Run, models: Sequence[str], target: float, coherence: float) -> Evidence:
    cases: list[dict[str, Any]] = [
        {"model": model, "allocation": name, "target": target, "coherence": coherence}
        for model in models
        for name in ALLOCATIONS
        if model == "minilm" or len(set(ALLOCATIONS[name])) == 1
    ]
    found = enumerate_cases(
        codes_reach,
        cases,
        kind="model",
        domain=f"{', '.join(models)} in codes of one and two bits with a scale a row",
        summary=f"{len(cases)} allocations",
        shows="{model} does not reach {target} times with {coherence} in {allocation}",
    )
    rows = [
        {
            "model": case["model"],
            "bits": case["allocation"],
            "compression": significant(size),
            "embedding cosine": significant(kept),
        }
        for case in cases
        for size, kept in [coded(case["model"], *ALLOCATIONS[case["allocation"]])]
    ]
    return replace(found, tensors=[_input_ref(model) for model in models], measurements=rows)


COMPRESSION_20 = Statement(
    "semantic.compression_20",
    says="BERT-base: 440MB → 22MB (20x), 94% preserved.",
    source=RESULTS,
)


@COMPRESSION_20.reading(
    "this_coder",
    statement="SemanticQuantizer, with two bits or more for each entry, makes a transformer like BERT 20 times "
    "smaller with 94 % of its semantic coherence.",
    negation="LeanMining.compression_20_of_two_bits_false",
    tier="refuted",
)
def _twenty_by_this_coder(run: Run) -> Iterator[Evidence]:
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


@COMPRESSION_20.reading(
    "one_bit",
    statement="With codes of one bit, of which the size allows 20 times, a transformer like BERT keeps 94 % of "
    "its semantic coherence, without training.",
    no_theorem=MEASURED,
    tier="refuted",
)
def _twenty_with_one_bit(run: Run) -> Iterator[Evidence]:
    yield _one_bit(run, ["minilm"], 20.0, 0.94)


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

RANGE = Statement(
    "semantic.compression_range",
    says="We can compress neural networks 10-50x smaller while maintaining their semantic coherence.",
    source=TLDR,
)


def _range(target: float, models: Sequence[str] = tuple(TARGETS)) -> Evidence:
    found = _reaching(
        [{"model": model, "target": target, "coherence": 0.9} for model in models],
        f"{', '.join(models)}, half of the inputs judged",
    )
    return replace(found, plots=[COMPRESSION_PLOT])


@RANGE.reading(
    "ten_for_some",
    statement="SemanticQuantizer makes a sentence transformer and a convolutional network 10 times smaller with "
    "a coherence of 0.9.",
    no_theorem=MEASURED,
    tier="bronze",
)
def _ten_times_for_some(run: Run) -> Iterator[Evidence]:
    yield _range(10.0, ["minilm", "digits-cnn"])


@RANGE.reading(
    "ten_for_all",
    statement="SemanticQuantizer makes every network here 10 times smaller with a coherence of 0.9.",
    no_theorem=MEASURED,
    tier="refuted",
)
def _ten_times(run: Run) -> Iterator[Evidence]:
    yield _range(10.0)


@RANGE.reading(
    "twenty",
    statement="SemanticQuantizer makes every network here 20 times smaller with a coherence of 0.9.",
    negation="LeanMining.compression_20_of_two_bits_false",
    tier="refuted",
)
def _twenty_times(run: Run) -> Iterator[Evidence]:
    yield _range(20.0)


@RANGE.reading(
    "twenty_of_one_bit",
    statement="Codes of one bit for each entry make a speech detector and three digits networks 20 times smaller "
    "with a coherence of 0.9, without training.",
    no_theorem=MEASURED,
    tier="refuted",
)
def _twenty_times_of_one_bit(run: Run) -> Iterator[Evidence]:
    yield _one_bit(run, [model for model in TARGETS if model != "minilm"], 20.0, 0.9)


@RANGE.reading(
    "fifty",
    statement="Codes of one bit or more for each entry make a network 50 times smaller than in float32.",
    negation="LeanMining.compression_50_of_one_bit_false",
    tier="refuted",
)
def _fifty_times(run: Run) -> Iterator[Evidence]:
    yield enumerate_cases(
        bits_reach,
        [{"bits": bits, "target": 50} for bits in (1, 2, 4, 8)],
        kind="witness",
        domain="codes of 1, 2, 4 and 8 bits, without scales",
        summary="4 sizes",
        shows="{bits} bits do not reach {target} times",
    )


# ------------------------------------------------------------------------------- plain rounding
@cached_on_cpu
def plain_coherence(bits: int) -> float:
    """Return the mean cosine of sentence embeddings with the model's own, each row of its layers'
    weights rounded to so many bits.
    """
    sentences = read_sentences()
    found = sentence_embeddings(sentences, RoundedRows(minilm_weights(), bits))
    return float((found * sentence_embeddings(sentences)).sum(-1).mean())


@predicate
def plain_rounding_destroys(bits: int) -> bool:
    """Plain rounding to so many bits leaves a coherence under 0.9."""
    return plain_coherence(bits) < 0.9


PLAIN = Statement(
    "semantic.plain_rounding",
    says="Current quantization methods minimize mathematical error but destroy semantic structure.",
    source=Source(SEED, "The Problem"),
)


def _plain(run: Run, bits: int) -> Evidence:
    found = enumerate_cases(
        plain_rounding_destroys,
        [{"bits": bits}],
        kind="model",
        domain="minilm, 16 sentences, the weights of all layers",
        summary=f"INT{bits}",
        shows=f"the coherence is {plain_coherence(bits):.3f}",
        device=run.device,
    )
    rows = [{"bits": each, "coherence": significant(plain_coherence(each))} for each in (2, 4, 8)]
    return replace(found, tensors=_weight_refs(["minilm"]), measurements=rows, rounding=COSINES)


@PLAIN.reading(
    "int8",
    statement="Rounding each row of the weights to INT8 leaves a coherence under 0.9.",
    no_theorem=MEASURED,
    tier="refuted",
)
def _plain_int8(run: Run) -> Iterator[Evidence]:
    yield _plain(run, 8)


@PLAIN.reading(
    "int4",
    statement="Rounding each row of the weights to INT4 leaves a coherence under 0.9.",
    no_theorem=MEASURED,
    tier="refuted",
)
def _plain_int4(run: Run) -> Iterator[Evidence]:
    yield _plain(run, 4)


@PLAIN.reading(
    "int2",
    statement="Rounding each row of the weights to 2 bits leaves a coherence under 0.9.",
    no_theorem=MEASURED,
    tier="bronze",
)
def _plain_int2(run: Run) -> Iterator[Evidence]:
    yield _plain(run, 2)


# ------------------------------------------------------------------------------ against equal bits
@cached_per_device
def against_equal_bits(model: str, bits: int) -> tuple[float, float, float, float]:
    """Return the compression of a model in so many bits an entry and its coherence, and those of
    `SemanticQuantizer`, asked for that compression.
    """
    size, kept = coded(model, bits, bits)
    found = compressed(model, size)
    return size, kept, found.compression, found.coherence.embedding_cosine


@predicate
def choosing_bits_keeps_more(model: str, bits: int) -> bool:
    """At the size of equal bits or less, `SemanticQuantizer` keeps at least as much."""
    size, equal, smaller, chosen = against_equal_bits(model, bits)
    return smaller >= size and chosen >= equal


COMPARED = ("silero-vad", "digits-mlp", "digits-cnn", "digits-autoencoder")


@predicate
def choosing_bits_keeps_more_on_average(bits: int) -> bool:
    """At the size of equal bits or less, `SemanticQuantizer` keeps more in the mean over models."""
    found = [against_equal_bits(model, bits) for model in COMPARED]
    no_larger = all(smaller >= size for size, _, smaller, _ in found)
    return no_larger and sum(chosen - equal for _, equal, _, chosen in found) > 0


COMPARISON = Statement(
    "semantic.equal_bits",
    says="benchmark_comparison.py: vs existing methods.",
    source=LAYOUT,
)


def _comparison(run: Run, law: Callable[..., bool], cases: Sequence[Mapping[str, Any]]) -> Evidence:
    found = enumerate_cases(
        law,
        cases,
        kind="model",
        domain=f"{', '.join(COMPARED)}, 3 and 4 bits, inputs by which no bits were chosen",
        summary=f"{len(cases)} cases",
        shows="equal bits keep more in {model} at {bits} bits"
        if len(cases) > 2
        else "it keeps less",
        device=run.device,
    )
    rows = [
        {
            "model": model,
            "bits": bits,
            "compression, equal": significant(size),
            "cosine, equal": significant(equal),
            "compression, chosen": significant(smaller),
            "cosine, chosen": significant(chosen),
        }
        for model in COMPARED
        for bits in (3, 4)
        for size, equal, smaller, chosen in [against_equal_bits(model, bits)]
    ]
    return replace(found, tensors=[_input_ref(model) for model in COMPARED], measurements=rows)


@COMPARISON.reading(
    "every_model",
    statement="At the same size SemanticQuantizer keeps at least the coherence of equal bits by its own rounding, in "
    "silero-vad and each of three digits networks.",
    no_theorem=MEASURED,
    tier="refuted",
)
def _chosen_in_every_model(run: Run) -> Iterator[Evidence]:
    cases = [{"model": model, "bits": bits} for model in COMPARED for bits in (3, 4)]
    yield _comparison(run, choosing_bits_keeps_more, cases)


@COMPARISON.reading(
    "on_average",
    statement="At the same size SemanticQuantizer keeps more coherence than equal bits by its own rounding, in the "
    "mean over silero-vad and three digits networks.",
    no_theorem=MEASURED,
    tier="bronze",
)
def _chosen_on_average(run: Run) -> Iterator[Evidence]:
    yield _comparison(run, choosing_bits_keeps_more_on_average, [{"bits": 3}, {"bits": 4}])
