"""Writes exports by hand: honest ones, and such as no compiler would write."""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping, Sequence
from typing import Any

from pyharness.kernel import Name, Refused
from pyharness.kernel.budget import Budget
from pyharness.kernel.declarations import Kernel
from pyharness.kernel.environment import Constant
from pyharness.kernel.inductive import Declared, declare_family
from pyharness.kernel.levels import Level
from pyharness.kernel.reader import FORMAT, Declaration, Reader
from pyharness.kernel.terms import BVar, Const, Lam, Let, Lit, Pi, Proj, Sort, Term, Terms, parts_of

__all__ = ["META", "Export", "Maker", "add", "basics"]

META = json.dumps(
    {
        "meta": {
            "exporter": {"name": "test", "version": "0"},
            "lean": {"githash": "", "version": ""},
            "format": {"version": FORMAT},
        }
    }
)


def add(kernel: Kernel, declaration: Declaration) -> None:
    """Check a declaration and take it in."""
    made = kernel.assume(declaration)
    kernel.verify(made, declaration.family)
    kernel.take(made)


class Maker(Terms):
    """Makes terms from short notation: a constant may be given as its name with dots, a bound
    variable as its number.
    """

    def of(self, term: Term | str | int) -> Term:
        if isinstance(term, str):
            return self.const(tuple(term.split(".")))
        return self.bvar(term) if isinstance(term, int) else term

    def level_of(self, level: Level | str | int) -> Level:
        if isinstance(level, str):
            return self.levels.param((level,))
        if isinstance(level, int):
            made = self.levels.zero
            for _ in range(level):
                made = self.levels.succ(made)
            return made
        return level

    def c(self, name: str, *levels: Level | str | int) -> Term:
        """A constant at levels."""
        return self.const(tuple(name.split(".")), tuple(map(self.level_of, levels)))

    def s(self, level: Level | str | int) -> Term:
        """A universe."""
        return self.sort(self.level_of(level))

    def a(self, function: Term | str | int, *arguments: Term | str | int) -> Term:
        """A function applied to arguments."""
        return self.apply(self.of(function), map(self.of, arguments))

    def f(self, *parts: Term | str | int) -> Term:
        """A function, by the types of its arguments and its body."""
        return self._chain(self.lam, parts)

    def p(self, *parts: Term | str | int) -> Term:
        """A type of functions, by the types of their arguments and that of their result."""
        return self._chain(self.pi, parts)

    def _chain(self, binder, parts: Sequence[Term | str | int]) -> Term:
        *domains, body = map(self.of, parts)
        for domain in reversed(domains):
            body = binder(domain, body)
        return body


