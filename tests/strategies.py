"""Hypothesis strategies that the tests share: tensors of floats, with the awkward ones among them,
and of integers.
"""

from __future__ import annotations

import math

import torch
from hypothesis import strategies as st
from torch import Tensor

from pyharness.evidence import Evidence, Mark, Plot, Points, TensorRef, Witness

__all__ = [
    "bits",
    "evidence",
    "finite_floats",
    "finite_tensors",
    "int8_tensors",
    "int8s",
    "json_values",
    "shapes",
]

bits = st.integers(2, 16)
int8s = st.integers(-128, 127)
shapes = st.lists(st.integers(0, 4), max_size=3).map(tuple)
finite_floats = st.floats(-(2.0**100), 2.0**100, width=32) | st.sampled_from(
    [0.0, -0.0, 2.0**-149, -(2.0**-149), 2.0**-126, 0.5, 1.5, 2.5]
)
"""Float32 values of any magnitude to 2^100, signed zeros and subnormals included."""


@st.composite
def finite_tensors(draw: st.DrawFn, *, min_size: int = 0) -> Tensor:
    """float32 tensors of zero to three dimensions, with at least `min_size` elements."""
    shape = draw(shapes.filter(lambda shape: math.prod(shape) >= min_size))
    size = math.prod(shape)
    values = draw(st.lists(finite_floats, min_size=size, max_size=size))
    return torch.tensor(values, dtype=torch.float32).reshape(shape)


@st.composite
def int8_tensors(draw: st.DrawFn) -> Tensor:
    """One-dimensional int8 tensors."""
    return torch.tensor(draw(st.lists(int8s, max_size=16)), dtype=torch.int8)


json_values = st.recursive(
    st.none()
    | st.booleans()
    | st.integers()
    | st.floats(allow_nan=False, allow_infinity=False)
    | st.text(),
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(st.text(), inner, max_size=4),
    max_leaves=12,
)
"""What JSON can hold."""

_words = st.text("ab∀ é", min_size=1).filter(str.strip)
_counts = st.integers(0, 2**40)
_references = st.builds(
    TensorRef, _words, st.lists(_counts, max_size=3).map(tuple), st.just("int8"), st.just("0" * 64)
)
_witnesses = st.builds(
    Witness,
    _words,
    st.dictionaries(_words, json_values, max_size=3),
    st.text().filter(str.strip),
)


@st.composite
def evidence(draw: st.DrawFn) -> Evidence:
    """Evidence of every kind, with and without violations, bounds, tensors and rows of figures."""
    kind = draw(
        st.sampled_from(("exhaustive", "model", "property", "statistics", "witness", "conformance"))
    )
    cases = draw(_counts)
    violations = draw(st.integers(0, cases))
    error, tolerance = draw(st.none() | st.tuples(st.floats(0, 1), st.floats(1, 2))) or (None, None)
    columns = draw(st.lists(_words, unique=True, max_size=3))
    numbers = draw(st.booleans())
    cells = st.floats(allow_nan=False, allow_infinity=False) if numbers else json_values
    rows = draw(st.lists(st.tuples(*(cells for _ in columns)), max_size=3))
    shown = draw(_shown(columns)) if numbers and columns and rows else {}
    return Evidence(
        kind,
        draw(_words),
        cases,
        violations,
        draw(_words),
        error,
        tolerance,
        draw(st.sampled_from(("cpu", "cuda"))),
        draw(st.none() | _counts),
        tuple(draw(st.lists(_references, max_size=3))),
        draw(_witnesses) if violations else None,
        tuple(dict(zip(columns, row, strict=True)) for row in rows),
        draw(_words) if kind == "conformance" else None,
        **shown,
    )


@st.composite
def _shown(draw: st.DrawFn, columns: list[str]) -> dict[str, object]:
    """Plots and points of columns of numbers."""
    y, x = tuple(columns), draw(st.sampled_from(columns))
    plots = st.sampled_from(
        (
            Plot("lines", "t", y=y, x=x, spans={y[0]: (x,)}, y_label="words"),
            Plot("points", "t", y=y[:1], x=x, labels=x),
            Plot("categories", "t", y=y, by=(x,)),
            Plot("rows", "t", y=y, by=(x,), at=(0.5,) * len(y), x_label="x"),
        )
    )
    marks = st.builds(Mark, _words, _words) | st.builds(
        Mark, _words, _words, st.floats(0.01, 3.8), _words
    )
    points = st.builds(
        Points, st.tuples(st.tuples(_words, _words)), st.just(y), st.lists(marks).map(tuple)
    )
    return {
        "plots": tuple(draw(st.lists(plots, max_size=3))),
        "points": draw(st.none() | points),
    }
