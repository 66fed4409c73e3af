"""Enclosures of a digits network around the quantization cell of each image, by interval and linear
bound propagation.

An image that is stored in INT8 stands for every image that rounds to it: a box of half a scale to
each side. An enclosure holds the outputs of the network on the whole box. Interval bounds, CROWN
and its split are computed here; α-CROWN alone needs the package of claims/requirements-bounds.txt,
which is under the GPL-3. Run `python -m claims.models.bounds` for a table, which needs it too.

Source: seed 000, "α,β-CROWN bounds". IBP: Gowal et al. 2018; CROWN: Zhang et al. 2018; α-CROWN: Xu
    et al. 2021.
"""

from __future__ import annotations

import argparse
import json
import math
import sys
from collections.abc import Callable, Sequence
from dataclasses import asdict, dataclass
from typing import Literal, get_args

import torch
from torch import Tensor, nn

from claims.models.digits import NETWORKS
from claims.models.layers import Kind, Recorder
from claims.models.zoo import digits_weights, read_held_out
from pyharness import (
    HarnessError,
    UsageError,
    cached_on_cpu,
    choose_params_affine,
    dequantize_affine,
    quantize_affine,
)

__all__ = [
    "Enclosure",
    "Method",
    "Report",
    "box_lower",
    "box_upper",
    "enclose",
    "first_layer",
    "sequential",
    "survey",
    "whole_layers",
]

Method = Literal["ibp", "crown", "split", "alpha-crown"]
"""Interval bounds; CROWN; CROWN on both halves of a box that is split by the sign of one neuron,
with a multiplier as in β-CROWN; CROWN with optimized slopes."""

SLACK = 1e-9
"""How far an output may leave an enclosure by float64's rounding."""


@dataclass(frozen=True, eq=False)
class Enclosure:
    """Bounds of each output over a box around each input, float64 [inputs, outputs] each."""

    lower: Tensor
    upper: Tensor

    def holds(self, outputs: Tensor) -> Tensor:
        """Return for each input whether its outputs [inputs, outputs] are inside, bool [inputs]."""
        return ((self.lower - SLACK <= outputs) & (outputs <= self.upper + SLACK)).all(1)

    def settles(self) -> Tensor:
        """Return for each input whether one output is the largest on the whole box, bool
        [inputs].
        """
        best = self.lower.argmax(1, keepdim=True)
        others = self.upper.scatter(1, best, -math.inf).amax(1)
        return self.lower.gather(1, best).squeeze(1) > others


@dataclass(frozen=True)
class Report:
    """What enclosures of one network by one method say of the quantization cells of the held-out
    digits.

    Attributes:
        network: a key of `digits.NETWORKS`.
        method: how they were computed.
        images: how many.
        mean_width: of an output, over all outputs and images.
        settled: the share of images whose class is the same on the whole cell; None for the
            autoencoder.
        escaped: images of which the INT8 image's output, the original's, or one of the samples'
            left the enclosure; a number other than 0 is an error.
        tried: how many images of each cell: its INT8 image, the original and the samples.
    """

    network: str
    method: Method
    images: int
    mean_width: float
    settled: float | None
    escaped: int
    tried: int


def sequential(network: str) -> nn.Sequential:
    """Return a digits network as linear layers and ReLU, float64, a convolution unrolled to the
    matrix that it applies.

    Raises:
        UsageError: if there is no such network.
    """
    if network not in NETWORKS:
        raise UsageError(f"no digits network {network!r}; there are {', '.join(NETWORKS)}")
    weights = {name: value.double() for name, value in digits_weights(network).items()}
    run = _Unrolling(weights)
    with torch.no_grad():
        NETWORKS[network].forward(run, torch.zeros(1, 64, dtype=torch.float64))
    layers: list[nn.Module] = []
    for matrix, bias, kind in run.steps:
        linear = nn.Linear(matrix.shape[1], matrix.shape[0], dtype=torch.float64)
        linear.weight, linear.bias = (
            nn.Parameter(matrix, requires_grad=False),
            nn.Parameter(bias, requires_grad=False),
        )
        layers += [linear, nn.ReLU()] if kind == "relu" else [linear]
    return nn.Sequential(*layers)


