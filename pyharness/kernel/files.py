"""Opens files that others name, without waiting for what is no file."""

from __future__ import annotations

import contextlib
import errno
import gzip
import io
import lzma
import os
import stat
import sys
import zlib
from collections.abc import Iterator
from pathlib import Path
from typing import IO, Any, BinaryIO, cast

from .reader import LINE

__all__ = ["Unpackable", "open_file", "open_lines", "read_file"]


_DAMAGED = (EOFError, zlib.error, gzip.BadGzipFile, lzma.LZMAError)
"""What reading a compressed file raises where it is damaged."""


class Unpackable(Exception):
    """A compressed file is damaged, or compressed in a way that is not read here."""


def open_file(path: Path | str) -> BinaryIO:
    """Open a regular file to read bytes from.

    Raises:
        OSError: if it cannot be opened, or is no regular file: a folder, a device, a FIFO.
    """
    # Without O_NONBLOCK a FIFO would be waited for until somebody writes to it.
    flags = os.O_RDONLY | getattr(os, "O_NONBLOCK", 0) | getattr(os, "O_BINARY", 0)
    descriptor = os.open(path, flags)
    try:
        if not stat.S_ISREG(os.fstat(descriptor).st_mode):
            raise OSError(errno.EINVAL, "it is no regular file", str(path))
        return os.fdopen(descriptor, "rb")
    except BaseException:
        os.close(descriptor)
        raise


def read_file(path: Path | str) -> bytes:
    """Return what a regular file holds.

    Raises:
        OSError: as `open_file`.
    """
    with open_file(path) as file:
        return file.read()


@contextlib.contextmanager
def open_lines(path: str) -> Iterator[Iterator[bytes]]:
    """Open a file, plain or compressed with gzip, xz or zstd, whatever its name, to read lines
    from, or standard input for `-`. Of a line no more is read than may be.

    Raises:
        OSError: as `open_file`.
        Unpackable: while lines are read, if a compressed file is damaged; or if it is compressed
            with zstd, which this Python cannot read.
    """
    with contextlib.ExitStack() as stack:
        if path != "-":
            plain = stack.enter_context(open_file(path))
        elif sys.stdin is not None:
            plain = sys.stdin.buffer
        else:
            raise OSError(errno.EBADF, "there is no standard input")
        file: IO[bytes] = plain
        damaged: tuple[type[Exception], ...] = _DAMAGED
        start = cast(io.BufferedReader, plain).peek(6)[:6]
        if start.startswith(b"\x1f\x8b"):
            file = cast(IO[bytes], gzip.GzipFile(fileobj=plain))
        elif start.startswith(b"\xfd7zXZ\0"):
            file = stack.enter_context(lzma.LZMAFile(plain))
        elif start.startswith(b"\x28\xb5\x2f\xfd"):
            zstd = _zstd()
            file = stack.enter_context(zstd.ZstdFile(plain))
            damaged += (zstd.ZstdError,)
        yield _lines(file, damaged)


def _zstd() -> Any:
    """Return what reads zstd: Python has it from 3.14 on, and before a package does, which the
    kernel can do without.
    """
    try:
        if sys.version_info >= (3, 14):
            from compression import zstd
        else:
            from backports import zstd
    except ImportError:
        raise Unpackable(
            "it is compressed with zstd, which this Python cannot read; unpack it first, with "
            "`zstd -d`, or run: pip install backports.zstd"
        ) from None
    return zstd


def _lines(file: IO[bytes], damaged: tuple[type[Exception], ...]) -> Iterator[bytes]:
    try:
        while line := file.readline(LINE + 1):
            yield line
    except damaged as error:
        raise Unpackable(str(error)) from error
    except MemoryError as error:
        raise Unpackable("it takes more memory than there is") from error
