"""A new project: its files, made from the folder's name, from an export of theorems, or beside the
theorems of a lake project.
"""

from __future__ import annotations

import json
import keyword
import re
import shutil
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from pathlib import Path
from types import MappingProxyType
from typing import NamedTuple

from pyharness import __version__
from pyharness.core.errors import UsageError
from pyharness.proofs.library import NAME as LIBRARY

__all__ = ["Scaffold", "Theorem", "plan", "plan_export", "plan_lake"]

_TEMPLATES = Path(__file__).with_name("templates")

_FILES = {
    "pyharness.toml": "what the project consists of",
    "ProjectName.lean": "a definition, a theorem and an example in Lean",
    "project_name_claims.py": "a true claim, a false one, and their evidence",
    "test_project_name.py": "tests of the evidence's functions",
    "README.md": "what each file is, and how to add a claim",
    ".gitignore": "",
    ".github/workflows/gate.yml": "a CI workflow that verifies every change",
}
"""What each file is, in words, by its path."""

_EXPORT_FILES = {
    "pyharness.toml": "what the project consists of",
    "project_name_claims.py": "a claim for each theorem, for you to complete",
    "README.md": "what each file is, and how to complete a claim",
    ".gitignore": "",
    ".github/workflows/gate.yml": "a CI workflow that verifies every change",
}
"""The same, of a project whose proofs are an export."""

_LAKE_FILES = {
    "pyharness.toml": "the claims' packs, and where the proofs come from",
    "project_name_claims.py": "a claim for each theorem, for you to complete",
}
"""The same, of a project that lake builds, which has the other files."""

_EXPORT = """\
# The theorems with all that they rest on, in lean4export's format: plain, gzip, xz or zstd.
export = {}"""
_LAKE = """\
# The folder of the project that lake builds. From there the theorems are exported by the leanexport
# of its own Lean, or by lean4export: exporter = "…/lean4export/.lake/build/bin/lean4export".
lake = "."\
"""

_PINS = "certificates/statements.lock.json"

_SEPARATORS = re.compile(r"[-_. ]+")
_SORTS = {"Prop", "Sort", "Type"}
"""Words in CamelCase that Lean does not take as a name."""


@dataclass(frozen=True)
class Scaffold:
    """The files of a new project, not written yet.

    Attributes:
        folder: the project's folder.
        root: the name of the project and of its Lean root.
        pack: the Python module that declares its claims.
        files: the text of each file, by its path in the folder.
        copied: files that are copied to the folder, by their paths there.
        described: what each file is, in words; those that go without saying are left out.
    """

    folder: Path
    root: str
    pack: str
    files: Mapping[str, str]
    described: Mapping[str, str]
    copied: Mapping[str, Path] = field(default_factory=dict)

    def write(self) -> None:
        """Write the files.

        Raises:
            UsageError: if one cannot be written.
        """
        for name in (*self.copied, *self.files):
            path = self.folder / name
            try:
                path.parent.mkdir(parents=True, exist_ok=True)
                if name in self.copied:
                    with self.copied[name].open("rb") as source, path.open("xb") as copy:
                        shutil.copyfileobj(source, copy)
                else:
                    with path.open("x", encoding="utf-8") as file:
                        file.write(self.files[name])
            except OSError as error:
                raise UsageError(f"{path} cannot be written: {error.strerror}") from error


class Theorem(NamedTuple):
    """A theorem that was proved elsewhere: its full name and what it states, as text."""

    name: str
    statement: str


def plan(folder: Path) -> Scaffold:
    """Return the files of a new project in a folder, named after it.

    Args:
        folder: where the project is to be; it need not be there yet.

    Raises:
        UsageError: if the folder's name gives no name of modules, or the folder has one of the
            files already.
    """
    root, name = _names(folder.resolve().name)
    return _planned(folder, root, name, _FILES, {})


def plan_export(
    folder: Path, export: Path, theorems: Sequence[Theorem], *, axioms: Sequence[str], lean: bool
) -> Scaffold:
    """Return the files of a new project in a folder whose proofs are an export.

    An export that does not lie in the folder is copied to its folder `proofs`.

    Args:
        folder: as for `plan`.
        export: the file.
        theorems: those that get a claim.
        axioms: those that a proof may rest on.
        lean: whether the kernel of the Lean that comes with the harness can check the proofs here.

    Raises:
        UsageError: as `plan`.
    """
    root, name = _names(folder.resolve().name)
    inside = export.resolve().is_relative_to(folder.resolve())
    place = (
        export.resolve().relative_to(folder.resolve()).as_posix()
        if inside
        else f"proofs/{export.name}"
    )
    quoted = json.dumps(place, ensure_ascii=False)
    words = {
        "PROOFS_SOURCE": _EXPORT.format(quoted),
        "EXPORT_FILE": place,
        **_policy(axioms, lean),
    }
    planned = _planned(folder, root, name, _EXPORT_FILES, words, {} if inside else {place: export})
    gate, tests = ".github/workflows/gate.yml", "      - name: Test\n"
    # There are no functions yet that tests could be of.
    files = {**planned.files, gate: planned.files[gate].partition(tests)[0]}
    return _with_claims(replace(planned, files=files), theorems)


