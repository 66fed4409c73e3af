"""Gathering: the evidence of a project's claims, by workers, as far as no earlier run kept it.

A part of the evidence, one claim's own or one conformance, is kept under all that it depends on:
the code that gathers it and all that this imports, the machine, the packages, the seed and the
device; for a conformance also Lean and the allowed axioms. Beside it stand the digests of the files
that its process had read by then, and of the Lean constants that a conformance rests on. A part is
used again only if all of these are the same.
"""

from __future__ import annotations

import functools
import sys
import time
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from contextlib import nullcontext
from dataclasses import asdict, dataclass
from typing import Any

import torch

from pyharness.certificate.seal import plain_evidence
from pyharness.core.cache import Cache, key_sha256
from pyharness.core.device import default_device, identity, kernels_run, make_deterministic
from pyharness.core.errors import (
    EXIT_UNMET,
    DocumentError,
    HarnessError,
    UsageError,
    in_words,
    short_path,
)
from pyharness.core.executor import Executor
from pyharness.core.fingerprint import code, is_unchanged, machine, read_files, watch_files
from pyharness.core.progress import Progress
from pyharness.core.reach import Reach
from pyharness.core.text import few
from pyharness.core.work import work_through
from pyharness.evidence import Evidence
from pyharness.evidence.conformance import Conformance
from pyharness.evidence.run import Run
from pyharness.evidence.ties import Noticed, Watch, packages_of, untied
from pyharness.formats.affine import TensorError
from pyharness.pipeline.proofs import once
from pyharness.project.pack import Claim, load_pack

__all__ = [
    "EvidenceError",
    "Gathered",
    "Part",
    "Runs",
    "code_sha256",
    "gather",
    "gather_part",
    "plan",
    "prepare",
    "require_replays",
]

_THREADS = 1
"""With more, how a float reduction is split depends on the machine and its load, and so do an
activation's last bits."""

_DECIDING = ("pyharness.proofs.conformance", "pyharness.proofs._lean_main")
"""What decides a conformance with Lean."""

_REPLAYED = {"exhaustive", "property", "witness"}
"""Kinds of evidence whose witnesses are plain numbers, and cheap to replay. Another kind's may take
a model's training."""


class EvidenceError(HarnessError):
    """An evidence function failed, or what it yielded cannot be believed."""

    exit_code = EXIT_UNMET


@dataclass(frozen=True)
class Part:
    """What is gathered at once: a claim's own evidence, or that of one of its conformances, by its
    place among them.
    """

    claim: str
    measure: int | None = None

    def __str__(self) -> str:
        place = "" if self.measure is None else f", conformance {self.measure + 1}"
        return f"claim {self.claim}{place}"


@dataclass(frozen=True)
class Gathered:
    """What was gathered of a part, or of a claim with its conformances.

    Attributes:
        evidence: in the order in which it was found.
        noticed: what the predicates of each piece computed with; of a conformance nothing.
        failures: why evidence is missing, in words.
        files: the digests of the files that were read for it.
        asked_kernel: whether Lean's kernel was asked.
        rests_on: of a conformance the Lean constants on which it rests.
        basis: the digest of these.
        seconds: how long it took.
        kernels: the GPU kernels that ran for it, where they were asked for.
    """

    evidence: tuple[Evidence, ...]
    noticed: tuple[Noticed, ...] = ()
    failures: tuple[str, ...] = ()
    files: Mapping[str, str | None] | None = None
    asked_kernel: bool = False
    rests_on: tuple[str, ...] = ()
    basis: str | None = None
    seconds: float = 0.0
    kernels: frozenset[str] = frozenset()

    def untied(self, measures: Sequence[Conformance]) -> tuple[str, ...]:
        """Return what keeps the evidence from being tied to Lean by a claim's measures."""
        return untied(measures, self.evidence[: len(self.noticed)], self.noticed)


