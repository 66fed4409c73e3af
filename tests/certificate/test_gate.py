"""Differences between certificates, the gate, and what a CI reads of it."""

from __future__ import annotations

import copy
from dataclasses import replace
from xml.etree import ElementTree

import pytest

from pyharness.certificate.diff import compare
from pyharness.certificate.findings import Finding
from pyharness.certificate.gate import LOSSES as RULE_LOSSES, RULES, gate
from pyharness.certificate.schema import violations
from pyharness.core.json_files import digest
from pyharness.report import ci
from tests import certificate_samples as samples

CERTIFICATE = samples.sealed()


def changed(change):
    """The sample certificate after a change of its claims by id."""
    certificate = copy.deepcopy(CERTIFICATE)
    change({claim["id"]: claim for claim in certificate["claims"]})
    return certificate


def without(id):
    certificate = copy.deepcopy(CERTIFICATE)
    certificate["claims"] = [claim for claim in certificate["claims"] if claim["id"] != id]
    return certificate


CHANGES = {
    "lowered": (lambda claims: claims["relu.extensive"].update(tier="bronze"), "tier-lowered"),
    "status": (lambda claims: claims["relu.identity"].update(tier="none"), "answer-changed"),
    "requirement": (
        lambda claims: claims["relu.open"].update(required_tier="none"),
        "requirement-changed",
    ),
    "statement": (
        lambda claims: claims["relu.open"].update(statement="Less."),
        "statement-changed",
    ),
}


def full():
    """A certificate that has something in every field that is compared."""
    witness = samples.record("relu.none", "refuted", [samples.COUNTEREXAMPLE], untied=["torch.add"])
    proof = samples.proof(
        example="Demo.extensive_example", rests_on=("Demo.other",), unused=("h",), note="a remark"
    )
    evidence = [samples.SWEEP, samples.LAYERS, samples.FLOATS, samples.AGREES]
    certificate = samples.sealed(
        [
            samples.record("relu.all", "gold", evidence, proof, untied=["torch.mul"]),
            witness,
            *samples.read_records()[3:],
        ],
        coverage=[replace(samples.PASSAGES[0], claims=("relu.all",)), *samples.PASSAGES[1:]],
    )
    certificate["lean"]["modules"][0]["foundation"] = True
    certificate["lean"]["definitions"][1]["axioms"] = ["propext"]
    for item in certificate["lean"]["definitions"]:
        item["text"] = f"def {item['name']} : Nat :=\n  0"
    unproved = {"name": "Demo.later", "kind": "sorry", "module": "Demo", "line": 9}
    certificate["lean"]["library"] = {
        "theorems": 4,
        "sorries": 1,
        "axioms": 0,
        "unproved": [unproved],
    }
    return certificate


BASELINE = full()


def leaves(value, path=()):
    """The path of every scalar."""
    if isinstance(value, (dict, list)):
        for key in value if isinstance(value, dict) else range(len(value)):
            yield from leaves(value[key], (*path, key))
    else:
        yield path


def lists(value, path=()):
    """The path of every list that is not empty, but for those of reports and of a tensor's
    sizes.
    """
    follows = ("shape", "unmet", "needs", "readings", "holds_as")
    if isinstance(value, list) and value and path[-1] not in follows:
        yield path
    for key in value if isinstance(value, dict) else range(len(value)):
        if isinstance(value[key], (dict, list)):
            yield from lists(value[key], (*path, key))


def named(path):
    return "/".join(map(str, path))


def is_left_out(path):
    """Whether a place follows from others, is a line of the sources, or is what `check` holds
    evidence together by.
    """
    derived = {"verdict", "conflict", "next", "readings", "holds_as"}
    follows = path[0] in ("summary", "digest") or derived & {*path}
    return bool(
        follows or path[-1] == "line" or (path[-1] in ("claim", "code_sha256") and len(path) > 3)
    )


