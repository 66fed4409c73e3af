"""How values that Python computed stand in Lean: as numbers, and what these numbers stand for.

What is written and what it must be once Lean has read it are made side by side: the text, and the
term that the kernel must have stored.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from typing import NamedTuple

from pyharness.core.errors import UsageError
from pyharness.proofs.cases import Array, Comparison, Kind
from pyharness.proofs.names import Name
from pyharness.proofs.terms import BVAR, CONST, LAM, LIT, PI, Terms

__all__ = ["LIBRARY_NAMES", "Encoded", "Writer", "require_written"]

LIBRARY_NAMES: tuple[Name, ...] = (
    *(("Conformance", name) for name in ("row", "pair", "byte", "int", "ofInt", "ofBool")),
    *(("Conformance", name) for name in ("entries", "vector", "number", "clamp")),
    *(("Conformance", name) for name in ("ratio", "between", "force")),
    *(("Int8", name) for name in ("index", "toInt")),
    ("Encoding", "encode"),
    ("Fin",),
    ("Vector",),
    ("Decidable", "decide"),
    ("instOfNatNat",),
)
"""The constants of the library by which data and results are written."""


_WRITTEN = ("Int8", "Int", "Nat", "Rat")
_READ = (*_WRITTEN, "Bool")


def require_written(comparison: Comparison) -> None:
    """Check that the library has a way to write the data and results of a comparison.

    Raises:
        UsageError: if not.
    """
    result = comparison.result
    truth = ("Bool", "Prop") if not result.rank else ()
    for kind, known in (
        *((kind, _READ) for kind in comparison.arguments),
        (result, (*_WRITTEN, *truth)),
    ):
        if kind.element not in known:
            raise UsageError(
                f"the conformance of {comparison.definition}: Lean's kernel is not asked about the "
                f"type {kind.element} here, but about {', '.join(_WRITTEN)}, an argument that is Bool, "
                "and a result that is Bool or Prop; the second kernel is, where a project's proofs are "
                "an export"
            )


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
        element, values, decode = self._element(kind), array.values, self._decode(kind)
        if kind.element == "Rat":
            # Fractions over one denominator: their numerators stand for them.
            under = math.lcm(*(value.denominator for value in values))
            kind = Kind("Int", kind.rank)
            values = [int(value * under) for value in values]
            decode = self.apply(self.const("Conformance", "ratio"), self.number(under - 1))
        codes = list(map(kind.code, values))
        base = max([*codes, 1]) + 1
        if not array.shape:
            written = self.number(codes[0])
            return written if decode is None else self.apply(decode, written)
        if decode is None:
            decode = self.binder("k", self.const("Nat"), self.variable("k", 0))
        value = 0
        for code in reversed(codes):
            value = value * base + code
        *rows, size = map(self.number, array.shape)
        whole = self.number(value)
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
            "Bool": self.binder(
                "k",
                self.const("Nat"),
                self.apply(self.const("Nat", "beq"), self.variable("k", 0), self.number(1)),
            ),
        }.get(kind.element)

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

    def near(self, ends: Sequence[Encoded], value: Encoded) -> Encoded:
        """Return the number of whether a rational is between two others, which are data."""
        between = self.apply(self.const("Conformance", "between"), *ends, value)
        return self.apply(self.const("Conformance", "ofBool"), between)

    def digit(self, kind: Kind, base: int, value: Encoded) -> Encoded:
        """Return the digit of an element that a function gives, in the base for what was computed:
        its number, or one that no digit is equal to where the base has no room for it.
        """
        found = self.result(kind, value)
        if kind.most is not None:
            return found
        return self.apply(self.const("Conformance", "clamp"), self.number(base - 1), found)
