"""Declarations: what must hold before a constant is accepted.

| rule | what it asks |
|---|---|
| duplicate | a name is declared once, and a universe parameter is listed once |
| declared-type | a constant's type is a type (rule not-a-type), and its value is of that type |
| theorem | what a theorem states is a proposition |
| quotient | the four constants of the quotient have the names and types that `quotient.py` gives |
| recursor | a recursor, its rules and its flag K are those that the types make |
| record | what else is stored of an inductive type is as found here |

Described in "The Type Theory of Lean", 2.5 Definitions, and "Type Checking in Lean 4",
Declarations.
"""

from __future__ import annotations

import dataclasses
from collections.abc import Iterable, Mapping
from typing import Any

from .arithmetic import Arithmetic
from .checker import Checker
from .environment import Constant, Extended, mentioned
from .inductive import Declared, declare_family
from .names import Name, show_name
from .printing import show
from .quotient import require_quotient
from .reader import Declaration
from .refusal import Refused
from .terms import Term, Terms

__all__ = ["Kernel"]


class Kernel:
    """Accepts declarations, each on what was accepted before.

    Args:
        terms: makes the terms in the declarations.

    Attributes:
        constants: what was accepted.
    """

    def __init__(self, terms: Terms):
        self._terms = terms
        self.constants: dict[Name, Constant] = {}
        terms.budget.watch(self.constants, lasting=True)
        self._arithmetic = Arithmetic(terms, self.constants)

    def add(self, declaration: Declaration) -> None:
        """Accept a declaration.

        Raises:
            Refused: if it breaks a rule.
        """
        mark = self._terms.mark()
        if declaration.kind == "inductive":
            made = self._family(declaration.fields)
            mark = self._terms.mark()  # rules of recursors are kept, so their terms must be
        else:
            made = [self._single(declaration.kind, declaration.fields)]
        for constant in made:
            self.constants[constant.name] = constant
        for constant in made:
            self._arithmetic.learn(constant, self._checker(self.constants).equal)
        self._terms.forget(mark)
        self._terms.budget.hold(sum([len(constant.uses) for constant in made]))

    @property
    def computed(self) -> tuple[str, ...]:
        """The functions that are computed on literals by their names."""
        return tuple(sorted(map(show_name, self._arithmetic.functions)))

    def _checker(self, constants: Mapping[Name, Constant], levels: Iterable[Name] = ()) -> Checker:
        return Checker(self._terms, constants, self._arithmetic, levels=levels)

    def _require_new(self, names: Iterable[Name], levels: tuple[Name, ...]) -> None:
        seen: set[Name] = set()
        for name in names:
            if name in self.constants or name in seen:
                raise Refused("duplicate", f"{show_name(name)} is declared twice")
            if not name:
                raise Refused("duplicate", "a constant has no name")
            seen.add(name)
        if len(set(levels)) != len(levels):
            raise Refused("duplicate", "a universe parameter is listed twice")

    # ----------------------------------------------------------------------- one constant at a time
    def _single(self, kind: str, fields: Mapping[str, Any]) -> Constant:
        name, levels, type_, value = (
            fields["name"],
            fields["levelParams"],
            fields["type"],
            fields.get("value"),
        )
        self._require_new([name], levels)
        checker = self._checker(self.constants, levels)
        universe = checker.check_type(type_)
        if kind == "quot":
            require_quotient(self._terms, self.constants, fields["kind"], name, levels, type_)
        if kind == "thm":
            kind = "theorem"
            if not universe.is_zero:
                raise Refused(
                    "theorem", "what a theorem states is no proposition", term=show(type_)
                )
        height, uses = 0, mentioned(self._terms.budget, type_)
        if value is not None:
            found = checker.check(value)
            if not checker.equal(found, type_):
                raise Refused(
                    "declared-type",
                    f"the value has the type {show(found)}, not {show(type_)}",
                    term=show(value),
                )
            mentions = mentioned(self._terms.budget, value)
            uses |= mentions
            if kind == "def":
                height = 1 + max([self.constants[used].height for used in mentions], default=0)
        return Constant(name, kind, levels, type_, value, None, height, uses)

    # ------------------------------------------------------------------------------------- families
    def _family(self, fields: Mapping[str, Any]) -> list[Constant]:
        types, constructors, recursors = fields["types"], fields["ctors"], fields["recs"]
        if not types:
            raise Refused("record", "an inductive declaration has no types")
        levels, parameters = types[0]["levelParams"], types[0]["numParams"]
        self._require_new([item["name"] for item in (*types, *constructors, *recursors)], levels)
        of_name = {item["name"]: item for item in constructors}
        listed = [name for item in types for name in item["ctors"]]
        if len(set(listed)) != len(listed) or set(listed) != of_name.keys():
            raise Refused("record", "the constructors are not those that the types list")
        declared = [
            Declared(
                item["name"],
                item["type"],
                tuple([(name, of_name[name]["type"]) for name in item["ctors"]]),
            )
            for item in types
        ]
        elimination = next(
            (
                item["levelParams"][0]
                for item in recursors
                if len(item["levelParams"]) > len(levels)
            ),
            (),
        )
        if elimination in levels:
            raise Refused("duplicate", "a universe parameter is listed twice")
        made = declare_family(
            lambda constants: self._checker(constants, levels),
            self.constants,
            levels,
            parameters,
            declared,
            elimination,
        )
        stored = {item["name"]: item for item in (*types, *constructors, *recursors)}
        if {constant.name for constant in made} != stored.keys():
            raise Refused("recursor", "the recursors are not those of the family")
        known = Extended(self.constants)
        known.update({constant.name: constant for constant in made})
        checker = self._checker(known, made[-1].levels)
        return [_compared(checker, constant, stored[constant.name]) for constant in made]


