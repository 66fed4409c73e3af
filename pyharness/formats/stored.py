"""Stored tensors: tensors that lie in files, read in chunks so that a tensor of any size takes
little memory.
"""

from __future__ import annotations

import contextlib
import lzma
import math
import mmap
import os
import stat
import struct
import time
import zipfile
import zlib
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import NamedTuple, Protocol

import torch
from torch import Tensor

from pyharness.core.errors import UsageError
from pyharness.core.files import open_regular
from pyharness.formats.digests import dtype_name

__all__ = [
    "DTYPES",
    "MALFORMED",
    "Packed",
    "Readable",
    "Stamp",
    "Stored",
    "damaged",
    "number_of_elements",
    "unreadable",
]

DTYPES = {
    dtype_name(dtype): dtype
    for dtype in (
        torch.float16,
        torch.bfloat16,
        torch.float32,
        torch.float64,
        torch.uint8,
        torch.int8,
        torch.int16,
        torch.int32,
        torch.int64,
    )
}
"""The dtypes that are read, by name."""

MALFORMED = (
    zipfile.BadZipFile,
    zlib.error,
    lzma.LZMAError,
    struct.error,
    EOFError,
    ValueError,
    TypeError,
    LookupError,
    ArithmeticError,
    AssertionError,
    NotImplementedError,
    RuntimeError,
    MemoryError,
)
"""What the libraries raise that read a file, where it is malformed."""

_DIMENSIONS = 64
"""The most that numpy has, and torch."""

_SETTLED = 2_000_000_000
"""Nanoseconds after which a file's times tell a later change apart: no file system in use keeps
them more coarsely."""


def damaged(path: Path, why: str) -> UsageError:
    """An error that says that a file is damaged, and why."""
    return UsageError(f"{path} is damaged: {why}; write the file again")


def unreadable(path: Path, error: OSError) -> UsageError:
    """An error that says that a file cannot be read."""
    return UsageError(f"cannot read {path}: {error.strerror or error}")


def number_of_elements(path: Path, name: str, shape: Sequence[int]) -> int:
    """Return how many elements a tensor of this shape has.

    Raises:
        UsageError: if it is no shape: a size is negative or no integer, there are more dimensions
            than any library has, or more elements than can be counted in 63 bits.
    """
    if len(shape) > _DIMENSIONS:
        raise damaged(path, f"tensor {name!r} has {len(shape):,} dimensions")
    count = 1
    for size in shape:
        if type(size) is not int or not 0 <= size < 1 << 63:
            raise damaged(path, f"tensor {name!r} has a dimension that is no size")
        count *= size
    if count >= 1 << 63:
        raise damaged(path, f"tensor {name!r} has more elements than can be counted: {shape}")
    return count


@dataclass(frozen=True)
class Stamp:
    """What tells one state of a file from another without reading it.

    Attributes:
        inode, size, modified, changed: as the file system gives them; times in nanoseconds.
        settled: whether the file was left alone so long that any change from now on shows in its
            times.
    """

    inode: int
    size: int
    modified: int
    changed: int
    settled: bool

    @classmethod
    def of(cls, path: Path) -> Stamp:
        """Look at a file now.

        Raises:
            UsageError: if it is not there, or is not a regular file.
        """
        try:
            found = path.stat()
        except (OSError, ValueError) as error:
            raise unreadable(
                path, OSError(str(error)) if isinstance(error, ValueError) else error
            ) from error
        if not stat.S_ISREG(found.st_mode):
            raise UsageError(f"cannot read {path}: it is not a regular file")
        latest = max(found.st_mtime_ns, found.st_ctime_ns)
        return cls(
            found.st_ino,
            found.st_size,
            found.st_mtime_ns,
            found.st_ctime_ns,
            time.time_ns() - latest > _SETTLED,
        )

    def require(self, path: Path) -> None:
        """Check that a file is as it was.

        Raises:
            UsageError: if it is not.
        """
        now = Stamp.of(path)
        if (now.inode, now.size, now.modified, now.changed) != (
            self.inode,
            self.size,
            self.modified,
            self.changed,
        ):
            raise UsageError(
                f"{path} was changed while it was being read; run again when nothing writes to it"
            )


