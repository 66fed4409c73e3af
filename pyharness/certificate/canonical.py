"""A certificate as bytes: its canonical form and digest (RFC 8785), the file that is written, and
strict reading.
"""

from __future__ import annotations

import hashlib
import json
import math
import re
import stat
from collections.abc import Collection, Mapping
from json.encoder import encode_basestring
from pathlib import Path
from typing import Any

import rfc8785

from pyharness.certificate.schema import SCHEMA, CertificateError, arrange
from pyharness.core.files import write_whole

__all__ = [
    "MAX_BYTES",
    "MAX_DEPTH",
    "MAX_INTEGER",
    "digest",
    "file_bytes",
    "parse",
    "read_bytes",
    "read_json",
    "write_bytes",
]

MAX_BYTES = 64 * 2**20
MAX_DEPTH = 64
MAX_INTEGER = 2**53 - 1
"""The largest integer up to which a double holds every integer exactly."""

_WIDTH = 160
_TOKEN = re.compile(r'"(?:[^"\\]++|\\.)*+"?|[\[\]{}]', re.DOTALL)


def digest(certificate: Mapping[str, Any], without: Collection[str] = ("digest",)) -> str:
    """Return the SHA-256, in hexadecimal, of the RFC 8785 form of a certificate without some of its
    fields.

    Raises:
        CertificateError: if the certificate is not I-JSON.
    """
    return hashlib.sha256(
        _canonical({key: certificate[key] for key in certificate if key not in without})
    ).hexdigest()


def file_bytes(certificate: Mapping[str, Any], schema: Mapping[str, Any] = SCHEMA) -> bytes:
    """Return the bytes of a certificate's file: equal for equal certificates.

    Keys stand in the schema's order, numbers and strings in the form of RFC 8785; what fits in a
    line stands in one.

    Raises:
        CertificateError: if the certificate is not I-JSON.
    """
    try:
        return f"{_layout(arrange(certificate, schema), {})}\n".encode()
    except UnicodeEncodeError as error:
        raise CertificateError(f"not I-JSON: {error}") from error


def read_bytes(path: Path) -> bytes:
    """Return the bytes of a regular file of at most `MAX_BYTES`.

    Raises:
        CertificateError: if there is no such file, it cannot be read, or it is larger.
    """
    try:
        if not stat.S_ISREG(path.stat().st_mode):
            raise CertificateError(f"{path} is not a file")
        with path.open("rb") as file:
            data = file.read(MAX_BYTES + 1)
    except OSError as error:
        raise CertificateError(f"cannot read {path}: {error.strerror or error}") from error
    if len(data) > MAX_BYTES:
        raise CertificateError(f"{path} is larger than {MAX_BYTES // 2**20} MiB")
    return data


def write_bytes(path: Path, data: bytes) -> None:
    """Write a file whole or not at all; its folder is made if need be.

    Raises:
        CertificateError: if it cannot be written; a file that was there is then as it was.
    """
    try:
        write_whole(path, data)
    except OSError as error:
        raise CertificateError(
            f"cannot write {path}: {error.strerror or error}; nothing there was changed; "
            "make room or give a folder that can be written"
        ) from error


def read_json(path: Path) -> Any:
    """Return the JSON value in a file, read as `parse` does.

    Raises:
        CertificateError: if the file cannot be read, or is not I-JSON within the limits.
    """
    data = read_bytes(path)
    try:
        return parse(data)
    except CertificateError as error:
        raise CertificateError(f"{path}: {error}") from error


def parse(data: bytes) -> Any:
    """Return the JSON value that bytes hold.

    Two readers must not see two things, so what JSON leaves open is refused: bytes that are not
    UTF-8, duplicate keys, NaN and infinities, unpaired surrogates, and nesting beyond `MAX_DEPTH`.
    Integers beyond `MAX_INTEGER` are read as doubles, as RFC 8785 has it.

    Raises:
        CertificateError: if the bytes are not such JSON.
    """
    try:
        text = data.decode("utf-8")
        depth = 0
        for token in _TOKEN.finditer(text):
            depth += {"[": 1, "{": 1, "]": -1, "}": -1}.get(token[0], 0)
            if depth > MAX_DEPTH:
                raise CertificateError(f"nested more than {MAX_DEPTH} deep")
        value = json.loads(
            text,
            object_pairs_hook=_object,
            parse_int=_integer,
            parse_float=_double,
            parse_constant=_double,
        )
    except UnicodeDecodeError as error:
        raise CertificateError(f"not UTF-8: {error.reason} at byte {error.start}") from error
    except json.JSONDecodeError as error:
        raise CertificateError(f"not JSON: {error}") from error
    _canonical(value)
    return value


def _canonical(value: Any) -> bytes:
    try:
        return rfc8785.dumps(value)
    except (rfc8785.CanonicalizationError, UnicodeError) as error:
        raise CertificateError(f"not I-JSON: {error}") from error


def _object(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    value: dict[str, Any] = {}
    for key, item in pairs:
        if key in value:
            raise CertificateError(f"duplicate key {key[:40]!r}")
        value[key] = item
    return value


def _integer(literal: str) -> int | float:
    exact = len(literal) <= 17 and abs(int(literal)) <= MAX_INTEGER
    return int(literal) if exact else _double(literal)


def _double(literal: str) -> float:
    value = float(literal)
    if not math.isfinite(value):
        raise CertificateError(f"{literal[:40]} is not a finite number")
    return value


def _layout(value: Any, flats: dict[int, str], indent: int = 0, column: int = 0) -> str:
    flat = _flat(value, flats)
    if not isinstance(value, (dict, list)) or not value or column + len(flat) < _WIDTH:
        return flat
    inner = indent + 1
    if isinstance(value, dict):
        keys = [f"{_flat(key, flats)}: " for key in value]
        items = [
            key + _layout(item, flats, inner, inner + len(key))
            for key, item in zip(keys, value.values(), strict=True)
        ]
    else:
        items = [_layout(item, flats, inner, inner) for item in value]
    opening, closing = "{}" if isinstance(value, dict) else "[]"
    lines = ",\n".join(" " * inner + item for item in items)
    return f"{opening}\n{lines}\n{' ' * indent}{closing}"


def _flat(value: Any, flats: dict[int, str]) -> str:
    """Return a value in one line; `flats` keeps those of mappings and lists, by their ids."""
    if isinstance(value, (dict, list)):
        if id(value) not in flats:
            if isinstance(value, dict):
                items = ", ".join(
                    f"{_flat(key, flats)}: {_flat(item, flats)}" for key, item in value.items()
                )
            else:
                items = ", ".join(_flat(item, flats) for item in value)
            flats[id(value)] = f"{{{items}}}" if isinstance(value, dict) else f"[{items}]"
        return flats[id(value)]
    # For strings, these integers and most floats the standard library writes what RFC 8785 asks
    # for, in less time.
    if type(value) is str:
        return encode_basestring(value)
    if type(value) is int and abs(value) <= MAX_INTEGER:
        return str(value)
    if type(value) is float and 1e-4 <= abs(value) < 1e16:
        return repr(value).removesuffix(".0")
    return _canonical(value).decode()
