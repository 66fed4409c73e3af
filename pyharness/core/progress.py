"""What long work tells of its progress."""

from __future__ import annotations

from collections.abc import Callable

__all__ = ["Progress", "quiet"]

Progress = Callable[[str, str, int, int], None]
"""Called with a stage's name, the item at hand, how many items are done and how many there are."""


def quiet(stage: str, item: str, done: int, total: int) -> None:
    """Tell nobody."""
