"""The nodes of an ONNX model, and the tensors that it stores, by their names."""

from __future__ import annotations

import contextlib
import io
import math
from collections.abc import Collection, Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import IO, NamedTuple

import torch
from torch import Tensor

from pyharness.formats.onnx import LYING, PACKED, Entry, Node, onnx_entries, onnx_nodes
from pyharness.formats.quantized.naming import FLOATS
from pyharness.formats.quantized.rows import read_rows
from pyharness.formats.quantized.tensor import whole
from pyharness.formats.stored import Stamp, Stored, damaged, number_of_elements, unreadable

__all__ = ["BIAS", "CODES", "FAR", "MOVES", "Known", "Model", "is_constant", "read_model"]

CODES = ("int2", "int4", "int8", "int16", "uint2", "uint4", "uint8", "uint16")
"""The dtypes of weights' codes."""
BIAS = "int32"
"""The dtype of biases' codes."""
MOVES = (
    *("Identity", "Reshape", "Flatten", "Squeeze", "Unsqueeze", "Transpose"),
    *("Gather", "Slice"),
)
"""Operators that change where the elements of their first input are, and not what they are."""
FAR = 1000
"""How many nodes may lie between codes and what explains them: in a hostile model they go in
circles, or one long way leads to each of many.
"""
_INDICES = ("bool", "int32", "int64")
"""Dtypes of shapes, indices and masks."""


