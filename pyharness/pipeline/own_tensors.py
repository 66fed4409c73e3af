"""A project's claims on a user's own tensors: each file is read once, however large, and a
certificate says what was found.
"""

from __future__ import annotations

import contextlib
import os
import threading
import time
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import asdict, dataclass, replace
from datetime import UTC, datetime
from functools import cached_property
from pathlib import Path
from typing import Any

import torch

from pyharness.core.cache import Cache
from pyharness.core.errors import DocumentError, HarnessError, UsageError
from pyharness.core.executor import Executor, LocalExecutor, ThreadExecutor
from pyharness.core.fingerprint import code, machine
from pyharness.core.json_files import read_bytes, read_json, write_bytes
from pyharness.core.progress import Progress
from pyharness.core.work import work_through
from pyharness.evidence import Evidence, TensorRef, Witness, dotted
from pyharness.evidence.blocks import BLOCK, prepare
from pyharness.evidence.run import Run
from pyharness.evidence.streaming import Found, Scanned, Stream, scan
from pyharness.evidence.ties import Noticed, Watch
from pyharness.formats.sources import Catalogue, catalogue
from pyharness.formats.stored import Stored
from pyharness.pipeline.gather import EvidenceError, Gathered, gather, require_replays
from pyharness.pipeline.verify import Verification, certify_by, publish
from pyharness.project.pack import Claim, load_pack
from pyharness.project.settings import Project

__all__ = ["Reading", "output_path", "verify_tensors"]

_PART = 64 << 20
"""Bytes of a part, unless it is one tensor: so many that reading them takes longer than handing
them to a worker."""


@dataclass(frozen=True)
class Reading:
    """What was read.

    Attributes:
        tensors: how many.
        size: their bytes.
        read: bytes of those that were read now; the others' results were kept from a run that was
            interrupted, or the same.
        seconds: how long that took.
        others: why each tensor that was not read, by name, was not.
    """

    tensors: int
    size: int
    read: int
    seconds: float
    others: Mapping[str, str]


def output_path(path: Path) -> Path:
    """Return where the certificate about a user's tensors goes unless told otherwise: into this
    folder, by the first path's name.
    """
    name = os.path.basename(os.path.realpath(path))
    for suffix in (".index.json", ".safetensors", ".npz", ".onnx"):
        name = name.removesuffix(suffix)
    return Path(f"{name}.certificate.json")


def verify_tensors(
    project: Project,
    paths: Sequence[Path],
    output: Path,
    *,
    progress: Progress,
    fresh: bool = False,
    executor: Executor | None = None,
) -> tuple[Verification, Reading]:
    """Check the project's claims that speak of any tensor on the tensors of files, and write a
    certificate of these claims.

    A claim has there its proof, what conformance decides, and for evidence what was found in these
    tensors. A false claim that these tensors do not refute is left out. What was found in a tensor
    is kept by the state of its file and by all code that has a part in it, so that a run that was
    interrupted goes on where it was.

    Args:
        project: the project.
        paths: as for `pyharness.formats.sources.tensor_files`; all of them together are one model.
        output: the certificate's file.
        progress: told what is done; of tensors in MiB.
        fresh: use nothing that an earlier run kept.
        executor: reads parts of the files side by side, in processes that find them under the same
            paths; None for threads of this process, as many as it has cores.

    Raises:
        HarnessError: as `pyharness.pipeline.verify.verify`; or if no claim of the project speaks of
            any tensor, a file cannot be used, a tensor has NaN or infinities, or the output would
            replace something other than such a certificate.
    """
    started = datetime.now(UTC)
    _require_replaceable(output, project)
    pins = _pins_beside(output, project)
    declared = load_pack(project.packs)
    claims = [item for item in declared if item.streams]
    if not claims:
        raise UsageError(
            f"no claim of {project.name} speaks of any tensor; give one a check by `@claim(…, streams=…)`"
        )
    progress("Files", "", 0, 1)
    found = catalogue(paths)
    progress("Files", "", 1, 1)
    seconds, read = 0.0, 0
    if executor is None:
        # Beside Lean, whose answers come first.
        threading.Thread(
            target=_prepare, args=({tensor.dtype for tensor in found.tensors.values()},)
        ).start()

    def gathered(run: Run, cache: Cache) -> list[tuple[Claim, Gathered]]:
        nonlocal seconds, read
        start = time.perf_counter()
        scanned, read = _scan(
            project, claims, found, cache=cache, executor=executor, progress=progress
        )
        seconds = time.perf_counter() - start
        decided = gather(
            claims,
            project.packs,
            run,
            executor=executor or LocalExecutor(),
            cache=cache,
            own=False,
            progress=progress,
        )
        evidence = []
        for item in claims:
            own = _evidence(_check(item), [(one.ref, one.found[item.id]) for one in scanned], found)
            require_replays(item.id, own)
            if own.violations or item.tier != "refuted":
                noticed = (_noticed(item, project.packs),)
                conforms = decided[item.id]
                evidence.append(
                    (
                        item,
                        replace(conforms, evidence=(own, *conforms.evidence), noticed=noticed),
                    )
                )
        return evidence

    certified = certify_by(gathered, declared, project, output, progress=progress, fresh=fresh)
    if pins is not None:
        write_bytes(output.with_name(project.pins.name), pins)
    done = publish(certified, output, started)
    size = sum(tensor.nbytes for tensor in found.tensors.values())
    return done, Reading(len(found.tensors), size, read, seconds, found.others)


