"""Asks a Lean project of one's own, which `lake` builds, what each of its theorems rests on."""

from __future__ import annotations

import difflib
import hashlib
import json
import os
import re
import shutil
import subprocess
import tempfile
from collections import deque
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from pyharness.core.errors import HarnessError, UsageError
from pyharness.core.progress import Progress
from pyharness.proofs.audit import NotATheorem, UnknownTheorem
from pyharness.proofs.environment import SORRY, Environment
from pyharness.proofs.modules import Module
from pyharness.proofs.names import Name, parse_name, private_part, show_name, write_name
from pyharness.proofs.olean import DamagedOlean, Olean
from pyharness.proofs.questions import NoAnswer, read_answers, read_axioms, write_questions
from pyharness.proofs.terms import Terms
from pyharness.proofs.toolchain import LeanError, LeanMissing

__all__ = ["LakeError", "LakeReport", "lake_status", "require_lake_project"]

_BUILT = Path(".lake", "build", "lib")
"""Where lake leaves what Lean compiled."""

_PACKAGES = Path(".lake", "packages")
"""Where lake keeps the packages that a project needs."""

_TAIL = 40
"""How many of lake's last lines an error shows."""

_STEP = re.compile(r"\[(\d+)/(\d+)\] ([\w .:«»+-]+)")
_VERSION = re.compile(r"Lean \(version ([^\s,)]+)")
_PINNED_VERSION = re.compile(r"(?:\S*:)?v?(\d+\.\d+\.\d+\S*)")
_KIND = re.compile(
    r"(?:@\[[^\]]*\]\s*)*(?:[a-z]+ )*?(theorem|axiom|def|abbrev|instance|opaque|constructor|recursor|"
    r"(?:co)?inductive|structure|class|Quotient primitive)\s"
)


class LakeError(LeanError):
    """Lake or its Lean cannot do what is asked, or is not the one that the project names."""


@dataclass(frozen=True)
class LakeReport:
    """What Lean says of a project's theorems.

    Attributes:
        lean: the version of Lean that built the project and answered, such as "4.35.0".
        rows: for each theorem, as plain JSON: `id` and `theorem` (its full name), `status`
            ("proved", "sorry" or "axiom"), `module`, `file` (relative to the project), `line` (from
            1), `statement` (as Lean prints it), `axioms` (sorted), `note` (why it has this status;
            empty if it is proved) and `settled` (whether it is proved). They are in the order of
            files and lines, or in that of the project's own list.
        unread: why the compiled files could not be read, so that the axioms are those that Lean
            lists; None if they were read.
    """

    lean: str
    rows: tuple[dict[str, Any], ...]
    unread: str | None


@dataclass(frozen=True)
class _Place:
    module: Name
    file: Path
    line: int


def require_lake_project(folder: Path) -> None:
    """Require that a folder holds a lake project, and that there is a `lake`.

    Raises:
        UsageError: if the folder holds none.
        LeanMissing: if there is no `lake`.
    """
    _Lake.find(folder)


