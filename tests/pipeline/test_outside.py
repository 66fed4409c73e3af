"""A project whose proofs are an export that was made elsewhere: from `pyharness init --export` to a
certificate; and exports that were doctored. The export is one that Lean wrote of the project of
`pyharness init`; the kernels are real.
"""

from __future__ import annotations

import gzip
import json
import shutil

import pytest

from pyharness.core.errors import EXIT_LEAN, EXIT_OK, EXIT_UNMET, EXIT_USAGE
from tests.export_lines import Lines
from tests.small_project import call

PACK = """\
from collections.abc import Iterator

import torch

from pyharness import (
    INT8, Call, Check, Conformance, Evidence, Run, Source, claim, sweep,
)

PAPER = Source("A paper", "Section 2")
SOME = torch.arange(-128, 128, 17, dtype=torch.int8)
PAIRS = {"z": INT8, "q": INT8}


def relu(z, q):
    \"\"\"max(q, z): Lean's `Demo.relu`.\"\"\"
    return torch.maximum(q, z)


def is_extensive(z, q):
    \"\"\"Whether q ≤ relu(z, q).\"\"\"
    z, q = (torch.as_tensor(value, dtype=torch.int8) for value in (z, q))
    return q <= relu(z, q)


def is_identity(z, q):
    \"\"\"Whether relu(z, q) = q.\"\"\"
    z, q = (torch.as_tensor(value, dtype=torch.int8) for value in (z, q))
    return relu(z, q) == q


RELU = Conformance(
    "Demo.relu",
    relu,
    (
        Check(
            "Demo.relu",
            ("Int8", "Int8"),
            "Int8",
            lambda: [Call((SOME[:, None], SOME[None]))],
            "relu at 256 INT8 pairs",
        ),
    ),
)


@claim(
    "relu.extensive",
    statement="ReLU never lowers a value.",
    source=PAPER,
    theorem="Demo.relu_extensive",
    tier="TIER",
    measures=[RELU],
)
def extensive(run: Run) -> Iterator[Evidence]:
    yield sweep(is_extensive, PAIRS, domain="all INT8 pairs", summary="65,536 pairs")


@claim("relu.identity", statement="ReLU changes nothing.", source=PAPER, tier="refuted")
def identity(run: Run) -> Iterator[Evidence]:
    yield sweep(
        is_identity, PAIRS, domain="all INT8 pairs", summary="65,536 pairs", shows="{z}, {q}"
    )
"""


@pytest.fixture(scope="session")
def lines(new_project):
    """The lines that carry the proofs of the project of `pyharness init`."""
    (file,) = (new_project / "certificates" / "proofs").iterdir()
    return gzip.decompress(file.read_bytes())


@pytest.fixture(scope="session")
def fresh(lines, made_once):
    """The project that `pyharness init --export` writes for them, its claims completed."""

    def fill(folder):
        (folder / "theirs.ndjson.gz").write_bytes(gzip.compress(lines))
        done = call(folder, "init", "relu", "--export", "theirs.ndjson.gz")
        assert done.returncode == EXIT_OK, done.stderr
        (folder / "relu" / "relu_claims.py").write_text(PACK.replace("TIER", "gold"))

    return made_once("outside", fill) / "relu"


@pytest.fixture
def project(fresh, tmp_path):
    """A copy of it, to be changed."""
    return shutil.copytree(fresh, tmp_path / "relu")


def certified(project):
    """The certificate of a project."""
    return json.loads((project / "certificates" / "relu.json").read_text())


def reconfigure(project, old, new):
    path = project / "pyharness.toml"
    text = path.read_text()
    assert old in text
    path.write_text(text.replace(old, new))


def replace_export(project, data):
    """Put other lines in the place of the export."""
    (project / "proofs" / "theirs.ndjson.gz").write_bytes(gzip.compress(data))


