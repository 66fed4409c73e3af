"""Runs `lake` in a Lean project of one's own, and reads from what it built where the project
declares what.
"""

from __future__ import annotations

import json
import os
import re
import shutil
import subprocess
import tempfile
from collections import deque
from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from pyharness.core.errors import UsageError
from pyharness.core.progress import Progress
from pyharness.core.text import did_you_mean
from pyharness.proofs.audit import NotATheorem, UnknownTheorem
from pyharness.proofs.names import Name, parse_name, private_part, show_name, write_name
from pyharness.proofs.questions import NoAnswer, read_answers, write_questions
from pyharness.proofs.toolchain import LeanError, LeanMissing

__all__ = [
    "BUILT",
    "Declared",
    "Lake",
    "LakeError",
    "Place",
    "Stated",
    "declarations",
    "joined",
    "list_theorems",
    "modules",
    "read_statements",
    "require_lake_project",
]

BUILT = Path(".lake", "build", "lib")
"""Where lake leaves what Lean compiled."""

_TAIL = 40
"""How many of lake's last lines an error shows."""

_STEP = re.compile(r"\[(\d+)/(\d+)\] ([\w .:«»+-]+)")
_VERSION = re.compile(r"Lean \(version ([^\s,)]+)(?:.*\bcommit ([0-9a-f]+))?")
_PINNED_VERSION = re.compile(r"(?:\S*:)?v?(\d+\.\d+\.\d+\S*)")
_KIND = re.compile(
    r"(?:@\[[^\]]*\]\s*)*(unsafe )?(?:[a-z]+ )*?(theorem|axiom|def|abbrev|instance|opaque|constructor|recursor|"
    r"(?:co)?inductive|structure|class|Quotient primitive)\s"
)

_UNFETCHED = re.compile(
    r"could not resolve (?:host|proxy)|unable to access '|name resolution|network is unreachable|"
    r"(?:failed|could not|couldn't) (?:to )?connect|connection (?:timed out|refused)|curl: \(\d+\)|"
    r"external command [`']?git[`']? exited with code|could not materialize package|"
    r"could not fetch package|package not found on reservoir",
    re.IGNORECASE,
)
"""What git, curl and lake say where a package cannot be fetched."""
_UNINSTALLED = re.compile(
    r"toolchain '[^']*' is not installed|could not download|failed to download", re.IGNORECASE
)
"""What elan says where a toolchain cannot be had."""
_UNLISTED = re.compile(r"error: .*use `(lake update[^`]*)`")
"""What lake says where its manifest does not list what the lakefile requires."""


class LakeError(LeanError):
    """Lake or its Lean cannot do what is asked, or is not the one that the project names."""


@dataclass(frozen=True)
class Place:
    """Where something is declared.

    Attributes:
        module: the module.
        file: its source, relative to the project.
        line: the line of the name, from 1.
    """

    module: Name
    file: Path
    line: int


@dataclass(frozen=True)
class Declared:
    """What the modules of a project declare, by their sources.

    Attributes:
        public: what other modules can name, in the order of files and lines.
        private: what they cannot, by its whole name.
        users: by its whole name, what the sources of other declarations mention of a declaration.
    """

    public: Mapping[Name, Sequence[Place]]
    private: Mapping[Name, Place]
    users: Mapping[Name, frozenset[Name]]

    def choose(self, theorems: Iterable[str]) -> dict[Name, Place]:
        """Return where each of some theorems is, by their full names.

        Raises:
            UnknownTheorem: if no module declares one; the message names what is close.
            NotATheorem: if one is private.
            UsageError: if two modules declare one.
        """
        chosen = {}
        for asked in theorems:
            name = parse_name(asked)
            if name is None or name not in self.public:
                self._require_public(name, asked)
                raise UnknownTheorem(
                    f"the project declares no theorem {asked}{did_you_mean(asked, map(show_name, self.public))}",
                    asked,
                )
            if len(self.public[name]) > 1:
                files = " and ".join(place.file.as_posix() for place in self.public[name])
                raise UsageError(
                    f"{asked} is declared in {files}, which can then not be imported together; "
                    "give it another name in one of them"
                )
            chosen[name] = self.public[name][0]
        return chosen

    def built_on(self, names: Collection[Name]) -> dict[Name, Place]:
        """Return what other modules can name of all whose sources mention some declarations,
        directly or through others, sorted by name.
        """
        pending = list(names)
        seen = set(pending)
        while pending:
            new = self.users.get(pending.pop(), frozenset()) - seen
            seen |= new
            pending += new
        return {
            name: self.public[name][0]
            for name in sorted(seen.difference(names), key=show_name)
            if len(self.public.get(name, ())) == 1
        }

    def _require_public(self, name: Name | None, asked: str) -> None:
        if name is None:
            return
        wanted = private_part(name) or name
        for whole, place in self.private.items():
            if private_part(whole) == wanted:
                raise NotATheorem(
                    f"{asked} is private ({place.file.as_posix()}:{place.line}), so that Lean "
                    "cannot be asked about it from another file; take `private` away (in a file "
                    "that begins with `module`, write `public theorem`), or do not name it",
                    asked,
                )


