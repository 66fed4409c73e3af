"""Notation of the predicates: what a witness holds or a sweep hands over, as the tensors that a law
speaks of.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, TypeAlias

import torch
from torch import Tensor

from pyharness import from_hex, notation

__all__ = ["Integers", "Reals", "choices", "int8", "integers", "pair", "real"]

Integers: TypeAlias = "Tensor | int | Sequence[Integers]"
"""Integers, as a tensor or as a witness holds them."""

Reals: TypeAlias = "Integers | float | str | Sequence[Reals]"
"""Floats or integers, as a tensor or as a witness holds them: floats in hexadecimal."""


@notation
def int8(value: Integers) -> Tensor:
    """Return integers from −128 to 127 as an int8 tensor."""
    return torch.as_tensor(value, dtype=torch.int8)


@notation
def integers(value: Integers) -> Tensor:
    """Return integers as an int64 tensor."""
    return torch.as_tensor(value).long()


@notation
def pair(a: Integers, b: Integers) -> Tensor:
    """Return the vectors (a, b), int64 [..., 2]."""
    return torch.stack(torch.broadcast_tensors(integers(a), integers(b)), -1)


@notation
def choices(number: int) -> Tensor:
    """Return all choices among some things, bool [2^number, number]."""
    return torch.cartesian_prod(*[torch.tensor([False, True])] * number).view(-1, number)


@notation
def real(value: Reals) -> Tensor:
    """Return numbers as a float64 tensor, exactly."""
    if isinstance(value, Tensor):
        return value.double()
    return torch.tensor(_numbers(value), dtype=torch.float64)


@notation
def _numbers(value: Any) -> Any:
    return [_numbers(item) for item in value] if isinstance(value, list) else from_hex(value)
