"""Files that are not exports, or are made to break the reader: each is refused, in words, and
nothing else happens.
"""

from __future__ import annotations

import gc
import json
import sys
import threading

import pytest

from pyharness.kernel import Refused, check, show_name
from pyharness.kernel.reader import DEEPEST
from tests.kernel_exports import META, basics

AXIOM = (
    '{"str":{"pre":0,"str":"a"},"in":1}',
    '{"sort":0,"ie":0}',
    '{"axiom":{"name":1,"levelParams":[],"type":0,"isUnsafe":false}}',
)
"""A sound file, behind its first line: one axiom, a : Prop."""


def lines(*texts: str) -> list[bytes]:
    return [META.encode(), *[text.encode() for text in texts]]


def chain(count: int, first: str, line: str) -> list[bytes]:
    """Lines that build a term on the one before, again and again, and state its type."""
    return lines(
        first,
        *[line % {"before": place - 1, "at": place} for place in range(1, count + 1)],
        AXIOM[0],
        f'{{"axiom":{{"name":1,"levelParams":[],"type":{count},"isUnsafe":false}}}}',
    )


class TestFormat:
    def test_a_sound_file(self):
        """One axiom, with or without line ends."""
        assert check(lines(*AXIOM)).constants.keys() == {("a",)}
        assert check(line + b"\n" for line in lines(*AXIOM)).axioms(("a",)) == ("a",)

    def test_notes_on_a_term_are_left_out(self):
        """A term with metadata is the term."""
        sound = lines(
            *AXIOM[:2],
            '{"mdata":{"expr":0,"data":{"a":[1,{"b":null}]}},"ie":1}',
            AXIOM[2].replace('"type":0', '"type":1'),
        )
        assert check(sound).statement_sha256(("a",)) == check(lines(*AXIOM)).statement_sha256(
            ("a",)
        )

    @pytest.mark.parametrize(
        ("texts", "words"),
        [
            (("",), "no JSON"),
            (("[]",), "no object"),
            (("{}",), "the fields none"),
            (("3",), "no object"),
            (("{",), "no JSON"),
            (('{"sort":0,"ie":0}x',), "no JSON"),
            (('{"bvar":NaN,"ie":0}',), "no natural number"),
            (('{"bvar":1.0,"ie":0}',), "no natural number"),
            (('{"bvar":1e3,"ie":0}',), "no natural number"),
            (('{"bvar":-1,"ie":0}',), "natural number"),
            (('{"bvar":true,"ie":0}',), "natural number"),
            (('{"bvar":"0","ie":0}',), "natural number"),
            (('{"bvar":null,"ie":0}',), "natural number"),
            (('{"bvar":' + "9" * 5000 + ',"ie":0}',), "no JSON"),
            (('{"bvar":0,"ie":0,"ie":1}',), "given twice"),
            (('{"bvar":0,"bvar":1,"ie":0}',), "given twice"),
            (('{"bvar":0,"ie":0,"more":1}',), "has the fields"),
            (('{"ie":0}',), "the fields none"),
            (('{"bvar":0,"ie":0,"in":1}',), "has the fields"),
            (('{"fvar":0,"ie":0}',), "no form 'fvar'"),
            (('{"mdata":{"expr":0},"ie":0}',), "fields expr, data"),
            (('{"sort":0,"ie":0}', '{"mdata":{"expr":0,"data":1},"ie":1}'), "object"),
            (('{"sort":0,"ie":0}', '{"sort":0,"ie":0}'), "given twice"),
            (('{"succ":0,"il":0}',), "given twice"),
            (('{"str":{"pre":0,"str":"a"},"in":0}',), "given twice"),
            (('{"sort":1,"ie":0}',), "no level 1"),
            (('{"app":{"fn":0,"arg":0},"ie":0}',), "no term 0"),
            (('{"sort":0,"ie":0}', '{"app":{"fn":0,"arg":-1},"ie":1}'), "no term -1"),
            (('{"sort":0,"ie":0}', '{"app":{"fn":0,"arg":true},"ie":1}'), "no term True"),
            (('{"sort":0,"ie":0}', '{"app":{"fn":0,"arg":[0]},"ie":1}'), "no term"),
            (('{"app":{"fn":0},"ie":0}',), "fields fn, arg"),
            (('{"app":{"fn":0,"arg":0,"x":0},"ie":0}',), "fields fn, arg"),
            (('{"app":[0,0],"ie":0}',), "fields fn, arg"),
            (('{"max":[0],"il":1}',), "list of 2"),
            (('{"max":[0,0,0],"il":1}',), "list of 2"),
            (('{"max":{"0":0},"il":1}',), "list of 2"),
            (('{"param":1,"il":1}',), "no name 1"),
            (('{"str":{"pre":1,"str":"a"},"in":1}',), "no name 1"),
            (('{"num":{"pre":0,"i":-1},"in":1}',), "natural number"),
            (('{"str":{"pre":0,"str":1},"in":1}',), "string"),
            (('{"str":{"pre":0,"str":"\\ud800"},"in":1}',), "surrogate"),
            (('{"strVal":"\\udfff","ie":0}',), "surrogate"),
            (('{"natVal":1,"ie":0}',), "decimal digits"),
            (('{"natVal":"01","ie":0}',), "decimal digits"),
            (('{"natVal":"","ie":0}',), "decimal digits"),
            (('{"natVal":"-1","ie":0}',), "decimal digits"),
            (('{"natVal":"1_0","ie":0}',), "decimal digits"),
            (('{"natVal":"٣","ie":0}',), "decimal digits"),
            (('{"natVal":"²","ie":0}',), "decimal digits"),
            (
                (
                    '{"sort":0,"ie":0}',
                    '{"lam":{"name":0,"binderInfo":"odd","type":0,"body":0},"ie":1}',
                ),
                "no such binder",
            ),
            (
                (
                    '{"sort":0,"ie":0}',
                    '{"lam":{"name":7,"binderInfo":"default","type":0,"body":0},"ie":1}',
                ),
                "no name 7",
            ),
            (
                (
                    '{"sort":0,"ie":0}',
                    '{"letE":{"name":0,"type":0,"value":0,"body":0,"nondep":0},"ie":1}',
                ),
                "true or false",
            ),
            (('{"theorem":{}}',), "no declaration 'theorem'"),
            ((*AXIOM[:2], AXIOM[2].replace("false", "0")), "true or false"),
            ((*AXIOM[:2], AXIOM[2].replace("[]", "[0,0]")), "listed twice"),
            ((*AXIOM[:2], AXIOM[2].replace("[]", "[5]")), "no name 5"),
            ((*AXIOM[:2], AXIOM[2].replace("[]", "null")), "list is needed"),
            ((*AXIOM, AXIOM[2]), "declared twice"),
            ((*AXIOM, META), "no declaration 'meta'"),
            ((*AXIOM, "[" * 100_000), "too deep|no JSON"),
            ((*AXIOM, '{"a":' * 200_000), "too deep|no JSON"),
        ],
    )
    def test_what_is_no_line_of_the_format(self, texts, words):
        """It is refused with what is wrong with it, and where."""
        with pytest.raises(Refused, match=words) as refused:
            check(lines(*texts))
        assert refused.value.declaration

    @pytest.mark.parametrize(
        "line",
        [
            AXIOM[0],
            "{}",
            '{"meta":{}}',
            META.replace('"3.1.0"', "3.1"),
            META.replace('"name"', '"called"'),
            META[:-1] + ',"more":0}',
        ],
    )
    def test_another_first_line(self, line):
        """A file of another version, or of none, is not read."""
        with pytest.raises(Refused, match="format"):
            check([line.encode(), *lines(*AXIOM)[1:]])

    def test_another_version(self):
        """Any 3.1 is read; another is declined, and named."""
        for version in ("3.1.1", "3.1.12"):
            assert check([META.replace("3.1.0", version).encode(), *lines(*AXIOM)[1:]]).constants
        for version in ("3.0.0", "3.10.0", "3.1", "3.1.x", "4.0.0"):
            with pytest.raises(Refused, match=f"version: .* {version}, ") as refused:
                check([META.replace("3.1.0", version).encode(), *lines(*AXIOM)[1:]])
            assert refused.value.declined

    def test_nothing_is_declared(self):
        """A file with its first line alone is a library of nothing; an empty one is no file."""
        assert not check(lines()).constants and check(lines()).slowest == ((), 0.0)
        with pytest.raises(Refused, match="format: it is empty"):
            check([])

    def test_any_text_is_a_part_of_a_name(self):
        """A name is shown so that no other one is shown alike."""
        names = [("a».«b",), ("a", "b"), ("a.b",), ("a»", "«b"), ("»",), ("»»",)]
        assert len({show_name(name) for name in names}) == len(names)
        text = '{"str":{"pre":0,"str":"a».«b"},"in":1}'
        assert check(lines(text, *AXIOM[1:])).axioms(("a».«b",)) == ("«a»».«b»",)

    def test_unsafe_and_partial_constants_are_left_out(self):
        """They are counted, and are not there."""
        export = basics()
        export.declare("axiom", "bad", "False", isUnsafe=True)
        export.declare("def", "loop", "False", "loop", safety="partial")
        export.declare("opaque", "odd", "Nat", "Nat.zero", isUnsafe=True)
        done = check(export.lines)
        assert done.left_out == 3 and not {("bad",), ("loop",), ("odd",)} & done.constants.keys()

    @pytest.mark.parametrize(
        "data",
        [
            b"",
            b"\xff",
            b'{"strVal":"\xff","ie":0}',
            b"\xff\xfe{\x00}\x00",
            b"\xef\xbb\xbf{}",
            b"\x00",
        ],
    )
    def test_what_is_no_text(self, data):
        """Bytes that are not UTF-8, and an empty line."""
        with pytest.raises(Refused, match="no JSON in UTF-8"):
            check([*lines(*AXIOM), data])

    def test_every_field_of_every_declaration_is_needed(self):
        """Without any one field, or with one more, a line is refused; "all" may be left out."""
        export = basics()
        export.declare("def", "one", "Nat", export.make.lit(1))
        export.declare("thm", "sure", "True", "True.intro")
        export.declare("opaque", "some", "Nat", "Nat.zero")
        export.declare("axiom", "given", "True")
        seen = set()
        for place, line in enumerate(export.lines):
            (kind, fields), *_ = json.loads(line).items()
            if kind not in ("def", "thm", "opaque", "axiom", "quot") or kind in seen:
                continue
            seen.add(kind)
            for field in fields.keys() - {"all"}:
                without = json.dumps(
                    {kind: {name: value for name, value in fields.items() if name != field}}
                )
                with pytest.raises(Refused, match="format"):
                    check([*export.lines[:place], without.encode()])
            with pytest.raises(Refused, match="format"):
                check([*export.lines[:place], json.dumps({kind: fields | {"more": 0}}).encode()])
            without = {name: value for name, value in fields.items() if name != "all"}
            assert check([*export.lines[:place], json.dumps({kind: without}).encode()]).constants
        assert len(seen) == 5


