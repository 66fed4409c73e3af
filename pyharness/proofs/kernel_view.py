"""An environment's constants in the form of the second kernel, made when they are asked for."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping

from pyharness.kernel.budget import Budget
from pyharness.kernel.environment import Constant, Constructor, Inductive, Recursor
from pyharness.kernel.levels import Level
from pyharness.kernel.names import Name
from pyharness.kernel.terms import Term, Terms
from pyharness.proofs import constants
from pyharness.proofs.environment import Environment
from pyharness.proofs.terms import APP, BVAR, CONST, LAM, LET, LIT, PI, PROJ, SORT, term_parts

__all__ = ["KernelView"]


_PAIRS: Mapping[int, Callable[[Terms, Term, Term], Term]] = {
    APP: Terms.app,
    LAM: Terms.lam,
    PI: Terms.pi,
}


class KernelView(Mapping[Name, Constant]):
    """The constants of an environment, by name.

    Attributes:
        terms: made the terms in them.
    """

    def __init__(self, environment: Environment):
        self.terms = Terms(Budget(None))
        self._environment = environment
        self._made: dict[Name, Constant] = {}
        self._terms_of: dict[int, Term] = {}
        self._levels_of: dict[int, Level] = {}

    def __len__(self) -> int:
        return len(self._environment.modules)

    def __iter__(self) -> Iterator[Name]:
        return iter(self._environment.modules)

    def __contains__(self, name: object) -> bool:
        return name in self._environment.modules

    def __getitem__(self, name: Name) -> Constant:
        if name not in self._made:
            if name not in self._environment.modules:
                raise KeyError(name)
            self._made[name] = self._constant(self._environment.constant(name))
        return self._made[name]

    def _constant(self, constant: constants.Constant) -> Constant:
        value = constant.value
        return Constant(
            constant.name,
            constant.kind,
            constant.levels,
            self.term(constant.type),
            None if value is None else self.term(value),
            self._detail(constant),
            0,
            tuple(self._environment.uses(constant.name)),
        )

    def _detail(self, constant: constants.Constant) -> Inductive | Constructor | Recursor | None:
        detail = constant.detail
        if isinstance(detail, constants.Inductive):
            return Inductive(
                detail.all,
                detail.constructors,
                detail.parameters,
                detail.indices,
                detail.recursive,
                detail.nested,
                detail.reflexive,
            )
        if isinstance(detail, constants.Constructor):
            return Constructor(detail.inductive, detail.place, detail.parameters, detail.fields)
        if isinstance(detail, constants.Recursor):
            return Recursor(
                detail.all,
                constant.name[:-1],
                detail.parameters,
                detail.indices,
                detail.motives,
                detail.minors,
                {rule.constructor: (rule.fields, self.term(rule.value)) for rule in detail.rules},
                detail.k,
            )
        return None

    def term(self, number: int) -> Term:
        """Return a term of the environment."""
        nodes, done = self._environment.terms.nodes, self._terms_of
        missing = [at for at in self._environment.terms.subterms(number) if at not in done]
        # What a term is made of came into the store before it.
        for at in sorted(missing):
            form, *fields = nodes[at]
            parts = [done[part] for part in term_parts(nodes[at])]
            made: Term
            if form == BVAR:
                made = self.terms.bvar(fields[0])
            elif form == SORT:
                made = self.terms.sort(self._level(fields[0]))
            elif form == CONST:
                made = self.terms.const(fields[0], tuple(map(self._level, fields[1])))
            elif form == LIT:
                made = self.terms.lit(fields[0])
            elif form == PROJ:
                made = self.terms.proj(fields[0], fields[1], *parts)
            elif form == LET:
                made = self.terms.let(*parts)
            else:
                made = _PAIRS[form](self.terms, *parts)
            done[at] = made
        return done[number]

    def _level(self, number: int) -> Level:
        if number not in self._levels_of:
            levels = self.terms.levels
            form, *parts = self._environment.terms.levels[number]
            if form == "zero":
                made = levels.zero
            elif form == "param":
                made = levels.param(parts[0])
            elif form == "succ":
                made = levels.succ(self._level(parts[0]))
            elif form == "max":
                made = levels.max(*map(self._level, parts))
            else:
                made = levels.imax(*map(self._level, parts))
            self._levels_of[number] = made
        return self._levels_of[number]
