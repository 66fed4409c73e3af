"""What claims need is cut out of an export: no more, and nothing else than what was there."""

from __future__ import annotations

import gzip
import io
import json
import lzma
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings, strategies as st

from pyharness.kernel import check
from pyharness.kernel.environment import closure
from pyharness.proofs.cut import BadExport, Index
from tests.kernel_exports import META, Export, basics


def linked() -> Export:
    """A small library: a chain of theorems, a universe parameter, a text, and a structure."""
    made = basics()
    make = made.make
    made.declare("axiom", "given", "False")
    made.declare("thm", "sure", "True", "True.intro")
    made.declare("thm", "again", "True", "sure")
    made.declare("thm", "other", "False", "given")
    made.declare("def", "number", "Nat", make.lit(10**50))
    made.declare("thm", "poly", make.p("True", "True"), make.f("True", 0), levels=["u", "v"])
    made.declare("thm", "poly_example", "True", make.a(make.c("poly", 0, 0), "sure"))
    return made


@pytest.fixture(scope="module")
def file(tmp_path_factory) -> Path:
    path = tmp_path_factory.mktemp("export") / "linked.ndjson"
    path.write_bytes(b"\n".join(linked().lines) + b"\n")
    return path


@pytest.fixture(scope="module")
def index(file) -> Index:
    return Index(file)


def cut(index: Index, *names: str) -> bytes:
    """The lines that declare some constants and all that they rest on."""
    written = io.BytesIO()
    index.write([tuple(name.split(".")) for name in names], written)
    return written.getvalue()


class TestIndex:
    def test_it_agrees_with_the_kernel(self, file, index):
        """On what there is, of which kind, and what each rests on."""
        library = check(file.read_bytes().splitlines())
        assert index.kinds == {name: item.kind for name, item in library.constants.items()}
        for name in library.constants:
            assert index.closure([name]) >= closure(library.constants, name)

    def test_topmost(self, index):
        """Theorems on which nothing rests but an example, which is none of them."""
        assert [
            name for name in index.topmost() if name[0] in ("sure", "again", "other", "poly")
        ] == [
            ("again",),
            ("other",),
            ("poly",),
        ]
        assert ("poly_example",) not in index.topmost()

    def test_examples(self, index):
        """What mentions a theorem, and what rests on it and takes no arguments; nothing else."""
        assert set(index.examples([("sure",)])) == {("sure",), ("again",), ("poly_example",)}
        assert index.examples([("poly",)]) == [("poly_example",)]

    def test_meta(self, index):
        """What wrote the file is known."""
        assert (index.meta.exporter, index.meta.format) == ("test", "3.1.0")


class TestCut:
    def test_all_of_it_is_what_it_was(self, file, index, tmp_path):
        """Of a file of which everything is needed all is kept, numbered in a row; cut again, it
        stays as it is.
        """
        names = [".".join(map(str, name)) for name in index.kinds]
        again = cut(index, *names)
        assert again.count(b"\n") == file.read_bytes().count(b"\n")
        path = tmp_path / "again.ndjson"
        path.write_bytes(again)
        assert cut(Index(path), *names) == again

    def test_a_part(self, index):
        """A theorem comes with what it rests on, and with nothing else."""
        library = check(cut(index, "again").splitlines())
        assert {("again",), ("sure",), ("True",)} <= library.constants.keys()
        assert not {("given",), ("number",), ("Nat",)} & library.constants.keys()

    def test_universe_parameters_stay(self, index):
        """Also those that no term mentions, since readers look them up among the levels."""
        library = check(cut(index, "poly").splitlines())
        assert library.constants["poly",].levels == (("u",), ("v",))

    @settings(suppress_health_check=[HealthCheck.function_scoped_fixture], max_examples=30)
    @given(st.data())
    def test_what_is_said_stays(self, file, index, data):
        """The kernel reads the same statements, meanings and axioms in any part."""
        whole = check(file.read_bytes().splitlines())
        names = data.draw(st.lists(st.sampled_from(sorted(index.kinds)), min_size=1, unique=True))
        part = check(cut(index, *(".".join(name) for name in names)).splitlines())
        for name in names:
            assert part.statement_sha256(name) == whole.statement_sha256(name)
            assert part.meaning_sha256(name) == whole.meaning_sha256(name)
            assert part.axioms(name) == whole.axioms(name)

    @pytest.mark.parametrize("pack", [gzip.compress, lzma.compress])
    def test_compressed_files(self, file, index, tmp_path, pack):
        """They are read as what is in them."""
        path = tmp_path / "packed"
        path.write_bytes(pack(file.read_bytes()))
        assert cut(Index(path), "again") == cut(index, "again")
        path.write_bytes(pack(file.read_bytes())[:-20])
        with pytest.raises(BadExport, match="cannot be unpacked"):
            Index(path)

    def test_a_file_that_changes_meanwhile(self, file, tmp_path):
        """What was seen at first is no longer there."""
        path = tmp_path / "changing.ndjson"
        path.write_bytes(file.read_bytes())
        index = Index(path)
        path.write_bytes(b"{}\n" * (file.read_bytes().count(b"\n")))
        with pytest.raises(BadExport, match="changed while it was read"):
            cut(index, "again")


