"""Seed 001, amplification: by how much a weight matrix lengthens a vector on average."""

from __future__ import annotations

import math
from collections.abc import Callable, Iterator, Sequence
from fractions import Fraction
from typing import Any

import torch
from torch import Tensor

from claims.beta import CONFIDENCE, SEED, sampled
from claims.cases import of_vectors
from claims.conformance import FROBENIUS_SQ, MULVEC, NORM_SQ
from claims.measures.geometry import energy, norm_sq
from claims.measures.rotations import hadamard_signs, turn
from claims.models.attention import int8_weights
from claims.notation import Integers, integers
from claims.on_layers import find_layer
from claims.rotation import FEED_FORWARD, seeded
from pyharness import (
    Evidence,
    Run,
    Source,
    Statement,
    cached_per_device,
    claim,
    enumerate_cases,
    notation,
    predicate,
    significant,
    to_current_device,
)

AMPLIFICATION = Source(SEED, "WoAmplification")


def mean_square_over_axes(weight: Sequence[Sequence[int]]) -> Fraction:
    """Return the mean of ‖W x‖² over the axes, back and forth, of which the second moments are the
    sphere's.
    """
    columns = integers(weight).T
    return Fraction(2 * int(norm_sq(columns).sum()), 2 * len(columns))


@predicate
def is_frobenius_over_columns(weight: list[list[int]]) -> bool:
    """The mean of ‖W x‖² is ‖W‖² (Frobenius) over the number of columns."""
    return mean_square_over_axes(weight) == Fraction(
        int(norm_sq(integers(weight)).sum()), len(weight[0])
    )


@predicate
def is_frobenius_over_rows(weight: list[list[int]]) -> bool:
    """The mean of ‖W x‖² is ‖W‖² (Frobenius) over the number of rows."""
    return mean_square_over_axes(weight) == Fraction(
        int(norm_sq(integers(weight)).sum()), len(weight)
    )


def mean_square_gain_over_axes(weight: Sequence[Sequence[int]]) -> Fraction:
    """Return the mean of the squared gain over the axes, back and forth: how many times larger the
    mean square of the entries of W x is than that of the entries of x.
    """
    return mean_square_over_axes(weight) / len(weight) / Fraction(1, len(weight[0]))


