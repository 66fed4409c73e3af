"""A `sorry` or an axiom anywhere in a library is found, wherever Lean puts it, and belongs to what
a source wrote.
"""

from __future__ import annotations

import json
from dataclasses import asdict

import pytest

from pyharness.core.errors import EXIT_UNMET
from pyharness.proofs.unproved import Survey, UnprovedError, require_listed, survey

HONEST = """\
theorem Sample.proved (a : Prop) (h : a) : a := h
private theorem Sample.secret (a : Prop) (h : a) : a := h
structure Sample.Box where
  size : Nat
  law : size = size
def Sample.box : Sample.Box := ⟨0, rfl⟩
example : True := True.intro
"""

HOLES = {
    "theorem": ("theorem Sample.t : 1 = 2 := sorry", "Sample.t"),
    "tactic": ("theorem Sample.t (a : Prop) : a := by exact sorry", "Sample.t"),
    "private": (
        "private theorem Sample.t : 1 = 2 := sorry",
        "_private.LeanMining.Sample.0.Sample.t",
    ),
    "definition": ("def Sample.d : Nat := sorry", "Sample.d"),
    "proof in a definition": ("def Sample.d : Sample.Box := ⟨0, by exact sorry⟩", "Sample.d"),
    "opaque": ("opaque Sample.o : Nat := sorry", "Sample.o"),
    "unnamed instance": (
        "class Sample.C (a : Type) where\n  one : a\ninstance : Sample.C Nat := ⟨sorry⟩",
        "instCNat",
    ),
    "local instance": (
        "class Sample.C (a : Type) where\n  one : a\nlocal instance : Sample.C Nat := ⟨sorry⟩",
        "instCNat",
    ),
    "field's default": ("structure Sample.D where\n  size : Nat := sorry", "Sample.D"),
    "field's type": ("structure Sample.D where\n  law : (sorry : Prop)", "Sample.D"),
    "constructor": (
        "inductive Sample.I : Type where\n  | mk (h : (sorry : Prop)) : Sample.I",
        "Sample.I",
    ),
    "family": (
        "/-- Of nothing. -/\ninductive\n  Sample.I : (sorry : Type) → Type where",
        "Sample.I",
    ),
    "where": ("theorem Sample.t : True := inner\nwhere inner : True := sorry", "Sample.t.inner"),
    "mutual": (
        "mutual\ntheorem Sample.t : True := sorry\ntheorem Sample.u : True := Sample.t\nend",
        "Sample.t",
    ),
    "type": ("theorem Sample.t (h : (sorry : Prop)) : (sorry : Prop) := sorry", "Sample.t"),
    "macro": (
        'macro "hole" : term => `(sorry)\ntheorem Sample.t : 1 = 2 := hole',
        "Sample.t",
    ),
    "unwarned": (
        "set_option warn.sorry false in\ntheorem Sample.t : 1 = 2 := sorry",
        "Sample.t",
    ),
    "name of two words": ("theorem Sample.«a b» : 1 = 2 := sorry", "Sample.«a b»"),
}


def found(project, text):
    """What there is in a library of one module."""
    return survey(*project.library(text))


def test_an_honest_library_holds_nothing(project):
    """Theorems are counted, private ones too; a field is none. The foundation's axioms are not."""
    honest = found(project, HONEST)
    alone = found(project, "")
    assert honest.theorems - alone.theorems == 2
    assert (honest.unproved, honest.examples) == ((), ())
    require_listed(honest, [])


@pytest.mark.parametrize("hole", HOLES)
def test_a_sorry_anywhere_is_found(project, hole):
    """It is that of the declaration which a source wrote, once; listed by name, it passes."""
    text, name = HOLES[hole]
    held = found(project, f"{HONEST}{text}\n")
    assert [(item.name, item.kind) for item in held.unproved] == [(name, "sorry")]
    assert held.examples == ()
    (line,) = {item.line for item in held.unproved}
    assert name.rpartition(".")[2] in f"{HONEST}{text}".splitlines()[line - 4] or name == "instCNat"
    with pytest.raises(UnprovedError, match="holds a sorry") as raised:
        require_listed(held, [])
    assert raised.value.exit_code == EXIT_UNMET
    said = str(raised.value)
    assert f"LeanMining/Sample.lean:{line}: {name}" in said
    assert f"unproved = {json.dumps([name], ensure_ascii=False)}" in said
    assert ("which is private" in said) == (hole == "private")
    require_listed(held, [name])


@pytest.mark.parametrize(
    ("text", "name"),
    [
        ("axiom Sample.a : 1 = 2", "Sample.a"),
        ("private axiom Sample.a : 1 = 2", "_private.LeanMining.Sample.0.Sample.a"),
        ("axiom Lean.ofReduceBool : 1 = 2", "Lean.ofReduceBool"),
        ("axiom Sample.«» : 1 = 2", "Sample.«»"),
    ],
)
def test_an_axiom_anywhere_is_found(project, text, name):
    """Whatever it is called, and whether or not a theorem rests on it."""
    held = found(project, f"{HONEST}{text}\n")
    assert [(item.name, item.kind) for item in held.unproved] == [(name, "axiom")]
    with pytest.raises(UnprovedError, match="is an axiom"):
        require_listed(held, [])
    require_listed(held, [name])


def test_an_axiom_added_to_the_foundation_is_found(project):
    """Of the foundation only Lean's own axioms are not counted."""
    core = project.root / "LeanMining" / "Foundation" / "Core.lean"
    core.write_text(core.read_text() + "\naxiom Extra.choice : False\n")
    assert [item.name for item in found(project, HONEST).unproved] == ["Extra.choice"]


@pytest.mark.parametrize(
    "text",
    [
        "example : 1 = 2 := sorry",
        "private example (a : Prop) : a := by\n  exact sorry",
        "@[reducible] noncomputable example : Nat := sorry",
        'macro "hide" : command => `(example : 1 = 2 := sorry)\nhide',
    ],
)
def test_an_example_cannot_be_listed(project, text):
    """Lean stores no example, so what it warns of is what is known."""
    held = found(project, f"{HONEST}{text}\n")
    assert held.unproved == () and len(held.examples) == 1
    with pytest.raises(UnprovedError, match=r"Sample.lean:\d+: an `example` holds a sorry; prove"):
        require_listed(held, [])


def test_an_example_beside_a_listed_sorry_is_found(project):
    """What follows an example does not hide it."""
    held = found(project, "example : 1 = 2 := sorry\ntheorem Sample.t : 1 = 2 := sorry\n")
    assert len(held.unproved) == len(held.examples) == 1


def test_what_is_listed_must_be_unproved(project):
    """An entry for what is proved, or not there, is to be removed."""
    held = found(project, f"{HONEST}theorem Sample.t : 1 = 2 := sorry\n")
    for name in ("Sample.proved", "Sample.gone", "sorryAx", "propext"):
        with pytest.raises(UnprovedError, match=f"lists {name} under 'unproved'.*remove it"):
            require_listed(held, ["Sample.t", name])


def test_what_is_kept_is_what_was_found(project):
    """A survey survives its way through JSON."""
    held = found(project, f"{HONEST}axiom Sample.a : 1 = 2\nexample : 1 = 2 := sorry\n")
    assert Survey.from_json(json.loads(json.dumps(asdict(held)))) == held
