"""Time `pyharness verify` on a copy of this project, by stage: cold, with nothing changed, and
after an edit; the check of a certificate with its proofs; and the installation on a fresh clone.

    .venv/bin/python benchmarks/bench_verify.py     # about half an hour

Writes benchmarks/verify.json. Memory is the largest sum, over the process tree, of proportional set
sizes, sampled.
"""

from __future__ import annotations

import argparse
import json
import os
import statistics
import subprocess
import sys
import tempfile
import threading
import time
from collections.abc import Container
from pathlib import Path
from typing import Any

from records import origin

ROOT = Path(__file__).resolve().parent.parent
RESULTS = Path(__file__).with_name("verify.json")


def tree(pid: int) -> list[int]:
    """Return a process and all its descendants."""
    children: dict[int, list[int]] = {}
    for entry in Path("/proc").iterdir():
        if entry.name.isdigit():
            try:
                parent = int((entry / "stat").read_text().rsplit(")", 1)[1].split()[1])
            except OSError:
                continue
            children.setdefault(parent, []).append(int(entry.name))
    found, stack = [], [pid]
    while stack:
        found.append(stack.pop())
        stack += children.get(found[-1], [])
    return found


def proportional_set_size(pid: int) -> int:
    """Return a process's share of memory in bytes; 0 once it is gone."""
    try:
        lines = Path(f"/proc/{pid}/smaps_rollup").read_text().splitlines()
    except OSError:
        return 0
    return next((int(line.split()[1]) * 1024 for line in lines if line.startswith("Pss:")), 0)


def measure(
    command: list[str],
    folder: Path,
    cores: set[int] | None = None,
    *,
    given: Path | None = None,
    allowed: Container[int] = (0,),
) -> dict[str, float]:
    """Run a command, on these cores alone if they are given, and with this file as its standard
    input, and return its seconds and its tree's peak memory in MiB.
    """
    start = time.perf_counter()
    process = subprocess.Popen(
        command,
        cwd=folder,
        stdin=given and given.open("rb"),
        stdout=subprocess.DEVNULL,
        preexec_fn=cores and (lambda: os.sched_setaffinity(0, cores)),  # noqa: PLW1509 (no threads yet)
    )
    peak, done = 0, threading.Event()

    def sample() -> None:
        nonlocal peak
        while not done.wait(0.1):
            peak = max(peak, sum(map(proportional_set_size, tree(process.pid))))

    sampler = threading.Thread(target=sample)
    sampler.start()
    status = process.wait()
    seconds = time.perf_counter() - start
    # So that little is lost if a later one fails.
    print(f"{seconds:.2f} s: {' '.join(command)}", flush=True)
    done.set()
    sampler.join()
    if status not in allowed:
        raise SystemExit(f"{' '.join(command)} ended with status {status}")
    return {"seconds": round(seconds, 2), "peak_mib": round(peak / 2**20)}


def staged(command: list[str], folder: Path) -> dict[str, Any]:
    """As `measure`, with the seconds of each stage of the run's own record."""
    run = measure(command, folder)
    return run | {
        "stages": json.loads((folder / "certificates" / "leanmining.run.json").read_text())[
            "seconds"
        ]
    }


CHECK = [
    *(sys.executable, "-m", "pyharness", "check", "certificates/leanmining.json"),
    *("--source", ".", "--proofs"),
]

EDITS = {
    "one claim's evidence edited": (
        "claims/gap.py",
        "def positive_as_given(run: Run) -> Iterator[Evidence]:\n",
        "def positive_as_given(run: Run) -> Iterator[Evidence]:\n    assert run.seed >= 0\n",
    ),
    "one Lean module edited": (
        "LeanMining/QuantError/Rounding.lean",
        "theorem mse_convex_as_given_false :\n",
        "theorem one_le_two_too : (1 : Nat) ≤ 2 := by decide\n\ntheorem mse_convex_as_given_false :\n",
    ),
}
"""What is edited: the file, a text in it, and what stands there instead. What is claimed and proved
stays the same."""

LEAN_STARTS = """
import time
from pyharness.proofs.toolchain import locate
toolchain = locate()
for _ in range(7):
    start = time.perf_counter()
    toolchain.run(["--json", "--stdin"], stdin="prelude\\n")
    print(time.perf_counter() - start)
"""

CONFORMANCE = """
import time
from pathlib import Path
from pyharness.core.cache import Cache
from pyharness.core.executor import LocalExecutor
from pyharness.core.progress import quiet
from pyharness.evidence.run import Run
from pyharness.pipeline.gather import gather
from pyharness.pipeline.built import build_library
from pyharness.project.pack import load_pack
from pyharness.project.settings import load_project
from pyharness.proofs.conformance import Kernel
from pyharness.proofs.toolchain import locate
project, toolchain = load_project(Path(".")), locate()
claims = load_pack(project.packs)
library = build_library(project, toolchain, progress=quiet)
run = Run(project.seed, Kernel(toolchain, library, project.build, project.allowed_axioms, fresh=True))
cache = Cache(project.build / "none", fresh=True)
start = time.perf_counter()
gather(claims, project.packs, run, executor=LocalExecutor(), cache=cache, progress=quiet, own=False)
print(time.perf_counter() - start)
"""


def told(program: str, folder: Path) -> list[float]:
    """Run a program of its own in a folder, and return the seconds that it prints."""
    # Worker processes are given the path of this one, in which the folder must have a name.
    there = {**os.environ, "PYTHONPATH": str(folder)}
    done = subprocess.run(
        [sys.executable, "-c", program],
        cwd=folder,
        env=there,
        stdout=subprocess.PIPE,
        text=True,
        check=True,
    )
    return [float(line) for line in done.stdout.split()]


def main() -> None:
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.parse_args()
    results = {}
    with tempfile.TemporaryDirectory() as folder:
        copy = Path(folder) / "project"
        subprocess.run(["git", "clone", "--quiet", str(ROOT), str(copy)], check=True)
        verify = [sys.executable, "-m", "pyharness", "verify"]
        results["installation"] = measure(["make", "install"], copy)
        results["cold"] = staged(verify, copy)
        # The first of these finds nothing to do; while nothing changes the others need not look.
        results["nothing to do"] = staged(verify, copy)
        results["nothing changed"] = min(
            (measure(verify, copy) for _ in range(3)), key=lambda run: run["seconds"]
        )
        results["proofs checked"] = measure(CHECK, copy)
        for name, (file, text, instead) in EDITS.items():
            path = copy / file
            before = path.read_text(encoding="utf-8")
            if before.count(text) != 1:
                raise SystemExit(f"{file} does not hold {text!r} once, so that nothing was edited")
            path.write_text(before.replace(text, instead), encoding="utf-8")
            results[name] = staged(verify, copy)
            path.write_text(before, encoding="utf-8")
            staged(verify, copy)
        apart = {
            "Lean's start": round(statistics.median(told(LEAN_STARTS, copy)), 3),
            "conformance, all of it anew": round(told(CONFORMANCE, copy)[0], 3),
        }
    record = {
        **origin(),
        "results": results,
        "apart, seconds": apart,
    }
    RESULTS.write_text(json.dumps(record, indent=2) + "\n")
    print(json.dumps(record, indent=2))


if __name__ == "__main__":
    main()
