"""Opens files that others name, without waiting for what is no file."""

from __future__ import annotations

import errno
import os
import stat
from pathlib import Path
from typing import BinaryIO

__all__ = ["open_file", "read_file"]


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
