"""Literals, and functions on numbers that are computed with Python's integers.

A number stands for `Nat.zero` under so many `Nat.succ`, once `Nat` is declared as the type with
these two constructors. A text stands for `String.ofList` of the list of its characters, each of
them `Char.ofNat` of its number, once these constants are declared so that this is an element of
`String`; in place of `String.ofList` stands `String.mk`, where that is declared and the other is
not, as in older versions of Lean.

Why a function may be computed by its name is one of these:

| reason | what was found |
|---|---|
| checked | its own definition is that function: equations that leave one function only hold |
| known | it is defined, with all under it, as in a version of Lean of which it was tried |
| by name | nothing but its type; only where as much is to be believed as Lean's kernel believes |

An equation holds by unfolding, or it is a theorem without axioms among what was accepted before.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Mapping, Sequence
from types import MappingProxyType
from typing import Any, Literal, NamedTuple, Protocol, TypeAlias

from .digests import Digests
from .environment import TEXT, Constant, Constructor, closure, mentioned
from .known import KNOWN
from .names import Name
from .printing import show
from .refusal import Refused
from .terms import App, Const, Lit, Local, Term, Terms

__all__ = ["FUNCTIONS", "NAT", "UNARY", "Arithmetic", "Function", "Known", "cost_of", "is_equality"]

NAT: Name = ("Nat",)
ZERO: Name = ("Nat", "zero")
SUCC: Name = ("Nat", "succ")
BOOL: Name = ("Bool",)
STRING: Name = ("String",)
CHAR: Name = ("Char",)
LIST: Name = ("List",)
EQ: Name = ("Eq",)

LARGEST = 1 << 20
"""Bits of the largest number that is computed with; a larger one is refused."""

Reason: TypeAlias = Literal["checked", "known", "by name"]

FUNCTIONS: Mapping[str, Callable[..., int | bool | None]] = {
    "add": lambda n, m: n + m,
    "sub": lambda n, m: max(n - m, 0),
    "mul": lambda n, m: n * m,
    "beq": lambda n, m: n == m,
    "ble": lambda n, m: n <= m,
    "div": lambda n, m: n // m if m else 0,
    "mod": lambda n, m: n % m if m else n,
    "gcd": math.gcd,
    "pow": lambda n, m: n**m if m * max(n.bit_length() - 1, 0) < LARGEST else None,
    "log2": lambda n: max(n.bit_length() - 1, 0),
    "land": lambda n, m: n & m,
    "lor": lambda n, m: n | m,
    "xor": lambda n, m: n ^ m,
    "shiftLeft": lambda n, m: n << m if not n or m < LARGEST else None,
    "shiftRight": lambda n, m: n >> m,
}
"""What each function gives; None where that is too large to be computed."""
UNARY, _TRUTHS = frozenset({"log2"}), frozenset({"beq", "ble"})
"""The functions of one number, and those that give a truth value."""

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
    "pow": ("n | pow n zero = (succ zero)", "n m | pow n (succ m) = mul (pow n m) n"),
    "shiftLeft": (
        "n | shiftLeft n zero = n",
        "n m | shiftLeft n (succ m) = shiftLeft (mul (succ (succ zero)) n) m",
    ),
    "shiftRight": (
        "n | shiftRight n zero = n",
        "n m | shiftRight n (succ m) = div (shiftRight n m) (succ (succ zero))",
    ),
}
"""For each function equations, as `variables | left = right`, that must hold by unfolding:
recursion leaves one function."""


_TWO = "(succ (succ zero))"


def _by_bits(word: str, last: str) -> str:
    """The equation of a function that works bit by bit: `last` is its last bit, of the last bits
    `{a}` and `{b}`, and before that stands the function of the halves.
    """
    bit = last.format(a=f"(mod (succ n) {_TWO})", b=f"(mod m {_TWO})")
    halves = f"({word} (div (succ n) {_TWO}) (div m {_TWO}))"
    return f"n m | {word} (succ n) m = add (mul {_TWO} {halves}) ({bit})"


_BY_THEOREMS: Mapping[tuple[str, ...], tuple[str, ...]] = {
    ("div", "mod"): (
        "n | div n zero = zero",
        "n m | add (mul m (div n m)) (mod n m) = n",
        "n | mod n zero = n",
        "n m | ble (succ (mod n (succ m))) (succ m) = true",
    ),
    ("gcd",): ("n | gcd zero n = n", "m n | gcd (succ m) n = gcd (mod n (succ m)) (succ m)"),
    ("log2",): (
        "| log2 zero = zero",
        "| log2 (succ zero) = zero",
        "n | log2 (succ (succ n)) = succ (log2 (div (succ (succ n)) (succ (succ zero))))",
    ),
    ("land",): ("m | land zero m = zero", _by_bits("land", "mul {a} {b}")),
    ("lor",): ("m | lor zero m = m", _by_bits("lor", "sub (add {a} {b}) (mul {a} {b})")),
    ("xor",): (
        "m | xor zero m = m",
        _by_bits("xor", f"mod (add {{a}} {{b}}) {_TWO}"),
    ),
}
"""For other functions equations that must be theorems, whatever their names: `∀ variables, left =
right`. Quotient and remainder are unique; Euclid's recursion ends, because its first argument
falls, and so do those by halves."""

_RESTS_ON: Mapping[str, tuple[str, ...]] = {
    "mul": ("add",),
    "div": ("add", "mul", "ble"),
    "gcd": ("mod",),
    "pow": ("mul",),
    "shiftLeft": ("mul",),
    "shiftRight": ("div",),
    "log2": ("div",),
    "land": ("add", "mul", "div", "mod"),
    "lor": ("add", "sub", "mul", "div", "mod"),
    "xor": ("add", "mul", "div", "mod"),
}
"""What the equations of a function say is known only if these are what they are called."""


_Shape: TypeAlias = Sequence[tuple[Name, Term]]
"""Constructors with their types."""


class Function(NamedTuple):
    """A function on numbers that may be computed, and why."""

    compute: Callable[..., int | bool | None]
    reason: Reason


class Known(NamedTuple):
    """What was found out of the constants so far.

    Attributes:
        numbers: whether `Nat` is declared as literals need it.
        texts: whether `String` is.
        truths: whether `Bool` has its two elements.
        equality: whether `Eq` is equality.
        of_list: the function that makes a text of its characters.
        proved: the equations that are theorems.
        functions: the functions that may be computed.
    """

    numbers: bool = False
    texts: bool = False
    truths: bool = False
    equality: bool = False
    of_list: Const | None = None
    proved: frozenset[str] = frozenset()
    functions: Mapping[Name, Function] = MappingProxyType({})


class Typing(Protocol):
    """Types and compares terms; see `Checker`."""

    def check(self, term: Term) -> Term:
        """Return the type of a term.

        Raises:
            Refused: if it has none.
        """

    def equal(self, left: Term, right: Term) -> bool:
        """Whether two well-typed terms are equal by definition."""

    def is_proposition(self, type_: Term) -> bool:
        """Whether a well-typed type is a proposition."""


class Arithmetic:
    """What is known of numbers and texts; it grows with the constants.

    Args:
        terms: makes terms.
        constants: the constants, to be looked at as they grow.
        as_lean: whether functions are computed by name as well.

    Attributes:
        known: what is known.
        true: `Bool.true`.
    """

    def __init__(self, terms: Terms, constants: Mapping[Name, Constant], *, as_lean: bool = False):
        self._terms, self._constants, self._as_lean = terms, constants, as_lean
        self.known = Known()
        self.nat, self.zero, self.succ = terms.const(NAT), terms.const(ZERO), terms.const(SUCC)
        self.true, self.false = terms.const((*BOOL, "true")), terms.const((*BOOL, "false"))
        self._theorems = {
            self._statement(text): text for texts in _BY_THEOREMS.values() for text in texts
        }

    # ------------------------------------------------------------------------------------- literals
    def type_of(self, literal: Lit) -> Term:
        """Return the type of a literal.

        Raises:
            Refused: if the type is not declared as literals need it.
        """
        if type(literal.value) is int:
            if not self.known.numbers:
                raise Refused(
                    "literal",
                    "Nat is not declared with the constructors zero and succ",
                    term=show(literal),
                )
            return self.nat
        if not self.known.texts:
            raise Refused(
                "literal",
                "String is not declared with String.ofList or String.mk, of a list of Char.ofNat",
                term=show(literal),
            )
        return self._terms.const(STRING)

    def number(self, term: Term) -> int | None:
        """Return the number that a literal or `Nat.zero` is."""
        if type(term) is Lit:
            return term.value if type(term.value) is int else None
        return 0 if term is self.zero and self.known.numbers else None

    def predecessor(self, term: Term) -> Term | None:
        """Return the number before one that is a literal or an application of `Nat.succ`."""
        if type(term) is App:
            return term.argument if term.function is self.succ and self.known.numbers else None
        if type(term) is Lit and type(term.value) is int and term.value > 0:
            return self._terms.lit(term.value - 1)
        return None

    def constructed(self, literal: Lit) -> Term:
        """Return a number as an application of a constructor, a text as what it stands for."""
        if type(literal.value) is not int:
            return (
                literal
                if self.known.of_list is None
                else self._written(self.known.of_list, literal)
            )
        return (
            self._terms.app(self.succ, self._terms.lit(literal.value - 1))
            if literal.value
            else self.zero
        )

    def _written(self, of_list: Const, literal: Lit) -> Term:
        """Return a text as a function of the list of its characters."""
        terms = self._terms
        assert type(literal.value) is str
        terms.budget.step(len(literal.value))
        char, of_nat = terms.const(CHAR), terms.const((*CHAR, "ofNat"))
        cons = terms.app(terms.const((*LIST, "cons"), (terms.levels.zero,)), char)
        made: Term = terms.app(terms.const((*LIST, "nil"), (terms.levels.zero,)), char)
        for character in reversed(literal.value):
            made = terms.apply(cons, [terms.app(of_nat, terms.lit(ord(character))), made])
        return terms.app(of_list, made)

    # ---------------------------------------------------------------------------------- computation
    def knows(self, name: Name, arguments: int) -> bool:
        """Whether a function of so many arguments may be computed."""
        if name == SUCC:
            return arguments == 1 and self.known.numbers
        return name in self.known.functions and arguments == (1 if name[1] in UNARY else 2)

    def compute(self, name: Name, numbers: Sequence[int]) -> Term | None:
        """Return what a function that may be computed gives; None if that is too large.

        Raises:
            Refused: if the numbers are.
        """
        if sum([number.bit_length() for number in numbers]) > LARGEST:
            raise Refused(
                "budget", f"numbers: a computation on numbers of more than {LARGEST:,} bits"
            )
        result = numbers[0] + 1 if name == SUCC else self.known.functions[name].compute(*numbers)
        if type(result) is bool:
            return self.true if result else self.false
        return None if result is None else self._terms.lit(result)

    # ------------------------------------------------------------------------------------- learning
    def learn(self, constant: Constant, typing: Callable[[], Typing]) -> None:
        """Take note of a constant that was accepted; `typing` makes what it is looked at with."""
        name = constant.name
        if constant.kind == "inductive":
            self._learn_type(name)
        elif constant.kind == "theorem" and constant.type in self._theorems:
            self._learn_theorem(constant)
        elif len(name) == 2 and name[:1] == NAT:
            word = name[1]
            if isinstance(word, str) and word in FUNCTIONS:
                if constant.kind == "def" and word in _BY_UNFOLDING:
                    self._learn_function(word, typing())
                if name not in self.known.functions and word in KNOWN and self._is_function(word):
                    self._look_up(word, typing())
                if self._as_lean and name not in self.known.functions and self._is_function(word):
                    self._may_compute((word,), "by name")
        if self.known.of_list is None and name in TEXT:
            self._learn_text(typing())

    def _learned(self, **found: Any) -> None:
        self.known = self.known._replace(**found)

    def _may_compute(self, words: Sequence[str], reason: Reason) -> None:
        added = {(*NAT, word): Function(FUNCTIONS[word], reason) for word in words}
        self._learned(functions=MappingProxyType({**self.known.functions, **added}))

    def _look_up(self, word: str, typing: Typing) -> None:
        """Find out whether a function is defined as it is known of a version of Lean."""

        def is_proof(constant: Constant) -> bool:
            return constant.kind in ("theorem", "axiom") and typing.is_proposition(constant.type)

        digests = Digests(self._constants)
        if digests.definition((*NAT, word), is_proof) in KNOWN[word]:
            self._may_compute((word,), "known")

    def _learn_text(self, typing: Typing) -> None:
        """Find out whether a text may be written as a function of its list of characters. Once it
        is, it always means the same.
        """
        sample, string = self._terms.lit(" "), self._terms.const(STRING)
        heads = ((*STRING, "ofList"), (*STRING, "mk"))
        for name in heads:
            if self.known.numbers and self._constants.keys() >= {
                name,
                CHAR,
                *TEXT.difference(heads),
            }:
                of_list = self._terms.const(name)
                try:
                    if typing.equal(typing.check(self._written(of_list, sample)), string):
                        self._learned(texts=True, of_list=of_list)
                        return
                except Refused as refused:
                    if refused.declined:
                        raise

    def _learn_type(self, name: Name) -> None:
        terms = self._terms
        shape: _Shape
        if name == NAT:
            shape = ((ZERO, self.nat), (SUCC, terms.pi(self.nat, self.nat)))
            self._learned(numbers=self._has_shape(NAT, shape))
        elif name == BOOL:
            bool_ = terms.const(BOOL)
            shape = (((*BOOL, "false"), bool_), ((*BOOL, "true"), bool_))
            self._learned(truths=self._has_shape(BOOL, shape))
        elif name == STRING:
            chars = terms.app(terms.const(LIST, (terms.levels.zero,)), terms.const(("Char",)))
            nil = self._constants.get((*LIST, "nil"))
            shape = (((*STRING, "mk"), terms.pi(chars, terms.const(STRING))),)
            of_chars = nil is not None and nil.detail == Constructor(LIST, 0, 1, 0)
            self._learned(texts=self._as_lean or (of_chars and self._has_shape(STRING, shape)))
        elif name == EQ:
            self._learned(equality=is_equality(terms, self._constants))

    def _has_shape(self, name: Name, constructors: _Shape) -> bool:
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

    def _learn_function(self, word: str, typing: Typing) -> None:
        reason = self._support(_RESTS_ON.get(word, ()))
        if not self._is_function(word) or reason is None:
            return
        equations = [self._sides(text)[1:] for text in _BY_UNFOLDING[word]]
        if all(
            mentioned(self._terms.budget, *sides) <= self._constants.keys() and typing.equal(*sides)
            for sides in equations
        ):
            self._may_compute((word,), reason)

    def _learn_theorem(self, constant: Constant) -> None:
        rests_on = closure(self._constants, constant.name)
        self._terms.budget.step(sum([len(self._constants[name].uses) for name in rests_on]))
        if any(self._constants[name].kind == "axiom" for name in rests_on):
            return
        self._learned(proved=self.known.proved | {self._theorems[constant.type]})
        for words, texts in _BY_THEOREMS.items():
            reason = self._support(_RESTS_ON[words[0]])
            if (
                self.known.truths
                and self.known.equality
                and self.known.proved.issuperset(texts)
                and reason is not None
                and all(map(self._is_function, words))
            ):
                self._may_compute(words, reason)

    def _support(self, words: Sequence[str]) -> Reason | None:
        """Return why functions are what they are called: "checked" if all were, None if nothing but
        the name says so of one.
        """
        known = self.known.functions
        reasons = {
            known[*NAT, word].reason if (*NAT, word) in known else "by name" for word in words
        }
        if "by name" in reasons:
            return None
        return "known" if "known" in reasons else "checked"

    def _is_function(self, word: str) -> bool:
        """Whether a constant is declared as a function of as many numbers as it takes."""
        constant = self._constants.get((*NAT, word))
        pi, nat = self._terms.pi, self.nat
        result = self._terms.const(BOOL) if word in _TRUTHS else nat
        return (
            self.known.numbers
            and (self.known.truths or word not in _TRUTHS)
            and constant is not None
            and not constant.levels
            and constant.type is pi(nat, result if word in UNARY else pi(nat, result))
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
