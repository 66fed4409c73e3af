"""Decides what each theorem's proof is worth, and prints its statement, from the stored
environment.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from itertools import chain
from types import MappingProxyType
from typing import Any, Literal, NoReturn

from pyharness.core.errors import HarnessError
from pyharness.core.text import did_you_mean
from pyharness.proofs.build import Build
from pyharness.proofs.dependencies import Dependencies
from pyharness.proofs.environment import SORRY, Constant, Environment
from pyharness.proofs.names import Name, parse_name, private_part, show_name, write_name
from pyharness.proofs.policy import check_policy, check_statements
from pyharness.proofs.printing import Printer
from pyharness.proofs.questions import ask, read_axioms
from pyharness.proofs.terms import BVAR, LAM, PROJ
from pyharness.proofs.toolchain import LeanError, Toolchain
from pyharness.proofs.vacuity import find_examples, find_stubs, unused_hypotheses

__all__ = [
    "AuditError",
    "BadTheorem",
    "NotATheorem",
    "Proof",
    "Status",
    "UnknownTheorem",
    "audit",
    "audit_build",
    "find_theorem",
    "further_axioms",
    "judge",
    "missing",
]

Status = Literal["proved", "sorry", "axiom", "stub", "open"]


class BadTheorem(HarnessError):
    """A theorem that is named cannot be judged.

    Attributes:
        theorem: the name; empty if it is not one of an audit.
    """

    def __init__(self, message: str, theorem: str = "") -> None:
        super().__init__(message)
        self.theorem = theorem


class UnknownTheorem(BadTheorem):
    """A theorem that is named is not in the library."""


class NotATheorem(BadTheorem):
    """What is named as a theorem is something else, or cannot be named from outside its module."""


class AuditError(LeanError):
    """Two readings of the same environment disagree."""


@dataclass(frozen=True)
class Proof:
    """What a theorem's proof is worth.

    Attributes:
        status: "proved"; "sorry" if a `sorry` is anywhere below it; "axiom" if it is assumed, or
            rests on an axiom that is not allowed; "stub" if what it says is trivial.
        theorem: its full name.
        module: the module that declares it; None if it is of an export, which does not say.
        file: the module's source, relative to the project; None likewise.
        line: the declaration's line, from 1; None if nothing says.
        statement: the statement as `pyharness.proofs.printing` prints it, for reading;
            `statement_sha256` is what identifies it.
        lean_form: the statement as Lean itself prints it, if it was asked.
        trace: the premises and tactics of its proof, if LeanDojo traced it.
        statement_sha256: see `Environment.statement_sha256`.
        meaning_sha256: see `Environment.meaning_sha256`.
        axioms: all axioms below it, sorted.
        definitions: the library's definitions of which the statement speaks directly, see
            `Dependencies.definitions`.
        rests_on: those of the other theorems that are audited on which the proof rests, see
            `Dependencies.theorems`.
        note: why it has this status, in words; empty if it is proved.
        unused: the names of the hypotheses that neither the rest of the statement nor the proof
            mentions.
        example: the full name of a constant that applies the theorem to closed arguments, which
            shows that its hypotheses can hold; None if there is none. A theorem without binders is
            its own.
    """

    status: Status
    theorem: str
    module: str | None
    file: str | None
    line: int | None
    statement: str
    statement_sha256: str
    meaning_sha256: str
    axioms: tuple[str, ...]
    definitions: tuple[str, ...]
    rests_on: tuple[str, ...]
    note: str
    unused: tuple[str, ...]
    example: str | None
    lean_form: str | None = None
    trace: Mapping[str, Sequence[str]] | None = None

    @classmethod
    def from_json(cls, value: Mapping[str, Any]) -> Proof:
        """Return the proof of which `dataclasses.asdict` made this, whether or not it was JSON
        since.
        """
        fields: dict[str, Any] = {
            name: tuple(item) if isinstance(item, list) else item for name, item in value.items()
        }
        return cls(**fields)


def further_axioms(module: str, under: Mapping[str, Sequence[str]]) -> tuple[str, ...]:
    """Return the axioms that the theorems of a module may rest on because of where it is.

    Args:
        module: its name; empty for what an export declares.
        under: the axioms, by the module that they go with, which may be one above.
    """
    return tuple(
        dict.fromkeys(
            axiom
            for above, axioms in under.items()
            if f"{module}.".startswith(f"{above}.")
            for axiom in axioms
        )
    )


def audit(
    environment: Environment,
    constants: Mapping[str, Constant],
    allowed_axioms: Sequence[str],
    printer: Printer,
    further: Mapping[str, Sequence[str]] = MappingProxyType({}),
) -> dict[str, Proof]:
    """Return the proof of each of some theorems, by its name.

    Args:
        environment: declares them.
        constants: the theorems, as `find_theorem` returns them.
        allowed_axioms: the axioms that a proved theorem may rest on; `sorryAx` is never allowed.
        printer: prints the statements.
        further: those that some of the theorems may rest on as well, by their names.
    """
    stubs = find_stubs(environment, constants.values())
    examples = find_examples(
        environment,
        [constant.name for constant in constants.values()],
        allowed_axioms,
        {constants[name].name: axioms for name, axioms in further.items() if name in constants},
    )
    dependencies = Dependencies(environment, [constant.name for constant in constants.values()])
    proofs = {}
    for name, constant in constants.items():
        allowed = (*allowed_axioms, *further.get(name, ()))
        status, note = judge(environment, constant, allowed, stubs[constant.name])
        example = examples[constant.name]
        file, line = environment.location(constant.name)
        module = environment.modules[constant.name].name
        proofs[name] = Proof(
            status=status,
            theorem=show_name(constant.name),
            module=module or None,
            file=file.as_posix() if module else None,
            line=line,
            statement=printer.statement(constant.name).text,
            statement_sha256=environment.statement_sha256(constant.name),
            meaning_sha256=environment.meaning_sha256(constant.name),
            axioms=environment.axioms(constant.name),
            definitions=dependencies.definitions(constant.name),
            rests_on=dependencies.theorems(constant.name),
            note=note,
            unused=unused_hypotheses(environment, constant),
            example=None if example is None else show_name(example),
        )
    return proofs


def audit_build(
    build: Build,
    environment: Environment,
    toolchain: Toolchain,
    theorems: Sequence[str],
    allowed_axioms: Sequence[str],
    under: Mapping[str, Sequence[str]] = MappingProxyType({}),
) -> dict[str, Proof]:
    """Return the proof of each named theorem of a library that was built here.

    Args:
        build: the library; its modules are held to the policy, see `check_policy`.
        environment: the build's environment.
        toolchain: finds the axioms a second time.
        theorems: full names.
        allowed_axioms: as for `audit`.
        under: axioms that the theorems of some modules, and of those under them, may rest on as
            well.

    Raises:
        UnknownTheorem: if a name is not in the library.
        NotATheorem: if a name is a definition or the like, or private.
        PolicyViolation: if a module outside the foundation does what only the foundation may, or a
            statement is not what it seems.
        AuditError: if Lean finds an axiom that this module does not.
        NoAnswer: if Lean does not say what a theorem rests on.
    """
    check_policy(build, environment, [*allowed_axioms, *chain.from_iterable(under.values())])
    try:
        constants = {name: find_theorem(environment, name) for name in theorems}
    except UnknownTheorem as error:
        if unbuilt := _unbuilt(build):
            raise UnknownTheorem(
                f"{error}; nothing imports {_listed(unbuilt)}, so what is there is not in the library",
                error.theorem,
            ) from None
        raise
    with ThreadPoolExecutor(1) as pool:
        # Lean starts and answers while the rest is found out here.
        asked = pool.submit(_axioms, build, toolchain, constants)
        printer = Printer(environment)
        check_statements(environment, constants.values(), printer)
        further = {
            name: further_axioms(environment.modules[constant.name].name, under)
            for name, constant in constants.items()
        }
        proofs = audit(environment, constants, allowed_axioms, printer, further)
        in_lean = asked.result()
    for name, proof in proofs.items():
        # Of a structure that it imports, Lean may list fewer than its fields rest on (lean4 issue
        # 15226), so what is stored may hold more.
        if not set(in_lean[name]) <= set(proof.axioms):
            raise AuditError(
                f"{name}: its stored proof rests on {_listed(proof.axioms)}, but Lean says {_listed(in_lean[name])}; "
                "delete the build folder and run again"
            )
    return proofs


def _unbuilt(build: Build) -> list[str]:
    """Return the Lean files beside the library's that it does not import."""
    built = {module.source for module in build.modules}
    files = (
        path.relative_to(build.root)
        for path in (build.root / build.root_module.replace(".", "/")).rglob("*.lean")
    )
    return sorted(file.as_posix() for file in files if file not in built)


