"""Evidence that other machines recorded: read from beside a certificate, and held against the
evidence here.

A record lies in the folder `evidence` beside the certificate and is matched claim by claim and
domain by domain, on equal tensors by their digests, if the code that gathered it is the code that
is here. What cannot be matched adds nothing; what is matched and differs is an error.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from pyharness.certificate.schema import RECORDED, require
from pyharness.core.errors import EXIT_UNMET, DocumentError, HarnessError
from pyharness.core.json_files import digest, parse, read_bytes
from pyharness.evidence import Evidence
from pyharness.evidence.rounding import disagreement

__all__ = [
    "FOLDER",
    "Contradiction",
    "Recording",
    "hold_against",
    "in_words",
    "read_recording",
    "read_recordings",
    "record_digest",
]

FOLDER = "evidence"
"""The folder of records, in that of the certificate."""


class Contradiction(HarnessError):
    """Two machines found different things of the same tensors with the same code."""

    exit_code = EXIT_UNMET


@dataclass(frozen=True)
class Recording:
    """A record, which fits its schema.

    Attributes:
        file: where it lies, as a path from the certificate's folder.
        content: what it says.
    """

    file: str
    content: Mapping[str, Any]


def record_digest(content: Mapping[str, Any]) -> str:
    """Return the digest of a record: of all but itself and the timings."""
    return digest(content, without=("digest", "timings"))


def read_recordings(certificate: Path) -> list[Recording]:
    """Return every record beside a certificate, in the order of their names; none if there is no
    folder of them.

    Raises:
        DocumentError: as `read_recording`.
    """
    return [
        read_recording(certificate.parent, f"{FOLDER}/{path.name}")
        for path in sorted((certificate.parent / FOLDER).glob("*.json"))
    ]


def read_recording(folder: Path, file: str) -> Recording:
    """Read a record.

    Args:
        folder: the certificate's.
        file: a path from there.

    Raises:
        DocumentError: if it cannot be read, does not fit its schema, was changed since it was
            recorded, or contradicts itself.
    """
    try:
        content = require(parse(read_bytes(folder / file)), RECORDED)
        if (found := record_digest(content)) != content["digest"]:
            raise DocumentError(
                f"its digest is {found}, not {content['digest']}: it was changed after it was recorded"
            )
        ids = [claim["id"] for claim in content["claims"]]
        if len(set(ids)) < len(ids):
            raise DocumentError("it has a claim twice")
        for claim in content["claims"]:
            for evidence in claim["evidence"]:
                Evidence.from_json(evidence)
                for field, value in (("claim", claim["id"]), ("code_sha256", claim["code_sha256"])):
                    if evidence.get(field, value) != value:
                        raise DocumentError(
                            f"claim {claim['id']} has evidence of the {field} {evidence[field]}, not {value}"
                        )
    except (DocumentError, ValueError) as error:
        raise DocumentError(
            f"the record {folder / file} cannot be used: {error}; record it again, or remove it"
        ) from error
    return Recording(file, content)


def hold_against(
    id: str,
    evidence: Sequence[Mapping[str, Any]],
    recordings: Sequence[Recording],
    *,
    code_sha256: str | None,
) -> list[dict[str, Any]]:
    """Return what a certificate says of the records of a claim.

    Args:
        id: the claim's.
        evidence: what was found here, as `Evidence.as_json` gives it.
        recordings: the records.
        code_sha256: the digest of the code that gathers it here; None to believe each record that
            it is the same.

    Raises:
        Contradiction: if a record that is not stale says something else of equal tensors, or
            refutes on a domain of its own what the evidence here does not.
    """
    return [
        _held(id, evidence, recording, claim, code_sha256)
        for recording in recordings
        for claim in recording.content["claims"]
        if claim["id"] == id
    ]


def in_words(record: Mapping[str, Any], count: int) -> str:
    """Say what a certificate has of a record of a claim with so many pieces of evidence."""
    head = f"{record['name']} ({record['device']}), {record['file']}"
    if record["stale"]:
        return f"{head}: stale, since the code that gathers the evidence has changed; nothing of it counts"
    agrees = record["agrees"]
    if len(agrees) == count:
        return f"{head}: all evidence was found again"
    found = (
        f"evidence {', '.join(map(str, agrees))} was found again"
        if agrees
        else "nothing was found again"
    )
    return (
        f"{head}: {found}; the rest is not in it, on other tensors, or not computed on that device"
    )


def _held(
    id: str,
    evidence: Sequence[Mapping[str, Any]],
    recording: Recording,
    claim: Mapping[str, Any],
    code_sha256: str | None,
) -> dict[str, Any]:
    device = recording.content["device"]
    found: dict[str, Any] = {
        "file": recording.file,
        "digest": recording.content["digest"],
        "device": device["type"],
        "name": device["name"],
        "stale": code_sha256 not in (None, claim["code_sha256"]),
        "agrees": [],
        "elsewhere": [],
    }
    if found["stale"]:
        return found
    theirs: dict[tuple[Any, ...], list[Mapping[str, Any]]] = {}
    for piece in claim["evidence"]:
        theirs.setdefault(_domain(piece), []).append(piece)
    for place, ours in enumerate(evidence, 1):
        matching = theirs.get(_domain(ours), [])
        same = next((piece for piece in matching if _tensors(piece) == _tensors(ours)), None)
        if same is None:
            continue
        matching.remove(same)
        if difference := disagreement(ours, same):
            raise _contradiction(id, ours, recording, difference)
        # A GPU's record also holds what only a CPU computes.
        if same["device"] == device["type"]:
            found["agrees"].append(place)
    here = {_domain(ours) for ours in evidence}
    found["elsewhere"] = [
        piece for domain, pieces in theirs.items() if domain not in here for piece in pieces
    ]
    for piece in found["elsewhere"]:
        if piece["outcome"] == "refuted" and not any(
            ours["outcome"] == "refuted" for ours in evidence
        ):
            raise _contradiction(
                id, piece, recording, "it refutes the claim there, and nothing refutes it here"
            )
    return found


def _contradiction(
    id: str, evidence: Mapping[str, Any], recording: Recording, difference: str
) -> Contradiction:
    return Contradiction(
        f"claim {id}: what {recording.content['device']['name']} recorded in {recording.file} contradicts what was found here "
        f"on: {evidence['domain']}\n  {difference}\nOne of the two machines computed wrongly, or the record is not what it says; "
        f"to go on without it, remove it"
    )


def _domain(evidence: Mapping[str, Any]) -> tuple[Any, ...]:
    return evidence["kind"], evidence["definition"], evidence["domain"], evidence["seed"]


def _tensors(evidence: Mapping[str, Any]) -> list[tuple[str, str]]:
    return [(tensor["name"], tensor["sha256"]) for tensor in evidence["tensors"]]
