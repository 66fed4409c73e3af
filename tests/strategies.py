"""Hypothesis strategies that the tests share: tensors of floats, with the awkward ones among them, and of integers."""
from __future__ import annotations

import math

import torch
from hypothesis import strategies as st
from torch import Tensor

__all__ = ["bits", "finite_floats", "finite_tensors", "int8s", "int8_tensors", "shapes"]

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
