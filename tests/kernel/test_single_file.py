"""The kernel in one file: it runs with Python's standard library alone, from any folder."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pytest

from tests.kernel_exports import basics

BUILD = Path(__file__).resolve().parents[2] / "contrib" / "build_kernel.py"


def build(path: Path) -> None:
    subprocess.run([sys.executable, str(BUILD), str(path)], check=True)


@pytest.fixture(scope="module")
def single(tmp_path_factory) -> Path:
    path = tmp_path_factory.mktemp("single") / "new" / "pyharness-kernel.pyz"
    build(path)
    return path


def run(single: Path, folder: Path, *arguments: str, given: bytes = b"") -> tuple[int, str]:
    """Run the file isolated, without site packages, and in an empty environment."""
    done = subprocess.run(
        [sys.executable, "-I", "-S", str(single), *arguments],
        input=given,
        capture_output=True,
        cwd=folder,
        env={},
        check=False,
    )
    return done.returncode, (done.stdout + done.stderr).decode()


class TestSingleFile:
    def test_its_answers(self, single, tmp_path):
        """Accepted, refused, declined and unreadable, each with its status."""
        export = basics()
        file = tmp_path / "proofs.ndjson"
        file.write_bytes(b"\n".join(export.lines))
        assert run(single, tmp_path, "proofs.ndjson")[0] == 0
        status, shown = run(single, tmp_path, "-", "--jobs", "2", given=file.read_bytes())
        assert status == 0 and "accepted: 39 constants" in shown
        assert run(single, tmp_path, "proofs.ndjson", "--steps", "1")[0] == 2
        assert run(single, tmp_path, "none.ndjson")[0] == 3
        export.declare("thm", "bad", "False", "True.intro")
        file.write_bytes(b"\n".join(export.lines))
        status, shown = run(single, tmp_path, "proofs.ndjson")
        assert status == 1 and shown.startswith("refused: bad")

    def test_its_help_names_it(self, single, tmp_path):
        """What is shown can be typed."""
        status, shown = run(single, tmp_path, "--help")
        assert status == 0 and "usage: pyharness-kernel.pyz" in shown

    def test_it_is_the_same_each_time(self, single, tmp_path):
        """The same sources make the same bytes."""
        build(tmp_path / "again.pyz")
        assert (tmp_path / "again.pyz").read_bytes() == single.read_bytes()
