"""The environment that a build stored: every constant, what it rests on, where it is, and digests
of what it says.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterable, Mapping
from pathlib import Path

from pyharness.core.errors import HarnessError
from pyharness.proofs.build import Build, Module
from pyharness.proofs.names import Name, parse_name, show_name
from pyharness.proofs.olean import Binder, Constant, DamagedOlean, Inductive, Kind, Olean, Tree
from pyharness.proofs.reach import Reach
from pyharness.proofs.terms import CONST, LET, PI, Terms, json_sha256

__all__ = ["SORRY", "Constant", "DamagedOlean", "Environment", "UnknownConstant"]

SORRY: Name = ("sorryAx",)
"""The axiom that every `sorry` is."""

_STRING_LITERAL: tuple[Name, ...] = (
    ("String", "ofList"),
    ("Char", "ofNat"),
    ("List", "nil"),
    ("List", "cons"),
)
"""What the kernel unfolds a string literal to, in a library that has them."""


class UnknownConstant(HarnessError):
    """No module of the library declares this name."""


class Environment:
    """The constants of a library, read from its .olean files alone. Nothing that a module printed
    is looked at.

    Constants are read when they are needed. A name is what Lean shows (`Nat.add`, `foo.«a b»`) or a
    tuple of its parts.

    Attributes:
        terms: the store of the constants' types and values.
        modules: the module of each constant.
    """

    def __init__(self) -> None:
        self.terms = Terms()
        self.modules: dict[Name, Module] = {}
        self._oleans: dict[str, Olean] = {}
        self._constants: dict[Name, Constant] = {}
        self._types: dict[Name, int] = {}
        self._uses: dict[Name, frozenset[Name]] = {}
        self._lines: dict[str, Mapping[Name, int]] = {}
        self._axioms: set[Name] = set()
        self._unsafe: set[Name] = set()
        self._below = Reach(self.uses)
        self._meant = Reach(self._meant_uses)

    @classmethod
    def load(cls, build: Build) -> Environment:
        """Read the modules of a build.

        Raises:
            DamagedOlean: if a file is not what the build made, or two modules declare a name
                differently.
        """
        return cls.of(build.modules)

    @classmethod
    def of(cls, modules: Iterable[Module]) -> Environment:
        """Read compiled modules, each after those that it imports.

        Raises:
            DamagedOlean: as `load`.
        """
        environment = cls()
        for module in modules:
            environment._add(module)
        return environment

    def extended(self, module: Module) -> Environment:
        """Return this environment with one more module, whose imports are in it.

        Raises:
            DamagedOlean: as `load`.
        """
        environment = Environment()
        for attribute in ("modules", "_oleans", "_constants", "_types", "_uses", "_lines"):
            setattr(environment, attribute, dict(getattr(self, attribute)))
        environment._axioms, environment._unsafe = set(self._axioms), set(self._unsafe)
        environment.terms = self.terms
        environment._below = self._below.extended(environment.uses)
        environment._meant = self._meant.extended(environment._meant_uses)
        environment._add(module)
        return environment

    def _add(self, module: Module) -> None:
        try:
            data = module.olean.read_bytes()
        except OSError as error:
            raise DamagedOlean(
                f"{module.olean} cannot be read: {error.strerror}; build again"
            ) from None
        if hashlib.sha256(data).hexdigest() != module.olean_sha256:
            raise DamagedOlean(f"{module.olean} is not what the build made; build again")
        olean = self._oleans[module.name] = Olean(module.olean, data, self.terms)
        if tuple(map(show_name, olean.imports)) != module.imports:
            raise DamagedOlean(
                f"{module.olean} imports something else than {module.source}; delete it and build again"
            )
        for name in olean.kinds:
            # Lean makes some lemmas on demand, so that two modules may hold the same one; it must
            # be the same.
            if name in self.modules:
                if self.constant(name) != olean.constant(name):
                    raise DamagedOlean(
                        f"{module.olean}: {show_name(name)} is another one in {self.modules[name].name}"
                    )
            else:
                self.modules[name] = module

    # ------------------------------------------------------------------------------------ constants
    def find(self, name: str | Name) -> Name | None:
        """Return a name's parts if some module declares it."""
        parts = parse_name(name) if isinstance(name, str) else name
        return parts if parts in self.modules else None

    def constant(self, name: str | Name) -> Constant:
        """Return a constant.

        Raises:
            UnknownConstant: if no module declares it.
            DamagedOlean: if it cannot be read.
        """
        found = self._declared(name)
        if found not in self._constants:
            self._constants[found] = self._oleans[self.modules[found].name].constant(found)
        return self._constants[found]

    def _declared(self, name: str | Name) -> Name:
        found = self.find(name)
        if found is None:
            raise UnknownConstant(
                f"no module declares {name if isinstance(name, str) else show_name(name)}"
            )
        return found

    def kind(self, name: Name) -> Kind:
        """Return the kind of a constant that some module declares."""
        return self._oleans[self.modules[name].name].kinds[name]

    def type(self, name: Name) -> int:
        """Return the number of the type of a constant that some module declares.

        Raises:
            DamagedOlean: if it cannot be read.
        """
        if name not in self._types:
            constant = self._constants.get(name)
            self._types[name] = (
                self._oleans[self.modules[name].name].type(name)
                if constant is None
                else constant.type
            )
        return self._types[name]

    def type_name(self, name: Name) -> Name | None:
        """Return the constant that the type of a constant, which some module declares, is; None if
        it is anything else.

        Raises:
            DamagedOlean: if it cannot be read.
        """
        return self._oleans[self.modules[name].name].type_name(name)

    def kinds(self, module: Module) -> Mapping[Name, str]:
        """Return the kind of each constant that a module declares."""
        return self._oleans[module.name].kinds

    def importing(self, modules: Iterable[str]) -> frozenset[str]:
        """Return the names of the modules that are one of these or import one, directly or not."""
        found = set(modules)
        # Each module stands behind those that it imports.
        for name, olean in self._oleans.items():
            if not found.isdisjoint(map(show_name, olean.imports)):
                found.add(name)
        return frozenset(found)

    @property
    def classes(self) -> frozenset[Name]:
        """The classes, as the modules list them."""
        return frozenset(name for olean in self._oleans.values() for name in olean.classes())

    def location(self, name: str | Name) -> tuple[Path, int | None]:
        """Return where a constant is declared: the file, relative to the project, and the line,
        from 1.

        What Lean made along with a declaration is where that declaration is. The line is None if
        nothing says.
        """
        found = self._declared(name)
        module = self.modules[found]
        lines = self._lines_of(module)
        prefixes = (found[:length] for length in range(len(found), 0, -1))
        return module.source, next((lines[prefix] for prefix in prefixes if prefix in lines), None)

    def line(self, name: Name) -> int | None:
        """Return the line, from 1, where a source writes a constant's own name; None for what Lean
        made along with others.
        """
        return self._lines_of(self.modules[name]).get(name)

    def _lines_of(self, module: Module) -> Mapping[Name, int]:
        if module.name not in self._lines:
            self._lines[module.name] = _read_lines(module.ilean)
        return self._lines[module.name]

    # --------------------------------------------------------------------------- what rests on what
    def uses(self, name: Name) -> frozenset[Name]:
        """Return the constants that one rests on directly: those in its type and value, and its
        inductive family.
        """
        if name not in self._uses:
            constant = self.constant(name)
            roots = [constant.type] if constant.value is None else [constant.type, constant.value]
            names = self.terms.constants(roots).union(constant.related)
            if ("String",) in names:
                names.update(item for item in _STRING_LITERAL if item in self.modules)
            self._uses[name] = frozenset(names)
            if constant.kind == "axiom":
                self._axioms.add(name)
            if constant.safety != "safe":
                self._unsafe.add(name)
        return self._uses[name]

    def closure(self, name: str | Name) -> frozenset[Name]:
        """Return all that a constant rests on, itself included.

        Raises:
            UnknownConstant: if some constant in it is declared nowhere.
        """
        return self._below.names([self.constant(name).name])

    def resting_on(self, roots: Iterable[Name], names: Iterable[Name]) -> frozenset[Name]:
        """Return those of all that `roots` rest on, themselves included, that rest on one of
        `names`, these included.
        """
        return self._below.names(roots) & self._below.above(names)

    def axioms(self, name: str | Name) -> tuple[str, ...]:
        """Return the axioms that a constant rests on, sorted."""
        found = self.constant(name).name
        self._below.visit(found)
        return tuple(sorted(map(show_name, self._below.among(self._axioms, found))))

    def unsafe(self, name: str | Name) -> tuple[str, ...]:
        """Return the unsafe and partial constants that a constant rests on, sorted."""
        found = self.constant(name).name
        self._below.visit(found)
        return tuple(sorted(map(show_name, self._below.among(self._unsafe, found))))

    def uses_sorry(self, name: str | Name) -> bool:
        """Whether a constant rests on a `sorry`."""
        return bool(self._below.among([SORRY], self.constant(name).name))

    def definitions(self, name: str | Name) -> tuple[str, ...]:
        """Return all that gives a constant's type its meaning, sorted: what it mentions, directly
        or in definitions.

        Theorems are left out and so are their proofs, which change no meaning.
        """
        return tuple(sorted(map(show_name, self.meaning(name))))

    def meaning(self, name: str | Name) -> frozenset[Name]:
        """Return the names of `definitions`."""
        return self._meant.names(
            self._no_theorems(self.terms.constants([self.constant(name).type]))
        )

    def _meant_uses(self, name: Name) -> list[Name]:
        return self._no_theorems(self.uses(name))

    def _no_theorems(self, names: Iterable[Name]) -> list[Name]:
        return [name for name in names if self.kind(self._declared(name)) != "theorem"]

    # -------------------------------------------------------------------------------------- digests
    def statement_sha256(self, name: str | Name) -> str:
        """Return the digest of a constant's statement, in 64 hexadecimal digits.

        It is the SHA-256 of the JSON array ["statement", the number of universe parameters, the
        digest of the type], in ASCII without spaces; `Terms.digest` says what the digest of a term
        is. It changes with the elaborated type and with nothing else: not with names of bound
        variables or universes, binder brackets, notation or white space.
        """
        constant = self.constant(name)
        return json_sha256(
            ["statement", len(constant.levels), self.terms.digest(constant.type, constant.levels)]
        )

    def meaning_sha256(self, name: str | Name) -> str:
        """Return the digest of a constant's statement and of all that gives it its meaning, in 64
        hexadecimal digits.

        It is the SHA-256 of the JSON array ["meaning", the statement's digest, a list], in ASCII
        without spaces. The list holds, for each of `definitions`, sorted by name as Lean shows it,
        the array of the name's parts, the kind, the number of universe parameters, the digest of
        the type, and that of the value or null.
        """
        constants = [self.constant(item) for item in self.meaning(name)]
        described = [
            self._described(item)
            for item in sorted(constants, key=lambda item: show_name(item.name))
        ]
        return json_sha256(["meaning", self.statement_sha256(name), described])

    def definition_sha256(self, name: str | Name) -> str:
        """Return the digest of what a constant itself says, in 64 hexadecimal digits.

        It is the SHA-256 of the JSON array ["definition", a list] as above, where the list
        describes the constant and, of an inductive type, its constructors.
        """
        constant = self.constant(name)
        constructors = (
            constant.detail.constructors if isinstance(constant.detail, Inductive) else ()
        )
        return json_sha256(
            [
                "definition",
                [self._described(self.constant(item)) for item in (constant.name, *constructors)],
            ]
        )

    def _described(self, constant: Constant) -> list[object]:
        return [
            list(constant.name),
            constant.kind,
            len(constant.levels),
            self.terms.digest(constant.type, constant.levels),
            None if constant.value is None else self.terms.digest(constant.value, constant.levels),
        ]

    # ----------------------------------------------------------------------------------- statements
    def telescope(self, name: str | Name) -> tuple[tuple[int, ...], int]:
        """Return the types of the binders in front of a statement (`∀` and `let`), and its
        conclusion.

        Each binder's type stands under the binders before it, the conclusion under all of them.
        """
        binders = []
        number = self.type(self._declared(name))
        while (node := self.terms.nodes[number])[0] in (PI, LET):
            binders.append(node[1])
            number = node[-1]
        return tuple(binders), number

    def binders(self, name: str | Name) -> tuple[str, ...]:
        """Return the names of the binders in front of a statement, as `telescope` has their
        types.
        """
        return tuple(map(show_name, self.binder_names(name)))

    def binder_names(self, name: str | Name) -> tuple[Name, ...]:
        """Return the names of `binders` by their parts."""
        return tuple(binder for binder, _ in self.signature(self._declared(name)))

    def signature(self, name: Name) -> tuple[tuple[Name, Binder], ...]:
        """Return the names of `binders`, each with how its argument is written."""
        return self._oleans[self.modules[name].name].binders(name)

    def trees(self, name: Name) -> tuple[Tree, Tree | None]:
        """Return the type of a constant that some module declares, and what it is defined as if it
        is a definition, with the names of bound variables.
        """
        return self._oleans[self.modules[name].name].trees(name)

    def negates(self, name: str | Name) -> bool:
        """Whether a statement, behind its binders, is `¬ _`, `_ ≠ _` or `_ → False`."""
        binders, conclusion = self.telescope(name)
        head, arguments = self.terms.spine(conclusion)
        node = self.terms.nodes[head]
        if node[0] != CONST:
            return False
        return (node[1], len(arguments)) in ((("Not",), 1), (("Ne",), 3)) or (
            node[1] == ("False",) and bool(binders)
        )


def _read_lines(ilean: Path) -> dict[Name, int]:
    """Read the line of each declaration's name from an .ilean file; its documentation stands before
    that.

    Lean lists there the declarations that refer to others, and apart from them where each
    identifier is defined.
    """
    try:
        stored = json.loads(ilean.read_bytes())
        shown = {text: place[4] for text, place in stored["decls"].items()}
        for identifier, places in stored["references"].items():
            if places["definition"] is not None and "c" in (what := json.loads(identifier)):
                shown[what["c"]["n"]] = places["definition"][0]
        return {
            name: line + 1 for text, line in shown.items() if (name := parse_name(text)) is not None
        }
    except (OSError, ValueError, LookupError, TypeError, AttributeError) as error:
        raise DamagedOlean(f"{ilean} cannot be used ({error}); delete it and build again") from None
