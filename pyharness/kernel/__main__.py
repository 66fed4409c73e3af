"""`python -m pyharness.kernel FILE`: checks an export, and says what was accepted and on which
axioms it rests.

With `--certificate CERT` it checks the export that a certificate names, and holds the certificate
against it.
"""

from __future__ import annotations

import argparse
import io
import json
import sys
import time
from collections.abc import Callable, Iterable, Iterator, Sequence
from pathlib import Path
from typing import Any, NoReturn

from .budget import HELD, STEPS
from .certificate import Unreadable, judge, read_certificate, views
from .files import Unpackable, open_lines
from .library import Library, check
from .names import Name, show_name
from .refusal import Refused
from .workers import cores

ACCEPTED, REFUSED, DECLINED, USAGE = 0, 1, 2, 3

_EPILOG = """\
examples:
  {prog} proofs.ndjson.gz
  {prog} proofs.ndjson.gz --theorem Demo.bound --json
  {prog} library.ndjson --as-lean --keep-going --jobs 4
  {prog} --certificate certificates/demo.json

Functions on numbers are computed only where their own definitions are found to be these functions.
Lean's kernel computes them by their names; --as-lean does so too, where a file does not state what
shows it.

exit status: 0 every declaration is accepted, and the certificate is as it says; 1 one is refused, a
theorem that is asked for is not there, or the certificate says something else; 2 the check is
declined: another version of the format, a budget that ended, or what compiled code gave; 3 bad
usage, or a file that cannot be read"""


_SOME = 1_000
"""Lines from one word on how many were read to the next."""
_SHOWN = 20
"""Axioms that are listed; there is no limit in JSON."""


class _Parser(argparse.ArgumentParser):
    def error(self, message: str) -> NoReturn:
        self.print_usage(sys.stderr)
        self.exit(USAGE, f"{self.prog}: error: {message}\n")


