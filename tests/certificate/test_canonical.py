"""The layout of a certificate's file."""

from __future__ import annotations

from typing import Any

import pytest
import rfc8785
from hypothesis import given, strategies as st

from pyharness.certificate.canonical import file_bytes
from pyharness.core.json_files import digest, parse
from tests.certificate_samples import sealed

TEXT = st.text(st.characters(exclude_categories=["Cs"]), max_size=8)
KEYS = TEXT | st.sampled_from(["claims", "lean"])
NUMBERS = st.integers(1 - 2**53, 2**53 - 1) | st.floats(allow_nan=False, allow_infinity=False)
JSON = st.recursive(
    st.none() | st.booleans() | NUMBERS | TEXT,
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(KEYS, inner, max_size=4),
    max_leaves=12,
)


class TestFileBytes:
    @given(st.dictionaries(KEYS, JSON, max_size=4))
    def test_reads_back(self, value: dict[str, Any]) -> None:
        """What is written is read back with the same digest, and written again gives the same
        bytes.
        """
        data = file_bytes(value)
        again = parse(data)
        assert digest(again) == digest(value)
        assert file_bytes(again) == data
        assert again == value

    @given(NUMBERS | TEXT)
    def test_scalars_stand_in_their_canonical_form(self, value: Any) -> None:
        """Numbers and strings are written as RFC 8785 has them, whichever way they are found
        faster.
        """
        assert file_bytes({"a": value}) == b'{"a": ' + rfc8785.dumps(value) + b"}\n"

    @pytest.mark.parametrize(
        "value",
        [
            0.0,
            -0.0,
            1.0,
            -2.5,
            1e-4,
            9.999e-5,
            1e-7,
            1e15,
            1e16,
            1e21,
            123456789012345680.0,
            0.1 + 0.2,
        ],
    )
    def test_floats_at_the_ends_of_a_form(self, value: float) -> None:
        """Where one form of numbers ends and another begins, too."""
        assert file_bytes({"a": value}) == b'{"a": ' + rfc8785.dumps(value) + b"}\n"

    def test_lines(self) -> None:
        """Short containers stand in one line, long ones have an item a line."""
        assert file_bytes({"a": [1, 2], "b": {}}) == b'{"a": [1, 2], "b": {}}\n'
        lines = file_bytes({"a": ["x" * 100, "y" * 100], "b": 1}).decode().splitlines()
        assert lines == [
            "{",
            ' "a": [',
            f'  "{"x" * 100}",',
            f'  "{"y" * 100}"',
            " ],",
            ' "b": 1',
            "}",
        ]

    def test_equal_certificates(self) -> None:
        """Two seals of the same project give the same bytes."""
        assert file_bytes(sealed()) == file_bytes(sealed())
