"""Checks a whole export, and says what was accepted."""

from __future__ import annotations

import gc
import sys
import threading
import time
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field

from .budget import STEPS, Budget
from .declarations import Kernel
from .digests import Digests
from .environment import Constant, closure
from .names import Name, show_name
from .reader import Declaration, Reader
from .refusal import Refused
from .terms import Terms

__all__ = ["Library", "check"]

DEPTH = 60_000
"""Calls that may be open at once."""
STACK = 256 << 20
"""Bytes of the stack of the thread that checks: more than `DEPTH` calls need."""

Progress = Callable[[str, int, int], None]


@dataclass(frozen=True)
class Library:
    """What the kernel accepted.

    Attributes:
        constants: every constant.
        seconds: how long each declaration took, by the name of its first constant.
        computed: the functions that were computed on literals by their names, once their
            definitions were found to be these.
        terms: made the terms in the constants.
    """

    constants: Mapping[Name, Constant]
    seconds: Mapping[Name, float]
    computed: tuple[str, ...]
    terms: Terms = field(repr=False)
    _digests: Digests = field(repr=False)

    @property
    def slowest(self) -> tuple[Name, float]:
        """The declaration that took longest, and how long."""
        return max(self.seconds.items(), key=lambda item: item[1])

    def axioms(self, name: Name) -> tuple[str, ...]:
        """Return the axioms that a constant rests on, sorted."""
        return tuple(
            sorted(
                show_name(item)
                for item in closure(self.constants, name)
                if self.constants[item].kind == "axiom"
            )
        )

    def statement_sha256(self, name: Name) -> str:
        """Return the digest of what a constant states: see `Digests.statement`."""
        return self._digests.statement(name)

    def meaning_sha256(self, name: Name) -> str:
        """Return the digest of what a constant states and of all that gives it its meaning: see
        `Digests.meaning`.
        """
        return self._digests.meaning(name)


def check(
    lines: Iterable[bytes],
    *,
    steps: int | None = STEPS,
    progress: Progress = lambda name, done, total: None,
) -> Library:
    """Check every declaration of an export in lean4export's NDJSON format 3.1.0, each on those
    before it.

    To have `Nat.div`, `mod` and `gcd` computed on literals, the file must state, before they are
    needed, the theorems that `arithmetic.py` asks for.

    Args:
        lines: the lines of the file, with or without line ends.
        steps: how many steps one declaration may take; None for no limit, on the file neither.
        progress: is told the name of each declaration, how many lines were read, and 0.

    Raises:
        Refused: if a declaration breaks a rule, or the file is not of the format, or too deep or
            too large to check.
    """
    answer: list[Library | BaseException] = []

    def run() -> None:
        try:
            answer.append(_check(lines, steps, progress))
        except BaseException as error:
            answer.append(error)

    limit, size, collects = sys.getrecursionlimit(), threading.stack_size(STACK), gc.isenabled()
    sys.setrecursionlimit(max(limit, DEPTH))
    gc.disable()  # terms do not go in circles; looking for circles among them takes as long as the check
    try:
        thread = threading.Thread(target=run, name="kernel", daemon=True)
        thread.start()
        thread.join()
    except RuntimeError:
        raise Refused(
            "budget", f"memory: there is no room for a stack of {STACK >> 20} MiB"
        ) from None
    finally:
        threading.stack_size(size)
        sys.setrecursionlimit(limit)
        if collects:
            gc.enable()
    if isinstance(answer[0], BaseException):
        raise answer[0]
    return answer[0]


def _check(lines: Iterable[bytes], steps: int | None, progress: Progress) -> Library:
    terms = Terms(Budget(steps))
    reader, kernel = Reader(terms), Kernel(terms)
    seconds: dict[Name, float] = {}
    number = 0
    for number, line in enumerate(lines, 1):
        started = time.perf_counter()
        try:
            declaration = reader.line(line)
        except Exception as error:
            raise _refusal(error, f"line {number}") from error
        if declaration is None:
            continue
        first = _first(declaration)
        name = show_name(first) or f"line {number}"
        progress(name, number, 0)
        try:
            kernel.add(declaration)
        except Exception as error:
            raise _refusal(error, name) from error
        seconds[first] = time.perf_counter() - started
    if not seconds:
        raise Refused("format", "nothing is declared", declaration=f"line {number}")
    return Library(kernel.constants, seconds, kernel.computed, terms, Digests(kernel.constants))


def _first(declaration: Declaration) -> Name:
    fields = declaration.fields
    first = (fields["types"] or [{"name": ()}])[0] if declaration.kind == "inductive" else fields
    name: Name = first["name"]
    return name


def _refusal(error: Exception, declaration: str) -> Refused:
    """Return the refusal that an error amounts to: what the kernel cannot check it does not
    accept.
    """
    if isinstance(error, Refused):
        error.declaration = declaration
        return error
    if isinstance(error, RecursionError):
        return Refused("budget", "depth: it is too deep to check", declaration=declaration)
    if isinstance(error, MemoryError):
        return Refused("budget", "memory: it is too large to check", declaration=declaration)
    return Refused(
        "internal",
        f"the kernel failed on it: {type(error).__name__}: {error}",
        declaration=declaration,
    )
