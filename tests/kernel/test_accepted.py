"""What the kernel accepted before is not checked again, and nothing else is left out."""

from __future__ import annotations

import json

import pytest

from pyharness.kernel import Refused, check
from tests.kernel_exports import Export, basics


def made(proof: str = "True.intro", value: str = "Nat.zero") -> Export:
    """A theorem, a definition, and what rests on each."""
    export = basics()
    make = export.make
    export.declare("thm", "first", "True", proof)
    export.declare("thm", "second", "True", "first")
    export.declare("def", "number", "Nat", value)
    equal = make.a(make.c("Eq", 1), "Nat", "number", "Nat.zero")
    refl = make.a(make.c("Eq.refl", 1), "Nat", "Nat.zero")
    export.declare("thm", "third", equal, refl)
    return export


def checked(export: Export, known: frozenset[str] | None = frozenset()):
    """What the kernel says, and which declarations it looked at."""
    library = check(export.lines, known=known)
    return library, {name[0] for name, seconds in library.seconds.items() if seconds}


def test_nothing_changed():
    """All is known, nothing is looked at, and the answers are the same."""
    export = made()
    first, looked = checked(export)
    again, looked_again = checked(export, first.known)
    assert {"first", "second", "third", "Nat"} <= looked and not looked_again
    assert again.known == first.known and again.constants.keys() == first.constants.keys()
    for name in first.constants:
        assert again.meaning_sha256(name) == first.meaning_sha256(name)
        assert again.axioms(name) == first.axioms(name)


def test_digests_are_made_only_where_they_are_asked_for():
    """They take time."""
    assert check(made().lines).known == frozenset()


def test_what_rests_on_a_change_is_checked_again():
    """A wrong theorem is found although nothing in its own lines changed."""
    known = checked(made())[0].known
    one = basics().make
    changed = made(value=one.a("Nat.succ", "Nat.zero"))
    with pytest.raises(Refused) as refusal:
        check(changed.lines, known=known)
    assert refusal.value.declaration == "third"


def test_a_changed_proof_is_checked_again():
    """And what rests on it; nothing else is."""
    known = checked(made())[0].known
    one = basics().make
    id_ = one.a(one.f("True", 0), "True.intro")
    assert checked(made(proof=id_), known)[1] == {"first", "second"}
    with pytest.raises(Refused):
        check(made(proof="Nat.zero").lines, known=known)


@pytest.mark.parametrize("field", ["numMotives", "numMinors", "k", "nfields"])
def test_what_is_recorded_of_a_family_counts(field):
    """A recursor that is recorded differently is another declaration."""
    export = made()
    known = checked(export)[0].known

    def change(value):
        if isinstance(value, dict):
            return {
                key: (not item if item is True or item is False else item + 1)
                if key == field
                else change(item)
                for key, item in value.items()
            }
        return [change(item) for item in value] if isinstance(value, list) else value

    lines = []
    for line in export.lines:
        value = json.loads(line)
        forged = "inductive" in value and b"Nat" not in line
        lines.append(json.dumps(change(value) if forged else value).encode())
    with pytest.raises(Refused) as refusal:
        check(lines, known=known)
    assert refusal.value.rule != "duplicate"


def test_a_digest_of_something_else_helps_nothing():
    """A refused declaration is refused however many digests are known."""
    known = frozenset(["0" * 64]) | checked(made())[0].known
    export = made()
    export.declare("thm", "wrong", export.make.c("False"), "first")
    with pytest.raises(Refused) as refusal:
        check(export.lines, known=known)
    assert refusal.value.declaration == "wrong"