def replaced(path, change):
    """The full certificate with one value replaced."""
    certificate = copy.deepcopy(BASELINE)
    holder = certificate
    for key in path[:-1]:
        holder = holder[key]
    holder[path[-1]] = change(holder[path[-1]])
    return certificate


def other(value):
    """A different value, of the same type where there is one."""
    if isinstance(value, bool):
        return not value
    if isinstance(value, (int, float)):
        return value + 1
    return value + "x" if isinstance(value, str) else "x"


def samples_more(evidence):
    """Evidence on another domain."""
    return evidence[0] | {"domain": "more pairs"}


def resealed(path, value):
    """The sample certificate with one value replaced, and its digest computed again."""
    certificate = copy.deepcopy(CERTIFICATE)
    holder = certificate
    for key in path[:-1]:
        holder = holder[key]
    holder[path[-1]] = value
    return certificate | {"digest": digest(certificate)}


class TestCompare:
    def test_nothing_differs_from_itself(self):
        """Equal certificates have no differences."""
        assert compare(CERTIFICATE, copy.deepcopy(CERTIFICATE)) == []

    @pytest.mark.parametrize("kind", CHANGES)
    def test_a_loss_is_said(self, kind):
        """Each way in which a claim can become less, or another, is named and counts as a loss."""
        (change,) = compare(CERTIFICATE, changed(CHANGES[kind][0]))
        assert change.kind == kind and change.loss

    def test_a_witness_is_told_by_its_words(self):
        """Or said to be another case, where they are the same."""

        def differing(**fields):
            other = copy.deepcopy(CERTIFICATE)
            evidence = next(
                piece
                for claim in other["claims"]
                for piece in claim["evidence"]
                if piece["witness"]
            )
            evidence["witness"] |= fields
            return compare(CERTIFICATE, other)[0].words

        assert "is “it is 4”" in differing(shows="it is 4")
        assert differing(inputs={"z": 4, "q": 1}).endswith("is another case")

    def test_claims_gained_and_lost(self):
        """A claim that is gone is a loss, one that is new is not."""
        (lost,), (gained,) = (
            compare(CERTIFICATE, without("relu.open")),
            compare(without("relu.open"), CERTIFICATE),
        )
        assert (lost.kind, lost.loss, gained.kind, gained.loss) == ("lost", True, "gained", False)

    def test_a_higher_tier_is_no_loss(self):
        """Bronze to silver."""
        (change,) = compare(changed(CHANGES["lowered"][0]), CERTIFICATE)
        assert change.kind == "raised" and not change.loss

    @pytest.mark.parametrize(
        ("digest", "words"),
        [("statement_sha256", "states something else"), (None, "rests on other definitions")],
    )
    def test_another_meaning_is_seen_behind_the_same_name(self, digest, words):
        """The theorem's digests tell a changed statement from a changed definition."""

        def change(claims):
            claims["relu.extensive"]["proof"]["meaning_sha256"] = "0" * 64
            if digest:
                claims["relu.extensive"]["proof"][digest] = "0" * 64

        (found,) = compare(CERTIFICATE, changed(change))
        assert found.kind == "statement" and words in found.words

    def test_kernels_that_no_longer_agree(self):
        """That only one kernel vouches for a proof is a loss, whatever the tier."""
        less = changed(lambda claims: claims["relu.extensive"]["proof"].update(rechecked=False))
        (lost,), (gained,) = compare(CERTIFICATE, less), compare(less, CERTIFICATE)
        assert lost.loss and "two kernels agreed on its proof" in lost.words
        assert not gained.loss

    @pytest.mark.parametrize(("factor", "moved"), [(1 + 1e-6, False), (1.01, True)])
    def test_figures_move_beyond_their_tolerance(self, factor, moved):
        """A last digit is none, one in a hundred is one; the figure is named."""

        def change(claims):
            claims["relu.extensive"]["evidence"][1]["measurements"]["rows"][1][1] *= factor

        found = compare(CERTIFICATE, changed(change))
        assert [change.kind for change in found] == ["figures"] * moved
        assert not moved or "“ratio” from 2.5" in found[0].words

    def test_another_way_to_show_figures_is_no_difference(self):
        """Plots and points say nothing of a claim."""
        plain = replace(samples.POINTS, plots=(), points=None)
        one, two = (
            samples.sealed([samples.record("relu.codes", "bronze", [piece])])
            for piece in (samples.POINTS, plain)
        )
        assert one != two and compare(one, two) == compare(two, one) == []

    def test_evidence_that_is_gone_or_says_something_else(self):
        """Both are losses, whatever the tier; more of it is none."""

        def change(claims):
            del claims["relu.extensive"]["evidence"][0]
            claims["relu.open"]["evidence"][0]["cases"] = 7

        less = changed(change)
        assert [one.kind for one in compare(CERTIFICATE, less)] == ["fewer", "fewer"]
        assert [one.kind for one in compare(less, CERTIFICATE)] == ["evidence", "evidence"]

    @pytest.mark.parametrize("path", [*leaves(BASELINE)], ids=named)
    def test_each_field_is_compared(self, path):
        """Another value at any place is a difference, but for what follows from others, the lines
        of the sources, and what reports draw.
        """
        changed = replaced(path, other)
        if violations(changed):
            return
        found = compare(BASELINE, changed)
        assert bool(found) == (not is_left_out(path)), found

    @pytest.mark.parametrize("path", [*lists(BASELINE)], ids=named)
    def test_nothing_is_left_out_unnoticed(self, path):
        """A list from which the first item is taken is a difference."""
        assert compare(BASELINE, replaced(path, lambda items: items[1:]))


