"""The rule of the tiers: what a proof status and evidence make of a claim, and what its next tier
asks for.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Literal

from pyharness.evidence import Outcome
from pyharness.project.pack import Tier

__all__ = [
    "Facts",
    "ProofStatus",
    "Ruling",
    "Standing",
    "holds",
    "is_false",
    "meets",
    "on_a_gpu",
    "proof_status",
    "rule",
    "standing",
    "verdict",
]

ProofStatus = Literal["proved", "sorry", "axiom", "stub", "open", "refuted"]
Standing = Literal["confirmed", "depends", "refuted", "inconclusive"]
"""What the readings of a statement together say."""

SORRY = "sorryAx"
"""The axiom that `sorry` leaves behind; no policy can allow it."""


@dataclass(frozen=True)
class Facts:
    """All that the tier of one claim depends on.

    Attributes:
        status: the proof status; "refuted" when the negation is proved.
        axioms_allowed: the proof rests on allowed axioms only, and on no `sorry`.
        pinned: the statement, with all definitions under it, is as it was pinned.
        replayed: Lean's kernel, or for an export one of its checkers, checked again all that the
            theorem rests on.
        rechecked: a second kernel did too, and agrees on what is stated and on which axioms it
            rests.
        example: an example shows that the hypotheses can hold.
        verdict: what all the evidence together says.
        tested: some evidence other than conformance confirms the claim.
        covered: some confirming evidence is exhaustive, or read the tensors of a real model.
        conforms: what the conformance evidence says; "inconclusive" when there is none.
        tied: every function that the evidence computes with is tied to a Lean definition by
            conformance.
        reproduced: all the evidence was found again on a GPU.
        signed: the certificate carries a signature.
        instance: the evidence is about one instance, of which the theorem says what holds if it is
            right.
        no_theorem: the claim says why no theorem states it.
    """

    status: ProofStatus
    axioms_allowed: bool
    pinned: bool
    replayed: bool
    rechecked: bool
    example: bool
    verdict: Outcome
    tested: bool
    covered: bool
    conforms: Outcome
    tied: bool
    reproduced: bool = False
    signed: bool = False
    instance: bool = False
    no_theorem: bool = False

    @classmethod
    def of(cls, claim: Mapping[str, Any], allowed_axioms: Iterable[str]) -> Facts:
        """Read the facts from a claim of a certificate. Nothing inside a certificate makes it
        signed.
        """
        proof, evidence = claim["proof"], claim["evidence"]
        confirmed = [item for item in evidence if item["outcome"] == "confirmed"]
        return cls(
            status=proof["status"],
            axioms_allowed=set(proof["axioms"]) <= set(allowed_axioms) - {SORRY},
            pinned=proof["pinned"] and proof["statement_sha256"] is not None,
            replayed=proof["replayed"],
            rechecked=proof["rechecked"],
            example=proof["example"] is not None,
            verdict=verdict(item["outcome"] for item in evidence),
            tested=any(item["kind"] != "conformance" for item in confirmed),
            covered=any(
                item["kind"] == "exhaustive" or (item["kind"] == "model" and item["tensors"])
                for item in confirmed
            ),
            conforms=verdict(item["outcome"] for item in evidence if item["kind"] == "conformance"),
            tied=not claim["untied"],
            instance="instance" in claim,
            no_theorem="no_theorem" in claim,
            reproduced=bool(evidence) and on_a_gpu(claim) == set(range(1, len(evidence) + 1)),
        )


def axioms_of(policy: Mapping[str, Any], name: str | None) -> list[str]:
    """Return the axioms on which a theorem or definition may rest by a certificate's policy."""
    return [*policy["allowed_axioms"], *policy.get("further_axioms", {}).get(name, ())]


def on_a_gpu(claim: Mapping[str, Any]) -> set[int]:
    """Return the evidence of a claim of a certificate, by its place counted from 1, that was also
    found on a GPU.
    """
    return {
        place
        for record in claim["recorded"]
        if record["device"] == "cuda"
        for place in record["agrees"]
    }


@dataclass(frozen=True)
class _Need:
    words: str
    met: Callable[[Facts], bool]


