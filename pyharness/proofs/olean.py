"""Reads the constants in an .olean file from its bytes, believing nothing in it that it can
check.
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Literal, get_args

from pyharness.proofs.constants import (
    Binder,
    Constant,
    Constructor,
    Definition,
    Detail,
    Inductive,
    Kind,
    QuotKind,
    Recursor,
    Rule,
    Safety,
    Tree,
)
from pyharness.proofs.names import Name, show_name
from pyharness.proofs.terms import APP, BVAR, CONST, LAM, LET, LIT, PI, PROJ, SORT, Terms
from pyharness.proofs.toolchain import GITHASH, LeanError

__all__ = ["DamagedOlean", "Olean"]

_KINDS: tuple[Kind, ...] = get_args(Kind)
_SAFETIES: tuple[Safety, ...] = get_args(Safety)
_QUOT_KINDS: tuple[QuotKind, ...] = get_args(QuotKind)
_BINDERS: tuple[Binder, ...] = get_args(Binder)
_FIELDS = {
    "axiom": 1,
    "def": 4,
    "theorem": 3,
    "opaque": 3,
    "quot": 1,
    "inductive": 6,
    "ctor": 5,
    "rec": 7,
}
_UNSAFE_BYTE = {"axiom": 0, "opaque": 0, "inductive": 1, "ctor": 0, "rec": 1}
"""Where, behind a record's fields, the byte stands that says whether the constant is unsafe."""

_CLASSES: Name = ("Lean", "classExtension")
"""Under which name a module lists its classes."""

_HEADER = 88
"""Bytes: "olean", version, flags, Lean's version (33), its commit (40), the address that the file
is made for (8)."""
_VERSION = 2
_MDATA = 10
_EXPR_FIELDS = {
    BVAR: (1, 1),
    SORT: (1, 1),
    CONST: (2, 2),
    APP: (2, 0),
    LAM: (3, 1),
    PI: (3, 1),
    LET: (4, 1),
    LIT: (1, 1),
    _MDATA: (2, 1),
    PROJ: (3, 2),
}
"""Of each form of a term how many fields it has, and the first of those that are terms."""
_LEAVES = (BVAR, SORT, CONST, LIT)
_PAIRS = {APP << 8 | 2: 1, LAM << 8 | 3: 2, PI << 8 | 3: 2}
"""By the tag and the number of fields, where the two terms of an application, a function and a
product stand in its words."""
_ARRAY, _STRING, _BIGNUM = 246, 249, 250


class DamagedOlean(LeanError):
    """An .olean file that is not what this Lean writes."""