NAME = '{"in":1,"str":{"pre":0,"str":"a"}}'


class TestBadFiles:
    @pytest.mark.parametrize(
        ("lines", "words"),
        [
            ([], "it is empty"),
            (["what?"], "it is no export"),
            (["[]"], "it is no export"),
            ([META.replace("3.1.0", "2.0.0")], "version 2.0.0 of lean4export's format, and 3.1"),
            ([META, "what?"], "line 2: it is no line"),
            ([META, "[1]"], "line 2"),
            ([META, NAME, NAME], "the number 1 is given twice"),
            ([META, NAME.replace("1", "7"), NAME.replace("1", "7")], "the number 7 is given twice"),
            ([META, '{"in":1,"str":{"pre":3,"str":"a"}}'], "line 2"),
            ([META, '{"ie":0,"app":{"fn":0,"arg":0}}'], "the number 0, which is not there yet"),
            (
                [META, '{"ie":0,"lam":{"name":0,"binderInfo":"default","type":1,"body":0}}'],
                "line 2",
            ),
            ([META, '{"ie":0,"huh":1}'], "no form 'huh'"),
            ([META, NAME, '{"lemma":{"name":1}}'], "line 3"),
            (
                [META, NAME, '{"ie":0,"sort":0}']
                + ['{"axiom":{"name":1,"levelParams":[],"type":0,"isUnsafe":false}}'] * 2,
                "a is declared twice",
            ),
        ],
    )
    def test_they_are_told(self, tmp_path, lines, words):
        """With the file, the line, and what is wrong with it."""
        path = tmp_path / "bad.ndjson"
        path.write_text("".join(f"{line}\n" for line in lines))
        with pytest.raises(BadExport, match=words) as error:
            Index(path)
        assert "bad.ndjson" in str(error.value)

    def test_no_file(self, tmp_path):
        """A file that is not there, or is none, is told."""
        for path in (tmp_path, tmp_path / "none"):
            with pytest.raises(BadExport, match="cannot be read"):
                Index(path)


def test_a_deep_term_is_cut(tmp_path):
    """How deep terms are nested makes no difference."""
    made = basics()
    zero, succ = (made.expr(made.make.of(name)) for name in ("Nat.zero", "Nat.succ"))
    lines = [line.decode() for line in made.lines]
    first = made._number()
    lines.append(f'{{"ie":{first},"app":{{"fn":{succ},"arg":{zero}}}}}')
    lines += [
        f'{{"ie":{number},"app":{{"fn":{succ},"arg":{number - 1}}}}}'
        for number in range(first + 1, first + 20_000)
    ]
    fields = {"name": first, "levelParams": [], "type": made.expr(made.make.of("Nat"))}
    fields |= {"value": first + 19_999, "all": [first], "hints": "abbrev", "safety": "safe"}
    lines.append(f'{{"in":{first},"str":{{"pre":0,"str":"deep"}}}}')
    path = tmp_path / "deep.ndjson"
    path.write_text("\n".join([*lines, json.dumps({"def": fields})]) + "\n")
    library = check(cut(Index(path), "deep").splitlines())
    assert ("deep",) in library.constants
