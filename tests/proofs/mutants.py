"""Changes honest declarations at random, for two kernels to judge."""

from __future__ import annotations

import random
from collections.abc import Callable
from functools import partial

from pyharness.kernel import Constant, Name, Refused
from pyharness.kernel.checker import Checker
from pyharness.kernel.inductive import Declared
from pyharness.kernel.levels import Level
from pyharness.kernel.terms import App, BVar, Const, Lam, Lit, Pi, Proj, Sort, Term, spine, subterms
from tests.kernel_exports import Export

__all__ = ["Mutator"]


class Mutator:
    """Adds mutants of the declarations of an export to it.

    Args:
        export: an export that the kernel accepts.
        seed: of all that is random.
    """

    def __init__(self, export: Export, seed: int):
        self._export, self._make, self._random = export, export.make, random.Random(seed)
        self._singles = [
            constant for constant in export.kernel.constants.values() if constant.value is not None
        ]
        self._families = [
            constant
            for constant in export.kernel.constants.values()
            if constant.kind == "inductive" and constant.detail.family[0] == constant.name
        ]
        self._constants = list(export.kernel.constants.values())
        self._by_type: dict[Term, list[Term]] = {}
        for constant in self._constants:
            if not constant.levels:
                self._by_type.setdefault(constant.type, []).append(self._make.const(constant.name))
        self._number = 0

    def declaration(self) -> tuple[str, list[bytes], Name]:
        """Add a mutant; return what it is, its lines, and its name."""
        self._number += 1
        start = len(self._export.lines)
        what, name = self._random.choices(
            [self._single, self._equation, self._family, self._invented], [4, 4, 2, 3]
        )[0]()
        return what, self._export.lines[start:], name

    # ----------------------------------------------------------------------------- single constants
    def _single(self) -> tuple[str, Name]:
        constant = self._random.choice(self._singles)
        kind = {"theorem": "thm"}.get(constant.kind, constant.kind)
        if self._random.random() < 0.1:
            kind = self._random.choice(["thm", "def", "opaque"])
        type_, value, levels = constant.type, constant.value, constant.levels
        changed = self._random.random()
        if changed < 0.35:
            type_ = self._changed(type_)
        elif changed < 0.9:
            value = self._changed(value)
        elif changed < 0.95:
            type_ = self._random.choice(self._singles).type
        else:
            levels = self._random.choice([levels[1:], levels[::-1], (*levels, ("more",))])
        name = ("Mutant", self._number)
        self._export.declare(kind, name, type_, value, levels=levels)
        return f"{kind} {'.'.join(map(str, constant.name))}", name

    def _equation(self) -> tuple[str, Name]:
        """Claim that a part of a declaration is equal by definition to something like it."""
        constant = self._random.choice(self._singles)
        checker = self._export.kernel._checker(self._export.kernel.constants, constant.levels)
        part = self._random.choice(
            [part for part in subterms(constant.type, constant.value) if not part.loose]
        )
        if _mentions_universe(checker.type_of(part)):
            part = self._make.lit(2)
        make, other = self._make, part
        for _ in range(self._random.choice([1, 1, 2, 3])):
            other = self._random.choice(
                [self._reduced, self._expanded, self._expanded, self._changed_part]
            )(checker, other)
        type_ = checker.type_of(part)
        if isinstance(checker.whnf(type_), Sort):
            kind, statement, value = "def", make.pi(part, other), make.lam(part, make.bvar(0))
        else:
            predicate = make.pi(type_, make.prop)
            given, wanted = (
                make.app(make.bvar(place), term) for place, term in enumerate((part, other))
            )
            kind, statement = "thm", make.pi(predicate, make.pi(given, wanted))
            value = make.lam(predicate, make.lam(given, make.bvar(0)))
        self._export.declare(
            kind, ("Mutant", self._number), statement, value, levels=constant.levels
        )
        return f"equation {'.'.join(map(str, constant.name))}", ("Mutant", self._number)

    def _changed_part(self, checker: Checker, term: Term) -> Term:
        other = self._changed(term)
        return term if other.loose else other

    def _inside(self, term: Term, change: Callable[[Term], Term]) -> Term:
        """Change some part that is bound nowhere, wherever it stands in a term."""
        part = self._random.choice([part for part in subterms(term) if not part.loose])
        return self._make.rewrite(term, {part: change(part)}.get)

    def _reduced(self, checker: Checker, term: Term) -> Term:
        """The same with some part reduced."""

        def unfolded(part: Term) -> Term:
            return checker.unfold(part) or part

        def reduced(part: Term) -> Term:
            return self._random.choice([checker.whnf, checker.core, unfolded])(part)

        try:
            return self._inside(term, reduced)
        except (Refused, KeyError):
            return term

    def _expanded(self, checker: Checker, term: Term) -> Term:
        """The same with some part expanded by a rule of equality."""
        make = self._make

        def expanded(part: Term) -> Term:
            type_ = checker.type_of(part)
            reduced = checker.whnf(type_)
            head, arguments = spine(reduced)
            forms = [lambda: make.app(make.lam(make.of("Nat"), part), make.lit(7))]
            if not _mentions_universe(type_):
                forms += [
                    lambda: make.app(make.lam(type_, make.bvar(0)), part),
                    lambda: make.let(type_, part, make.bvar(0)),
                ]
            if isinstance(reduced, Pi) and not _mentions_universe(reduced.domain):
                forms += [lambda: make.lam(reduced.domain, make.app(part, make.bvar(0)))] * 3
            constant = checker.constants.get(head.name) if isinstance(head, Const) else None
            if constant and constant.kind == "inductive" and constant.detail.is_structure:
                made = checker.constants[constant.detail.constructors[0]]
                forms += [
                    lambda: make.apply(
                        make.apply(make.const(made.name, head.levels), arguments),
                        [
                            make.proj(constant.name, place, part)
                            for place in range(made.detail.fields)
                        ],
                    )
                ] * 3
            others = [other for other in self._by_type.get(type_, ()) if other is not part]
            if others:
                forms += [lambda: self._random.choice(others)] * 2
            return self._random.choice(forms)()

        try:
            return self._inside(term, expanded)
        except (Refused, KeyError):
            return term

    # ---------------------------------------------------------------------------------------- terms
    def _changed(self, term: Term) -> Term:
        """Return a term with one part changed, wherever it stands in it."""
        parts = list(subterms(term))
        for _ in range(20):
            part = self._random.choice(parts)
            other = self._other(part, parts)
            if other is not None and other is not part:
                return self._make.rewrite(term, {part: other}.get)
        return term

    def _other(self, part: Term, parts: list[Term]) -> Term | None:
        changes: list[Callable[[Term], Term | None]] = [
            partial(self._pointer, parts=parts),
            partial(self._pointer, parts=parts),
            self._detour,
            self._own,
        ]
        return self._random.choice(changes)(part)

    def _pointer(self, part: Term, parts: list[Term]) -> Term:
        """Another part of the term, by preference one that needs no more binders around it, or a
        constant.
        """
        if self._random.random() < 0.2:
            return self._constant()
        alike = [
            other for other in parts if other.loose <= part.loose and type(other) is type(part)
        ]
        return self._random.choice(alike if alike and self._random.random() < 0.8 else parts)

    def _constant(self) -> Term:
        constant = self._random.choice(self._constants)
        return self._make.const(constant.name, tuple(self._level() for _ in constant.levels))

    def _level(self) -> Level:
        levels = self._make.levels
        return self._random.choice(
            [
                levels.zero,
                levels.one,
                levels.succ(levels.one),
                levels.param(("u",)),
                levels.imax(levels.one, levels.param(("u",))),
            ]
        )

    def _both(self, left: Level, right: Level, how: str) -> Level:
        """Return a "max" or "imax" in the form that Lean gives it, since Lean takes not all that
        are equal as equal.
        """
        levels = self._make.levels
        if how == "imax" and right.form in ("zero", "param", "imax"):
            return right if right.form == "zero" or left is right else levels.imax(left, right)
        if left is right or left.form == "zero":
            return right
        return left if right.form == "zero" else levels.max(left, right)

    def _detour(self, part: Term) -> Term | None:
        """The same thing in other words, where nothing has to be moved under a binder."""
        make, choice = self._make, self._random.choice
        if part.loose:
            return None
        type_ = choice([make.of("Nat"), make.prop, make.type, part])
        return choice(
            [
                lambda: make.app(make.lam(type_, make.bvar(0)), part),
                lambda: make.app(
                    make.lam(type_, part), choice([make.lit(3), make.of("Nat"), part])
                ),
                lambda: make.let(type_, part, make.bvar(0)),
                lambda: make.let(make.of("Nat"), make.lit(1), part),
                lambda: make.lam(type_, make.app(part, make.bvar(0))),
                lambda: make.proj(("And",), 0, part),
            ]
        )()

    def _own(self, part: Term) -> Term | None:
        """What can be changed in a term of its form."""
        make, choice = self._make, self._random.choice
        match part:
            case BVar():
                return make.bvar(max(0, part.index + choice([-2, -1, 1, 2])))
            case Sort():
                return make.sort(
                    choice(
                        [
                            self._level(),
                            make.levels.succ(part.level),
                            self._both(self._level(), part.level, choice(["max", "imax"])),
                        ]
                    )
                )
            case Const():
                known = self._export.kernel.constants.get(part.name)
                same = [
                    other.name for other in self._constants if known and other.type is known.type
                ]
                return choice(
                    [
                        make.const(choice(same or [part.name]), part.levels),
                        make.const(part.name, part.levels[::-1]),
                        make.const(part.name, tuple(self._level() for _ in part.levels)),
                        make.const(part.name, (*part.levels, self._level())),
                    ]
                )
            case App():
                return choice(
                    [
                        part.function,
                        part.argument,
                        make.app(part.argument, part.function),
                        make.app(part, part.argument),
                        make.app(
                            make.app(part.function.function, part.argument), part.function.argument
                        )
                        if isinstance(part.function, App)
                        else part.function,
                    ]
                )
            case Lam():
                return choice(
                    [
                        make.pi(part.domain, part.body),
                        part.body,
                        make.lam(part.domain, part),
                        part.domain,
                    ]
                )
            case Pi():
                return choice(
                    [
                        make.lam(part.domain, part.body),
                        part.body,
                        make.pi(part.domain, part),
                        part.domain,
                        make.pi(part.body, part.domain),
                    ]
                )
            case Lit():
                if isinstance(part.value, int):
                    return choice(
                        [
                            make.lit(part.value + 1),
                            make.lit(max(part.value - 1, 0)),
                            make.of("Nat.zero"),
                            make.app(make.of("Nat.succ"), make.lit(max(part.value - 1, 0))),
                        ]
                    )
                return choice([make.lit(part.value + "a"), make.lit(3)])
            case Proj():
                return choice(
                    [
                        make.proj(part.structure, part.index + 1, part.term),
                        make.proj(part.structure, 0, part.term),
                        make.proj(("And",), part.index, part.term),
                        part.term,
                    ]
                )
        return None

    # ------------------------------------------------------------------------------------- families
    def _family(self) -> tuple[str, Name]:
        constants = self._export.kernel.constants
        constant = self._random.choice(self._families)
        family = [constants[name] for name in constant.detail.family]
        names = {item.name for item in family} | {
            name for item in family for name in item.detail.constructors
        }

        def own(term: Term) -> Term | None:
            if isinstance(term, Const) and term.name in names:
                return self._make.const(("Mutant", self._number, *term.name), term.levels)
            return None

        def renamed(item: Constant) -> tuple[Name, Term]:
            return ("Mutant", self._number, *item.name), self._make.rewrite(item.type, own)

        declared = [
            Declared(
                *renamed(item), tuple(renamed(constants[name]) for name in item.detail.constructors)
            )
            for item in family
        ]
        parameters, levels = constant.detail.parameters, constant.levels
        place = self._random.randrange(len(declared))
        chosen = declared[place]
        change = self._random.random()
        if change < 0.1:
            parameters = max(0, parameters + self._random.choice([-1, 1]))
        elif change < 0.3:
            declared[place] = Declared(chosen.name, self._term_of(chosen.type), chosen.constructors)
        elif change < 0.4:
            declared[place] = Declared(chosen.name, chosen.type, chosen.constructors[1:])
        elif change < 0.5:
            levels = (*levels, ("u",)) if ("u",) not in levels else levels[1:]
        elif chosen.constructors:
            index = self._random.randrange(len(chosen.constructors))
            made = list(chosen.constructors)
            made[index] = made[index][0], self._term_of(made[index][1])
            declared[place] = Declared(chosen.name, chosen.type, tuple(made))
        self._export.declare_family(declared, levels, parameters, {})
        return f"inductive {'.'.join(map(str, constant.name))}", declared[0].name

    def _term_of(self, term: Term) -> Term:
        """A type changed in some part; in its universe one time in four."""
        if self._random.random() < 0.25:
            sort = self._make.sort(self._level())
            return self._make.rewrite(term, lambda part: sort if isinstance(part, Sort) else None)
        return self._changed(term)

    def _invented(self) -> tuple[str, Name]:
        """A family that is made up: fields of many kinds, in random universes, with parameters and
        indices.
        """
        make, choice = self._make, self._random.choice
        count = choice([1, 1, 1, 2])
        parameter_types = choice(
            [[], [], [make.type], [make.sort(make.levels.param(("u",)))], [make.of("Nat")]]
        )
        index_types = [
            choice([[], [], [make.of("Nat")], [make.of("Bool"), make.of("Nat")], [make.prop]])
            for _ in range(count)
        ]
        levels = (
            [("u",)]
            if self._random.random() < 0.5
            or parameter_types == [make.sort(make.levels.param(("u",)))]
            else []
        )
        of_levels = tuple(make.levels.param(level) for level in levels)
        universe = make.sort(
            choice(
                [
                    make.levels.zero,
                    make.levels.zero,
                    make.levels.one,
                    make.levels.one,
                    make.levels.succ(make.levels.one),
                    *of_levels,
                    *[make.levels.max(make.levels.one, level) for level in of_levels],
                    *[make.levels.imax(make.levels.one, level) for level in of_levels],
                ]
            )
        )
        names = [("Mutant", self._number, f"T{place}") for place in range(count)]
        given = len(parameter_types)

        def at(member: int, depth: int, indices: list[Term]) -> Term:
            """A member at the parameters, under `depth` binders beside those of the parameters."""
            made = make.const(names[member], of_levels)
            return make.apply(
                make.apply(made, [make.bvar(depth + given - 1 - place) for place in range(given)]),
                indices,
            )

        def index(type_: Term, fields: list[Term], depth: int) -> Term:
            same = [
                make.bvar(depth - 1 - place) for place, field in enumerate(fields) if field is type_
            ]
            closed = {
                make.of("Nat"): [make.lit(0), make.of("Nat.zero")],
                make.of("Bool"): [make.of("Bool.true")],
                make.prop: [make.of("True"), make.of("False")],
            }[type_]
            return choice(closed + same * 3)

        def element(fields: list[Term], depth: int, member: int | None = None) -> Term:
            member = self._random.randrange(count) if member is None else member
            return at(member, depth, [index(type_, fields, depth) for type_ in index_types[member]])

        def field(fields: list[Term]) -> Term:
            depth = len(fields)
            nat = make.of("Nat")
            own = partial(element, fields)
            kinds: list[Callable[[], Term]] = [
                lambda: nat,
                lambda: make.of("Bool"),
                lambda: make.prop,
                lambda: make.of("True"),
                lambda: make.type,
                lambda: own(depth),
                lambda: own(depth),
                lambda: make.pi(nat, own(depth + 1)),
                lambda: make.pi(own(depth), nat),
                lambda: make.pi(make.pi(own(depth), nat), own(depth + 1)),
                lambda: make.app(
                    make.const(("List",), (choice([make.levels.zero, make.levels.one]),)),
                    own(depth),
                ),
                lambda: make.app(
                    make.const(("List",), (make.levels.zero,)),
                    make.app(make.const(("List",), (make.levels.zero,)), own(depth)),
                ),
                lambda: make.apply(
                    make.const(("Prod",), (make.levels.zero, make.levels.zero)), [own(depth), nat]
                ),
                lambda: make.apply(
                    make.of("And"), [own(depth), choice([make.of("True"), own(depth)])]
                ),
                lambda: make.apply(
                    make.const(("Eq",), (make.levels.one,)),
                    [nat, index(nat, fields, depth), make.lit(0)],
                ),
                lambda: make.app(
                    make.lam(make.sort(choice([universe.level, make.levels.one])), make.of("Nat")),
                    own(depth),
                ),
                lambda: make.app(make.lam(universe, make.bvar(0)), own(depth)),
            ]
            if given and isinstance(parameter_types[0], Sort):
                kinds += [
                    lambda: make.bvar(depth),
                    lambda: make.pi(make.bvar(depth), own(depth + 1)),
                ]
            return choice(kinds)()

        declared = []
        for place, name in enumerate(names):
            constructors = []
            for number in range(choice([0, 1, 1, 1, 2])):
                fields: list[Term] = []
                for _ in range(choice([0, 0, 1, 1, 2, 3])):
                    fields.append(field(fields))
                result = element(
                    fields, len(fields), place if self._random.random() < 0.95 else None
                )
                constructors.append(
                    ((*name, f"c{number}"), make.p(*parameter_types, *fields, result))
                )
            declared.append(
                Declared(
                    name,
                    make.p(*parameter_types, *index_types[place], universe),
                    tuple(constructors),
                )
            )
        self._export.declare_family(declared, levels, given, {})
        return "invented", names[0]


def _mentions_universe(type_: Term) -> bool:
    """Whether a type that was found names a universe with a parameter: Lean takes not all levels
    that are equal as equal.
    """
    return any(isinstance(part, Sort) and part.generic for part in subterms(type_))
