"""The attention heads of the sentence transformer: keys, queries and values on real inputs, real
and as INT8.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping

import torch
from torch import Tensor

from claims.measures.geometry import correct
from claims.models.layers import Kind, Layer, Recorder
from claims.models.zoo import load_models
from pyharness import (
    TensorRef,
    cached_per_device,
    choose_params_affine,
    quantize_affine,
    tensor_ref,
)

__all__ = [
    "HEADS",
    "OneBitKeys",
    "attention_layers",
    "head",
    "head_names",
    "int8_keys",
    "int8_queries",
    "int8_weights",
    "merge_heads",
    "split_heads",
]

HEADS = 12
"""Heads of each attention layer of all-MiniLM-L6-v2, of 32 dimensions each."""


def attention_layers(kind: Kind) -> tuple[Layer, ...]:
    """Return the transformer's layers that put out keys, queries or values, in their order."""
    return tuple(
        layer
        for model in load_models()
        if model.name == "minilm"
        for layer in model.layers
        if layer.kind == kind
    )


def split_heads(values: Tensor) -> Tensor:
    """Return [heads, rows, d / heads] of [rows, d]."""
    return values.view(len(values), HEADS, -1).movedim(1, 0)


def merge_heads(values: Tensor) -> Tensor:
    """Return [rows, d] of [heads, rows, d / heads]: the inverse of `split_heads`."""
    return values.movedim(0, 1).flatten(1)


def head_names() -> Iterator[str]:
    """Yield `layer/head` for each head, both counted from 0."""
    for number in range(len(attention_layers("key"))):
        yield from (f"{number}/{index}" for index in range(HEADS))


@cached_per_device
def head(name: str, kind: Kind) -> Tensor:
    """Return the keys, queries or values of the head `layer/head`, float64 [tokens, 32]."""
    number, _, index = name.partition("/")
    return split_heads(attention_layers(kind)[int(number)].preactivation.double())[int(index)]


def int8_keys() -> tuple[Tensor, tuple[TensorRef, ...]]:
    """Return every head's keys, quantized symmetrically to INT8, a scale a layer.

    Returns:
        int8 [layers · heads · tokens, 32], and each layer's tensor by content.
    """
    return _int8("key")


def int8_queries() -> tuple[Tensor, tuple[TensorRef, ...]]:
    """Return every head's queries, as `int8_keys`."""
    return _int8("query")


@cached_per_device
def _int8(kind: Kind) -> tuple[Tensor, tuple[TensorRef, ...]]:
    rows, refs = [], []
    for layer in attention_layers(kind):
        x = layer.preactivation
        codes = quantize_affine(x, x.shape, *choose_params_affine(x, x.shape, symmetric=True))
        rows.append(split_heads(codes).flatten(0, 1))
        refs.append(tensor_ref(f"minilm/{layer.name} int8 symmetric", codes))
    return torch.cat(rows), tuple(refs)


@cached_per_device
def int8_weights(part: str) -> tuple[Tensor, tuple[TensorRef, ...]]:
    """Return a weight of each layer of the transformer, quantized symmetrically to INT8, a scale a
    weight.

    Args:
        part: which, such as "attention.output.dense".

    Returns:
        int8 [layers, out, in], and each layer's tensor by content.
    """
    weights, refs = [], []
    for model in load_models():
        for layer in model.layers:
            if model.name == "minilm" and layer.name.endswith(f".{part}"):
                w = layer.weight
                codes = quantize_affine(
                    w, w.shape, *choose_params_affine(w, w.shape, symmetric=True)
                )
                weights.append(codes)
                refs.append(tensor_ref(f"minilm/{layer.name}.weight int8 symmetric", codes))
    return torch.stack(weights), tuple(refs)


class OneBitKeys(Recorder):
    """The sentence transformer with the keys that attention reads replaced by their one-bit forms.

    Each head's keys are rotated, reduced to signs and a scale, corrected in a few directions of the
    residual, and rotated back, which gives the scores of queries rotated alike.

    Args:
        weights: the model's.
        rotations: orthogonal, [layers, heads, 32, 32].
        directions: orthonormal, [layers, heads, r, 32], in the rotated space.
    """

    def __init__(
        self, weights: Mapping[str, Tensor], rotations: Tensor, directions: Tensor
    ) -> None:
        super().__init__(weights)
        self._rotations, self._directions = rotations, directions
        self._number = {layer.name: number for number, layer in enumerate(attention_layers("key"))}

    def linear(self, name: str, x: Tensor, kind: Kind) -> Tensor:
        """As `Recorder.linear`, with one-bit keys."""
        y = super().linear(name, x, kind)
        if kind != "key":
            return y
        number = self._number[name]
        kept = [
            correct(k @ r.T, w) @ r
            for k, r, w in zip(
                split_heads(y.double()),
                self._rotations[number],
                self._directions[number],
                strict=True,
            )
        ]
        return merge_heads(torch.stack(kept)).to(y.dtype)
