"""Has Lean's kernel decide whether Lean's own definitions give what was computed elsewhere."""

from __future__ import annotations

import hashlib
import re
import time
from collections.abc import Iterable, Mapping, Sequence
from functools import cached_property
from pathlib import Path
from typing import Any

from pyharness.core.errors import UsageError
from pyharness.core.fingerprint import unnoted
from pyharness.proofs.audit import find_theorem, judge
from pyharness.proofs.build import Build, LeanBuildError, read_imports
from pyharness.proofs.cases import Comparison
from pyharness.proofs.comparison import Question, require_library
from pyharness.proofs.decisions import Compared, Decision, Difference
from pyharness.proofs.encodings import Writer, require_written
from pyharness.proofs.environment import Environment, UnknownConstant
from pyharness.proofs.library import NAME as LIBRARY
from pyharness.proofs.modules import ERRORS, Compiler, Module, Source
from pyharness.proofs.names import show_name
from pyharness.proofs.policy import PolicyViolation, violations
from pyharness.proofs.toolchain import Toolchain
from pyharness.proofs.vacuity import find_stubs

__all__ = ["Compared", "Decision", "Difference", "Kernel"]

_MODULE = "Decision"
_OPTIONS = "set_option maxRecDepth 100000\n"
_RUN = 64
"""Cases that the kernel is asked about at once when it has to be found where it differs."""
_BITS = 64
"""Bits of what a definition gives at most where it differs."""


