"""Strict reading of JSON files, and digests of what they hold."""

from __future__ import annotations

import hashlib
import json
import os
from pathlib import Path

import pytest
from hypothesis import given, strategies as st

from pyharness.core import json_files
from pyharness.core.errors import DocumentError
from pyharness.core.json_files import MAX_DEPTH, digest, parse, read_json


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
        with pytest.raises(DocumentError, match=words):
            parse(data)

    def test_depth(self) -> None:
        """Nesting up to the limit is read, brackets in strings do not count, and one more level is
        refused.
        """
        deep = b"[" * MAX_DEPTH + b"]" * MAX_DEPTH
        assert parse(deep) is not None
        assert parse(json.dumps(["[" * 100, '"' + "{" * 100, "\\"]).encode()) is not None
        with pytest.raises(DocumentError, match="deep"):
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
        with pytest.raises(DocumentError, match="not JSON"):
            parse(b'"' + b'\\"' * 1_000_000)


class TestReadJson:
    def test_names_the_file(self, tmp_path: Path) -> None:
        """The error of a bad file says which one it is."""
        (tmp_path / "bad.json").write_bytes(b"[NaN]")
        with pytest.raises(DocumentError, match=r"bad\.json: NaN"):
            read_json(tmp_path / "bad.json")

    def test_missing(self, tmp_path: Path) -> None:
        """A file that is not there is an error of usage."""
        with pytest.raises(DocumentError, match="cannot read .*none.json: No such file") as caught:
            read_json(tmp_path / "none.json")
        assert caught.value.exit_code == 2

    def test_not_a_file(self, tmp_path: Path) -> None:
        """A folder and a pipe are refused without waiting for them."""
        os.mkfifo(tmp_path / "pipe")
        for path in (tmp_path, tmp_path / "pipe"):
            with pytest.raises(DocumentError, match="is not a file"):
                read_json(path)

    def test_size(self, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
        """A file over the limit is refused before it is parsed."""
        monkeypatch.setattr(json_files, "MAX_BYTES", 2**20)
        (tmp_path / "big.json").write_bytes(b" " * (2**20 + 1))
        with pytest.raises(DocumentError, match="larger than 1 MiB"):
            read_json(tmp_path / "big.json")
