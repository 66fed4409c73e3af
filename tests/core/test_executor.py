"""Worker processes: results in order, failures that say what failed, and nothing that outlives its
call.
"""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import time
from functools import partial
from pathlib import Path

import pytest

from pyharness.core.errors import UsageError
from pyharness.core.executor import LocalExecutor, WorkerLost, spread
from pyharness.proofs.modules import LeanBuildError
from tests import workers

ROOT = Path(__file__).resolve().parents[2]
ITEMS = range(8)
CORES = len(os.sched_getaffinity(0))


def run(function, items=ITEMS, **options):
    return list(LocalExecutor().map(function, items, **options))


def is_running(pid):
    try:
        return Path(f"/proc/{pid}/stat").read_text().rsplit(")", 1)[1].split()[0] != "Z"
    except OSError:
        return False


def eventually(condition):
    deadline = time.monotonic() + 20
    while not condition() and time.monotonic() < deadline:
        time.sleep(0.02)
    return condition()


class TestLocalExecutor:
    def test_results_come_in_order(self):
        """Whichever worker is done first, results come in the items' order, and each item is told
        as it is done.
        """
        finished = []
        assert run(workers.slowest_first, finished=lambda *done: finished.append(done)) == list(
            ITEMS
        )
        assert sorted(finished) == [(item, item) for item in ITEMS]

    def test_no_items(self):
        """Nothing to do is done at once."""
        assert run(workers.square, []) == []

    def test_a_worker_keeps_what_its_function_holds(self):
        """The function is made once a worker; other processes than this one call it, no more than
        there are cores.
        """
        found = run(workers.Counting())
        pids = {pid for _, pid, _ in found}
        assert os.getpid() not in pids and 1 <= len(pids) <= CORES
        assert sum(max(calls for _, pid, calls in found if pid == one) for one in pids) == len(
            ITEMS
        )

    @pytest.mark.parametrize(
        ("kind", "error", "message"),
        [
            ("usage", UsageError, "three is bad"),
            ("lean", LeanBuildError, r"A\.lean:3:7: no"),
            ("other", ZeroDivisionError, "by zero"),
            ("local", RuntimeError, "Unknown: strange"),
        ],
    )
    def test_what_the_function_raises_is_raised_here(self, kind, error, message):
        """An error arrives with its type, its message and its exit status, whatever it is made
        from.
        """
        with pytest.raises(error, match=message) as caught:
            run(partial(workers.fail, kind))
        assert kind != "lean" or (caught.value.exit_code, caught.value.messages[0].line) == (3, 3)

    def test_a_function_that_cannot_be_loaded(self, monkeypatch):
        """A worker that cannot find the function says so."""
        monkeypatch.setattr(workers.square, "__module__", "nowhere")
        monkeypatch.setitem(sys.modules, "nowhere", workers)
        with pytest.raises(ModuleNotFoundError, match="nowhere"):
            run(workers.square)

    def test_a_killed_worker_loses_nothing(self, tmp_path):
        """The item that it had is computed again by another one, and no other item is."""
        assert run(partial(workers.die, tmp_path, 1)) == list(ITEMS)
        done = sorted(path.name.split("-")[1] for path in tmp_path.glob("done-*"))
        assert done == [str(item) for item in ITEMS] and len(list(tmp_path.glob("died-*"))) == 1

    def test_an_item_that_kills_its_workers_is_named(self, tmp_path):
        """Not retried for ever: the error names the item and the signal."""
        with pytest.raises(
            WorkerLost,
            match="^2: 2 worker processes died on it, the last one by the signal SIGKILL",
        ):
            run(partial(workers.die, tmp_path, 9))

    @pytest.mark.parametrize("end", [signal.SIGINT, signal.SIGKILL])
    def test_workers_end_with_their_parent(self, tmp_path, end):
        """Ctrl-C, or a kill that leaves no time for anything, ends busy workers too."""
        script = (
            "import signal, sys; signal.signal(signal.SIGINT, signal.default_int_handler); "
            "from functools import partial; from tests.workers import hang; "
            "from pyharness.core.executor import LocalExecutor; "
            "list(LocalExecutor().map(partial(hang, sys.argv[1]), range(4)))"
        )
        parent = subprocess.Popen(
            [sys.executable, "-c", script, str(tmp_path)],
            cwd=ROOT,
            stderr=subprocess.DEVNULL,
            env={**os.environ, "PYTHONPATH": str(ROOT)},
        )
        assert eventually(lambda: list(tmp_path.iterdir()))
        pids = [int(path.name.split("-")[1]) for path in tmp_path.iterdir()]
        parent.send_signal(end)
        parent.wait(timeout=20)
        assert pids and eventually(lambda: not any(map(is_running, pids)))

    def test_workers_end_with_the_iteration(self, tmp_path):
        """Who stops asking for results leaves no worker behind."""
        results = LocalExecutor().map(workers.Counting(), ITEMS)
        _, pid, _ = next(results)
        results.close()
        assert not is_running(pid)


class Recorded:
    """A worker in this process, which notes what it was given."""

    def __init__(self):
        self.given = []

    def give(self, item):
        self.given.append(item)

    def take(self):
        return self.given[-1]

    def stop(self):
        pass


class TestSpread:
    """How items go to workers."""

    def given(self, items, size):
        made = []

        def start():
            made.append(Recorded())
            return made[-1]

        list(
            spread(
                items,
                size,
                start,
                lambda workers: workers,
                group=lambda item: item[0],
                finished=lambda *_: None,
            )
        )
        return [worker.given for worker in made]

    def test_groups_stay_together(self):
        """Each worker keeps to a group, the largest first, as long as there is another for every
        worker.
        """
        assert self.given(["a1", "b1", "b2", "b3", "a2", "c1"], 2) == [
            ["b1", "b2", "b3"],
            ["a1", "a2", "c1"],
        ]

    def test_no_worker_is_idle_while_a_group_waits(self):
        """A worker without a group helps with the last item of the one of which the most are
        left.
        """
        (first, *_), (last, *_) = self.given(["a1", "a2", "a3", "a4"], 2)
        assert (first, last) == ("a1", "a4")

    def test_no_more_workers_than_items(self):
        """Nobody is started for nothing."""
        assert len(self.given(["a1", "b1"], 8)) == 2
