"""Results of costly checks, kept on disk by all that they depend on."""

from __future__ import annotations

import contextlib
import hashlib
import json
import os
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from pyharness.core.files import read_regular, write_whole

__all__ = ["Cache", "key_sha256"]


def key_sha256(key: Mapping[str, Any]) -> str:
    """Return the SHA-256, in hexadecimal, of a key's canonical JSON.

    Raises:
        TypeError, ValueError: if the key is not JSON.
    """
    return hashlib.sha256(_canonical(key).encode()).hexdigest()


@dataclass(frozen=True)
class Cache:
    """A folder of JSON results, one file each, named by its key's digest.

    A result is believed only if its file parses, holds the key that is asked for, and has the
    digest that it says. What is damaged, cut short or of another form is missing, never an error;
    so is what a folder that cannot be read or written would hold. Several processes may use one
    folder at a time.

    Attributes:
        folder: where the results are; made when the first one is kept.
        fresh: find nothing, and write over what is there.
    """

    folder: Path
    fresh: bool = False

    def get(self, key: Mapping[str, Any]) -> Any | None:
        """Return the result that was kept under a key, equal to what was put; None if there is
        none.
        """
        if self.fresh:
            return None
        path = self._path(key)
        try:
            stored = json.loads(read_regular(path))
            if (
                _canonical(stored["key"]) != _canonical(key)
                or _sha256(stored["value"]) != stored["sha256"]
            ):
                return None
        except (OSError, ValueError, TypeError, KeyError, RecursionError):
            return None
        with contextlib.suppress(OSError):
            os.utime(path)
        return stored["value"]

    def put(self, key: Mapping[str, Any], value: Any) -> None:
        """Keep a result under a key, whole or not at all.

        Args:
            key: all that the result depends on, as JSON with strings for keys.
            value: the result, as JSON's own types and not None. Floats and the order of keys are
                kept.

        Raises:
            TypeError, ValueError: if one of them is not JSON.
        """
        text = json.dumps(
            {"key": key, "sha256": _sha256(value), "value": value},
            ensure_ascii=False,
            allow_nan=False,
        )
        with contextlib.suppress(OSError):
            write_whole(self._path(key), text.encode())

    def keys(self) -> Iterator[Mapping[str, Any]]:
        """Return the keys of what is kept, the one that was used last first. What is damaged has
        none.
        """
        try:
            found = sorted(self.folder.glob("*.json"), key=os.path.getmtime, reverse=True)
        except OSError:
            return
        for path in found:
            try:
                key = json.loads(read_regular(path))["key"]
                sound = isinstance(key, dict) and self._path(key) == path
            except (OSError, ValueError, TypeError, KeyError, RecursionError):
                continue
            if sound:
                yield key

    def prune(self, size: int = 256 << 20) -> None:
        """Remove the results that were not used for longest, until no more than `size` bytes are
        left.
        """
        with contextlib.suppress(OSError):
            found = [(path, path.stat()) for path in self.folder.iterdir()]
            for path, status in sorted(found, key=lambda one: one[1].st_mtime, reverse=True):
                size -= status.st_size
                if size < 0:
                    path.unlink(missing_ok=True)

    def _path(self, key: Mapping[str, Any]) -> Path:
        return self.folder / f"{key_sha256(key)}.json"


def _canonical(value: Any) -> str:
    return json.dumps(value, sort_keys=True, separators=(",", ":"), allow_nan=False)


def _sha256(value: Any) -> str:
    return hashlib.sha256(
        json.dumps(value, separators=(",", ":"), allow_nan=False).encode()
    ).hexdigest()
