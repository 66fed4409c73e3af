"""What identifiers look like, by Unicode's data: which look alike, and which scripts they are in.

Source: Unicode Technical Standard 39, "Unicode Security Mechanisms", 4 Confusable Detection and 5
Detection Mechanisms. The data is that of the package `confusable_homoglyphs`.
"""

from __future__ import annotations

import functools
import re
import unicodedata
from collections import defaultdict
from collections.abc import Iterable

__all__ = ["look_alikes_inside", "skeleton", "unusual_characters"]

_SCRIPTS = frozenset({"LATIN", "GREEK", "COMMON", "INHERITED"})
"""The scripts in which an identifier of a statement may be: what mathematics is written in."""


@functools.cache
def _prototypes() -> dict[str, str]:
    """Return for each character that looks like others the one that stands for all of them.

    UTS 39 calls it the prototype, and maps to it. The package lists the pairs in both directions,
    so a prototype is the member of a class of look-alikes that the most others are listed with.
    """
    from confusable_homoglyphs.confusables import confusables_data

    listed = {
        plain: [other["c"].strip("\u200e") for other in others]
        for text, others in confusables_data.items()
        if (plain := text.strip("\u200e"))
    }
    class_of: dict[str, str] = {}

    def root(text: str) -> str:
        while (above := class_of.get(text, text)) != text:
            text = above
        return text

    for text, others in listed.items():
        for other in others:
            class_of.setdefault(text, text)
            class_of.setdefault(other, other)
            class_of[root(other)] = root(text)
    members: dict[str, list[str]] = defaultdict(list)
    for text in class_of:
        members[root(text)].append(text)
    found: dict[str, str] = {}
    for alike in members.values():
        prototype = max(alike, key=lambda text: (len(listed.get(text, ())), text.isascii(), text))
        found |= {text: prototype for text in alike if len(text) == 1}
    return found


@functools.lru_cache(maxsize=1 << 16)
def skeleton(text: str) -> str:
    """Return what all texts that look like this one have in common.

    Source: UTS 39, 4 Confusable Detection. Full-width and other compatibility forms are taken for
    the plain ones as well.

    Example:
        >>> skeleton("suϲϲ") == skeleton("succ"), skeleton("l0") == skeleton("1O")
        (True, True)
    """
    prototypes = _prototypes()
    before = ""
    while text != before:
        before = text
        marks = (
            plain
            for mark in unicodedata.normalize("NFD", text)
            for plain in (mark if mark in prototypes else unicodedata.normalize("NFKD", mark))
        )
        text = unicodedata.normalize("NFD", "".join(prototypes.get(mark, mark) for mark in marks))
    return text


@functools.lru_cache(maxsize=1 << 16)
def unusual_characters(text: str) -> tuple[str, ...]:
    """Return the characters of an identifier that are in no script that mathematics is written in,
    or that nobody can see, each as `U+0000 NAME`.

    Source: UTS 39, 5.1 Mixed-Script Detection.
    """
    from confusable_homoglyphs.categories import alias

    return _named(
        mark
        for mark in text
        if not mark.isprintable() or not (mark.isascii() or alias(mark) in _SCRIPTS)
    )


@functools.lru_cache(maxsize=1 << 16)
def look_alikes_inside(text: str) -> tuple[str, ...]:
    """Return the Greek letters of an identifier that look like Latin ones and stand in one word
    with Latin letters, each as `U+0000 NAME`.

    Source: UTS 39, 5.1 Mixed-Script Detection, and 4 Confusable Detection.

    Example:
        >>> look_alikes_inside("suϲϲ"), look_alikes_inside("clip_α")
        (('U+03F2 GREEK LUNATE SIGMA SYMBOL',), ())
    """
    from confusable_homoglyphs.categories import alias

    return _named(
        mark
        for word in re.split(r"[\W\d_]+", text)
        if any(mark.isascii() for mark in word)
        for mark in word
        if not mark.isascii()
        and alias(mark) == "GREEK"
        and (looks := skeleton(mark)).isascii()
        and looks.isalpha()
    )


def _named(marks: Iterable[str]) -> tuple[str, ...]:
    return tuple(
        f"U+{ord(mark):04X} {unicodedata.name(mark, 'unnamed')}" for mark in dict.fromkeys(marks)
    )
