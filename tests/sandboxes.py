"""Whether bubblewrap can start a sandbox where the tests run."""

from __future__ import annotations

import shutil
import subprocess

__all__ = ["ABSENT"]


def _absent() -> str | None:
    if shutil.which("bwrap") is None:
        return "bubblewrap is not here (Debian: apt-get install bubblewrap)"
    options = "--unshare-all --unshare-user --disable-userns --ro-bind / / --proc /proc --dev /dev"
    done = subprocess.run(
        ["bwrap", *options.split(), "true"], capture_output=True, text=True, check=False
    )
    return done.stderr.strip() or "bubblewrap fails here" if done.returncode else None


ABSENT = _absent()
"""Why there is no sandbox; None if there is one."""
