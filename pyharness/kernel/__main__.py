"""`python -m pyharness.kernel FILE`: checks an export, and says what was accepted and on which
axioms it rests.

With `--certificate CERT` it checks the export that a certificate names, and holds the certificate
against it.
"""

from __future__ import annotations

import argparse
import gzip
import io
import json
import sys
import time
import zlib
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any, BinaryIO

from .certificate import Unreadable, judge, read_certificate
from .files import open_file
from .library import Library, check
from .names import Name, show_name
from .reader import LINE
from .refusal import Refused

ACCEPTED, REFUSED, USAGE = 0, 1, 2

_EPILOG = """\
examples:
  python -m pyharness.kernel proofs.ndjson.gz
  python -m pyharness.kernel proofs.ndjson.gz --theorem Demo.bound --json
  python -m pyharness.kernel --certificate certificates/demo.json

exit status: 0 every declaration is accepted, and the certificate is as it says; 1 one is refused, a theorem that is asked for
is not there, or the certificate says something else; 2 bad usage"""


def main(arguments: Sequence[str] | None = None) -> int:
    """Check a file and return the exit status."""
    parser = argparse.ArgumentParser(
        prog="python -m pyharness.kernel",
        epilog=_EPILOG,
        formatter_class=argparse.RawDescriptionHelpFormatter,
        description="Check every declaration of an export in lean4export's NDJSON format 3.1.0, with Python alone.",
    )
    parser.add_argument("file", nargs="?", help="the export, plain or compressed with gzip (.gz)")
    parser.add_argument(
        "--certificate",
        type=Path,
        metavar="CERT",
        help="compare all that this certificate says of its proofs with the file that it names, which FILE must "
        "be if it is given, and what it says of statements with what was pinned",
    )
    parser.add_argument(
        "--theorem",
        action="append",
        default=[],
        metavar="NAME",
        help="a theorem that must be among them; its axioms are shown (may be given more than once)",
    )
    parser.add_argument(
        "--json", action="store_true", help="write one JSON object to standard output"
    )
    options = parser.parse_args(arguments)
    if options.certificate:
        return _recheck(options, parser)
    if not options.file:
        parser.error("a FILE or --certificate is needed")
    started = time.perf_counter()
    try:
        with (
            open_file(options.file) as plain,
            gzip.GzipFile(fileobj=plain) if options.file.endswith(".gz") else plain as file,
        ):
            library = check(
                _lines(file),
                progress=_progress if sys.stderr.isatty() else lambda name, done, total: None,
            )
        answer = _answer(library, options.theorem, time.perf_counter() - started)
    except Refused as refusal:
        answer = {
            "accepted": False,
            "declaration": refusal.declaration,
            "rule": refusal.rule,
            "reason": refusal.reason,
            "term": refusal.term,
        }
    except (EOFError, zlib.error, gzip.BadGzipFile) as error:
        answer = {
            "accepted": False,
            "declaration": "",
            "rule": "format",
            "reason": f"no gzip file: {error}",
            "term": "",
        }
    except OSError as error:
        parser.error(f"{options.file} cannot be read: {error.strerror or error}")
    _print(answer, _text(answer), options.json)
    return ACCEPTED if answer["accepted"] else REFUSED


def _lines(file: BinaryIO | gzip.GzipFile) -> Iterator[bytes]:
    while line := file.readline(LINE + 1):
        yield line


def _progress(name: str, done: int, total: int) -> None:
    print(f"\r\033[K{done} lines: {name[:60]}", end="", file=sys.stderr, flush=True)


def _print(answer: dict[str, Any], text: str, as_json: bool) -> None:
    """Print an answer; what a file says in it reaches the terminal as no more than text."""
    if isinstance(sys.stdout, io.TextIOWrapper):
        sys.stdout.reconfigure(errors="backslashreplace")
    print(
        json.dumps(answer, indent=2)
        if as_json
        else "".join(char if char.isprintable() or char == "\n" else "\ufffd" for char in text)
    )


def _recheck(options: argparse.Namespace, parser: argparse.ArgumentParser) -> int:
    started = time.perf_counter()
    try:
        certificate = read_certificate(options.certificate)
    except Unreadable as error:
        parser.error(str(error))
    folder, named = options.certificate.parent, certificate["proofs"]
    if options.file and (
        named is None or Path(options.file).resolve() != (folder / named["file"]).resolve()
    ):
        parser.error(
            f"{options.certificate} names {named['file'] if named else 'no file of proofs'}, not {options.file}"
        )
    done = judge(
        certificate,
        folder,
        progress=_progress if sys.stderr.isatty() else lambda name, done, total: None,
    )
    answer = {
        "accepted": not done.faults,
        "certificate": str(options.certificate),
        "theorems": done.theorems,
        "constants": done.constants,
        "seconds": round(time.perf_counter() - started, 2),
        "faults": [fault._asdict() for fault in done.faults],
    }
    _print(
        answer,
        "\n".join(f"{options.certificate}: {fault.where}: {fault.reason}" for fault in done.faults)
        or (
            f"accepted: {done.constants} constants in {answer['seconds']} s\n"
            f"{options.certificate}: what it says of {done.theorems} claims' proofs is so"
        ),
        options.json,
    )
    return REFUSED if done.faults else ACCEPTED


def _answer(library: Library, theorems: Sequence[str], seconds: float) -> dict[str, Any]:
    shown: dict[str, Name] = {
        show_name(name): name
        for name, constant in library.constants.items()
        if constant.kind == "theorem"
    }
    for theorem in theorems:
        if theorem not in shown:
            raise Refused(
                "theorem", "no theorem of this name is among the declarations", declaration=theorem
            )
    slowest, longest = library.slowest
    axioms = sorted(
        show_name(name) for name, constant in library.constants.items() if constant.kind == "axiom"
    )
    return {
        "accepted": True,
        "constants": len(library.constants),
        "axioms": axioms,
        "theorems": {theorem: list(library.axioms(shown[theorem])) for theorem in theorems},
        "seconds": round(seconds, 2),
        "slowest": {"declaration": show_name(slowest), "seconds": round(longest, 2)},
    }


def _text(answer: dict[str, Any]) -> str:
    if not answer["accepted"]:
        return (
            f"refused: {answer['declaration']}\nrule: {answer['rule']}\nreason: {answer['reason']}"
            + (f"\nterm: {answer['term']}" if answer["term"] else "")
        )
    lines = [
        f"accepted: {answer['constants']} constants in {answer['seconds']} s",
        f"axioms: {', '.join(answer['axioms']) or 'none'}",
        f"slowest: {answer['slowest']['declaration']} ({answer['slowest']['seconds']} s)",
    ]
    lines += [
        f"theorem {name}: {'axioms ' + ', '.join(axioms) if axioms else 'no axioms'}"
        for name, axioms in answer["theorems"].items()
    ]
    return "\n".join(lines)


if __name__ == "__main__":
    sys.exit(main())
