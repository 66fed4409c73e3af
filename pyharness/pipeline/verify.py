"""The pipeline: build and audit the Lean library, gather the evidence, seal the certificate."""

from __future__ import annotations

import hashlib
import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import asdict, dataclass, field
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import torch

from pyharness.certificate.proofs import proofs_file, remove_other_proofs, write_proofs
from pyharness.certificate.recorded import Recording, hold_against, read_recordings
from pyharness.certificate.seal import Record, plain_evidence, seal, write, write_run_record
from pyharness.certificate.tiers import proof_status
from pyharness.core.cache import Cache
from pyharness.core.device import CPU
from pyharness.core.errors import UsageError
from pyharness.core.fingerprint import code
from pyharness.evidence import Evidence
from pyharness.evidence.conformance import untied
from pyharness.evidence.executor import Executor, LocalExecutor
from pyharness.pipeline.collect import collect
from pyharness.pipeline.record import code_sha256
from pyharness.pipeline.runner import Run
from pyharness.project.pack import Claim, load_pack
from pyharness.project.pins import read_pins, require_unchanged
from pyharness.project.settings import Project
from pyharness.proofs.acceleration import require_tied
from pyharness.proofs.agreement import KERNELS, SecondKernel, carry, require_agreement
from pyharness.proofs.audit import Proof, audit
from pyharness.proofs.build import Build, build
from pyharness.proofs.conformance import Kernel
from pyharness.proofs.dependencies import Dependencies
from pyharness.proofs.environment import Environment
from pyharness.proofs.export import FORMAT
from pyharness.proofs.policy import in_foundation
from pyharness.proofs.replay import Replay, replay
from pyharness.proofs.toolchain import Toolchain, locate

__all__ = [
    "Certified",
    "Progress",
    "Proofs",
    "Verification",
    "certify",
    "certify_by",
    "claim_status",
    "prove",
    "prove_as_pinned",
    "publish",
    "require_meant",
    "verify",
]

Progress = Callable[[str, str, int, int], None]
"""Called with a stage's name, the item at hand, how many items are done and how many there are."""


@dataclass(frozen=True)
class Proofs:
    """What Lean says of a project's claims.

    Attributes:
        toolchain: the Lean that was asked.
        build: the library, built.
        environment: its constants.
        by_theorem: each named theorem's proof, by its full name.
        definitions: those of the library that give the theorems their meaning, as a certificate
            lists them.
        replay: what the kernel checked again.
        seconds: how long each stage took, by its name.
    """

    toolchain: Toolchain
    build: Build
    environment: Environment
    by_theorem: Mapping[str, Proof]
    definitions: Sequence[Mapping[str, Any]]
    replay: Replay
    seconds: dict[str, float] = field(default_factory=dict)

    def of(self, item: Claim) -> Proof | None:
        """The proof of the theorem that a claim names, or of its negation; None for an open
        claim.
        """
        theorem = item.theorem or item.negation
        return self.by_theorem[theorem] if theorem else None


@dataclass(frozen=True)
class Certified:
    """A certificate, the lines that carry its proofs (empty if it has none), and the seconds that
    each stage took.
    """

    certificate: Mapping[str, Any]
    lines: bytes
    seconds: dict[str, float]


@dataclass(frozen=True)
class Verification:
    """A sealed certificate and where it was written; `changed` is False if the file there was the
    same already.
    """

    certificate: Mapping[str, Any]
    path: Path
    changed: bool


def prove(
    project: Project, claims: Sequence[Claim], *, progress: Progress, fresh: bool = False
) -> Proofs:
    """Build the project's Lean library, read the status of each theorem that a claim names, and
    replay the library.

    Compiled modules that nothing has changed are not compiled again, and a library that was audited
    and replayed is not audited and replayed again, unless it is to be `fresh`.

    Raises:
        HarnessError: if Lean is missing or damaged; the library does not build, breaks the policy
            or is refused by the replay; or a theorem that a claim names is not in it.
    """
    seconds: dict[str, float] = {}
    cache = kept(project, fresh=fresh)
    with _timed(seconds, "lean"):
        progress("Lean", "checking the toolchain", 0, 1)
        toolchain = locate()
    with _timed(seconds, "build"):
        library = build(
            project.root,
            project.lean_root,
            out=project.build,
            toolchain=toolchain,
            fresh=fresh,
            progress=lambda module, done, total: progress("Lean", module, done, total),
        )
    with _timed(seconds, "audit"):
        progress("Audit", "reading the environment", 0, 1)
        environment = Environment.load(library)
        proofs, definitions = _audited(
            environment, library, toolchain, claims, project.allowed_axioms, cache
        )
        progress("Audit", "", 1, 1)
    with _timed(seconds, "replay"):
        progress("Replay", "every declaration", 0, 1)
        replayed = _replayed(environment, library, toolchain, cache)
        progress("Replay", "", 1, 1)
    return Proofs(toolchain, library, environment, proofs, definitions, replayed, seconds)


