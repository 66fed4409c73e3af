"""Texts: a literal is the list of its characters, made into a string by what the file declares."""

from __future__ import annotations

import pytest

from pyharness.kernel import Refused, check
from pyharness.kernel.terms import Term
from tests.kernel_exports import Export, basics


def texts(head: str = "String.ofList", **without: bool) -> Export:
    """The basic export with characters and strings: by a function of a list that makes a
    structure of something else, or by a constructor, as in older versions of Lean.
    """
    e = basics()
    m = e.make
    e.family({"Char": (m.type, {"Char.mk": m.p("Nat", "Char")})})
    if not without.get("of_nat"):
        e.declare("def", "Char.ofNat", m.p("Nat", "Char"), m.f("Nat", m.a("Char.mk", 0)))
    chars = m.a(m.c("List", 0), "Char")
    if head == "String.mk":
        e.family({"String": (m.type, {"String.mk": m.p(chars, "String")})})
    else:
        made = {"String.ofPair": m.p(chars, "Nat", "String")}
        e.family({"String": (m.type, made)})
        if head:
            value = m.f(chars, m.a("String.ofPair", 0, m.lit(7)))
            e.declare("def", head, m.p(chars, "String"), value)
    return e


def written(e: Export, text: str) -> Term:
    """The list of the characters of a text."""
    m = e.make
    made = m.a(m.c("List.nil", 0), "Char")
    for character in reversed(text):
        one = m.a("Char.ofNat", m.lit(ord(character)))
        made = m.a(m.c("List.cons", 0), "Char", one, made)
    return made


def states(e: Export, left: Term, right: Term, kind: str = "String") -> str:
    """What the kernel says to `left = right`, proved by reflexivity."""
    m = e.make
    statement = m.a(m.c("Eq", 1), kind, left, right)
    e.declare("thm", f"same{len(e.lines)}", statement, m.a(m.c("Eq.refl", 1), kind, right))
    try:
        check(e.lines, steps=100_000)
    except Refused as refusal:
        return refusal.rule
    return "accepted"


HEADS = ["String.ofList", "String.mk"]


class TestTexts:
    @pytest.mark.parametrize("head", HEADS)
    @pytest.mark.parametrize("text", ["", "a", "λ→\U0001d54f", "two words"])
    def test_a_literal_is_its_characters(self, head, text):
        """It is equal to them, and to no others."""
        e = texts(head)
        assert states(e, e.make.lit(text), e.make.a(head, written(e, text))) == "accepted"
        other = texts(head)
        wrong = other.make.a(head, written(other, text + "!"))
        assert states(other, other.make.lit(text), wrong) == "declared-type"

    def test_literals_are_equal_if_they_are_the_same(self):
        """Two texts that differ are not equal."""
        e = texts()
        assert states(e, e.make.lit("a"), e.make.lit("a")) == "accepted"
        assert states(e, e.make.lit("a"), e.make.lit("b")) == "declared-type"

    def test_it_reduces_to_what_the_file_makes_of_it(self):
        """To projections and recursors it is the constructor of the file."""
        e = texts()
        m = e.make
        assert states(e, m.proj(("String",), 1, m.lit("ab")), m.lit(7), "Nat") == "accepted"
        e = texts()
        m = e.make
        minor = m.f(m.a(m.c("List", 0), "Char"), "Nat", 0)
        by_rec = m.a(m.c("String.rec", 1), m.f("String", "Nat"), minor, m.lit("ab"))
        assert states(e, by_rec, m.lit(7), "Nat") == "accepted"
        e = texts()
        m = e.make
        assert states(e, m.proj(("String",), 1, m.lit("ab")), m.lit(8), "Nat") == "declared-type"

    def test_no_literal_where_it_cannot_be_written(self):
        """Without what makes a string of characters, or with one of another type, there is none,
        but as in Lean's kernel.
        """
        for e in (texts(head=""), texts(of_nat=True)):
            e.declare("def", "text", "String", e.make.lit("a"))
            with pytest.raises(Refused, match="text: literal"):
                check(e.lines)
            assert check(e.lines, as_lean=True).constants
        e = texts(head="")
        m = e.make
        e.declare("def", "String.ofList", m.p("Nat", "String"), m.f("Nat", m.lit("a")))
        with pytest.raises(Refused, match="ofList: literal"):
            check(e.lines)

    def test_an_empty_string_type_has_none(self):
        """A literal does not make an element of a type that has none."""
        e = basics()
        e.family({"String": (e.make.type, {})})
        m = e.make
        absurd = m.a(m.c("String.rec", 0), m.f("String", "False"), m.lit("a"))
        e.declare("thm", "bad", "False", absurd)
        with pytest.raises(Refused, match="bad: literal"):
            check(e.lines)

    def test_what_makes_a_string_is_rested_on(self):
        """An axiom by which texts are made is an axiom of what mentions one."""
        e = texts(head="")
        m = e.make
        chars = m.a(m.c("List", 0), "Char")
        e.declare("axiom", "String.ofList", m.p(chars, "String"))
        e.declare("def", "text", "String", m.lit("a"))
        assert check(e.lines).axioms(("text",)) == ("String.ofList",)

    def test_it_does_not_change_its_meaning(self):
        """What a text stands for is settled once, whatever is declared later."""
        e = texts("String.mk")
        m = e.make
        chars = m.a(m.c("List", 0), "Char")
        empty = m.a("String.mk", m.a(m.c("List.nil", 0), "Char"))
        e.declare("def", "String.ofList", m.p(chars, "String"), m.f(chars, empty))
        made = m.a("String.ofList", written(e, "a"))
        assert states(e, m.lit("a"), made) == "declared-type"