def _prepare(dtypes: Iterable[torch.dtype]) -> None:
    # An error comes again where the code is used, and is told there.
    with contextlib.suppress(HarnessError):
        prepare(dtypes)


def _require_replaceable(output: Path, project: Project) -> None:
    if os.path.realpath(output) == os.path.realpath(project.certificate):
        raise UsageError(
            f"{output} is the project's own certificate, which says more than one about your tensors; choose another"
        )
    if os.path.lexists(output):
        try:
            there = read_json(output)
        except DocumentError:
            there = None
        if not isinstance(there, dict) or not str(there.get("schema")).startswith(
            "tiered-certificate-"
        ):
            raise UsageError(
                f"{output} is there and is no certificate; choose another file with -o"
            )


def _pins_beside(output: Path, project: Project) -> bytes | None:
    """Return what is to be written beside a certificate as the project's pins, with which it is
    checked; None if they are there, or there are none.
    """
    there = output.with_name(project.pins.name)
    if not project.pins.exists() or there.resolve() == project.pins.resolve():
        return None
    pins = read_bytes(project.pins)
    if there.exists() and not output.exists() and read_bytes(there) != pins:
        raise UsageError(
            f"{there} holds the pins of another certificate; choose another folder with -o"
        )
    return pins


# ------------------------------------------------------------------------------------------ reading
@dataclass(frozen=True)
class _Part:
    """Tensors that are read together, as JSON's own types name them to a cache."""

    tensors: tuple[Stored, ...]

    @property
    def size(self) -> int:
        return sum(tensor.nbytes for tensor in self.tensors)

    @property
    def is_settled(self) -> bool:
        return all(tensor.stamp.settled for tensor in self.tensors)

    def __str__(self) -> str:
        first, last = self.tensors[0], self.tensors[-1]
        return f"{first.name} of {first.path}" + (
            f" to {last.name} of {last.path}" if last is not first else ""
        )

    def key(self) -> list[Any]:
        return [
            [
                tensor.name,
                list(tensor.shape),
                str(tensor.dtype),
                os.path.realpath(tensor.path),
                asdict(tensor.stamp),
                repr(tensor.place),
            ]
            for tensor in self.tensors
        ]


@dataclass(frozen=True)
class _Scanner:
    """Reads parts, in whichever process.

    Attributes:
        packs: the modules that declare the claims.
        stopped: asked from time to time; if it says so, reading ends.
    """

    packs: tuple[str, ...]
    stopped: Callable[[], bool] | None = None

    @cached_property
    def _checks(self) -> dict[str, Stream]:
        return {item.id: item.streams for item in load_pack(self.packs) if item.streams}

    def __call__(self, part: _Part) -> list[Scanned]:
        torch.set_num_threads(1)
        torch.use_deterministic_algorithms(True)
        stopped = self.stopped or (lambda: False)
        try:
            with torch.no_grad():
                scanned = [scan(tensor, self._checks, stopped=stopped) for tensor in part.tensors]
        except HarnessError:
            raise
        except Exception as error:
            raise EvidenceError(f"a check failed on {part}: {error!r}") from error
        for tensor in part.tensors:
            tensor.stamp.require(tensor.path)
        return scanned


def _scanned(value: Mapping[str, Any]) -> Scanned:
    ref = TensorRef(**{**value["ref"], "shape": tuple(value["ref"]["shape"])})
    return Scanned(ref, {claim: Found(**found) for claim, found in value["found"].items()})