class _Unrolling(Recorder):
    """Notes each layer as a matrix and a bias, by what it makes of the unit inputs and of zero."""

    def __init__(self, weights: dict[str, Tensor]) -> None:
        super().__init__(weights)
        self.steps: list[tuple[Tensor, Tensor, str]] = []
        self._noting = True

    def linear(self, name: str, x: Tensor, kind: Kind) -> Tensor:
        """As `Recorder.linear`."""
        return self._note(super().linear, name, x, kind)

    def conv(
        self, name: str, x: Tensor, kind: Kind, *, stride: int = 1, padding: int = 0
    ) -> Tensor:
        """As `Recorder.conv`."""
        return self._note(super().conv, name, x, kind, stride=stride, padding=padding)

    def _note(
        self, apply: Callable[..., Tensor], name: str, x: Tensor, kind: Kind, **shape: int
    ) -> Tensor:
        size = x[0].numel()
        units = torch.cat(
            [torch.zeros(1, size, dtype=x.dtype), torch.eye(size, dtype=x.dtype)]
        ).reshape(-1, *x.shape[1:])
        outputs = apply(name, units, kind, **shape).flatten(1)
        self.steps.append(((outputs[1:] - outputs[0]).T.contiguous(), outputs[0].clone(), kind))
        return apply(name, x, kind, **shape)


def enclose(network: nn.Sequential, inputs: Tensor, radius: float, method: Method) -> Enclosure:
    """Enclose a network's outputs over the box of a radius around each input.

    Args:
        network: linear layers and ReLU, float64, as `sequential` gives.
        inputs: float64 [inputs, in].
        radius: half the box's side.
        method: "ibp", "crown", "split" or "alpha-crown".

    Raises:
        UsageError: if there is no such method, or the package bound-propagation is not installed
            and the method needs it.
    """
    if method not in get_args(Method):
        raise UsageError(f"no method {method!r}; there are {', '.join(get_args(Method))}")
    if method == "alpha-crown":
        return _alpha_crown(network, inputs, radius)
    layers = [layer for layer in network if isinstance(layer, nn.Linear)]
    lower, upper = inputs - radius, inputs + radius
    if method == "ibp":
        return Enclosure(*_intervals(layers, lower, upper))
    found = []
    for low, high in zip(lower.split(BATCH), upper.split(BATCH), strict=True):
        known = _Crown(layers, low, high)
        found.append(known.enclosure() if method == "crown" else known.split())
    return Enclosure(
        torch.cat([one.lower for one in found]), torch.cat([one.upper for one in found])
    )


@cached_on_cpu
def first_layer() -> tuple[Tensor, Tensor]:
    """Return the perceptron's first weight in INT8 steps, codes less zero points, int64 [out, in],
    and the held-out digits in the 17 values of a pixel, int64 [images, in].
    """
    weight = digits_weights("mlp")["hidden1.weight"]
    params = choose_params_affine(weight, (1, weight.shape[1]))
    codes = quantize_affine(weight, (1, weight.shape[1]), *params)
    return codes.long() - params.zero_point.long(), (read_held_out()[0] * 16).long()


@cached_on_cpu
def whole_layers(network: str) -> tuple[tuple[Tensor, Tensor], ...]:
    """Return the weights and biases of a digits network in whole numbers: weights in INT8 steps,
    a step a weight, and biases in the steps of what they are added to; int64 [out, in] and [out].
    """
    layers, step = [], 1 / 16
    for layer in sequential(network):
        if isinstance(layer, nn.Linear):
            params = choose_params_affine(layer.weight, layer.weight.shape, symmetric=True)
            codes = quantize_affine(layer.weight, layer.weight.shape, *params)
            step *= float(params.scale)
            layers.append((codes.long(), (layer.bias / step).round().long()))
    return tuple(layers)


BATCH = 8
"""How many inputs are enclosed at a time."""


def box_upper(w: Tensor, lower: Tensor, upper: Tensor) -> Tensor:
    """Return the greatest value of w · x for x between two vectors, Σ max(w, 0) u + min(w, 0) l
    over the last dimension. Lean: `boxUpper`.
    """
    return (w.clamp(min=0) * upper + w.clamp(max=0) * lower).sum(-1)


def box_lower(w: Tensor, lower: Tensor, upper: Tensor) -> Tensor:
    """Return the least value of w · x for x between two vectors, Σ max(w, 0) l + min(w, 0) u over
    the last dimension. Lean: `boxLower`.
    """
    return (w.clamp(min=0) * lower + w.clamp(max=0) * upper).sum(-1)


