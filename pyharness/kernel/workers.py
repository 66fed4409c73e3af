"""Has declarations checked, each on those before it, by one process or several.

Workers are forked when all declarations were read, so that they share all terms. Each has its own
constants, which it takes in in the order of the file: whatever it checks stands on what was
declared before, and on no more, as if there were one worker alone. So it matters to no answer how
many there are.
"""

from __future__ import annotations

import multiprocessing
import os
import time
import warnings
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from multiprocessing.connection import Connection, wait
from multiprocessing.process import BaseProcess
from typing import Any

from .arithmetic import Function, Known
from .declarations import Kernel
from .environment import Constant
from .names import Name
from .refusal import Refused

__all__ = ["Done", "Work", "cores", "refusal", "verify_all"]

_CHUNK = 16
"""Declarations that a worker takes at once."""

Progress = Callable[[str, int, int], None]


@dataclass
class Work:
    """A declaration to be checked.

    Attributes:
        first: the name of its first constant.
        name: that as it is shown.
        made: its constants, by what it says of them.
        family: see `Declaration`.
        known: what is known of numbers behind it, if that was found out.
        refused: why it is refused, if that was found out.
    """

    first: Name
    name: str
    made: Sequence[Constant] = ()
    family: Mapping[str, Any] | None = None
    known: Known | None = None
    refused: Refused | None = None


@dataclass
class Done:
    """What came of it.

    Attributes:
        seconds: how long each took.
        refused: why some were refused, by their places, in order.
        functions: the functions that were computed by their names.
    """

    seconds: Sequence[float]
    refused: Mapping[int, Refused]
    functions: Mapping[Name, Function] = field(default_factory=dict)


def cores() -> int:
    """Return how many processes can be at work at once."""
    return len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count() or 1


def verify_all(
    new_kernel: Callable[[], Kernel],
    work: Sequence[Work],
    jobs: int,
    keep_going: bool,
    progress: Progress,
) -> Done:
    """Check declarations.

    Args:
        new_kernel: makes a kernel that took nothing in yet.
        work: the declarations, in order.
        jobs: how many processes check them.
        keep_going: whether to go on after one is refused. It is taken in as it is.
        progress: see `library.check`.

    Raises:
        Refused: what the first of them that is refused is refused for, unless it is to go on.
    """
    if jobs > 1 and "fork" in multiprocessing.get_all_start_methods():
        return _by_workers(new_kernel, work, jobs, keep_going, progress)
    kernel = new_kernel()
    seconds: list[float] = []
    refused: dict[int, Refused] = {}
    for place, item in enumerate(work):
        progress(item.name, place, len(work))
        started = time.perf_counter()
        found = item.refused or _verify(kernel, item) or _take(kernel, item)
        if found is not None:
            if not keep_going:
                raise found
            refused[place] = found
            kernel.constants.update({constant.name: constant for constant in item.made})
        seconds.append(time.perf_counter() - started)
    return Done(seconds, refused, kernel.arithmetic.known.functions)


def _verify(kernel: Kernel, item: Work) -> Refused | None:
    try:
        kernel.begin()
        kernel.verify(item.made, item.family)
    except Exception as error:
        return refusal(error, item.name)
    return None


def _take(kernel: Kernel, item: Work) -> Refused | None:
    try:
        kernel.begin()
        kernel.take(item.made)
    except Exception as error:
        return refusal(error, item.name)
    return None


# ---------------------------------------------------------------------------------------- processes
_Answer = tuple[int, float, tuple[str, str, str] | None]
"""The place of a declaration, how long it took, and rule, reason and term of why it is refused."""


