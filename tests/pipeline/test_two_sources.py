"""A project with a library of its own and an export that was made elsewhere: the theorem of each
claim is of one of them, in which names have their own meaning and proofs their own axioms. Lean,
its checker and the second kernel are real.
"""

from __future__ import annotations

import copy
import gzip
import json
import re
import shutil
from dataclasses import replace
from pathlib import Path

import pytest

from pyharness.certificate.canonical import file_bytes
from pyharness.certificate.check import source_bytes
from pyharness.certificate.diff import compare
from pyharness.certificate.seal import ruling, summarise
from pyharness.certificate.sign import statement
from pyharness.core.errors import EXIT_OK, EXIT_UNMET, EXIT_USAGE, UsageError
from pyharness.core.json_files import digest
from pyharness.kernel.certificate import judge, read_certificate, views
from pyharness.pipeline.built import build_library
from pyharness.project.pack import Source, claim
from pyharness.project.settings import load_project
from pyharness.proofs.build import build
from pyharness.proofs.environment import Environment
from pyharness.proofs.export import export
from pyharness.proofs.toolchain import locate
from pyharness.report.site import file_name
from tests.small_project import ROOT, call

_LEAN = """\
prelude
import LeanMining.Algebra.Int8
import LeanMining.Foundation.Acceleration

namespace Demo
def clip (z q : Int8) : Int8 := WHICH q z
theorem clip_refl (z : Int8) : clip z z = z := if_pos (le_refl z)
theorem clip_refl_example : clip 3 3 = 3 := clip_refl 3
theorem extensional (a b : Prop) (h : a ↔ b) : a = b := propext h
theorem extensional_example : True = True := extensional True True ⟨fun h => h, fun h => h⟩
end Demo
"""
HERE = _LEAN.replace("WHICH", "max").replace("REFL", "if_pos (le_refl z)")
THERE = _LEAN.replace("WHICH", "min").replace("REFL", "if_pos (le_refl z)")
NAMES = ("clip_refl", "clip_refl_example", "extensional", "extensional_example")

CONFIG = """\
name = "Both"
lean-root = "Demo"
packs = ["both_claims"]
allowed-axioms = []
certificate = "certificates/both.json"
seed = 0

[proofs]
export = "theirs.ndjson.gz"
checkers = ["lean"]
allowed-axioms = ["propext"]
"""

PACK = """\
import torch

from pyharness import INT8, Call, Check, Conformance, Source, claim, sweep

PAPER = Source("A paper", "Section 2")
SOME = torch.arange(-128, 128, 51, dtype=torch.int8)
VALUES = {"z": INT8}


def upper(z, q):
    return torch.maximum(q, z)


def lower(z, q):
    return torch.minimum(q, z)


def upper_is_reflexive(z):
    z = torch.as_tensor(z, dtype=torch.int8)
    return upper(z, z) == z


def lower_is_reflexive(z):
    z = torch.as_tensor(z, dtype=torch.int8)
    return lower(z, z) == z


def at_pairs(domain):
    calls = lambda: [Call((SOME[:, None], SOME[None]))]
    return (Check("Demo.clip", ("Int8", "Int8"), "Int8", calls, domain),)


UPPER = Conformance("Demo.clip", upper, at_pairs("the maximum at 36 pairs"))
LOWER = Conformance("Demo.clip", lower, at_pairs("the minimum at 36 pairs"))


@claim(
    "here.clip", statement="max(z, z) = z.", source=PAPER, theorem="Demo.clip_refl", tier="gold",
    measures=[UPPER],
)
def here(run):
    yield sweep(upper_is_reflexive, VALUES, domain="all INT8 values", summary="256 values")


@claim(
    "there.clip", statement="min(z, z) = z.", source=PAPER, theorem="Demo.clip_refl", tier="gold",
    measures=[LOWER], proofs="outside",
)
def there(run):
    yield sweep(lower_is_reflexive, VALUES, domain="all INT8 values", summary="256 values")


def is_true(z):
    return torch.as_tensor(z) == torch.as_tensor(z)


@claim(
    "here.axiom", statement="Propositions are extensional.", source=PAPER,
    theorem="Demo.extensional", tier="bronze", proofs="library",
)
def here_axiom(run):
    yield sweep(is_true, VALUES, domain="all INT8 values", summary="256 values")


@claim(
    "there.axiom", statement="Propositions are extensional.", source=PAPER,
    theorem="Demo.extensional", tier="silver", proofs="outside",
)
def there_axiom(run):
    yield sweep(is_true, VALUES, domain="all INT8 values", summary="256 values")
"""


