"""A definition at data, beside what was computed there: the file of theorems that says so, and
whether what Lean stored says just that.

A pack gives a term for the definition as a function of the data, and data. The rest of the file is
written here; and whatever the term or the project does to how Lean reads it, what counts is the
term that the kernel stored, which must be the one that was meant.
"""

from __future__ import annotations

import itertools
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field

from pyharness.core.errors import UsageError
from pyharness.proofs.cases import Array, Case, Comparison, Kind
from pyharness.proofs.constants import Constructor, Inductive
from pyharness.proofs.encodings import LIBRARY_NAMES, Encoded, Writer
from pyharness.proofs.environment import Environment
from pyharness.proofs.library import ships
from pyharness.proofs.names import Name, show_name
from pyharness.proofs.terms import APP, BVAR, CONST, LAM, PI, PROJ, SORT
from pyharness.proofs.unfolding import Unfolding
from pyharness.proofs.vacuity import is_proposition

__all__ = ["Question", "Reading", "require_library"]

_ROW = 1024
"""Results in one theorem: with more the kernel takes longer for each, with fewer the elaborator."""
_BYTE = 256
_PAIRS = _BYTE**2 + 1
"""The base for pairs of bytes: odd, as `Kind.base` says."""
_DECIDE: Name = ("Decidable", "decide")


@dataclass(frozen=True)
class _Rows:
    """Cases of one natural number, or of one or two bytes, as digits of numbers.

    Attributes:
        at: the function of the number of a case's arguments that gives the digit of its result.
        base: the base of the results.
        arguments: the number of each case's arguments.
        radix: the base of these.
        codes: the number of each case's result.
    """

    at: Encoded
    base: int
    arguments: Sequence[int]
    radix: int
    codes: Sequence[int]

    def equation(self, write: Writer, first: int, last: int) -> Encoded:
        """Return that the definition gives what the function did in some cases."""
        base, length = write.number(self.base), write.number(last - first)
        start = self.arguments[first]
        if self.arguments[first:last] == list(range(start, start + last - first)):
            # The kernel counts faster than it takes a number apart.
            place = write.apply(
                write.const("Nat", "add"), write.number(start), write.variable("i", 0)
            )
            counted = write.binder("i", write.const("Nat"), write.apply(self.at, place))
            left = write.apply(write.const("Encoding", "encode"), base, counted, length)
        else:
            arguments = write.number(_number(self.arguments[first:last], self.radix))
            row = write.const("Conformance", "row")
            left = write.apply(row, base, write.number(self.radix), self.at, length, arguments)
        return write.equation(left, write.number(_number(self.codes[first:last], self.base)))


