"""The pipeline: build and audit the Lean library, gather the evidence, seal the certificate."""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import torch

from pyharness.certificate.proofs import proofs_file, remove_other_proofs, write_proofs
from pyharness.certificate.recorded import Recording, hold_against, read_recordings
from pyharness.certificate.seal import Record, plain_evidence, seal, write, write_run_record
from pyharness.core.cache import Cache
from pyharness.core.device import CPU
from pyharness.core.errors import UsageError
from pyharness.core.executor import Executor, LocalExecutor
from pyharness.core.progress import Progress
from pyharness.evidence import Evidence
from pyharness.evidence.run import Run
from pyharness.pipeline.gather import Gathered, code_sha256, gather
from pyharness.pipeline.prove import Proofs, kept, once, proof_key, prove_as_pinned, timed
from pyharness.project.pack import Claim, load_pack
from pyharness.project.settings import Project
from pyharness.proofs.agreement import KERNELS, SecondKernel, carry, require_agreement
from pyharness.proofs.conformance import Kernel
from pyharness.proofs.export import FORMAT
from pyharness.proofs.library import in_foundation
from pyharness.proofs.unproved import require_listed

__all__ = [
    "Certified",
    "Verification",
    "certify",
    "certify_by",
    "publish",
    "require_meant",
    "verify",
]


@dataclass(frozen=True)
class Certified:
    """A certificate that is not written yet.

    Attributes:
        certificate: the certificate.
        lines: those that carry its proofs; empty if it has none.
        seconds: how long each stage took.
        failures: why evidence of a claim could not be gathered, in words.
    """

    certificate: Mapping[str, Any]
    lines: bytes
    seconds: dict[str, float]
    failures: tuple[str, ...] = ()


@dataclass(frozen=True)
class Verification:
    """A sealed certificate and where it was written.

    Attributes:
        certificate: the certificate.
        path: its file.
        changed: False if the file there was the same already.
        failures: why evidence of a claim could not be gathered, in words.
    """

    certificate: Mapping[str, Any]
    path: Path
    changed: bool
    failures: tuple[str, ...] = ()


def _carried(proofs: Proofs, cache: Cache) -> tuple[bytes, tuple[str, ...]]:
    """Return what `carry` does."""

    def find() -> dict[str, Any]:
        lines, names = carry(proofs.environment, proofs.by_theorem.values())
        return {"lines": lines.decode(), "names": names}

    theorems = [[proof.theorem, proof.example] for proof in proofs.by_theorem.values()]
    found = once(
        cache,
        proof_key("export", proofs.build, proofs.toolchain, "pyharness.proofs.agreement")
        | {"theorems": theorems},
        find,
    )
    return found["lines"].encode(), tuple(found["names"])


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
        DocumentError: if one of them cannot be written. The certificate that was there before is
            then left as it was.
    """
    with timed(done.seconds, "certificate"):
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
    return Verification(done.certificate, path, changed, done.failures)


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
        project: the project.
        progress: told what is done.
        fresh: as in `verify`.
        device: where the evidence is computed.
        executor: what gathers the evidence; None for processes of this machine.

    Raises:
        HarnessError: as `prove`; or if something of the library is unproved that the project does
            not list, evidence cannot be gathered, the second kernel disagrees, or a record cannot
            be used or contradicts the evidence.
    """
    claims = load_pack(project.packs)

    def gathered(run: Run, cache: Cache) -> list[tuple[Claim, Gathered]]:
        found = gather(
            claims,
            project.packs,
            run,
            executor=executor or LocalExecutor(),
            cache=cache,
            progress=progress,
        )
        return [(item, found[item.id]) for item in claims]

    return certify_by(
        gathered,
        claims,
        project,
        project.certificate,
        progress=progress,
        fresh=fresh,
        device=device,
        recordings=read_recordings(project.certificate),
    )


