"""What a check of a certificate has against it: each reason with a code that programs can rely
on.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

__all__ = ["CODES", "Finding"]

CODES: Mapping[str, str] = {
    # The certificate by itself
    "schema": "The certificate does not follow its schema.",
    "digest": "The certificate's content has another digest than it states.",
    "file-form": "The content is as it was sealed; the file's spacing, order or spelling is not.",
    "summary": "A figure of the summary does not follow from the claims.",
    "statement": "What is said of a statement does not follow from its readings.",
    "coverage": "A passage names a claim that is not there, or not why none settles it.",
    "names-unsorted": "Names are not sorted and distinct.",
    "definition": "A definition contradicts the rest of the certificate.",
    "policy": "Axioms are allowed to a theorem or definition that the certificate lacks.",
    "library": "What is said of the whole Lean library contradicts itself or the claims.",
    "claim-duplicate": "Two claims have the same id.",
    "proof": "What is said of a proof contradicts itself or the rest of the certificate.",
    "evidence": "Evidence contradicts itself.",
    "evidence-moved": "Evidence was gathered for another claim, or by other code than the claim names.",
    "ruling": "A verdict, tier, conflict or next tier does not follow from proof and evidence.",
    "conflict": "A claim's proof and evidence contradict each other.",
    "tier-unmet": "A claim does not have the tier that is required of it.",
    # Against what it names
    "proofs": "The file of the proofs is missing, was changed, or lacks a theorem that a claim names.",
    "pins": "What is said of a statement, or of the foundation, is not what was pinned.",
    "recorded": "What is said of a record contradicts itself, the evidence or the record.",
    "record-unreadable": "A record that the certificate names is missing or cannot be used.",
    "module-unreadable": "A Lean file that the certificate names is missing or cannot be read.",
    "module-changed": "A Lean file has other bytes than the certificate names.",
    "tensor-missing": "A tensor that the certificate names is in none of the files.",
    "tensor-changed": "A tensor has another digest, shape or dtype than the certificate names.",
    "second-kernel": "The second kernel does not accept the proofs, or reads something else there.",
    "signature": "The signature is not one of this certificate by this key.",
    "rerun": "A new run finds something else.",
}
"""Each kind of reason against a certificate, by its code. Codes do not change."""


@dataclass(frozen=True)
class Finding:
    """One reason why a certificate does not check.

    Attributes:
        code: what kind of reason it is: a key of `CODES`.
        where: where in the certificate it is, for a reader.
        reason: what is wrong, in words.
        claim: the id of the claim that it is about; None if it is about no single claim.
    """

    code: str
    where: str
    reason: str
    claim: str | None = None

    def __post_init__(self) -> None:
        if self.code not in CODES:
            raise ValueError(f"no code {self.code!r}; there are {', '.join(CODES)}")

    def __str__(self) -> str:
        return f"{self.where}: {self.reason}"
