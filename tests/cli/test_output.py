"""What a terminal shows of long work."""

from __future__ import annotations

import io
import itertools
import time

from rich.console import Console

from pyharness.cli import output


def test_long_work_says_how_fast_it_is_and_what_is_left(monkeypatch):
    """At 80 columns, in one line a stage: how many of how many, the rate, and the time left."""
    shown = io.StringIO()
    console = Console(file=shown, force_terminal=True, width=80, color_system=None)
    monkeypatch.setattr(output, "_console", lambda **_: console)
    with output.show_progress() as progress:
        for done in range(0, 600, 6):
            progress("Second kernel", "Demo.bound", done, 6000)
            time.sleep(0.01)
        progress("Export", "", 1, 1)
    last = shown.getvalue().rpartition("Second kernel")[2].partition("\n")[0]
    assert "594/6000" in last and "/s" in last and "0:" in last and "Demo.bound" in last
    assert len("Second kernel") + len(last.rstrip()) <= 80
    assert "/s" not in shown.getvalue().rpartition("Export")[2]


def test_progress_in_a_pipe(monkeypatch, capsys):
    """A line for each stage, and then one every few seconds."""
    now = itertools.count(0.0, 4.0)
    monkeypatch.setattr(output.time, "monotonic", lambda: next(now))
    with output.show_progress() as progress:
        for done in range(6):
            progress("Evidence", f"claim {done}", done, 5)
    assert capsys.readouterr().err.splitlines() == [
        "Evidence …",
        "Evidence: 3 of 5, claim 3",
    ]
