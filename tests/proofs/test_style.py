"""The form of the library's source files: Mathlib's header, and lines of at most 100 characters."""

from __future__ import annotations

from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
SOURCES = sorted([ROOT / "LeanMining.lean", *(ROOT / "LeanMining").rglob("*.lean")])
HEADER = """/-
Copyright (c) 2026 The LeanMining authors. All rights reserved.
Released under Apache 2.0 license as described in the file LICENSE.
-/
prelude
"""
LONGEST = 100


def complaints(text: str) -> list[str]:
    """Return what is wrong with the form of a Lean source."""
    found = [] if text.startswith(HEADER) else ["the copyright header and `prelude` do not open it"]
    for number, line in enumerate(text.split("\n"), 1):
        if len(line) > LONGEST:
            found.append(f"line {number} has {len(line)} characters")
        if line != line.rstrip():
            found.append(f"line {number} ends with a space")
    return found


@pytest.mark.parametrize("path", SOURCES, ids=lambda path: path.relative_to(ROOT).as_posix())
def test_form(path):
    """Each file has the header, no long line and no trailing space."""
    assert complaints(path.read_text(encoding="utf-8")) == []


def test_every_module_is_documented():
    """Each file but the list of imports has a module docstring with a title."""
    modules = [path for path in SOURCES if path != ROOT / "LeanMining.lean"]
    assert [path for path in modules if "\n/-!\n# " not in path.read_text(encoding="utf-8")] == []


@pytest.mark.parametrize(
    ("text", "complaint"),
    [
        (HEADER.replace("2026", "2025"), "header"),
        (HEADER.removeprefix("/-\n"), "header"),
        ("prelude\n" + HEADER, "header"),
        (HEADER + "-- " + "x" * 98 + "\n", "line 6 has 101 characters"),
        (HEADER + "-- " + "α" * 98, "line 6 has 101 characters"),
        (HEADER + "set_option autoImplicit false \n", "line 6 ends with a space"),
    ],
)
def test_what_is_wrong_is_found(text, complaint):
    """A file without the header, with a long line or with a trailing space is complained of."""
    assert len(found := complaints(text)) == 1 and complaint in found[0]


def test_characters_are_counted_and_not_bytes():
    """A line of 100 characters is allowed, whatever their encoding takes."""
    assert complaints(HEADER + "-- " + "α" * 97 + "\n") == []