@predicate
def gain_is_frobenius_over_rows(weight: list[list[int]]) -> bool:
    """The mean squared gain is ‖W‖² (Frobenius) over the number of rows."""
    return mean_square_gain_over_axes(weight) == Fraction(
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


@predicate
def amplifies_by_columns(layer: str, draws: int, seed: int) -> bool:
    """The mean of ‖W x‖² on the sphere is ‖W‖² over the number of columns, within its 99.9 %
    interval.
    """
    return _amplifies(layer, draws, seed, 1)


@predicate
def amplifies_by_rows(layer: str, draws: int, seed: int) -> bool:
    """The mean of ‖W x‖² on the sphere is ‖W‖² over the number of rows, within its 99.9 %
    interval.
    """
    return _amplifies(layer, draws, seed, 0)


@predicate
def gains_by_rows(layer: str, draws: int, seed: int) -> bool:
    """The mean of (‖W x‖²/m) / (‖x‖²/n) is ‖W‖² over the number of rows m, within its 99.9 %
    interval.
    """
    weight = find_layer(layer).weight.double()
    mean, half = (
        weight.shape[1] / weight.shape[0] * each for each in amplification(layer, draws, seed)
    )
    return abs(mean - float(norm_sq(weight).sum()) / weight.shape[0]) <= half


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
        "mean squared gain": significant(mean * weight.shape[1] / weight.shape[0]),
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


@predicate
def whole_inputs_amplify_by_columns(weight: Integers, inputs: Integers) -> Tensor:
    """For inputs of one length, with the second moments of the sphere up to that: n Σ‖W x‖² =
    ‖W‖² Σ‖x‖², so that the mean of ‖W x‖² is ‖W‖²/n for x of length 1, in whole numbers.
    """
    weight, inputs = integers(weight), integers(inputs)
    lengths = norm_sq(turn(inputs, weight))
    return _has_sphere_moments(inputs) & (
        weight.shape[-1] * lengths.sum(-1) == energy(weight) * norm_sq(inputs).sum(-1)
    )


@predicate
def whole_inputs_gain_by_rows(weight: Integers, inputs: Integers) -> Tensor:
    """For inputs as in `whole_inputs_amplify_by_columns` the mean of (‖W x‖²/m) / (‖x‖²/n) is
    ‖W‖²/m, as fractions: m entries of W x and n of x are averaged, and W has m rows.
    """
    weight, inputs = integers(weight), integers(inputs)
    turned = turn(inputs, weight)
    (c, m), n = turned.shape[-2:], inputs.shape[-1]
    whole = set(norm_sq(inputs).tolist())
    if not _has_sphere_moments(inputs) or len(whole) != 1:
        return torch.tensor(False)
    # Inputs of one length, so that the sum of the fractions has one denominator.
    own = Fraction(whole.pop(), n)
    mean = Fraction(sum(norm_sq(turned).tolist()), m) / own / c
    return torch.tensor(mean == Fraction(int(energy(weight)), len(weight)))


@notation
def _has_sphere_moments(inputs: Tensor) -> Tensor:
    """Whether inputs x, of one length, have Σ x_i x_j = 0 for i ≠ j and Σ x_i² = Σ‖x‖² / n."""
    moments = turn(inputs.T, inputs.T)
    n, own = inputs.shape[-1], norm_sq(inputs)
    even = n * moments == own.sum() * torch.eye(n, dtype=torch.int64, device=inputs.device)
    return even.all() & (own == own[0]).all()


FIRST_ROWS = (1, 100)
"""How many rows of a weight are taken for a smaller one."""


def _on_whole_inputs(law: Callable[..., Tensor]) -> Evidence:
    """Ask a law of the transformer's INT8 weights, and of their first rows alone, over the axes,
    back and forth, and over the rows of a Hadamard matrix of ±1.
    """
    found = [int8_weights(part) for part in ("attention.output.dense", "intermediate.dense")]
    whole = [weight for some, _ in found for weight in some]
    weights = [weight[:rows] for weight in whole for rows in (*FIRST_ROWS, len(weight))]
    n = weights[0].shape[-1]
    axes = torch.eye(n, dtype=torch.int64)
    sets = [torch.cat([axes, -axes]), hadamard_signs(n)]
    return of_vectors(
        law,
        ({"weight": weight, "inputs": to_current_device(x)} for weight in weights for x in sets),
        {"weight": 2, "inputs": 2},
        domain="minilm's INT8 weights, W_o first, all of their rows and the first 1 and 100, over the axes back and forth and over the rows of a "
        "Hadamard matrix of ±1, in whole numbers",
        summary=f"{len(whole)} weights",
        shows="the mean is another",
        tensors=[ref for _, refs in found for ref in refs],
    )


@claim(
    "geometry.amplification",
    statement="For x uniform on the sphere, √E‖W x‖² is ‖W‖ (Frobenius) over √n, n the dimension "
    "of x.",
    source=AMPLIFICATION,
    theorem="LeanMining.avg_amplification_eq_frob_div_sqrt",
    tier="gold",
    measures=[FROBENIUS_SQ, MULVEC, NORM_SQ],
)
def amplification_by_columns(run: Run) -> Iterator[Evidence]:
    yield _on_whole_inputs(whole_inputs_amplify_by_columns)
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


BY_ROWS = Statement(
    "geometry.amplification_rows",
    says="The average amplification of W is its Frobenius norm over √m, m the dimension of the output.",
    source=AMPLIFICATION,
)


@BY_ROWS.reading(
    "gain",
    statement="Amplification is the gain (‖W x‖/√m) / (‖x‖/√n), which compares root mean squares: "
    "for x uniform on the sphere, the root of its mean square is ‖W‖/√m.",
    theorem="LeanMining.avg_gain_eq_frob_div_sqrt_rows",
    tier="gold",
    measures=[FROBENIUS_SQ, MULVEC, NORM_SQ],
)
def amplification_as_gain(run: Run) -> Iterator[Evidence]:
    """Exact over inputs of whole numbers, and on points of the sphere."""
    yield _on_whole_inputs(whole_inputs_gain_by_rows)
    yield enumerate_cases(
        gain_is_frobenius_over_rows,
        [{"weight": weight} for weight in SMALL],
        summary="4 matrices",
        domain="small matrices of integers over the axes",
        kind="property",
        shows="it fails for {weight}",
        device=run.device,
    )
    yield _amplifications(gains_by_rows, [*OUTPUT_WEIGHTS, *FEED_FORWARD], run.seed)


@BY_ROWS.reading(
    "length",
    statement="Amplification is ‖W x‖ for x uniform on the sphere: √E‖W x‖² is ‖W‖/√m.",
    negation="LeanMining.meanAmplificationSq_eq_frobeniusSq_div_rows_false",
    tier="refuted",
)
def amplification_by_rows(run: Run) -> Iterator[Evidence]:
    """Over the axes, and on points of the sphere."""
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
