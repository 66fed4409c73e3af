"""Layers: a model's weight matrices with what they put out on real inputs, recorded while the model
runs.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Literal

import torch
from torch import Tensor
from torch.nn import functional

__all__ = ["Kind", "Layer", "Recorder", "linear"]

Kind = Literal["relu", "gelu", "sigmoid", "lstm", "query", "key", "value", "linear"]


@dataclass(frozen=True, eq=False)
class Layer:
    """One weight matrix and its outputs on real inputs.

    Attributes:
        name: dotted, as in the weights file, without `.weight`.
        weight: float32, [out, in] or, for a convolution, [out, in, kernel…].
        preactivation: float32, [rows, out]: the outputs, bias included, before any nonlinearity. A
            row is one input's token, time step or pixel, in the order of the inputs.
        kind: what the outputs go into: "relu", "gelu", "sigmoid"; "lstm" for a part of an LSTM's
            gates; "query", "key", "value" of an attention; "linear" where no nonlinearity follows
            directly.
    """

    name: str
    weight: Tensor
    preactivation: Tensor
    kind: Kind


def linear(x: Tensor, weight: Tensor, bias: Tensor | None = None) -> Tensor:
    """Return x Wᵀ + b, [..., out], for x [..., in] and W [out, in].

    Where no gradient is asked for, a product of float32 matrices with a bias is oneDNN's on a CPU:
    MKL takes much longer with the code that is the same on every processor. oneDNN's product cannot
    be trained through under `torch.vmap`.
    """
    if (x.dim(), x.dtype, x.device.type) == (2, torch.float32, "cpu") and not (
        torch.is_grad_enabled() or bias is None
    ):
        return functional.linear(x.to_mkldnn(), weight, bias).to_dense()
    return functional.linear(x, weight, bias)


class Recorder:
    """A model's weights, by name, that record the outputs of each layer they are applied
    through.
    """

    def __init__(self, weights: Mapping[str, Tensor]) -> None:
        self.weights = weights
        self._kinds: dict[str, Kind] = {}
        self._outputs: dict[str, list[Tensor]] = {}

    def linear(self, name: str, x: Tensor, kind: Kind) -> Tensor:
        """Return x Wᵀ + b, [..., out], for x [..., in]."""
        y = linear(x, self.weights[f"{name}.weight"], self.weights.get(f"{name}.bias"))
        self.record(name, y, kind)
        return y

    def conv(
        self, name: str, x: Tensor, kind: Kind, *, stride: int = 1, padding: int = 0
    ) -> Tensor:
        """Return the convolution [batch, out, positions…] of x [batch, in, positions…], over one or
        two dimensions.
        """
        weight = self.weights[f"{name}.weight"]
        convolve = {3: functional.conv1d, 4: functional.conv2d}[weight.dim()]
        y = convolve(x, weight, self.weights.get(f"{name}.bias"), stride=stride, padding=padding)
        self.record(name, y.movedim(1, -1), kind)
        return y

    def record(self, name: str, y: Tensor, kind: Kind) -> None:
        """Note outputs [..., out] of the layer `name`, after those noted before."""
        self._kinds[name] = kind
        self._outputs.setdefault(name, []).append(y.detach().reshape(-1, y.shape[-1]))

    def layers(self) -> tuple[Layer, ...]:
        """Return what was recorded, a layer each in the order in which they first ran."""
        return tuple(
            Layer(
                name,
                self.weights[f"{name}.weight"].detach(),
                torch.cat(outputs).contiguous(),
                self._kinds[name],
            )
            for name, outputs in self._outputs.items()
        )