class TestGate:
    def test_the_sample_passes(self):
        """Against itself, with the least tier that its claims have."""
        assert gate(CERTIFICATE, [], least="bronze", baseline=CERTIFICATE) == []

    @pytest.mark.parametrize("kind", CHANGES)
    def test_each_loss_fails_by_its_rule(self, kind):
        """Against the baseline."""
        rules = [
            failure.rule for failure in gate(changed(CHANGES[kind][0]), [], baseline=CERTIFICATE)
        ]
        assert CHANGES[kind][1] in rules and set(rules) <= set(RULES)

    def test_a_lost_claim_fails(self):
        """It is named although it is not in the certificate."""
        (failure,) = gate(without("relu.open"), [], baseline=CERTIFICATE)
        assert (failure.rule, failure.claim) == ("claim-lost", "relu.open")

    def test_the_least_tier_leaves_refuted_claims_alone(self):
        """Silver is too much for the open claim only."""
        (failure,) = gate(CERTIFICATE, [], least="silver")
        assert (failure.rule, failure.claim) == ("tier-below-minimum", "relu.open")

    def test_what_a_claim_lacks_is_said(self):
        """What its next tier asks for, or why it has no theorem."""
        failures = gate(samples.sealed(samples.explained_records()), [], least="silver")
        words = {failure.claim: failure.words for failure in failures}
        assert "for silver it needs a proved theorem" in words["relu.open"]
        assert f"is the least; it has no theorem: {samples.WHY}" in words["relu.measured"]
        assert "for bronze it needs" in words["relu.undecided"]

    def test_an_unmet_tier_is_said_once(self):
        """Not again as what the check found of the same claim; other findings are passed on."""
        lower = changed(CHANGES["lowered"][0])
        findings = [
            Finding("tier-unmet", "claim relu.extensive", "its tier is low", "relu.extensive"),
            Finding("digest", "digest", "it was changed"),
        ]
        assert [failure.rule for failure in gate(lower, findings)] == [
            "certificate-invalid",
            "tier-unmet",
        ]

    @pytest.mark.parametrize(
        "finding",
        [
            Finding("claim-duplicate", "claim relu.extensive", "twice", "relu.extensive"),
            Finding("tier-unmet", "claim relu.open", "its tier is low", "relu.open"),
        ],
        ids=["another code", "another claim"],
    )
    def test_an_unmet_tier_hides_nothing_else(self, finding):
        """Neither another finding about the same claim, in the same place, nor the same about
        another claim.
        """
        failures = gate(changed(CHANGES["lowered"][0]), [finding])
        assert [failure.rule for failure in failures] == ["certificate-invalid", "tier-unmet"]


