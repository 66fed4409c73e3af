"""Reads which declarations a leanblueprint names."""

from __future__ import annotations

import re
from pathlib import Path

from pyharness.core.errors import UsageError

__all__ = ["read_blueprint"]

_NAME = re.compile(r"{0}(?:\.{0})*".format(r"(?:«[^«»]+»|[^\W\d][\w'!?]*|\d+)"))


def read_blueprint(path: Path) -> tuple[str, ...]:
    r"""Return what a blueprint names with `\lean`, in its order, each name once.

    Args:
        path: the file `lean_decls`, which `leanblueprint web` writes to the blueprint's folder: a
            declaration's full name a line.

    Raises:
        UsageError: if the file cannot be read, names nothing, or a line of it is no name.
    """
    try:
        text = path.read_text(encoding="utf-8")
    except FileNotFoundError:
        raise UsageError(
            f"there is no {path}; `leanblueprint web`, run in the project, writes blueprint/lean_decls"
        ) from None
    except OSError as error:
        raise UsageError(f"{path} cannot be read: {error.strerror or error}") from None
    except UnicodeDecodeError:
        raise UsageError(f"{path} is not UTF-8") from None
    names: dict[str, None] = {}
    for number, line in enumerate(text.split("\n"), 1):
        name = line.strip()
        if name and not _NAME.fullmatch(name):
            raise UsageError(
                f"{path}:{number}: {name!r} is no declaration's name; correct that \\lean in the "
                "blueprint (it takes full names with commas between them) and run `leanblueprint web`"
            )
        if name:
            names[name] = None
    if not names:
        raise UsageError(f"{path} names no declaration; name them with \\lean in the blueprint")
    return tuple(names)