def write_export(folder: Path, text: str, cache: Path, file: Path) -> None:
    """Have Lean build a library of one module, and export its theorems."""
    folder.mkdir()
    (folder / "Demo.lean").write_text(text)
    shutil.copytree(cache, folder / "build" / "lean")
    environment = Environment.load(build(folder, "Demo", out=folder / "build", toolchain=locate()))
    names = [("Demo", name) for name in NAMES]
    lines = "".join(f"{line}\n" for line in export(environment, names, binders=True))
    file.write_bytes(gzip.compress(lines.encode()))


@pytest.fixture(scope="session")
def both(new_project, made_once):
    """The project, pinned and verified."""

    def fill(folder):
        cache, project = new_project / "build" / "lean", folder / "both"
        shutil.copytree(cache, project / "build" / "lean")
        write_export(folder / "theirs", THERE, cache, project / "theirs.ndjson.gz")
        (project / "Demo.lean").write_text(HERE)
        (project / "pyharness.toml").write_text(CONFIG)
        (project / "both_claims.py").write_text(PACK)
        for command in ("pin", "verify"):
            done = call(project, command)
            assert done.returncode == EXIT_OK, done.stderr + done.stdout

    return made_once("both", fill) / "both"


@pytest.fixture
def project(both, tmp_path):
    """A copy of it, to be changed."""
    return shutil.copytree(both, tmp_path / "both")


def certified(project):
    """The certificate of a project."""
    return json.loads((project / "certificates" / "both.json").read_text())


def findings(project, *arguments):
    """What `check` has against a project's certificate: each reason's code and claim."""
    done = call(project, "check", "certificates/both.json", "--json", *arguments)
    found = {(item["code"], item["claim"]) for item in json.loads(done.stdout)["findings"]}
    assert done.returncode == (EXIT_UNMET if found else EXIT_OK), done.stderr
    return found


def forge(project, made):
    """Write a changed certificate as one who knows how: all that follows follows."""
    for view in views(made):
        for item in view.certificate["claims"]:
            item.update(ruling(item, view.certificate["policy"]["allowed_axioms"]))
    made["summary"] = summarise(made["claims"])
    made["digest"] = digest(made)
    (project / "certificates" / "both.json").write_bytes(file_bytes(made))


def by_id(made):
    return {item["id"]: item for item in made["claims"]}


def kernel_faults(project):
    """What the second kernel alone has against the certificate, and of which claims."""
    path = project / "certificates" / "both.json"
    return {fault.claim for fault in judge(read_certificate(path), path.parent).faults}


