"""ONNX files: where a model's initializers lie, and what its nodes are, found without reading the
model whole. Needs the extra `onnx`.

The library reads all of a file into memory. So it is given only what each initializer says of
itself (its shape, its type, its file) and what each node says of itself; the elements, which are
nearly all of the file, are passed over here and read later in chunks.
"""

from __future__ import annotations

import contextlib
import io
import mmap
import os
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path, PurePosixPath
from typing import IO, Any, NamedTuple

import numpy as np
import torch

from pyharness.core.errors import UsageError
from pyharness.core.extras import install
from pyharness.core.files import open_regular
from pyharness.formats.digests import dtype_name
from pyharness.formats.stored import DTYPES, Stamp, Stored, damaged, number_of_elements

__all__ = ["LYING", "PACKED", "Entry", "Node", "onnx_entries", "onnx_nodes"]

Entry = tuple[str, tuple[int, ...], str, Path, Any]
"""A tensor's name, shape, dtype by name, the file of its elements, and where in it they are."""

PACKED = {"int2": 2, "uint2": 2, "int4": 4, "uint4": 4}
"""The dtypes that share bytes, and their bits. The first element of a byte is in its low bits."""
LYING = {**DTYPES, "uint16": torch.uint16, **dict.fromkeys(PACKED, torch.uint8)}
"""The dtypes of initializers whose elements are found, and what they lie in the file as."""

_DOMAINS = ("", "ai.onnx", "com.microsoft")
"""Those of the operators of ONNX and of onnxruntime."""

_GRAPH, _OPSETS = 7, 8
"""Fields of an ONNX model."""
_NODE, _INITIALIZER, _SPARSE_INITIALIZER = 1, 5, 15
"""Fields of an ONNX graph."""
_ATTRIBUTE = 5
"""The field of a node's attributes."""
_HELD = {
    "graph": {_NODE: "node", _INITIALIZER: "tensor"},
    "node": {_ATTRIBUTE: "attribute"},
    "attribute": {5: "tensor", 6: "graph", 10: "tensor", 11: "graph"},
}
"""Fields that lead to a tensor, by the message that has them, and the message that they hold."""
_DIMS, _TYPE, _RAW_DATA = 1, 2, 9
"""Fields of an ONNX tensor: its shape, its type, and its elements as they are in memory."""
_FLOATS, _INT32S, _STRINGS, _INT64S, _DOUBLES, _UINT64S = 4, 5, 6, 7, 10, 11
"""Fields of an ONNX tensor that hold its elements one by one, by their type."""
_TYPED = {
    "float32": _FLOATS,
    "float64": _DOUBLES,
    "int64": _INT64S,
    **dict.fromkeys(
        ("int32", "int16", "uint16", "int8", "uint8", "float16", "bfloat16"),
        _INT32S,
    ),
}
"""The field of the elements of each type; halves stand there as the integers of their bits."""
_ONCE = {_TYPE, 3, 8, _RAW_DATA, 14}
"""Fields of an ONNX tensor that are given once."""
_KINDS = {
    **dict.fromkeys((_DIMS, _INT32S, _INT64S, _UINT64S), (0, 2)),
    **dict.fromkeys((_TYPE, 14), (0,)),
    **dict.fromkeys((3, _STRINGS, 8, _RAW_DATA, 12, 13), (2,)),
    _FLOATS: (5, 2),
    _DOUBLES: (1, 2),
}
"""How the fields of an ONNX tensor can be encoded."""
_TYPED_LIMIT = 64 << 20
"""Bytes of an initializer that is not stored as raw data, and so is read whole."""


class Node(NamedTuple):
    """One node of a model's graph.

    Attributes:
        op: its operator; one of another domain than ONNX's and onnxruntime's begins with that
            domain, such as "org.example.MatMul".
        name: perhaps empty.
        inputs, outputs: names of tensors; empty where an optional one is left out.
        attributes: those that are one number, by name.
        tensors: all that its attributes hold, and those of graphs within it; that of a Constant is
            named as its output.
    """

    op: str
    name: str
    inputs: tuple[str, ...]
    outputs: tuple[str, ...]
    attributes: Mapping[str, int | float]
    tensors: tuple[Entry, ...]


