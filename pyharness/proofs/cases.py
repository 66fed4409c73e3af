"""What a function gave at what, and the Lean definition that it is compared with.

A type is written as Lean has it, with letters for sizes: `Int8`, `Int` or `Nat`; `Fin n → Int` and
`Fin m → Fin n → Int` for vectors and matrices as functions; `Vector Int8 n`. What a function
gives is one of these, but no `Vector`, or a truth value: `Bool` or `Prop`.

Nothing here reads Lean, so that evidence which gives cases does not depend on the code that does.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass
from typing import NamedTuple, Self

from pyharness.core.errors import UsageError

__all__ = ["Array", "Case", "Comparison", "Kind"]

_ELEMENTS = ("Int8", "Int", "Nat")
_TRUTHS = ("Bool", "Prop")
_FORM = re.compile(r"((?:Fin [a-z] → )*)(\w+)|Vector (\w+) [a-z]")


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


@dataclass(frozen=True)
class Case:
    """One application of a function, and what it gave."""

    arguments: tuple[Array, ...]
    result: Array


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
