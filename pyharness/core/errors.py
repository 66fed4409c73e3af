"""Errors that end a run, each with the exit code that the command line returns for it."""

from __future__ import annotations

from typing import Any

__all__ = ["EXIT_LEAN", "EXIT_OK", "EXIT_UNMET", "EXIT_USAGE", "HarnessError", "UsageError"]

EXIT_OK = 0
"""Every required claim reaches its tier."""
EXIT_UNMET = 1
"""At least one required claim does not reach its tier, or a certificate does not check."""
EXIT_USAGE = 2
"""Bad usage or bad input."""
EXIT_LEAN = 3
"""Lean is missing, damaged or unsupported here, the Lean library does not build, or the two kernels
disagree."""


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
