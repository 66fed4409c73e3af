"""The rule of the tiers, over every combination of facts."""

from __future__ import annotations

import itertools
from dataclasses import fields, replace
from typing import Any, get_args

import pytest

from pyharness.certificate.tiers import (
    Facts,
    ProofStatus,
    Ruling,
    axioms_of,
    is_false,
    meets,
    proof_status,
    rule,
    standing,
    verdict,
)
from pyharness.evidence import Evidence, Outcome
from pyharness.project.pack import Tier
from tests.certificate_samples import AGREES, FLOATS, LAYERS, SWEEP, proof, record, sealed

PROVED = Facts(
    status="proved",
    axioms_allowed=True,
    pinned=True,
    replayed=False,
    rechecked=False,
    example=False,
    verdict="confirmed",
    tested=True,
    covered=False,
    conforms="inconclusive",
    tied=False,
)
GOLD = replace(
    PROVED,
    replayed=True,
    rechecked=True,
    example=True,
    covered=True,
    conforms="confirmed",
    tied=True,
)
ORDER = ("none", "bronze", "silver", "gold", "platinum")

VALUES = {
    "status": get_args(ProofStatus),
    "verdict": get_args(Outcome),
    "conforms": get_args(Outcome),
}
EVERYTHING = [
    Facts(**dict(zip([field.name for field in fields(Facts)], values, strict=True)))
    for values in itertools.product(
        *(VALUES.get(field.name, (False, True)) for field in fields(Facts))
    )
]


class TestProofStatus:
    @pytest.mark.parametrize("status", get_args(ProofStatus))
    def test_of_the_claim_itself(self, status: ProofStatus) -> None:
        """A theorem that states the claim passes its status on."""
        assert proof_status(status, negates=False) == status

    @pytest.mark.parametrize(
        ("status", "claim"),
        [("proved", "refuted"), ("sorry", "sorry"), ("axiom", "axiom"), ("stub", "stub")],
    )
    def test_of_its_negation(self, status: ProofStatus, claim: ProofStatus) -> None:
        """Only a proof of the negation refutes the claim; a negation left to sorry settles
        nothing.
        """
        assert proof_status(status, negates=True) == claim


class TestVerdict:
    @pytest.mark.parametrize(
        ("outcomes", "together"),
        [
            ([], "inconclusive"),
            (["confirmed"], "confirmed"),
            (["confirmed", "confirmed"], "confirmed"),
            (["confirmed", "inconclusive"], "inconclusive"),
            (["confirmed", "inconclusive", "refuted"], "refuted"),
            (["refuted"], "refuted"),
        ],
    )
    def test_of_several_outcomes(self, outcomes: list[Outcome], together: Outcome) -> None:
        """One refutation refutes, and only evidence that confirms throughout confirms."""
        assert verdict(iter(outcomes)) == together


class TestFacts:
    def claim(self, *evidence: Evidence) -> dict[str, Any]:
        return sealed([record("a.b", "none", evidence, proof())])["claims"][0]

    def test_axioms(self) -> None:
        """Axioms are allowed by the policy's list, and sorry by none."""
        claim = self.claim(SWEEP)
        assert Facts.of(claim, ["propext", "Quot.sound"]).axioms_allowed
        assert not Facts.of(claim, ["Quot.sound"]).axioms_allowed
        policy = {
            "allowed_axioms": ["Quot.sound"],
            "further_axioms": {"Demo.extensive": ["propext"]},
        }
        assert claim["proof"]["theorem"] == "Demo.extensive"
        assert Facts.of(claim, axioms_of(policy, "Demo.extensive")).axioms_allowed
        assert not Facts.of(claim, axioms_of(policy, "Demo.other")).axioms_allowed
        claim["proof"]["axioms"] = ["sorryAx"]
        assert not Facts.of(claim, ["sorryAx"]).axioms_allowed

    @pytest.mark.parametrize(
        ("evidence", "covered"),
        [
            ([SWEEP], True),
            ([LAYERS], True),
            ([FLOATS, SWEEP], True),
            ([replace(LAYERS, tensors=())], False),
            ([FLOATS], False),
        ],
    )
    def test_covered(self, evidence: list[Evidence], covered: bool) -> None:
        """A sweep covers its domain and a model's named tensors cover the model; draws cover
        nothing.
        """
        assert Facts.of(self.claim(*evidence), []).covered is covered

    def test_conformance(self) -> None:
        """Conformance is told apart from tests of the claim."""
        facts = Facts.of(self.claim(AGREES), [])
        assert (facts.tested, facts.conforms, facts.verdict) == (False, "confirmed", "confirmed")
        facts = Facts.of(self.claim(SWEEP), [])
        assert (facts.tested, facts.conforms, facts.verdict) == (True, "inconclusive", "confirmed")

    def test_proof(self) -> None:
        """Pinned, replayed, rechecked and exemplified are what the proof says; a claim with a loose
        function is not tied.
        """
        claim = sealed(
            [
                record(
                    "a.b",
                    "none",
                    [SWEEP],
                    proof(example="Demo.extensive_example"),
                    untied=["demo.ops:loose"],
                )
            ]
        )
        facts = Facts.of(claim["claims"][0], [])
        assert (
            facts.pinned and facts.replayed and facts.rechecked and facts.example and not facts.tied
        )
        facts = Facts.of(sealed([record("a.b", "none", [SWEEP])])["claims"][0], [])
        assert (
            not (facts.pinned or facts.replayed or facts.rechecked or facts.example) and facts.tied
        )

    def test_not_reproduced_nor_signed(self) -> None:
        """Nothing that a certificate says of itself makes it reproduced or signed."""
        facts = Facts.of(self.claim(SWEEP), [])
        assert not facts.reproduced and not facts.signed