def lake_status(
    folder: Path,
    *,
    allowed_axioms: Sequence[str],
    theorems: Sequence[str] | None,
    progress: Progress,
) -> LakeReport:
    """Build a lake project and ask its own Lean about its theorems. Nothing is written but what
    `lake build` writes.

    Which theorems: those that are named, or else all that its modules declare and other modules can
    name, and every axiom that is not allowed. What is
    private, made by a macro or part of another declaration is not listed; a `sorry` in it shows in
    what rests on it. Which modules: those under the project's folder that lake has built.

    A theorem's axioms are all below it in the compiled files: `#print axioms` can miss those behind
    a structure that another module declares (lean4 issue 15226). The files of another Lean than the
    one that this program comes with, or of Lean's module system, cannot be read here. Then Lean's
    lists are all there is, and the report says so. Each type of the project whose constructors rest
    on a `sorry` or an axiom that is not allowed is then reported beside the theorems, since Lean
    may list none of that for what speaks of the type.

    Lean's answers are believed otherwise, and so is what lake built: unlike `audit`, nothing is
    replayed or held to a policy, so a project whose own code changes how Lean answers is not seen
    through. Stubs are not found either.

    Args:
        folder: the project's.
        allowed_axioms: the axioms on which a proved theorem may rest.
        theorems: the full names of the theorems to report; None for all.
        progress: told what is done.

    Raises:
        UsageError: if the folder is no lake project, or it declares no theorem.
        UnknownTheorem: if no module declares a theorem that is to be reported.
        NotATheorem: if what is to be reported is something else.
        LeanMissing: if there is no `lake`.
        LakeError: if the project does not build, or Lean is another one than its `lean-toolchain`
            names.
        NoAnswer: if Lean answers unexpectedly.
    """
    lake = _Lake.find(folder)
    progress("Lean", "checking the toolchain", 0, 1)
    version = lake.version()
    progress("Lean", "", 1, 1)
    lake.build((), progress)
    modules = _modules(folder)
    # The first build left alone what is no default target: what lies there of that may be older
    # than its source.
    lake.build([f"+{show_name(module)}" for module in modules], progress)
    declared, private = _declarations(modules)
    places = _choose(declared, private, theorems)
    progress("Audit", "kinds", 0, 2)
    kinds = lake.kinds(places)
    if theorems is None:
        places = {
            name: place
            for name, place in places.items()
            if kinds[name] == "theorem"
            or (kinds[name] == "axiom" and show_name(name) not in allowed_axioms)
        }
    for name in places:
        if kinds[name] not in ("theorem", "axiom"):
            raise NotATheorem(
                f"{show_name(name)} is of kind {kinds[name]!r}, not a theorem; "
                f"correct 'theorems' in {folder / 'pyharness.toml'}"
            )
    if not places:
        raise UsageError(f"there is no theorem to report in {folder}")
    progress("Audit", "axioms", 1, 2)
    answers = lake.statements(places)
    unread, stored = None, {}
    try:
        stored = _stored_axioms(folder, modules, places)
    except _Unread as error:
        unread = str(error)
    rows = [
        _row(
            name,
            place,
            kinds[name],
            answers[name][0],
            sorted({*answers[name][1], *stored.get(name, ())}),
            allowed_axioms,
        )
        for name, place in places.items()
    ]
    if unread is not None:
        rows += _types(lake, declared, allowed_axioms)
    progress("Audit", "", 2, 2)
    return LakeReport(version, tuple(rows), unread)


def _types(
    lake: _Lake, declared: Mapping[Name, Sequence[_Place]], allowed: Sequence[str]
) -> list[dict[str, Any]]:
    """Return a row for each type of the project that rests on a `sorry` or an axiom that is not
    allowed.

    A recursor speaks of every constructor of its type, so that Lean lists the axioms of them all.
    """
    once = {name: places[0] for name, places in declared.items() if len(places) == 1}
    types = {
        name: once[name]
        for name, kind in lake.kinds(once).items()
        if kind in ("structure", "class", "inductive")
    }
    recursors = lake.statements({(*name, "rec"): place for name, place in types.items()})
    rows = [
        _row(name, types[name], "type", statement, recursors[(*name, "rec")][1], allowed)
        for name, (statement, _) in lake.statements(types).items()
    ]
    return [
        {**row, "note": f"{row['note']}; so does what speaks of this type, whatever Lean lists"}
        for row in rows
        if not row["settled"]
    ]


def _row(
    name: Name,
    place: _Place,
    kind: str,
    statement: str,
    axioms: Sequence[str],
    allowed: Sequence[str],
) -> dict[str, Any]:
    forbidden = [axiom for axiom in axioms if axiom not in allowed]
    status, note = "proved", ""
    if show_name(SORRY) in axioms:
        status, note = "sorry", "it is, or rests on, a sorry"
    elif kind == "axiom":
        status, note = "axiom", "it is an axiom: nobody proved it"
    elif forbidden:
        status, note = (
            "axiom",
            f"it rests on {', '.join(forbidden)}, which the project does not allow",
        )
    theorem = show_name(name)
    return {
        "id": theorem,
        "statement": statement,
        "status": status,
        "theorem": theorem,
        "module": show_name(place.module),
        "file": place.file.as_posix(),
        "line": place.line,
        "axioms": list(axioms),
        "note": note,
        "settled": status == "proved",
    }


