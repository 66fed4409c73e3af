"""The whole library: accepted, and what is said of it is what the Lean side says."""
from __future__ import annotations

from pathlib import Path

import pytest

from pyharness.kernel import Library, check
from pyharness.lean.build import build
from pyharness.lean.environment import Environment
from pyharness.lean.export import export
from pyharness.lean.toolchain import locate
from pyharness.project import load_project

ROOT = Path(__file__).resolve().parents[2]


@pytest.fixture(scope="module")
def environment() -> Environment:
    project = load_project(ROOT)
    return Environment.load(build(project.root, project.lean_root, out=project.build, toolchain=locate()))


@pytest.fixture(scope="module")
def library(environment: Environment) -> Library:
    safe = [name for name in environment.modules if environment.constant(name).safety == "safe"]
    return check(line.encode() for line in export(environment, safe))


class TestLibrary:
    def test_every_safe_constant_is_accepted(self, environment, library):
        """The constants are those that Lean stored and calls safe."""
        assert library.constants.keys() == {
            name for name in environment.modules if environment.constant(name).safety == "safe"}

    def test_what_it_says_is_what_lean_stored(self, environment, library):
        """Axioms and digests are those that the Lean side finds in the compiled files, by another program."""
        for name in library.constants:
            assert library.axioms(name) == environment.axioms(name)
            assert library.statement_sha256(name) == environment.statement_sha256(name)
        for name in list(library.constants)[::7]:
            assert library.meaning_sha256(name) == environment.meaning_sha256(name)
