"""Write the picture of the report that the README shows: `python contrib/screenshots.py`. It takes
what the tests of pages take, Debian's `chromium` and `chromium-driver`.
"""

from __future__ import annotations

import sys
import tempfile
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
sys.path.insert(0, str(ROOT))

from pyharness.cli import main  # noqa: E402
from tests.browsers import ABSENT, started  # noqa: E402

CERTIFICATE = ROOT / "certificates" / "leanmining.json"
PICTURE = ROOT / "docs" / "images" / "report.png"

WIDTH, HEIGHT = 1000, 800
"""Of the view, in pixels."""


def write() -> None:
    """Make the report of the committed certificate, and take a picture of its first page."""
    if ABSENT:
        sys.exit(ABSENT)
    PICTURE.parent.mkdir(exist_ok=True)
    with tempfile.TemporaryDirectory() as folder:
        report = Path(folder, "report")
        if status := main(["report", str(CERTIFICATE), "-o", str(report)]):
            sys.exit(status)
        with started(Path(folder, "profile")) as browser:
            browser.open(report / "index.html", width=WIDTH, height=HEIGHT)
            browser.screenshot(PICTURE)


if __name__ == "__main__":
    write()