def _scan(
    project: Project,
    claims: Sequence[Claim],
    found: Catalogue,
    *,
    cache: Cache,
    executor: Executor | None,
    progress: Progress,
) -> tuple[list[Scanned], int]:
    """Check every tensor, and return what was found, by name in alphabetical order, and how many
    bytes were read for it.
    """
    base = {
        "what": "own tensors",
        "code": code([__name__, *project.packs]),
        "machine": dict(machine()),
        "claims": [item.id for item in claims],
    }
    stop = threading.Event()
    size = total = done = 0
    start = time.perf_counter()

    def begun(missing: Sequence[_Part]) -> None:
        nonlocal size, total
        size = sum(part.size for part in missing)
        total = _mib(size)
        if missing:
            progress("Tensors", "", 0, total)

    def finished(part: _Part, _: object) -> None:
        nonlocal done
        done += part.size
        rate = done / (time.perf_counter() - start)
        left = _duration((size - done) / rate)
        progress("Tensors", f"{rate / 1e9:.2f} GB/s, {left} left", _mib(done), total)

    try:
        results = work_through(
            _parts(found.tensors.values()),
            # Another process is ended as a whole.
            _Scanner(project.packs, None if executor else stop.is_set),
            executor=executor or ThreadExecutor(),
            cache=cache,
            key=lambda part: {**base, "tensors": part.key()} if part.is_settled else None,
            load=lambda _, stored: [_scanned(one) for one in stored],
            dump=lambda _, scanned: [asdict(one) for one in scanned],
            begun=begun,
            finished=finished,
        )
    finally:
        stop.set()
    return sorted((one for found in results.values() for one in found), key=_name), size


def _name(scanned: Scanned) -> str:
    return scanned.ref.name


def _check(item: Claim) -> Stream:
    """The check of a claim that has one, as all have that are asked here."""
    assert item.streams is not None
    return item.streams


def _noticed(item: Claim, packs: Sequence[str]) -> Noticed:
    """What the law of a claim computes with, noticed where it is asked once."""
    watch = Watch(item.measures, {name.partition(".")[0] for name in packs})
    with torch.no_grad(), watch.active():
        _check(item).probe()
    return watch.take()


def _parts(tensors: Iterable[Stored]) -> list[_Part]:
    """Tensors in the order in which they lie in their files, taken together up to `_PART`; the
    largest parts first.
    """
    parts: list[list[Stored]] = []
    room = 0
    for tensor in sorted(
        tensors,
        key=lambda one: (one.path, one.place if isinstance(one.place, int) else 0, one.name),
    ):
        if tensor.nbytes > room:
            parts.append([])
            room = _PART
        parts[-1].append(tensor)
        room -= tensor.nbytes
    return sorted((_Part(tuple(part)) for part in parts), key=lambda part: -part.size)


def _mib(size: int) -> int:
    return -(-size // (1 << 20))


def _duration(seconds: float) -> str:
    minutes, seconds = divmod(round(seconds), 60)
    return (
        f"{minutes // 60}:{minutes % 60:02}:{seconds:02}"
        if minutes >= 60
        else f"{minutes}:{seconds:02}"
    )


# ----------------------------------------------------------------------------------------- evidence
def _evidence(check: Stream, found: Sequence[tuple[TensorRef, Found]], of: Catalogue) -> Evidence:
    """What a check found in all tensors together."""
    elements = sum(tensor.numel for tensor in of.tensors.values())
    domain = (
        f"{check.domain}; {elements:,} elements of {_several([file.name for file in of.files])}, in blocks of {BLOCK:,}, those "
        "that are not INT8 rounded to it by the largest magnitude of their block"
    )
    if of.others:
        domain += f"; not read, being empty or of another dtype: {_several(of.others)}"
    failing = next(((ref, one) for ref, one in found if one.violations), None)
    witness = None
    if failing is not None:
        ref, one = failing
        assert one.inputs is not None  # What fails somewhere fails on the first of them.
        witness = Witness(dotted(check.law), dict(one.inputs), f"tensor {ref.name}: {one.shows}")
    errors = [one.max_error for _, one in found if one.max_error is not None]
    rows = [{"tensor": ref.name, **one.figures} for ref, one in found if one.figures]
    return Evidence(
        "model",
        domain,
        sum(one.cases for _, one in found),
        sum(one.violations for _, one in found),
        f"{len(found):,} tensors",
        max_error=max(errors) if errors else None,
        tolerance=check.tolerance,
        tensors=[ref for ref, _ in found],
        witness=witness,
        measurements=rows,
    )


def _several(names: Iterable[str], most: int = 4) -> str:
    names = list(names)
    return ", ".join(names[:most]) + (
        f" and {len(names) - most:,} more" if len(names) > most else ""
    )
