"""Data as closed terms, and results as data: how the numbers that torch computed stand in the types
that an export declares.

Each type is looked at before it is used. What counts are its constructors, by their names and
types: an `Int8` of Lean's own core holds a `UInt8` in two's complement. That of the harness's
library holds a number in offset binary, and is known by its digest. Any other is refused.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass
from fractions import Fraction
from typing import Any, Protocol

from pyharness.core.errors import UsageError
from pyharness.kernel.environment import Constructor, Inductive
from pyharness.kernel.printing import show
from pyharness.kernel.terms import Const, Pi, Term, head_of, spine
from pyharness.proofs.calculator import Calculator, Stuck
from pyharness.proofs.cases import Number
from pyharness.proofs.names import Name, show_name

__all__ = ["Element", "element_of", "function_of", "tuple_of"]

_WORD = re.compile(r"(U?Int)(8|16|32|64)")


class Element(Protocol):
    """A type whose elements stand for numbers.

    Attributes:
        type: the type.
    """

    @property
    def type(self) -> Term:
        """The type."""

    def write(self, value: Any) -> Term:
        """Return the element that a number is, which is known to be one of the type's."""

    def read(self, term: Term) -> Number:
        """Return the number that an element is.

        Raises:
            Stuck: if it does not reduce to one.
        """


@dataclass(frozen=True)
class _Nat:
    calculator: Calculator
    type: Term

    def write(self, value: int) -> Term:
        return self.calculator.terms.lit(value)

    def read(self, term: Term) -> int:
        return self.calculator.number(term)


@dataclass(frozen=True)
class _Bool:
    calculator: Calculator
    type: Term

    def write(self, value: int) -> Term:
        return self.calculator.const("Bool", "true" if value else "false")

    def read(self, term: Term) -> int:
        return int(self.calculator.constructed(term)[0] == ("Bool", "true"))


@dataclass(frozen=True)
class _Int:
    calculator: Calculator
    type: Term

    def write(self, value: int) -> Term:
        return self.calculator.integer(value)

    def read(self, term: Term) -> int:
        made, (field,) = self.calculator.constructed(term)
        number = self.calculator.number(field)
        return number if made[-1] == "ofNat" else -number - 1


@dataclass(frozen=True)
class _Family:
    """`Fin` as the family of `zero : Fin (n + 1)` and `succ : Fin n → Fin (n + 1)`."""

    calculator: Calculator
    type: Term
    size: int

    def write(self, value: int) -> Term:
        terms, const = self.calculator.terms, self.calculator.const
        size = self.size - value - 1
        made: Term = terms.app(const("Fin", "zero"), terms.lit(size))
        for above in range(size + 1, self.size):
            made = terms.apply(const("Fin", "succ"), [terms.lit(above), made])
        return made

    def read(self, term: Term) -> int:
        value = 0
        while True:
            made, fields = self.calculator.constructed(term)
            if made[-1] == "zero":
                return value
            value, term = value + 1, fields[1]


@dataclass(frozen=True)
class _Structure:
    """A type that holds one number, as an element of another type, and proofs.

    Attributes:
        make: its constructor, at its parameters.
        made: the type of that.
        field: the type of the number.
        base: what is added to an element to get the number in the field.
        count: how many elements there are, around which those below 0 go; None if they do not.
    """

    calculator: Calculator
    type: Term
    make: Term
    made: Term
    field: Element
    base: int = 0
    count: int | None = None

    def write(self, value: int) -> Term:
        held = value % self.count if self.count else value + self.base
        made = _build(self.calculator, self.make, self.made, [self.field.write(held)])
        if made is None:
            raise UsageError(
                f"the value {value} is none of the export's {show(self.type)}, as far as arithmetic "
                "tells"
            )
        return made

    def read(self, term: Term) -> Number:
        held = self.field.read(self.calculator.constructed(term)[1][0])
        if self.count and held > (self.count - 1) // 2:
            return held - self.count
        return held - self.base


