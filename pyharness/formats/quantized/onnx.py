"""ONNX models: integers that are stored, and the nodes that say for which levels they stand.

Scales are found where a node takes them beside the codes (DequantizeLinear, the QLinear operators,
MatMulNBits), where the codes are multiplied by them after Cast, and where a product with the codes
is multiplied by them (MatMulInteger, ConvInteger). Graphs within nodes are not looked at.
"""

from __future__ import annotations

import math
import re
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field, replace
from functools import partial
from itertools import islice
from pathlib import Path
from typing import NamedTuple

import torch
from torch import Tensor

from pyharness.formats.onnx import PACKED, Node
from pyharness.formats.quantized.layout import Layout
from pyharness.formats.quantized.onnx_model import (
    BIAS,
    CODES,
    FAR,
    MOVES,
    Known,
    Model,
    is_constant,
    read_model,
)
from pyharness.formats.quantized.onnx_operators import (
    FEW_BITS,
    PRODUCTS,
    Blocks,
    Fit,
    Operand,
    Shape,
    broadcast,
    dequantized,
    operands,
    parameters,
)
from pyharness.formats.quantized.scaling import (
    NO_OFFSET,
    NO_ZERO_POINT,
    Rows,
    reader,
    rows_of,
)
from pyharness.formats.quantized.tensor import (
    Bound,
    Checkpoint,
    Codes,
    Factors,
    Quantized,
    per_axis,
    shared,
)
from pyharness.formats.stored import damaged

__all__ = ["read_onnx"]


def read_onnx(path: Path) -> Checkpoint:
    """Find the quantized tensors of an ONNX model.

    Codes that several nodes take with the same scale are one tensor. Where another node takes them
    with another scale they are one more, with a number after the name.

    Raises:
        UsageError: as `read_model`; or if the parts of a DequantizeLinear or a MatMulNBits do not
            fit each other.
    """
    model = read_model(path)
    found = _Found(model)
    for node in model.nodes:
        found.look_at(node)
    return found.checkpoint()


# ------------------------------------------------------------------------------------------ finding
class _Unexplained(Exception):
    """Says what is missing of what codes stand for."""


_Find = Callable[[Model, Node, Known, Sequence[Node]], Quantized | None]
"""Explains codes by a node that takes them, and by the nodes that they go through before, the last
one first; gives None where the node is not one that explains them.
"""


@dataclass
class _Found:
    """What was found in a model.

    Attributes:
        model: the model.
        quantized: the tensors, by what tells them apart.
        names: how many of them have codes of a name.
        parts: the names of codes that were found, and of all scales and zero points.
        flaws: what is missing, by the names of codes.
    """

    model: Model
    quantized: dict[tuple[object, ...], Quantized] = field(default_factory=dict)
    names: dict[str, int] = field(default_factory=dict)
    parts: set[str] = field(default_factory=set)
    flaws: dict[str, str] = field(default_factory=dict)

    def look_at(self, node: Node) -> None:
        """Find what a node says of codes.

        Raises:
            UsageError: as `read_onnx`.
        """
        self.parts |= {self.model.origin(name, ("Identity",))[0] for name in parameters(node)}
        for operand in operands(node):
            self._try(node, operand.codes, (*CODES, BIAS), partial(_beside_scale, operand))
        if node.op in PRODUCTS:
            self._try(node, PRODUCTS[node.op][0], (BIAS,), _bias)
        if node.op == FEW_BITS:
            self._try(node, 1, ("uint8",), _few_bits)
        if node.op == "Mul" and len(node.inputs) == 2:
            for place in (0, 1):
                self._try(node, place, CODES, partial(_multiplied, node.inputs[1 - place]))

    def _try(self, node: Node, place: int, dtypes: Sequence[str], find: _Find) -> None:
        """Explain what a node takes at a place, if it is stored and of one of some dtypes."""
        if place >= len(node.inputs):
            return
        name, passed = self.model.origin(node.inputs[place], (*MOVES, "Cast", "Sub"))
        codes = self.model.known.get(name)
        if codes is None or codes.dtype not in dtypes:
            return
        try:
            found = find(self.model, node, codes, passed)
        except _Unexplained as error:
            self.flaws.setdefault(name, str(error))
            return
        if found is not None:
            self._keep(found)

    def _keep(self, found: Quantized) -> None:
        key = (
            *(part.name for part in found.parts),
            *(found.rows, found.groups, found.size, found.granularity),
            None if found.factors is None else float(found.factors.input),
        )
        if key in self.quantized:
            return
        name, number = found.name, self.names.get(found.name, 0) + 1
        while number > 1 and (name := f"{found.name} ({number})") in self.names:
            number += 1
        self.names[found.name] = number
        self.names.setdefault(name, 1)
        self.parts |= {part.name for part in found.parts}
        self.quantized[key] = replace(found, name=name)

    def checkpoint(self) -> Checkpoint:
        """Return all that was found."""
        model = self.model
        rest = {name: model.known[name] for name in sorted(model.known.keys() - self.parts)}
        plain = {
            name: known.stored
            for name, known in rest.items()
            if known.is_float and (name in model.initializers or known.numel > 1)
        }
        unexplained = {
            name: self.flaws.get(name) or _without_scale(model, known)
            for name, known in rest.items()
            if name in self.flaws or (known.dtype in CODES and known.numel > 1)
        }
        files = {known.stored.path for known in model.known.values()} - {model.path}
        return Checkpoint(
            "ONNX",
            tuple(sorted(self.quantized.values(), key=lambda found: found.name)),
            plain,
            unexplained,
            {**model.others, **_within(model)},
            (model.path, *sorted(files)),
        )


