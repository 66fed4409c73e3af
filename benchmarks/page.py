"""Write docs/benchmarks.md from the raw results beside this file: `python benchmarks/page.py`. No
figure is typed in.
"""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

HERE = Path(__file__).parent
PAGE = HERE.parent / "docs" / "benchmarks.md"


def read(name: str) -> dict[str, Any]:
    return json.loads((HERE / f"{name}.json").read_text(encoding="utf-8"))


def target(
    what: str, figure: float, limit: float, unit: str, why: str, *, least: bool = False
) -> str:
    """A row: what is asked, what was measured, and whether it is met, or by how much it is missed
    and why.
    """
    met = figure >= limit if least else figure <= limit
    gap = abs(figure - limit)
    verdict = "met" if met else f"missed by {gap:.3g}{unit}: {why}"
    return f"| {what} | {'at least' if least else 'at most'} {limit:g}{unit} | {figure:.3g}{unit} | {verdict} |"


def made_by(record: dict[str, Any]) -> str:
    machine, versions = record["machine"], record.get("versions", {})
    words = [
        f"`{record['command']}`",
        f"commit {record['commit'][:10]}",
        f"{machine['cores']} cores, {machine['platform']}",
    ]
    return "; ".join(words + [f"{name} {version}" for name, version in versions.items()]) + "."


def _verify_targets(
    runs: dict[str, Any], staged: dict[str, dict[str, float]], tests: dict[str, Any]
) -> Iterator[str]:
    evidence = staged["cold"]["evidence"]
    for what, name, limit, why in (
        ("cold `verify`", "cold", 45, f"the evidence takes {evidence:.0f} s on all cores"),
        (
            "`verify` after an edit of one claim's evidence",
            "one claim's evidence edited",
            5,
            "all claims whose code reaches the edited module are gathered again",
        ),
        (
            "`verify` after an edit of one Lean module",
            "one Lean module edited",
            10,
            "conformance is decided anew, since its key is the whole library",
        ),
        (
            "`verify` with nothing changed, best of three",
            "nothing changed",
            1,
            "importing torch, which the claims need, and writing the certificate anew",
        ),
        ("`check --proofs`", "proofs checked", 2.5, "in Python the second kernel is interpreted"),
        (
            "`make verify` on a fresh clone, installation included",
            "fresh clone, with installation",
            90,
            "the installation, and a cold `verify`",
        ),
    ):
        yield target(what, runs[name]["seconds"], limit, " s", why)
    yield target(
        f"`make test`: {tests['passed']:,} passed, {tests['failed']:,} failed",
        tests["seconds"],
        150,
        " s",
        "they build many small projects with the real Lean, and start sandboxes, a browser and a cluster",
    )


def _kernel_targets(kernel: dict[str, Any]) -> Iterator[str]:
    results = kernel["results"]
    cores = kernel["machine"]["cores"]
    slow = "the machine; in Python all of it is interpreted"
    for how in ("", ", compiled"):
        if f"the whole library{how}" not in results:
            continue
        proofs = results[f"the claims' proofs, {cores} processes{how}"]
        yield target(
            f"second kernel on the claims' proofs{how}", proofs["seconds"], 2.5, " s", slow
        )
        if kernel["nanoda"]:
            ratio = proofs["seconds"] / kernel["nanoda"]["seconds"]
            yield target("… over nanoda's time", ratio, 3, "", slow)
        if f"init.ndjson.xz{how}" in results:
            run = results[f"init.ndjson.xz{how}"]
            yield target(f"… on Lean's Init{how}", run["seconds"], 40, " s", slow)
            yield target("… its memory", run["peak_mib"], 600, " MiB", "all terms are held")
    few, many = (
        results["12,500 declarations"]["seconds"],
        results["100,000 declarations"]["seconds"],
    )
    yield target("… on 8 times the declarations, over the time of one", many / few, 10, "", slow)