class Export:
    """An export that grows by one declaration at a time.

    Attributes:
        make: makes its terms.
        lines: its lines.
        refusal: why the kernel refuses the last declaration; None if it does not.
        kernel: the kernel, with what it accepted of the declarations.
    """

    def __init__(self) -> None:
        self.make = Maker(Budget(300_000))
        self.kernel = Kernel(self.make)
        self._reader = Reader(self.make)
        self.lines: list[bytes] = []
        self._names: dict[Name, int] = {(): 0}
        self._levels: dict[Level, int] = {self.make.levels.zero: 0}
        self._exprs: dict[Term, int] = {}
        self._next = 1
        self.refusal: Exception | None = None

    @classmethod
    def begun(cls) -> Export:
        """Return an export that declares nothing yet."""
        export = cls()
        export.line(META)
        return export

    @classmethod
    def of(cls, lines: Iterable[bytes]) -> Export:
        """Return an export with these lines, to be continued."""
        export = cls()
        for line in lines:
            export.line(line.decode())
        reader = export._reader
        for known, numbers in (
            (reader._names, export._names),
            (reader._levels, export._levels),
            (reader._exprs, export._exprs),
        ):
            made = dict(enumerate(known.row)) | known._others
            numbers.update({item: number for number, item in made.items()})
            export._next = max(export._next, 1 + max(made, default=0))
        return export

    def line(self, line: str | dict[str, Any]) -> None:
        """Add a line as it is, and what it declares if the kernel accepts it."""
        text = line if isinstance(line, str) else json.dumps(line)
        self.lines.append(text.encode())
        declaration = self._reader.line(text.encode())
        if declaration is not None:
            self.make.budget.begin()
            try:
                add(self.kernel, declaration)
                self.refusal = None
            except (Refused, RecursionError) as refusal:
                self.refusal = refusal

    def _number(self) -> int:
        self._next += 1
        return self._next - 1

    # ------------------------------------------------------------------------- names, levels, terms
    def name(self, name: Name | str) -> int:
        parts = tuple(name.split(".")) if isinstance(name, str) else name
        if parts not in self._names:
            before = self.name(parts[:-1])
            number = self._names[parts] = self._number()
            last = (
                {"str": {"pre": before, "str": parts[-1]}}
                if isinstance(parts[-1], str)
                else {"num": {"pre": before, "i": parts[-1]}}
            )
            self.line({"in": number} | last)
        return self._names[parts]

    def level(self, level: Level) -> int:
        if level not in self._levels:
            parts = (
                self.name(level.name)
                if level.form == "param"
                else [self.level(part) for part in level.parts]
            )
            number = self._levels[level] = self._number()
            self.line({"il": number, level.form: parts[0] if level.form == "succ" else parts})
        return self._levels[level]

    def expr(self, term: Term) -> int:
        if term not in self._exprs:
            form = self._form(term, [self.expr(part) for part in parts_of(term)])
            number = self._exprs[term] = self._number()
            self.line({"ie": number} | form)
        return self._exprs[term]

    def _form(self, term: Term, parts: list[int]) -> dict[str, Any]:
        binder = {"name": 0, "binderInfo": "default"}
        match term:
            case BVar():
                return {"bvar": term.index}
            case Sort():
                return {"sort": self.level(term.level)}
            case Const():
                return {
                    "const": {
                        "name": self.name(term.name),
                        "us": [self.level(level) for level in term.levels],
                    }
                }
            case Lam() | Pi():
                return {
                    "lam" if isinstance(term, Lam) else "forallE": binder
                    | {"type": parts[0], "body": parts[1]}
                }
            case Let():
                return {
                    "letE": {
                        "name": 0,
                        "nondep": False,
                        "type": parts[0],
                        "value": parts[1],
                        "body": parts[2],
                    }
                }
            case Lit():
                return (
                    {"natVal": str(term.value)}
                    if isinstance(term.value, int)
                    else {"strVal": term.value}
                )
            case Proj():
                return {
                    "proj": {
                        "typeName": self.name(term.structure),
                        "idx": term.index,
                        "struct": parts[0],
                    }
                }
        return {"app": {"fn": parts[0], "arg": parts[1]}}

    # --------------------------------------------------------------------------------- declarations
    def declare(
        self,
        kind: str,
        name: Name | str,
        type_: Term | str,
        value: Term | str | None = None,
        /,
        *,
        levels: Sequence[Name | str] = (),
        **changes: Any,
    ) -> None:
        """Add an "axiom", "def", "thm", "opaque" or "quot"."""
        fields = self._common(name, levels, self.make.of(type_))
        if value is not None:
            fields |= {"value": self.expr(self.make.of(value)), "all": [fields["name"]]}
        if kind == "def":
            fields |= {"hints": "abbrev", "safety": "safe"}
        if kind in ("axiom", "opaque"):
            fields["isUnsafe"] = False
        self.line({kind: fields | changes})

    def family(
        self,
        types: Mapping[str, tuple[Term | str, Mapping[str, Term | str]]],
        *,
        levels: Sequence[str] = (),
        parameters: int = 0,
        changes: Mapping[str, Mapping[str, Any]] | None = None,
    ) -> None:
        """Add an inductive family: for each type its own type and the types of its constructors.

        Recursors and records are those that the kernel makes, if it makes any; `changes` has other
        fields, by constant.
        """
        of, split = self.make.of, lambda text: tuple(text.split("."))
        declared = [
            Declared(
                split(name),
                of(type_),
                tuple((split(item), of(part)) for item, part in constructors.items()),
            )
            for name, (type_, constructors) in types.items()
        ]
        self.declare_family(declared, [(level,) for level in levels], parameters, changes or {})

    def declare_family(
        self,
        declared: Sequence[Declared],
        levels: Sequence[Name],
        parameters: int,
        changes: Mapping[str, Mapping[str, Any]],
    ) -> None:
        """Add an inductive family, as `family`."""
        levels = tuple(levels)
        try:
            made = declare_family(
                lambda constants: self.kernel._checker(constants, levels),
                self.kernel.constants,
                levels,
                parameters,
                declared,
                ("elim",),
            )
        except (Refused, RecursionError):
            made = []
        records: dict[str, list[dict[str, Any]]] = {"types": [], "ctors": [], "recs": []}
        found = {constant.name: constant for constant in made}
        for item in declared:
            detail = found[item.name].detail if found else None
            records["types"].append(
                self._common(item.name, levels, item.type)
                | {
                    "numParams": parameters,
                    "numIndices": detail.indices if detail else 0,
                    "isUnsafe": False,
                    "all": [self.name(other.name) for other in declared],
                    "ctors": [self.name(name) for name, _ in item.constructors],
                    "numNested": detail.nested if detail else 0,
                    "isRec": bool(detail and detail.recursive),
                    "isReflexive": bool(detail and detail.reflexive),
                }
            )
            for place, (name, type_) in enumerate(item.constructors):
                records["ctors"].append(
                    self._common(name, levels, type_)
                    | {
                        "induct": self.name(item.name),
                        "cidx": place,
                        "numParams": parameters,
                        "isUnsafe": False,
                        "numFields": found[name].detail.fields if found else 0,
                    }
                )
        records["recs"] = [self._recursor(constant) for constant in made if constant.kind == "rec"]
        for record in (item for items in records.values() for item in items):
            record.update(changes.get(self._shown(record["name"]), {}))
        self.line({"inductive": records})

    def _shown(self, number: int) -> str:
        return ".".join(
            map(str, next(name for name, found in self._names.items() if found == number))
        )

    def _common(
        self, name: Name | str, levels: Iterable[Name | str], type_: Term
    ) -> dict[str, Any]:
        return {
            "name": self.name(name),
            "levelParams": [self.name(level) for level in levels],
            "type": self.expr(type_),
        }

    def _recursor(self, constant: Constant) -> dict[str, Any]:
        detail = constant.detail
        rules = [
            {"ctor": self.name(name), "nfields": count, "rhs": self.expr(rule)}
            for name, (count, rule) in detail.rules.items()
        ]
        return {
            "name": self.name(constant.name),
            "levelParams": [self.name(level) for level in constant.levels],
            "type": self.expr(constant.type),
            "all": [self.name(name) for name in detail.family],
            "numParams": detail.parameters,
            "numIndices": detail.indices,
            "numMotives": detail.motives,
            "numMinors": detail.minors,
            "rules": rules,
            "k": detail.k,
            "isUnsafe": False,
        }


