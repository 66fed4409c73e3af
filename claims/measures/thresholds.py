"""Clipping thresholds: what a threshold α loses on data, by clipping and by rounding, and which α
loses least.

The quantizer takes the nearest of 2^bits levels from −α to α, both of them levels, in steps of Δ =
2α / (2^bits − 1). Data are finite and weighted, so that a tensor and a distribution given by nodes
are treated alike. Source: seed 002, Layers 2 to 4.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Mapping, Sequence
from functools import cached_property

import numpy as np
import torch
from torch import Tensor
from torch.nn import functional

from pyharness import UsageError, computed_on_cpu, dequantize_affine, quantize_affine

__all__ = [
    "REFERENCES",
    "Data",
    "banner_rule",
    "banner_threshold",
    "reference",
    "running_sums",
    "step_size",
    "to_grid",
    "variance",
]


def step_size(alpha: float, bits: int) -> float:
    """Return Δ = 2α / (2^bits − 1). Lean: `stepSize`."""
    return 2 * alpha / (2.0**bits - 1)


def to_grid(x: Tensor, alpha: float, bits: int) -> Tensor:
    """Return the nearest level to each entry, float64 in the shape of `x`. Lean: `quantize`, which
    breaks ties downwards.

    Args:
        x: floating point, any shape, finite.
        alpha: the threshold, positive.
        bits: 1 or more.
    """
    step = step_size(alpha, bits)
    codes = quantize_affine(x, x.shape, step, 0, 0, 2**bits - 1, offset=-alpha)
    return dequantize_affine(codes, x.shape, step, offset=-alpha)


def variance(x: Tensor) -> float:
    """Return the mean square of the entries less their mean, as `Data` has it, without sorting
    them.

    Args:
        x: floating point, any shape, not empty.
    """
    x = x.double().flatten()
    return _moments(x, torch.ones_like(x) / len(x))[2]


def _moments(x: Tensor, weights: Tensor) -> tuple[float, Tensor, float]:
    """The mean, the entries less the mean, and the variance."""
    mean = float((weights * x).sum())
    centered = x - mean
    return mean, centered, float((weights * centered.square()).sum())


_WIDTH = 512
"""How many numbers `running_sums` adds up in one product."""


def running_sums(x: Tensor) -> Tensor:
    """Return the sum of the first 1, 2, … entries, float64 [entries]: each time the same for the
    same entries.

    On a GPU torch's own is not repeatable, so that it refuses it; there the sums are products with
    a triangle of ones.

    Args:
        x: float64 [entries].
    """
    if x.device.type == "cpu":
        return x.cumsum(0)
    rows = functional.pad(x, (0, -len(x) % _WIDTH)).view(-1, _WIDTH)
    within = rows @ torch.ones(_WIDTH, _WIDTH, dtype=x.dtype, device=x.device).triu()
    if len(rows) > 1:
        within[1:] += running_sums(within[:-1, -1])[:, None]
    return within.flatten()[: len(x)]


class Data:
    """Numbers with weights that add up to 1, of which errors at any threshold are found in little
    time.

    Args:
        x: floating point, any shape, not empty, finite, not all zero.
        weights: as many, not negative, not all zero; scaled to add up to 1. Equal if None.

    Raises:
        UsageError: if there is nothing to measure.
    """

    def __init__(self, x: Tensor, weights: Tensor | None = None) -> None:
        x = x.double().flatten()
        equal = weights is None
        weights = torch.ones_like(x) if weights is None else weights.double().flatten()
        if (
            not x.numel()
            or not bool(x.isfinite().all())
            or not bool(x.any())
            or not weights.sum() > 0
        ):
            raise UsageError("errors are measured on finite numbers of which some are not zero")
        self._equal = equal
        self._weights = weights / weights.sum()
        self._magnitudes = x.abs()
        self.mean, centered, self.variance = _moments(x, self._weights)
        self._fourth = float((self._weights * centered.square().square()).sum())

    @cached_property
    def _sorted(self) -> tuple[Tensor, list[Tensor]]:
        """The magnitudes, sorted, and the running sums of their weights, first and second moments.
        Some figures need none of it, and it takes the longest.
        """
        weights = self._weights
        if self._equal and self._magnitudes.device.type == "cpu":
            # numpy's sort is several times as fast, and equal weights need no order.
            sizes = torch.from_numpy(np.sort(self._magnitudes.numpy()))
        else:
            sizes, order = self._magnitudes.sort(stable=True)
            weights = weights[order]
        zero = weights.new_zeros(1)
        powers = (weights, weights * sizes, weights * sizes * sizes)
        return sizes, [torch.cat([zero, running_sums(values)]) for values in powers]

    @cached_property
    def kurtosis(self) -> float:
        """The excess kurtosis: the fourth central moment over the squared variance, less 3."""
        return self._fourth / self.variance**2 - 3

    @property
    def std(self) -> float:
        """The standard deviation."""
        return math.sqrt(self.variance)

    @property
    def mean_magnitude(self) -> float:
        """The mean magnitude."""
        return float((self._weights * self._magnitudes).sum())

    @property
    def largest(self) -> float:
        """The largest magnitude."""
        return float(self._magnitudes.max())

    def _between(self, bounds: Tensor) -> list[Tensor]:
        """The weights, first and second moments of the magnitudes between consecutive bounds, and
        over the last; in each row of the bounds.
        """
        sizes, of_all = self._sorted
        places = torch.searchsorted(sizes, bounds, right=True)
        last = (*bounds.shape[:-1], 1)
        return [torch.diff(sums[places], append=sums[-1].expand(last)) for sums in of_all]

    def _spread(self, bounds: Tensor, levels: Tensor) -> Tensor:
        """The sums of (|x| − level)² between consecutive bounds."""
        mass, first, second = self._between(bounds)
        return (second - 2 * levels * first + levels.square() * mass).clamp(min=0)

    def within(self, alpha: float) -> float:
        """Return the weight of what is within the threshold. Lean: `massWithin`."""
        return 1 - float(self._between(self._magnitudes.new_tensor([alpha]))[0])

    def clipping_error(self, alpha: float) -> float:
        """Return the mean of (|x| − α)² over |x| > α. Lean: `clippingError`."""
        alpha_ = self._magnitudes.new_tensor([alpha])
        return float(self._spread(alpha_, alpha_).sum())

    def noise(self, alpha: float, bits: int) -> float:
        """Return the model of the rounding error: Δ²/12 times the weight within the threshold.
        Lean: `quantizationNoise`.
        """
        return step_size(alpha, bits) ** 2 / 12 * self.within(alpha)

    def in_range_error(self, alpha: float, bits: int) -> float:
        """Return the rounding error of what is within the threshold. Lean: `inRangeError`."""
        return self.mse(alpha, bits) - self.clipping_error(alpha)

    def mse(self, alpha: float, bits: int) -> float:
        """Return the mean square error of the quantizer. Lean: `mse`."""
        return self._mses([alpha], bits)[0]

    def _mses(self, alphas: Sequence[float], bits: int) -> list[float]:
        """The mean square error at each threshold."""
        steps = self._magnitudes.new_tensor([[step_size(alpha, bits)] for alpha in alphas])
        cells = torch.arange(2 ** (bits - 1), dtype=torch.float64, device=steps.device)
        # Magnitudes in [k Δ, (k + 1) Δ) go to the level (k + 1/2) Δ; those over the last level go
        # there too.
        bounds = cells * steps
        bounds[:, 0] = -1
        found: list[float] = self._spread(bounds, (cells + 0.5) * steps).sum(1).tolist()
        return found

    def best_threshold(self, bits: int) -> tuple[float, float]:
        """Return the threshold of the least mean square error that a search finds, and that error.

        Of 256 thresholds from a twentieth of the standard deviation, or the largest magnitude if
        that is less, up to the largest magnitude, in equal ratios; then of 32 around the best,
        twice.
        """
        low, high = min(self.std / 20, self.largest / 2), self.largest
        count = 256
        for _ in range(3):
            grid = torch.logspace(
                math.log10(low), math.log10(high), count, dtype=torch.float64, device="cpu"
            ).tolist()
            errors = self._mses(grid, bits)
            best = min(range(len(grid)), key=errors.__getitem__)
            low, high, count = grid[max(best - 1, 0)], grid[min(best + 1, len(grid) - 1)], 32
        return grid[best], errors[best]


def banner_rule(kurtosis: float) -> float:
    """Return Banner's rule for INT4, in standard deviations: 2.5 + 0.3 ln(1 + max(0, κ)). Source:
    seed 002, Layer 4.
    """
    return 2.5 + 0.3 * math.log1p(max(0.0, kurtosis))


def banner_threshold(data: Data) -> float:
    """Return the threshold of Banner's rule for data."""
    return data.std * banner_rule(data.kurtosis)


