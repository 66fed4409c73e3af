"""Digests: the SHA-256 of a tensor's contents and of a file's bytes."""

from __future__ import annotations

import hashlib
import json
import sys
from collections.abc import Sequence
from pathlib import Path

import torch
from torch import Tensor

from pyharness.core.errors import UsageError
from pyharness.core.files import sha256_of
from pyharness.formats.tensor_ref import TensorRef

__all__ = [
    "dtype_name",
    "file_sha256",
    "started_sha256",
    "tensor_ref",
    "tensor_sha256",
]


def tensor_sha256(tensor: Tensor) -> str:
    r"""Return the SHA-256 of a tensor's dtype, shape and elements, as 64 lower-case hexadecimal
    digits.

    What is hashed is, in this order: one line of UTF-8 JSON, `["DTYPE",[D0,D1,…]]` without spaces
    and ended by a line feed, where DTYPE is torch's name without the `torch.` prefix; then the
    elements in row-major order, little-endian, each in its dtype's own width (a bool takes one
    byte, a complex number its real then its imaginary part). Hence a view hashes as its contiguous
    copy, a tensor on a GPU as its copy on the CPU, and tensors that differ in dtype or shape alone
    hash apart. Elements are compared by their bits: 0.0 and -0.0 hash apart.

    Args:
        tensor: a dense tensor of any dtype, shape and device.

    Example:
        `tensor_sha256(torch.tensor([1, -2], dtype=torch.int8))` is the SHA-256 of
        `b'["int8",[2]]\n\x01\xfe'`.

    Raises:
        UsageError: if the tensor is sparse or quantized, so that it has no plain sequence of
            elements.
    """
    if tensor.layout is not torch.strided or tensor.is_quantized:
        raise UsageError(
            f"a tensor with layout {tensor.layout} and dtype {tensor.dtype} has no plain elements to hash; "
            "pass a dense one, such as tensor.to_dense() or tensor.int_repr()"
        )
    digest = started_sha256(tensor.dtype, tensor.shape)
    digest.update(_little_endian_bytes(tensor))
    return digest.hexdigest()


def started_sha256(dtype: torch.dtype, shape: Sequence[int]) -> hashlib._Hash:
    """Return the hash of `tensor_sha256` after its first line: given the elements' bytes, piece by
    piece, it has the digest.
    """
    return hashlib.sha256(
        (json.dumps([dtype_name(dtype), list(shape)], separators=(",", ":")) + "\n").encode()
    )


def tensor_ref(name: str, tensor: Tensor) -> TensorRef:
    """Name a tensor by its content, for evidence that rests on it.

    Raises:
        UsageError: as `tensor_sha256`.
    """
    return TensorRef(name, tuple(tensor.shape), dtype_name(tensor.dtype), tensor_sha256(tensor))


def dtype_name(dtype: torch.dtype) -> str:
    """Return torch's name of a dtype without the `torch.` prefix."""
    return str(dtype).removeprefix("torch.")


def file_sha256(path: Path) -> str:
    """Return the SHA-256 of a file's bytes, as 64 lower-case hexadecimal digits.

    Raises:
        UsageError: if the file cannot be read.
    """
    try:
        return sha256_of(path)
    except OSError as error:
        raise UsageError(f"cannot read {path}: {error.strerror}") from error


def _little_endian_bytes(tensor: Tensor) -> memoryview:
    # A clone, since `contiguous` leaves alone the odd strides of one element and the lazy sign of a
    # conjugate.
    plain = tensor.detach().cpu().clone(memory_format=torch.contiguous_format).reshape(-1)
    elements = plain.view(torch.uint8).numpy()
    if sys.byteorder == "big":
        width = plain.element_size() // (2 if plain.is_complex() else 1)
        elements = elements.reshape(-1, width)[:, ::-1].copy()
    return elements.data.cast("B") if elements.size else memoryview(b"")
