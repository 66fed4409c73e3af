"""Time `make test` here, after `make verify`, as CI runs it.

    .venv/bin/python benchmarks/bench_tests.py      # a quarter of an hour

Writes benchmarks/tests.json. What pytest prints is printed; a test that fails is counted.
"""

from __future__ import annotations

import json
import re
import subprocess
import time
from pathlib import Path

from records import origin

ROOT = Path(__file__).resolve().parent.parent
RESULTS = Path(__file__).with_name("tests.json")


def main() -> None:
    subprocess.run(["make", "verify"], cwd=ROOT, check=True)
    start, last = time.perf_counter(), ""
    with subprocess.Popen(["make", "test"], cwd=ROOT, stdout=subprocess.PIPE, text=True) as run:
        assert run.stdout is not None
        for line in run.stdout:
            print(line, end="", flush=True)
            last = line if re.search(r"\d+ passed", line) else last
    seconds = time.perf_counter() - start
    if not last:
        raise SystemExit("no test ran, so nothing is recorded")
    counts = {what: int(number) for number, what in re.findall(r"(\d+) (\w+)", last)}
    results = {"seconds": round(seconds, 1)} | {
        what: counts.get(what, 0) for what in ("passed", "failed", "skipped")
    }
    record = {**origin(), "results": results}
    RESULTS.write_text(json.dumps(record, indent=2) + "\n")
    print(json.dumps(record, indent=2))


if __name__ == "__main__":
    main()