def main(arguments: Sequence[str] | None = None) -> int:
    """Check a file and return the exit status."""
    started_as = Path(sys.argv[0]).name
    prog = started_as if started_as.endswith(".pyz") else "python -m pyharness.kernel"
    parser = _Parser(
        prog=prog,
        epilog=_EPILOG.format(prog=prog),
        formatter_class=argparse.RawDescriptionHelpFormatter,
        description="Check every declaration of an export in lean4export's NDJSON format 3.1, with Python alone.",
    )
    parser.add_argument(
        "file",
        nargs="?",
        help="the export, plain or compressed with gzip or xz; - for standard input",
    )
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
        "--as-lean",
        action="store_true",
        help="compute functions on numbers by their names alone, as Lean's kernel does",
    )
    parser.add_argument(
        "--keep-going",
        action="store_true",
        help="list every declaration that is refused; it is taken as assumed by those behind it",
    )
    parser.add_argument(
        "--jobs",
        type=_positive,
        metavar="N",
        help="processes that check declarations (default: one for each core)",
    )
    parser.add_argument(
        "--steps",
        type=_positive,
        default=STEPS,
        metavar="N",
        help=f"steps of about a microsecond that a declaration may take (default: {STEPS:,})",
    )
    parser.add_argument(
        "--memory",
        type=_positive,
        default=HELD,
        metavar="N",
        help=f"terms and the like, of about 200 bytes, that a declaration may hold; the file, ten times as many (default: {HELD:,})",
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
        told = _told()
        with open_lines(options.file) as lines:
            library = check(
                _counted(lines, told),
                steps=options.steps,
                held=options.memory,
                as_lean=options.as_lean,
                keep_going=options.keep_going,
                jobs=options.jobs or cores(),
                progress=told,
            )
        answer = _answer(library, options.theorem, time.perf_counter() - started)
    except Refused as refused:
        answer = {"accepted": False, "refused": [_described(refused)]}
    except Unpackable as error:
        parser.error(f"{options.file} cannot be unpacked: {error}")
    except OSError as error:
        parser.error(f"{options.file} cannot be read: {error.strerror or error}")
    _print(answer, _text(answer), options.json)
    if answer["accepted"]:
        return ACCEPTED
    return DECLINED if all(item["declined"] for item in answer["refused"]) else REFUSED


def _positive(text: str) -> int:
    if not text.isdecimal() or int(text) < 1:
        raise argparse.ArgumentTypeError(f"{text!r} is no positive number")
    return int(text)


def _described(refused: Refused) -> dict[str, Any]:
    return {
        "declaration": refused.declaration,
        "rule": refused.rule,
        "reason": refused.reason,
        "term": refused.term,
        "declined": refused.declined,
    }


def _told() -> Callable[[str, int, int], None]:
    """Return what shows progress on a terminal."""
    if not sys.stderr.isatty():
        return lambda name, done, total: None
    last = 0.0

    def show(name: str, done: int, total: int) -> None:
        nonlocal last
        if (now := time.monotonic()) > last + 0.1:
            last = now
            told = f"{done:,} of {total:,}: {name[:50]}" if total else f"{done:,} lines are read"
            print(f"\r\033[K{told}", end="", file=sys.stderr, flush=True)

    return show


def _counted(lines: Iterable[bytes], told: Callable[[str, int, int], None]) -> Iterator[bytes]:
    for number, line in enumerate(lines):
        if number % _SOME == 0:
            told("", number, 0)
        yield line


def _print(answer: dict[str, Any], text: str, as_json: bool) -> None:
    """Print an answer; what a file says in it reaches the terminal as no more than text."""
    if sys.stderr.isatty():
        print("\r\033[K", end="", file=sys.stderr, flush=True)
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
    folder = options.certificate.parent
    named = [
        view.certificate["proofs"]["file"]
        for view in views(certificate)
        if view.certificate["proofs"] is not None
    ]
    if options.file and Path(options.file).resolve() not in [
        (folder / file).resolve() for file in named
    ]:
        parser.error(
            f"{options.certificate} names {' and '.join(named) or 'no file of proofs'}, not {options.file}"
        )
    done = judge(certificate, folder, jobs=options.jobs or cores(), progress=_told())
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
    missing = "no theorem of this name is among the declarations"
    refused = [
        *library.refused,
        *(Refused("theorem", missing, declaration=name) for name in theorems if name not in shown),
    ]
    slowest, longest = library.slowest
    return {
        "accepted": not refused,
        "constants": len(library.constants),
        "left_out": library.left_out,
        "refused": list(map(_described, refused)),
        "axioms": sorted(
            show_name(name)
            for name, constant in library.constants.items()
            if constant.kind == "axiom"
        ),
        "computed": dict(library.computed),
        "theorems": {
            theorem: list(library.axioms(shown[theorem]))
            for theorem in theorems
            if theorem in shown
        },
        "seconds": round(seconds, 2),
        "slowest": {"declaration": show_name(slowest), "seconds": round(longest, 2)},
    }


def _text(answer: dict[str, Any]) -> str:
    lines = []
    for item in answer["refused"]:
        verdict = "declined" if item["declined"] else "refused"
        lines += [
            f"{verdict}: {item['declaration']}",
            f"rule: {item['rule']}",
            f"reason: {item['reason']}",
            *([f"term: {item['term']}"] if item["term"] else []),
        ]
    if "constants" not in answer:
        return "\n".join(lines)
    axioms, left_out = answer["axioms"], answer["left_out"]
    some = ", ".join(axioms[:_SHOWN]) + (", …" if len(axioms) > _SHOWN else "")
    lines += [
        f"not accepted: {len(answer['refused'])} of {answer['constants']:,} constants in {answer['seconds']} s"
        if answer["refused"]
        else f"accepted: {answer['constants']:,} constants in {answer['seconds']} s",
        f"axioms: {len(axioms)}: {some}" if len(axioms) > _SHOWN else f"axioms: {some or 'none'}",
        f"slowest: {answer['slowest']['declaration']} ({answer['slowest']['seconds']} s)",
    ]
    lines += [f"left out: {left_out:,} unsafe or partial constants"] if left_out else []
    by_name = [name for name, reason in answer["computed"].items() if reason == "by name"]
    lines += [f"computed by name, not checked: {', '.join(by_name)}"] if by_name else []
    lines += [
        f"theorem {name}: {'axioms ' + ', '.join(axioms) if axioms else 'no axioms'}"
        for name, axioms in answer["theorems"].items()
    ]
    return "\n".join(lines)


if __name__ == "__main__":
    sys.exit(main())
