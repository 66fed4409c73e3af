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
from collections.abc import Iterable, Mapping, Sequence
from typing import Any, TypeAlias

from .arithmetic import Arithmetic, Known
from .checker import Checker
from .environment import Constant, Constructor, Extended, Inductive, Recursor, used
from .inductive import Declared, declare_family
from .names import Name, show_name
from .printing import show
from .quotient import require_quotient, require_quotient_name
from .reader import Declaration
from .refusal import Refused
from .terms import Const, Lam, Pi, Term, Terms, head_of

__all__ = ["Kernel"]

_COMPILED = frozenset(
    ("Lean", name)
    for name in ("reduceBool", "reduceNat", "ofReduceBool", "ofReduceNat", "trustCompiler")
)
"""By which a proof rests on compiled code; native_decide makes an axiom of its own besides."""

_Said: TypeAlias = tuple[
    str, Mapping[str, Any], Inductive | Constructor | Recursor | None, Iterable[Name]
]
"""What a declaration says of a constant: its kind, its fields, its detail, and its family."""


class Kernel:
    """Takes declarations in, each on what was taken in before. What one says of itself is read by
    `assume` and checked by `verify`, and then its constants are for `take`, or for `adopt` where
    what they tell of numbers is known.

    Args:
        terms: makes the terms in the declarations.
        as_lean: whether functions on numbers are computed by name as well; see `arithmetic.py`.

    Attributes:
        constants: what was taken in.
        arithmetic: what is known of numbers and texts.
    """

    def __init__(self, terms: Terms, *, as_lean: bool = False):
        self._terms = terms
        self.constants: dict[Name, Constant] = {}
        terms.budget.watch(self.constants, lasting=True)
        self.arithmetic = Arithmetic(terms, self.constants, as_lean=as_lean)

    def adopt(self, made: Iterable[Constant], known: Known | None) -> None:
        """Take constants in, with what was found out of numbers when they were before."""
        for constant in made:
            self.constants[constant.name] = constant
        if known is not None:
            self.arithmetic.known = known

    def take(self, made: Iterable[Constant]) -> None:
        """Take constants in."""
        for constant in made:
            self.constants[constant.name] = constant
        mark = self._terms.mark()
        for constant in made:
            self.arithmetic.learn(constant, lambda: self._checker(self.constants))
        self._terms.forget(mark)

    def assume(self, declaration: Declaration) -> list[Constant]:
        """Return the constants that a declaration makes, by what it says of them.

        Raises:
            Refused: if it does not say it.
        """
        fields = declaration.fields
        if declaration.family is not None:
            made = _family(fields)
        else:
            if declaration.kind == "quot":
                require_quotient_name(fields["kind"], fields["name"])
            kind = "theorem" if declaration.kind == "thm" else declaration.kind
            made = [(kind, fields, None, ())]
        self._require_new([item["name"] for _, item, _, _ in made], made[0][1]["levelParams"])
        return [self._constant(*item) for item in made]

    def _constant(
        self,
        kind: str,
        fields: Mapping[str, Any],
        detail: Inductive | Constructor | Recursor | None,
        family: Iterable[Name],
    ) -> Constant:
        type_, value, height = fields["type"], fields.get("value"), 0
        roots = [type_] if value is None else [type_, value]
        uses = used(self._terms.budget, self.constants, *roots)
        if kind == "def":
            known = [self.constants[name].height for name in uses if name in self.constants]
            height = 1 + max(known, default=0)
        uses = tuple(dict.fromkeys([*uses, *family]))
        self._terms.budget.hold(len(uses) // 8)
        return Constant(
            fields["name"], kind, fields["levelParams"], type_, value, detail, height, uses
        )

    def verify(self, made: Sequence[Constant], family: Mapping[str, Any] | None) -> None:
        """Check the constants of a declaration on those that were taken in.

        Args:
            made: what `assume` returned.
            family: see `Declaration`.

        Raises:
            Refused: if it breaks a rule.
        """
        mark = self._terms.mark()
        try:
            if family is not None:
                self._verify_family(family, made)
            else:
                self._verify_single(made[0])
        finally:
            self._terms.forget(mark)

    def _checker(self, constants: Mapping[Name, Constant], levels: Iterable[Name] = ()) -> Checker:
        return Checker(self._terms, constants, self.arithmetic, levels=levels)

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
    def _verify_single(self, constant: Constant) -> None:
        type_, value = constant.type, constant.value
        _require_no_compiled_code(constant)
        checker = self._checker(self.constants, constant.levels)
        universe = checker.check_type(type_)
        if constant.kind == "quot":
            require_quotient(self._terms, self.constants, constant.name, constant.levels, type_)
        if constant.kind == "theorem" and not universe.is_zero:
            raise Refused("theorem", "what a theorem states is no proposition", term=show(type_))
        if value is not None:
            found = checker.check(value)
            if not checker.equal(found, type_):
                raise Refused(
                    "declared-type",
                    f"the value has the type {show(found)}, not {show(type_)}",
                    term=show(value),
                )

    # ------------------------------------------------------------------------------------- families
    def _verify_family(self, fields: Mapping[str, Any], stored: Sequence[Constant]) -> None:
        types, recursors = fields["types"], fields["recs"]
        levels = stored[0].levels
        types_of = {constant.name: constant.type for constant in stored}
        declared = [
            Declared(
                item["name"],
                item["type"],
                tuple([(name, types_of[name]) for name in item["ctors"]]),
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
        found = declare_family(
            lambda constants: self._checker(constants, levels),
            self.constants,
            levels,
            types[0]["numParams"],
            declared,
            elimination,
        )
        made = {constant.name: constant for constant in found}
        if made.keys() != types_of.keys():
            raise Refused("recursor", "the recursors are not those of the family")
        known = Extended(self.constants)
        known.update(made)
        checker = self._checker(known, found[-1].levels)
        for constant in stored:
            _compare(checker, constant, made[constant.name])


def _require_no_compiled_code(constant: Constant) -> None:
    """Decline what is so because compiled code said it: nothing of that is seen here. That Lean's
    library declares by what it can be said is no such thing.
    """
    if constant.kind == "axiom":
        said = [constant.name] if "native_decide" in constant.name else []
    else:
        said = [name for name in constant.uses if name in _COMPILED]
    if said and constant.name not in _COMPILED:
        raise Refused(
            "feature", f"{show_name(said[0])}: what compiled code gave is believed, not checked"
        )


def _family(fields: Mapping[str, Any]) -> list[_Said]:
    """Return what a declaration of inductive types says of its constants.

    Raises:
        Refused: if its parts do not fit together.
    """
    types, constructors, recursors = fields["types"], fields["ctors"], fields["recs"]
    if not types:
        raise Refused("record", "an inductive declaration has no types")
    listed = [name for item in types for name in item["ctors"]]
    if sorted(map(show_name, listed)) != sorted(show_name(item["name"]) for item in constructors):
        raise Refused("record", "the constructors are not those that the types list")
    family = [item["name"] for item in types]
    made: list[_Said] = []
    for item in types:
        inductive = Inductive(
            item["all"],
            item["ctors"],
            item["numParams"],
            item["numIndices"],
            item["isRec"],
            item["numNested"],
            item["isReflexive"],
        )
        made.append(("inductive", item, inductive, [*family, *item["ctors"]]))
    for item in constructors:
        constructor = Constructor(
            item["induct"], item["cidx"], item["numParams"], item["numFields"]
        )
        made.append(("ctor", item, constructor, [item["induct"]]))
    for item in recursors:
        recursor = Recursor(
            item["all"],
            (),
            item["numParams"],
            item["numIndices"],
            item["numMotives"],
            item["numMinors"],
            {rule["ctor"]: (rule["nfields"], rule["rhs"]) for rule in item["rules"]},
            item["k"],
        )
        recursor = dataclasses.replace(
            recursor, inductive=_inductive_of(item["type"], recursor.major)
        )
        if len(recursor.rules) != len(item["rules"]):
            raise Refused("recursor", "a constructor has two rules")
        made.append(("rec", item, recursor, family))
    return made


def _inductive_of(type_: Term, major: int) -> Name:
    """Return the type of the major premise of a recursor of a type.

    Raises:
        Refused: if it has none.
    """
    for _ in range(major):
        if type(type_) is not Pi:
            break
        type_ = type_.body
    head = head_of(type_.domain) if type(type_) is Pi else None
    if type(head) is not Const:
        raise Refused("recursor", "a recursor has no major premise of an inductive type")
    return head.name


def _compare(checker: Checker, stored: Constant, made: Constant) -> None:
    """Compare what is stored of a constant with what was found here.

    Types and rules of recursors need only be equal by definition: Lean leaves `optParam` out of
    them.

    Raises:
        Refused: if they differ.
    """
    _require(made, "kind", stored.kind == made.kind)
    _require(made, "levelParams", stored.levels == made.levels)
    _require(made, "type", _same(checker, stored.type, made.type))
    one, other = stored.detail, made.detail
    assert other is not None
    for field in dataclasses.fields(other):
        if field.name != "rules":
            _require(made, field.name, getattr(one, field.name) == getattr(other, field.name))
    if type(one) is not Recursor or type(other) is not Recursor:
        return
    counts = [[(name, count) for name, (count, _) in item.rules.items()] for item in (one, other)]
    _require(made, "rules", counts[0] == counts[1])
    for name, (count, rule) in one.rules.items():
        given = other.parameters + other.motives + other.minors + count
        _require(made, "rules", _functions(rule) >= given)
        _require(made, "rules", _same(checker, rule, other.rules[name][1]))


def _functions(term: Term) -> int:
    """Return how many functions stand at the front of a term."""
    count = 0
    while type(term) is Lam:
        term, count = term.body, count + 1
    return count


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