def _intervals(layers: Sequence[nn.Linear], lower: Tensor, upper: Tensor) -> tuple[Tensor, Tensor]:
    """Return interval bounds of the last layer's outputs. Lean: `Network.interval`."""
    for number, layer in enumerate(layers):
        if number:
            lower, upper = lower.relu(), upper.relu()
        low, high = lower[:, None], upper[:, None]
        lower, upper = (
            box_lower(layer.weight, low, high) + layer.bias,
            box_upper(layer.weight, low, high) + layer.bias,
        )
    return lower, upper


class _Crown:
    """CROWN's bounds of a network over boxes: bounds of each layer's preactivations in turn, from
    lines through those before. Lean: `Network.crownCoefficient` and `Network.crownConstant`.
    """

    def __init__(self, layers: Sequence[nn.Linear], lower: Tensor, upper: Tensor) -> None:
        self.layers, self.lower, self.upper = layers, lower, upper
        self.bounds: list[tuple[Tensor, Tensor]] = []
        for _ in layers:
            size = self.layers[len(self.bounds)].out_features
            ends = torch.eye(size, dtype=lower.dtype).expand(len(lower), size, size)
            self.bounds.append((-self._bound(-ends), self._bound(ends)))

    def enclosure(self) -> Enclosure:
        """Return the bounds of the last layer."""
        return Enclosure(*self.bounds[-1])

    def split(self) -> Enclosure:
        """Return bounds that hold on both halves of each box, split by the sign of the neuron of
        the last hidden layer whose range goes farthest to both sides of 0; CROWN's own where those
        are tighter. Lean: `le_of_split`.
        """
        low, high = self.bounds[-2]
        neuron = torch.minimum(-low, high).argmax(1, keepdim=True)
        size = self.layers[-1].out_features
        ends = torch.eye(size, dtype=low.dtype).expand(len(low), size, size)
        return Enclosure(
            torch.maximum(self.bounds[-1][0], -self._halves(-ends, neuron)),
            torch.minimum(self.bounds[-1][1], self._halves(ends, neuron)),
        )

    def _halves(self, ends: Tensor, neuron: Tensor) -> Tensor:
        """Return the larger of the two halves' bounds of `ends` times the output, each the smallest
        over the multipliers.
        """
        whole = self.bounds[-2]
        halves = []
        for sign, range_of_half in (
            (1.0, (whole[0].scatter(1, neuron, whole[0].gather(1, neuron).clamp(min=0)), whole[1])),
            (
                -1.0,
                (whole[0], whole[1].scatter(1, neuron, whole[1].gather(1, neuron).clamp(max=0))),
            ),
        ):
            self.bounds[-2] = range_of_half
            scale = (
                (ends @ self.layers[-1].weight)
                .abs()
                .gather(2, neuron[:, None].expand(-1, ends.shape[1], 1))
            )
            bounds = [
                self._bound(ends, last=True, multiplier=(neuron, sign * share * scale))
                for share in MULTIPLIERS
            ]
            halves.append(torch.stack(bounds).amin(0))
            self.bounds[-2] = whole
        return torch.maximum(*halves)

    def _bound(
        self,
        a: Tensor,
        *,
        last: bool = False,
        multiplier: tuple[Tensor, Tensor] | None = None,
    ) -> Tensor:
        """Return an upper bound of a · preactivation of the layer whose bounds are next, or of the
        last layer, [inputs, outputs].

        Args:
            a: [inputs, outputs, size of the layer].
            last: of the last layer, whose bounds are there already.
            multiplier: a neuron of the layer before for each input, [inputs, 1], and by how much
                its coefficient is raised, [inputs, outputs, 1].
        """
        constant = torch.zeros(a.shape[:2], dtype=a.dtype)
        start = len(self.layers) - 1 if last else len(self.bounds)
        for number in range(start, -1, -1):
            constant = constant + a @ self.layers[number].bias
            a = a @ self.layers[number].weight
            if number:
                low, high = (side[:, None] for side in self.bounds[number - 1])
                crosses = (low < 0) & (high > 0)
                width = torch.where(crosses, high - low, 1)
                positive = (low >= 0).to(a.dtype)
                above = torch.where(crosses, high / width, positive)
                offset = torch.where(crosses, -high * low / width, 0)
                below = torch.where(crosses, (high >= -low).to(a.dtype), positive)
                constant = constant + (a.clamp(min=0) * offset).sum(-1)
                a = a.clamp(min=0) * above + a.clamp(max=0) * below
                if multiplier is not None and number == start:
                    neuron, amount = multiplier
                    a = a.scatter_add(2, neuron[:, None].expand(-1, a.shape[1], 1), amount)
        return box_upper(a, self.lower[:, None], self.upper[:, None]) + constant


