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
    "head_of",
    "spine",
    "subterms",
]


class Term:
    """A term.

    Attributes:
        loose: how many binders it needs around it; 0 if it binds all its bound variables.
        free: one more than the highest number of a free variable in it; 0 if there is none.
        generic: whether a universe parameter is in it.
    """

    __slots__ = ("free", "generic", "loose")
    loose: int
    free: int
    generic: bool


class BVar(Term):
    """The variable of the binder that is `index` binders out."""

    __slots__ = ("index",)

    def __init__(self, index: int):
        self.index, self.loose, self.free, self.generic = index, index + 1, 0, False


class Local(Term):
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


class Sort(Term):
    """A universe."""

    __slots__ = ("level",)

    def __init__(self, level: Level):
        self.level, self.loose, self.free, self.generic = level, 0, 0, bool(level.parameters)


class Const(Term):
    """A constant at universe levels."""

    __slots__ = ("levels", "name")

    def __init__(self, name: Name, levels: tuple[Level, ...]):
        self.name, self.levels, self.loose, self.free, self.generic = name, levels, 0, 0, False
        for level in levels:
            if level.parameters:
                self.generic = True


class App(Term):
    """A function applied to one argument."""

    __slots__ = ("argument", "function")

    def __init__(self, function: Term, argument: Term):
        self.function, self.argument = function, argument
        left, right = function.loose, argument.loose
        self.loose = left if left > right else right
        left, right = function.free, argument.free
        self.free = left if left > right else right
        self.generic = function.generic or argument.generic


class _Binder(Term):
    __slots__ = ("body", "domain")

    def __init__(self, domain: Term, body: Term):
        self.domain, self.body = domain, body
        left, right = domain.loose, body.loose - 1
        self.loose = left if left > right else right
        left, right = domain.free, body.free
        self.free = left if left > right else right
        self.generic = domain.generic or body.generic


class Lam(_Binder):
    """A function, by the type of its argument and its body."""

    __slots__ = ()


class Pi(_Binder):
    """The type of functions, by the type of their argument and that of their result."""

    __slots__ = ()


class Let(Term):
    """A body with a variable that has a value."""

    __slots__ = ("body", "type", "value")

    def __init__(self, type_: Term, value: Term, body: Term):
        self.type, self.value, self.body = type_, value, body
        self.loose = max(type_.loose, value.loose, body.loose - 1)
        self.free = max(type_.free, value.free, body.free)
        self.generic = type_.generic or value.generic or body.generic


class Lit(Term):
    """A number or a text."""

    __slots__ = ("value",)

    def __init__(self, value: int | str):
        self.value, self.loose, self.free, self.generic = value, 0, 0, False


class Proj(Term):
    """Field `index` of a term of the type `structure`, which has one constructor."""

    __slots__ = ("index", "structure", "term")

    def __init__(self, structure: Name, index: int, term: Term):
        self.structure, self.index, self.term = structure, index, term
        self.loose, self.free, self.generic = term.loose, term.free, term.generic


def spine(term: Term) -> tuple[Term, list[Term]]:
    """Return the head of nested applications and its arguments."""
    arguments = []
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


