"""The generated part of the Lean foundation."""

from __future__ import annotations

import runpy
from pathlib import Path

import pytest

from pyharness.proofs.toolchain import locate

FOUNDATION = Path(__file__).parents[2] / "LeanMining" / "Foundation"


@pytest.fixture(scope="module")
def generator():
    return runpy.run_path(str(FOUNDATION / "generate_tactic.py"))


@pytest.fixture(scope="module")
def symbols(generator):
    return generator["exported"](locate().library)


def test_tactic_is_what_its_generator_writes(generator, symbols):
    """Tactic.lean is, byte for byte, what the symbol table of the pinned Lean library gives."""
    assert generator["generate"](symbols) == (FOUNDATION / "Tactic.lean").read_text(
        encoding="utf-8"
    )


def test_a_library_without_a_parser_is_refused(generator, symbols):
    """A library that lacks a parser that the foundation names is refused, naming it."""
    missing = generator["mangle"](("Lean", "Parser", "Tactic", "rwSeq"))
    with pytest.raises(SystemExit, match=r"no Lean\.Parser\.Tactic\.rwSeq"):
        generator["generate"](symbols - {missing})
