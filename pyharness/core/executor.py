"""Spreads calls over worker processes, one call at a time each; a worker that dies loses nothing
but its time.
"""

from __future__ import annotations

import ctypes
import os
import pickle
import signal
import subprocess
import sys
import traceback
from collections import Counter
from collections.abc import Callable, Hashable, Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor, as_completed
from contextlib import suppress
from functools import cached_property
from multiprocessing import Pipe
from multiprocessing.connection import Connection, wait
from typing import Any, Protocol, TypeVar

from pyharness.core.errors import HarnessError
from pyharness.core.processors import SAME_CODE

__all__ = [
    "Answer",
    "Executor",
    "LocalExecutor",
    "Lost",
    "SerialExecutor",
    "ThreadExecutor",
    "Worker",
    "WorkerLost",
    "serve",
    "spread",
]

Item = TypeVar("Item")
Result = TypeVar("Result")

_PR_SET_PDEATHSIG = 1

_TRIES = 2
"""How many workers may die on one item before it is given up."""


class WorkerLost(HarnessError):
    """Workers died on an item, one after another: killed from outside, for want of memory, or by a
    crash.
    """


class Executor(Protocol):
    """Something that calls a function on many items at a time."""

    def map(
        self,
        function: Callable[[Item], Result],
        items: Sequence[Item],
        *,
        group: Callable[[Item], Hashable] = str,
        finished: Callable[[Item, Result], None] = lambda *_: None,
    ) -> Iterator[Result]:
        """Yield the function's result for each item, in the items' order.

        Args:
            function: can be pickled. It is unpickled once in a worker, so what it holds is kept
                from one item to the next.
            items: can be pickled; `str` names them in messages.
            group: items of one group go to one worker as far as none is idle for that, since they
                share what is costly.
            finished: called with each item and its result as it arrives, in any order.

        Raises:
            WorkerLost: if workers die on one item repeatedly.
            Exception: whatever the function raised, for the first item for which it did.
        """


class Lost(Exception):
    """A worker ended without a result; the message says how."""


class Worker(Protocol):
    """One process that computes one item at a time."""

    def give(self, item: Any) -> None:
        """Start the computation; does not wait."""

    def take(self) -> Any:
        """Return the result, which is there, or raise what the function raised.

        Raises:
            Lost: if the worker has ended.
        """

    def stop(self) -> None:
        """End it at once, whatever it does."""


class LocalExecutor:
    """Worker processes on this machine, as many as it has cores for this process.

    A worker is a Python of its own, started anew: no state, thread or lock of this process is
    copied into it.
    """

    def map(
        self,
        function: Callable[[Item], Result],
        items: Sequence[Item],
        *,
        group: Callable[[Item], Hashable] = str,
        finished: Callable[[Item, Result], None] = lambda *_: None,
    ) -> Iterator[Result]:
        """As `Executor.map`."""
        pickled = pickle.dumps(function)
        return spread(
            items,
            len(os.sched_getaffinity(0)),
            lambda: _Process(pickled),
            _ready,
            group=group,
            finished=finished,
        )


def spread(
    items: Sequence[Item],
    size: int,
    start: Callable[[], Worker],
    ready: Callable[[Sequence[Any]], Sequence[Any]],
    *,
    group: Callable[[Item], Hashable],
    finished: Callable[[Item, Any], None],
) -> Iterator[Any]:
    """Yield the result for each item, in the items' order, from up to `size` workers that `start`
    starts.

    `ready` waits until workers of those that it is given have a result or have ended, and returns
    these. Whatever ends the iteration ends the workers.
    """
    waiting = _Queue(items, group)
    busy: dict[Any, int] = {}
    idle: list[Worker] = []
    lost: Counter[int] = Counter()
    results: dict[int, Any] = {}
    try:
        for place in range(len(items)):
            while place not in results:
                while waiting and (idle or len(busy) < size):
                    worker = idle.pop() if idle else start()
                    # Before anything can fail: what is in `busy` is stopped in the end.
                    busy[worker] = waiting.take(worker)
                    worker.give(items[busy[worker]])
                for worker in ready([*busy]):
                    number = busy[worker]
                    try:
                        results[number] = worker.take()
                    except Lost as error:
                        del busy[worker]
                        worker.stop()
                        lost[number] += 1
                        if lost[number] == _TRIES:
                            raise WorkerLost(
                                f"{items[number]}: {_TRIES} worker processes died on it, the last one {error}; "
                                "is there enough memory?"
                            ) from error
                        waiting.put_back(number)
                    else:
                        del busy[worker]
                        if waiting:
                            idle.append(worker)
                        else:
                            worker.stop()
                        finished(items[number], results[number])
            yield results.pop(place)
    finally:
        for worker in (*busy, *idle):
            worker.stop()


