"""Time `pyharness verify` on a copy of this project: cold, with nothing changed, and after a fresh installation.

    .venv/bin/python benchmarks/bench_verify.py              # cold and warm
    .venv/bin/python benchmarks/bench_verify.py --install    # also `make verify` on a fresh clone, installation included

Writes benchmarks/verify.json. Memory is the largest sum, over the process tree, of proportional set sizes, sampled.
"""
from __future__ import annotations

import argparse
import json
import os
import platform
import subprocess
import sys
import tempfile
import threading
import time
from pathlib import Path

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


def measure(command: list[str], folder: Path) -> dict[str, float]:
    """Run a command and return its seconds and its tree's peak memory in MiB."""
    start = time.perf_counter()
    process = subprocess.Popen(command, cwd=folder, stdout=subprocess.DEVNULL)
    peak, done = 0, threading.Event()

    def sample() -> None:
        nonlocal peak
        while not done.wait(0.1):
            peak = max(peak, sum(map(proportional_set_size, tree(process.pid))))

    sampler = threading.Thread(target=sample)
    sampler.start()
    status = process.wait()
    seconds = time.perf_counter() - start
    done.set()
    sampler.join()
    if status:
        raise SystemExit(f"{' '.join(command)} ended with status {status}")
    return {"seconds": round(seconds, 2), "peak_mib": round(peak / 2**20)}


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--install", action="store_true", help="also time `make verify` on a fresh clone")
    options = parser.parse_args()
    results = {}
    with tempfile.TemporaryDirectory() as folder:
        copy = Path(folder) / "project"
        subprocess.run(["git", "clone", "--quiet", str(ROOT), str(copy)], check=True)
        verify = [sys.executable, "-m", "pyharness", "verify"]
        if options.install:
            results["fresh clone, with installation"] = measure(["make", "verify"], copy)
            subprocess.run(["rm", "-rf", str(copy / "build")], check=True)
        results["cold"] = measure(verify, copy)
        results["nothing changed"] = measure(verify, copy)
        stages = json.loads((copy / "certificates" / "leanmining.run.json").read_text())["seconds"]
    commit = subprocess.run(["git", "rev-parse", "HEAD"], cwd=ROOT, capture_output=True, text=True, check=True).stdout.strip()
    record = {
        "command": " ".join(["python", "benchmarks/bench_verify.py", *sys.argv[1:]]),
        "commit": commit,
        "machine": {"platform": platform.platform(), "cores": os.cpu_count()},
        "results": results,
        "stages with nothing changed, seconds": stages,
    }
    RESULTS.write_text(json.dumps(record, indent=2) + "\n")
    print(json.dumps(record, indent=2))


if __name__ == "__main__":
    main()
