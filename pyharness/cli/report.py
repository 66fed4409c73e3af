"""`pyharness report`: a certificate to read."""

from __future__ import annotations

import argparse
from pathlib import Path

from pyharness.cli.arguments import Commands, add_certificate, add_command
from pyharness.cli.inputs import read_certificate, require_folder
from pyharness.cli.output import print_document, print_json, say
from pyharness.core.errors import EXIT_OK, UsageError

__all__ = ["add", "run"]

_BY_ENDING = {".md": "markdown", ".tex": "latex"}


def add(commands: Commands) -> None:
    """Add the command to the parser."""
    parser = add_command(
        commands,
        "report",
        run,
        summary="Write a report of a certificate: a folder of HTML pages, Markdown, a LaTeX table "
        "of its claims, or LaTeX for a leanblueprint.",
        examples=[
            "certificates/demo.json -o report",
            "certificates/demo.json -o report --source . --baseline old.json",
            "certificates/demo.json -o report.md",
            "certificates/demo.json -o claims.tex",
            "certificates/demo.json --format blueprint -o blueprint/src/claims.tex",
        ],
        exits={EXIT_OK: "the report is written, whatever it says"},
    )
    add_certificate(parser)
    parser.add_argument(
        "--format",
        choices=["html", "markdown", "latex", "blueprint"],
        help="html, a folder of pages; markdown; latex, a table; or blueprint, a theorem with "
        "\\lean and \\leanok for each claim that names one (default: markdown for a .md file and to "
        "print, latex for a .tex file, else html)",
    )
    parser.add_argument(
        "-o",
        "--output",
        type=Path,
        metavar="PATH",
        help="the folder of the pages, or the file (default: print it)",
    )
    parser.add_argument(
        "--baseline",
        type=Path,
        metavar="CERT",
        help="html: also say what changed since this certificate",
    )
    parser.add_argument(
        "--source",
        type=Path,
        metavar="DIR",
        help="html: the project's folder, to show Lean's source beside each statement",
    )


def run(options: argparse.Namespace) -> int:
    """Write or print the report.

    Raises:
        HarnessError: if the certificate cannot be read, or the report cannot be written.
    """
    kind = options.format or (
        _BY_ENDING.get(options.output.suffix, "html") if options.output else "markdown"
    )
    return _write_pages(options) if kind == "html" else _write_document(options, kind)


def _write_document(options: argparse.Namespace, kind: str) -> int:
    from pyharness.core.json_files import write_bytes
    from pyharness.report import documents

    if options.baseline or options.source:
        raise UsageError(
            f"--baseline and --source are for pages; {kind} has neither: give -o a folder, or "
            "--format html"
        )
    text = getattr(documents, kind)(read_certificate(options.certificate))
    if options.output:
        write_bytes(options.output, text.encode())
    if options.json:
        print_json(
            {
                "format": kind,
                "output": str(options.output) if options.output else None,
                "text": None if options.output else text,
            }
        )
    elif options.output:
        say(f"{options.output}: {len(text.splitlines()):,} lines")
    else:
        print_document(text)
    return EXIT_OK


def _write_pages(options: argparse.Namespace) -> int:
    from pyharness.certificate.check import check
    from pyharness.certificate.diff import compare
    from pyharness.report.html import Report, render
    from pyharness.report.lean_source import LeanSource
    from pyharness.report.site import write_site

    if options.output is None:
        raise UsageError("pages go to a folder: give it with -o")
    if options.output.suffix in (".html", ".htm", ".json", ".pdf", ".txt"):
        raise UsageError(
            f"pages are a folder, and {options.output} looks like a file: give -o a folder's name"
        )
    require_folder("--source", options.source)
    certificate = read_certificate(options.certificate)
    changes = compare(read_certificate(options.baseline), certificate) if options.baseline else None
    source = LeanSource(options.source, certificate) if options.source else None
    findings = check(options.certificate, root=options.source)
    pages = render(Report(certificate, findings, changes, source))
    write_site(pages, options.output)
    if options.json:
        print_json({"format": "html", "output": str(options.output), "text": None})
    else:
        size = sum(map(len, pages.values())) / 2**20
        say(f"{options.output / 'index.html'}: {len(pages):,} files, {size:.1f} MiB")
    return EXIT_OK
