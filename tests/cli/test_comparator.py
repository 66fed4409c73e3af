"""`pyharness comparator`: the configuration that it writes. Comparator itself does not run where
these tests do.
"""

from __future__ import annotations

import json

import pytest

from tests.small_project import call, write, write_pack

MODULES = ("--challenge", "Challenge", "--solution", "Small")
CONFIG = {
    "challenge_module": "Challenge",
    "solution_module": "Small",
    "theorem_names": ["Small.proved"],
    "permitted_axioms": [],
}


@pytest.fixture
def project(tmp_path):
    """The small project, which need not be built."""
    write(tmp_path)
    return tmp_path


def test_it_is_printed(project):
    """Without -o standard output has it and nothing else, with --json too."""
    for more in ((), ("--json",)):
        done = call(project, "comparator", *MODULES, *more)
        assert done.returncode == 0 and json.loads(done.stdout) == CONFIG and not done.stderr


def test_it_is_written(project):
    """With -o the file has it; what was there is replaced."""
    for _ in range(2):
        done = call(project, "comparator", *MODULES, "-o", "made/comparator.json")
        assert (done.returncode, done.stdout) == (0, "made/comparator.json: 1 theorem\n")
        assert json.loads((project / "made/comparator.json").read_text()) == CONFIG
    assert [path.name for path in (project / "made").iterdir()] == ["comparator.json"]
    done = call(project, "comparator", *MODULES, "-o", "c.json", "--json")
    assert json.loads(done.stdout) == {"output": "c.json", "theorems": ["Small.proved"]}


def test_the_axioms_of_some_modules_are_permitted(project):
    """To all theorems, since comparator has one list; each once."""
    with (project / "pyharness.toml").open("a") as settings:
        settings.write('[axioms-under]\nA = ["propext", "Quot.sound"]\nB = ["propext"]\n')
    done = call(project, "comparator", *MODULES)
    assert json.loads(done.stdout) == CONFIG | {"permitted_axioms": ["propext", "Quot.sound"]}


def test_what_cannot_be_written(project):
    """Mistakes end with status 2, and leave a file as it was."""
    (project / "c.json").write_text("mine")
    for modules, words in (
        (("--challenge", "Small", "--solution", "Small"), "both the challenge and the solution"),
        (("--challenge", "A..B", "--solution", "Small"), "'A..B' is no name of a Lean module"),
    ):
        done = call(project, "comparator", *modules, "-o", "c.json")
        assert done.returncode == 2 and words in done.stderr
    done = call(project, "comparator", *MODULES, "-o", "c.json/c")
    assert done.returncode == 2 and "cannot write c.json/c" in done.stderr
    write_pack(project, "")
    done = call(project, "comparator", *MODULES, "-o", "c.json")
    assert done.returncode == 2 and "no theorem is named" in done.stderr
    assert (project / "c.json").read_text() == "mine"
