"""A library is built from its sources, all of it that changed and nothing else."""

from __future__ import annotations

import dataclasses
import shutil
import signal
import subprocess
import sys
from pathlib import Path

import pytest

from pyharness.core.errors import EXIT_LEAN
from pyharness.proofs.build import LeanBuildError, read_imports
from pyharness.proofs.toolchain import LeanStopped

CHAIN = {
    "A": "import A.B\nimport A.C\ninductive A\n",
    "A_B": "import A.D\ninductive B\n",
    "A_C": "import A.D\ninductive C\n",
    "A_D": "inductive D\n",
}


class TestReadImports:
    @pytest.mark.parametrize(
        ("text", "names"),
        [
            ("prelude\nimport A.B import C", ["A.B", "C"]),
            ("/- one /- two -/ import X -/ prelude -- import Y\nimport\n  A", ["A"]),
            ("prelude\nimport A\n/-! import B -/\nimport C", ["A"]),
            ("prelude\ndef x := 1\nimport A", []),
            ("prelude/- -/import/- -/A'", ["A'"]),
        ],
    )
    def test_only_the_header_counts(self, text, names):
        """Imports are read up to the first command; comments, which nest, are skipped."""
        assert [name for name, _, _ in read_imports(text, "A.lean")] == names

    def test_positions(self):
        """An import is placed at its name: line from 1, column from 0."""
        assert read_imports("prelude\n\n  import  B.C\n", "A.lean") == (("B.C", 3, 10),)

    @pytest.mark.parametrize(
        ("text", "place", "reason"),
        [
            ("import A", "A.lean:1:0", "must begin with `prelude`"),
            ("", "A.lean:1:0", "must begin with `prelude`"),
            ("module\nprelude", "A.lean:1:0", "`module` makes this a file of Lean's module system"),
            ("/- A -/ module", "A.lean:1:8", "remove the line `module`"),
            ("prelude\nimport «A»", "A.lean:2:7", "without « »"),
            ("prelude\npublic import A", "A.lean:2:0", "write a plain `import`"),
        ],
    )
    def test_what_is_not_read_is_refused(self, text, place, reason):
        """A header that this harness cannot follow is an error at its place, never skipped."""
        with pytest.raises(LeanBuildError) as raised:
            read_imports(text, "A.lean")
        assert str(raised.value).startswith(f"{place}: ") and reason in str(raised.value)


class TestDiscovery:
    @pytest.mark.parametrize(
        ("modules", "message"),
        [
            ({}, "A.lean:1:0: module A: A.lean cannot be read"),
            ({"A": "import A.B\n"}, "A.lean:2:7: module A.B: A/B.lean cannot be read"),
            (
                {"A": "import B\n", "B": ""},
                "A.lean:2:7: B is neither a module of A nor one of the library",
            ),
            (
                {"A": "import AB\n", "AB": ""},
                "A.lean:2:7: AB is neither a module of A nor one of the library",
            ),
            (
                {"A": "import A.B\n", "A_B": "import A.C\n", "A_C": "import A.B\n"},
                "A/C.lean:2:7: import cycle: A.B -> A.C -> A.B",
            ),
            ({"A": "import A\n"}, "A.lean:2:7: import cycle: A -> A"),
        ],
    )
    def test_bad_imports_are_placed(self, bare, modules, message):
        """A missing module, one outside the root, and a cycle are errors at the import, with Lean's
        exit status.
        """
        with pytest.raises(LeanBuildError) as raised:
            bare.write(**modules).build("A")
        assert message in str(raised.value) and raised.value.exit_code == EXIT_LEAN


