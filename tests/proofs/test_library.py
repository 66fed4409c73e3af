"""The Lean library that ships: where it is found, and what of it every project is built with."""

from __future__ import annotations

from pathlib import Path

import pytest

from pyharness.proofs import library
from pyharness.proofs.build import LeanBuildError, build
from pyharness.proofs.conformance import Kernel
from pyharness.proofs.toolchain import LeanError

ROOT = Path(__file__).resolve().parents[2]


@pytest.fixture
def demo(tmp_path):
    """A project that imports nothing."""
    (tmp_path / "Demo.lean").write_text("prelude\n")
    return tmp_path


class TestFolder:
    def test_in_a_checkout(self):
        """The library lies beside the package."""
        assert library.folder() == ROOT

    @pytest.mark.parametrize("place", ["pyharness/library", "."])
    def test_both_places(self, tmp_path, monkeypatch, place):
        """An installed package carries it; a package in a checkout has it beside itself."""
        (tmp_path / place / "LeanMining" / "Foundation").mkdir(parents=True)
        monkeypatch.setattr(library, "_PACKAGE", tmp_path / "pyharness")
        assert library.folder.__wrapped__() == tmp_path / place

    def test_nowhere(self, tmp_path, monkeypatch):
        """An installation without it is incomplete, and the message says so."""
        monkeypatch.setattr(library, "_PACKAGE", tmp_path / "pyharness")
        with pytest.raises(LeanError, match="missing from this installation .*; install it again"):
            library.folder.__wrapped__()


@pytest.mark.parametrize(
    ("module", "in_library", "in_foundation"),
    [
        ("LeanMining", True, False),
        ("LeanMining.Algebra.Rat", True, False),
        ("LeanMining.Foundation.Core", True, True),
        ("LeanMiningX.Foundation.Core", False, False),
        ("Demo.Foundation.Core", False, False),
        ("LeanMining.Foundations", True, False),
    ],
)
def test_modules_are_told_apart_by_name(module, in_library, in_foundation):
    """No project has a foundation of its own, whatever it calls its modules."""
    assert library.in_library(module) == in_library
    assert library.in_foundation(module) == in_foundation


class TestBuild:
    def test_support_is_built_beside_a_project(self, demo, toolchain, library_build):
        """What the harness needs of the library is there although nothing imports it, and a file
        of theorems about the project sees it.
        """
        built = build(
            demo,
            "Demo",
            out=library_build,
            toolchain=toolchain,
            support=library.SUPPORT,
        )
        assert built.roots == ("Demo", *library.SUPPORT)
        assert built.file(built.by_name["Demo"]) == demo / "Demo.lean"
        foundation = built.by_name["LeanMining.Foundation.Core"]
        assert built.file(foundation) == ROOT / "LeanMining/Foundation/Core.lean"
        header = Kernel(toolchain, built, library_build, []).header
        assert header.splitlines() == [
            "prelude",
            "import Demo",
            *(f"import {module}" for module in library.SUPPORT),
        ]

    def test_theorems_see_the_namespaces_that_are_there(self, demo, toolchain, library_build):
        """A project's definitions need no prefix in a file of theorems about it."""
        out = library_build
        text = "prelude\nimport LeanMining.Foundation.Acceleration\ndef Demo.none : Nat := 0\n"
        (demo / "Demo.lean").write_text(text)
        built = build(demo, "Demo", out=out, toolchain=toolchain)
        assert Kernel(toolchain, built, out, []).header.splitlines()[-1] == "open Demo"

    def test_the_key_holds_what_is_built_beside_it(self, demo, toolchain, library_build):
        """Another library under the same project is another build."""
        out = library_build
        alone = build(demo, "Demo", out=out, toolchain=toolchain)
        both = build(demo, "Demo", out=out, toolchain=toolchain, support=library.SUPPORT[-1:])
        assert alone.key != both.key

    def test_a_project_cannot_replace_a_module(self, demo, toolchain, library_build):
        """A file of its own in the place of one of the library's is refused at the import."""
        (demo / "LeanMining" / "Algebra").mkdir(parents=True)
        (demo / "LeanMining" / "Algebra" / "Order.lean").write_text("prelude\n")
        (demo / "Demo.lean").write_text("prelude\nimport LeanMining.Algebra.Order\n")
        with pytest.raises(LeanBuildError, match=r"Demo.lean:2:7: LeanMining.Algebra.Order comes"):
            build(demo, "Demo", out=library_build, toolchain=toolchain)
