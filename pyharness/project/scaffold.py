"""A new project: its files, made from the folder's name."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

from pyharness import __version__
from pyharness.core.errors import UsageError
from pyharness.proofs.library import NAME as LIBRARY

__all__ = ["Scaffold", "plan"]

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
        described: what each file is, in words; those that go without saying are left out.
    """

    folder: Path
    root: str
    pack: str
    files: Mapping[str, str]
    described: Mapping[str, str]

    def write(self) -> None:
        """Write the files.

        Raises:
            UsageError: if one cannot be written.
        """
        for name, text in self.files.items():
            path = self.folder / name
            try:
                path.parent.mkdir(parents=True, exist_ok=True)
                with path.open("x", encoding="utf-8") as file:
                    file.write(text)
            except OSError as error:
                raise UsageError(f"{path} cannot be written: {error.strerror}") from error


def plan(folder: Path) -> Scaffold:
    """Return the files of a new project in a folder, named after it.

    Args:
        folder: where the project is to be; it need not be there yet.

    Raises:
        UsageError: if the folder's name gives no name of modules, or the folder has one of the
            files already.
    """
    root, name = _names(folder.resolve().name)
    words = {"ProjectName": root, "project_name": name, "PYHARNESS_VERSION": __version__}

    def named(text: str) -> str:
        for word, meant in words.items():
            text = text.replace(word, meant)
        return text

    files = {
        named(path): named((_TEMPLATES / _template(path)).read_text(encoding="utf-8"))
        for path in _FILES
    }
    if folder.exists() and not folder.is_dir():
        raise UsageError(f"{folder.resolve()} is a file; name a folder for the project")
    if there := [path for path in (*files, _PINS) if (folder / path).exists()]:
        raise UsageError(
            f"{folder.resolve()} already has {', '.join(there)}. Nothing was written: name another folder, or "
            "move these away"
        )
    described = {named(path): words for path, words in _FILES.items() if words}
    return Scaffold(folder, root, f"{name}_claims", files, described)


def _template(path: str) -> str:
    return Path(path).name.removeprefix(".")


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
