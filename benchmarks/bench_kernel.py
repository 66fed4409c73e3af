"""Time the second kernel: on the proofs that the certificate names, on the whole library, on
libraries that grow, as it is and compiled, and where its answer is kept.

    .venv/bin/python benchmarks/bench_kernel.py
    .venv/bin/python benchmarks/bench_kernel.py --export init.ndjson.xz --nanoda BINARY CONFIG

With --nanoda the checker nanoda is timed on the same proofs, in the same run; its last figures are
kept where it is not given. With --export other exports are timed, with --as-lean and --keep-going.

Writes benchmarks/kernel.json. Seconds are those of the clock, CPU seconds those that the processes
were at work, which other load on the machine changes less; of two runs the faster counts. Memory is
measured in a third, as in bench_verify.py.
"""

from __future__ import annotations

import argparse
import datetime
import importlib.util
import json
import os
import resource
import shutil
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from bench_verify import ROOT, measure
from records import origin

from pyharness.core.cache import Cache
from pyharness.core.json_files import read_json
from pyharness.kernel import check, show_name
from pyharness.kernel.certificate import read_proofs
from pyharness.kernel.reader import FORMAT
from pyharness.kernel.workers import cores
from pyharness.project.settings import load_project
from pyharness.proofs.agreement import SecondKernel
from pyharness.proofs.build import build
from pyharness.proofs.environment import Environment
from pyharness.proofs.export import export
from pyharness.proofs.toolchain import locate

RESULTS = Path(__file__).with_name("kernel.json")
CERTIFICATE = ROOT / "certificates" / "leanmining.json"
SLOWEST, RUNS = 5, 2


def alone(*arguments: str, package: Path = ROOT, given: Path | None = None) -> dict[str, float]:
    """Run the second kernel in a process of its own, with nothing but the standard library, and
    measure it.
    """
    command = [sys.executable, "-S", "-m", "pyharness.kernel", *arguments]
    return timed(command, package, given)


def timed(command: list[str], folder: Path, given: Path | None = None) -> dict[str, float]:
    """Run a command, and return what the fastest run took, and the memory of one more: measuring it
    takes time.
    """
    runs = []
    for _ in range(RUNS):
        before, started = resource.getrusage(resource.RUSAGE_CHILDREN), time.perf_counter()
        with (given or Path(os.devnull)).open("rb") as file:
            subprocess.run(command, cwd=folder, stdin=file, stdout=subprocess.DEVNULL, check=False)
        seconds = time.perf_counter() - started
        after = resource.getrusage(resource.RUSAGE_CHILDREN)
        spent = after.ru_utime + after.ru_stime - before.ru_utime - before.ru_stime
        runs.append({"seconds": round(seconds, 2), "cpu_seconds": round(spent, 2)})
    peak = measure(command, folder, given=given, allowed=(0, 1))["peak_mib"]
    return min(runs, key=lambda run: run["seconds"]) | {"peak_mib": peak}


def compiled(folder: Path) -> Path | None:
    """Compile the kernel into a folder; None where that cannot be done."""
    if importlib.util.find_spec("mypyc") is None:
        return None
    for name in ("setup.py", "pyproject.toml", "README.md"):
        shutil.copy(ROOT / name, folder)
    shutil.copytree(ROOT / "pyharness" / "kernel", folder / "pyharness" / "kernel")
    shutil.copy(ROOT / "pyharness" / "__init__.py", folder / "pyharness")
    subprocess.run(
        [sys.executable, "setup.py", "-q", "build_ext", "--inplace"],
        cwd=folder,
        env=os.environ | {"PYHARNESS_COMPILE": "1"},
        check=True,
        stdout=subprocess.DEVNULL,
    )
    return folder


