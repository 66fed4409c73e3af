"""Time a project whose proofs are an export: `pyharness status`, the first time, again, and when
what claims name has changed.

    .venv/bin/python benchmarks/bench_export.py
    .venv/bin/python benchmarks/bench_export.py --export init.ndjson.xz --theorems A B C D E

Exports that are written here grow from 12,500 to 100,000 declarations. Of one kind claims need a
few declarations, of the other nearly all. With --export one of your own is timed.

Writes benchmarks/export.json. Seconds are those of the clock; memory is that of the process and
all that it starts, measured in a further run, as in bench_verify.py.
"""

from __future__ import annotations

import argparse
import json
import os
import shutil
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any

from bench_kernel import growing
from bench_verify import ROOT, measure
from records import origin

RESULTS = Path(__file__).with_name("export.json")
SIZES = (12_500, 25_000, 50_000, 100_000)
CLAIMS = 5

CONFIG = """\
name = "Timed"
packs = ["timed_claims"]
allowed-axioms = []
certificate = "certificates/timed.json"
seed = 0

[proofs]
export = "{file}"
"""
PACK = """\
from pyharness import Source, claim

SOURCE = Source("A benchmark", "Exports")
"""
CLAIM = """

@claim("timed.c{place}", statement="As it says.", source=SOURCE, theorem="{theorem}", tier="none")
def c{place}(run):
    yield from ()
"""


def write(folder: Path, file: str, theorems: Sequence[str]) -> None:
    """Write a project of claims on theorems of an export."""
    (folder / "pyharness.toml").write_text(CONFIG.format(file=file))
    claims = [CLAIM.format(place=place, theorem=name) for place, name in enumerate(theorems)]
    (folder / "timed_claims.py").write_text(PACK + "".join(claims))


def chained(declarations: int) -> Iterator[str]:
    """Yield the lines of `growing`, where each theorem rests on the one before it: its proof is a
    function that is given that one and makes no use of it.
    """
    binder = {"name": 0, "binderInfo": "default"}
    term, before = 3 * (declarations // 2) + 8, None
    for text in growing(declarations):
        line = json.loads(text)
        if (theorem := line.get("thm")) is not None:
            if before is not None:
                proof = {"type": before["type"], "body": theorem["value"]}
                yield json.dumps({"ie": term, "const": {"name": before["name"], "us": []}})
                yield json.dumps({"ie": term + 1, "lam": binder | proof})
                yield json.dumps({"ie": term + 2, "app": {"fn": term + 1, "arg": term}})
                theorem["value"], term = term + 2, term + 3
            before = theorem | {"value": None}
        yield json.dumps(line)


def status(folder: Path) -> float:
    """Run `pyharness status` in a project, and return how long it took."""
    started = time.perf_counter()
    done = subprocess.run(
        [sys.executable, "-m", "pyharness", "status", "--json"],
        cwd=folder,
        env=os.environ | {"PYTHONPATH": str(ROOT)},
        capture_output=True,
        check=False,
    )
    if done.returncode not in (0, 1):
        sys.exit(done.stderr.decode())
    return round(time.perf_counter() - started, 2)


def timed(folder: Path, theorems: Sequence[str], file: str) -> dict[str, Any]:
    """Time a project whose first claims are on all but the last theorem, then on all."""
    write(folder, file, theorems[:-1])
    first, again = status(folder), status(folder)
    write(folder, file, theorems)
    changed = status(folder)
    cut = max((folder / "build" / "exports").iterdir(), key=lambda path: path.stat().st_mtime_ns)
    found = {"first": first, "again": again, "one claim more": changed, "cut_lines": _lines(cut)}
    shutil.rmtree(folder / "build")
    command = [sys.executable, "-m", "pyharness", "status", "--project", str(folder)]
    return found | {"peak_mib": measure(command, ROOT, allowed=(0, 1))["peak_mib"]}


def _lines(path: Path) -> int:
    with path.open("rb") as file:
        return sum(1 for _ in file)


def main() -> None:
    """Measure, and write the results."""
    parser = argparse.ArgumentParser(description=__doc__.partition("\n")[0])
    parser.add_argument("--export", type=Path, help="an export of your own")
    parser.add_argument("--theorems", nargs="+", default=[], help="its theorems that claims are on")
    options = parser.parse_args()
    results: list[dict[str, Any]] = []
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        if options.export:
            shutil.copy(options.export, folder)
            found = timed(folder, options.theorems, options.export.name)
            results.append({"what": options.export.name, **found})
            print(results[-1], flush=True)
        for needs, make in (("a few", growing), ("all", chained)):
            for size in SIZES:
                lines = "".join(f"{line}\n" for line in make(size))
                (folder / "grown.ndjson").write_text(lines)
                last = size // 2 - 1
                theorems = [f"t{last - place}" for place in reversed(range(CLAIMS))]
                found = timed(folder, theorems, "grown.ndjson")
                what = f"{size:,} declarations, of which claims need {needs}"
                results.append({"what": what, **found})
                print(results[-1], flush=True)
    record = {
        **origin(),
        "theorems": options.theorems,
        "results": results,
    }
    RESULTS.write_text(json.dumps(record, indent=2, ensure_ascii=False) + "\n")


if __name__ == "__main__":
    main()
