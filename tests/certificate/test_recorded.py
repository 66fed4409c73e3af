"""Evidence recorded elsewhere: read, held against the evidence here, shown in the certificate, and
what it can make of a claim.
"""

from __future__ import annotations

import copy
import json
from dataclasses import replace

import pytest

from pyharness.certificate.canonical import file_bytes
from pyharness.certificate.check import check
from pyharness.certificate.diff import compare
from pyharness.certificate.gate import gate
from pyharness.certificate.recorded import (
    Contradiction,
    hold_against,
    in_words,
    read_recording,
    read_recordings,
    record_digest,
)
from pyharness.certificate.schema import RECORDED
from pyharness.certificate.seal import plain_evidence, tier_if_signed
from pyharness.cli import main
from pyharness.core.errors import DocumentError
from pyharness.evidence import Evidence, TensorRef
from pyharness.report.documents import markdown
from pyharness.report.html import Report, render
from tests import certificate_samples as samples
from tests.certificate_samples import (
    AGREES,
    COUNTEREXAMPLE,
    FLOATS,
    LAYERS,
    SHA,
    SWEEP,
    proof,
    recording,
)

EVIDENCE = [SWEEP, LAYERS, AGREES]
QUADRUPLES = Evidence("exhaustive", "all quadruples", cases=2**32, violations=0, summary="2^32")


def held(*recordings, evidence=EVIDENCE, code=SHA):
    """What the certificate says of records of the sample claim."""
    return hold_against(
        "relu.extensive",
        [plain_evidence(piece) for piece in evidence],
        recordings,
        code_sha256=code,
    )


def gold(recorded=(), tier="gold", evidence=EVIDENCE):
    """A certificate with one claim, which is gold."""
    found = proof(example="Demo.extensive_example")
    return samples.sealed(
        [samples.record("relu.extensive", tier, evidence, found, recorded=recorded)]
    )


def write(folder, one):
    """Write a record beside the certificate `demo.json`."""
    path = folder / one.file
    path.parent.mkdir(exist_ok=True)
    path.write_bytes(file_bytes(one.content, RECORDED))
    return path


def rewritten(path, change):
    """Change a record as one who knows how, with its digest computed again."""
    content = json.loads(path.read_bytes())
    change(content)
    content["digest"] = record_digest(content)
    path.write_bytes(file_bytes(content, RECORDED))


def restamp(content, code):
    """Say that other code gathered what a record has."""
    for claim in content["claims"]:
        for holder in (claim, *claim["evidence"]):
            holder["code_sha256"] = code


@pytest.fixture
def project(tmp_path):
    """A project whose gold claim a GPU's record reproduces; the certificate and the record."""
    samples.write_project(tmp_path)
    one = recording(EVIDENCE)
    record = write(tmp_path, one)
    path = tmp_path / "demo.json"
    path.write_bytes(file_bytes(gold(held(one))))
    return path, record


