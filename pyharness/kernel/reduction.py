"""Reduction to weak head normal form.

| rule | what it does |
|---|---|
| beta | `(λ x, b) a` is `b[a]` |
| zeta | `let x := a; b` is `b[a]` |
| delta | a definition or theorem is its value |
| iota | a recursor on a constructor is the minor premise of that constructor |
| K | a recursor counts any proof of a proposition with one constructor, without fields, as that |
| eta for structures | a recursor counts `s` of a structure as the constructor of its projections |
| projection | a projection of a constructor is the field |
| quotient | `Quot.lift f h (Quot.mk r a)` is `f a`, and `Quot.ind` alike |
| literals | the number n + 1 is `Nat.succ n`, 0 is `Nat.zero`; functions: see `arithmetic.py` |

Described in "The Type Theory of Lean", 2.3 Reduction and 2.6.4 The computation rule, and "Type
Checking in Lean 4", Reduction.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, TypeAlias

from .arithmetic import Arithmetic, cost_of
from .environment import Constant, Constructor, Inductive, Recursor
from .levels import Level
from .names import Name
from .terms import (
    App,
    BVar,
    Const,
    Lam,
    Let,
    Lit,
    Pi,
    Proj,
    Sort,
    Term,
    Terms,
    body_of,
    head_of,
    spine,
)

__all__ = ["Reduction"]

_Value: TypeAlias = Term | list[Any]
"""A term that binds all its bound variables; or a term under binders, with the values of their
variables, to be put in when it is needed.
"""

_QUOTIENT: Mapping[Name, int] = {("Quot", "lift"): 5, ("Quot", "ind"): 4}
"""The place of the quotient's element among the arguments; the function always stands at 3."""