MULTIPLIERS = (0.0, 0.25, 0.5, 1.0)
"""What multipliers are tried in each half, in units of the coefficient of the splitting neuron."""


def _alpha_crown(network: nn.Sequential, inputs: Tensor, radius: float) -> Enclosure:
    try:
        from bound_propagation import BoundModelFactory, HyperRectangle
    except ImportError as error:
        raise UsageError(
            "α-CROWN needs the package bound-propagation (GPL-3); run: pip install -r "
            "claims/requirements-bounds.txt"
        ) from error
    bounded = BoundModelFactory().build(network)
    with torch.set_grad_enabled(True):
        found = bounded.crown(HyperRectangle.from_eps(inputs, radius), alpha=True).concretize()
    return Enclosure(found.lower.detach(), found.upper.detach())


def survey(
    network: str, method: Method, *, images: int = 360, samples: int = 8, seed: int = 0
) -> Report:
    """Enclose a digits network around the quantization cell of each held-out digit, and look for
    outputs that leave.

    Args:
        network: a key of `digits.NETWORKS`.
        method: as in `enclose`.
        images: how many of the held-out digits.
        samples: how many images to draw in each cell, corners among them.
        seed: of the draws.

    Raises:
        UsageError: as `enclose` and `sequential`.
    """
    model = sequential(network)
    digits = read_held_out()[0][:images].double()
    params = choose_params_affine(digits, digits.shape)
    codes = quantize_affine(digits, digits.shape, *params)
    stored = dequantize_affine(codes, digits.shape, params.scale, params.zero_point)
    radius = float(params.scale) / 2
    enclosure = enclose(model, stored, radius, method)
    generator = torch.Generator().manual_seed(seed)
    tried = [stored, digits]
    for number in range(samples):
        offsets = 2 * torch.rand(digits.shape, generator=generator, dtype=torch.float64) - 1
        tried.append(stored + radius * (offsets.sign() if number % 2 else offsets))
    with torch.no_grad():
        inside = torch.stack([enclosure.holds(model(some)) for some in tried]).all(0)
    classifies = NETWORKS[network].measure == "accuracy"
    return Report(
        network,
        method,
        len(digits),
        float((enclosure.upper - enclosure.lower).mean()),
        float(enclosure.settles().double().mean()) if classifies else None,
        int((~inside).sum()),
        len(tried),
    )


def main(arguments: Sequence[str] | None = None) -> int:
    """Print a table of `survey` over all networks and methods; exit status 1 if an output left its
    enclosure.
    """
    parser = argparse.ArgumentParser(
        prog="python -m claims.models.bounds",
        formatter_class=argparse.RawDescriptionHelpFormatter,
        description="Enclose the digits networks around the quantization cell of each held-out digit.",
        epilog="example:\n  python -m claims.models.bounds --images 36 --json",
    )
    parser.add_argument(
        "--images", type=int, default=360, help="how many of the 360 held-out digits (default: all)"
    )
    parser.add_argument("--json", action="store_true", help="print JSON")
    options = parser.parse_args(arguments)
    if not 1 <= options.images <= 360:
        parser.error("--images must be from 1 to 360")
    reports = []
    for network in NETWORKS:
        for method in get_args(Method):
            if sys.stderr.isatty() and not options.json:
                print(f"\r{network}, {method} …", end="\033[K", file=sys.stderr, flush=True)
            reports.append(survey(network, method, images=options.images))
    if options.json:
        print(json.dumps([asdict(report) for report in reports], indent=2))
    else:
        if sys.stderr.isatty():
            print("\r\033[K", end="", file=sys.stderr)
        print(
            f"{'network':12} {'method':12} {'images':>6} {'mean width':>11} {'settled':>8} {'escaped':>8}"
        )
        for report in reports:
            settled = "" if report.settled is None else f"{report.settled:.1%}"
            print(
                f"{report.network:12} {report.method:12} {report.images:6} {report.mean_width:11.5f} {settled:>8} "
                f"{report.escaped:8}"
            )
    return 1 if any(report.escaped for report in reports) else 0


if __name__ == "__main__":
    try:
        sys.exit(main())
    except HarnessError as error:
        print(f"claims.models.bounds: {error}", file=sys.stderr)
        sys.exit(error.exit_code)
