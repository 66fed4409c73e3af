"""Cuts what some theorems rest on out of an export in lean4export's NDJSON format 3.1.

An export may declare a whole library, of which the claims of a project need a part. The file is
read twice, line by line: first to see what mentions what, then to write the lines that are needed,
numbered anew. Of a line no more than a few numbers is kept between the two.
"""

from __future__ import annotations

import hashlib
import json
import re
from array import array
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import IO, Any

from pyharness.core.errors import UsageError
from pyharness.core.progress import Progress, quiet
from pyharness.kernel.environment import TEXT
from pyharness.kernel.files import Unpackable, open_lines
from pyharness.proofs.names import Name, is_made, show_name, write_name

__all__ = ["BadExport", "Index", "Meta", "read_meta", "require_export"]

_APPLICATION = re.compile(
    rb'\{(?:"ie":N,)?"app":\{"(?:fn|arg)":N,"(?:fn|arg)":N\}(?:,"ie":N)?\}\s*'.replace(
        b"N", rb"(\d{1,9})"
    )
)
"""A line with an application, which most are, as it is mostly written."""

REFERENCES: Mapping[str, str] = {
    **dict.fromkeys(
        ("name", "levelParams", "all", "ctors", "induct", "ctor", "pre", "typeName", "param"), "in"
    ),
    **dict.fromkeys(("sort", "us", "succ", "max", "imax"), "il"),
    **dict.fromkeys(("type", "value", "rhs", "body", "fn", "arg", "struct", "expr"), "ie"),
}
"""By the key of a field, what the numbers in it are of: names, levels or terms, by the key under
which lines number these."""

_BINDER = ("type", "body")
_PARTS: Mapping[str, Sequence[str]] = {
    "app": ("fn", "arg"),
    "lam": _BINDER,
    "forallE": _BINDER,
    "letE": ("type", "value", "body"),
    "proj": ("struct",),
    "mdata": ("expr",),
}
"""The terms that one of a form is made of."""
_NAMED = {"const": "name", "lam": "name", "forallE": "name", "letE": "name", "proj": "typeName"}
"""The name that a term of a form mentions or binds."""
_FORMS = {*_PARTS, *_NAMED, "bvar", "sort", "natVal", "strVal"}
_TEXT = tuple(sorted(TEXT))

_SINGLE = {"axiom": "axiom", "def": "def", "thm": "theorem", "opaque": "opaque", "quot": "quot"}
_FAMILY = {"types": "inductive", "ctors": "ctor", "recs": "rec"}
_RELATED = {"inductive": ("all", "ctors"), "ctor": ("induct",), "rec": ("all",)}
"""Where a constant names its family."""
_QUOTIENT = (("Eq",), ("Quot",), ("Quot", "mk"), ("Quot", "lift"), ("Quot", "ind"))
"""What the quotient is made of; kernels want all of it where one is declared."""
_VALUED = ("def", "theorem", "opaque")
_VERSION = re.compile(r"3\.1\.[0-9]+")
_DECODER = json.JSONDecoder()
_EVERY = 1 << 15
"""Lines between two reports of progress."""


class BadExport(UsageError):
    """A file that cannot be read as an export."""


@dataclass(frozen=True)
class Meta:
    """What an export says of itself.

    Attributes:
        exporter: the program that wrote it.
        exporter_version: that program's version.
        lean: the version of Lean whose library it is of.
        githash: the commit of that Lean.
        format: the version of the format.
    """

    exporter: str
    exporter_version: str
    lean: str
    githash: str
    format: str


def read_meta(line: bytes) -> Meta:
    """Read the first line of an export.

    Raises:
        BadExport: if it is none, or of a version of the format that is not read here.
    """
    try:
        meta = json.loads(line)["meta"]
        found = Meta(
            meta["exporter"]["name"],
            meta["exporter"]["version"],
            meta["lean"]["version"],
            meta["lean"]["githash"],
            meta["format"]["version"],
        )
        well = all(isinstance(value, str) for value in vars(found).values())
    except (ValueError, LookupError, TypeError):
        well = False
    if not well:
        raise BadExport(
            "it is no export: its first line does not say what wrote it, as lean4export 3.1 does"
        )
    if not _VERSION.fullmatch(found.format):
        raise BadExport(
            f"it is in version {found.format} of lean4export's format, and 3.1 is read here: write "
            "it again with lean4export 3.1 or newer, or with the leanexport that Lean 4.35 brings"
        )
    return found


def require_export(path: Path) -> None:
    """Require that a file begins as an export does.

    Raises:
        BadExport: if not.
    """
    line = next(_lines(path), b"")
    try:
        read_meta(line)
    except BadExport as error:
        raise BadExport(f"{path}: {error}") from None