@dataclass
class Question:
    """A comparison as a file of theorems.

    Attributes:
        comparison: what is compared.
        definitions: the text of the definitions in the file.
        theorems: the name of each theorem, and the cases that it decides, by the first and the one
            behind the last.
        source: the text of the file, behind its header.
    """

    comparison: Comparison
    writer: Writer
    name: str
    definitions: str = ""
    theorems: dict[str, tuple[int, int]] = field(default_factory=dict)
    _statements: list[str] = field(default_factory=list)
    _types: dict[Name, int] = field(default_factory=dict)
    _values: dict[Name, int] = field(default_factory=dict)
    _functions: dict[tuple[tuple[int, ...], ...], Encoded] = field(default_factory=dict)
    _rows: _Rows | None = None

    def __post_init__(self) -> None:
        if self._in_rows():
            self._write_rows()
        else:
            for place in range(len(self.comparison.cases)):
                self._theorem(place, place + 1, self.writer.equation(*self.sides(place)))

    @property
    def source(self) -> str:
        """The text of the file, behind its header."""
        return self.definitions + "".join(self._statements)

    @property
    def results(self) -> int:
        """How many results the theorems compare."""
        return sum(len(case.result.values) for case in self.comparison.cases)

    # ---------------------------------------------------------------------------------- writing
    def statement(self, first: int, last: int) -> str:
        """Return that the definition gives what the function did, from one case to the one before
        another.
        """
        if self._rows is not None:
            return self._rows.equation(self.writer, first, last).text
        return " ∧ ".join(
            self.writer.equation(*self.sides(place)).text for place in range(first, last)
        )

    def sides(self, place: int) -> tuple[Encoded, Encoded]:
        """Return the numbers of what the definition gives in a case, and of what the function
        did.
        """
        write, kind, case = self.writer, self.comparison.result, self.comparison.cases[place]
        value = write.apply(
            self._function(case),
            *map(write.data, self.comparison.arguments, case.arguments),
        )
        ends: tuple[Encoded, ...] = ()
        if kind.element == "Rat":
            # What is compared is whether it lies where it should, a truth value.
            kind, ends, codes = (
                Kind("Bool", kind.rank),
                self._ends(case),
                [1] * len(case.result.values),
            )
        else:
            codes = list(map(kind.code, case.result.values))
        if not case.result.shape:
            found = write.near(ends, value) if ends else write.result(kind, value)
            return found, write.number(codes[0])
        base = kind.base(codes)
        size, index = write.number(case.result.shape[0]), write.variable("i", 0)
        entry = write.apply(value, index)
        digits = write.binder(
            "i",
            write.apply(write.const("Fin"), size),
            write.near([write.apply(end, index) for end in ends], entry)
            if ends
            else write.digit(kind, base, entry),
        )
        number = write.const("Conformance", "number")
        return (
            write.apply(number, write.number(base), size, digits),
            write.number(_number(codes[::-1], base)),
        )

    def _ends(self, case: Case) -> tuple[Encoded, Encoded]:
        """Return the least and the greatest that a definition may give in a case, as data."""
        result = case.result
        most = [0] * len(result.values) if case.within is None else case.within.values
        low, high = (
            self.writer.data(
                self.comparison.result,
                Array(
                    result.shape, [v + side * m for v, m in zip(result.values, most, strict=True)]
                ),
            )
            for side in (-1, 1)
        )
        return low, high

    def _function(self, case: Case) -> Encoded:
        """Return the definition as a function of data of a case's shapes, which it declares."""
        shapes = tuple(array.shape for array in (*case.arguments, case.result))
        if shapes not in self._functions:
            kinds = (*self.comparison.arguments, self.comparison.result)
            name = f"{self.name}_function{len(self._functions) or ''}"
            *types, result = map(self.writer.type, kinds, shapes)
            whole = result
            for type_ in reversed(types):
                whole = self.writer.arrow(type_, whole)
            text = self.comparison.lean
            if self.comparison.result.element == "Prop":
                names = " ".join(f"x{place}" for place in range(len(types)))
                said = " → ".join([*(type_.text for type_ in types), "Prop"])
                text = (
                    f"fun {names} => @_root_.Decidable.decide "
                    f"((({text}) : {said}) {names}) inferInstance"
                )
            self.definitions += f"noncomputable def {name} : {whole.text} :=\n  {text}\n"
            self._types[name,] = whole.term
            self._functions[shapes] = self.writer.const(name)
        return self._functions[shapes]

    def _in_rows(self) -> bool:
        """Whether the cases can be decided by rows: of one natural number, or of one or two numbers
        that fit a byte.
        """
        kinds = (*self.comparison.arguments, self.comparison.result)
        return (
            len(kinds) <= 3
            and not any(kind.rank or kind.element == "Rat" for kind in kinds)
            and not any(kind.element == "Bool" for kind in kinds[:-1])
            and (self._of_one_number() or self._of_bytes())
        )

    def _of_one_number(self) -> bool:
        return [kind.element for kind in self.comparison.arguments] == ["Nat"]

    def _of_bytes(self) -> bool:
        return all(
            -128 <= value <= 127 if kind.element == "Int" else kind.code(value) < _BYTE
            for case in self.comparison.cases
            for kind, array in zip(self.comparison.arguments, case.arguments, strict=True)
            for value in array.values
        )

    def _write_rows(self) -> None:
        comparison = self.comparison
        codes = [comparison.result.code(case.result.values[0]) for case in comparison.cases]
        if not codes:
            return
        base = comparison.result.base(codes)
        if self._of_one_number():
            (kind,) = comparison.arguments
            numbers = [kind.code(case.arguments[0].values[0]) for case in comparison.cases]
            self._rows = _Rows(self._at_number(base), base, numbers, kind.base(numbers), codes)
        else:
            pairs = list(map(self._pair, comparison.cases))
            self._rows = _Rows(self._at_pair(base), base, pairs, _PAIRS, codes)
        for first in range(0, len(codes), _ROW):
            last = min(first + _ROW, len(codes))
            self._theorem(first, last, self._rows.equation(self.writer, first, last))

    def _at_number(self, base: int) -> Encoded:
        """Return the function of a natural number that gives the digit of its result."""
        write, nat = self.writer, self.writer.const("Nat")
        value = write.apply(self._function(self.comparison.cases[0]), write.variable("n", 0))
        digit = write.binder("n", nat, write.digit(self.comparison.result, base, value))
        digit = self._define("digit", write.arrow(nat, nat), digit)
        return write.apply(write.const("Conformance", "force"), digit)

    def _at_pair(self, base: int) -> Encoded:
        """Return the function of the number of one or two bytes that gives the digit of their
        result.
        """
        write, comparison = self.writer, self.comparison
        int8, nat = write.const("Int8"), write.const("Nat")
        variables = [write.variable("z", 1), write.variable("q", 0)][-len(comparison.arguments) :]
        value = write.apply(
            self._function(comparison.cases[0]),
            *map(write.from_int8, comparison.arguments, variables),
        )
        digit = write.binder(
            "z", int8, write.binder("q", int8, write.digit(comparison.result, base, value))
        )
        digit = self._define("digit", write.arrow(int8, write.arrow(int8, nat)), digit)
        return write.apply(write.const("Conformance", "pair"), digit)

    def _pair(self, case: Case) -> int:
        """Return the number of a case's arguments, as `Conformance.pair` reads it."""
        number = 0
        for kind, array in zip(self.comparison.arguments, case.arguments, strict=True):
            number = number * _BYTE + int(array.values[0]) + (0 if kind.element == "Nat" else 128)
        return number

    def _define(self, what: str, type_: Encoded, value: Encoded) -> Encoded:
        name = f"{self.name}_{what}"
        self.definitions += f"noncomputable def {name} : {type_.text} :=\n  {value.text}\n"
        self._types[name,], self._values[name,] = type_.term, value.term
        return self.writer.const(name)

    def _theorem(self, first: int, last: int, statement: Encoded) -> None:
        name = f"{self.name}_{len(self.theorems)}"
        self.theorems[name] = first, last
        self._types[name,] = statement.term
        self._statements.append(f"theorem {name} :\n  {statement.text} := by decide +kernel\n")

    # ---------------------------------------------------------------------------------- reading
    def require_meant(self, environment: Environment) -> None:
        """Check that what Lean stored is what was meant: each theorem speaks of the function at the
        data, and the function is the definition.

        Raises:
            UsageError: if not.
        """
        for name, type_ in self._types.items():
            constant = environment.constant(name)
            value = self._values.get(name)
            if constant.type != type_ or (value is not None and constant.value != value):
                raise UsageError(
                    f"{self.comparison.definition}: Lean reads {show_name(name)} as something else "
                    "than was written: a notation, an instance or the like of the project, or the "
                    f"term {self.comparison.lean!r}, changes what it says"
                )
        for shapes, function in self._functions.items():
            value = environment.constant(environment.terms.nodes[function.term][1]).value
            assert value is not None  # It is a definition.
            Reading(environment, self.comparison, len(shapes) - 1).require_spoken(value)


