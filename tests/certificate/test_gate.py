"""Differences between certificates, the gate, and what a CI reads of it."""

from __future__ import annotations

import copy
from dataclasses import replace
from xml.etree import ElementTree

import pytest

from pyharness.certificate.diff import compare
from pyharness.certificate.findings import Finding
from pyharness.certificate.gate import RULES, gate
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


class TestCompare:
    def test_nothing_differs_from_itself(self):
        """Equal certificates have no differences."""
        assert compare(CERTIFICATE, copy.deepcopy(CERTIFICATE)) == []

    @pytest.mark.parametrize("kind", CHANGES)
    def test_a_loss_is_said(self, kind):
        """Each way in which a claim can become less, or another, is named and counts as a loss."""
        (change,) = compare(CERTIFICATE, changed(CHANGES[kind][0]))
        assert change.kind == kind and change.loss

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
        (found,) = compare(
            CERTIFICATE,
            changed(lambda claims: claims["relu.extensive"]["proof"].update(rechecked=False)),
        )
        assert found.loss and "two kernels agreed on its proof" in found.words
        assert (
            compare(
                changed(lambda claims: claims["relu.extensive"]["proof"].update(rechecked=False)),
                CERTIFICATE,
            )
            == []
        )

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
        """Both are said, neither is a loss by itself: tiers tell."""

        def change(claims):
            del claims["relu.extensive"]["evidence"][0]
            claims["relu.open"]["evidence"][0]["cases"] = 7

        found = compare(CERTIFICATE, changed(change))
        assert [one.kind for one in found] == ["evidence", "evidence"] and not any(
            one.loss for one in found
        )


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
