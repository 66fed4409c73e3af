"""Checks a whole export, and says what was accepted."""

from __future__ import annotations

import gc
import sys
import threading
from collections.abc import Callable, Iterable, Mapping, Sequence, Set
from dataclasses import dataclass, field
from typing import TypeVar

from .budget import STEPS, Budget
from .declarations import Kernel
from .digests import Digests
from .environment import Constant, closure
from .names import Name, show_name
from .reader import Declaration, Reader
from .refusal import Refused
from .terms import Terms
from .workers import Work, refusal, verify_all

__all__ = ["Library", "check", "with_room"]

CALLS = 1_000_000
"""Calls of Python that may be open at once: more than `budget.DEPTH` leads to."""
STACK = 256 << 20 if __file__.endswith(".py") else 1 << 30
"""Bytes of the stack of the thread that checks. Python's own calls take none of it; where the
kernel was compiled all do.
"""

_FEW = 200
"""Declarations that are not worth another process."""

_T = TypeVar("_T")
Progress = Callable[[str, int, int], None]


@dataclass(frozen=True)
class Library:
    """What the kernel accepted.

    Attributes:
        constants: every constant.
        seconds: how long each declaration took, by the name of its first constant.
        computed: the functions that were computed on literals by their names, and why they might:
            see `arithmetic.py`.
        left_out: how many unsafe and partial constants were left out.
        known: the digests of the declarations that were accepted, now or before, if they were asked
            for: see `Digests.declaration`.
        refused: why declarations were refused. None are where the check was to end with the first.
        assumed: the constants of those, which were taken as assumed after that.
        terms: made the terms in the constants.
    """

    constants: Mapping[Name, Constant]
    seconds: Mapping[Name, float]
    computed: Mapping[str, str]
    left_out: int
    known: frozenset[str]
    refused: Sequence[Refused]
    assumed: frozenset[Name]
    terms: Terms = field(repr=False)
    _digests: Digests = field(repr=False)

    @property
    def slowest(self) -> tuple[Name, float]:
        """The declaration that took longest, and how long; no name if there is none."""
        return max(self.seconds.items(), key=lambda item: item[1], default=((), 0.0))

    def axioms(self, name: Name) -> tuple[str, ...]:
        """Return the axioms that a constant rests on, and what else is assumed, sorted."""
        return tuple(
            sorted(
                show_name(item)
                for item in closure(self.constants, name)
                if self.constants[item].kind == "axiom" or item in self.assumed
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
    held: int | None = None,
    as_lean: bool = False,
    keep_going: bool = False,
    jobs: int = 1,
    known: Set[str] | None = None,
    progress: Progress = lambda name, done, total: None,
) -> Library:
    """Check every declaration of an export in lean4export's NDJSON format 3.1, each on those before
    it.

    To have `Nat.div`, `mod` and others computed on literals, the file must state, before they are
    needed, the theorems that `arithmetic.py` asks for.

    Args:
        lines: the lines of the file, with or without line ends.
        steps: how many steps one declaration may take; None for no limit, on the file neither.
        held: how many names, levels, terms and answers the check of one may hold, and the file ten
            times as many (default: `budget.HELD`).
        as_lean: whether functions on numbers are computed by their names alone, and texts are
            elements of whatever `String` is, as in Lean's own kernel.
        keep_going: whether to go on after a declaration is refused.
        jobs: how many processes check declarations.
        known: the digests of declarations that this kernel accepted before, which are not checked
            again: `Library.known`. None if digests are not asked for.
        progress: is told of each declaration that was checked: the name, how many were before, and
            how many there are.

    Raises:
        Refused: if a declaration breaks a rule, unless it is to go on; or the file is not of the
            format, or too deep or too large to check.
    """
    return with_room(
        lambda: _check(lines, Budget(steps, held), as_lean, keep_going, jobs, known, progress)
    )


def with_room(function: Callable[[], _T]) -> _T:
    """Return what a function gives that goes deep: it is called in a thread with a large stack.

    Raises:
        Refused: if there is no room for that.
    """
    answer: list[_T] = []
    failure: list[BaseException] = []

    def run() -> None:
        try:
            answer.append(function())
        except BaseException as error:
            failure.append(error)

    limit, size, collects = sys.getrecursionlimit(), threading.stack_size(STACK), gc.isenabled()
    sys.setrecursionlimit(max(limit, CALLS))
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
    if failure:
        raise failure[0]
    return answer[0]


def _check(
    lines: Iterable[bytes],
    budget: Budget,
    as_lean: bool,
    keep_going: bool,
    jobs: int,
    known: Set[str] | None,
    progress: Progress,
) -> Library:
    terms = Terms(budget)
    reader, kernel = Reader(terms), Kernel(terms, as_lean=as_lean)
    work: list[Work] = []
    number = 0
    for number, line in enumerate(lines, 1):
        try:
            declaration = reader.line(line)
        except Exception as error:
            raise refusal(error, f"line {number}") from error
        if declaration is not None:
            work.append(_work(kernel, declaration, number))
    if not number:
        raise Refused("format", "it is empty")
    digests = Digests(kernel.constants)
    found = {} if known is None else _digests(digests, work)
    for item in work:
        item.accepted = known is not None and found.get(item.first) in known
    left = sum(not item.accepted for item in work)
    done = verify_all(
        budget,
        lambda: Kernel(terms, as_lean=as_lean),
        work,
        jobs if left > _FEW else 1,
        keep_going,
        progress,
    )
    refused = {work[place].first for place in done.refused}
    return Library(
        kernel.constants,
        dict(zip([item.first for item in work], done.seconds, strict=True)),
        {show_name(name): how.reason for name, how in sorted(done.functions.items())},
        len(reader.left_out),
        frozenset([digest for name, digest in found.items() if name not in refused]),
        list(done.refused.values()),
        frozenset([constant.name for place in done.refused for constant in work[place].made]),
        terms,
        digests,
    )


def _digests(digests: Digests, work: Sequence[Work]) -> dict[Name, str]:
    """Return the digest of each declaration that has one, by the name of its first constant."""
    below: dict[Name, str] = {}
    found: dict[Name, str] = {}
    for item in work:
        digest = digests.declaration(item.made, below) if item.made else None
        if digest is not None:
            found[item.first] = digest
            below.update(dict.fromkeys([constant.name for constant in item.made], digest))
    return found


def _work(kernel: Kernel, declaration: Declaration, number: int) -> Work:
    fields = declaration.fields
    first = fields if declaration.family is None else (fields["types"] or [{"name": ()}])[0]
    name = first["name"]
    work = Work(name, show_name(name) or f"line {number}", family=declaration.family)
    try:
        work.made = kernel.assume(declaration)
    except Exception as error:
        work.refused = refusal(error, work.name)
    kernel.constants.update({constant.name: constant for constant in work.made})
    return work