def without_code(claim):
    """A claim that does not say which code gathered its evidence."""
    return {name: value for name, value in claim.items() if name != "code_sha256"}


def without_library(lean):
    """What a certificate says of Lean that does not count the library."""
    return {name: value for name, value in lean.items() if name != "library"}


TENSOR = ("claims", 0, "evidence", 1)
LOSSES = [
    ((*TENSOR[:2], "evidence", 0, "cases"), lambda cases: cases - 1, "evidence-reduced"),
    ((*TENSOR[:2], "evidence"), lambda evidence: evidence[:-1], "conformance-reduced"),
    ((*TENSOR[:2], "evidence", 3, "cases"), lambda cases: 1, "conformance-reduced"),
    ((*TENSOR[:2], "evidence", 3, "definition"), lambda name: "max", "conformance-reduced"),
    ((*TENSOR[:2], "untied"), lambda untied: [*untied, "torch.add"], "conformance-reduced"),
    ((*TENSOR[:2], "evidence", 0, "kind"), lambda kind: "property", "evidence-reduced"),
    ((*TENSOR[:2], "evidence", 0, "domain"), lambda domain: "some pairs", "evidence-reduced"),
    ((*TENSOR[:2], "evidence", 2, "tolerance"), lambda bound: 1.0, "evidence-reduced"),
    ((*TENSOR[:2], "evidence", 2, "seed"), lambda seed: seed + 1, "seed-changed"),
    ((*TENSOR, "tensors"), lambda tensors: [], "evidence-reduced"),
    ((*TENSOR, "tensors", 0, "shape"), lambda shape: [1], "evidence-reduced"),
    ((*TENSOR, "tensors", 0, "dtype"), lambda dtype: "int4", "evidence-reduced"),
    ((*TENSOR, "rounding"), lambda bound: 1.0, "evidence-reduced"),
    ((*TENSOR, "measurements"), lambda table: None, "evidence-reduced"),
    ((*TENSOR, "measurements", "rows"), lambda rows: rows[:1], "evidence-reduced"),
    (("claims", 0), without_code, "evidence-reduced"),
    (("claims", 0, "proof", "axioms"), lambda names: [*names, "z"], "proof-weakened"),
    (("claims", 0, "proof", "unused"), lambda names: [*names, "z"], "proof-weakened"),
    (("claims", 0, "proof", "example"), lambda name: None, "proof-weakened"),
    (("claims", 0, "proof", "pinned"), lambda pinned: False, "proof-weakened"),
    (("claims", 0, "proof", "replayed"), lambda replayed: False, "proof-weakened"),
    (("claims", 0, "proof", "rechecked"), lambda rechecked: False, "proof-weakened"),
    (("claims", 0, "proof", "negates"), lambda negates: True, "statement-changed"),
    (("claims", 0, "proof", "statement"), lambda statement: "1 = 1", "statement-changed"),
    (("claims", 0, "source", "heading"), lambda heading: "Another", "statement-changed"),
    (("proofs",), lambda proofs: None, "proof-weakened"),
    (("proofs", "kernels"), lambda kernels: kernels[:1], "proof-weakened"),
    (("proofs", "computed"), lambda computed: dict.fromkeys(computed, "known"), "proof-weakened"),
    (("lean", "replayed"), lambda count: count - 1, "proof-weakened"),
    (("policy", "allowed_axioms"), lambda names: [*names, "z"], "axioms-widened"),
    (("policy",), lambda policy: policy | {"further_axioms": {"D.t": ["z"]}}, "axioms-widened"),
    (("lean", "version"), lambda version: "4.0.0", "lean-changed"),
    (("lean", "githash"), lambda digest: "00" * 20, "lean-changed"),
    (("lean", "library_sha256"), lambda digest: "0" * 64, "lean-changed"),
    (("lean", "modules", 0, "sha256"), lambda digest: "0" * 64, "foundation-changed"),
    (("lean", "modules", 0, "foundation"), lambda found: False, "foundation-changed"),
    (("lean", "modules", 1, "sha256"), lambda digest: "0" * 64, "sources-changed"),
    (("lean", "modules", 1, "file"), lambda file: "x" * 5000, "sources-changed"),
    (("lean", "modules"), lambda modules: modules[:1], "sources-changed"),
    (("lean", "definitions", 0, "uses"), lambda uses: [], "definitions-changed"),
    (("lean", "definitions"), lambda items: items[1:], "definitions-changed"),
    (("lean", "definitions", 0, "text"), lambda text: "def x := 1", "definitions-changed"),
    (("lean",), without_library, "proof-weakened"),
    (("lean", "library", "sorries"), lambda count: count + 1, "proof-weakened"),
    (("lean", "library", "axioms"), lambda count: count + 1, "proof-weakened"),
    (
        ("lean", "library", "unproved"),
        lambda items: [*items, items[0] | {"name": "Demo.z"}],
        "proof-weakened",
    ),
    (("project", "packs"), lambda packs: ["demo.others"], "project-changed"),
]


