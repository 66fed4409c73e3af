"""Writes constants with all that they rest on in lean4export's NDJSON format 3.1.0, for a kernel to
check from nothing.

A line holds one JSON object: what wrote the file; a name, level or term, with the number that later
lines know it by; or what one declaration made. Each stands behind all that it mentions. What only
readers need (the names of bound variables, binder brackets) is kept where it is asked for, of types
and of definitions; elsewhere bound variables are anonymous and in round brackets. Metadata are left
out.
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator, Mapping, Sequence
from types import MappingProxyType
from typing import Any

from pyharness import __version__
from pyharness.proofs.constants import (
    Binder,
    Constant,
    Constructor,
    Definition,
    Detail,
    Inductive,
    Kind,
    Recursor,
    Tree,
)
from pyharness.proofs.environment import Environment
from pyharness.proofs.names import Name, show_name
from pyharness.proofs.olean import DamagedOlean
from pyharness.proofs.terms import APP, BVAR, CONST, LAM, LET, LIT, PI, SORT, term_parts
from pyharness.proofs.toolchain import GITHASH, VERSION

__all__ = ["FORMAT", "declarations", "export"]

FORMAT = "3.1.0"

_QUOT = (("Quot",), ("Quot", "mk"), ("Quot", "lift"), ("Quot", "ind"))
_BRACKETS: Mapping[Binder, str] = {
    "default": "default",
    "implicit": "implicit",
    "strict": "strictImplicit",
    "instance": "instImplicit",
}


def declarations(environment: Environment, names: Iterable[Name]) -> Iterator[tuple[Constant, ...]]:
    """Yield what declares the constants and all that they rest on, each declaration behind those
    that it mentions.

    A declaration is one constant; an inductive family with its constructors and recursors; or the
    four constants of the quotient.

    Raises:
        DamagedOlean: if declarations rest on each other, a family is incomplete, or a safe constant
            rests on an unsafe one.
    """
    groups = _Groups(environment)
    done: set[tuple[Name, ...]] = set()
    entered: set[tuple[Name, ...]] = set()
    for name in names:
        pending = [groups.of(name)]
        while pending:
            group = pending[-1]
            if group in done:
                pending.pop()
                continue
            constants = tuple(map(environment.constant, group))
            needed = {groups.of(used) for member in group for used in environment.uses(member)} - {
                group
            }
            missing = [item for item in sorted(needed, key=_by_name) if item not in done]
            if missing and group in entered:
                raise DamagedOlean(
                    f"{show_name(group[0])} and {show_name(missing[0][0])} rest on each other; build again"
                )
            entered.add(group)
            if missing:
                pending += missing
            else:
                _require_safe(environment, constants)
                done.add(group)
                pending.pop()
                yield constants


def _by_name(group: tuple[Name, ...]) -> str:
    return show_name(group[0])


def _require_safe(environment: Environment, constants: Sequence[Constant]) -> None:
    for constant in constants:
        if constant.safety != "safe":
            raise DamagedOlean(
                f"{show_name(constant.name)} is {constant.safety}, and a safe constant rests on it"
            )


class _Groups:
    """Knows which constants one declaration makes."""

    def __init__(self, environment: Environment):
        self._environment = environment
        self._recursors: dict[Name, list[Name]] = {}
        for name in environment.modules:
            detail = environment.constant(name).detail
            if isinstance(detail, Recursor) and detail.all:
                self._recursors.setdefault(detail.all[0], []).append(name)

    def of(self, name: Name) -> tuple[Name, ...]:
        """Return the constants of the declaration that makes `name`."""
        constant = self._environment.constant(name)
        if constant.kind == "quot":
            return _QUOT
        if isinstance(constant.detail, Constructor):
            constant = self._environment.constant(constant.detail.inductive)
        if isinstance(constant.detail, (Inductive, Recursor)) and constant.detail.all:
            family = self._family(constant.detail.all)
            if name in family:
                return family
            raise DamagedOlean(f"{show_name(name)} is in no inductive family; build again")
        return (name,)

    def _family(self, types: tuple[Name, ...]) -> tuple[Name, ...]:
        constructors: list[Name] = []
        for name in types:
            detail = self._environment.constant(name).detail
            if not isinstance(detail, Inductive) or detail.all != types:
                raise DamagedOlean(
                    f"{show_name(name)} is not of the family that it is listed in; build again"
                )
            constructors += detail.constructors
        return (*types, *constructors, *self._recursors.get(types[0], ()))


def export(
    environment: Environment,
    names: Iterable[Name],
    *,
    renamed: Mapping[Name, Name] = MappingProxyType({}),
    binders: bool = False,
) -> Iterator[str]:
    """Yield the lines, without line ends, that declare the constants and all that they rest on.

    Equal environments and names give equal lines. A constant in `renamed` is written under its
    other name everywhere; `binders` keeps what readers need.

    Raises:
        DamagedOlean: as `declarations`.
    """
    writer = _Writer(environment, renamed, binders)
    yield _json(
        {
            "meta": {
                "exporter": {"name": "pyharness", "version": __version__},
                "lean": {"githash": GITHASH, "version": VERSION},
                "format": {"version": FORMAT},
            }
        }
    )
    for constants in declarations(environment, names):
        made = writer.declaration(constants)
        yield from writer.take()
        yield from map(_json, made)


def _decimal(number: int) -> str:
    """Write a number of any length: Python's own conversion stops at 4,300 digits."""
    step = 10**4000
    parts: list[str] = []
    while number >= step:
        number, rest = divmod(number, step)
        parts.append(f"{rest:04000d}")
    return "".join([str(number), *reversed(parts)])


