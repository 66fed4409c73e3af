"""What a check may cost: each budget ends, with what it is called, on a small file that asks for
much, and leaves alone what is like it and honest.
"""

from __future__ import annotations

import json
import subprocess
import sys
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from pyharness.kernel import Refused, budget, check, library, reader
from pyharness.kernel.budget import Budget
from pyharness.kernel.declarations import Kernel
from pyharness.kernel.reader import Reader
from pyharness.kernel.terms import Terms
from tests.kernel.test_arithmetic import numbers
from tests.kernel_exports import META, Export, add, basics

ROOT = Path(__file__).resolve().parents[2]


class Lines:
    """An export, line by line."""

    def __init__(self) -> None:
        self.lines = [META.encode()]
        self._counts = {"in": 0, "il": 0, "ie": -1}

    def add(self, kind: str, **form: object) -> int:
        """Add a name, level or term, and return its number."""
        self._counts[kind] += 1
        self.lines.append(json.dumps({kind: self._counts[kind]} | form).encode())
        return self._counts[kind]

    def name(self, part: str | int, before: int = 0) -> int:
        form = {"str": part} if isinstance(part, str) else {"i": part}
        return self.add("in", **{"str" if "str" in form else "num": {"pre": before} | form})

    def axiom(self, name: int, type_: int, levels: list[int] | None = None) -> None:
        fields = {"name": name, "levelParams": levels or [], "type": type_, "isUnsafe": False}
        self.lines.append(json.dumps({"axiom": fields}).encode())


def spent(lines: list[bytes]) -> int:
    """How many steps a file takes."""
    count = Budget()
    terms = Terms(count)
    taken, kernel = Reader(terms), Kernel(terms)
    for line in lines:
        declaration = taken.line(line)
        if declaration is not None:
            count.begin()
            add(kernel, declaration)
    count.begin()
    return count.spent


def towers(parameters: int) -> list[bytes]:
    """Parameters, their maximum, an imax of it and each of them, and a tower of imax on that; an
    axiom that needs none of it, and one whose universe it is.
    """
    made = Lines()
    names = [made.name(f"p{place}") for place in range(parameters)]
    levels = [made.add("il", param=name) for name in names]
    top = levels[0]
    for level in levels[1:]:
        top = made.add("il", max=[top, level])
    for level in levels:
        top = made.add("il", imax=[top, level])
    level = top
    for _ in range(60):
        level = made.add("il", imax=[top, level])
    made.axiom(made.name("a"), made.add("ie", sort=0))
    made.axiom(made.name("b"), made.add("ie", sort=level), names)
    return made.lines


def doubled(count: int) -> list[bytes]:
    """Five theorems that each take 2 to the count steps: a function that is applied twice, again
    and again, adds that much.
    """
    export = basics()
    m = export.make
    function = m.f("Nat", m.a("Nat.succ", 0))
    for _ in range(count):
        function = m.f("Nat", m.a(function, m.a(function, 0)))
    statement = m.a(m.c("Eq", 1), "Nat", m.a(function, "Nat.zero"), m.lit(2**count))
    for place in range(5):
        proof = m.a(m.c("Eq.refl", 1), "Nat", m.lit(2**count))
        export.declare("thm", f"double{place}", statement, proof)
    return export.lines