def find_theorem(environment: Environment, name: str) -> Constant:
    """Return the theorem, or axiom, of this name.

    Raises:
        UnknownTheorem: if there is none of the name.
        NotATheorem: if it is something else, is private, or rests on an unsafe or partial constant.
    """
    found = environment.find(name)
    if found is None:
        missing(name, environment.modules, "the library has no theorem", environment)
    constant = environment.constant(found)
    if write_name(found) is None:
        raise NotATheorem(
            f"{name} is private or made by a macro; a claim needs a theorem that other modules can name",
            name,
        )
    if constant.kind not in ("theorem", "axiom"):
        raise NotATheorem(
            f"{name} is of kind {constant.kind!r}, not a theorem; state it with `theorem`",
            name,
        )
    if unsafe := environment.unsafe(found):
        raise NotATheorem(
            f"{name} rests on unsafe or partial constants, which the kernel does not vouch for: "
            f"{_listed(unsafe)}",
            name,
        )
    return constant


def missing(
    name: str, declared: Iterable[Name], what: str, environment: Environment | None = None
) -> NoReturn:
    """Say that a theorem is not there, and what may be meant.

    Args:
        name: the theorem.
        declared: all that is there.
        what: how the message begins, in front of the name.
        environment: tells where something is declared, if it does.

    Raises:
        NotATheorem: if it is private.
        UnknownTheorem: if not.
    """
    asked = parse_name(name)
    for item in declared if asked else ():
        if private_part(item) == asked:
            file, line = environment.location(item) if environment else (None, None)
            place = f" ({file.as_posix()}:{line})" if file and line else ""
            raise NotATheorem(
                f"{name} is private{place}; a claim needs a theorem that other modules can name: "
                "take `private` away",
                name,
            )
    public = {show_name(item) for item in declared if write_name(item)}
    raise UnknownTheorem(f"{what} {name}{did_you_mean(name, public)}", name)


