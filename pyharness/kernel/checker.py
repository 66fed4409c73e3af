"""Types of terms.

Each term has one type, up to definitional equality. `check` finds it and looks at every part;
`type_of` finds it for a term that is known to be well typed, without looking again.

| rule | what it asks |
|---|---|
| variable | a variable is bound |
| unknown-constant | a constant is declared before it is used |
| universe-arguments | a constant is given as many universes as it has parameters |
| universe-parameter | a universe parameter is one of the declaration |
| not-a-type | what stands as a type is one: its own type is a universe |
| not-a-function | what is applied is a function |
| argument | an argument is of the type that the function takes |
| let | the value of a `let` is of its type |
| projection | it is of an element of a type with one constructor, and there is such a field |
| projection-from-proof | a field of a proof is a proof, and so is each that another depends on |
| literal | there is a type for it: see `arithmetic.py` |

Described in "The Type Theory of Lean", 2.1 Typing, and "Type Checking in Lean 4", Type Inference.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from typing import Any

from .arithmetic import Arithmetic
from .environment import Constant, Inductive
from .equality import Equality
from .levels import Level
from .names import Name, show_name
from .printing import show
from .refusal import Refused
from .terms import App, Const, Lam, Let, Lit, Local, Pi, Proj, Sort, Term, Terms, spine

__all__ = ["Checker"]


class Checker(Equality):
    """Finds the types of terms with the universe parameters of one declaration."""

    def __init__(
        self,
        terms: Terms,
        constants: Mapping[Name, Constant],
        arithmetic: Arithmetic,
        *,
        levels: Iterable[Name] = (),
    ):
        super().__init__(terms, constants, arithmetic)
        self._parameters = frozenset(levels)
        self._types: dict[Term, Term] = {}
        self._checked: dict[Term, Term] = {}
        self._sound: set[Level] = set()
        terms.budget.watch(self._types, self._checked, self._sound)

    def check(self, term: Term) -> Term:
        """Return the type of a term.

        Raises:
            Refused: if it has none.
        """
        found = self._checked.get(term)
        if found is None:
            self.step()
            if term.loose:
                raise Refused("variable", "a variable is bound nowhere", term=show(term))
            budget = self.terms.budget
            budget.enter()
            found = self._checked[term] = self._types[term] = _CHECK[type(term)](self, term)
            budget.depth -= 1
        return found

    def check_type(self, term: Term) -> Level:
        """Return the level of the universe that a type is in.

        Raises:
            Refused: if it is no type.
        """
        return self._level(self.check(term), term)

    def type_of(self, term: Term) -> Term:
        """Return the type of a well-typed term."""
        if type(term) is Local:
            return term.type
        found = self._types.get(term)
        if found is None:
            self.step()
            budget = self.terms.budget
            budget.enter()
            found = self._types[term] = _INFER[type(term)](self, term)
            budget.depth -= 1
        return found

    def level_of(self, type_: Term) -> Level:
        """Return the level of the universe that a well-typed type is in.

        Raises:
            Refused: if it cannot be found.
        """
        return self._level(self.type_of(type_), type_)

    def _level(self, type_: Term, term: Term) -> Level:
        sort = self.whnf(type_)
        if type(sort) is not Sort:
            raise Refused(
                "not-a-type",
                f"a type is needed, and this is an element of {show(sort)}",
                term=show(term),
            )
        return sort.level

    # -------------------------------------------------------------- variables, universes, constants
    def _local(self, term: Local) -> Term:
        return term.type

    def _sort(self, term: Sort) -> Term:
        return self.terms.sort(self.terms.levels.succ(term.level))

    def _check_sort(self, term: Sort) -> Term:
        self._check_levels((term.level,), term)
        return self._sort(term)

    def _check_levels(self, levels: Iterable[Level], term: Term) -> None:
        pending = list(levels)
        while pending:
            level = pending.pop()
            if not level.generic or level in self._sound:
                continue
            if level.form == "param" and level.name not in self._parameters:
                raise Refused(
                    "universe-parameter",
                    f"{show_name(level.name)} is no universe parameter of the declaration",
                    term=show(term),
                )
            self.step()
            self._sound.add(level)
            pending += level.parts

    def _const(self, term: Const) -> Term:
        constant = self.constants.get(term.name)
        if constant is None:
            raise Refused(
                "unknown-constant",
                f"{show_name(term.name)} is not declared before it is used",
                term=show(term),
            )
        if len(constant.levels) != len(term.levels):
            raise Refused(
                "universe-arguments",
                f"{show_name(term.name)} has {len(constant.levels)} universe parameters, and "
                f"{len(term.levels)} are given",
                term=show(term),
            )
        return self.at_levels(constant, constant.type, term)

    def _check_const(self, term: Const) -> Term:
        self._check_levels(term.levels, term)
        return self._const(term)

    def _lit(self, term: Lit) -> Term:
        return self.arithmetic.type_of(term)

    # -------------------------------------------------------------------- functions and their types
    def _app(self, term: App) -> Term:
        head, arguments = spine(term)
        self.step(len(arguments))
        type_, given = self.type_of(head), 0
        for place in range(len(arguments)):
            if type(type_) is not Pi:
                type_ = self._function_type(
                    self.terms.instantiate(type_, arguments[given:place]), term
                )
                given = place
            type_ = type_.body
        return self.terms.instantiate(type_, arguments[given:])

    def _function_type(self, type_: Term, term: Term) -> Pi:
        function = self.whnf(type_)
        if type(function) is not Pi:
            raise Refused(
                "not-a-function",
                f"an element of {show(function)} is applied to an argument",
                term=show(term),
            )
        return function

    def _check_app(self, term: App) -> Term:
        return self._check_within(term, [], term.free)

    def _check_within(self, term: Term, values: list[Term], number: int) -> Term:
        """Return the type of a term under binders that were opened, as `check`. What is applied is
        looked into without putting in the values, so that nested functions are not built anew at
        each.

        Args:
            term: it.
            values: those of its bound variables, outermost first.
            number: more than that of any free variable in it and the values.
        """
        head, arguments = spine(term)
        if not arguments:
            return (
                self._check_function(term, values, number)
                if type(term) is Lam and term.loose
                else self.check(self.terms.instantiate(term, values))
            )
        self.step(len(arguments))
        type_, given = self._check_within(head, values, number), 0
        arguments = [self.terms.instantiate(argument, values) for argument in arguments]
        for place, argument in enumerate(arguments):
            if type(type_) is not Pi:
                type_ = self._function_type(
                    self.terms.instantiate(type_, arguments[given:place]), term
                )
                given = place
            domain = self.terms.instantiate(type_.domain, arguments[given:place])
            found = self.check(argument)
            if not self.equal(found, domain):
                raise Refused(
                    "argument",
                    f"the argument {show(argument)} has the type {show(found)}, not {show(domain)}",
                    term=show(
                        self.terms.apply(
                            self.terms.instantiate(head, values), arguments[: place + 1]
                        )
                    ),
                )
            type_ = type_.body
        return self.terms.instantiate(type_, arguments[given:])

    def _check_function(self, term: Term, values: list[Term], number: int) -> Term:
        terms, variables = self.terms, list[Local]()
        self.step(term.loose >> 4)
        values = values[len(values) - term.loose :]
        while type(term) is Lam:
            self.step()
            domain = terms.instantiate(term.domain, values)
            self.check_type(domain)
            variables.append(terms.local(number + len(variables), domain))
            values.append(variables[-1])
            term = term.body
        return terms.pis(variables, self._check_within(term, values, number + len(variables)))

    def _lam(self, term: Lam) -> Term:
        variables, body = self.open(term, Lam)
        return self.terms.pis(variables, self.type_of(body))

    def _check_lam(self, term: Lam) -> Term:
        return self._check_function(term, [], term.free)

    def _pi(self, term: Pi) -> Term:
        variables, body = self.open(term, Pi)
        return self._universe(
            [self.level_of(variable.type) for variable in variables], self.level_of(body)
        )

    def _check_pi(self, term: Pi) -> Term:
        variables, body = self.open(term, Pi, check=True)
        return self._universe(
            [self.level_of(variable.type) for variable in variables], self.check_type(body)
        )

    def _universe(self, domains: list[Level], level: Level) -> Term:
        for domain in reversed(domains):
            level = self.terms.levels.imax(domain, level)
        return self.terms.sort(level)

    def open(
        self, term: Term, kind: type[Lam | Pi], check: bool = False
    ) -> tuple[list[Local], Term]:
        """Open all binders of one kind at the front of a term; return the free variables and the
        body.

        Raises:
            Refused: if the domain of one is no type, and that is to be checked.
        """
        terms, number = self.terms, term.free
        variables: list[Local] = []
        while type(term) is kind:
            self.step()
            domain = terms.instantiate(term.domain, variables)
            if check:
                self.check_type(domain)
            variables.append(terms.local(number + len(variables), domain))
            term = term.body
        return variables, terms.instantiate(term, variables)

    # ----------------------------------------------------------------------------- let, projections
    def _let(self, term: Let) -> Term:
        return self.type_of(self._behind_values(term, check=False))

    def _check_let(self, term: Let) -> Term:
        return self.check(self._behind_values(term, check=True))

    def _behind_values(self, term: Term, check: bool) -> Term:
        """Return what is behind all `let` at the front of a term, with the values put in."""
        terms, values = self.terms, list[Term]()
        while type(term) is Let:
            self.step()
            value = terms.instantiate(term.value, values)
            if check:
                type_ = terms.instantiate(term.type, values)
                self.check_type(type_)
                found = self.check(value)
                if not self.equal(found, type_):
                    raise Refused(
                        "let",
                        f"the value has the type {show(found)}, not {show(type_)}",
                        term=show(terms.instantiate(term, values)),
                    )
            values.append(value)
            term = term.body
        return terms.instantiate(term, values)

    def _proj(self, term: Proj) -> Term:
        return self._field_type(term, self.type_of(term.term))

    def _check_proj(self, term: Proj) -> Term:
        return self._field_type(term, self.check(term.term))

    def _field_type(self, term: Proj, found: Term) -> Term:
        type_ = self.whnf(found)
        head, arguments = spine(type_)
        constant = self.constants.get(head.name) if type(head) is Const else None
        if (
            type(head) is not Const
            or constant is None
            or type(constant.detail) is not Inductive
            or constant.name != term.structure
        ):
            raise Refused(
                "projection",
                f"it is from {show_name(term.structure)}, of an element of {show(type_)}",
                term=show(term),
            )
        detail = constant.detail
        if len(detail.constructors) != 1 or len(arguments) != detail.parameters + detail.indices:
            raise Refused(
                "projection",
                f"{show_name(term.structure)} has not one constructor",
                term=show(term),
            )
        constructor = self.constants[detail.constructors[0]]
        fields = constructor.as_constructor.fields
        if term.index >= fields:
            raise Refused(
                "projection",
                f"{show_name(constructor.name)} has {fields} fields",
                term=show(term),
            )
        field = self.at_levels(constructor, constructor.type, head)
        for argument in arguments[: detail.parameters]:
            field = self.terms.instantiate(self._function_type(field, term).body, [argument])
        proposition = self.is_proposition(type_)
        for place in range(term.index):
            self.step()
            field = self._function_type(field, term)
            # Which proof was given is forgotten, so what an element of a type depends on must not
            # come from one.
            if proposition and field.body.loose and not self.is_proposition(field.domain):
                raise Refused(
                    "projection-from-proof",
                    "an earlier field is no proof, and this one depends on it",
                    term=show(term),
                )
            field = self.terms.instantiate(
                field.body, [self.terms.proj(term.structure, place, term.term)]
            )
        field = self._function_type(field, term).domain
        if proposition and not self.is_proposition(field):
            raise Refused("projection-from-proof", "the field is no proof", term=show(term))
        return field


_INFER: Mapping[type[Term], Callable[[Checker, Any], Term]] = {
    Local: Checker._local,
    Sort: Checker._sort,
    Const: Checker._const,
    Lit: Checker._lit,
    App: Checker._app,
    Lam: Checker._lam,
    Pi: Checker._pi,
    Let: Checker._let,
    Proj: Checker._proj,
}
_CHECK: Mapping[type[Term], Callable[[Checker, Any], Term]] = {
    **_INFER,
    Sort: Checker._check_sort,
    Const: Checker._check_const,
    App: Checker._check_app,
    Lam: Checker._check_lam,
    Pi: Checker._check_pi,
    Let: Checker._check_let,
    Proj: Checker._check_proj,
}
