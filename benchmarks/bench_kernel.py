"""Time the second kernel: on the proofs that the certificate names, on the whole library, and where
its answer is kept.

    .venv/bin/python benchmarks/bench_kernel.py

Writes benchmarks/kernel.json. Seconds are those of the clock, CPU seconds those that the process
was at work, which other load on the machine changes less. Memory is measured as in bench_verify.py.
"""

from __future__ import annotations

import json
import os
import platform
import resource
import subprocess
import sys
import tempfile
import time
from pathlib import Path
from typing import Any

from bench_verify import ROOT, measure

from pyharness.core.cache import Cache
from pyharness.core.json_files import read_json
from pyharness.kernel import check, show_name
from pyharness.kernel.certificate import read_proofs
from pyharness.project.settings import load_project
from pyharness.proofs.agreement import SecondKernel
from pyharness.proofs.build import build
from pyharness.proofs.environment import Environment
from pyharness.proofs.export import export
from pyharness.proofs.toolchain import locate

RESULTS = Path(__file__).with_name("kernel.json")
CERTIFICATE = ROOT / "certificates" / "leanmining.json"
SLOWEST = 5


def alone(*arguments: str) -> dict[str, float]:
    """Run the second kernel in a process of its own, with nothing but the standard library, and
    measure it.
    """
    before = resource.getrusage(resource.RUSAGE_CHILDREN)
    measured = measure([sys.executable, "-S", "-m", "pyharness.kernel", *arguments], ROOT)
    after = resource.getrusage(resource.RUSAGE_CHILDREN)
    spent = after.ru_utime + after.ru_stime - before.ru_utime - before.ru_stime
    return {
        "seconds": measured["seconds"],
        "cpu_seconds": round(spent, 2),
        "peak_mib": measured["peak_mib"],
    }


def described(lines: bytes) -> dict[str, Any]:
    """Check lines here, and return how many constants they hold and which declarations take
    longest.
    """
    library = check(lines.splitlines(keepends=True))
    slowest = sorted(library.seconds.items(), key=lambda item: -item[1])[:SLOWEST]
    return {
        "constants": len(library.constants),
        "lines": lines.count(b"\n"),
        "mib": round(len(lines) / 2**20, 2),
        "slowest, seconds": {show_name(name): round(seconds, 2) for name, seconds in slowest},
    }


def whole_library() -> bytes:
    """Return the lines of every safe constant of the library."""
    project = load_project(ROOT)
    environment = Environment.load(
        build(project.root, project.lean_root, out=project.build, toolchain=locate())
    )
    safe = [name for name in environment.modules if environment.constant(name).safety == "safe"]
    return "".join(f"{line}\n" for line in export(environment, safe)).encode()


def main() -> None:
    certificate = read_json(CERTIFICATE)
    file = CERTIFICATE.parent / certificate["proofs"]["file"]
    lines = read_proofs(CERTIFICATE.parent, certificate["proofs"]["file"])
    results = {
        "the claims' proofs": {
            **alone("--certificate", str(CERTIFICATE)),
            "compressed_mib": round(file.stat().st_size / 2**20, 2),
            **described(lines),
        }
    }
    whole = whole_library()
    names = sorted(
        {
            name
            for claim in certificate["claims"]
            for name in (claim["proof"]["theorem"], claim["proof"]["example"])
            if name
        }
    )
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "library.ndjson"
        path.write_bytes(whole)
        results["the whole library"] = {**alone(str(path)), **described(whole)}
        cache = Cache(Path(folder) / "cache")
        for name in ("as a stage of verify", "as a stage of verify, answer kept"):
            started = time.perf_counter()
            with SecondKernel(lines, names, cache=cache) as second:
                second.answer()
            results[name] = {"seconds": round(time.perf_counter() - started, 3)}
    commit = subprocess.run(
        ["git", "rev-parse", "HEAD"], cwd=ROOT, capture_output=True, text=True, check=True
    ).stdout.strip()
    record = {
        "command": "python benchmarks/bench_kernel.py",
        "commit": commit,
        "machine": {
            "platform": platform.platform(),
            "cores": os.cpu_count(),
            "python": platform.python_version(),
            "load average, with this": round(os.getloadavg()[1], 1),
        },
        "results": results,
    }
    RESULTS.write_text(json.dumps(record, indent=2, ensure_ascii=False) + "\n")
    print(json.dumps(record, indent=2, ensure_ascii=False))


if __name__ == "__main__":
    main()
