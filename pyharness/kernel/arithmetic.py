"""Literals, and functions on numbers that are computed with Python's integers.

A number stands for `Nat.zero` under so many `Nat.succ`, once `Nat` is declared as the type with
these two constructors. A text stands for some element of `String`, once that is a structure over
`List Char`; it is never taken apart, so that nothing depends on which one.

A function is computed by its name only after its own definition was found to be that function: by
equations that leave one function only, each of which holds by unfolding, or is a theorem without
axioms among what was accepted before.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Mapping, Sequence

from .environment import Constant, Constructor, closure, mentioned
from .names import Name
from .printing import show
from .refusal import Refused
from .terms import App, Const, Lit, Local, Term, Terms

__all__ = ["Arithmetic", "cost_of", "is_equality"]

NAT: Name = ("Nat",)
ZERO: Name = ("Nat", "zero")
SUCC: Name = ("Nat", "succ")
BOOL: Name = ("Bool",)
STRING: Name = ("String",)
LIST: Name = ("List",)
EQ: Name = ("Eq",)

LARGEST = 1 << 20
"""Bits of the largest number that is computed; a larger one is refused."""

_FUNCTIONS: Mapping[str, Callable[[int, int], int | bool]] = {
    "add": lambda n, m: n + m,
    "sub": lambda n, m: max(n - m, 0),
    "mul": lambda n, m: n * m,
    "beq": lambda n, m: n == m,
    "ble": lambda n, m: n <= m,
    "div": lambda n, m: n // m if m else 0,
    "mod": lambda n, m: n % m if m else n,
    "gcd": math.gcd,
}

_BY_UNFOLDING: Mapping[str, tuple[str, ...]] = {
    "add": ("n | add n zero = n", "n m | add n (succ m) = succ (add n m)"),
    "sub": (
        "| pred zero = zero",
        "n | pred (succ n) = n",
        "n | sub n zero = n",
        "n m | sub n (succ m) = pred (sub n m)",
    ),
    "mul": ("n | mul n zero = zero", "n m | mul n (succ m) = add (mul n m) n"),
    "beq": (
        "| beq zero zero = true",
        "m | beq zero (succ m) = false",
        "n | beq (succ n) zero = false",
        "n m | beq (succ n) (succ m) = beq n m",
    ),
    "ble": (
        "| ble zero zero = true",
        "m | ble zero (succ m) = true",
        "n | ble (succ n) zero = false",
        "n m | ble (succ n) (succ m) = ble n m",
    ),
}
"""For each function equations, as `variables | left = right`, that must hold by unfolding:
recursion leaves one function."""

_BY_THEOREMS: Mapping[tuple[str, ...], tuple[str, ...]] = {
    ("div", "mod"): (
        "n | div n zero = zero",
        "n m | add (mul m (div n m)) (mod n m) = n",
        "n | mod n zero = n",
        "n m | ble (succ (mod n (succ m))) (succ m) = true",
    ),
    ("gcd",): ("n | gcd zero n = n", "m n | gcd (succ m) n = gcd (mod n (succ m)) (succ m)"),
}
"""For other functions equations that must be theorems, whatever their names: `∀ variables, left =
right`. Quotient and remainder are unique; Euclid's recursion ends, because its first argument
falls."""

_RESTS_ON: Mapping[str, tuple[str, ...]] = {
    "mul": ("add",),
    "div": ("add", "mul", "ble"),
    "gcd": ("mod",),
}
"""What the equations of a function say is known only if these are what they are called."""


class Arithmetic:
    """What is known of numbers and texts; it grows with the constants.

    Attributes:
        functions: the functions that may be computed.
        true: `Bool.true`.
    """

    def __init__(self, terms: Terms, constants: Mapping[Name, Constant]):
        self._terms, self._constants = terms, constants
        self._numbers = self._texts = self._truths = self._equality = False
        self.functions: dict[Name, Callable[[int, int], int | bool]] = {}
        self.nat, self.zero, self.succ = terms.const(NAT), terms.const(ZERO), terms.const(SUCC)
        self.true, self.false = terms.const((*BOOL, "true")), terms.const((*BOOL, "false"))
        self._theorems = {
            self._statement(text): text for texts in _BY_THEOREMS.values() for text in texts
        }
        self._proved: set[str] = set()

    # ------------------------------------------------------------------------------------- literals
    def type_of(self, literal: Lit) -> Term:
        """Return the type of a literal.

        Raises:
            Refused: if the type is not declared as literals need it.
        """
        if type(literal.value) is int:
            if not self._numbers:
                raise Refused(
                    "literal",
                    "Nat is not declared with the constructors zero and succ",
                    term=show(literal),
                )
            return self.nat
        if not self._texts:
            raise Refused(
                "literal",
                "String is not declared as a structure over List Char",
                term=show(literal),
            )
        return self._terms.const(STRING)

    def number(self, term: Term) -> int | None:
        """Return the number that a literal or `Nat.zero` is."""
        if type(term) is Lit:
            return term.value if type(term.value) is int else None
        return 0 if term is self.zero and self._numbers else None

    def predecessor(self, term: Term) -> Term | None:
        """Return the number before one that is a literal or an application of `Nat.succ`."""
        if type(term) is App:
            return term.argument if term.function is self.succ and self._numbers else None
        if type(term) is Lit and type(term.value) is int and term.value > 0:
            return self._terms.lit(term.value - 1)
        return None

    def constructed(self, literal: Lit) -> Term:
        """Return a number as an application of a constructor."""
        if type(literal.value) is not int:
            return literal
        return (
            self._terms.app(self.succ, self._terms.lit(literal.value - 1))
            if literal.value
            else self.zero
        )

    # ---------------------------------------------------------------------------------- computation
    def knows(self, name: Name, arguments: int) -> bool:
        """Whether a function of so many arguments may be computed."""
        return (arguments == 2 and name in self.functions) or (
            arguments == 1 and name == SUCC and self._numbers
        )

    def compute(self, name: Name, numbers: Sequence[int]) -> Term:
        """Return what a function that may be computed gives.

        Raises:
            Refused: if that is too large.
        """
        if sum([number.bit_length() for number in numbers]) > LARGEST:
            raise Refused(
                "budget", f"numbers: a computation on numbers of more than {LARGEST:,} bits"
            )
        result = numbers[0] + 1 if name == SUCC else self.functions[name](*numbers)
        if type(result) is bool:
            return self.true if result else self.false
        return self._terms.lit(result)

    # ------------------------------------------------------------------------------------- learning
    def learn(self, constant: Constant, equal: Callable[[Term, Term], bool]) -> None:
        """Take note of a constant that was accepted; `equal` compares terms by unfolding."""
        name = constant.name
        if constant.kind == "inductive":
            self._learn_type(name)
        elif constant.kind == "def" and len(name) == 2 and name[:1] == NAT:
            word = name[1]
            if isinstance(word, str) and word in _BY_UNFOLDING:
                self._learn_function(word, equal)
        elif constant.kind == "theorem" and constant.type in self._theorems:
            self._learn_theorem(constant)

    def _learn_type(self, name: Name) -> None:
        terms = self._terms
        if name == NAT:
            self._numbers = self._has_shape(
                NAT, ((ZERO, self.nat), (SUCC, terms.pi(self.nat, self.nat)))
            )
        elif name == BOOL:
            bool_ = terms.const(BOOL)
            self._truths = self._has_shape(
                BOOL, (((*BOOL, "false"), bool_), ((*BOOL, "true"), bool_))
            )
        elif name == STRING:
            chars = terms.app(terms.const(LIST, (terms.levels.zero,)), terms.const(("Char",)))
            nil = self._constants.get((*LIST, "nil"))
            self._texts = (
                self._has_shape(STRING, (((*STRING, "mk"), terms.pi(chars, terms.const(STRING))),))
                and nil is not None
                and nil.detail == Constructor(LIST, 0, 1, 0)
            )
        elif name == EQ:
            self._equality = is_equality(terms, self._constants)

    def _has_shape(self, name: Name, constructors: Sequence[tuple[Name, Term]]) -> bool:
        constant = self._constants[name]
        return (
            constant.type is self._terms.type
            and not constant.levels
            and constant.as_inductive.constructors
            == tuple([constructor for constructor, _ in constructors])
            and all(
                self._constants[constructor].type is type_ for constructor, type_ in constructors
            )
        )

    def _learn_function(self, word: str, equal: Callable[[Term, Term], bool]) -> None:
        if not self._is_function(word) or not self._known(_RESTS_ON.get(word, ())):
            return
        equations = [self._sides(text)[1:] for text in _BY_UNFOLDING[word]]
        if all(
            mentioned(self._terms.budget, *sides) <= self._constants.keys() and equal(*sides)
            for sides in equations
        ):
            self.functions[*NAT, word] = _FUNCTIONS[word]

    def _learn_theorem(self, constant: Constant) -> None:
        rests_on = closure(self._constants, constant.name)
        self._terms.budget.step(sum([len(self._constants[name].uses) for name in rests_on]))
        if any(self._constants[name].kind == "axiom" for name in rests_on):
            return
        self._proved.add(self._theorems[constant.type])
        for words, texts in _BY_THEOREMS.items():
            if (
                self._truths
                and self._equality
                and self._proved.issuperset(texts)
                and self._known(_RESTS_ON[words[0]])
                and all(map(self._is_function, words))
            ):
                self.functions.update({(*NAT, word): _FUNCTIONS[word] for word in words})

    def _known(self, words: Sequence[str]) -> bool:
        return all((*NAT, word) in self.functions for word in words)

    def _is_function(self, word: str) -> bool:
        """Whether a constant is declared as a function of two numbers."""
        constant = self._constants.get((*NAT, word))
        pi, nat = self._terms.pi, self.nat
        result = self._terms.const(BOOL) if word in ("beq", "ble") else nat
        return (
            self._numbers
            and constant is not None
            and not constant.levels
            and constant.type is pi(nat, pi(nat, result))
        )

    # ------------------------------------------------------------------------------------ equations
    def _sides(self, text: str) -> tuple[list[Local], Term, Term]:
        """Return the variables of an equation, as free variables, and its sides."""
        words, _, equation = text.partition("|")
        variables = {
            word: self._terms.local(number, self.nat) for number, word in enumerate(words.split())
        }
        left, right = equation.split("=")
        return list(variables.values()), self._term(left, variables), self._term(right, variables)

    def _statement(self, text: str) -> Term:
        """Return the proposition that an equation holds for all numbers."""
        terms = self._terms
        variables, left, right = self._sides(text)
        kind = terms.const(BOOL) if right in (self.true, self.false) else self.nat
        return terms.pis(
            variables, terms.apply(terms.const(EQ, (terms.levels.one,)), [kind, left, right])
        )

    def _term(self, text: str, variables: Mapping[str, Term]) -> Term:
        words = text.replace("(", "( ").replace(")", " )").split()

        def application() -> Term:
            parts: list[Term] = []
            while words and words[0] != ")":
                word = words.pop(0)
                parts.append(
                    application() if word == "(" else variables.get(word) or self._named(word)
                )
            if words:
                words.pop(0)
            return self._terms.apply(parts[0], parts[1:])

        return application()

    def _named(self, word: str) -> Const:
        return self._terms.const((*(BOOL if word in ("true", "false") else NAT), word))


def cost_of(numbers: Sequence[int]) -> int:
    """Return how many steps a computation on numbers takes: long division grows with the square."""
    words = sum([number.bit_length() for number in numbers]) // 64
    return 1 + words + words * words // 1024


def is_equality(terms: Terms, constants: Mapping[Name, Constant]) -> bool:
    """Whether `Eq` is declared as the type of proofs that two elements of one type are the same."""
    constant, refl = constants.get(EQ), constants.get((*EQ, "refl"))
    if (
        constant is None
        or refl is None
        or constant.kind != "inductive"
        or len(constant.levels) != 1
    ):
        return False
    level = terms.levels.param(constant.levels[0])
    type_, const = terms.local(0, terms.sort(level)), terms.const(EQ, (level,))
    one, other = terms.local(1, type_), terms.local(2, type_)
    return (
        constant.type is terms.pis([type_, one, other], terms.prop)
        and constant.as_inductive.constructors == (refl.name,)
        and refl.type is terms.pis([type_, one], terms.apply(const, [type_, one, one]))
    )
