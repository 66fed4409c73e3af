"""Prints statements and definitions from the terms that the kernel has, so that what a reader reads
is what was proved.

A source can make its own text mean anything: by notation, macros, instances, namespaces and
coercions. None of that is looked at here. A constant has its full name. An operator such as `+`
stands only for the library's constant of that meaning, at the type's own instance; where another
instance is used, the application is printed in full, or a line below names the instance. An
implicit argument is left out only if the arguments that are printed determine it.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field

from pyharness.proofs.constants import Binder, Inductive, Tree
from pyharness.proofs.environment import Environment
from pyharness.proofs.identifiers import skeleton
from pyharness.proofs.instances import Foreign, Instances
from pyharness.proofs.names import Name, is_plain, show_name
from pyharness.proofs.terms import APP, BVAR, CONST, LAM, LET, LIT, PI, PROJ, SORT

__all__ = ["Printed", "Printer"]

_WIDTH = 110
_LONGEST = 200_000
"""Characters of a declaration that are printed."""
_DECIMAL = 4096
"""Bits from which on a numeral is written in hexadecimal: Python refuses to write decimal ones of
thousands of digits."""


@dataclass(frozen=True)
class Printed:
    """A declaration as text.

    Attributes:
        text: the text; only the name and a digest of what is too long or too deep.
        foreign: the instances in it that are not the library's own.
        whole: whether the text has all of it.
    """

    text: str
    foreign: tuple[Foreign, ...]
    whole: bool


_INFIX: dict[Name, tuple[str, int, int, int]] = {
    ("Eq",): ("=", 50, 51, 51),
    ("Ne",): ("≠", 50, 51, 51),
    ("LE", "le"): ("≤", 50, 51, 51),
    ("LT", "lt"): ("<", 50, 51, 51),
    ("Iff",): ("↔", 20, 21, 21),
    ("Or",): ("∨", 30, 31, 30),
    ("And",): ("∧", 35, 36, 35),
    ("Prod",): ("×", 35, 36, 35),
    ("HAdd", "hAdd"): ("+", 65, 65, 66),
    ("HSub", "hSub"): ("-", 65, 65, 66),
    ("HMul", "hMul"): ("*", 70, 70, 71),
    ("HDiv", "hDiv"): ("/", 70, 70, 71),
    ("HPow", "hPow"): ("^", 75, 76, 75),
}
"""Operators: the sign, how strongly it binds, and how strongly its left and right sides must."""

_RELATIONS = frozenset({("Eq",), ("Ne",), ("LE", "le"), ("LT", "lt")})
"""Operators whose sides have one type, so that either side tells that of the other."""
_ARITHMETIC = frozenset({("HAdd", "hAdd"), ("HSub", "hSub"), ("HMul", "hMul"), ("HDiv", "hDiv")})
"""Operators whose sides and result have one type, unless an instance says otherwise."""
_POWER: Name = ("HPow", "hPow")

_ARROW, _APPLIED, _ATOM = 25, 1023, 1024
_OUT: Name = ("outParam",)
_OF_NAT: Name = ("OfNat", "ofNat")
_CAST: Name = ("Nat", "cast")
_NAT: Name = ("Nat",)

_KEYWORDS = frozenset(
    "fun forall exists let if then else match with have show from by in do at where Prop Type Sort "
    "axiom def theorem structure class inductive instance".split()
)


class _TooLong(Exception):
    pass


@dataclass(frozen=True)
class _Bound:
    """A variable in scope: its name as printed, its type, and how its argument is written."""

    name: str
    type: int
    info: Binder


@dataclass
class _Page:
    """What is found out while a declaration is printed."""

    foreign: dict[tuple[object, ...], tuple[Foreign, str]] = field(default_factory=dict)
    mentioned: set[str] = field(default_factory=set)
    size: int = 0


Scope = tuple[_Bound, ...]


class Printer:
    """Prints the declarations of an environment."""

    def __init__(self, environment: Environment):
        self._environment = environment
        self._terms = environment.terms
        self._classes = environment.classes
        self._instances = Instances(environment)
        self._taken = {
            skeleton(str(name[0])) for name in environment.modules if name and name[0] != "_private"
        } | {skeleton(word) for word in _KEYWORDS}

    @property
    def instances(self) -> Instances:
        """What judges the instances."""
        return self._instances

    # --------------------------------------------------------------------------------- declarations
    def statement(self, name: Name) -> Printed:
        """Return a constant's name with what it states, such as `foo (n : Nat) : n = n`."""
        return self._printed(lambda page: self._signature(page, name, "")[0], name)

    def definition(self, name: Name) -> Printed:
        """Return a constant as a declaration would have it: with its value, its constructors or its
        fields.
        """
        return self._printed(lambda page: self._declaration(page, name), name)

    def _printed(self, write: Callable[[_Page], str], name: Name) -> Printed:
        page, whole = _Page(), True
        try:
            text = write(page)
        except (_TooLong, RecursionError):
            whole = False
            text = (
                f"{show_name(name)}: too long to print; its SHA-256 is "
                f"{self._environment.definition_sha256(name)}"
            )
        lines = [
            line for _, line in sorted(page.foreign.values(), key=lambda item: item[1]) if line
        ]
        return Printed(
            "\n".join([text, *(f"  where {line}" for line in lines)]),
            tuple(use for use, _ in page.foreign.values()),
            whole,
        )

    def _declaration(self, page: _Page, name: Name) -> str:
        constant = self._environment.constant(name)
        if isinstance(constant.detail, Inductive):
            return self._inductive(page, name, constant.detail)
        word = "def" if constant.kind == "def" else constant.kind
        head, value = self._signature(page, name, word)
        return f"{head} :=\n{_wrapped(value, '  ')}" if value else head

    def _inductive(self, page: _Page, name: Name, detail: Inductive) -> str:
        word = "class" if name in self._classes else "inductive"
        if word == "inductive" and len(detail.constructors) == 1 and not detail.indices:
            word = "structure"
        lines = [self._signature(page, name, word)[0]]
        for constructor in detail.constructors:
            type_, _ = self._environment.trees(constructor)
            scope: Scope = ()
            for _ in range(detail.parameters):
                scope = (*scope, self._bound(type_, scope))
                type_ = type_.parts[1]
            shown, scope, rest = self._binders(page, type_, scope, self._is_named)
            last = f": {self._term(page, rest, scope, 0, True)}"
            whole = " ".join([f"| {_shown(constructor)}", *shown, last])
            if len(whole) <= _WIDTH // 2:
                lines.append(f"  {whole}")
            else:
                lines.append(f"  | {_shown(constructor)}")
                lines += [_wrapped(part, "    ") for part in (*shown, last)]
        return "\n".join(lines)

    def _signature(self, page: _Page, name: Name, word: str) -> tuple[str, str]:
        """Return a declaration's name, binders and type, and its value behind the same binders."""
        constant = self._environment.constant(name)
        type_, value = self._environment.trees(name)
        levels = ", ".join(show_name(level) for level in constant.levels)
        head = f"{word} {_shown(name)}".strip() + (f".{{{levels}}}" if levels else "")
        names: list[Name] = []
        body, last = value if word else None, type_
        while body and self._form(body) == LAM and self._form(last) == PI:
            names.append(body.binder)
            body, last = body.parts[1], last.parts[1]

        def goes_on(tree: Tree) -> bool:
            return tree is not last if body else self._is_named(tree)

        shown, scope, rest = self._binders(page, type_, (), goes_on, names)
        conclusion = self._term(page, rest, scope, 0, True)
        text = self._term(page, body, scope, 0, True) if body else ""
        listed = "".join(f" {item}" for item in self._grouped(page, shown, scope))
        return _wrapped(f"{head}{listed} : {conclusion}", ""), text

    def _binders(
        self,
        page: _Page,
        tree: Tree,
        scope: Scope,
        goes_on: Callable[[Tree], bool],
        names: Sequence[Name] = (),
    ) -> tuple[list[str], Scope, Tree]:
        """Return the binders in front of a term as long as `goes_on` holds, printed, what is in
        scope behind them, and the rest.

        Args:
            page: what is found out meanwhile.
            tree: the term.
            scope: the variables around it.
            goes_on: whether the next one is among them.
            names: what the first ones are called, if not as in the term.
        """
        shown: list[str] = []
        while goes_on(tree):
            name = names[len(shown)] if len(shown) < len(names) else None
            bound = self._bound(tree, scope, name)
            shown.append(self._binder(bound, self._term(page, tree.parts[0], scope, 0, True)))
            scope = (*scope, bound)
            tree = tree.parts[1]
        return shown, scope, tree

    def _grouped(self, page: _Page, shown: list[str], scope: Scope) -> Iterator[str]:
        """Join neighbouring binders of one type, and leave out the name of an instance that nothing
        mentions.
        """
        pending: list[str] = []
        last: tuple[str, str] | None = None
        for bound, text in zip(scope, shown, strict=True):
            opening, closing = text[0], text[-1]
            type_ = text[1:-1].split(" : ", 1)[1]
            group = None if bound.info == "instance" else (opening, type_)
            if pending and last and group != last:
                yield f"{last[0]}{' '.join(pending)} : {last[1]}{_CLOSING[last[0]]}"
                pending = []
            if group is None:
                yield text if bound.name in page.mentioned else f"{opening}{type_}{closing}"
            else:
                pending.append(bound.name)
            last = group
        if pending and last:
            yield f"{last[0]}{' '.join(pending)} : {last[1]}{_CLOSING[last[0]]}"

    @staticmethod
    def _binder(bound: _Bound, type_: str) -> str:
        opening, closing = _BRACKETS[bound.info]
        return f"{opening}{bound.name} : {type_}{closing}"

    # ---------------------------------------------------------------------------------------- terms
    def _form(self, tree: Tree) -> int:
        return int(self._terms.nodes[tree.number][0])

    def _is_named(self, tree: Tree) -> bool:
        """Whether a term is a product that binds what is mentioned behind it or has a name."""
        return self._binds(tree) or (
            self._form(tree) == PI and "_@" not in tree.binder and tree.binder not in ((), ("a",))
        )

    def _binds(self, tree: Tree) -> bool:
        """Whether a term is a product that an arrow cannot say."""
        return self._form(tree) == PI and (
            self._terms.occurs(tree.parts[1].number, 0) or tree.info != "default"
        )

    def _bound(self, tree: Tree, scope: Scope, name: Name | None = None) -> _Bound:
        """Return the variable that a function, a product or a `let` binds, by a name that looks
        like no other in scope. A type and an element may look alike (`a : α`): nothing that can be
        said of one makes sense of the other.
        """
        given = name or tree.binder
        if "_@" in given:
            given = given[: given.index("_@")]
        plain = str(given[-1]) if given else ""
        if not is_plain(plain):
            plain = "inst" if tree.info == "instance" else "x"
        nodes = self._terms.nodes
        is_type = self._form(tree.parts[0]) == SORT
        used = self._taken | {
            skeleton(bound.name) if (nodes[bound.type][0] == SORT) == is_type else bound.name
            for bound in scope
        }
        shown, number = plain, 0
        while skeleton(shown) in used or shown in used:
            number += 1
            shown = f"{plain}_{number}"
        return _Bound(shown, tree.parts[0].number, tree.info)

    def _context(self, scope: Scope) -> list[int]:
        return [bound.type for bound in scope]

    def _term(self, page: _Page, tree: Tree, scope: Scope, level: int, known: bool) -> str:
        """Return a term as text.

        Args:
            page: what is found out meanwhile.
            tree: the term.
            scope: the variables around it.
            level: how strongly its surroundings bind; what binds less stands in parentheses.
            known: whether the surroundings tell its type.
        """
        text, strength = self._open(page, tree, scope, known)
        page.size += len(text)
        if page.size > 20 * _LONGEST or len(text) > _LONGEST:
            raise _TooLong
        return f"({text})" if strength < level else text

    def _open(self, page: _Page, tree: Tree, scope: Scope, known: bool) -> tuple[str, int]:
        node = self._terms.nodes[tree.number]
        form = node[0]
        if form in (APP, CONST):
            return self._application(page, tree, scope, known)
        if form == BVAR:
            return self._variable(page, node[1], scope), _ATOM
        if form == SORT:
            text = self._sort(node[1])
            return text, _APPLIED if " " in text else _ATOM
        if form == LIT:
            return self._literal(node[1]), _ATOM
        if form == PI:
            return self._product(page, tree, scope)
        if form == LAM:
            return self._function(page, tree, scope)
        if form == LET:
            bound = self._bound(tree, scope)
            type_, value = (self._term(page, part, scope, 0, True) for part in tree.parts[:2])
            body = self._term(page, tree.parts[2], (*scope, bound), 0, known)
            return f"let {bound.name} : {type_} := {value}; {body}", 0
        assert form == PROJ
        inner = self._term(page, tree.parts[0], scope, _ATOM, False)
        return f"{inner}.{node[2] + 1}", _ATOM

    def _variable(self, page: _Page, index: int, scope: Scope) -> str:
        name = scope[-1 - index].name
        page.mentioned.add(name)
        return name

    @staticmethod
    def _literal(value: int | str) -> str:
        if isinstance(value, str):
            return json.dumps(value)
        return str(value) if value.bit_length() < _DECIMAL else hex(value)

    def _product(self, page: _Page, tree: Tree, scope: Scope) -> tuple[str, int]:
        if not self._binds(tree):
            left = self._term(page, tree.parts[0], scope, _ARROW + 1, True)
            inside = (*scope, self._bound(tree, scope))
            right = self._term(page, tree.parts[1], inside, _ARROW, True)
            return f"{left} → {right}", _ARROW
        return self._under(page, "∀ {}, {}", tree, scope, self._binds, True)

    def _function(self, page: _Page, tree: Tree, scope: Scope) -> tuple[str, int]:
        def is_function(tree: Tree) -> bool:
            return self._form(tree) == LAM

        return self._under(page, "fun {} => {}", tree, scope, is_function, False)

    def _under(
        self,
        page: _Page,
        form: str,
        tree: Tree,
        scope: Scope,
        goes_on: Callable[[Tree], bool],
        known: bool,
    ) -> tuple[str, int]:
        """Return binders and what stands behind them, in a form."""
        shown, inside, rest = self._binders(page, tree, scope, goes_on)
        body = self._term(page, rest, inside, 0, known)
        return form.format(" ".join(self._grouped(page, shown, inside[len(scope) :])), body), 0

    def _sort(self, number: int) -> str:
        level = self._terms.levels[number]
        if level[0] == "zero":
            return "Prop"
        if level[0] == "succ":
            inner = self._level(level[1])
            return "Type" if inner == "0" else f"Type {_bracketed(inner)}"
        return f"Sort {_bracketed(self._level(number))}"

    def _level(self, number: int) -> str:
        plus, level = 0, self._terms.levels[number]
        while level[0] == "succ":
            plus, level = plus + 1, self._terms.levels[level[1]]
        if level[0] == "zero":
            return str(plus)
        if level[0] == "param":
            text = show_name(level[1])
        else:
            left, right = (_bracketed(self._level(part)) for part in level[1:])
            text = f"{level[0]} {left} {right}"
            text = f"({text})" if plus else text
        return f"{text}+{plus}" if plus else text

    # --------------------------------------------------------------------------------- applications
    def _spine(self, tree: Tree) -> tuple[Tree, list[Tree]]:
        arguments = []
        while self._form(tree) == APP:
            arguments.append(tree.parts[1])
            tree = tree.parts[0]
        return tree, arguments[::-1]

    def _application(self, page: _Page, tree: Tree, scope: Scope, known: bool) -> tuple[str, int]:
        head, arguments = self._spine(tree)
        node = self._terms.nodes[head.number]
        if node[0] != CONST:
            shown = [self._term(page, item, scope, _ATOM, False) for item in arguments]
            first = self._term(page, head, scope, _ATOM, False)
            return " ".join([first, *shown]), _APPLIED
        name: Name = node[1]
        if arguments and self._environment.kind(name) == "theorem":
            return "⋯", _ATOM
        signature = self._environment.signature(name)
        types = self._instances.binder_types(
            head.number, [item.number for item in arguments], self._context(scope)
        )
        uses, full = self._uses(page, name, arguments, types, signature, scope)
        if full:
            return self._in_full(page, name, arguments, scope)
        if (numeral := self._numeral(page, name, arguments, scope, known)) is not None:
            self._note(page, uses, scope)
            return numeral
        hidden = self._hidden(name, arguments, types, signature)
        explicit = [
            place
            for place in range(len(arguments))
            if place >= len(signature) or signature[place][1] == "default"
        ]
        named = [
            place
            for place in range(len(arguments))
            if place not in hidden and place not in explicit
        ]
        self._note(page, uses, scope)
        if not named and self._instances.ships(name):
            operands = [arguments[place] for place in explicit]
            alike = self._is_alike(name, arguments)
            if (notation := self._notation(page, name, operands, alike, scope, known)) is not None:
                return notation
        if any("_@" in signature[place][0] or not signature[place][0] for place in named):
            return self._in_full(page, name, arguments, scope)
        written: list[str] = []
        for place, item in enumerate(arguments):
            if place in named:
                value = self._term(page, item, scope, 0, False)
                written.append(f"({show_name(signature[place][0])} := {value})")
            elif place in explicit:
                tells = self._tells(name, place, arguments, explicit)
                written.append(self._term(page, item, scope, _ATOM, tells))
        return " ".join([_shown(name), *written]), _APPLIED if written else _ATOM

    def _in_full(
        self, page: _Page, name: Name, arguments: Sequence[Tree], scope: Scope
    ) -> tuple[str, int]:
        parts = [self._term(page, item, scope, _ATOM, False) for item in arguments]
        return " ".join([f"@{_shown(name)}", *parts]), _APPLIED

    def _uses(
        self,
        page: _Page,
        name: Name,
        arguments: Sequence[Tree],
        types: Sequence[int],
        signature: Sequence[tuple[Name, Binder]],
        scope: Scope,
    ) -> tuple[list[Foreign], bool]:
        """Return the instances among implicit arguments that are not the library's own, and whether
        one of them must be printed where it stands.
        """
        found: list[Foreign] = []
        context = self._context(scope)
        for place, (item, type_) in enumerate(zip(arguments, types, strict=False)):
            if place < len(signature) and signature[place][1] != "default":
                found += self._instances.foreign(item.number, type_, context)
        full = any(not use.declared for use in found)
        for use in found:
            if not use.declared:
                page.foreign.setdefault((use.wanted, use.head, False), (use, ""))
        return found, full

    def _note(self, page: _Page, uses: Sequence[Foreign], scope: Scope) -> None:
        for use in uses:
            key = (self._plain(use.wanted, scope), use.head, True)
            if key not in page.foreign:
                assert use.head is not None  # A declared instance has a name.
                page.foreign[key] = (use, f"{key[0]} is {_shown(use.head)}")

    def _plain(self, number: int, scope: Scope) -> str:
        """Return a class, applied, as text: all its arguments behind its name."""
        terms = self._terms
        node = terms.nodes[number]
        if node[0] == BVAR:
            return str(scope[-1 - node[1]].name)
        if node[0] == CONST:
            return _shown(node[1])
        if node[0] == LIT:
            return self._literal(node[1])
        if node[0] == SORT:
            return f"({self._sort(node[1])})"
        if node[0] == APP:
            head, arguments = terms.spine(number)
            parts = [self._plain(item, scope) for item in (head, *arguments)]
            return " ".join(
                f"({part})" if " " in part and part[0] != "(" else part for part in parts
            )
        return "…"

    def _hidden(
        self,
        name: Name,
        arguments: Sequence[Tree],
        types: Sequence[int],
        signature: Sequence[tuple[Name, Binder]],
    ) -> set[int]:
        """Return the places of the arguments that those which are printed determine."""
        binders, _ = self._environment.telescope(name)
        count = min(len(arguments), len(signature), len(binders))
        hidden: set[int] = set()
        for place in range(count):
            if signature[place][1] == "default":
                continue
            if place < len(types) and self._instances.class_of(types[place]) is not None:
                hidden.add(place)
                continue
            for later in range(place + 1, count):
                index = later - 1 - place
                written = signature[later][1]
                if (
                    written == "default"
                    and self._is_rigid(binders[later], index)
                    and not self._is_left_out(arguments[later])
                ) or (written == "instance" and self._is_output(binders[later], index)):
                    hidden.add(place)
        return hidden

    def _is_left_out(self, tree: Tree) -> bool:
        """Whether a part of a term is not printed in full: what a theorem is applied to."""
        constants = self._environment.mentioned([tree.number])
        return any(self._environment.kind(name) == "theorem" for name in constants)

    def _is_rigid(self, number: int, index: int) -> bool:
        """Whether a variable is in a type so that the type, however far it is unfolded, tells what
        it is: not as a function that is applied, nor where a definition may forget it.
        """
        nodes = self._terms.nodes
        pending = [(number, index)]
        while pending:
            at, wanted = pending.pop()
            at = self._instances.type_head(at)
            if self._terms.loose(at) <= wanted:
                continue
            node = nodes[at]
            if node[0] == BVAR:
                if node[1] == wanted:
                    return True
            elif node[0] == APP:
                head, arguments = self._terms.spine(at)
                # What an unknown function is applied to cannot be read off its result.
                if nodes[head][0] == CONST and self._keeps(nodes[head][1]):
                    pending += [(item, wanted) for item in arguments]
            elif node[0] in (PI, LAM):
                pending += [(node[1], wanted), (node[2], wanted + 1)]
        return False

    def _keeps(self, name: Name) -> bool:
        """Whether different arguments of a constant give different results: those of types and
        constructors, and of the library's families of types.
        """
        return self._environment.kind(name) in ("inductive", "ctor") or self._instances.ships(name)

    def _is_output(self, number: int, index: int) -> bool:
        """Whether a variable is what a class finds for its other arguments."""
        terms = self._terms
        head, arguments = terms.spine(number)
        node = terms.nodes[head]
        if node[0] != CONST:
            return False
        parameters, _ = self._environment.telescope(node[1])
        return any(
            terms.nodes[item] == (BVAR, index)
            and terms.nodes[terms.spine(parameter)[0]][:2] == (CONST, _OUT)
            for item, parameter in zip(arguments, parameters, strict=False)
        )

    # ------------------------------------------------------------------------------------- notation
    def _notation(
        self,
        page: _Page,
        name: Name,
        operands: Sequence[Tree],
        alike: bool,
        scope: Scope,
        known: bool,
    ) -> tuple[str, int] | None:
        """Return an application of the library's by its notation; None if it has none."""
        if name in _INFIX and len(operands) == 2:
            sign, strength, left, right = _INFIX[name]
            # The type of a power is that of its base.
            inside = known and (name == _POWER or (alike and name in _ARITHMETIC))
            told = inside or (alike and self._is_evident(operands[1]))
            first = self._term(page, operands[0], scope, left, told)
            # Where neither side tells, the left one is written with its type.
            second = self._term(page, operands[1], scope, right, alike)
            return f"{first} {sign} {second}", strength
        if name == ("Not",) and len(operands) == 1:
            return f"¬{self._term(page, operands[0], scope, 40, True)}", _ATOM - 1
        if name == ("Neg", "neg") and len(operands) == 1:
            return f"-{self._term(page, operands[0], scope, 75, known)}", 75
        if name == ("Inv", "inv") and len(operands) == 1:
            return f"{self._term(page, operands[0], scope, _ATOM, known)}⁻¹", _ATOM
        if name == ("Exists",) and len(operands) == 1 and self._form(operands[0]) == LAM:
            return self._exists(page, operands[0], scope)
        return None

    def _exists(self, page: _Page, tree: Tree, scope: Scope) -> tuple[str, int]:
        bound = self._bound(tree, scope)
        type_ = self._term(page, tree.parts[0], scope, 0, True)
        body = self._term(page, tree.parts[1], (*scope, bound), 0, True)
        return f"∃ ({bound.name} : {type_}), {body}", 0

    def _numeral(
        self, page: _Page, name: Name, arguments: Sequence[Tree], scope: Scope, known: bool
    ) -> tuple[str, int] | None:
        """Return a numeral, or the image of a natural number in another type, with its type where
        its surroundings do not tell it; None for anything else.
        """
        if len(arguments) != 3 or not self._instances.ships(name):
            return None
        node = self._terms.nodes[arguments[1].number]
        if name == _OF_NAT and node[0] == LIT:
            text = self._literal(node[1])
            known = known or self._is_nat(arguments[0])
        elif name == _CAST:
            text = f"↑{self._term(page, arguments[2], scope, _ATOM, True)}"
        else:
            return None
        if known:
            return text, _ATOM
        return f"({text} : {self._term(page, arguments[0], scope, 0, True)})", _ATOM

    def _is_nat(self, tree: Tree) -> bool:
        return bool(self._terms.nodes[tree.number] == (CONST, _NAT, ()))

    def _is_alike(self, name: Name, arguments: Sequence[Tree]) -> bool:
        """Whether the sides of an operator have one type, and the result too if it is one of
        arithmetic.
        """
        types = {argument.number for argument in arguments[:3]}
        return name in _RELATIONS or (name in _ARITHMETIC and len(types) == 1)

    def _is_evident(self, tree: Tree) -> bool:
        """Whether a term's text tells its type: all do but numerals and images of natural
        numbers.
        """
        head, arguments = self._spine(tree)
        node = self._terms.nodes[head.number]
        if node[0] != CONST:
            return True
        name = node[1]
        if name in (_OF_NAT, _CAST) and arguments:
            return self._is_nat(arguments[0])
        if name in _ARITHMETIC and self._is_alike(name, arguments):
            return any(map(self._is_evident, arguments[-2:]))
        if name in (("Neg", "neg"), ("Inv", "inv"), _POWER):
            place = -2 if name == _POWER else -1
            return len(arguments) >= 2 and self._is_evident(arguments[place])
        return True

    def _tells(
        self,
        name: Name,
        place: int,
        arguments: Sequence[Tree],
        explicit: Sequence[int],
    ) -> bool:
        """Whether the other printed arguments of a constant tell the type of one."""
        binders, _ = self._environment.telescope(name)
        if place >= len(binders):
            return False
        for earlier in range(place):
            index = place - 1 - earlier
            if earlier in explicit or not self._terms.occurs(binders[place], index):
                continue
            if not any(
                other != place
                and other < len(binders)
                and other > earlier
                and self._is_rigid(binders[other], other - 1 - earlier)
                and self._is_evident(arguments[other])
                for other in explicit
            ):
                return False
        return True


