"""Writes the digests of the constants that are known in an export:
`python contrib/known_constants.py [EXPORT…]`.

These are the definitions of the library that ships with the harness and, of exports of Lean's own
library, those that notation for numbers stands for: of the names that the library's foundation
declares anew, the types of numbers, and the instances of the classes of operators. Without exports,
what is known of Lean's own library stays as it is. Run it when a definition of the library has
changed.
"""

from __future__ import annotations

import json
import sys
from collections.abc import Iterable
from pathlib import Path

ROOT = Path(__file__).resolve().parents[1]
sys.path.insert(0, str(ROOT))

from pyharness.pipeline.built import build_library  # noqa: E402
from pyharness.project.settings import load_project  # noqa: E402
from pyharness.proofs.cut import Index  # noqa: E402
from pyharness.proofs.environment import Environment  # noqa: E402
from pyharness.proofs.library import KNOWN, in_foundation  # noqa: E402
from pyharness.proofs.names import Name, is_made, parse_name, show_name, write_name  # noqa: E402
from pyharness.proofs.terms import CONST  # noqa: E402
from pyharness.proofs.toolchain import locate  # noqa: E402

DIGITS = 32
"""Of a digest that are kept."""
TYPES = (
    "Fin BitVec UInt8 UInt16 UInt32 UInt64 Int8 Int16 Int32 Int64 Rat List Array Vector Option "
    "Subtype Membership HMod HShiftLeft HShiftRight Dvd Append HAppend Max Min Zero One"
).split()
"""What is kept of Lean's own library beside the names of the foundation."""
OPERATORS = {
    *"HAdd HSub HMul HDiv HMod HPow Add Sub Mul Div Mod Pow NatPow Neg Inv LE LT OfNat".split(),
    *"NatCast IntCast Membership Dvd Append HAppend Max Min Zero One BEq Decidable".split(),
}
"""The classes whose instances are kept."""


def of_library() -> dict[str, dict[str, str]]:
    """Return the digests of the library's definitions, those of its foundation apart."""
    built = build_library(load_project(ROOT), locate(), progress=lambda *_: None)
    environment = Environment.load(built)
    names = list(filter(lambda name: _is_kept(environment, name), environment.modules))
    parts: dict[str, list[Name]] = {"foundation": [], "library": []}
    for name in names:
        part = "foundation" if in_foundation(environment.modules[name].name) else "library"
        parts[part].append(name)
    return {part: _digests(environment, found) for part, found in parts.items()}


def _is_kept(environment: Environment, name: Name) -> bool:
    kinds = ("def", "inductive", "axiom", "opaque", "quot")
    syntax = name[0] == "Lean" or any(
        "_" in str(part) and "«" in show_name((part,)) for part in name
    )
    return (
        environment.kind(name) in kinds
        and write_name(name) is not None
        and not (is_made(name) or syntax or environment.unsafe(name))
    )


def of_export(path: Path, names: Iterable[str]) -> tuple[str, dict[str, str]]:
    """Return the version of Lean of an export, and its digests of those of some names that rest on
    no axiom: what a public part of a module leaves out is one there.
    """
    index = Index(path)
    found = [name for text in (*names, *TYPES) if (name := parse_name(text)) in index.kinds]
    found += [name for name in index.kinds if _may_be_instance(index, name)]
    cut = ROOT / "build" / "known_constants.ndjson"
    with cut.open("wb") as file:
        index.write(found, file)
    environment = Environment.exported(path, cut.read_bytes())
    operators = {(name,) for name in OPERATORS}
    kept = [
        name
        for name in dict.fromkeys(found)
        if not environment.axioms(name)
        and (show_name(name) in (*names, *TYPES) or _class(environment, name) in operators)
    ]
    return index.meta.lean, _digests(environment, kept)


def _may_be_instance(index: Index, name: Name) -> bool:
    return (
        index.kinds[name] == "def"
        and not is_made(name)
        and write_name(name) is not None
        and name[0] not in ("Lean", "Std")
        and not {(operator,) for operator in OPERATORS}.isdisjoint(index.uses[name])
    )


def _class(environment: Environment, name: Name) -> Name | None:
    """Return the constant that a type is of behind its binders."""
    _, conclusion = environment.telescope(name)
    node = environment.terms.nodes[environment.terms.spine(conclusion)[0]]
    found: Name | None = node[1] if node[0] == CONST else None
    return found


def _digests(environment: Environment, names: Iterable[Name]) -> dict[str, str]:
    return {
        show_name(name): environment.whole_sha256(name)[:DIGITS]
        for name in sorted(names, key=show_name)
    }


def main(paths: list[str]) -> None:
    """Write the file."""
    known = {"lean": json.loads(KNOWN.read_text())["lean"] if KNOWN.exists() else {}} | of_library()
    for path in paths:
        version, digests = of_export(Path(path), known["foundation"])
        # What both have in common is there once.
        known["lean"][version] = {
            name: digest
            for name, digest in digests.items()
            if known["foundation"].get(name) != digest
        }
    KNOWN.write_text(json.dumps(known, ensure_ascii=False, indent=0, sort_keys=True) + "\n")


if __name__ == "__main__":
    main(sys.argv[1:])