class TestHonest:
    def test_each_claim_has_its_own_source(self, both):
        """The same names, another meaning and other axioms: each is judged where it belongs."""
        made = certified(both)
        claims = by_id(made)
        assert {name: item["tier"] for name, item in claims.items()} == {
            "here.clip": "gold",
            "there.clip": "gold",
            "here.axiom": "bronze",
            "there.axiom": "silver",
        }
        assert {name: item["proof"]["status"] for name, item in claims.items()} == {
            "here.clip": "proved",
            "there.clip": "proved",
            "here.axiom": "axiom",
            "there.axiom": "proved",
        }
        assert [
            name for name, item in claims.items() if item["proof"].get("source") == "outside"
        ] == [
            "there.clip",
            "there.axiom",
        ]
        here, there = (claims[f"{place}.clip"]["proof"] for place in ("here", "there"))
        assert here["theorem"] == there["theorem"] == "Demo.clip_refl"
        assert here["meaning_sha256"] != there["meaning_sha256"]
        assert (here["file"], there["file"]) == ("Demo.lean", None)
        outside = made["outside"]
        assert made["policy"] == {"allowed_axioms": []}
        assert outside["policy"] == {"allowed_axioms": ["propext"]}
        assert made["project"]["root"] == "Demo" and "library" in made["lean"]
        assert outside["lean"]["export"]["file"] == "theirs.ndjson.gz"
        for part, word in ((made, "max"), (outside, "min")):
            (clip,) = [one for one in part["lean"]["definitions"] if one["name"] == "Demo.clip"]
            assert word in clip["uses"]

    def test_files_are_apart(self, both):
        """Each source has its lines and its pins."""
        made, folder = certified(both), both / "certificates"
        files = {made["proofs"]["file"], made["outside"]["proofs"]["file"]}
        assert {f"proofs/{path.name}" for path in (folder / "proofs").iterdir()} == files
        assert len(files) == 2
        here, there = (
            json.loads((folder / name).read_text())["theorems"]["Demo.clip_refl"]
            for name in ("statements.lock.json", "statements.outside.lock.json")
        )
        assert here["statement"] == there["statement"]
        assert here["meaning_sha256"] != there["meaning_sha256"]

    def test_each_definition_is_decided_by_its_own_kernel(self, both):
        """Lean's for the library, the second one for the export."""
        by = {
            item["id"]: piece["domain"].partition("decided by ")[2].partition(",")[0]
            for item in certified(both)["claims"]
            for piece in item["evidence"]
            if piece["kind"] == "conformance"
        }
        assert by == {"here.clip": "Lean's kernel", "there.clip": "the second kernel"}

    def test_commands_work_on_it(self, both, tmp_path):
        """Status, pin, verify, check, gate and diff find nothing new; explain says the source."""
        project = shutil.copytree(both, tmp_path / "both")
        status = call(project, "status", "--json")
        assert status.returncode == EXIT_UNMET  # One theorem rests on propext.
        rows = {row["id"]: row for row in json.loads(status.stdout)["claims"]}
        assert (rows["here.axiom"]["source"], rows["there.axiom"]["source"]) == (
            "library",
            "outside",
        )
        assert "of the outside proofs" in call(project, "status").stdout
        pinned = json.loads(call(project, "pin", "--json").stdout)
        assert pinned["changes"] == pinned["outside"]["changes"] == []
        assert json.loads(call(project, "verify", "--json").stdout)["changed"] is False
        assert findings(project, "--source", ".", "--proofs") == set()
        assert kernel_faults(project) == set()
        path = "certificates/both.json"
        gate = call(project, "gate", path, "--baseline", path)
        assert gate.returncode == EXIT_OK, gate.stdout
        assert call(project, "diff", path, path).returncode == EXIT_OK
        shown = call(project, "explain", "there.clip").stdout
        assert "of the outside proofs" in shown
        assert "outside" not in call(project, "explain", "here.clip").stdout

    def test_reports_tell_names_apart(self, both, tmp_path):
        """A page and an anchor for each of two definitions and theorems of one name."""
        path, pages = "certificates/both.json", tmp_path / "pages"
        done = call(both, "report", path, "-o", str(pages), "--source", ".")
        assert done.returncode == EXIT_OK, done.stderr
        definitions = (pages / "definitions.html").read_text()
        for name in ("Demo.clip", "outside: Demo.clip"):
            assert f">{name}</h2>" in definitions
        ids = re.findall(r'id="([^"]+)"', definitions)
        assert len(set(ids)) == len(ids)
        assert len([*(pages / "theorems").iterdir()]) == 4
        links = re.findall(r'href="([^"]+)"', (pages / "claims" / "there.clip.html").read_text())
        assert f"../theorems/{file_name('outside: Demo.clip_refl')}" in links
        base = (pages / "trusted-base.html").read_text()
        assert "theirs.ndjson.gz" in base and "propext may be used" in base
        text = call(both, "report", path).stdout
        assert "Demo.clip\\_refl of the outside proofs" in text and "Outside proofs" in text

    def test_a_signature_is_of_both(self, both):
        """Its subjects are the library's files and the export, and the lines of both."""
        made = certified(both)
        names = {item["name"] for item in statement(made)["subject"]}
        assert {"Demo.lean", "Lean library", "export theirs.ndjson.gz"} <= names
        for part in (made, made["outside"]):
            assert part["proofs"]["file"].removesuffix(".gz") in names