class TestSteps:
    def test_levels_that_are_read_take_few(self):
        """What is read of levels costs by its lines, whatever the levels are."""
        few, more = spent(towers(30)), spent(towers(90))
        assert more < 5_000 and more < 4 * few

    def test_those_of_a_declaration(self):
        """A declaration that takes more is refused by its name, and says of which budget."""
        assert check(doubled(2), steps=5_000).constants
        with pytest.raises(Refused, match="double0: budget: steps: checking it takes more than 5,"):
            check(doubled(14), steps=5_000)

    @pytest.mark.parametrize(("count", "rule"), [(20, "not-a-function"), (400, "budget: steps")])
    def test_visits_of_terms_count(self, count, rule):
        """A term that stands under ever more binders is another one under each: n lines, n²
        visits.
        """
        made = Lines()
        type_, term = made.add("ie", sort=0), made.add("ie", bvar=499)
        binder = {"name": 0, "binderInfo": "default", "type": type_}
        for _ in range(count):
            under = made.add("ie", lam=binder | {"body": term})
            term = made.add("ie", app={"fn": term, "arg": under})
        for _ in range(500):
            term = made.add("ie", forallE=binder | {"body": term})
        made.axiom(made.name("a"), term)
        with pytest.raises(Refused, match=rule):
            check(made.lines, steps=50_000)

    def test_those_of_the_file(self, monkeypatch):
        """Many declarations, none of which takes too much."""
        lines = doubled(8)
        assert check(lines, steps=100_000).constants
        monkeypatch.setattr(budget, "FILE", 0)
        monkeypatch.setattr(budget, "LINE", 10)
        for jobs in (1, 3):
            monkeypatch.setattr(library, "_FEW", 0)
            with pytest.raises(Refused, match="budget: steps of the file: it takes more"):
                check(lines, steps=100_000, jobs=jobs)

    def test_a_limit_for_a_declaration_is_one_for_the_file(self, monkeypatch):
        """Who allows more for one allows more for all."""
        monkeypatch.setattr(budget, "FILE", 1)
        monkeypatch.setattr(budget, "LINE", 0)
        lines = doubled(3)
        with pytest.raises(Refused, match="steps of the file: .* --steps sets another limit"):
            check(lines, steps=2_000)
        assert check(lines, steps=4_000).constants

    def test_large_results_count(self):
        """A large number that a small computation gives costs by its size."""

        def powers(count: int) -> list[bytes]:
            export = numbers()
            make = export.make
            for place in range(count):
                power = make.a("Nat.pow", make.lit(3), make.lit(400_000 + place))
                differs = make.a("Nat.beq", power, make.lit(0))
                export.declare("def", f"power{place}", "Bool", differs)
                value = make.a(make.c("Eq", 1), "Bool", f"power{place}", "Bool.false")
                proof = make.a(make.c("Eq.refl", 1), "Bool", "Bool.false")
                export.declare("thm", f"large{place}", value, proof)
            return export.lines

        assert check(powers(1), steps=1_000_000).constants
        with pytest.raises(Refused, match="large0: budget: steps"):
            check(powers(1), steps=50_000)

    def test_without_a_limit(self, monkeypatch):
        """No limit on a declaration is none on the file."""
        lines = doubled(6)
        monkeypatch.setattr(budget, "FILE", 0)
        monkeypatch.setattr(budget, "LINE", 0)
        assert check(lines, steps=None).constants


class TestLevels:
    @staticmethod
    def guarded(pairs: int) -> list[bytes]:
        """An axiom in a universe, and a definition that has it in an equal one: to see that they
        are equal takes two cases for each pair of parameters.
        """
        export = Export.begun()
        make = export.make
        names = [f"u{place}" for place in range(2 * pairs)]
        one = other = make.level_of(1)
        for place in range(pairs):
            both = make.levels.max(*map(make.level_of, names[2 * place : 2 * place + 2]))
            one, other = make.levels.imax(one, both), make.levels.max(other, both)
        export.declare("axiom", "given", make.sort(other), levels=names)
        type_ = make.sort(make.levels.max(one, other))
        export.declare("def", "same", type_, make.c("given", *names), levels=names)
        return export.lines

    def test_they_have_a_budget(self):
        """It ends on what is small and takes cases without end, and not on what takes a few."""
        assert check(self.guarded(5)).constants
        with pytest.raises(Refused, match="same: budget: universe levels"):
            check(self.guarded(40))