def _without_scale(model: Model, codes: Known) -> str:
    """Say that no scale was found."""
    users = ", ".join(sorted({node.op for node in model.users(codes.name)}))
    by = f"; it is taken by {users}" if users else ""
    return f"is {codes.dtype} of shape {codes.shape}, and no node says its scale{by}"


def _within(model: Model) -> dict[str, str]:
    """Say how many tensors that nodes hold were not looked at, where they may be codes."""
    others = {}
    for node in model.nodes:
        found = [math.prod(shape) > 1 and dtype in CODES for _, shape, dtype, *_ in node.tensors]
        if any(found) and not is_constant(node):
            name = node.name or next(iter(node.outputs), "")
            others[f"what is within {node.op} {name!r}"] = (
                f"is not looked at, and has {sum(found):,} tensors of integers that may be codes"
            )
    return others


# ----------------------------------------------------------------------------------- kinds of nodes
def _beside_scale(
    operand: Operand, model: Model, node: Node, codes: Known, passed: Sequence[Node]
) -> Quantized | None:
    """Codes that a node takes beside their scale, or whose scale follows it."""
    if any(other.op not in MOVES for other in passed):
        return None
    if node.op == "GatherBlockQuantized" and codes.dtype not in PACKED:
        raise _Unexplained(f"is {codes.dtype}, as which {node.op} may pack other codes")
    scale = (
        _later_scale(model, node, codes, operand)
        if operand.scale is None
        else _part(model, node, operand.scale, "scale")
    )
    if scale is None:
        raise _Unexplained(f"is taken by {node.op}, and its scale was not found")
    zero = _part(model, node, operand.zero_point, "zero point")
    moves = [other for other in passed if other.op != "Identity"]
    blocks = _blocks(model, node, operand.fit, codes, scale, moves)
    if zero is not None:
        _require_same(scale, blocks, zero, _blocks(model, node, operand.fit, codes, zero, moves))
    # Only this operator gives what the codes stand for, unless some of them were gathered before.
    outputs = node.outputs if node.op == "DequantizeLinear" and not moves else ()
    return _quantized(model, codes, scale, zero, _Said(node.op, blocks, outputs))


def _part(model: Model, node: Node, place: int, what: str) -> Known | None:
    """A scale or zero point that a node takes; None if it is left out."""
    name = node.inputs[place] if place < len(node.inputs) else ""
    if not name:
        return None
    found = model.named(name)
    if found is None:
        raise _Unexplained(f"has the {what} {name!r}, which is not stored in the model")
    if what == "scale" and not found.is_float:
        raise _Unexplained(f"has the scale {name!r}, which is {found.dtype}")
    return found


