"""How values that Python computed stand in Lean: as numbers, and what these numbers stand for.

A type is written as Lean has it, with letters for sizes: `Int8`, `Int` or `Nat`; `Fin n → Int` and
`Fin m → Fin n → Int` for vectors and matrices as functions; `Vector Int8 n`. What a function
gives is one of these, but no `Vector`, or a truth value: `Bool` or `Prop`.

What is written and what it must be once Lean has read it are made side by side: the text, and the
term that the kernel must have stored.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass
from typing import NamedTuple, Self

from pyharness.core.errors import UsageError
from pyharness.proofs.names import Name
from pyharness.proofs.terms import BVAR, CONST, LAM, LIT, PI, Terms

__all__ = ["LIBRARY_NAMES", "Array", "Encoded", "Kind", "Writer"]

_ELEMENTS = ("Int8", "Int", "Nat")
_TRUTHS = ("Bool", "Prop")
_FORM = re.compile(r"((?:Fin [a-z] → )*)(\w+)|Vector (\w+) [a-z]")

LIBRARY_NAMES: tuple[Name, ...] = (
    *(("Conformance", name) for name in ("row", "pair", "byte", "int", "ofInt", "ofBool")),
    *(("Conformance", name) for name in ("entries", "vector", "number", "clamp")),
    *(("Int8", name) for name in ("index", "toInt")),
    ("Encoding", "encode"),
    ("Fin",),
    ("Vector",),
    ("Decidable", "decide"),
    ("instOfNatNat",),
)
"""The constants of the library by which data and results are written."""


class Array(NamedTuple):
    """Integers of some shape, in reading order."""

    shape: tuple[int, ...]
    values: Sequence[int]


@dataclass(frozen=True)
class Kind:
    """A type of an argument or a result.

    Attributes:
        element: the type of the elements.
        rank: how many dimensions there are.
        is_vector: whether it is `Vector`, not a function of an index.
    """

    element: str
    rank: int
    is_vector: bool = False

    @classmethod
    def parse(cls, text: str, *, result: bool = False) -> Self:
        """Read a type.

        Raises:
            UsageError: if it is none that values can be written as.
        """
        match = _FORM.fullmatch(text)
        indices, element, entry = match.groups() if match else ("", "", None)
        rank = 1 if entry else (indices or "").count("Fin")
        known = (*_ELEMENTS, *(_TRUTHS if result and not rank else ()))
        if (entry or element) not in known or rank > (1 if result else 2) or (result and entry):
            raise UsageError(
                f"{text!r} is no type of {'a result' if result else 'an argument'} of a "
                f"conformance: use {', '.join(known)}, `Fin n → Int` or the like"
                f"{'' if result else ', or `Vector Int8 n`'}"
            )
        return cls(entry or element, rank, entry is not None)

    @property
    def most(self) -> int | None:
        """The greatest number that stands for an element; None if there is none."""
        return {"Int8": 255, "Bool": 1, "Prop": 1}.get(self.element)

    def code(self, value: int) -> int:
        """Return the number that stands for an element.

        Raises:
            UsageError: if the type has no such element.
        """
        if self.element == "Int":
            return 2 * value if value >= 0 else -2 * value - 1
        index = value + 128 if self.element == "Int8" else value
        if index < 0 or (self.most is not None and index > self.most):
            raise UsageError(f"the value {value} is none of Lean's {self.element}")
        return index

    def base(self, codes: Sequence[int]) -> int:
        """Return a base that has a digit for each of these numbers, and one more where elements
        have numbers without end. It is odd: the kernel looks a literal up by its lowest 64 bits,
        which are the same for many numbers with the same last digits in a base such as 256.
        """
        most = max(codes) + 1 if self.most is None else self.most
        return most + 1 + most % 2

    def value(self, code: int) -> int | bool:
        """Return the element that a number stands for."""
        if self.element == "Int":
            return -(code + 1) // 2 if code % 2 else code // 2
        if self.element in _TRUTHS:
            return bool(code)
        return code - 128 if self.element == "Int8" else code


class Encoded(NamedTuple):
    """A piece of a file: its text, and the term that it must be."""

    text: str
    term: int


class Writer:
    """Writes data and results in Lean.

    Args:
        terms: the store of the terms.
    """

    def __init__(self, terms: Terms):
        self._terms = terms
        zero = terms.add_level(("zero",))
        self._one, self._zero = terms.add_level(("succ", zero)), zero

    # ------------------------------------------------------------------------------------ terms
    def const(self, *name: str, levels: tuple[int, ...] = ()) -> Encoded:
        """Return a constant."""
        return Encoded(f"@_root_.{'.'.join(name)}", self._terms.add((CONST, name, levels)))

    def apply(self, function: Encoded, *arguments: Encoded) -> Encoded:
        """Return a function applied to all its arguments, the implicit ones too."""
        text = " ".join([function.text, *(item.text for item in arguments)])
        return Encoded(
            f"({text})", self._terms.apply(function.term, (item.term for item in arguments))
        )

    def number(self, value: int) -> Encoded:
        """Return a natural number."""
        nat = self.const("Nat")
        literal = Encoded(f"{value:#x}", self._terms.add((LIT, value)))
        instance = self.apply(self.const("instOfNatNat"), literal)
        found = self.apply(
            self.const("OfNat", "ofNat", levels=(self._zero,)), nat, literal, instance
        )
        return Encoded(literal.text, found.term)

    def variable(self, name: str, index: int) -> Encoded:
        """Return a bound variable."""
        return Encoded(name, self._terms.add((BVAR, index)))

    def binder(self, name: str, type_: Encoded, body: Encoded) -> Encoded:
        """Return a function."""
        return Encoded(
            f"(fun {name} : {type_.text} => {body.text})",
            self._terms.add((LAM, type_.term, body.term)),
        )

    def arrow(self, domain: Encoded, result: Encoded) -> Encoded:
        """Return the type of functions between types without variables."""
        return Encoded(
            f"({domain.text} → {result.text})", self._terms.add((PI, domain.term, result.term))
        )

    def equation(self, left: Encoded, right: Encoded) -> Encoded:
        """Return that two natural numbers are equal."""
        return self.apply(self.const("Eq", levels=(self._one,)), self.const("Nat"), left, right)

    # ------------------------------------------------------------------------------------ types
    def type(self, kind: Kind, shape: Sequence[int]) -> Encoded:
        """Return a type with sizes. That of a proposition is `Bool`, which says whether it
        holds.
        """
        found = self._element(kind)
        for size in reversed(shape):
            if kind.is_vector:
                return self.apply(
                    self.const("Vector", levels=(self._zero,)), found, self.number(size)
                )
            found = self.arrow(self._index(size), found)
        return found

    def _element(self, kind: Kind) -> Encoded:
        return self.const("Bool" if kind.element == "Prop" else kind.element)

    def _index(self, size: int) -> Encoded:
        return self.apply(self.const("Fin"), self.number(size))

    # ------------------------------------------------------------------------------------- data
    def data(self, kind: Kind, array: Array) -> Encoded:
        """Return an argument: an element, or the vector or matrix of a number's digits."""
        codes = list(map(kind.code, array.values))
        base = max([*codes, 1]) + 1
        decode = self._decode(kind)
        if not array.shape:
            written = self.number(codes[0])
            return written if decode is None else self.apply(decode, written)
        if decode is None:
            decode = self.binder("k", self.const("Nat"), self.variable("k", 0))
        value = 0
        for code in reversed(codes):
            value = value * base + code
        *rows, size = map(self.number, array.shape)
        element, whole = self._element(kind), self.number(value)
        entries = self.const("Conformance", "entries")
        if kind.is_vector:
            return self.apply(
                self.const("Conformance", "vector"),
                element, self.number(base), decode, size, whole,
            )  # fmt: skip
        if not rows:
            return self.apply(entries, element, self.number(base), decode, size, whole)
        row = self.apply(entries, element, self.number(base), decode, size)
        return self.apply(
            entries,
            self.arrow(self._index(array.shape[1]), element),
            self.number(base ** array.shape[1]),
            row,
            rows[0],
            whole,
        )

    def _decode(self, kind: Kind) -> Encoded | None:
        return {
            "Int8": self.const("Conformance", "byte"),
            "Int": self.const("Conformance", "int"),
            "Nat": None,
        }[kind.element]

    def from_int8(self, kind: Kind, value: Encoded) -> Encoded:
        """Return an element that a value of type Int8 stands for; of `Nat` that is its index."""
        if kind.element == "Int8":
            return value
        return self.apply(self.const("Int8", "toInt" if kind.element == "Int" else "index"), value)

    # ---------------------------------------------------------------------------------- results
    def result(self, kind: Kind, value: Encoded) -> Encoded:
        """Return the number of an element that a function gives; a truth value is of type
        `Bool`.
        """
        if kind.element == "Nat":
            return value
        if kind.element == "Int8":
            return self.apply(self.const("Int8", "index"), value)
        return self.apply(
            self.const("Conformance", "ofInt" if kind.element == "Int" else "ofBool"), value
        )

    def digit(self, kind: Kind, base: int, value: Encoded) -> Encoded:
        """Return the digit of an element that a function gives, in the base for what was computed:
        its number, or one that no digit is equal to where the base has no room for it.
        """
        found = self.result(kind, value)
        if kind.most is not None:
            return found
        return self.apply(self.const("Conformance", "clamp"), self.number(base - 1), found)
