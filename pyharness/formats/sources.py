"""Sources: tensors in a user's own safetensors, npz and ONNX files, which may be truncated,
mistaken or hostile.

What a file says of itself is checked before any of its data are read, and nothing in a file is ever
executed.
"""

from __future__ import annotations

import contextlib
import gc
import io
import json
import math
import os
import zipfile
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence, Set
from dataclasses import dataclass
from pathlib import Path, PurePosixPath
from typing import IO, Any

import numpy as np
import torch
from safetensors import SafetensorError, safe_open
from torch import Tensor

from pyharness.core.errors import UsageError
from pyharness.core.files import open_regular, read_regular
from pyharness.formats.affine import TensorError
from pyharness.formats.digests import dtype_name
from pyharness.formats.onnx import onnx_entries
from pyharness.formats.stored import (
    DTYPES,
    MALFORMED,
    Readable,
    Stamp,
    Stored,
    damaged,
    number_of_elements,
    unreadable,
)

__all__ = [
    "CODE_DTYPES",
    "Catalogue",
    "catalogue",
    "catalogue_of",
    "read_tensors",
    "tensor_files",
]

CODE_DTYPES = DTYPES | {
    dtype_name(dtype): dtype for dtype in (torch.uint32, torch.float8_e4m3fn, torch.float8_e5m2)
}
"""Those of `DTYPES`, and those that only quantized checkpoints have."""

_INDEX = ".safetensors.index.json"
_HEADER_LIMIT = 100_000_000
"""Bytes of a safetensors header, the format's own limit."""
_SIZE_LIMIT = 16 << 30
"""Bytes that `read_tensors` unpacks from an npz file: a small file can claim to hold a great
deal."""
_COLUMN_LIMIT = 64 << 20
"""Bytes of a streamed array in column-major order, which has to be unpacked whole."""


@dataclass(frozen=True)
class Catalogue:
    """The tensors of some files, not read yet.

    Attributes:
        tensors: those that can be read, by name in alphabetical order.
        others: why each of the others, by name, is not: it is empty, or of a dtype that is not used
            here.
        files: the files.
    """

    tensors: Mapping[str, Stored]
    others: Mapping[str, str]
    files: tuple[Path, ...]


# ------------------------------------------------------------------------------------------ reading
def read_tensors(path: Path) -> dict[str, Tensor]:
    """Read every tensor of a `.safetensors`, `.npz` or `.onnx` file into memory, by name in
    alphabetical order.

    Args:
        path: the file; its suffix names the format.

    Returns:
        Tensors on the CPU, of the dtypes of `stored.DTYPES`, none of them empty, all of them
        finite.

    Raises:
        UsageError: if the file cannot be read, is of another format, is damaged, or names a tensor
            twice.
        TensorError: if it holds no tensor, or one that is empty, of another dtype, or with NaN or
            infinities.
    """
    path = Path(path)
    found = catalogue_of(path)
    for name, why in found.others.items():
        raise TensorError(f"{path}: tensor {name!r} {why}")
    total = sum(tensor.nbytes for tensor in found.tensors.values())
    if path.suffix == ".npz" and total > _SIZE_LIMIT:
        raise damaged(
            path, f"it would unpack to {total} bytes; {_SIZE_LIMIT} are the most that is read"
        )
    tensors = {name: tensor.read() for name, tensor in found.tensors.items()}
    for name, tensor in tensors.items():
        bad = ~torch.isfinite(tensor)
        if bool(bad.any()):
            first = tuple(bad.nonzero()[0].tolist())
            raise TensorError(
                f"{path}: tensor {name!r} has {int(bad.sum())} NaN or infinite of {tensor.numel()} values, the "
                f"first at index {first}"
            )
    return tensors


def catalogue(paths: Sequence[Path], dtypes: Mapping[str, torch.dtype] = DTYPES) -> Catalogue:
    """List the tensors of files, taken together as one model, after checking all that the files say
    of themselves.

    Args:
        paths: as for `tensor_files`.
        dtypes: those that are read, by name: `DTYPES` or `CODE_DTYPES`.

    Raises:
        UsageError: if a file cannot be read, is of another format or damaged, or cannot be
            streamed; if an index and its shards contradict each other; or if a name occurs twice.
        TensorError: if there is no tensor that can be read.
    """
    with _no_collection():
        return _catalogue(paths, dtypes)