def parts_of(term: Term) -> tuple[Term, ...]:
    """Return the terms that a term is made of; not the type of a free variable."""
    kind = type(term)
    if kind is App:
        return term.function, term.argument
    if kind is Lam or kind is Pi:
        return term.domain, term.body
    if kind is Let:
        return term.type, term.value, term.body
    return (term.term,) if kind is Proj else ()


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
    """Makes terms; equal ones are the same object as long as none of them is forgotten."""

    def __init__(self) -> None:
        self.levels = Levels()
        self._apps: dict[tuple[Term, Term], App] = {}
        self._lams: dict[tuple[Term, Term], Lam] = {}
        self._pis: dict[tuple[Term, Term], Pi] = {}
        self._locals: dict[tuple[int, Term], Local] = {}
        self._others: dict[tuple, Term] = {}
        self.prop = self.sort(self.levels.zero)
        self.type = self.sort(self.levels.one)

    def __len__(self) -> int:
        """About how many terms there are: those of the forms that there are many of."""
        return len(self._apps) + len(self._lams) + len(self._pis) + len(self._locals)

    def mark(self) -> tuple[int, ...]:
        """Return how many terms there are, for `forget`."""
        return tuple([len(made) for made in self._tables()])

    def forget(self, mark: tuple[int, ...]) -> None:
        """Forget the terms that were made since a mark. They stay usable, but equal ones are made
        again.
        """
        for made, count in zip(self._tables(), mark):
            while len(made) > count:
                made.popitem()

    def _tables(self) -> tuple[dict, ...]:
        return self._apps, self._lams, self._pis, self._locals, self._others

    # ------------------------------------------------------------------------------------ the forms
    def bvar(self, index: int) -> Term:
        return self._other((BVar, index), index)

    def local(self, number: int, type_: Term) -> Term:
        found = self._locals.get((number, type_))
        if found is None:
            found = self._locals[number, type_] = Local(number, type_)
        return found

    def sort(self, level: Level) -> Term:
        return self._other((Sort, level), level)

    def const(self, name: Name, levels: tuple[Level, ...] = ()) -> Term:
        return self._other((Const, name, levels), name, levels)

    def app(self, function: Term, argument: Term) -> Term:
        found = self._apps.get((function, argument))
        if found is None:
            found = self._apps[function, argument] = App(function, argument)
        return found

    def lam(self, domain: Term, body: Term) -> Term:
        found = self._lams.get((domain, body))
        if found is None:
            found = self._lams[domain, body] = Lam(domain, body)
        return found

    def pi(self, domain: Term, body: Term) -> Term:
        found = self._pis.get((domain, body))
        if found is None:
            found = self._pis[domain, body] = Pi(domain, body)
        return found

    def let(self, type_: Term, value: Term, body: Term) -> Term:
        return self._other((Let, type_, value, body), type_, value, body)

    def lit(self, value: int | str) -> Term:
        return self._other((Lit, value), value)

    def proj(self, structure: Name, index: int, term: Term) -> Term:
        return self._other((Proj, structure, index, term), structure, index, term)

    def _other(self, key: tuple, *fields) -> Term:
        found = self._others.get(key)
        if found is None:
            found = self._others[key] = key[0](*fields)
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
        kind = type(term)
        if kind is BVar:
            place = depth + len(values) - 1 - term.index
            return values[place] if place >= 0 else self.bvar(term.index - len(values))
        found = done[depth].get(term)
        if found is not None:
            return found
        if kind is App:
            found, arguments = term, []
            while type(found) is App and found.loose > depth:
                arguments.append(found.argument)
                found = found.function
            if found.loose > depth:
                found = self._instantiate(found, depth, values, done)
            apps = self._apps
            for argument in reversed(arguments):
                if argument.loose > depth:
                    argument = self._instantiate(argument, depth, values, done)
                key = found, argument
                found = apps.get(key)
                if found is None:
                    found = apps[key] = App(*key)
        elif kind is Proj:
            found = self.proj(
                term.structure, term.index, self._instantiate(term.term, depth, values, done)
            )
        else:
            if len(done) == depth + 1:
                done.append({})
            domain, body = (term.type if kind is Let else term.domain), term.body
            if domain.loose > depth:
                domain = self._instantiate(domain, depth, values, done)
            if body.loose > depth + 1:
                body = self._instantiate(body, depth + 1, values, done)
            if kind is Lam:
                found = self.lam(domain, body)
            elif kind is Pi:
                found = self.pi(domain, body)
            else:
                value = term.value
                found = self.let(
                    domain,
                    self._instantiate(value, depth, values, done) if value.loose > depth else value,
                    body,
                )
        done[depth][term] = found
        return found

    def abstract(self, term: Term, variables: Sequence[Term]) -> Term:
        """Return a term to stand under binders, one for each free variable, outermost first: what
        `instantiate` undoes.
        """
        if not variables:
            return term
        places = {variable: len(variables) - 1 - place for place, variable in enumerate(variables)}
        return self._abstract(term, 0, places, min([variable.number for variable in variables]), {})

    def _abstract(
        self,
        term: Term,
        depth: int,
        places: Mapping[Term, int],
        lowest: int,
        done: dict[tuple[Term, int], Term],
    ) -> Term:
        """Replace free variables in a term under `depth` binders; none of them has a number below
        `lowest`.
        """
        if term.free <= lowest:
            return term
        kind = type(term)
        if kind is Local:
            place = places.get(term)
            return term if place is None else self.bvar(place + depth)
        found = done.get((term, depth))
        if found is not None:
            return found
        if kind is App:
            found = self.app(
                self._abstract(term.function, depth, places, lowest, done),
                self._abstract(term.argument, depth, places, lowest, done),
            )
        elif kind is Lam or kind is Pi:
            found = (self.lam if kind is Lam else self.pi)(
                self._abstract(term.domain, depth, places, lowest, done),
                self._abstract(term.body, depth + 1, places, lowest, done),
            )
        elif kind is Let:
            found = self.let(
                self._abstract(term.type, depth, places, lowest, done),
                self._abstract(term.value, depth, places, lowest, done),
                self._abstract(term.body, depth + 1, places, lowest, done),
            )
        else:
            found = self.proj(
                term.structure, term.index, self._abstract(term.term, depth, places, lowest, done)
            )
        done[term, depth] = found
        return found

    def pis(self, variables: Sequence[Term], body: Term) -> Term:
        """Return the type of functions of these free variables."""
        return self._bind(self.pi, variables, body)

    def lams(self, variables: Sequence[Term], body: Term) -> Term:
        """Return the function of these free variables."""
        return self._bind(self.lam, variables, body)

    def _bind(self, binder, variables: Sequence[Term], body: Term) -> Term:
        result = self.abstract(body, variables)
        lowest = min([variable.number for variable in variables], default=0)
        for place in range(len(variables) - 1, -1, -1):
            type_ = variables[place].type
            result = binder(
                type_ if type_.free <= lowest else self.abstract(type_, variables[:place]), result
            )
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
        kind = type(term)
        if kind is App:
            found = self.app(
                self._with_levels(term.function, values, done, of),
                self._with_levels(term.argument, values, done, of),
            )
        elif kind is Const:
            found = self.const(
                term.name,
                tuple([self.levels.substitute(level, values, of) for level in term.levels]),
            )
        elif kind is Lam or kind is Pi:
            found = (self.lam if kind is Lam else self.pi)(
                self._with_levels(term.domain, values, done, of),
                self._with_levels(term.body, values, done, of),
            )
        elif kind is Sort:
            found = self.sort(self.levels.substitute(term.level, values, of))
        elif kind is Let:
            found = self.let(
                self._with_levels(term.type, values, done, of),
                self._with_levels(term.value, values, done, of),
                self._with_levels(term.body, values, done, of),
            )
        elif kind is Proj:
            found = self.proj(
                term.structure, term.index, self._with_levels(term.term, values, done, of)
            )
        else:
            found = self.local(term.number, self._with_levels(term.type, values, done, of))
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
        found = replace(term)
        if found is None:
            kind = type(term)
            if kind is App:
                found = self.app(
                    self._rewrite(term.function, replace, done),
                    self._rewrite(term.argument, replace, done),
                )
            elif kind is Lam or kind is Pi:
                found = (self.lam if kind is Lam else self.pi)(
                    self._rewrite(term.domain, replace, done),
                    self._rewrite(term.body, replace, done),
                )
            elif kind is Let:
                found = self.let(
                    self._rewrite(term.type, replace, done),
                    self._rewrite(term.value, replace, done),
                    self._rewrite(term.body, replace, done),
                )
            elif kind is Proj:
                found = self.proj(
                    term.structure, term.index, self._rewrite(term.term, replace, done)
                )
            else:
                found = term
        done[term] = found
        return found
