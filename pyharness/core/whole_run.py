"""What a whole run depends on: all that its process opened and listed. While none of that changes,
the run would do the same again, so that its result need not be worked out.
"""

from __future__ import annotations

import hashlib
import os
import platform
import sys
import tempfile
import time
from collections.abc import Iterable, Mapping
from pathlib import Path
from typing import Any

from pyharness.core.cache import Cache

__all__ = ["Watched", "depends_on", "is_same", "watch", "watched"]

_PASSING = {"_", "SHLVL", "PWD", "OLDPWD", "COLUMNS", "LINES"}
"""Variables that differ from one command to the next and change nothing but how wide it prints."""
_NOT_ON_DISK = ("/dev/", "/proc/", "/sys/")
_SETTLED = 1.0
"""Seconds by which a file must be older than the run that read it: one that was written since may
have been written after it was read."""
_OTHER_PROCESSES = {
    "os.exec",
    "os.fork",
    "os.forkpty",
    "os.posix_spawn",
    "os.spawn",
    "os.system",
    "socket.connect",
    "subprocess.Popen",
}


def depends_on(command: str, options: Mapping[str, Any]) -> dict[str, Any]:
    """Return what a run of this process depends on beside files, as the key of a cache: the
    command, Python, the processor, the folder and the variables of the environment, of which there
    is a digest alone: some are secrets, and a cache may be shared.
    """
    variables = {f"{name}={value}" for name, value in os.environ.items() if name not in _PASSING}
    return {
        "what": f"a whole run of {command}",
        "options": {name: str(value) for name, value in options.items()},
        "python": [sys.executable, sys.version, list(sys.flags), *sys.path],
        "processor": [platform.machine(), _processor()],
        "folder": os.getcwd(),
        "variables": _digest(variables),
    }


def _processor() -> str:
    try:
        lines = Path("/proc/cpuinfo").read_text().splitlines()
    except OSError:
        return platform.processor()
    return _digest({line for line in lines if line.startswith(("model", "flags"))})


class Watched:
    """What this process has opened and listed since it began.

    A process that starts another one, or connects to one, may depend on more than is noted.
    """

    def __init__(self) -> None:
        self._started = time.time()
        self._alone = True
        self._opened: set[str] = set()
        self._listed: set[str] = set()
        self._written: set[str] = set()
        sys.addaudithook(self._note)

    def _note(self, event: str, arguments: tuple[Any, ...]) -> None:
        if event in _OTHER_PROCESSES:
            # `platform` asks `uname` for the name of the processor.
            self._alone &= arguments[:1] == ("uname",)
        elif event in ("open", "os.listdir", "os.scandir"):
            path = arguments[0]
            if isinstance(path, (str, bytes, os.PathLike)) or path is None:
                name = os.path.abspath(os.fsdecode("." if path is None else path))
                if event != "open":
                    self._listed.add(name)
                elif isinstance(arguments[2], int) and arguments[2] & (os.O_WRONLY | os.O_RDWR):
                    self._written.add(name)
                else:
                    self._opened.add(name)

    def keep(self, cache: Cache, key: Mapping[str, Any]) -> bool:
        """Keep what this run depended on, and say whether that was done: not if it started other
        processes, or a file that it read was written since it began, by itself or another.

        What is in the cache's own folder and beside it, kept by what it depends on, is left out.

        Args:
            cache: where it is kept.
            key: what `depends_on` returned.
        """
        kept = str(cache.folder.absolute().parent)
        modules = {path for module in list(sys.modules.values()) for path in _files_of(module)}
        opened = {
            path
            for path in self._opened | modules
            if not path.startswith((*_NOT_ON_DISK, f"{kept}/"))
        }
        files = {path: _version(path) for path in opened}
        folders = {*self._listed, *map(os.path.dirname, opened)} - {tempfile.gettempdir()}
        named = {
            path: _names(path)
            for path in folders
            # What another process has compiled changes no module.
            if os.path.basename(path) != "__pycache__"
            and not f"{path}/".startswith((*_NOT_ON_DISK, f"{kept}/"))
        }
        newest = max((max(found[-2:]) for found in files.values() if found), default=0)
        if not self._alone or opened & self._written or newest > (self._started - _SETTLED) * 1e9:
            return False
        there = {path: list(found) for path, found in files.items() if found}
        cache.put(key, {"files": there, "folders": named})
        return True


_of_this_process: list[Watched] = []


def watch() -> None:
    """Watch this process, which does one thing and has done nothing yet."""
    _of_this_process[:] = [Watched()]


def watched() -> Watched | None:
    """Return what this process has opened and listed; None if it was not watched from the start."""
    return _of_this_process[0] if _of_this_process else None


def is_same(kept: Mapping[str, Any]) -> bool:
    """Whether all files and folders on which a run depended are what they were: files by where they
    are, their sizes and times, folders by the names in them.
    """
    return all(
        (found := _version(path)) is not None and list(found) == version
        for path, version in kept["files"].items()
    ) and all(_names(path) == names for path, names in kept["folders"].items())


def _files_of(module: Any) -> Iterable[str]:
    spec = getattr(module, "__spec__", None)
    found = (getattr(module, "__file__", None), getattr(spec, "cached", None))
    return [os.path.abspath(path) for path in found if isinstance(path, str)]


def _version(path: str) -> tuple[int, ...] | None:
    try:
        found = os.stat(path)
    except OSError:
        return None
    return found.st_dev, found.st_ino, found.st_size, found.st_mtime_ns, found.st_ctime_ns


def _names(path: str) -> str | None:
    try:
        return _digest(os.listdir(path))
    except OSError:
        return None


def _digest(items: Iterable[str]) -> str:
    return hashlib.sha256("\n".join(sorted(items)).encode(errors="surrogateescape")).hexdigest()
