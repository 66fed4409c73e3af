"""What the record of every benchmark says of its run."""

from __future__ import annotations

import os
import platform
import subprocess
import sys
from pathlib import Path
from typing import Any

__all__ = ["origin"]

_ROOT = Path(__file__).resolve().parent.parent


def origin() -> dict[str, Any]:
    """Return the command that runs, with files by their names alone, the commit that is timed, None
    outside a repository, and the machine.
    """
    script = Path(sys.argv[0]).resolve().relative_to(_ROOT)
    words = [Path(word).name if os.sep in word else word for word in sys.argv[1:]]
    return {
        "command": " ".join(["python", script.as_posix(), *words]),
        "commit": _commit(),
        "machine": {
            "platform": platform.platform(),
            "cores": os.cpu_count(),
            "python": platform.python_version(),
            "load average, with this": round(os.getloadavg()[1], 1),
        },
    }


def _commit() -> str | None:
    try:
        return subprocess.run(
            ["git", "rev-parse", "HEAD"], cwd=_ROOT, capture_output=True, text=True, check=True
        ).stdout.strip()
    except (OSError, subprocess.CalledProcessError):
        return None
