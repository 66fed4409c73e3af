"""Whether a constant is an example of a theorem: whether it applies the theorem to closed
arguments, so that every hypothesis has a proof.

What a theorem needs to be applied to is read from its statement, unfolded as far as it goes: the
binders in front, those that a definition hides, and those of the parts that `∧`, `∃` or a structure
of propositions joins. What is denied (`¬ p`, or `p → False` at the end) is no hypothesis, nor is
what is equivalent to something else than `True`.

An example is unfolded too, as far as it uses the theorem: it may apply the theorem through lemmas,
`have`, projections, and the elimination of a `∧`, an `∃` or a structure.
"""

from __future__ import annotations

from collections import deque
from collections.abc import Callable, Iterator, Mapping

from .arithmetic import Arithmetic
from .checker import Checker
from .environment import Constant, Recursor, mentioned
from .names import Name
from .refusal import Refused
from .terms import Const, Lam, Let, Pi, Proj, Term, Terms, head_of, parts_of, spine

__all__ = ["Examples"]

_STEPS = 100_000
"""Steps that a statement and an example may take to unfold."""
_DEPTH = 16
"""How many parts may lie within each other."""
_NOT: Name = ("Not",)
_IFF: Name = ("Iff",)
_FALSE: Name = ("False",)
_TRUE: Name = ("True",)

_NUMBERS: tuple[Name, ...] = (
    ("Bool",),
    ("Eq",),
    ("Nat",),
    *(("Nat", function) for function in ("add", "sub", "mul", "beq", "ble")),
)
"""What numbers are computed with, each behind what it rests on."""

_Applications = Mapping[Term, list[tuple[Term, ...]]]
"""By what is applied, the arguments."""


class Examples:
    """Judges examples among some constants, which are well typed.

    Args:
        terms: made the terms in the constants.
        constants: the constants.
    """

    def __init__(self, terms: Terms, constants: Mapping[Name, Constant]):
        self._terms, self._constants = terms, constants
        self._arithmetic = Arithmetic(terms, constants)
        for name in _NUMBERS:
            if name in constants:
                self._arithmetic.learn(constants[name], self._checker)

    def is_plain(self, theorem: Name) -> bool:
        """Whether a theorem takes no arguments, however far it is unfolded: it is its own
        example.
        """
        with self._terms.budget.part(_STEPS):
            return self._settled(theorem, self._checker(), {})

    def applies(self, example: Name, theorem: Name, rests: Callable[[Name], bool]) -> bool:
        """Whether a constant's value applies a theorem to closed arguments, in all its parts; not
        if finding out takes too many steps.

        Args:
            example: the constant.
            theorem: the theorem.
            rests: whether a constant rests on the theorem, or is it.
        """
        value = self._constants[example].value
        if value is None:
            return False
        with self._terms.budget.part(_STEPS):
            return self._is_applied(theorem, self._checker(), value, rests)

    def _is_applied(
        self, theorem: Name, checker: Checker, value: Term, rests: Callable[[Name], bool]
    ) -> bool:
        found: dict[Term, list[tuple[Term, ...]]] = {}
        try:
            for term in _Search(checker, theorem, rests).within(value):
                applied, arguments = spine(term)
                found.setdefault(applied, []).append(tuple(arguments))
                if self._settled(theorem, checker, found):
                    return True
        except (Refused, RecursionError):
            pass
        return False

    def _settled(self, theorem: Name, checker: Checker, found: _Applications) -> bool:
        constant = self._constants[theorem]
        levels = tuple([self._terms.levels.param(name) for name in constant.levels])
        statement = _Statement(checker, found)
        roots = {term for term in found if type(term) is Const and term.name == theorem} or {
            self._terms.const(theorem, levels)
        }
        try:
            return any(
                statement.is_settled(root, checker.at_levels(constant, constant.type, root))
                for root in roots
            )
        except (Refused, RecursionError):
            return False

    def _checker(self) -> Checker:
        return Checker(self._terms, self._constants, self._arithmetic)