class TestReading:
    """`read_recordings`."""

    def test_what_is_written_is_read(self, tmp_path):
        """By name, in order; without a folder there are none."""
        assert read_recordings(tmp_path / "demo.json") == []
        one = recording(EVIDENCE)
        write(tmp_path, replace(one, file="evidence/b.json"))
        write(tmp_path, replace(one, file="evidence/a.json"))
        found = read_recordings(tmp_path / "demo.json")
        assert [item.file for item in found] == ["evidence/a.json", "evidence/b.json"] and found[
            0
        ].content == one.content

    def test_timings_are_bound_by_no_digest(self, tmp_path):
        """They may be rounded or left out of a comparison; all else is bound."""
        path = write(tmp_path, recording(EVIDENCE))
        path.write_text(path.read_text().replace("0.25", "0.5"))
        assert read_recording(tmp_path, "evidence/h100.json").content["timings"]["seconds"] == {
            "relu.extensive": 0.5
        }

    @pytest.mark.parametrize(
        ("old", "new"),
        [
            ("65536", "65537"),
            ("A device", "Another device"),
            ('"tf32_matmul": false', '"tf32_matmul": true'),
            ('"seed": 0', '"seed": 1'),
            ('"maximum_kernel"', '"minimum_kernel"'),
            ("0.3333333333333333", "0.3333333333333334"),
        ],
    )
    def test_a_changed_record_is_refused(self, tmp_path, old, new):
        """Any other byte that is changed is seen by the digest."""
        path = write(tmp_path, recording(EVIDENCE))
        assert old in path.read_text()
        path.write_text(path.read_text().replace(old, new, 1))
        with pytest.raises(
            DocumentError, match="h100.json cannot be used: its digest is .* record it again"
        ):
            read_recording(tmp_path, "evidence/h100.json")

    @pytest.mark.parametrize(
        ("change", "complaint"),
        [
            (lambda content: content.update(more=1), "schema"),
            (lambda content: content.pop("flags"), "schema"),
            (lambda content: content["device"].update(name="\x1b[2J"), "schema"),
            (lambda content: content["claims"].append(content["claims"][0]), "a claim twice"),
            (lambda content: content["claims"][0]["evidence"][0].update(violations=2), "witness"),
            (
                lambda content: content["claims"][0]["evidence"][0].update(outcome="refuted"),
                "not 'refuted'",
            ),
        ],
    )
    def test_a_record_that_contradicts_itself_is_refused(self, tmp_path, change, complaint):
        """Its digest right or not: what does not fit, or cannot be, is no record."""
        path = write(tmp_path, recording(EVIDENCE))
        rewritten(path, change)
        with pytest.raises(DocumentError, match=complaint):
            read_recording(tmp_path, "evidence/h100.json")

    @pytest.mark.parametrize("data", [b"", b"[]", b"{", b"\xff", b"nonsense"])
    def test_other_files_are_refused(self, tmp_path, data):
        """Whatever lies there ends with an error that names it."""
        write(tmp_path, recording(EVIDENCE)).write_bytes(data)
        with pytest.raises(DocumentError, match="h100.json"):
            read_recordings(tmp_path / "demo.json")


class TestHolding:
    """`hold_against`."""

    def test_what_agrees_is_named(self):
        """Each piece by its place; and where it comes from."""
        (found,) = held(recording(EVIDENCE))
        assert found["agrees"] == [1, 2, 3] and not found["stale"] and not found["elsewhere"]
        assert (found["device"], found["name"]) == ("cuda", "A device")
        assert "all evidence was found again" in in_words(found, 3)

    def test_another_claim_has_no_record(self):
        """Records are matched by the claim's id."""
        assert held(recording(EVIDENCE, id="relu.other")) == []

    def test_a_stale_record_counts_for_nothing(self):
        """Recorded by other code, it is shown as stale, and neither agrees nor contradicts."""
        (found,) = held(recording([replace(SWEEP, cases=1)], code=SHA[::-1]))
        assert found["stale"] and not found["agrees"] and "stale" in in_words(found, 3)

    def test_other_tensors_are_no_evidence_here(self):
        """The same domain on tensors of another digest is neither found again nor a contradiction,
        nor something new.
        """
        other = replace(
            LAYERS, tensors=(TensorRef("net.0.weight", (64, 32), "int8", SHA[::-1]),), cases=5
        )
        (found,) = held(recording([SWEEP, other]))
        assert (
            found["agrees"] == [1]
            and found["elsewhere"] == []
            and "evidence 1 was found again" in in_words(found, 3)
        )

    @pytest.mark.parametrize(
        ("theirs", "values"),
        [
            (replace(SWEEP, cases=65535), "65536 here, 65535 there"),
            (
                replace(
                    LAYERS,
                    measurements=(
                        {"layer": "net.0", "ratio": 1.5, "gap": 1 / 3},
                        LAYERS.measurements[1],
                    ),
                ),
                "ratio: 1.0 here, 1.5 there",
            ),
        ],
    )
    def test_a_contradiction_is_an_error(self, theirs, values):
        """With the claim, the record, the domain and both values; on equal tensors by equal code it
        is never a choice.
        """
        with pytest.raises(
            Contradiction,
            match=rf"(?s)claim relu.extensive: .*A device.*evidence/h100.json.*{values}",
        ):
            held(recording([theirs]))
        assert Contradiction.exit_code == 1

    def test_figures_within_the_bound_agree(self):
        """Rounding is no contradiction."""
        theirs = replace(
            LAYERS,
            measurements=(LAYERS.measurements[0] | {"ratio": 1.000001}, LAYERS.measurements[1]),
        )
        assert held(recording([theirs]))[0]["agrees"] == [2]

    def test_domains_of_its_own_are_shown_apart(self):
        """What only the other machine checked adds nothing to the verdict."""
        (found,) = held(recording([QUADRUPLES, SWEEP]))
        assert [piece["domain"] for piece in found["elsewhere"]] == ["all quadruples"] and found[
            "agrees"
        ] == [1]
        claim = gold([found])["claims"][0]
        assert claim["verdict"] == "confirmed" and len(claim["evidence"]) == 3

    def test_a_refutation_of_its_own_is_an_error(self):
        """Unless the claim is refuted here too."""
        with pytest.raises(Contradiction, match="nothing refutes it here"):
            held(recording([COUNTEREXAMPLE]))
        assert held(
            recording([COUNTEREXAMPLE]), evidence=[replace(COUNTEREXAMPLE, domain="another pair")]
        )[0]["elsewhere"]

    def test_what_a_gpus_record_computed_on_the_cpu_is_not_on_a_gpu(self):
        """It must agree, and is not named."""
        one = recording(EVIDENCE)
        one.content["claims"][0]["evidence"][0]["device"] = "cpu"
        assert held(one)[0]["agrees"] == [2, 3]