def references(value: Any, key: str = "") -> Iterator[tuple[str, int]]:
    """Yield each number in a line that refers to another line, behind the key under which that
    numbers what it introduces.
    """
    if isinstance(value, dict):
        for inner, item in value.items():
            if inner != "data":
                yield from references(item, inner)
    elif isinstance(value, list):
        for item in value:
            yield from references(item, key)
    elif key in REFERENCES and type(value) is int:
        yield REFERENCES[key], value


@dataclass(frozen=True)
class _Declaration:
    """What one line declares: of each constant its kind and the terms that it rests on."""

    line: int
    kinds: Mapping[Name, str]
    mentions: tuple[tuple[str, int], ...]


class Index:
    """What an export declares, and what mentions what in it.

    Attributes:
        path: the file.
        meta: what it says of itself.
        kinds: the kind of each constant that it declares.
        uses: the constants that each one mentions, directly, and those of its family.
        plain: the constants whose types begin with no binder.
    """

    def __init__(self, path: Path, progress: Progress = quiet):
        """Read a file.

        Args:
            path: an export, plain or compressed with gzip, xz or zstd.
            progress: told how many lines were read.

        Raises:
            BadExport: if it is none, damaged, or cannot be read.
        """
        self.path = path
        self.kinds: dict[Name, str] = {}
        self.uses: dict[Name, frozenset[Name]] = {}
        self.plain: set[Name] = set()
        self._declarations: list[_Declaration] = []
        self._of: dict[Name, _Declaration] = {}
        self._names: list[Name] = [()]
        self._places: dict[str, dict[int, int]] = {}
        self._lines = {"in": array("I", [0]), "il": array("I", [0]), "ie": array("I")}
        # Of names, levels and terms that are numbered, what their lines mention.
        self._refers: dict[str, list[tuple[tuple[str, int], ...]]] = {"in": [()], "il": [()]}
        # Of terms: the terms that they are made of, one after the other, and where those of each
        # begin; the name that each mentions or binds, -1 if none; the universe levels.
        self._starts, self._parts = array("Q", [0]), array("I")
        self._name = array("i")
        self._levels: dict[int, tuple[int, ...]] = {}
        self._constants: dict[int, tuple[Name, ...]] = {}
        self._binds = bytearray()
        count, seen = 0, hashlib.sha256()
        for count, line in enumerate(_lines(path), 1):
            seen.update(line)
            try:
                if count == 1:
                    self.meta = read_meta(line)
                else:
                    self._read(count, line)
            except BadExport as error:
                raise BadExport(f"{path}: {error}") from None
            except (ValueError, LookupError, TypeError, AttributeError, RecursionError) as error:
                raise BadExport(
                    f"{path}, line {count}: it is no line of lean4export's format 3.1 "
                    f"({type(error).__name__}: {error})"
                ) from None
            if count % _EVERY == 0:
                progress("Export", f"{count:,} lines read", 0, 1)
        if not count:
            raise BadExport(f"{path}: it is empty")
        self._count, self._seen = count, seen.digest()

    # ------------------------------------------------------------------------------------ reading
    def _read(self, number: int, line: bytes) -> None:
        if (match := _APPLICATION.fullmatch(line)) is not None:
            before, one, other, behind = match.groups()
            self._parts.extend((self._place("ie", int(one)), self._place("ie", int(other))))
            self._introduce("ie", int(before or behind), number)
            self._starts.append(len(self._parts))
            self._name.append(-1)
            self._binds.append(0)
            return
        value = _DECODER.decode(line.decode())
        for key in ("ie", "in", "il"):
            if key in value:
                introduced = value.pop(key)
                self._refer(key, value)
                self._introduce(key, introduced, number)
                return
        self._declare(number, value)

    def _introduce(self, key: str, number: int, line: int) -> None:
        place = len(self._lines[key])
        if number != place and key not in self._places:
            # Nearly all files count upwards, and then a number is a place.
            self._places[key] = dict(zip(range(place), range(place), strict=True))
        if key in self._places and self._places[key].setdefault(number, place) != place:
            raise ValueError(f"the number {number} is given twice")
        self._lines[key].append(line)

    def _place(self, key: str, number: int) -> int:
        """Return the place, among lines of its kind, of what a line refers to by a number."""
        if key in self._places:
            place = self._places[key].get(number, -1)
        else:
            place = number if 0 <= number < len(self._lines[key]) else -1
        if place < 0:
            raise ValueError(f"it refers to the number {number}, which is not there yet")
        return place

    def _name_of(self, number: int) -> Name:
        return self._names[self._place("in", number)]

    def _references(self, value: Any) -> tuple[tuple[str, int], ...]:
        return tuple((key, self._place(key, number)) for key, number in references(value))

    def _refer(self, key: str, value: Mapping[str, Any]) -> None:
        ((form, fields),) = value.items()
        if key == "ie":
            self._refer_term(form, fields)
            return
        self._refers[key].append(self._references(value))
        if key == "in":
            part = fields["i" if form == "num" else "str"]
            self._names.append((*self._name_of(fields["pre"]), part))

    def _refer_term(self, form: str, fields: Any) -> None:
        place = len(self._lines["ie"])
        if form not in _FORMS:
            raise ValueError(f"there is no form {form!r}")
        parts = [self._place("ie", fields[part]) for part in _PARTS.get(form, ())]
        self._parts.extend(parts)
        self._starts.append(len(self._parts))
        self._binds.append(
            form in ("forallE", "letE") or (form == "mdata" and self._binds[parts[0]])
        )
        name = self._place("in", fields[_NAMED[form]]) if form in _NAMED else -1
        self._name.append(name)
        if form == "const":
            self._constants[place] = (self._names[name],)
            if fields["us"]:
                self._levels[place] = tuple(self._place("il", level) for level in fields["us"])
        elif form == "sort":
            self._levels[place] = (self._place("il", fields),)
        elif form == "proj":
            self._constants[place] = (self._names[name],)
        elif form == "natVal":
            self._constants[place] = (("Nat",),)
        elif form == "strVal":
            self._constants[place] = _TEXT

    def _declare(self, line: int, value: Mapping[str, Any]) -> None:
        ((form, fields),) = value.items()
        items = (
            [(_SINGLE[form], fields)]
            if form in _SINGLE
            else [(_FAMILY[part], item) for part in _FAMILY for item in fields[part]]
        )
        kinds: dict[Name, str] = {}
        for kind, item in items:
            name = self._name_of(item["name"])
            if name in self.kinds or name in kinds:
                raise ValueError(f"{show_name(name)} is declared twice")
            kinds[name] = kind
            type_ = self._place("ie", item["type"])
            roots = [type_, *([self._place("ie", item["value"])] if kind in _VALUED else [])]
            related = {key: item[key] for key in _RELATED.get(kind, ())}
            family = [self._names[place] for _, place in self._references(related)]
            self.uses[name] = frozenset(self._mentioned(roots)).union(family)
            if not self._binds[type_]:
                self.plain.add(name)
        declaration = _Declaration(line, kinds, self._references(value))
        self._declarations.append(declaration)
        self.kinds.update(kinds)
        self._of.update(dict.fromkeys(kinds, declaration))

    def _mentioned(self, roots: Iterable[int]) -> set[Name]:
        starts, parts, constants = self._starts, self._parts, self._constants
        names: set[Name] = set()
        pending = list(roots)
        seen = set(pending)
        while pending:
            term = pending.pop()
            if term in constants:
                names.update(constants[term])
            for place in range(starts[term], starts[term + 1]):
                part = parts[place]
                if part not in seen:
                    seen.add(part)
                    pending.append(part)
        return names

    # ------------------------------------------------------------------------------------ questions
    def closure(self, roots: Iterable[Name]) -> set[Name]:
        """Return what some constants rest on, themselves included, as far as the file declares
        it.
        """
        found: set[Name] = set()
        pending = list(roots)
        while pending:
            name = pending.pop()
            if name not in found and name in self._of:
                # What one line declares stays together.
                family = self._of[name].kinds
                found.update(family)
                for member in family:
                    pending += self.uses[member]
                    if self.kinds[member] == "quot":
                        pending += _QUOTIENT
        return found

    def topmost(self) -> list[Name]:
        """Return the theorems that are meant for others to name and on which nothing else in the
        file rests; examples neither count nor count as others.
        """
        below = frozenset[Name]().union(
            *(used for name, used in self.uses.items() if not _is_example(name))
        )
        return [
            name
            for name, kind in self.kinds.items()
            if kind == "theorem"
            and name not in below
            and write_name(name) is not None
            and not (is_made(name) or _is_example(name))
        ]

    def examples(self, theorems: Iterable[Name]) -> list[Name]:
        """Return what may show that the hypotheses of some theorems can hold: what has a value
        that mentions one, or rests on one and takes no arguments.
        """
        wanted = set(theorems)
        above: dict[Name, list[Name]] = {}
        for name, used in self.uses.items():
            for item in used:
                above.setdefault(item, []).append(name)
        resting = set(wanted)
        pending = list(wanted)
        while pending:
            for name in above.get(pending.pop(), ()):
                if name not in resting:
                    resting.add(name)
                    pending.append(name)
        return [
            name
            for name in self.kinds
            if name in resting
            and self.kinds[name] in _VALUED
            and (name in self.plain or not wanted.isdisjoint(self.uses[name]))
        ]

    # ------------------------------------------------------------------------------------ writing
    def write(self, names: Iterable[Name], file: IO[bytes], progress: Progress = quiet) -> str:
        """Write the lines that declare some constants and all that they rest on; return their
        SHA-256.

        Raises:
            BadExport: if the file that was read changed meanwhile.
        """
        kept = self._kept(names)
        numbers = {key: {0: 0} if key != "ie" else {} for key in ("in", "il", "ie")}
        digest, seen = hashlib.sha256(), hashlib.sha256()
        total, done = sum(kept), 0
        try:
            for count, line in enumerate(_lines(self.path), 1):
                seen.update(line)
                if not kept[count]:
                    continue
                written = _renumbered(line, numbers) if count > 1 else line
                file.write(written)
                digest.update(written)
                done += 1
                if done % _EVERY == 0:
                    progress("Export", f"{done:,} of {total:,} lines cut out", done, total)
        except (ValueError, LookupError, TypeError):
            seen = hashlib.sha256()
        if seen.digest() != self._seen:
            raise BadExport(f"{self.path} changed while it was read; run again")
        return digest.hexdigest()

    def _kept(self, names: Iterable[Name]) -> bytearray:
        """Return which lines declare constants and all that they rest on."""
        kept = bytearray(self._count + 1)
        kept[1] = 1
        pending: list[tuple[str, int]] = []
        parameters: set[int] = set()
        for declaration in {
            self._of[name].line: self._of[name] for name in self.closure(names)
        }.values():
            kept[declaration.line] = 1
            pending += declaration.mentions
        lines, refers = self._lines, self._refers
        while pending:
            key, number = pending.pop()
            if kept[lines[key][number]]:
                continue
            kept[lines[key][number]] = 1
            if key == "ie":
                pending += [
                    ("ie", self._parts[place])
                    for place in range(self._starts[number], self._starts[number + 1])
                ]
                if self._name[number] >= 0:
                    pending.append(("in", self._name[number]))
                pending += [("il", level) for level in self._levels.get(number, ())]
            else:
                pending += refers[key][number]
        # Readers of the format look a universe parameter up among the levels.
        for number, found in enumerate(refers["il"]):
            if [key for key, _ in found] == ["in"] and kept[lines["in"][found[0][1]]]:
                parameters.add(number)
        for number in parameters:
            kept[lines["il"][number]] = 1
        kept[0] = 0
        return kept


