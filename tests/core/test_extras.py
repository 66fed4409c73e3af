"""How to install an extra, for each kind of installation."""

from __future__ import annotations

import json
import shlex
import tomllib
from importlib.metadata import PackageNotFoundError
from pathlib import Path
from types import SimpleNamespace

import pytest

from pyharness.core import extras

ROOT = Path(__file__).resolve().parents[2]
PROJECT = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["project"]


@pytest.fixture
def installed(tmp_path, monkeypatch):
    """Have the package lie in a folder, installed from what pip recorded: None if by no pip."""

    def install(recorded, *, project=None):
        folder = tmp_path / "a place"
        folder.mkdir(exist_ok=True)
        if project:
            (folder / "pyproject.toml").write_text(f'[project]\nname = "{project}"\n')
        monkeypatch.setattr(extras, "_FOLDER", folder)

        def distribution(name):
            assert name == PROJECT["name"]
            if recorded is None:
                raise PackageNotFoundError(name)
            return SimpleNamespace(
                read_text=lambda file: (
                    json.dumps(recorded) if recorded and file == "direct_url.json" else None
                )
            )

        monkeypatch.setattr(extras, "distribution", distribution)
        return folder

    return install


def test_it_is_the_distribution_of_this_repository():
    """Under the name that `pyproject.toml` gives it, which the extra `test` uses too."""
    assert PROJECT["name"] == extras.DISTRIBUTION
    names = [item for item in PROJECT["optional-dependencies"]["test"] if "[" in item]
    all_but = "dojo,examples,gguf,keyless,model-signing,onnx,tensors,tflite"
    assert names == [f"{extras.DISTRIBUTION}[{all_but}]"]


class TestCheckout:
    @pytest.mark.parametrize(
        ("recorded", "option"),
        [
            (None, ""),
            ({"url": "file:///x", "dir_info": {}}, ""),
            ({"url": "file:///x", "dir_info": {"editable": True}}, "--editable "),
        ],
    )
    def test_by_its_folder(self, installed, monkeypatch, recorded, option):
        """Here if that is where the command would run, else by its path; editable if it is."""
        folder = installed(recorded, project=extras.DISTRIBUTION)
        assert extras.install("onnx") == f"run: pip install {option}'{folder}[onnx]'"
        monkeypatch.chdir(folder)
        assert extras.install("onnx") == f"run: pip install {option}'.[onnx]'"

    def test_the_command_is_one_for_a_shell(self, installed):
        """A folder with a space stays one argument."""
        folder = installed(None, project=extras.DISTRIBUTION)
        command = extras.install("onnx").removeprefix("run: ")
        assert shlex.split(command) == ["pip", "install", f"{folder}[onnx]"]


class TestWheel:
    def test_by_its_file(self, installed, tmp_path):
        """As pip recorded it, while it is there."""
        wheel = tmp_path / "leanmining-0.1.0-py3-none-any.whl"
        wheel.touch()
        installed({"url": wheel.as_uri(), "archive_info": {}})
        assert extras.install("sign") == f"run: pip install 'leanmining[sign] @ {wheel.as_uri()}'"
        wheel.unlink()
        assert extras.install("sign").endswith("pip install 'WHEEL[sign]'")

    def test_by_its_address(self, installed):
        """A wheel that was installed from the network."""
        installed({"url": "https://example.org/leanmining.whl", "archive_info": {}})
        assert (
            extras.install("sign")
            == "run: pip install 'leanmining[sign] @ https://example.org/leanmining.whl'"
        )

    @pytest.mark.parametrize(
        "recorded", [None, {}, {"url": "https://example.org/r", "vcs_info": {"vcs": "git"}}]
    )
    def test_where_nothing_is_known(self, installed, recorded):
        """It says what to do in words, and names no package that an index would look up."""
        installed(recorded)
        assert (
            extras.install("sign")
            == "install the wheel again with its extra: pip install 'WHEEL[sign]'"
        )

    def test_beside_the_files_of_another_project(self, installed):
        """The `pyproject.toml` of a project that packages were installed into makes no checkout."""
        installed(None, project="other")
        assert "WHEEL" in extras.install("sign")


def test_no_message_names_a_package_called_pyharness():
    """That name belongs to somebody else's distribution."""
    sources = [*(ROOT / "pyharness").rglob("*.py"), *(ROOT / "claims").rglob("*.py")]
    texts = {path: path.read_text(encoding="utf-8") for path in sources}
    assert not [path for path, text in texts.items() if "pyharness[" in text]
    assert not [path for path, text in texts.items() if "pip install pyharness" in text]