class TestRule:
    @pytest.mark.parametrize("status", ["open", "sorry", "axiom", "stub"])
    def test_bronze_without_a_proof(self, status: ProofStatus) -> None:
        """Evidence that confirms is bronze, however much else is there."""
        assert rule(replace(GOLD, status=status)).tier == "bronze"

    @pytest.mark.parametrize("status", ["open", "sorry", "axiom", "stub"])
    def test_nothing_after_bronze_without_a_theorem(self, status: ProofStatus) -> None:
        """A claim that says why it has no theorem is not advised to have one proved; the evidence
        that it lacks is asked for all the same.
        """
        facts = replace(GOLD, status=status, no_theorem=True)
        assert rule(facts) == Ruling("bronze")
        assert rule(replace(facts, no_theorem=False)).next == "silver"
        assert rule(replace(facts, verdict="inconclusive")).next == "bronze"

    def test_silver(self) -> None:
        """A pinned proof on allowed axioms with evidence that confirms is silver."""
        assert rule(PROVED).tier == "silver"

    @pytest.mark.parametrize("change", [{"axioms_allowed": False}, {"pinned": False}])
    def test_not_silver(self, change: dict) -> None:
        """A proof on other axioms, or of a statement that is not pinned, leaves the claim at
        bronze.
        """
        assert rule(replace(GOLD, **change)).tier == "bronze"

    @pytest.mark.parametrize("status", get_args(ProofStatus))
    def test_nothing_without_conclusive_evidence(self, status: ProofStatus) -> None:
        """A proof alone earns no tier; a proof of the negation does refute."""
        ruling = rule(replace(GOLD, status=status, verdict="inconclusive"))
        assert ruling.tier == ("refuted" if status == "refuted" else "none")

    def test_gold(self) -> None:
        """Replay, a second kernel, covering evidence, conformance and an example make gold."""
        assert rule(GOLD).tier == "gold"

    @pytest.mark.parametrize(
        "change",
        [
            {"replayed": False},
            {"rechecked": False},
            {"example": False},
            {"covered": False},
            {"conforms": "inconclusive"},
            {"tied": False},
        ],
    )
    def test_not_gold(self, change: dict) -> None:
        """Without any one of them the claim stays silver, and the ruling says which is missing."""
        ruling = rule(replace(GOLD, **change))
        assert (ruling.tier, ruling.next, len(ruling.needs)) == ("silver", "gold", 1)

    def test_platinum(self) -> None:
        """Reproduction and a signature make platinum, and there is nothing above it."""
        ruling = rule(replace(GOLD, reproduced=True, signed=True))
        assert (ruling.tier, ruling.next, ruling.needs) == ("platinum", None, ())

    @pytest.mark.parametrize("change", [{"reproduced": True}, {"signed": True}])
    def test_not_platinum(self, change: dict) -> None:
        """One of the two alone does not."""
        assert rule(replace(GOLD, **change)).tier == "gold"

    @pytest.mark.parametrize("status", ["open", "sorry", "axiom", "stub", "refuted"])
    def test_refuted_by_evidence(self, status: ProofStatus) -> None:
        """A witness refutes whatever is not proved."""
        assert rule(replace(PROVED, status=status, verdict="refuted")).tier == "refuted"

    def test_not_refuted_on_foreign_axioms(self) -> None:
        """A proof of the negation counts only on allowed axioms."""
        assert rule(replace(PROVED, status="refuted", axioms_allowed=False)).tier == "bronze"

    def test_conflict_of_proof_and_evidence(self) -> None:
        """A theorem with a counterexample has no tier, and the reason is given."""
        ruling = rule(replace(GOLD, verdict="refuted"))
        assert ruling.tier == "none" and "the theorem is proved, yet" in ruling.conflict

    def test_conflict_of_negation_and_evidence(self) -> None:
        """A refuted claim that all evidence confirms has no tier either."""
        ruling = rule(replace(PROVED, status="refuted"))
        assert ruling.tier == "none" and "the negation is proved, yet" in ruling.conflict

    def test_conformance_does_not_confirm_a_refuted_claim(self) -> None:
        """Where only conformance confirms, the definitions agree and the proof of the negation
        stands.
        """
        assert (
            rule(replace(PROVED, status="refuted", tested=False, conforms="confirmed")).tier
            == "refuted"
        )

    def test_conflict_of_definitions(self) -> None:
        """If the kernel computes something else than was measured, proof and evidence are about
        different things.
        """
        ruling = rule(replace(GOLD, conforms="refuted", verdict="refuted"))
        assert ruling.tier == "none" and "Lean's definition" in ruling.conflict

    def test_every_combination(self) -> None:
        """A conflict has no tier, a refutation no next one, and any other claim stands right below
        its next tier.
        """
        for facts in EVERYTHING:
            ruling = rule(facts)
            if ruling.conflict:
                assert (ruling.tier, ruling.next, ruling.needs) == ("none", None, ()), facts
            elif ruling.next:
                assert ORDER.index(ruling.next) == ORDER.index(ruling.tier) + 1 and ruling.needs, (
                    facts
                )
            elif facts.no_theorem and ruling.tier in ORDER[1:-1]:
                assert not ruling.needs, facts
            else:
                assert ruling.tier in ("refuted", "platinum") and not ruling.needs, facts

    def test_never_silver_without_its_grounds(self) -> None:
        """Nothing makes up for a missing proof, a foreign axiom or evidence that does not
        confirm.
        """
        for facts in EVERYTHING:
            if rule(facts).tier in ("silver", "gold", "platinum"):
                assert (facts.status, facts.verdict) == ("proved", "confirmed"), facts
                assert facts.axioms_allowed and facts.pinned, facts