def require_lake_project(folder: Path) -> None:
    """Require that a folder holds a lake project.

    Raises:
        UsageError: if it does not.
    """
    missing = [
        file for file in ("lean-toolchain", "lakefile.toml") if not (folder / file).is_file()
    ]
    if (folder / "lakefile.lean").is_file():
        missing = [file for file in missing if file != "lakefile.toml"]
    if missing:
        raise UsageError(
            f"{folder} is no lake project: it has no {' and no '.join(missing)}; "
            "name the folder that holds lakefile.toml (or lakefile.lean) and lean-toolchain"
        )


# ----------------------------------------------------------------------------- a project's theorems
def list_theorems(
    folder: Path, *, allowed_axioms: Collection[str], progress: Progress
) -> list[str]:
    """Build a lake project, and return every theorem that its sources declare and other modules can
    name, and every axiom that is not allowed, in the order of files and lines.

    What is private, made by a macro or part of another declaration is not listed, nor is an unsafe
    axiom, on which no proof can rest.

    Raises:
        UsageError: if the folder is no lake project, it declares no theorem, or two modules declare
            one name.
        LeanMissing, LakeError, NoAnswer: as the methods of `Lake`.
    """
    lake, declared = _built(folder, progress)
    kinds = lake.kinds(declared.choose(map(show_name, declared.public)))
    found = [
        show_name(name)
        for name, kind in kinds.items()
        if kind == "theorem" or (kind == "axiom" and show_name(name) not in allowed_axioms)
    ]
    if not found:
        raise UsageError(f"there is no theorem to report in {folder}")
    return found


@dataclass(frozen=True)
class Stated:
    """Theorems of a lake project.

    Attributes:
        statements: what each states, as Lean prints it, by its full name.
        left_out: names that are of none.
    """

    statements: Mapping[str, str]
    left_out: tuple[str, ...]


def read_statements(
    folder: Path, names: Sequence[str], *, leave_out: bool, progress: Progress
) -> Stated:
    """Build a lake project, and return what theorems of its sources state.

    Args:
        folder: the project's.
        names: their full names.
        leave_out: whether a name that is of no theorem is left out; it is an error otherwise.
        progress: told what is done.

    Raises:
        UsageError: if the folder is no lake project, no theorem is left, or two modules declare
            one.
        UnknownTheorem: if no module declares a theorem.
        NotATheorem: if one is private, or something else.
        LeanMissing, LakeError, NoAnswer: as the methods of `Lake`.
    """
    lake, declared = _built(folder, progress)
    places = declared.choose(
        name for name in names if not leave_out or parse_name(name) in declared.public
    )
    kinds = lake.kinds(places)
    if leave_out:
        places = {name: place for name, place in places.items() if kinds[name] == "theorem"}
    for name in places:
        if kinds[name] not in ("theorem", "axiom"):
            raise NotATheorem(
                f"{show_name(name)} is of kind {kinds[name]!r}, not a theorem", show_name(name)
            )
    if not places:
        raise UsageError(f"none of the {len(names):,} names is of a theorem that {folder} declares")
    answers = lake.ask(places, ["#check {}"])
    return Stated(
        {show_name(name): statement for name, (statement,) in answers.items()},
        tuple(name for name in names if parse_name(name) not in places),
    )