def _blocks(
    model: Model, node: Node, fit: Fit, codes: Known, values: Known, moves: Sequence[Node]
) -> Blocks:
    """Which codes share a scale or a zero point that a node takes beside them."""
    if values.numel == 1:
        return codes.shape
    if moves and not _stay_below(node, fit, codes, moves):
        raise _Unexplained("is moved before it is scaled, so that its scales cannot be told apart")
    blocks = fit(node, codes.shape, values.shape)
    if blocks is not None:
        return blocks
    why = f"{values.name!r} of shape {values.shape} does not fit {codes.name!r} of {codes.shape}"
    if fit is dequantized:
        raise damaged(model.path, why)
    raise _Unexplained(f"is taken with scales or zero points that do not fit: {why}")


def _stay_below(node: Node, fit: Fit, codes: Known, moves: Sequence[Node]) -> bool:
    """Whether a node's scales stay where they belong although rows of the codes were gathered: an
    axis that is counted from the end is still the same one.
    """
    said = node.attributes
    axis = said.get("axis", 1)
    below = -len(codes.shape) < axis < 0 and not said.get("block_size", 0)
    return fit is dequantized and below and _gathers_rows(moves)


def _gathers_rows(moves: Sequence[Node]) -> bool:
    return len(moves) == 1 and moves[0].op == "Gather" and not moves[0].attributes.get("axis", 0)


def _require_same(scale: Known, blocks: Blocks, zero: Known, others: Blocks) -> None:
    """Check that zero points belong where the scales do, or that there is a single one."""
    if zero.numel > 1 and (scale.numel == 1 or blocks != others):
        raise _Unexplained(f"has zero points, {zero.name!r}, that do not lie as its scales do")


def _later_scale(model: Model, node: Node, codes: Known, operand: Operand) -> Known | None:
    """The scale by which a product with the codes is multiplied.

    onnxruntime multiplies the scales of both factors first, then the product by these.
    """
    found = _multipliers(model, node.outputs[0]) if node.outputs else []
    scales = [each for each in found if each is not None]
    named = _floats(model, f"{codes.name.removesuffix('_quantized')}_scale")
    if named is not None and (named in scales or not scales):
        return named
    if len(found) == len(scales) == 2:
        return scales[operand.codes]
    alone = any(model.named(name, MOVES) is None for name in node.inputs[:2])
    return scales[0] if len(scales) == 1 and alone else None


def _multipliers(model: Model, name: str) -> list[Known | None]:
    """What a tensor is multiplied by next: one or two factors, None for those that are not stored.
    Nothing, if none of them is.
    """
    for _ in range(FAR):
        users = model.takers.get(name, [])
        node, place = users[0] if len(users) == 1 else (None, 0)
        if node is None or node.op not in ("Mul", "Cast", *MOVES) or not node.outputs:
            break
        if node.op == "Mul" and len(node.inputs) == 2:
            other, _ = model.origin(node.inputs[1 - place], MOVES)
            maker = model.makers.get(other)
            factors = maker.inputs if maker is not None and maker.op == "Mul" else (other,)
            found = [_floats(model, factor) for factor in factors]
            if any(each is not None for each in found):
                return found
        name = node.outputs[0]
    return []


def _floats(model: Model, name: str) -> Known | None:
    """The floats of this name that are stored, as they are or moved."""
    found = model.named(name, MOVES)
    return found if found is not None and found.is_float else None


def _multiplied(
    other: str, model: Model, node: Node, codes: Known, passed: Sequence[Node]
) -> Quantized | None:
    """Codes that are cast to floats, perhaps less a zero point, and multiplied by a scale."""
    scale = _floats(model, other)
    if scale is None or not any(each.op == "Cast" for each in passed):
        return None
    moves = _moves(passed)
    blocks = _blocks_after(codes, scale, moves, _moves(model.origin(other, MOVES)[1]))
    subtractions = [each for each in passed if each.op == "Sub"]
    zero = None
    if subtractions:
        minus = subtractions[0].inputs[-1]
        zero = model.named(minus, (*MOVES, "Cast"))
        if zero is None or len(subtractions) > 1 or len(subtractions[0].inputs) != 2:
            raise _Unexplained(f"has the zero point {minus!r}, which is not stored in the model")
        minus_moves = _moves(model.origin(minus, (*MOVES, "Cast"))[1])
        _require_same(scale, blocks, zero, _blocks_after(codes, zero, moves, minus_moves))
    how = "Cast, Sub and Mul" if zero is not None else "Cast and Mul"
    return _quantized(model, codes, scale, zero, _Said(how, blocks, () if moves else node.outputs))


