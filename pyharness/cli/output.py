"""What the commands print, and how they show progress."""

from __future__ import annotations

import json
import os
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from rich.console import Console

    from pyharness.core.progress import Progress

# rich is imported where it is used: it takes longer to import than `pyharness --help` to run.

__all__ = ["as_json", "complain", "near", "print_json", "show_progress", "standard_output"]


def as_json(value: Any) -> str:
    """Return a value as indented JSON."""
    return json.dumps(value, ensure_ascii=False, indent=2)


def print_json(value: Any) -> None:
    """Print a value as indented JSON."""
    print(as_json(value))


def near(path: Path) -> Path:
    """Return the path relative to this folder where that is shorter to read."""
    return path.relative_to(Path.cwd()) if path.is_relative_to(Path.cwd()) else path


def standard_output() -> Console:
    """Return standard output, wide enough for the tables where there is no terminal to say how wide
    it is.
    """
    from rich.console import Console

    width = None if sys.stdout.isatty() or "COLUMNS" in os.environ else 120
    return Console(width=width)


def complain(message: str, *, style: str | None = None) -> None:
    """Print a message on standard error."""
    from rich.console import Console

    from pyharness.report.terminal import visible

    Console(stderr=True, highlight=False).print(
        visible(message), style=style, markup=False, soft_wrap=True
    )


@contextmanager
def show_progress() -> Iterator[Progress]:
    """Show each stage's progress on standard error: bars in a terminal, a line a stage elsewhere.

    Yields:
        What to call with a stage, an item, how many items are done and how many there are.
    """
    from rich.console import Console

    console = Console(stderr=True, highlight=False)
    with _bars(console) if console.is_terminal else _lines(console) as show:
        yield show


@contextmanager
def _lines(console: Console) -> Iterator[Progress]:
    seen: set[str] = set()

    def line(stage: str, item: str, done: int, total: int) -> None:
        if stage not in seen:
            seen.add(stage)
            console.print(f"{stage} …")

    yield line


@contextmanager
def _bars(console: Console) -> Iterator[Progress]:
    from rich.progress import (
        BarColumn,
        MofNCompleteColumn,
        TaskID,
        TextColumn,
        TimeElapsedColumn,
    )
    from rich.progress import (
        Progress as Bars,
    )

    with Bars(
        TextColumn("{task.fields[stage]:<13}"),
        BarColumn(bar_width=28),
        MofNCompleteColumn(),
        TimeElapsedColumn(),
        TextColumn("{task.description}", style="dim"),
        console=console,
    ) as bars:
        tasks: dict[str, TaskID] = {}

        def bar(stage: str, item: str, done: int, total: int) -> None:
            if stage not in tasks:
                tasks[stage] = bars.add_task(item, stage=stage, total=total)
            bars.update(tasks[stage], description=item, completed=done, total=total)

        yield bar
