"""What identifiers look like."""

from __future__ import annotations

import pytest
from hypothesis import given, strategies as st

from pyharness.proofs.identifiers import look_alikes_inside, skeleton, unusual_characters


class TestSkeleton:
    @pytest.mark.parametrize(
        ("one", "other"),
        [
            ("succ", "suϲϲ"),
            ("True", "Тruе"),
            ("Nat", "Ｎａｔ"),
            ("x1", "xl"),
            ("O", "0"),
            ("α", "a"),
            ("norm", "norrn"),
            ("sum", "𝐬um"),
        ],
    )
    def test_look_alikes_share_one(self, one, other):
        """Letters of other scripts, digits and styled letters have the skeleton of what they look
        like.
        """
        assert skeleton(one) == skeleton(other)

    @pytest.mark.parametrize(
        ("one", "other"), [("succ", "pred"), ("a", "b"), ("λ", "k"), ("x₁", "x₂"), ("h", "h'")]
    )
    def test_others_do_not(self, one, other):
        """Names that nobody takes for each other differ."""
        assert skeleton(one) != skeleton(other)

    @given(st.text(max_size=12))
    def test_is_its_own(self, text):
        """A skeleton looks like what it is the skeleton of, so it is its own."""
        assert skeleton(skeleton(text)) == skeleton(text)


class TestScripts:
    @pytest.mark.parametrize("text", ["clip_le", "hα", "ℝ", "x₁", "φ", "Δx", "norm_σ", "é"])
    def test_mathematics_is_usual(self, text):
        """Latin, Greek and common symbols are what statements are written in."""
        assert not unusual_characters(text)

    @pytest.mark.parametrize(
        ("text", "mark"),
        [
            ("Nаt", "U+0430 CYRILLIC SMALL LETTER A"),
            ("sոc", "U+0578 ARMENIAN SMALL LETTER VO"),
            ("a\u200bb", "U+200B ZERO WIDTH SPACE"),
            ("a\x1bb", "U+001B unnamed"),
            ("a\u202eb", "U+202E RIGHT-TO-LEFT OVERRIDE"),
        ],
    )
    def test_other_scripts_and_what_nobody_sees_are_named(self, text, mark):
        """The character is named by its code point."""
        assert unusual_characters(text) == (mark,)

    @pytest.mark.parametrize(
        ("text", "found"),
        [("suϲc", 1), ("cοs", 1), ("clip_α", 0), ("α", 0), ("Δx", 0), ("ℓ1", 0), ("sum", 0)],
    )
    def test_greek_that_passes_for_latin_is_found_between_latin_letters(self, text, found):
        """A Greek letter on its own, or one that no Latin letter looks like, is not."""
        assert len(look_alikes_inside(text)) == found