def onnx_entries(path: Path) -> Iterator[Entry]:
    """Yield the name, shape, dtype by name, file and place of each initializer of the model's
    graph.

    Those of graphs within its nodes are not looked at. The place is None where the dtype is not in
    `LYING`, or there are no elements.

    Raises:
        UsageError: if the extra `onnx` is not installed, the file is no whole model, it names a
            file outside its folder or by way of a link, or it has initializers that are sparse or
            too large to be read whole where they have to be.
    """
    for data, number, first, last in _graph_fields(path):
        if number == _INITIALIZER:
            yield _initializer(path, data, first, last)
        elif number == _SPARSE_INITIALIZER:
            raise UsageError(f"{path} has sparse initializers, which are not read; save them dense")


def onnx_nodes(path: Path) -> Iterator[Node]:
    """Yield the nodes of the model's graph; those of graphs within them are not looked at.

    Raises:
        UsageError: as `onnx_entries`, or if a node cannot be read in one way only.
    """
    for data, number, first, last in _graph_fields(path):
        if number == _NODE:
            yield _node(path, data, first, last)


def _graph_fields(path: Path) -> Iterator[tuple[mmap.mmap, int, int, int]]:
    """Yield the file with the number of each field of the model's graph, and where its content
    begins and ends.
    """
    with open_regular(path) as file:
        size = os.fstat(file.fileno()).st_size
        if not size:
            raise damaged(path, "it is empty")
        with mmap.mmap(file.fileno(), 0, access=mmap.ACCESS_READ) as data:
            fields = list(_fields(path, data, 0, size))
            if not {_GRAPH, _OPSETS} <= {number for number, *_ in fields}:
                raise damaged(path, "it is not a whole ONNX model")
            for number, _, _, start, end in fields:
                if number == _GRAPH:
                    for inner, _, _, first, last in _fields(path, data, start, end):
                        yield data, inner, first, last


def _node(path: Path, data: mmap.mmap, start: int, end: int) -> Node:
    """A node, of which the library is given all but the tensors and the graphs."""
    described: list[bytes] = []
    for number, _, begin, first, last in _fields(path, data, start, end):
        if number == _ATTRIBUTE:
            content = _without_tensors(path, data, first, last)
            described += (b"\x2a", _varint_of(len(content)), content)
        else:
            described.append(data[begin:last])
    if sum(map(len, described)) > _TYPED_LIMIT:
        raise UsageError(f"{path}: a node is described by more than {_TYPED_LIMIT:,} bytes")
    node = _parsed_node(path, b"".join(described))
    names = [attribute.name for attribute in node.attribute]
    both = any(attribute.HasField("i") and attribute.HasField("f") for attribute in node.attribute)
    if both or len(set(names)) < len(names):
        raise damaged(path, f"node {node.name!r} has an attribute twice, or one with two values")
    tensors = tuple(_tensors(path, data, start, end))
    if node.op_type == "Constant" and len(node.output) == 1:
        tensors = tuple((node.output[0], *tensor[1:]) for tensor in tensors)
    return Node(
        node.op_type if node.domain in _DOMAINS else f"{node.domain}.{node.op_type}",
        node.name,
        tuple(node.input),
        tuple(node.output),
        {
            attribute.name: attribute.i if attribute.HasField("i") else attribute.f
            for attribute in node.attribute
            if attribute.HasField("i") or attribute.HasField("f")
        },
        tensors,
    )


