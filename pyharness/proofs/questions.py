"""Asks Lean about a built library: a separate process imports it, runs the commands it is given and
nothing else.
"""

from __future__ import annotations

import json
import re
import tempfile
from collections.abc import Sequence
from subprocess import CompletedProcess

from pyharness.proofs.build import Build
from pyharness.proofs.modules import setup
from pyharness.proofs.names import Name, parse_name, show_name
from pyharness.proofs.toolchain import LeanError, Toolchain

__all__ = ["NoAnswer", "ask", "read_answers", "read_axioms", "write_questions"]

_WIDTH = 110

_AXIOMS = re.compile(
    r"'(?P<name>.*)' (?:does not depend on any axioms|depends on axioms: \[(?P<axioms>.*)\])",
    re.DOTALL,
)
_AXIOM = re.compile(r"(?:«[^»]*»|[^\s,«»])+")


class NoAnswer(LeanError):
    """Lean did not answer a question as it answers such questions."""


def ask(build: Build, toolchain: Toolchain, commands: Sequence[str]) -> tuple[str, ...]:
    """Return what Lean answers to each command, such as `#check _root_.Nat.add`, given all that
    was built.

    Raises:
        NoAnswer: as `read_answers`.
    """
    with tempfile.NamedTemporaryFile("w", suffix=".json", encoding="utf-8") as plan:
        plan.write(setup("Audit", build.roots, build.by_name))
        plan.flush()
        done = toolchain.run(
            ["--json", "--stdin", "--setup", plan.name],
            stdin=write_questions(build.roots, commands),
        )
    return read_answers(commands, done, imports=len(build.roots))


def write_questions(modules: Sequence[str], commands: Sequence[str]) -> str:
    """Return the Lean source that imports the modules and asks each command, one a line, in its
    last lines.
    """
    # `prelude` imports nothing more than the modules do, so a library with an Init of its own can
    # be asked as well.
    header = [
        "prelude",
        *(f"import {module}" for module in modules),
        f"set_option format.width {_WIDTH}",
    ]
    return "\n".join([*header, *commands]) + "\n"


def read_answers(
    commands: Sequence[str], done: CompletedProcess[str], *, imports: int = 1
) -> tuple[str, ...]:
    """Return Lean's answer to each command, from what `lean --json` printed for `write_questions`.

    Each answer is known by the line of its question.

    Args:
        commands: the questions.
        done: Lean, ended.
        imports: how many modules the source imports.

    Raises:
        NoAnswer: if a command has no answer, several, or one that is not plain information; or if
            Lean prints anything else.
    """
    first = imports + 3
    answers: dict[int, str] = {}
    for line in done.stdout.splitlines():
        try:
            said = json.loads(line)
            place, severity, text = said["pos"]["line"] - first, said["severity"], said["data"]
        except (ValueError, LookupError, TypeError):
            raise NoAnswer(f"Lean printed something else than a message: {line[:200]}") from None
        if not 0 <= place < len(commands):
            raise NoAnswer(f"Lean said, before it was asked anything: {text}")
        if severity != "information" or place in answers:
            raise NoAnswer(f"Lean answered {commands[place]!r} with: {text}")
        answers[place] = text
    if done.returncode:
        raise NoAnswer(f"Lean ended with status {done.returncode}: {done.stderr.strip()[-2000:]}")
    for place, command in enumerate(commands):
        if place not in answers:
            raise NoAnswer(f"Lean did not answer {command!r}")
    return tuple(answers[place] for place in range(len(commands)))


def read_axioms(answer: str, name: Name) -> tuple[str, ...]:
    """Return the axioms, sorted, that Lean listed when asked `#print axioms` of this name.

    Raises:
        NoAnswer: if it is no such list, or one of another name.
    """
    said = _AXIOMS.fullmatch(answer)
    if said is None or parse_name(said["name"]) != name:
        raise NoAnswer(f"Lean did not say what {show_name(name)} rests on, but: {answer}")
    listed = (parse_name(axiom) or (axiom,) for axiom in _AXIOM.findall(said["axioms"] or ""))
    return tuple(sorted(map(show_name, listed)))
