"""The operators of ONNX and onnxruntime that take codes: where they take these, their scales and
zero points, and which of several scales belongs to which code.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from typing import NamedTuple

from pyharness.formats.onnx import Node

__all__ = [
    "FEW_BITS",
    "PRODUCTS",
    "Blocks",
    "Fit",
    "Operand",
    "Shape",
    "broadcast",
    "dequantized",
    "operands",
    "parameters",
]

Shape = tuple[int, ...]
Blocks = tuple[int, ...]
"""How far the elements of a tensor that share a scale go along each axis."""
Fit = Callable[[Node, Shape, Shape], Blocks | None]
"""Gives them by the node that takes both, the tensor's shape and that of several scales; None if
these do not fit.
"""


def broadcast(shape: Shape, scales: Shape) -> Blocks | None:
    """Return the blocks of scales that are broadcast to the tensor.

    Example:
        >>> broadcast((4, 8), (8,)), broadcast((4, 8), (4, 1)), broadcast((4, 8), (4,))
        ((4, 1), (1, 8), None)
    """
    while len(scales) > len(shape) and scales[0] == 1:
        scales = scales[1:]
    if len(scales) > len(shape):
        return None
    pairs = [*zip((*(1,) * (len(shape) - len(scales)), *scales), shape, strict=True)]
    if any(count not in (1, size) for count, size in pairs):
        return None
    return tuple(1 if count > 1 else size for count, size in pairs)


def _along(shape: Shape, scales: Shape, axis: float, block: float = 0) -> Blocks | None:
    """A scale for each index of an axis, or for each block of them and each index of the others."""
    if not isinstance(axis, int) or not isinstance(block, int) or block < 0:
        return None
    if not -len(shape) <= axis < len(shape):
        return None
    axis %= len(shape)
    before, size, after = shape[:axis], shape[axis], shape[axis + 1 :]
    if block == 0:
        return (*before, 1, *after) if scales == (size,) else None
    if scales != (*before, -(-size // block), *after):
        return None
    return (*(1,) * len(before), min(block, size), *(1,) * len(after))


def _columns(node: Node, shape: Shape, scales: Shape) -> Blocks | None:
    """Those of the right matrix of a product, or of a tensor that is taken as it is."""
    return broadcast(shape, scales)


def _rows(node: Node, shape: Shape, scales: Shape) -> Blocks | None:
    """Those of the left matrix of a product."""
    return _along(shape, scales, -2) if len(scales) == 1 else broadcast(shape, scales)


def _channels(node: Node, shape: Shape, scales: Shape) -> Blocks | None:
    """Those of the weight of a convolution."""
    return _along(shape, tuple(size for size in scales if size > 1), 0)


def _general(node: Node, shape: Shape, scales: Shape) -> Blocks | None:
    """Those of the weight of QGemm."""
    return _along(shape, scales, 0 if node.attributes.get("transB") else -1)


def _recurrent(node: Node, shape: Shape, scales: Shape) -> Blocks | None:
    """Those of the weight of an LSTM: for each direction, or for each column in each direction."""
    return broadcast(shape, (*scales[:1], 1, *(scales[1:] or (1,))))


def dequantized(node: Node, shape: Shape, scales: Shape) -> Blocks | None:
    """Return the blocks of the scales of a DequantizeLinear."""
    said = node.attributes
    return _along(shape, scales, said.get("axis", 1), said.get("block_size", 0))


def _gathered(node: Node, shape: Shape, scales: Shape) -> Blocks | None:
    said = node.attributes
    return _along(shape, scales, said.get("quantize_axis", 1), said.get("block_size", 128))


class Operand(NamedTuple):
    """Where a node takes codes, and what belongs to them.

    Attributes:
        codes, zero_point: their places among its inputs.
        scale: likewise; None if the result is multiplied by it later.
        fit: says which codes share one of several scales.
    """

    codes: int
    scale: int | None
    zero_point: int
    fit: Fit = _columns


_OPERANDS: Mapping[str, tuple[Operand, ...]] = {
    "DequantizeLinear": (Operand(0, 1, 2, dequantized),),
    "GatherBlockQuantized": (Operand(0, 2, 3, _gathered),),
    "QLinearConv": (Operand(0, 1, 2), Operand(3, 4, 5, _channels)),
    "QLinearMatMul": (Operand(0, 1, 2, _rows), Operand(3, 4, 5)),
    "QGemm": (Operand(0, 1, 2), Operand(3, 4, 5, _general)),
    "QLinearAdd": (Operand(0, 1, 2), Operand(3, 4, 5)),
    "QLinearMul": (Operand(0, 1, 2), Operand(3, 4, 5)),
    "QLinearWhere": (Operand(1, 2, 3), Operand(4, 5, 6)),
    "QAttention": (Operand(0, 3, 6), Operand(1, 4, 7)),
    "QEmbedLayerNormalization": tuple(Operand(at, at + 6, at + 11) for at in range(2, 7)),
    "MatMulInteger": (Operand(0, None, 2, _rows), Operand(1, None, 3)),
    "ConvInteger": (Operand(0, None, 2), Operand(1, None, 3, _channels)),
    "MatMulIntegerToFloat": (Operand(0, 2, 4, _rows), Operand(1, 3, 5)),
    "DynamicQuantizeMatMul": (Operand(1, 2, 3),),
    "DynamicQuantizeLSTM": (Operand(1, 8, 9, _recurrent), Operand(2, 10, 11, _recurrent)),
}
PRODUCTS = {"QLinearConv": (8, 1, 4), "QGemm": (6, 1, 4)}
"""Where a node takes a bias, and the two scales whose product is that of the bias."""
FEW_BITS = "MatMulNBits"


def operands(node: Node) -> tuple[Operand, ...]:
    """Return where a node takes codes beside their scales."""
    if node.op == "QLinearConcat":
        # The scale and the zero point of the result come first.
        return tuple(Operand(at, at + 1, at + 2) for at in range(2, len(node.inputs), 3))
    return _OPERANDS.get(node.op, ())


def parameters(node: Node) -> Iterator[str]:
    """Yield the scales and zero points among a node's inputs, and an empty name for each that is
    left out.
    """
    taken = operands(node)
    places = {at for operand in taken for at in (operand.scale, operand.zero_point)}
    if node.op == "QuantizeLinear":
        places = {1, 2}
    elif node.op == FEW_BITS:
        places = {2, 3}
    elif node.op.startswith(("QLinear", "QGemm")):
        others = {operand.codes for operand in taken} | {*PRODUCTS.get(node.op, ())[:1]}
        places = {*range(len(node.inputs))} - others
    return (node.inputs[at] for at in places if at is not None and at < len(node.inputs))
