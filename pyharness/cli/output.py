"""What the commands print, and how they show progress.

The commands print by these functions alone, so that nothing from a file reaches a terminal as it
is: all of them go through `pyharness.core.text`.
"""

from __future__ import annotations

import io
import os
import re
import select
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Any

from pyharness.core.text import as_json, visible

if TYPE_CHECKING:
    from rich.console import Console

    from pyharness.core.progress import Progress

# rich is imported where it is used: it takes longer to import than `pyharness --help` to run.

__all__ = [
    "GuardedStream",
    "complain",
    "near",
    "one_line",
    "print_document",
    "print_json",
    "print_plain",
    "print_quoted",
    "say",
    "show_progress",
    "standard_output",
]

_LONGEST = 10_000
"""Characters of a line beyond which its middle is left out."""

_COMMAND = re.compile(r"^(\s*):(?=:)|#(?=#\w*\[)")
"""What the runners of GitHub Actions, Azure Pipelines and TeamCity take for a command to them:
`::name::` where a line begins, `##name[` anywhere."""


def say(line: str = "") -> None:
    """Print one line, whatever is in it."""
    print(one_line(line))


def print_quoted(text: str) -> None:
    """Print a text of several lines, in which each line but the first is marked as a part of it."""
    print(_quoted(text))


def print_document(text: str) -> None:
    """Print a document as it is, with the lines that it has."""
    print("\n".join(_not_obeyed(line) for line in visible(text, keep="\n\t").split("\n")), end="")


def print_plain(text: str) -> None:
    """Print text as it stands, for another program: no colours, and no line is broken."""
    print(text)


def print_json(value: Any) -> None:
    """Print a value as indented JSON."""
    print(_COMMAND.sub(lambda found: f"\\u{ord(found[0]):04x}", as_json(value)))


def one_line(line: str) -> str:
    """Return a line as it is printed."""
    line = visible(line)
    if len(line) > _LONGEST:
        half = _LONGEST // 2
        line = f"{line[:half]} … {line[-half:]}"
    return _not_obeyed(line)


def _quoted(text: str) -> str:
    return "\n  │ ".join(map(one_line, text.split("\n")))


def _not_obeyed(line: str) -> str:
    """Return a line that no CI's runner takes for a command."""
    return _COMMAND.sub(lambda found: f"{found[1] or ''}⟨U+{ord(found[0][-1]):04X}⟩", line)


def near(path: Path) -> Path:
    """Return the path relative to this folder where that is shorter to read."""
    return path.relative_to(Path.cwd()) if path.is_relative_to(Path.cwd()) else path


def _console(**options: Any) -> Console:
    """Return a console that writes no text as it is, whoever made it and however."""
    from rich.console import Console, ConsoleOptions, RenderableType
    from rich.segment import Segment

    class Guarded(Console):
        def render(
            self, renderable: RenderableType, options: ConsoleOptions | None = None
        ) -> Iterator[Segment]:
            for segment in super().render(renderable, options):
                # Lines are the layout's here; control segments are those of rich itself.
                yield (
                    segment
                    if segment.control
                    else segment._replace(text=_not_obeyed(visible(segment.text, keep="\n")))
                )

    return Guarded(highlight=False, markup=False, emoji=False, **options)


def standard_output() -> Console:
    """Return standard output, wide enough for the tables where there is no terminal to say how wide
    it is.
    """
    return _console(width=None if sys.stdout.isatty() or "COLUMNS" in os.environ else 120)


def complain(message: str, *, style: str | None = None) -> None:
    """Print a message on standard error."""
    _console(stderr=True).print(_quoted(message), style=style, soft_wrap=True)


@contextmanager
def show_progress() -> Iterator[Progress]:
    """Show each stage's progress on standard error: bars in a terminal, elsewhere a line a stage
    and another one every few seconds.

    Yields:
        What to call with a stage, an item, how many items are done and how many there are.
    """
    console = _console(stderr=True)
    with _bars(console) if console.is_terminal else _lines(console) as show:
        yield show


_EVERY = 10.0
"""Seconds between two lines about a stage."""


@contextmanager
def _lines(console: Console) -> Iterator[Progress]:
    said: dict[str, float] = {}

    def line(stage: str, item: str, done: int, total: int) -> None:
        now = time.monotonic()
        if stage not in said:
            said[stage] = now
            console.print(one_line(f"{stage} …"))
        elif done < total and now - said[stage] >= _EVERY:
            said[stage] = now
            console.print(one_line(f"{stage}: {done:,} of {total:,}, {item}"))

    yield line


@contextmanager
def _bars(console: Console) -> Iterator[Progress]:
    from rich.progress import (
        BarColumn,
        MofNCompleteColumn,
        Progress as Bars,
        ProgressColumn,
        Task,
        TaskID,
        TextColumn,
        TimeRemainingColumn,
    )
    from rich.text import Text

    class RateColumn(ProgressColumn):
        """How many items are done in a second, where that is more than one."""

        def render(self, task: Task) -> Text:
            speed = task.finished_speed or task.speed or 0
            return Text(f"{speed:,.0f}/s" if speed >= 1 and (task.total or 0) > 1 else "")

    with Bars(
        TextColumn("{task.fields[stage]:<13}"),
        BarColumn(bar_width=20),
        MofNCompleteColumn(),
        RateColumn(),
        # What is left, and of a stage that is done how long it took.
        TimeRemainingColumn(compact=True, elapsed_when_finished=True),
        TextColumn("{task.description}", style="dim", markup=False),
        console=console,
    ) as bars:
        tasks: dict[str, TaskID] = {}

        def bar(stage: str, item: str, done: int, total: int) -> None:
            item = visible(item)
            if stage not in tasks:
                tasks[stage] = bars.add_task(item, stage=stage, total=total)
            bars.update(tasks[stage], description=item, completed=done, total=total)

        yield bar


class GuardedStream(io.RawIOBase):
    """A standard stream that ends no command half-way: once it cannot be written to, what follows
    is dropped.

    Attributes:
        error: why it could not be written to; None if it could.
    """

    def __init__(self, descriptor: int) -> None:
        self._descriptor = descriptor
        self.error: OSError | None = None

    @classmethod
    def install(cls, name: str) -> GuardedStream | None:
        """Put one in the place of `sys.stdout` or `sys.stderr`, by name; None if it is closed, so
        that nothing is wanted of it.

        A terminal's encoding may lack ∀ and ≤; a statement is then printed escaped rather than not
        at all.
        """
        stream = getattr(sys, name)
        if stream is None:
            setattr(sys, name, open(os.devnull, "w", encoding="utf-8"))  # noqa: SIM115  # to the end
            return None
        stream.flush()
        guarded = cls(stream.fileno())
        writer = io.TextIOWrapper(
            io.BufferedWriter(guarded),
            encoding=stream.encoding,
            errors="backslashreplace",
            line_buffering=name == "stderr" or stream.isatty(),
        )
        setattr(sys, name, writer)
        return guarded

    def fileno(self) -> int:
        """Return the stream's descriptor."""
        return self._descriptor

    def isatty(self) -> bool:
        """Whether it is a terminal."""
        return os.isatty(self._descriptor)

    def writable(self) -> bool:
        """Whether it is written to, which it is."""
        return True

    def write(self, data: Any, /) -> int:
        """Write bytes, or drop them."""
        while self.error is None:
            try:
                return os.write(self._descriptor, data)
            except BlockingIOError:
                select.select([], [self._descriptor], [])
            except OSError as error:
                self.error = error
        return len(data)
