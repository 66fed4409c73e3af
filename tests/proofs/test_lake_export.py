"""A lake project's theorems are exported by an exporter of its own Lean. Neither lake nor
leanexport runs where these tests do: `lake` and `lean/bin/leanexport` beside this file stand in for
them.
"""

from __future__ import annotations

import os
import shutil
import sys
from pathlib import Path

import pytest

from pyharness.core.errors import EXIT_LEAN, EXIT_USAGE, UsageError
from pyharness.core.progress import quiet
from pyharness.kernel import check
from pyharness.proofs.audit import NotATheorem, UnknownTheorem
from pyharness.proofs.cut import Index
from pyharness.proofs.lake_export import export_from_lake
from pyharness.proofs.lake_project import LakeError, Place
from pyharness.proofs.toolchain import GITHASH, VERSION, LeanMissing
from tests.proofs.lake_projects import HERE, make

pytestmark = pytest.mark.usefixtures("lake")

STAND_IN = HERE / "lean" / "bin" / "leanexport"

BASIC = """\
prelude
inductive Small.T : Prop where | t : Small.T
def Small.definition (p : Prop) : Prop := p
/-- The line that counts is the name's own. -/
theorem Small.bound (h : Small.T) : Small.definition Small.T := h
theorem Small.«two words» : Small.T := Small.T.t
theorem Small.größe : Small.T := Small.T.t
theorem Small.unrelated : Small.T := Small.T.t
axiom Small.granted : Small.T
private theorem Small.secret : Small.T := Small.T.t
"""
USES = """\
prelude
import Small.Basic
private theorem Small.applied : Small.T := Small.bound Small.T.t
theorem Small.example : Small.T := Small.applied
"""


def exported(folder: Path, *theorems: str, exporter: str | None = None):
    """Export theorems of a project to its folder `build`."""
    names = [f"Small.{name}" for name in theorems or ("bound",)]
    return export_from_lake(folder, names, out=folder / "build", exporter=exporter)


def exporter(folder: Path, change: str) -> str:
    """Write an exporter that changes what the stand-in gives: `lines`, `said` and `status`."""
    path = folder / "exporter"
    path.write_text(
        f"#!{sys.executable}\n"
        "import json, os, subprocess, sys\n"
        f"command = [sys.executable, {str(STAND_IN)!r}, *sys.argv[1:]]\n"
        "done = subprocess.run(command, capture_output=True)\n"
        "lines = done.stdout.splitlines(keepends=True)\n"
        "said, status = done.stderr.decode(), done.returncode\n"
        f"{change}\n"
        "sys.stdout.buffer.writelines(lines)\n"
        "sys.stderr.write(said)\n"
        "sys.exit(status)\n",
        encoding="utf-8",
    )
    path.chmod(0o755)
    return str(path)


def changed_meta(change: str) -> str:
    return (
        "line = json.loads(lines[0]); meta = line['meta']\n"
        f"{change}\nlines[0] = json.dumps(line).encode() + b'\\n'"
    )


def lake_that_fails(patch: pytest.MonkeyPatch, folder: Path, command: str, *said: str) -> None:
    """Put a lake on PATH one of whose commands fails, and says something; the stand-in does the
    others.
    """
    path = folder / "tools" / "lake"
    path.parent.mkdir()
    path.write_text(
        "#!/bin/sh\n"
        f'case "$*" in {command}) ;; *) exec {sys.executable} {HERE / "lake"} "$@" ;; esac\n'
        "cat <<'END'\n" + "\n".join(said) + "\nEND\nexit 1\n"
    )
    path.chmod(0o755)
    patch.setenv("PATH", os.pathsep.join([str(path.parent), os.environ["PATH"]]))


@pytest.fixture(scope="module")
def built(lake, tmp_path_factory):
    """A project of two modules, built."""
    folder = make(
        tmp_path_factory.mktemp("built"),
        Small__lean="prelude\nimport Small.Uses\n",
        Small_Basic__lean=BASIC,
        Small_Uses__lean=USES,
    )
    exported(folder)
    shutil.rmtree(folder / "build")
    return folder


@pytest.fixture
def project(built, tmp_path):
    """A copy of that project."""
    return shutil.copytree(built, tmp_path / "project")