@dataclass(frozen=True)
class Runs:
    """What claims' functions may use. What decides conformance goes by the source of the claim's
    theorem: the same name may mean something else in another.

    Attributes:
        run: for most claims.
        outside: for those about outside proofs.
    """

    run: Run
    outside: Run

    def of(self, item: Claim) -> Run:
        """For this claim."""
        return self.outside if item.proofs == "outside" else self.run


# -------------------------------------------------------------------------------------- all of them
def gather(
    claims: Sequence[Claim],
    packs: Sequence[str],
    run: Run,
    *,
    executor: Executor,
    cache: Cache,
    progress: Progress,
    outside: Run | None = None,
    own: bool = True,
    recording: bool = False,
) -> dict[str, Gathered]:
    """Return what was gathered of each claim, in the claims' order.

    An exception in the evidence of one claim is that claim's failure and nobody else's.

    Args:
        claims: the claims.
        packs: the modules that declare them, from which a worker loads them again.
        run: what their functions may use; must be possible to pickle.
        executor: what gathers the parts that are not kept.
        cache: where parts are kept.
        progress: told of each part that is done.
        outside: what the functions of claims about outside proofs may use, where the project has a
            library as well; None if all use the same.
        own: whether the claims' own evidence is wanted; if not, that of their conformances alone.
        recording: whether this is for a record: GPU kernels that run are then listed, and nothing
            is kept.

    Raises:
        HarnessError: whatever expected failure a function raised; or if workers were lost.
    """
    stage = "Evidence" if own else "Conformance"
    runs = Runs(run, outside or run)
    divided = _Divided(claims, packs, runs, cache)
    conformances = divided.conformances
    parts = [*(Part(item.id) for item in claims if own), *conformances.values()]
    done = 0

    def key(part: Part) -> Mapping[str, Any] | None:
        return None if recording else divided.key(part)

    def begun(missing: Sequence[Part]) -> None:
        nonlocal done
        # From here on code that is changed meanwhile has to be seen.
        divided.sources, done = code, len(parts) - len(missing)
        progress(stage, str(missing[0]) if missing else "", done, len(parts))

    def finished(part: Part, result: Gathered) -> None:
        nonlocal done
        done += 1
        progress(stage, str(part), done, len(parts))

    found = work_through(
        parts,
        functools.partial(_gather_in_worker, runs, tuple(packs), recording),
        executor=executor,
        cache=cache,
        key=key,
        load=divided.load,
        dump=_dump,
        group=functools.partial(_group, divided.by_id),
        begun=begun,
        finished=finished,
    )
    progress(stage, "", len(parts), len(parts))
    return {
        item.id: _joined(
            [
                *([found[Part(item.id)]] if own else []),
                *(found[conformances[entry, runs.of(item)]] for entry in item.measures),
            ]
        )
        for item in claims
    }


def plan(
    claims: Sequence[Claim],
    packs: Sequence[str],
    run: Run,
    *,
    cache: Cache,
    outside: Run | None = None,
) -> tuple[int, dict[Part, str]]:
    """Return how many parts the evidence has, and which of them `gather` would gather, with why;
    the others are kept.
    """
    divided = _Divided(claims, packs, Runs(run, outside or run), cache)
    missing: dict[Part, dict[str, Any]] = {}
    reasons: dict[Part, str] = {}
    parts = [*(Part(item.id) for item in claims), *divided.conformances.values()]
    for part in parts:
        key = divided.key(part)
        if (stored := cache.get(key)) is None:
            missing[part] = key
            reasons[part] = "nothing is kept of it"
        elif not divided.stands(part, stored):
            reasons[part] = "changed: Lean definitions that it is about"
        elif divided.load(part, stored) is None:
            reasons[part] = "a file that it read has changed, or what is kept does not hold"
    before: dict[str, Mapping[str, Any]] = {}
    for kept in cache.keys() if missing else ():
        if isinstance(what := kept.get("what"), str):
            before.setdefault(what, kept)
    for part, key in missing.items():
        if str(part) in before:
            reasons[part] = _difference(before[str(part)], key)
    return len(parts), reasons


