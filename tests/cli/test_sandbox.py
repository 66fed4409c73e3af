"""`--sandbox`: every command that runs a project's code, run for real under bubblewrap."""

from __future__ import annotations

import json
import os
import shutil
import sys

import numpy as np
import pytest
from safetensors.numpy import save_file

from pyharness.core.errors import EXIT_OK, EXIT_SANDBOX, EXIT_UNMET, EXIT_USAGE
from pyharness.core.sandbox import KEPT
from pyharness.proofs.lake_export import export_from_lake
from tests.proofs.lake_projects import HERE, make, on_path
from tests.sandboxes import ABSENT
from tests.small_project import call, run, write_pack

needs_bubblewrap = pytest.mark.skipif(ABSENT is not None, reason=str(ABSENT))

LEAVES_MARK = """
import os
from pathlib import Path
MARK = Path({mark!r})
try:
    MARK.write_text("the pack ran outside")
except OSError:
    pass
"""

RUNNING = [
    ["verify"],
    ["status"],
    ["pin"],
    ["explain", "small.proved", "--replay"],
    ["evidence", "record", "--device", "cpu", "-o", "record.json"],
    ["doctor", "--project", "."],
    ["check", "certificates/small.json", "--source", ".", "--rerun"],
]
"""Every command that runs code of a project."""


def shared(project):
    """Let the sandbox have what was compiled outside, to save a minute."""
    shutil.copytree(project / "build", project / "build" / KEPT)
    return project


def tree(folder):
    """All files of a project but those in build/."""
    return {
        path.relative_to(folder).as_posix(): path.read_bytes()
        for path in sorted(folder.rglob("*"))
        if path.is_file() and "build" not in path.parts and "__pycache__" not in path.parts
    }


@needs_bubblewrap
def test_the_certificate_is_the_same(verified):
    """Byte for byte, with its proofs; nothing else is written but the record of the run."""
    before = tree(verified)
    shutil.rmtree(verified / "certificates" / "proofs")
    (verified / "certificates" / "small.json").unlink()
    done = run(shared(verified), "verify", "--sandbox")
    assert done.returncode == EXIT_OK and "small.proved" in done.stdout, done.stderr
    after = tree(verified)
    for files in (before, after):
        files.pop("certificates/small.run.json")
    assert after == before


@needs_bubblewrap
def test_proofs_of_no_use_any_more_are_removed(verified):
    """As without a sandbox; and those of another certificate are left."""
    proofs = verified / "certificates" / "proofs"
    (proofs / f"small-{'0' * 16}.ndjson.gz").write_bytes(b"old")
    (proofs / f"other-{'0' * 16}.ndjson.gz").write_bytes(b"another's")
    before = {path.name for path in proofs.iterdir()}
    assert run(shared(verified), "verify", "--sandbox").returncode == EXIT_OK
    assert {path.name for path in proofs.iterdir()} == before - {f"small-{'0' * 16}.ndjson.gz"}


@needs_bubblewrap
def test_a_pack_writes_no_pins(verified):
    """A pack that writes what it likes where the certificate is changes the certificate at most."""
    pack = verified / "small_pack.py"
    pack.write_text(
        pack.read_text() + "from pathlib import Path\n"
        "for name in ('statements.lock.json', 'evidence/h100.json', 'small.json.dsse.json', 'x'):\n"
        "    path = Path(__file__).parent / 'certificates' / name\n"
        "    try:\n"
        "        path.parent.mkdir(exist_ok=True)\n"
        "        path.write_text('evil')\n"
        "    except OSError as error:\n"
        "        print(name, error.strerror)\n"
    )
    before = tree(verified)
    done = run(shared(verified), "verify", "--sandbox")
    assert "statements.lock.json Read-only file system" in done.stdout
    after = tree(verified)
    assert {name for name in before | after if before.get(name) != after.get(name)} <= {
        "certificates/small.json",
        "certificates/small.run.json",
    }


@needs_bubblewrap
def test_pin_writes_the_pins_alone(project):
    """And the certificate's folder need not be there before."""
    before = tree(project)
    assert run(shared(project), "pin", "--sandbox").returncode == EXIT_OK
    after = tree(project)
    assert after.keys() - before.keys() == {"certificates/statements.lock.json"}
    assert {name: after[name] for name in before} == before


@needs_bubblewrap
def test_status_is_the_same(project):
    """An unfinished proof ends with status 1 in the sandbox too, and JSON is what it was."""
    write_pack(project, "Small.rests")
    outside, inside = (
        run(project, "status", "--json", *options)
        for options in ((), ("--sandbox",))
        if not options or shared(project)
    )
    assert inside.returncode == outside.returncode == EXIT_UNMET
    assert json.loads(inside.stdout) == json.loads(outside.stdout)