class TestExport:
    def test_what_it_says(self, project):
        """The file is told with the Lean and the exporter, and what an export cannot say: where
        each name is, private ones too, and how Lean prints the theorems.
        """
        done = exported(project, "bound", "«two words»")
        assert (done.lean, done.exporter) == (VERSION, "lean4export 3.1.0")
        basic, uses = Path("Small/Basic.lean"), Path("Small/Uses.lean")
        of_basic, of_uses = ("Small", "Basic"), ("Small", "Uses")
        assert done.places[("Small", "bound")] == Place(of_basic, basic, 5)
        assert done.places[("Small", "definition")] == Place(of_basic, basic, 3)
        private = ("_private", "Small", "Uses", 0, "Small", "applied")
        assert done.places[private] == Place(of_uses, uses, 3)
        assert done.statements == {
            ("Small", "bound"): "Small.bound (h : Small.T) : Small.definition Small.T",
            ("Small", "two words"): "Small.«two words» : Small.T",
        }

    def test_what_is_in_it(self, project):
        """The second kernel accepts it. It has the theorem, what it rests on, and what the sources
        build on it, be it through something private.
        """
        done = exported(project)
        with done.file.open("rb") as lines:
            assert not check(lines).refused
        kinds = Index(done.file, quiet).kinds
        assert kinds[("Small", "bound")] == kinds[("Small", "example")] == "theorem"
        assert ("Small", "definition") in kinds and ("Small", "unrelated") not in kinds

    def test_any_name(self, project):
        """A name that is no plain identifier reaches the exporter whole."""
        kinds = Index(exported(project, "größe", "«two words»").file, quiet).kinds
        assert {("Small", "größe"), ("Small", "two words")} <= set(kinds)

    def test_an_axiom(self, project):
        """An axiom is exported as what it is: what follows from that is for others to say."""
        assert (
            Index(exported(project, "granted").file, quiet).kinds[("Small", "granted")] == "axiom"
        )

    def test_a_proof_that_is_not_there(self, project):
        """Where lake wrote a module in three parts and the one with the proofs is gone, an axiom
        may be none, whatever Lean says.
        """
        server = project / ".lake/build/lib/lean/Small/Basic.olean.server"
        server.touch()
        with pytest.raises(LakeError, match=r"Basic\.olean\.private, which would hold its proof"):
            exported(project, "granted")
        server.with_suffix(".private").touch()
        assert exported(project, "granted").file.is_file()

    def test_lean_prints_no_statement(self, project, monkeypatch):
        """Statements are for readers: without them the export is the same."""
        lake_that_fails(monkeypatch, project, '"env lean --json "*', "no")
        done = exported(project)
        assert done.statements == {} and done.file.is_file()

    def test_lean4export_on_path(self, project, tmp_path, monkeypatch):
        """A Lean that brings no exporter is served by the lean4export on PATH."""
        monkeypatch.setenv("LEAN_SYSROOT", str(tmp_path))
        tools = tmp_path / "tools"
        tools.mkdir()
        shutil.copy(exporter(tmp_path, changed_meta("meta['exporter']['version'] = '9'")), tools)
        (tools / "exporter").rename(tools / "lean4export")
        monkeypatch.setenv("PATH", os.pathsep.join([str(tools), os.environ["PATH"]]))
        assert exported(project).exporter == "lean4export 9"


class TestKept:
    @pytest.fixture
    def counted(self, project, tmp_path):
        """An exporter that notes each run, and what tells how often it ran."""
        runs = tmp_path / "runs"
        program = exporter(tmp_path, f"open({str(runs)!r}, 'a').write('x')")
        return program, lambda: len(runs.read_text())

    def test_an_export_is_taken_again(self, project, counted):
        """While all that it depends on is the same, it is written once."""
        program, runs = counted
        first = exported(project, exporter=program)
        assert exported(project, exporter=program) == first and runs() == 1

    def test_it_is_written_anew(self, project, counted):
        """So it is if the exporter, a compiled file, a package's too, or the theorems changed, or
        the file is not as it was written.
        """
        program, runs = counted
        package = project / ".lake/packages/other/.lake/build/lib/lean/Other.olean"
        package.parent.mkdir(parents=True)
        package.write_bytes(b"1")
        files = [exported(project, exporter=program).file]
        Path(program).write_text(f"{Path(program).read_text()}# changed\n")
        files.append(exported(project, exporter=program).file)
        package.write_bytes(b"22")
        files.append(exported(project, exporter=program).file)
        source = project / "Small" / "Basic.lean"
        source.write_text(f"{source.read_text()}theorem Small.more : Small.T := Small.T.t\n")
        files.append(exported(project, exporter=program).file)
        files.append(exported(project, "bound", "unrelated", exporter=program).file)
        assert len(set(files)) == runs() == 5
        files[-1].write_bytes(files[-1].read_bytes()[:-2])
        again = exported(project, "bound", "unrelated", exporter=program)
        assert again.file == files[-1] and runs() == 6

    def test_what_is_old_or_unfinished_goes(self, project):
        """A few exports stay, and nothing of one that was cut short."""
        out = project / "build"
        (out / "lake-new-1").mkdir(parents=True)
        for number in range(9):
            (out / f"lake-{number}.json").write_text("{}")
            (out / f"lake-{number}.ndjson").write_text("")
            os.utime(out / f"lake-{number}.json", (number, number))
        done = exported(project)
        left = {"lake-8", "lake-7", "lake-6", done.file.stem}
        assert {path.stem for path in out.glob("*.ndjson")} == left
        assert {path.stem for path in out.glob("*.json")} == left
        assert not (out / "lake-new-1").exists()

    def test_a_failed_one_leaves_nothing(self, project, tmp_path):
        """What an exporter wrote before it failed is not kept."""
        with pytest.raises(LakeError):
            exported(project, exporter=exporter(tmp_path, "status = 1"))
        assert [path.name for path in (project / "build").iterdir()] == ["lake.lock"]


