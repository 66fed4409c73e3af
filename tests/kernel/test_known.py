"""Functions that are known by the digest of their definitions."""

from __future__ import annotations

import importlib.util
import os
import subprocess
import sys
from pathlib import Path

import pytest

from pyharness.kernel import arithmetic, check
from tests.kernel.test_arithmetic import numbers, recursion
from tests.kernel_exports import Export

SCRIPT = Path(__file__).resolve().parents[2] / "contrib" / "known_functions.py"


@pytest.fixture(scope="module")
def script():
    spec = importlib.util.spec_from_file_location("known_functions", SCRIPT)
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


def same(axiom: str = "True") -> Export:
    """Numbers with a log2 that is the number itself, and a proof in it that makes no difference."""
    e = numbers()
    m = e.make
    e.declare("axiom", "proof", axiom)
    e.declare("def", "Nat.log2", m.p("Nat", "Nat"), m.f("Nat", m.a(m.f(axiom, 1), "proof")))
    return e


class TestKnown:
    def test_it_is_computed_if_it_is_in_the_table(self, script, monkeypatch):
        """By the digest of all under it; with anything under it changed it is not."""
        e = same()
        monkeypatch.setitem(arithmetic.FUNCTIONS, "log2", lambda n: n)
        found = dict(script.functions(e.lines))
        assert "Nat.log2" not in check(e.lines).computed
        monkeypatch.setattr(arithmetic, "KNOWN", {"log2": {found["log2"]: "a version"}})
        assert check(e.lines).computed["Nat.log2"] == "known"
        assert "Nat.log2" not in check(same("False").lines).computed

    def test_how_a_proof_goes_makes_no_difference(self, script, monkeypatch):
        """An axiom or a theorem, by whatever proof: the digest is the same."""
        monkeypatch.setitem(arithmetic.FUNCTIONS, "log2", lambda n: n)
        e = same()
        proved = numbers()
        m = proved.make
        proved.declare("thm", "proof", "True", "True.intro")
        proved.declare(
            "def", "Nat.log2", m.p("Nat", "Nat"), m.f("Nat", m.a(m.f("True", 1), "proof"))
        )
        assert dict(script.functions(e.lines)) == dict(script.functions(proved.lines))

    def test_a_function_that_is_another_is_not_listed(self, script):
        """What Python's integers do not confirm ends it."""
        with pytest.raises(ValueError, match="log2 of"):
            dict(script.functions(same().lines))

    def test_the_script_says_what_is_wrong(self, tmp_path):
        """A file that is none, or a function that is another, ends it with status 1."""
        path = tmp_path / "export.ndjson"
        path.write_bytes(b"\n".join(same().lines))
        for given, words in ((path, "log2 of"), (tmp_path / "none", "No such file")):
            done = subprocess.run(
                [sys.executable, str(SCRIPT), str(given)],
                capture_output=True,
                text=True,
                cwd=SCRIPT.parents[1],
                env=os.environ | {"PYTHONPATH": str(SCRIPT.parents[1])},
                check=False,
            )
            assert done.returncode == 1 and words in done.stderr
            assert "Traceback" not in done.stderr

    def test_what_rests_on_it_is_known_and_no_more(self, monkeypatch):
        """Division known, a shift that is defined by it is not checked either."""
        e = numbers()
        m = e.make
        e.declare("def", "Nat.div", m.p("Nat", "Nat", "Nat"), m.f("Nat", "Nat", 1))
        shift = m.f(
            "Nat", "Nat", recursion(e, 1, m.f("Nat", "Nat", m.a("Nat.div", 0, m.lit(2))), 0)
        )
        e.declare("def", "Nat.shiftRight", m.p("Nat", "Nat", "Nat"), shift)
        assert "Nat.shiftRight" not in check(e.lines).computed
        monkeypatch.setattr(arithmetic, "KNOWN", {"div": AllDigests()})
        computed = check(e.lines).computed
        assert computed["Nat.div"] == computed["Nat.shiftRight"] == "known"
        assert computed["Nat.mul"] == "checked"

    def test_the_table_names_functions_and_versions(self):
        """Each entry is a digest and a version of Lean."""
        for word, entries in arithmetic.KNOWN.items():
            assert word in arithmetic.FUNCTIONS
            for digest, version in entries.items():
                assert len(digest) == 64 and int(digest, 16) and version[0] == "4"


class AllDigests:
    """Has every digest."""

    def __contains__(self, digest: str) -> bool:
        return True
