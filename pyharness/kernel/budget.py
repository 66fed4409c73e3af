"""What the check of a file may cost. Whatever can take long or grow counts here, and a budget that
ends is a refusal.

| budget | what it counts |
|---|---|
| steps | parts of terms visited, reductions, comparisons, digits: about a microsecond each |
| steps of the file | the same for all lines together; each line that is read adds to it |
| universe levels | parts of levels visited to compare levels |
| depth | reductions, comparisons and types that are being found within each other |
| memory | names, levels, terms and answers that are held; long ones count as several |
| memory of the file | the same for all that is read, which is kept |

All but those of the file are for the check of one declaration. Lines, names, depths and numbers
have limits of their own beside these: see `reader.py` and `arithmetic.py`. A budget says nothing
about what is true: where one ends the check is declined.
"""

from __future__ import annotations

import math
from collections.abc import Iterator, Sized
from contextlib import contextmanager

from .refusal import Refused

__all__ = ["STEPS", "Budget"]

STEPS = 8_000_000
"""Steps that one declaration may take: about 40 times what the longest of this project takes."""
FILE = 2
"""How many times as many steps a file may take beyond those that its lines add."""
LINE = 500
"""Steps that a line adds: about ten times what a line of this project takes."""
LEVELS = 1_000_000
"""Parts of levels that may be visited for one declaration."""
DEPTH = 100_000
"""Reductions, comparisons and types that may be being found within each other."""
HELD = 2_000_000
"""Names, levels, terms and answers that the check of one declaration may hold at once; they take up
to about 450 MiB.
"""
READ = 10
"""How many times as many names, levels and terms a file may hold; they take up to about 2.5 GiB."""

_LOOK = 4096
"""Steps from one look at what is held to the next."""


class Budget:
    """Counts what a check costs.

    Where it would slow the kernel down to call `step`, `left` is counted down in place and `look`
    called once it is negative.

    Attributes:
        depth: how many calls that go deep are open; see `enter`.
        left: how many steps may be taken until the next look.
        held: how much is held beside what is in tables.
    """

    __slots__ = (
        "_before",
        "_began",
        "_file",
        "_given",
        "_lasting",
        "_levels",
        "_line",
        "_most",
        "_passing",
        "_reads",
        "_steps",
        "depth",
        "held",
        "left",
        "spent",
    )

    def __init__(self, steps: int | None = STEPS, held: int | None = None):
        """Begin with nothing spent.

        Args:
            steps: how many steps one declaration may take; None for no limit, on the file neither.
            held: how much the check of one may hold (default: `HELD`).
        """
        self._most = HELD if held is None else held
        self._steps = math.inf if steps is None else steps
        self._before = 0
        self._file = FILE * self._steps
        self._line = self._steps
        self._lasting: list[Sized] = []
        self._passing: list[Sized] = []
        self.depth = self.held = self.left = self.spent = self._given = self._began = 0
        self.begin()

    def line(self, count: int) -> None:
        """Begin with a line, and count steps for reading it.

        Raises:
            Refused: as `step`.
        """
        self._file += LINE
        self._line = self._steps
        self._reads = True
        self.left -= count
        if self.left < 0:
            self.look()

    def begin(self) -> None:
        """Begin with the check of a declaration."""
        self._settle()
        self._line = self._steps
        self._levels = LEVELS
        self.depth = 0
        self._passing.clear()
        self._before, self._reads, self._began = self._held(), False, self.spent
        self._give()

    def taken(self) -> int:
        """Return how many steps were taken since `begin`."""
        self._settle()
        return self.spent - self._began

    def charge(self, steps: int) -> None:
        """Count what a check took, here or in another process, for the file.

        Raises:
            Refused: if all take too many.
        """
        self._file -= steps
        if self._file < 0:
            raise Refused(
                "budget",
                f"steps of the file: it takes more than {FILE * self._steps:,} and {LINE} for each line; "
                "--steps sets another limit",
            )

    def _held(self) -> int:
        return self.held + sum(map(len, self._lasting)) + sum(map(len, self._passing))

    @contextmanager
    def part(self, steps: int) -> Iterator[None]:
        """Give what is done within so many of the line's steps, and levels of its own. What it
        holds it gives up.
        """
        self._settle()
        line, levels, passing = self._line, self._levels, len(self._passing)
        depth = self.depth
        most = self._line = min(line, steps)
        self._levels = LEVELS
        self._give()
        try:
            yield
        finally:
            self._settle()
            self._line, self._levels = line - (most - self._line), levels
            del self._passing[passing:]
            self.depth = depth
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

    def enter(self) -> None:
        """Begin with what goes deep. Who does counts `depth` down at the end; a refusal ends all.

        Raises:
            Refused: if too much is open.
        """
        self.depth += 1
        if self.depth > DEPTH:
            raise Refused("budget", "depth: it is too deep to check")

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
        if self._line < 0:
            raise Refused(
                "budget",
                f"steps: checking it takes more than {self._steps:,}; --steps sets another limit",
            )
        if self._reads:
            self.charge(self.taken())
            self._began = self.spent
        held = self._held()
        most = self._most * READ if self._reads else self._before + self._most
        if held > most:
            what = (
                f"memory of the file: more than {most:,} names, levels and terms"
                if self._reads
                else f"memory: more than {self._most:,} names, levels, terms and answers are held"
            )
            raise Refused("budget", f"{what}; --memory sets another limit")
        self._give()

    def _settle(self) -> None:
        spent = self._given - self.left
        self._given = self.left
        self.spent += spent
        self._line -= spent

    def _give(self) -> None:
        self._given = self.left = int(min(_LOOK, max(self._line, 0)))