class _Statement:
    """Finds out whether all parts of a statement are applied to closed arguments."""

    def __init__(self, checker: Checker, found: _Applications):
        self._checker, self._terms, self._found = checker, checker.terms, found

    def is_settled(self, term: Term, statement: Term, depth: int = 0) -> bool:
        """Whether a proof of a statement, or part of one, has all arguments that it takes.

        Args:
            term: the proof, closed.
            statement: what it proves.
            depth: how many parts this one lies within.
        """
        if depth == _DEPTH:
            return False
        statement = self._unfolded(statement)
        if type(statement) is Pi:
            return self._denies(statement) or any(
                self._is_settled_at(term, statement, arguments, depth)
                for arguments in self._found.get(term, ())
            )
        return self._are_parts_settled(term, statement, depth)

    def _is_settled_at(
        self, term: Term, statement: Term, arguments: tuple[Term, ...], depth: int
    ) -> bool:
        for argument in arguments:
            if type(statement) is not Pi or argument.loose or argument.free:
                break
            statement = self._unfolded(self._terms.instantiate(statement.body, [argument]))
            term = self._terms.app(term, argument)
        if type(statement) is Pi:
            return self._denies(statement)
        return self.is_settled(term, statement, depth)

    def _denies(self, statement: Pi) -> bool:
        """Whether a statement is that a proposition is false."""
        if not self._checker.is_proposition(statement.domain):
            return False
        local = self._terms.local(0, statement.domain)
        return self._is_false(self._terms.instantiate(statement.body, [local]))

    def _unfolded(self, term: Term) -> Term:
        """Unfold the head of a proposition as far as it goes, but for `¬`."""
        while True:
            self._checker.step()
            term = self._checker.core(term)
            head = head_of(term)
            if type(head) is Const and head.name == _NOT:
                return term
            unfolded = self._checker.unfold(term)
            if unfolded is None:
                return term
            term = unfolded

    def _are_parts_settled(self, term: Term, statement: Term, depth: int) -> bool:
        """Whether all is applied that a proposition joins. If there are several ways to prove it,
        one of them must need no arguments.
        """
        head, arguments = spine(statement)
        constants = self._checker.constants
        if type(head) is not Const or head.name not in constants:
            return True
        if head.name == _IFF and len(arguments) == 2:
            return self._is_settled_but_for_true(term, arguments, depth)
        constant = constants[head.name]
        if constant.kind != "inductive" or not self._checker.is_proposition(statement):
            return True
        ways = [constants[name] for name in constant.as_inductive.constructors]
        parts = [list(self._parts(made, head, arguments, term)) for made in ways]
        if len(ways) == 1:
            return all(self.is_settled(part, type_, depth + 1) for part, type_ in parts[0])
        plain = _Statement(self._checker, {})
        return not ways or any(
            all(
                not self._is_false(type_) and plain.is_settled(part, type_, depth + 1)
                for part, type_ in way
            )
            for way in parts
        )

    def _is_settled_but_for_true(self, term: Term, sides: list[Term], depth: int) -> bool:
        """Whether what is equivalent to `True` is applied; any other equivalence speaks of both its
        sides.
        """
        for place, (one, other) in enumerate(((sides[1], sides[0]), (sides[0], sides[1]))):
            true = self._unfolded(one)
            if type(true) is Const and true.name == _TRUE:
                proof = self._terms.proj(_IFF, 1 - place, term)
                return _Statement(self._checker, {}).is_settled(
                    proof, other, depth + 1
                ) or self.is_settled(proof, self._terms.pi(one, other), depth + 1)
        return True

    def _is_false(self, type_: Term) -> bool:
        said = self._unfolded(type_)
        return type(said) is Const and said.name == _FALSE

    def _parts(
        self, made: Constant, head: Const, arguments: list[Term], term: Term
    ) -> Iterator[tuple[Term, Term]]:
        """Yield each proposition that a constructor joins with others, behind the term that proves
        it; not what it is defined by itself.
        """
        type_, declared = self._checker.at_levels(made, made.type, head), made.type
        for place in range(made.as_constructor.parameters + made.as_constructor.fields):
            assert type(type_) is Pi and type(declared) is Pi  # So a constructor's type begins.
            recursive, declared = (
                head.name in mentioned(self._terms.budget, declared.domain),
                declared.body,
            )
            index = place - made.as_constructor.parameters
            value = arguments[place] if index < 0 else self._terms.proj(head.name, index, term)
            if index >= 0 and not recursive and self._checker.is_proposition(type_.domain):
                yield value, type_.domain
            type_ = self._terms.instantiate(type_.body, [value])