def _difference(before: Mapping[str, Any], now: Mapping[str, Any]) -> str:
    """Say in what the key under which a part was kept last differs from the one of now."""
    differing = {
        field: sorted(
            name
            for name in {*before.get(field, {}), *now[field]}
            if before.get(field, {}).get(name) != now[field].get(name)
        )
        for field in ("code", "machine")
    }
    found = [f"the code of {few(differing['code'], 2)}"] if differing["code"] else []
    found += [f"the machine's {few(differing['machine'], 2)}"] if differing["machine"] else []
    found += [name for name in ("seed", "device") if before.get(name) != now[name]]
    found += ["Lean, or the allowed axioms"] if before.get("lean") != now["lean"] else []
    return f"changed: {', '.join(found)}"


class _Divided:
    """Claims in parts, each with the key under which it is kept.

    Attributes:
        by_id: the claims.
        conformances: the part that decides each conformance, which claims may share.
        sources: gives the digests of the code of modules.
    """

    def __init__(
        self, claims: Sequence[Claim], packs: Sequence[str], runs: Runs, cache: Cache
    ) -> None:
        self.by_id = {item.id: item for item in claims}
        self.conformances: dict[Any, Part] = {}
        for item in claims:
            for number, entry in enumerate(item.measures):
                self.conformances.setdefault((entry, runs.of(item)), Part(item.id, number))
        self.sources: Callable[[tuple[str, ...]], Mapping[str, str]] = functools.cache(code)
        self._runs, self._cache = runs, cache
        self._declaring = _declaring_modules(packs)
        self._reach = Reach([*packs, *(item.gather.__module__ for item in claims)])

    def key(self, part: Part) -> dict[str, Any]:
        item = self.by_id[part.claim]
        modules = {item.gather.__module__, self._declaring[item.id]}
        if part.measure is None:
            names = self._variables(item, modules) | self._variables(item.gather, modules)
            found = {module for module, _ in names}
            # A function that is no variable, such as one that another made, is part of its module.
            names |= {(module, "") for module in modules - found}
        else:
            measure = item.measures[part.measure]
            names = self._variables(measure, self.sources(tuple(sorted(modules))))
            names = names or {(module, "") for module in modules}
        if part.measure is not None:
            names |= {(module, "") for module in _DECIDING}
        parts, whole = self._reach.of(sorted(names))
        reached = {**self.sources((__name__, *whole)), **parts}
        return _key(part, reached, self._runs.of(item))

    @staticmethod
    def _variables(value: object, modules: Iterable[str]) -> set[tuple[str, str]]:
        """Return where in some modules a value is a variable, each as a module and a name."""
        return {
            (module, name)
            for module in modules
            if module in sys.modules
            for name, held in vars(sys.modules[module]).items()
            if held is value
        }

    def stands(self, part: Part, stored: Any) -> bool:
        """Whether the Lean constants on which what was kept of a part rests are the same."""
        if part.measure is None:
            return True
        kernel = self._runs.of(self.by_id[part.claim]).kernel
        try:
            names, basis = stored["rests_on"], stored["basis"]
            key = {
                "what": "basis",
                "code": self.sources((type(kernel).__module__,)),
                "names": names,
                **kernel.library,
            }
            return bool(basis == once(self._cache, key, lambda: kernel.basis_sha256(names) or ""))
        except (KeyError, TypeError, ValueError):
            return False

    def load(self, part: Part, stored: Any) -> Gathered | None:
        """Return what was kept of a part, if it is still good."""
        return _load(part, stored) if self.stands(part, stored) else None


def _declaring_modules(packs: Sequence[str]) -> dict[str, str]:
    return {
        value.id: name
        for name in packs
        for value in vars(sys.modules[name]).values()
        if isinstance(value, Claim)
    }