def kept(project: Project, *, fresh: bool) -> Cache:
    """Where the project's results are kept between runs."""
    return Cache(project.build / "cache", fresh=fresh)


def _audited(
    environment: Environment,
    library: Build,
    toolchain: Toolchain,
    claims: Sequence[Claim],
    allowed_axioms: Sequence[str],
    cache: Cache,
) -> tuple[dict[str, Proof], Sequence[Mapping[str, Any]]]:
    """Return the proof of each theorem that a claim names, by name, and the definitions that give
    these their meaning.
    """
    named = [
        [item.id, item.theorem, item.negation] for item in claims if item.theorem or item.negation
    ]
    theorems = sorted({theorem or negation for _, theorem, negation in named})

    def find() -> dict[str, Any]:
        proofs = audit(library, environment, toolchain, theorems, allowed_axioms)
        for claim, _, negation in named:
            if negation and not environment.negates(negation):
                raise UsageError(
                    f"claim {claim}: {negation} does not state a negation (`¬ …`), so it refutes nothing; "
                    "name it as `theorem` or state the negation"
                )
        below = Dependencies(environment, library.root_module, map(environment.find, proofs))
        return {
            "proofs": [asdict(proof) for proof in proofs.values()],
            "definitions": [asdict(item) for item in below.all_definitions],
        }

    key = _key("audit", library, toolchain, __name__, "pyharness.proofs._lean_main")
    found = _once(cache, key | {"claims": named, "axioms": list(allowed_axioms)}, find)
    return dict(zip(theorems, map(Proof.from_json, found["proofs"]), strict=True)), found[
        "definitions"
    ]


def _replayed(
    environment: Environment, library: Build, toolchain: Toolchain, cache: Cache
) -> Replay:
    """Replay the library, with what the kernel computes by name."""

    def find() -> dict[str, Any]:
        require_tied(environment, toolchain)
        return asdict(replay(environment, toolchain))

    key = _key(
        "replay",
        library,
        toolchain,
        "pyharness.proofs.acceleration",
        "pyharness.proofs.replay",
        "pyharness.proofs._replay_main",
    )
    found = _once(cache, key, find)
    return Replay(found["constants"], tuple(found["skipped"]))


def _carried(proofs: Proofs, cache: Cache) -> tuple[bytes, tuple[str, ...]]:
    """Return what `carry` does."""

    def find() -> dict[str, Any]:
        lines, names = carry(proofs.environment, proofs.by_theorem.values())
        return {"lines": lines.decode(), "names": names}

    theorems = [[proof.theorem, proof.example] for proof in proofs.by_theorem.values()]
    found = _once(
        cache,
        _key("export", proofs.build, proofs.toolchain, "pyharness.proofs.agreement")
        | {"theorems": theorems},
        find,
    )
    return found["lines"].encode(), tuple(found["names"])


def _once(cache: Cache, key: Mapping[str, Any], find: Callable[[], Any]) -> Any:
    """Return what `find` returns, which is JSON, or did for this key in an earlier run."""
    if (found := cache.get(key)) is None:
        found = find()
        cache.put(key, found)
    return found


def _key(what: str, library: Build, toolchain: Toolchain, *modules: str) -> dict[str, Any]:
    """All that what these modules' code makes of a library depends on."""
    return {
        "what": what,
        "code": code(modules),
        "lean": [toolchain.version, toolchain.githash, toolchain.library_sha256],
        "library": library.key,
        "modules": [module.olean_sha256 for module in library.modules],
    }