def _become_others(passed: Sequence[Node]) -> bool:
    return any(node.op != "Identity" for node in passed)


def _moves(passed: Sequence[Node]) -> list[Node]:
    return [node for node in passed if node.op in MOVES and node.op != "Identity"]


def _blocks_after(
    codes: Known, values: Known, moves: Sequence[Node], values_moves: Sequence[Node]
) -> Blocks:
    """Which codes share a scale or a zero point that is broadcast to them, both perhaps moved."""
    if values.numel == 1:
        return codes.shape
    shape = values.shape
    if len(values_moves) > 1 and len(shape) == 1:
        # They are gathered, and then made a column.
        shape = (*shape, *(1,) * (len(codes.shape) - 1))
    blocks = broadcast(codes.shape, shape)
    if values_moves:
        # Rows of codes are gathered, and their scales alike.
        first = values_moves[-1:]
        clear = _gathers_rows(moves) and _gathers_rows(first) and len(shape) == len(codes.shape)
        clear = clear and moves[0].inputs[1:] == first[0].inputs[1:]
    elif moves:
        clear = _gathers_rows(moves) and blocks is not None and blocks[0] == codes.shape[0]
    else:
        clear = True
    if blocks is None or not clear:
        raise _Unexplained(
            f"is multiplied by {values.name!r} of shape {values.shape}, and it is not clear which of "
            "these belongs where"
        )
    return blocks