class TestExporters:
    """Exporters that do not do what they should."""

    @pytest.mark.parametrize(
        ("change", "words"),
        [
            ("lines, said, status = [], 'uncaught exception: no', 1", r"status 1:\nuncaught excep"),
            ("lines = []", "wrote nothing, though it ended with status 0; is it an exporter"),
            ("lines[-1] = lines[-1][:-3]", "is cut short or damaged .its last line does not end"),
            ("lines[-2] = b'{\\n'", "is cut short or damaged"),
            ("del lines[-1]", r"did not export Small.bound, which Small/Basic.lean:5 declares"),
            ("lines[0] = b'2.0.0\\n'", "not write lean4export's format 3.1: it is no export"),
            (
                changed_meta("meta['format']['version'] = '3.0.0'"),
                "not write lean4export's format 3.1: it is in version 3.0.0",
            ),
            (
                changed_meta("meta['lean']['version'] = '4.34.0'"),
                rf"(?s)is of another Lean than the project, .* {VERSION}.*its export is of Lean 4.34.0",
            ),
            (
                changed_meta("meta['lean']['githash'] = '0' * 40"),
                f"(?s)is of another Lean than the project.*commit {GITHASH}",
            ),
            (
                "lines, status = [], 1\n"
                "said = \"uncaught exception: failed to read file 'A.olean', incompatible header\"",
                "(?s)is of another Lean than the project.*a leanexport of its own.*A.olean",
            ),
            (
                "lines = [line for line in lines if b'\"thm\"' not in line] + [\n"
                "    b'{\"axiom\":' + json.dumps({key: json.loads(line)['thm'][key] for key in\n"
                "    ('name', 'levelParams', 'type')}).encode() + b'}\\n'\n"
                "    for line in lines if b'\"thm\"' in line]",
                "exported Small.bound without its proof.*in the .olean.private beside the .olean",
            ),
        ],
    )
    def test_it_is_told(self, project, tmp_path, change, words):
        """Each has a message of its own, and status 3."""
        # Nothing is built on this theorem, so that it is on the last line.
        (project / "Small" / "Uses.lean").write_text("prelude\nimport Small.Basic\n")
        with pytest.raises(LakeError, match=words) as raised:
            exported(project, exporter=exporter(tmp_path, change))
        assert raised.value.exit_code == EXIT_LEAN

    def test_a_panic_ends_it(self, project, tmp_path):
        """Lean's panics are set to end a program, so that it does not go on with less."""
        program = exporter(tmp_path, "status = int(os.environ['LEAN_ABORT_ON_PANIC'])")
        with pytest.raises(LakeError, match="status 1"):
            exported(project, exporter=program)

    def test_there_is_none(self, project, tmp_path, monkeypatch):
        """Where the toolchain has none, the message says how one is had, by the Lean's version."""
        monkeypatch.setenv("LEAN_SYSROOT", str(tmp_path))
        with pytest.raises(LeanMissing, match="no lean4export on PATH.*install that Lean again"):
            exported(project)
        (project / "lean-toolchain").write_text("leanprover/lean4:v4.31.0\n")
        lake_that_fails(monkeypatch, project, '"env lean --version"')
        tool = project / "tools" / "lake"
        said = "Lean (version 4.31.0, x86_64-unknown-linux-gnu, commit 0123456789ab, Release)"
        tool.write_text(
            tool.read_text().replace("exit 1", "exit 0").replace("\n\nEND", f"\n{said}\nEND")
        )
        with pytest.raises(LeanMissing, match=r"(?s)lean4export for Lean 4.31.0.*checkout v4.31.0"):
            exported(project)

    @pytest.mark.parametrize("name", ["tools/none", "no-such-exporter"])
    def test_the_one_that_is_named_is_missing(self, project, name):
        """A configured exporter that is not there is named."""
        with pytest.raises(LeanMissing, match=f"no program {name} to export with"):
            exported(project, exporter=name)


