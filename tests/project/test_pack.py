"""Claims and project files: what may be declared, and what is refused with which words."""

from __future__ import annotations

import sys
import textwrap

import pytest

from pyharness.core.errors import EXIT_USAGE, UsageError
from pyharness.project.pack import (
    Passage,
    Source,
    Statement,
    claim,
    load_pack,
    load_passages,
    load_requirements,
    requirement,
)
from pyharness.project.settings import FILE_NAME, load_project

SOURCE = Source("A paper", "Section 2")


class TestClaim:
    @pytest.mark.parametrize(
        ("id", "fields", "complaint"),
        [
            ("Bad Id", {}, "lower-case"),
            ("a", {"statement": " "}, "statement is empty"),
            ("a", {"theorem": "X", "negation": "Y"}, "not both"),
            ("a", {"tier": "wood"}, "tier must be one of"),
            ("a", {"no_theorem": " "}, "no_theorem is empty"),
            ("a", {"no_theorem": "why", "theorem": "X"}, "names the theorem X"),
            ("a", {"no_theorem": "why", "negation": "Y"}, "names the theorem Y"),
            ("a", {"no_theorem": "why", "tier": "silver"}, "'silver' needs a theorem"),
        ],
    )
    def test_contradictory_declarations_are_refused(self, id, fields, complaint):
        """A declaration that cannot be meant is an error that says why."""
        with pytest.raises(UsageError, match=complaint):
            claim(id, **({"statement": "s", "source": SOURCE, "tier": "bronze"} | fields))(
                lambda run: []
            )

    @pytest.mark.parametrize("tier", ["none", "bronze", "refuted"])
    def test_why_it_has_no_theorem(self, tier):
        """A claim says it, and so does a reading."""
        declare = claim("a", statement="s", source=SOURCE, tier=tier, no_theorem="why")
        assert declare(lambda run: []).no_theorem == "why"
        of = Statement("a", "s", SOURCE).reading("b", statement="s", tier=tier, no_theorem="why")
        assert of(lambda run: []).no_theorem == "why"


@pytest.fixture
def pack(tmp_path, monkeypatch):
    """Write a module that can be imported, and return its name."""
    monkeypatch.syspath_prepend(tmp_path)

    def write(name, text):
        (tmp_path / f"{name}.py").write_text(textwrap.dedent(text))
        sys.modules.pop(name, None)
        return name

    return write


class TestLoadPack:
    DECLARES = """
        from pyharness.project.pack import Source, claim
        @claim("{id}", statement="s", source=Source("d", "h"), tier="bronze")
        def one(run):
            return []
    """

    def test_claims_come_in_order(self, pack):
        """Packs are read in the order given."""
        names = [
            pack("pack_one", self.DECLARES.format(id="one")),
            pack("pack_two", self.DECLARES.format(id="two")),
        ]
        assert [item.id for item in load_pack(names)] == ["one", "two"]

    def test_an_id_declared_twice_is_refused(self, pack):
        """Two claims cannot share an id."""
        names = [
            pack("pack_one", self.DECLARES.format(id="one")),
            pack("pack_two", self.DECLARES.format(id="one")),
        ]
        with pytest.raises(UsageError, match="declared twice.*pack_two"):
            load_pack(names)

    def test_a_pack_without_claims_is_refused(self, pack):
        """A pack that declares nothing is a mistake, not an empty success."""
        with pytest.raises(UsageError, match="declares no claim"):
            load_pack([pack("pack_none", "x = 1")])

    def test_a_pack_that_does_not_import_is_named(self):
        """A pack that is not there is named, with the field to look at."""
        with pytest.raises(UsageError, match="no_such_pack.*pyharness.toml"):
            load_pack(["no_such_pack"])


