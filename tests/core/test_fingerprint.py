"""What a result depends on: every input that can change it is seen to change, and what cannot is
left out.
"""

from __future__ import annotations

import importlib
import json
import os
import subprocess
import sys
import time
from pathlib import Path

import numpy
import pytest
import torch
from safetensors.torch import save_file

from pyharness.core import fingerprint as dependencies
from pyharness.core.cache import Cache
from pyharness.core.fingerprint import code, is_unchanged, keep_sources, machine

ROOT = Path(__file__).resolve().parents[2]

PACKAGE = {
    "__init__.py": "",
    "pack.py": "import json\nfrom typing import TYPE_CHECKING\nimport torch\nfrom . import near\nif TYPE_CHECKING:\n"
    "    from aside import never\nelse:\n    import aside.always\ndef late():\n    from aside.deep.late import x\n",
    "near.py": "from .far import value\n",
    "far.py": "value = 1\n",
    "unused.py": "",
}
ASIDE = {
    "__init__.py": "",
    "always.py": "",
    "never.py": "",
    "deep/__init__.py": "",
    "deep/late.py": "x = 1\n",
}


@pytest.fixture
def tree(tmp_path, monkeypatch):
    """Two packages of a project, on the path under names that no other test has."""
    name = f"tree_{tmp_path.name}".replace("-", "_")
    for folder, files in ((name, PACKAGE), (f"{name}_aside", ASIDE)):
        for file, text in files.items():
            path = tmp_path / folder / file
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_text(text.replace("aside", f"{name}_aside"))
    monkeypatch.syspath_prepend(tmp_path)
    yield tmp_path, name
    for module in [module for module in sys.modules if module.startswith(name)]:
        del sys.modules[module]


