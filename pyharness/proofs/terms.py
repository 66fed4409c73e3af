"""Lean's terms and universe levels, each stored once, and their digests.

What the kernel ignores is not kept: the names of bound variables, how an argument is written
(explicit, implicit or instance), and metadata. Two terms with the same number are hence the same to
the kernel up to renaming.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from typing import Any

from pyharness.kernel.environment import TEXT
from pyharness.proofs.names import Name

__all__ = ["APP", "BVAR", "CONST", "LAM", "LET", "LIT", "PI", "PROJ", "SORT", "Terms", "term_parts"]

BVAR, SORT, CONST, APP, LAM, PI, LET, LIT, PROJ = 0, 3, 4, 5, 6, 7, 8, 9, 11
"""The forms of a term, numbered as Lean numbers the constructors of `Expr`."""

_FORMS = {
    BVAR: "bvar",
    SORT: "sort",
    CONST: "const",
    APP: "app",
    LAM: "lam",
    PI: "forall",
    LET: "let",
    LIT: "lit",
    PROJ: "proj",
}


class Terms:
    """A store of terms and of levels, each known by a number.

    A term is one of `(BVAR, index)`, `(SORT, level)`, `(CONST, name, levels)`, `(APP, function,
    argument)`, `(LAM, type, body)`, `(PI, type, body)`, `(LET, type, value, body)`, `(LIT, number
    or string)` and `(PROJ, structure, index, term)`; a level one of `("zero",)`, `("succ", level)`,
    `("max", left, right)`, `("imax", left, right)` and `("param", name)`. Levels and terms inside
    are numbers.
    """

    def __init__(self) -> None:
        self.nodes: list[tuple[Any, ...]] = []
        self.levels: list[tuple[Any, ...]] = []
        self._node_ids: dict[tuple[Any, ...], int] = {}
        self._level_ids: dict[tuple[Any, ...], int] = {}
        self._digests: dict[tuple[Name, ...], tuple[dict[int, str], dict[int, str]]] = {}
        self._loose: list[int] = []

    def add(self, node: tuple[Any, ...]) -> int:
        """Return the number of a term, whose parts are in the store."""
        if node[0] in (APP, LAM, PI):
            return self.add_pair(*node)
        number = self._node_ids.setdefault(node, len(self.nodes))
        if number == len(self.nodes):
            self.nodes.append(node)
            self._loose.append(self._count_loose(node))
        return number

    def add_pair(self, form: int, one: int, two: int) -> int:
        """Return the number of an application, a function or a product, which nearly all terms
        are.
        """
        node, nodes, loose = (form, one, two), self.nodes, self._loose
        number = self._node_ids.setdefault(node, len(nodes))
        if number == len(nodes):
            nodes.append(node)
            first, second = loose[one], loose[two] if form == APP else loose[two] - 1
            loose.append(first if first > second else second)
        return number

    def _count_loose(self, node: tuple[Any, ...]) -> int:
        form, loose = node[0], self._loose
        count = 0
        if form == LET:
            count = max(loose[node[1]], loose[node[2]], loose[node[3]] - 1)
        elif form == BVAR:
            count = node[1] + 1
        elif form == PROJ:
            count = loose[node[3]]
        return count

    def add_level(self, level: tuple[Any, ...]) -> int:
        """Return the number of a level, whose parts are in the store."""
        number = self._level_ids.setdefault(level, len(self.levels))
        if number == len(self.levels):
            self.levels.append(level)
        return number

    def subterms(self, *roots: int) -> Iterator[int]:
        """Yield terms and all that they are made of, each once."""
        seen: set[int] = set()
        pending = list(roots)
        while pending:
            number = pending.pop()
            if number not in seen:
                seen.add(number)
                yield number
                pending += term_parts(self.nodes[number])

    def constants(self, roots: Iterable[int]) -> set[Name]:
        """Return the constants that terms mention, and those that their literals stand for."""
        nodes = self.nodes
        names: set[Name] = set()
        pending = list(roots)
        seen = set(pending)
        for number in pending:
            node = nodes[number]
            form = node[0]
            if form == CONST:
                names.add(node[1])
            elif form in (APP, LAM, PI):
                _, one, two = node
                if one not in seen:
                    seen.add(one)
                    pending.append(one)
                if two not in seen:
                    seen.add(two)
                    pending.append(two)
            elif form == LIT:
                names.update({("Nat",)} if isinstance(node[1], int) else TEXT)
            else:
                if form == PROJ:
                    names.add(node[1])
                parts = [part for part in term_parts(node) if part not in seen]
                seen.update(parts)
                pending += parts
        return names

    def spine(self, number: int) -> tuple[int, list[int]]:
        """Return the head of nested applications and its arguments."""
        arguments = []
        while (node := self.nodes[number])[0] == APP:
            arguments.append(node[2])
            number = node[1]
        return number, arguments[::-1]

    def apply(self, function: int, arguments: Iterable[int]) -> int:
        """Return nested applications: what `spine` takes apart."""
        for argument in arguments:
            function = self.add((APP, function, argument))
        return function

    # ------------------------------------------------------------------------------------ variables
    def loose(self, number: int) -> int:
        """Return how many binders a term needs around it: one more than its highest variable that
        it does not bind.
        """
        return self._loose[number]

    def is_closed(self, number: int) -> bool:
        """Whether a term binds all its variables."""
        return self.loose(number) == 0

    def occurs(self, number: int, index: int) -> bool:
        """Whether the variable of this index, which the term does not bind, is in it."""
        nodes, loose = self.nodes, self._loose
        pending = [(number, index)]
        seen = set(pending)
        for at, wanted in pending:
            node = nodes[at]
            if node[0] == BVAR and node[1] == wanted:
                return True
            for part, binds in zip(term_parts(node), _binds(node[0]), strict=False):
                # A term with fewer variables than that does not have it.
                if loose[part] > wanted + binds and (part, wanted + binds) not in seen:
                    seen.add((part, wanted + binds))
                    pending.append((part, wanted + binds))
        return False

    def lift(self, number: int, by: int) -> int:
        """Return the term with `by` added to the index of every variable that is not bound in
        it.
        """
        return (
            self._map_variables(number, lambda index, depth: self.add((BVAR, index + by)))
            if by
            else number
        )

    def instantiate(self, number: int, values: Sequence[int]) -> int:
        """Return what stands behind as many binders as there are values, with these for the
        variables that they bind.
        """
        count = len(values)

        def replaced(index: int, depth: int) -> int:
            if index >= depth + count:
                return self.add((BVAR, index - count))
            return self.lift(values[depth + count - 1 - index], depth)

        return self._map_variables(number, replaced)

    def _map_variables(self, number: int, replace: Callable[[int, int], int]) -> int:
        """Replace each variable that is not bound in a term, given its index and how many binders
        it stands under.
        """
        nodes, loose, add, add_pair = self.nodes, self._loose, self.add, self.add_pair
        # A term under some binders is known by one number, the greater the later the term came into
        # the store.
        found: set[int] = set()
        pending = [number << _DEPTH]
        for here in pending:
            at, depth = here >> _DEPTH, here & _DEEPEST
            if loose[at] <= depth or here in found:
                continue
            found.add(here)
            node = nodes[at]
            form = node[0]
            if form == APP:
                pending.append((node[1] << _DEPTH) + depth)
                pending.append((node[2] << _DEPTH) + depth)
            elif form != BVAR:
                pending += [
                    (part << _DEPTH) + depth + binds
                    for part, binds in zip(term_parts(node), _binds(form), strict=False)
                ]
        done: dict[int, int] = {}
        made = done.get
        # What a term is made of came before it.
        for here in sorted(found):
            at, depth = here >> _DEPTH, here & _DEEPEST
            node = nodes[at]
            form = node[0]
            if form == APP:
                _, one, two = node
                done[here] = add_pair(
                    APP, made((one << _DEPTH) + depth, one), made((two << _DEPTH) + depth, two)
                )
            elif form == BVAR:
                done[here] = replace(node[1], depth)
            else:
                parts = [
                    made((part << _DEPTH) + depth + binds, part)
                    for part, binds in zip(term_parts(node), _binds(form), strict=False)
                ]
                done[here] = add((*node[: len(node) - len(parts)], *parts))
        return made(number << _DEPTH, number)

    def with_levels(self, number: int, levels: Mapping[Name, int]) -> int:
        """Return a term with universe levels in place of its universe parameters."""
        if not levels:
            return number
        of_level: dict[int, int] = {}

        def level(root: int) -> int:
            form, *parts = self.levels[root]
            if root not in of_level:
                of_level[root] = (
                    levels.get(parts[0], root)
                    if form == "param"
                    else self.add_level((form, *map(level, parts)))
                )
            return of_level[root]

        done: dict[int, int] = {}
        pending = [number]
        while pending:
            at = pending[-1]
            node = self.nodes[at]
            parts = term_parts(node)
            if at in done:
                pending.pop()
            elif missing := [part for part in parts if part not in done]:
                pending += missing
            elif node[0] == SORT:
                done[at] = self.add((SORT, level(node[1])))
            elif node[0] == CONST:
                done[at] = self.add((CONST, node[1], tuple(map(level, node[2]))))
            else:
                done[at] = (
                    self.add((*node[: len(node) - len(parts)], *(done[part] for part in parts)))
                    if parts
                    else at
                )
        return done[number]

    # -------------------------------------------------------------------------------------- digests
    def digest(self, number: int, parameters: tuple[Name, ...]) -> str:
        """Return the digest of a term, in 64 hexadecimal digits, given the universe parameters of
        its constant.

        It is the SHA-256 of a JSON array without spaces in ASCII: the form's name ("bvar", "sort",
        "const", "app", "lam", "forall", "let", "lit", "proj") and what the store holds, where a
        term or level stands as its own digest, a name as the array of its parts, a number literal
        as ["nat", its hexadecimal digits], a string literal as ["str", itself] and a universe
        parameter as ["param", its place in `parameters`, from 0].
        """
        level_digests, terms = self._digests.setdefault(parameters, ({}, {}))
        places = {name: place for place, name in enumerate(parameters)}

        def of_level(level: tuple[Any, ...]) -> str:
            if level[0] == "param":
                return json_sha256(["param", places.get(level[1], list(level[1]))])
            return json_sha256([level[0], *(level_digests[part] for part in level[1:])])

        def of_levels(numbers: Iterable[int]) -> list[str]:
            return self._fold(numbers, self.levels, _level_parts, of_level, level_digests)

        def of_term(node: tuple[Any, ...]) -> str:
            form, fields = node[0], node[1:]
            if form in (APP, LAM, PI):
                # As `json_sha256` writes it: nearly all terms are of these forms.
                return hashlib.sha256(
                    f'["{_FORMS[form]}","{terms[fields[0]]}","{terms[fields[1]]}"]'.encode()
                ).hexdigest()
            if form == SORT:
                return json_sha256([_FORMS[form], *of_levels(fields)])
            if form == CONST:
                return json_sha256([_FORMS[form], list(fields[0]), of_levels(fields[1])])
            if form == LIT:
                literal = (
                    ["nat", f"{fields[0]:x}"] if isinstance(fields[0], int) else ["str", fields[0]]
                )
                return json_sha256([_FORMS[form], literal])
            if form == BVAR:
                return json_sha256([_FORMS[form], fields[0]])
            if form == PROJ:
                return json_sha256([_FORMS[form], list(fields[0]), fields[1], terms[fields[2]]])
            return json_sha256([_FORMS[form], *(terms[part] for part in fields)])

        return self._fold([number], self.nodes, term_parts, of_term, terms)[0]

    @staticmethod
    def _fold(
        roots: Iterable[int],
        store: Sequence[tuple[Any, ...]],
        parts_of: Callable[[tuple[Any, ...]], Sequence[int]],
        digest_of: Callable[[tuple[Any, ...]], str],
        done: dict[int, str],
    ) -> list[str]:
        """Digest the roots, their parts first. A part always has a smaller number than what it is a
        part of.
        """
        roots = list(roots)
        found: set[int] = set()
        pending = list(roots)
        for number in pending:
            if number not in done and number not in found:
                found.add(number)
                pending += parts_of(store[number])
        for number in sorted(found):
            done[number] = digest_of(store[number])
        return [done[number] for number in roots]


_BINDS = {LAM: (0, 1), PI: (0, 1), LET: (0, 0, 1)}
_DEPTH = 32
_DEEPEST = (1 << _DEPTH) - 1


def _binds(form: int) -> tuple[int, ...]:
    """Return how many variables each part of a term of this form stands under."""
    return _BINDS.get(form, (0, 0))


def term_parts(node: tuple[Any, ...]) -> tuple[int, ...]:
    """Return the terms that a term is made of."""
    form = node[0]
    if form in (APP, LAM, PI, LET):
        return node[1:]
    return node[3:] if form == PROJ else ()


def _level_parts(level: tuple[Any, ...]) -> tuple[int, ...]:
    return () if level[0] == "param" else level[1:]


def json_sha256(value: Any) -> str:
    """Return the SHA-256 of a JSON value, written in ASCII without spaces."""
    return hashlib.sha256(json.dumps(value, separators=(",", ":")).encode()).hexdigest()
