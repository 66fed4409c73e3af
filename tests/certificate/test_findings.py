"""Findings: their codes."""

from __future__ import annotations

import pytest

from pyharness.certificate.findings import CODES, Finding


def test_a_code_that_is_not_in_the_table_is_refused():
    """So that the table names every code there is."""
    with pytest.raises(ValueError, match="no code 'colour'; there are schema, digest"):
        Finding("colour", "claim a.b", "it is blue")


def test_a_finding_is_printed_without_its_code():
    """Where it is and what is wrong, for a reader."""
    assert str(Finding("digest", "digest", "it was changed")) == "digest: it was changed"


def test_codes_are_words_with_hyphens():
    """Each is one word for a program, and is explained in a sentence."""
    assert all(code.replace("-", "").isalpha() and code.islower() for code in CODES)
    assert all(meaning.endswith(".") for meaning in CODES.values())