class TestHonest:
    def test_from_init_to_gold(self, project):
        """Pins, two kernels, a conformance that the second one decides, a refuted claim: all that a
        project has that Lean builds here, but for what an export cannot say.
        """
        pins = json.loads((project / "certificates" / "statements.lock.json").read_text())
        assert "Demo.relu" in pins["definitions"] and pins["foundation"] == {}
        done = call(project, "verify")
        assert done.returncode == EXIT_OK, done.stderr
        made = certified(project)
        extensive, identity = made["claims"]
        assert (extensive["tier"], identity["tier"]) == ("gold", "refuted")
        proof = extensive["proof"]
        assert proof["statement"] == "Demo.relu_extensive (z q : Int8) : q ≤ Demo.relu z q"
        assert proof["pinned"] and proof["replayed"] and proof["rechecked"]
        assert proof["example"] == "Demo.relu_extensive_example"
        assert proof["module"] is proof["file"] is proof["line"] is None
        (evidence,) = [item for item in extensive["evidence"] if item["kind"] == "conformance"]
        assert "decided by the second kernel, cases SHA-256" in evidence["domain"]
        assert made["lean"]["export"]["file"] == "proofs/theirs.ndjson.gz"
        assert made["lean"]["modules"] == [] and "library" not in made["lean"]
        assert made["proofs"]["kernels"] == ["Lean 4.35.0", "pyharness.kernel 0.1.0"]
        (checker,) = made["proofs"]["checkers"]
        assert (checker["command"], checker["outcome"]) == ("lean", "accepted")
        for command in (
            ["check", "certificates/relu.json", "--source", ".", "--proofs"],
            ["status"],
        ):
            done = call(project, *command)
            assert done.returncode == EXIT_OK, done.stderr
        again = call(project, "verify", "--json")
        assert json.loads(again.stdout)["changed"] is False

    def test_without_a_checker_it_is_silver(self, project):
        """The certificate says what is missing, and checks."""
        reconfigure(project, 'checkers = ["lean"]', "checkers = []")
        (project / "relu_claims.py").write_text(PACK.replace("TIER", "silver"))
        assert call(project, "verify").returncode == EXIT_OK
        made = certified(project)
        claim = made["claims"][0]
        assert claim["tier"] == "silver" and not claim["proof"]["replayed"]
        assert claim["next"]["needs"] == [
            "a replay of the proof through Lean's kernel; of an export, a checker that accepts it: "
            "list one under `checkers` in pyharness.toml"
        ]
        assert made["proofs"]["kernels"] == ["pyharness.kernel 0.1.0"]
        assert "checkers" not in made["proofs"]
        done = call(project, "check", "certificates/relu.json", "--source", ".", "--proofs")
        assert done.returncode == EXIT_OK, done.stderr

    def test_reports_show_it(self, project, tmp_path):
        """Explain and the pages say where the proofs come from, and by what they were checked."""
        assert call(project, "verify").returncode == EXIT_OK
        shown = call(project, "explain", "relu.extensive").stdout
        assert "from an export, which does not say in which file" in shown
        pages = tmp_path / "pages"
        done = call(project, "report", "certificates/relu.json", "-o", str(pages))
        assert done.returncode == EXIT_OK, done.stderr
        base = (pages / "trusted-base.html").read_text()
        assert "proofs/theirs.ndjson.gz" in base and "lean" in base
        assert "Demo.relu" in (pages / "definitions.html").read_text()

    def test_the_proofs_are_those_of_the_export(self, project, lines):
        """What was made from the lines of a certificate carries the same lines: nothing was lost or
        added on the way.
        """
        assert call(project, "verify").returncode == EXIT_OK
        (file,) = (project / "certificates" / "proofs").iterdir()
        parts = Lines(gzip.decompress(file.read_bytes()))
        assert parts.declaration("Demo.relu_extensive") and parts.bytes() in _as_json(lines)


def _as_json(lines):
    return Lines(lines).bytes()