def _compared(checker: Checker, constant: Constant, stored: Mapping[str, Any]) -> Constant:
    """Compare what is stored of a constant with what was found here; return the constant with the
    stored type.

    Types and rules of recursors need only be equal by definition: Lean leaves `optParam` out of
    them.
    """
    found: dict[str, object]
    if constant.kind == "inductive":
        inductive = constant.as_inductive
        found = {
            "all": inductive.family,
            "ctors": inductive.constructors,
            "numParams": inductive.parameters,
            "numIndices": inductive.indices,
            "numNested": inductive.nested,
            "isRec": inductive.recursive,
            "isReflexive": inductive.reflexive,
        }
    elif constant.kind == "ctor":
        constructor = constant.as_constructor
        found = {
            "induct": constructor.inductive,
            "cidx": constructor.index,
            "numParams": constructor.parameters,
            "numFields": constructor.fields,
        }
    else:
        recursor = constant.as_recursor
        found = {
            "all": recursor.family,
            "numParams": recursor.parameters,
            "numIndices": recursor.indices,
            "numMotives": recursor.motives,
            "numMinors": recursor.minors,
            "k": recursor.k,
        }
    found["levelParams"] = constant.levels
    for field, value in found.items():
        _require(constant, field, stored[field] == value)
    _require(constant, "type", _same(checker, stored["type"], constant.type))
    if constant.kind == "rec":
        rules = constant.as_recursor.rules
        listed = [(rule["ctor"], rule["nfields"]) for rule in stored["rules"]]
        _require(constant, "rules", listed == [(name, count) for name, (count, _) in rules.items()])
        for rule in stored["rules"]:
            _require(constant, "rules", _same(checker, rule["rhs"], rules[rule["ctor"]][1]))
    return dataclasses.replace(constant, type=stored["type"])


def _require(constant: Constant, field: str, holds: bool) -> None:
    if not holds:
        raise Refused(
            "recursor" if constant.kind == "rec" else "record",
            f"{field} of {show_name(constant.name)} is not what the declaration makes",
        )


def _same(checker: Checker, stored: Term, made: Term) -> bool:
    if stored is made:
        return True
    checker.check(stored)
    return checker.equal(stored, made)
