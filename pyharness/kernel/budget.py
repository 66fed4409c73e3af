"""What the check of a file may cost. Whatever can take long or grow counts here, and a budget that
ends is a refusal.

| budget | what it counts |
|---|---|
| steps | parts of terms visited, reductions, comparisons, digits: about a microsecond each |
| steps of the file | the same for all lines together; each line that is read adds to it |
| universe levels | parts of levels visited to compare levels |
| memory | names, levels, terms and answers that are held; long ones count as several |

Steps and universe levels are for one line, with the check of what it declares. Lines, names, depths
and numbers have limits of their own beside these: see `reader.py` and `arithmetic.py`. A budget
says nothing about what is true: where one ends the file is refused.
"""

from __future__ import annotations

import math
from collections.abc import Iterator, Sized
from contextlib import contextmanager

from .refusal import Refused

__all__ = ["STEPS", "Budget"]

STEPS = 8_000_000
"""Steps that one declaration may take: about 20 times what the longest of this project takes."""
FILE = 2 * STEPS
"""Steps that a file may take beyond those that its lines add: three times what all proofs of this
project take together.
"""
LINE = 500
"""Steps that a line adds: about ten times what a line of this project takes."""
LEVELS = 1_000_000
"""Parts of levels that may be visited for one declaration."""
HELD = 2_000_000
"""Names, levels, terms and answers that may be held at once; they take up to about 450 MiB."""

_LOOK = 4096
"""Steps from one look at what is held to the next."""


class Budget:
    """Counts what a check costs.

    Where it would slow the kernel down to call `step`, `left` is counted down in place and `look`
    called once it is negative.

    Attributes:
        left: how many steps may be taken until the next look.
        held: how much is held beside what is in tables.
    """

    __slots__ = (
        "_file",
        "_given",
        "_lasting",
        "_levels",
        "_line",
        "_next",
        "_passing",
        "_steps",
        "held",
        "left",
        "spent",
    )

    def __init__(self, steps: int | None = STEPS):
        """Begin with nothing spent.

        Args:
            steps: how many steps one declaration may take; None for no limit, on the file neither.
        """
        self._steps = math.inf if steps is None else steps
        self._file = math.inf if steps is None else FILE
        self._line = self._steps
        self._lasting: list[Sized] = []
        self._passing: list[Sized] = []
        self.held = self.left = self.spent = self._given = self._next = 0
        self.begin()

    def begin(self) -> None:
        """Begin with a line."""
        self._settle()
        self._file += LINE
        self._line = self._steps
        self._levels = LEVELS
        self._passing.clear()
        if self.spent < self._next:
            self._give()
        else:
            self.look()

    @contextmanager
    def part(self, steps: int) -> Iterator[None]:
        """Give what is done within so many of the line's steps, and levels of its own. What it
        holds it gives up.
        """
        self._settle()
        line, levels, passing = self._line, self._levels, len(self._passing)
        most = self._line = min(line, steps)
        self._levels = LEVELS
        self._give()
        try:
            yield
        finally:
            self._settle()
            self._line, self._levels = line - (most - self._line), levels
            del self._passing[passing:]
            self._give()

    def watch(self, *tables: Sized, lasting: bool = False) -> None:
        """Count the entries of tables as held, as long as the line is checked or for good."""
        (self._lasting if lasting else self._passing).extend(tables)

    def step(self, count: int = 1) -> None:
        """Count steps.

        Raises:
            Refused: if there were too many, or too much is held.
        """
        self.left -= count
        if self.left < 0:
            self.look()

    def hold(self, count: int) -> None:
        """Count what is held beside what is in tables.

        Raises:
            Refused: as `step`.
        """
        self.held += count
        self.step(count)

    def compare_levels(self, count: int) -> None:
        """Count parts of levels visited to compare levels.

        Raises:
            Refused: if there were too many, or as `step`.
        """
        self._levels -= count
        if self._levels < 0:
            raise Refused(
                "budget", f"universe levels: comparing them takes more than {LEVELS:,} steps"
            )
        self.step(count)

    def look(self) -> None:
        """Look at what was spent and what is held.

        Raises:
            Refused: as `step`.
        """
        self._settle()
        self._next = self.spent + _LOOK
        if self._line < 0:
            raise Refused(
                "budget",
                f"steps: checking it takes more than {self._steps:,}; `check` takes another limit as `steps`",
            )
        if self._file < 0:
            raise Refused(
                "budget",
                f"steps of the file: it takes more than {FILE:,} steps and {LINE} for each line",
            )
        held = self.held + sum(map(len, self._lasting)) + sum(map(len, self._passing))
        if held > HELD:
            raise Refused(
                "budget",
                f"memory: more than {HELD:,} names, levels, terms and answers are held",
            )
        self._give()

    def _settle(self) -> None:
        spent = self._given - self.left
        self._given = self.left
        self.spent += spent
        self._file -= spent
        self._line -= spent

    def _give(self) -> None:
        self._given = self.left = int(min(_LOOK, max(self._line, 0), max(self._file, 0)))
