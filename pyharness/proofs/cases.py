"""What a function gave at what, and the Lean definition that it is compared with.

A type is written as Lean has it: `Nat`, `Int`, `Rat`, `Bool`; `Int8` to `Int64` and `UInt8` to
`UInt64`; `Fin 10` and `BitVec 4`, with a number. With letters for sizes stand `Fin n → Int` and
`Fin m → Fin n → Int` for vectors and matrices as functions, and `Vector Int8 n`. What a function
gives is one of these, but no `Vector`, or a proposition that is decided: `Prop`. A float is a
`Rat`: the fraction that it is exactly.

Nothing here reads Lean, so that evidence which gives cases does not depend on the code that does.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass
from fractions import Fraction
from typing import NamedTuple, Self, TypeAlias

from pyharness.core.errors import UsageError

__all__ = ["Array", "Case", "Comparison", "Kind", "Number"]

Number: TypeAlias = int | Fraction
"""What an element is; only a `Rat` may be no integer."""

_BITS = (8, 16, 32, 64)
_ELEMENTS = (
    *("Int8", "Int", "Nat", "Rat", "Bool"),
    *(f"{word}{bits}" for word in ("Int", "UInt") for bits in _BITS if (word, bits) != ("Int", 8)),
)
_TRUTHS = ("Bool", "Prop")
_SIZED = re.compile(r"(Fin|BitVec) ([1-9]\d{0,3})")
_FIXED = re.compile(r"(U?)Int(\d+)")
_FORM = re.compile(r"((?:Fin [a-z] → )*)(\w+(?: \d+)?)|Vector (\w+(?: \d+)?) [a-z]")


class Array(NamedTuple):
    """Numbers of some shape, in reading order."""

    shape: tuple[int, ...]
    values: Sequence[Number]


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
        known = (*_ELEMENTS, *(("Prop",) if result and not rank else ()))
        found = entry or element
        if (
            not (found in known or _SIZED.fullmatch(found))
            or rank > (1 if result else 2)
            or (result and entry)
        ):
            raise UsageError(
                f"{text!r} is no type of {'a result' if result else 'an argument'} of a "
                f"conformance: use {', '.join(known)}, `Fin 10`, `BitVec 4`, `Fin n → Int` or the "
                f"like{'' if result else ', or `Vector Int8 n`'}"
            )
        return cls(entry or element, rank, entry is not None)

    @property
    def bounds(self) -> tuple[int | None, int | None]:
        """The least and the greatest integer that is an element; None where there is none."""
        if self.element in _TRUTHS:
            return 0, 1
        if match := _SIZED.fullmatch(self.element):
            size = int(match[2])
            return 0, size - 1 if match[1] == "Fin" else (1 << size) - 1
        if match := _FIXED.fullmatch(self.element):
            count = 1 << int(match[2])
            return (0, count - 1) if match[1] else (-count // 2, count // 2 - 1)
        return 0 if self.element == "Nat" else None, None

    @property
    def most(self) -> int | None:
        """The greatest number that stands for an element; None if there is none."""
        least, greatest = self.bounds
        return None if least is None or greatest is None else greatest - least

    def require(self, value: Number) -> None:
        """Check that a value is an element.

        Raises:
            UsageError: if not.
        """
        least, greatest = self.bounds
        if (
            (least is not None and value < least)
            or (greatest is not None and value > greatest)
            or (self.element != "Rat" and not isinstance(value, int))
        ):
            raise UsageError(f"the value {value} is none of Lean's {self.element}")

    def code(self, value: Number) -> int:
        """Return the number that stands for an element, which is an integer.

        Raises:
            UsageError: if the type has no such element.
        """
        self.require(value)
        assert isinstance(value, int)
        least, _ = self.bounds
        if least is None:
            return 2 * value if value >= 0 else -2 * value - 1
        return value - least

    def base(self, codes: Sequence[int]) -> int:
        """Return a base that has a digit for each of these numbers, and one more where elements
        have numbers without end. It is odd: the kernel looks a literal up by its lowest 64 bits,
        which are the same for many numbers with the same last digits in a base such as 256.
        """
        most = max(codes) + 1 if self.most is None else self.most
        return most + 1 + most % 2

    def value(self, code: int) -> int | bool:
        """Return the element that a number stands for."""
        if self.element in _TRUTHS:
            return bool(code)
        least, _ = self.bounds
        if least is None:
            return -(code + 1) // 2 if code % 2 else code // 2
        return code + least


@dataclass(frozen=True)
class Case:
    """One application of a function, and what it gave.

    Attributes:
        arguments: what it was applied to.
        result: what it gave.
        within: of a `Rat`, how far what the definition gives may be from each entry of the result;
            None if it must be the same.
    """

    arguments: tuple[Array, ...]
    result: Array
    within: Array | None = None

    def is_met_by(self, given: Sequence[Number]) -> bool:
        """Whether what a definition gives is near enough to the result, entry by entry."""
        if self.within is None:
            return list(given) == list(self.result.values)
        return all(
            Fraction(other) - most <= one <= Fraction(other) + most
            for one, other, most in zip(given, self.result.values, self.within.values, strict=True)
        )


@dataclass(frozen=True)
class Comparison:
    """A definition to be compared with what a function gave.

    Attributes:
        definition: its full name.
        lean: a Lean term for it, as a function of the arguments.
        arguments: the arguments' types.
        result: the type of what it gives.
        cases: what the function gave.
    """

    definition: str
    lean: str
    arguments: tuple[Kind, ...]
    result: Kind
    cases: Sequence[Case]
