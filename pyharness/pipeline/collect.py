"""Collects the evidence of a project's claims: what an earlier run kept and nothing has changed,
and the rest by workers.

A part of the evidence, one claim's own or one conformance, is kept under all that it depends on:
the code that gathers it and all that this imports, the machine, the packages, the seed and the
device; for a conformance also the Lean library. Beside it stand the digests of the files that its
process had read by then. A part is used again only if all of these are the same.
"""

from __future__ import annotations

import functools
import sys
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, NamedTuple

import torch

from pyharness.core.cache import Cache
from pyharness.core.fingerprint import code, is_unchanged, machine, read_files, watch_files
from pyharness.evidence import Evidence
from pyharness.evidence.executor import Executor
from pyharness.pipeline.runner import Run, gather, prepare, require_replays
from pyharness.project.pack import Claim, load_pack

__all__ = ["Part", "collect"]

_REPLAYED = {"exhaustive", "property", "witness"}
"""Kinds of evidence whose witnesses are plain numbers, and cheap to replay. Another kind's may take
a model's training."""


@dataclass(frozen=True)
class Part:
    """What is gathered at once: a claim's own evidence, or that of one of its conformances, by its
    place among them.
    """

    claim: str
    measure: int | None = None

    def __str__(self) -> str:
        return f"claim {self.claim}" + (
            "" if self.measure is None else f", conformance {self.measure + 1}"
        )


class _Gathered(NamedTuple):
    evidence: tuple[Evidence, ...]
    files: dict[str, str | None]
    asked_kernel: bool


def collect(
    claims: Sequence[Claim],
    packs: Sequence[str],
    run: Run,
    *,
    executor: Executor,
    cache: Cache,
    progress: Callable[[str, int, int], None],
    own: bool = True,
) -> dict[str, tuple[Evidence, ...]]:
    """Return each claim's evidence, that of its conformances included, in the claims' order.

    Args:
        claims: the claims.
        packs: the modules that declare them, from which a worker loads them again.
        run: what their functions may use; must be possible to pickle.
        executor: what gathers the parts that are not kept.
        cache: where parts are kept.
        progress: called with a part's name, how many parts are done and how many there are.
        own: whether the claims' own evidence is wanted; if not, that of their conformances alone.

    Raises:
        EvidenceError: as `gather`.
        HarnessError: whatever expected failure a function raised; or if workers were lost.
    """
    by_id = {item.id: item for item in claims}
    conformances: dict[Any, Part] = {}
    for item in claims:
        for number, entry in enumerate(item.measures):
            conformances.setdefault(entry, Part(item.id, number))
    parts = [*(Part(item.id) for item in claims if own), *conformances.values()]
    declaring = {
        id(value): name
        for name in packs
        for value in vars(sys.modules[name]).values()
        if isinstance(value, Claim)
    }

    def key(
        part: Part, sources: Callable[[tuple[str, ...]], Mapping[str, str]] = code
    ) -> dict[str, Any]:
        item = by_id[part.claim]
        return _key(part, {item.gather.__module__, declaring[id(item)]}, run, sources)

    known = functools.cache(code)
    keys = {part: key(part, known) for part in parts}
    found: dict[Part, tuple[Evidence, ...]] = {}
    for part in parts:
        progress(str(part), len(found), len(parts))
        if (kept := _kept(cache.get(keys[part]), part)) is not None:
            found[part] = kept
    missing = [part for part in parts if part not in found]
    done = len(found)

    def finished(part: Part, result: _Gathered) -> None:
        nonlocal done
        done += 1
        progress(str(part), done, len(parts))
        # Code that was changed meanwhile may or may not be the code that ran.
        if not (part.measure is None and result.asked_kernel) and key(part) == keys[part]:
            _keep(cache, keys[part], result)

    results = executor.map(
        functools.partial(_gather, run, tuple(packs)),
        missing,
        group=functools.partial(_group, by_id),
        finished=finished,
    )
    found |= {part: result.evidence for part, result in zip(missing, results, strict=True)}
    progress("", len(parts), len(parts))
    return {
        item.id: (
            *found.get(Part(item.id), ()),
            *(piece for entry in item.measures for piece in found[conformances[entry]]),
        )
        for item in claims
    }


def _group(claims: Mapping[str, Claim], part: Part) -> str:
    """Claims of one module share what they compute; a conformance shares nothing."""
    return claims[part.claim].gather.__module__ if part.measure is None else str(part)


def _gather(run: Run, packs: tuple[str, ...], part: Part) -> _Gathered:
    """Gather a part in a worker."""
    watch_files()
    prepare(run)
    item = next(item for item in load_pack(packs) if item.id == part.claim)
    before = run.kernel.asked
    evidence = gather(item, run, part.measure)
    return _Gathered(evidence, read_files(), run.kernel.asked > before)


# ------------------------------------------------------------------------------------- what is kept
def _key(
    part: Part,
    modules: Iterable[str],
    run: Run,
    sources: Callable[[tuple[str, ...]], Mapping[str, str]],
) -> dict[str, Any]:
    lean = (
        ()
        if part.measure is None
        else ("pyharness.proofs.conformance", "pyharness.proofs._lean_main")
    )
    return {
        "what": str(part),
        "code": sources((__name__, *sorted(modules), *lean)),
        "machine": machine(),
        "seed": run.seed,
        "device": [
            str(run.device),
            torch.cuda.get_device_name(run.device) if run.device.type == "cuda" else "",
        ],
        "lean": None if part.measure is None else run.kernel.key,
    }


def _keep(cache: Cache, key: Mapping[str, Any], result: _Gathered) -> None:
    try:
        cache.put(
            key, {"evidence": [piece.as_json() for piece in result.evidence], "files": result.files}
        )
    except (TypeError, ValueError):
        # What is not JSON cannot stand in a certificate either: sealing says where it is.
        return


def _kept(stored: Any, part: Part) -> tuple[Evidence, ...] | None:
    """Return evidence that was kept, if it is sound and the files that it rests on are the same;
    replay its witnesses.
    """
    try:
        if stored is None or not is_unchanged(stored["files"]):
            return None
        evidence = tuple(map(Evidence.from_json, stored["evidence"]))
    except (KeyError, TypeError, ValueError, AttributeError):
        return None
    for piece in evidence:
        if piece.kind in _REPLAYED:
            require_replays(part.claim, piece)
    return evidence
