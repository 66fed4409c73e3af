"""The JSON Schemas of certificates and of recorded evidence. The package holds what is used;
`certificates/schema/` repeats it.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from functools import cache
from importlib.resources import files
from itertools import islice
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from jsonschema import Draft202012Validator

from pyharness.core.errors import DocumentError

__all__ = [
    "FORMER",
    "RECORDED",
    "SCHEMA",
    "VERSION",
    "arrange",
    "foreign",
    "require",
    "violations",
]

VERSION = "tiered-certificate-2"
"""The form that certificates are written in."""


def _read(version: str) -> dict[str, Any]:
    text = files(__package__).joinpath(f"{version}.schema.json").read_text("utf-8")
    schema: dict[str, Any] = json.loads(text)
    return schema


SCHEMA = _read(VERSION)
FORMER = _read("tiered-certificate-1")
"""The form before readings and coverage; certificates of it are read."""
RECORDED = _read("recorded-evidence-1")
"""The schema of recorded evidence, which has the certificate's form for evidence."""

_BY_ID = {schema["$id"]: schema for schema in (SCHEMA, FORMER, RECORDED)}


@cache
def _validator(id: str) -> Draft202012Validator:
    # Most commands validate nothing, and this takes a tenth of a second.
    from jsonschema import Draft202012Validator

    schema = _BY_ID[id]
    # A certificate has thousands of values that a definition is about. To look up each definition
    # once, and not at each value, halves the time.
    return Draft202012Validator(_inlined({**schema, "$defs": {}}, schema))


def _inlined(node: Any, schema: Mapping[str, Any]) -> Any:
    """Return a part of a schema with each reference replaced by what it refers to."""
    if isinstance(node, list):
        return [_inlined(item, schema) for item in node]
    if not isinstance(node, dict):
        return node
    inner = {key: _inlined(value, schema) for key, value in node.items() if key != "$ref"}
    if "$ref" not in node:
        return inner
    meant = _inlined(*_referred(node["$ref"], schema))
    both = inner.keys() & meant.keys() - {"description"}
    return {"allOf": [meant]} | inner if both else meant | inner


def _referred(
    reference: str, schema: Mapping[str, Any]
) -> tuple[Mapping[str, Any], Mapping[str, Any]]:
    """Return what a reference in a schema refers to, and the schema that holds it."""
    document, _, name = reference.partition("#/$defs/")
    there = _BY_ID.get(document, schema)
    return there["$defs"][name], there


def _schema_of(value: Any) -> Mapping[str, Any]:
    """The schema that a certificate says it follows; that of today if it names no known one."""
    former = isinstance(value, Mapping) and value.get("schema") == _name(FORMER)
    return FORMER if former else SCHEMA


def _name(schema: Mapping[str, Any]) -> str:
    name: str = schema["properties"]["schema"]["const"]
    return name


def violations(value: Any, schema: Mapping[str, Any] | None = None) -> list[tuple[str, str]]:
    """Return where (`claims/3/proof/line`) and how a value departs from a schema: the first 20
    places, if any. Without a schema, a certificate is held against that of its version.
    """
    schema = schema or _schema_of(value)
    errors = islice(_validator(schema["$id"]).iter_errors(value), 20)
    return [
        ("/".join(map(str, error.absolute_path)) or "certificate", _shorten(error.message))
        for error in errors
    ]


def foreign(value: Any) -> str | None:
    """Return in words why a JSON value is not a certificate of a version that is read; None if it
    says that it is one.
    """
    known = [_name(FORMER), _name(SCHEMA)]
    named = value.get("schema") if isinstance(value, Mapping) else None
    if named in known:
        return None
    if isinstance(named, str) and named.startswith("tiered-certificate-"):
        return (
            f"it follows the schema {_shorten(named)}, and this version reads {' and '.join(known)}; use "
            "the pyharness that wrote it"
        )
    return "it is JSON, but not a certificate; give a file that pyharness verify or audit wrote"


def require(value: Any, schema: Mapping[str, Any] | None = None) -> dict[str, Any]:
    """Return a value that fits a schema; without one, as `violations`.

    Raises:
        DocumentError: if it does not; the message says where and how.
    """
    if schema is None and (why := foreign(value)):
        raise DocumentError(why)
    faults = violations(value, schema)
    if faults:
        reasons = "; ".join(f"{where}: {fault}" for where, fault in faults[:5])
        name = _name(schema or _schema_of(value))
        raise DocumentError(f"it does not fit the schema {name}: {reasons}")
    fitting: dict[str, Any] = value
    return fitting


def arrange(value: Any, schema: Mapping[str, Any] | None = None) -> Any:
    """Return a value that fits a schema, or without one as `violations`, with its keys in the
    schema's order, and other keys sorted.
    """
    schema = schema or _schema_of(value)
    return _arrange(value, schema, schema)


def _arrange(value: Any, node: Mapping[str, Any], schema: Mapping[str, Any]) -> Any:
    if "$ref" in node:
        node, schema = _referred(node["$ref"], schema)
    if isinstance(value, Mapping):
        if "anyOf" in node:
            return _arrange(value, node["anyOf"][0], schema)
        known = node.get("properties", {})
        keys = [key for key in known if key in value] + sorted(
            key for key in value if key not in known
        )
        return {key: _arrange(value[key], known.get(key, {}), schema) for key in keys}
    if isinstance(value, list):
        return [_arrange(item, node.get("items", {}), schema) for item in value]
    return value


def _shorten(message: str, limit: int = 300) -> str:
    return (
        message if len(message) <= limit else f"{message[: limit // 2]} … {message[-limit // 2 :]}"
    )