class Readable(Protocol):
    """A stream of bytes."""

    def read(self, size: int, /) -> bytes:
        """Return the next bytes, `size` at most; none at the end."""


class Packed(Protocol):
    """The place of elements that have to be unpacked."""

    def open(self, stored: Stored) -> contextlib.AbstractContextManager[Readable]:
        """Return the elements as a stream of bytes, little-endian and in row-major order."""


class Stored(NamedTuple):
    """One tensor in a file, not read yet.

    Attributes:
        name: as the file gives it.
        shape: of one element or more.
        dtype: one of `DTYPES`.
        path: the file that holds its elements.
        stamp: the state in which that file was.
        place: where in it they are: the byte where they begin, if they lie in it as they do in
            memory, one after another.
    """

    name: str
    shape: tuple[int, ...]
    dtype: torch.dtype
    path: Path
    stamp: Stamp
    place: int | Packed

    @property
    def numel(self) -> int:
        """How many elements there are."""
        return math.prod(self.shape)

    @property
    def nbytes(self) -> int:
        """How many bytes the elements have in memory."""
        return self.numel * self.dtype.itemsize

    def chunks(self, elements: int) -> Iterator[Tensor]:
        """Yield the elements in row-major order, 1-D and `elements` at a time, the last chunk
        perhaps shorter.

        A chunk must not be written to, and lives until the next one is asked for.

        Raises:
            UsageError: if the file was changed or is damaged.
        """
        self.stamp.require(self.path)
        try:
            yield from (
                self._mapped(self.place, elements)
                if isinstance(self.place, int)
                else self._unpacked(self.place, elements)
            )
        except OSError as error:
            raise unreadable(self.path, error) from error
        except MALFORMED as error:
            raise damaged(self.path, f"tensor {self.name!r}: {error}") from error

    def _mapped(self, place: int, elements: int) -> Iterator[Tensor]:
        """Chunks of a memory map, each mapped for itself: what was read no longer counts as this
        process's memory.
        """
        width, end = self.dtype.itemsize, place + self.nbytes
        with open_regular(self.path) as file:
            for start in range(place, end, elements * width):
                base = start // mmap.ALLOCATIONGRANULARITY * mmap.ALLOCATIONGRANULARITY
                stop = min(start + elements * width, end)
                # The disk reads this chunk at once, and the next while this one is worked on.
                os.posix_fadvise(
                    file.fileno(),
                    start,
                    min(2 * elements * width, end - start),
                    os.POSIX_FADV_WILLNEED,
                )
                window = mmap.mmap(file.fileno(), stop - base, access=mmap.ACCESS_COPY, offset=base)
                yield torch.frombuffer(
                    window, dtype=self.dtype, count=(stop - start) // width, offset=start - base
                )

    def _unpacked(self, place: Packed, elements: int) -> Iterator[Tensor]:
        buffer = bytearray(min(elements, self.numel) * self.dtype.itemsize)
        with place.open(self) as stream:
            for start in range(0, self.numel, elements):
                count = min(elements, self.numel - start)
                _fill(stream, memoryview(buffer)[: count * self.dtype.itemsize])
                yield torch.frombuffer(buffer, dtype=self.dtype, count=count)
            if stream.read(1):
                raise ValueError("there are more bytes than its shape says")

    def read(self) -> Tensor:
        """Read the whole tensor into memory.

        Raises:
            UsageError: as `chunks`.
        """
        whole = torch.empty(self.numel, dtype=self.dtype)
        start = 0
        for chunk in self.chunks(1 << 20):
            whole[start : start + len(chunk)] = chunk
            start += len(chunk)
        return whole.reshape(self.shape)


def _fill(stream: Readable, view: memoryview) -> None:
    done = 0
    while done < len(view):
        data = stream.read(len(view) - done)
        if not data:
            raise EOFError(f"it ends {len(view) - done} bytes early")
        view[done : done + len(data)] = data
        done += len(data)
