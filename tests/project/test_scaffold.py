"""A new project's files: how they are named, and what is refused."""

from __future__ import annotations

import pytest

from pyharness.core.errors import UsageError
from pyharness.project.scaffold import plan
from pyharness.project.settings import load_project


@pytest.mark.parametrize(
    ("folder", "root", "pack"),
    [
        ("demo", "Demo", "demo_claims"),
        ("my-project", "MyProject", "my_project_claims"),
        ("MyProject", "MyProject", "my_project_claims"),
        ("int8 tricks.v2", "Int8TricksV2", "int8_tricks_v2_claims"),
        ("class", "Class", "class_claims"),
    ],
)
def test_modules_are_named_after_the_folder(tmp_path, folder, root, pack):
    """In CamelCase for Lean, with underscores for Python; no name of the template is left."""
    planned = plan(tmp_path / folder)
    assert (planned.root, planned.pack) == (root, pack)
    assert {f"{root}.lean", f"{pack}.py"} <= planned.files.keys()
    text = "".join([*planned.files, *planned.files.values()])
    assert not [word for word in ("ProjectName", "project_name", "PYHARNESS_") if word in text]


@pytest.mark.parametrize(
    ("folder", "complaint"),
    [
        ("8bit", "a letter first"),
        ("größe", "from A to Z"),
        ("a+b", "from A to Z"),
        ("---", "a letter first"),
        ("prop", "Prop is a word of Lean's own"),
        ("lean-mining", "LeanMining is the library"),
        ("leanmining", "LeanMining is the library"),
    ],
)
def test_a_name_that_cannot_be_is_refused(tmp_path, folder, complaint):
    """The message says why, and gives a name that can be; nothing is written."""
    with pytest.raises(UsageError, match=f"{complaint}.*my-project"):
        plan(tmp_path / folder)
    assert not list(tmp_path.iterdir())


def test_what_is_written_is_a_project(tmp_path):
    """Its settings can be read."""
    plan(tmp_path / "deep" / "demo").write()
    project = load_project(tmp_path / "deep" / "demo")
    assert project.lean_root == "Demo" and project.packs == ("demo_claims",)


def test_files_that_are_there_are_named_and_kept(tmp_path):
    """All of them, and none is written; other files do not matter."""
    (tmp_path / "demo" / "certificates").mkdir(parents=True)
    for name in ("README.md", "certificates/statements.lock.json", "notes.txt"):
        (tmp_path / "demo" / name).write_text("mine")
    with pytest.raises(UsageError, match=r"has README.md, certificates/statements.lock.json\."):
        plan(tmp_path / "demo")
    assert sorted(path.name for path in (tmp_path / "demo").iterdir()) == [
        "README.md",
        "certificates",
        "notes.txt",
    ]


def test_a_file_that_came_since_is_kept(tmp_path):
    """Nothing is overwritten between the look and the writing either."""
    planned = plan(tmp_path / "demo")
    (tmp_path / "demo").mkdir()
    (tmp_path / "demo" / "README.md").write_text("mine")
    with pytest.raises(UsageError, match=r"README\.md cannot be written: File exists"):
        planned.write()
    assert (tmp_path / "demo" / "README.md").read_text() == "mine"


def test_a_file_is_no_folder(tmp_path):
    """A file of the name is refused."""
    (tmp_path / "demo").write_text("mine")
    with pytest.raises(UsageError, match="demo is a file"):
        plan(tmp_path / "demo")
