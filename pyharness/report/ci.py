"""What a CI reads of a gate: JUnit XML, SARIF 2.1.0, a summary in Markdown, and the JSON of a
badge.
"""

from __future__ import annotations

import hashlib
import re
from collections.abc import Mapping, Sequence
from typing import Any
from xml.etree import ElementTree

from pyharness import __version__
from pyharness.certificate.gate import RULES, Failure

__all__ = ["badge", "junit", "markdown_summary", "markdown_text", "sarif"]


def junit(certificate: Mapping[str, Any], failures: Sequence[Failure]) -> str:
    """Return JUnit XML: a test case for each claim, one for each that is gone, and one for the
    certificate as a whole.
    """
    names = [
        "",
        *dict.fromkeys(
            [claim["id"] for claim in certificate["claims"]]
            + [failure.claim for failure in failures if failure.claim]
        ),
    ]
    by_claim = {name: [failure for failure in failures if failure.claim == name] for name in names}
    suite = ElementTree.Element(
        "testsuite",
        name=_printable(certificate["project"]["name"]),
        tests=str(len(names)),
        failures=str(sum(map(bool, by_claim.values()))),
        errors="0",
        skipped="0",
    )
    for name, found in by_claim.items():
        case = ElementTree.SubElement(
            suite, "testcase", classname="pyharness", name=_printable(name or "the certificate")
        )
        for failure in found:
            element = ElementTree.SubElement(
                case, "failure", type=failure.rule, message=_printable(failure.words)
            )
            element.text = _printable(RULES[failure.rule])
    ElementTree.indent(suite)
    return ElementTree.tostring(suite, encoding="unicode", xml_declaration=True) + "\n"


def _printable(text: str) -> str:
    """Text without the characters that XML cannot hold."""
    return re.sub("[^\t\n\r\x20-\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]", "\ufffd", text)


def sarif(certificate: Mapping[str, Any], failures: Sequence[Failure], path: str) -> dict[str, Any]:
    """Return SARIF 2.1.0: a result for each failure, at the claim's theorem, or at the certificate
    where there is none.

    Args:
        certificate: it follows the schema.
        failures: what the gate found.
        path: the certificate's file, relative to the project, with forward slashes.
    """
    claims = {claim["id"]: claim for claim in certificate["claims"]}
    rules = list(RULES)
    return {
        "$schema": "https://docs.oasis-open.org/sarif/sarif/v2.1.0/errata01/os/schemas/sarif-schema-2.1.0.json",
        "version": "2.1.0",
        "runs": [
            {
                "tool": {
                    "driver": {
                        "name": "pyharness",
                        "version": __version__,
                        "rules": [
                            {
                                "id": rule,
                                "shortDescription": {"text": words},
                                "defaultConfiguration": {"level": "error"},
                            }
                            for rule, words in RULES.items()
                        ],
                    }
                },
                "columnKind": "unicodeCodePoints",
                "results": [
                    {
                        "ruleId": failure.rule,
                        "ruleIndex": rules.index(failure.rule),
                        "level": "error",
                        "message": {
                            "text": f"{failure.claim}: {failure.words}"
                            if failure.claim
                            else failure.words
                        },
                        "locations": [_location(claims.get(failure.claim), path)],
                        "partialFingerprints": {"claim/v1": _fingerprint(failure)},
                    }
                    for failure in failures
                ],
            }
        ],
    }


def _location(claim: Mapping[str, Any] | None, path: str) -> dict[str, Any]:
    file, line = (claim["proof"]["file"], claim["proof"]["line"]) if claim else (None, None)
    place: dict[str, Any] = {"artifactLocation": {"uri": file or path, "uriBaseId": "%SRCROOT%"}}
    return {"physicalLocation": place | ({"region": {"startLine": line}} if file and line else {})}


def _fingerprint(failure: Failure) -> str:
    """The same for the same rule and claim, so that a failure keeps its history; by its words where
    it has no claim.
    """
    return hashlib.sha256(f"{failure.rule}\0{failure.claim or failure.words}".encode()).hexdigest()


def markdown_summary(certificate: Mapping[str, Any], failures: Sequence[Failure]) -> str:
    """Return a short summary in Markdown: the counts, and what is wrong."""
    tiers = certificate["summary"]["tiers"]
    lines = [
        f"## {markdown_text(certificate['project']['name'])}: {'failed' if failures else 'passed'}",
        "",
        "| " + " | ".join(tiers) + " |",
        "|" + "---:|" * len(tiers),
        "| " + " | ".join(str(count) for count in tiers.values()) + " |",
        "",
    ]
    if failures:
        lines += ["| claim | rule | |", "|---|---|---|"]
        lines += [
            f"| {markdown_text(failure.claim)} | {failure.rule} | {markdown_text(failure.words)} |"
            for failure in failures
        ]
    return "\n".join(lines).rstrip() + "\n"


def markdown_text(text: str) -> str:
    """Return a line of text that stays text in Markdown, in a table too."""
    escaped = re.sub(r"([\\`*_{}\[\]<>|~&])", r"\\\1", " ".join(text.split()))
    # At the start of a line these make a heading or a list.
    return re.sub(r"^(\d*)([#+.)-])(?=[\s#]|$)", r"\1\\\2", escaped)


def badge(certificate: Mapping[str, Any], failures: Sequence[Failure]) -> dict[str, Any]:
    """Return the JSON that badge services read from an address (schema version 1)."""
    tiers = certificate["summary"]["tiers"]
    proved = sum(tiers[tier] for tier in ("silver", "gold", "platinum"))
    message = (
        "failed"
        if failures
        else f"{proved} proved, {tiers['refuted']} refuted of {certificate['summary']['claims']}"
    )
    return {
        "schemaVersion": 1,
        "label": "claims",
        "message": message,
        "color": "red" if failures else "brightgreen",
    }