@needs_bubblewrap
def test_errors_come_out(project):
    """Bad input in there ends with its own status and message."""
    (project / "small_pack.py").write_text("raise ValueError('not today')\n")
    done = run(project, "status", "--sandbox", "--json")
    assert done.returncode == EXIT_USAGE and "not today" in done.stderr
    assert json.loads(done.stdout)["error"] == "UsageError"


@needs_bubblewrap
def test_a_rerun_is_judged_outside(verified):
    """The new run is the sandbox's; what it says is compared by the command outside. A pack that
    ends it has not shown that the certificate holds.
    """
    arguments = ("check", "certificates/small.json", "--source", ".", "--rerun", "--sandbox")
    done = call(verified, *arguments)
    assert done.returncode == EXIT_OK and "checks" in done.stdout, done.stderr
    pack = verified / "small_pack.py"
    pack.write_text(pack.read_text() + "import os; print('it checks', flush=True); os._exit(0)\n")
    done = call(verified, *arguments)
    assert done.returncode == EXIT_UNMET and "the new run in the sandbox failed" in done.stderr


@needs_bubblewrap
@pytest.mark.parametrize("arguments", RUNNING[:-1], ids=lambda arguments: arguments[0])
def test_no_command_runs_the_pack_outside(verified, tmp_path, arguments):
    """The pack writes beside the project when it is imported: without the sandbox it can."""
    mark = tmp_path / "mark"
    pack = verified / "small_pack.py"
    pack.write_text(pack.read_text() + LEAVES_MARK.format(mark=str(mark)))
    if arguments[0] in ("explain", "doctor"):  # The others take longer, and the pack is the same.
        run(verified, *arguments)
        assert mark.exists()
        mark.unlink()
    done = run(shared(verified), *arguments, "--sandbox")
    assert done.returncode != EXIT_SANDBOX, done.stderr
    assert not mark.exists()


@pytest.mark.parametrize("arguments", RUNNING, ids=lambda arguments: arguments[0])
def test_without_bubblewrap_no_command_runs_the_pack(verified, tmp_path, monkeypatch, arguments):
    """Each says what is missing and stops, with a status that nothing else has."""
    mark = tmp_path / "mark"
    pack = verified / "small_pack.py"
    pack.write_text(pack.read_text() + LEAVES_MARK.format(mark=str(mark)))
    before = tree(verified)
    monkeypatch.setenv("PATH", str(tmp_path))
    done = call(verified, *arguments, "--sandbox")
    assert done.returncode == EXIT_SANDBOX == 4, done
    assert "apt-get install bubblewrap" in done.stderr
    assert not mark.exists() and tree(verified) == before


@pytest.mark.parametrize(
    ("arguments", "words"),
    [
        (["verify", "--executor", "ray"], "outside the sandbox"),
        (["verify", "--device", "cuda"], "no GPU"),
        (["audit", "codes.npz", "--device", "cuda"], "no GPU"),
        (["evidence", "record", "--device", "cuda", "-o", "x.json"], "no GPU"),
        (["check", "certificates/small.json"], "goes with --rerun"),
    ],
)
def test_what_does_not_go_together(verified, arguments, words):
    """What would leave the sandbox, or has nothing to do in it, is refused."""
    np.savez(verified / "codes.npz", w=np.int8([1, -127]), w_scale=np.float32([1]))
    done = call(verified, *arguments, "--sandbox")
    assert done.returncode == EXIT_USAGE and words in done.stderr


STREAMING_PACK = """\
import torch
from pyharness.evidence.streaming import of_values
from pyharness.project.pack import Source, claim


def same(q):
    return torch.as_tensor(q) == q


@claim("same", statement="q = q.", source=Source("d", "h"), tier="bronze", streams=of_values(same, "q"))
def nothing(run):
    return []
"""