class TestCode:
    """`code`."""

    def names(self, tree, module="pack"):
        return {found.removeprefix(tree[1]) for found in code([f"{tree[1]}.{module}"])}

    def test_what_is_reached_by_imports(self, tree):
        """Relative, nested and late imports count, with the packages around them; those for types
        and of others do not.
        """
        assert self.names(tree) == {
            "",
            ".pack",
            ".near",
            ".far",
            "_aside",
            "_aside.always",
            "_aside.deep",
            "_aside.deep.late",
        }

    def test_a_module_need_not_be_loaded(self, tree):
        """Reading what a module imports does not run it."""
        code([f"{tree[1]}.pack"])
        assert f"{tree[1]}.pack" not in sys.modules

    @pytest.mark.parametrize("file", ["pack.py", "near.py", "far.py", "__init__.py"])
    def test_every_source_counts(self, tree, file):
        """One more statement in a module that is reached is another digest."""
        folder, name = tree
        before = code([f"{name}.pack"])
        path = folder / name / file
        path.write_text(path.read_text() + "\nanother = 1\n")
        assert code([f"{name}.pack"]) != before

    @pytest.mark.parametrize("file", ["pack.py", "near.py", "far.py", "__init__.py"])
    def test_layout_does_not_count(self, tree, file):
        """Blank lines, comments and docstrings change no digest."""
        folder, name = tree
        before = code([f"{name}.pack"])
        path = folder / name / file
        path.write_text(
            f'"""Says what it is for."""\n# Why.\n\n{path.read_text()}\n\n"""Says more."""\n'
        )
        assert code([f"{name}.pack"]) == before

    def test_what_was_parsed_is_kept(self, tree, monkeypatch):
        """By its bytes: the same digests, nothing parsed again, and a change is seen."""
        folder, name = tree
        before = code([f"{name}.pack"])
        cache, parsed = Cache(folder / "cache"), []
        real = dependencies._parse
        monkeypatch.setattr(
            dependencies, "_parse", lambda *given: parsed.append(given) or real(*given)
        )
        try:
            for again in (False, True):
                dependencies._read_source.cache_clear()
                keep_sources(cache)
                assert code([f"{name}.pack"]) == before and bool(parsed) is not again
                parsed.clear()
            path = folder / name / "near.py"
            path.write_text(path.read_text() + "\nanother = 1\n")
            keep_sources(cache)
            assert code([f"{name}.pack"]) != before and len(parsed) == 1
        finally:
            keep_sources(None)

    def test_public_names_lead_to_their_modules(self, tree):
        """What a pack imports from the package itself is followed to where it is defined."""
        folder, name = tree
        path = folder / name / "pack.py"
        assert "pyharness.evidence.exhaustive" not in code([f"{name}.pack"])
        path.write_text("from pyharness import sweep\n" + path.read_text())
        assert "pyharness.evidence.exhaustive" in code([f"{name}.pack"])

    def test_a_change_that_keeps_size_and_time_counts(self, tree):
        """A file that is replaced with its old size and time of modification is read again."""
        folder, name = tree
        before, path = code([f"{name}.pack"]), folder / name / "far.py"
        times = path.stat().st_mtime_ns
        path.write_text("value = 2\n")
        os.utime(path, ns=(times, times))
        assert code([f"{name}.pack"]) != before

    def test_code_that_is_not_reached_does_not_count(self, tree):
        """A module beside it changes nothing."""
        folder, name = tree
        before = code([f"{name}.pack"])
        (folder / name / "unused.py").write_text("changed = True\n")
        assert code([f"{name}.pack"]) == before

    @pytest.mark.parametrize(
        "text",
        [
            "import importlib\nimportlib.import_module(name)",
            "from importlib import import_module as load",
            "exec(text)",
            "__import__(name)",
            "from pyharness.evidence import resolve",
            "import runpy",
        ],
    )
    def test_imports_by_name_reach_all_that_is_loaded(self, tree, text):
        """Where the text does not say what is imported, every module of the project that is loaded
        counts.
        """
        folder, name = tree
        importlib.import_module(f"{name}.unused")
        (folder / name / "far.py").write_text(text)
        assert ".unused" in self.names(tree)
        (folder / name / "far.py").write_text("model.eval()")
        assert ".unused" not in self.names(tree)

    def test_packs_reach_their_models(self):
        """A pack of this project reaches the code that loads the models and checks the claims, and
        nothing of Lean's audit.
        """
        found = code(["claims.spectral"])
        assert {
            "claims.on_layers",
            "claims.models.zoo",
            "claims.models.transformer",
            "pyharness.evidence.exhaustive",
        } <= set(found)
        apart = (
            "torch",
            "numpy",
            "pyharness.proofs.audit",
            "pyharness.proofs.printing",
            "pyharness.cli",
        )
        assert not any(name.startswith(apart) for name in found)

    def test_conformances_do_not_reach_what_reads_lean(self):
        """A pack that compares functions with Lean depends on how cases are given, not on the code
        that has the kernel decide them.
        """
        found = [name for name in code(["claims.conformance"]) if "pyharness.proofs" in name]
        assert found == ["pyharness.proofs", "pyharness.proofs.cases"]

    def test_a_folder_without_init_in_a_package_that_is_not_loaded(self, tree):
        """It is followed as others are."""
        folder, name = tree
        (folder / f"{name}_aside" / "bare").mkdir()
        (folder / f"{name}_aside" / "bare" / "inner.py").write_text("x = 1\n")
        (folder / name / "near.py").write_text(f"from {name}_aside.bare.inner import x\n")
        assert f"{name}_aside.bare.inner" in code([f"{name}.pack"])

    def test_the_system_s_packages_are_installed(self, tree):
        """What an environment sees of another one's packages is not followed: `machine` has its
        version.
        """
        folder, name = tree
        packages = folder / "lib" / "site-packages"
        (packages / f"{name}_theirs").mkdir(parents=True)
        (packages / f"{name}_theirs" / "__init__.py").write_text("")
        (folder / name / "near.py").write_text(f"import {name}_theirs\n")
        found = subprocess.run(
            [
                sys.executable,
                "-c",
                "import json, sys; from pyharness.core.fingerprint import code; "
                f"print(json.dumps([*code(['{name}.pack'])]))",
            ],
            env={**os.environ, "PYTHONPATH": os.pathsep.join(map(str, (ROOT, folder, packages)))},
            check=True,
            capture_output=True,
            text=True,
        )
        followed = json.loads(found.stdout)
        assert f"{name}.near" in followed and f"{name}_theirs" not in followed