def drop(made, project):
    """The theorem of there passes for the library's of the same name."""
    del by_id(made)["there.clip"]["proof"]["source"]


def swap(made, project):
    """The reverse."""
    by_id(made)["here.clip"]["proof"]["source"] = "outside"


def escape(made, project):
    """What rests on propext is said to be of a library that does not allow it."""
    item = by_id(made)["there.axiom"]
    del item["proof"]["source"]


def orphan(made, project):
    """Claims name a source of which nothing is said."""
    del made["outside"]


def exchange(made, project):
    """The library's lines in the place of the export's."""
    folder = project / "certificates"
    shutil.copy(folder / made["proofs"]["file"], folder / made["outside"]["proofs"]["file"])


def exchange_all(made, project):
    """The same, and the certificate says so."""
    made["outside"]["proofs"] = copy.deepcopy(made["proofs"])


def repin(made, project):
    """What was pinned of the outside theorem is what the library's says."""
    folder = project / "certificates"
    shutil.copy(folder / "statements.lock.json", folder / "statements.outside.lock.json")


class TestForged:
    @pytest.mark.parametrize(
        ("change", "arguments", "found"),
        [
            (drop, [], ("pins", "there.clip")),
            (drop, ["--proofs"], ("second-kernel", "there.clip")),
            (swap, [], ("pins", "here.clip")),
            (swap, ["--proofs"], ("second-kernel", "here.clip")),
            (escape, [], ("proof", "there.axiom")),
            (orphan, [], ("proof", "there.clip")),
            (exchange, [], ("proofs", None)),
            (exchange_all, ["--proofs"], ("second-kernel", "there.clip")),
            (repin, [], ("pins", "there.clip")),
        ],
    )
    def test_it_is_refused(self, project, change, arguments, found):
        """By the check that should, and by the second kernel alone."""
        made = certified(project)
        change(made, project)
        forge(project, made)
        assert found in findings(project, *arguments)
        assert found[1] in kernel_faults(project)

    @pytest.mark.parametrize("source", [None, "outside"])
    def test_a_wider_policy_is_told(self, project, source):
        """Each source's; the certificate by itself is sound."""
        made = certified(project)
        part = made[source] if source else made
        part["policy"]["allowed_axioms"] = ["Quot.sound", "propext"]
        shutil.copy(project / "certificates" / "both.json", project / "before.json")
        forge(project, made)
        gate = call(
            project, "gate", "certificates/both.json", "--baseline", "before.json", "--json"
        )
        told = [
            failure["words"]
            for failure in json.loads(gate.stdout)["failures"]
            if failure["rule"] == "axioms-widened"
        ]
        assert gate.returncode == EXIT_UNMET
        assert told == [
            "outside: proofs may now rest on Quot.sound"
            if source
            else "proofs may now rest on Quot.sound, propext"
        ]

    def test_another_source_is_told(self, project):
        """A claim that moves to the other source says something else."""
        made = certified(project)
        before = copy.deepcopy(made)
        swap(made, project)
        told = [change.kind for change in compare(before, made) if change.claim == "here.clip"]
        assert told == ["statement"]
        without = {name: value for name, value in made.items() if name != "outside"}
        assert {change.kind for change in compare(without, made)} == {"lean", "axioms"}

    def test_a_doctored_export_is_seen_against_its_pins(self, project, new_project, tmp_path):
        """Its `clip` is then another one, and the library's is not."""
        cache = new_project / "build" / "lean"
        write_export(tmp_path / "other", HERE, cache, project / "theirs.ndjson.gz")
        done = call(project, "status")
        assert done.returncode == EXIT_UNMET
        assert "statements.outside.lock.json" in done.stderr and "Demo.clip" in done.stderr