def _built(folder: Path, progress: Progress) -> tuple[Lake, Declared]:
    """Have lake build a project, and return what its modules declare."""
    lake = Lake.find(folder)
    progress("Lean", "checking the toolchain", 0, 1)
    lake.version()
    progress("Lean", "", 1, 1)
    lake.build((), progress)
    built = modules(folder)
    # The first build left alone what is no default target: what lies there of that may be older
    # than its source.
    lake.build_modules(built, progress)
    return lake, declarations(modules(folder))


# ------------------------------------------------------------------------------ what lake has built
def modules(folder: Path) -> dict[Name, tuple[Path, Path]]:
    """Return the project's modules that lake has built, each with its .ilean file and its source;
    what has no source any more is left out.

    Raises:
        LakeError: if there are none, or an .ilean file cannot be read.
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
    found = {}
    for ilean in sorted((folder / BUILT).rglob("*.ilean")):
        name = parse_name(str(_read(ilean).get("module")))
        if name is not None and write_name(name) is not None and name in sources:
            found[name] = ilean, sources[name]
    if not found:
        raise LakeError(
            f"`lake build` left no compiled module in {folder / BUILT}; "
            "give the package a library that is a default target and try again"
        )
    return found


def declarations(found: Mapping[Name, tuple[Path, Path]]) -> Declared:
    """Return what modules declare, by their .ilean files and sources.

    Raises:
        LakeError: if an .ilean file cannot be read.
        UsageError: if a name holds a line break.
    """
    public: list[tuple[Path, int, Name, Name]] = []
    private: dict[Name, Place] = {}
    users: dict[Name, set[Name]] = {}
    for module, (ilean, source) in found.items():
        try:
            for identifier, uses in _read(ilean)["references"].items():
                what, definition = json.loads(identifier).get("c"), uses["definition"]
                name = None if what is None else parse_name(what["n"])
                if name is None:
                    continue
                mentions = (parse_name(str(use[4])) for use in uses["usages"] if len(use) > 4)
                users.setdefault(name, set()).update(user for user in mentions if user is not None)
                # A field, a constructor or what stands under `where` has the declaration that it is
                # part of behind its place.
                part = definition is None or (len(definition) > 4 and definition[4] != what["n"])
                if part or name[-1] == "_example":
                    continue
                line = definition[0] + 1
                if private_part(name) is not None:
                    private[name] = Place(module, source, line)
                elif write_name(name) is not None:
                    public.append((source, line, name, module))
                elif any("\n" in str(item) or "\r" in str(item) for item in name):
                    raise UsageError(
                        f"{source.as_posix()}:{line} declares {show_name(name)!r}, whose name holds "
                        "a line break, so that Lean cannot be asked about it; give it another name"
                    )
        except (LookupError, TypeError, AttributeError, ValueError) as error:
            raise _unreadable(ilean, error) from None
    ordered: dict[Name, list[Place]] = {}
    for source, line, name, module in sorted(public, key=lambda item: (item[0].parts, item[1])):
        ordered.setdefault(name, []).append(Place(module, source, line))
    return Declared(
        ordered, private, {name: frozenset(mentioning) for name, mentioning in users.items()}
    )


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
class Lake:
    """The `lake` on PATH, for the project in a folder."""

    executable: str
    folder: Path

    @classmethod
    def find(cls, folder: Path) -> Lake:
        """Return the `lake` on PATH, for the project in a folder.

        Raises:
            UsageError: if the folder holds no lake project.
            LeanMissing: if there is no `lake`.
        """
        require_lake_project(folder)
        executable = shutil.which("lake")
        if executable is None:
            raise LeanMissing(
                "there is no `lake` on PATH; install Lean with elan (https://lean-lang.org/install), "
                "which brings it"
            )
        return cls(executable, folder)

    def version(self) -> tuple[str, str]:
        """Return the version of the project's Lean, such as "4.35.0", and the first digits of the
        commit that it was built from, as far as it tells.

        Raises:
            LakeError: if it is not what the project's `lean-toolchain` names, or does not run.
        """
        said = self.output("lean", "--version")
        found = _VERSION.search(said)
        if found is None:
            raise LakeError(
                f"`lake env lean --version` in {self.folder} names no version, but says:\n{said}"
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
        return found[1], found[2] or ""

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
            raise self.failed("lake build", process.returncode, tail)
        progress("Build", "", 1, 1)

    def build_modules(self, names: Iterable[Name], progress: Progress) -> None:
        """Run `lake build` for some modules.

        Raises:
            LakeError: as `build`.
        """
        self.build([f"+{show_name(module)}" for module in names], progress)

    def output(self, *command: str) -> str:
        """Return what a program prints under `lake env`, where Lean finds what was built.

        Raises:
            LakeError: if it fails.
        """
        done = self.run(*command)
        if done.returncode:
            said = (done.stdout + done.stderr).splitlines()[-_TAIL:]
            raise self.failed(f"lake env {' '.join(command)}", done.returncode, said)
        return done.stdout

    def run(self, *command: str) -> subprocess.CompletedProcess[str]:
        """Run a program under `lake env`, to its end."""
        return subprocess.run(
            [self.executable, "env", *command],
            cwd=self.folder,
            stdin=subprocess.DEVNULL,
            capture_output=True,
            encoding="utf-8",
            errors="replace",
            check=False,
        )

    def failed(self, command: str, status: int, said: Iterable[str]) -> LakeError:
        """Return the error for a command of lake's that failed, with what to do where what it said
        is known.
        """
        text = joined(said)
        reason = ""
        if _UNINSTALLED.search(text):
            reason = (
                "; the Lean that lean-toolchain names is not installed and could not be fetched: "
                f"with a connection to the internet, run `elan toolchain install` in {self.folder}, "
                "with what lean-toolchain says"
            )
        elif _UNFETCHED.search(text):
            reason = (
                "; it could not fetch a package that the project needs: with a connection to the "
                f"internet, run `lake build` in {self.folder} once (with Mathlib, "
                "`lake exe cache get` before it)"
            )
        elif (unlisted := _UNLISTED.search(text)) is not None:
            reason = (
                "; lake-manifest.json does not list what the lakefile requires: run "
                f"`{unlisted[1]}` in {self.folder}, with a connection to the internet"
            )
        return LakeError(
            f"`{command}` failed in {self.folder} with status {status}{reason}:\n{text}"
        )

    def kinds(self, places: Mapping[Name, Place]) -> dict[Name, str]:
        """Ask Lean what kind of declaration each name is: "theorem", "axiom", "unsafe axiom", "def"
        and so on.

        Raises:
            NoAnswer: if Lean answers unexpectedly.
        """
        # The kind is the first thing that is printed: the term behind it need not be printed whole.
        answers = self.ask(places, ["set_option pp.maxSteps 1 in #print {}"])
        kinds = {}
        for name, (answer,) in answers.items():
            kind = _KIND.match(answer)
            if kind is None:
                raise NoAnswer(
                    f"Lean did not say what kind of declaration {show_name(name)} is, but: {answer}"
                )
            kinds[name] = (kind[1] or "") + kind[2]
        return kinds

    def ask(
        self, places: Mapping[Name, Place], questions: Sequence[str]
    ) -> dict[Name, tuple[str, ...]]:
        """Ask Lean each question of each name, such as `#check {}`, in a file outside the project.

        Raises:
            NoAnswer: if Lean answers unexpectedly.
        """
        imports = sorted({_written(place.module) for place in places.values()})
        commands = [question.format(write_name(name)) for name in places for question in questions]
        with tempfile.TemporaryDirectory(prefix="pyharness-") as temporary:
            source = Path(temporary) / "Audit.lean"
            source.write_text(write_questions(imports, commands), encoding="utf-8")
            answers = iter(
                read_answers(
                    commands, self.run("lean", "--json", str(source)), imports=len(imports)
                )
            )
        return {name: tuple(next(answers) for _ in questions) for name in places}


def _written(module: Name) -> str:
    return (write_name(module) or "").removeprefix("_root_.")


def joined(lines: Iterable[str]) -> str:
    """Return lines as one text, without the blanks at their ends."""
    return "\n".join(line.rstrip() for line in lines)
