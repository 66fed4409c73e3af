"""The pack as a whole: what it imports, what its gold claims compute with, and that the harness
knows nothing of it.
"""

from __future__ import annotations

import ast
import json
import re
import sys
from collections.abc import Iterable, Iterator
from dataclasses import replace
from pathlib import Path

import pytest

import pyharness
from pyharness.project.pack import load_pack
from pyharness.project.settings import load_project
from pyharness.proofs.library import CHECKPOINT_CLAIMS

ROOT = Path(__file__).resolve().parents[2]
PACKS = load_project(ROOT).packs
CLAIMS = load_pack(PACKS)
GOLD = [item for item in CLAIMS if item.tier == "gold"]

OF_THE_HARNESS = {"hypothesis", "numpy", "safetensors", "torch"}
"""What the harness's public API takes or gives, so that a pack may use it."""


# -------------------------------------------------------------------------------------- its imports
def required() -> set[str]:
    """The packages that the pack's requirements name, as they are imported."""
    lines = [
        line
        for path in (ROOT / "claims").glob("requirements*.txt")
        for line in path.read_text().splitlines()
        if not line.startswith("#")
    ]
    return {re.split("[=<>~!]", line)[0].strip().replace("-", "_") for line in lines}


def foreign_imports(source: str) -> Iterator[str]:
    """What a module of the pack imports and must not."""
    allowed = {"claims", *sys.stdlib_module_names, *OF_THE_HARNESS, *required()}
    for node in ast.walk(ast.parse(source)):
        if isinstance(node, ast.Import):
            modules = [alias.name for alias in node.names]
        elif isinstance(node, ast.ImportFrom):
            modules = [node.module or "."]
        else:
            continue
        for module in modules:
            if module == "pyharness" and isinstance(node, ast.ImportFrom):
                yield from (
                    f"pyharness.{alias.name}"
                    for alias in node.names
                    if alias.name not in pyharness.__all__
                )
            elif module.partition(".")[0] not in allowed:
                yield module


@pytest.mark.parametrize(
    "path", sorted((ROOT / "claims").rglob("*.py")), ids=lambda path: str(path.relative_to(ROOT))
)
def test_public_api(path: Path) -> None:
    """A module of the pack imports the harness's public API, the pack, and what its requirements
    name.
    """
    assert [*foreign_imports(path.read_text())] == []


@pytest.mark.parametrize(
    ("source", "found"),
    [
        ("from pyharness.evidence import Evidence", "pyharness.evidence"),
        ("def f():\n    import pyharness.core.cache", "pyharness.core.cache"),
        ("from pyharness import gather", "pyharness.gather"),
        ("import jinja2", "jinja2"),
        ("from . import beta", "."),
    ],
)
def test_other_imports(source: str, found: str) -> None:
    """Anything else is found."""
    assert [*foreign_imports(source)] == [found]


# ----------------------------------------------------------------------------- what the harness has
def naming() -> re.Pattern[str]:
    """The names of the pack's models, and of the theorems that its own claims name."""
    own = [item for item in CLAIMS if item.gather.__module__ != CHECKPOINT_CLAIMS]
    theorems = {name for item in own for name in (item.theorem, item.negation) if name}
    short = {re.escape(name.rpartition(".")[2]) for name in theorems}
    models = (
        "minilm|silero|digits-(?:mlp|cnn|autoencoder)|sklearn|scikit-learn|rapidocr|resemblyzer"
    )
    return re.compile(rf"(?i:{models})|\b(?:{'|'.join(sorted(short))})\b")


SHIPPED = ROOT / f"{CHECKPOINT_CLAIMS.replace('.', '/')}.py"
"""A pack that ships with the harness, about theorems of the library that ships with it."""


def test_harness() -> None:
    """No file of the harness names a model or a theorem of this project, but for the pack that
    ships with it.
    """
    pattern, found = naming(), []
    for path in sorted((ROOT / "pyharness").rglob("*")):
        if path.is_file() and path.suffix not in (".pyc", ".nbc", ".nbi") and path != SHIPPED:
            text = path.read_text(errors="replace")
            found += [f"{path.relative_to(ROOT)}: {name}" for name in pattern.findall(text)]
    assert found == []


@pytest.mark.parametrize("text", ["of MiniLM", "digits-cnn/conv2", "as LeanMining.qRelu_mono has"])
def test_naming(text: str) -> None:
    """The search can find something."""
    assert naming().search(text)


# ------------------------------------------------------------------------ what has a theorem or not
def unexplained(claims: Iterable[pyharness.Claim]) -> list[str]:
    """The claims that name no theorem and do not say why."""
    return [item.id for item in claims if not (item.theorem or item.negation or item.no_theorem)]


def test_each_claim_has_a_theorem_or_says_why_not() -> None:
    """No reader is left to wonder whether it could be proved."""
    assert unexplained(CLAIMS) == []


def test_a_claim_that_does_not_is_found() -> None:
    """Whichever it is."""
    silent = [replace(item, no_theorem=None) for item in CLAIMS]
    assert unexplained(silent) == [item.id for item in CLAIMS if item.no_theorem]


def test_what_is_false_as_a_law_is_refuted_in_lean() -> None:
    """Where a reason sends its reader to another claim, a theorem negates that one."""
    negated = {item.id for item in CLAIMS if item.negation}
    named = {
        name
        for item in CLAIMS
        for name in re.findall(r"as a law .*see (\S+)", item.no_theorem or "")
    }
    assert named and named <= negated


# -------------------------------------------------------------------------------- what must be gold
def test_gold() -> None:
    """There are as many claims that must be gold as there were. Each computes with functions that
    are tied to Lean, or it would not be gold in the certificate.
    """
    certificate = json.loads((ROOT / "certificates" / "leanmining.json").read_text("utf-8"))
    reached = {claim["id"] for claim in certificate["claims"] if claim["tier"] == "gold"}
    assert reached == {item.id for item in GOLD}
    assert all(item.measures for item in GOLD)
    assert len(GOLD) == 106