class TestBuild:
    def test_modules_come_after_their_imports(self, bare):
        """Every module is compiled, in an order of dependence, with the digest of its source."""
        done = []
        built = bare.write(**CHAIN).build("A", progress=lambda *step: done.append(step))
        assert [module.name for module in built.modules] == ["A.D", "A.B", "A.C", "A"]
        assert built.compiled == 4 and [step[2:] for step in done] == [
            (1, 4),
            (2, 4),
            (3, 4),
            (4, 4),
        ]
        assert built.by_name["A.B"].source == Path("A/B.lean") and built.by_name["A.B"].imports == (
            "A.D",
        )
        assert all(module.olean.exists() and module.ilean.exists() for module in built.modules)

    def test_nothing_is_compiled_twice(self, bare):
        """A second build compiles nothing, and neither does one after a change was taken back."""
        bare.write(**CHAIN).build("A")
        assert bare.build("A").compiled == 0
        bare.write(A="import A.B\n").build("A")
        assert bare.write(**CHAIN).build("A").compiled == 0

    def test_a_change_reaches_what_imports_it(self, bare):
        """A module is compiled again when something that it imports changed, directly or not;
        another is not.
        """
        first = bare.write(**CHAIN).build("A")
        second = bare.write(A_B="import A.D\ninductive B | b\n").build("A")
        assert second.compiled == 2
        same = {module.name for module in first.modules} & {
            module.name for module in second.modules if module.key == first.by_name[module.name].key
        }
        assert same == {"A.C", "A.D"}
        assert bare.write(A_D="inductive D | d\n").build("A").compiled == 4

    def test_cores_change_nothing(self, bare):
        """One at a time or four at once: the same keys and the same bytes."""
        bare.write(**CHAIN)
        one, four = (
            bare.build("A", out=bare.root / f"out{jobs}", jobs=jobs).modules for jobs in (1, 4)
        )
        assert [(item.key, item.olean_sha256) for item in one] == [
            (item.key, item.olean_sha256) for item in four
        ]

    def test_all_errors_are_listed(self, bare):
        """Every failing module is reported as file:line:column: message, and none that only imports
        one.
        """
        bare.write(**CHAIN).write(
            A_B="import A.D\ndef b : D := c\n", A_C="import A.D\n\n  def c : D := d\n"
        )
        with pytest.raises(LeanBuildError) as raised:
            bare.build("A")
        places = [str(message).partition(": ")[0] for message in raised.value.messages]
        assert places == ["A/B.lean:3:13", "A/C.lean:4:15"] and raised.value.exit_code == EXIT_LEAN
        assert "c" in str(raised.value).splitlines()[0]

    def test_errors_are_found_again(self, bare):
        """A module that failed is not taken for compiled."""
        bare.write(A="inductive A\ndef a : A := b\n")
        for _ in range(2):
            with pytest.raises(LeanBuildError, match=r"A\.lean:3:13"):
                bare.build("A")

    def test_warnings_outlive_the_compilation(self, project):
        """What Lean warned of is still said when nothing is compiled."""
        first, _ = project.library("theorem Sample.no : False := sorry\n")
        second, _ = project.library("theorem Sample.no : False := sorry\n")
        assert second.compiled == 0 and first.messages == second.messages
        assert [str(message) for message in second.messages] == [
            "LeanMining/Sample.lean:4:8: declaration uses `sorry`"
        ]

    def test_a_file_that_is_not_text(self, bare):
        """A source that is not UTF-8 is an error on the line of the first wrong byte."""
        bare.write(A="")
        (bare.root / "A.lean").write_bytes(b"prelude\n\n\xff\n")
        with pytest.raises(LeanBuildError, match=r"A\.lean:3:0: this file is not UTF-8"):
            bare.build("A")

    def test_a_lean_that_does_not_answer(self, bare, toolchain):
        """A Lean that ends without a message is an error that names the file, not a module without
        errors.
        """
        broken = dataclasses.replace(toolchain, library=bare.root / "nothing.so")
        with pytest.raises(LeanStopped, match=r"A\.lean: Lean ended with status 1") as raised:
            bare.write(A="").build("A", toolchain=broken)
        assert raised.value.exit_code == EXIT_LEAN


class TestCache:
    @pytest.mark.parametrize(
        "damage",
        [
            lambda module: module.olean.write_bytes(module.olean.read_bytes()[:-8]),
            lambda module: module.olean.write_bytes(b"\0" + module.olean.read_bytes()[1:]),
            lambda module: module.olean.write_bytes(b""),
            lambda module: module.olean.unlink(),
            lambda module: module.ilean.write_text("{}"),
            lambda module: (module.olean.parent / "record.json").write_text("{"),
            lambda module: (module.olean.parent / "record.json").write_text("[]"),
            lambda module: shutil.rmtree(module.olean.parent),
        ],
    )
    def test_damage_is_repaired(self, bare, damage):
        """A stored module whose files are not as they were written is compiled again, alone."""
        first = bare.write(**CHAIN).build("A")
        damage(first.by_name["A.D"])
        second = bare.build("A")
        assert second.compiled == 1 and second.modules == first.modules
        assert bare.build("A").compiled == 0

    def test_a_killed_build_leaves_a_sound_cache(self, bare):
        """After SIGKILL between two modules, what is done is used, what was begun is cleared
        away.
        """
        bare.write(**CHAIN)
        code = (
            "import os, signal, sys\nfrom pathlib import Path\nfrom pyharness.proofs.build import build\n"
            "from pyharness.proofs.toolchain import locate\nroot = Path(sys.argv[1])\n"
            "build(root, 'A', out=root / 'build', toolchain=locate(), jobs=2,\n"
            "      progress=lambda stage, module, done, total: done == 2 and os.kill(os.getpid(), signal.SIGKILL))\n"
        )
        done = subprocess.run(
            [sys.executable, "-c", code, str(bare.root)], cwd=Path(__file__).parents[2], check=False
        )
        assert done.returncode == -signal.SIGKILL
        (bare.out / "lean" / "new-unfinished").mkdir()
        built = bare.build("A")
        assert built.compiled in (1, 2) and not list((bare.out / "lean").glob("new-*"))

    def test_an_interrupted_build_stops_lean(self, bare):
        """Ctrl-C ends the build at once, and the next one goes on from there."""

        def interrupt(*_):
            raise KeyboardInterrupt

        with pytest.raises(KeyboardInterrupt):
            bare.write(**CHAIN).build("A", progress=interrupt)
        assert bare.build("A").compiled in (3, 4)

    def test_a_module_reads_its_own_imports_only(self, bare):
        """A module that was compiled before, but is not imported now, is not to be had."""
        bare.write(**CHAIN).build("A")
        with pytest.raises(LeanBuildError, match="Unknown identifier `C`"):
            bare.write(A="import A.B\nset_option autoImplicit false\naxiom c : C\n").build("A")
