"""The command line: verify, status, pin, explain, report, check, sign, diff, gate, evidence and
doctor.
"""

from __future__ import annotations

import argparse
import json
import os
import platform
import sys
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Any

from rich.console import Console
from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeElapsedColumn

from pyharness import __version__
from pyharness.core.errors import EXIT_LEAN, EXIT_OK, EXIT_UNMET, HarnessError, UsageError

if TYPE_CHECKING:
    from pyharness.certificate.findings import Finding
    from pyharness.evidence.executor import Executor
    from pyharness.project.settings import Project

__all__ = ["entry", "main"]

EXIT_INTERRUPTED = 130

_EXIT_CODES = """\
exit status:
  0  every required claim reaches its tier (check: the certificate checks; diff: nothing differs; gate: it passes)
  1  a claim does not reach its tier, a certificate does not check, two differ, or the gate fails
  2  bad usage or bad input
  3  Lean is missing, damaged or unsupported here, the library does not build, or the two kernels disagree
"""


def main(arguments: Sequence[str] | None = None) -> int:
    """Run one command and return its exit status."""
    options = _parser().parse_args(arguments)
    errors = Console(stderr=True, highlight=False)
    try:
        return options.run(options)
    except HarnessError as error:
        if options.json:
            print(
                json.dumps(
                    {"error": type(error).__name__, "message": str(error)}, ensure_ascii=False
                )
            )
        from pyharness.report.terminal import visible

        errors.print(visible(f"pyharness: {error}"), style="red", markup=False, soft_wrap=True)
        return error.exit_code
    except KeyboardInterrupt:
        errors.print("pyharness: interrupted; a certificate that was there is as it was")
        return EXIT_INTERRUPTED


