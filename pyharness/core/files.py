"""Files: regular ones are opened for reading, and files are written whole or not at all."""

from __future__ import annotations

import contextlib
import errno
import hashlib
import io
import os
import secrets
import stat
from pathlib import Path

__all__ = ["draft_of", "open_regular", "read_regular", "sha256_of", "write_whole"]


def open_regular(path: str | os.PathLike[str]) -> io.BufferedReader:
    """Open a file for reading its bytes, if it is a regular one.

    A FIFO, a device, a socket or a folder is refused and never waited for, whatever takes the
    file's place meanwhile.

    Raises:
        OSError: if it cannot be opened, or is no regular file; a name that no file can have is an
            OSError as well.
    """
    try:
        descriptor = os.open(path, os.O_RDONLY | os.O_NONBLOCK | os.O_NOCTTY)
    except ValueError as error:
        # A NUL, or a surrogate that stands for no byte.
        raise OSError(errno.EINVAL, f"no file can have this name: {error}", str(path)) from error
    try:
        mode = os.fstat(descriptor).st_mode
        if not stat.S_ISREG(mode):
            kind = "a folder" if stat.S_ISDIR(mode) else "a pipe, a device or the like"
            raise OSError(errno.EINVAL, f"it is not a file but {kind}", str(path))
        return os.fdopen(descriptor, "rb")
    except BaseException:
        os.close(descriptor)
        raise


def read_regular(path: str | os.PathLike[str], most: int = -1) -> bytes:
    """Return the bytes of a regular file, or so many of them.

    Raises:
        OSError: as `open_regular`, or if it cannot be read.
    """
    with open_regular(path) as file:
        return file.read(most)


def sha256_of(path: str | os.PathLike[str]) -> str:
    """Return the SHA-256 of a regular file's bytes, in 64 hexadecimal digits.

    Raises:
        OSError: as `open_regular`, or if it cannot be read.
    """
    with open_regular(path) as file:
        return hashlib.file_digest(file, "sha256").hexdigest()


def draft_of(path: Path) -> Path:
    """Return a name beside a file or folder for what will take its place; another one each time."""
    # The name may be as long as a name can be.
    return path.with_name(f".{path.name[:40]}.{secrets.token_hex(8)}")


def write_whole(path: Path, data: bytes) -> None:
    """Write a file whole or not at all; its folder is made if need be.

    A device or a pipe that is there, such as `/dev/stdout`, is written to and stays what it is.

    Raises:
        OSError: if it cannot be written; a file that was there is then as it was.
    """
    try:
        if os.path.exists(path) and not os.path.isfile(path):
            with open(path, "wb", buffering=0) as there:
                left = memoryview(data)
                while left:
                    left = left[there.write(left) :]
            return
        path.parent.mkdir(parents=True, exist_ok=True)
        draft = draft_of(path)
        try:
            with draft.open("xb") as file:
                file.write(data)
                file.flush()
                os.fsync(file.fileno())
            draft.replace(path)
        finally:
            with contextlib.suppress(OSError):
                draft.unlink(missing_ok=True)
    except ValueError as error:
        raise OSError(errno.EINVAL, f"no file can have this name: {error}", str(path)) from error