def _by_workers(
    new_kernel: Callable[[], Kernel],
    work: Sequence[Work],
    jobs: int,
    keep_going: bool,
    progress: Progress,
) -> Done:
    # What is known of numbers is found out once: it is needed behind the declaration, not for it.
    learner = new_kernel()
    for item in work:
        item.refused = item.refused or _take(learner, item)
        item.known = learner.arithmetic.known
    functions = learner.arithmetic.known.functions
    kernel = _Growing(new_kernel(), work)
    context = multiprocessing.get_context("fork")
    places = context.Value("q", 0)
    seconds = [0.0] * len(work)
    found: dict[int, Refused] = {}
    done = 0

    def take(answers: Iterable[_Answer]) -> None:
        nonlocal done
        for place, took, refused in answers:
            seconds[place] = took
            if refused is not None:
                rule, reason, term = refused
                found[place] = Refused(rule, reason, term=term, declaration=work[place].name)
            done += 1
            if done % _CHUNK == 0:
                progress(work[place].name, done, len(work))
        if found and not keep_going:
            # Those before it are at work or done; none further on has to be.
            with places.get_lock():
                places.value = len(work)

    def run(send: Callable[[list[_Answer]], object]) -> None:
        for first in _chunks(places, len(work)):
            send(list(_answers(kernel, work[first : first + _CHUNK], first)))

    workers: dict[Connection, BaseProcess] = {}
    try:
        # This process is one of them.
        for _ in range(jobs - 1):
            receiver, sender = context.Pipe(duplex=False)
            workers[receiver] = context.Process(
                target=lambda sender=sender: run(sender.send), daemon=True
            )
            with warnings.catch_warnings():
                # Python warns of forks beside threads; what a worker does takes no lock of theirs.
                warnings.simplefilter("ignore", DeprecationWarning)
                workers[receiver].start()
            sender.close()

        def listen(answers: list[_Answer]) -> None:
            take(answers)
            while workers and (ready := wait(list(workers), timeout=0)):
                _receive(workers, ready, take)

        run(listen)
        while workers:
            _receive(workers, wait(list(workers)), take)
    finally:
        for worker in workers.values():
            worker.terminate()
            worker.join()
    if found and not keep_going:
        raise found[min(found)]
    return Done(seconds, {place: found[place] for place in sorted(found)}, functions)


def _answers(kernel: _Growing, work: Sequence[Work], first: int) -> Iterator[_Answer]:
    """Check some declarations, of which the first is at this place."""
    for place, item in enumerate(work, first):
        kernel.grow(place)
        started = time.perf_counter()
        # A refusal that was found before may come of what this one finds.
        refused = (_verify(kernel.kernel, item) if item.made else None) or item.refused
        said = None if refused is None else (refused.rule, refused.reason, refused.term)
        yield place, time.perf_counter() - started, said


class _Growing:
    """A kernel that takes declarations in up to one that it is to check."""

    def __init__(self, kernel: Kernel, work: Sequence[Work]):
        self.kernel, self._work, self._taken = kernel, work, 0

    def grow(self, place: int) -> None:
        """Take in all declarations before a place."""
        for item in self._work[self._taken : place]:
            self.kernel.adopt(item.made, item.known)
        self._taken = max(self._taken, place)


def _receive(
    workers: dict[Connection, BaseProcess],
    ready: Iterable[object],
    take: Callable[[Iterable[_Answer]], None],
) -> None:
    """Take what workers say, and leave those out that ended.

    Raises:
        Refused: if one did not end by itself.
    """
    for receiver in [item for item in workers if item in ready]:
        try:
            take(receiver.recv())
        except EOFError:
            ended = workers.pop(receiver)
            ended.join()
            if ended.exitcode:
                raise Refused("budget", f"memory: a process ended with {ended.exitcode}") from None


def _chunks(places: multiprocessing.sharedctypes.Synchronized[int], count: int) -> Iterator[int]:
    """Yield the places of the next declarations that nobody took."""
    while True:
        with places.get_lock():
            place = places.value
            places.value = place + _CHUNK
        if place >= count:
            return
        yield place


def refusal(error: Exception, declaration: str) -> Refused:
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
