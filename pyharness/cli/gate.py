"""`pyharness gate`: whether a certificate may pass a CI."""

from __future__ import annotations

import argparse
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

from pyharness.cli.arguments import Commands, add_certificate, add_command, add_identity
from pyharness.cli.inputs import read_certificate, signature_check
from pyharness.cli.output import print_json, say
from pyharness.core.errors import EXIT_OK, EXIT_UNMET
from pyharness.core.text import as_json, many

if TYPE_CHECKING:
    from pyharness.certificate.gate import Failure

__all__ = ["add", "run"]

_FORMATS = {
    "junit": "JUnit XML",
    "sarif": "SARIF 2.1.0",
    "summary": "a summary in Markdown",
    "badge": "the JSON of a badge",
}
"""What is also written to a file, by the option that names it."""


def add(commands: Commands) -> None:
    """Add the command to the parser."""
    parser = add_command(
        commands,
        "gate",
        run,
        summary="Fail if a certificate does not check, a claim lacks the tier that it requires, or "
        "anything was lost since a baseline.",
        examples=[
            "certificates/demo.json --baseline main.json",
            "certificates/demo.json --min-tier silver --sarif gate.sarif",
        ],
        exits={EXIT_OK: "the gate passes", EXIT_UNMET: "it fails"},
    )
    add_certificate(parser)
    parser.add_argument(
        "--source", type=Path, metavar="DIR", help="a project's folder: also compare its Lean files"
    )
    parser.add_argument(
        "--key",
        type=Path,
        metavar="PEM",
        help="a public key: also check the signature, which lets a claim that a GPU reproduced be "
        "platinum",
    )
    add_identity(parser, "the same by an identity instead of a key")
    parser.add_argument(
        "--signature",
        type=Path,
        metavar="FILE",
        help="the DSSE envelope (default: beside the certificate)",
    )
    parser.add_argument(
        "--min-tier",
        choices=["none", "bronze", "silver", "gold", "platinum"],
        default="none",
        help="the least tier of every claim that is not refuted (default: none)",
    )
    parser.add_argument(
        "--baseline",
        type=Path,
        metavar="CERT",
        help="a certificate of which nothing may be lost: no claim, tier, statement, proof or "
        "evidence; an intended change is accepted by making the new certificate the baseline",
    )
    for name, what in _FORMATS.items():
        parser.add_argument(f"--{name}", type=Path, metavar="FILE", help=f"also write {what}")


def run(options: argparse.Namespace) -> int:
    """Judge the certificate, write what is asked for, and print each failure.

    Raises:
        HarnessError: if a certificate or a key cannot be read, or a file cannot be written.
    """
    from pyharness.certificate.check import check
    from pyharness.certificate.gate import LOSSES, gate

    certificate = read_certificate(options.certificate)
    baseline = _read_baseline(options.baseline) if options.baseline else None
    signature = signature_check(options)
    findings = check(options.certificate, root=options.source, signature=signature)
    signed = signature is not None and not any(finding.code == "signature" for finding in findings)
    failures = gate(certificate, findings, least=options.min_tier, baseline=baseline, signed=signed)
    _write_files(options, certificate, failures)
    if options.json:
        print_json(
            {
                "passes": not failures,
                "failures": [
                    {"rule": failure.rule, "claim": failure.claim, "words": failure.words}
                    for failure in failures
                ],
            }
        )
    else:
        for failure in failures:
            say(f"{failure.rule:20}{failure.claim or options.certificate}: {failure.words}")
        say(f"the gate fails: {many(len(failures), 'reason')}" if failures else "the gate passes")
        if any(failure.rule in LOSSES for failure in failures):
            say("accept an intended change by committing this certificate as the new baseline")
    return EXIT_UNMET if failures else EXIT_OK


def _read_baseline(path: Path) -> Any:
    """Return what a baseline holds; in words why it is none where it is no JSON object, which makes
    it no certificate.

    Raises:
        DocumentError: if it cannot be read.
    """
    from pyharness.core.errors import DocumentError
    from pyharness.core.json_files import parse, read_bytes

    data = read_bytes(path)
    try:
        value = parse(data)
    except DocumentError as error:
        return str(error)
    return "no object" if value is None else value


def _write_files(
    options: argparse.Namespace, certificate: Mapping[str, Any], failures: Sequence[Failure]
) -> None:
    from pyharness.core.json_files import write_bytes
    from pyharness.report import ci

    content = {
        "junit": lambda: ci.junit(certificate, failures),
        "sarif": lambda: (
            as_json(ci.sarif(certificate, failures, options.certificate.as_posix())) + "\n"
        ),
        "summary": lambda: ci.markdown_summary(certificate, failures),
        "badge": lambda: as_json(ci.badge(certificate, failures)) + "\n",
    }
    for name in _FORMATS:
        if path := getattr(options, name):
            write_bytes(path, content[name]().encode())
