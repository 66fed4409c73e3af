"""Traces that LeanDojo recorded: what is read of them, and when they are refused. `tests/data/dojo`
says how it was made.
"""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
import types
from pathlib import Path, PurePosixPath

import pytest

from pyharness.core.errors import UsageError
from pyharness.proofs.trace import StaleTrace, TracedTheorem, read_trace

FIXTURE = Path(__file__).resolve().parents[1] / "data" / "dojo"
RECORDED = Path(".lake", "build", "ir", "Small", "Swap.trace.xml")


@pytest.fixture
def traced(tmp_path):
    """A copy of the traced project."""
    return Path(shutil.copytree(FIXTURE, tmp_path / "project"))


class TestWithLeanDojo:
    @pytest.fixture(autouse=True)
    def _installed(self):
        pytest.importorskip("lean_dojo", reason="the extra `dojo` is not installed")

    def test_premises_and_tactics(self, traced):
        """Each theorem has its premises, each once, and its tactics as they are written; a term has
        no tactics.
        """
        file = PurePosixPath("Small/Swap.lean")
        assert read_trace(traced) == {
            "Small.swap": TracedTheorem(
                "Small.swap",
                file,
                ("And.right", "And.intro", "And.left"),
                ("have k := And.right h", "exact And.intro k h.left"),
            ),
            "Small.swap_twice": TracedTheorem("Small.swap_twice", file, ("Small.swap",), ()),
        }

    def test_a_damaged_record_is_an_error(self, traced):
        """A record that LeanDojo cannot read is named."""
        path = traced / RECORDED
        path.write_text(
            path.read_text()
            .replace("<FileNode", "<NoSuchNode")
            .replace("</FileNode", "</NoSuchNode")
        )
        with pytest.raises(
            UsageError, match=r"Swap\.trace\.xml cannot be read .*record the trace again"
        ):
            read_trace(traced)


@pytest.fixture
def forgotten(monkeypatch):
    """lean-dojo as if it had not been imported yet."""
    for name in [name for name in sys.modules if name.partition(".")[0] == "lean_dojo"]:
        monkeypatch.delitem(sys.modules, name)


class TestWithoutLeanDojo:
    def test_it_is_imported_only_when_it_is_needed(self):
        """Importing the reader imports neither lean-dojo nor Ray."""
        code = "import sys, pyharness.proofs.trace; sys.exit('lean_dojo' in sys.modules or 'ray' in sys.modules)"
        assert subprocess.run([sys.executable, "-c", code], check=False).returncode == 0

    def test_not_installed(self, traced, forgotten, monkeypatch):
        """Without lean-dojo the error says how to install it."""
        monkeypatch.setitem(sys.modules, "lean_dojo", None)
        with pytest.raises(UsageError, match=r"pip install .*'.*\[dojo\]'"):
            read_trace(traced)

    @pytest.mark.parametrize("token", ["secret", None])
    def test_the_import_sees_no_token(self, traced, forgotten, monkeypatch, token):
        """While lean-dojo is imported there is no token to log in with and one process; then all is
        as it was.
        """
        seen = {}

        class Watched(types.ModuleType):
            def __getattr__(self, name):
                seen.update(
                    {key: os.environ.get(key) for key in ("NUM_PROCS", "GITHUB_ACCESS_TOKEN")}
                )
                raise AttributeError(name)

        if token is None:
            monkeypatch.delenv("GITHUB_ACCESS_TOKEN", raising=False)
        else:
            monkeypatch.setenv("GITHUB_ACCESS_TOKEN", token)
        monkeypatch.delenv("NUM_PROCS", raising=False)
        package = Watched("lean_dojo.data_extraction")
        monkeypatch.setitem(sys.modules, "lean_dojo", types.ModuleType("lean_dojo"))
        monkeypatch.setitem(sys.modules, "lean_dojo.data_extraction", package)
        with pytest.raises(UsageError):
            read_trace(traced)
        assert seen == {"NUM_PROCS": "1", "GITHUB_ACCESS_TOKEN": ""}
        assert os.environ.get("GITHUB_ACCESS_TOKEN") == token and "NUM_PROCS" not in os.environ

    @pytest.mark.parametrize(
        "change", [lambda path: path.write_text(path.read_text() + "\n"), Path.unlink]
    )
    def test_a_stale_trace_is_refused(self, traced, change):
        """A source that changed since, by a byte, or is gone, makes the whole trace stale."""
        change(traced / "Small" / "Swap.lean")
        with pytest.raises(StaleTrace, match=r"Small/Swap\.lean"):
            read_trace(traced)

    def test_no_trace(self, tmp_path):
        """A folder without a trace is an error that says how one is recorded."""
        with pytest.raises(UsageError, match="holds no trace; record one"):
            read_trace(tmp_path)

    @pytest.mark.parametrize(
        "text",
        [
            "",
            "<!DOCTYPE x><TracedFile/>",
            "<TracedFile/>",
            "no XML",
            '<TracedFile path="/etc/passwd" md5="0"/>',
            '<TracedFile path="../../x" md5="0"/>',
        ],
    )
    def test_what_is_no_trace_is_an_error(self, traced, text):
        """A file that LeanDojo did not write, or that leads out of the project, is refused."""
        (traced / RECORDED).write_text(text)
        with pytest.raises(UsageError, match=r"Swap\.trace\.xml"):
            read_trace(traced)