class TestTiers:
    """What a record and a signature make of a claim."""

    def needs(self, *recordings):
        claim = gold(held(*recordings))["claims"][0]
        assert claim["tier"] == "gold"
        return claim["next"]["needs"], tier_if_signed(claim, ["propext"])

    def test_a_gpus_record_leaves_a_signature_to_be_desired(self):
        """In the certificate the claim is gold, for whoever checks a signature platinum."""
        assert self.needs(recording(EVIDENCE)) == (["a signature"], "platinum")

    def test_two_records_may_share_the_work(self):
        """Each piece needs one GPU that found it."""
        assert (
            self.needs(
                recording([SWEEP]), replace(recording([LAYERS, AGREES]), file="evidence/i.json")
            )[1]
            == "platinum"
        )

    @pytest.mark.parametrize(
        "one",
        [
            recording(EVIDENCE, device="cpu"),
            recording(EVIDENCE, device="simulated"),
            recording(EVIDENCE[:2]),
            recording(EVIDENCE, code=SHA[::-1]),
        ],
        ids=["of a CPU", "of no GPU", "of a part", "stale"],
    )
    def test_nothing_less_does(self, one):
        """A record of a CPU, of some of the evidence, or by other code leaves the claim gold under
        any signature.
        """
        needs, tier = self.needs(one)
        assert needs == ["the evidence reproduced on a GPU", "a signature"] and tier == "gold"

    def test_a_record_does_not_make_gold(self):
        """A claim that is silver stays so."""
        found = samples.sealed(
            [
                samples.record(
                    "relu.extensive",
                    "silver",
                    EVIDENCE,
                    proof(),
                    recorded=held(recording(EVIDENCE)),
                )
            ]
        )
        assert (
            found["claims"][0]["tier"]
            == "silver"
            == tier_if_signed(found["claims"][0], ["propext"])
        )


