"""The code that a name reaches: an edit counts for the names that it can change, for no others."""

from __future__ import annotations

import sys

import pytest

from pyharness.core.fingerprint import code
from pyharness.core.reach import Reach

PACK = '''\
"""A pack."""

from pyharness import Source, claim
from {name}_other import CASES, Base, helper
import {name}_third as third

PAPER = Source("A paper", "Section 1")
LIMIT = 3
UNUSED = 4


def below(x):
    return x < LIMIT


def nothing():
    return UNUSED


@claim("first", statement="s", source=PAPER, tier="none")
def first(run):
    return below(helper())


@claim("second", statement="s", source=PAPER, tier="none")
def second(run):
    return "{name}:nothing"


@claim("third", statement="s", source=PAPER, tier="none")
def third_one(run):
    return third.anything()


@claim("fourth", statement="s", source=PAPER, tier="none")
def fourth(run):
    return CASES
'''
OTHER = """\
CASES = []
COUNT = 0


class Base:
    pass


def helper():
    return inner()


def inner():
    return 1


def alone():
    return 2
"""
THIRD = "def anything():\n    return 1\n\n\ndef more():\n    return 2\n"


class Project:
    """Modules in a folder, and what the names in them reach."""

    def __init__(self, folder, name):
        self.folder, self.name = folder, name
        self.texts = {name: PACK.format(name=name), f"{name}_other": OTHER, f"{name}_third": THIRD}
        for module, text in self.texts.items():
            (folder / f"{module}.py").write_text(text)

    def edit(self, module, text, instead):
        """Replace a text in a module, which stays replaced."""
        module = self.name + module
        assert self.texts[module].count(text) == 1
        self.texts[module] = self.texts[module].replace(text, instead)
        (self.folder / f"{module}.py").write_text(self.texts[module])

    def reached(self, claim):
        """What the function of a claim reaches."""
        return self.digests(self.name, claim)

    def digests(self, module, name):
        """Digests of all that a name of a module reaches."""
        parts, whole = Reach([self.name]).of([(module, name)])
        return {**code(whole), **parts}

    def all(self):
        return {claim: self.reached(claim) for claim in ("first", "second", "third_one", "fourth")}


@pytest.fixture
def project(tmp_path, monkeypatch, request):
    monkeypatch.syspath_prepend(tmp_path)
    monkeypatch.setattr(sys, "dont_write_bytecode", True)
    return Project(tmp_path, f"reach_{abs(hash(request.node.name))}")


