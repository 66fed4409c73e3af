"""Declarations as a project's Lean files have them, documentation and proof included."""

from __future__ import annotations

import hashlib
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from pyharness.certificate.check import source_bytes
from pyharness.core.errors import DocumentError
from pyharness.kernel.certificate import views

__all__ = ["Excerpt", "LeanSource"]

LINES = 60
"""Lines of a declaration that are shown."""


@dataclass(frozen=True)
class Excerpt:
    """A declaration's text.

    Attributes:
        text: what the file has; empty if it is not shown.
        line: where the text begins, from 1.
        more: how many more lines the declaration has.
        why: why the text is not shown; empty if it is.
    """

    text: str = ""
    line: int = 0
    more: int = 0
    why: str = ""


@dataclass(frozen=True)
class LeanSource:
    """The Lean files of a project's folder, as far as they are those that a certificate names."""

    root: Path
    certificate: Mapping[str, Any]
    _lines: dict[str, list[str] | str] = field(default_factory=dict, repr=False)

    def declaration(self, file: str, line: int) -> Excerpt:
        """Return the declaration whose name stands on a line of a file; without its text if the
        file is another.
        """
        if file not in self._lines:
            self._lines[file] = self._read(file)
        lines = self._lines[file]
        return Excerpt(why=lines) if isinstance(lines, str) else excerpt(lines, line)

    def _read(self, file: str) -> list[str] | str:
        why = f"{file} is no file that the certificate names"
        for view in views(self.certificate):
            modules = view.certificate["lean"]["modules"]
            for digest in (module["sha256"] for module in modules if module["file"] == file):
                try:
                    data = source_bytes(view.certificate, file, self.root)
                except DocumentError as error:
                    why = str(error)
                    continue
                if hashlib.sha256(data).hexdigest() == digest:
                    return data.decode("utf-8", "replace").splitlines()
                why = f"{file} is not the file that the certificate names: its SHA-256 differs"
        return why


def excerpt(lines: list[str], line: int) -> Excerpt:
    """Return the declaration at a line, from 1: with the documentation and attributes above it, to
    the next one at the margin.
    """
    if line > len(lines):
        return Excerpt(why=f"there is no line {line}")
    last = line - 1
    first = _beginning(lines, last)
    while last + 1 < len(lines) and (
        not lines[last + 1].strip() or lines[last + 1][0] in " \t|)}⟩"
    ):
        last += 1
    while last >= line and not lines[last].strip():
        last -= 1
    text = lines[first : last + 1]
    return Excerpt("\n".join(text[:LINES]), first + 1, max(0, len(text) - LINES))


def _beginning(lines: list[str], first: int) -> int:
    """The line where a declaration begins, from 0: above its name stand attributes, options and its
    documentation.
    """
    while first > 0:
        above = lines[first - 1]
        if above.startswith(("@[", "set_option ")):
            first -= 1
        elif above.rstrip().endswith("-/"):
            opening = next(
                (number for number in range(first - 1, -1, -1) if lines[number].startswith("/-")),
                None,
            )
            if opening is None or not lines[opening].startswith("/--"):
                break
            first = opening
        else:
            break
    return first