def _few_bits(model: Model, node: Node, packed: Known, passed: Sequence[Node]) -> Quantized | None:
    """The weight of MatMulNBits: N rows of K codes in whole blocks, the last one filled up."""
    rows, columns, size, bits = (
        node.attributes.get(name, default)
        for name, default in (("N", 0), ("K", 0), ("block_size", 0), ("bits", 4))
    )
    scale, zero = _part(model, node, 2, "scale"), _part(model, node, 3, "zero point")
    if _become_others(passed) or any(node.inputs[4:5]):
        raise _Unexplained(f"is moved before {node.op} takes it, or taken in another order")
    if scale is None or bits not in (2, 4, 8):
        raise _Unexplained(f"is taken by {node.op} without a scale, or has {bits} bits")
    if not all(isinstance(each, int) and each > 0 for each in (rows, columns, size)):
        raise damaged(model.path, f"{packed.name!r} is a matrix of {rows} × {columns}")
    rows, columns, size, bits = int(rows), int(columns), int(size), int(bits)
    blocks = -(-columns // size)
    # Of a single row nothing has to be left out before the next one.
    pitch = blocks * size if rows > 1 else 0
    codes = Known(packed.stored, (rows, columns), f"uint{bits}", pitch)
    if zero is not None and zero.dtype == "uint8":
        octets = -(-blocks * bits // 8)
        _require_number(model, zero, rows * octets)
        zero = Known(zero.stored, (rows, blocks), f"uint{bits}", octets * 8 // bits)
    _require_number(model, packed, rows * blocks * size * bits // 8)
    _require_number(model, scale, rows * blocks)
    said = _Said(node.op, (1, min(size, columns)), zero_point=1 << bits - 1)
    return _quantized(model, codes, scale, zero, said)


def _require_number(model: Model, known: Known, need: int) -> None:
    if known.numel != need:
        raise damaged(
            model.path, f"{known.name!r} needs {need:,} elements, and has {known.numel:,}"
        )


def _bias(model: Model, node: Node, codes: Known, passed: Sequence[Node]) -> Quantized | None:
    """A bias whose scale is the product of the scales of a node's input and weight."""
    _, *places = PRODUCTS[node.op]
    given, weight = (_part(model, node, place, "scale") for place in places)
    if _become_others(passed) or given is None or weight is None or given.numel > 1:
        raise _Unexplained(f"is the bias of {node.op}, and its scale was not found")
    if weight.numel not in (1, codes.shape[-1] if codes.shape else 1):
        raise _Unexplained(f"is of shape {codes.shape}, and there are {weight.numel:,} channels")
    factors = Factors(
        model.values(given) * node.attributes.get("alpha", 1.0),
        model.values(weight),
    )
    axis = len(codes.shape) - 1 if weight.numel > 1 else None
    rows, groups, size = shared(codes.shape, axis)

    def read(start: int, stop: int) -> Codes:
        found = codes.rows(groups * size, start, stop).reshape(-1, groups, size)
        weights = factors.weight[start:stop] if axis == 0 else factors.weight
        scale = per_axis(factors.input * weights, axis)
        return Codes(found, scale, NO_ZERO_POINT, NO_OFFSET)

    low, high = _ends(codes.dtype)
    # The product is exact here; whoever quantizes rounds it.
    rounding = max(torch.finfo(part.stored.dtype).eps for part in (given, weight)) / 2
    return Quantized(
        name=codes.name,
        format=f"ONNX {node.op} {codes.dtype}",
        shape=codes.shape,
        rows=rows,
        groups=groups,
        size=size,
        low=low,
        high=high,
        parts=(codes.stored, given.stored, weight.stored),
        read=read,
        granularity="tensor" if axis is None else f"axis {axis}",
        bound=Bound("rounded scale", rounding),
        names=_names(model, codes, (), ".bias"),
        transposed=len(codes.shape) == 2,
        symmetric=True,
        reaches_ends=False,
        role="bias",
        factors=factors,
    )


# -------------------------------------------------------------------------------------- one of them
class _Said(NamedTuple):
    """What a model says of codes and their scales.

    Attributes:
        how: by which operators.
        blocks: how far the codes that share a scale go along each axis.
        outputs: the names of what the codes stand for.
        zero_point: the one that they have where none is stored.
    """

    how: str
    blocks: Blocks
    outputs: tuple[str, ...] = ()
    zero_point: int = 0


def _quantized(
    model: Model, codes: Known, scale: Known, zero: Known | None, said: _Said
) -> Quantized:
    layout = _layout(codes.shape, said.blocks)
    low, high = _ends(codes.dtype)
    is_bias = codes.dtype == BIAS
    zero_points: Rows | None = None
    if zero is not None:
        zero_points = rows_of(zero.one_by_one(), layout)
    elif said.zero_point:
        zero_points = partial(_everywhere, said.zero_point)
    return Quantized(
        name=codes.name,
        format=f"ONNX {said.how} {codes.dtype}",
        shape=codes.shape,
        rows=layout.rows,
        groups=layout.groups,
        size=layout.size,
        low=low,
        high=high,
        parts=tuple(part.stored for part in (codes, scale, zero) if part is not None),
        read=reader(
            partial(codes.rows, layout.groups * layout.size), layout, scale.stored, zero_points
        ),
        granularity=layout.granularity,
        names=_names(model, codes, said.outputs, ".bias" if is_bias else ".weight"),
        transposed=len(codes.shape) == 2,
        symmetric=_is_symmetric(low, zero, said),
        # Scales of blocks are often fitted to more than the extremes.
        reaches_ends=not is_bias and not layout.granularity.startswith("block"),
        role="bias" if is_bias else "weight",
        factors=_factors(model, codes, said.outputs) if is_bias else None,
    )


def _everywhere(value: int, start: int, stop: int) -> Tensor:
    return torch.full((1, 1), value)


def _is_symmetric(low: int, zero: Known | None, said: _Said) -> bool:
    if zero is None:
        return low < 0 or said.zero_point > 0
    return low < 0 and not any(bool(part.any()) for part in zero.one_by_one().chunks(1 << 20))


def _ends(dtype: str) -> tuple[int, int]:
    """Return the least and the greatest integer of a dtype.

    Example:
        >>> _ends("int4"), _ends("uint4")
        ((-8, 7), (0, 15))
    """
    half = 1 << int(dtype.removeprefix("u").removeprefix("int")) - 1
    return (0, 2 * half - 1) if dtype[0] == "u" else (-half, half - 1)


def _layout(shape: Shape, blocks: Blocks) -> Layout:
    """How codes share scales, by how far those that do go along each axis."""
    # Axes of length 1 are left out, so that the first one that is left gives the rows.
    pairs = [(size, block) for size, block in zip(shape, blocks, strict=True) if size > 1]
    sizes = tuple(size for size, _ in pairs) or (1,)
    steps = tuple(block for _, block in pairs) or (1,)
    axis = max((at for at, (size, step) in enumerate(pairs) if step < size), default=0)
    words = _granularity(shape, blocks)
    tail = math.prod(sizes[axis + 1 :])
    if axis == 0:
        column = torch.zeros(1, dtype=torch.int64)
        return Layout(sizes[0], 1, tail, sizes[:1], steps[:1], 1, column, words)
    # Where the last block is incomplete, the groups are equal parts of which all blocks consist.
    unit = math.gcd(sizes[axis], steps[axis])
    column = torch.arange(0, sizes[axis], unit) // steps[axis]
    rows, count = math.prod(sizes[:axis]), -(-sizes[axis] // steps[axis])
    leading, before = sizes[:axis], steps[:axis]
    return Layout(rows, len(column), unit * tail, leading, before, count, column, words)


def _granularity(shape: Shape, blocks: Blocks) -> str:
    """Return what shares a scale, in words.

    Example:
        >>> _granularity((4, 8), (1, 8)), _granularity((4, 8), (1, 4)), _granularity((4,), (1,))
        ('row', 'block of 4', 'axis 0')
    """
    axes = [at for at, size in enumerate(shape) if blocks[at] < size]
    if not axes:
        return "tensor"
    for at in axes:
        if blocks[at] > 1:
            return f"block of {blocks[at]}"
    if len(axes) == 1 and len(shape) == 2:
        return ("row", "column")[axes[0]]
    return f"{'axis' if len(axes) == 1 else 'axes'} {', '.join(map(str, axes))}"


def _factors(model: Model, bias: Known, outputs: Sequence[str]) -> Factors | None:
    """The scales of the input and of the weight of the layer that a bias is added in, if both are
    dequantized.
    """
    for node, place in (taker for output in outputs for taker in model.takers.get(output, ())):
        given, weight = (_scale_of(model, name) for name in _multiplied_by(model, node, place))
        if given is not None and given.numel == 1 and weight is not None:
            if weight.numel not in (1, bias.numel):
                continue
            return Factors(model.values(given), model.values(weight))
    return None


def _multiplied_by(model: Model, node: Node, place: int) -> tuple[str, str]:
    """The input and the weight of the layer whose bias a node takes; empty if it takes none."""
    layer: Node | None = None
    if node.op in ("Conv", "ConvTranspose", "Gemm") and place == 2:
        layer = node
    elif node.op == "Add" and len(node.inputs) == 2:
        maker = model.makers.get(node.inputs[1 - place])
        layer = maker if maker is not None and maker.op == "MatMul" else None
    if layer is None or len(layer.inputs) < 2:
        return "", ""
    return layer.inputs[0], layer.inputs[1]


def _scale_of(model: Model, name: str) -> Known | None:
    """The scale that a tensor was dequantized with."""
    node = model.makers.get(model.origin(name, MOVES)[0])
    dequantizes = node is not None and node.op == "DequantizeLinear" and len(node.inputs) > 1
    return _floats(model, node.inputs[1]) if node is not None and dequantizes else None


# -------------------------------------------------------------------------------------------- names
_MARK = re.compile(
    r"(?i)[._](?:quantized|quant|dequantized|dequantizelinear_output|qweight|codes"
    r"|(?:dq_)?q[248]?|u?int(?:2|4|8|16)|[iu](?:2|4|8|16))$"
)
"""What tools put after the name of an original."""
_TURNED = "_Transposed"
"""What onnxruntime puts after the name of a weight of Gemm."""
_NAMES = 32
"""How many nodes that take codes are looked at for names."""
_ON_THE_WAY = ("Cast", "Sub", "Mul", "DequantizeLinear")
"""Operators that are not of the original model, where they take codes."""


def _names(model: Model, codes: Known, outputs: Sequence[str], ending: str) -> tuple[str, ...]:
    """What an original may be called: as its codes without what tools put after that, as what they
    stand for, or as the module after which torch names the node that takes it.
    """
    stem = _MARK.sub("", codes.name)
    found = [stem, stem.removesuffix(_TURNED)]
    for output in outputs:
        found += [_MARK.sub("", output), output]
    for name in (codes.name, *outputs):
        for node in islice(model.users(name), _NAMES):
            if node.op not in _ON_THE_WAY:
                parts = _MARK.sub("", node.name).strip("/").split("/")
                found.append(".".join(parts[:-1] or parts) + ending)
    return tuple(name for name in dict.fromkeys(found) if name not in ("", codes.name, ending))