def _catalogue(paths: Sequence[Path], dtypes: Mapping[str, torch.dtype]) -> Catalogue:
    tensors: dict[str, Stored] = {}
    others: dict[str, str] = {}
    files = tensor_files(paths)
    names: dict[Path, set[str]] = {}
    for file in files:
        found = catalogue_of(file, dtypes)
        names[file] = found.tensors.keys() | found.others.keys()
        for name in names[file] & (tensors.keys() | others.keys()):
            other = next(other for other, its in names.items() if name in its)
            raise UsageError(
                f"the tensor {name!r} is both in {other} and in {file}; give the files of one model"
            )
        if file.suffix == ".npz":
            _require_rows(found.tensors.values())
        tensors |= found.tensors
        others |= found.others
    for index in _indices(paths):
        _require_indexed(index, names)
    if not tensors:
        why = "".join(f"; {name!r} {reason}" for name, reason in list(others.items())[:3])
        raise TensorError(f"{', '.join(map(str, paths))}: there is no tensor that can be read{why}")
    if len(files) > 1:
        tensors = {name: tensors[name] for name in sorted(tensors)}
    return Catalogue(tensors, dict(sorted(others.items())), files)


def _require_rows(tensors: Iterable[Stored]) -> None:
    """Check that no array of an npz file would have to be unpacked whole, unless it is small."""
    for tensor in tensors:
        if (
            isinstance(tensor.place, _Member)
            and tensor.place.by_column
            and tensor.nbytes > _COLUMN_LIMIT
        ):
            raise UsageError(
                f"{tensor.path}: tensor {tensor.name!r} lies column by column, so that all of its {tensor.nbytes:,} "
                "bytes would have to be read at once; save it by way of numpy.ascontiguousarray"
            )


def catalogue_of(path: Path, dtypes: Mapping[str, torch.dtype] = DTYPES) -> Catalogue:
    """List the tensors of one file, after checking all that it says of itself. No data but headers
    are read.

    Raises:
        UsageError: if the file cannot be read, is of another format, is damaged, or names a tensor
            twice; or if it is an ONNX file and the extra `onnx` is not installed.
        TensorError: if it holds no tensor.
    """
    if path.suffix not in _READERS:
        raise UsageError(f"{path}: expected a name that ends in {_SUFFIXES}")
    stamp = Stamp.of(path)
    tensors: dict[str, Stored] = {}
    others: dict[str, str] = {}
    stamps = {path: stamp}
    try:
        with _no_collection():
            for name, shape, dtype, file, place in _READERS[path.suffix](path):
                if name in tensors or name in others:
                    raise damaged(path, f"it names {name!r} twice")
                if dtype not in dtypes:
                    others[name] = (
                        f"has dtype {dtype}, which is not used here; convert it to float32 or int8"
                    )
                elif not number_of_elements(path, name, shape):
                    others[name] = f"is empty: its shape is {shape}"
                else:
                    known = stamp if file is path else stamps.get(file)
                    if known is None:
                        known = stamps[file] = Stamp.of(file)
                    tensors[name] = Stored(name, shape, dtypes[dtype], file, known, place)
    except OSError as error:
        raise unreadable(path, error) from error
    stamp.require(path)
    if not tensors and not others:
        raise TensorError(f"{path} holds no tensor")
    return Catalogue({name: tensors[name] for name in sorted(tensors)}, others, (path,))


@contextlib.contextmanager
def _no_collection() -> Iterator[None]:
    """Look for no garbage meanwhile: what a header becomes is all kept, and to look through
    hundreds of thousands of objects again and again takes longer than to make them.
    """
    was = gc.isenabled()
    gc.disable()
    try:
        yield
    finally:
        if was:
            gc.enable()


# ------------------------------------------------------------------------------- shards and folders
def tensor_files(paths: Sequence[Path]) -> tuple[Path, ...]:
    """Return the files that hold the tensors of what a user names.

    Args:
        paths: each a `.safetensors`, `.npz` or `.onnx` file; a `.safetensors.index.json`, which
            stands for the shards that it names; or a folder, which stands for its index if it has
            one, else for all such files in it.

    Raises:
        UsageError: if there is no such file, a shard is missing, or a file is named twice.
    """
    files: list[Path] = []
    for path in paths:
        if os.path.isdir(path):
            try:
                inside = [item for item in sorted(path.iterdir()) if item.suffix in _READERS]
            except OSError as error:
                raise unreadable(path, error) from error
            if not inside:
                raise UsageError(f"{path} has no {_SUFFIXES} file in it")
            files += _shards(index) if (index := _index_in(path)) else inside
        elif path.name.endswith(_INDEX):
            files += _shards(path)
        else:
            files.append(path)
    named: set[str] = set()
    for file in files:
        if (real := os.path.realpath(file)) in named:
            raise UsageError(f"{file} is named twice")
        named.add(real)
    return tuple(files)


def _indices(paths: Sequence[Path]) -> list[Path]:
    found = [_index_in(path) if os.path.isdir(path) else path for path in paths]
    return [path for path in found if path and path.name.endswith(_INDEX)]