class TestLimits:
    @pytest.mark.parametrize("depth", [DEEPEST - 2, DEEPEST + 1])
    @pytest.mark.parametrize(
        "line",
        [
            '{"forallE":{"name":0,"binderInfo":"default","type":%(before)d,"body":%(before)d},"ie":%(at)d}',
            '{"forallE":{"name":0,"binderInfo":"default","type":%(before)d,"body":0},"ie":%(at)d}',
            '{"app":{"fn":0,"arg":%(before)d},"ie":%(at)d}',
            '{"app":{"fn":%(before)d,"arg":0},"ie":%(at)d}',
            '{"lam":{"name":0,"binderInfo":"default","type":0,"body":%(before)d},"ie":%(at)d}',
            '{"letE":{"name":0,"type":0,"value":%(before)d,"body":0,"nondep":false},"ie":%(at)d}',
            '{"letE":{"name":0,"type":0,"value":0,"body":%(before)d,"nondep":false},"ie":%(at)d}',
            '{"proj":{"typeName":0,"idx":0,"struct":%(before)d},"ie":%(at)d}',
        ],
    )
    def test_deep_terms_are_refused_or_checked(self, depth, line):
        """However deep a term is, the answer is one of the kernel's own, and Python's settings are
        as before.
        """
        before = sys.getrecursionlimit(), threading.stack_size(), gc.isenabled()
        rule = None
        try:
            check(chain(depth, '{"sort":0,"ie":0}', line), steps=100_000)
        except Refused as refusal:
            rule = refusal.rule
        assert depth <= DEEPEST or rule in (None, "budget")
        assert (sys.getrecursionlimit(), threading.stack_size(), gc.isenabled()) == before

    @pytest.mark.parametrize(
        "line",
        [
            '{"succ":%(before)d,"il":%(at)d}',
            '{"max":[%(before)d,%(before)d],"il":%(at)d}',
            '{"imax":[1,%(before)d],"il":%(at)d}',
        ],
    )
    def test_deep_levels(self, line):
        """A level of many parts is a level, and has a digest; one of too many is refused."""

        def tower(count: int) -> list[bytes]:
            made = [line % {"before": place - 1, "at": place} for place in range(2, count)]
            return lines(
                '{"succ":0,"il":1}', *made, f'{{"sort":{count - 1},"ie":0}}', AXIOM[0], AXIOM[2]
            )

        assert check(tower(DEEPEST)).statement_sha256(("a",))
        with pytest.raises(Refused, match="budget.*deeper"):
            check(tower(DEEPEST + 2))

    def test_a_long_name(self):
        """A name of too many parts is refused."""
        with pytest.raises(Refused, match="budget.*parts"):
            check(
                lines(
                    *[
                        f'{{"str":{{"pre":{place},"str":"a"}},"in":{place + 1}}}'
                        for place in range(300)
                    ]
                )
            )

    def test_a_deep_comparison_is_refused(self):
        """Numbers in unary are compared successor by successor, and Python's stack ends before they
        do.
        """
        export = basics()
        m = export.make
        count = m.a(
            m.c("Nat.rec", 1),
            m.f("Nat", "Nat"),
            "Nat.zero",
            m.f("Nat", "Nat", m.a("Nat.succ", 0)),
            m.lit(10**6),
        )
        export.declare(
            "thm",
            "deep",
            m.a(m.c("Eq", 1), "Nat", count, m.lit(10**6)),
            m.a(m.c("Eq.refl", 1), "Nat", count),
        )
        with pytest.raises(Refused, match="deep: budget: depth: it is too deep"):
            check(export.lines)

    def test_a_budget_ends_what_takes_too_long(self):
        """A term of n lines that takes 2 to the n steps."""
        export = basics()
        m = export.make
        value = m.of("Nat.zero")
        function = m.f("Nat", m.a("Nat.succ", 0))
        for _ in range(60):
            function = m.f("Nat", m.a(function, m.a(function, 0)))
        export.declare("opaque", "hidden", "Nat", "Nat.zero")
        export.declare(
            "thm",
            "long",
            m.a(m.c("Eq", 1), "Nat", m.a(function, value), "hidden"),
            m.a(m.c("Eq.refl", 1), "Nat", "hidden"),
        )
        with pytest.raises(Refused, match="long: budget: .*steps"):
            check(export.lines, steps=20_000)

    def test_a_limit_must_allow_something(self):
        """With no step allowed nothing is accepted."""
        with pytest.raises(Refused, match="budget"):
            check(lines(*AXIOM), steps=0)

    def test_a_large_number(self):
        """A number of many digits is read in full; one of too many is refused."""
        digits = "7" * 20_000
        text = (
            '{"str":{"pre":0,"str":"a"},"in":1}',
            f'{{"natVal":"{digits}","ie":0}}',
            '{"axiom":{"name":1,"levelParams":[],"type":0,"isUnsafe":false}}',
        )
        with pytest.raises(Refused, match="literal.*bits"):
            check(lines(*text))
        with pytest.raises(Refused, match="budget.*digits"):
            check(lines(f'{{"natVal":"{"7" * 400_000}","ie":0}}'))

    def test_what_the_caller_does_wrong_is_not_hidden(self):
        """An error of the file itself is no refusal."""

        def broken():
            yield META.encode()
            raise OSError("gone")

        with pytest.raises(OSError, match="gone"):
            check(broken())