class TestMachine:
    """`machine`."""

    @pytest.fixture(autouse=True)
    def fresh(self):
        machine.cache_clear()
        yield
        machine.cache_clear()

    def test_variables_of_numerical_libraries_count(self, monkeypatch):
        """What a library reads to choose its code is part of it; other variables are not."""
        before = machine()
        machine.cache_clear()
        monkeypatch.setenv("EDITOR", "ed")
        assert machine() == before
        machine.cache_clear()
        monkeypatch.setenv("MKL_CBWR", "AVX2")
        assert machine() != before

    def test_versions_count(self, tmp_path, monkeypatch):
        """Another version of a package, and another build of the same version, are other
        packages.
        """
        seen = [machine()]
        for folder, record in (
            ("numeric-1.0.dist-info", "a"),
            ("numeric-1.0.dist-info", "b"),
            ("numeric-1.1.dist-info", "b"),
        ):
            (tmp_path / folder).mkdir(exist_ok=True)
            (tmp_path / folder / "RECORD").write_text(record)
            monkeypatch.syspath_prepend(tmp_path)
            machine.cache_clear()
            seen.append(machine())
        assert len({found["packages"] for found in seen}) == 4

    @pytest.mark.parametrize("folder", ["leanmining-9.9.dist-info", "leanmining.egg-info"])
    def test_this_package_does_not_count(self, folder, tmp_path, monkeypatch):
        """Its code does; to install it again, from a checkout with another README, changes
        nothing.
        """
        before = machine()
        (tmp_path / folder).mkdir()
        (tmp_path / folder / "RECORD").write_text("a")
        monkeypatch.syspath_prepend(tmp_path)
        machine.cache_clear()
        assert machine() == before

    def test_the_processor_counts(self, monkeypatch):
        """Numerical libraries choose their code by it."""
        before = machine()
        monkeypatch.setattr(dependencies, "_processor", lambda: {"flags : none"})
        machine.cache_clear()
        assert machine() != before


WATCHED = """\
import json, sys
from pyharness.core.fingerprint import read_files, watch_files
watch_files()
from pathlib import Path
import colorsys, numpy, safetensors.torch, sympy
from pyharness.formats.sources import read_tensors
folder = Path(sys.argv[1])
for name in "text", "replaced", "removed":
    (folder / name).read_text()
list((folder / "folder").iterdir())
numpy.load(folder / "array.npy")
safetensors.torch.load_file(folder / "one.safetensors")
read_tensors(folder / "two.safetensors")
(folder / "new").write_text("b")
(folder / "new").read_text()
try:
    open(folder / "missing")
except OSError:
    pass
(folder / "replaced").write_text("b")
(folder / "removed").unlink()
print(json.dumps(read_files()))
"""


class TestFiles:
    """`watch_files`, in a process of its own, and `is_unchanged`."""

    def test_what_a_process_reads_is_noted(self, tmp_path):
        """Files by whatever reader, folders, and what was looked for in vain; neither code nor what
        the process wrote.

        A file that is not what was read has the empty digest, which no file has.
        """
        (tmp_path / "folder").mkdir()
        for name in ("text", "replaced", "removed"):
            (tmp_path / name).write_text("a")
        numpy.save(tmp_path / "array.npy", numpy.zeros(3))
        for name in ("one", "two"):
            save_file({"x": torch.ones(2)}, tmp_path / f"{name}.safetensors")
        done = subprocess.run(
            [sys.executable, "-c", WATCHED, str(tmp_path)],
            env={**os.environ, "PYTHONPATH": str(ROOT)},
            capture_output=True,
            text=True,
            check=True,
        )
        digests = {
            path.removeprefix(f"{tmp_path}/"): digest
            for path, digest in json.loads(done.stdout).items()
        }
        assert {path: digest and len(digest) for path, digest in digests.items()} == {
            "text": 64,
            "folder": 64,
            "array.npy": 64,
            "one.safetensors": 64,
            "two.safetensors": 64,
            "missing": None,
            "replaced": "",
            "removed": "",
        }
        assert not is_unchanged({str(tmp_path / "text"): ""})

    def test_changes_are_seen(self, tmp_path):
        """A file's bytes, a folder's names, and whether there is one at all."""
        file, folder, missing = tmp_path / "file", tmp_path / "folder", tmp_path / "missing"
        file.write_text("a")
        folder.mkdir()
        found = {
            str(path): dependencies._digest_of(str(path), dependencies.version_of(str(path)))
            for path in (file, folder, missing)
        }
        assert is_unchanged(found)
        file.write_text("b")
        assert not is_unchanged({str(file): found[str(file)]})
        (folder / "new").touch()
        assert not is_unchanged({str(folder): found[str(folder)]})
        missing.touch()
        assert not is_unchanged({str(missing): found[str(missing)]})

    def test_a_touched_file_is_unchanged(self, tmp_path):
        """Times alone do not count."""
        file = tmp_path / "file"
        file.write_text("a")
        found = {str(file): dependencies._digest_of(str(file), dependencies.version_of(str(file)))}
        os.utime(file, (time.time() + 9, time.time() + 9))
        assert is_unchanged(found)