class TestStatement:
    """Statements of several readings."""

    DECLARES = """
        from pyharness.project.pack import Source, Statement, claim
        LOST = Statement("relu.lost", says="It loses information.", source=Source("d", "h"))
        @LOST.reading("some", statement="Some is lost.", tier="bronze", theorem="T")
        def some(run):
            return ["some"]
        {more}
    """
    OTHER = """@LOST.reading("all", statement="All is lost.", tier="refuted", negation="N")
        def all_of_it(run):
            return []"""

    def test_readings_are_claims(self, pack):
        """With the statement's source, ids that begin with its own, and evidence of their own."""
        some, all_of_it = load_pack([pack("pack_read", self.DECLARES.format(more=self.OTHER))])
        assert (some.id, all_of_it.id) == ("relu.lost.some", "relu.lost.all")
        assert some.reading_of == all_of_it.reading_of and some.reading_of.id == "relu.lost"
        assert some.source == Source("d", "h") and some.gather(None) == ["some"]
        assert (some.theorem, all_of_it.negation, all_of_it.tier) == ("T", "N", "refuted")

    @pytest.mark.parametrize(
        ("more", "complaint"),
        [
            ("", "has one reading, relu.lost.some; declare it as a claim"),
            (
                """@claim("relu.lost", statement="s", source=Source("d", "h"), tier="none")
        def other(run):
            return []""",
                "both a claim and a statement",
            ),
            (
                """LOST = Statement("relu.lost", says="Another one.", source=Source("d", "h"))
        @LOST.reading("all", statement="s", tier="none")
        def other(run):
            return []""",
                "declared twice, and not as the same",
            ),
        ],
    )
    def test_what_is_no_statement(self, pack, more, complaint):
        """A single reading, and names that mean two things, are refused."""
        with pytest.raises(UsageError, match=complaint):
            load_pack([pack("pack_read", self.DECLARES.format(more=more))])

    @pytest.mark.parametrize(
        ("id", "says", "complaint"), [("Bad Id", "s", "lower-case"), ("a", " ", "is empty")]
    )
    def test_what_it_needs(self, id, says, complaint):
        """An id, and something that is said."""
        with pytest.raises(UsageError, match=complaint):
            Statement(id, says, SOURCE)

    def test_a_reading_contradicts_itself(self):
        """It is refused as any claim is."""
        with pytest.raises(UsageError, match="not both"):
            Statement("a", "s", SOURCE).reading(
                "b", statement="s", tier="bronze", theorem="X", negation="Y"
            )


class TestPassages:
    """`Passage` and `load_passages`."""

    LISTS = """
        from pyharness.project.pack import Passage, Source
        PASSAGES = (Passage(Source("d", "h"), "It says so.", claims=("{id}",)),)
    """

    def test_they_name_claims_and_statements(self, pack):
        """Of the project."""
        claims = load_pack(
            [
                pack("pack_one", TestLoadPack.DECLARES.format(id="one")),
                pack("pack_read", TestStatement.DECLARES.format(more=TestStatement.OTHER)),
            ]
        )
        for name in ("one", "relu.lost", "relu.lost.all"):
            [found] = load_passages(pack("lists", self.LISTS.format(id=name)), claims)
            assert found == Passage(Source("d", "h"), "It says so.", claims=(name,))
        with pytest.raises(UsageError, match="'It says so.' names two, and there is no such claim"):
            load_passages(pack("lists", self.LISTS.format(id="two")), claims)

    @pytest.mark.parametrize("text", ["x = 1", "PASSAGES = 3", "PASSAGES = ['x']"])
    def test_what_lists_none(self, pack, text):
        """Is refused, with what to write."""
        with pytest.raises(UsageError, match=r"set PASSAGES = \(Passage"):
            load_passages(pack("lists", text), [])

    @pytest.mark.parametrize(
        ("fields", "complaint"),
        [
            ({"says": "s"}, "name the claims that settle it, or say why none does"),
            ({"says": "s", "claims": ("a",), "because": "b"}, "or say why none does"),
            ({"says": "s", "because": " "}, "or say why none does"),
            ({"says": " ", "claims": ("a",)}, "says nothing"),
        ],
    )
    def test_what_it_needs(self, fields, complaint):
        """Something that is said, and either claims or a reason."""
        with pytest.raises(UsageError, match=complaint):
            Passage(SOURCE, **fields)


class TestRequirements:
    """`requirement` and `load_requirements`."""

    DECLARES = """
        from pyharness.project.pack import requirement
        @requirement("{name}")
        def look():
            return "{name} is there"
    """

    def test_they_come_in_order(self, pack):
        """Each with the function that looks for it; a module may require nothing."""
        names = [
            pack("pack_one", self.DECLARES.format(name="one")),
            pack("pack_none", "x = 1"),
            pack("pack_two", self.DECLARES.format(name="two")),
        ]
        found = load_requirements(names)
        assert [(item.name, item.look()) for item in found] == [
            ("one", "one is there"),
            ("two", "two is there"),
        ]

    def test_one_that_is_imported_counts_once(self, pack):
        """A module that imports it from another does not declare it again."""
        names = [
            pack("pack_one", self.DECLARES.format(name="one")),
            pack("pack_two", "from pack_one import look"),
        ]
        assert [item.name for item in load_requirements(names)] == ["one"]

    def test_a_name_declared_twice_is_refused(self, pack):
        """Two requirements cannot share a name."""
        names = [
            pack("pack_one", self.DECLARES.format(name="one")),
            pack("pack_two", self.DECLARES.format(name="one")),
        ]
        with pytest.raises(UsageError, match="'one' is declared twice.*pack_two"):
            load_requirements(names)

    def test_a_name_is_needed(self):
        """An empty one is refused where it is declared."""
        with pytest.raises(UsageError, match="the name of a requirement is empty"):
            requirement(" ")

    def test_a_pack_that_does_not_import_is_named(self):
        """As where its claims are loaded."""
        with pytest.raises(UsageError, match="no_such_pack.*pyharness.toml"):
            load_requirements(["no_such_pack"])


