"""What of the proofs is found out once and kept, and what makes it be found out again."""

from __future__ import annotations

import json
import shutil
from dataclasses import replace

import pytest

from pyharness.core.errors import UsageError
from pyharness.pipeline import built
from pyharness.pipeline.prove import prove as prove_claims
from pyharness.pipeline.verify import policy_of
from pyharness.project.pack import Source, claim
from pyharness.project.settings import load_project
from tests.small_project import LEAN


@pytest.fixture
def project(built_project, tmp_path):
    """A project whose library is built and nothing more; it was audited for its own claims."""
    return shutil.copytree(built_project, tmp_path / "project")


def named(theorem):
    """A claim that names a theorem."""
    return claim("a.b", statement="s", source=Source("d", "h"), theorem=theorem, tier="silver")(
        lambda run: []
    )


@pytest.fixture
def audits(monkeypatch):
    """What was audited, in order."""
    done = []
    real = built.audit_build

    def audit(library, environment, toolchain, theorems, *policy):
        done.append((theorems, *policy))
        return real(library, environment, toolchain, theorems, *policy)

    monkeypatch.setattr(built, "audit_build", audit)
    return done


def prove(folder, item, *, fresh=False, **changes):
    """The proofs of a project for one claim."""
    proved = prove_claims(
        replace(load_project(folder), **changes), [item], progress=lambda *_: None, fresh=fresh
    )
    return proved.by_source["library"]


def test_an_audit_is_kept_until_something_changes(project, audits):
    """The claims, the allowed axioms, a source, or --fresh: each has the library audited again;
    nothing else does.
    """
    first = prove(project, named("Small.proved"))
    again = prove(project, named("Small.proved"))
    assert len(audits) == 1
    assert again.by_theorem == first.by_theorem
    assert prove(project, named("Small.rests")).by_theorem["Small.rests"].status == "sorry"
    assert len(audits) == 2
    prove(project, named("Small.proved"), allowed_axioms=("propext",))
    assert len(audits) == 3
    prove(project, named("Small.proved"), axioms_under={"Small": ("propext",)})
    assert len(audits) == 4
    (project / "Small.lean").write_text(LEAN.replace("⟨h.2, h.1⟩", "sorry"))
    assert prove(project, named("Small.proved")).by_theorem["Small.proved"].status == "sorry"
    assert len(audits) == 5
    prove(project, named("Small.proved"), fresh=True)
    assert len(audits) == 6


def test_what_is_kept_is_what_was_found(project, audits):
    """Definitions that give a theorem its meaning, and what it rests on, are the same in a
    certificate, kept or not.
    """
    (project / "Small.lean").write_text(
        LEAN
        + """
def Small.both (a b : Prop) : Prop := a ∧ b
def Small.each (a b : Prop) : Prop := Small.both a b
theorem Small.defined (a b : Prop) (h : Small.each a b) : b ∧ a := Small.proved a b h
"""
    )
    first, again = (prove(project, named("Small.defined")) for _ in range(2))
    assert len(audits) == 1 and again.by_theorem == first.by_theorem
    definitions = json.loads(json.dumps(first.definitions))
    assert [item["name"] for item in definitions] == ["Small.both", "Small.each"] and definitions[
        1
    ]["uses"] == ["Small.both"]
    assert again.definitions == definitions


def test_a_certificate_names_what_may_rest_on_more(project):
    """Each theorem and definition of a module that is listed, with what not all may rest on."""
    (project / "Small.lean").write_text(
        f"{LEAN}\ndef Small.not (a : Prop) : Prop := ¬ a\n"
        "theorem Small.defined (a : Prop) (h : Small.not a) : Small.not a := h\n"
    )
    proofs = prove(project, named("Small.defined"))
    under = {"Small": ("propext", "Quot.sound"), "Other": ("Classical.choice",)}
    settings = replace(load_project(project), allowed_axioms=("Quot.sound",), axioms_under=under)
    assert policy_of(settings, "library", proofs, {"Small.defined"}) == {
        "allowed_axioms": ("Quot.sound",),
        "further_axioms": {"Small.defined": {"propext"}, "Small.not": {"propext"}},
    }
    assert policy_of(settings, "library", proofs, ())["further_axioms"] == {
        "Small.not": {"propext"}
    }
    none = policy_of(replace(settings, axioms_under={}), "library", proofs, {"Small.defined"})
    assert none["further_axioms"] == {}


def test_a_module_that_is_not_there(project, audits):
    """What is allowed under a name that no module has, or stands below, is a mistake."""
    for name, near in (("Smal", "; did you mean Small?"), ("Small.Deep", ".*"), ("Xyz", "$")):
        with pytest.raises(UsageError, match=rf"\[axioms-under\] names {name}, and .* it{near}"):
            prove(project, named("Small.proved"), axioms_under={name: ("propext",)})
    assert not audits


def test_what_is_no_negation_is_never_kept(project, audits):
    """A claim whose theorem does not state a negation is an error each time, also once the theorem
    was audited for another.
    """
    prove(project, named("Small.proved"))
    wrong = replace(named("Small.proved"), theorem=None, negation="Small.proved")
    for _ in range(2):
        with pytest.raises(UsageError, match="does not state a negation"):
            prove(project, wrong)