# ------------------------------------------------------------------------------ what lake has built
class _Unread(Exception):
    """The compiled files cannot be read here."""


def _stored_axioms(
    folder: Path, modules: Mapping[Name, tuple[Path, Path]], places: Mapping[Name, _Place]
) -> dict[Name, tuple[str, ...]]:
    """Return the axioms below each theorem in the compiled files.

    Raises:
        _Unread: if a file is not of a format that is known.
    """
    built = folder / _BUILT
    folders = [built / "lean", built, *sorted((folder / _PACKAGES).glob(f"*/{_BUILT}/lean"))]
    seen: set[Name] = set()
    ordered: list[Module] = []
    pending: list[Name | Module] = [place.module for place in places.values()]
    while pending:
        item = pending.pop()
        if isinstance(item, Module):
            ordered.append(item)
        elif item not in seen:
            seen.add(item)
            source = modules[item][1] if item in modules else Path(*map(str, item))
            module, imports = _compiled(item, source, folders)
            # It stands behind what it imports.
            pending += [module, *imports]
    try:
        environment = Environment.of(ordered)
        return {name: environment.axioms(name) for name in places}
    except HarnessError as error:
        raise _Unread(str(error)) from None


def _compiled(name: Name, source: Path, folders: Sequence[Path]) -> tuple[Module, Sequence[Name]]:
    """Return a module that lake has built, and what it imports."""
    stem = Path(*map(str, name))
    for folder in folders:
        olean = folder / stem.parent / f"{stem.name}.olean"
        if not olean.is_file():
            continue
        if olean.with_suffix(".olean.private").exists():
            raise _Unread(f"{show_name(name)} is of Lean's module system, whose files are not read")
        try:
            data = olean.read_bytes()
            imports = Olean(olean, data, Terms()).imports
        except (OSError, DamagedOlean) as error:
            raise _Unread(str(error)) from None
        digest = hashlib.sha256(data).hexdigest()
        shown = tuple(map(show_name, imports))
        ilean = olean.with_suffix(".ilean")
        return Module(show_name(name), source, "", "", shown, olean, digest, ilean, ()), imports
    raise _Unread(f"the compiled file of {show_name(name)} is not under the project's folder")


def _modules(folder: Path) -> dict[Name, tuple[Path, Path]]:
    """Return the project's modules, each with its .ilean file and its source; what has no source
    any more is left out.
    """
    sources: dict[Name, Path] = {}
    for parent, folders, files in os.walk(folder):
        folders[:] = sorted(name for name in folders if not name.startswith("."))
        for file in files:
            path = (Path(parent) / file).relative_to(folder)
            if path.suffix == ".lean":
                # A library may keep its modules in any folder of the project: `A.B` is a file that
                # ends in A/B.lean.
                parts = path.with_suffix("").parts
                for start in range(len(parts)):
                    known = sources.setdefault(parts[start:], path)
                    if len(path.parts) < len(known.parts):
                        sources[parts[start:]] = path
    modules = {}
    for ilean in sorted((folder / _BUILT).rglob("*.ilean")):
        name = parse_name(str(_read(ilean).get("module")))
        if name is not None and write_name(name) is not None and name in sources:
            modules[name] = ilean, sources[name]
    if not modules:
        raise LakeError(
            f"`lake build` left no compiled module in {folder / _BUILT}; "
            "give the package a library that is a default target and try again"
        )
    return modules