class Reduction:
    """Reduces terms that bind all their bound variables and are well typed.

    What is found out about a term holds wherever it stands, so all of it is kept.
    """

    def __init__(
        self,
        terms: Terms,
        constants: Mapping[Name, Constant],
        arithmetic: Arithmetic,
    ):
        self.terms, self.constants, self.arithmetic = terms, constants, arithmetic
        self.step = terms.budget.step
        self._whnf: dict[Term, Term] = {}
        self._core: dict[tuple[Term, bool], Term] = {}
        self._values: dict[Term | tuple[Term, Name], Term] = {}
        self._unfolded: dict[Term, Term] = {}
        terms.budget.watch(self._whnf, self._core, self._values, self._unfolded)

    def type_of(self, term: Term) -> Term:
        """Return the type of a well-typed term."""
        raise NotImplementedError

    def level_of(self, type_: Term) -> Level:
        """Return the level of the universe that a well-typed type is in.

        Raises:
            Refused: if it cannot be found.
        """
        raise NotImplementedError

    def equal(self, left: Term, right: Term) -> bool:
        """Whether two well-typed terms are equal by definition."""
        raise NotImplementedError

    def whnf(self, term: Term) -> Term:
        """Return the weak head normal form of a term."""
        kind = type(term)
        if kind is Pi or kind is Lam or kind is Sort or kind is Lit:
            return term
        found = self._whnf.get(term)
        if found is None:
            found = self._whnf[term] = self._reduced(term, [], False, True) or term
        return found

    def core(self, term: Term, cheap: bool = False) -> Term:
        """Reduce the head of a term as far as that goes without unfolding it. Major premises are
        reduced in full.

        What is projected from is reduced in full too, unless it should be `cheap`.
        """
        kind = type(term)
        if kind is not App and kind is not Proj and kind is not Let:
            return term
        found = self._core.get((term, cheap))
        if found is None:
            found = self._core[term, cheap] = self._reduced(term, [], cheap, False) or term
        return found

    def _reduced(self, term: Term, stack: list[_Value], cheap: bool, full: bool) -> Term | None:
        budget = self.terms.budget
        budget.enter()
        found = self._reduce(term, stack, cheap, full)
        budget.depth -= 1
        return found

    def _reduce(self, term: Term, stack: list[_Value], cheap: bool, full: bool) -> Term | None:
        """Reduce the head of a term that is applied to what is on a stack, the first on top;
        return None if there is nothing to reduce.

        What is substituted is not put in before it is needed: `head` stands under binders whose
        variables have the values `values`. So of a match no more is built than the case that
        applies, and of nested functions no body is built twice.

        Args:
            term: it binds all its bound variables.
            stack: what it is applied to.
            cheap: see `core`.
            full: whether definitions are unfolded, and functions on numbers computed.
        """
        head: Term = term
        values: list[_Value] = []
        changed = False
        while True:
            if type(head) is App:
                argument = head.argument
                if not argument.loose:
                    stack.append(argument)
                elif type(argument) is BVar:
                    stack.append(values[-1 - argument.index])
                else:
                    stack.append([argument, values])
                head = head.function
                continue
            if type(head) is BVar:
                value = values[-1 - head.index]
                if isinstance(value, list):
                    head, values = value
                else:
                    head, values = value, []
                continue
            if type(head) is Lam and stack:
                self.step(head.loose >> 4)
                values = values[-head.loose :] if head.loose else []
                while type(head) is Lam and stack:
                    values.append(stack.pop())
                    head = head.body
            elif type(head) is Const:
                if full and self.arithmetic.knows(head.name, len(stack)):
                    number = self._computed(head, list(map(self._closed, reversed(stack))))
                    if number is not None:
                        return number
                made = self._eliminate(head, stack) if stack else None
                if made is not None:
                    head, values = made
                else:
                    constant = self.definition(head) if full else None
                    if constant is None:
                        break
                    head, values = self._value(constant, head), []
            elif type(head) is Let:
                self.step(head.loose >> 4)
                value = [head.value, values] if head.value.loose else head.value
                values = values[-head.loose :] if head.loose else []
                values.append(value)
                head = head.body
            elif type(head) is Proj:
                field = self.field(head.structure, head.index, self._with(head.term, values), cheap)
                if field is None:
                    break
                head, values = field, []
            else:
                break
            self.step()
            changed = True
        if not changed:
            return None
        self.step(len(stack))
        return self.terms.apply(self._with(head, values), map(self._closed, reversed(stack)))

    def _closed(self, value: _Value) -> Term:
        """Return a value with what was substituted put in."""
        if not isinstance(value, list):
            return value
        if value[1]:
            # It may be asked for again.
            value[:] = self._with(*value), []
        term: Term = value[0]
        return term

    def _with(self, term: Term, values: list[_Value]) -> Term:
        """Return a term that stands under binders, with the values of their variables put in."""
        loose = term.loose
        if not loose:
            return term
        if type(term) is BVar:
            return self._closed(values[-1 - term.index])
        self.step(loose >> 3)
        return self.terms.instantiate(term, [self._closed(value) for value in values[-loose:]])

    # ---------------------------------------------------------------------------------------- delta
    def definition(self, term: Term) -> Constant | None:
        """Return the constant that the head of a term unfolds to, if it does."""
        head = head_of(term)
        if type(head) is not Const:
            return None
        constant = self.constants.get(head.name)
        if constant is None or constant.value is None or constant.kind == "opaque":
            return None
        return constant if len(head.levels) == len(constant.levels) else None

    def unfold(self, term: Term) -> Term | None:
        """Return a term with the definition at its head unfolded, if there is one."""
        constant = self.definition(term)
        if constant is None:
            return None
        head, arguments = spine(term)
        self.step(len(arguments))
        assert type(head) is Const
        value, place = self._value(constant, head), 0
        while type(value) is Lam and place < len(arguments):
            value = value.body
            place += 1
        return self.terms.apply(self.terms.instantiate(value, arguments[:place]), arguments[place:])

    def unfold_core(self, term: Term, constant: Constant) -> Term:
        """Return a term whose head is a definition, with that unfolded and the head reduced as by a
        cheap `core`.
        """
        found = self._unfolded.get(term)
        if found is None:
            head, arguments = spine(term)
            self.step(len(arguments))
            assert type(head) is Const
            value = self._value(constant, head)
            stack: list[_Value] = [*reversed(arguments)]
            found = self._reduced(value, stack, True, False)
            if found is None:
                found = self.terms.apply(value, arguments)
            self._unfolded[term] = found
        return found

    def _value(self, constant: Constant, head: Const) -> Term:
        """Return the value of a definition at the levels of a mention of it."""
        value = self._values.get(head)
        if value is None:
            assert constant.value is not None
            value = self._values[head] = self.at_levels(constant, constant.value, head)
        return value

    def at_levels(self, constant: Constant, term: Term, const: Const) -> Term:
        """Return a term of a constant's declaration at the levels that a mention of it has."""
        self.step(len(const.levels))
        return self.terms.with_levels(term, dict(zip(constant.levels, const.levels, strict=True)))

    # ------------------------------------------------------------------------- recursors, quotients
    def _eliminate(self, head: Const, arguments: list[_Value]) -> tuple[Term, list[_Value]] | None:
        """Reduce a recursor, or what eliminates a quotient, and take the arguments that it needs
        off the stack. What it gives stands under binders, whose values are returned with it.
        """
        constant = self.constants.get(head.name)
        if constant is None:
            return None
        if constant.kind == "quot":
            return self._eliminate_quotient(constant, arguments)
        recursor = constant.detail
        if (
            type(recursor) is not Recursor
            or len(arguments) <= recursor.major
            or len(head.levels) != len(constant.levels)
        ):
            return None
        major = self._constructed(recursor, self._closed(arguments[-1 - recursor.major]))
        made, fields = spine(major)
        if type(made) is not Const or made.name not in recursor.rules:
            return None
        count, rule = recursor.rules[made.name]
        if len(fields) < count:
            return None
        shared = len(arguments) - recursor.major + recursor.indices
        given = [*arguments[: shared - 1 : -1], *fields[len(fields) - count :]]
        del arguments[len(arguments) - recursor.major - 1 :]
        self.step(len(given))
        key = (head, made.name)
        value = self._values.get(key)
        if value is None:
            value = self._values[key] = self.at_levels(constant, rule, head)
        return body_of(value, len(given)), given

    def _constructed(self, recursor: Recursor, major: Term) -> Term:
        """Return a major premise as a constructor's application, if it is equal to one."""
        if recursor.k:
            made = self._by_k(recursor, major)
            if made is not None:
                return made
        major = self.whnf(major)
        if type(major) is Lit:
            made = self.arithmetic.constructed(major)
            return made if type(major.value) is int else self.whnf(made)
        inductive = self.constants[recursor.inductive].as_inductive
        if inductive.is_structure and not self.is_constructed(major):
            return self._by_eta(recursor.inductive, inductive, major)
        return major

    def _by_k(self, recursor: Recursor, major: Term) -> Term | None:
        type_ = self.whnf(self.type_of(major))
        head, arguments = spine(type_)
        if type(head) is not Const or head.name != recursor.inductive:
            return None
        constructor = self.constants[recursor.inductive].as_inductive.constructors[0]
        made = self.terms.apply(
            self.terms.const(constructor, head.levels), arguments[: recursor.parameters]
        )
        return made if self.equal(type_, self.type_of(made)) else None

    def _by_eta(self, name: Name, inductive: Inductive, element: Term) -> Term:
        type_ = self.whnf(self.type_of(element))
        head, arguments = spine(type_)
        if type(head) is not Const or head.name != name or self.is_proposition(type_):
            return element
        constructor = self.constants[inductive.constructors[0]]
        self.step(constructor.as_constructor.fields)
        made = self.terms.apply(self.terms.const(constructor.name, head.levels), arguments)
        return self.terms.apply(
            made,
            [
                self.terms.proj(name, place, element)
                for place in range(constructor.as_constructor.fields)
            ],
        )

    def is_constructed(self, term: Term) -> bool:
        """Whether a term is a constructor with arguments."""
        head = head_of(term)
        if type(head) is not Const:
            return False
        constant = self.constants.get(head.name)
        return constant is not None and constant.kind == "ctor"

    def is_proposition(self, type_: Term) -> bool:
        """Whether a type is a proposition.

        Raises:
            Refused: if its universe cannot be found. That it is none must not be concluded from
                that: what is equal by definition need not be so step by step, so a proposition may
                be written so that reduction gets stuck.
        """
        return self.level_of(type_).is_zero

    def _eliminate_quotient(
        self, constant: Constant, arguments: list[_Value]
    ) -> tuple[Term, list[_Value]] | None:
        place = _QUOTIENT.get(constant.name)
        if place is None or len(arguments) <= place:
            return None
        head, made = spine(self.whnf(self._closed(arguments[-1 - place])))
        if (
            type(head) is not Const
            or head.name != ("Quot", "mk")
            or len(made) != 3
            or self.constants[head.name].kind != "quot"
        ):
            return None
        function = self._closed(arguments[-4])
        del arguments[len(arguments) - place - 1 :]
        return self.terms.app(function, made[2]), []

    # ------------------------------------------------------------------------- projections, numbers
    def field(self, structure: Name, index: int, term: Term, cheap: bool = False) -> Term | None:
        """Return a field of a term that reduces to a constructor; None if it does not."""
        term = self.core(term, True) if cheap else self.whnf(term)
        if type(term) is Lit and not cheap:
            term = self.whnf(self.arithmetic.constructed(term))
        head, arguments = spine(term)
        if type(head) is not Const:
            return None
        constant = self.constants.get(head.name)
        if (
            constant is None
            or type(constant.detail) is not Constructor
            or constant.detail.inductive != structure
        ):
            return None
        place = constant.detail.parameters + index
        return arguments[place] if place < len(arguments) else None

    def compute(self, term: Term) -> Term | None:
        """Return the literal that a function on numbers gives on literals, if it may be
        computed.
        """
        if type(term) is not App or term.free:
            return None
        head, arguments = spine(term)
        if type(head) is not Const or not self.arithmetic.knows(head.name, len(arguments)):
            return None
        return self._computed(head, arguments)

    def _computed(self, head: Const, arguments: list[Term]) -> Term | None:
        numbers = []
        for argument in arguments:
            if argument.free:
                return None
            number = self.arithmetic.number(self.whnf(argument))
            if number is None:
                return None
            numbers.append(number)
        self.step(cost_of(numbers))
        result = self.arithmetic.compute(head.name, numbers)
        if type(result) is Lit and type(result.value) is int:
            self.step(cost_of([result.value]))
        return result