def basics() -> Export:
    """Return an export with Nat, Bool, True, False, Eq, And, Prod, Unit, List, Acc, and the
    quotient.
    """
    export = Export.begun()
    make = export.make
    a, c, p, s = make.a, make.c, make.p, make.s
    prop, type_ = make.prop, make.type
    export.family({"Nat": (type_, {"Nat.zero": "Nat", "Nat.succ": p("Nat", "Nat")})})
    export.family({"Bool": (type_, {"Bool.false": "Bool", "Bool.true": "Bool"})})
    export.family({"True": (prop, {"True.intro": "True"})})
    export.family({"False": (prop, {})})
    export.family({"Unit": (type_, {"Unit.mk": "Unit"})})
    equal = c("Eq", "u")
    export.family(
        {"Eq": (p(s("u"), 0, 1, prop), {"Eq.refl": p(s("u"), 0, a(equal, 1, 0, 0))})},
        levels=["u"],
        parameters=2,
    )
    export.family(
        {"And": (p(prop, prop, prop), {"And.intro": p(prop, prop, 1, 1, a("And", 3, 2))})},
        parameters=2,
    )
    export.family(
        {
            "Exists": (
                p(s("u"), p(0, prop), prop),
                {"Exists.intro": p(s("u"), p(0, prop), 1, a(1, 0), a(c("Exists", "u"), 3, 2))},
            )
        },
        levels=["u"],
        parameters=2,
    )
    pair = c("Prod", "u", "v")
    universe = make.sort(make.levels.succ(make.levels.max(make.level_of("u"), make.level_of("v"))))
    of_u, of_v = (make.sort(make.levels.succ(make.level_of(level))) for level in "uv")
    export.family(
        {"Prod": (p(of_u, of_v, universe), {"Prod.mk": p(of_u, of_v, 1, 1, a(pair, 3, 2))})},
        levels=["u", "v"],
        parameters=2,
    )
    lists = c("List", "u")
    export.family(
        {
            "List": (
                p(of_u, of_u),
                {
                    "List.nil": p(of_u, a(lists, 0)),
                    "List.cons": p(of_u, 0, a(lists, 1), a(lists, 2)),
                },
            )
        },
        levels=["u"],
        parameters=1,
    )
    relation = p(0, 1, prop)
    export.family(
        {
            "Acc": (
                p(s("u"), relation, 1, prop),
                {
                    "Acc.intro": p(
                        s("u"),
                        relation,
                        1,
                        p(2, a(2, 0, 1), a(c("Acc", "u"), 4, 3, 1)),
                        a(c("Acc", "u"), 3, 2, 1),
                    )
                },
            )
        },
        levels=["u"],
        parameters=2,
    )
    quotient = c("Quot", "u")
    export.declare("quot", "Quot", p(s("u"), relation, s("u")), levels=["u"], kind="type")
    export.declare(
        "quot", "Quot.mk", p(s("u"), relation, 1, a(quotient, 2, 1)), levels=["u"], kind="ctor"
    )
    respects = p(3, 4, a(4, 1, 0), a(c("Eq", "v"), 4, a(3, 2), a(3, 1)))
    export.declare(
        "quot",
        "Quot.lift",
        p(s("u"), relation, s("v"), p(2, 1), respects, a(quotient, 4, 3), 3),
        levels=["u", "v"],
        kind="lift",
    )
    of_made = p(2, a(1, a(c("Quot.mk", "u"), 3, 2, 0)))
    export.declare(
        "quot",
        "Quot.ind",
        p(s("u"), relation, p(a(quotient, 1, 0), prop), of_made, a(quotient, 3, 2), a(2, 0)),
        levels=["u"],
        kind="ind",
    )
    return export