@dataclass(frozen=True)
class _Rat:
    calculator: Calculator
    type: Term
    make: Term
    made: Term
    integer: Element

    def write(self, value: Number) -> Term:
        over, under = value.numerator, value.denominator
        data = [self.integer.write(over), self.calculator.terms.lit(under)]
        # That it is in lowest terms may be said by x and y with x · over + y · under = 1.
        x = pow(over, -1, under) if under > 1 else 0
        made = _build(self.calculator, self.make, self.made, data, (x, (1 - x * over) // under))
        if made is None:
            raise UsageError("the export's Rat holds proofs of something else than is expected")
        return made

    def read(self, term: Term) -> Number:
        _, fields = self.calculator.constructed(term)
        over, under = self.integer.read(fields[0]), self.calculator.number(fields[1])
        if under == 1:
            return over
        found = Fraction(int(over), under) if under else Fraction(0)
        if found.denominator != under:
            raise Stuck(f"it is the fraction {over}/{under}, which is not in lowest terms")
        return found


def _build(
    calculator: Calculator,
    make: Term,
    made: Term,
    data: Sequence[Term],
    witnesses: Sequence[int] = (0, 1),
) -> Term | None:
    """Return a constructor applied to data and to proofs of what it asks for; None if a proof is
    not seen to be there.

    Args:
        calculator: at work on the terms.
        make: the constructor.
        made: its type.
        data: what it takes beside proofs, in order.
        witnesses: the numbers that are tried where a proof needs one that exists.
    """
    left = list(data)
    while type(made) is Pi:
        given: Term | None
        if calculator.checker.is_proposition(made.domain):
            given = calculator.proof(made.domain, witnesses)
        else:
            given = left.pop(0)
        if given is None:
            return None
        make = calculator.terms.app(make, given)
        made = calculator.terms.instantiate(made.body, [given])
    return make


# ---------------------------------------------------------------------------------------- the types
def element_of(calculator: Calculator, type_: Term) -> Element:
    """Return how the elements of a type stand for numbers.

    Raises:
        UsageError: if the export does not declare the type as one of those that are known here.
    """
    type_ = calculator.checker.whnf(type_)
    head, arguments = spine(type_)
    if type(head) is not Const:
        raise _unknown(type_)
    terms, const, name = calculator.terms, calculator.const, head.name
    if name == ("Nat",) and calculator.knows_numbers:
        return _Nat(calculator, type_)
    if name == ("Bool",) and calculator.knows_truths:
        return _Bool(calculator, type_)
    if not calculator.knows_numbers or head.levels:
        raise _unknown(type_)
    nat = const("Nat")
    if name == ("Int",):
        said = terms.pi(nat, type_)
        shape: dict[Name, Term] = {("Int", "ofNat"): said, ("Int", "negSucc"): said}
        if calculator.has_shape(name, terms.type, shape):
            return _Int(calculator, type_)
    elif name == ("Fin",):
        return _fin(calculator, type_, arguments)
    elif name == ("BitVec",):
        width = calculator.number(arguments[0])
        type_ = terms.app(head, terms.lit(width))
        make, made = _constructor(calculator, type_, {"ofFin": (1, 0)})
        bits = element_of(calculator, _domain(calculator, made))
        if bits.type is terms.app(const("Fin"), terms.lit(1 << width)):
            return _Structure(calculator, type_, make, made, bits)
    elif name == ("Rat",):
        make, made = _constructor(calculator, type_, {"mk'": (2, 2), "mk": (2, 2)})
        integer = element_of(calculator, _domain(calculator, made))
        assert type(made) is Pi
        if isinstance(integer, _Int) and type(made.body) is Pi and made.body.domain is nat:
            return _Rat(calculator, type_, make, made, integer)
    elif len(name) == 1 and (match := _WORD.fullmatch(str(name[0]))):
        return _word(calculator, type_, match[1], int(match[2]))
    raise _unknown(type_)


def _fin(calculator: Calculator, type_: Term, arguments: Sequence[Term]) -> Element:
    terms, nat, fin = calculator.terms, calculator.const("Nat"), calculator.const("Fin")
    number = terms.local(0, nat)
    below, above = (
        terms.app(fin, number),
        terms.app(fin, terms.app(calculator.const("Nat", "succ"), number)),
    )
    size = calculator.number(arguments[0])
    type_ = terms.app(fin, terms.lit(size))
    if calculator.has_shape(
        ("Fin",),
        terms.pi(nat, terms.type),
        {
            ("Fin", "zero"): terms.pis([number], above),
            ("Fin", "succ"): terms.pis([number, terms.local(1, below)], above),
        },
    ):
        return _Family(calculator, type_, size)
    make, made = _constructor(calculator, type_, {"mk": (1, 1)})
    return _bounded(_Structure(calculator, type_, make, made, _number(calculator, made)), size)


def _word(calculator: Calculator, type_: Term, word: str, bits: int) -> Element:
    """Return how machine integers stand for numbers."""
    if word == "UInt":
        make, made = _constructor(calculator, type_, {"ofBitVec": (1, 0)})
        field = element_of(calculator, _domain(calculator, made))
        if field.type is calculator.terms.app(
            calculator.const("BitVec"), calculator.terms.lit(bits)
        ):
            return _Structure(calculator, type_, make, made, field)
    else:
        ways = {f"ofUInt{bits}": (1, 0)}
        if bits == 8 and calculator.ships(("Int8",)):
            # That the number is 128 more than the value no type says.
            ways["mk"] = 1, 1
        make, made = _constructor(calculator, type_, ways)
        if _last(make) == "mk":
            offset = _Structure(calculator, type_, make, made, _number(calculator, made), 128)
            return _bounded(offset, 256)
        field = element_of(calculator, _domain(calculator, made))
        if field.type is calculator.const(f"UInt{bits}"):
            return _Structure(calculator, type_, make, made, field, count=1 << bits)
    raise _unknown(type_)


def _bounded(element: _Structure, count: int) -> _Structure:
    """Check that a structure holds a number below another one, no more and no less."""
    calculator, lit = element.calculator, element.calculator.terms.lit
    assert type(element.made) is Pi and type(element.made.body) is Pi
    for value in (count - 1, count):
        said = calculator.terms.instantiate(element.made.body, [lit(value)])
        assert type(said) is Pi
        if value >= 0 and calculator.holds(said.domain) is not (value < count):
            raise UsageError(
                f"the export's {show(element.type)} does not hold the numbers up to {count - 1}: "
                f"what it asks of the number {value} is {show(said.domain)}"
            )
    return element


def _number(calculator: Calculator, made: Term) -> Element:
    domain = _domain(calculator, made)
    if domain is not calculator.const("Nat"):
        raise _unknown(domain)
    return _Nat(calculator, domain)


def _constructor(
    calculator: Calculator, type_: Term, ways: dict[str, tuple[int, int]]
) -> tuple[Term, Term]:
    """Return the constructor of a structure at its parameters, and the type of that.

    Args:
        calculator: at work on the terms.
        type_: the structure.
        ways: the constructors that are known, each with how many fields are data, which come first,
            and how many are proofs.

    Raises:
        UsageError: if it has none of them.
    """
    head, arguments = spine(type_)
    assert type(head) is Const
    constant = calculator.constant(head.name)
    detail = None if constant is None else constant.detail
    if type(detail) is Inductive and detail.is_structure and len(arguments) == detail.parameters:
        name = detail.constructors[0]
        constructor = calculator.constant(name)
        assert constructor is not None and type(constructor.detail) is Constructor
        data, proofs = ways.get(str(name[-1]), (0, 0))
        made = constructor.type
        for argument in arguments:
            assert type(made) is Pi
            made = calculator.terms.instantiate(made.body, [argument])
        if name[:-1] == head.name and constructor.detail.fields == data + proofs:
            kinds, said = [], made
            while type(said) is Pi:
                kinds.append(calculator.checker.is_proposition(said.domain))
                local = calculator.terms.local(said.free, said.domain)
                said = calculator.terms.instantiate(said.body, [local])
            if kinds == [False] * data + [True] * proofs:
                return calculator.terms.apply(calculator.terms.const(name), arguments), made
    raise _unknown(type_)


def _domain(calculator: Calculator, made: Term) -> Term:
    """Return the type of the first field of a constructor."""
    assert type(made) is Pi
    return calculator.checker.whnf(made.domain)


def _last(make: Term) -> str | int:
    head = head_of(make)
    assert type(head) is Const
    return head.name[-1]


def _unknown(type_: Term) -> UsageError:
    return UsageError(
        f"the export's {show(type_)} is not declared as Lean's own core or the harness's library "
        "declares it, so what its elements stand for is not known"
    )


# ----------------------------------------------------------------------------------------- vectors
def function_of(calculator: Calculator, index: Element, parts: Sequence[Term], type_: Term) -> Term:
    """Return the function of an index with some values, all of one type.

    Raises:
        UsageError: if the index is of a type that is not known.
    """
    terms, nat = calculator.terms, calculator.const("Nat")
    cases = terms.const(("Nat", "rec"), (calculator.checker.level_of(type_),))
    motive = terms.lam(nat, type_)
    body = parts[-1]
    for place in reversed(range(len(parts) - 1)):
        at = terms.bvar(1) if place else _place(calculator, index)
        step = terms.lam(nat, terms.lam(type_, body))
        body = terms.apply(cases, [motive, parts[place], step, at])
    return terms.lam(index.type, body)


def _place(calculator: Calculator, index: Element) -> Term:
    """Return the number of the index that is the variable bound next."""
    terms, const = calculator.terms, calculator.const
    if isinstance(index, _Structure):
        return terms.proj(("Fin",), 0, terms.bvar(0))
    assert isinstance(index, _Family)
    nat, at = const("Nat"), terms.app(const("Fin"), terms.bvar(0))
    return terms.apply(
        terms.const(("Fin", "rec"), (terms.levels.one,)),
        [
            terms.lam(nat, terms.lam(at, nat)),
            terms.lam(nat, terms.lit(0)),
            terms.lam(
                nat,
                terms.lam(at, terms.lam(nat, terms.app(const("Nat", "succ"), terms.bvar(0)))),
            ),
            terms.lit(index.size),
            terms.bvar(0),
        ],
    )


def tuple_of(calculator: Calculator, type_: Term, parts: Sequence[Term]) -> Term:
    """Return nested pairs, the last of them with nothing.

    Args:
        calculator: at work on the terms.
        type_: a `Vector` with as many entries.
        parts: the entries.

    Raises:
        UsageError: if `Vector` is not the type of such pairs.
    """
    head, arguments = spine(calculator.checker.whnf(type_))
    name: Name | None = head.name if type(head) is Const else None
    made: Name = ("Prod", "mk") if parts else ("PUnit", "unit")
    if type(head) is not Const or name != made[:-1] or len(arguments) != (2 if parts else 0):
        raise UsageError(
            f"the export's {show(type_)} is no pairs of entries, as that of the harness's library "
            f"is, but {show_name(name) if name else 'something else'}: take `Fin n → Int` or the like"
        )
    make = calculator.terms.apply(calculator.terms.const(made, head.levels), arguments)
    if not parts:
        return make
    return calculator.terms.apply(make, [parts[0], tuple_of(calculator, arguments[1], parts[1:])])
