"""TFLite models: the constants of their graphs, and what is said of their quantization. Needs the
extra `tflite`.

The library trusts a file: it checks neither how long a vector is nor where it lies, and reads
whatever it is led to. So vectors of numbers are only taken as arrays, which numpy bounds by the
file, and vectors of tables are counted here before any is looked at.
"""

from __future__ import annotations

import importlib
import mmap
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, NamedTuple

import numpy as np
import torch
from torch import Tensor

from pyharness.core.errors import UsageError
from pyharness.core.extras import install
from pyharness.core.files import open_regular
from pyharness.formats.quantized.layout import layout_of
from pyharness.formats.quantized.rows import read_rows
from pyharness.formats.quantized.scaling import Rows, reader, rows_of
from pyharness.formats.quantized.tensor import Checkpoint, Factors, Quantized, whole
from pyharness.formats.stored import (
    MALFORMED,
    Stamp,
    Stored,
    damaged,
    number_of_elements,
    unreadable,
)

__all__ = ["read_tflite"]

_IDENTIFIER = b"TFL3"
_TABLES_LIMIT = 300_000
"""Tensors, buffers, operators and the like that are looked at; a small file can claim any number,
by naming one of them again and again."""
_NAMES_LIMIT = 64 << 20
"""Bytes of all names together."""
_FACTORS_LIMIT = 4 << 20
"""Scales of weights that are read because biases have to agree with them."""

_FLOATS = {
    "FLOAT16": torch.float16,
    "FLOAT32": torch.float32,
    "FLOAT64": torch.float64,
    "BFLOAT16": torch.bfloat16,
}
_CODES = {
    "INT4": (torch.uint8, -8, 7),
    "INT8": (torch.int8, -128, 127),
    "UINT8": (torch.uint8, 0, 255),
    "INT16": (torch.int16, -(1 << 15), (1 << 15) - 1),
    "INT32": (torch.int32, -(1 << 31), (1 << 31) - 1),
}
"""Types of codes: the dtype that they are stored in, the least and the greatest."""
_NUMBERS = ("INT32", "INT64")
"""Types of which constants are shapes, axes and the like, if they have no scale."""
_LAYERS = {
    "CONV_2D": (0, 1, 2),
    "DEPTHWISE_CONV_2D": (0, 1, 2),
    "FULLY_CONNECTED": (0, 1, 2),
    "TRANSPOSE_CONV": (2, 1, 3),
}
"""Which inputs of an operator are its activation, its weight and its bias."""


def read_tflite(path: Path) -> Checkpoint:
    """List the constants of all graphs of a `.tflite` file, after checking all that it says of
    them. No elements are read but the scales of what biases are added to.

    A tensor whose name is empty, or was given to an earlier one, is told from it by its place.

    Raises:
        UsageError: if the extra `tflite` is not installed, or the file cannot be read, is damaged,
            or describes more than any model has.
    """
    schema = _schema()
    stamp = Stamp.of(path)
    try:
        with open_regular(path) as file:
            data = mmap.mmap(file.fileno(), 0, access=mmap.ACCESS_READ)
        if data[4:8] != _IDENTIFIER:
            raise damaged(path, f"it is no TFLite model, which has {_IDENTIFIER!r} at byte 4")
        found = _Reader(path, stamp, data, schema).checkpoint()
    except OSError as error:
        raise unreadable(path, error) from error
    except MALFORMED as error:
        raise damaged(path, str(error)) from error
    stamp.require(path)
    return found


def _schema() -> Any:
    try:
        return importlib.import_module("tflite")
    except ImportError as error:
        raise UsageError(f"TFLite files need the package tflite; {install('tflite')}") from error


class _Described(NamedTuple):
    """A tensor as a graph describes it.

    Attributes:
        name: as it is given, but unique among all tensors of the file.
        kind: its type in the words of the format, such as "INT8".
        shape: of a constant; empty for others.
        place: the byte where its elements begin, None if it is no constant.
        nbytes: how many bytes it has there.
        scale, zero_point: as they are stored, None if there are none.
        axis: along which scales differ, if there is more than one.
        special: why its elements cannot be read one by one, empty if they can.
    """

    name: str
    kind: str
    shape: tuple[int, ...]
    place: int | None
    nbytes: int
    scale: Stored | None
    zero_point: Stored | None
    axis: int
    special: str


