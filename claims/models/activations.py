"""Quantized activations: each layer's outputs on real inputs as INT8, with the layer's own zero
points, or symmetric.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

import torch

from claims.models.layers import Layer
from claims.models.zoo import Model, load_models
from pyharness import (
    QuantParams,
    TensorRef,
    cached_per_device,
    choose_params_affine,
    quantize_affine,
    tensor_ref,
)

__all__ = ["QuantizedLayer", "SymmetricLayer", "counts", "quantized_layers", "symmetric_layers"]

Granularity = Literal["per-tensor", "per-channel"]


@dataclass(frozen=True, eq=False)
class QuantizedLayer:
    """A layer's outputs, before any nonlinearity, quantized asymmetrically to INT8.

    Attributes:
        model: the model it belongs to.
        layer: the layer, with the real values, float32 [rows, out].
        granularity: one zero point for the tensor, or one for each output channel.
        params: of INT8, for all the values or for each column, shape [1, 1] or [1, out].
        values: int8, [rows, out].
        ref: names `values` by content.
    """

    model: Model
    layer: Layer
    granularity: Granularity
    params: QuantParams
    values: torch.Tensor
    ref: TensorRef

    @property
    def zero_points(self) -> torch.Tensor:
        """The zero points as int8, shape [1] or [out]: both broadcast against `values`."""
        return self.params.zero_point[0].to(torch.int8)


@cached_per_device
def quantized_layers() -> tuple[QuantizedLayer, ...]:
    """Return the outputs of every layer of every model as INT8, once per tensor and once per
    channel.
    """
    quantized: list[QuantizedLayer] = []
    for model in load_models():
        for layer in model.layers:
            x = layer.preactivation
            blocks: dict[Granularity, tuple[int, ...]] = {
                "per-tensor": x.shape,
                "per-channel": (len(x), 1),
            }
            for granularity, block_size in blocks.items():
                params = choose_params_affine(x, block_size)
                values = quantize_affine(x, block_size, *params)
                ref = tensor_ref(f"{model.name}/{layer.name} int8 {granularity}", values)
                quantized.append(QuantizedLayer(model, layer, granularity, params, values, ref))
    return tuple(quantized)


@dataclass(frozen=True, eq=False)
class SymmetricLayer:
    """A layer's outputs, before any nonlinearity, quantized to INT8 with the zero point 0.

    Attributes:
        name: the layer, as `model/layer`.
        values: int8, [rows, out].
        ref: names `values` by content.
    """

    name: str
    values: torch.Tensor
    ref: TensorRef


@cached_per_device
def symmetric_layers() -> tuple[SymmetricLayer, ...]:
    """Return the outputs of every layer of every model as INT8, with one scale for the tensor."""
    found = []
    for model in load_models():
        for layer in model.layers:
            x, name = layer.preactivation, f"{model.name}/{layer.name}"
            values = quantize_affine(x, x.shape, *choose_params_affine(x, x.shape, symmetric=True))
            found.append(SymmetricLayer(name, values, tensor_ref(f"{name} int8 symmetric", values)))
    return tuple(found)


def counts(values: torch.Tensor) -> torch.Tensor:
    """Return how often each value from −128 to 127 occurs, int64 [256].

    Args:
        values: int8, any shape.
    """
    return torch.bincount(values.flatten().long() + 128, minlength=256)