def _joined(parts: Sequence[Gathered]) -> Gathered:
    return Gathered(
        evidence=tuple(piece for part in parts for piece in part.evidence),
        noticed=tuple(one for part in parts for one in part.noticed),
        failures=tuple(failure for part in parts for failure in part.failures),
        seconds=sum(part.seconds for part in parts),
        kernels=frozenset().union(*(part.kernels for part in parts)),
    )


def _group(claims: Mapping[str, Claim], part: Part) -> str:
    """Claims of one module share what they compute; a conformance shares nothing."""
    return claims[part.claim].gather.__module__ if part.measure is None else str(part)


def _gather_in_worker(runs: Runs, packs: tuple[str, ...], recording: bool, part: Part) -> Gathered:
    if not recording:
        watch_files()
    item = next(item for item in load_pack(packs) if item.id == part.claim)
    run = runs.of(item)
    prepare(run)
    return gather_part(item, run, part.measure, packs=packs, profiled=recording)


# ------------------------------------------------------------------------------------- one of them
def prepare(run: Run) -> None:
    """Set up torch for evidence: the same bits each time."""
    torch.set_num_threads(_THREADS)
    make_deterministic(run.device)


def gather_part(
    item: Claim,
    run: Run,
    measure: int | None = None,
    *,
    packs: Sequence[str] = (),
    profiled: bool = False,
) -> Gathered:
    """Gather a claim's own evidence, or that of one of its conformances, and replay each witness.

    Args:
        item: the claim.
        run: what its functions may use.
        measure: the conformance, by its place among the claim's.
        packs: the modules of the project's packs.
        profiled: whether to list the GPU kernels that run.

    Raises:
        HarnessError: whatever expected failure a function raised.
    """
    packages = packages_of((*packs, item.gather.__module__))
    before, start = run.kernel.asked if run.kernel else 0, time.perf_counter()
    evidence: list[Evidence] = []
    noticed: list[Noticed] = []
    failures: tuple[str, ...] = ()
    rests_on: tuple[str, ...] = ()
    basis: str | None = None
    with kernels_run(run.device if profiled else None) as kernels:
        try:
            for piece, found in _pieces(item, run, measure, packages):
                evidence.append(piece)
                noticed += [found] if measure is None else []
            if measure is not None:
                rests_on = item.measures[measure].rests_on(run)
                basis = run.kernel.basis_sha256(rests_on)
        except (KeyboardInterrupt, GeneratorExit):
            raise
        except EvidenceError as error:
            failures = (str(error),)
        except UsageError as error:
            if not isinstance(error, TensorError):
                # Something is missing that every claim may need: nothing is certified without it.
                raise UsageError(f"claim {item.id}: {error}") from error
            failures = (_failure(item, error, packages),)
        except HarnessError as error:
            if error.exit_code != EXIT_UNMET and not isinstance(error, DocumentError):
                raise
            failures = (f"claim {item.id}: {error}",)
        except BaseException as error:
            # Also what ends a process, or skips a test: the other claims go on.
            failures = (_failure(item, error, packages),)
    return Gathered(
        evidence=() if failures else tuple(evidence),
        noticed=() if failures else tuple(noticed),
        failures=failures,
        files=read_files(),
        asked_kernel=bool(run.kernel) and run.kernel.asked > before,
        rests_on=rests_on,
        basis=basis,
        seconds=time.perf_counter() - start,
        kernels=frozenset(kernels),
    )


