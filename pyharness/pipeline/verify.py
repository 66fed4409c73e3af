"""The pipeline: build and audit the Lean library, gather the evidence, seal the certificate."""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Collection, Iterable, Mapping, Sequence
from contextlib import ExitStack
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
from pyharness.pipeline.proofs import Carried, Proofs, kept, once, source_of, timed
from pyharness.pipeline.prove import Proved, prove_as_pinned
from pyharness.project.pack import Claim, Passage, load_pack, load_passages
from pyharness.project.settings import Project
from pyharness.project.sources import ProofSource
from pyharness.proofs.agreement import SECOND, SecondKernel, require_agreement
from pyharness.proofs.audit import further_axioms
from pyharness.proofs.export import FORMAT

__all__ = [
    "Certified",
    "Verification",
    "certify",
    "certify_by",
    "policy_of",
    "publish",
    "require_meant",
    "verify",
]


@dataclass(frozen=True)
class Certified:
    """A certificate that is not written yet.

    Attributes:
        certificate: the certificate.
        lines: those that carry its proofs, of each source; empty where it has none.
        seconds: how long each stage took.
        by_claim: how long the evidence of each claim took when it was gathered, in seconds.
        failures: why evidence of a claim could not be gathered, in words.
    """

    certificate: Mapping[str, Any]
    lines: tuple[bytes, ...]
    seconds: dict[str, float]
    by_claim: Mapping[str, float]
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
        for lines in filter(None, done.lines):
            write_proofs(path, lines)
        changed = write(done.certificate, path)
        remove_other_proofs(path, *done.lines)
    write_run_record(
        path.with_suffix(".run.json"),
        certificate=done.certificate,
        started=started,
        seconds=done.seconds,
        by_claim=done.by_claim,
    )
    return Verification(done.certificate, path, changed, done.failures)


