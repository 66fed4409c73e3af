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
    verdict = "met" if met else f"missed by {shown(gap)}{unit}: {why}"
    return f"| {what} | {'at least' if least else 'at most'} {limit:g}{unit} | {shown(figure)}{unit} | {verdict} |"


def shown(figure: float) -> str:
    return f"{figure:,.0f}" if figure >= 1000 else f"{figure:.3g}"


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
            "importing torch and the claims, beside the one that is gathered anew",
        ),
        (
            "`verify` after an edit of one Lean module",
            "one Lean module edited",
            10,
            "the audit, the replay and the export read the whole library again",
        ),
        (
            "`verify` with nothing changed, best of three",
            "nothing changed",
            1,
            "the machine",
        ),
        ("`check --proofs`", "proofs checked", 2.5, "in Python the second kernel is interpreted"),
    ):
        yield target(what, runs[name]["seconds"], limit, " s", why)
    yield target(
        "the installation on a fresh clone, and a cold `verify`",
        runs["installation"]["seconds"] + runs["cold"]["seconds"],
        90,
        " s",
        f"a cold `verify`, and {runs['installation']['seconds']:.0f} s of installation",
    )
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


def _compared(compared: dict[str, Any] | None) -> Iterator[str]:
    """What onnxruntime tells of the same models."""
    if compared is None:
        return
    yield from (
        "",
        f"A model of {compared['elements']:,} weights that onnxruntime {compared['onnxruntime']} quantized, as it is and with one "
        f"code that is 2 more, at {compared['changed']}; `qdq_loss_debug` gives the signal over the noise of each weight:",
        "",
        "| model | onnxruntime, dB of the weight | s | `audit`, wrong codes | s | whole run, s |",
        "|---|---:|---:|---:|---:|---:|",
    )
    for name in ("right", "one code 2 more"):
        theirs, ours = compared[name]["onnxruntime"], compared[name]["audit"]
        yield (
            f"| {name} | {theirs['SQNR in dB of w3']} | {theirs['seconds']} | {ours['violations']} | {ours['seconds']} | "
            f"{ours['of the whole run']} |"
        )


def page() -> Iterator[str]:
    verify, tests, exhaustive, audit, kernel, interactive, export = map(
        read, ("verify", "tests", "exhaustive", "audit", "kernel", "interactive", "export")
    )
    runs, apart, found = verify["results"], verify["apart, seconds"], exhaustive["results"]
    staged = {name: run["stages"] for name, run in runs.items() if "stages" in run}
    library = kernel["results"]["the whole library"]
    whole, part = audit["results"]["the pair"], audit["results"]["a quarter of it"]
    pass_ = "abs().sum(), 1 process"
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
            f"audit of {whole['bytes'] / 1e9:.3g} GB, share of a single pass",
            whole["audit over abs().sum()"],
            0.5,
            "×",
            f"SHA-256 alone, on all cores, reaches {whole['GB/s']['SHA-256 alone'] / whole['GB/s'][pass_]:.2f}×, and each element "
            "is compared with its bound on top",
            least=True,
        ),
        target(
            "… its memory, the proofs being kept", whole["peak_mib"], 1024, " MiB", "the machine"
        ),
        target(
            "… and in a first run",
            whole["peak_mib of the first run"],
            1024,
            " MiB",
            "Lean's kernel checks the theorems",
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
        "## Audits of checkpoints",
        "",
        made_by(audit),
        "",
        "A model in float32 and its INT8 form, a scale for each row. The rates are those of reading and checking. In a first "
        "run Lean's kernel and the second one check the theorems, too; what they found is kept for others.",
        "",
        "| | GB/s of `abs().sum()`, 1 process | SHA-256 alone, all cores | `audit` | … on 1 core | share | whole run, s | peak MiB | first run, s | peak MiB |",
        "|---|---:|---:|---:|---:|---:|---:|---:|---:|---:|",
    )
    for name, run in audit["results"].items():
        rate = run["GB/s"]
        yield (
            f"| {name}, {run['bytes'] / 1e9:.3g} GB | {rate[pass_]} | {rate['SHA-256 alone']} | {rate['audit']} | "
            f"{rate['audit, 1 core']} | {run['audit over abs().sum()']} | {run['of the whole run']} | {run['peak_mib']} | "
            f"{run['of the first run']} | {run['peak_mib of the first run']} |"
        )
    yield from _compared(audit["compared"])
    yield from (
        "",
        "## More workers, more tensors",
        "",
        f"Measured: a second core makes an audit {whole['GB/s']['audit'] / whole['GB/s']['audit, 1 core']:.2f} times as fast. "
        f"{part['bytes'] / whole['bytes']:.2f} of the "
        f"bytes take {min(part['seconds']['audit']) / min(whole['seconds']['audit']):.2f} of the time and "
        f"{part['peak_mib'] / whole['peak_mib']:.2f} of the memory.",
        "",
        "Claims do not divide below a claim: evidence takes as long as the longest group that shares a model, and each worker holds "
        f"its own models, at most {runs['cold']['peak_mib'] / verify['machine']['cores']:,.0f} MiB here.",
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