_NODES = 60_000


def _nodes(density: Callable[[Tensor], Tensor], end: float) -> tuple[Tensor, Tensor]:
    """Nodes on (0, end], closer together near 0, with the weights of the midpoint rule."""
    u = (torch.arange(_NODES, dtype=torch.float64) + 0.5) / _NODES
    return end * u.pow(3), density(end * u.pow(3)) * u.square()


def _normal(x: Tensor) -> Tensor:
    return torch.exp(-x.square() / 2)


def _student(degrees: float) -> Callable[[Tensor], Tensor]:
    return lambda x: (1 + x.square() / degrees).pow(-(degrees + 1) / 2)


REFERENCES: Mapping[str, tuple[Callable[[Tensor], Tensor], float]] = {
    "Gaussian": (_normal, 12.0),
    "Laplace": (lambda x: torch.exp(-x), 60.0),
    "uniform": (torch.ones_like, 1.0),
    **{f"Student-t, {degrees}": (_student(degrees), 1000.0) for degrees in (5, 6, 8, 10, 20, 50)},
}
"""Symmetric densities, not normalised, and where the nodes end; `reference` makes data of them."""

CONTAMINATION, FAR = 1e-6, 1000.0
"""Of the contaminated normal distribution: the share of the wide component, and its standard
deviation."""


def reference(name: str) -> Data:
    """Return a distribution of `REFERENCES`, or "contaminated normal", as nodes with weights, on
    both sides of 0.
    """
    x, w = _points(name)
    return Data(torch.cat([-x, x]), torch.cat([w, w]))


@computed_on_cpu
def _points(name: str) -> tuple[Tensor, Tensor]:
    if name == "contaminated normal":
        near, weights = _nodes(_normal, 12.0)
        return torch.cat([near, FAR * near]), torch.cat(
            [(1 - CONTAMINATION) * weights, CONTAMINATION * weights]
        )
    return _nodes(*REFERENCES[name])
