"""What a threshold α loses on weighted whole numbers, without rounding.

The grid has N steps of Δ = 2α/N, from −α to α. Numbers, weights and thresholds are integers, and
what is returned is in int64: numbers x come in units so small that Δ, and Δ²/12 where it is asked
for, are whole. A product that leaves int64 is not noticed. Source: seed 002, Layer 2.
"""

from __future__ import annotations

import torch
from torch import Tensor

from pyharness import UsageError

__all__ = [
    "clipping_error",
    "in_range_error",
    "mass_within",
    "mse",
    "quantization_noise",
    "quantize",
    "step_size",
    "uniform_noise",
]


def clipping_error(w: Tensor, x: Tensor, alpha: Tensor) -> Tensor:
    """Return Σ w (|x| − α)² over |x| > α. Lean: `clippingError`.

    Args:
        w: weights, integers [..., n].
        x: numbers, integers [..., n].
        alpha: thresholds, integers [...].
    """
    excess = (x.long().abs() - alpha.long()[..., None]).clamp(min=0)
    return (w.long() * excess.square()).sum(-1)


def mass_within(w: Tensor, x: Tensor, alpha: Tensor) -> Tensor:
    """Return the weight of the numbers within the threshold. Lean: `massWithin`."""
    return (w.long() * (x.long().abs() <= alpha.long()[..., None])).sum(-1)


def step_size(alpha: Tensor, steps: Tensor) -> Tensor:
    """Return Δ = 2α/N. Lean: `stepSize`.

    Raises:
        UsageError: if it is not whole.
    """
    return _quotient(2 * alpha.long(), steps.long())


def uniform_noise(alpha: Tensor, steps: Tensor) -> Tensor:
    """Return Δ²/12. Lean: `uniformNoise`.

    Raises:
        UsageError: if it is not whole.
    """
    return _quotient(step_size(alpha, steps).square(), torch.as_tensor(12))


def quantization_noise(w: Tensor, x: Tensor, steps: Tensor, alpha: Tensor) -> Tensor:
    """Return Δ²/12 times the weight of the numbers within the threshold. Lean:
    `quantizationNoise`.
    """
    return uniform_noise(alpha, steps) * mass_within(w, x, alpha)


def quantize(alpha: Tensor, steps: Tensor, x: Tensor) -> Tensor:
    """Return the nearest level to each number, the lower one where two are as near. Lean:
    `quantize`.

    Args:
        alpha: thresholds, integers of 1 or more.
        steps: N, integers of 1 or more.
        x: numbers, integers; all three broadcast against each other.
    """
    step = step_size(alpha, steps)
    # The least k for which x is no further from −α + kΔ than half a step above it.
    up = 2 * (x.long() + alpha.long()) - step
    k = -torch.div(-up, 2 * step, rounding_mode="floor")
    return torch.minimum(k.clamp(min=0), steps.long()) * step - alpha.long()


def mse(w: Tensor, x: Tensor, steps: Tensor, alpha: Tensor) -> Tensor:
    """Return Σ w (x − Q(x))². Lean: `mse`."""
    return (w.long() * _squared_error(x, steps, alpha)).sum(-1)


def in_range_error(w: Tensor, x: Tensor, steps: Tensor, alpha: Tensor) -> Tensor:
    """Return Σ w (x − Q(x))² over |x| ≤ α. Lean: `inRangeError`."""
    within = x.long().abs() <= alpha.long()[..., None]
    return (w.long() * _squared_error(x, steps, alpha) * within).sum(-1)


def _squared_error(x: Tensor, steps: Tensor, alpha: Tensor) -> Tensor:
    return (x.long() - quantize(alpha[..., None], steps[..., None], x)).square()


def _quotient(a: Tensor, b: Tensor) -> Tensor:
    """The quotient of integers, which must be whole."""
    if bool((a % b).any()):
        raise UsageError("a quotient of whole numbers is no whole number: take a smaller unit")
    return torch.div(a, b, rounding_mode="floor")
