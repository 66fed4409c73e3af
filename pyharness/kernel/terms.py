"""Terms without the names of bound variables. Equal terms are the same object, so that `is`
compares them.

A bound variable is the number of binders between it and its own. A binder is opened by putting a
free variable, a `Local`, in place of its variable: that is a number and a type, so what a term with
free variables means depends on the term alone, on no context beside it. Whoever opens a binder
takes a number that no free variable has in the terms at hand.

Described in "The Type Theory of Lean", 2.1 Typing, and "Type Checking in Lean 4", Expressions.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from typing import Any, TypeAlias, final

from .budget import Budget
from .levels import Level, Levels
from .names import Name

__all__ = [
    "App",
    "BVar",
    "Const",
    "Lam",
    "Let",
    "Lit",
    "Local",
    "Pi",
    "Proj",
    "Sort",
    "Term",
    "Terms",
    "body_of",
    "head_of",
    "parts_of",
    "spine",
    "subterms",
]

_SMALL = 60
"""Bits of a number that is as good as its own hash."""


class _Form:
    """What all forms of terms have.

    Attributes:
        loose: how many binders it needs around it; 0 if it binds all its bound variables.
        free: one more than the highest number of a free variable in it; 0 if there is none.
        generic: whether a universe parameter is in it.
        depth: how deep it is; known of a term that was read.
    """

    __slots__ = ("depth", "free", "generic", "loose")
    depth: int
    loose: int
    free: int
    generic: bool


@final
class BVar(_Form):
    """The variable of the binder that is `index` binders out."""

    __slots__ = ("index",)

    def __init__(self, index: int):
        self.index, self.loose, self.free, self.generic = index, index + 1, 0, False


@final
class Local(_Form):
    """A free variable."""

    __slots__ = ("number", "type")

    def __init__(self, number: int, type_: Term):
        self.number, self.type, self.loose, self.free, self.generic = (
            number,
            type_,
            0,
            number + 1,
            type_.generic,
        )


@final
class Sort(_Form):
    """A universe."""

    __slots__ = ("level",)

    def __init__(self, level: Level):
        self.level, self.loose, self.free, self.generic = level, 0, 0, level.generic


@final
class Const(_Form):
    """A constant at universe levels."""

    __slots__ = ("levels", "name")

    def __init__(self, name: Name, levels: tuple[Level, ...]):
        self.name, self.levels, self.loose, self.free, self.generic = name, levels, 0, 0, False
        for level in levels:
            if level.generic:
                self.generic = True


@final
class App(_Form):
    """A function applied to one argument."""

    __slots__ = ("argument", "function")

    def __init__(self, function: Term, argument: Term):
        self.function, self.argument = function, argument
        left, right = function.loose, argument.loose
        self.loose = left if left > right else right
        left, right = function.free, argument.free
        self.free = left if left > right else right
        self.generic = function.generic or argument.generic


class _Binder(_Form):
    __slots__ = ("body", "domain")

    def __init__(self, domain: Term, body: Term):
        self.domain, self.body = domain, body
        left, right = domain.loose, body.loose - 1
        self.loose = left if left > right else right
        left, right = domain.free, body.free
        self.free = left if left > right else right
        self.generic = domain.generic or body.generic


@final
class Lam(_Binder):
    """A function, by the type of its argument and its body."""

    __slots__ = ()


@final
class Pi(_Binder):
    """The type of functions, by the type of their argument and that of their result."""

    __slots__ = ()


@final
class Let(_Form):
    """A body with a variable that has a value."""

    __slots__ = ("body", "type", "value")

    def __init__(self, type_: Term, value: Term, body: Term):
        self.type, self.value, self.body = type_, value, body
        self.loose = max(type_.loose, value.loose, body.loose - 1)
        self.free = max(type_.free, value.free, body.free)
        self.generic = type_.generic or value.generic or body.generic


@final
class Lit(_Form):
    """A number or a text."""

    __slots__ = ("value",)

    def __init__(self, value: int | str):
        self.value, self.loose, self.free, self.generic = value, 0, 0, False


@final
class Proj(_Form):
    """Field `index` of a term of the type `structure`, which has one constructor."""

    __slots__ = ("index", "structure", "term")

    def __init__(self, structure: Name, index: int, term: Term):
        self.structure, self.index, self.term = structure, index, term
        self.loose, self.free, self.generic = term.loose, term.free, term.generic


Term: TypeAlias = BVar | Local | Sort | Const | App | Lam | Pi | Let | Lit | Proj
"""A term, which is of one of these forms."""


def spine(term: Term) -> tuple[Term, list[Term]]:
    """Return the head of nested applications and its arguments."""
    arguments: list[Term] = []
    while type(term) is App:
        arguments.append(term.argument)
        term = term.function
    arguments.reverse()
    return term, arguments


def head_of(term: Term) -> Term:
    """Return the head of nested applications."""
    while type(term) is App:
        term = term.function
    return term


def body_of(term: Term, count: int) -> Term:
    """Return what stands under so many binders at the front of a term.

    Raises:
        TypeError: if there are fewer.
    """
    for _ in range(count):
        if type(term) is Lam or type(term) is Pi or type(term) is Let:
            term = term.body
        else:
            raise TypeError(f"a term with {count} binders at its front is needed")
    return term


def parts_of(term: Term) -> tuple[Term, ...]:
    """Return the terms that a term is made of; not the type of a free variable."""
    if type(term) is App:
        return term.function, term.argument
    if type(term) is Lam or type(term) is Pi:
        return term.domain, term.body
    if type(term) is Let:
        return term.type, term.value, term.body
    return (term.term,) if type(term) is Proj else ()


def subterms(*roots: Term) -> Iterator[Term]:
    """Yield terms and all that they are made of, each once; not what is in the types of free
    variables.
    """
    seen: set[Term] = set()
    pending = list(roots)
    while pending:
        term = pending.pop()
        if term not in seen:
            seen.add(term)
            yield term
            pending += parts_of(term)


class Terms:
    """Makes terms; equal ones are the same object as long as none of them is forgotten.

    Attributes:
        budget: what making and visiting them costs.
        levels: makes the levels in them.
    """

    def __init__(self, budget: Budget) -> None:
        self.budget = budget
        self.levels = Levels(budget)
        self._apps: dict[tuple[Term, Term], App] = {}
        self._lams: dict[tuple[Term, Term], Lam] = {}
        self._pis: dict[tuple[Term, Term], Pi] = {}
        self._locals: dict[tuple[int, Term], Local] = {}
        self._bvars: dict[int, BVar] = {}
        self._sorts: dict[Level, Sort] = {}
        self._consts: dict[tuple[Name, tuple[Level, ...]], Const] = {}
        self._lets: dict[tuple[Term, Term, Term], Let] = {}
        self._lits: dict[int | str | bytes, Lit] = {}
        self._projs: dict[tuple[Name, int, Term], Proj] = {}
        self.prop = self.sort(self.levels.zero)
        self.type = self.sort(self.levels.one)
        self._tables: tuple[dict[Any, Any], ...] = (
            self.levels.made,
            self._apps,
            self._lams,
            self._pis,
            self._locals,
            self._bvars,
            self._sorts,
            self._consts,
            self._lets,
            self._lits,
            self._projs,
        )
        budget.watch(*self._tables, lasting=True)

    def mark(self) -> tuple[int, ...]:
        """Return how many terms and levels there are, for `forget`."""
        return (self.budget.held, *map(len, self._tables))

    def forget(self, mark: tuple[int, ...]) -> None:
        """Forget the terms and levels that were made since a mark. They stay usable, but equal ones
        are made again.
        """
        self.budget.held, *counts = mark
        for made, count in zip(self._tables, counts, strict=True):
            while len(made) > count:
                made.popitem()

    # ------------------------------------------------------------------------------------ the forms
    def bvar(self, index: int) -> BVar:
        """Return the variable of the binder that is `index` binders out."""
        found = self._bvars.get(index)
        if found is None:
            found = self._bvars[index] = BVar(index)
        return found

    def local(self, number: int, type_: Term) -> Local:
        """Return a free variable."""
        found = self._locals.get((number, type_))
        if found is None:
            found = self._locals[number, type_] = Local(number, type_)
        return found

    def sort(self, level: Level) -> Sort:
        """Return a universe."""
        found = self._sorts.get(level)
        if found is None:
            found = self._sorts[level] = Sort(level)
        return found

    def const(self, name: Name, levels: tuple[Level, ...] = ()) -> Const:
        """Return a constant at universe levels."""
        found = self._consts.get((name, levels))
        if found is None:
            self.budget.hold(len(levels) // 16)
            found = self._consts[name, levels] = Const(name, levels)
        return found

    def app(self, function: Term, argument: Term) -> App:
        """Return a function applied to one argument."""
        found = self._apps.get((function, argument))
        if found is None:
            found = self._apps[function, argument] = App(function, argument)
        return found

    def lam(self, domain: Term, body: Term) -> Lam:
        """Return the function with a body under one binder."""
        found = self._lams.get((domain, body))
        if found is None:
            found = self._lams[domain, body] = Lam(domain, body)
        return found

    def pi(self, domain: Term, body: Term) -> Pi:
        """Return the type of functions with the type of their result under one binder."""
        found = self._pis.get((domain, body))
        if found is None:
            found = self._pis[domain, body] = Pi(domain, body)
        return found

    def let(self, type_: Term, value: Term, body: Term) -> Let:
        """Return a body under one binder whose variable has a value."""
        found = self._lets.get((type_, value, body))
        if found is None:
            found = self._lets[type_, value, body] = Let(type_, value, body)
        return found

    def lit(self, value: int | str) -> Lit:
        """Return a number or a text."""
        key: int | str | bytes = value
        if isinstance(value, int) and value >> _SMALL:
            # Many large numbers have the same hash, so that a table of them would be slow.
            key = value.to_bytes(value.bit_length() // 8 + 1, "little")
        found = self._lits.get(key)
        if found is None:
            self.budget.hold(
                value.bit_length() // 512 if isinstance(value, int) else len(value) // 64
            )
            found = self._lits[key] = Lit(value)
        return found

    def proj(self, structure: Name, index: int, term: Term) -> Proj:
        """Return a field of a term."""
        found = self._projs.get((structure, index, term))
        if found is None:
            found = self._projs[structure, index, term] = Proj(structure, index, term)
        return found

    def apply(self, function: Term, arguments: Iterable[Term]) -> Term:
        """Return nested applications: what `spine` takes apart."""
        for argument in arguments:
            function = self.app(function, argument)
        return function

    # --------------------------------------------------------------------------------- substitution
    def instantiate(self, term: Term, values: Sequence[Term]) -> Term:
        """Return what stands under as many binders as there are values, with these, outermost
        first, for their variables.

        The values bind all their bound variables.
        """
        return self._instantiate(term, 0, values, [{}]) if term.loose else term

    def _instantiate(
        self, term: Term, depth: int, values: Sequence[Term], done: list[dict[Term, Term]]
    ) -> Term:
        """Replace the variables of a term under `depth` more binders, which it has; `done` has what
        is known, by depth.
        """
        if type(term) is BVar:
            place = depth + len(values) - 1 - term.index
            return values[place] if place >= 0 else self.bvar(term.index - len(values))
        found = done[depth].get(term)
        if found is not None:
            return found
        budget = self.budget
        budget.left -= 1
        if budget.left < 0:
            budget.look()
        if type(term) is App:
            found = term
            arguments: list[Term] = []
            while type(found) is App and found.loose > depth:
                arguments.append(found.argument)
                found = found.function
            if found.loose > depth:
                found = self._instantiate(found, depth, values, done)
            budget.left -= len(arguments)
            apps = self._apps
            for argument in reversed(arguments):
                key = (
                    found,
                    argument
                    if argument.loose <= depth
                    else self._instantiate(argument, depth, values, done),
                )
                found = apps.get(key)
                if found is None:
                    found = apps[key] = App(*key)
        elif type(term) is Proj:
            found = self.proj(
                term.structure, term.index, self._instantiate(term.term, depth, values, done)
            )
        elif type(term) is Lam or type(term) is Pi or type(term) is Let:
            if len(done) == depth + 1:
                done.append({})
            domain, body = (term.type if type(term) is Let else term.domain), term.body
            if domain.loose > depth:
                domain = self._instantiate(domain, depth, values, done)
            if body.loose > depth + 1:
                body = self._instantiate(body, depth + 1, values, done)
            if type(term) is Lam:
                found = self.lam(domain, body)
            elif type(term) is Pi:
                found = self.pi(domain, body)
            else:
                value = term.value
                found = self.let(
                    domain,
                    self._instantiate(value, depth, values, done) if value.loose > depth else value,
                    body,
                )
        else:
            found = term
        done[depth][term] = found
        return found

    def abstract(self, term: Term, variables: Sequence[Local]) -> Term:
        """Return a term to stand under binders, one for each free variable, outermost first: what
        `instantiate` undoes.
        """
        if not variables:
            return term
        places = {variable: place for place, variable in enumerate(variables)}
        lowest = min([variable.number for variable in variables])
        return self._abstract(term, len(variables) - 1, places, lowest, {})

    def _abstract(
        self,
        term: Term,
        depth: int,
        places: Mapping[Local, int],
        lowest: int,
        done: dict[tuple[Term, int], Term],
    ) -> Term:
        """Replace free variables in a term; none of them has a number below `lowest`. That at place
        0 is the variable of the binder `depth` binders out, the next of the next one inwards.
        """
        if term.free <= lowest:
            return term
        if type(term) is Local:
            place = places.get(term)
            return term if place is None else self.bvar(depth - place)
        found = done.get((term, depth))
        if found is not None:
            return found
        self.budget.step()
        if type(term) is App:
            found = self.app(
                self._abstract(term.function, depth, places, lowest, done),
                self._abstract(term.argument, depth, places, lowest, done),
            )
        elif type(term) is Lam or type(term) is Pi:
            found = (self.lam if type(term) is Lam else self.pi)(
                self._abstract(term.domain, depth, places, lowest, done),
                self._abstract(term.body, depth + 1, places, lowest, done),
            )
        elif type(term) is Let:
            found = self.let(
                self._abstract(term.type, depth, places, lowest, done),
                self._abstract(term.value, depth, places, lowest, done),
                self._abstract(term.body, depth + 1, places, lowest, done),
            )
        elif type(term) is Proj:
            found = self.proj(
                term.structure, term.index, self._abstract(term.term, depth, places, lowest, done)
            )
        else:
            found = term
        done[term, depth] = found
        return found

    def pis(self, variables: Sequence[Local], body: Term) -> Term:
        """Return the type of functions of these free variables."""
        return self._bind(self.pi, variables, body)

    def lams(self, variables: Sequence[Local], body: Term) -> Term:
        """Return the function of these free variables."""
        return self._bind(self.lam, variables, body)

    def _bind(
        self, binder: Callable[[Term, Term], Term], variables: Sequence[Local], body: Term
    ) -> Term:
        places: dict[Local, int] = {}
        lowest = min([variable.number for variable in variables], default=0)
        types = []
        for place, variable in enumerate(variables):
            types.append(self._abstract(variable.type, place - 1, places, lowest, {}))
            places[variable] = place
        self.budget.step(len(variables))
        result = self._abstract(body, len(variables) - 1, places, lowest, {})
        for type_ in reversed(types):
            result = binder(type_, result)
        return result

    def with_levels(self, term: Term, values: Mapping[Name, Level]) -> Term:
        """Return a term with levels in place of its universe parameters."""
        return self._with_levels(term, values, {}, {}) if values else term

    def _with_levels(
        self,
        term: Term,
        values: Mapping[Name, Level],
        done: dict[Term, Term],
        of: dict[Level, Level],
    ) -> Term:
        if not term.generic:
            return term
        found = done.get(term)
        if found is not None:
            return found
        budget = self.budget
        budget.left -= 1
        if budget.left < 0:
            budget.look()
        if type(term) is App:
            found = self.app(
                self._with_levels(term.function, values, done, of),
                self._with_levels(term.argument, values, done, of),
            )
        elif type(term) is Const:
            budget.left -= len(term.levels)
            found = self.const(
                term.name,
                tuple([self.levels.substitute(level, values, of) for level in term.levels]),
            )
        elif type(term) is Lam or type(term) is Pi:
            found = (self.lam if type(term) is Lam else self.pi)(
                self._with_levels(term.domain, values, done, of),
                self._with_levels(term.body, values, done, of),
            )
        elif type(term) is Sort:
            found = self.sort(self.levels.substitute(term.level, values, of))
        elif type(term) is Let:
            found = self.let(
                self._with_levels(term.type, values, done, of),
                self._with_levels(term.value, values, done, of),
                self._with_levels(term.body, values, done, of),
            )
        elif type(term) is Proj:
            found = self.proj(
                term.structure, term.index, self._with_levels(term.term, values, done, of)
            )
        elif type(term) is Local:
            found = self.local(term.number, self._with_levels(term.type, values, done, of))
        else:
            found = term
        done[term] = found
        return found

    def rewrite(self, term: Term, replace: Callable[[Term], Term | None]) -> Term:
        """Return a term with what `replace` gives for each outermost part for which it gives
        something.
        """
        return self._rewrite(term, replace, {})

    def _rewrite(
        self, term: Term, replace: Callable[[Term], Term | None], done: dict[Term, Term]
    ) -> Term:
        found = done.get(term)
        if found is not None:
            return found
        self.budget.step()
        found = replace(term)
        if found is None:
            if type(term) is App:
                found = self.app(
                    self._rewrite(term.function, replace, done),
                    self._rewrite(term.argument, replace, done),
                )
            elif type(term) is Lam or type(term) is Pi:
                found = (self.lam if type(term) is Lam else self.pi)(
                    self._rewrite(term.domain, replace, done),
                    self._rewrite(term.body, replace, done),
                )
            elif type(term) is Let:
                found = self.let(
                    self._rewrite(term.type, replace, done),
                    self._rewrite(term.value, replace, done),
                    self._rewrite(term.body, replace, done),
                )
            elif type(term) is Proj:
                found = self.proj(
                    term.structure, term.index, self._rewrite(term.term, replace, done)
                )
            else:
                found = term
        done[term] = found
        return found