_BRACKETS: dict[Binder, tuple[str, str]] = {
    "default": ("(", ")"),
    "implicit": ("{", "}"),
    "strict": ("⦃", "⦄"),
    "instance": ("[", "]"),
}
_CLOSING = dict(_BRACKETS.values())


def _shown(name: Name) -> str:
    """Return a constant's full name; a part that is a keyword stands between « and »."""
    return ".".join(f"«{part}»" if part in _KEYWORDS else show_name((part,)) for part in name)


def _bracketed(text: str) -> str:
    return f"({text})" if " " in text or "+" in text else text


def _wrapped(text: str, indent: str) -> str:
    """Return text in lines that end at spaces, outside brackets where that is possible."""
    return "\n".join(line.rstrip() for line in _lines(text, indent, indent + "  "))


def _lines(text: str, first: str, indent: str) -> list[str]:
    if len(first) + len(text) <= _WIDTH:
        return [first + text]
    parts = _split(text)
    if len(parts) == 1:
        opening = text.find(" ")
        if opening < 0 or len(indent) > _WIDTH // 2:
            return [first + text]
        # A bracket holds all of it: what is inside is split.
        depth_one = _split(text, depth=1)
        parts = depth_one if len(depth_one) > 1 else _split(text, depth=10**6)
    lines, line = [], first
    for part in parts:
        space = "" if line in (first, indent) else " "
        if len(line) + len(space) + len(part) <= _WIDTH:
            line += space + part
        elif len(part) <= _WIDTH - len(indent):
            lines.append(line)
            line = indent + part
        else:
            inner = _lines(part, line + space, indent + "  ")
            lines += inner[:-1]
            line = inner[-1]
    return [*lines, line]


def _split(text: str, depth: int = 0) -> list[str]:
    """Split text at the spaces that stand in no more than so many brackets."""
    parts, start, open_ = [], 0, 0
    for at, mark in enumerate(text):
        if mark in "([{⦃":
            open_ += 1
        elif mark in ")]}⦄":
            open_ -= 1
        elif mark == " " and open_ <= depth:
            parts.append(text[start:at])
            start = at + 1
    return [*parts, text[start:]]
