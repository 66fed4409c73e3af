"""JSON files: strict reading, writing whole or not at all, and the canonical form that digests are
taken of (RFC 8785).
"""

from __future__ import annotations

import hashlib
import json
import math
import re
from collections.abc import Collection, Mapping
from pathlib import Path
from typing import Any

import rfc8785

from pyharness.core.errors import DocumentError
from pyharness.core.files import read_regular, write_whole

__all__ = [
    "MAX_BYTES",
    "MAX_DEPTH",
    "MAX_INTEGER",
    "canonical",
    "digest",
    "parse",
    "read_bytes",
    "read_json",
    "write_bytes",
]

MAX_BYTES = 64 * 2**20
MAX_DEPTH = 64
MAX_INTEGER = 2**53 - 1
"""The largest integer up to which a double holds every integer exactly."""

_TOKEN = re.compile(r'"(?:[^"\\]++|\\.)*+"?|[\[\]{}]', re.DOTALL)


def digest(document: Mapping[str, Any], without: Collection[str] = ("digest",)) -> str:
    """Return the SHA-256, in hexadecimal, of the RFC 8785 form of a mapping without some of its
    fields.

    Raises:
        DocumentError: if it is not I-JSON.
    """
    return hashlib.sha256(
        canonical({key: document[key] for key in document if key not in without})
    ).hexdigest()


def read_bytes(path: Path) -> bytes:
    """Return the bytes of a regular file of at most `MAX_BYTES`.

    Raises:
        DocumentError: if there is no such file, it cannot be read, or it is larger.
    """
    try:
        data = read_regular(path, MAX_BYTES + 1)
    except OSError as error:
        raise DocumentError(f"cannot read {path}: {error.strerror or error}") from error
    if len(data) > MAX_BYTES:
        raise DocumentError(f"{path} is larger than {MAX_BYTES // 2**20} MiB")
    return data


def write_bytes(path: Path, data: bytes) -> None:
    """Write a file whole or not at all; its folder is made if need be.

    Raises:
        DocumentError: if it cannot be written; a file that was there is then as it was.
    """
    try:
        write_whole(path, data)
    except OSError as error:
        raise DocumentError(
            f"cannot write {path}: {error.strerror or error}; nothing there was changed; "
            "make room or give a folder that can be written"
        ) from error


def read_json(path: Path) -> Any:
    """Return the JSON value in a file, read as `parse` does.

    Raises:
        DocumentError: if the file cannot be read, or is not I-JSON within the limits.
    """
    data = read_bytes(path)
    try:
        return parse(data)
    except DocumentError as error:
        raise DocumentError(f"{path}: {error}") from error


def parse(data: bytes) -> Any:
    """Return the JSON value that bytes hold.

    Two readers must not see two things, so what JSON leaves open is refused: bytes that are not
    UTF-8, duplicate keys, NaN and infinities, unpaired surrogates, and nesting beyond `MAX_DEPTH`.
    Integers beyond `MAX_INTEGER` are read as doubles, as RFC 8785 has it.

    Raises:
        DocumentError: if the bytes are not such JSON.
    """
    try:
        text = data.decode("utf-8")
        depth = 0
        for token in _TOKEN.finditer(text):
            depth += {"[": 1, "{": 1, "]": -1, "}": -1}.get(token[0], 0)
            if depth > MAX_DEPTH:
                raise DocumentError(f"nested more than {MAX_DEPTH} deep")
        value = json.loads(
            text,
            object_pairs_hook=_object,
            parse_int=_integer,
            parse_float=_double,
            parse_constant=_double,
        )
    except UnicodeDecodeError as error:
        raise DocumentError(f"not UTF-8: {error.reason} at byte {error.start}") from error
    except json.JSONDecodeError as error:
        raise DocumentError(f"not JSON: {error}") from error
    canonical(value)
    return value


def canonical(value: Any) -> bytes:
    """Return the RFC 8785 form of a JSON value.

    Raises:
        DocumentError: if it is not I-JSON.
    """
    try:
        return rfc8785.dumps(value)
    except (rfc8785.CanonicalizationError, UnicodeError) as error:
        raise DocumentError(f"not I-JSON: {error}") from error


def _object(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    value: dict[str, Any] = {}
    for key, item in pairs:
        if key in value:
            raise DocumentError(f"duplicate key {key[:40]!r}")
        value[key] = item
    return value


def _integer(literal: str) -> int | float:
    exact = len(literal) <= 17 and abs(int(literal)) <= MAX_INTEGER
    return int(literal) if exact else _double(literal)


def _double(literal: str) -> float:
    value = float(literal)
    if not math.isfinite(value):
        raise DocumentError(f"{literal[:40]} is not a finite number")
    return value
