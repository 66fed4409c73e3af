"""A small project with real evidence, for the tests of certificates and reports."""

from __future__ import annotations

import gzip
import hashlib
import json
from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path
from types import SimpleNamespace
from typing import Any

from pyharness.certificate.canonical import file_bytes
from pyharness.certificate.recorded import Recording, record_digest
from pyharness.certificate.seal import Record, bound_evidence, seal
from pyharness.core.json_files import digest
from pyharness.evidence import Evidence, Mark, Plot, Points, TensorRef, Witness
from pyharness.project.pack import Claim, Passage, Source, Statement

SHA = "0123456789abcdef" * 4
LINES = b"""\
{"in":1,"str":{"pre":0,"str":"Demo"}}
{"in":2,"str":{"pre":1,"str":"extensive"}}
{"in":3,"str":{"pre":1,"str":"extensive_example"}}
{"thm":{"name":2}}
{"thm":{"name":3}}
"""
"""Lines that declare the theorems of the samples, and prove nothing."""
PROOFS = {
    "file": "proofs/demo-0123456789abcdef.ndjson.gz",
    "format": "3.1.0",
    "sha256": hashlib.sha256(LINES).hexdigest(),
    "constants": 2,
    "computed": {"Nat.add": "checked"},
    "kernels": ["Lean 4.35.0", "pyharness.kernel 0.1.0"],
}
LEAN_FILES = {
    "Demo.lean": "-- the root\n",
    "Demo/Relu.lean": "theorem Demo.extensive : True := trivial\n",
}
STATEMENT = "∀ (z q : Int8), q ≤ qRelu z q"
PINS = {
    "version": 1,
    "foundation": {},
    "theorems": {
        "Demo.extensive": {
            "statement": STATEMENT,
            "statement_sha256": SHA,
            "meaning_sha256": SHA[::-1],
            "definitions": ["Demo.qRelu", "max"],
        }
    },
    "definitions": {},
}


def below(z: int, q: int) -> bool:
    """The predicate of `COUNTEREXAMPLE`: true where `max q z` is `q`."""
    return max(q, z) == q


SOURCE = Source("000 A paper", "RESULTS")
LOST = Statement("relu.lost", "The unit loses information.", SOURCE)
"""A statement of which claims are readings."""
PASSAGES = (
    Passage(SOURCE, "The unit is extensive.", claims=("relu.extensive",)),
    Passage(SOURCE, "The unit loses information.", claims=("relu.lost",)),
    Passage(SOURCE, "The unit is well known.", because="It asserts nothing that could fail."),
)
SWEEP = Evidence(
    "exhaustive",
    "all pairs of a zero point and a value of INT8",
    cases=65536,
    violations=0,
    summary="65,536 pairs",
)
LAYERS = Evidence(
    "model",
    "every weight of a small net",
    cases=2048,
    violations=0,
    summary="2 layers",
    tensors=(TensorRef("net.0.weight", (64, 32), "int8", SHA),),
    measurements=(
        {"layer": "net.0", "ratio": 1.0, "gap": 1 / 3},
        {"layer": "net.2", "ratio": 2.5, "gap": 1e-7},
    ),
)
POINTS = Evidence(
    "model",
    "the codes of a small net",
    cases=1,
    violations=0,
    summary="4 codes",
    measurements=tuple(
        {"x": x, "y": y, "margin": 0.25, "code": name}
        for name, x, y in (("a", 0.5, -1.0), ("b", 0.25, 1.0), ("c", -0.125, 0.5), ("d", 0.0, 0.75))
    ),
    plots=(
        Plot("points", "The codes", x="x", y=("y",), labels="code", spans={"y": ("margin",)}),
        Plot("rows", "Each code", y=("x", "y"), by=("code",), at=(1.0, 2.0), x_label="coordinate"),
    ),
    points=Points(
        groups=(("Network", "small"),),
        columns=("x", "y"),
        marks=(
            Mark("relu.open", "Somebody says that codes are lost at half a unit", 0.5, "one half"),
            Mark("relu.gone", "A claim that this certificate does not have says more", 2.0, "two"),
        ),
    ),
)
FLOATS = Evidence(
    "property",
    "float32 vectors",
    cases=200,
    violations=0,
    summary="200 draws",
    max_error=1e-7,
    tolerance=1e-5,
    seed=3,
)
COUNTEREXAMPLE = Evidence(
    "witness",
    "one pair",
    cases=1,
    violations=1,
    summary="z = 3, q = 1",
    witness=Witness(f"{__name__}:below", {"z": 3, "q": 1}, "the maximum of 1 and 3 is 3"),
)
NOTHING = Evidence("property", "no vectors", cases=0, violations=0, summary="nothing drawn")
AGREES = Evidence(
    "conformance",
    "all pairs",
    cases=65536,
    violations=0,
    summary="the kernel agrees",
    definition="Demo.qRelu",
)


