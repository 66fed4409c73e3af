"""Canonical form, the layout of the file, and strict reading."""

from __future__ import annotations

import hashlib
import json
import os
from pathlib import Path
from typing import Any

import pytest
import rfc8785
from hypothesis import given, strategies as st

from pyharness.certificate import canonical
from pyharness.certificate.canonical import MAX_DEPTH, digest, file_bytes, parse, read_json
from pyharness.certificate.schema import CertificateError
from tests.certificate_samples import sealed

TEXT = st.text(st.characters(exclude_categories=["Cs"]), max_size=8)
KEYS = TEXT | st.sampled_from(["claims", "lean"])
NUMBERS = st.integers(1 - 2**53, 2**53 - 1) | st.floats(allow_nan=False, allow_infinity=False)
JSON = st.recursive(
    st.none() | st.booleans() | NUMBERS | TEXT,
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(KEYS, inner, max_size=4),
    max_leaves=12,
)


class TestDigest:
    def test_of_the_canonical_form(self) -> None:
        """It hashes RFC 8785: sorted keys, no spaces, numbers as ECMAScript writes them, the digest
        itself left out.
        """
        value = {"b": [1e30, 4.50, 2e-3, 1e-27], "a": "\u20ac\n", "digest": "x"}
        text = '{"a":"€\\n","b":[1e+30,4.5,0.002,1e-27]}'
        assert digest(value) == hashlib.sha256(text.encode()).hexdigest()

    @given(st.permutations(["a", "b", "c", "digest"]))
    def test_ignores_the_order_of_keys(self, keys: list[str]) -> None:
        """Equal objects have equal digests."""
        assert digest({key: key for key in keys}) == digest({key: key for key in "abc"})


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


class TestParse:
    @pytest.mark.parametrize(
        ("data", "words"),
        [
            (b"", "not JSON"),
            (b"{", "not JSON"),
            (b"{} {}", "not JSON"),
            (b"{'a': 1}", "not JSON"),
            (b'{"a": 1,}', "not JSON"),
            (b'{"a": 01}', "not JSON"),
            (b"\xef\xbb\xbf{}", "not JSON"),
            (b'{"a": "\xff"}', "not UTF-8"),
            ('{"a": 1}'.encode("utf-16"), "not UTF-8"),
            (b'{"a": 1, "b": 2, "a": 1}', "duplicate key 'a'"),
            (b'[{"a": {"b": 1, "\\u0062": 2}}]', "duplicate key 'b'"),
            (b"[NaN]", "NaN is not a finite number"),
            (b"[-Infinity]", "-Infinity is not a finite number"),
            (b"[1e999]", "1e999 is not a finite number"),
            (b"[" + b"9" * 5000 + b"]", "is not a finite number"),
            (b'["\\ud800"]', "not I-JSON"),
            (b'{"\\udc00": 1}', "not I-JSON"),
            (b"[" * 100_000, "nested more than 64 deep"),
            (b'{"a":' * 100_000, "nested more than 64 deep"),
        ],
    )
    def test_refuses(self, data: bytes, words: str) -> None:
        """Whatever two readers could read differently, or choke on, is refused with the reason."""
        with pytest.raises(CertificateError, match=words):
            parse(data)

    def test_depth(self) -> None:
        """Nesting up to the limit is read, brackets in strings do not count, and one more level is
        refused.
        """
        deep = b"[" * MAX_DEPTH + b"]" * MAX_DEPTH
        assert parse(deep) is not None
        assert parse(json.dumps(["[" * 100, '"' + "{" * 100, "\\"]).encode()) is not None
        with pytest.raises(CertificateError, match="deep"):
            parse(b"[" + deep + b"]")

    def test_large_integers_are_doubles(self) -> None:
        """An integer beyond 2^53 - 1 is read as the double that RFC 8785 takes it for."""
        assert parse(b"[9007199254740991, 9007199254740993, 1e3]") == [
            9007199254740991,
            9007199254740992.0,
            1000,
        ]

    def test_unclosed_strings_take_linear_time(self) -> None:
        """A file of escaped quotes is refused at once."""
        with pytest.raises(CertificateError, match="not JSON"):
            parse(b'"' + b'\\"' * 1_000_000)


class TestReadJson:
    def test_names_the_file(self, tmp_path: Path) -> None:
        """The error of a bad file says which one it is."""
        (tmp_path / "bad.json").write_bytes(b"[NaN]")
        with pytest.raises(CertificateError, match=r"bad\.json: NaN"):
            read_json(tmp_path / "bad.json")

    def test_missing(self, tmp_path: Path) -> None:
        """A file that is not there is an error of usage."""
        with pytest.raises(
            CertificateError, match="cannot read .*none.json: No such file"
        ) as caught:
            read_json(tmp_path / "none.json")
        assert caught.value.exit_code == 2

    def test_not_a_file(self, tmp_path: Path) -> None:
        """A folder and a pipe are refused without waiting for them."""
        os.mkfifo(tmp_path / "pipe")
        for path in (tmp_path, tmp_path / "pipe"):
            with pytest.raises(CertificateError, match="is not a file"):
                read_json(path)

    def test_size(self, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
        """A file over the limit is refused before it is parsed."""
        monkeypatch.setattr(canonical, "MAX_BYTES", 2**20)
        (tmp_path / "big.json").write_bytes(b" " * (2**20 + 1))
        with pytest.raises(CertificateError, match="larger than 1 MiB"):
            read_json(tmp_path / "big.json")