class TestBaseline:
    """What the gate asks of a certificate beside its baseline, and of the baseline."""

    @pytest.mark.parametrize(
        ("path", "change", "rule"),
        LOSSES,
        ids=[f"{rule} {named(path)}" for path, _, rule in LOSSES],
    )
    def test_what_is_weaker_fails_by_its_rule(self, path, change, rule):
        """Each by its own, in words that name what is lost."""
        failures = gate(replaced(path, change), [], baseline=BASELINE)
        assert rule in [failure.rule for failure in failures]
        assert all(failure.rule in RULES and failure.words for failure in failures)

    @pytest.mark.parametrize(
        ("path", "change"),
        [
            ((*TENSOR[:2], "evidence", 0, "cases"), lambda cases: cases + 1),
            ((*TENSOR[:2], "evidence"), lambda evidence: [*evidence, samples_more(evidence)]),
            ((*TENSOR[:2], "evidence", 2, "tolerance"), lambda bound: bound / 2),
            ((*TENSOR, "tensors", 0, "sha256"), lambda digest: "0" * 64),
            ((*TENSOR[:2], "code_sha256"), lambda digest: "0" * 64),
            ((*TENSOR[:2], "untied"), lambda untied: []),
            ((*TENSOR[:2], "recorded"), lambda recorded: []),
            (("claims", 2), lambda claim: claim | {"no_theorem": "why"}),
            (("claims", 0, "proof", "axioms"), lambda names: []),
            (("claims", 0, "proof", "unused"), lambda names: []),
            (("claims", 0, "proof", "line"), lambda line: 7),
            (("policy", "allowed_axioms"), lambda names: []),
            (("policy",), lambda policy: policy | {"further_axioms": {"D.t": ["propext"]}}),
            (("lean", "replayed"), lambda count: count + 1),
            (("lean", "library", "theorems"), lambda count: count - 1),
            (("lean", "library", "unproved"), lambda items: []),
            (("proofs", "sha256"), lambda digest: "0" * 64),
        ],
        ids=lambda value: named(value) if isinstance(value, tuple) else "",
    )
    def test_what_is_no_weaker_passes(self, path, change):
        """More evidence, fewer axioms, other code, other activations, another line."""
        failures = gate(replaced(path, change), [], baseline=BASELINE)
        assert [failure for failure in failures if failure.rule in RULE_LOSSES] == []

    def test_a_digest_in_a_domain_is_not_what_it_is_about(self):
        """Conformance names the file that the kernel decided, which holds activations: its digest
        differs from one kind of processor to another.
        """
        path = (*TENSOR[:2], "evidence", 3, "domain")
        one, two = (replaced(path, lambda _, n=n: f"rows, theorems SHA-256 {n * 64}") for n in "ab")
        (change,) = compare(one, two)
        assert (change.kind, change.loss) == ("evidence", False)

    @pytest.mark.parametrize(
        ("baseline", "rule"),
        [
            ({}, "baseline-invalid"),
            ("not JSON", "baseline-invalid"),
            ([CERTIFICATE], "baseline-invalid"),
            (CERTIFICATE | {"digest": "0" * 64}, "baseline-digest"),
            (samples.sealed([]), "baseline-empty"),
            (samples.sealed([samples.sample_records()[0]] * 2), "baseline-duplicate"),
            (resealed(("claims", 0, "tier"), "none"), "baseline-invalid"),
            (resealed(("summary", "claims"), 0), "baseline-invalid"),
        ],
    )
    def test_a_baseline_that_is_none(self, baseline, rule):
        """Nothing can be compared with it, so the gate fails, by a rule of its own."""
        assert rule in [failure.rule for failure in gate(CERTIFICATE, [], baseline=baseline)]


