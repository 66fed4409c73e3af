"""The attention heads of the sentence transformer: keys, queries and values on real inputs, real and as INT8."""
from __future__ import annotations

import functools
from collections.abc import Iterator

import torch
from torch import Tensor

from pyharness.evidence import TensorRef
from pyharness.tensors.digests import tensor_ref
from pyharness.tensors.layers import Kind, Layer
from pyharness.tensors.models import load_models
from pyharness.tensors.quantize import affine_params, quantize

__all__ = ["HEADS", "attention_layers", "head", "head_names", "int8_keys", "split_heads"]

HEADS = 12
"""Heads of each attention layer of all-MiniLM-L6-v2, of 32 dimensions each."""


def attention_layers(kind: Kind) -> tuple[Layer, ...]:
    """Return the transformer's layers that put out keys, queries or values, in their order."""
    return tuple(layer for model in load_models() if model.name == "minilm" for layer in model.layers if layer.kind == kind)


def split_heads(values: Tensor) -> Tensor:
    """Return [heads, rows, d / heads] of [rows, d]."""
    return values.unflatten(-1, (HEADS, -1)).movedim(1, 0)


def head_names() -> Iterator[str]:
    """Yield `layer/head` for each head, both counted from 0."""
    for number in range(len(attention_layers("key"))):
        yield from (f"{number}/{index}" for index in range(HEADS))


@functools.cache
def head(name: str, kind: Kind) -> Tensor:
    """Return the keys, queries or values of the head `layer/head`, float64 [tokens, 32]."""
    number, _, index = name.partition("/")
    return split_heads(attention_layers(kind)[int(number)].preactivation.double())[int(index)]


@functools.cache
def int8_keys() -> tuple[Tensor, tuple[TensorRef, ...]]:
    """Return every head's keys, quantized symmetrically to INT8, a scale a layer.

    Returns:
        int8 [layers · heads · tokens, 32], and each layer's tensor by content.
    """
    rows, refs = [], []
    for layer in attention_layers("key"):
        codes = quantize(layer.preactivation, affine_params(layer.preactivation, symmetric=True))
        rows.append(split_heads(codes).flatten(0, 1))
        refs.append(tensor_ref(f"minilm/{layer.name} int8 symmetric", codes))
    return torch.cat(rows), tuple(refs)