class TestLake:
    """What lake itself can say, in its own words."""

    @pytest.mark.parametrize(
        ("said", "words"),
        [
            (
                "info: mathlib: cloning https://github.com/leanprover-community/mathlib4\n"
                "error: external command 'git' exited with code 128\n"
                "fatal: unable to access 'https://github.com/…/': Could not resolve host: github.com",
                "could not fetch a package that the project needs.*`lake build` in .* once",
            ),
            (
                "error: leanprover-community/mathlib: could not materialize package: "
                "this may be a transient error or a bug in Lake or Reservoir",
                "could not fetch a package that the project needs.*lake exe cache get",
            ),
            (
                "error: missing manifest; use `lake update` to generate one",
                "lake-manifest.json does not list.*run `lake update` in",
            ),
            (
                "error: dependency 'mathlib' not in manifest; use `lake update mathlib` to add it",
                "lake-manifest.json does not list.*run `lake update mathlib` in",
            ),
            (
                "error: toolchain 'leanprover/lean4:v4.35.0' is not installed",
                "the Lean that lean-toolchain names is not installed.*elan toolchain install",
            ),
            ("error: build failed", r"with status 1:\nerror: build failed"),
        ],
    )
    def test_a_failure(self, project, monkeypatch, said, words):
        """What it says of the network, the manifest or the toolchain is known, and what to run
        is said; whatever else it says is shown.
        """
        # Whatever lake is asked first fetches what is missing.
        lake_that_fails(monkeypatch, project, '"env lean --version"', said)
        with pytest.raises(LakeError, match=words) as raised:
            exported(project)
        assert said in str(raised.value)

    def test_a_build_that_fetches(self, project, monkeypatch):
        """So it is where a build fails."""
        lake_that_fails(monkeypatch, project, "build*", "curl: (6) Could not resolve host: x")
        with pytest.raises(LakeError, match="`lake build` failed .*; it could not fetch a package"):
            exported(project)

    def test_a_failing_build(self, project):
        """The last lines of a build that failed are shown."""
        (project / "Small" / "Basic.lean").write_text("prelude\ntheorem t : Nowhere := it\n")
        with pytest.raises(
            LakeError, match="(?s)`lake build` failed.*Unknown identifier `Nowhere`"
        ):
            exported(project)

    def test_another_lean(self, project):
        """The Lean that runs must be the one that lean-toolchain names."""
        (project / "lean-toolchain").write_text("leanprover/lean4:v4.9.0\n")
        with pytest.raises(
            LakeError, match=f"names Lean 4.9.0, but `lake env lean` is Lean {VERSION}"
        ):
            exported(project)

    def test_no_lake_and_no_project(self, project, monkeypatch, tmp_path):
        """Both are told before anything is done."""
        with pytest.raises(UsageError, match="is no lake project: it has no lean-toolchain and no"):
            exported(tmp_path)
        monkeypatch.setenv("PATH", str(tmp_path))
        with pytest.raises(LeanMissing, match="no `lake` on PATH; install Lean with elan"):
            exported(project)


class TestTheorems:
    @pytest.mark.parametrize(
        ("name", "error", "words"),
        [
            ("bounds", UnknownTheorem, "no theorem Small.bounds; did you mean Small.bound"),
            ("secret", NotATheorem, r"is private \(Small/Basic.lean:10\).*take `private` away"),
        ],
    )
    def test_a_wrong_name(self, project, name, error, words):
        """A theorem that is not there, or private, is an error that says so."""
        with pytest.raises(error, match=words) as raised:
            exported(project, name)
        assert raised.value.exit_code == EXIT_USAGE

    def test_no_theorem(self, project):
        """With nothing to export nothing is run."""
        with pytest.raises(UsageError, match="nothing to export"):
            export_from_lake(project, [], out=project / "build")