def _index_in(folder: Path) -> Path | None:
    indices = sorted(folder.glob(f"*{_INDEX}"))
    if len(indices) > 1:
        raise UsageError(
            f"{folder} has more than one index: {', '.join(item.name for item in indices)}; name one of them"
        )
    return indices[0] if indices else None


def _shards(index: Path) -> list[Path]:
    files = [index.parent / name for name in sorted(set(_weight_map(index).values()))]
    missing = [file.name[:200] for file in files if not os.path.isfile(file)]
    if missing:
        raise UsageError(
            f"{index} names shards that are not beside it: {', '.join(missing)}; fetch them as well"
        )
    return files


def _weight_map(index: Path) -> dict[str, str]:
    """Each tensor's shard, by its file's name, as an index has it."""
    try:
        data = read_regular(index, _HEADER_LIMIT + 1)
    except OSError as error:
        raise unreadable(index, error) from error
    if len(data) > _HEADER_LIMIT:
        raise damaged(index, f"it has more than {_HEADER_LIMIT:,} bytes")
    entries = _object(index, data).get("weight_map")
    if not isinstance(entries, dict) or not entries:
        raise damaged(index, "it has no 'weight_map' from tensors to files")
    for name in entries.values():
        # A shard may be a link, for that is how downloads are kept. A path that leads elsewhere may
        # not be named.
        if not isinstance(name, str) or PurePosixPath(name).name != name or set(name) & set("\\\0"):
            raise damaged(index, f"{name!r} is not the name of a file beside it")
        if not name.endswith(".safetensors"):
            raise damaged(index, f"{name!r} is not a safetensors file")
    return entries


def _require_indexed(index: Path, names: Mapping[Path, Set[str]]) -> None:
    """Check that an index names just the tensors that its shards hold, each in its shard."""
    said = {name: index.parent / shard for name, shard in _weight_map(index).items()}
    for name, shard in said.items():
        if name not in names.get(shard, ()):
            raise damaged(
                index, f"it says that {shard.name} holds the tensor {name!r}, which it does not"
            )
    shards = set(said.values())
    for file in shards & names.keys():
        for name in names[file] - said.keys():
            raise damaged(index, f"it does not name the tensor {name!r}, which {file.name} holds")


# -------------------------------------------------------------------------------------- safetensors
_Entry = tuple[str, tuple[int, ...], str, Path, Any]
"""A tensor's name, shape, dtype by name, the file of its elements, and where in it they are."""

_SAFETENSORS_DTYPES = {
    "F16": ("float16", 16),
    "BF16": ("bfloat16", 16),
    "F32": ("float32", 32),
    "F64": ("float64", 64),
    "U8": ("uint8", 8),
    "I8": ("int8", 8),
    "I16": ("int16", 16),
    "I32": ("int32", 32),
    "I64": ("int64", 64),
    "BOOL": ("bool", 8),
    "U16": ("uint16", 16),
    "U32": ("uint32", 32),
    "U64": ("uint64", 64),
    "C64": ("complex64", 64),
    "F8_E4M3": ("float8_e4m3fn", 8),
    "F8_E5M2": ("float8_e5m2", 8),
    "F8_E8M0": ("float8_e8m0fnu", 8),
    "F8_E4M3FNUZ": ("float8_e4m3fnuz", 8),
    "F8_E5M2FNUZ": ("float8_e5m2fnuz", 8),
    "F6_E2M3": ("float6_e2m3fn", 6),
    "F6_E3M2": ("float6_e3m2fn", 6),
    "F4": ("float4_e2m1fn", 4),
}
"""Dtypes by name, and the bits that an element takes."""


def _safetensors_entries(path: Path) -> Iterator[_Entry]:
    with open_regular(path) as file:
        size = os.fstat(file.fileno()).st_size
        length = int.from_bytes(file.read(8), "little")
        if size < 8 or length > min(size - 8, _HEADER_LIMIT):
            said = f"its header is said to have {length} bytes, the file has {size}"
            raise damaged(path, said if size else "it is empty")
        header = file.read(length)
    end = 8 + length
    try:
        # The library checks that shapes fit offsets, and that the tensors overlap nowhere, leave no
        # hole and fill the file: each begins where the one before it ends.
        with safe_open(path, framework="np") as opened:
            names = opened.offset_keys()
            _require_named_once(path, header, len(names))
            for name in names:
                piece = opened.get_slice(name)
                shape, dtype = tuple(piece.get_shape()), piece.get_dtype()
                if dtype not in _SAFETENSORS_DTYPES:
                    raise UsageError(
                        f"{path}: tensor {name!r} has dtype {dtype}, which is not known here; "
                        "save it as float32 or int8"
                    )
                known, bits = _SAFETENSORS_DTYPES[dtype]
                yield name, shape, known, path, end
                end += math.prod(shape) * bits // 8
    except (SafetensorError, ValueError) as error:
        raise damaged(path, str(error)) from error


