"""Digests of what constants say, for comparison with what was pinned."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Callable, Mapping, Sequence
from typing import Any

from .budget import Budget
from .environment import Constant, Constructor, Inductive, Recursor, used
from .levels import Level
from .names import Name, show_name
from .terms import App, BVar, Const, Lam, Let, Lit, Pi, Proj, Sort, Term, parts_of

__all__ = ["Digests"]

_FORMS: Mapping[type[Term], str] = {App: "app", Lam: "lam", Pi: "forall", Let: "let"}


class Digests:
    """Digests of constants, terms and levels; each is a SHA-256 of a JSON array in ASCII without
    spaces.

    A term's array is the name of its form ("bvar", "sort", "const", "app", "lam", "forall", "let",
    "lit", "proj") and what is in it, where a term or level stands as its own digest, a name as the
    array of its parts, a number as ["nat", its hexadecimal digits] and a text as ["str", itself]. A
    level's array is the name of its form and its parts; a universe parameter is ["param", its place
    among those of the constant].
    """

    def __init__(self, constants: Mapping[Name, Constant]):
        self._constants, self._budget = constants, Budget(None)
        self._terms: dict[tuple[Name, ...], dict[Term | Level, str]] = {}

    def statement(self, name: Name) -> str:
        """Return the digest of a constant's statement: ["statement", number of universe parameters,
        its type].
        """
        constant = self._constants[name]
        return _sha256(
            ["statement", len(constant.levels), self._term(constant.type, constant.levels)]
        )

    def meaning(self, name: Name) -> str:
        """Return the digest of a constant's statement and of all that gives it its meaning.

        That is ["meaning", the statement's digest, a list] with, for each constant but theorems
        that the type mentions or that such a one rests on, sorted by name: name, kind, number of
        universe parameters, type, and value or null.
        """
        seen: set[Name] = set()
        pending = list(used(self._budget, self._constants, self._constants[name].type))
        while pending:
            item = pending.pop()
            if item not in seen and self._constants[item].kind != "theorem":
                seen.add(item)
                pending += self._constants[item].uses
        return _sha256(
            [
                "meaning",
                self.statement(name),
                [self._described(item) for item in sorted(seen, key=show_name)],
            ]
        )

    def definition(self, name: Name, is_proof: Callable[[Constant], bool]) -> str:
        """Return the digest of what a constant is defined as, with all under it.

        That is ["definition", a list] with, for the constant and each that it rests on, sorted by
        name, what `meaning` has of it. Of a proof it has no value and no kind, and of what only its
        statement mentions nothing: to what is computed it makes no difference.
        """
        seen: dict[Name, list[Any]] = {}
        pending = [name]
        while pending:
            item = pending.pop()
            if item not in seen:
                constant = self._constants[item]
                if is_proof(constant):
                    seen[item] = [list(item), "proof", self.statement(item)]
                else:
                    seen[item] = self._described(item)
                    pending += constant.uses
        return _sha256(["definition", [seen[item] for item in sorted(seen, key=show_name)]])

    def declaration(self, made: Sequence[Constant], below: Mapping[Name, str]) -> str | None:
        """Return the digest of a declaration with all that it rests on; None if that is not known.

        That is ["declaration", a list, a list] with all that the constants say, what is recorded of
        inductive types included, and the digests of the declarations of what they mention, sorted.

        Args:
            made: the constants that it makes.
            below: the digests of the declarations before it, by the names of their constants.
        """
        own = {constant.name for constant in made}
        used_by = {name for constant in made for name in constant.uses} - own
        if not used_by <= below.keys():
            return None
        return _sha256(
            [
                "declaration",
                [[*self._described(item.name), self._recorded(item)] for item in made],
                sorted({below[name] for name in used_by}),
            ]
        )

    def _recorded(self, constant: Constant) -> list[Any]:
        detail = constant.detail
        if isinstance(detail, Recursor):
            rules = [
                [list(name), fields, self._term(value, constant.levels)]
                for name, (fields, value) in detail.rules.items()
            ]
            counts = [detail.parameters, detail.indices, detail.motives, detail.minors, detail.k]
            return [list(map(list, detail.family)), list(detail.inductive), *counts, rules]
        if isinstance(detail, Constructor):
            counts = [detail.index, detail.parameters, detail.fields]
            return [list(detail.inductive), *counts]
        if isinstance(detail, Inductive):
            flags = [detail.parameters, detail.indices, detail.nested]
            flags += [detail.recursive, detail.reflexive]
            return [list(map(list, detail.family)), list(map(list, detail.constructors)), *flags]
        return []

    def _described(self, name: Name) -> list[Any]:
        constant = self._constants[name]
        value = None if constant.value is None else self._term(constant.value, constant.levels)
        return [
            list(name),
            constant.kind,
            len(constant.levels),
            self._term(constant.type, constant.levels),
            value,
        ]

    def _term(self, root: Term, parameters: tuple[Name, ...]) -> str:
        done = self._terms.setdefault(parameters, {})
        places = {name: place for place, name in enumerate(parameters)}
        pending: list[Term | Level] = [root]
        while pending:
            item = pending[-1]
            missing = [part for part in _parts(item) if part not in done]
            pending += missing
            if not missing:
                pending.pop()
                if item not in done:
                    done[item] = _sha256(
                        _level_fields(item, places, done)
                        if isinstance(item, Level)
                        else _fields(item, done)
                    )
        return done[root]


def _parts(item: Term | Level) -> tuple[Term | Level, ...]:
    if isinstance(item, Level):
        return item.parts
    if type(item) is Sort:
        return (item.level,)
    return item.levels if type(item) is Const else parts_of(item)


def _level_fields(
    level: Level, places: Mapping[Name, int], done: Mapping[Term | Level, str]
) -> list[Any]:
    if level.form == "param":
        return ["param", places[level.name]]
    return [level.form, *[done[part] for part in level.parts]]


def _fields(term: Term, done: Mapping[Term | Level, str]) -> list[Any]:
    if type(term) is BVar:
        return ["bvar", term.index]
    if type(term) is Sort:
        return ["sort", done[term.level]]
    if type(term) is Const:
        return ["const", list(term.name), [done[level] for level in term.levels]]
    if type(term) is Lit:
        return [
            "lit",
            ["nat", f"{term.value:x}"] if type(term.value) is int else ["str", term.value],
        ]
    if type(term) is Proj:
        return ["proj", list(term.structure), term.index, done[term.term]]
    return [_FORMS[type(term)], *[done[part] for part in parts_of(term)]]


def _sha256(value: Any) -> str:
    return hashlib.sha256(json.dumps(value, separators=(",", ":")).encode()).hexdigest()