def growing(declarations: int) -> Iterator[str]:
    """Yield the lines of a library of so many declarations, in pairs: a function on propositions,
    and a theorem that unfolds it.
    """
    binder = {"name": 0, "binderInfo": "default"}
    lines: list[dict[str, Any]] = [
        {
            "meta": {
                "exporter": {"name": "bench", "version": ""},
                "lean": {"githash": "", "version": ""},
                "format": {"version": FORMAT},
            }
        },
        {"ie": 0, "sort": 0},
        {"ie": 1, "bvar": 0},
        {"ie": 2, "bvar": 1},
        {"ie": 3, "forallE": binder | {"type": 0, "body": 0}},
        {"ie": 4, "forallE": binder | {"type": 1, "body": 2}},
        {"ie": 5, "lam": binder | {"type": 0, "body": 4}},
        {"ie": 6, "lam": binder | {"type": 1, "body": 1}},
        {"ie": 7, "lam": binder | {"type": 0, "body": 6}},
    ]
    for place in range(declarations // 2):
        name, term = 2 * place + 1, 3 * place + 8
        defined = {"name": name, "levelParams": [], "all": [name]}
        lines += [
            {"in": name, "str": {"pre": 0, "str": f"f{place}"}},
            {"in": name + 1, "str": {"pre": 0, "str": f"t{place}"}},
            {"def": defined | {"type": 3, "value": 5, "hints": "abbrev", "safety": "safe"}},
            {"ie": term, "const": {"name": name, "us": []}},
            {"ie": term + 1, "app": {"fn": term, "arg": 1}},
            {"ie": term + 2, "forallE": binder | {"type": 0, "body": term + 1}},
            {
                "thm": {
                    "name": name + 1,
                    "levelParams": [],
                    "all": [name + 1],
                    "type": term + 2,
                    "value": 7,
                }
            },
        ]
    yield from map(json.dumps, lines)


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
    parser = argparse.ArgumentParser(description="Time the second kernel.")
    parser.add_argument("--export", type=Path, action="append", default=[], metavar="FILE")
    parser.add_argument("--nanoda", nargs=2, metavar=("BINARY", "CONFIG"))
    options = parser.parse_args()
    certificate = read_json(CERTIFICATE)
    lines = read_proofs(CERTIFICATE.parent, certificate["proofs"]["file"])
    whole = whole_library()
    names = sorted(
        {
            name
            for claim in certificate["claims"]
            for name in (claim["proof"]["theorem"], claim["proof"]["example"])
            if name
        }
    )
    results: dict[str, Any] = {}
    with tempfile.TemporaryDirectory() as temporary:
        folder = Path(temporary)
        proofs, library = folder / "proofs.ndjson", folder / "library.ndjson"
        proofs.write_bytes(lines)
        library.write_bytes(whole)
        source = folder / "compiled"
        source.mkdir()
        packages = {"": ROOT, ", compiled": compiled(source)}
        for how, package in packages.items():
            for jobs in sorted({1, cores()}) if package else ():
                name = f"the claims' proofs, {jobs} process{'es' * (jobs > 1)}{how}"
                results[name] = alone(str(proofs), "--jobs", str(jobs), package=package)
            if package:
                results[f"the whole library{how}"] = alone(str(library), package=package)
                for export in options.export:
                    results[f"{export.name}{how}"] = alone(
                        str(export.resolve()), "--as-lean", "--keep-going", package=package
                    )
        results["the whole library"] |= described(whole)
        for declarations in (12_500, 25_000, 50_000, 100_000):
            path = folder / "growing.ndjson"
            path.write_text("".join(f"{line}\n" for line in growing(declarations)))
            results[f"{declarations:,} declarations"] = alone(str(path))
        if options.nanoda:
            binary, config = (str(Path(item).resolve()) for item in options.nanoda)
            ours = results[f"the claims' proofs, {cores()} processes"]
            theirs = timed([binary, config], folder, proofs)
            nanoda = theirs | {
                "date": datetime.date.today().isoformat(),
                "this kernel, seconds in the same run": ours["seconds"],
            }
        else:
            nanoda = read_json(RESULTS).get("nanoda")
        cache = Cache(folder / "cache")
        for name in ("as a stage of verify", "as a stage of verify, answer kept"):
            started = time.perf_counter()
            with SecondKernel(lines, names, cache=cache) as second:
                second.answer()
            results[name] = {"seconds": round(time.perf_counter() - started, 3)}
    record = {
        **origin(),
        "results": results,
        "nanoda": nanoda,
    }
    RESULTS.write_text(json.dumps(record, indent=2, ensure_ascii=False) + "\n")
    print(json.dumps(record, indent=2, ensure_ascii=False))


if __name__ == "__main__":
    main()