def _declarations(
    modules: Mapping[Name, tuple[Path, Path]],
) -> tuple[dict[Name, list[_Place]], dict[Name, _Place]]:
    """Return where the project declares what other modules can name, by file and line; and what is
    private, as its source calls it.
    """
    found: list[tuple[Path, int, Name, Name]] = []
    private: dict[Name, _Place] = {}
    for module, (ilean, source) in modules.items():
        try:
            for identifier, uses in _read(ilean)["references"].items():
                what, definition = json.loads(identifier).get("c"), uses["definition"]
                if what is None or definition is None:
                    continue
                # A field, a constructor or what stands under `where` has the declaration that it is
                # part of behind its place.
                part = len(definition) > 4 and definition[4] != what["n"]
                name = parse_name(what["n"])
                if part or name is None or name[-1] == "_example":
                    continue
                line = definition[0] + 1
                if (hidden := private_part(name)) is not None:
                    private[hidden] = _Place(module, source, line)
                elif write_name(name) is not None:
                    found.append((source, line, name, module))
                elif any("\n" in str(item) or "\r" in str(item) for item in name):
                    raise UsageError(
                        f"{source.as_posix()}:{line} declares {show_name(name)!r}, whose name holds "
                        "a line break, so that Lean cannot be asked about it; give it another name"
                    )
        except (LookupError, TypeError, AttributeError, ValueError) as error:
            raise _unreadable(ilean, error) from None
    declared: dict[Name, list[_Place]] = {}
    for source, line, name, module in sorted(found, key=lambda item: (item[0].parts, item[1])):
        declared.setdefault(name, []).append(_Place(module, source, line))
    return declared, private


def _choose(
    declared: Mapping[Name, Sequence[_Place]],
    private: Mapping[Name, _Place],
    theorems: Sequence[str] | None,
) -> dict[Name, _Place]:
    """Return where each theorem is that is to be reported; all that is declared if none are
    named.
    """
    wanted = (
        {name: show_name(name) for name in declared}
        if theorems is None
        else {parse_name(text): text for text in theorems}
    )
    chosen = {}
    for name, asked in wanted.items():
        if name is not None and name not in declared:
            hidden = private.get(private_part(name) or name)
            if hidden is not None:
                raise NotATheorem(
                    f"{asked} is private ({hidden.file.as_posix()}:{hidden.line}), so that Lean "
                    "cannot be asked about it from another file; take `private` away, or take it "
                    "out of 'theorems'"
                )
        if name is None or name not in declared:
            shown = list(map(show_name, declared))
            close = (
                difflib.get_close_matches(asked, shown, n=3)
                or [item for item in shown if item.rpartition(".")[2] == asked.rpartition(".")[2]][
                    :3
                ]
            )
            hint = f"; is it {' or '.join(close)}?" if close else ""
            raise UnknownTheorem(f"the project declares no theorem {asked}{hint}")
        if len(declared[name]) > 1:
            files = " and ".join(place.file.as_posix() for place in declared[name])
            raise UsageError(
                f"{asked} is declared in {files}, which can then not be imported together; "
                'name the theorems to report, in pyharness.toml: theorems = ["…"]'
            )
        chosen[name] = declared[name][0]
    return chosen


def _read(ilean: Path) -> dict[str, Any]:
    try:
        stored = json.loads(ilean.read_bytes())
    except (OSError, ValueError) as error:
        raise _unreadable(ilean, error) from None
    if not isinstance(stored, dict):
        raise _unreadable(ilean, "it is no JSON object")
    return stored


def _unreadable(ilean: Path, reason: object) -> LakeError:
    return LakeError(
        f"{ilean} cannot be used ({reason}); delete it and run again. "
        "If it stays so, the project's Lean writes its index in a way that this program does not know"
    )


