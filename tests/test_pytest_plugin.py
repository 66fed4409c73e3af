"""The plugin for pytest: the claims of a small real project as tests, in a process of their own."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys

import pytest

from tests.small_project import ROOT, write_pack

FALSE = """

def is_under_5(q):
    return torch.as_tensor(q) < 5


@claim("small.false", statement="All is under 5.", source=PAPER, no_theorem="it is false", tier="bronze")
def under_5(run):
    yield enumerate_cases(is_under_5, [{"q": 4}, {"q": 7}], domain="two numbers", summary="2")


@claim("small.torn", statement="It raises.", source=PAPER, tier="bronze")
def torn(run):
    raise ValueError("the data is torn")
    yield
"""


@pytest.fixture
def project(verified_project, tmp_path):
    """A verified project with a test of its own."""
    folder = shutil.copytree(verified_project, tmp_path / "project")
    (folder / "test_own.py").write_text("def test_one():\n    assert True\n")
    return folder


def run_pytest(folder, *arguments):
    """Run pytest in a folder; return its status and its lines."""
    done = subprocess.run(
        [sys.executable, "-m", "pytest", "-p", "no:cacheprovider", *arguments],
        cwd=folder,
        env={**os.environ, "PYTHONPATH": str(ROOT), "PYTEST_ADDOPTS": "", "COLUMNS": "100"},
        text=True,
        capture_output=True,
        timeout=300,
        check=False,
    )
    return done.returncode, done.stdout + done.stderr


def test_claims_are_tests(project):
    """Beside the project's own tests, spread over processes too; without the option there are
    none; and no certificate is written.
    """
    before = (project / "certificates" / "small.json").read_bytes()
    status, text = run_pytest(project, "--pyharness", "-v", "-n", "2")
    assert status == 0 and "3 passed" in text
    assert "pyharness.toml::small.proved" in text and "test_own.py::test_one" in text
    status, text = run_pytest(project)
    assert status == 0 and "1 passed" in text
    assert (project / "certificates" / "small.json").read_bytes() == before


def test_a_claim_that_fails(project, tmp_path):
    """Shows why: the witness, what is missing, or what was raised. It is chosen by its id, and by
    the folder of its project.
    """
    write_pack(project, tier="gold")
    pack = project / "small_pack.py"
    text = pack.read_text().replace(
        "import Evidence", "import Evidence\nfrom pyharness import enumerate_cases\nimport torch"
    )
    pack.write_text(text + FALSE)
    status, text = run_pytest(tmp_path, "--pyharness", "project", "-k", "small.", "--tb=short")
    assert status == 1 and "3 failed, 1 passed" in text
    for words in (
        "its tier is silver; gold is required",
        "to be gold it needs: ",
        "its tier is refuted; bronze is required",
        "evidence 1, witness: ",
        "no theorem: it is false",
        "q = 7",
        "the data is torn",
    ):
        assert words in text
    status, text = run_pytest(tmp_path, "--pyharness", "project", "-k", "small.open")
    assert status == 0 and "1 passed, 4 deselected" in text


def test_a_library_that_does_not_build(project):
    """Is built once, and fails each claim with what Lean says."""
    (project / "Small.lean").write_text("prelude\nbroken\n")
    status, text = run_pytest(project, "--pyharness", "-k", "small.")
    assert status == 1 and "2 failed" in text and text.count("Small.lean:2") >= 2


def test_what_is_no_project(tmp_path, project):
    """Is said before anything runs."""
    status, text = run_pytest(tmp_path, "--pyharness")
    assert status == 4 and "run: pyharness init" in text
    status, text = run_pytest(project, "--pyharness", "certificates")
    assert status == 4 and "paths of tests before --pyharness" in text
    (project / "small_pack.py").write_text("import no_such_module\n")
    status, text = run_pytest(project, "--pyharness", "-k", "small")
    assert status == 2 and "small_pack" in text and "no_such_module" in text