def certify_by(
    gathered: Callable[[Run, Cache], Sequence[tuple[Claim, Gathered]]],
    claims: Sequence[Claim],
    project: Project,
    path: Path,
    *,
    progress: Progress,
    fresh: bool = False,
    device: torch.device = CPU,
    recordings: Sequence[Recording] = (),
) -> Certified:
    """Return the certificate, to be written to `path`, of the claims with what a function gathers
    of them.

    What is proved and pinned is that of `claims`, all of the project's. The evidence is held
    against `recordings`, which other machines made; `fresh` and `device` as in `certify`.

    Raises:
        HarnessError: as `certify`.
    """
    proofs, pinned = prove_as_pinned(project, claims, progress=progress, fresh=fresh)
    require_listed(proofs.survey, project.unproved)
    cache = kept(project, fresh=fresh)
    with timed(proofs.seconds, "export"):
        lines, names = _carried(proofs, cache)
    with SecondKernel(lines, names, cache=cache, progress=progress) as second:
        with timed(proofs.seconds, "evidence"):
            run = Run(
                project.seed,
                Kernel(
                    proofs.toolchain,
                    proofs.build,
                    project.build,
                    project.allowed_axioms,
                    fresh=fresh,
                ),
                device,
            )
            found = gathered(run, cache)
            _require_all_meant(found, proofs, cache)
            codes = _codes(item for item, _ in found)
            records = [
                _record(item, one, proofs, pinned, recordings, codes[item.gather.__module__])
                for item, one in found
            ]
        with timed(proofs.seconds, "second kernel, after the evidence"):
            answer = second.answer()
            _require_agreement(proofs, answer["answers"], cache)
    certificate = seal(
        project={"name": project.name, "root": project.lean_root, "packs": list(project.packs)},
        lean=_lean(proofs),
        policy={"allowed_axioms": project.allowed_axioms},
        proofs=_carrier(path, lines, answer) if lines else None,
        records=records,
        cache=cache,
    )
    cache.prune()
    failures = dict.fromkeys(failure for _, one in found for failure in one.failures)
    return Certified(certificate, lines, proofs.seconds, tuple(failures))


def _codes(claims: Iterable[Claim]) -> dict[str, str]:
    """Return the digest of the code that gathers claims' evidence, by their modules: claims of one
    module share it.
    """
    one_each = {item.gather.__module__: item for item in claims}
    return {module: code_sha256(item) for module, item in one_each.items()}


def _record(
    item: Claim,
    found: Gathered,
    proofs: Proofs,
    pinned: Collection[str],
    recordings: Sequence[Recording],
    code: str,
) -> Record:
    """What a certificate holds of one claim."""
    proof = proofs.of(item)
    recorded = (
        hold_against(
            item.id,
            [plain_evidence(piece) for piece in found.evidence],
            recordings,
            code_sha256=code,
        )
        if recordings
        else ()
    )
    return Record(
        item,
        proof,
        pinned=proof is not None and proof.theorem in pinned,
        # What is here at all, the replay accepted, and the second kernel agreed.
        replayed=proof is not None,
        rechecked=proof is not None,
        evidence=found.evidence,
        code_sha256=code,
        recorded=recorded,
        untied=found.untied(item.measures),
    )


def _lean(proofs: Proofs) -> dict[str, Any]:
    """What a certificate holds of Lean."""
    return {
        "version": proofs.toolchain.version,
        "githash": proofs.toolchain.githash,
        "library_sha256": proofs.toolchain.library_sha256,
        "replayed": proofs.replay.constants,
        "modules": [
            {
                "module": module.name,
                "file": module.source.as_posix(),
                "sha256": module.source_sha256,
                "foundation": in_foundation(module.name),
            }
            for module in proofs.build.modules
        ],
        "definitions": proofs.definitions,
        "library": proofs.survey.counted(),
    }


def _carrier(path: Path, lines: bytes, answer: Mapping[str, Any]) -> dict[str, Any]:
    """What a certificate, written to `path`, holds of the file of its proofs."""
    return {
        "file": proofs_file(path, lines),
        "format": FORMAT,
        "sha256": hashlib.sha256(lines).hexdigest(),
        "constants": answer["constants"],
        "computed": answer["computed"],
        "kernels": KERNELS,
    }


def _require_all_meant(
    found: Sequence[tuple[Claim, Gathered]], proofs: Proofs, cache: Cache
) -> None:
    def find() -> bool:
        for item, one in found:
            require_meant(item, one.evidence, proofs)
        return True

    compared = [
        [item.id, item.theorem or item.negation, [piece.definition for piece in one.evidence]]
        for item, one in found
    ]
    once(
        cache,
        proof_key("meant", proofs.build, proofs.toolchain, __name__) | {"compared": compared},
        find,
    )


def _require_agreement(proofs: Proofs, answers: Mapping[str, Any], cache: Cache) -> None:
    def find() -> bool:
        require_agreement(proofs.by_theorem.values(), proofs.environment, answers)
        return True

    of = [[proof.theorem, proof.example, proof.axioms] for proof in proofs.by_theorem.values()]
    once(
        cache,
        proof_key("agreement", proofs.build, proofs.toolchain, "pyharness.proofs.agreement")
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
