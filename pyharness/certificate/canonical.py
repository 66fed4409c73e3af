"""A certificate's file: equal bytes for equal certificates."""

from __future__ import annotations

from collections.abc import Mapping
from json.encoder import encode_basestring
from typing import Any

from pyharness.certificate.schema import SCHEMA, arrange
from pyharness.core.errors import DocumentError
from pyharness.core.json_files import MAX_INTEGER, canonical

__all__ = ["file_bytes"]

_WIDTH = 160


def file_bytes(certificate: Mapping[str, Any], schema: Mapping[str, Any] = SCHEMA) -> bytes:
    """Return the bytes of a certificate's file: equal for equal certificates.

    Keys stand in the schema's order, numbers and strings in the form of RFC 8785; what fits in a
    line stands in one.

    Raises:
        DocumentError: if the certificate is not I-JSON.
    """
    try:
        return f"{_layout(arrange(certificate, schema), {})}\n".encode()
    except UnicodeEncodeError as error:
        raise DocumentError(f"not I-JSON: {error}") from error


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
    return canonical(value).decode()
