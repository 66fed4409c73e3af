"""`pyharness check`: check a certificate against itself and what it names."""

from __future__ import annotations

import argparse
import tempfile
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

from pyharness.cli.arguments import (
    SANDBOX_EXIT,
    Commands,
    add_certificate,
    add_command,
    add_identity,
    add_sandbox,
)
from pyharness.cli.inputs import (
    read_certificate,
    read_project,
    require_folder,
    signature_check,
)
from pyharness.cli.output import complain, print_json, say, show_progress
from pyharness.core.errors import (
    EXIT_LEAN,
    EXIT_OK,
    EXIT_SANDBOX,
    EXIT_UNMET,
    HarnessError,
    UsageError,
)
from pyharness.core.text import many

if TYPE_CHECKING:
    from pyharness.certificate.findings import Finding

__all__ = ["add", "run"]

_EXITS = {
    EXIT_OK: "the certificate checks",
    EXIT_UNMET: "it does not, or with --rerun a new run finds something else",
    EXIT_LEAN: "with --rerun: Lean is missing, damaged or unsupported here; the library does not "
    "build; the audit refuses it; or the two kernels disagree",
    EXIT_SANDBOX: SANDBOX_EXIT,
}


def add(commands: Commands) -> None:
    """Add the command to the parser."""
    parser = add_command(
        commands,
        "check",
        run,
        summary="Check a certificate against its schema, its digest and its own figures.",
        examples=[
            "certificates/demo.json",
            "certificates/demo.json --source .",
            "certificates/demo.json --proofs",
        ],
        exits=_EXITS,
    )
    add_certificate(parser)
    parser.add_argument(
        "--source",
        type=Path,
        metavar="DIR",
        help="a project's folder: also compare its Lean files with those that the certificate "
        "names",
    )
    parser.add_argument(
        "--tensors",
        type=Path,
        metavar="DIR",
        help="a folder of tensor files, or one: also compare the tensors in it with those that the "
        "certificate names; outputs of models are in no file, and are reported as not found",
    )
    parser.add_argument(
        "--proofs",
        action="store_true",
        help="also have the second kernel check every proof again, from the file beside the "
        "certificate that carries them; needs no Lean",
    )
    parser.add_argument(
        "--rerun",
        action="store_true",
        help="also build, replay and measure all again in the folder of --source, or this one, and "
        "compare",
    )
    add_sandbox(parser, note="; with --rerun, which alone runs it")
    parser.add_argument(
        "--key", type=Path, metavar="PEM", help="a public key: also check the signature"
    )
    add_identity(parser, "also check that the signature is this identity's")
    parser.add_argument(
        "--signature",
        type=Path,
        metavar="FILE",
        help="the DSSE envelope (default: beside the certificate, .dsse.json for .json)",
    )


def run(options: argparse.Namespace) -> int:
    """Check the certificate and print each reason against it.

    Raises:
        HarnessError: if the certificate, or what it is checked against, cannot be read.
    """
    from pyharness.certificate.check import check

    require_folder("--source", options.source)
    if options.sandbox and not options.rerun:
        raise UsageError("--sandbox goes with --rerun; check runs nothing of a project without it")
    signature = signature_check(options)
    with show_progress() as progress:
        findings = check(
            options.certificate,
            root=options.source,
            tensors=options.tensors,
            proofs=options.proofs,
            signature=signature,
            progress=progress,
        )
    if options.rerun and not findings:
        findings = _rerun(options)
    platinum = _platinum(options.certificate) if signature and not findings else []
    if options.json:
        print_json(
            {
                "certificate": str(options.certificate),
                "checks": not findings,
                "platinum": platinum,
                "findings": [
                    {
                        "code": finding.code,
                        "claim": finding.claim,
                        "where": finding.where,
                        "reason": finding.reason,
                    }
                    for finding in findings
                ],
            }
        )
    else:
        _show(options, findings, platinum)
    return EXIT_UNMET if findings else EXIT_OK


def _show(
    options: argparse.Namespace, findings: Sequence[Finding], platinum: Sequence[str]
) -> None:
    if platinum:
        say(f"{options.certificate}: platinum by this signature: {', '.join(platinum)}")
    for finding in findings:
        say(f"{options.certificate}: {finding}")
    if findings:
        say(f"{options.certificate}: {many(len(findings), 'reason')} against it")
    elif options.proofs:
        what = _rechecked(options.certificate)
        say(f"{options.certificate} checks, and the second kernel accepts {what}")
    else:
        say(f"{options.certificate} checks")


def _rechecked(path: Path) -> str:
    from pyharness.kernel.certificate import views

    certificate = read_certificate(path)
    claims = sum(claim["proof"]["rechecked"] for claim in certificate["claims"])
    carriers = [view.certificate["proofs"] for view in views(certificate)]
    constants = sum(carrier["constants"] for carrier in carriers if carrier)
    return (
        f"the {constants:,} constants that the proofs of {many(claims, 'claim')} rest on"
        if claims
        else "no claim's proof"
    )


def _rerun(options: argparse.Namespace) -> list[Finding]:
    from pyharness.certificate.diff import compare
    from pyharness.certificate.findings import Finding

    folder = options.source or Path(".")
    complain("Building, proving and measuring everything again takes as long as a first verify.")
    again = _again_in_sandbox(folder) if options.sandbox else _again(folder)
    return [
        Finding(
            "rerun",
            f"claim {change.claim}" if change.claim else "certificate",
            f"run again, {change.words}",
            change.claim or None,
        )
        for change in compare(read_certificate(options.certificate), again)
    ]


def _again(folder: Path) -> Mapping[str, Any]:
    from pyharness.pipeline.verify import certify

    with show_progress() as progress:
        return certify(read_project(folder), progress=progress, fresh=True).certificate


def _again_in_sandbox(folder: Path) -> Mapping[str, Any]:
    """Return the certificate of a new run in the sandbox. It is judged out here.

    Raises:
        HarnessError: if there is none.
    """
    from pyharness.cli.sandbox import project_reach, run_command
    from pyharness.core.json_files import write_bytes
    from pyharness.core.sandbox import Outlet

    with tempfile.TemporaryDirectory() as scratch:
        output = Path(scratch).resolve() / "again.json"
        within = argparse.Namespace(run=_write_again, project=folder, output=output, json=False)
        outlet = Outlet(output.parent, output.name.__eq__)
        status, files = run_command(within, project_reach(within, outlets=[outlet]))
        written = files.get(output)
        if status != EXIT_OK or written is None:
            error = HarnessError(f"the new run in the sandbox failed, with status {status}")
            error.exit_code = status or EXIT_UNMET
            raise error
        write_bytes(output, written)
        return read_certificate(output)


def _write_again(options: argparse.Namespace) -> int:
    """Be the new run in the sandbox."""
    from pyharness.certificate.canonical import file_bytes
    from pyharness.core.json_files import write_bytes

    write_bytes(options.output, file_bytes(_again(options.project)))
    return EXIT_OK


def _platinum(path: Path) -> list[str]:
    """Return the claims of a certificate that a signature of it makes platinum."""
    from pyharness.certificate.check import tiers_if_signed

    tiers = tiers_if_signed(read_certificate(path))
    return [claim for claim, tier in tiers.items() if tier == "platinum"]
