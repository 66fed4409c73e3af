"""The kernel in one file: it runs with Python's standard library alone, from any folder."""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path

import pytest

from pyharness.proofs.cut import Index
from tests.kernel_exports import basics
from tests.sandboxes import ABSENT

ROOT = Path(__file__).resolve().parents[2]
BUILD = ROOT / "contrib" / "build_kernel.py"


def build(path: Path) -> None:
    subprocess.run([sys.executable, str(BUILD), str(path)], check=True)


@pytest.fixture(scope="module")
def single(tmp_path_factory) -> Path:
    path = tmp_path_factory.mktemp("single") / "new" / "pyharness-kernel.pyz"
    build(path)
    return path


@pytest.fixture(scope="module")
def proved(tmp_path_factory) -> bytes:
    """Lines of the committed export: a theorem of Lean's with all that it rests on."""
    (whole,) = (ROOT / "certificates" / "proofs").glob("*.ndjson.gz")
    path = tmp_path_factory.mktemp("proved") / "proofs.ndjson"
    with path.open("wb") as file:
        Index(whole).write([("Int", "pos_mul_pos")], file)
    return path.read_bytes()


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


@pytest.mark.skipif(ABSENT is not None, reason=str(ABSENT))
class TestAsAnExternalKernel:
    """`lake comparator` runs external kernels under bubblewrap: with the home directories, /run,
    /var and /tmp hidden, in /tmp, without a network or an environment. Lake does not run where
    these tests do; the sandbox here is one of the same options.
    """

    @pytest.fixture(autouse=True)
    def _python(self):
        command = [
            "/usr/bin/env",
            "python3",
            "-c",
            "import sys; sys.exit(sys.version_info < (3, 11))",
        ]
        if subprocess.run(command, env={}, check=False, capture_output=True).returncode:
            pytest.skip("without PATH no Python 3.11 or newer is found")

    def run(
        self, single: Path, folder: Path, export: bytes, *, from_input: bool
    ) -> tuple[int, str]:
        """Run the file itself, as comparator does, with the export's path behind its arguments, or
        with the export on standard input.
        """
        file = folder / "solution.ndjson"
        file.write_bytes(export)
        hidden = ("/home", "/root", "/run", "/var", "/tmp")
        seen = [single] if from_input else [single, file]
        command = [
            *("bwrap", "--ro-bind", "/", "/", "--dev", "/dev", "--proc", "/proc", "--clearenv"),
            *(part for path in hidden if Path(path).exists() for part in ("--tmpfs", path)),
            *(part for path in seen for part in ("--ro-bind", str(path), str(path))),
            *("--setenv", "HOME", "/tmp/home", "--setenv", "LEAN_ABORT_ON_PANIC", "1"),
            *("--unshare-all", "--die-with-parent", "--new-session", "--chdir", "/tmp", "--"),
            *(str(single), "--as-lean", "-" if from_input else str(file)),
        ]
        done = subprocess.run(
            command, input=export if from_input else b"", capture_output=True, check=False
        )
        return done.returncode, (done.stdout + done.stderr).decode()

    @pytest.mark.parametrize("from_input", [False, True])
    def test_it_accepts_and_refuses(self, single, tmp_path, proved, from_input):
        """A real export is accepted; with another term for the proof it is refused, by name."""
        status, shown = self.run(single, tmp_path, proved, from_input=from_input)
        assert status == 0 and "accepted: 145 constants" in shown
        *lines, last = proved.splitlines()
        theorem = json.loads(last)
        theorem["thm"]["value"] = theorem["thm"]["type"]
        doctored = b"\n".join([*lines, json.dumps(theorem).encode(), b""])
        status, shown = self.run(single, tmp_path, doctored, from_input=from_input)
        assert status == 1 and shown.startswith("refused: Int.pos_mul_pos")