class TestStanding:
    """What several readings together say."""

    HOLDS = {"verdict": "confirmed", "tier": "bronze", "conflict": None}
    FALSE = {"verdict": "refuted", "tier": "refuted", "conflict": None}
    DISPROVED = {"verdict": "confirmed", "tier": "refuted", "conflict": None}
    OPEN = {"verdict": "inconclusive", "tier": "none", "conflict": None}
    TORN = {"verdict": "confirmed", "tier": "none", "conflict": "they differ"}

    @pytest.mark.parametrize(
        ("readings", "together"),
        [
            ([HOLDS, HOLDS], "confirmed"),
            ([HOLDS, FALSE], "depends"),
            ([HOLDS, OPEN], "depends"),
            ([FALSE, DISPROVED], "refuted"),
            ([FALSE, OPEN], "inconclusive"),
            ([FALSE, TORN], "inconclusive"),
            ([OPEN, OPEN], "inconclusive"),
        ],
    )
    def test_of_readings(self, readings: list[dict[str, Any]], together: str) -> None:
        """It is refuted only if every reading is, and holds only if every reading does."""
        assert standing(readings) == together

    def test_what_is_false(self) -> None:
        """A refuted reading is false only where no other is left."""
        claims = [self.FALSE | {"id": "a", "reading_of": "s"}, self.FALSE | {"id": "b"}]
        for stands, expected in (("depends", [False, True]), ("refuted", [True, True])):
            certificate = {"claims": claims, "statements": [{"id": "s", "verdict": stands}]}
            assert [is_false(claim, certificate) for claim in claims] == expected


class TestMeets:
    @pytest.mark.parametrize(
        ("tier", "required"), list(itertools.product(get_args(Tier), repeat=2))
    )
    def test_order(self, tier: Tier, required: Tier) -> None:
        """A tier meets itself and those below; refuted meets itself alone."""
        expected = (
            tier == required
            if "refuted" in (tier, required)
            else ORDER.index(tier) >= ORDER.index(required)
        )
        assert meets(tier, required) is expected