class TestCheck:
    """`check` with the files at hand, and the gate."""

    def test_the_record_checks(self, project):
        """The certificate and the record that it names."""
        path, _ = project
        assert check(path, root=path.parent) == []

    @pytest.mark.parametrize(
        ("change", "complaint"),
        [
            (lambda record: record.update(agrees=[1, 2, 4]), "evidence that is not there"),
            (lambda record: record.update(agrees=[2, 1]), "not in order"),
            (lambda record: record.update(stale=True), "said to be stale"),
            (lambda record: record.update(agrees=[1, 2]), "does not say what it is said to"),
            (lambda record: record.update(name="Another"), "does not say what it is said to"),
            (lambda record: record.update(digest=SHA), "does not say what it is said to"),
            (lambda record: record.update(file="evidence/other.json"), "cannot be used"),
            (
                lambda record: record.update(
                    elsewhere=[plain_evidence(QUADRUPLES) | {"violations": 1}]
                ),
                "witness",
            ),
        ],
    )
    def test_what_a_certificate_says_of_a_record_is_checked(self, project, change, complaint):
        """A certificate forged with its digest right is refused for what its records do not say."""
        path, _ = project
        certificate = json.loads(path.read_bytes())
        change(certificate["claims"][0]["recorded"][0])
        samples.forge(certificate, path)
        assert any(complaint in str(finding) for finding in check(path, root=path.parent))

    def test_a_record_that_was_exchanged_is_seen(self, project):
        """One that contradicts the certificate, or is another one, or is gone."""
        path, record = project
        rewritten(record, lambda content: content["claims"][0]["evidence"][0].update(cases=65535))
        assert any(
            "65536 here, 65535 there" in reason
            for reason in self.reasons(path, "recorded", "relu.extensive")
        )
        rewritten(record, lambda content: content["claims"].clear())
        assert any(
            "does not say" in reason for reason in self.reasons(path, "recorded", "relu.extensive")
        )
        record.unlink()
        assert any(
            "No such file" in reason for reason in self.reasons(path, "record-unreadable", None)
        )

    def test_a_record_is_held_against_the_certificate_without_the_sources(self, project):
        """Whether it is there, and agrees, needs no folder of the project."""
        path, record = project
        assert check(path) == []
        record.unlink()
        assert [finding.code for finding in check(path)] == ["record-unreadable"]

    def test_a_record_by_other_code_is_not_passed_off_as_current(self, project):
        """The certificate names the code that gathered the evidence; a record by another is stale,
        and one by the same is not.
        """
        path, record = project
        rewritten(record, lambda content: restamp(content, SHA[::-1]))
        certificate = json.loads(path.read_bytes())
        certificate["claims"][0]["recorded"][0]["digest"] = json.loads(record.read_bytes())[
            "digest"
        ]
        samples.forge(certificate, path)
        assert [finding.code for finding in check(path)] == ["recorded"]

    def test_evidence_of_another_claim_in_a_record(self, project):
        """A record whose evidence was gathered for another claim cannot be used."""
        path, record = project
        rewritten(
            record,
            lambda content: content["claims"][0]["evidence"][0].update(claim="relu.other"),
        )
        (finding,) = check(path)
        assert finding.code == "record-unreadable" and "relu.other" in finding.reason

    def reasons(self, path, code, claim):
        """What is found with a code about a claim."""
        return [
            finding.reason
            for finding in check(path, root=path.parent)
            if (finding.code, finding.claim) == (code, claim)
        ]

    def test_the_gate_asks_for_a_signature(self, project):
        """A claim that must be platinum passes the gate with a checked signature, and not
        without.
        """
        path, _ = project
        certificate = gold(held(recording(EVIDENCE)), tier="platinum")
        path.write_bytes(file_bytes(certificate))
        (finding,) = check(path)
        assert "its tier is gold; platinum is required" in finding.reason
        assert [failure.rule for failure in gate(certificate, [finding])] == ["tier-unmet"]
        assert gate(certificate, check(path, signature=list), signed=True, least="platinum") == []

    def test_what_a_gpu_no_longer_reproduces_is_a_difference(self):
        """Said as such, and no loss: code changes faster than GPUs are at hand."""
        (change,) = compare(gold(held(recording(EVIDENCE))), gold())
        assert (change.kind, change.loss) == (
            "evidence",
            False,
        ) and "evidence 1, 2, 3, now none" in change.words


