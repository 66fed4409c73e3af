"""Has the second kernel check declarations: `_agreement_main.py FOLDER KNOWN CONSTANT…`, with their
lines on standard input.

Run alone and isolated (`python -I -S`): beside the standard library only `pyharness.kernel` is
loaded, from FOLDER. The file KNOWN holds, as a JSON list, the digests of declarations that the
kernel accepted before. Each line written to standard output is a JSON object: on the way
`{"declaration", "done", "total"}`; at the end `{"refused"}`, with the rule, the reason, the term
and the declaration, or `{"constants", "computed", "answers", "known"}`, with what the kernel says
of each CONSTANT, and the digests of what it accepted.
"""

from __future__ import annotations

import json
import sys
from typing import Any


def main(folder: str, known: str, names: list[str]) -> None:
    """Check what is on standard input and write the answer."""
    sys.path.append(folder)
    from pyharness.kernel import Refused, check
    from pyharness.kernel.names import show_name
    from pyharness.kernel.printing import show
    from pyharness.kernel.workers import cores

    try:
        with open(known, encoding="utf-8") as file:
            before = frozenset(json.load(file))
        library = check(sys.stdin.buffer, jobs=cores(), known=before, progress=_progress)
        shown = {show_name(name): name for name in library.constants}
        _write(
            {
                "constants": len(library.constants),
                "computed": dict(library.computed),
                "answers": {
                    name: {
                        "statement_sha256": library.statement_sha256(shown[name]),
                        "meaning_sha256": library.meaning_sha256(shown[name]),
                        "axioms": list(library.axioms(shown[name])),
                        "statement": show(library.constants[shown[name]].type),
                    }
                    for name in names
                },
                "known": sorted(library.known),
            }
        )
    except Refused as refused:
        _write(
            {
                "refused": {
                    "rule": refused.rule,
                    "reason": refused.reason,
                    "term": refused.term,
                    "declaration": refused.declaration,
                }
            }
        )


def _progress(declaration: str, done: int, total: int) -> None:
    _write({"declaration": declaration, "done": done, "total": total})


def _write(value: Any) -> None:
    print(json.dumps(value), flush=True)


if __name__ == "__main__":
    main(sys.argv[1], sys.argv[2], sys.argv[3:])