_json = json.JSONEncoder(ensure_ascii=False, separators=(",", ":")).encode


class _Writer:
    """Numbers names, levels and terms as the format does, and keeps the lines that introduce them
    until they are taken.
    """

    def __init__(self, environment: Environment, renamed: Mapping[Name, Name], binders: bool):
        self._environment, self._terms = environment, environment.terms
        self._renamed, self._binders = renamed, binders
        self._names: dict[Name, int] = {(): 0}
        self._levels: dict[int, int] = {}
        self._exprs: dict[int, int] = {}
        self._written: dict[str, int] = {}
        self._next_level = 1
        self._lines: list[str] = []

    def take(self) -> list[str]:
        """Return the lines since the last time."""
        lines, self._lines = self._lines, []
        return lines

    def declaration(self, constants: Sequence[Constant]) -> list[dict[str, Any]]:
        first = constants[0]
        if first.kind == "inductive":
            return [
                {
                    "inductive": {
                        plural: [self._constant(item) for item in constants if item.kind == kind]
                        for plural, kind in (
                            ("types", "inductive"),
                            ("ctors", "ctor"),
                            ("recs", "rec"),
                        )
                    }
                }
            ]
        word = {"theorem": "thm"}.get(first.kind, first.kind)
        return [{word: self._constant(item)} for item in constants]

    def _constant(self, constant: Constant) -> dict[str, Any]:
        # Readers of the format look a universe parameter up among the levels, so each has a line
        # even if no term uses it.
        for item in constant.levels:
            self.level(self._terms.add_level(("param", item)))
        type_, value = self._environment.trees(constant.name) if self._binders else (None, None)
        fields: dict[str, Any] = {
            "name": self.name(constant.name),
            "levelParams": self._list(constant.levels),
            "type": self.expr(constant.type) if type_ is None else self.tree(type_),
        }
        if constant.value is not None:
            fields["value"] = self.expr(constant.value) if value is None else self.tree(value)
        return fields | self._detail(constant.kind, constant.detail)

    def _detail(self, kind: Kind, detail: Detail) -> dict[str, Any]:
        match detail:
            case None:
                return {"isUnsafe": False}
            case str():
                return {"kind": detail}
            case Definition():
                family = {"all": self._list(detail.all)}
                if kind == "theorem":
                    return family
                if kind == "opaque":
                    return {"isUnsafe": False, **family}
                hints = detail.hints if isinstance(detail.hints, str) else {"regular": detail.hints}
                return {"hints": hints, "safety": "safe", **family}
            case Inductive():
                return {
                    "numParams": detail.parameters,
                    "numIndices": detail.indices,
                    "all": self._list(detail.all),
                    "ctors": self._list(detail.constructors),
                    "numNested": detail.nested,
                    "isRec": detail.recursive,
                    "isUnsafe": False,
                    "isReflexive": detail.reflexive,
                }
            case Constructor():
                return {
                    "induct": self.name(detail.inductive),
                    "cidx": detail.place,
                    "numParams": detail.parameters,
                    "numFields": detail.fields,
                    "isUnsafe": False,
                }
        rules = [
            {
                "ctor": self.name(rule.constructor),
                "nfields": rule.fields,
                "rhs": self.expr(rule.value),
            }
            for rule in detail.rules
        ]
        return {
            "all": self._list(detail.all),
            "numParams": detail.parameters,
            "numIndices": detail.indices,
            "numMotives": detail.motives,
            "numMinors": detail.minors,
            "rules": rules,
            "k": detail.k,
            "isUnsafe": False,
        }

    def _list(self, names: Sequence[Name]) -> list[int]:
        return [self.name(name) for name in names]

    def name(self, name: Name) -> int:
        return self._variable(self._renamed.get(name, name))

    def _variable(self, name: Name) -> int:
        for length in range(1, len(name) + 1):
            prefix = name[:length]
            if prefix not in self._names:
                part, before = prefix[-1], self._names[prefix[:-1]]
                form = (
                    {"num": {"pre": before, "i": part}}
                    if isinstance(part, int)
                    else {"str": {"pre": before, "str": part}}
                )
                self._names[prefix] = len(self._names)
                self._lines.append(_json(form | {"in": self._names[prefix]}))
        return self._names[name]

    def level(self, root: int) -> int:
        pending = [root]
        while pending:
            number = pending[-1]
            form, *parts = self._terms.levels[number]
            if number in self._levels:
                pending.pop()
            elif form == "zero":
                self._levels[number] = 0
            elif form != "param" and (
                missing := [part for part in parts if part not in self._levels]
            ):
                pending += missing
            else:
                value = (
                    self.name(parts[0])
                    if form == "param"
                    else self._levels[parts[0]]
                    if form == "succ"
                    else [self._levels[part] for part in parts]
                )
                self._levels[number] = self._next_level
                self._lines.append(_json({form: value, "il": self._next_level}))
                self._next_level += 1
        return self._levels[root]

    def expr(self, root: int) -> int:
        exprs, nodes = self._exprs, self._terms.nodes
        pending = [root]
        while pending:
            number = pending[-1]
            if number in exprs:
                pending.pop()
                continue
            node = nodes[number]
            parts = term_parts(node)
            missing = [part for part in parts if part not in exprs]
            if missing:
                pending += missing
                continue
            exprs[number] = self._write(self._expr(node, [exprs[part] for part in parts]))
        return exprs[root]

    def tree(self, root: Tree) -> int:
        """Write a term with what readers need."""
        nodes = self._terms.nodes
        made: dict[int, int] = {}
        pending = [root]
        while pending:
            tree = pending[-1]
            if id(tree) in made:
                pending.pop()
                continue
            missing = [part for part in tree.parts if id(part) not in made]
            if missing:
                pending += missing
                continue
            parts = [made[id(part)] for part in tree.parts]
            node = nodes[tree.number]
            made[id(tree)] = self._write(self._expr(node, parts, tree.binder, tree.info))
        return made[id(root)]

    def _write(self, line: dict[str, Any]) -> int:
        """Write a term, unless it was written before, and return its number."""
        text = _json(line)
        if text not in self._written:
            number = self._written[text] = len(self._written)
            self._lines.append(f'{text[:-1]},"ie":{number}}}')
        return self._written[text]

    def _expr(
        self,
        node: tuple[Any, ...],
        parts: Sequence[int],
        binder: Name = (),
        info: Binder = "default",
    ) -> dict[str, Any]:
        form = node[0]
        if form == BVAR:
            return {"bvar": node[1]}
        if form == SORT:
            return {"sort": self.level(node[1])}
        if form == CONST:
            return {
                "const": {"name": self.name(node[1]), "us": [self.level(item) for item in node[2]]}
            }
        if form == APP:
            return {"app": {"fn": parts[0], "arg": parts[1]}}
        if form in (LAM, PI):
            return {
                "lam" if form == LAM else "forallE": {
                    "name": self._variable(binder),
                    "binderInfo": _BRACKETS[info],
                    "type": parts[0],
                    "body": parts[1],
                }
            }
        if form == LET:
            return {
                "letE": {
                    "name": self._variable(binder),
                    "type": parts[0],
                    "value": parts[1],
                    "body": parts[2],
                    "nondep": False,
                }
            }
        if form == LIT:
            return (
                {"natVal": _decimal(node[1])} if isinstance(node[1], int) else {"strVal": node[1]}
            )
        return {"proj": {"typeName": self.name(node[1]), "idx": node[2], "struct": parts[0]}}
