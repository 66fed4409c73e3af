"""Reads lean4export's NDJSON format, version 3.1.

A line holds one JSON object: what wrote the file (the first line); a name, level or term, with the
number that later lines know it by; or a declaration. Whatever is not exactly that is refused:
another version, a field that is missing, unknown or given twice, a value of another type, a number
that is unknown or given before.

Unsafe and partial constants are not of the theory. They are left out, so that what mentions one is
refused.
"""

from __future__ import annotations

import json
import re
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from types import MappingProxyType
from typing import Any, Generic, TypeAlias, TypeVar

from .levels import Level
from .names import Name
from .refusal import Refused
from .terms import Term, Terms, parts_of

__all__ = ["DEEPEST", "FORMAT", "LINE", "Declaration", "Reader"]

FORMAT = "3.1.0"
"""The version that this is written for; a later one of 3.1 says the same."""

INPUT = 256 << 20
"""Bytes of a file, not compressed; a longer one is refused."""
LINE = 1 << 20
"""Bytes of a line; a longer one is refused. Those of this project have up to 1,408."""
DEEPEST = 100_000
"""Terms and levels that are deeper than this are refused; real ones are a few hundred deep."""
PARTS, CHARACTERS = 200, 4_000
"""Names of more parts or characters are refused."""
LARGEST = 1 << 32
"""Numbers that number or count things are below this; others are refused."""

_DIGITS = 4000
"""Python reads no more digits than about this many at once."""
_MOST_DIGITS = 300_000
"""Digits of the largest number that is read: about as large as `arithmetic.LARGEST`."""


_T = TypeVar("_T")
_Form: TypeAlias = tuple[Callable[[Any], Any], Callable[[Any], _T]]
"""How what a line holds is read, and what is made of it."""


@dataclass(frozen=True)
class Declaration:
    """What one line declares: of the kind that it is named by, with what its fields stand for, by
    their names.
    """

    kind: str
    fields: Mapping[str, Any]

    @property
    def family(self) -> Mapping[str, Any] | None:
        """The fields of a family of inductive types; None of another declaration."""
        return self.fields if self.kind == "inductive" else None


def _declared(declaration: Declaration) -> list[Name]:
    fields = declaration.fields
    if declaration.family is not None:
        return [item["name"] for part in ("types", "ctors", "recs") for item in fields[part]]
    return [fields["name"]]


def _wrong(reason: str) -> Refused:
    return Refused("format", reason)