_LADDER: tuple[tuple[Tier, tuple[_Need, ...]], ...] = (
    (
        "bronze",
        (_Need("evidence that confirms the claim", lambda facts: facts.verdict == "confirmed"),),
    ),
    (
        "silver",
        (
            _Need("a proved theorem that states the claim", lambda facts: facts.status == "proved"),
            _Need(
                "its statement recorded, with all definitions under it: pyharness pin",
                lambda facts: facts.pinned,
            ),
            _Need(
                "a proof on allowed axioms only, without sorry", lambda facts: facts.axioms_allowed
            ),
        ),
    ),
    (
        "gold",
        (
            _Need(
                "a replay of the proof through Lean's kernel; of an export, a checker that accepts "
                "it: list one under `checkers` in pyharness.toml",
                lambda facts: facts.replayed,
            ),
            _Need("a second kernel that agrees", lambda facts: facts.rechecked),
            _Need(
                "evidence that is exhaustive or covers a real model's tensors",
                lambda facts: facts.covered,
            ),
            _Need(
                "the kernel's word that Lean's definition agrees with what was measured",
                lambda facts: facts.conforms == "confirmed",
            ),
            _Need(
                "a tie to Lean of every function that the evidence computes with",
                lambda facts: facts.tied,
            ),
            _Need("an example in Lean that the hypotheses can hold", lambda facts: facts.example),
        ),
    ),
    (
        "platinum",
        (
            _Need("the evidence reproduced on a GPU", lambda facts: facts.reproduced),
            _Need("a signature", lambda facts: facts.signed),
        ),
    ),
)
"""What each tier asks for, on top of the tier before it."""

_ORDER: tuple[Tier, ...] = ("none", *(tier for tier, _ in _LADDER))


@dataclass(frozen=True)
class Ruling:
    """Where a claim stands.

    Attributes:
        tier: the tier reached.
        conflict: how proof and evidence contradict each other, or None; a claim in conflict has
            tier "none".
        next: the next tier, or None when there is none to reach; a claim that says why it has no
            theorem can reach none after bronze.
        needs: what the next tier asks for that is missing.
    """

    tier: Tier
    conflict: str | None = None
    next: Tier | None = None
    needs: tuple[str, ...] = ()


def proof_status(status: ProofStatus, *, negates: bool) -> ProofStatus:
    """Return a claim's proof status from its theorem's: a proof of the negation refutes the claim.

    Example:
        >>> proof_status("proved", negates=True), proof_status("sorry", negates=True)
        ('refuted', 'sorry')
    """
    return "refuted" if negates and status == "proved" else status


def verdict(outcomes: Iterable[Outcome]) -> Outcome:
    """Return what several pieces of evidence say together.

    One refutation is enough; without one, a claim is confirmed only if there is evidence and all of
    it confirms.
    """
    seen = set(outcomes)
    if "refuted" in seen:
        return "refuted"
    return "confirmed" if seen == {"confirmed"} else "inconclusive"


def rule(facts: Facts) -> Ruling:
    """Return the tier of a claim, with the conflict that denies it one or with what the next tier
    asks for.
    """
    proved = facts.status == "proved" and facts.axioms_allowed
    disproved = facts.status == "refuted" and facts.axioms_allowed
    if facts.conforms == "refuted":
        return Ruling("none", "Lean's definition computes something else than what was measured")
    if proved and facts.verdict == "refuted" and not facts.instance:
        return Ruling(
            "none",
            "the theorem is proved, yet evidence refutes the claim: they do not say the same",
        )
    if disproved and facts.verdict == "confirmed" and facts.tested:
        return Ruling("none", "the negation is proved, yet all the evidence confirms the claim")
    if disproved or facts.verdict == "refuted":
        return Ruling("refuted")
    reached: Tier = "none"
    for tier, needs in _LADDER:
        missing = tuple(need.words for need in needs if not need.met(facts))
        if missing and facts.no_theorem and reached != "none":
            # From silver on each tier asks for a theorem.
            return Ruling(reached)
        if missing:
            return Ruling(reached, next=tier, needs=missing)
        reached = tier
    return Ruling(reached)


def holds(claim: Mapping[str, Any]) -> bool:
    """Whether a claim of a certificate is confirmed, and nothing speaks against it."""
    return bool(
        claim["verdict"] == "confirmed" and claim["tier"] != "refuted" and not claim["conflict"]
    )


def is_false(claim: Mapping[str, Any], certificate: Mapping[str, Any]) -> bool:
    """Whether a claim of a certificate is refuted, and no other reading of it is left."""
    standings = {item["id"]: item["verdict"] for item in certificate.get("statements", ())}
    return bool(
        claim["tier"] == "refuted"
        and standings.get(claim.get("reading_of"), "refuted") == "refuted"
    )


def standing(readings: Sequence[Mapping[str, Any]]) -> Standing:
    """Return what the readings of a statement, claims of a certificate, together say.

    It is refuted only if every reading is. Where some hold and others do not, it depends on the
    reading.
    """
    held = [holds(claim) for claim in readings]
    if all(held):
        return "confirmed"
    if any(held):
        return "depends"
    refuted = all(claim["tier"] == "refuted" for claim in readings)
    return "refuted" if refuted else "inconclusive"


def meets(tier: Tier, required: Tier) -> bool:
    """Whether a claim of this tier has the tier required of it.

    The tiers are ordered from "none" to "platinum". "refuted" stands apart: it meets only itself,
    and nothing else meets it.
    """
    if "refuted" in (tier, required):
        return tier == required
    return _ORDER.index(tier) >= _ORDER.index(required)