class TestDoctored:
    def verify(self, project, data):
        replace_export(project, data)
        return call(project, "verify")

    def test_a_weakened_statement(self, project, lines):
        """It is not what was pinned."""
        parts = Lines(lines)
        (fields,) = parts.last("Demo.relu_extensive")
        true = parts.expression({"const": {"name": parts.number["True"], "us": []}})
        intro = parts.expression({"const": {"name": parts.number["True.intro"], "us": []}})
        fields |= {"type": true, "value": intro}
        parts.rows.remove(parts.declaration("Demo.relu_extensive_example")[0])
        done = self.verify(project, parts.bytes())
        assert done.returncode == EXIT_UNMET
        assert "the statement of Demo.relu_extensive" in done.stderr and "now" in done.stderr

    def test_a_definition_that_means_something_else(self, project, lines):
        """The proof is none of it, or it is not what was pinned, though the statement reads the
        same.
        """
        parts = Lines(lines)
        _, fields = parts.declaration("Demo.relu")
        swapped = next(row for row in parts.rows if row.get("ie") == fields["value"])
        # Behind its two binders: from `max q z` to `q`.
        inner = next(row for row in parts.rows if row.get("ie") == swapped["lam"]["body"])
        inner["lam"]["body"] = parts.expression({"bvar": 0})
        done = self.verify(project, parts.bytes())
        assert done.returncode in (EXIT_UNMET, EXIT_LEAN)
        assert "Demo.relu" in done.stderr

    @pytest.mark.parametrize("checkers", ['["lean"]', "[]"])
    def test_a_proof_that_is_cut(self, project, lines, checkers):
        """Each kernel refuses it, alone too."""
        reconfigure(project, 'checkers = ["lean"]', f"checkers = {checkers}")
        parts = Lines(lines)
        _, fields = parts.declaration("Demo.relu_extensive")
        fields["value"] = fields["type"]
        done = self.verify(project, parts.bytes())
        assert done.returncode == EXIT_LEAN and "Demo.relu_extensive" in done.stderr
        assert not (project / "certificates" / "relu.json").exists()

    def test_a_theorem_that_becomes_an_axiom(self, project, lines):
        """Nobody proved it then."""
        parts = Lines(lines)
        row, fields = parts.declaration("Demo.relu_extensive")
        del row["thm"], fields["value"], fields["all"]
        row["axiom"] = fields | {"isUnsafe": False}
        done = self.verify(project, parts.bytes())
        assert done.returncode == EXIT_UNMET
        claim = certified(project)["claims"][0]
        assert claim["proof"]["status"] == "axiom"
        assert claim["proof"]["axioms"] == ["Demo.relu_extensive"]

    @pytest.mark.parametrize("name", ["propext", "sorryAx", "Demo.trust"])
    def test_an_axiom_of_everything(self, project, lines, name):
        """Under the name of one that is allowed, of a sorry, or its own: none gets through."""
        reconfigure(project, "allowed-axioms = []", 'allowed-axioms = ["propext"]')
        parts = Lines(lines)
        row, fields = parts.declaration("Demo.relu_extensive")
        number = parts.number[name] = max(item["in"] for item in parts.rows if "in" in item) + 1
        before = parts.number["Demo"] if name.startswith("Demo") else 0
        text = name.rpartition(".")[2]
        parts.rows.insert(1, {"str": {"pre": before, "str": text}, "in": number})
        if before:
            parts.rows.remove(place := parts.rows[1])
            parts.rows.insert(parts.rows.index(row), place)
        axiom = {"name": number, "levelParams": [], "type": fields["type"], "isUnsafe": False}
        parts.rows.insert(parts.rows.index(row), {"axiom": axiom})
        const = parts.add(row, "ie", {"const": {"name": number, "us": []}})
        fields["value"] = const
        done = self.verify(project, parts.bytes())
        if name == "propext":
            assert done.returncode == EXIT_LEAN
            assert "an axiom propext that is not Lean's own" in done.stderr
            return
        assert done.returncode == EXIT_UNMET
        proof = certified(project)["claims"][0]["proof"]
        assert proof["status"] == ("sorry" if name == "sorryAx" else "axiom")
        assert proof["axioms"] == [name]

    def test_a_proof_by_compiled_code(self, project, lines):
        """What `native_decide` gives is an axiom; no kernel is asked about it, and the other claims
        are certified.
        """
        parts = Lines(lines)
        row, fields = parts.declaration("Demo.relu_extensive")
        number = parts.number["Demo"]
        for part in ("relu_extensive", "_native", "native_decide", "ax_1"):
            number = parts.add(row, "in", {"str": {"pre": number, "str": part}})
        axiom = {"name": number, "levelParams": [], "type": fields["type"], "isUnsafe": False}
        parts.rows.insert(parts.rows.index(row), {"axiom": axiom})
        fields["value"] = parts.add(row, "ie", {"const": {"name": number, "us": []}})
        done = self.verify(project, parts.bytes())
        assert done.returncode == EXIT_UNMET
        extensive, identity = certified(project)["claims"]
        assert extensive["proof"]["status"] == "axiom" and not extensive["proof"]["rechecked"]
        assert "native_decide" in extensive["proof"]["axioms"][0]
        assert (extensive["tier"], identity["tier"]) == ("bronze", "refuted")
        done = call(project, "check", "certificates/relu.json", "--source", ".", "--proofs")
        assert "tier is bronze; gold is required" in done.stdout
        assert done.stdout.count("\n") == 2

    def test_a_conformance_that_fails(self, project):
        """A function that is another one than the definition is found out by the second kernel."""
        text = PACK.replace("TIER", "gold").replace("maximum(q, z)", "minimum(q, z)")
        (project / "relu_claims.py").write_text(text)
        done = call(project, "verify")
        assert done.returncode == EXIT_UNMET
        assert "relu and Lean's Demo.relu disagree" in done.stderr
        assert "The second kernel refuses it" in done.stderr

    def test_a_checker_that_refuses(self, project):
        """No certificate is written over the word of a checker."""
        reconfigure(project, '["lean"]', '["lean", "false $IN"]')
        done = call(project, "verify")
        assert done.returncode == EXIT_LEAN and "refuses the proofs" in done.stderr

    def test_a_checker_that_declines(self, project):
        """It counts for nothing, and the certificate names it."""
        program = project / "decline"
        program.write_text("#!/bin/sh\nexit 2\n")
        program.chmod(0o755)
        reconfigure(project, '["lean"]', '["./decline $IN"]')
        assert call(project, "verify").returncode == EXIT_UNMET
        made = certified(project)
        assert made["claims"][0]["tier"] == "silver"
        assert made["proofs"]["checkers"][0]["outcome"] == "declined"