def proof(status: str = "proved", **changes: Any) -> SimpleNamespace:
    """A theorem's proof as the audit returns it."""
    fields = {
        "status": status,
        "theorem": "Demo.extensive",
        "module": "Demo.Relu",
        "file": "Demo/Relu.lean",
        "line": 1,
        "statement": STATEMENT,
        "statement_sha256": SHA,
        "meaning_sha256": SHA[::-1],
        "axioms": ["propext", "sorryAx"] if status == "sorry" else ["propext"],
        "definitions": ("Demo.qRelu",),
        "rests_on": (),
        "note": "",
        "unused": (),
        "example": None,
        "lean_form": None,
        "trace": None,
    }
    return SimpleNamespace(**(fields | changes))


def record(
    id: str,
    tier: str,
    evidence: Sequence[Evidence],
    found: SimpleNamespace | None = None,
    *,
    negates: bool = False,
    untied: Sequence[str] = (),
    recorded: Sequence[dict[str, Any]] = (),
    of: Statement | None = None,
    no_theorem: str | None = None,
) -> Record:
    """A claim that names the theorem of `found`, if any, as its proof or as the proof of its
    negation, or says why there is none; pinned, replayed and rechecked.
    """
    name = found.theorem if found else None
    names = {"theorem": None, "negation": name} if negates else {"theorem": name, "negation": None}
    claim = Claim(
        id,
        f"What {id} says.",
        SOURCE,
        **names,
        tier=tier,
        gather=lambda run: evidence,
        reading_of=of,
        no_theorem=no_theorem,
    )
    return Record(claim, found, *[found is not None] * 3, evidence, SHA, recorded, untied)


def recording(
    evidence: Sequence[Evidence],
    *,
    id: str = "relu.extensive",
    device: str = "cuda",
    code: str = SHA,
) -> Recording:
    """A record of one claim, as `evidence/h100.json`; its evidence is said to be computed on the
    device.
    """
    pieces = [bound_evidence(replace(item, device=device), id, code) for item in evidence]
    content = {
        "schema": "recorded-evidence-1",
        "project": {"name": "demo", "seed": 0},
        "device": {"type": device, "name": "A device", "capability": None, "memory": None},
        "versions": {
            "python": "3.11",
            "pyharness": "0.1.0",
            "numpy": "2",
            "torch": "2",
            "cuda": "12.8",
            "cudnn": None,
        },
        "flags": {
            "deterministic": True,
            "tf32_matmul": False,
            "tf32_cudnn": False,
            "cudnn_deterministic": True,
            "cudnn_benchmark": False,
            "cublas_workspace": ":4096:8",
        },
        "claims": [
            {"id": id, "code_sha256": code, "evidence": pieces, "kernels": ["maximum_kernel"]}
        ],
        "timings": {
            "started": "2026-01-01T00:00:00+00:00",
            "platform": "Linux",
            "cores": 2,
            "profiled": True,
            "seconds": {id: 0.25},
        },
    }
    return Recording("evidence/h100.json", content | {"digest": record_digest(content)})


