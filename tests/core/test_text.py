"""Foreign text that is made fit to be seen."""

from __future__ import annotations

import json
import unicodedata

import pytest
from hypothesis import given, strategies as st

from pyharness.core.text import as_json, visible

EVERY = "".join(map(chr, range(0x110000)))


def unseen(text: str) -> set[str]:
    """The characters of a text that a terminal obeys or that turn, break or hide text."""
    return {
        char
        for char in text
        if unicodedata.category(char) in ("Cc", "Cf", "Cs", "Co", "Cn", "Zl", "Zp")
    }


class TestVisible:
    def test_no_character_gets_through(self) -> None:
        """Of all of Unicode nothing is left that could be obeyed, nor a line unless it is kept."""
        assert not unseen(visible(EVERY))
        assert unseen(visible(EVERY, keep="\n\t")) == {"\n", "\t"}

    @pytest.mark.parametrize(
        ("text", "shown"),
        [
            ("\x1b[2K", "⟨U+001B⟩[2K"),
            ("\x9b31m", "⟨U+009B⟩31m"),
            ("a\u202eb\u2066c", "a⟨U+202E⟩b⟨U+2066⟩c"),
            ("a\u200bb\ufeffc\u00ad", "a⟨U+200B⟩b⟨U+FEFF⟩c⟨U+00AD⟩"),
            ("a\u3164b\ufe0f\u2800", "a⟨U+3164⟩b⟨U+FE0F⟩⟨U+2800⟩"),
            ("\udcff\U000e0041", "⟨U+DCFF⟩⟨U+E0041⟩"),
            ("a\r\nb", "a b"),
            ("a \n\n  b", "a b"),
            ("a\u2028b\u2029c\x85d\x0be\x0cf\x1cg\th", "a b c d e f g h"),
            (f"a{' ' * 200}b", "a b"),
        ],
    )
    def test_what_is_not_seen_is_spelled_out(self, text: str, shown: str) -> None:
        """Each kind of character, the breaks of lines, and a gap that reaches to the next line."""
        assert visible(text) == shown

    @pytest.mark.parametrize(
        "text", ["", "∀ (z q : Int8), q ≤ qRelu z q", "x̂ é 模型 עברית 🙂", "a  b", "a\xa0b", "⟨x⟩"]
    )
    def test_what_is_seen_is_left_alone(self, text: str) -> None:
        """Letters of any script, marks, signs and spaces."""
        assert visible(text) == text

    @given(st.text())
    def test_twice_is_once(self, text: str) -> None:
        """What is visible stays as it is."""
        assert visible(visible(text)) == visible(text)


class TestAsJson:
    def test_no_character_gets_through(self) -> None:
        """But the lines of the layout, and what is read back is what was written."""
        text = EVERY.replace("\U0010ffff", "")
        written = as_json({"a": text})
        assert unseen(written) == {"\n"} and written.count("\n") == 2
        # Two halves of a surrogate pair side by side are read as the pair.
        assert json.loads(written)["a"].encode("utf-16", "surrogatepass") == text.encode(
            "utf-16", "surrogatepass"
        )

    def test_text_stays_readable(self) -> None:
        """What can be seen is not escaped."""
        assert as_json(["∀ é"]) == '[\n  "∀ é"\n]'
