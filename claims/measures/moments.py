"""Moments of weighted numbers in components, and the kurtosis of their mixture, float64.

Weights w of a component's numbers, and v of the components, add up to 1 each. Source: seed 002,
Layer 3.
"""

from __future__ import annotations

from torch import Tensor

__all__ = ["excess_kurtosis", "kurtosis_formula", "mixture_kurtosis", "mixture_mean", "moment"]


def moment(w: Tensor, x: Tensor, mu: Tensor, p: Tensor) -> Tensor:
    """Return Σ w (x − μ)^p. Lean: `moment`.

    Args:
        w: weights, [..., n].
        x: numbers, [..., n].
        mu: points, [...].
        p: whole numbers from 0 on, [...].
    """
    distance = x.double() - mu.double()[..., None]
    return (w.double() * distance.pow(p[..., None])).sum(-1)


def excess_kurtosis(w: Tensor, x: Tensor) -> Tensor:
    """Return the fourth central moment over the squared variance, less 3. Lean:
    `excessKurtosis`.
    """
    mean = (w.double() * x.double()).sum(-1)
    return _fourth(w, x, mean) / _second(w, x, mean).square() - 3


def mixture_mean(v: Tensor, w: Tensor, x: Tensor) -> Tensor:
    """Return the mean of a mixture. Lean: `mixtureMean`.

    Args:
        v: weights of the components, [..., c].
        w: weights of their numbers, [..., c, n].
        x: the numbers, [..., c, n].
    """
    return (v.double() * (w.double() * x.double()).sum(-1)).sum(-1)


def mixture_kurtosis(v: Tensor, w: Tensor, x: Tensor) -> Tensor:
    """Return the excess kurtosis of a mixture. Lean: `effectiveKurtosis`."""
    mean = mixture_mean(v, w, x)[..., None]
    fourth, second = (v.double() * about(w, x, mean) for about in (_fourth, _second))
    return fourth.sum(-1) / second.sum(-1).square() - 3


def kurtosis_formula(v: Tensor, kurtosis: Tensor, spread: Tensor, delta: Tensor) -> Tensor:
    """Return what the seed's formula gives for it, [...]. Lean: `kurtosisFormula`.

    Args:
        v: weights of the components, [..., c].
        kurtosis: their excess kurtoses, [..., c].
        spread: their variances, [..., c].
        delta: how far their means are from that of the mixture, [..., c].
    """
    v, far = v.double(), delta.double().square()
    own = (v * ((kurtosis.double() + 3) * spread.double().square())).sum(-1)
    both = 6 * (v * (spread.double() * far)).sum(-1)
    total = (v * spread.double()).sum(-1) + (v * far).sum(-1)
    return (own + both + (v * far.square()).sum(-1)) / total.square() - 3


def _second(w: Tensor, x: Tensor, mean: Tensor) -> Tensor:
    return (w.double() * (x.double() - mean[..., None]).square()).sum(-1)


def _fourth(w: Tensor, x: Tensor, mean: Tensor) -> Tensor:
    return (w.double() * (x.double() - mean[..., None]).square().square()).sum(-1)
