"""Reads constants out of an export in lean4export's NDJSON format 3.1, each when it is asked for.

What is checked is what the second kernel reads of the same lines, so nothing here is believed that
it does not confirm: statements, definitions and axioms are compared by their digests.
"""

from __future__ import annotations

import io
import json
from array import array
from collections.abc import Iterator, Mapping
from typing import Any

from pyharness.proofs.constants import (
    Binder,
    Constant,
    Constructor,
    Definition,
    Detail,
    Inductive,
    Kind,
    Recursor,
    Rule,
    Safety,
    Tree,
)
from pyharness.proofs.cut import BadExport, read_meta
from pyharness.proofs.names import Name, show_name
from pyharness.proofs.terms import APP, BVAR, CONST, LAM, LET, LIT, PI, PROJ, SORT, Terms

__all__ = ["Exported"]

_KINDS: Mapping[str, Kind] = {
    "axiom": "axiom",
    "def": "def",
    "thm": "theorem",
    "opaque": "opaque",
    "quot": "quot",
    "types": "inductive",
    "ctors": "ctor",
    "recs": "rec",
}
_BINDERS: Mapping[str, Binder] = {
    "default": "default",
    "implicit": "implicit",
    "strictImplicit": "strict",
    "instImplicit": "instance",
}
_FORMS = {"lam": LAM, "forallE": PI}


