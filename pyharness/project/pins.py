"""Pins: what the claims' theorems say, recorded so that no statement and no definition under it
changes unnoticed.
"""

from __future__ import annotations

import json
import os
from collections.abc import Iterable, Mapping, Sequence, Set
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from pyharness.core.errors import EXIT_UNMET, HarnessError, UsageError
from pyharness.core.json_files import read_json, write_bytes
from pyharness.proofs.audit import Proof
from pyharness.proofs.environment import Environment
from pyharness.proofs.names import Name, show_name
from pyharness.proofs.printing import Printer

__all__ = ["Change", "StatementChanged", "changes", "pin", "read_pins", "require_unchanged"]

_VERSION = 1
_DERIVED = {"ctor", "rec"}
"""Kinds that are pinned with their inductive type."""


@dataclass(frozen=True)
class Change:
    """One thing that differs from what was pinned: what it is, what was pinned and what it is now;
    None where absent.
    """

    what: str
    was: str | None
    now: str | None

    def __str__(self) -> str:
        lines = [self.what]
        for word, text in (("was", self.was), ("now", self.now)):
            if text is not None:
                lines += [
                    f"  {'' if number else word:3}  {line}"
                    for number, line in enumerate(text.splitlines())
                ]
        return "\n".join(lines)


class StatementChanged(HarnessError):
    """What a claim's theorem says differs from what was pinned.

    Attributes:
        changes: what differs.
    """

    exit_code = EXIT_UNMET

    def __init__(self, changes: Sequence[Change], path: Path):
        super().__init__(
            f"what the claims' theorems say is not what {path.name} records:\n"
            + "\n".join(map(str, changes))
            + "\nif all of this is meant, record it with: pyharness pin"
        )
        self.changes = tuple(changes)


def read_pins(path: Path) -> Mapping[str, Any] | None:
    """Return what was pinned, or None if nothing was.

    Raises:
        UsageError: if the file is not one that `pin` wrote.
    """
    if not os.path.lexists(path):
        return None
    pins = read_json(path)
    if not (
        isinstance(pins, dict)
        and pins.get("version") == _VERSION
        and _is_table(pins.get("foundation"), None)
        and _is_table(
            pins.get("theorems"), {"statement", "statement_sha256", "meaning_sha256", "definitions"}
        )
        and _is_table(pins.get("definitions"), {"text", "sha256"})
    ):
        raise UsageError(
            f"{path} does not hold pins; restore it, or write it anew with: pyharness pin"
        )
    return pins


def _is_table(part: Any, fields: Set[str] | None) -> bool:
    """Whether a part of a pins' file maps names to text, or to these fields."""
    return isinstance(part, dict) and all(
        isinstance(item, str)
        if fields is None
        else isinstance(item, dict) and item.keys() == fields
        for item in part.values()
    )


def require_unchanged(
    pins: Mapping[str, Any],
    path: Path,
    foundation: Mapping[str, str],
    environment: Environment,
    proofs: Mapping[str, Proof],
) -> None:
    """Check that each theorem that was pinned says what it said then, and that the foundation is
    the one of then.

    Raises:
        StatementChanged: if not.
    """
    known = {name: proof for name, proof in proofs.items() if name in pins["theorems"]}
    if found := changes(pins, _digests(foundation, environment, known), environment):
        raise StatementChanged(found, path)


def pin(
    path: Path,
    foundation: Mapping[str, str],
    environment: Environment,
    proofs: Mapping[str, Proof],
) -> list[Change]:
    """Record what the theorems say and what the foundation is; return what is new or differs from
    what was recorded.

    Raises:
        UsageError: if the file that is there was not written by `pin`.
        DocumentError: if it cannot be written; a file that was there is then as it was.
    """
    before = read_pins(path) or {"foundation": {}, "theorems": {}, "definitions": {}}
    now = _digests(foundation, environment, proofs)
    found = changes(before, now, environment)
    texts = _texts(environment, now["definitions"])
    definitions = {
        name: {"text": texts[name], "sha256": digest} for name, digest in now["definitions"].items()
    }
    pins = {"version": _VERSION, **now, "definitions": definitions}
    write_bytes(path, f"{json.dumps(pins, ensure_ascii=False, indent=1)}\n".encode())
    return found


def _digests(
    foundation: Mapping[str, str], environment: Environment, proofs: Mapping[str, Proof]
) -> dict[str, Any]:
    """Return what `pin` records, but for the definitions' texts."""
    under = {
        name: sorted(map(show_name, _pinned(environment, environment.meaning(name))))
        for name in proofs
    }
    definitions = sorted({item for names in under.values() for item in names})
    return {
        "foundation": dict(foundation),
        "theorems": {
            name: {
                "statement": proof.statement,
                "statement_sha256": proof.statement_sha256,
                "meaning_sha256": proof.meaning_sha256,
                "definitions": under[name],
            }
            for name, proof in sorted(proofs.items())
        },
        "definitions": {name: environment.definition_sha256(name) for name in definitions},
    }


def _pinned(environment: Environment, names: Iterable[Name]) -> Iterable[Name]:
    return (name for name in names if environment.constant(name).kind not in _DERIVED)


def _texts(environment: Environment, names: Iterable[str]) -> dict[str, str]:
    """Return each definition as it is printed from its term."""
    printer = Printer(environment)
    return {name: printer.definition(environment.constant(name).name).text for name in names}


def changes(
    pins: Mapping[str, Any],
    now: Mapping[str, Any],
    environment: Environment,
) -> list[Change]:
    """Return in what the library now differs from what was pinned: of the theorems in both or only
    in `now`.
    """
    found: list[Change] = []
    for file in sorted(pins["foundation"].keys() | now["foundation"].keys()):
        was, is_now = (part["foundation"].get(file) for part in (pins, now))
        if was != is_now:
            found.append(
                Change(
                    f"the foundation's {file}",
                    was and f"SHA-256 {was}",
                    is_now and f"SHA-256 {is_now}",
                )
            )
    below: dict[str, list[str]] = {}
    for name, theorem in now["theorems"].items():
        pinned = pins["theorems"].get(name)
        # Also how it reads: the text is what a reviewer of the pins sees.
        if pinned is None or any(
            pinned[field] != theorem[field] for field in ("statement", "statement_sha256")
        ):
            found.append(
                Change(
                    f"the statement of {name}", pinned and pinned["statement"], theorem["statement"]
                )
            )
        if pinned is not None and pinned["meaning_sha256"] != theorem["meaning_sha256"]:
            for definition in sorted({*pinned["definitions"], *theorem["definitions"]}):
                was = pins["definitions"].get(definition, {}).get("sha256")
                if definition not in pinned["definitions"] or was != now["definitions"].get(
                    definition
                ):
                    below.setdefault(definition, []).append(name)
    texts = _texts(environment, [name for name in below if environment.find(name)])
    for definition, theorems in below.items():
        was = pins["definitions"].get(definition, {}).get("text")
        others = f" and {len(theorems) - 1} more" if len(theorems) > 1 else ""
        found.append(
            Change(f"{definition}, under {theorems[0]}{others}", was, texts.get(definition))
        )
    return found
