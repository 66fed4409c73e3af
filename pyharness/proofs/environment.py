"""The constants of a library, from the files of a build or from an export: what each rests on,
where it is, and digests of what it says.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterable, Mapping, Sequence
from pathlib import Path
from typing import NamedTuple

from pyharness.core.errors import HarnessError
from pyharness.kernel.environment import TEXT
from pyharness.proofs.build import Build, Module
from pyharness.proofs.constants import Binder, Constant, Inductive, Kind, Tree
from pyharness.proofs.exported import Exported
from pyharness.proofs.library import in_foundation, known_constants, ships
from pyharness.proofs.names import Name, is_made, parse_name, show_name
from pyharness.proofs.olean import DamagedOlean, Olean
from pyharness.proofs.reach import Reach
from pyharness.proofs.terms import CONST, LET, PI, Terms, json_sha256

__all__ = [
    "SORRY",
    "Constant",
    "DamagedOlean",
    "Environment",
    "ExportedModule",
    "UnknownConstant",
]

SORRY: Name = ("sorryAx",)
"""The axiom that every `sorry` is."""


class UnknownConstant(HarnessError):
    """No module of the library declares this name."""


class ExportedModule(NamedTuple):
    """A module of a project whose proofs are an export.

    Attributes:
        name: its full name.
        file: its source, relative to the project.
        sha256: SHA-256 of the source.
        lines: the line of each name that the source declares, from 1.
    """

    name: str
    file: Path
    sha256: str
    lines: Mapping[Name, int]


class Environment:
    """The constants of a library, read from its .olean files alone, or from an export. Nothing that
    a module printed is looked at.

    Constants are read when they are needed. A name is what Lean shows (`Nat.add`, `foo.«a b»`) or a
    tuple of its parts.

    Attributes:
        terms: the store of the constants' types and values.
        modules: the module of each constant; what is only known to be of an export is of one
            without a name.
    """

    def __init__(self) -> None:
        self.terms = Terms()
        self.modules: dict[Name, Module] = {}
        self._stores: dict[str, Olean | Exported] = {}
        self._constants: dict[Name, Constant] = {}
        self._types: dict[Name, int] = {}
        self._uses: dict[Name, frozenset[Name]] = {}
        self._lines: dict[str, Mapping[Name, int]] = {}
        self._known: dict[Name, str] = {}
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

    @classmethod
    def exported(
        cls, file: Path, data: bytes, sources: Sequence[ExportedModule] = ()
    ) -> Environment:
        """Read the lines of an export.

        Args:
            file: the file that they are of, as a reader knows it.
            data: the lines.
            sources: the modules of which it is known what they declare; of the rest it is not.

        Raises:
            BadExport: if they are none; any method can raise it.
        """
        environment = cls()
        store = environment._stores[""] = Exported(data, environment.terms)
        sha256 = hashlib.sha256(data).hexdigest()
        module = Module("", file, sha256, sha256, (), file, sha256, file, ())
        environment.modules = dict.fromkeys(store.kinds, module)
        environment._lines[""] = {}
        for source in sources:
            environment._stores[source.name] = store
            environment._lines[source.name] = source.lines
            sha256 = source.sha256
            known = Module(source.name, source.file, sha256, sha256, (), file, sha256, file, ())
            environment.modules.update(
                {name: known for name in source.lines if name in store.kinds}
            )
        return environment

    def extended(self, module: Module) -> Environment:
        """Return this environment with one more module, whose imports are in it.

        Raises:
            DamagedOlean: as `load`.
        """
        environment = Environment()
        for attribute in ("modules", "_stores", "_constants", "_types", "_uses", "_lines"):
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
        olean = self._stores[module.name] = Olean(module.olean, data, self.terms)
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
            self._constants[found] = self._stores[self.modules[found].name].constant(found)
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
        return self._stores[self.modules[name].name].kinds[name]

    def type(self, name: Name) -> int:
        """Return the number of the type of a constant that some module declares.

        Raises:
            DamagedOlean: if it cannot be read.
        """
        if name not in self._types:
            constant = self._constants.get(name)
            self._types[name] = (
                self._stores[self.modules[name].name].type(name)
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
        return self._stores[self.modules[name].name].type_name(name)

    def kinds(self, module: Module) -> Mapping[Name, str]:
        """Return the kind of each constant that a module declares."""
        return self._stores[module.name].kinds

    def importing(self, modules: Iterable[str]) -> frozenset[str]:
        """Return the names of the modules that are one of these or import one, directly or not."""
        if any(isinstance(store, Exported) for store in self._stores.values()):
            # An export does not say what imports what.
            return frozenset(self._stores)
        found = set(modules)
        # Each module stands behind those that it imports.
        for name, store in self._stores.items():
            if isinstance(store, Olean) and not found.isdisjoint(map(show_name, store.imports)):
                found.add(name)
        return frozenset(found)

    @property
    def classes(self) -> frozenset[Name]:
        """The classes, as the modules list them; of an export see `Exported.classes`."""
        return frozenset(name for store in self._stores.values() for name in store.classes())

    def location(self, name: str | Name) -> tuple[Path, int | None]:
        """Return where a constant is declared: the file, relative to the project, and the line,
        from 1. Of what an export declares it is the export.

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

    def is_written(self, name: Name) -> bool:
        """Whether a source writes a constant's own name. Of what an export declares, and no module
        is known of, the name has to tell.
        """
        if self.modules[name].name:
            return self.line(name) is not None
        # Lean makes the eliminator of each constructor.
        of = name[:-1] if name[-1] == "elim" else ()
        return not (is_made(name) or (of in self.modules and self.kind(of) == "ctor"))

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
            self._uses[name] = self.mentioned(roots).union(constant.related)
            if constant.kind == "axiom":
                self._axioms.add(name)
            if constant.safety != "safe":
                self._unsafe.add(name)
        return self._uses[name]

    def mentioned(self, roots: Iterable[int]) -> frozenset[Name]:
        """Return the constants that terms mention, and of those that a text literal may stand for
        what is declared.
        """
        names = self.terms.constants(roots)
        return frozenset(name for name in names if name not in TEXT or name in self.modules)

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
        return self._meant.names(self._no_theorems(self.mentioned([self.constant(name).type])))

    def _meant_uses(self, name: Name) -> list[Name]:
        return self._no_theorems(self.uses(name))

    def _no_theorems(self, names: Iterable[Name]) -> list[Name]:
        return [name for name in names if self.kind(self._declared(name)) != "theorem"]

    # ------------------------------------------------------------------------------ what is trusted
    def ships(self, name: Name) -> bool:
        """Whether a constant is one of the library that ships with the harness, or of Lean's own
        core as far as that is known: what a reader who knows these knows.

        In a build its module tells. In an export its digest does, `whole_sha256`.
        """
        module = self.modules[name]
        if isinstance(self._stores[module.name], Olean):
            return ships(module.name, module.source_sha256)
        return any(self._is_known(name, known) for known in known_constants())

    def in_foundation(self, name: Name) -> bool:
        """Whether a constant is of the foundation: of Lean's own logic and numbers, which every
        statement speaks in.
        """
        module = self.modules[name]
        if isinstance(self._stores[module.name], Olean):
            return in_foundation(module.name)
        return self._is_known(name, known_constants().foundation)

    def _is_known(self, name: Name, known: Mapping[str, Sequence[str]]) -> bool:
        if self.kind(name) in ("ctor", "rec"):
            # It is what its type makes it.
            name = self.constant(name).related[0]
        digests = known.get(show_name(name))
        if digests is None:
            return False
        if name not in self._known:
            self._known[name] = self.whole_sha256(name)
        return self._known[name].startswith(tuple(digests))

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

    def whole_sha256(self, name: Name) -> str:
        """Return the digest of what a constant says and of all that gives it its meaning, in 64
        hexadecimal digits.

        It is the SHA-256 of the JSON array ["whole", a list] as above, where the list describes the
        constant and all that it rests on, but no theorem, sorted by name as Lean shows it.
        """
        names = sorted(self._meant.names([self.constant(name).name]), key=show_name)
        return json_sha256(["whole", [self._described(self.constant(item)) for item in names]])

    def basis_sha256(self, names: Iterable[str]) -> str:
        """Return the digest of what some constants say, of all that gives them their meaning, and
        of the axioms on which they rest, in 64 hexadecimal digits.

        It is the SHA-256 of the JSON array ["basis", a list, the axioms] as above, where the list
        describes the constants and all that they rest on, but no theorem, sorted by name as Lean
        shows it, and the axioms are names, sorted.

        Raises:
            UnknownConstant: if one of them is declared nowhere.
        """
        roots = [self.constant(name).name for name in names]
        meant = sorted(self._meant.names(roots), key=show_name)
        axioms = sorted({axiom for name in roots for axiom in self.axioms(name)})
        return json_sha256(
            ["basis", [self._described(self.constant(item)) for item in meant], axioms]
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
        return self._stores[self.modules[name].name].binders(name)

    def trees(self, name: Name) -> tuple[Tree, Tree | None]:
        """Return the type of a constant that some module declares, and what it is defined as if it
        is a definition, with the names of bound variables.
        """
        return self._stores[self.modules[name].name].trees(name)

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