@needs_bubblewrap
@pytest.mark.parametrize("where", ["the project", "elsewhere"])
def test_checkpoints_of_one_s_own(auditing_project, tmp_path, where):
    """They are read where they are, and the certificate is written there too. The pack does not
    run outside; without bubblewrap nothing does.
    """
    project = shutil.copytree(auditing_project, tmp_path / "project")
    mark = tmp_path / "mark"
    (project / "small_pack.py").write_text(STREAMING_PACK + LEAVES_MARK.format(mark=str(mark)))
    shared(project)
    folder = project
    if where == "elsewhere":
        (folder := tmp_path / "my models").mkdir()
        (folder / "secret").write_text("x")
    w = np.array([1, -127, 5], np.float32)
    save_file({"w": w.astype(np.int8), "w_scale": np.float32([1])}, folder / "weights")
    save_file({"w": w}, folder / "floats.safetensors")
    (folder / "model.safetensors").symlink_to("weights")
    arguments = ("audit", "model.safetensors", "--original", "floats.safetensors")
    arguments += ("--project", str(project))
    if where == "the project":
        shutil.move(folder / "weights", folder / "model.safetensors")
    outside = run(folder, *arguments, "-o", "outside.json")
    assert outside.returncode == EXIT_OK and mark.exists(), outside.stderr
    mark.unlink()
    before = tree(project) | tree(folder)
    inside = run(folder, *arguments, "--sandbox", "-o", "inside.json")
    assert inside.returncode == EXIT_OK and not mark.exists(), inside.stderr
    assert [line for line in inside.stdout.splitlines() if line.startswith("same ")]
    new = (tree(project) | tree(folder)).keys() - before.keys()
    written = {name for name in new if not name.startswith("proofs/")}
    assert written == {"inside.json", "inside.run.json"}, inside.stderr
    made = [json.loads((folder / f"{name}.json").read_text()) for name in ("outside", "inside")]
    assert made[0]["claims"] == made[1]["claims"]
    done = call(folder, *arguments, "--sandbox", PATH=str(tmp_path))
    assert done.returncode == EXIT_SANDBOX and not mark.exists()


@needs_bubblewrap
def test_checkpoints_outside_any_project(library_cache, tmp_path):
    """What ships with the harness checks them; the folder of caches is the one that is named."""
    shutil.copytree(library_cache / "pyharness", tmp_path / "cache" / "pyharness")
    shared(tmp_path / "cache" / "pyharness")
    (folder := tmp_path / "my models").mkdir()
    np.savez(folder / "codes.npz", w=np.int8([1, -127]), w_scale=np.float32([1]))
    where = {"XDG_CACHE_HOME": str(tmp_path / "cache")}
    outside = call(folder, "audit", "codes.npz", "-o", "outside.json", **where)
    assert outside.returncode == EXIT_OK, outside.stderr
    inside = call(folder, "audit", "codes.npz", "-o", "inside.json", "--sandbox", **where)
    assert inside.returncode == EXIT_OK, inside.stderr
    made = [json.loads((folder / f"{name}.json").read_text()) for name in ("outside", "inside")]
    assert made[0]["claims"] == made[1]["claims"]


LAKE_SAMPLE = """\
prelude
inductive Small.Truth : Prop where
  | intro : Small.Truth
theorem Small.proved : Small.Truth := Small.Truth.intro
axiom Small.assumed : Small.Truth
theorem Small.rests : Small.Truth := Small.assumed
"""


LAKE_CONFIG = """\
name = "Small"
allowed-axioms = []
certificate = "certificates/small.json"
seed = 0
{0}
[proofs]
{1}
"""
LAKE_PACK = """\
from pyharness import Source, claim


@claim("a.b", statement="s", source=Source("d", "h"), theorem="Small.proved", tier="none")
def nothing(run):
    return []
"""


@pytest.fixture
def marked_lake(tmp_path, monkeypatch):
    """A lake on PATH that writes what it can beside its work, and where it tries to outside the
    project; the stand-in does the work.
    """
    mark = tmp_path / "mark"
    (tools := tmp_path / "tools").mkdir()
    (tools / "lake").write_text(
        f"#!{sys.executable}\nimport os, runpy\n"
        f"for path in ({str(mark)!r}, 'Small.lean', 'evil.lean', '.git/hooks/x'):\n"
        "    try:\n        open(path, 'a').write('evil')\n"
        "    except OSError:\n        pass\n"
        f"runpy.run_path({str(HERE / 'lake')!r}, run_name='__main__')\n"
    )
    (tools / "lake").chmod(0o755)
    monkeypatch.setenv("PATH", f"{tools}{os.pathsep}{os.environ['PATH']}")
    monkeypatch.setenv("PYTHONPATH", f"{HERE}{os.pathsep}{HERE.parents[1]}")
    return mark