class Exported:
    """The constants of an export.

    Of each line of a term only its place in the data is kept; it is read when a constant is.

    Args:
        data: the lines.
        terms: the store that the terms go to.

    Attributes:
        meta: what the export says of itself.
        kinds: the kind of each constant in it, by its name.

    Raises:
        BadExport: if it is none; any method can raise it.
    """

    def __init__(self, data: bytes, terms: Terms):
        self._data, self._terms = data, terms
        self.kinds: dict[Name, Kind] = {}
        self._names: list[Name] = [()]
        self._levels: list[int] = [terms.add_level(("zero",))]
        self._places = array("Q")
        self._records: dict[Name, Mapping[str, Any]] = {}
        self._made: dict[int, int] = {}
        self._classes: frozenset[Name] | None = None
        start = 0
        for count, line in enumerate(io.BytesIO(data), 1):
            try:
                if count == 1:
                    self.meta = read_meta(line)
                elif b'"ie":' in line:
                    self._places.append(start)
                else:
                    self._read(json.loads(line))
            except (ValueError, LookupError, TypeError, AttributeError) as error:
                raise BadExport(f"line {count} of the export: {error!r}") from None
            start += len(line)

    def _read(self, line: dict[str, Any]) -> None:
        key = next((key for key in ("in", "il") if key in line), None)
        if key is not None:
            del line[key]
        ((form, fields),) = line.items()
        if key == "in":
            part = fields["i"] if form == "num" else fields["str"]
            self._names.append((*self._names[fields["pre"]], part))
        elif key == "il":
            parts: tuple[Any, ...] = (
                (self._names[fields],)
                if form == "param"
                else (self._levels[fields],)
                if form == "succ"
                else tuple(self._levels[part] for part in fields)
            )
            self._levels.append(self._terms.add_level((form, *parts)))
        else:
            for name, item in [(form, fields)] if form != "inductive" else _family(fields):
                declared = self._names[item["name"]]
                if declared in self._records:
                    raise ValueError(f"{show_name(declared)} is declared twice")
                self._records[declared] = item
                self.kinds[declared] = _KINDS[name]

    # ------------------------------------------------------------------------------------ constants
    def constant(self, name: Name) -> Constant:
        """Return a constant, one of `kinds`."""
        item, kind = self._records[name], self.kinds[name]
        try:
            return Constant(
                name,
                kind,
                self._listed(item["levelParams"]),
                self._term(item["type"]),
                self._term(item["value"]) if kind in ("def", "theorem", "opaque") else None,
                self._safety(item),
                self._detail(kind, item),
            )
        except (LookupError, TypeError, ValueError) as error:
            raise self._damaged(name, error) from None

    def type(self, name: Name) -> int:
        """Return the number of the type of a constant, one of `kinds`."""
        try:
            return self._term(self._records[name]["type"])
        except (LookupError, TypeError, ValueError) as error:
            raise self._damaged(name, error) from None

    def type_name(self, name: Name) -> Name | None:
        """Return the constant that the type of a constant, one of `kinds`, is; None if it is
        anything else.
        """
        node = self._terms.nodes[self.type(name)]
        found: Name | None = node[1] if node[0] == CONST else None
        return found

    def classes(self) -> frozenset[Name]:
        """Return what is used as a class: an export does not list the classes, so these are the
        structures that an argument in square brackets is of.
        """
        if self._classes is None:
            found = set()
            for name in self.kinds:
                for tree in self._instances(self._records[name]["type"]):
                    head, _ = self._terms.spine(tree)
                    node = self._terms.nodes[head]
                    if node[0] == CONST and self.kinds.get(node[1]) == "inductive":
                        found.add(node[1])
            self._classes = frozenset(found)
        return self._classes

    def _instances(self, term: int) -> Iterator[int]:
        """Yield the conclusions of the types of the arguments in square brackets in front of a
        type.
        """
        while True:
            form, fields = self._line(term)
            if form == "forallE" and fields["binderInfo"] == "instImplicit":
                domain = self._term(fields["type"])
                while self._terms.nodes[domain][0] == PI:
                    domain = self._terms.nodes[domain][2]
                yield domain
            if form not in ("forallE", "letE", "mdata"):
                return
            term = fields["expr" if form == "mdata" else "body"]

    def binders(self, name: Name) -> tuple[tuple[Name, Binder], ...]:
        """Return the names of the binders in front of the type of a constant, one of `kinds`, and
        how their arguments are written; terms do not keep these.
        """
        found: list[tuple[Name, Binder]] = []
        term = self._records[name]["type"]
        while True:
            form, fields = self._line(term)
            if form in ("forallE", "letE"):
                found.append((self._names[fields["name"]], self._binder(fields)))
            elif form != "mdata":
                return tuple(found)
            term = fields["expr" if form == "mdata" else "body"]

    def trees(self, name: Name) -> tuple[Tree, Tree | None]:
        """Return the type of a constant, one of `kinds`, and what it is defined as if it is a
        definition, each as a `Tree`.
        """
        item = self._records[name]
        value = item["value"] if self.kinds[name] in ("def", "opaque") else None
        return self._tree(item["type"]), None if value is None else self._tree(value)

    # ---------------------------------------------------------------------------------------- terms
    def _line(self, term: int) -> tuple[str, Any]:
        start = self._places[term]
        line = json.loads(self._data[start : self._data.index(b"\n", start)])
        if line.pop("ie") != term:
            raise BadExport(f"the terms of the export are not numbered in order, at {term}")
        ((form, fields),) = line.items()
        return form, fields

    def _term(self, root: int) -> int:
        made, pending = self._made, [root]
        lines: dict[int, tuple[str, Any]] = {}
        while pending:
            term = pending[-1]
            if term in made:
                pending.pop()
                continue
            if term not in lines:
                lines[term] = self._line(term)
            form, fields = lines[term]
            missing = [part for part in _parts(form, fields) if part not in made]
            if any(part >= term for part in missing):
                raise BadExport(f"a term of the export mentions a later one, at {term}")
            pending += missing
            if not missing:
                made[term] = self._make(form, fields)
                del lines[term]
                pending.pop()
        return made[root]

    def _make(self, form: str, fields: Any) -> int:
        terms, made = self._terms, self._made
        if form == "app":
            return terms.add_pair(APP, made[fields["fn"]], made[fields["arg"]])
        if form in _FORMS:
            return terms.add_pair(_FORMS[form], made[fields["type"]], made[fields["body"]])
        if form == "const":
            levels = tuple(self._levels[level] for level in fields["us"])
            return terms.add((CONST, self._names[fields["name"]], levels))
        if form == "mdata":
            return made[fields["expr"]]
        if form == "letE":
            return terms.add((LET, *(made[fields[part]] for part in ("type", "value", "body"))))
        if form == "proj":
            structure = self._names[fields["typeName"]]
            return terms.add((PROJ, structure, fields["idx"], made[fields["struct"]]))
        if form == "natVal":
            return terms.add((LIT, _number(fields)))
        if form == "strVal":
            return terms.add((LIT, fields))
        return terms.add((SORT, self._levels[fields]) if form == "sort" else (BVAR, fields))

    def _tree(self, root: int) -> Tree:
        self._term(root)
        made: dict[int, Tree] = {}
        pending = [root]
        while pending:
            term = pending[-1]
            if term in made:
                pending.pop()
                continue
            form, fields = self._line(term)
            parts = _parts(form, fields)
            if missing := [part for part in parts if part not in made]:
                pending += missing
                continue
            if form == "mdata":
                made[term] = made[parts[0]]
                continue
            binds = form in ("lam", "forallE", "letE")
            made[term] = Tree(
                self._made[term],
                self._names[fields["name"]] if binds else (),
                self._binder(fields) if binds else "default",
                tuple(made[part] for part in parts),
            )
        return made[root]

    @staticmethod
    def _binder(fields: Mapping[str, Any]) -> Binder:
        return _BINDERS[fields["binderInfo"]] if "binderInfo" in fields else "default"

    # -------------------------------------------------------------------------------------- details
    def _listed(self, numbers: list[int]) -> tuple[Name, ...]:
        return tuple(self._names[number] for number in numbers)

    @staticmethod
    def _safety(item: Mapping[str, Any]) -> Safety:
        stated: Safety = item.get("safety", "unsafe" if item.get("isUnsafe") else "safe")
        return stated

    def _detail(self, kind: Kind, item: Mapping[str, Any]) -> Detail:
        if kind == "axiom":
            return None
        if kind == "quot":
            stated: Detail = item["kind"]
            return stated
        if kind in ("def", "theorem", "opaque"):
            hints = item.get("hints")
            return Definition(
                self._listed(item.get("all", [item["name"]])),
                hints["regular"] if isinstance(hints, dict) else hints,
            )
        if kind == "inductive":
            return Inductive(
                self._listed(item["all"]),
                self._listed(item["ctors"]),
                item["numParams"],
                item["numIndices"],
                item["numNested"],
                item["isRec"],
                item["isReflexive"],
            )
        if kind == "ctor":
            return Constructor(
                self._names[item["induct"]], item["cidx"], item["numParams"], item["numFields"]
            )
        rules = tuple(
            Rule(self._names[rule["ctor"]], rule["nfields"], self._term(rule["rhs"]))
            for rule in item["rules"]
        )
        return Recursor(
            self._listed(item["all"]),
            item["numParams"],
            item["numIndices"],
            item["numMotives"],
            item["numMinors"],
            rules,
            item["k"],
        )

    @staticmethod
    def _damaged(name: Name, error: Exception) -> BadExport:
        if isinstance(error, BadExport):
            return error
        return BadExport(f"the export's {show_name(name)} cannot be read: {error!r}")


def _family(fields: Mapping[str, Any]) -> list[tuple[str, Any]]:
    return [(part, item) for part in ("types", "ctors", "recs") for item in fields[part]]


def _parts(form: str, fields: Any) -> tuple[int, ...]:
    if form == "app":
        return fields["fn"], fields["arg"]
    if form in _FORMS:
        return fields["type"], fields["body"]
    if form == "letE":
        return fields["type"], fields["value"], fields["body"]
    if form == "proj":
        return (fields["struct"],)
    return (fields["expr"],) if form == "mdata" else ()


def _number(digits: str) -> int:
    """Read a number of any length: Python's own conversion stops at 4,300 digits."""
    number = 0
    for start in range(0, len(digits), 4000):
        part = digits[start : start + 4000]
        number = number * 10 ** len(part) + int(part)
    return number