class _Uses(NamedTuple):
    """What a graph's layers do with its tensors, each by its place in the graph.

    Attributes:
        weights: each weight with the operator that it belongs to.
        biases: each bias with its layer's activation and weight.
    """

    weights: Mapping[int, str]
    biases: Mapping[int, tuple[int, int]]


@dataclass
class _Reader:
    """Reads one file.

    Attributes:
        path: the file.
        stamp: its state.
        data: its bytes.
        schema: the package with a class for each kind of table.
    """

    path: Path
    stamp: Stamp
    data: mmap.mmap
    schema: Any
    _tables_seen: int = 0
    _name_bytes: int = 0
    _factors_read: int = 0
    _names: set[str] = field(default_factory=set)
    _quantized: list[Quantized] = field(default_factory=list)
    _plain: dict[str, Stored] = field(default_factory=dict)
    _unexplained: dict[str, str] = field(default_factory=dict)
    _others: dict[str, str] = field(default_factory=dict)
    _integers: dict[str, str] = field(default_factory=dict)

    def checkpoint(self) -> Checkpoint:
        """List the constants of all graphs."""
        model = self.schema.Model.GetRootAs(self.data, 0)
        operators = _named(self.schema.BuiltinOperator)
        kinds = _named(self.schema.TensorType)
        buffers = list(self._tables(model, "Buffers"))
        codes = [
            operators.get(code.BuiltinCode(), "") for code in self._tables(model, "OperatorCodes")
        ]
        for number, graph in enumerate(self._tables(model, "Subgraphs")):
            tensors = [
                self._described(f"{number}.{place}", tensor, kinds, buffers)
                for place, tensor in enumerate(self._tables(graph, "Tensors"))
            ]
            uses = self._uses(graph, codes, len(tensors))
            for place, tensor in enumerate(tensors):
                if tensor.place is not None:
                    self._sort(tensor, place, uses, tensors)
        return Checkpoint(
            "TFLite",
            tuple(self._quantized),
            self._plain,
            self._unexplained,
            self._others,
            (self.path,),
            self._integers,
        )

    # ----------------------------------------------------------------------------- what tables say
    def _tables(self, table: Any, of: str) -> Iterator[Any]:
        """The tables of a vector."""
        count = getattr(table, f"{of}Length")()
        self._tables_seen += count
        if self._tables_seen > _TABLES_LIMIT:
            raise UsageError(
                f"{self.path} describes more than {_TABLES_LIMIT:,} tensors, buffers and operators"
            )
        return map(getattr(table, of), range(count))

    def _described(
        self, number: str, tensor: Any, kinds: Mapping[int, str], buffers: list[Any]
    ) -> _Described:
        name = self._name(number, tensor)
        place, nbytes = self._place(name, _entry(buffers, tensor.Buffer(), "buffer"))
        shape = self._shape(name, tensor) if place is not None else ()
        said = tensor.Quantization()
        special = "is sparse" if tensor.Sparsity() is not None else ""
        if said is None:
            scale = zero_point = None
            axis = 0
        else:
            scale = self._vector(f"{name} scale", said.ScaleAsNumpy())
            zero_point = self._vector(f"{name} zero point", said.ZeroPointAsNumpy())
            axis = said.QuantizedDimension()
            if said.DetailsType():
                special = "has a quantization that is not affine, or with scales in other tensors"
        kind = kinds.get(tensor.Type(), f"type {tensor.Type()}")
        return _Described(name, kind, shape, place, nbytes, scale, zero_point, axis, special)

    def _name(self, number: str, tensor: Any) -> str:
        said = tensor.Name() or b""
        self._name_bytes += len(said)
        if self._name_bytes > _NAMES_LIMIT:
            raise UsageError(f"{self.path} has names of more than {_NAMES_LIMIT:,} bytes in total")
        name = str(said.decode())
        if not name or name in self._names:
            name += f"#{number}"
        if name in self._names:
            raise damaged(self.path, f"it names {name!r} twice")
        self._names.add(name)
        return name

    def _place(self, name: str, buffer: Any) -> tuple[int | None, int]:
        """Where a buffer's bytes begin, None if it has none, and how many there are."""
        if buffer.Offset() > 1:
            # It lies after all tables, for these cannot be larger than 2 GB.
            place, nbytes = buffer.Offset(), buffer.Size()
            if nbytes > self.stamp.size or place > self.stamp.size - nbytes:
                raise damaged(
                    self.path,
                    f"{name!r} is said to have {nbytes} bytes from byte {place} on, the file has "
                    f"{self.stamp.size}",
                )
            return (place, nbytes) if nbytes else (None, 0)
        content = _array(buffer.DataAsNumpy())
        return (self._offset(content), content.nbytes) if content.nbytes else (None, 0)

    def _shape(self, name: str, tensor: Any) -> tuple[int, ...]:
        # No more of it is looked at than what shows that there are too many dimensions.
        shape = tuple(_array(tensor.ShapeAsNumpy())[:65].tolist())
        number_of_elements(self.path, name, shape)
        return shape

    def _vector(self, name: str, numbers: Any) -> Stored | None:
        """Scales or zero points, of which none are read."""
        array = _array(numbers)
        if not array.size:
            return None
        dtype = torch.float32 if array.dtype.kind == "f" else torch.int64
        return Stored(name, array.shape, dtype, self.path, self.stamp, self._offset(array))

    def _offset(self, array: np.ndarray[Any, Any]) -> int:
        """The byte of the file where an array begins."""
        base = np.frombuffer(self.data, np.uint8)
        return int(array.ctypes.data - base.ctypes.data)

    def _uses(self, graph: Any, codes: list[str], tensors: int) -> _Uses:
        weights: dict[int, str] = {}
        biases: dict[int, tuple[int, int]] = {}
        for operator in self._tables(graph, "Operators"):
            code = _entry(codes, operator.OpcodeIndex(), "operator code")
            if code not in _LAYERS:
                continue
            inputs = _array(operator.InputsAsNumpy())[: 1 + max(_LAYERS[code])].tolist()
            if any(not -1 <= place < tensors for place in inputs):
                raise damaged(self.path, f"an operator {code} has an input that is not there")
            # An input that is left out is −1, or missing at the end.
            activation, weight, bias = (
                inputs[place] if place < len(inputs) else -1 for place in _LAYERS[code]
            )
            if weight >= 0:
                weights.setdefault(weight, code)
            if min(activation, weight, bias) >= 0:
                biases.setdefault(bias, (activation, weight))
        return _Uses(weights, biases)

    # -------------------------------------------------------------------------- what constants are
    def _sort(self, tensor: _Described, place: int, uses: _Uses, tensors: list[_Described]) -> None:
        name, kind = tensor.name, tensor.kind
        if tensor.special:
            found = self._unexplained if kind in _CODES else self._others
            found[name] = tensor.special
        elif kind in _FLOATS:
            self._plain[name] = self._elements(tensor, _FLOATS[kind])
        elif kind in _CODES and tensor.scale is not None:
            if flaw := _flaw(tensor):
                self._unexplained[name] = flaw
            else:
                self._quantized.append(self._as_quantized(tensor, place, uses, tensors))
        elif place in uses.biases:
            self._unexplained[name] = "is a bias without a scale"
        elif kind in _NUMBERS:
            self._integers[name] = f"is {kind} without a scale, such as a shape"
        elif kind in _CODES and tensor.shape and tensor.nbytes > 1:
            self._unexplained[name] = f"is {kind} without a scale"
        elif kind in ("BOOL", *_CODES):
            self._integers[name] = f"is {kind}, of which no levels are known"
        else:
            self._others[name] = f"is {kind}, of which no levels are known"

    def _elements(self, tensor: _Described, dtype: torch.dtype) -> Stored:
        """The elements of a constant, two to a byte if there are codes of 4 bits."""
        shape: tuple[int, ...] = tensor.shape
        if tensor.kind == "INT4":
            shape = (-(-number_of_elements(self.path, tensor.name, shape) // 2),)
        need = number_of_elements(self.path, tensor.name, shape) * dtype.itemsize
        if tensor.place is None or need != tensor.nbytes:
            raise damaged(
                self.path,
                f"{tensor.name!r} of shape {tensor.shape} and {tensor.kind} needs {need} bytes, it "
                f"has {tensor.nbytes}",
            )
        return Stored(tensor.name, shape, dtype, self.path, self.stamp, tensor.place)

    def _as_quantized(
        self, tensor: _Described, place: int, uses: _Uses, tensors: list[_Described]
    ) -> Quantized:
        assert tensor.scale is not None and tensor.zero_point is not None
        dtype, low, high = _CODES[tensor.kind]
        layer = uses.weights.get(place, "")
        bias = uses.biases.get(place) if tensor.kind == "INT32" else None
        # The specification leaves out −128 in the weights of these layers.
        restricted = bool(layer) and tensor.kind == "INT8"
        scales = _along(tensor, tensor.scale)
        layout = layout_of(tensor.name, tensor.shape, scales)
        elements = self._elements(tensor, dtype)
        return Quantized(
            name=tensor.name,
            format=f"TFLite {tensor.kind.lower()}",
            shape=tensor.shape,
            rows=layout.rows,
            groups=layout.groups,
            size=layout.size,
            low=-127 if restricted else low,
            high=high,
            parts=(elements, scales, tensor.zero_point),
            read=reader(
                _codes(elements, tensor.kind, layout.groups * layout.size),
                layout,
                scales,
                rows_of(tensor.zero_point, layout),
            ),
            granularity=layout.granularity,
            names=(tensor.name,),
            transposed=layer == "FULLY_CONNECTED" and len(tensor.shape) == 2,
            symmetric=bias is not None
            or tensor.kind == "INT16"
            or (bool(layer) and tensor.kind != "UINT8"),
            restricted=restricted,
            # Scales of other constants are those of what they are joined with, or of products.
            reaches_ends=restricted,
            role="weight" if bias is None else "bias",
            factors=self._factors(tensor, *(tensors[part] for part in bias or ())),
        )

    def _factors(self, bias: _Described, *parts: _Described) -> Factors | None:
        """The scales that a bias's scale has to be the product of, if both parts have some."""
        scales = [part.scale for part in parts if part.scale is not None]
        if len(scales) < 2:
            return None
        activation, weight = scales
        if activation.numel != 1 or weight.numel not in (1, *bias.shape):
            raise damaged(
                self.path,
                f"the bias {bias.name!r} of shape {bias.shape} is added to a product of "
                f"{activation.numel} by {weight.numel} scales",
            )
        self._factors_read += weight.numel
        if self._factors_read > _FACTORS_LIMIT:
            raise UsageError(
                f"{self.path} has biases for more than {_FACTORS_LIMIT:,} scales of weights"
            )
        return Factors(whole(activation), whole(weight))


def _entry(entries: list[Any], place: int, what: str) -> Any:
    if place >= len(entries):
        raise IndexError(f"there is no {what} {place}, there are {len(entries)}")
    return entries[place]


def _array(vector: Any) -> np.ndarray[Any, Any]:
    """A vector's numbers; the library has 0 for one that is not there."""
    return np.asarray(vector) if isinstance(vector, np.ndarray) else np.zeros(0, np.uint8)


def _named(enumeration: Any) -> dict[int, str]:
    """The names of an enumeration's numbers."""
    return {number: name for name, number in vars(enumeration).items() if not name.startswith("_")}


def _flaw(tensor: _Described) -> str:
    """Say why a constant's scales do not fit it; empty if they do."""
    assert tensor.scale is not None
    scales = tensor.scale.numel
    zero_points = 0 if tensor.zero_point is None else tensor.zero_point.numel
    if zero_points not in (1, scales):
        return f"has {zero_points:,} zero points for {scales:,} scales"
    within = 0 <= tensor.axis < len(tensor.shape)
    if scales > 1 and not (within and tensor.shape[tensor.axis] == scales):
        return f"has {scales:,} scales for axis {tensor.axis} of the shape {tensor.shape}"
    return ""


def _along(tensor: _Described, scale: Stored) -> Stored:
    """The scales with as many axes as the tensor has, if there is more than one scale."""
    if scale.numel == 1:
        return scale
    shape = [1] * len(tensor.shape)
    shape[tensor.axis] = scale.numel
    return scale._replace(shape=tuple(shape))


def _codes(elements: Stored, kind: str, width: int) -> Rows:
    """What reads rows of codes, of `width` codes each."""
    if kind == "INT4":
        return lambda start, stop: _nibbles(elements, start * width, stop * width)
    return lambda start, stop: read_rows(elements, start, stop, width)


def _nibbles(octets: Stored, start: int, stop: int) -> Tensor:
    """The signed codes of 4 bits from one number on and before another, the first of a byte in its
    lower bits.
    """
    first = start // 2
    found = read_rows(octets, first, -(-stop // 2), 1)
    unsigned = torch.cat((found & 15, found >> 4), 1).flatten().to(torch.int16)
    return ((unsigned ^ 8) - 8)[start - 2 * first : stop - 2 * first]