def _is_example(name: Name) -> bool:
    return isinstance(name[-1], str) and name[-1].endswith("_example")


def _renumbered(line: bytes, numbers: Mapping[str, dict[int, int]]) -> bytes:
    """Return a line with the numbers that its references have where only some lines are kept."""
    if (match := _APPLICATION.fullmatch(line)) is not None:
        before, one, other, behind = match.groups()
        terms = numbers["ie"]
        terms[int(before or behind)] = number = len(terms)
        keys = (b"fn", b"arg") if line.index(b'"fn"') < line.index(b'"arg"') else (b"arg", b"fn")
        parts = (keys[0], terms[int(one)], keys[1], terms[int(other)], number)
        return b'{"app":{"%s":%d,"%s":%d},"ie":%d}\n' % parts
    value = _DECODER.decode(line.decode())
    for key, known in numbers.items():
        if key in value:
            # Its own number stands last, as lean4export has it.
            number = value.pop(key)
            value[key] = known[number] = len(known)
            break

    def again(item: Any, key: str) -> Any:
        if isinstance(item, dict):
            return {
                inner: part if inner in numbers or inner == "data" else again(part, inner)
                for inner, part in item.items()
            }
        if isinstance(item, list):
            return [again(part, key) for part in item]
        if key in REFERENCES and type(item) is int:
            return numbers[REFERENCES[key]][item]
        return item

    return (json.dumps(again(value, ""), ensure_ascii=False, separators=(",", ":")) + "\n").encode()


def _lines(path: Path) -> Iterator[bytes]:
    try:
        with open_lines(str(path)) as lines:
            yield from lines
    except OSError as error:
        raise BadExport(f"{path} cannot be read: {error.strerror or error}") from None
    except Unpackable as error:
        raise BadExport(f"{path} cannot be unpacked: {error}") from None
