"""Files that are written whole or not at all."""

from __future__ import annotations

import os
import secrets
from pathlib import Path

__all__ = ["draft_of", "write_whole"]


def draft_of(path: Path) -> Path:
    """Return a name beside a file or folder for what will take its place; another one each time."""
    return path.with_name(f".{path.name}.{secrets.token_hex(8)}")


def write_whole(path: Path, data: bytes) -> None:
    """Write a file whole or not at all; its folder is made if need be.

    Raises:
        OSError: if it cannot be written; a file that was there is then as it was.
    """
    draft = draft_of(path)
    path.parent.mkdir(parents=True, exist_ok=True)
    try:
        with draft.open("xb") as file:
            file.write(data)
            file.flush()
            os.fsync(file.fileno())
        draft.replace(path)
    finally:
        draft.unlink(missing_ok=True)