def _pairs(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    made = dict(pairs)
    if len(made) != len(pairs):
        raise _wrong("a field is given twice")
    return made


def _no_number(text: str) -> Any:
    raise _wrong(f"{text} is no natural number")


_DECODER = json.JSONDecoder(parse_float=_no_number, parse_constant=_no_number)
_STRICT = json.JSONDecoder(
    object_pairs_hook=_pairs, parse_float=_no_number, parse_constant=_no_number
)


_BINDERS = frozenset({"default", "implicit", "strictImplicit", "instImplicit"})
_NUMBER = rb"(0|[1-9][0-9]{0,8})"
_APPLICATION = re.compile(
    rb'\{(?:"ie":N,)?"app":\{"(fn|arg)":N,"(fn|arg)":N\}(?:,"ie":N)?\}\r?\n?'.replace(b"N", _NUMBER)
)
"""A line with an application, as it is mostly written."""


def _decoded(data: bytes) -> Any:
    """The JSON value on a line, in which no field is given twice."""
    text = data.decode()
    value = _DECODER.decode(text)
    # Each field has a colon behind its name. Where there are no more of these than fields that are
    # left, none was given twice.
    if type(value) is dict:
        fields = len(value)
        for part in value.values():
            if type(part) is dict:
                fields += len(part)
        if text.count(":") <= fields:
            return value
    return _STRICT.decode(text)


class _Known(Generic[_T]):
    """What lines made, by the numbers that they gave it. Most files count upwards, so it is in a
    row as far as they do, which takes a fifth of the memory of a table.

    Attributes:
        row: what was given numbers in a row, from 0 on.
    """

    def __init__(self, *row: _T):
        self.row: list[_T] = list(row)
        self._others: dict[int, _T] = {}

    def __len__(self) -> int:
        return len(self.row) + len(self._others)

    def __contains__(self, number: int) -> bool:
        return 0 <= number < len(self.row) or number in self._others

    def __getitem__(self, number: int) -> _T:
        return self.row[number] if number < len(self.row) else self._others[number]

    def __setitem__(self, number: int, made: _T) -> None:
        if number == len(self.row):
            self.row.append(made)
        else:
            self._others[number] = made


class Reader:
    """Takes the lines in, one after the other.

    Attributes:
        left_out: the unsafe and partial constants among what was read.
    """

    def __init__(self, terms: Terms):
        self._terms, self._budget = terms, terms.budget
        self._names: _Known[Name] = _Known(())
        self._levels = _Known(terms.levels.zero)
        self._exprs: _Known[Term] = _Known()
        terms.levels.zero.depth = 1
        self._budget.watch(self._names, self._levels, self._exprs, lasting=True)
        self._begun, self._read = False, 0
        self._unsafe = False
        self.left_out: set[Name] = set()
        self._declarations = self._declaration_forms()
        self._names_of = self._name_forms()
        self._levels_of = self._level_forms()
        self._exprs_of = self._expr_forms()

    def _declaration_forms(self) -> dict[str, Callable[[Any], Any]]:
        """What reads each kind of declaration."""
        declared = {"name": self._name, "levelParams": self._list(self._name), "type": self._expr}
        all_ = {"all": self._list(self._name)}
        safe = {"isUnsafe": self._safe}
        rule = {"ctor": self._name, "nfields": self._natural, "rhs": self._expr}
        return {
            "axiom": self._record(declared | safe),
            "def": self._record(
                declared | {"value": self._expr, "hints": self._hints, "safety": self._safety},
                all_,
            ),
            "thm": self._record(declared | {"value": self._expr}, all_),
            "opaque": self._record(declared | safe | {"value": self._expr}, all_),
            "quot": self._record(declared | {"kind": self._text}),
            "inductive": self._record(
                {
                    "types": self._list(
                        self._record(
                            declared
                            | all_
                            | safe
                            | {
                                "numParams": self._natural,
                                "numIndices": self._natural,
                                "ctors": self._list(self._name),
                                "numNested": self._natural,
                                "isRec": self._flag,
                                "isReflexive": self._flag,
                            }
                        )
                    ),
                    "ctors": self._list(
                        self._record(
                            declared
                            | safe
                            | {
                                "induct": self._name,
                                "cidx": self._natural,
                                "numParams": self._natural,
                                "numFields": self._natural,
                            }
                        )
                    ),
                    "recs": self._list(
                        self._record(
                            declared
                            | all_
                            | safe
                            | {
                                "numParams": self._natural,
                                "numIndices": self._natural,
                                "numMotives": self._natural,
                                "numMinors": self._natural,
                                "rules": self._list(self._record(rule)),
                                "k": self._flag,
                            }
                        )
                    ),
                }
            ),
        }

    def _name_forms(self) -> dict[str, _Form[Name]]:
        """What reads each form of a name, and what makes the name of it."""
        return {
            "str": (
                self._parts(pre=self._name, str=self._text),
                lambda made: self._longer(*made),
            ),
            "num": (
                self._parts(pre=self._name, i=self._natural),
                lambda made: self._longer(*made),
            ),
        }

    def _level_forms(self) -> dict[str, _Form[Level]]:
        """What reads each form of a universe level, and what makes the level of it."""
        levels = self._terms.levels
        return {
            "succ": (self._level, levels.succ),
            "max": (self._list(self._level, 2), lambda made: levels.max(*made)),
            "imax": (self._list(self._level, 2), lambda made: levels.imax(*made)),
            "param": (self._name, levels.param),
        }

    def _expr_forms(self) -> dict[str, _Form[Term]]:
        """What reads each form of a term, and what makes the term of it."""
        terms = self._terms
        binder = self._parts(
            name=self._name, binderInfo=self._binder, type=self._expr, body=self._expr
        )
        return {
            "bvar": (self._natural, terms.bvar),
            "sort": (self._level, terms.sort),
            "const": (
                self._parts(name=self._name, us=self._list(self._level)),
                lambda made: terms.const(*made),
            ),
            "app": (self._parts(fn=self._expr, arg=self._expr), lambda made: terms.app(*made)),
            "lam": (binder, lambda made: terms.lam(made[2], made[3])),
            "forallE": (binder, lambda made: terms.pi(made[2], made[3])),
            "letE": (
                self._parts(
                    name=self._name,
                    type=self._expr,
                    value=self._expr,
                    body=self._expr,
                    nondep=self._flag,
                ),
                lambda made: terms.let(*made[1:4]),
            ),
            "proj": (
                self._parts(typeName=self._name, idx=self._natural, struct=self._expr),
                lambda made: terms.proj(*made),
            ),
            "mdata": (
                self._parts(expr=self._expr, data=self._object),
                lambda made: made[0],
            ),
            "natVal": (self._digits, terms.lit),
            "strVal": (self._text, terms.lit),
        }

    def line(self, data: bytes) -> Declaration | None:
        """Take in a line, and return what it declares, if it is a declaration.

        Raises:
            Refused: if it is no line of the format.
        """
        self._budget.line(1 + len(data) // 64)
        self._read += len(data)
        if len(data) > LINE:
            raise Refused("budget", f"input: a line has more than {LINE:,} bytes")
        if self._read > INPUT:
            raise Refused("budget", f"input: the file has more than {INPUT:,} bytes")
        if self._begun and self._is_application(data):
            return None
        try:
            line = _decoded(data)
        except ValueError as error:
            raise _wrong(f"no JSON in UTF-8: {error}") from None
        if type(line) is not dict:
            raise _wrong("a line is no object")
        if not self._begun:
            self._begin(line)
            return None
        if "ie" in line:
            term = self._introduce("ie", line, self._exprs_of, self._exprs)
            self._require_shallow(term, parts_of(term))
        elif "in" in line:
            self._introduce("in", line, self._names_of, self._names)
        elif "il" in line:
            level = self._introduce("il", line, self._levels_of, self._levels)
            self._require_shallow(level, level.parts)
        else:
            kind, value = self._single(line)
            if kind not in self._declarations:
                raise _wrong(f"there is no declaration {kind!r}")
            self._unsafe = False
            declaration = Declaration(kind, self._declarations[kind](value))
            names = _declared(declaration)
            if not self.left_out.isdisjoint(names):
                raise Refused("duplicate", "it is declared twice, once as unsafe or partial")
            if not self._unsafe:
                return declaration
            self.left_out.update(names)
        return None

    def _is_application(self, data: bytes) -> bool:
        """Take in a line that holds an application of terms that were given in a row; False if it
        does not, or is written in another way. Most lines do, and this is quicker.
        """
        found = _APPLICATION.fullmatch(data)
        if found is None:
            return False
        before, one, first, other, second, behind = found.groups()
        row, number = self._exprs.row, before or behind
        if one == other or number is None or (before and behind) or int(number) != len(row):
            return False
        function, argument = (first, second) if one == b"fn" else (second, first)
        try:
            left, right = row[int(function)], row[int(argument)]
        except IndexError:
            return False
        made = self._terms.app(left, right)
        row.append(made)
        self._set_depth(made, left.depth if left.depth > right.depth else right.depth)
        return True

    def _begin(self, line: dict[str, Any]) -> None:
        text = self._text
        meta = self._record(
            {
                "meta": self._record(
                    {
                        "exporter": self._record({"name": text, "version": text}),
                        "lean": self._record({"githash": text, "version": text}),
                        "format": self._record({"version": text}),
                    }
                )
            }
        )(line)
        version = meta["meta"]["format"]["version"]
        if not re.fullmatch(r"3\.1\.[0-9]+", version):
            raise Refused("version", f"the format is version {version}, and 3.1 is read here")
        self._begun = True

    def _introduce(
        self, key: str, line: dict[str, Any], forms: Mapping[str, _Form[_T]], known: _Known[_T]
    ) -> _T:
        number = self._natural(line.pop(key))
        form, value = self._single(line)
        if number in known:
            raise _wrong(f"number {number} is given twice")
        if form not in forms:
            raise _wrong(f"there is no form {form!r}")
        read, make = forms[form]
        known[number] = made = make(read(value))
        return made

    @staticmethod
    def _require_shallow(made: Term | Level, parts: Iterable[Term | Level]) -> None:
        Reader._set_depth(made, max([part.depth for part in parts], default=0))

    @staticmethod
    def _set_depth(made: Term | Level, below: int) -> None:
        made.depth = below + 1
        if below >= DEEPEST:
            raise Refused("budget", f"depth: it is deeper than {DEEPEST:,}")

    @staticmethod
    def _single(line: dict[str, Any]) -> tuple[str, Any]:
        if len(line) != 1:
            raise _wrong(f"a line has the fields {', '.join(line) or 'none'}")
        return next(iter(line.items()))

    # --------------------------------------------------------------------------------------- values
    @staticmethod
    def _parts(**fields: Callable[[Any], Any]) -> Callable[[Any], list[Any]]:
        """What reads an object with just these fields, as a list of their values."""
        items, count = list(fields.items()), len(fields)

        def read(value: Any) -> list[Any]:
            if type(value) is dict and len(value) == count:
                try:
                    return [field(value[name]) for name, field in items]
                except KeyError:
                    pass
            raise _wrong(f"an object with the fields {', '.join(fields)} is needed")

        return read

    @staticmethod
    def _record(
        fields: Mapping[str, Callable[[Any], Any]],
        optional: Mapping[str, Callable[[Any], Any]] = MappingProxyType({}),
    ) -> Callable[[Any], dict[str, Any]]:
        known = {**fields, **optional}

        def read(value: Any) -> dict[str, Any]:
            if type(value) is not dict or not fields.keys() <= value.keys() <= known.keys():
                raise _wrong(f"an object with the fields {', '.join(fields)} is needed")
            return {name: known[name](given) for name, given in value.items()}

        return read

    @staticmethod
    def _list(
        item: Callable[[Any], _T], count: int | None = None
    ) -> Callable[[Any], tuple[_T, ...]]:
        def read(value: Any) -> tuple[_T, ...]:
            if type(value) is not list or (count is not None and len(value) != count):
                raise _wrong(
                    "a list is needed" if count is None else f"a list of {count} is needed"
                )
            return tuple([item(part) for part in value])

        return read

    @staticmethod
    def _natural(value: Any) -> int:
        if type(value) is not int or value < 0:
            raise _wrong("a natural number is needed")
        if value >= LARGEST:
            raise Refused("budget", f"numbers: a natural number below {LARGEST:,} is needed")
        return value

    @staticmethod
    def _flag(value: Any) -> bool:
        if type(value) is not bool:
            raise _wrong("true or false is needed")
        return value

    @staticmethod
    def _text(value: Any) -> str:
        if type(value) is not str:
            raise _wrong("a string is needed")
        try:
            value.encode()
        except UnicodeEncodeError:
            raise _wrong("a string is no text: half of a surrogate pair is in it") from None
        return value

    @staticmethod
    def _object(value: Any) -> None:
        if type(value) is not dict:
            raise _wrong("an object is needed")

    def _digits(self, value: Any) -> int:
        if (
            type(value) is not str
            or not value.isascii()
            or not value.isdigit()
            or (value != "0" and value[0] == "0")
        ):
            raise _wrong("a number in decimal digits, as a string, is needed")
        if len(value) > _MOST_DIGITS:
            raise Refused("budget", f"numbers: one of more than {_MOST_DIGITS:,} digits")
        self._budget.step(len(value) ** 2 >> 19)
        return _decimal(value)

    def _safe(self, value: Any) -> None:
        if self._flag(value):
            self._unsafe = True

    def _safety(self, value: Any) -> None:
        if value not in ("safe", "unsafe", "partial"):
            raise _wrong("there is no such safety")
        if value != "safe":
            self._unsafe = True

    def _hints(self, value: Any) -> None:
        """Hints say in what order to unfold; here that is found out from the values."""
        if value not in ("opaque", "abbrev"):
            self._record({"regular": self._natural})(value)

    @staticmethod
    def _binder(value: Any) -> None:
        if type(value) is not str or value not in _BINDERS:
            raise _wrong("there is no such binder")

    def _name(self, value: Any) -> Name:
        row = self._names.row
        if type(value) is int and 0 <= value < len(row):
            return row[value]
        return self._known(value, self._names, "name")

    def _level(self, value: Any) -> Level:
        return self._known(value, self._levels, "level")

    def _expr(self, value: Any) -> Term:
        row = self._exprs.row
        if type(value) is int and 0 <= value < len(row):
            return row[value]
        return self._known(value, self._exprs, "term")

    def _longer(self, before: Name, part: str | int) -> Name:
        if len(before) >= PARTS:
            raise Refused("budget", f"names: one has more than {PARTS} parts")
        name = (*before, part)
        length = sum([len(part) for part in name if isinstance(part, str)])
        if length > CHARACTERS:
            raise Refused("budget", f"names: one has more than {CHARACTERS:,} characters")
        self._budget.hold((len(name) + length) // 16)
        return name

    @staticmethod
    def _known(value: Any, known: _Known[_T], what: str) -> _T:
        if type(value) is not int or value not in known:
            raise _wrong(f"there is no {what} {value!r} before this line")
        return known[value]


def _decimal(digits: str) -> int:
    if len(digits) <= _DIGITS:
        return int(digits)
    half = len(digits) // 2
    scale: int = 10**half
    return _decimal(digits[:-half]) * scale + _decimal(digits[-half:])