def prove_as_pinned(
    project: Project, claims: Sequence[Claim], *, progress: Progress, fresh: bool = False
) -> tuple[Proofs, frozenset[str]]:
    """Prove, and hold what the theorems say against what was pinned; also return the theorems that
    were.

    Raises:
        HarnessError: as `prove`; or if a statement, a definition under one or the foundation is not
            as it was pinned.
    """
    proofs = prove(project, claims, progress=progress, fresh=fresh)
    pins = read_pins(project.pins)
    if pins is None:
        return proofs, frozenset()

    def find() -> bool:
        require_unchanged(
            pins,
            project.pins,
            proofs.build,
            proofs.environment,
            proofs.toolchain,
            proofs.by_theorem,
        )
        return True

    key = _key("pins", proofs.build, proofs.toolchain, "pyharness.project.pins")
    _once(
        kept(project, fresh=fresh),
        key | {"pins": pins, "theorems": sorted(proofs.by_theorem)},
        find,
    )
    return proofs, frozenset(pins["theorems"])


def verify(
    project: Project,
    *,
    progress: Progress,
    fresh: bool = False,
    device: torch.device = CPU,
    executor: Executor | None = None,
) -> Verification:
    """Check every claim of the project and write its certificate, the file of its proofs, and the
    run's record beside them.

    What is kept from earlier runs and nothing has changed is not done again, unless all is to be
    `fresh`.

    Raises:
        HarnessError: as `certify`; or if the certificate cannot be written. The certificate that
            was there before is then left as it was.
    """
    started = datetime.now(UTC)
    done = certify(project, progress=progress, fresh=fresh, device=device, executor=executor)
    return publish(done, project.certificate, started)


def publish(done: Certified, path: Path, started: datetime) -> Verification:
    """Write a certificate, the file of its proofs, and the record of the run that began at
    `started`, beside it.

    Raises:
        CertificateError: if one of them cannot be written. The certificate that was there before is
            then left as it was.
    """
    with _timed(done.seconds, "certificate"):
        # In this order, whatever certificate is there names a file of proofs that is there too.
        if done.lines:
            write_proofs(path, done.lines)
        changed = write(done.certificate, path)
        remove_other_proofs(path, done.lines)
    write_run_record(
        path.with_suffix(".run.json"),
        certificate=done.certificate,
        started=started,
        seconds=done.seconds,
    )
    return Verification(done.certificate, path, changed)


def certify(
    project: Project,
    *,
    progress: Progress,
    fresh: bool = False,
    device: torch.device = CPU,
    executor: Executor | None = None,
) -> Certified:
    """Check every claim of the project and return the certificate; write nothing of it.

    The second kernel checks the proofs while the evidence is gathered. The evidence is then held
    against what other machines recorded.

    Args:
        fresh: as in `verify`.
        device: where the evidence is computed.
        executor: what gathers the evidence; None for processes of this machine.

    Raises:
        HarnessError: as `prove`; or if evidence cannot be gathered, the second kernel disagrees, or
            a record cannot be used or contradicts the evidence.
    """
    claims = load_pack(project.packs)

    def gathered(run: Run, cache: Cache) -> list[tuple[Claim, Sequence[Evidence]]]:
        evidence = collect(
            claims,
            project.packs,
            run,
            executor=executor or LocalExecutor(),
            cache=cache,
            progress=lambda part, done, total: progress("Evidence", part, done, total),
        )
        return [(item, evidence[item.id]) for item in claims]

    return certify_by(
        gathered,
        project,
        project.certificate,
        progress=progress,
        fresh=fresh,
        device=device,
        recordings=read_recordings(project.certificate),
    )


