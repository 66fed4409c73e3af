"""The second kernel at work on closed terms of an environment: what they reduce to."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager

from pyharness.core.errors import UsageError
from pyharness.kernel.arithmetic import BOOL, EQ, NAT, Arithmetic
from pyharness.kernel.budget import STEPS
from pyharness.kernel.checker import Checker
from pyharness.kernel.environment import Constant, Constructor, Extended, Inductive, Recursor
from pyharness.kernel.printing import show
from pyharness.kernel.refusal import Refused
from pyharness.kernel.terms import Const, Pi, Proj, Term, spine
from pyharness.proofs.acceleration import EQUATIONS
from pyharness.proofs.environment import Environment
from pyharness.proofs.kernel_view import KernelView
from pyharness.proofs.names import Name, show_name

__all__ = ["Calculator", "Stuck"]

_PROOF: Name = ("by arithmetic",)
"""What stands for the proofs in data: `∀ p, p`. It is applied only to propositions that were found
to hold, and which proof of one it is makes no difference."""
_FALSE: Name = ("False",)
_AND: Name = ("And",)
_EXISTS: Name = ("Exists",)
_LE: Name = ("Nat", "le")
_KEPT = 2_000_000
"""Steps after which what was found out is forgotten, as it takes up memory."""


class Stuck(Exception):
    """A term does not reduce to a constructor.

    Attributes:
        reason: at which term that ends, and why.
    """

    def __init__(self, reason: str):
        super().__init__(reason)
        self.reason = reason


class Calculator:
    """Reduces closed terms, with functions on numbers computed where they are known to be what they
    are called.

    Args:
        environment: declares the constants, which are well typed.
        names: what the terms mention; constants that are not there are passed over.

    Attributes:
        terms: makes the terms.
        checker: reduces and types them.
        forgotten: how often what was found out was forgotten; terms from before that are to be made
            anew.
    """

    def __init__(self, environment: Environment, names: Iterable[Name]):
        if _PROOF in environment.modules:
            raise UsageError(f"the export declares {show_name(_PROOF)}, which the harness uses")
        self._environment, self._view = environment, KernelView(environment)
        self.terms, self.forgotten = self._view.terms, 0
        self._arithmetic = Arithmetic(self.terms, self._view)
        order = dict.fromkeys(_in_order(environment, [NAT, BOOL, EQ, *names]))
        tied = [
            ("Acceleration", theorem)
            for operation in EQUATIONS
            if ("Nat", operation) in order
            for theorem in EQUATIONS[operation]
        ]
        self._constants = Extended(self._view)
        for name in _in_order(environment, [*order, *tied]):
            # Most theorems are never looked at, and their proofs are long.
            if environment.kind(name) != "theorem" or name in tied:
                # What is made later may be forgotten, so constants are made before. They are no
                # part of what a case may hold.
                self.terms.budget.begin()
                constant = self._constants[name] = self._view[name]
                if name in tied or name[:1] in (NAT, BOOL, EQ):
                    self._arithmetic.learn(constant, self._new)
        prop = self.terms.local(0, self.terms.prop)
        proof = Constant(_PROOF, "axiom", (), self.terms.pis([prop], prop), None, None, 0, ())
        self._constants[_PROOF] = proof
        self._proof = self.terms.const(_PROOF)
        self.keep()

    def _new(self) -> Checker:
        return Checker(self.terms, self._view, self._arithmetic)

    def keep(self) -> None:
        """Keep the terms that were made so far when what is found out is forgotten."""
        self._mark = self.terms.mark()
        self._begin()

    def _begin(self) -> None:
        self.terms.budget.begin()
        self.checker = Checker(self.terms, self._constants, self._arithmetic)

    @contextmanager
    def case(self) -> Iterator[None]:
        """Give what is done within a number of steps of its own.

        Raises:
            Stuck: if that is not enough, or a term in it cannot be reduced.
        """
        if self.terms.budget.taken() > _KEPT:
            self.terms.forget(self._mark)
            self._begin()
            self.forgotten += 1
        try:
            with self.terms.budget.part(STEPS):
                yield
        except Refused as refused:
            raise Stuck(
                f"more than {STEPS:,} steps, or more memory than there is for one case, are needed "
                f"({refused.reason})"
                if refused.declined
                else str(refused)
            ) from None
        except RecursionError:
            raise Stuck("it goes too deep") from None

    # ------------------------------------------------------------------------------------- what is
    def term(self, number: int) -> Term:
        """Return a term of the environment."""
        return self._view.term(number)

    def const(self, *name: str | int) -> Const:
        """Return a constant without universe parameters."""
        return self.terms.const(name)

    def constant(self, name: Name) -> Constant | None:
        """Return what is declared under a name, if anything is."""
        return self._view.get(name)

    def ships(self, name: Name) -> bool:
        """Whether a constant is that of the harness's library."""
        return self._environment.ships(name)

    @property
    def knows_numbers(self) -> bool:
        """Whether `Nat` is declared as the type that literals are of."""
        return self._arithmetic.known.numbers

    @property
    def knows_truths(self) -> bool:
        """Whether `Bool` is declared with its two elements."""
        return self._arithmetic.known.truths

    # ------------------------------------------------------------------------------------ reduction
    def constructed(self, term: Term) -> tuple[Name, Sequence[Term]]:
        """Return the constructor that a term reduces to, and its fields.

        Raises:
            Stuck: if it reduces to none.
        """
        term = self.checker.whnf(term)
        head, arguments = spine(term)
        constant = self._view.get(head.name) if type(head) is Const else None
        if constant is None or type(constant.detail) is not Constructor:
            raise Stuck(self._why(term))
        return constant.name, arguments[constant.detail.parameters :]

    def number(self, term: Term) -> int:
        """Return the natural number that a term reduces to.

        Raises:
            Stuck: if it reduces to none.
        """
        above = 0
        while True:
            term = self.checker.whnf(term)
            number = self._arithmetic.number(term)
            if number is not None:
                return above + number
            before = self._arithmetic.predecessor(term)
            if before is None:
                raise Stuck(self._why(term))
            above, term = above + 1, before

    def _why(self, term: Term) -> str:
        """Say at which term the reduction of one ends, and why."""
        while True:
            term = self.checker.whnf(term)
            head, arguments = spine(term)
            if type(head) is Proj:
                term = head.term
                continue
            constant = self._view.get(head.name) if type(head) is Const else None
            inner = None
            if constant is not None and type(constant.detail) is Recursor:
                inner = constant.detail.major
            elif constant is not None and constant.kind == "quot":
                inner = {"lift": 5, "ind": 4}.get(str(constant.name[-1]))
            if constant is not None and constant.name[:-1] == ("Acc",):
                return f"it stops at `{show(term)}`: well-founded recursion does not reduce"
            if inner is None or inner >= len(arguments):
                return f"it stops at `{show(term)}`{_reason(head, constant)}"
            term = arguments[inner]

    # --------------------------------------------------------------------------------------- proofs
    def proof(self, proposition: Term, witnesses: Sequence[int] = (0, 1)) -> Term | None:
        """Return what stands for a proof of a proposition that holds by arithmetic; None if that is
        not seen.

        Args:
            proposition: closed, about numbers.
            witnesses: the numbers that are tried where one must exist.
        """
        held = self.holds(proposition, witnesses)
        return self.terms.app(self._proof, proposition) if held else None

    def holds(self, proposition: Term, witnesses: Sequence[int] = (0, 1)) -> bool | None:
        """Whether a closed proposition about numbers holds; None if that is not seen."""
        terms, checker = self.terms, self.checker
        said = checker.whnf(proposition)
        if type(said) is Pi:
            denied = checker.whnf(said.body) if not said.body.loose else None
            if denied is None or not self._is_false(denied):
                return None
            held = self.holds(said.domain, witnesses)
            return None if held is None else not held
        head, arguments = spine(said)
        if type(head) is not Const:
            return None
        try:
            if head.name == _LE and len(arguments) == 2 and self._is_order():
                one, other = map(self.number, arguments)
                return one <= other
            if head.name == EQ and len(arguments) == 3 and self._arithmetic.known.equality:
                return self._same(*arguments)
        except Stuck:
            return None
        if head.name == _AND and len(arguments) == 2 and self._is_conjunction():
            both = [self.holds(argument, witnesses) for argument in arguments]
            return False if False in both else None if None in both else True
        if head.name == _EXISTS and len(arguments) == 2 and self._is_existence():
            tried = self._witnesses(arguments[0], witnesses)
            if any(self.holds(terms.app(arguments[1], one), witnesses) for one in tried):
                return True
        return None

    def _same(self, kind: Term, one: Term, other: Term) -> bool | None:
        if self.checker.equal(one, other):
            return True
        kind = self.checker.whnf(kind)
        if kind is self.const(*NAT):
            return self.number(one) == self.number(other)
        if kind is self.const(*BOOL) and self.knows_truths:
            return self.constructed(one)[0] == self.constructed(other)[0]
        return None

    def _witnesses(self, kind: Term, values: Sequence[int]) -> list[Term]:
        """Return numbers as elements of a type; none if it is not of numbers."""
        kind = self.checker.whnf(kind)
        if kind is self.const(*NAT):
            return [self.terms.lit(value) for value in values if value >= 0]
        if kind is self.const("Int") and self.constant(("Int", "ofNat")) is not None:
            return [self.integer(value) for value in values]
        return []

    def integer(self, value: int) -> Term:
        """Return an element of `Int`."""
        made, number = ("ofNat", value) if value >= 0 else ("negSucc", -value - 1)
        return self.terms.app(self.const("Int", made), self.terms.lit(number))

    def _is_false(self, term: Term) -> bool:
        constant = self._view.get(term.name) if type(term) is Const else None
        return (
            constant is not None
            and constant.name == _FALSE
            and type(constant.detail) is Inductive
            and not constant.detail.constructors
        )

    def _is_order(self) -> bool:
        """Whether `Nat.le` is declared as the order of numbers."""
        terms, nat, order = self.terms, self.const(*NAT), self.const(*_LE)
        one, other = terms.local(0, nat), terms.local(1, nat)
        successor = terms.app(self.const("Nat", "succ"), other)
        below = terms.local(2, terms.apply(order, [one, other]))
        return self.has_shape(
            _LE,
            terms.pis([one, other], terms.prop),
            {
                (*_LE, "refl"): terms.pis([one], terms.apply(order, [one, one])),
                (*_LE, "step"): terms.pis(
                    [one, other, below], terms.apply(order, [one, successor])
                ),
            },
        )

    def _is_conjunction(self) -> bool:
        """Whether `And` is declared as what holds if both its parts do."""
        terms = self.terms
        one, other = terms.local(0, terms.prop), terms.local(1, terms.prop)
        parts = terms.local(2, one), terms.local(3, other)
        both = terms.apply(terms.const(_AND), [one, other])
        return self.has_shape(
            _AND,
            terms.pis([one, other], terms.prop),
            {(*_AND, "intro"): terms.pis([one, other, *parts], both)},
        )

    def _is_existence(self) -> bool:
        """Whether `Exists` is declared as what holds if there is a witness."""
        constant = self._view.get(_EXISTS)
        if constant is None or len(constant.levels) != 1:
            return False
        terms, level = self.terms, self.terms.levels.param(constant.levels[0])
        kind = terms.local(0, terms.sort(level))
        of = terms.local(1, terms.pi(kind, terms.prop))
        witness = terms.local(2, kind)
        said = terms.local(3, terms.app(of, witness))
        exists = terms.apply(terms.const(_EXISTS, (level,)), [kind, of])
        return self.has_shape(
            _EXISTS,
            terms.pis([kind, of], terms.prop),
            {(*_EXISTS, "intro"): terms.pis([kind, of, witness, said], exists)},
        )

    def has_shape(self, name: Name, type_: Term, constructors: Mapping[Name, Term]) -> bool:
        """Whether a constant is the inductive type of some type with some constructors, by their
        types.
        """
        constant = self._view.get(name)
        return (
            constant is not None
            and type(constant.detail) is Inductive
            and constant.type is type_
            and constant.detail.constructors == tuple(constructors)
            and all(self._view[made].type is said for made, said in constructors.items())
        )


def _reason(head: Term, constant: Constant | None) -> str:
    if constant is None:
        return ""
    if constant.kind == "axiom":
        return f": {show(head)} is an axiom, which computes nothing"
    if constant.kind == "opaque":
        return f": {show(head)} is opaque, so that it is not unfolded"
    return ""


def _in_order(environment: Environment, names: Iterable[Name]) -> Iterator[Name]:
    """Yield constants and all that they rest on, each behind what it rests on; of a family the
    first that is met.
    """
    seen: set[Name] = set()
    for root in names:
        if root in seen or root not in environment.modules:
            continue
        seen.add(root)
        pending = [(root, iter(environment.uses(root)))]
        while pending:
            name, below = pending[-1]
            found = next((item for item in below if item not in seen), None)
            if found is None:
                pending.pop()
                yield name
            elif found in environment.modules:
                seen.add(found)
                pending.append((found, iter(environment.uses(found))))
            else:
                seen.add(found)