def entry() -> None:
    """The `pyharness` executable."""
    # A terminal's encoding may lack ∀ and ≤; a statement is then printed escaped rather than not at
    # all.
    for stream in (sys.stdout, sys.stderr):
        stream.reconfigure(errors="backslashreplace")
    try:
        status = main()
        sys.stdout.flush()
    except BrokenPipeError:
        # Whoever read our output has gone: what is left of it has nowhere to go.
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        status = EXIT_OK
    sys.exit(status)


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(
        prog="pyharness",
        description="Tie each claim about neural-network quantization to a Lean proof and to evidence on real tensors.",
        epilog=_EXIT_CODES,
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    parser.add_argument("--version", action="version", version=f"pyharness {__version__}")
    commands = parser.add_subparsers(title="commands", metavar="COMMAND", required=True)

    def command(
        name: str,
        run: Callable[[argparse.Namespace], int],
        summary: str,
        examples: Sequence[str],
        among: Any = commands,
    ) -> Any:
        added = among.add_parser(
            name.rpartition(" ")[2],
            help=summary[0].lower() + summary[1:].rstrip("."),
            description=summary,
            epilog="examples:\n"
            + "".join(f"  pyharness {name}{example}\n" for example in examples)
            + "\n"
            + _EXIT_CODES,
            formatter_class=argparse.RawDescriptionHelpFormatter,
        )
        added.set_defaults(run=run)
        added.add_argument("--json", action="store_true", help="print JSON instead of text")
        return added

    def with_project(added: argparse.ArgumentParser) -> argparse.ArgumentParser:
        added.add_argument(
            "--project",
            type=Path,
            default=Path("."),
            metavar="DIR",
            help="the folder that holds pyharness.toml (default: this one)",
        )
        return added

    def with_device(added: argparse.ArgumentParser, what: str, **options: Any) -> None:
        added.add_argument("--device", choices=["cpu", "cuda"], help=what, **options)

    def with_identity(added: argparse.ArgumentParser, what: str) -> None:
        added.add_argument(
            "--identity",
            metavar="WHO",
            help=f"{what}: an e-mail address, or the URL of a CI's workflow",
        )
        added.add_argument(
            "--issuer",
            metavar="URL",
            help="the OpenID Connect provider that vouches for --identity",
        )

    verify = with_project(
        command(
            "verify",
            _verify,
            "Build and audit the Lean library, gather the evidence, write the certificate.",
            [
                "",
                " --project path/to/project",
                " --fresh",
                " --device cuda",
                " --executor ray",
                " --json",
                " --tensors model.safetensors",
                " --tensors model.safetensors.index.json -o model.json",
            ],
        )
    )
    verify.add_argument(
        "--fresh",
        action="store_true",
        help="compile, replay and measure all anew, and use nothing that an earlier run kept",
    )
    with_device(verify, "where the evidence is computed (default: cpu)", default="cpu")
    verify.add_argument(
        "--executor",
        choices=["local", "ray"],
        default="local",
        help="local: as many processes as there are cores (default); ray: an existing Ray cluster (extra `cluster`), "
        "the one that RAY_ADDRESS names or that of this machine",
    )
    verify.add_argument(
        "--tensors",
        type=Path,
        nargs="+",
        metavar="PATH",
        help="check the claims that speak of any tensor on yours instead: safetensors, npz or ONNX files, an index "
        "of shards, or a folder. They are read once, in little memory; run it again if it was interrupted, "
        "and it goes on",
    )
    verify.add_argument(
        "-o",
        "--output",
        type=Path,
        metavar="CERT",
        help="with --tensors: the certificate (default: <name>.certificate.json in this folder)",
    )
    status = with_project(
        command(
            "status",
            _status,
            "Read the proof status of every claim out of Lean; gather no evidence.",
            ["", " --json", " --lean-project path/to/lake/project"],
        )
    )
    status.add_argument(
        "--lean-project",
        type=Path,
        metavar="DIR",
        help="report the theorems of this Lean project, which `lake` builds, instead of any claims; "
        "`theorems` and `allowed-axioms` in its pyharness.toml, if there is one, choose and judge them",
    )
    with_project(
        command(
            "pin",
            _pin,
            "Record what the claims' theorems say, after a change that is meant.",
            ["", " --json"],
        )
    )
    explain = with_project(
        command(
            "explain",
            _explain,
            "Show all that the certificate says of one claim.",
            [" nucleus.map_inf", " gap.additive --json", " gap.additive --replay"],
        )
    )
    explain.add_argument("claim", metavar="CLAIM", help="the claim's id")
    explain.add_argument(
        "--replay",
        action="store_true",
        help="evaluate the claim's witnesses again; status 1 if the claim does not fail on one of them",
    )
    report = command(
        "report",
        _report,
        "Write a certificate to read: a folder of pages, Markdown, or a LaTeX table of its claims.",
        [
            " certificates/leanmining.json -o report",
            " certificates/leanmining.json -o report --source . --baseline old.json",
            " certificates/leanmining.json -o report.md",
            " certificates/leanmining.json -o claims.tex",
        ],
    )
    report.add_argument("certificate", type=Path, metavar="CERT", help="the certificate's file")
    report.add_argument(
        "--format",
        choices=["html", "markdown", "latex"],
        help="html, a folder of pages; markdown; or latex, which needs the extra `latex` "
        "(default: markdown for a .md file and to print, latex for a .tex file, else html)",
    )
    report.add_argument(
        "-o",
        "--output",
        type=Path,
        metavar="PATH",
        help="the folder of the pages, or the file (default: print it)",
    )
    report.add_argument(
        "--baseline",
        type=Path,
        metavar="CERT",
        help="html: also say what changed since this certificate",
    )
    report.add_argument(
        "--source",
        type=Path,
        metavar="DIR",
        help="html: the project's folder, to show Lean's source beside each statement",
    )
    check = command(
        "check",
        _check,
        "Check a certificate against its schema, its digest and its own figures.",
        [
            " certificates/leanmining.json",
            " certificates/leanmining.json --source .",
            " certificates/leanmining.json --proofs",
        ],
    )
    check.add_argument("certificate", type=Path, metavar="CERT", help="the certificate's file")
    check.add_argument(
        "--source",
        type=Path,
        metavar="DIR",
        help="a project's folder: also compare its Lean files with those that the certificate names",
    )
    check.add_argument(
        "--tensors",
        type=Path,
        metavar="DIR",
        help="a folder of tensor files, or one: also compare the tensors in it with those that the certificate names; "
        "outputs of models are in no file, and are reported as not found",
    )
    check.add_argument(
        "--proofs",
        action="store_true",
        help="also have the second kernel check every proof again, from the file beside the certificate that "
        "carries them; needs no Lean",
    )
    check.add_argument(
        "--rerun",
        action="store_true",
        help="also build, replay and measure all again in the folder of --source, or this one, and compare",
    )
    check.add_argument(
        "--key", type=Path, metavar="PEM", help="a public key: also check the signature"
    )
    with_identity(check, "also check that the signature is this identity's")
    check.add_argument(
        "--signature",
        type=Path,
        metavar="FILE",
        help="the DSSE envelope (default: beside the certificate, .dsse.json for .json)",
    )
    sign = command(
        "sign",
        _sign,
        "Sign a certificate: an in-toto statement in a DSSE envelope beside it (extra `sign`).",
        [
            " certificates/leanmining.json --key key.pem",
            " certificates/leanmining.json --identity me@example.org --issuer https://accounts.example.org",
        ],
    )
    sign.add_argument("certificate", type=Path, metavar="CERT", help="the certificate's file")
    sign.add_argument(
        "--key",
        type=Path,
        metavar="PEM",
        help="a private key: openssl genpkey -algorithm ed25519 -out key.pem",
    )
    with_identity(
        sign,
        "sign without a key (extra `keyless`), by the credential of a CI's job or a login in the browser",
    )
    sign.add_argument(
        "-o",
        "--output",
        type=Path,
        metavar="FILE",
        help="the envelope (default: beside the certificate)",
    )
    diff = command(
        "diff", _diff, "Say what changed from one certificate to another.", [" old.json new.json"]
    )
    diff.add_argument("old", type=Path, metavar="OLD")
    diff.add_argument("new", type=Path, metavar="NEW")
    gate = command(
        "gate",
        _gate,
        "Fail if a certificate does not check, a claim is not where it must be, or anything was lost.",
        [
            " certificates/leanmining.json --baseline main.json",
            " cert.json --min-tier silver --sarif gate.sarif",
        ],
    )
    gate.add_argument("certificate", type=Path, metavar="CERT", help="the certificate's file")
    gate.add_argument("--source", type=Path, metavar="DIR", help="as for check")
    gate.add_argument(
        "--key",
        type=Path,
        metavar="PEM",
        help="a public key: also check the signature, with which a claim that a GPU reproduced is platinum",
    )
    with_identity(gate, "the same by an identity instead of a key")
    gate.add_argument("--signature", type=Path, metavar="FILE", help="as for check")
    gate.add_argument(
        "--min-tier",
        choices=["none", "bronze", "silver", "gold", "platinum"],
        default="none",
        help="the least tier of every claim that is not refuted (default: none)",
    )
    gate.add_argument(
        "--baseline",
        type=Path,
        metavar="CERT",
        help="a certificate of which no claim may be lost, lowered, or say something else",
    )
    for name, what in (
        ("junit", "JUnit XML"),
        ("sarif", "SARIF 2.1.0"),
        ("summary", "a summary in Markdown"),
        ("badge", "the JSON of a badge"),
    ):
        gate.add_argument(f"--{name}", type=Path, metavar="FILE", help=f"also write {what}")
    evidence = commands.add_parser(
        "evidence",
        help="record evidence for other machines",
        description="Evidence apart from a certificate.",
    )
    kinds = evidence.add_subparsers(title="commands", metavar="COMMAND", required=True)
    record = with_project(
        command(
            "evidence record",
            _record,
            "Gather the evidence on one device and write it down, for machines without it to hold against "
            "their own: verify reads every file in the folder `evidence` beside the certificate.",
            [" --device cuda -o certificates/evidence/h100.json"],
            among=kinds,
        )
    )
    with_device(
        record,
        "where it is computed; only a record of cuda can make a claim platinum",
        required=True,
    )
    record.add_argument(
        "-o", "--output", type=Path, metavar="FILE", required=True, help="the record's file"
    )
    with_project(
        command(
            "doctor",
            _doctor,
            "Say what is installed, which Lean there is, and which devices.",
            ["", " --json"],
        )
    )
    return parser


# ----------------------------------------------------------------------------------------- commands
def _verify(options: argparse.Namespace) -> int:
    from pyharness.core.device import device
    from pyharness.pipeline.verify import verify
    from pyharness.report import terminal

    where = device(options.device)
    if options.tensors:
        if where.type != "cpu":
            raise UsageError(
                "--tensors are read and checked by the CPU's cores; leave --device away"
            )
        return _verify_tensors(options)
    if options.output:
        raise UsageError(
            "-o goes with --tensors; the project's own certificate is where pyharness.toml says"
        )
    project = _project(options.project)
    with _progress() as progress:
        done = verify(
            project,
            progress=progress,
            fresh=options.fresh,
            device=where,
            executor=_executor(options, project),
        )
    summary = done.certificate["summary"]
    if options.json:
        _print_json(
            {
                "certificate": str(_near(done.path)),
                "changed": done.changed,
                "digest": done.certificate["digest"],
                "summary": summary,
            }
        )
    else:
        terminal.show(done.certificate, _near(done.path), console=_output())
    return EXIT_UNMET if summary["unmet"] else EXIT_OK


def _executor(options: argparse.Namespace, project: Project) -> Executor | None:
    """What spreads the work; None for this machine alone."""
    if options.executor == "local":
        return None
    from pyharness.evidence.ray_executor import RayExecutor

    return RayExecutor(project.packs)


def _verify_tensors(options: argparse.Namespace) -> int:
    from pyharness.pipeline.own_tensors import output_path, verify_tensors
    from pyharness.report import terminal

    project = _project(options.project)
    with _progress() as progress:
        done, reading = verify_tensors(
            project,
            options.tensors,
            options.output or output_path(options.tensors[0]),
            progress=progress,
            fresh=options.fresh,
            executor=_executor(options, project),
        )
    summary = done.certificate["summary"]
    if options.json:
        _print_json(
            {
                "certificate": str(_near(done.path)),
                "changed": done.changed,
                "digest": done.certificate["digest"],
                "summary": summary,
                "tensors": reading.tensors,
                "bytes": reading.size,
                "bytes_read": reading.read,
                "seconds": round(reading.seconds, 3),
                "not_read": dict(reading.others),
            }
        )
        return EXIT_UNMET if summary["unmet"] else EXIT_OK
    terminal.show(done.certificate, _near(done.path), console=_output())
    rate = (
        f", {reading.read / 1e9:.3g} GB read in {reading.seconds:.3g} s"
        if reading.read
        else ", nothing read again"
    )
    print(f"Tensors: {reading.tensors:,}, {reading.size / 1e9:.3g} GB{rate}")
    for name, why in reading.others.items():
        print(f"Not read: {name!r} {why}")
    return EXIT_UNMET if summary["unmet"] else EXIT_OK


def _status(options: argparse.Namespace) -> int:
    if options.lean_project is not None:
        return _lake_status(options)
    from pyharness.pipeline.prove import claim_status, prove_as_pinned
    from pyharness.project.pack import load_pack
    from pyharness.report import terminal

    project = _project(options.project)
    claims = load_pack(project.packs)
    with _progress() as progress:
        proofs, _ = prove_as_pinned(project, claims, progress=progress)
    rows = [claim_status(item, proofs) for item in claims]
    if options.json:
        _print_json({"claims": rows})
    else:
        terminal.show_statuses(rows, console=_output())
    return EXIT_OK if all(row["settled"] for row in rows) else EXIT_UNMET


def _pin(options: argparse.Namespace) -> int:
    from pyharness.pipeline.prove import prove
    from pyharness.project.pack import load_pack
    from pyharness.project.pins import pin

    project = _project(options.project)
    claims = load_pack(project.packs)
    with _progress() as progress:
        proofs = prove(project, claims, progress=progress)
    changes = pin(
        project.pins, proofs.build, proofs.environment, proofs.toolchain, proofs.by_theorem
    )
    if options.json:
        _print_json(
            {
                "pins": str(_near(project.pins)),
                "changes": [
                    {"what": change.what, "was": change.was, "now": change.now}
                    for change in changes
                ],
            }
        )
        return EXIT_OK
    for change in changes:
        print(change)
    print(
        f"{_near(project.pins)}: {len(changes)} change(s) recorded"
        if changes
        else f"{_near(project.pins)}: nothing changed"
    )
    return EXIT_OK


def _lake_status(options: argparse.Namespace) -> int:
    from pyharness.proofs.lake import lake_status
    from pyharness.report import terminal

    with _progress() as progress:
        report = lake_status(options.lean_project, progress=progress)
    if options.json:
        _print_json({"lean": report.lean, "theorems": report.rows})
    else:
        terminal.show_statuses(
            [{**row, "theorem": row["statement"]} for row in report.rows],
            of="theorem",
            console=_output(),
        )
    return EXIT_OK if all(row["settled"] for row in report.rows) else EXIT_UNMET


def _explain(options: argparse.Namespace) -> int:
    from pyharness.certificate.canonical import read_json
    from pyharness.certificate.schema import require
    from pyharness.report import terminal

    project = _project(options.project)
    if not project.certificate.exists():
        raise UsageError(
            f"there is no certificate at {_near(project.certificate)} yet; run: pyharness verify"
        )
    certificate = require(read_json(project.certificate))
    if options.replay:
        return _replay(
            terminal.find_claim(certificate, options.claim), project.packs, as_json=options.json
        )
    if options.json:
        _print_json(terminal.find_claim(certificate, options.claim))
    else:
        terminal.explain(certificate, options.claim, console=_output())
    return EXIT_OK


def _replay(claim: Mapping[str, Any], packs: Sequence[str], *, as_json: bool) -> int:
    from pyharness.pipeline.replay import replay

    replayed = replay(claim, packs)
    if as_json:
        _print_json(
            [
                {
                    "predicate": one.witness.predicate,
                    "inputs": one.witness.inputs,
                    "says": one.says,
                    "fails": one.fails,
                }
                for one in replayed
            ]
        )
    else:
        print(f"{claim['id']}: {claim['statement']}")
        for one in replayed:
            print(
                f"\n{one.witness.predicate}\n  asks: {one.says}\n  of: {dict(one.witness.inputs)}\n  "
                + (
                    "False: the claim fails here"
                    if one.fails
                    else "True: the claim holds here, so this is no witness"
                )
            )
    return EXIT_OK if all(one.fails for one in replayed) else EXIT_UNMET


def _report(options: argparse.Namespace) -> int:
    from pyharness.certificate.canonical import write_bytes
    from pyharness.report import documents

    endings = {".md": "markdown", ".tex": "latex"}
    kind = options.format or (
        endings.get(options.output.suffix, "html") if options.output else "markdown"
    )
    if kind == "html":
        return _pages(options)
    if options.baseline or options.source:
        raise UsageError(
            f"--baseline and --source are for pages; {kind} has neither: give -o a folder, or --format html"
        )
    text = getattr(documents, kind)(_certificate(options.certificate))
    if options.output:
        write_bytes(options.output, text.encode())
    if options.json:
        _print_json(
            {
                "format": kind,
                "output": str(options.output) if options.output else None,
                "text": None if options.output else text,
            }
        )
    elif options.output:
        print(f"{options.output}: {len(text.splitlines()):,} lines")
    else:
        print(text, end="")
    return EXIT_OK


def _pages(options: argparse.Namespace) -> int:
    from pyharness.certificate.check import check
    from pyharness.certificate.diff import compare
    from pyharness.report.html import Report, render
    from pyharness.report.lean_source import LeanSource
    from pyharness.report.site import write_site

    if options.output is None:
        raise UsageError("pages go to a folder: give it with -o")
    if options.output.suffix in (".html", ".htm"):
        raise UsageError(
            f"pages are a folder, and {options.output} looks like a file: give -o a folder's name"
        )
    if options.source is not None and not options.source.is_dir():
        raise UsageError(f"--source {options.source} is not a folder")
    certificate = _certificate(options.certificate)
    changes = compare(_certificate(options.baseline), certificate) if options.baseline else None
    source = LeanSource(options.source, certificate) if options.source else None
    pages = render(
        Report(certificate, check(options.certificate, root=options.source), changes, source)
    )
    write_site(pages, options.output)
    if options.json:
        _print_json({"format": "html", "output": str(options.output), "text": None})
    else:
        print(
            f"{options.output / 'index.html'}: {len(pages):,} files, {sum(map(len, pages.values())) / 2**20:.1f} MiB"
        )
    return EXIT_OK


def _check(options: argparse.Namespace) -> int:
    from pyharness.certificate.check import check
    from pyharness.report.terminal import visible

    if options.source is not None and not options.source.is_dir():
        raise UsageError(f"--source {options.source} is not a folder")
    signature = _signature(options)
    with _progress() as progress:
        findings = check(
            options.certificate,
            root=options.source,
            tensors=options.tensors,
            proofs=options.proofs,
            signature=signature,
            progress=lambda item, done, total: progress("Proofs", item, done, total),
        )
    if options.rerun and not findings:
        findings = _rerun(options.certificate, options.source or Path("."))
    platinum = _platinum(options.certificate) if signature and not findings else []
    if options.json:
        _print_json(
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
        return EXIT_UNMET if findings else EXIT_OK
    if platinum:
        print(f"{options.certificate}: platinum by this signature: {', '.join(platinum)}")
    for finding in findings:
        print(visible(f"{options.certificate}: {finding}"))
    if findings:
        print(f"{options.certificate}: {len(findings)} reason(s) against it")
        return EXIT_UNMET
    print(
        f"{options.certificate} checks"
        + (
            f", and the second kernel accepts {_rechecked(options.certificate)}"
            if options.proofs
            else ""
        )
    )
    return EXIT_OK


def _rechecked(path: Path) -> str:
    certificate = _certificate(path)
    claims = sum(claim["proof"]["rechecked"] for claim in certificate["claims"])
    return (
        f"the {certificate['proofs']['constants']:,} constants that {claims} claims rest on"
        if claims
        else "no claim's proof"
    )


def _rerun(path: Path, folder: Path) -> list[Finding]:
    from pyharness.certificate.diff import compare
    from pyharness.certificate.findings import Finding
    from pyharness.pipeline.verify import certify

    with _progress() as progress:
        again = certify(_project(folder), progress=progress, fresh=True).certificate
    return [
        Finding("rerun", f"claim {change.claim}", f"run again, {change.words}", change.claim)
        for change in compare(_certificate(path), again)
    ]


def _platinum(path: Path) -> list[str]:
    """Return the claims of a certificate that a signature of it makes platinum."""
    from pyharness.certificate.seal import tier_if_signed

    certificate = _certificate(path)
    allowed = certificate["policy"]["allowed_axioms"]
    return [
        claim["id"]
        for claim in certificate["claims"]
        if tier_if_signed(claim, allowed) == "platinum"
    ]


def _signature(options: argparse.Namespace) -> Callable[[], list[Finding]] | None:
    """Return what checks the signature of a certificate by the key or the identity that is given;
    None if neither is.
    """
    by_identity = _by_identity(options)
    if not (options.key or by_identity):
        if options.signature:
            raise UsageError("--signature needs --key or --identity, by which it is checked")
        return None
    from pyharness.certificate.sign import envelope_path, identity_key, public_key, verify_signature

    key = identity_key(options.identity, options.issuer) if by_identity else public_key(options.key)
    return lambda: verify_signature(
        options.certificate, options.signature or envelope_path(options.certificate), key
    )


def _by_identity(options: argparse.Namespace) -> bool:
    """Whether a signature is by an identity, and not by a key."""
    if bool(options.identity) != bool(options.issuer):
        raise UsageError("--identity and --issuer go together")
    if options.identity and options.key:
        raise UsageError("give --key, or --identity with --issuer, not both")
    return bool(options.identity)


def _sign(options: argparse.Namespace) -> int:
    from pyharness.certificate.sign import envelope_path, identity_signer, private_key, sign

    if not (_by_identity(options) or options.key):
        raise UsageError("give --key, or --identity with --issuer")
    out = options.output or envelope_path(options.certificate)
    signer = (
        private_key(options.key)
        if options.key
        else identity_signer(options.identity, options.issuer)
    )
    keyid = sign(options.certificate, signer, out)
    if options.json:
        _print_json(
            {"certificate": str(options.certificate), "signature": str(out), "keyid": keyid}
        )
    else:
        print(f"{out}: signed by the key {keyid}")
    return EXIT_OK


def _diff(options: argparse.Namespace) -> int:
    from pyharness.certificate.diff import compare

    changes = compare(_certificate(options.old), _certificate(options.new))
    if options.json:
        _print_json(
            [
                {
                    "claim": change.claim,
                    "kind": change.kind,
                    "words": change.words,
                    "loss": change.loss,
                }
                for change in changes
            ]
        )
    else:
        for change in changes:
            print(f"{change.kind:12}{change}")
        print(f"{len(changes)} difference(s)" if changes else "nothing differs")
    return EXIT_UNMET if changes else EXIT_OK


def _gate(options: argparse.Namespace) -> int:
    from pyharness.certificate.canonical import write_bytes
    from pyharness.certificate.check import check
    from pyharness.certificate.gate import gate
    from pyharness.report import ci

    certificate = _certificate(options.certificate)
    baseline = _certificate(options.baseline) if options.baseline else None
    signature = _signature(options)
    findings = check(options.certificate, root=options.source, signature=signature)
    signed = signature is not None and not any(finding.code == "signature" for finding in findings)
    failures = gate(certificate, findings, least=options.min_tier, baseline=baseline, signed=signed)
    written = {
        "junit": lambda: ci.junit(certificate, failures),
        "sarif": lambda: _as_json(ci.sarif(certificate, failures, options.certificate.as_posix())),
        "summary": lambda: ci.markdown_summary(certificate, failures),
        "badge": lambda: _as_json(ci.badge(certificate, failures)),
    }
    for name, content in written.items():
        if getattr(options, name):
            write_bytes(getattr(options, name), content().encode())
    if options.json:
        _print_json(
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
            print(f"{failure.rule:20}{failure.claim or options.certificate}: {failure.words}")
        print(f"the gate fails: {len(failures)} reason(s)" if failures else "the gate passes")
    return EXIT_UNMET if failures else EXIT_OK


def _record(options: argparse.Namespace) -> int:
    # Before torch is loaded, whose profiler else writes a line for each claim.
    os.environ.setdefault("KINETO_LOG_LEVEL", "99")
    from pyharness.certificate.canonical import file_bytes, write_bytes
    from pyharness.certificate.recorded import FOLDER
    from pyharness.certificate.schema import RECORDED
    from pyharness.core.device import device
    from pyharness.pipeline.record import record

    where = device(options.device)
    project = _project(options.project)
    # Before the work, so that none is lost.
    try:
        options.output.parent.mkdir(parents=True, exist_ok=True)
    except OSError as error:
        raise UsageError(
            f"{options.output.parent} cannot be made: {error.strerror}; give -o another folder"
        ) from error
    if not os.access(options.output.parent, os.W_OK):
        raise UsageError(f"{options.output.parent} cannot be written; give -o another folder")
    with _progress() as progress:
        content = record(project, where, progress=progress)
    write_bytes(options.output, file_bytes(content, RECORDED))
    pieces = [piece for claim in content["claims"] for piece in claim["evidence"]]
    there = sum(piece["device"] == where.type for piece in pieces)
    if options.json:
        _print_json(
            {
                "record": str(options.output),
                "digest": content["digest"],
                "device": content["device"],
                "claims": len(content["claims"]),
                "evidence": len(pieces),
                "computed there": there,
            }
        )
        return EXIT_OK
    print(
        f"{options.output}: {len(content['claims'])} claims, {len(pieces)} pieces of evidence, {there} of them computed on "
        f"{content['device']['name']} ({where.type})"
    )
    folder = project.certificate.parent / FOLDER
    if options.output.resolve().parent != folder.resolve():
        print(f"verify reads records from {_near(folder)}: put it there")
    return EXIT_OK


def _certificate(path: Path) -> Mapping[str, Any]:
    from pyharness.certificate.canonical import read_json
    from pyharness.certificate.schema import CertificateError, require

    try:
        return require(read_json(path))
    except CertificateError as error:
        raise CertificateError(
            str(error) if str(path) in str(error) else f"{path}: {error}"
        ) from error


def _as_json(value: Any) -> str:
    return json.dumps(value, indent=2, ensure_ascii=False) + "\n"


def _doctor(options: argparse.Namespace) -> int:
    findings = list(_examine(options.project))
    if options.json:
        _print_json({"findings": findings})
    else:
        for finding in findings:
            print(
                f"{'ok     ' if finding['ok'] else 'MISSING'}  {finding['what']}: {finding['found']}"
            )
    if any(not finding["ok"] and finding["what"] == "Lean" for finding in findings):
        return EXIT_LEAN
    return EXIT_OK if all(finding["ok"] for finding in findings) else EXIT_UNMET


def _examine(folder: Path) -> Iterator[Mapping[str, Any]]:
    """Look at each thing that a verify needs; a device that is not there is said, not missed."""

    def finding(what: str, look: Callable[[], str]) -> Mapping[str, Any]:
        try:
            return {"what": what, "ok": True, "found": look()}
        except (HarnessError, ImportError) as error:
            return {"what": what, "ok": False, "found": str(error)}

    def lean() -> str:
        from pyharness.proofs.toolchain import locate

        toolchain = locate()
        return f"{toolchain.version} ({toolchain.githash[:12]}), library SHA-256 {toolchain.library_sha256[:12]}…"

    def torch_version() -> str:
        import torch

        return torch.__version__

    def devices() -> str:
        import torch

        gpus = [torch.cuda.get_device_name(index) for index in range(torch.cuda.device_count())]
        return f"cpu ({os.cpu_count()} cores), " + (", ".join(gpus) if gpus else "no GPU")

    def models() -> str:
        from claims.models.zoo import load_models

        return ", ".join(f"{model.name} ({len(model.layers)} layers)" for model in load_models())

    def project() -> str:
        from pyharness.project.settings import load_project

        return str(load_project(folder).name)

    yield {
        "what": "Python",
        "ok": sys.version_info >= (3, 11),
        "found": f"{platform.python_version()} on {platform.platform()}",
    }
    yield finding("Lean", lean)
    yield finding("PyTorch", torch_version)
    yield finding("devices", devices)
    yield finding("models", models)
    yield finding("project", project)


# ------------------------------------------------------------------------------------------ helpers
def _project(folder: Path) -> Any:
    """Load the project and let its claim packs be imported from its folder."""
    from pyharness.project.settings import load_project

    project = load_project(folder)
    if str(project.root) not in sys.path:
        sys.path.insert(0, str(project.root))
    return project


def _output() -> Console:
    """Standard output, wide enough for the tables where there is no terminal to say how wide it
    is.
    """
    width = None if sys.stdout.isatty() or "COLUMNS" in os.environ else 120
    return Console(width=width)


def _near(path: Path) -> Path:
    """The path relative to this folder where that is shorter to read."""
    return path.relative_to(Path.cwd()) if path.is_relative_to(Path.cwd()) else path


def _print_json(value: Any) -> None:
    print(json.dumps(value, ensure_ascii=False, indent=2))


@contextmanager
def _progress() -> Iterator[Callable[[str, str, int, int], None]]:
    """Show each stage's progress on standard error: bars in a terminal, a line a stage
    elsewhere.
    """
    console = Console(stderr=True, highlight=False)
    if not console.is_terminal:
        seen: set[str] = set()

        def line(stage: str, item: str, done: int, total: int) -> None:
            if stage not in seen:
                seen.add(stage)
                console.print(f"{stage} …")

        yield line
        return
    with Progress(
        TextColumn("{task.fields[stage]:<13}"),
        BarColumn(bar_width=28),
        MofNCompleteColumn(),
        TimeElapsedColumn(),
        TextColumn("{task.description}", style="dim"),
        console=console,
    ) as bars:
        tasks: dict[str, Any] = {}

        def bar(stage: str, item: str, done: int, total: int) -> None:
            if stage not in tasks:
                tasks[stage] = bars.add_task(item, stage=stage, total=total)
            bars.update(tasks[stage], description=item, completed=done, total=total)

        yield bar
