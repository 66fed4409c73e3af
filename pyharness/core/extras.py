"""How to install one of this distribution's extras, for the installation at hand."""

from __future__ import annotations

import json
import shlex
import tomllib
from importlib.metadata import PackageNotFoundError, distribution
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit
from urllib.request import url2pathname

__all__ = ["DISTRIBUTION", "install"]

DISTRIBUTION = "leanmining"
"""What the distribution is called, of which the package `pyharness` is a part."""

_FOLDER = Path(__file__).resolve().parents[2]
"""The folder that holds the package: a checkout, or where packages are installed."""


def install(extra: str) -> str:
    """Return what to do to have an extra, as the end of a message: `run: pip install '.[sign]'`.

    A checkout is installed by its folder, editable if it is; a wheel by its file, if pip recorded
    that and it is still there. Where neither is known, the message says to install the wheel again,
    for the distribution is on no index.

    Args:
        extra: its name in `pyproject.toml`.
    """
    origin = _origin()
    if _is_checkout(_FOLDER):
        folder = "." if Path.cwd() == _FOLDER else str(_FOLDER)
        editable = "--editable " if origin.get("dir_info", {}).get("editable") else ""
        return f"run: pip install {editable}{shlex.quote(f'{folder}[{extra}]')}"
    if url := _installed_from(origin):
        return f"run: pip install {shlex.quote(f'{DISTRIBUTION}[{extra}] @ {url}')}"
    return f"install the wheel again with its extra: pip install 'WHEEL[{extra}]'"


def _origin() -> dict[str, Any]:
    """Return what pip recorded of where the distribution was installed from; nothing if it is not
    installed, or from an index.
    """
    try:
        recorded = distribution(DISTRIBUTION).read_text("direct_url.json")
    except PackageNotFoundError:
        recorded = None
    return json.loads(recorded) if recorded else {}


def _is_checkout(folder: Path) -> bool:
    """Whether a folder holds this distribution's own `pyproject.toml`, and not another one's."""
    try:
        content = tomllib.loads((folder / "pyproject.toml").read_text(encoding="utf-8"))
    except (OSError, ValueError):
        return False
    return bool(content.get("project", {}).get("name") == DISTRIBUTION)


def _installed_from(origin: dict[str, Any]) -> str | None:
    """Return the URL of the wheel or folder that was installed; None if it is not there any more,
    or was no such thing.
    """
    url = origin.get("url", "")
    if "archive_info" not in origin and "dir_info" not in origin:
        return None
    parts = urlsplit(url)
    if parts.scheme == "file" and not Path(url2pathname(parts.path)).exists():
        return None
    return url or None