class Kernel:
    """Decides theorems about a library's definitions.

    Args:
        toolchain: the Lean that decides.
        build: the library.
        out: where the build keeps its modules. The files go to its folder `conformance`.
        allowed_axioms: the axioms that a decision may rest on.
        fresh: decide anew what was decided before.

    Attributes:
        asked: how many decisions were asked for.
    """

    def __init__(
        self,
        toolchain: Toolchain,
        build: Build,
        out: Path,
        allowed_axioms: Sequence[str],
        *,
        fresh: bool = False,
    ):
        self.asked = 0
        self._lean = [toolchain.version, toolchain.githash, toolchain.library_sha256]
        self._build = build
        self._compiler = Compiler(out.absolute() / "lean", toolchain, fresh=fresh)
        self._folder = out / "conformance"
        self._allowed_axioms = tuple(allowed_axioms)

    def __getstate__(self) -> dict[str, Any]:
        """Leave out the constants that were read, which another process reads for itself."""
        return {name: value for name, value in vars(self).items() if name != "_environment"}

    @cached_property
    def header(self) -> str:
        """How a file of theorems begins: it imports all that was built, and opens the namespaces of
        the library and of the project, as far as they are there.
        """
        imports = "".join(f"import {module}\n" for module in self._build.roots)
        opened = dict.fromkeys([LIBRARY, self._build.root_module])
        return f"prelude\n{imports}" + "".join(
            f"open {name}\n" for name in opened if self._is_namespace(name)
        )

    def _is_namespace(self, name: str) -> bool:
        parts = tuple(name.split("."))
        return any(
            found[: len(parts)] == parts and found != parts for found in self._environment.modules
        )

    @property
    def key(self) -> Mapping[str, Any]:
        """Which Lean decides, and the axioms that a decision may rest on."""
        return {
            "lean": self._lean,
            "axioms": sorted(self._allowed_axioms),
        }

    @property
    def library(self) -> Mapping[str, Any]:
        """The key of the build."""
        return {"library": self._build.key}

    def basis_sha256(self, names: Sequence[str]) -> str | None:
        """Return what `Environment.basis_sha256` does; None if some constant is not there."""
        try:
            return self._environment.basis_sha256(names)
        except UnknownConstant:
            return None

    @cached_property
    def _environment(self) -> Environment:
        return Environment.load(self._build)

    def decide(self, theorems: str | Sequence[str], source: str) -> Decision:
        """Have the kernel decide the theorems of a file.

        What counts is what the kernel stored: each theorem must be in the module that Lean wrote,
        say something that is not trivial, and rest on no `sorry` and on allowed axioms only. What
        the file prints does not count.

        Args:
            theorems: the full name of a theorem in the file, or several; the first names the file.
            source: the module's text, which begins with `prelude` and imports modules of the
                library.

        Raises:
            UnknownTheorem, NotATheorem: if a theorem that is named is not there, or is something
                else.
            UsageError: if none is named, one is the library's own, or the file does not import the
                library alone.
            PolicyViolation: if the file does what only the library's foundation may.
            LeanStopped: if Lean ends without an answer, which is none for or against the theorems.
        """
        start = time.perf_counter()
        self.asked += 1
        names = [theorems] if isinstance(theorems, str) else list(theorems)
        if not names:
            raise UsageError("name at least one theorem for the kernel to decide")
        text = source.encode()
        digest = hashlib.sha256(text).hexdigest()
        # A claim that asks for this is not kept.
        refused: tuple[str, ...] = ()
        with unnoted():
            path = self._write(names[0], text)
            try:
                module = self._compile(Source(_MODULE, path, text, self._imports(source, path)))
                reason = self._objection(module, source, names)
            except LeanBuildError as error:
                reason = str(error)
                refused = _theorems_at(source, {message.line for message in error.messages})
        return Decision(not reason, reason, digest, time.perf_counter() - start, refused)

    def compare(self, name: str, comparison: Comparison) -> Compared:
        """Have the kernel decide that a definition gives what a function gave.

        What counts is what the kernel stored: theorems that state just that, of the definition at
        the data.

        Args:
            name: begins the names in the file.
            comparison: the definition, and what the function gave.

        Raises:
            UsageError: if the term is not the definition as a function of the data, or the decision
                rests on an axiom that is not allowed.
            PolicyViolation, LeanStopped: as `decide`.
        """
        start = time.perf_counter()
        self.asked += 1
        require_written(comparison)
        require_library(self._environment)
        question = Question(comparison, Writer(self._environment.terms), name)
        if not question.theorems:
            raise UsageError(f"the conformance of {comparison.definition} compares nothing")
        decided = _OPTIONS + question.source
        source = self.header + decided
        text = source.encode()
        message, refused = "", None
        rests_on: tuple[str, ...] = ()
        with unnoted():
            path = self._write(name, text)
            try:
                module = self._compile(
                    Source(_MODULE, path, text, self._imports(source, path)), errors=1
                )
                environment = self._environment.extended(module)
                self._require_policy(module, source, environment)
                question.require_meant(environment)
                self._require_settled(environment, comparison.definition, question.theorems)
                rests_on = _rests_on(environment, module)
            except LeanBuildError as error:
                first = error.messages[0]
                message = str(first)
                refused = next(iter(_theorems_at(source, {first.line})), None)
                ahead = (self.header + _OPTIONS + question.definitions).count("\n")
                if refused not in question.theorems or first.line <= ahead:
                    raise UsageError(
                        f"Lean does not read the conformance of {comparison.definition} by the term "
                        f"{comparison.lean!r}:\n{message}"
                    ) from None
        decision = Decision(
            refused is None,
            message,
            # What is imported is left out: the library may grow, and the theorems are the same.
            hashlib.sha256(decided.encode()).hexdigest(),
            time.perf_counter() - start,
            () if refused is None else (refused,),
        )
        difference = None if refused is None else self._difference(question, refused)
        return Compared(decision, question.results, path, difference, rests_on=rests_on)

    def _require_settled(
        self, environment: Environment, definition: str, theorems: Iterable[str]
    ) -> None:
        """Check that theorems are proved on allowed axioms.

        Raises:
            UsageError: if not.
        """
        for name in theorems:
            constant = find_theorem(environment, name)
            status, note = judge(environment, constant, self._allowed_axioms, None)
            if status != "proved":
                below = environment.axioms(definition)
                through = f", as {definition} does" if set(below) - {*self._allowed_axioms} else ""
                raise UsageError(
                    f"the conformance of {definition} is decided on the axioms "
                    f"{', '.join(environment.axioms(constant.name))}{through}: {note}. List them "
                    "under allowed-axioms in pyharness.toml ([axioms-under] is of a module's own "
                    "theorems, and of no conformance), or define it without them"
                )

    def _difference(self, question: Question, refused: str) -> Difference | None:
        """Return the first case of a theorem in which the definition gives another value than the
        function did; None if it cannot be found.
        """
        header = self.header + _OPTIONS + question.definitions
        first, last = question.theorems[refused]
        for size in (_RUN, 1):
            runs = [(place, min(place + size, last)) for place in range(first, last, size)]
            wrong = self.refused(header, [question.statement(*run) for run in runs])
            if not wrong:
                return None
            first, last = runs[min(wrong)]
        kind = question.comparison.result
        if kind.rank or kind.element == "Rat":
            return Difference(first, None)
        given = self._value(header, question.sides(first)[0].text)
        return Difference(first, None if given is None else int(kind.value(given)))

    def _value(self, header: str, term: str) -> int | None:
        """Return the natural number that a Lean term is, bit by bit; None if it is none or has too
        many bits.
        """
        header += f"noncomputable def value : Nat := {term}\n"
        bits = [f"Nat.mod (Nat.div value {1 << bit:#x}) 2 = 0" for bit in range(_BITS)]
        refused = self.refused(header, [*bits, f"Nat.div value {1 << _BITS:#x} = 0"])
        return None if _BITS in refused else sum(1 << bit for bit in refused)

    def refused(self, header: str, statements: Sequence[str]) -> set[int]:
        """Return which of some statements the kernel does not decide to be true, by their places.

        This is for messages: what Lean prints is believed. Lean stops after some errors, so ask of
        fewer statements at once.
        """
        lines = [
            f"theorem refused_{place} : {statement} := by decide +kernel"
            for place, statement in enumerate(statements)
        ]
        first = header.count("\n") + 1
        text = (header + "\n".join(lines) + "\n").encode()
        with unnoted():
            path = self._write("difference", text)
            try:
                self._compile(Source(_MODULE, path, text, self._imports(header, path)))
            except LeanBuildError as error:
                return {message.line - first for message in error.messages}
        return set()

    def _write(self, name: str, text: bytes) -> Path:
        """Keep the file where a person can read it."""
        self._folder.mkdir(parents=True, exist_ok=True)
        file = self._folder / f"{name}.lean"
        if file.parent != self._folder:
            raise UsageError(f"{name!r} does not name a theorem")
        file.write_bytes(text)
        return Path(*file.parts[-3:])

    def _imports(self, source: str, path: Path) -> tuple[str, ...]:
        try:
            imports = tuple(name for name, _, _ in read_imports(source, path.as_posix()))
        except LeanBuildError as error:
            raise UsageError(str(error)) from None
        for name in imports:
            if name not in self._build.by_name:
                raise UsageError(
                    f"{path.as_posix()} imports {name}, which is no module of {self._build.root_module}"
                )
        return imports

    def _compile(self, source: Source, *, errors: int = ERRORS) -> Module:
        modules, compiler = self._build.by_name, self._compiler
        with compiler.locked(shared=True):
            found = compiler.find(source, modules)
            return found or compiler.compile(source, modules, errors=errors)

    def _objection(self, module: Module, source: str, names: Sequence[str]) -> str:
        """Return why what the kernel stored does not settle the theorems; empty if it does."""
        environment = self._environment.extended(module)
        self._require_policy(module, source, environment)
        for name in names:
            constant = find_theorem(environment, name)
            if environment.modules[constant.name] != module:
                raise UsageError(
                    f"{name} is a theorem of the library, not of {module.source.as_posix()}"
                )
            status, note = judge(
                environment,
                constant,
                self._allowed_axioms,
                find_stubs(environment, [constant])[constant.name],
            )
            if status != "proved":
                return f"{name}: {note}"
        return ""

    def _require_policy(self, module: Module, source: str, environment: Environment) -> None:
        if found := list(violations(module, source, environment, self._allowed_axioms)):
            raise PolicyViolation("only the foundation may do this:\n" + "\n".join(found))


def _rests_on(environment: Environment, module: Module) -> tuple[str, ...]:
    """Return the constants of a library that a module's own mention, sorted."""
    own = environment.kinds(module)
    used = {used for name in own for used in environment.uses(name)}
    return tuple(sorted(show_name(name) for name in used - set(own)))


_THEOREM = re.compile(r"theorem (\S+)")


def _theorems_at(source: str, lines: set[int]) -> tuple[str, ...]:
    """Return the names of the theorems on some lines of a source, counted from 1."""
    found: list[str] = []
    name = ""
    for number, line in enumerate(source.splitlines(), 1):
        if match := _THEOREM.match(line):
            name = match[1]
        if number in lines and name and name not in found:
            found.append(name)
    return tuple(found)