class TestProject:
    FIELDS = {
        "name": '"P"',
        "lean-root": '"Lib.Root"',
        "packs": '["a"]',
        "allowed-axioms": "[]",
        "certificate": '"c/p.json"',
        "seed": "1",
    }

    ELSEWHERE = {"lean-root": None, "proofs": '{ lake = "lean" }'}

    def write(self, folder, **changes):
        fields = {key: value for key, value in (self.FIELDS | changes).items() if value is not None}
        (folder / FILE_NAME).write_text(
            "".join(f"{key} = {value}\n" for key, value in fields.items())
        )
        return folder

    def test_reads_every_field(self, tmp_path):
        """Paths are taken relative to the file."""
        project = load_project(self.write(tmp_path))
        assert project.lean_root == "Lib.Root" and project.packs == ("a",) and project.seed == 1
        assert project.certificate == tmp_path.resolve() / "c/p.json"
        assert project.unproved == ()
        listed = load_project(self.write(tmp_path, unproved='["A.b", "«»"]'))
        assert listed.unproved == ("A.b", "«»")
        assert project.axioms_under == {}
        further = load_project(self.write(tmp_path, **{"axioms-under": '{ "A.B" = ["c", "d"] }'}))
        assert further.axioms_under == {"A.B": ("c", "d")}

    @pytest.mark.parametrize(
        ("changes", "complaint"),
        [
            ({"seed": None}, "'seed' is missing"),
            ({"seed": '"x"'}, "'seed' must be a int"),
            ({"seed": "true"}, "'seed' must be a int"),
            ({"packs": "[1]"}, "list of strings"),
            ({"packs": "[]"}, "at least one"),
            ({"packs": '["a", "a"]'}, "none twice"),
            ({"allowed-axioms": '["sorryAx"]'}, "cannot hold sorryAx"),
            ({"axioms-under": '["A"]'}, "'axioms-under' must be a dict"),
            ({"axioms-under": '{ "A b" = [] }'}, "must name Lean modules, not 'A b'"),
            ({"axioms-under": '{ A = "c" }'}, r"\[axioms-under\] 'A' must be a list of strings"),
            ({"axioms-under": "{ A = [1] }"}, r"\[axioms-under\] 'A' must be a list of strings"),
            (
                {"axioms-under": '{ A = ["sorryAx"] }'},
                r"\[axioms-under\] 'A' cannot hold sorryAx",
            ),
            (
                {**ELSEWHERE, "axioms-under": '{ A = ["c"] }'},
                "'axioms-under' is of the modules of a library",
            ),
            ({"color": '"red"'}, "unknown field 'color'"),
            ({"unproved": '"A.b"'}, "'unproved' must be a list"),
            ({"lean-root": '"../x"'}, "must name a Lean module"),
            ({"certificate": '"../out.json"'}, "inside the project"),
            ({"name": "= ="}, "cannot be read"),
            ({"packs": None}, "'packs' is missing"),
            ({"theorems": '["A.b"]'}, "'theorems' is for a project without 'packs'"),
            ({**ELSEWHERE, "packs": None}, 'names no claims, .* add packs = ."MODULE".'),
            ({**ELSEWHERE, "packs": None, "theorems": "[]"}, "'theorems' must name at least one"),
            ({**ELSEWHERE, "packs": None, "theorems": '["a", "a"]'}, "none twice"),
        ],
    )
    def test_bad_files_are_refused(self, tmp_path, changes, complaint):
        """Each mistake is told with the file and the field."""
        with pytest.raises(UsageError, match=complaint) as error:
            load_project(self.write(tmp_path, **changes))
        assert error.value.exit_code == EXIT_USAGE

    def test_theorems_alone(self, tmp_path):
        """Proofs that were made elsewhere need no claims, where none are asked for."""
        self.write(tmp_path, **self.ELSEWHERE, packs=None)
        project = load_project(tmp_path, needs_packs=False)
        assert project.packs == () and project.theorems is None
        assert project.build == tmp_path.resolve() / "lean/.lake/pyharness"
        self.write(tmp_path, **self.ELSEWHERE, packs=None, theorems='["A.b", "c"]')
        assert load_project(tmp_path, needs_packs=False).theorems == ("A.b", "c")

    def test_a_missing_file_says_what_to_do(self, tmp_path):
        """Run outside a project, the message says how to name one."""
        with pytest.raises(UsageError, match="--project DIR"):
            load_project(tmp_path)


def test_a_claim_that_a_later_function_replaces_is_not_lost_silently(tmp_path, monkeypatch):
    """Two claims on functions of one name are an error that names the first."""
    one = '@claim("a.{0}", statement="s", source=Source("d", "h"), tier="none")\ndef f(run):\n    return []\n'
    text = "from pyharness import Source, claim\n" + one.format("first") + one.format("second")
    (tmp_path / "twice_pack.py").write_text(text)
    monkeypatch.syspath_prepend(tmp_path)
    with pytest.raises(UsageError, match="claim a.first: .* a later f replaces it"):
        load_pack(["twice_pack"])
