"""Two kernels: whether the second one accepts what Lean's accepted, and reads the same in it."""

from __future__ import annotations

import hashlib
import json
import platform
import subprocess
import sys
import tempfile
from collections.abc import Iterable, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import ExitStack
from pathlib import Path
from typing import Any

from pyharness import __version__
from pyharness.core.cache import Cache
from pyharness.core.fingerprint import code
from pyharness.core.progress import Progress, quiet
from pyharness.proofs.acceleration import ties
from pyharness.proofs.audit import Proof
from pyharness.proofs.environment import Environment
from pyharness.proofs.export import export
from pyharness.proofs.toolchain import VERSION, LeanError

__all__ = [
    "KERNELS",
    "LEAN",
    "SECOND",
    "Disagreement",
    "SecondKernel",
    "carry",
    "require_agreement",
]

LEAN, SECOND = KERNELS = (f"Lean {VERSION}", f"pyharness.kernel {__version__}")

_ROOT = Path(__file__).resolve().parents[2]
_MAIN = Path(__file__).with_name("_agreement_main.py")


class Disagreement(LeanError):
    """The second kernel refuses what Lean's accepted, reads something else in it, or does not
    finish.
    """


def carry(environment: Environment, proofs: Iterable[Proof]) -> tuple[bytes, tuple[str, ...]]:
    """Return the lines that carry proofs and their examples, with all that these rest on; and the
    names of all of them, sorted.

    First come the theorems that tie what a kernel computes by name to its definition, as far as
    anything rests on it: a kernel that believes no name needs them. Equal libraries and proofs give
    equal lines; no proofs give none.

    Raises:
        DamagedOlean: as `export`.
    """
    names = tuple(
        sorted({name for proof in proofs for name in (proof.theorem, proof.example) if name})
    )
    if not names:
        return b"", names
    proved = [environment.constant(name).name for name in names]
    reached = set().union(*map(environment.closure, proved))
    lines = export(environment, [*ties(reached, environment.closure), *proved], binders=True)
    return "".join(f"{line}\n" for line in lines).encode(), names


class SecondKernel:
    """The second kernel at work on declarations, in a process of its own, beside what this one does
    meanwhile.

    Use it in a `with` statement; on leaving it, a process that is still at work is ended.
    """

    def __init__(
        self,
        lines: bytes,
        names: Sequence[str],
        *,
        others: Sequence[str] = (LEAN,),
        answer: Mapping[str, Any] | None = None,
        cache: Cache,
        progress: Progress = quiet,
    ):
        """Prepare to have lines checked.

        Args:
            lines: the declarations, in lean4export's format.
            names: the constants of them of which an answer is wanted.
            others: the kernels that accept them.
            answer: what was answered before, if it was.
            cache: where earlier answers are, by the digests of the lines and of the kernel's own
                code; and which declarations it accepted in the last run, which are not checked
                again.
            progress: told, from another thread, of each declaration.
        """
        self._lines, self._names, self._cache, self._progress = lines, names, cache, progress
        self._others = others
        kernel = {
            "code": code([f"{__package__}.{_MAIN.stem}"]),
            "python": platform.python_version(),
        }
        self._accepted = {"what": "accepted by the second kernel", **kernel}
        self._key = {
            "what": "second kernel",
            **kernel,
            "lines": hashlib.sha256(lines).hexdigest(),
            "names": list(names),
        }
        self._kept = answer
        self._stack = ExitStack()

    def __enter__(self) -> SecondKernel:
        if not self._names:
            self._kept = {"constants": 0, "computed": {}, "answers": {}}
        if self._kept is None:
            self._kept = self._cache.get(self._key)
        if self._kept is None:
            with ExitStack() as stack:
                given, self._errors = (
                    stack.enter_context(tempfile.TemporaryFile()) for _ in range(2)
                )
                given.write(self._lines)
                given.seek(0)
                known = stack.enter_context(tempfile.NamedTemporaryFile("w", encoding="utf-8"))
                json.dump(self._cache.get(self._accepted) or [], known)
                known.flush()
                reader = stack.enter_context(ThreadPoolExecutor(1))
                self._process = stack.enter_context(
                    subprocess.Popen(
                        [
                            sys.executable,
                            "-I",
                            "-S",
                            str(_MAIN),
                            str(_ROOT),
                            known.name,
                            *self._names,
                        ],
                        stdin=given,
                        stdout=subprocess.PIPE,
                        stderr=self._errors,
                    )
                )
                stack.callback(self._process.kill)
                self._said = reader.submit(self._listen)
                self._stack = stack.pop_all()
        return self

    def __exit__(self, *_: object) -> None:
        self._stack.close()

    def _listen(self) -> Mapping[str, Any]:
        """Pass on what the process says of its progress, and return the last that it says."""
        said: Mapping[str, Any] = {}
        assert self._process.stdout is not None  # It is a pipe.
        for line in self._process.stdout:
            try:
                said = json.loads(line)
            except ValueError:
                return {}
            if "done" in said:
                self._progress("Second kernel", said["declaration"], said["done"], said["total"])
        return said

    def answer(self) -> Mapping[str, Any]:
        """Wait for the answer and return it: `constants`, how many there are, `computed`, as
        `Library.computed`, and `answers`, by name.

        An answer holds `statement_sha256`, `meaning_sha256`, `axioms` and `statement`, the
        statement as this kernel shows it.

        Raises:
            Disagreement: if the kernel refuses a declaration, or does not finish.
        """
        if self._kept is None:
            said = self._said.result()
            status = self._process.wait()
            if "refused" in said:
                raise Disagreement(_refusal(self._others, **said["refused"]))
            if "answers" not in said or status:
                self._errors.seek(0)
                errors = self._errors.read().decode(errors="replace").strip()
                raise Disagreement(
                    f"{SECOND} did not finish: status {status}{errors and ': '}{errors[-2000:]}"
                )
            self._cache.put(self._accepted, said["known"])
            self._kept = {name: item for name, item in said.items() if name != "known"}
            self._cache.put(self._key, self._kept)
        return self._kept


