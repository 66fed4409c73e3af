"""A folder of pages, written whole or not at all, over nothing but an earlier report."""

from __future__ import annotations

import json
import os
import re
import shutil
from collections.abc import Mapping
from hashlib import sha256
from pathlib import Path

from pyharness.core.errors import HarnessError, UsageError
from pyharness.core.files import draft_of, read_regular

__all__ = ["MARKER", "SiteError", "file_name", "write_site"]

MARKER = ".pyharness-report.json"
"""The file in a report's folder that lists what the report wrote there."""

_PLAIN = re.compile(r"[a-z0-9]+(?:[._-][a-z0-9]+)*")
_RESERVED = re.compile(r"(?:con|prn|aux|nul|com[0-9]|lpt[0-9])(?:\.|$)")
_LONGEST = 100


class SiteError(HarnessError):
    """A folder that the report cannot be written to; nothing there was changed."""


def file_name(name: str) -> str:
    """Return the name of a page's file for what has this name.

    Different names give different files, on file systems that do not tell capitals from small
    letters too, and no name leaves its folder: `relu.idem` → `relu.idem.html`, `Nat.Add` →
    `nat.add--b96d….html`.
    """
    if len(name) <= _LONGEST and _PLAIN.fullmatch(name) and not _RESERVED.match(name):
        return f"{name}.html"
    readable = re.sub(
        r"[^a-z0-9_]+", lambda found: "." if "." in found[0] else "-", name.lower()[:_LONGEST]
    ).strip(".-")
    # Two hyphens are in no plain name, so the two kinds of files do not meet.
    return f"{readable or 'page'}--{sha256(name.encode()).hexdigest()[:16]}.html"


def write_site(files: Mapping[str, bytes], folder: Path) -> None:
    """Write a report's files to a folder, whole or not at all.

    They are written beside it and then take its place. A folder that is there must be empty, or
    hold an earlier report and nothing else.

    Args:
        files: each file's bytes by its path in the folder, with forward slashes.
        folder: where to; it and its parents are made if need be.

    Raises:
        UsageError: if the folder holds anything that no report wrote.
        SiteError: if it cannot be written.
    """
    folder = Path(os.path.realpath(folder))
    _require_ours(folder)
    draft = draft_of(folder)
    marker = json.dumps({"files": sorted(files)}, indent=1) + "\n"
    try:
        try:
            for name, data in {**files, MARKER: marker.encode()}.items():
                path = draft / name
                path.parent.mkdir(parents=True, exist_ok=True)
                path.write_bytes(data)
            _swap(draft, folder)
        finally:
            shutil.rmtree(draft, ignore_errors=True)
    except OSError as error:
        raise SiteError(
            f"cannot write {folder}: {error.strerror or error}; what was there is as it was; "
            "make room or give a folder that can be written"
        ) from error


def _swap(draft: Path, folder: Path) -> None:
    if not folder.exists():
        draft.rename(folder)
        return
    old = folder.with_name(f"{draft.name}.old")
    folder.rename(old)
    try:
        draft.rename(folder)
    except OSError:
        old.rename(folder)
        raise
    shutil.rmtree(old)


def _require_ours(folder: Path) -> None:
    if not folder.exists():
        return
    if not folder.is_dir():
        raise UsageError(f"{folder} is not a folder; a report is a folder of pages")
    found = {
        path.relative_to(folder).as_posix()
        for path in folder.rglob("*")
        if path.is_symlink() or not path.is_dir()
    }
    if not found:
        return
    foreign = sorted(found - _written(folder / MARKER))
    if foreign:
        raise UsageError(
            f"{folder} holds what no report wrote ({', '.join(foreign[:3])}{', …' if len(foreign) > 3 else ''}); "
            "it is left as it is: give a new folder"
        )


def _written(marker: Path) -> set[str]:
    try:
        return {MARKER, *json.loads(read_regular(marker))["files"]}
    except (OSError, ValueError, LookupError, TypeError, RecursionError):
        return set()