class _Search:
    """Looks for applications of a theorem in a term, unfolding what rests on the theorem."""

    def __init__(
        self,
        checker: Checker,
        theorem: Name,
        rests: Callable[[Name], bool],
    ):
        self._checker, self._terms = checker, checker.terms
        self._constants = checker.constants
        self._theorem, self._rests = theorem, rests
        self._concerned: dict[Term, bool] = {}
        self._opened = 0

    def within(self, value: Term) -> Iterator[Term]:
        """Yield each application of the theorem, or of a part of it, what is written out before
        what has to be unfolded.

        Raises:
            Refused: if that takes too many steps.
        """
        later = deque([value])
        seen: set[Term] = set()
        while later:
            pending = [later.popleft()]
            while pending:
                term = pending.pop()
                if term in seen or not self._concerns(term):
                    continue
                seen.add(term)
                self._checker.step()
                head, arguments = spine(term)
                pending += arguments
                if type(head) is Proj:
                    pending.append(head.term)
                if self._is_part(head):
                    yield term
                elif type(head) is Lam and not arguments:
                    local = self._terms.local(self._opened, head.domain)
                    self._opened += 1
                    pending.append(self._terms.instantiate(head.body, [local]))
                elif (reduced := self._reduced(term)) is not None:
                    later.append(reduced)

    def _concerns(self, term: Term) -> bool:
        """Whether a term mentions the theorem, or what rests on it."""
        pending = [term]
        while pending:
            at = pending[-1]
            if at in self._concerned:
                pending.pop()
                continue
            parts = parts_of(at)
            missing = [part for part in parts if part not in self._concerned]
            if missing:
                pending += missing
                continue
            self._concerned[at] = any(self._concerned[part] for part in parts) or (
                type(at) is Const and self._rests(at.name)
            )
        return self._concerned[term]

    def _is_part(self, term: Term) -> bool:
        """Whether a term is the theorem, or a part of an application of it."""
        while type(term) is Proj:
            term = head_of(term.term)
        return type(term) is Const and term.name == self._theorem

    def _reduced(self, term: Term) -> Term | None:
        """Take one step at the head of a term; None if there is none, or none that concerns the
        theorem.
        """
        head, arguments = spine(term)
        if type(head) is Let:
            return self._terms.apply(self._terms.instantiate(head.body, [head.value]), arguments)
        if type(head) is Lam and arguments:
            body = self._terms.instantiate(head.body, arguments[:1])
            return self._terms.apply(body, arguments[1:])
        if type(head) is Proj:
            inner = self._reduced_under(head)
            return None if inner is None else self._terms.apply(inner, arguments)
        if type(head) is Const:
            constant = self._constants.get(head.name)
            if constant is not None and type(constant.detail) is Recursor:
                return self._eliminated(head, constant.detail, arguments)
            return self._checker.unfold(term)
        return None

    def _reduced_under(self, projection: Proj) -> Term | None:
        made, fields = spine(projection.term)
        constant = self._constants.get(made.name) if type(made) is Const else None
        if constant is not None and constant.kind == "ctor":
            return fields[constant.as_constructor.parameters + projection.index]
        inner = self._reduced(projection.term)
        if inner is None:
            return None
        return self._terms.proj(projection.structure, projection.index, inner)

    def _eliminated(self, head: Const, recursor: Recursor, arguments: list[Term]) -> Term | None:
        """Apply the minor premise of a recursor to the parts of what it takes apart."""
        if len(arguments) <= recursor.major or recursor.minors != 1 or recursor.indices:
            return None
        major = arguments[recursor.major]
        ((constructor, (count, _)),) = recursor.rules.items()
        made, given = spine(major)
        if type(made) is Const and made.name == constructor:
            fields = given[len(given) - count :]
        elif self._is_part(made):
            fields = [self._terms.proj(recursor.inductive, place, major) for place in range(count)]
        elif self._concerns(major) and (inner := self._reduced(major)) is not None:
            return self._terms.apply(
                head, [*arguments[: recursor.major], inner, *arguments[recursor.major + 1 :]]
            )
        else:
            return None
        minor = arguments[recursor.parameters + recursor.motives]
        return self._terms.apply(minor, [*fields, *arguments[recursor.major + 1 :]])