def _refusal(others: Sequence[str], *, rule: str, reason: str, term: str, declaration: str) -> str:
    shown = f"\n  the smallest term that shows it: {term}" if term else ""
    refused = f"{SECOND} refuses it ({rule}): {reason}{shown}"
    if not others:
        return f"{declaration or 'the export'} is not proved\n  {refused}"
    return (
        f"the two kernels disagree{' on ' if declaration else ''}{declaration}\n"
        f"  {' and '.join(others)} {'accept' if len(others) > 1 else 'accepts'} it\n  {refused}"
    )


def require_agreement(
    proofs: Iterable[Proof],
    environment: Environment,
    answers: Mapping[str, Mapping[str, Any]],
    first: str = LEAN,
) -> None:
    """Check that the second kernel read the same statements, definitions and axioms as an
    environment gave, which is that of `first`.

    Raises:
        Disagreement: if not.
    """
    found = []
    for proof in proofs:
        found += _differences(
            proof.theorem,
            proof.statement,
            answers[proof.theorem],
            first,
            {
                "statement_sha256": proof.statement_sha256,
                "meaning_sha256": proof.meaning_sha256,
                "axioms": list(proof.axioms),
            },
        )
        if proof.example is not None:
            found += _differences(
                proof.example,
                f"an example of {proof.theorem}",
                answers[proof.example],
                first,
                {
                    "statement_sha256": environment.statement_sha256(proof.example),
                    "axioms": list(environment.axioms(proof.example)),
                },
            )
    if found:
        raise Disagreement("\n".join(found))


def _differences(
    name: str,
    statement: str,
    answer: Mapping[str, Any],
    first: str,
    expected: Mapping[str, Any],
) -> list[str]:
    return [
        f"the two kernels disagree on {name}, in its {field.replace('_sha256', '')}\n"
        f"  {first} gives {_shown(value)}: {statement}\n"
        f"  {SECOND} gives {_shown(answer[field])}: {answer['statement']}"
        for field, value in expected.items()
        if answer[field] != value
    ]


def _shown(value: str | list[str]) -> str:
    return value if isinstance(value, str) else ", ".join(value) or "no axioms"