class TestSigned:
    """The command line with a key."""

    @pytest.fixture
    def keys(self, tmp_path):
        pytest.importorskip("securesystemslib", reason="the extra `sign` is not installed")
        from tests.certificate.test_sign import write_keys

        return [str(path) for path in write_keys(tmp_path, "own")]

    def test_a_signature_makes_platinum(self, project, keys, capsys):
        """Check --key says which claims, gate --key lets them pass at that tier; without the key
        nothing is platinum.
        """
        path, private, public = str(project[0]), *keys
        assert main(["sign", path, "--key", private]) == 0
        capsys.readouterr()
        assert main(["check", path, "--key", public]) == 0
        assert "platinum by this signature: relu.extensive" in capsys.readouterr().out
        assert main(["check", path, "--key", public, "--json"]) == 0
        assert json.loads(capsys.readouterr().out)["platinum"] == ["relu.extensive"]
        assert main(["gate", path, "--min-tier", "platinum", "--key", public]) == 0
        assert main(["gate", path, "--min-tier", "platinum"]) == 1
        assert main(["check", path, "--json"]) == 0
        assert '"platinum": []' in capsys.readouterr().out

    def test_nothing_is_signed_or_platinum_by_a_record_that_is_not_there(
        self, project, keys, capsys
    ):
        """`sign` refuses what `check` refuses, and a signature from before makes nothing platinum;
        so for a record that is gone, is another one, or disagrees.
        """
        (path, record), (private, public) = project, keys
        assert main(["sign", str(path), "--key", private]) == 0
        honest, envelope = record.read_bytes(), path.with_suffix(".dsse.json")
        signed = envelope.read_bytes()
        envelope.unlink()
        for change in (
            record.unlink,
            lambda: rewritten(record, lambda content: content["versions"].update(python="3.12")),
            lambda: rewritten(
                record, lambda content: content["claims"][0]["evidence"][0].update(cases=65535)
            ),
        ):
            record.write_bytes(honest)
            change()
            capsys.readouterr()
            assert main(["sign", str(path), "--key", private]) == 1
            assert "was not signed" in capsys.readouterr().err and not envelope.exists()
            envelope.write_bytes(signed)
            assert main(["check", str(path), "--key", public, "--json"]) == 1
            assert json.loads(capsys.readouterr().out)["platinum"] == []
            assert main(["gate", str(path), "--key", public, "--min-tier", "platinum"]) == 1
            envelope.unlink()

    def test_a_claim_that_must_be_platinum_can_be_signed(self, project, keys):
        """It has its tier once it is signed, so that `sign` does not refuse it."""
        path, (private, public) = project[0], keys
        path.write_bytes(file_bytes(gold(held(recording(EVIDENCE)), tier="platinum")))
        assert main(["check", str(path)]) == 1
        assert main(["sign", str(path), "--key", private]) == 0
        assert main(["check", str(path), "--key", public]) == 0

    def test_another_signature_does_not(self, project, keys, tmp_path, capsys):
        """By another key, or of another certificate, it fails the gate, and the claim stays
        gold.
        """
        from tests.certificate.test_sign import write_keys

        path, (_, public) = str(project[0]), keys
        assert main(["sign", path, "--key", str(write_keys(tmp_path, "other")[0])]) == 0
        assert main(["gate", path, "--min-tier", "gold", "--key", public]) == 1
        assert main(["gate", path, "--min-tier", "platinum", "--key", public]) == 1
        assert "tier-below-minimum" in capsys.readouterr().out

    def test_a_signature_names_the_records(self, project, keys):
        """By their digests, so that whoever signs vouches for them."""
        from pyharness.certificate.sign import statement

        certificate = json.loads(project[0].read_bytes())
        subjects = {
            subject["name"]: subject["digest"]["sha256"]
            for subject in statement(certificate)["subject"]
        }
        assert subjects["record evidence/h100.json"] == recording(EVIDENCE).content["digest"]


def test_reports_show_what_was_recorded():
    """In the terminal, in Markdown and on the claim's page; what only the record has stands
    apart.
    """
    certificate = gold(
        held(
            recording([*EVIDENCE, QUADRUPLES]),
            replace(recording(EVIDENCE, code=SHA[::-1]), file="evidence/i.json"),
        )
    )
    page = render(Report(certificate, []))["claims/relu.extensive.html"].decode()
    for text in (markdown(certificate), page):
        assert "A device (cuda), evidence/h100.json: all evidence was found again" in text.replace(
            "\\", ""
        )
        assert "stale" in text and "all quadruples" in text


def test_records_are_shown_in_the_terminal(project, capsys):
    """A line a record under the table, and more for a claim."""
    from rich.console import Console

    from pyharness.report import terminal

    certificate = copy.deepcopy(gold(held(recording([*EVIDENCE, QUADRUPLES]))))
    terminal.show(certificate, project[0], console=Console(width=120))
    terminal.explain(certificate, "relu.extensive", console=Console(width=120))
    text = capsys.readouterr().out
    assert (
        "Recorded elsewhere, evidence/h100.json on A device (cuda): 1 claim found again, 0 in part, 0 not; 0 stale."
        in text
    )
    assert (
        "recorded elsewhere" in text
        and "only there: all quadruples; 4,294,967,296 cases, 0 violations" in text
    )


def test_floats_may_be_all_of_a_claims_evidence():
    """A claim whose only evidence a GPU found within the bound is reproduced; one without evidence
    never is.
    """
    one = recording([FLOATS])
    assert held(one, evidence=[FLOATS])[0]["agrees"] == [1]
    from pyharness.certificate.tiers import Facts

    empty = samples.sealed([samples.record("relu.extensive", "none", [], proof())])["claims"][0]
    assert not Facts.of(empty, []).reproduced
