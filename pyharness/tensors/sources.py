"""Sources: tensors read from a user's own safetensors and npz files, which may be truncated, mistaken or hostile."""
from __future__ import annotations

import json
import math
import zipfile
import zlib
from collections.abc import Callable
from pathlib import Path
from typing import IO, Any

import numpy as np
import torch
from safetensors import SafetensorError
from safetensors.torch import load_file
from torch import Tensor

from pyharness.errors import UsageError
from pyharness.tensors.quantize import TensorError

__all__ = ["read_tensors"]

_DTYPES = {
    torch.float16,
    torch.bfloat16,
    torch.float32,
    torch.float64,
    torch.uint8,
    torch.int8,
    torch.int16,
    torch.int32,
    torch.int64,
}
_NUMPY_DTYPES = {"float16", "float32", "float64", "uint8", "int8", "int16", "int32", "int64"}
_HEADER_LIMIT = 100_000_000
"""Bytes of a safetensors header, the format's own limit."""
_SIZE_LIMIT = 16 << 30
"""Bytes that an npz file may unpack to: a small file can claim to hold a great deal."""


def read_tensors(path: Path) -> dict[str, Tensor]:
    """Read every tensor of a `.safetensors` or `.npz` file, by name in alphabetical order.

    Sizes that a file declares are checked against the bytes that it has before anything of that size is allocated.
    Nothing in a file is ever executed: pickled objects are refused.

    Args:
        path: the file; its suffix names the format.

    Returns:
        Tensors on the CPU, of float16, bfloat16, float32, float64, uint8, int8, int16, int32 or int64 (npz has no
        bfloat16), none of them empty, all of them finite.

    Raises:
        UsageError: if the file cannot be read, is neither format, is damaged, or names a tensor twice.
        TensorError: if it holds no tensor, or one that is empty, of another dtype, or with NaN or infinities.
    """
    path = Path(path)
    readers: dict[str, Callable[[Path], dict[str, Tensor]]] = {".safetensors": _read_safetensors, ".npz": _read_npz}
    if path.suffix not in readers:
        raise UsageError(f"{path}: expected a name that ends in .safetensors or .npz")
    try:
        tensors = readers[path.suffix](path)
    except OSError as error:
        raise UsageError(f"cannot read {path}: {error.strerror or error}") from error
    if not tensors:
        raise TensorError(f"{path} holds no tensor")
    for name, tensor in tensors.items():
        _check(f"{path}: tensor {name!r}", tensor)
    return dict(sorted(tensors.items()))


def _check(what: str, tensor: Tensor) -> None:
    dtype = str(tensor.dtype).removeprefix("torch.")
    if tensor.dtype not in _DTYPES:
        raise TensorError(f"{what} has dtype {dtype}, which is not used here; convert it to float32 or int8")
    if not tensor.numel():
        raise TensorError(f"{what} is empty: its shape is {tuple(tensor.shape)}")
    if tensor.is_floating_point():
        bad = ~torch.isfinite(tensor)
        if bool(bad.any()):
            first = tuple(bad.nonzero()[0].tolist())
            raise TensorError(
                f"{what} has {int(bad.sum())} NaN or infinite of {tensor.numel()} values, the first at index {first}"
            )


def _read_safetensors(path: Path) -> dict[str, Tensor]:
    with open(path, "rb") as file:
        size = path.stat().st_size
        length = int.from_bytes(file.read(8), "little")
        if size < 8 or length > min(size - 8, _HEADER_LIMIT):
            raise _damaged(path, f"its header is said to have {length} bytes, the file has {size}")
        header = file.read(length)

    def unique(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
        mapping: dict[str, Any] = {}
        for key, value in pairs:
            if key in mapping:
                raise _damaged(path, f"its header names {key!r} twice")
            mapping[key] = value
        return mapping

    try:
        json.loads(header, object_pairs_hook=unique)
        return load_file(path)
    except (SafetensorError, ValueError, RecursionError) as error:
        raise _damaged(path, str(error)) from error


def _read_npz(path: Path) -> dict[str, Tensor]:
    try:
        with zipfile.ZipFile(path) as archive:
            members = archive.infolist()
            total = sum(member.file_size for member in members)
            if total > _SIZE_LIMIT:
                raise _damaged(path, f"it would unpack to {total} bytes; {_SIZE_LIMIT} are the most that is read")
            tensors: dict[str, Tensor] = {}
            for member in members:
                name = member.filename.removesuffix(".npy")
                if name in tensors:
                    raise _damaged(path, f"it names {name!r} twice")
                with archive.open(member) as stream:
                    tensors[name] = _read_npy(f"{path}: tensor {name!r}", stream, member.file_size)
            return tensors
    except (zipfile.BadZipFile, zlib.error, EOFError, ValueError, NotImplementedError, RuntimeError) as error:
        raise _damaged(path, str(error)) from error


def _read_npy(what: str, stream: IO[bytes], size: int) -> Tensor:
    version = np.lib.format.read_magic(stream)
    if version == (1, 0):
        shape, _, dtype = np.lib.format.read_array_header_1_0(stream)
    else:
        shape, _, dtype = np.lib.format.read_array_header_2_0(stream)
    if dtype.name not in _NUMPY_DTYPES:
        raise TensorError(f"{what} has dtype {dtype}, which is not used here; convert it to float32 or int8")
    need, have = math.prod(shape) * dtype.itemsize, size - stream.tell()
    if need != have:
        raise UsageError(
            f"{what} is damaged: shape {shape} of {dtype.name} needs {need} bytes, it has {have}; write the file again"
        )
    stream.seek(0)
    array = np.lib.format.read_array(stream, allow_pickle=False)
    return torch.from_numpy(np.ascontiguousarray(array, dtype.newbyteorder("=")).reshape(shape))


def _damaged(path: Path, why: str) -> UsageError:
    return UsageError(f"{path} is damaged: {why}; write the file again")