def _without_tensors(path: Path, data: mmap.mmap, start: int, end: int) -> bytes:
    """The fields of an attribute but for those that hold tensors and graphs."""
    kept: list[bytes] = []
    once: set[int] = set()
    for number, kind, begin, first, last in _fields(path, data, start, end):
        if number not in _HELD["attribute"]:
            if last - first > _TYPED_LIMIT:
                raise UsageError(f"{path}: an attribute has more than {_TYPED_LIMIT:,} bytes")
            kept.append(data[begin:last])
        elif kind != 2 or number in once:
            raise damaged(path, f"field {number} of an attribute is given twice, or ill encoded")
        elif number in (5, 6):
            once.add(number)
    return b"".join(kept)


def _tensors(path: Path, data: mmap.mmap, start: int, end: int) -> Iterator[Entry]:
    """Yield the tensors that a node holds, however deep the graphs lie that hold them."""
    left = [("node", start, end)]
    while left:
        message, start, end = left.pop()
        for number, kind, _, first, last in _fields(path, data, start, end):
            held = _HELD[message].get(number) if kind == 2 else None
            if held == "tensor":
                yield _initializer(path, data, first, last)
            elif held is not None:
                left.append((held, first, last))


def _varint_of(number: int) -> bytes:
    parts = []
    while number > 127:
        parts.append(number & 127 | 128)
        number >>= 7
    return bytes([*parts, number])


