"""Lean's hierarchical names, as tuples, so that two names are equal only if all their parts are."""

from __future__ import annotations

import functools
import re

__all__ = [
    "Name",
    "is_made",
    "is_plain",
    "parse_name",
    "private_part",
    "quote_name",
    "show_name",
    "write_name",
]

Name = tuple[str | int, ...]
"""The parts of a name. `foo.bar` is `("foo", "bar")`; a number is a part that Lean made, never one
from a source."""

_PLAIN = re.compile(r"[^\W\d][\w'!?]*")
_ASCII = re.compile(r"[A-Za-z_][A-Za-z0-9_'!?]*")
_WRITABLE = re.compile(r"[^»\r\n]*")
_PART = re.compile(r"«([^»]*)»|([^.«»]+)")


_MADE = re.compile(
    r"_.*|(match|proof|hcongr)(_\d+)+|eq_(\d+|def|unfold)|congr_(eq_\d+|simp)|splitter|rec(On)?|"
    r"casesOn|i?below|b(inductionOn|recOn)(_\d+)?|below_\d+|noConfusion(Type|Enum)?|"
    r"(to)?[cC]torIdx|ctorElim(Type)?|sizeOf_spec|inj(Eq)?|(fun_cases|mutual_induct)(_unfolding)?|"
    r"induct_unfolding"
)
"""Last parts of names that Lean gives to what it makes along with a declaration."""
_WITHIN = re.compile(r"_.*|(match|proof)(_\d+)+|b(inductionOn|recOn)(_\d+)?")
"""Parts under which all is made."""


def is_made(name: Name) -> bool:
    """Whether a name is one that Lean gives to what it makes along with a declaration.

    Example:
        >>> is_made(("Demo", "T", "casesOn")), is_made(("Demo", "relu"))
        (True, False)
    """
    return any(isinstance(part, int) or _WITHIN.fullmatch(part) is not None for part in name) or (
        isinstance(name[-1], str) and _MADE.fullmatch(name[-1]) is not None
    )


def is_plain(part: str) -> bool:
    """Whether a part of a name is an identifier, which a source writes without « and »."""
    return _PLAIN.fullmatch(part) is not None


@functools.lru_cache(maxsize=1 << 16)
def show_name(name: Name) -> str:
    """Return a name as Lean shows it: a part that is no identifier stands between « and ».

    Example:
        >>> show_name(("Nat", "add comm", 1))
        'Nat.«add comm».1'
    """
    return ".".join(
        part
        if isinstance(part, str) and is_plain(part)
        else str(part)
        if isinstance(part, int)
        else f"«{part}»"
        for part in name
    )


def quote_name(name: Name) -> str:
    """Return a name as Lean's own programs read it from a text: a part that is no identifier for
    sure stands between « and ».

    Example:
        >>> quote_name(("Demo", "größe", "12"))
        'Demo.«größe».«12»'
    """
    return ".".join(
        str(part) if isinstance(part, int) or _ASCII.fullmatch(part) else f"«{part}»"
        for part in name
    )


def parse_name(text: str) -> Name | None:
    """Return the name that a text shows, or None if it shows none. It undoes `show_name`."""
    parts: list[str | int] = []
    position = 0
    while match := _PART.match(text, position):
        quoted, plain = match.groups()
        parts.append(quoted if plain is None else int(plain) if plain.isdecimal() else plain)
        position = match.end()
        if position == len(text):
            return tuple(parts)
        if text[position] != ".":
            return None
        position += 1
    return None


@functools.lru_cache(maxsize=1 << 16)
def write_name(name: Name) -> str | None:
    """Return how a source in another module writes a name, whatever is open there; None if it
    cannot.

    It cannot write a private name, one with a number or a line break in it, or one that a macro
    made up.
    """
    if not name or name[0] == "_private" or "_@" in name:
        return None
    if not all(isinstance(part, str) and _WRITABLE.fullmatch(part) for part in name):
        return None
    return "_root_." + ".".join(f"«{part}»" for part in name)


def private_part(name: Name) -> Name | None:
    """Return what a source calls a private constant; None for one that is not private.

    Example:
        >>> private_part(("_private", "Demo", 0, "Nat", "secret"))
        ('Nat', 'secret')
    """
    if name[:1] != ("_private",) or 0 not in name:
        return None
    return name[name.index(0) + 1 :]