class Olean:
    """One file: what it imports, and its constants, each read when it is asked for.

    Every address is checked to be inside the file, and to be smaller than that of the object which
    refers to it: Lean writes an object after its parts, so nothing in a sound file refers forward,
    and nothing can go in a circle.

    Args:
        path: the file, for messages.
        data: its bytes.
        terms: the store that its terms go to.

    Attributes:
        imports: the modules that it imports.
        kinds: the kind of each constant in it, by its name.

    Raises:
        DamagedOlean: if it is not an .olean of this Lean, or damaged; any method can raise it.
    """

    def __init__(self, path: Path, data: bytes, terms: Terms):
        self._path = path
        self._terms = terms
        if len(data) < _HEADER + 8 or data[:5] != b"olean":
            raise self._damaged("it is not an .olean file")
        if data[5] != _VERSION:
            raise self._damaged(f"it has format version {data[5]}, not {_VERSION}")
        if data[40:80] != GITHASH.encode():
            commit = data[40:80].decode(errors="replace")
            raise self._damaged(f"another Lean wrote it, of commit {commit}, not {GITHASH}")
        self._data = data
        if len(data) % 8:
            raise self._damaged("it ends in the middle of a word")
        self._words = memoryview(data).cast("Q")
        self._base = self._words[10]
        self._end = self._base + len(data)
        self._names: dict[int, Name] = {}
        self._levels: dict[int, int] = {}
        self._exprs: dict[int, int] = {}
        with self._checked():
            root = self._words[11]
            # The root comes last, and its header holds its size in bytes.
            if root + (self._words[self._index(root, self._end)] >> 32 & 0xFFFF) != self._end:
                raise self._damaged("it does not end where its last object does")
            imports, names, constants, _, self._entries, *_ = self._object(root, self._end)
            imported = self._array(imports, self._end)
            self.imports = tuple(
                self._name(self._object(item, imports)[0], item) for item in imported
            )
            listed = [self._name(item, names) for item in self._array(names, self._end)]
            self._records: dict[Name, int] = {}
            self.kinds: dict[Name, Kind] = {}
            for name, record in zip(listed, self._array(constants, self._end), strict=True):
                tag, _ = self._header(record, constants)
                (value,) = self._object(record, constants)
                common = self._object(value, record)[0]
                if (
                    self._name(self._object(common, value)[0], common) != name
                    or name in self._records
                ):
                    raise self._damaged(
                        f"its list of names and its constants disagree at {show_name(name)}"
                    )
                self._records[name] = record
                self.kinds[name] = _KINDS[tag]

    def constant(self, name: Name) -> Constant:
        """Read the constant of this name, one of `kinds`."""
        kind = self.kinds[name]
        with self._checked():
            record = self._records[name]
            (value,) = self._object(record, self._end)
            fields = self._object(value, record)
            if len(fields) != _FIELDS[kind]:
                raise self._damaged(
                    f"{show_name(name)} has {len(fields)} fields where a {kind} has {_FIELDS[kind]}"
                )
            _, levels, type_ = self._object(fields[0], value)
            return Constant(
                name=name,
                kind=kind,
                levels=self._name_list(levels, fields[0]),
                type=self._expr(type_, fields[0]),
                value=self._expr(fields[1], value)
                if kind in ("def", "theorem", "opaque")
                else None,
                safety=self._safety(kind, value, len(fields)),
                detail=self._detail(kind, fields, value),
            )

    def type(self, name: Name) -> int:
        """Return the number of the type of the constant of this name, one of `kinds`; of what it
        holds nothing else is read.
        """
        with self._checked():
            above, address = self._type(name)
            return self._expr(address, above)

    def _type(self, name: Name) -> tuple[int, int]:
        """Return the address of the object that refers to the type of a constant, and that of the
        type.
        """
        (value,) = self._object(self._records[name], self._end)
        common = self._object(value, self._records[name])[0]
        return common, self._object(common, value)[2]

    def type_name(self, name: Name) -> Name | None:
        """Return the constant that the type of a constant, one of `kinds`, is; None if it is
        anything else.
        """
        with self._checked():
            above, address = self._type(name)
            while (tag := self._header(address, above)[0]) == _MDATA:
                above, address = address, self._object(address, above)[1]
            return self._name(self._object(address, above)[0], address) if tag == CONST else None

    def classes(self) -> Iterator[Name]:
        """Yield the classes that the module declares."""
        with self._checked():
            for extension in self._array(self._entries, self._end):
                name, entries = self._object(extension, self._entries)
                if self._name(name, extension) == _CLASSES:
                    for entry in self._array(entries, extension):
                        yield self._name(self._object(entry, entries)[0], entry)

    def binders(self, name: Name) -> tuple[tuple[Name, Binder], ...]:
        """Return the names of the binders in front of the type of a constant, one of `kinds`, and
        how their arguments are written; terms do not keep these.
        """
        found: list[tuple[Name, Binder]] = []
        with self._checked():
            above, address = self._type(name)
            while (tag := self._header(address, above)[0]) in (PI, LET, _MDATA):
                fields = self._object(address, above)
                if tag != _MDATA:
                    found.append((self._name(fields[0], address), self._binder(tag, address)))
                above, address = address, fields[-1]
        return tuple(found)

    def trees(self, name: Name) -> tuple[Tree, Tree | None]:
        """Return the type of a constant, one of `kinds`, and what it is defined as if it is a
        definition, each as a `Tree`.
        """
        kind = self.kinds[name]
        with self._checked():
            record = self._records[name]
            (value,) = self._object(record, self._end)
            fields = self._object(value, record)
            type_ = self._tree(self._object(fields[0], value)[2], fields[0])
            return type_, self._tree(fields[1], value) if kind in ("def", "opaque") else None

    def _tree(self, root: int, above: int) -> Tree:
        self._expr(root, above)
        made: dict[int, Tree] = {}
        pending = [root]
        while pending:
            address = pending[-1]
            if address in made:
                pending.pop()
                continue
            tag, _ = self._header(address, self._end)
            fields = self._object(address, self._end)
            parts = fields[_EXPR_FIELDS[tag][1] :] if tag not in _LEAVES else ()
            if missing := [part for part in parts if part not in made]:
                pending += missing
                continue
            if tag == _MDATA:
                made[address] = made[parts[0]]
                continue
            binds = tag in (LAM, PI, LET)
            made[address] = Tree(
                self._exprs[address],
                self._name(fields[0], address) if binds else (),
                self._binder(tag, address) if binds else "default",
                tuple(made[part] for part in parts),
            )
        return made[root]

    def _binder(self, tag: int, address: int) -> Binder:
        """Return how the argument that a term binds is written."""
        # Behind the fields stands the term's own digest, 8 bytes.
        return "default" if tag == LET else _BINDERS[self._flag(address, 3, 8)]

    def _flag(self, value: int, fields: int, place: int) -> int:
        """Return a byte that stands behind a record's fields."""
        return self._data[value - self._base + 8 + 8 * fields + place]

    def _safety(self, kind: Kind, value: int, fields: int) -> Safety:
        if kind == "def":
            return _SAFETIES[self._flag(value, fields, 0)]
        return (
            "unsafe"
            if kind in _UNSAFE_BYTE and self._flag(value, fields, _UNSAFE_BYTE[kind])
            else "safe"
        )

    def _detail(self, kind: Kind, fields: tuple[int, ...], value: int) -> Detail:
        def names(place: int) -> tuple[Name, ...]:
            return self._name_list(fields[place], value)

        def nat(place: int) -> int:
            return self._nat(fields[place], value)

        match kind:
            case "def":
                return Definition(names(3), self._hints(fields[2], value))
            case "theorem" | "opaque":
                return Definition(names(2), None)
            case "quot":
                return _QUOT_KINDS[self._flag(value, 1, 0)]
            case "inductive":
                recursive, reflexive = (bool(self._flag(value, 6, place)) for place in (0, 2))
                return Inductive(names(3), names(4), nat(1), nat(2), nat(5), recursive, reflexive)
            case "ctor":
                return Constructor(self._name(fields[1], value), nat(2), nat(3), nat(4))
            case "rec":
                rules = tuple(self._rule(*item) for item in self._list(fields[6], value))
                k = bool(self._flag(value, 7, 0))
                return Recursor(names(1), nat(2), nat(3), nat(4), nat(5), rules, k)
        return None

    def _hints(self, address: int, above: int) -> Literal["opaque", "abbrev"] | int:
        if address & 1:
            return ("opaque", "abbrev")[address >> 1]
        return self._words[self._inside(self._index(address, above) + 2) - 1] & 0xFFFFFFFF

    def _rule(self, address: int, above: int) -> Rule:
        constructor, fields, value = self._object(address, above)
        return Rule(
            self._name(constructor, address), self._nat(fields, address), self._expr(value, address)
        )

    # ---------------------------------------------------------------------------------- the objects
    def _damaged(self, reason: str) -> DamagedOlean:
        return DamagedOlean(f"{self._path} cannot be used: {reason}; delete it and build again")

    @contextmanager
    def _checked(self) -> Iterator[None]:
        """Turn what reading beyond the file, or a wrong shape, raises into the error that names the
        file.
        """
        try:
            yield
        except (IndexError, ValueError) as error:
            raise self._damaged(f"it is damaged ({error})") from error

    def _index(self, address: int, above: int) -> int:
        """Return the index of the word at an address, which must be below the object that refers to
        it.
        """
        if address & 7 or not self._base + _HEADER <= address < above:
            raise self._damaged(
                f"it refers to the address {address:#x}, where no part of it can be"
            )
        return (address - self._base) >> 3

    def _header(self, address: int, above: int) -> tuple[int, int]:
        """Return an object's tag, and how many fields it has if it is a constructor's."""
        word = self._words[self._index(address, above)]
        return word >> 56, word >> 48 & 0xFF

    def _object(self, address: int, above: int) -> tuple[int, ...]:
        """Return the fields of a constructor's object."""
        index = self._index(address, above)
        return tuple(
            self._words[index + 1 : self._inside(index + 1 + (self._words[index] >> 48 & 0xFF))]
        )

    def _inside(self, end: int) -> int:
        if end > len(self._words):
            raise self._damaged("it ends in the middle of an object")
        return end

    def _tagged(self, address: int, above: int, tag: int) -> int:
        """Return the index of an object that must have this tag."""
        index = self._index(address, above)
        if self._words[index] >> 56 != tag:
            raise self._damaged(f"an object has tag {self._words[index] >> 56} where {tag} belongs")
        return index

    def _array(self, address: int, above: int) -> tuple[int, ...]:
        index = self._tagged(address, above, _ARRAY)
        return tuple(self._words[index + 3 : self._inside(index + 3 + self._words[index + 1])])

    def _string(self, address: int, above: int) -> str:
        index = self._tagged(address, above, _STRING)
        size, start = self._words[index + 1], 8 * index + 32
        if not 0 < size <= len(self._data) - start:
            raise self._damaged("it ends in the middle of a string")
        return self._data[start : start + size - 1].decode()

    def _nat(self, address: int, above: int) -> int:
        if address & 1:
            return address >> 1
        index = self._tagged(address, above, _BIGNUM)
        size = self._words[index + 1] >> 32
        # The digits stand right behind the number's own three words, and it says so.
        if not 0 < size < 1 << 31 or self._words[index + 2] != address + 24:
            raise self._damaged("a number in it has no digits")
        return int.from_bytes(
            self._data[8 * index + 24 : 8 * self._inside(index + 3 + size)], "little"
        )

    def _list(self, address: int, above: int) -> Iterator[tuple[int, int]]:
        """Yield each element of a list, with the address of the object that refers to it."""
        while not address & 1:
            head, tail = self._object(address, above)
            yield head, address
            above, address = address, tail

    def _name(self, address: int, above: int) -> Name:
        pending: list[tuple[int, str | int]] = []
        while not address & 1 and address not in self._names:
            tag, _ = self._header(address, above)
            prefix, last = self._object(address, above)
            if tag not in (1, 2):
                raise self._damaged(f"an object has tag {tag} where a name belongs")
            pending.append(
                (address, self._string(last, address) if tag == 1 else self._nat(last, address))
            )
            above, address = address, prefix
        name = () if address & 1 else self._names[address]
        for at, part in reversed(pending):
            name = self._names[at] = (*name, part)
        return name

    def _name_list(self, address: int, above: int) -> tuple[Name, ...]:
        return tuple(self._name(item, at) for item, at in self._list(address, above))

    # ----------------------------------------------------------------------------- levels and terms
    def _level(self, root: int, above: int) -> int:
        if root & 1:
            return self._terms.add_level(("zero",))
        done = self._levels
        pending = [(root, above)]
        while pending:
            address, above = pending[-1]
            if address in done:
                pending.pop()
                continue
            tag, _ = self._header(address, above)
            fields = self._object(address, above)
            if tag == 4 and len(fields) == 1:
                done[address] = self._terms.add_level(("param", self._name(fields[0], address)))
            elif (tag, len(fields)) not in ((0, 0), (1, 1), (2, 2), (3, 2)):
                raise self._damaged(f"an object has tag {tag} where a universe level belongs")
            elif missing := [
                (part, address) for part in fields if not part & 1 and part not in done
            ]:
                pending += missing
            else:
                parts = (
                    self._terms.add_level(("zero",)) if part & 1 else done[part] for part in fields
                )
                done[address] = self._terms.add_level(
                    (("zero", "succ", "max", "imax")[tag], *parts)
                )
        return done[root]

    def _expr(self, root: int, above: int) -> int:
        done, add_pair = self._exprs, self._terms.add_pair
        if root not in done:
            self._index(root, above)
            pairs, others = self._find_exprs(root)
            # What a term is made of has smaller addresses than the term.
            for address in sorted([*pairs, *others]):
                if address in pairs:
                    tag, first, second = pairs[address]
                    done[address] = add_pair(tag, done[first], done[second])
                else:
                    done[address] = self._make_expr(address, *others[address])
        return done[root]

    def _find_exprs(
        self, root: int
    ) -> tuple[dict[int, tuple[int, int, int]], dict[int, tuple[int, tuple[int, ...]]]]:
        """Find each term that a term is made of and that has not been read, by its address.

        Returns:
            Of applications, functions and products, which are nearly all, the tag and the two terms
            in it; of the others the tag and the fields.
        """
        done, words, base = self._exprs, self._words, self._base
        lowest = base + _HEADER
        pairs: dict[int, tuple[int, int, int]] = {}
        others: dict[int, tuple[int, tuple[int, ...]]] = {}
        pending = [root]
        for address in pending:
            if address in pairs or address in others:
                continue
            index = (address - base) >> 3
            head = words[index] >> 48
            if place := _PAIRS.get(head):
                one, two = words[index + place], words[index + place + 1]
                pairs[address] = head >> 8, one, two
                parts: tuple[int, ...] = one, two
            else:
                tag, size = head >> 8, head & 0xFF
                expected, first = _EXPR_FIELDS.get(tag, (None, 0))
                if size != expected:
                    raise self._damaged(f"an object has tag {tag} where a term belongs")
                fields = tuple(words[index + 1 : self._inside(index + 1 + size)])
                others[address] = tag, fields
                parts = fields[first:]
            for part in parts:
                if part not in done:
                    if part & 7 or not lowest <= part < address:
                        self._index(part, address)
                    pending.append(part)
        return pairs, others

    def _make_expr(self, address: int, tag: int, fields: tuple[int, ...]) -> int:
        """Add a term whose parts have been read to the store."""
        add, done = self._terms.add, self._exprs
        if tag == CONST:
            levels = tuple(self._level(item, at) for item, at in self._list(fields[1], address))
            return add((CONST, self._name(fields[0], address), levels))
        if tag == BVAR:
            return add((BVAR, self._nat(fields[0], address)))
        if tag == _MDATA:
            return done[fields[1]]
        if tag == LET:
            return add((LET, done[fields[1]], done[fields[2]], done[fields[3]]))
        if tag == SORT:
            return add((SORT, self._level(fields[0], address)))
        if tag == PROJ:
            return add(
                (
                    PROJ,
                    self._name(fields[0], address),
                    self._nat(fields[1], address),
                    done[fields[2]],
                )
            )
        return add((LIT, self._literal(fields[0], address)))

    def _literal(self, address: int, above: int) -> int | str:
        tag, _ = self._header(address, above)
        (value,) = self._object(address, above)
        return self._string(value, address) if tag else self._nat(value, address)