# -------------------------------------------------------------------------------- lake and its Lean
@dataclass(frozen=True)
class _Lake:
    executable: str
    folder: Path

    @classmethod
    def find(cls, folder: Path) -> _Lake:
        """Return the `lake` on PATH, for the project in a folder."""
        missing = [
            file for file in ("lean-toolchain", "lakefile.toml") if not (folder / file).is_file()
        ]
        if (folder / "lakefile.lean").is_file():
            missing = [file for file in missing if file != "lakefile.toml"]
        if missing:
            raise UsageError(
                f"{folder} is no lake project: it has no {' and no '.join(missing)}; "
                "pass --lean-project the folder that holds lakefile.toml (or lakefile.lean) and lean-toolchain"
            )
        executable = shutil.which("lake")
        if executable is None:
            raise LeanMissing(
                "there is no `lake` on PATH; install Lean with elan (https://lean-lang.org/install), "
                "or run without --lean-project to use the Lean that pip installs with this program"
            )
        return cls(executable, folder)

    def version(self) -> str:
        """Return the version of the project's Lean.

        Raises:
            LakeError: if it is not what the project's `lean-toolchain` names.
        """
        done = self._lean("--version")
        found = _VERSION.search(done.stdout)
        if done.returncode or found is None:
            said = (done.stdout + done.stderr).splitlines()
            raise LakeError(
                f"`lake env lean --version` failed in {self.folder}:\n{_joined(said[-_TAIL:])}"
            )
        path = self.folder / "lean-toolchain"
        try:
            wanted = _PINNED_VERSION.fullmatch(path.read_text(encoding="utf-8").strip())
        except (OSError, UnicodeDecodeError) as error:
            raise UsageError(f"{path} cannot be read: {error}") from None
        if wanted is not None and wanted[1] != found[1]:
            raise LakeError(
                f"{path} names Lean {wanted[1]}, but `lake env lean` is Lean {found[1]}; install Lean with elan, "
                "which runs the one that is named, and see that ELAN_TOOLCHAIN is not set"
            )
        return found[1]

    def build(self, targets: Sequence[str], progress: Progress) -> None:
        """Run `lake build`.

        Raises:
            LakeError: if it fails; the message ends with the last lines of what it said.
        """
        progress("Build", "lake build", 0, 1)
        tail: deque[str] = deque(maxlen=_TAIL)
        with subprocess.Popen(
            [self.executable, "build", *targets],
            cwd=self.folder,
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            encoding="utf-8",
            errors="replace",
        ) as process:
            try:
                for line in process.stdout or ():
                    tail.append(line)
                    if step := _STEP.search(line):
                        progress("Build", step[3].strip(), int(step[1]), int(step[2]))
                process.wait()
            finally:
                process.kill()
        if process.returncode:
            raise LakeError(
                f"`lake build` failed in {self.folder} with status {process.returncode}:\n{_joined(tail)}"
            )
        progress("Build", "", 1, 1)

    def kinds(self, places: Mapping[Name, _Place]) -> dict[Name, str]:
        """Ask what kind of declaration each name is: "theorem", "axiom", "def" and so on."""
        # The kind is the first thing that is printed: the term behind it need not be printed whole.
        answers = self._ask(places, ["set_option pp.maxSteps 1 in #print {}"])
        kinds = {}
        for name, (answer,) in answers.items():
            kind = _KIND.match(answer)
            if kind is None:
                raise NoAnswer(
                    f"Lean did not say what kind of declaration {show_name(name)} is, but: {answer}"
                )
            kinds[name] = kind[1]
        return kinds

    def statements(self, places: Mapping[Name, _Place]) -> dict[Name, tuple[str, tuple[str, ...]]]:
        """Ask for each theorem's statement and axioms."""
        # Without `pp.privateNames` a private axiom of the project's could be shown under an allowed
        # one's name.
        answers = self._ask(
            places, ["#check {}", "set_option pp.privateNames true in #print axioms {}"]
        )
        return {
            name: (statement, read_axioms(axioms, name))
            for name, (statement, axioms) in answers.items()
        }

    def _ask(
        self, places: Mapping[Name, _Place], questions: Sequence[str]
    ) -> dict[Name, tuple[str, ...]]:
        """Ask Lean each question of each name, in a file outside the project."""
        modules = sorted({_written(place.module) for place in places.values()})
        commands = [question.format(write_name(name)) for name in places for question in questions]
        with tempfile.TemporaryDirectory(prefix="pyharness-") as temporary:
            source = Path(temporary) / "Audit.lean"
            source.write_text(write_questions(modules, commands), encoding="utf-8")
            answers = iter(
                read_answers(commands, self._lean("--json", str(source)), imports=len(modules))
            )
        return {name: tuple(next(answers) for _ in questions) for name in places}

    def _lean(self, *arguments: str) -> subprocess.CompletedProcess[str]:
        return subprocess.run(
            [self.executable, "env", "lean", *arguments],
            cwd=self.folder,
            stdin=subprocess.DEVNULL,
            capture_output=True,
            encoding="utf-8",
            errors="replace",
            check=False,
        )


def _written(module: Name) -> str:
    return (write_name(module) or "").removeprefix("_root_.")


def _joined(lines: Iterable[str]) -> str:
    return "\n".join(line.rstrip() for line in lines)