def _pieces(
    item: Claim, run: Run, measure: int | None, packages: set[str]
) -> Iterator[tuple[Evidence, Noticed]]:
    """Yield each piece of evidence, with what was noticed while it was gathered."""
    watch = Watch(item.measures, packages)
    # A claim without a conformance has nothing tied, so there is nothing to watch.
    watching = watch.active() if item.measures else nullcontext()
    with torch.no_grad(), default_device(run.device), watching:
        found = item.gather(run) if measure is None else item.measures[measure].decide(run)
        if not isinstance(found, Iterable):
            raise EvidenceError(
                f"claim {item.id}: its function {_where_defined(item)} returned "
                f"{None if found is None else type(found).__name__}; it must yield Evidence: write "
                "`yield` where it says `return`"
            )
        for piece in found:
            if not isinstance(piece, Evidence):
                raise EvidenceError(
                    f"claim {item.id}: its function {_where_defined(item)} yielded {piece!r}, "
                    "which is no Evidence"
                )
            # What cannot stand in a certificate is told here, where the claim is known.
            plain_evidence(piece)
            require_replays(item.id, piece)
            yield piece, watch.take()


def _where_defined(item: Claim) -> str:
    code = item.gather.__code__
    return f"{item.gather.__name__} ({short_path(code.co_filename)}:{code.co_firstlineno})"


def _failure(item: Claim, error: BaseException, packages: set[str]) -> str:
    """Say what was raised, and where in the pack."""
    said = in_words(error, packages)
    return f"claim {item.id}: {said}" + ("" if said.endswith(")") else f" ({_where_defined(item)})")


def require_replays(claim_id: str, evidence: Evidence) -> None:
    """Check that the witness in a claim's evidence, if there is one, replays.

    Raises:
        EvidenceError: if it does not.
    """
    witness = evidence.witness
    if witness is None:
        return
    place = f"claim {claim_id}: the witness of {evidence.domain!r}"
    packages = {witness.predicate.partition(":")[0].partition(".")[0]}
    try:
        with torch.no_grad():
            replays = witness.replays()
    except Exception as error:
        raise EvidenceError(
            f"{place} cannot be replayed on {dict(witness.inputs)}: {in_words(error, packages)}. "
            f"{witness.predicate} must also take plain numbers, as they stand in the certificate: "
            "begin it with torch.as_tensor(…) of its arguments"
        ) from error
    if not replays:
        raise EvidenceError(f"{place} does not replay: the claim holds on it")


# ------------------------------------------------------------------------------------- what is kept
def code_sha256(item: Claim) -> str:
    """Return the digest of the code that a claim's evidence depends on: its module's and that of
    all that this imports. Comments, docstrings and layout do not count.
    """
    return key_sha256(code([item.gather.__module__]))


def _key(
    part: Part,
    reached: Mapping[str, str],
    run: Run,
) -> dict[str, Any]:
    return {
        "what": str(part),
        "code": dict(sorted(reached.items())),
        "machine": machine(),
        "seed": run.seed,
        "device": identity(run.device),
        "lean": None if part.measure is None else run.kernel.key,
    }


def _dump(part: Part, result: Gathered) -> Any:
    """Return what is kept of a part: nothing of one that failed, or that depends on what it asked
    the kernel.
    """
    if result.failures or (part.measure is None and result.asked_kernel):
        return None
    return {
        "evidence": [piece.as_json() for piece in result.evidence],
        "noticed": [asdict(one) for one in result.noticed],
        "files": result.files,
        "rests_on": list(result.rests_on),
        "basis": result.basis,
    }


def _load(part: Part, stored: Any) -> Gathered | None:
    """Return evidence that was kept, if it is sound and the files that it rests on are the same;
    replay its witnesses.
    """
    try:
        if not is_unchanged(stored["files"]):
            return None
        found = Gathered(
            tuple(map(Evidence.from_json, stored["evidence"])),
            tuple(map(Noticed.from_json, stored["noticed"])),
        )
    except (KeyError, TypeError, ValueError, AttributeError):
        return None
    try:
        for piece in found.evidence:
            if piece.kind in _REPLAYED:
                require_replays(part.claim, piece)
    except EvidenceError:
        return None
    return found