@needs_bubblewrap
def test_a_lake_project(tmp_path, marked_lake):
    """Lake builds in the sandbox: what it runs can write in the place of .lake alone, and what was
    built before is as it was.
    """
    (project := tmp_path / "project").mkdir()
    make(project, Small__lean=LAKE_SAMPLE, pyharness__toml=LAKE_CONFIG.format("", 'lake = "."'))
    (project / ".lake" / "packages" / "a").mkdir(parents=True)
    before = tree(project)
    done = call(project, "status", "--sandbox", "--json")
    assert done.returncode == EXIT_UNMET, done.stderr
    rows = {row["id"]: row["status"] for row in json.loads(done.stdout)["theorems"]}
    assert rows["Small.proved"] == "proved" and rows["Small.rests"] == "axiom"
    assert not marked_lake.exists()
    after = tree(project)
    assert {name for name in after if name not in before and ".lake/" not in name} == set()
    assert {path.name for path in (project / ".lake").iterdir()} == {"packages", KEPT}
    assert not [*(project / ".lake" / "packages" / "a").iterdir()]


@needs_bubblewrap
@pytest.mark.parametrize("place", ["project/lean", "lean"])
def test_a_lake_project_elsewhere(tmp_path, marked_lake, place):
    """It may lie below the project's folder or outside it; pins, certificate and proofs are all
    that comes out. A checker that the project names by its path can be run, and its neighbours
    cannot be read.
    """
    project, lean = tmp_path / "project", tmp_path / place
    lean.mkdir(parents=True)
    make(lean, Small__lean=LAKE_SAMPLE)
    (lean / ".lake" / "packages" / "a").mkdir(parents=True)
    (checkers := tmp_path / "checkers").mkdir()
    (checkers / "secret").write_text("x")
    (checkers / "check").write_text(
        f"#!/bin/sh\ntest ! -e {checkers}/secret && test -d {lean}/.lake/packages/a\n"
    )
    (checkers / "check").chmod(0o755)
    lines = [f'lake = "{os.path.relpath(lean, project)}"', 'checkers = ["../checkers/check $IN"]']
    project.mkdir(exist_ok=True)
    (project / "pyharness.toml").write_text(
        LAKE_CONFIG.format('packs = ["lake_pack"]', "\n".join(lines))
    )
    (project / "lake_pack.py").write_text(LAKE_PACK)
    before = tree(tmp_path)
    for command in ("pin", "verify"):
        done = call(project, command, "--sandbox", *(["--json"] if command == "pin" else []))
        assert done.returncode == EXIT_OK, done.stderr
    assert not marked_lake.exists()
    after = tree(tmp_path)
    new = {name for name in after if name not in before and ".lake/" not in name}
    (proofs,) = (project / "certificates" / "proofs").iterdir()
    assert new == {
        f"project/certificates/{name}"
        for name in (
            "statements.lock.json",
            "small.json",
            "small.run.json",
            f"proofs/{proofs.name}",
        )
    }
    assert {name: after[name] for name in before} == before


@needs_bubblewrap
def test_an_export_elsewhere(tmp_path, monkeypatch):
    """It can be read where it is, and so can a checker's folder on PATH; a file that is no export
    cannot, whatever the project calls it.
    """
    (project := tmp_path / "project").mkdir()
    (tmp_path / "made").mkdir()
    make(tmp_path / "made", Small__lean=LAKE_SAMPLE)
    on_path(monkeypatch)
    monkeypatch.setenv("PYTHONPATH", str(HERE.parents[1]))
    export = export_from_lake(tmp_path / "made", ["Small.proved"], out=tmp_path / "out").file
    (tools := tmp_path / "tools").mkdir()
    (tools / "checker").write_text(f"#!/bin/sh\ntest -e {tools}/beside\n")
    (tools / "checker").chmod(0o755)
    (tools / "beside").write_text("x")
    monkeypatch.setenv("PATH", f"{tools}{os.pathsep}{os.environ['PATH']}")
    lines = f'export = "{export}"\ncheckers = ["checker $IN"]'
    (project / "pyharness.toml").write_text(LAKE_CONFIG.format("", lines))
    done = call(project, "status", "--sandbox", "--json")
    assert done.returncode == EXIT_OK, done.stderr
    assert [row["id"] for row in json.loads(done.stdout)["theorems"]] == ["Small.proved"]
    export.write_text("a secret\n")
    done = call(project, "status", "--sandbox", "--json")
    assert done.returncode == EXIT_USAGE and "it is no export" in done.stderr
    assert "a secret" not in done.stdout + done.stderr


def test_a_folder_that_is_no_lake_project_is_left_alone(tmp_path):
    """It is refused before anything is made in it."""
    (tmp_path / "pyharness.toml").write_text(LAKE_CONFIG.format("", 'lake = "."'))
    done = call(tmp_path, "status", "--sandbox")
    assert done.returncode == EXIT_USAGE and "no lake project" in done.stderr
    assert not (tmp_path / ".lake").exists()