def _initializer(path: Path, data: mmap.mmap, start: int, end: int) -> Entry:
    described: list[tuple[int, int]] = []
    spans: dict[int, list[tuple[int, int]]] = {}
    for number, kind, begin, first, last in _fields(path, data, start, end):
        if kind not in _KINDS.get(number, (kind,)) or (number in _ONCE and number in spans):
            raise damaged(path, f"field {number} of an initializer is given twice, or ill encoded")
        spans.setdefault(number, []).append((first, last))
        if number not in _DATA:
            described.append((begin, last))
    if sum(last - first for first, last in described) > _TYPED_LIMIT:
        raise UsageError(f"{path}: an initializer is described by more than {_TYPED_LIMIT:,} bytes")
    tensor = _parsed(path, b"".join(data[first:last] for first, last in described))
    name, shape = tensor.name, tuple(tensor.dims)
    # The library drops the upper bits of a number that is too large for its field.
    stated = [_integers(path, name, data, spans.get(field, ())) for field in (_DIMS, _TYPE)]
    if [list(shape), [tensor.data_type]] != [stated[0].tolist(), stated[1].tolist() or [0]]:
        raise damaged(path, f"initializer {name!r} has a shape or type that is out of range")
    kinds = _onnx().TensorProto.DataType
    kind_name = (
        kinds.Name(tensor.data_type)
        if tensor.data_type in kinds.values()
        else str(tensor.data_type)
    )
    dtype = {"FLOAT": "float32", "DOUBLE": "float64"}.get(kind_name, kind_name.lower())
    count = number_of_elements(path, name, shape)
    if tensor.HasField("segment"):
        raise damaged(path, f"initializer {name!r} is a segment")
    external = tensor.data_location == _onnx().TensorProto.EXTERNAL
    given = [
        field
        for field in sorted(_DATA)
        if (field == _RAW_DATA and field in spans)
        or any(last > first for first, last in spans.get(field, ()))
    ]
    if len(given) + external > 1:
        raise damaged(
            path,
            f"initializer {name!r} has its elements more than once: as raw data, in fields of "
            "types, or in another file; readers differ in which they take",
        )
    if dtype not in LYING:
        return name, shape, dtype, path, None
    need = -(-count * PACKED[dtype] // 8) if dtype in PACKED else count * LYING[dtype].itemsize
    if external and need:
        entries: dict[str, str] = {}
        for entry in tensor.external_data:
            if entry.key in entries:
                raise damaged(path, f"initializer {name!r} says {entry.key!r} of its place twice")
            entries[entry.key] = entry.value
        return (name, shape, dtype, *_external(path, name, entries, need))
    lying = dtype_name(LYING[dtype])
    if given not in ([], [_RAW_DATA], [_TYPED[lying]]):
        raise damaged(path, f"initializer {name!r} of {dtype} has elements of another type")
    if given == [_TYPED[lying]]:
        typed = _Typed(start, end)
        place: int | _Typed = typed
        found = len(typed.elements(path, name, data, lying)) * LYING[dtype].itemsize
    else:
        first, last = spans.get(_RAW_DATA, [(start, start)])[0]
        place, found = first, last - first
    if found != need:
        raise damaged(
            path,
            f"initializer {name!r} of shape {shape} and {dtype} needs {need} bytes, it has {found}",
        )
    return name, shape, dtype, path, place if need else None


_DATA = {_FLOATS, _INT32S, _STRINGS, _INT64S, _RAW_DATA, _DOUBLES, _UINT64S}
"""Fields of an ONNX tensor that hold elements."""


def _integers(
    path: Path, name: str, data: mmap.mmap | bytes, spans: Iterable[tuple[int, int]]
) -> np.ndarray[Any, np.dtype[np.int64]]:
    """The integers of a field, each of seven bits to a byte and 64 at most."""
    content = np.frombuffer(b"".join(data[first:last] for first, last in spans), np.uint8)
    ends = np.flatnonzero(content < 128)
    if len(content) and (not len(ends) or ends[-1] != len(content) - 1):
        raise damaged(path, f"initializer {name!r} has a number that does not end")
    starts = np.concatenate(([0], ends[:-1] + 1)) if len(ends) else ends
    lengths = ends - starts + 1
    if (lengths > 10).any() or (content[starts[lengths == 10] + 9] > 1).any():
        raise damaged(path, f"initializer {name!r} has a number of more than 64 bits")
    numbers = np.zeros(len(ends), np.uint64)
    for place in range(int(lengths.max(initial=0))):
        long = lengths > place
        bits = content[starts[long] + place].astype(np.uint64) & np.uint64(127)
        numbers[long] |= bits << np.uint64(7 * place)
    return numbers.view(np.int64)


def _external(path: Path, name: str, entry: Mapping[str, str], need: int) -> tuple[Path, int]:
    """The file beside a model that holds an initializer's elements, and where."""
    location = entry.get("location", "")
    parts = PurePosixPath(location).parts
    if not parts or parts[0] == "/" or ".." in parts or set(location) & set("\\:\0"):
        raise damaged(
            path,
            f"initializer {name!r} lies in {location!r}, which is not a path inside the model's folder",
        )
    file = path.parent
    for part in parts:
        file /= part
        if os.path.islink(file):
            raise UsageError(
                f"{path}: initializer {name!r} lies in {location!r}, which goes through a symbolic link and could lead "
                "outside the model's folder; put the file itself there"
            )
    try:
        offset, length = int(entry.get("offset", 0)), int(entry.get("length", need))
    except ValueError as error:
        raise damaged(path, f"initializer {name!r}: {error}") from error
    size = Stamp.of(file).size
    if length != need or not 0 <= offset <= size - length:
        raise damaged(
            path,
            f"initializer {name!r} needs {need} bytes; it is said to have {length} from byte {offset} of "
            f"{location!r}, which has {size}",
        )
    return file, offset


@dataclass(frozen=True)
class _Typed:
    """The place of elements in a field of their type, each in 4 or 8 bytes or a varying number.

    Attributes:
        start, end: where in the file the encoded initializer lies.
    """

    start: int
    end: int

    @contextlib.contextmanager
    def open(self, stored: Stored) -> Iterator[IO[bytes]]:
        with open_regular(stored.path) as file:
            file.seek(self.start)
            message = file.read(self.end - self.start)
        whole = _Typed(0, len(message))
        dtype = dtype_name(stored.dtype)
        yield io.BytesIO(whole.elements(stored.path, stored.name, message, dtype).tobytes())

    def elements(
        self, path: Path, name: str, data: mmap.mmap | bytes, dtype: str
    ) -> np.ndarray[Any, Any]:
        """Return the elements as they are in memory; halves as their bits.

        Raises:
            UsageError: if there are too many bytes of them, or one is out of the type's range.
        """
        field = _TYPED[dtype]
        spans = [
            (first, last)
            for number, _, _, first, last in _fields(path, data, self.start, self.end)
            if number == field
        ]
        if (size := sum(last - first for first, last in spans)) > _TYPED_LIMIT:
            raise UsageError(
                f"{path}: initializer {name!r} has {size:,} bytes that are not stored as raw data; "
                "export the model anew"
            )
        if field in (_FLOATS, _DOUBLES):
            content = b"".join(data[first:last] for first, last in spans)
            if len(content) % (width := DTYPES[dtype].itemsize):
                raise damaged(path, f"initializer {name!r} has no whole number of elements")
            return np.frombuffer(content, f"<f{width}")
        numbers = _integers(path, name, data, spans)
        into = np.dtype("<u2" if dtype.endswith("float16") else dtype).newbyteorder("<")
        limits = np.iinfo(into)
        outside = (numbers < limits.min) | (numbers > limits.max)
        if outside.any():
            raise damaged(
                path,
                f"initializer {name!r} of {dtype} has the element {numbers[outside][0]}, and the "
                f"type goes from {limits.min} to {limits.max}",
            )
        return numbers.astype(into)


def _parsed_node(path: Path, message: bytes) -> Any:
    onnx = _onnx()
    from google.protobuf.message import DecodeError

    try:
        node = onnx.NodeProto.FromString(message)
        texts = [
            *(node.name, node.op_type, node.domain, *node.input, *node.output),
            *(attribute.name for attribute in node.attribute),
        ]
    except (DecodeError, UnicodeDecodeError) as error:
        raise damaged(path, f"a node cannot be read: {error}") from error
    if not all(isinstance(text, str) for text in texts):
        raise damaged(path, "a name in a node is not UTF-8")
    return node


def _parsed(path: Path, message: bytes) -> Any:
    onnx = _onnx()
    from google.protobuf.message import DecodeError

    try:
        tensor = onnx.TensorProto.FromString(message)
        texts = [
            tensor.name,
            *(text for entry in tensor.external_data for text in (entry.key, entry.value)),
        ]
    except (DecodeError, UnicodeDecodeError) as error:
        raise damaged(path, f"an initializer cannot be read: {error}") from error
    if not all(isinstance(text, str) for text in texts):
        raise damaged(path, "the name or place of an initializer is not UTF-8")
    return tensor


def _onnx() -> Any:
    try:
        import onnx
    except ImportError as error:
        raise UsageError(f"ONNX files need the package onnx; {install('onnx')}") from error
    return onnx


def _fields(
    path: Path, data: mmap.mmap | bytes, start: int, end: int
) -> Iterator[tuple[int, int, int, int, int]]:
    """Yield the number of each field of a message, how it is encoded, where it begins, and where
    its content begins and ends.
    """
    at = start
    while at < end:
        begin = at
        key, at = _varint(path, data, at, end)
        kind = key & 7
        if kind == 2:
            length, at = _varint(path, data, at, end)
        elif kind == 0:
            length = _varint(path, data, at, end)[1] - at
        elif kind in (1, 5):
            length = 8 if kind == 1 else 4
        else:
            raise damaged(path, f"the field at byte {begin} is of the unknown kind {kind}")
        if length > end - at:
            raise damaged(
                path,
                f"the field at byte {begin} is said to have {length} bytes, {end - at} are left",
            )
        yield key >> 3, kind, begin, at, at + length
        at += length


def _varint(path: Path, data: mmap.mmap | bytes, at: int, end: int) -> tuple[int, int]:
    """The number that begins at a byte, and where the next thing begins."""
    value = 0
    for place in range(at, min(at + 10, end)):
        value |= (data[place] & 127) << 7 * (place - at)
        if data[place] < 128:
            return value, place + 1
    raise damaged(path, f"the number at byte {at} does not end")