class TestMessages:
    def test_a_theorem_that_is_not_there(self, project):
        """With the claim, the file, and what may be meant."""
        text = PACK.replace("TIER", "gold").replace("relu_extensive", "relu_extensiv")
        (project / "relu_claims.py").write_text(text)
        done = call(project, "status")
        assert done.returncode == EXIT_USAGE
        assert "claim relu.extensive: proofs/theirs.ndjson.gz declares no theorem" in done.stderr
        assert "did you mean Demo.relu_extensive or" in done.stderr

    def test_a_file_that_is_not_there(self, project):
        """It says what to do."""
        (project / "proofs" / "theirs.ndjson.gz").unlink()
        done = call(project, "status")
        assert done.returncode == EXIT_USAGE and "lean4export" in done.stderr

    @pytest.mark.parametrize(
        ("old", "new", "words"),
        [
            ("export = ", 'lake = "."\nexport = ', "one of 'export'"),
            ("export = ", "exported = ", "unknown field 'exported'"),
            ('checkers = ["lean"]', "checkers = [1]", "list of strings"),
            ('checkers = ["lean"]', 'checkers = ["\'"]', "No closing quotation"),
            ("seed = 0", 'seed = 0\nunproved = ["A"]', "is of a library that this program builds"),
            ('checkers = ["lean"]', 'exporter = "x"', "'exporter' goes with 'lake'"),
        ],
    )
    def test_settings_that_cannot_be(self, project, old, new, words):
        """Each is told with the file."""
        reconfigure(project, old, new)
        done = call(project, "status")
        assert done.returncode == EXIT_USAGE and words in done.stderr
        assert "pyharness.toml" in done.stderr


class TestInit:
    def test_theorems_can_be_named(self, lines, tmp_path):
        """Those and no others get a claim."""
        (tmp_path / "all.ndjson").write_bytes(lines)
        arguments = ["--export", "all.ndjson", "--theorems", "Demo.relu_extensive_example"]
        done = call(tmp_path, "init", "mine", *arguments)
        assert done.returncode == EXIT_OK, done.stderr
        text = (tmp_path / "mine" / "mine_claims.py").read_text()
        assert text.count("@claim(") == 1 and "relu-extensive-example" in text
        assert (tmp_path / "mine" / "proofs" / "all.ndjson").read_bytes() == lines
        assert call(tmp_path / "mine", "verify").returncode == EXIT_OK

    @pytest.mark.parametrize(
        ("arguments", "words"),
        [
            (["--export", "none.ndjson"], "cannot be read"),
            (["--export", "bad.ndjson"], "it is no export"),
            (["--export", "all.ndjson", "--theorems", "Demo.rel"], "declares no theorem Demo.rel"),
            (["--export", "all.ndjson", "--theorems", "Demo.relu"], "not a theorem"),
        ],
    )
    def test_what_cannot_be_is_told(self, lines, tmp_path, arguments, words):
        """And nothing is written."""
        (tmp_path / "all.ndjson").write_bytes(lines)
        (tmp_path / "bad.ndjson").write_text("what?\n")
        done = call(tmp_path, "init", "mine", *arguments)
        assert done.returncode == EXIT_USAGE and words in done.stderr
        assert not (tmp_path / "mine").exists()