class _Queue:
    """The items that wait, by their numbers. A worker is given one of the group that it had last;
    else one of a group that nobody has begun, the largest first; else the last one of the group of
    which the most are left.
    """

    def __init__(self, items: Sequence[Item], group: Callable[[Item], Hashable]):
        self._group_of = [group(item) for item in items]
        self._waiting: dict[Hashable, list[int]] = {}
        for number, name in enumerate(self._group_of):
            self._waiting.setdefault(name, []).append(number)
        self._begun: set[Hashable] = set()
        self._last: dict[Any, Hashable] = {}

    def __bool__(self) -> bool:
        return any(self._waiting.values())

    def put_back(self, number: int) -> None:
        self._waiting[self._group_of[number]].insert(0, number)

    def take(self, worker: Any) -> int:
        def size(name: Hashable) -> int:
            return len(self._waiting[name])

        own = self._last.get(worker)
        new = [name for name in self._waiting if name not in self._begun]
        if own is not None and self._waiting[own]:
            number = self._waiting[own].pop(0)
        elif new:
            number = self._waiting[max(new, key=size)].pop(0)
        else:
            number = self._waiting[max(self._waiting, key=size)].pop()
        self._last[worker] = self._group_of[number]
        self._begun.add(self._group_of[number])
        return number


# ----------------------------------------------------------------------------------- a local worker
class _Process:
    """A worker on this machine. It ends when this process does, and sees no Ctrl-C but from
    here.
    """

    def __init__(self, function: bytes):
        self.connection, theirs = Pipe()
        # Modules are found where this process finds them, and nowhere else.
        path = os.pathsep.join(entry for entry in sys.path if entry)
        self._process = subprocess.Popen(
            [
                sys.executable,
                "-P",
                "-c",
                f"from {__name__} import serve; serve({theirs.fileno()}, {os.getpid()})",
            ],
            stdin=subprocess.DEVNULL,
            pass_fds=[theirs.fileno()],
            process_group=0,
            env={**SAME_CODE, **os.environ, "PYTHONPATH": path},
        )
        theirs.close()
        self._send(function)

    def _send(self, data: bytes) -> None:
        with suppress(OSError):  # It has ended, which `take` reports.
            self.connection.send_bytes(data)

    def give(self, item: Any) -> None:
        self._send(pickle.dumps(item))

    def take(self) -> Any:
        try:
            succeeded, result = pickle.loads(self.connection.recv_bytes())
        except (EOFError, OSError):
            status = self._process.wait()
            raise Lost(
                f"by the signal {signal.Signals(-status).name}"
                if status < 0
                else f"with status {status}"
            ) from None
        if not succeeded:
            raise result
        return result

    def stop(self) -> None:
        self._process.kill()
        self._process.wait()
        self.connection.close()


def _ready(workers: Sequence[_Process]) -> list[_Process]:
    having: dict[object, _Process] = {worker.connection: worker for worker in workers}
    return [having[connection] for connection in wait([worker.connection for worker in workers])]


def serve(descriptor: int, parent: int) -> None:
    """Be a worker: read a function and items from a pipe, and answer with results, until the pipe
    is closed.
    """
    # Whatever kills the parent, even SIGKILL, ends this process too.
    ctypes.CDLL(None).prctl(_PR_SET_PDEATHSIG, signal.SIGKILL)
    if os.getppid() != parent:
        return
    connection = Connection(descriptor)
    try:
        answer = Answer(connection.recv_bytes())
        while True:
            connection.send_bytes(answer(connection.recv_bytes()))
    except EOFError:
        return


class Answer:
    """A pickled function that takes pickled items; it is unpickled for the first one."""

    def __init__(self, function: bytes):
        self._pickled = function

    @cached_property
    def _function(self) -> Callable[[Any], Any]:
        function: Callable[[Any], Any] = pickle.loads(self._pickled)
        return function

    def __call__(self, item: bytes) -> bytes:
        """Return, pickled, whether the function returned, and what it returned or raised."""
        try:
            return pickle.dumps((True, self._function(pickle.loads(item))))
        except Exception as error:
            told = "".join(traceback.format_exception(error))
            try:
                pickled = pickle.dumps((False, error))
                pickle.loads(pickled)
            except Exception:
                return pickle.dumps((False, RuntimeError(told)))
            return pickled


# ------------------------------------------------------------------------------------- this process
class SerialExecutor:
    """This process itself, one item after another."""

    def map(
        self,
        function: Callable[[Item], Result],
        items: Sequence[Item],
        *,
        group: Callable[[Item], Hashable] = str,
        finished: Callable[[Item, Result], None] = lambda *_: None,
    ) -> Iterator[Result]:
        """As `Executor.map`."""
        for item in items:
            result = function(item)
            finished(item, result)
            yield result


class ThreadExecutor:
    """Threads of this process, as many as it has cores: for work that leaves the interpreter free,
    such as reading and hashing.
    """

    def map(
        self,
        function: Callable[[Item], Result],
        items: Sequence[Item],
        *,
        group: Callable[[Item], Hashable] = str,
        finished: Callable[[Item, Result], None] = lambda *_: None,
    ) -> Iterator[Result]:
        """As `Executor.map`. What is running when the iteration ends early goes on until it is
        done.
        """
        pool = ThreadPoolExecutor(len(os.sched_getaffinity(0)))
        try:
            futures = {pool.submit(function, item): item for item in items}
            for future in as_completed(futures):
                finished(futures[future], future.result())
            yield from (future.result() for future in futures)
        finally:
            pool.shutdown(wait=False, cancel_futures=True)
