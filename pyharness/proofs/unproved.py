"""Finds what nobody proved in a whole library: every `sorry` and every axiom that its sources
declare.
"""

from __future__ import annotations

import json
from bisect import bisect_left
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import asdict, dataclass
from typing import Any, Literal

from pyharness.core.errors import EXIT_UNMET, HarnessError
from pyharness.proofs.build import Build, Message, Module
from pyharness.proofs.constants import Constructor, Inductive
from pyharness.proofs.environment import SORRY, Environment
from pyharness.proofs.library import in_foundation
from pyharness.proofs.names import Name, show_name

__all__ = ["Survey", "Unproved", "UnprovedError", "require_listed", "survey"]

_FOUNDATION_AXIOMS = {
    "propext",
    "Quot.sound",
    "Classical.choice",
    "sorryAx",
    "lcAny",
    "lcErased",
    "lcProof",
    "lcUnreachable",
    "lcVoid",
}
"""What the foundation declares as Lean's own library does: the axioms of Lean's logic, what every
`sorry` is, and what the compiler alone uses."""

_WARNING = "declaration uses `sorry`"
"""What Lean says where a declaration holds a `sorry`."""


class UnprovedError(HarnessError):
    """What is unproved in the library is not what the project lists."""

    exit_code = EXIT_UNMET


@dataclass(frozen=True)
class Unproved:
    """A declaration that nobody proved.

    Attributes:
        name: its full name.
        kind: "sorry" if a `sorry` is written in it, "axiom" if it is one.
        module: the module that declares it.
        line: the line of its name, from 1; None if nothing says.
    """

    name: str
    kind: Literal["sorry", "axiom"]
    module: str
    line: int | None


@dataclass(frozen=True)
class Survey:
    """What a library holds: all of its modules, those of the Lean library among them.

    Attributes:
        theorems: how many theorems the sources state, with or without a proof; not counting fields.
        unproved: what is not proved, sorted by name and kind.
        examples: where an `example` holds a `sorry`, as `file:line`. Lean stores no `example`, so
            these have no names.
    """

    theorems: int
    unproved: tuple[Unproved, ...]
    examples: tuple[str, ...]

    @classmethod
    def from_json(cls, value: Mapping[str, Any]) -> Survey:
        """Return the survey of which `dataclasses.asdict` made this, whether or not it was JSON
        since.
        """
        return cls(
            value["theorems"],
            tuple(Unproved(**item) for item in value["unproved"]),
            tuple(value["examples"]),
        )

    def counted(self) -> dict[str, Any]:
        """Return what a certificate says of the library: its theorems, sorries and axioms by their
        number, and what is unproved by name.
        """
        kinds = [item.kind for item in self.unproved]
        return {
            "theorems": self.theorems,
            "sorries": kinds.count("sorry"),
            "axioms": kinds.count("axiom"),
            "unproved": [asdict(item) for item in self.unproved],
        }


def survey(build: Build, environment: Environment) -> Survey:
    """Read every constant of a library: theorems, definitions, instances, what is private, and what
    Lean made along with others.

    A `sorry` counts for the declaration in which it is written, and not for those that rest on it.
    The axioms that the foundation declares as Lean's own library does are not counted.
    """
    theorems = 0
    unproved: set[Unproved] = set()
    examples: list[str] = []
    for module in build.modules:
        written: set[int] = set()
        holding: set[int] = set()
        for name, kind in environment.kinds(module).items():
            line = environment.line(name)
            if line is not None:
                written.add(line)
                theorems += kind == "theorem" and _head(environment, name) == name
            if kind == "axiom" and not (
                in_foundation(module.name) and show_name(name) in _FOUNDATION_AXIOMS
            ):
                unproved.add(_unproved(environment, name, "axiom"))
            if SORRY in environment.uses(name):
                found = _unproved(environment, _head(environment, name), "sorry")
                unproved.add(found)
                if found.line is not None:
                    holding.add(found.line)
        examples += _examples(build, module, sorted(written), holding)
    return Survey(
        theorems,
        tuple(sorted(unproved, key=lambda item: (item.name, item.kind))),
        tuple(examples),
    )


def require_listed(found: Survey, listed: Sequence[str]) -> None:
    """Check that a library proves all but what a project lists by name.

    Raises:
        UnprovedError: if it holds another `sorry` or axiom; or if what is listed is not unproved.
    """
    names = {item.name for item in found.unproved}
    missing = [item for item in found.unproved if item.name not in listed]
    said = [*map(_in_words, missing)]
    said += [
        f"{place}: an `example` holds a sorry; prove it or remove it" for place in found.examples
    ]
    if missing:
        kept = [name for name in listed if name in names]
        keys = json.dumps(
            [*kept, *dict.fromkeys(item.name for item in missing)], ensure_ascii=False
        )
        said.append(
            "prove what is named here, or list it in pyharness.toml, so that the certificate names "
            f"it: unproved = {keys}"
        )
    said += [
        f"pyharness.toml lists {name} under 'unproved', but the library declares no such axiom and "
        "no sorry is written in a declaration of this name; remove it from the list"
        for name in dict.fromkeys(listed)
        if name not in names
    ]
    if said:
        raise UnprovedError("\n".join(["not all of the library is proved:", *said]))


def _in_words(item: Unproved) -> str:
    place = item.module.replace(".", "/") + ".lean"
    if item.line is not None:
        place += f":{item.line}"
    private = ", which is private," if item.name.startswith("_private.") else ""
    return f"{place}: {item.name}{private} {'is an axiom' if item.kind == 'axiom' else 'holds a sorry'}"


def _unproved(environment: Environment, name: Name, kind: Literal["sorry", "axiom"]) -> Unproved:
    _, line = environment.location(name)
    return Unproved(show_name(name), kind, environment.modules[name].name, line)


def _head(environment: Environment, name: Name) -> Name:
    """Return the declaration, as a source writes it, of which a constant is or is a part; the
    constant itself if no source writes any.

    Constructors and fields are parts of their type.
    """
    for length in range(len(name), 0, -1):
        part = name[:length]
        if environment.find(part) is None or environment.line(part) is None:
            continue
        return _type_of(environment, part) or part
    return name


def _type_of(environment: Environment, name: Name) -> Name | None:
    """Return the inductive type of which a constant is a constructor or a field."""
    detail = environment.constant(name).detail
    if isinstance(detail, Constructor):
        return detail.inductive
    if environment.find(name[:-1]) is None:
        return None
    parent = environment.constant(name[:-1]).detail
    if isinstance(parent, Inductive) and len(parent.constructors) == 1:
        fields = environment.binder_names(parent.constructors[0])
        if any(field[-1:] == name[-1:] for field in fields):
            return name[:-1]
    return None


def _examples(
    build: Build, module: Module, written: Sequence[int], holding: set[int]
) -> Iterator[str]:
    """Yield where an `example` of a module holds a `sorry`: where Lean says so of no declaration
    that it stored.
    """
    lines = None
    for message in module.messages:
        if (message.severity, message.text) != ("warning", _WARNING):
            continue
        if lines is None:
            lines = build.file(module).read_text(encoding="utf-8").split("\n")
        # Lean names the place of the declaration's name, or that of its first word.
        place = bisect_left(written, message.line)
        named = place < len(written) and written[place] in holding
        if not named or _reads_example(lines, message):
            yield f"{message.file}:{message.line}"


def _reads_example(lines: Sequence[str], message: Message) -> bool:
    return message.line <= len(lines) and lines[message.line - 1][message.column :].startswith(
        "example"
    )