# ---------------------------------------------------------------------------------------- judgement
def judge(
    environment: Environment, constant: Constant, allowed_axioms: Sequence[str], stub: str | None
) -> tuple[Status, str]:
    """Return the status of a theorem or axiom, and why it has it; `stub` is what `find_stubs` says
    of it.
    """
    sorry = show_name(SORRY)
    axioms = environment.axioms(constant.name)
    forbidden = [axiom for axiom in axioms if axiom not in allowed_axioms]
    if sorry in axioms:
        return "sorry", _sorry_note(environment, constant)
    if constant.kind == "axiom":
        return "axiom", "it is an axiom: nobody proved it"
    if (structure := _projected(environment, constant)) is not None:
        return (
            "axiom",
            f"it is a field of {structure}, which whoever builds one must prove: nobody proved it here",
        )
    if forbidden:
        return "axiom", f"it rests on {_listed(forbidden)}, which the project does not allow"
    if stub is not None:
        return "stub", stub
    return "proved", ""


def _sorry_note(environment: Environment, constant: Constant) -> str:
    """Name where the `sorry` itself is written: what uses the axiom directly."""
    places = []
    for name in environment.closure(constant.name):
        if SORRY in environment.uses(name):
            places.append(
                f"{show_name(name)} ({':'.join(map(str, filter(None, environment.location(name))))})"
            )
            if name == constant.name:
                return "its proof is a sorry"
    return f"it rests on a sorry: {', '.join(sorted(places))}"


def _projected(environment: Environment, constant: Constant) -> str | None:
    """Return the structure whose field a theorem is, if it is one: `fun … s => s.field`, nothing
    else.
    """
    nodes = environment.terms.nodes
    number = constant.value
    while number is not None and nodes[number][0] == LAM:
        number = nodes[number][2]
    if number is not None and nodes[number][0] == PROJ and nodes[nodes[number][3]] == (BVAR, 0):
        return show_name(nodes[number][1])
    return None


def _listed(names: Sequence[str]) -> str:
    return ", ".join(names) if names else "no axioms"


# -------------------------------------------------------------------------------------- Lean's view
def _axioms(
    build: Build, toolchain: Toolchain, constants: Mapping[str, Constant]
) -> dict[str, tuple[str, ...]]:
    """Have Lean list the axioms of each theorem, a private one's by its full name."""
    written = [write_name(constant.name) for constant in constants.values()]
    answers = ask(
        build,
        toolchain,
        [f"set_option pp.privateNames true in #print axioms {name}" for name in written],
    )
    return {
        name: read_axioms(said, constant.name)
        for (name, constant), said in zip(constants.items(), answers, strict=True)
    }
