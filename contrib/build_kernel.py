"""Pack the second kernel into one file that runs with Python's standard library alone.

    python contrib/build_kernel.py build/pyharness-kernel.pyz

The same sources always make the same bytes.
"""

from __future__ import annotations

import os
import sys
import zipfile
from pathlib import Path

KERNEL = Path(__file__).resolve().parents[1] / "pyharness" / "kernel"
_MAIN = "import sys\n\nfrom pyharness.kernel.__main__ import main\n\nsys.exit(main())\n"
_WHEN = (1980, 1, 1, 0, 0, 0)
"""The time that each member gets: the earliest that a zip file can hold."""


def build(path: Path) -> None:
    """Write the file, which is executable where that can be said of a file."""
    members = {"__main__.py": _MAIN, "pyharness/__init__.py": ""}
    members |= {
        f"pyharness/kernel/{source.name}": source.read_text("utf-8")
        for source in sorted(KERNEL.glob("*.py"))
    }
    path.parent.mkdir(parents=True, exist_ok=True)
    part = path.with_name(f"{path.name}.part")
    with part.open("wb") as file:
        file.write(b"#!/usr/bin/env python3\n")
        with zipfile.ZipFile(file, "w", zipfile.ZIP_DEFLATED) as archive:
            for name, text in members.items():
                info = zipfile.ZipInfo(name, _WHEN)
                info.compress_type = zipfile.ZIP_DEFLATED
                archive.writestr(info, text)
    part.chmod(0o755)
    os.replace(part, path)


if __name__ == "__main__":
    if len(sys.argv) != 2:
        sys.exit(f"usage: {sys.argv[0]} FILE")
    build(Path(sys.argv[1]))
