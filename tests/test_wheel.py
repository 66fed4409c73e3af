"""The wheel: installed apart from any checkout, it makes a project that verifies."""

from __future__ import annotations

import json
import os
import re
import shutil
import subprocess
import sys
import sysconfig
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parent.parent

SOURCES = ("pyharness", "LeanMining")
FILES = (
    *("LeanMining.lean", "MANIFEST.in", "README.md", "pyproject.toml", "setup.py"),
    "certificates/statements.lock.json",
)


def run(*command: str | Path, folder: Path) -> subprocess.CompletedProcess[str]:
    """Run a command in a folder, with nothing of this process's to import from."""
    environment = {name: value for name, value in os.environ.items() if "PYTHON" not in name}
    return subprocess.run(
        [*map(str, command)],
        cwd=folder,
        env=environment | {"NO_COLOR": "1", "COLUMNS": "80"},
        text=True,
        capture_output=True,
        check=False,
        timeout=600,
    )


@pytest.fixture(scope="module")
def wheel(tmp_path_factory):
    """The wheel, built from the source distribution, and that from a copy of the sources, without
    what earlier builds left there.
    """
    source = tmp_path_factory.mktemp("source")
    for name in SOURCES:
        shutil.copytree(ROOT / name, source / name, ignore=shutil.ignore_patterns("__pycache__"))
    for name in FILES:
        (source / name).parent.mkdir(exist_ok=True)
        shutil.copy2(ROOT / name, source / name)
    sdist = "from setuptools import build_meta; build_meta.build_sdist('sdist')"
    done = run(sys.executable, "-c", sdist, folder=source)
    assert done.returncode == 0, done.stderr
    (archive,) = (source / "sdist").iterdir()
    done = run(
        sys.executable, "-m", "pip", "wheel", "--quiet", "--no-deps", "--no-build-isolation",
        "--wheel-dir", "wheels", archive, folder=source,
    )  # fmt: skip
    assert done.returncode == 0, done.stderr
    (file,) = (source / "wheels").iterdir()
    return file


@pytest.fixture(scope="module")
def installed(wheel, tmp_path_factory):
    """The scripts of an environment that has the wheel, and what else is installed here.

    The checkout is left out: what makes it importable here is a file `*.pth`, and a folder that is
    on the path by such a file has its own ignored.
    """
    venv = tmp_path_factory.mktemp("venv")
    assert run(sys.executable, "-m", "venv", "--without-pip", venv, folder=venv).returncode == 0
    scripts = venv / "bin"
    found = run(
        scripts / "python", "-c", "import sysconfig; print(sysconfig.get_path('purelib'))",
        folder=venv,
    )  # fmt: skip
    packages = Path(found.stdout.strip())
    done = run(
        sys.executable, "-m", "pip", "--python", scripts / "python", "install", "--quiet",
        "--no-deps", "--no-index", wheel, folder=venv,
    )  # fmt: skip
    assert done.returncode == 0, done.stderr
    here = dict.fromkeys(sysconfig.get_path(kind) for kind in ("purelib", "platlib"))
    (packages / "dependencies.pth").write_text("\n".join(here) + "\n")
    return scripts


@pytest.fixture(scope="module")
def demo(installed, tmp_path_factory):
    """The project of `pyharness init demo` in an empty folder, after `pyharness verify`."""
    folder = tmp_path_factory.mktemp("empty")
    place = run(
        installed / "python", "-c", "import pyharness; print(pyharness.__file__)", folder=folder
    )
    assert Path(place.stdout.strip()).is_relative_to(installed.parent), place.stdout + place.stderr
    made = run(installed / "pyharness", "init", "demo", folder=folder)
    assert made.returncode == 0, made.stderr
    done = run(installed / "pyharness", "verify", folder=folder / "demo")
    assert done.returncode == 0, done.stdout + done.stderr
    return folder / "demo"


def test_the_readme_builds_and_installs_it(wheel):
    """By the commands that these tests run, and by the name that the wheel has."""
    readme = (ROOT / "README.md").read_text(encoding="utf-8")
    commands = re.findall(r"^    (pip .*?)(?: +#.*)?$", readme, re.MULTILINE)
    names = [wheel.name, f"'{wheel.name}[tensors]'"]
    assert commands == ["pip wheel --no-deps .", *(f"pip install {name}" for name in names)]


def test_the_checkout_is_out_of_sight(installed, tmp_path):
    """Its own pack cannot be imported there."""
    done = run(installed / "python", "-c", "import claims", folder=tmp_path)
    assert "No module named 'claims'" in done.stderr


def test_a_new_project_is_gold_and_refuted(demo):
    """One claim each, and nothing is left to be done."""
    summary = json.loads((demo / "certificates" / "demo.json").read_text())["summary"]
    assert summary["tiers"]["gold"] == summary["tiers"]["refuted"] == 1
    assert summary["claims"] == 2 and summary["unmet"] == []


def test_its_certificate_checks(installed, demo):
    """Against its sources, and by the second kernel."""
    done = run(
        installed / "pyharness", "check", "certificates/demo.json", "--source", ".", "--proofs",
        folder=demo,
    )  # fmt: skip
    assert done.returncode == 0, done.stdout + done.stderr


def test_its_witness_replays(installed, demo):
    """The false claim fails again where it was found to fail."""
    done = run(installed / "pyharness", "explain", "relu.identity", "--replay", folder=demo)
    assert done.returncode == 0 and "False: the claim fails here" in done.stdout, done.stderr


def test_its_own_tests_pass(installed, demo):
    """By the environment's Python."""
    done = run(installed / "python", "-m", "pytest", folder=demo)
    assert done.returncode == 0 and "3 passed" in done.stdout, done.stdout + done.stderr
