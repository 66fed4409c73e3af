"""Errors that end a run, each with the exit code that the command line returns for it."""

from __future__ import annotations

import traceback
from collections.abc import Collection
from pathlib import Path
from typing import Any

__all__ = [
    "EXIT_LEAN",
    "EXIT_OK",
    "EXIT_SANDBOX",
    "EXIT_UNMET",
    "EXIT_USAGE",
    "DocumentError",
    "HarnessError",
    "UsageError",
    "in_words",
    "short_path",
]

EXIT_OK = 0
"""Every required claim reaches its tier."""
EXIT_UNMET = 1
"""At least one required claim does not reach its tier, or a certificate does not check."""
EXIT_USAGE = 2
"""Bad usage or bad input."""
EXIT_LEAN = 3
"""Lean is missing, damaged or unsupported here, the Lean library does not build, or the two kernels
disagree."""
EXIT_SANDBOX = 4
"""There is no sandbox here, or what ran in it was killed."""


class HarnessError(Exception):
    """An expected failure: its message says what went wrong and what to do. `exit_code` is the
    process's status.
    """

    exit_code = EXIT_USAGE

    def __reduce__(self) -> tuple[Any, ...]:
        # A subclass may take other arguments than those that an exception is made again from in
        # another process.
        return _again, (type(self), self.args, vars(self))


def _again(
    kind: type[HarnessError], arguments: tuple[Any, ...], attributes: dict[str, Any]
) -> HarnessError:
    error = kind.__new__(kind)
    error.args = arguments
    vars(error).update(attributes)
    return error


class UsageError(HarnessError):
    """Bad arguments, a bad project file, or input that cannot be used."""


def in_words(error: BaseException, packages: Collection[str]) -> str:
    """Return what was raised, and the file and line in one of these top-level packages that it
    came from.
    """
    if isinstance(error, SyntaxError) and error.filename:
        return f"{type(error).__name__}: {error.msg} ({short_path(error.filename)}:{error.lineno})"
    said = str(error)
    if not isinstance(error, HarnessError):
        said = f"{type(error).__name__}: {said}" if said else type(error).__name__
    frames = [
        (frame.f_code, line)
        for frame, line in traceback.walk_tb(error.__traceback__)
        if str(frame.f_globals.get("__name__", "")).partition(".")[0] in packages
    ]
    if not frames:
        return said
    code, line = frames[-1]
    function = "" if code.co_name == "<module>" else f", in {code.co_name}"
    return f"{said} ({short_path(code.co_filename)}:{line}{function})"


def short_path(file: str) -> str:
    """Return a file's path, relative to the current folder if it is in there."""
    path = Path(file)
    return str(path.relative_to(Path.cwd()) if path.is_relative_to(Path.cwd()) else path)


class DocumentError(HarnessError):
    """A certificate, or another JSON file of ours, that cannot be read, built or written."""
