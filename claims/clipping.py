"""System 002, clipping: the nine properties of clip(x, α) = max(−α, min(α, x)), and which of them
need α ≥ 0.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from typing import TYPE_CHECKING, Any, Literal

import torch
from torch import Tensor

from claims.conformance import CLIP
from claims.measures.int8 import clip
from claims.notation import Reals, real
from pyharness import (
    INT8,
    Evidence,
    Run,
    Source,
    claim,
    of_values,
    predicate,
    search,
    sweep,
    to_hex,
)

if TYPE_CHECKING:
    from hypothesis.strategies import DrawFn, SearchStrategy

LAYER_1 = Source("002 Clipping and kurtosis", "Layer 1: Clipping")

PAIRS = {"alpha": INT8, "x": INT8}
PAIRS_DOMAIN = "all 65,536 INT8 pairs (α, x)"
TRIPLES = {"alpha": INT8, "x": INT8, "y": INT8}
TRIPLES_DOMAIN = "all 16,777,216 INT8 triples (α, x, y)"
RANGES = {"alpha": INT8, "beta": INT8, "x": INT8}
RANGES_DOMAIN = "all 16,777,216 INT8 triples (α, β, x)"
EXAMPLES = 300


# --------------------------------------------------------------------------------------- predicates
@predicate
def neg_alpha_le(alpha: Reals, x: Reals) -> Tensor:
    """−α ≤ clip(x, α)."""
    return -real(alpha) <= clip(real(x), real(alpha))


@predicate
def le_alpha(alpha: Reals, x: Reals) -> Tensor:
    """clip(x, α) ≤ α."""
    return clip(real(x), real(alpha)) <= real(alpha)


@predicate
def le_alpha_if_nonneg(alpha: Reals, x: Reals) -> Tensor:
    """0 ≤ α → clip(x, α) ≤ α."""
    return (real(alpha) < 0) | le_alpha(alpha, x)


@predicate
def in_range(alpha: Reals, x: Reals) -> Tensor:
    """−α ≤ clip(x, α) ≤ α."""
    return neg_alpha_le(alpha, x) & le_alpha(alpha, x)


@predicate
def in_range_if_nonneg(alpha: Reals, x: Reals) -> Tensor:
    """0 ≤ α → −α ≤ clip(x, α) ≤ α."""
    return (real(alpha) < 0) | in_range(alpha, x)


@predicate
def keeps_what_is_in_range(alpha: Reals, x: Reals) -> Tensor:
    """−α ≤ x ≤ α → clip(x, α) = x."""
    alpha, x = real(alpha), real(x)
    return (x < -alpha) | (x > alpha) | (clip(x, alpha) == x)


@predicate
def clips_once(alpha: Reals, x: Reals) -> Tensor:
    """clip(clip(x, α), α) = clip(x, α)."""
    once = clip(real(x), real(alpha))
    return clip(once, real(alpha)) == once


@predicate
def magnitude_le(alpha: Reals, x: Reals) -> Tensor:
    """|clip(x, α)| ≤ α."""
    return clip(real(x), real(alpha)).abs() <= real(alpha)


@predicate
def magnitude_le_if_nonneg(alpha: Reals, x: Reals) -> Tensor:
    """0 ≤ α → |clip(x, α)| ≤ α."""
    return (real(alpha) < 0) | magnitude_le(alpha, x)


@predicate
def monotone_in_x(alpha: Reals, x: Reals, y: Reals) -> Tensor:
    """`x ≤ y → clip(x, α) ≤ clip(y, α)`."""
    alpha, x, y = real(alpha), real(x), real(y)
    return (x > y) | (clip(x, alpha) <= clip(y, alpha))


@predicate
def within_a_wider_range(alpha: Reals, beta: Reals, x: Reals) -> Tensor:
    """α ≤ β → −β ≤ clip(x, α) ≤ β."""
    alpha, beta = real(alpha), real(beta)
    clipped = clip(real(x), alpha)
    return (alpha > beta) | ((-beta <= clipped) & (clipped <= beta))


@predicate
def within_a_wider_range_if_nonneg(alpha: Reals, beta: Reals, x: Reals) -> Tensor:
    """0 ≤ α → α ≤ β → −β ≤ clip(x, α) ≤ β."""
    return (real(alpha) < 0) | within_a_wider_range(alpha, beta, x)


@predicate
def stays_within_iff(alpha: Reals, beta: Reals, x: Reals) -> Tensor:
    """|α| ≤ β → −β ≤ clip(x, α) ≤ β, and −β ≤ clip(α, α) ≤ β → |α| ≤ β."""
    alpha, beta = real(alpha), real(beta)
    clipped, end = clip(real(x), alpha), clip(alpha, alpha)
    stays = (-beta <= clipped) & (clipped <= beta)
    end_stays = (-beta <= end) & (end <= beta)
    return ((alpha.abs() > beta) | stays) & ((alpha.abs() <= beta) | ~end_stays)


@predicate
def keeps_nonneg(alpha: Reals, x: Reals) -> Tensor:
    """0 ≤ x → 0 ≤ clip(x, α)."""
    return (real(x) < 0) | (clip(real(x), real(alpha)) >= 0)


@predicate
def falls_below_x_above_alpha(alpha: Reals, x: Reals) -> Tensor:
    """0 ≤ α < x → clip(x, α) < x: there clip is not extensive."""
    alpha, x = real(alpha), real(x)
    return (alpha < 0) | (x <= alpha) | (clip(x, alpha) < x)


# -------------------------------------------------------------------------- property-based evidence
def _inputs(scalars: Sequence[str], tensors: Sequence[str]) -> SearchStrategy[dict[str, Any]]:
    """Thresholds, and tensors of one common shape of up to three dimensions, all of one float
    width.
    """
    from hypothesis import strategies as st
    from hypothesis.extra import numpy as hnp

    @st.composite
    def inputs(draw: DrawFn) -> dict[str, Any]:
        width: Literal[32, 64] = draw(st.sampled_from((32, 64)))
        floats = st.floats(allow_nan=False, width=width)
        arrays = hnp.arrays(
            f"float{width}",
            draw(hnp.array_shapes(min_dims=0, max_dims=3, max_side=4)),
            elements=floats,
        )
        return {name: to_hex(draw(floats)) for name in scalars} | {
            name: _hex(draw(arrays).tolist()) for name in tensors
        }

    return inputs()


def _hex(value: Any) -> Any:
    return [_hex(item) for item in value] if isinstance(value, list) else to_hex(value)


def whole_tensor(law: Callable[..., Tensor]) -> Callable[..., bool]:
    """Ask a law of all elements at once; the result bears the law's name, so that a witness names
    the law itself.
    """

    def holds(**inputs: Any) -> bool:
        return bool(torch.all(law(**inputs)))

    holds.__module__, holds.__qualname__ = law.__module__, law.__qualname__
    return holds


def on_floats(
    run: Run,
    law: Callable[..., Tensor],
    *,
    scalars: Sequence[str] = ("alpha",),
    tensors: Sequence[str] = ("x",),
) -> Evidence:
    """Search the floats, with ±0, subnormals and infinities, for an input on which a law fails."""
    return search(
        whole_tensor(law),
        _inputs(scalars, tensors),
        examples=EXAMPLES,
        seed=run.seed,
        device=run.device,
        domain="float32 and float64 tensors of 0 to 3 dimensions with ±0, subnormals and ±inf; not NaN, which clip "
        "passes through",
        summary=f"{EXAMPLES} float tensors",
    )


# ------------------------------------------------------------------------------------------- claims
def _pairs(law: Callable[..., Tensor], shows: str = "") -> Evidence:
    return sweep(law, PAIRS, domain=PAIRS_DOMAIN, summary="65,536 (α, x)", shows=shows)


@claim(
    "clip.neg_alpha_le",
    statement="-α ≤ clip(x, α).",
    source=LAYER_1,
    theorem="LeanMining.neg_alpha_le_clip",
    tier="gold",
    measures=[CLIP],
    streams=of_values(neg_alpha_le, "x"),
)
def neg_alpha_le_clip(run: Run) -> Iterator[Evidence]:
    yield _pairs(neg_alpha_le)
    yield on_floats(run, neg_alpha_le)


@claim(
    "clip.le_alpha",
    statement="clip(x, α) ≤ α, for α ≥ 0.",
    source=LAYER_1,
    theorem="LeanMining.clip_le_alpha",
    tier="gold",
    measures=[CLIP],
    streams=of_values(le_alpha_if_nonneg, "x"),
)
def clip_le_alpha(run: Run) -> Iterator[Evidence]:
    yield _pairs(le_alpha_if_nonneg)
    yield on_floats(run, le_alpha_if_nonneg)


@claim(
    "clip.le_alpha_as_given",
    statement="clip(x, α) ≤ α, for every α.",
    source=LAYER_1,
    negation="LeanMining.clip_le_alpha_as_given_false",
    tier="refuted",
    streams=of_values(le_alpha, "x"),
)
def clip_le_alpha_as_given(run: Run) -> Iterator[Evidence]:
    yield _pairs(le_alpha, "clip({x}, {alpha}) > {alpha}")


@claim(
    "clip.in_range",
    statement="-α ≤ clip(x, α) ≤ α, for α ≥ 0.",
    source=LAYER_1,
    theorem="LeanMining.clip_in_range",
    tier="gold",
    measures=[CLIP],
    streams=of_values(in_range_if_nonneg, "x"),
)
def clip_in_range(run: Run) -> Iterator[Evidence]:
    yield _pairs(in_range_if_nonneg)
    yield on_floats(run, in_range_if_nonneg)


@claim(
    "clip.in_range_as_given",
    statement="-α ≤ clip(x, α) ≤ α, for every α.",
    source=LAYER_1,
    negation="LeanMining.clip_in_range_as_given_false",
    tier="refuted",
    streams=of_values(in_range, "x"),
)
def clip_in_range_as_given(run: Run) -> Iterator[Evidence]:
    yield _pairs(in_range, "clip({x}, {alpha}) is outside [-({alpha}), {alpha}]")


@claim(
    "clip.of_in_range",
    statement="If x is in [-α, α], then clip(x, α) = x.",
    source=LAYER_1,
    theorem="LeanMining.clip_of_in_range",
    tier="gold",
    measures=[CLIP],
    streams=of_values(keeps_what_is_in_range, "x"),
)
def clip_of_in_range(run: Run) -> Iterator[Evidence]:
    yield _pairs(keeps_what_is_in_range)
    yield on_floats(run, keeps_what_is_in_range)


@claim(
    "clip.idempotent",
    statement="clip(clip(x, α), α) = clip(x, α).",
    source=LAYER_1,
    theorem="LeanMining.clip_idempotent",
    tier="gold",
    measures=[CLIP],
    streams=of_values(clips_once, "x"),
)
def clip_idempotent(run: Run) -> Iterator[Evidence]:
    yield _pairs(clips_once)
    yield on_floats(run, clips_once)


@claim(
    "clip.abs_le",
    statement="|clip(x, α)| ≤ α, for α ≥ 0.",
    source=LAYER_1,
    theorem="LeanMining.clip_abs_le",
    tier="gold",
    measures=[CLIP],
    streams=of_values(magnitude_le_if_nonneg, "x"),
)
def clip_abs_le(run: Run) -> Iterator[Evidence]:
    yield _pairs(magnitude_le_if_nonneg)
    yield on_floats(run, magnitude_le_if_nonneg)


@claim(
    "clip.abs_le_as_given",
    statement="|clip(x, α)| ≤ α, for every α.",
    source=LAYER_1,
    negation="LeanMining.clip_abs_le_as_given_false",
    tier="refuted",
    streams=of_values(magnitude_le, "x"),
)
def clip_abs_le_as_given(run: Run) -> Iterator[Evidence]:
    yield _pairs(magnitude_le, "|clip({x}, {alpha})| > {alpha}")


@claim(
    "clip.mono_x",
    statement="x ≤ y implies clip(x, α) ≤ clip(y, α).",
    source=LAYER_1,
    theorem="LeanMining.clip_mono_x",
    tier="gold",
    measures=[CLIP],
    streams=of_values(monotone_in_x, "x", "y"),
)
def clip_mono_x(run: Run) -> Iterator[Evidence]:
    yield sweep(monotone_in_x, TRIPLES, domain=TRIPLES_DOMAIN, summary="16,777,216 (α, x, y)")
    yield on_floats(run, monotone_in_x, tensors=("x", "y"))


@claim(
    "clip.mono_alpha",
    statement="α ≤ β implies that clip(x, α) is in [-β, β], for α ≥ 0.",
    source=LAYER_1,
    theorem="LeanMining.clip_mono_alpha",
    tier="gold",
    measures=[CLIP],
    streams=of_values(within_a_wider_range_if_nonneg, "x"),
)
def clip_mono_alpha(run: Run) -> Iterator[Evidence]:
    yield sweep(
        within_a_wider_range_if_nonneg, RANGES, domain=RANGES_DOMAIN, summary="16,777,216 (α, β, x)"
    )
    yield on_floats(run, within_a_wider_range_if_nonneg, scalars=("alpha", "beta"))


@claim(
    "clip.mono_alpha_as_given",
    statement="α ≤ β implies that clip(x, α) is in [-β, β], for every α.",
    source=LAYER_1,
    negation="LeanMining.clip_mono_alpha_as_given_false",
    tier="refuted",
    streams=of_values(within_a_wider_range, "x"),
)
def clip_mono_alpha_as_given(run: Run) -> Iterator[Evidence]:
    yield sweep(
        within_a_wider_range,
        RANGES,
        domain=RANGES_DOMAIN,
        summary="16,777,216 (α, β, x)",
        shows="clip({x}, {alpha}) is outside [-({beta}), {beta}]",
    )


@claim(
    "clip.mem_iff",
    statement="Clipping at α keeps every x in [-β, β] if and only if |α| ≤ β, for every α.",
    source=LAYER_1,
    theorem="LeanMining.clip_mem_iff",
    tier="gold",
    measures=[CLIP],
    streams=of_values(stays_within_iff, "x"),
)
def clip_mem_iff(run: Run) -> Iterator[Evidence]:
    yield sweep(stays_within_iff, RANGES, domain=RANGES_DOMAIN, summary="16,777,216 (α, β, x)")
    yield on_floats(run, stays_within_iff, scalars=("alpha", "beta"))


@claim(
    "clip.nonneg",
    statement="x ≥ 0 implies clip(x, α) ≥ 0.",
    source=LAYER_1,
    theorem="LeanMining.clip_nonneg",
    tier="gold",
    measures=[CLIP],
    streams=of_values(keeps_nonneg, "x"),
)
def clip_nonneg(run: Run) -> Iterator[Evidence]:
    yield _pairs(keeps_nonneg)
    yield on_floats(run, keeps_nonneg)


@claim(
    "clip.not_nucleus",
    statement="Clipping is not a nucleus: it is not extensive.",
    source=LAYER_1,
    theorem="LeanMining.clip_not_nucleus",
    tier="gold",
    measures=[CLIP],
    streams=of_values(falls_below_x_above_alpha, "x"),
)
def clip_not_nucleus(run: Run) -> Iterator[Evidence]:
    yield _pairs(falls_below_x_above_alpha)