def _number(digits: Sequence[int], base: int) -> int:
    """Return the number that has these digits in a base, the first one highest."""
    number = 0
    for digit in digits:
        number = number * base + digit
    return number


def require_library(environment: Environment) -> None:
    """Check that what the files are written with is the harness's own.

    Raises:
        UsageError: if not.
    """
    names = [name for name in LIBRARY_NAMES if name in environment.modules]
    if len(names) < len(LIBRARY_NAMES):
        raise UsageError("the library's module LeanMining.Conformance is not among what was built")
    names += itertools.chain(*map(environment.closure, names))
    for module in {environment.modules[name] for name in names}:
        if not ships(module.name, module.source_sha256):
            raise UsageError(
                f"{module.source.as_posix()} is not the library's own file, and conformance is "
                "written with it: take the one that comes with pyharness"
            )


class Reading:
    """Reads whether a function is a definition, applied to what the function is given."""

    def __init__(self, environment: Environment, comparison: Comparison, arity: int):
        self._environment, self._terms = environment, environment.terms
        found = environment.find(comparison.definition)
        if found is None:
            raise UsageError(f"there is no Lean definition {comparison.definition}")
        self._definition, self._comparison, self._arity = found, comparison, arity
        self._unfold = Unfolding(environment, kept=(found, _DECIDE))

    def require_spoken(self, function: int) -> None:
        """Check that a function, which is closed, applies the definition to each of its arguments
        once, and gives what that gives.

        The definition may stand behind definitions, and be the field of a structure that holds
        nothing else but proofs. Its other arguments may be types, instances, sizes and proofs.

        Raises:
            UsageError: if not.
        """
        try:
            self._require(function)
        except _Unspoken as reason:
            raise UsageError(
                f"the term {self._comparison.lean!r} is not {self._comparison.definition} as a "
                f"function of its data: {reason}. Write a term such as `fun x y => "
                f"{self._comparison.definition} x y`, which gives just what the definition gives"
            ) from None

    def _require(self, value: int) -> None:
        nodes = self._terms.nodes
        count = self._arity
        term = self._terms.apply(
            value, (self._terms.add((BVAR, place)) for place in reversed(range(count)))
        )
        term = self._unfold.head(term)
        if self._comparison.result.element == "Prop":
            head, arguments = self._terms.spine(term)
            if nodes[head][:2] != (CONST, _DECIDE) or len(arguments) != 2:
                raise _Unspoken("it is no proposition that is decided")
            term = self._unfold.head(arguments[0])
        while nodes[term][0] == LAM:
            term, count = self._unfold.head(nodes[term][2]), count + 1
        found = sorted(self._variables_of(term))
        if found != list(range(count)):
            raise _Unspoken("each argument must be given to the definition once")

    def _variables_of(self, term: int) -> Iterator[int]:
        """Yield each variable that the definition is applied to in a term."""
        head, arguments = self._terms.spine(term)
        node = self._terms.nodes[head]
        if node[0] == PROJ:
            self._require_whole(node[1])
            yield from self._variables_of(self._unfold.head(node[3]))
        elif node[0] == CONST and node[1] == self._definition:
            given = arguments
            arguments = []
            binders, _ = self._environment.telescope(self._definition)
            for place, argument in enumerate(given):
                if place >= len(binders):
                    arguments.append(argument)
                elif not self._is_aside(binders, place, argument):
                    yield from self._variables_in(argument)
        else:
            raise _Unspoken("it is something else")
        for argument in arguments:
            yield from self._variables_in(argument)

    def _require_whole(self, structure: Name) -> None:
        """Check that a structure has one field that is no proof."""
        detail = self._environment.constant(structure).detail
        if isinstance(detail, Inductive) and len(detail.constructors) == 1:
            constructor = self._environment.constant(detail.constructors[0])
            made = constructor.detail
            binders, _ = self._environment.telescope(constructor.name)
            if isinstance(made, Constructor):
                data = [
                    place
                    for place in range(made.parameters, len(binders))
                    if not self._is_proof(binders, place)
                ]
                if len(data) == 1:
                    return
        raise _Unspoken(f"it takes a part of {show_name(structure)} and leaves the rest")

    def _is_proof(self, binders: Sequence[int], place: int) -> bool:
        return is_proposition(self._environment, binders[place], tuple(binders[:place]))

    def _is_aside(self, binders: Sequence[int], place: int, argument: int) -> bool:
        """Whether an argument of the definition is none of its data: a type, an instance, a size
        that a later type mentions, or a proof.
        """
        terms, nodes = self._terms, self._terms.nodes
        if self._is_proof(binders, place):
            return True
        if not terms.is_closed(argument):
            return False
        result = self._unfold.head(binders[place])
        while nodes[result][0] == PI:
            result = self._unfold.head(nodes[result][2])
        head, _ = terms.spine(result)
        if nodes[head][0] == SORT or (
            nodes[head][0] == CONST and nodes[head][1] in self._environment.classes
        ):
            return True
        return any(
            terms.occurs(later, distance) for distance, later in enumerate(binders[place + 1 :])
        )

    def _variables_in(self, argument: int) -> Iterator[int]:
        """Yield the variables that an argument is made of, by constructors alone."""
        terms, nodes = self._terms, self._terms.nodes
        argument = self._contracted(self._unfold.head(argument))
        node = nodes[argument]
        if node[0] == BVAR:
            yield node[1]
            return
        head, given = terms.spine(argument)
        detail = (
            self._environment.constant(nodes[head][1]).detail
            if nodes[head][0] == CONST and nodes[head][1] in self._environment.modules
            else None
        )
        if not isinstance(detail, Constructor) or terms.is_closed(argument):
            raise _Unspoken("the definition is applied to something else than the arguments")
        for field_ in given[detail.parameters :]:
            yield from self._variables_in(field_)

    def _contracted(self, term: int) -> int:
        """Return the function that a term applies to its own variable alone."""
        terms, nodes = self._terms, self._terms.nodes
        if nodes[term][0] != LAM:
            return term
        body = self._contracted(self._unfold.head(nodes[term][2]))
        node = nodes[body]
        if node[0] == APP and nodes[node[2]] == (BVAR, 0) and not terms.occurs(node[1], 0):
            return self._contracted(terms.instantiate(node[1], [node[2]]))
        return term


class _Unspoken(Exception):
    """Why a function is not a definition."""
