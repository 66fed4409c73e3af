"""A project's claims that speak of any tensor, on a user's own: each file is read once, however
large.
"""

from __future__ import annotations

import math
import os
import threading
import time
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import asdict, dataclass
from functools import cached_property
from typing import Any

import torch

from pyharness.core.cache import Cache
from pyharness.core.errors import HarnessError
from pyharness.core.executor import Executor, ThreadExecutor
from pyharness.core.fingerprint import code, machine
from pyharness.core.progress import Progress
from pyharness.core.text import few, many
from pyharness.core.work import work_through
from pyharness.evidence import Evidence, TensorRef, Witness, dotted
from pyharness.evidence.blocks import BLOCK
from pyharness.evidence.streaming import Found, Scanned, Stream, scan
from pyharness.evidence.ties import Noticed, Watch, packages_of
from pyharness.formats.stored import Stored
from pyharness.pipeline.gather import EvidenceError
from pyharness.project.pack import Claim, load_pack

__all__ = [
    "duration",
    "noticed",
    "rate_and_rest",
    "scan_tensors",
    "stored_key",
    "streamed",
]

_PART = 64 << 20
"""Bytes of a part, unless it is one tensor: so many that reading them takes longer than handing
them to a worker."""


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
        return [stored_key(tensor) for tensor in self.tensors]


def stored_key(tensor: Stored) -> list[Any]:
    """Return what names the state of a stored tensor to a cache."""
    return [
        tensor.name,
        list(tensor.shape),
        str(tensor.dtype),
        os.path.realpath(tensor.path),
        asdict(tensor.stamp),
        repr(tensor.place),
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


def scan_tensors(
    packs: Sequence[str],
    claims: Sequence[Claim],
    tensors: Mapping[str, Stored],
    *,
    cache: Cache,
    executor: Executor | None,
    progress: Progress,
) -> tuple[list[Scanned], int]:
    """Check every tensor, and return what was found, by name in alphabetical order, and how many
    bytes were read for it.

    What was found in a tensor is kept by the state of its file and by all code that has a part in
    it, so that a run that was interrupted goes on where it was.

    Raises:
        HarnessError: if a file cannot be used, or a tensor has NaN or infinities.
    """
    base = {
        "what": "own tensors",
        "code": code([__name__, *packs]),
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
        said = rate_and_rest(done, size, time.perf_counter() - start)
        progress("Tensors", said, _mib(done), total)

    try:
        results = work_through(
            _parts(tensors.values()),
            # Another process is ended as a whole.
            _Scanner(tuple(packs), None if executor else stop.is_set),
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


def noticed(item: Claim, packs: Sequence[str]) -> Noticed:
    """What the law of a claim computes with, noticed where it is asked once."""
    watch = Watch(item.measures, packages_of(packs))
    with torch.no_grad(), watch.active():
        (item.audits or _check(item)).probe()
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


def rate_and_rest(done: int, size: int, seconds: float) -> str:
    """Say how fast bytes were read, and how long the rest will take."""
    rate = done / max(seconds, 1e-9)
    return f"{rate / 1e9:.2f} GB/s, {duration((size - done) / rate)} left"


def duration(seconds: float) -> str:
    """Write a duration as clocks do."""
    minutes, seconds = divmod(round(seconds), 60)
    return (
        f"{minutes // 60}:{minutes % 60:02}:{seconds:02}"
        if minutes >= 60
        else f"{minutes}:{seconds:02}"
    )


# ----------------------------------------------------------------------------------------- evidence
def streamed(
    item: Claim, scanned: Sequence[Scanned], of: str, others: Mapping[str, str]
) -> Evidence:
    """Return what a claim's check found in all tensors together.

    Args:
        item: the claim.
        scanned: the tensors.
        of: the files, in words.
        others: why each tensor that was not read was not.
    """
    check, found = _check(item), [(one.ref, one.found[item.id]) for one in scanned]
    elements = sum(math.prod(ref.shape) for ref, _ in found)
    domain = (
        f"{check.domain}; {elements:,} elements of {of}, in blocks of {BLOCK:,}, those "
        "that are not INT8 rounded to it by the largest magnitude of their block"
    )
    if others:
        domain += f"; not read, being empty or of another dtype: {few(others, 4)}"
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
        many(len(found), "tensor"),
        max_error=max(errors) if errors else None,
        tolerance=check.tolerance,
        tensors=[ref for ref, _ in found],
        witness=witness,
        measurements=rows,
    )