def _require_named_once(path: Path, header: bytes, number: int) -> None:
    """Check that a header names no tensor twice; the library takes the last of them.

    Each tensor has one key `data_offsets`, so that where nothing is escaped and there are no more
    of these than tensors, none was named twice. Else all keys are looked at.
    """
    if b"\\" in header or header.count(b'"data_offsets"') != number:
        _object(path, header)


def _object(path: Path, text: bytes) -> dict[str, Any]:
    """The JSON object in bytes, in which no key is given twice: readers differ in which of the two
    they take.
    """

    def unique(pairs: Any) -> dict[str, Any]:
        mapping = dict(pairs)
        if len(mapping) < len(pairs):
            keys = [key for key, _ in pairs]
            twice = next(key for place, key in enumerate(keys) if key in keys[:place])
            raise damaged(path, f"it names {twice!r} twice")
        return mapping

    try:
        # Tuples stand for objects until their keys have been counted.
        outer = json.loads(text.decode(), object_pairs_hook=tuple)
    except (ValueError, RecursionError) as error:
        raise damaged(path, str(error)) from error
    if type(outer) is not tuple:
        raise damaged(path, "it holds no JSON object")
    return {
        key: unique(value) if type(value) is tuple else value
        for key, value in unique(outer).items()
    }


# ---------------------------------------------------------------------------------------------- npz
@dataclass(frozen=True)
class _Member:
    """The place of elements in a member of an npz file.

    Attributes:
        name: the member's.
        header: bytes before the elements.
        swapped: whether they are big-endian.
        by_column: whether they are in column-major order.
    """

    name: str
    header: int
    swapped: bool
    by_column: bool

    @contextlib.contextmanager
    def open(self, stored: Stored) -> Iterator[Readable]:
        with (
            open_regular(stored.path) as file,
            zipfile.ZipFile(file) as archive,
            archive.open(self.name) as member,
        ):
            member.seek(self.header)
            stream: Readable = member
            if self.by_column:
                columns = np.frombuffer(member.read(), f"V{stored.dtype.itemsize}").reshape(
                    stored.shape, order="F"
                )
                stream = io.BytesIO(columns.tobytes())
            yield _Swapped(stream, stored.dtype.itemsize) if self.swapped else stream


class _Swapped:
    """Big-endian elements of a stream as little-endian ones; asked for whole elements only."""

    def __init__(self, stream: Readable, width: int) -> None:
        self._stream, self._width = stream, width

    def read(self, size: int, /) -> bytes:
        data = self._stream.read(size)
        whole = np.frombuffer(data, f"V{self._width}" if self._width == 1 else f">u{self._width}")
        return whole.astype(whole.dtype.newbyteorder("<")).tobytes()


def _npz_entries(path: Path) -> Iterator[_Entry]:
    try:
        with open_regular(path) as file, zipfile.ZipFile(file) as archive:
            for member in archive.infolist():
                with archive.open(member) as stream:
                    yield _npy_entry(path, member, stream)
    except MALFORMED as error:
        raise damaged(path, str(error)) from error


def _npy_entry(path: Path, member: zipfile.ZipInfo, stream: IO[bytes]) -> _Entry:
    name = member.filename.removesuffix(".npy")
    version = np.lib.format.read_magic(stream)
    read = (
        np.lib.format.read_array_header_1_0
        if version == (1, 0)
        else np.lib.format.read_array_header_2_0
    )
    shape, by_column, dtype = read(stream)
    need = number_of_elements(path, name, shape) * dtype.itemsize
    have = member.file_size - stream.tell()
    if dtype.name in CODE_DTYPES and need != have:
        raise UsageError(
            f"{path}: tensor {name!r} is damaged: shape {shape} of {dtype.name} needs {need} bytes, it has {have}; "
            "write the file again"
        )
    swapped = dtype.newbyteorder("=") != dtype
    by_column = by_column and sum(size > 1 for size in shape) > 1
    return (
        name,
        shape,
        dtype.name,
        path,
        _Member(member.filename, stream.tell(), swapped, by_column),
    )


_READERS: Mapping[str, Callable[[Path], Iterator[_Entry]]] = {
    ".safetensors": _safetensors_entries,
    ".npz": _npz_entries,
    ".onnx": onnx_entries,
}
_SUFFIXES = ".safetensors, .npz or .onnx"