def certify(
    project: Project,
    *,
    progress: Progress,
    fresh: bool = False,
    device: torch.device = CPU,
    executor: Executor | None = None,
    only: Collection[str] | None = None,
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
        only: the ids of the claims that the certificate is to be about; None for all.

    Raises:
        HarnessError: as `prove`; or if something of the library is unproved that the project does
            not list, evidence cannot be gathered, the second kernel disagrees, or a record cannot
            be used or contradicts the evidence.
    """
    claims = load_pack(project.packs)
    asked = [item for item in claims if only is None or item.id in only]

    def gathered(run: Run, outside: Run, cache: Cache) -> list[tuple[Claim, Gathered]]:
        found = gather(
            asked,
            project.packs,
            run,
            outside=outside,
            executor=executor or LocalExecutor(),
            cache=cache,
            progress=progress,
        )
        return [(item, found[item.id]) for item in asked]

    return certify_by(
        gathered,
        claims,
        project,
        project.certificate,
        progress=progress,
        fresh=fresh,
        device=device,
        recordings=read_recordings(project.certificate),
        coverage=load_passages(project.coverage, claims)
        if project.coverage and only is None
        else (),
    )


def policy_of(
    project: Project, source: ProofSource, proofs: Proofs, theorems: Collection[str]
) -> dict[str, Any]:
    """Return what a certificate that names `theorems` says of the axioms on which those of a source
    and its definitions may rest.
    """
    allowed = project.allowed_axioms_of(source)
    modules = {
        proof.theorem: proof.module
        for proof in proofs.by_theorem.values()
        if proof.theorem in theorems
    }
    modules |= {item["name"]: item["module"] for item in proofs.definitions}
    further = {
        name: set(further_axioms(module, project.axioms_under)) - set(allowed)
        for name, module in modules.items()
        # What an export declares has no module.
        if module
    }
    return {
        "allowed_axioms": allowed,
        "further_axioms": {name: more for name, more in further.items() if more},
    }


def certify_by(
    gathered: Callable[[Run, Run, Cache], Sequence[tuple[Claim, Gathered]]],
    claims: Sequence[Claim],
    project: Project,
    path: Path,
    *,
    progress: Progress,
    fresh: bool = False,
    device: torch.device = CPU,
    recordings: Sequence[Recording] = (),
    coverage: Sequence[Passage] = (),
    instance: str | None = None,
) -> Certified:
    """Return the certificate, to be written to `path`, of the claims with what a function gathers
    of them. It is given the run of most claims and that of those about outside proofs.

    What is proved and pinned is that of `claims`, all of the project's. The evidence is held
    against `recordings`, which other machines made; `fresh` and `device` as in `certify`. The
    certificate lists the passages of `coverage`. What is found for claims that are audited is about
    an `instance`.

    Raises:
        HarnessError: as `certify`.
    """
    proved, pinned = prove_as_pinned(project, claims, progress=progress, fresh=fresh)
    proved.require_listed(project.unproved)
    cache = kept(project, fresh=fresh)
    seconds = _seconds(proved)
    with timed(seconds, "export"):
        carried = {source: one.carried(cache) for source, one in proved.by_source.items()}
    with ExitStack() as asking:
        asked = {
            source: asking.enter_context(
                SecondKernel(
                    one.lines,
                    one.names,
                    others=one.kernels,
                    answer=one.answer,
                    cache=cache,
                    progress=progress,
                )
            )
            for source, one in carried.items()
        }
        with timed(seconds, "evidence"):
            runs = [
                Run(project.seed, one.decider(project, fresh=fresh), device)
                for one in proved.by_source.values()
            ]
            found = gathered(runs[0], runs[-1], cache)
            _require_all_meant(found, proved, cache)
            codes = _codes(item for item, _ in found)
            records = [
                _record(
                    item,
                    one,
                    proved,
                    pinned,
                    recordings,
                    codes[item.gather.__module__],
                    instance if item.audits else None,
                )
                for item, one in found
            ]
        with timed(seconds, "second kernel, after the evidence"):
            answers = {source: second.answer() for source, second in asked.items()}
            for source, one in proved.by_source.items():
                _require_agreement(one, answers[source]["answers"], cache)
    sources: list[dict[str, Any]] = [
        {
            "lean": one.lean(),
            "policy": policy_of(
                project,
                source,
                one,
                {
                    proof.theorem
                    for item, _ in found
                    if source_of(item, project) == source and (proof := proved.of(item))
                },
            ),
            "proofs": _carrier(path, carried[source], answers[source])
            if carried[source].lines
            else None,
        }
        for source, one in proved.by_source.items()
    ]
    certificate = seal(
        project={
            "name": project.name,
            "root": project.lean_root or None,
            "packs": list(project.packs),
        },
        **sources[0],
        outside=sources[1] if len(sources) > 1 else None,
        records=records,
        coverage=coverage,
        cache=cache,
    )
    cache.prune()
    failures = dict.fromkeys(failure for _, one in found for failure in one.failures)
    lines = tuple(one.lines for one in carried.values())
    by_claim = {item.id: one.seconds for item, one in found}
    return Certified(certificate, lines, seconds, by_claim, tuple(failures))


def _seconds(proved: Proved) -> dict[str, float]:
    """How long each stage of proving took, by its name."""
    first, *others = proved.by_source.values()
    return first.seconds | {
        f"outside: {stage}": spent for one in others for stage, spent in one.seconds.items()
    }


def _codes(claims: Iterable[Claim]) -> dict[str, str]:
    """Return the digest of the code that gathers claims' evidence, by their modules: claims of one
    module share it.
    """
    one_each = {item.gather.__module__: item for item in claims}
    return {module: code_sha256(item) for module, item in one_each.items()}


def _record(
    item: Claim,
    found: Gathered,
    proved: Proved,
    pinned: Mapping[ProofSource, Collection[str]],
    recordings: Sequence[Recording],
    code: str,
    instance: str | None,
) -> Record:
    """What a certificate holds of one claim."""
    source, proof = source_of(item, proved.project), proved.of(item)
    carried = proof is not None and proved.by_source[source].carries(proof)
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
        pinned=proof is not None and proof.theorem in pinned[source],
        replayed=carried and proved.by_source[source].replayed,
        # Of what the second kernel did not accept there is no certificate.
        rechecked=carried,
        evidence=found.evidence,
        code_sha256=code,
        recorded=recorded,
        untied=found.untied(item.measures),
        outside=source == "outside" and len(proved.by_source) > 1,
        instance=instance,
    )


def _carrier(path: Path, carried: Carried, answer: Mapping[str, Any]) -> dict[str, Any]:
    """What a certificate, written to `path`, holds of the file of its proofs."""
    found = {
        "file": proofs_file(path, carried.lines),
        "format": FORMAT,
        "sha256": hashlib.sha256(carried.lines).hexdigest(),
        "constants": answer["constants"],
        "computed": answer["computed"],
        "kernels": [*carried.kernels, SECOND],
    }
    return found | ({"checkers": list(carried.checkers)} if carried.checkers else {})


def _require_all_meant(
    found: Sequence[tuple[Claim, Gathered]], proved: Proved, cache: Cache
) -> None:
    for proofs in proved.by_source.values():
        some = [(item, one) for item, one in found if proved.under(item) is proofs]
        _require_meant_by(some, proofs, cache)


def _require_meant_by(
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
        proofs.key("meant", __name__) | {"compared": compared},
        find,
    )


def _require_agreement(proofs: Proofs, answers: Mapping[str, Any], cache: Cache) -> None:
    carried = [proof for proof in proofs.by_theorem.values() if proofs.carries(proof)]

    def find() -> bool:
        require_agreement(carried, proofs.environment, answers, proofs.reading)
        return True

    of = [[proof.theorem, proof.example, proof.axioms] for proof in carried]
    once(
        cache,
        proofs.key("agreement", "pyharness.proofs.agreement") | {"of": of, "answers": answers},
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
