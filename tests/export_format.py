"""The description of lean4export's NDJSON format 3.1.0 (its `format_ndjson.md`), as a table to hold
files against.
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator
from typing import Any

INTEGER, STRING, BOOLEAN = int, str, bool
INTEGERS, PAIR = "integers", "pair"
BINDER = {"default", "implicit", "strictImplicit", "instImplicit"}
DECLARED = {"name": INTEGER, "levelParams": INTEGERS, "type": INTEGER}

NAMES = {"str": {"pre": INTEGER, "str": STRING}, "num": {"pre": INTEGER, "i": INTEGER}}
LEVELS = {"succ": INTEGER, "max": PAIR, "imax": PAIR, "param": INTEGER}
EXPRESSIONS = {
    "bvar": INTEGER,
    "sort": INTEGER,
    "const": {"name": INTEGER, "us": INTEGERS},
    "app": {"fn": INTEGER, "arg": INTEGER},
    "lam": {"name": INTEGER, "type": INTEGER, "body": INTEGER, "binderInfo": BINDER},
    "forallE": {"name": INTEGER, "type": INTEGER, "body": INTEGER, "binderInfo": BINDER},
    "letE": {
        "name": INTEGER,
        "type": INTEGER,
        "value": INTEGER,
        "body": INTEGER,
        "nondep": BOOLEAN,
    },
    "proj": {"typeName": INTEGER, "idx": INTEGER, "struct": INTEGER},
    "natVal": STRING,
    "strVal": STRING,
}
FAMILY = {
    "types": {
        **DECLARED,
        "numParams": INTEGER,
        "numIndices": INTEGER,
        "all": INTEGERS,
        "ctors": INTEGERS,
        "numNested": INTEGER,
        "isRec": BOOLEAN,
        "isUnsafe": BOOLEAN,
        "isReflexive": BOOLEAN,
    },
    "ctors": {
        **DECLARED,
        "induct": INTEGER,
        "cidx": INTEGER,
        "numParams": INTEGER,
        "numFields": INTEGER,
        "isUnsafe": BOOLEAN,
    },
    "recs": {
        **DECLARED,
        "all": INTEGERS,
        "numParams": INTEGER,
        "numIndices": INTEGER,
        "numMotives": INTEGER,
        "numMinors": INTEGER,
        "rules": [{"ctor": INTEGER, "nfields": INTEGER, "rhs": INTEGER}],
        "k": BOOLEAN,
        "isUnsafe": BOOLEAN,
    },
}
DECLARATIONS = {
    "axiom": {**DECLARED, "isUnsafe": BOOLEAN},
    "def": {
        **DECLARED,
        "value": INTEGER,
        "hints": "hints",
        "safety": {"unsafe", "safe", "partial"},
        "all": INTEGERS,
    },
    "opaque": {**DECLARED, "value": INTEGER, "isUnsafe": BOOLEAN, "all": INTEGERS},
    "thm": {**DECLARED, "value": INTEGER, "all": INTEGERS},
    "quot": {**DECLARED, "kind": {"type", "ctor", "lift", "ind"}},
    "inductive": {name: [fields] for name, fields in FAMILY.items()},
}
META = {
    "meta": {
        "exporter": {"name": STRING, "version": STRING},
        "lean": {"githash": STRING, "version": STRING},
        "format": {"version": STRING},
    }
}
NUMBERED = (("in", NAMES, 1), ("il", LEVELS, 1), ("ie", EXPRESSIONS, 0))
"""The key of a line's own number, what it introduces, and the first such number: 0 is the empty
name, and the level 0."""


def is_of(value: Any, kind: Any) -> bool:
    """Whether a value has a kind: its fields are all there, and no others."""
    if isinstance(kind, dict):
        return (
            isinstance(value, dict)
            and value.keys() == kind.keys()
            and all(is_of(value[key], kind[key]) for key in kind)
        )
    if isinstance(kind, list):
        return isinstance(value, list) and all(is_of(item, kind[0]) for item in value)
    if isinstance(kind, set):
        return isinstance(value, str) and value in kind
    if kind == "hints":
        return value in ("opaque", "abbrev") or is_of(value, {"regular": INTEGER})
    if kind in (INTEGERS, PAIR):
        return is_of(value, [INTEGER]) and (kind == INTEGERS or len(value) == 2)
    return type(value) is kind and (kind is not INTEGER or value >= 0)


def faults(lines: Iterable[bytes]) -> Iterator[str]:
    """Yield where lines depart from the format, or from what readers of it count on: numbers follow
    each other, nothing is introduced twice, and a universe parameter has a level before a
    declaration names it.
    """
    counts = {key: first for key, _, first in NUMBERED}
    seen: set[str] = set()
    parameters: set[int] = set()
    for number, line in enumerate(lines, 1):
        value = json.loads(line)
        if number == 1:
            if not is_of(value, META) or value["meta"]["format"]["version"] != "3.1.0":
                yield "line 1: no metadata of format 3.1.0"
            continue
        for key, forms, _ in NUMBERED:
            if key in value:
                if (
                    value.pop(key) != counts[key]
                    or len(value) != 1
                    or not is_of(value, {word: forms.get(word) for word in value})
                ):
                    yield f"line {number}: {line[:80]!r}"
                counts[key] += 1
                if (text := json.dumps(value, sort_keys=True)) in seen:
                    yield f"line {number}: introduced twice"
                seen.add(text)
                parameters |= {value["param"]} if "param" in value else set()
                break
        else:
            if len(value) != 1 or not is_of(
                value, {word: DECLARATIONS.get(word) for word in value}
            ):
                yield f"line {number}: {line[:80]!r}"
                continue
            (content,) = value.values()
            declared = (
                [item for group in content.values() for item in group]
                if "types" in content
                else [content]
            )
            if any(set(item["levelParams"]) - parameters for item in declared):
                yield f"line {number}: a universe parameter without a level"
