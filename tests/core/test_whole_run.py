"""What a whole run depends on: as soon as any of it changes, the run is not the same."""

from __future__ import annotations

import os
import subprocess
import sys
import time

import pytest

from pyharness.core.cache import Cache
from pyharness.core.whole_run import depends_on, is_same, watched
from tests.small_project import ROOT

RUN = """\
import os
from pathlib import Path

from pyharness.core.cache import Cache
from pyharness.core.whole_run import watch, watched

watch()
import helper

Path("data.txt").read_text()
os.listdir("folder")
Path("written.txt").write_text("by the run")
try:
    open("absent.txt")
except FileNotFoundError:
    pass
{more}
print(watched().keep(Cache(Path("build/cache")), {{"what": "this run"}}))
"""


@pytest.fixture
def folder(tmp_path):
    """What a run reads: a module, a file and a folder, all of them older than the run."""
    (tmp_path / "path").mkdir()
    (tmp_path / "path" / "helper.py").write_text("NUMBER = 1\n")
    (tmp_path / "data.txt").write_text("as it was")
    (tmp_path / "folder").mkdir()
    (tmp_path / "folder" / "one.txt").write_text("1")
    (tmp_path / "build" / "cache").mkdir(parents=True)
    run(tmp_path, "")  # The byte code of the module is written now.
    time.sleep(1.2)
    return tmp_path


def run(folder, more):
    """Run in a process of its own; return what was kept, None if nothing was."""
    done = subprocess.run(
        [sys.executable, "-c", RUN.format(more=more)],
        cwd=folder,
        env={**os.environ, "PYTHONPATH": f"{folder / 'path'}{os.pathsep}{ROOT}"},
        capture_output=True,
        text=True,
        check=True,
    )
    kept = Cache(folder / "build" / "cache").get({"what": "this run"})
    assert (done.stdout == "True\n") == (kept is not None)
    return kept


def rewritten(path):
    """Write as many other bytes, and put the file's times back."""
    before = path.stat()
    path.write_bytes(bytes(byte ^ 1 for byte in path.read_bytes()))
    os.utime(path, ns=(before.st_atime_ns, before.st_mtime_ns))


CHANGES = {
    "a module": lambda folder: (folder / "path" / "helper.py").write_text("NUMBER = 2\n"),
    "a file, with its size and times as they were": lambda folder: rewritten(folder / "data.txt"),
    "a file that is gone": lambda folder: (folder / "data.txt").unlink(),
    "a file more in a folder": lambda folder: (folder / "folder" / "two.txt").write_text("2"),
    "a file less in a folder": lambda folder: (folder / "folder" / "one.txt").unlink(),
    "a file that was not there": lambda folder: (folder / "absent.txt").write_text("now it is"),
    "a module that hides another": lambda folder: (folder / "path" / "json.py").write_text(""),
}


@pytest.mark.parametrize("change", CHANGES.values(), ids=[*CHANGES])
def test_what_a_run_read_counts(folder, change):
    """Each file that was read or imported, and the names in each folder that was listed or read
    from; not what it wrote itself, nor what the cache holds.
    """
    kept = run(folder, "")
    assert is_same(kept)
    (folder / "written.txt").write_text("by another")
    (folder / "build" / "cache" / "more.json").write_text("{}")
    assert is_same(kept)
    change(folder)
    assert not is_same(kept)


@pytest.mark.parametrize(
    "more",
    [
        "import subprocess; subprocess.run(['true'])",
        "os.waitpid(os.fork() or os._exit(0), 0)",
        "Path('data.txt').write_text('otherwise')",
        "os.utime('path/helper.py')",
    ],
    ids=["a process", "a fork", "a file that it read and wrote", "a file that is newer"],
)
def test_what_cannot_be_told_is_not_kept(folder, more):
    """What another process read is unknown, and so is what a file held that was written since."""
    assert run(folder, more) is None


def test_the_key(monkeypatch, tmp_path):
    """The folder, the variables and the options count; how wide the terminal is does not."""
    monkeypatch.chdir(tmp_path)
    key = depends_on("verify", {"project": tmp_path})
    monkeypatch.setenv("TOKEN", "a secret")
    assert "a secret" not in str(depends_on("verify", {"project": tmp_path}))
    monkeypatch.delenv("TOKEN")
    monkeypatch.setenv("COLUMNS", "60")
    assert depends_on("verify", {"project": tmp_path}) == key
    monkeypatch.setenv("OMP_NUM_THREADS", "7")
    assert depends_on("verify", {"project": tmp_path}) != key
    monkeypatch.delenv("OMP_NUM_THREADS")
    assert depends_on("verify", {"project": tmp_path / "other"}) != key
    monkeypatch.chdir(tmp_path.parent)
    assert depends_on("verify", {"project": tmp_path}) != key


def test_a_process_that_does_several_things_is_not_watched():
    """What was read before would be missing: only the executable watches, from its start."""
    assert watched() is None
