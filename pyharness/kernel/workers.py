"""Has declarations checked, each on those before it, by one process or several.

Workers are forked when all declarations were read, so that they share all terms. Each has its own
constants, which it takes in in the order of the file: whatever it checks stands on what was
declared before, and on no more. So it does not matter to what is accepted how many there are.
"""

from __future__ import annotations

import multiprocessing
import os
import time
import warnings
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from functools import partial
from multiprocessing.connection import Connection, wait
from multiprocessing.process import BaseProcess
from typing import Any, NamedTuple

from .arithmetic import Function, Known
from .budget import Budget
from .declarations import Kernel
from .environment import Constant
from .names import Name
from .refusal import Refused

__all__ = ["Done", "Work", "cores", "refusal", "verify_all"]

_CHUNK, _CHUNKS = 16, 1_000
"""Declarations that a worker takes at once, at least; and how many times one can: the places of all
must fit into a pipe.
"""

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
        accepted: whether it was accepted before, with all that it rests on.
    """

    first: Name
    name: str
    made: Sequence[Constant] = ()
    family: Mapping[str, Any] | None = None
    known: Known | None = None
    refused: Refused | None = None
    accepted: bool = False


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
    functions: Mapping[Name, Function]


def cores() -> int:
    """Return how many processes can be at work at once."""
    return len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count() or 1


class _Answer(NamedTuple):
    """What came of one declaration: its place, the time and steps that it took, and why it is
    refused.
    """

    place: int
    seconds: float
    steps: int
    refused: Refused | None


def verify_all(
    budget: Budget,
    new_kernel: Callable[[], Kernel],
    work: Sequence[Work],
    jobs: int,
    keep_going: bool,
    progress: Progress,
) -> Done:
    """Check declarations.

    Args:
        budget: that of the kernels; for the file it counts what all processes take.
        new_kernel: makes a kernel that took nothing in yet.
        work: the declarations, in order.
        jobs: how many processes check them, this one among them.
        keep_going: whether to go on after one is refused. It is taken in as it is.
        progress: see `library.check`.

    Raises:
        Refused: what the first of them that is refused is refused for, unless it is to go on; or if
            the budget for the file ends.
    """
    functions = _learn(budget, new_kernel(), work)
    kernel, taken = new_kernel(), 0
    chunk = max(_CHUNK, len(work) // _CHUNKS + 1)
    queue = _queue(range(0, len(work), chunk))
    seconds = [0.0] * len(work)
    found: dict[int, Refused] = {}
    done = 0

    def answer(place: int) -> _Answer:
        nonlocal taken
        if work[place].accepted:
            return _Answer(place, 0.0, 0, work[place].refused)
        for item in work[taken:place]:
            kernel.adopt(item.made, item.known)
        taken, item = place, work[place]
        started = time.perf_counter()
        budget.begin()
        refused = _refused(item, partial(kernel.verify, item.made, item.family))
        return _Answer(place, time.perf_counter() - started, budget.taken(), refused)

    def run(send: Callable[[list[_Answer]], object]) -> None:
        while first := os.read(queue, 4):
            answers: list[_Answer] = []
            start = int.from_bytes(first, "little")
            for place in range(start, min(start + chunk, len(work))):
                answers.append(answer(place))
                if answers[-1].refused is not None and not keep_going:
                    break
            send(answers)

    def take(answers: Iterable[_Answer]) -> None:
        nonlocal done
        for place, took, steps, refused in answers:
            progress(work[place].name, done, len(work))
            done += 1
            seconds[place] = took
            budget.charge(steps)
            if refused is not None:
                found[place] = refused
        if found and not keep_going:
            # Those before it are at work or done; none further on has to be.
            os.read(queue, 4 * _CHUNKS)

    workers: dict[Connection, BaseProcess] = {}
    try:
        for _ in range(jobs - 1 if _can_fork() else 0):
            _start(workers, run)

        def listen(answers: list[_Answer]) -> None:
            take(answers)
            while workers and (ready := wait(list(workers), timeout=0)):
                _receive(workers, ready, take)

        run(listen)
        while workers:
            _receive(workers, wait(list(workers)), take)
    finally:
        os.close(queue)
        for worker in workers.values():
            worker.terminate()
            worker.join()
    if found and not keep_going:
        raise found[min(found)]
    return Done(seconds, {place: found[place] for place in sorted(found)}, functions)


def _learn(budget: Budget, kernel: Kernel, work: Sequence[Work]) -> Mapping[Name, Function]:
    """Find out what is known of numbers behind each declaration: once, before any is checked, since
    none is needed for the declaration itself.
    """
    for item in work:
        budget.begin()
        item.refused = _refused(item, partial(kernel.take, item.made))
        item.known = kernel.arithmetic.known
        budget.charge(budget.taken())
    return kernel.arithmetic.known.functions


def _refused(item: Work, check: Callable[[], None]) -> Refused | None:
    """Return why a declaration is refused: by a check, if what it says of itself could be read. A
    refusal from before may come of what the check finds.
    """
    if item.made:
        try:
            check()
        except Exception as error:
            return refusal(error, item.name)
    return item.refused


# ---------------------------------------------------------------------------------------- processes
def _queue(places: range) -> int:
    """Return a pipe from which processes take places, four bytes each."""
    queue, into = os.pipe()
    os.write(into, b"".join([place.to_bytes(4, "little") for place in places]))
    os.close(into)
    return queue


def _can_fork() -> bool:
    return "fork" in multiprocessing.get_all_start_methods()


def _start(
    workers: dict[Connection, BaseProcess],
    run: Callable[[Callable[[list[_Answer]], object]], None],
) -> None:
    context = multiprocessing.get_context("fork")
    receiver, sender = context.Pipe(duplex=False)
    worker = context.Process(target=run, args=(sender.send,), daemon=True)
    with warnings.catch_warnings():
        # Python warns of forks beside threads; what a worker does takes no lock of theirs.
        warnings.simplefilter("ignore", DeprecationWarning)
        worker.start()
    workers[receiver] = worker
    sender.close()


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
