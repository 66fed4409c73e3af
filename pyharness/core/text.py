"""Text from elsewhere (files, arguments, Lean, libraries), made fit to be seen.

All that is printed or written for a reader goes through `visible`, and JSON through `as_json`.
"""

from __future__ import annotations

import difflib
import json
import re
import unicodedata
from collections.abc import Iterable
from typing import Any

__all__ = ["as_json", "did_you_mean", "few", "many", "visible"]

_BREAK = re.compile(r" *[\t-\r\x1c-\x1f\x85\u2028\u2029]\s*|\s{40,}")
"""What would begin a line, or push text on to the next one."""

_BLANK = (
    "\u034f\u115f\u1160\u17b4\u17b5\u180b-\u180d\u180f\u2800\u3164\ufe00-\ufe0f\uffa0"
    "\U000e0100-\U000e01ef"
)
"""Letters and marks that nothing is drawn for: Unicode's Default_Ignorable_Code_Point, but for its
control and format characters, and the blank Braille pattern."""

_SUSPECT = re.compile(rf"[^ -~\w]|[{_BLANK}]")
"""What may have to be spelled out; most text has none of it."""


def few(names: Iterable[str], most: int) -> str:
    """Return the first of some names in words, and how many more there are.

    Example:
        >>> few("ab", 2), few("abcde", 2)
        ('a, b', 'a, b and 3 more')
    """
    names = list(names)
    more = f" and {len(names) - most:,} more" if len(names) > most else ""
    return ", ".join(names[:most]) + more


def many(number: int, what: str) -> str:
    """Return a number of things in words.

    Example:
        >>> many(1, "claim"), many(2048, "tensor")
        ('1 claim', '2,048 tensors')
    """
    return f"{number:,} {what}{'' if number == 1 else 's'}"


def did_you_mean(name: str, names: Iterable[str]) -> str:
    """Return the end of a message about a name that is not there: those of `names` that are near to
    it, or else those with its last part; empty if there is none.
    """
    known, last = sorted(names), name.rpartition(".")[2]
    near = difflib.get_close_matches(name, known, n=3)
    near = near or [one for one in known if one.rpartition(".")[2] == last][:3]
    return f"; did you mean {' or '.join(near)}?" if near else ""


def visible(text: str, *, keep: str = "") -> str:
    r"""Return a text in one line, with each character spelled out that a reader would not see, or
    that a terminal or page would obey: U+202E becomes ⟨U+202E⟩.

    These are control and format characters, escapes, C1 and bidirectional ones among them,
    surrogates, private and unassigned ones, and those that leave no ink. A break of a line becomes
    a space, and so does a gap so wide that a terminal could go on in the next line.

    Args:
        text: anything.
        keep: control characters that are left alone: "\n\t" where the page has lines of its own.

    Example:
        >>> visible("ok\x1b[2K\r\nthe gate passes\u202e")
        'ok⟨U+001B⟩[2K the gate passes⟨U+202E⟩'
    """
    if not keep:
        text = _BREAK.sub(" ", text)
    return _SUSPECT.sub(
        lambda found: found[0] if found[0] in keep or not _hidden(found[0]) else _spelled(found[0]),
        text,
    )


def _hidden(char: str) -> bool:
    category = unicodedata.category(char)
    # Of letters, marks and signs only those are suspected that leave no ink.
    return category[0] == "C" or category in ("Zl", "Zp") or bool(_INKLESS.fullmatch(char))


_INKLESS = re.compile(f"[{_BLANK}]")


def _spelled(char: str) -> str:
    return f"⟨U+{ord(char):04X}⟩"


def as_json(value: Any) -> str:
    r"""Return a value as indented JSON that reads back as it was, with `\u` escapes in place of the
    characters that `visible` spells out.
    """
    text = json.dumps(value, ensure_ascii=False, indent=2)
    return _SUSPECT.sub(
        lambda found: (
            json.dumps(found[0])[1:-1] if found[0] != "\n" and _hidden(found[0]) else found[0]
        ),
        text,
    )
