"""ONNX files: where a model's initializers lie, found without reading the model whole. Needs the
extra `onnx`.

The library reads all of a file into memory. So it is given only what each initializer says of
itself (its shape, its type, its file); the elements, which are nearly all of the file, are passed
over here and read later in chunks.
"""

from __future__ import annotations

import contextlib
import io
import math
import mmap
import os
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path, PurePosixPath
from typing import IO, Any

from pyharness.core.errors import UsageError
from pyharness.core.extras import install
from pyharness.formats.stored import DTYPES, Raw, Stamp, Stored, damaged

__all__ = ["onnx_entries"]

_GRAPH, _OPSETS = 7, 8
"""Fields of an ONNX model."""
_INITIALIZER, _SPARSE_INITIALIZER = 5, 15
"""Fields of an ONNX graph."""
_RAW_DATA = 9
"""The field of an ONNX tensor that holds its elements as they are in memory."""
_TYPED_LIMIT = 64 << 20
"""Bytes of an initializer that is not stored as raw data, and so is read whole."""


def onnx_entries(path: Path) -> Iterator[tuple[str, tuple[int, ...], str, Path, Any]]:
    """Yield the name, shape, dtype by name, file and place of each initializer of the model's
    graph.

    Those of graphs within its nodes are not looked at. The place is None where the dtype is not in
    `DTYPES`, or there are no elements.

    Raises:
        UsageError: if the extra `onnx` is not installed, the file is no whole model, it names a
            file outside its folder or by way of a link, or it has initializers that are sparse or
            too large to be read whole where they have to be.
    """
    with open(path, "rb") as file:
        size = os.fstat(file.fileno()).st_size
        if not size:
            raise damaged(path, "it is empty")
        with mmap.mmap(file.fileno(), 0, access=mmap.ACCESS_READ) as data:
            fields = list(_fields(path, data, 0, size))
            if not {_GRAPH, _OPSETS} <= {number for number, *_ in fields}:
                raise damaged(path, "it is not a whole ONNX model")
            for number, _, start, end in fields:
                if number == _GRAPH:
                    yield from _of_graph(path, data, start, end)


def _of_graph(
    path: Path, data: mmap.mmap, start: int, end: int
) -> Iterator[tuple[str, tuple[int, ...], str, Path, Any]]:
    for number, _, first, last in _fields(path, data, start, end):
        if number == _INITIALIZER:
            yield _initializer(path, data, first, last)
        elif number == _SPARSE_INITIALIZER:
            raise UsageError(f"{path} has sparse initializers, which are not read; save them dense")


def _initializer(
    path: Path, data: mmap.mmap, start: int, end: int
) -> tuple[str, tuple[int, ...], str, Path, Any]:
    raw, spans = None, []
    for number, begin, first, last in _fields(path, data, start, end):
        if number == _RAW_DATA:
            raw = (first, last)
        else:
            spans.append((begin, last))
    if sum(last - first for first, last in spans) > _TYPED_LIMIT:
        raise UsageError(
            f"{path}: an initializer of {end - start} bytes is not stored as raw data; export the model anew"
        )
    tensor = _parsed(path, b"".join(data[first:last] for first, last in spans))
    kinds = _onnx().TensorProto.DataType
    kind = (
        kinds.Name(tensor.data_type)
        if tensor.data_type in kinds.values()
        else str(tensor.data_type)
    )
    name, shape = tensor.name, tuple(tensor.dims)
    dtype = {"FLOAT": "float32", "DOUBLE": "float64"}.get(kind, kind.lower())
    if min(shape, default=0) < 0 or tensor.HasField("segment"):
        raise damaged(path, f"initializer {name!r} has the shape {shape}, or is a segment")
    if dtype not in DTYPES or not math.prod(shape):
        return name, shape, dtype, path, None
    need = math.prod(shape) * DTYPES[dtype].itemsize
    if tensor.data_location == _onnx().TensorProto.EXTERNAL:
        return (
            name,
            shape,
            dtype,
            *_external(
                path, name, {entry.key: entry.value for entry in tensor.external_data}, need
            ),
        )
    if raw is None:
        try:
            found = _onnx().numpy_helper.to_array(tensor).nbytes
        except (ValueError, TypeError, OverflowError) as error:
            raise damaged(path, f"initializer {name!r}: {error}") from error
        if found != need:
            raise damaged(path, f"initializer {name!r} needs {need} bytes, it has {found}")
        return name, shape, dtype, path, _Typed(tuple(spans))
    if raw[1] - raw[0] != need:
        raise damaged(
            path,
            f"initializer {name!r} of shape {shape} and {dtype} needs {need} bytes, it has {raw[1] - raw[0]}",
        )
    return name, shape, dtype, path, Raw(raw[0])


def _external(path: Path, name: str, entry: Mapping[str, str], need: int) -> tuple[Path, Raw]:
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
        if file.is_symlink():
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
    return file, Raw(offset)


@dataclass(frozen=True)
class _Typed:
    """The place of elements in a field of their type, each in 4 or 8 bytes or a varying number.

    Attributes:
        spans: from where to where the encoded initializer lies in the file.
    """

    spans: tuple[tuple[int, int], ...]

    @contextlib.contextmanager
    def open(self, stored: Stored) -> Iterator[IO[bytes]]:
        with open(stored.path, "rb") as file:
            message = b""
            for first, last in self.spans:
                file.seek(first)
                message += file.read(last - first)
        array = _onnx().numpy_helper.to_array(_parsed(stored.path, message))
        yield io.BytesIO(array.tobytes())


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
        import onnx.numpy_helper
    except ImportError as error:
        raise UsageError(f"ONNX files need the package onnx; {install('onnx')}") from error
    return onnx


def _fields(
    path: Path, data: mmap.mmap, start: int, end: int
) -> Iterator[tuple[int, int, int, int]]:
    """Yield the number of each field of a message, where the field begins, and where its content
    begins and ends.
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
        yield key >> 3, begin, at, at + length
        at += length


def _varint(path: Path, data: mmap.mmap, at: int, end: int) -> tuple[int, int]:
    """The number that begins at a byte, and where the next thing begins."""
    value = 0
    for place in range(at, min(at + 10, end)):
        value |= (data[place] & 127) << 7 * (place - at)
        if data[place] < 128:
            return value, place + 1
    raise damaged(path, f"the number at byte {at} does not end")