class Known(NamedTuple):
    """A tensor whose elements the model stores.

    Attributes:
        stored: its elements, several to a byte if `dtype` is one of `PACKED`.
        shape: of the elements.
        dtype: of the elements, as ONNX names it.
        pitch: how many elements there are from one row to the next where rows are filled up; else
            0.
    """

    stored: Stored
    shape: tuple[int, ...]
    dtype: str
    pitch: int = 0

    @property
    def name(self) -> str:
        """As the model has it."""
        return self.stored.name

    @property
    def numel(self) -> int:
        """How many elements there are, without those that fill up rows."""
        return math.prod(self.shape)

    @property
    def is_float(self) -> bool:
        """Whether they can be scales."""
        return self.stored.dtype in FLOATS

    def rows(self, width: int, start: int, stop: int) -> Tensor:
        """Read some rows of integers.

        Returns:
            int8 to int32, or uint8, [stop − start, width].

        Raises:
            UsageError: as `Stored.chunks`.
        """
        pitch = max(width, self.pitch)
        first, last = start * pitch, stop * pitch
        if self.dtype in PACKED:
            each = 8 // PACKED[self.dtype]
            octets = read_rows(self.stored, first // each, -(-last // each), 1)
            found = _unpacked(octets, self.dtype).flatten()[first % each :][: last - first]
        else:
            found = read_rows(self.stored, first, last, 1)
            found = found.to(torch.int32) if self.dtype == "uint16" else found
        return found.reshape(-1, pitch)[:, :width]

    def one_by_one(self) -> Stored:
        """Return the same elements as of a dtype that can be calculated with."""
        if self.dtype not in (*PACKED, "uint16"):
            return self.stored
        dtype = torch.int16 if self.dtype in PACKED else torch.int32
        return self.stored._replace(shape=self.shape, dtype=dtype, place=_Unpacked(self))


@dataclass(frozen=True)
class _Unpacked:
    """The place of elements that share bytes in the file, or are of a dtype that lacks much."""

    known: Known

    @contextlib.contextmanager
    def open(self, stored: Stored) -> Iterator[IO[bytes]]:
        width = stored.shape[-1] if stored.shape else 1
        found = self.known.rows(width, 0, stored.numel // width)
        yield io.BytesIO(found.contiguous().numpy().tobytes())


def _unpacked(octets: Tensor, dtype: str) -> Tensor:
    """Return the integers in some bytes [n, 1], int16 [n, how many there are in one].

    Example:
        >>> _unpacked(torch.tensor([[0xF3]], dtype=torch.uint8), "int4").tolist()
        [[3, -1]]
    """
    bits = PACKED[dtype]
    codes = octets >> torch.arange(0, 8, bits, dtype=torch.uint8) & (1 << bits) - 1
    half = 1 << bits - 1
    wide = codes.to(torch.int16)
    return wide if dtype[0] == "u" else (wide ^ half) - half


@dataclass(frozen=True)
class Model:
    """A model's nodes, and the tensors that it stores.

    Attributes:
        path: its file.
        known: initializers and the values of constants, none of them empty, by name.
        initializers: the names of those that are initializers.
        others: why other initializers are not read, by name.
        nodes: in the file's order.
        makers: the node that gives a tensor, by the tensor's name.
        takers: the nodes that take a tensor, and as which input, by the tensor's name.
    """

    path: Path
    known: Mapping[str, Known]
    initializers: Collection[str]
    others: Mapping[str, str]
    nodes: tuple[Node, ...]
    makers: Mapping[str, Node]
    takers: Mapping[str, list[tuple[Node, int]]]
    _values: dict[str, Tensor] = field(default_factory=dict)

    def values(self, known: Known) -> Tensor:
        """Return floats that several tensors may need, float64 [n], read once."""
        if known.name not in self._values:
            self._values[known.name] = whole(known.stored).reshape(-1)
        return self._values[known.name]

    def origin(self, name: str, through: Collection[str]) -> tuple[str, list[Node]]:
        """Go back from a tensor through nodes of some operators, by way of their first inputs.

        Returns:
            The first tensor that none of these gives, and the nodes, the last one first.
        """
        passed: list[Node] = []
        while (node := self.makers.get(name)) and node.op in through and len(passed) < FAR:
            passed.append(node)
            name = node.inputs[0] if node.inputs else ""
        return name, passed

    def named(self, name: str, through: Collection[str] = ("Identity",)) -> Known | None:
        """Return the stored tensor that has a name, or becomes the tensor of that name by nodes of
        some operators.
        """
        return self.known.get(self.origin(name, through)[0])

    def users(self, name: str) -> Iterator[Node]:
        """Yield the nodes that take a tensor, as it is or moved, but for those that move all of
        it.
        """
        left, seen = [name], {name}
        while left and len(seen) < FAR:
            for node, _ in self.takers.get(left.pop(), ()):
                if node.op not in MOVES or node.op in ("Gather", "Slice"):
                    yield node
                    continue
                new = [output for output in node.outputs if output not in seen]
                left += new
                seen.update(new)


def read_model(path: Path) -> Model:
    """Read a model's nodes, and find the tensors that it stores.

    Raises:
        UsageError: as `onnx_entries` and `onnx_nodes`; or if two tensors have one name.
    """
    stamp = Stamp.of(path)
    try:
        entries, nodes = [*onnx_entries(path)], (*onnx_nodes(path),)
    except OSError as error:
        raise unreadable(path, error) from error
    initializers = {name for name, *_ in entries}
    if len(initializers) < len(entries):
        raise damaged(path, "it names an initializer twice")
    stamps = {path: stamp}
    known: dict[str, Known] = {}
    others: dict[str, str] = {}
    constants = [node.tensors[0] for node in nodes if is_constant(node)]
    for entry in (*entries, *constants):
        name, shape, dtype, file, place = entry
        if place is not None:
            if file not in stamps:
                stamps[file] = Stamp.of(file)
            known[name] = _known(entry, stamps[file])
        elif name in initializers and dtype not in _INDICES:
            empty = f"is empty: its shape is {shape}"
            others[name] = empty if dtype in LYING else f"has the dtype {dtype}, which is not read"
    makers, takers = _wiring(path, nodes, initializers)
    stamp.require(path)
    return Model(path, known, initializers, others, nodes, makers, takers)


def is_constant(node: Node) -> bool:
    """Return whether a node does nothing but to give a tensor that it holds."""
    return node.op == "Constant" and len(node.tensors) == len(node.outputs) == 1


def _known(entry: Entry, stamp: Stamp) -> Known:
    name, shape, dtype, file, place = entry
    lying = shape
    if dtype in PACKED:
        lying = (-(-number_of_elements(file, name, shape) * PACKED[dtype] // 8),)
    return Known(Stored(name, lying, LYING[dtype], file, stamp, place), shape, dtype)


def _wiring(
    path: Path, nodes: Iterable[Node], initializers: Collection[str]
) -> tuple[dict[str, Node], dict[str, list[tuple[Node, int]]]]:
    """The makers and the takers of a `Model`."""
    makers: dict[str, Node] = {}
    takers: dict[str, list[tuple[Node, int]]] = {}
    for node in nodes:
        for name in filter(None, node.outputs):
            if name in makers or name in initializers:
                raise damaged(path, f"two tensors have the name {name!r}")
            makers[name] = node
        for place, name in enumerate(node.inputs):
            if name:
                takers.setdefault(name, []).append((node, place))
    return makers, takers
