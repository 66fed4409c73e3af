"""The gate of a CI: whether a certificate checks, each claim stands where it must, and nothing was
lost since a baseline.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from pyharness.certificate.check import contradictions, tiers_if_signed
from pyharness.certificate.diff import compare
from pyharness.certificate.findings import Finding
from pyharness.certificate.schema import violations
from pyharness.certificate.tiers import meets
from pyharness.project.pack import Tier

__all__ = ["LOSSES", "RULES", "Failure", "gate"]

RULES: Mapping[str, str] = {
    "certificate-invalid": "The certificate does not check: its form, its digest or its own figures contradict it.",
    "tier-unmet": "A claim does not have the tier that is required of it, or proof and evidence contradict each other.",
    "tier-below-minimum": "A claim that is not refuted is below the least tier that the gate lets through.",
    "claim-lost": "A claim of the baseline is gone.",
    "tier-lowered": "A claim has a lower tier than in the baseline.",
    "answer-changed": "A claim is refuted and was not in the baseline, or the reverse, or its proof has another status.",
    "statement-changed": "A claim, or the theorem that stands for it, says something else than in the baseline.",
    "requirement-changed": "Another tier is required of a claim than in the baseline.",
    "proof-weakened": "Less vouches for a proof than in the baseline: a pin, a replay, a kernel, an example, an axiom less.",
    "axioms-widened": "Proofs may rest on an axiom that the baseline does not allow.",
    "lean-changed": "Another Lean, or another build of it, was asked than in the baseline.",
    "foundation-changed": "A module of the foundation, which the policy trusts, is not that of the baseline.",
    "sources-changed": "A module of the library is new, gone, or other than in the baseline.",
    "definitions-changed": "A definition under the claims' theorems is new, gone, or other than in the baseline.",
    "project-changed": "The project has another name, Lean root or claim packs than in the baseline.",
    "conformance-reduced": "Less of what evidence computes with was compared with Lean than in the baseline.",
    "evidence-reduced": "A claim has less evidence than in the baseline: fewer cases, tensors or figures, or a wider tolerance.",
    "seed-changed": "Evidence was drawn with another seed than in the baseline.",
    "baseline-invalid": "The baseline is no certificate, or contradicts itself.",
    "baseline-digest": "The baseline's content has another digest than it states.",
    "baseline-duplicate": "The baseline has two claims of one id.",
    "baseline-empty": "The baseline has no claims, so that nothing could be lost.",
}
"""Each reason for which the gate fails, by the id that reports give it, which does not change."""

_BY_CHANGE = {
    "lost": "claim-lost",
    "lowered": "tier-lowered",
    "status": "answer-changed",
    "statement": "statement-changed",
    "requirement": "requirement-changed",
    "proof": "proof-weakened",
    "axioms": "axioms-widened",
    "lean": "lean-changed",
    "foundation": "foundation-changed",
    "sources": "sources-changed",
    "definitions": "definitions-changed",
    "project": "project-changed",
    "conformance": "conformance-reduced",
    "fewer": "evidence-reduced",
    "seed": "seed-changed",
}
"""The rule that each kind of loss breaks."""

LOSSES = frozenset(_BY_CHANGE.values())
"""The rules that an intended change may break; it is accepted by making the new certificate the
baseline."""

_BY_FINDING = {"digest": "baseline-digest", "claim-duplicate": "baseline-duplicate"}


@dataclass(frozen=True)
class Failure:
    """One reason against a certificate.

    Attributes:
        rule: a key of `RULES`.
        claim: the claim's id; "" where it is of the whole certificate.
        words: what is wrong.
    """

    rule: str
    claim: str
    words: str


def gate(
    certificate: Mapping[str, Any],
    findings: Sequence[Finding],
    *,
    least: Tier = "none",
    baseline: Any = None,
    signed: bool = False,
) -> list[Failure]:
    """Return every reason against a certificate; nothing if it passes.

    Args:
        certificate: it follows the schema.
        findings: what `check` has against it.
        least: the least tier of a claim; one that is refuted, as it is required to be, passes
            whatever this is.
        baseline: a certificate of which nothing may be lost; any JSON value, judged first.
        signed: whether a signature of the certificate was checked, which may make a claim platinum.
    """
    tiers = (
        tiers_if_signed(certificate)
        if signed
        else {claim["id"]: claim["tier"] for claim in certificate["claims"]}
    )
    # What the check says of tiers that are not met is said claim by claim below.
    unmet = {
        claim["id"]
        for claim in certificate["claims"]
        if claim["conflict"] or not meets(tiers[claim["id"]], claim["required_tier"])
    }
    failures = [
        Failure("certificate-invalid", "", str(finding))
        for finding in findings
        if not (finding.code in ("conflict", "tier-unmet") and finding.claim in unmet)
    ]
    for claim in certificate["claims"]:
        if claim["conflict"]:
            failures.append(
                Failure(
                    "tier-unmet",
                    claim["id"],
                    f"proof and evidence are in conflict: {claim['conflict']}",
                )
            )
        elif claim["id"] in unmet:
            failures.append(
                Failure(
                    "tier-unmet",
                    claim["id"],
                    f"its tier is {tiers[claim['id']]}; {claim['required_tier']} is required",
                )
            )
        elif claim["tier"] != "refuted" and not meets(tiers[claim["id"]], least):
            needs = (
                f"; for {claim['next']['tier']} it needs {'; '.join(claim['next']['needs'])}"
                if claim["next"]
                else ""
            )
            if "no_theorem" in claim:
                needs += f"; it has no theorem: {claim['no_theorem']}"
            failures.append(
                Failure(
                    "tier-below-minimum",
                    claim["id"],
                    f"its tier is {tiers[claim['id']]}, and {least} is the least{needs}",
                )
            )
    if baseline is None:
        return failures
    if faults := violations(baseline):
        reasons = "; ".join(f"{where}: {reason}" for where, reason in faults[:3])
        return [*failures, Failure("baseline-invalid", "", f"it is no certificate: {reasons}")]
    return [*failures, *_unsound(baseline), *_losses(baseline, certificate)]


def _unsound(baseline: Mapping[str, Any]) -> Iterator[Failure]:
    """Yield why nothing can be compared with a baseline."""
    if not baseline["claims"]:
        yield Failure("baseline-empty", "", "the baseline has no claims")
    for finding in contradictions(baseline):
        rule = _BY_FINDING.get(finding.code, "baseline-invalid")
        yield Failure(rule, "", f"the baseline: {finding}")


def _losses(baseline: Mapping[str, Any], certificate: Mapping[str, Any]) -> Iterator[Failure]:
    for change in compare(baseline, certificate):
        if change.loss:
            yield Failure(_BY_CHANGE[change.kind], change.claim, change.words)