class TestMemory:
    @staticmethod
    def chain(count: int) -> Iterator[bytes]:
        """Lines that declare nothing, each with a term that is kept."""
        made = Lines()
        term = first = made.add("ie", sort=0)
        for place in range(count):
            term = made.add("ie", app={"fn": first, "arg": term if place % 3_000 else first})
        made.axiom(made.name("a"), first)
        yield from made.lines

    @pytest.mark.parametrize(
        "line",
        [
            lambda made, place: made.add("ie", bvar=place),
            lambda made, place: made.add("ie", sort=0),
            lambda made, place: made.name(place),
            lambda made, place: made.add("il", succ=0),
            lambda made, place: made.axiom(made.name(place), 0),
        ],
        ids=["terms", "the same term", "names", "levels", "declarations"],
    )
    def test_whatever_is_kept_counts(self, monkeypatch, line: Callable[[Lines, int], object]):
        """A file of many lines is refused, whatever they hold; of fewer it is not."""

        def lines(count: int) -> list[bytes]:
            made = Lines()
            type_ = made.add("ie", sort=0)
            for place in range(count):
                line(made, place)
            made.axiom(made.name("a"), type_)
            return made.lines

        monkeypatch.setattr(budget, "HELD", 500)
        assert check(lines(1_000)).constants
        with pytest.raises(Refused, match="budget: memory of the file: more than 5,000"):
            check(lines(10_000))

    def test_what_a_check_holds_counts(self, monkeypatch):
        """A declaration for which much has to be made is declined; how much was read before it does
        not matter.
        """
        monkeypatch.setattr(budget, "HELD", 5_000)
        assert check(self.chain(20_000)).constants
        with pytest.raises(Refused, match="double0: budget: memory: more than 5,000") as refused:
            check(doubled(14))
        assert check(doubled(6), held=500_000).constants
        assert refused.value.declined

    def test_long_names_texts_and_numbers_count_as_several(self, monkeypatch):
        """What takes more room than a term counts as more."""
        monkeypatch.setattr(budget, "HELD", 500)
        for long in ({"strVal": "%d" + "a" * 50_000}, {"natVal": "1%03d" + "0" * 50_000}):
            for count, refused in ((5, False), (100, True)):
                made = Lines()
                type_ = made.add("ie", sort=0)
                for place in range(count):
                    made.add("ie", **{form: text % place for form, text in long.items()})
                made.axiom(made.name("a"), type_)
                if refused:
                    with pytest.raises(Refused, match="budget: memory"):
                        check(made.lines)
                else:
                    assert check(made.lines).constants

    def test_what_a_check_made_is_let_go(self):
        """After a declaration no more is held than what it is made of."""
        export = basics()
        count = export.make.budget
        count.begin()
        before, tables = count.held, sum(map(len, count._lasting))
        for place in range(3):
            export.declare("thm", f"more{place}", "True", "True.intro")
        assert count.held - before < 10 and sum(map(len, count._lasting)) - tables < 30

    def test_a_line_takes_little(self):
        """Of a long file less than 300 bytes a line are held, measured in a process of its own."""
        program = (
            "import resource, sys\n"
            "from tests.kernel.test_budget import TestMemory\n"
            "from pyharness.kernel import check\n"
            "lines = list(TestMemory.chain(int(sys.argv[1])))\n"
            "before = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss\n"
            "check(lines)\n"
            "print(resource.getrusage(resource.RUSAGE_SELF).ru_maxrss - before)\n"
        )
        count = 100_000
        done = subprocess.run(
            [sys.executable, "-c", program, str(count)],
            capture_output=True,
            text=True,
            check=True,
            cwd=ROOT,
        )
        assert int(done.stdout) * 1024 < 300 * count + (4 << 20)


class TestInput:
    def test_a_long_line(self):
        """A line of more bytes than are read is refused before it is looked at."""
        made = Lines()
        made.axiom(made.name("a"), made.add("ie", sort=0))
        assert check([*made.lines[:-1], made.lines[-1] + b" " * 1000]).constants
        with pytest.raises(Refused, match="budget: input: a line has more than 1,048,576 bytes"):
            check([*made.lines[:-1], made.lines[-1] + b" " * reader.LINE])

    def test_a_long_file(self, monkeypatch):
        """All lines together have a limit."""
        monkeypatch.setattr(reader, "INPUT", 10_000)
        assert check(TestMemory.chain(100)).constants
        with pytest.raises(Refused, match="budget: input: the file has more than 10,000 bytes"):
            check(TestMemory.chain(300))

    def test_large_numbers_of_things(self):
        """An index, a count or a number of a thing is small; one of many digits is not read."""
        for form in ({"bvar": 1 << 40}, {"bvar": 10**400}):
            made = Lines()
            made.add("ie", **form)
            with pytest.raises(Refused, match="budget: numbers"):
                check(made.lines)

    def test_long_names(self):
        """A name of many characters is refused, in one part or in all."""
        for part, count in (("a" * 5_000, 1), ("a" * 100, 50)):
            made, name = Lines(), 0
            for _ in range(count):
                name = made.name(part, name)
            with pytest.raises(Refused, match="budget: names: .*characters"):
                check(made.lines)
        made = Lines()
        made.axiom(made.name("a" * 3_000), made.add("ie", sort=0))
        assert check(made.lines).constants

    def test_a_refusal_quotes_little(self):
        """However long what is wrong is, the refusal is short."""
        for wrong in ({"ie": 0, "sort": "x" * 500_000}, {"x" * 500_000: 0}):
            with pytest.raises(Refused) as refused:
                check([META.encode(), json.dumps(wrong).encode()])
            assert len(str(refused.value)) < 2_000