def plan_lake(
    folder: Path, theorems: Sequence[Theorem], *, axioms: Sequence[str], lean: bool
) -> Scaffold:
    """Return the files that make a lake project one whose theorems have claims.

    Args:
        folder: the lake project's.
        theorems: those that get a claim.
        axioms: those that a proof may rest on.
        lean: as for `plan_export`.

    Raises:
        UsageError: as `plan`.
    """
    root, name = _names(folder.resolve().name)
    words = {"PROOFS_SOURCE": _LAKE, **_policy(axioms, lean)}
    return _with_claims(_planned(folder, root, name, _LAKE_FILES, words), theorems)


def _policy(axioms: Sequence[str], lean: bool) -> dict[str, str]:
    return {
        "ALLOWED_AXIOMS": json.dumps(list(axioms), ensure_ascii=False),
        "CHECKERS": '["lean"]' if lean else "[]",
    }


def _with_claims(planned: Scaffold, theorems: Sequence[Theorem]) -> Scaffold:
    """Add a claim for each theorem to the planned pack."""
    pack = f"{planned.pack}.py"
    text = planned.files[pack] + "".join(_claims(theorems))
    return replace(planned, files={**planned.files, pack: text})


def _planned(
    folder: Path,
    root: str,
    name: str,
    files: Mapping[str, str],
    words: Mapping[str, str],
    copied: Mapping[str, Path] = MappingProxyType({}),
) -> Scaffold:
    words = {
        "ProjectName": root,
        "project_name": name,
        "PYHARNESS_VERSION": __version__,
        **words,
    }

    def named(text: str) -> str:
        # In one go: what a word stands for may hold another.
        return re.sub("|".join(words), lambda found: words[found[0]], text)

    templates = _TEMPLATES if files is _FILES else _TEMPLATES / "export"
    texts = {named(path): named(_template(path, templates)) for path in files}
    if folder.exists() and not folder.is_dir():
        raise UsageError(f"{folder.resolve()} is a file; name a folder for the project")
    if there := [path for path in (*texts, *copied, _PINS) if (folder / path).exists()]:
        raise UsageError(
            f"{folder.resolve()} already has {', '.join(there)}. Nothing was written: name another folder, or "
            "move these away"
        )
    described = {named(path): words for path, words in files.items() if words}
    return Scaffold(folder, root, f"{name}_claims", texts, described, copied)


def _template(path: str, templates: Path) -> str:
    """Return a template; what is the same for all projects is there once."""
    name = Path(path).name.removeprefix(".")
    own = templates / name
    return (own if own.is_file() else _TEMPLATES / name).read_text(encoding="utf-8")


def _claims(theorems: Sequence[Theorem]) -> Iterator[str]:
    """Yield the text of a claim for each theorem."""
    taken: set[str] = set()
    for theorem in theorems:
        name = _claim_id(theorem.name, taken)
        function = re.sub(r"\W", "_", name)
        if function[0].isdigit() or keyword.iskeyword(function):
            function = f"claim_{function}"
        quoted = json.dumps(theorem.statement, ensure_ascii=False)
        yield (
            f"\n\n@claim(\n    {json.dumps(name)},\n"
            f"    statement={quoted},  # Say it in plain words.\n"
            f"    source=PAPER,\n    theorem={json.dumps(theorem.name, ensure_ascii=False)},\n"
            '    tier="none",  # What it must reach once there is evidence, such as "gold".\n)\n'
            f"def {function}(run: Run) -> Iterator[Evidence]:\n"
            '    """Gather no evidence yet."""\n    yield from ()\n'
        )


def _claim_id(theorem: str, taken: set[str]) -> str:
    """Return an id for the claim of a theorem, and take it."""
    words = re.sub(r"(?<=[a-z0-9])(?=[A-Z])", "-", theorem).lower()
    parts = [re.sub(r"[^a-z0-9]+", "-", part).strip("-") for part in words.split(".")]
    found = plain = ".".join(filter(None, parts[-2:])) or "claim"
    number = 1
    while found in taken:
        number += 1
        found = f"{plain}-{number}"
    taken.add(found)
    return found


def _names(folder: str) -> tuple[str, str]:
    """Return the names of a project's Lean root and, in lower case, of its Python modules."""
    words = [word for word in _SEPARATORS.split(folder) if word]
    root = "".join(word[0].upper() + word[1:] for word in words)
    why = ""
    if not re.fullmatch(r"[A-Za-z][A-Za-z0-9]*", root):
        why = (
            "the modules of a project are named after its folder, by letters from A to Z and "
            "digits, a letter first; words may be separated by '-', '_', '.' or a space"
        )
    elif root in _SORTS:
        why = f"{root} is a word of Lean's own"
    elif root.lower() == LIBRARY.lower():
        why = f"{LIBRARY} is the library that comes with pyharness"
    if why:
        raise UsageError(
            f"a folder called {folder!r} cannot name a project: {why}; choose another name, such as "
            "my-project"
        )
    separated = re.sub(r"(?<=[a-z0-9])(?=[A-Z])", "_", "_".join(words))
    return root, separated.lower()