def certify_by(
    gathered: Callable[[Run, Cache], Sequence[tuple[Claim, Sequence[Evidence]]]],
    project: Project,
    path: Path,
    *,
    progress: Progress,
    fresh: bool = False,
    device: torch.device = CPU,
    recordings: Sequence[Recording] = (),
) -> Certified:
    """Return the certificate, to be written to `path`, of the claims with their evidence that a
    function returns.

    The evidence is held against `recordings`, which other machines made; `fresh` and `device` as in
    `certify`.

    Raises:
        HarnessError: as `certify`.
    """
    proofs, pinned = prove_as_pinned(
        project, load_pack(project.packs), progress=progress, fresh=fresh
    )
    cache = kept(project, fresh=fresh)
    with _timed(proofs.seconds, "export"):
        lines, names = _carried(proofs, cache)
    with SecondKernel(
        lines,
        names,
        cache=cache,
        progress=lambda item, done, total: progress("Second kernel", item, done, total),
    ) as second:
        with _timed(proofs.seconds, "evidence"):
            run = Run(
                project.seed,
                Kernel(proofs.toolchain, proofs.build, project.build, fresh=fresh),
                device,
            )
            found = gathered(run, cache)
            _require_all_meant(found, proofs, cache)
            recorded = {
                item.id: hold_against(
                    item.id,
                    [plain_evidence(piece) for piece in evidence],
                    recordings,
                    code_sha256=code_sha256(item),
                )
                for item, evidence in found
                if recordings
            }
        with _timed(proofs.seconds, "second kernel, after the evidence"):
            answer = second.answer()
            _require_agreement(proofs, answer["answers"], cache)
    certificate = seal(
        project={"name": project.name, "root": project.lean_root, "packs": list(project.packs)},
        lean={
            "version": proofs.toolchain.version,
            "githash": proofs.toolchain.githash,
            "library_sha256": proofs.toolchain.library_sha256,
            "replayed": proofs.replay.constants,
            "modules": [
                {
                    "module": module.name,
                    "file": module.source.as_posix(),
                    "sha256": module.source_sha256,
                    "foundation": in_foundation(module, project.lean_root),
                }
                for module in proofs.build.modules
            ],
            "definitions": proofs.definitions,
        },
        policy={"allowed_axioms": project.allowed_axioms},
        proofs={
            "file": proofs_file(path, lines),
            "format": FORMAT,
            "sha256": hashlib.sha256(lines).hexdigest(),
            "constants": answer["constants"],
            "kernels": KERNELS,
        }
        if lines
        else None,
        records=[
            # What is here at all, the replay accepted, and the second kernel agreed.
            Record(
                item,
                proof := proofs.of(item),
                pinned=proof is not None and proof.theorem in pinned,
                replayed=proof is not None,
                rechecked=proof is not None,
                evidence=evidence,
                recorded=recorded.get(item.id, ()),
                untied=untied(item),
            )
            for item, evidence in found
        ],
        cache=cache,
    )
    cache.prune()
    return Certified(certificate, lines, proofs.seconds)


def _require_all_meant(
    found: Sequence[tuple[Claim, Sequence[Evidence]]], proofs: Proofs, cache: Cache
) -> None:
    def find() -> bool:
        for item, evidence in found:
            require_meant(item, evidence, proofs)
        return True

    compared = [
        [item.id, item.theorem or item.negation, [piece.definition for piece in evidence]]
        for item, evidence in found
    ]
    _once(
        cache,
        _key("meant", proofs.build, proofs.toolchain, __name__) | {"compared": compared},
        find,
    )


def _require_agreement(proofs: Proofs, answers: Mapping[str, Any], cache: Cache) -> None:
    def find() -> bool:
        require_agreement(proofs.by_theorem.values(), proofs.environment, answers)
        return True

    of = [[proof.theorem, proof.example, proof.axioms] for proof in proofs.by_theorem.values()]
    _once(
        cache,
        _key("agreement", proofs.build, proofs.toolchain, "pyharness.proofs.agreement")
        | {"of": of, "answers": answers},
        find,
    )


def require_meant(item: Claim, evidence: Sequence[Evidence], proofs: Proofs) -> None:
    """Check that what conformance compared is what the claim's theorem speaks of.

    Raises:
        UsageError: if not.
    """
    theorem = item.theorem or item.negation
    for piece in evidence:
        if (
            piece.definition
            and theorem
            and piece.definition not in proofs.environment.definitions(theorem)
        ):
            raise UsageError(
                f"claim {item.id}: its evidence compares {piece.definition}, of which {theorem} does not speak"
            )


def claim_status(item: Claim, proofs: Proofs) -> dict[str, Any]:
    """Return one claim's proof status as plain JSON; `settled` is False where a theorem it names
    does not settle it.
    """
    proof = proofs.of(item)
    row = {
        "id": item.id,
        "statement": item.statement,
        "status": "open",
        "theorem": None,
        "file": None,
        "line": None,
        "axioms": [],
        "note": "",
        "settled": True,
    }
    if proof is not None:
        status = proof_status(proof.status, negates=item.negation is not None)
        row |= {
            "status": status,
            "theorem": proof.theorem,
            "file": proof.file,
            "line": proof.line,
            "axioms": list(proof.axioms),
            "note": proof.note,
            "settled": status in ("proved", "refuted"),
        }
    return row


@contextmanager
def _timed(seconds: dict[str, float], stage: str) -> Iterator[None]:
    start = time.perf_counter()
    try:
        yield
    finally:
        seconds[stage] = time.perf_counter() - start
