"""Functions that the tests of executors spread over worker processes."""

from __future__ import annotations

import os
import signal
import time
from pathlib import Path

from pyharness.core.errors import UsageError
from pyharness.proofs.modules import LeanBuildError, Message


class Counting:
    """Says how often it was called in this process, and in which."""

    def __init__(self):
        self.calls = 0

    def __call__(self, item):
        time.sleep(0.02)
        self.calls += 1
        return item, os.getpid(), self.calls


def square(item):
    return item * item


def slowest_first(item):
    """Finish the first items last."""
    time.sleep(0.2 if item < 2 else 0)
    return item


def fail(kind, item):
    if item == 3:
        raise {
            "usage": UsageError("three is bad"),
            "lean": LeanBuildError([Message("A.lean", 3, 7, "error", "no")]),
            "other": ZeroDivisionError("by zero"),
            "local": local_error(),
        }[kind]
    return item


def local_error():
    class Unknown(Exception):
        """Cannot be pickled, being a class of no module."""

    return Unknown("strange")


def die(folder, times, item):
    """Kill this process on item 2, the first few times; say which items were finished."""
    marks = Path(folder)
    if item == 2 and len(list(marks.glob("died-*"))) < times:
        (marks / f"died-{os.getpid()}").touch()
        os.kill(os.getpid(), signal.SIGKILL)
    (marks / f"done-{item}-{os.getpid()}").touch()
    return item


def hang(folder, item):
    (Path(folder) / f"began-{os.getpid()}").touch()
    time.sleep(60)