EDITS = {
    # What is edited, where, what stands there instead, and for which claims it counts.
    "its own function": ("", "return below(helper())", "return not below(helper())", {"first"}),
    "a function it calls": ("", "return x < LIMIT", "return x <= LIMIT", {"first"}),
    "a constant": ("", "LIMIT = 3", "LIMIT = 4", {"first"}),
    "what its source is": (
        "",
        '"Section 1"',
        '"Section 2"',
        {"first", "second", "third_one", "fourth"},
    ),
    "a function that a text names": ("", "return UNUSED", "return -UNUSED", {"second"}),
    "a constant behind it": ("", "UNUSED = 4", "UNUSED = 5", {"second"}),
    "another module's function": ("_other", "return inner()", "return -inner()", {"first"}),
    "what that one calls": ("_other", "return 1", "return 3", {"first"}),
    "what nobody calls": ("_other", "return 2", "return 3", set()),
    "a list": ("_other", "CASES = []", "CASES = [1]", {"fourth"}),
    "a comment and a text": (
        "_other",
        "    return 2",
        '    """Two."""\n    return 2  # Two.',
        set(),
    ),
    "a module used as an object": ("_third", "return 1", "return 3", {"third_one"}),
    "another function of it": ("_third", "return 2", "return 3", {"third_one"}),
    # What may change something else when a module is loaded.
    "a statement": ("_other", "COUNT = 0", "COUNT = 0\nCASES.append(1)", "all"),
    "an item": ("_other", "COUNT = 0", "COUNT = 0\nCASES[:] = [1]", "all"),
    "a loop": ("_other", "COUNT = 0", "for COUNT in range(2):\n    CASES.append(COUNT)", "all"),
    "a call that is given the list": ("_other", "COUNT = 0", "COUNT = CASES.append(1)", {"fourth"}),
    "a decorator of its own": (
        "_other",
        "def alone():",
        "def keep(f):\n    CASES.append(f)\n    return f\n\n\n@keep\ndef alone():",
        "all",
    ),
    "a class that one of its own makes": (
        "_other",
        "def alone():",
        "class More(Base, more=1):\n    pass\n\n\ndef alone():",
        "all",
    ),
    "a function that binds a name": (
        "_other",
        "    return 2",
        "    global CASES\n    CASES = [2]",
        {"fourth"},
    ),
    "an assignment within another": (
        "_other",
        "COUNT = 0",
        "COUNT = (CASES := [3])[0]",
        {"fourth"},
    ),
    "a class's body that gives the list": (
        "_other",
        "COUNT = 0",
        "class More:\n    count = CASES.append(1)",
        {"fourth"},
    ),
    "a default that is given the list": (
        "_other",
        "def alone():",
        "def alone(x=CASES.append(1)):",
        {"fourth"},
    ),
    "a call of what changes the list": (
        "_other",
        "COUNT = 0",
        "def keep(x):\n    CASES.append(x)\n\n\nCOUNT = keep(1)",
        "all",
    ),
    "a call of what calls that": (
        "_other",
        "COUNT = 0",
        "def keep(x):\n    CASES.append(x)\n\n\ndef call():\n    keep(1)\n\n\nCOUNT = call()",
        "all",
    ),
    "a call of what sets a part of a function": (
        "_other",
        "COUNT = 0",
        "def keep():\n    helper.more = 1\n\n\nCOUNT = keep()",
        "all",
    ),
    "a call that is given what changes the list": (
        "_other",
        "COUNT = 0",
        "def keep(x):\n    CASES.append(x)\n\n\nCOUNT = list(map(keep, [1]))",
        "all",
    ),
    "a call of what changes nothing": ("_other", "COUNT = 0", "COUNT = alone()", set()),
    "a call that is given a list of another module": (
        "",
        "UNUSED = 4",
        "UNUSED = 4\nMORE = CASES.append(1)",
        "all",
    ),
    "a decorator's argument that changes the list": (
        "_other",
        "def alone():",
        "from functools import partial\n\n\ndef keep(x, f):\n    CASES.append(f)\n    return f\n\n\n"
        "@partial(keep, 1)\ndef alone():",
        "all",
    ),
    "a type": (
        "_other",
        "COUNT = 0",
        "Kind = list[int]\n\n\ndef named() -> Kind:\n    return []\n\n\nCOUNT = named()",
        set(),
    ),
    "names at run time": ("_other", "    return 2", "    return globals()", "all"),
    "an import more": ("_third", "def more", "import json\n\n\ndef more", {"third_one"}),
}


@pytest.mark.parametrize(("module", "text", "instead", "counts"), EDITS.values(), ids=[*EDITS])
def test_for_what_an_edit_counts(project, module, text, instead, counts):
    """For those that it can change; "all" where that cannot be told."""
    before = project.all()
    assert project.all() == before
    project.edit(module, text, instead)
    after = project.all()
    differing = {claim for claim in after if after[claim] != before[claim]}
    expected = {*after} if counts == "all" else counts
    assert differing == expected


def test_functions_that_call_each_other(project):
    """A call of any may change what one of them does, in whichever order they are looked at."""
    names = [f"more_{number}" for number in range(8)]
    calling = "".join(f"    {name}(x)\n" for name in names)
    others = "".join(f"def {name}(x):\n    one(x)\n\n\n" for name in names)
    called = "".join(f"{name.upper()} = {name}(2)\n" for name in names)
    project.edit(
        "_other",
        "COUNT = 0",
        f"def one(x):\n{calling}    CASES.append(x)\n\n\n{others}COUNT = one(1)\n{called}",
    )
    for name in names:
        before = project.all()
        project.edit("_other", f"= {name}(2)", f"= {name}(3)")
        after = project.all()
        assert all(after[claim] != before[claim] for claim in before), name


def test_a_module_loaded_on_the_way(project):
    """What it does when it is loaded counts for each name of a module that imports it."""
    before = project.all()
    project.edit("_third", "def more", "import torch\ntorch.manual_seed(3)\n\n\ndef more")
    after = project.all()
    assert all(after[claim] != before[claim] for claim in after)


def test_a_name_that_a_module_gives_on(project):
    """It is followed to where it is defined."""
    (project.folder / f"{project.name}_given.py").write_text(
        f"from {project.name}_other import helper as given\n"
    )
    before = project.digests(f"{project.name}_given", "given")
    project.edit("_other", "return 2", "return 3")
    assert project.digests(f"{project.name}_given", "given") == before
    project.edit("_other", "return 1", "return 3")
    assert project.digests(f"{project.name}_given", "given") != before


def test_the_harness_counts_whole(project):
    """Of this package the modules are named in which the names are that are used."""
    found = project.reached("first")
    assert {"pyharness", "pyharness.project.pack", project.name, f"{project.name}_other"} <= {
        *found
    }