FAILURES = gate(
    without("relu.open"),
    [Finding("digest", "digest", "a <b>&\x00 | `c`")],
    least="gold",
    baseline=CERTIFICATE,
)


class TestFormats:
    def test_junit_has_a_case_for_each_claim(self):
        """It is XML whatever the words are, and counts what failed."""
        suite = ElementTree.fromstring(ci.junit(without("relu.open"), FAILURES))
        cases = {case.get("name"): case for case in suite}
        assert set(cases) == {"the certificate", "relu.extensive", "relu.identity", "relu.open"}
        assert {name for name, case in cases.items() if len(case)} == {
            "the certificate",
            "relu.extensive",
            "relu.open",
        }
        assert suite.get("tests") == "4" and suite.get("failures") == "3"

    def test_sarif_points_at_the_theorem(self):
        """Stable rules and fingerprints; the location is the Lean file and line, or the
        certificate.
        """
        log = ci.sarif(without("relu.open"), FAILURES, "certificates/demo.json")
        (run,) = log["runs"]
        assert log["version"] == "2.1.0" and [
            rule["id"] for rule in run["tool"]["driver"]["rules"]
        ] == list(RULES)
        places = {
            result["ruleId"]: result["locations"][0]["physicalLocation"]
            for result in run["results"]
        }
        assert places["tier-below-minimum"] == {
            "artifactLocation": {"uri": "Demo/Relu.lean", "uriBaseId": "%SRCROOT%"},
            "region": {"startLine": 1},
        }
        assert places["claim-lost"]["artifactLocation"]["uri"] == "certificates/demo.json"
        again = ci.sarif(CERTIFICATE, FAILURES, "elsewhere.json")["runs"][0]["results"]
        prints = [result["partialFingerprints"] for result in run["results"]]
        assert prints == [result["partialFingerprints"] for result in again]
        assert len({str(one) for one in prints}) == len(prints)
        assert all(
            run["tool"]["driver"]["rules"][result["ruleIndex"]]["id"] == result["ruleId"]
            for result in run["results"]
        )

    def test_markdown_keeps_text_text(self):
        """Bars and tags in words do not break the table."""
        table = ci.markdown_summary(CERTIFICATE, FAILURES)
        assert "\\<b\\>" in table and "\\|" in table and "failed" in table
        assert "passed" in ci.markdown_summary(CERTIFICATE, [])

    def test_badge(self):
        """Counts when it passes; red when it does not."""
        assert ci.badge(CERTIFICATE, []) == {
            "schemaVersion": 1,
            "label": "claims",
            "color": "brightgreen",
            "message": "1 proved, 1 refuted of 3",
        }
        assert ci.badge(CERTIFICATE, FAILURES)["color"] == "red"
