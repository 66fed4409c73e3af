"""The certificate's JSON Schema. The package holds the copy that is used; `certificates/schema/` repeats it."""
from __future__ import annotations

import json
from collections.abc import Mapping
from functools import cache
from importlib.resources import files
from itertools import islice
from typing import Any

from jsonschema import Draft202012Validator

from pyharness.errors import HarnessError

__all__ = ["SCHEMA", "VERSION", "CertificateError", "arrange", "require", "violations"]

VERSION = "tiered-certificate-1"

SCHEMA: dict[str, Any] = json.loads(files(__package__).joinpath(f"{VERSION}.schema.json").read_text("utf-8"))


class CertificateError(HarnessError):
    """A certificate that cannot be read, built or written."""


@cache
def _validator() -> Draft202012Validator:
    return Draft202012Validator(SCHEMA)


def violations(certificate: Any) -> list[tuple[str, str]]:
    """Return where (`claims/3/proof/line`) and how a value departs from the schema: the first 20 places, if any."""
    errors = islice(_validator().iter_errors(certificate), 20)
    return [("/".join(map(str, error.absolute_path)) or "certificate", _shorten(error.message)) for error in errors]


def require(certificate: Any) -> dict[str, Any]:
    """Return a certificate that fits the schema.

    Raises:
        CertificateError: if it does not; the message says where and how.
    """
    faults = violations(certificate)
    if faults:
        reasons = "; ".join(f"{where}: {fault}" for where, fault in faults[:5])
        raise CertificateError(f"it does not fit the schema {VERSION}: {reasons}")
    return certificate


def arrange(value: Any, node: Mapping[str, Any] = SCHEMA) -> Any:
    """Return a value that fits the schema with its keys in the schema's order, and other keys sorted."""
    if "$ref" in node:
        node = SCHEMA["$defs"][node["$ref"].removeprefix("#/$defs/")]
    if isinstance(value, Mapping):
        if "anyOf" in node:
            return arrange(value, node["anyOf"][0])
        known = node.get("properties", {})
        keys = [key for key in known if key in value] + sorted(key for key in value if key not in known)
        return {key: arrange(value[key], known.get(key, {})) for key in keys}
    if isinstance(value, list):
        return [arrange(item, node.get("items", {})) for item in value]
    return value


def _shorten(message: str, limit: int = 300) -> str:
    return message if len(message) <= limit else f"{message[: limit // 2]} … {message[-limit // 2:]}"