def _nanoda(kernel: dict[str, Any]) -> Iterator[str]:
    nanoda = kernel["nanoda"]
    if nanoda:
        yield ""
        yield (
            f"nanoda, a checker in Rust, accepts the claims' proofs too, in {nanoda['seconds']} s; this kernel took "
            f"{nanoda['this kernel, seconds in the same run']} s in the same run, of {nanoda['date']}."
        )


def page() -> Iterator[str]:
    verify, tests, exhaustive, large, kernel, interactive, export = map(
        read, ("verify", "tests", "exhaustive", "large", "kernel", "interactive", "export")
    )
    runs, apart, found = verify["results"], verify["apart, seconds"], exhaustive["results"]
    # How a verify grows with workers is shown by those that say their stages.
    staged = {name: run["stages"] for name, run in runs.items() if "stages" in run}
    library = kernel["results"]["the whole library"]
    whole, part = large["results"]["one file"], large["results"]["a quarter of it"]
    cold, warm = whole["cold"], whole["warm"]
    pass_ = "verify over abs().sum() in 1 process"
    yield from (
        "# Benchmarks",
        "",
        "Written by `python benchmarks/page.py` from the raw results in `benchmarks/*.json`. Times vary with the machine; ratios are "
        "taken within one run.",
        "",
        "## Targets",
        "",
        "| what | target | measured | |",
        "|---|---|---|---|",
        target(
            "nucleus axioms over all 2²⁴ (z, p, q)",
            found["milliseconds"]["sweep"],
            50,
            " ms",
            "the machine",
        ),
        target(
            "… against the bare operations",
            found["sweep over bare operations"],
            3,
            "×",
            "the operations of the predicate",
        ),
        target(
            "audit of the library in a cold run, beyond Lean's start",
            staged["cold"]["audit"] - apart["Lean's start"],
            1,
            " s",
            "reading the environment's terms in Python is most of it",
        ),
        *_verify_targets(runs, staged, tests["results"]),
        *_kernel_targets(kernel),
        target(
            "own tensors, file not in memory, share of a single pass",
            cold[pass_],
            0.5,
            "×",
            "each byte is hashed, and each element checked by all claims",
            least=True,
        ),
        target(
            "own tensors, file in memory, share of a single pass",
            warm[pass_],
            0.5,
            "×",
            f"SHA-256 alone reaches {warm['GB/s']['SHA-256 alone, 2 processes'] / warm['GB/s']['abs().sum(), 1 process']:.2f}× "
            "on both cores, and all checks come on top",
            least=True,
        ),
        target(
            "own tensors, memory",
            max(cold["peak_mib"], warm["peak_mib"]),
            1024,
            " MiB",
            "in the first run numba compiles beside the reading",
        ),
        target(
            "interactive page, 2,000 points",
            interactive["results"]["frames a second"],
            59,
            " frames/s",
            "the machine",
            least=True,
        ),
        "",
        "On a GPU nothing was measured: `benchmarks/bench_gpu.py` needs one.",
        "",
        "## `verify`",
        "",
        made_by(verify),
        "",
        "| | seconds | peak MiB |",
        "|---|---:|---:|",
        *(f"| {name} | {run['seconds']} | {run['peak_mib']} |" for name, run in runs.items()),
        "",
        f"| seconds by stage | {' | '.join(staged)} |",
        f"|---|{'---:|' * len(staged)}",
        *(
            f"| {stage} | {' | '.join(str(run[stage]) for run in staged.values())} |"
            for stage in staged["cold"]
        ),
        "",
        "The library's build is the stage `build`; `evidence` goes on while the second kernel works. Apart, in seconds: "
        + "; ".join(
            f"{name} {apart[name]}" for name in ("Lean's start", "conformance, all of it anew")
        )
        + ".",
        "",
        "## Exhaustive checks",
        "",
        made_by(exhaustive),
        "",
        "| 2²⁴ cases | milliseconds |",
        "|---|---:|",
        *(f"| {name} | {time:,} |" for name, time in found["milliseconds"].items()),
        "",
        f"`sweep` decides {found['sweep, cases a second']:,} cases a second: {found['plain loop over sweep']:,} times the plain loop (one "
        f"zero point, times 256), {found['numpy over sweep']} times numpy. It needs less than the bare operations on whole arrays where "
        f"its blocks stay in the cache. A copy moves {found['memory read and written, GB/s']} GB/s.",
        "",
        "## The second kernel",
        "",
        made_by(kernel),
        "",
        "| | seconds | CPU seconds | peak MiB |",
        "|---|---:|---:|---:|",
        *(
            f"| {name} | {run['seconds']} | {run['cpu_seconds']} | {run['peak_mib']} |"
            for name, run in kernel["results"].items()
            if "peak_mib" in run
        ),
        *_nanoda(kernel),
        "",
        "| slowest declarations | seconds |",
        "|---|---:|",
        *(f"| `{name}` | {seconds} |" for name, seconds in library["slowest, seconds"].items()),
        "",
        "## Exports",
        "",
        made_by(export),
        "",
        "`pyharness status` of a project of five claims whose proofs are an export, with no checker: the first time, with nothing changed, "
        "and when one claim more names a theorem. Lines are those that the claims need.",
        "",
        "| export | first, s | again, s | one claim more, s | lines | peak MiB |",
        "|---|---:|---:|---:|---:|---:|",
        *(
            f"| {run['what']} | {run['first']} | {run['again']} | {run['one claim more']} | {run['cut_lines']:,} | {run['peak_mib']} |"
            for run in export["results"]
        ),
        "",
        "## Own tensors",
        "",
        made_by(large),
        "",
        "| | file in memory | GB/s of `abs().sum()`, 1 process | SHA-256 alone, 2 processes | `verify --tensors` | … on 1 core | share | "
        "peak MiB |",
        "|---|---|---:|---:|---:|---:|---:|---:|",
    )
    for name, run in large["results"].items():
        for state, word in (("cold", "no"), ("warm", "yes")):
            rate = run[state]["GB/s"]
            yield (
                f"| {name}, {run['bytes'] / 1e9:.3g} GB | {word} | {rate['abs().sum(), 1 process']} | "
                f"{rate['SHA-256 alone, 2 processes']} | {rate['verify']} | {rate['verify, 1 core']} | {run[state][pass_]} | "
                f"{run[state]['peak_mib']} |"
            )
    yield from (
        "",
        "## More workers, more tensors",
        "",
        f"Measured: a second core makes a cold `verify` {runs['cold, one core']['seconds'] / runs['cold']['seconds']:.2f} times as fast "
        f"and own tensors {warm['GB/s']['verify'] / warm['GB/s']['verify, 1 core']:.2f} times (in memory). {part['bytes'] / whole['bytes']:.2f} "
        f"of the bytes take {min(part['warm']['seconds']['verify']) / min(whole['warm']['seconds']['verify']):.2f} of the time and "
        f"{part['warm']['peak_mib'] / whole['warm']['peak_mib']:.2f} of the memory.",
        "",
        "On paper beyond this machine, from the figures above: with N workers of one core each, own tensors are read at N times "
        f"{cold['GB/s']['verify'] / large['machine']['cores']:.2g} GB/s until the disk or network that holds them saturates, which a "
        f"disk of {cold['GB/s']['abs().sum(), 2 processes']} GB/s does at "
        f"{cold['GB/s']['abs().sum(), 2 processes'] * large['machine']['cores'] / cold['GB/s']['verify']:.0f} workers. What comes back "
        "is some kilobytes a tensor. Claims do not divide below a claim: evidence takes as long as the longest group that shares a "
        f"model, and each worker holds its own models, at most {runs['cold']['peak_mib'] / verify['machine']['cores']:,.0f} MiB here.",
        "",
        "## The interactive page",
        "",
        made_by(interactive),
        "",
        f"{interactive['results']['points']:,} points in {interactive['results']['directions']} directions: "
        f"{interactive['results']['milliseconds to measure and draw a step']['median']} ms to measure and draw a step, "
        f"{interactive['results']['frames a second']} frames a second while the slider moves.",
    )


if __name__ == "__main__":
    PAGE.write_text("\n".join(page()) + "\n", encoding="utf-8")
