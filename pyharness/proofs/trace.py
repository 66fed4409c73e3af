"""Reads a trace that LeanDojo recorded: which premises and tactics each theorem uses. Never whether
it is proved.
"""

from __future__ import annotations

import hashlib
import os
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path, PurePosixPath
from types import ModuleType
from typing import Any
from xml.etree import ElementTree

from pyharness.core.errors import HarnessError, UsageError
from pyharness.core.extras import install

__all__ = ["StaleTrace", "TracedTheorem", "read_trace"]

_RECORDED = Path(".lake", "build", "ir")
"""Where LeanDojo leaves `*.trace.xml`, a file each, beside what Lean's build tool writes."""


class StaleTrace(HarnessError):
    """A trace was recorded of another source than the one that is there."""


@dataclass(frozen=True)
class TracedTheorem:
    """What LeanDojo recorded of a theorem. Its proof may hold a `sorry`: no status follows from a
    trace.

    Attributes:
        name: its full name.
        file: its source, relative to the project.
        premises: the full names of the constants that its proof and statement mention, in order,
            each once.
        tactics: the tactics of its proof as they are written, in order; none for a proof term.
    """

    name: str
    file: PurePosixPath
    premises: tuple[str, ...]
    tactics: tuple[str, ...]


def read_trace(folder: Path) -> Mapping[str, TracedTheorem]:
    """Return the theorems of a traced project, by name.

    Args:
        folder: the project, with its sources and with what LeanDojo recorded of them under
            `.lake/build/ir`.

    Raises:
        UsageError: if nothing was recorded there, a record cannot be read, or lean-dojo is not
            installed.
        StaleTrace: if a source is not the one that was traced.
    """
    folder = folder.resolve()
    paths = sorted((folder / _RECORDED).rglob("*.trace.xml"))
    if not paths:
        raise UsageError(
            f"{folder} holds no trace; record one with LeanDojo's `trace`, which leaves it under "
            f"{_RECORDED.as_posix()}"
        )
    for path in paths:
        _require_fresh(folder, path)
    traced_data, theorem = _lean_dojo()
    found: dict[str, TracedTheorem] = {}
    for path in paths:
        # LeanDojo asserts what it expects of a file, and its parser raises errors of many kinds.
        try:
            # A theorem asks its file for a repository only to say where that is, which nobody here
            # wants to know.
            file = traced_data.TracedFile.from_xml(folder, path, None)
            for item in _theorems(file, traced_data, theorem):
                found[item.name] = item
        except Exception as error:
            raise UsageError(
                f"{path} cannot be read ({type(error).__name__}: {error}); record the trace again"
            ) from error
    return found


def _require_fresh(folder: Path, path: Path) -> None:
    """Compare the source with the digest (MD5, as LeanDojo takes it) that its trace was recorded
    with.
    """
    try:
        # Entities, which could read other files, can only be declared there.
        if b"<!DOCTYPE" in path.read_bytes():
            raise ElementTree.ParseError("it declares a document type")
        _, root = next(iter(ElementTree.iterparse(path, events=("start",))))
        source, digest = root.attrib["path"], root.attrib["md5"]
    except (OSError, StopIteration, KeyError, ElementTree.ParseError) as error:
        raise UsageError(f"{path} is no trace of LeanDojo's ({error}); record it again") from error
    if PurePosixPath(source).is_absolute() or ".." in PurePosixPath(source).parts:
        raise UsageError(f"{path} names the source {source}, which is outside the project")
    try:
        found = hashlib.md5((folder / source).read_bytes(), usedforsecurity=False).hexdigest()
    except OSError as error:
        raise StaleTrace(
            f"{path} was recorded of {source}, which cannot be read: {error.strerror}"
        ) from error
    if found != digest:
        raise StaleTrace(f"{source} changed since it was traced; record the trace again")


def _lean_dojo() -> tuple[ModuleType, type]:
    """Import lean-dojo, which otherwise logs in to GitHub with a token that it finds, and starts
    Ray for several processes.
    """
    with _environment(NUM_PROCS="1", GITHUB_ACCESS_TOKEN=""):
        try:
            from lean_dojo.data_extraction import traced_data
            from lean_dojo.data_extraction.lean import Theorem
        except ImportError as error:
            raise UsageError(
                f"reading a trace needs lean-dojo ({error}); {install('dojo')}"
            ) from error
    return traced_data, Theorem


@contextmanager
def _environment(**values: str) -> Iterator[None]:
    before = {name: os.environ.get(name) for name in values}
    os.environ.update(values)
    try:
        yield
    finally:
        for name, value in before.items():
            if value is None:
                del os.environ[name]
            else:
                os.environ[name] = value


def _theorems(file: Any, traced_data: ModuleType, theorem: type) -> Iterator[TracedTheorem]:
    kinds = (
        traced_data.CommandTheoremNode,
        traced_data.LemmaNode,
        traced_data.MathlibTacticLemmaNode,
    )
    nodes: list[Any] = []

    def take(node: Any, _: object) -> bool:
        """Keep a theorem, and say that nothing inside it is looked for."""
        found = isinstance(node, kinds)
        if found:
            nodes.append(node)
        return found

    file.traverse_preorder(take)
    for node in nodes:
        traced = traced_data.TracedTheorem(
            file.root_dir, theorem(None, file.path, node.full_name), node, file.comments, file
        )
        yield TracedTheorem(
            name=node.full_name,
            file=PurePosixPath(file.path.as_posix()),
            premises=tuple(dict.fromkeys(traced.get_premise_full_names())),
            tactics=tuple(tactic.tactic for tactic in traced.get_traced_tactics()),
        )
