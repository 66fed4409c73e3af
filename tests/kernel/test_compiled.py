"""The kernel as mypyc compiles it gives the answers that it gives as it is."""

from __future__ import annotations

import json
import os
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

from pyharness.kernel import Refused, check
from pyharness.kernel.reader import DEEPEST
from tests.kernel import test_budget
from tests.kernel.test_budget import doubled
from tests.kernel.test_kernel_reader import chain
from tests.kernel.test_rules import RIGHT, WRONG, written
from tests.kernel.test_texts import states, texts
from tests.kernel_exports import Export, basics

# To compile the kernel takes minutes.
pytestmark = pytest.mark.slow

ROOT = Path(__file__).resolve().parents[2]

ANSWERS = """
import json, sys
from pyharness.kernel import Refused, check, terms

assert not terms.__file__.endswith(".py"), terms.__file__
for line in sys.stdin:
    try:
        check([text.encode() for text in json.loads(line)], steps=3_000_000)
        print("accepted", flush=True)
    except Refused as refused:
        print(refused.rule, flush=True)
"""


def recursion(depth: int) -> list[bytes]:
    """A recursion that many calls deep: it counts down to a variable, one under the other."""
    e = basics()
    m = e.make
    count = m.f(
        "Nat",
        m.a(
            m.c("Nat.rec", 1),
            m.f("Nat", "Nat"),
            0,
            m.f("Nat", "Nat", m.a("Nat.succ", 0)),
            m.lit(depth),
        ),
    )
    e.declare("def", "more", m.p("Nat", "Nat"), count)
    more = m.a("more", 0)
    statement = m.p("Nat", m.a(m.c("Eq", 1), "Nat", more, m.a("Nat.succ", more)))
    e.declare("thm", "bad", statement, m.f("Nat", m.a(m.c("Eq.refl", 1), "Nat", more)))
    return e.lines


def text_cases() -> list[Export]:
    """Exports with literals, right ones and wrong ones."""
    same, other = texts(), texts()
    states(same, same.make.lit("a"), same.make.lit("a"))
    states(other, other.make.lit("a"), other.make.lit("b"))
    return [same, other]


@pytest.fixture(scope="module")
def cases() -> list[list[bytes]]:
    nested = '{"forallE":{"name":0,"binderInfo":"default","type":0,"body":%(before)d},"ie":%(at)d}'
    return [
        *[written(case).lines for case in RIGHT.values()],
        *[written(case).lines for _, case in WRONG.values()],
        *[export.lines for export in text_cases()],
        doubled(3),
        doubled(14),
        list(test_budget.TestMemory.chain(100)),
        chain(DEEPEST - 2, '{"sort":0,"ie":0}', nested),
        recursion(100),
        recursion(1_000_000),
    ]


@pytest.fixture(scope="module")
def compiled(tmp_path_factory) -> Path:
    """A folder with the package, its kernel compiled."""
    pytest.importorskip("mypyc", reason="mypyc is not installed: pip install mypy")
    if not any(map(shutil.which, ("cc", "gcc", "clang"))):
        pytest.skip("there is no C compiler")
    source, folder = (tmp_path_factory.mktemp(name) for name in ("source", "compiled"))
    for name in ("setup.py", "pyproject.toml", "README.md"):
        shutil.copy(ROOT / name, source)
    shutil.copytree(ROOT / "pyharness" / "kernel", source / "pyharness" / "kernel")
    shutil.copy(ROOT / "pyharness" / "__init__.py", source / "pyharness")
    shutil.copytree(source / "pyharness", folder / "pyharness")
    subprocess.run(
        [sys.executable, "setup.py", "-q", "build_ext", "--build-lib", str(folder)],
        cwd=source,
        env=os.environ | {"PYHARNESS_COMPILE": "1"},
        check=True,
        capture_output=True,
    )
    return folder


def test_its_answers_are_the_same(compiled, cases):
    """It accepts the right and refuses the wrong, each for the same rule, and however deep."""
    done = subprocess.run(
        [sys.executable, "-c", ANSWERS],
        input="".join(json.dumps([line.decode() for line in lines]) + "\n" for lines in cases),
        capture_output=True,
        text=True,
        cwd=compiled,
        check=False,
    )
    assert done.returncode == 0, done.stderr[-2000:]
    expected = []
    for lines in cases:
        try:
            check(lines, steps=3_000_000)
            expected.append("accepted")
        except Refused as refused:
            expected.append(refused.rule)
    assert done.stdout.split() == expected
    assert {"accepted", "budget", "argument"} <= set(expected)
