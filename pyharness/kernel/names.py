"""Hierarchical names, as tuples, so that two names are equal only if all their parts are."""

from __future__ import annotations

import re

__all__ = ["Name", "show_name"]

Name = tuple[str | int, ...]
"""The parts of a name. `foo.bar` is `("foo", "bar")`; `("a.b",)`, `("a", "b")`, `("a", 1)` and
`("a", "1")` all differ."""

_PLAIN = re.compile(r"[^\W\d][\w'!?]*")


def show_name(name: Name) -> str:
    """Return a name as Lean shows it: a part that is no identifier stands between « and »; where
    one is in it, it is doubled, so that no two names are shown alike.
    """
    return ".".join(
        part
        if isinstance(part, str) and _PLAIN.fullmatch(part)
        else str(part)
        if isinstance(part, int)
        else "«" + part.replace("»", "»»") + "»"
        for part in name
    )
