"""What a CI reads of a gate: JUnit XML, SARIF 2.1.0, a summary in Markdown, and the JSON of a
badge.
"""

from __future__ import annotations

import hashlib
import os
import re
from collections.abc import Mapping, Sequence
from typing import Any
from urllib.parse import quote
from xml.etree import ElementTree

from pyharness import __version__
from pyharness.certificate.gate import RULES, Failure
from pyharness.core.text import visible
from pyharness.report.words import title

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
        name=visible(title(certificate)),
        tests=str(len(names)),
        failures=str(sum(map(bool, by_claim.values()))),
        errors="0",
        skipped="0",
    )
    for name, found in by_claim.items():
        case = ElementTree.SubElement(
            suite, "testcase", classname="pyharness", name=visible(name or "the certificate")
        )
        for failure in found:
            element = ElementTree.SubElement(
                case, "failure", type=failure.rule, message=visible(failure.words)
            )
            element.text = RULES[failure.rule]
    ElementTree.indent(suite)
    return ElementTree.tostring(suite, encoding="unicode", xml_declaration=True) + "\n"


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
                            "text": _message(
                                f"{failure.claim}: {failure.words}"
                                if failure.claim
                                else failure.words
                            )
                        },
                        "locations": [_location(claims.get(failure.claim), path)],
                        "partialFingerprints": {"claim/v1": _fingerprint(failure)},
                    }
                    for failure in failures
                ],
            }
        ],
    }


def _message(text: str) -> str:
    """Text that SARIF's viewers make no link of."""
    return visible(text).replace("](", "] (")


def _location(claim: Mapping[str, Any] | None, path: str) -> dict[str, Any]:
    file, line = (claim["proof"]["file"], claim["proof"]["line"]) if claim else (None, None)
    uri = quote(os.fsencode(file or path))
    place: dict[str, Any] = {"artifactLocation": {"uri": uri, "uriBaseId": "%SRCROOT%"}}
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
        f"## {markdown_text(title(certificate))}: {'failed' if failures else 'passed'}",
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
    """Return a line of text that stays text in Markdown, in a table too, and becomes no link."""
    text = " ".join(visible(text).split())
    escaped = re.sub(r"([\\`*_{}\[\]<>|~&$@]|:(?=/)|(?<=www)\.)", r"\\\1", text, flags=re.I)
    # At the start of a line these make a heading or a list; alone in it, a rule, or a heading of
    # the line above.
    return re.sub(r"^(\d*)([#+.)-](?=[\s#]|$)|[=-](?=[\s=-]*$))", r"\1\\\2", escaped)


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