class TestSettings:
    def test_a_source_that_is_not_there(self, project):
        """A claim of a project with one source names the other."""
        config = project / "pyharness.toml"
        for text, words in (
            (CONFIG.partition("[proofs]")[0], "has no table [proofs]"),
            (
                CONFIG.replace('lean-root = "Demo"\n', "").replace(
                    'allowed-axioms = ["propext"]\n', ""
                ),
                "names no 'lean-root'",
            ),
        ):
            config.write_text(text)
            done = call(project, "status")
            assert done.returncode == EXIT_USAGE and words in done.stderr, done.stderr

    def test_an_unknown_source(self):
        """It is told where the claim is declared."""
        with pytest.raises(
            UsageError, match="proofs must be 'library' or 'outside', not 'mathlib'"
        ):
            claim("a.b", statement="s", source=Source("d", "h"), tier="none", proofs="mathlib")

    @pytest.mark.parametrize(
        ("old", "new", "words"),
        [
            ('["propext"]', '["sorryAx"]', "[proofs] 'allowed-axioms' cannot hold sorryAx"),
            ('lean-root = "Demo"\n', "", "say the axioms once"),
            ('lean-root = "Demo"\n', "unproved = []\n", "'unproved' is of a library"),
            ('"Demo"', '"Demo x"', "must name a Lean module"),
        ],
    )
    def test_what_contradicts_itself(self, tmp_path, old, new, words):
        """Each with what to do."""
        (tmp_path / "pyharness.toml").write_text(CONFIG.replace(old, new))
        with pytest.raises(UsageError, match=re.escape(words)):
            load_project(tmp_path)

    def test_one_policy_holds_for_both_unless_there_are_two(self, tmp_path):
        """Without a list of their own."""
        text = CONFIG.replace('\nallowed-axioms = ["propext"]\n', "\n").replace("[]", '["a"]')
        (tmp_path / "pyharness.toml").write_text(text)
        assert load_project(tmp_path).allowed_axioms_of("outside") == ("a",)

    def test_the_library_itself_can_be_the_root(self, new_project, tmp_path):
        """A project without Lean files names the library that ships with the harness, here a small
        one.
        """
        library, project = tmp_path / "library", tmp_path / "project"
        for folder in (library, project):
            folder.mkdir()
        shutil.copytree(ROOT / "LeanMining" / "Foundation", library / "LeanMining" / "Foundation")
        (library / "LeanMining.lean").write_text(
            "prelude\nimport LeanMining.Foundation.Acceleration\n"
        )
        shutil.copytree(new_project / "build" / "lean", project / "build" / "lean")
        (project / "pyharness.toml").write_text(
            CONFIG.partition("[proofs]")[0].replace('"Demo"', '"LeanMining"')
        )
        loaded = replace(load_project(project), library=library)
        built = build_library(loaded, locate(), progress=lambda *_: None)
        root = built.by_name["LeanMining"]
        assert built.file(root) == library / "LeanMining.lean"
        certificate = {"project": {"root": "LeanMining"}, "lean": {}}
        found = source_bytes(certificate, "LeanMining.lean", project)
        assert found == (ROOT / "LeanMining.lean").read_bytes()
        (project / "LeanMining.lean").write_text("prelude\n")
        assert source_bytes(certificate, "LeanMining.lean", project) == b"prelude\n"