def sample_records() -> list[Record]:
    """A silver, a refuted and a bronze claim, each with the tier required of it."""
    return [
        record("relu.extensive", "silver", [SWEEP, LAYERS, AGREES], proof()),
        record("relu.identity", "refuted", [COUNTEREXAMPLE], proof(), negates=True),
        record("relu.open", "bronze", [FLOATS]),
    ]


def drawn_records() -> list[Record]:
    """The claims of `sample_records`, and one whose evidence says how its figures are shown."""
    return [*sample_records(), record("relu.codes", "bronze", [POINTS])]


def read_records() -> list[Record]:
    """The claims of `sample_records`, and two readings of `LOST`, of which one holds."""
    return [
        *sample_records(),
        record("relu.lost.some", "bronze", [FLOATS], of=LOST),
        record("relu.lost.all", "refuted", [COUNTEREXAMPLE], of=LOST),
    ]


WHY = "It is about a figure of one network."


def explained_records() -> list[Record]:
    """The claims of `sample_records`, and two without a theorem that say why: of one the evidence
    decides nothing.
    """
    return [
        *sample_records(),
        record("relu.measured", "bronze", [FLOATS], no_theorem=WHY),
        record("relu.undecided", "none", [NOTHING], no_theorem=WHY),
    ]


def former(certificate: dict[str, Any]) -> dict[str, Any]:
    """The same certificate in the form that version 1 has, with its digest."""
    old = {key: certificate[key] for key in certificate if key not in ("statements", "coverage")}
    summary = {
        key: value
        for key, value in certificate["summary"].items()
        if key not in ("statements", "coverage")
    }
    old |= {"schema": "tiered-certificate-1", "summary": summary}
    return old | {"digest": digest(old)}


def sealed(records: Sequence[Record] | None = None, **changes: Any) -> dict[str, Any]:
    """The certificate of a project whose Lean files are `LEAN_FILES`."""
    modules = [
        {
            "module": module,
            "file": file,
            "sha256": hashlib.sha256(LEAN_FILES[file].encode()).hexdigest(),
            "foundation": False,
        }
        for module, file in {"Demo": "Demo.lean", "Demo.Relu": "Demo/Relu.lean"}.items()
    ]
    definitions = [
        {
            "name": "Demo.qRelu",
            "kind": "definition",
            "module": "Demo.Relu",
            "line": 1,
            "uses": ["max"],
            "axioms": [],
        },
        {
            "name": "max",
            "kind": "definition",
            "module": "Demo.Relu",
            "line": 1,
            "uses": [],
            "axioms": [],
        },
    ]
    arguments = {
        "project": {"name": "demo", "root": "Demo", "packs": ["demo.claims"]},
        "lean": {
            "version": "4.35.0",
            "githash": "ab" * 20,
            "library_sha256": SHA,
            "replayed": 2,
            "modules": modules,
            "definitions": definitions,
        },
        "policy": {"allowed_axioms": ["propext"]},
        "proofs": PROOFS,
        "records": sample_records() if records is None else records,
    }
    return seal(**(arguments | changes))


def write_beside(folder: Path) -> None:
    """Write what a certificate in a folder is checked with, unless it is there: its proofs and the
    pins.
    """
    content = {
        folder / str(PROOFS["file"]): gzip.compress(LINES),
        folder / "statements.lock.json": json.dumps(PINS).encode(),
    }
    for path, data in content.items():
        if not path.exists():
            path.parent.mkdir(exist_ok=True)
            path.write_bytes(data)


def write_project(root: Path) -> None:
    """Write `LEAN_FILES` into a folder, and what a certificate there is checked with."""
    write_beside(root)
    for file, text in LEAN_FILES.items():
        path = root / file
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(text.encode())


def forge(certificate: dict[str, Any], path: Path) -> Path:
    """Write a changed certificate as one who knows how: with its digest computed again, in the
    right form, beside the proofs and the pins.
    """
    write_beside(path.parent)
    certificate["digest"] = digest(certificate)
    path.write_bytes(file_bytes(certificate))
    return path
