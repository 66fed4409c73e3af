"""An audit: whether each code of a quantized checkpoint is what its original became, and what a
project's claims that speak of any tensor say of it, in a certificate.
"""

from __future__ import annotations

import contextlib
import functools
import os
import threading
import time
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import asdict, dataclass, replace
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import torch

from pyharness.audit.causes import Cause, explain
from pyharness.audit.evidence import Audited, Row
from pyharness.audit.looking import Looked, Original, look
from pyharness.audit.pairs import Pairs, pair
from pyharness.core.cache import Cache
from pyharness.core.device import CPU, identity, make_deterministic, require_device
from pyharness.core.errors import DocumentError, HarnessError, UsageError
from pyharness.core.executor import Executor, LocalExecutor, ThreadExecutor
from pyharness.core.fingerprint import code, machine
from pyharness.core.json_files import read_bytes, read_json, write_bytes
from pyharness.core.progress import Progress
from pyharness.core.work import work_through
from pyharness.evidence import Evidence
from pyharness.evidence.blocks import prepare
from pyharness.evidence.run import Run
from pyharness.formats.quantized.checkpoint import SUFFIXES, read_checkpoint, read_originals
from pyharness.formats.quantized.tensor import Checkpoint, Quantized
from pyharness.formats.stored import Stamp, Stored
from pyharness.pipeline.gather import EvidenceError, Gathered, gather, require_replays
from pyharness.pipeline.scanning import (
    noticed,
    rate_and_rest,
    scan_tensors,
    stored_key,
    streamed,
)
from pyharness.pipeline.verify import Verification, certify_by, publish
from pyharness.project.pack import Claim, load_pack
from pyharness.project.settings import Project

__all__ = ["Reading", "audit", "output_path"]


@dataclass(frozen=True)
class Reading:
    """What was read.

    Attributes:
        size: bytes of the tensors that were looked at, those of the original included; of each as
            often as claims of another kind look at it.
        read: bytes of those that were read now; the others' results were kept from a run that was
            interrupted, or the same.
        seconds: how long that took.
    """

    size: int
    read: int
    seconds: float


def output_path(path: Path) -> Path:
    """Return where an audit's certificate goes unless told otherwise: into this folder, by the
    first path's name.
    """
    name = os.path.basename(os.path.realpath(path))
    for suffix in sorted(SUFFIXES, key=len, reverse=True):
        if name.endswith(suffix):
            name = name.removesuffix(suffix)
            break
    return Path(f"{name}.certificate.json")


def audit(
    project: Project,
    paths: Sequence[Path],
    output: Path,
    *,
    originals: Sequence[Path] = (),
    told: Mapping[str, str] | None = None,
    progress: Progress,
    fresh: bool = False,
    device: torch.device = CPU,
    executor: Executor | None = None,
) -> tuple[Verification, Audited, Reading]:
    """Audit a checkpoint, and write a certificate of the claims that speak of it.

    A claim has there its proof, what conformance decides, and for evidence what was found in the
    checkpoint. A claim that does not apply to it is left out, and so is a false claim that its
    tensors do not refute. What was found in a tensor is kept by the states of its files and by all
    code that has a part in it, so that a run that was interrupted goes on where it was.

    Args:
        project: whose claims are asked.
        paths: the checkpoint, as for `read_checkpoint`.
        output: the certificate's file.
        originals: the weights that it was made from; none where only its codes and scales can be
            looked at.
        told: names of originals by names of quantized tensors.
        progress: told what is done; of tensors in MiB.
        fresh: use nothing that an earlier run kept.
        device: settles beforehand which codes are clearly right, see `pyharness.audit.filtering`,
            and has a part in conformance.
        executor: looks at tensors side by side, in processes that find the files under the same
            paths; None for threads of this process, as many as it has cores.

    Raises:
        HarnessError: as `pyharness.pipeline.verify.verify`; or if a file cannot be used, a tensor
            of the original or one that is not quantized has NaN or infinities, or the output would
            replace something other than such a certificate.
    """
    started = datetime.now(UTC)
    _require_replaceable(output, project)
    pins = [
        (place, content)
        for source in project.sources
        for place, content in _pins_beside(output, project.pins_of(source))
    ]
    declared = load_pack(project.packs)
    progress("Files", "", 0, 1)
    files = _Files(tuple(paths), tuple(originals), tuple((told or {}).items()))
    opened = files.open()
    progress("Files", "", 1, 1)
    claims = [_asked(item) for item in declared if item.streams or item.audits]
    tensors = opened.any_tensors if any(item.streams for item in claims) else {}
    if executor is None and tensors:
        # Beside Lean, whose answers come first.
        dtypes = {tensor.dtype for tensor in tensors.values()}
        threading.Thread(target=_prepare, args=(dtypes,)).start()
    done: list[tuple[Audited, Reading]] = []

    def gathered(run: Run, outside: Run, cache: Cache) -> list[tuple[Claim, Gathered]]:
        start = time.perf_counter()
        rows, read = _look(
            files, opened, cache=cache, device=device, executor=executor, progress=progress
        )
        audited = Audited(opened.checkpoint, opened.pairs, tuple(rows))
        scanned, more = scan_tensors(
            project.packs,
            [item for item in claims if item.streams],
            tensors,
            cache=cache,
            executor=executor,
            progress=progress,
        )
        seconds = time.perf_counter() - start
        size = opened.size + sum(tensor.nbytes for tensor in tensors.values())
        done.append((audited, Reading(size, read + more, seconds)))
        own: dict[str, tuple[Evidence, ...]] = {}
        for item in claims:
            if item.audits:
                own[item.id] = item.audits.evidence(audited)
            elif scanned:
                found = streamed(item, scanned, audited.name, audited.checkpoint.others)
                own[item.id] = (found,) if found.violations or item.tier != "refuted" else ()
        asked = [item for item in claims if own.get(item.id)]
        decided = gather(
            asked,
            project.packs,
            run,
            executor=executor or LocalExecutor(),
            cache=cache,
            outside=outside,
            own=False,
            progress=progress,
        )
        evidence = []
        for item in asked:
            for piece in own[item.id]:
                require_replays(item.id, piece)
            conforms = decided[item.id]
            seen = (noticed(item, project.packs),) * len(own[item.id])
            pieces = (*own[item.id], *conforms.evidence)
            evidence.append((item, replace(conforms, evidence=pieces, noticed=seen)))
        return evidence

    certified = certify_by(
        gathered,
        declared,
        project,
        output,
        progress=progress,
        fresh=fresh,
        device=device,
        instance=Audited(opened.checkpoint, opened.pairs, ()).name,
    )
    for place, content in pins:
        write_bytes(place, content)
    verified = publish(certified, output, started)
    audited, reading = done[0]
    return verified, audited, reading


def _asked(item: Claim) -> Claim:
    """A claim as it is asked of a checkpoint: on any tensor it needs no more than its theorem."""
    return replace(item, tier="silver") if item.streams and item.tier == "gold" else item


def _prepare(dtypes: Iterable[torch.dtype]) -> None:
    # An error comes again where the code is used, and is told there.
    with contextlib.suppress(HarnessError):
        prepare(dtypes)


def _require_replaceable(output: Path, project: Project) -> None:
    if os.path.realpath(output) == os.path.realpath(project.certificate):
        raise UsageError(
            f"{output} is the project's own certificate, which says more than one about a checkpoint; choose another"
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


def _pins_beside(output: Path, pins: Path) -> Iterator[tuple[Path, bytes]]:
    """Yield what is to be written beside a certificate as the project's pins, with which it is
    checked, and where; nothing if they are there, or there are none.
    """
    there = output.with_name(pins.name)
    if not pins.exists() or there.resolve() == pins.resolve():
        return
    content = read_bytes(pins)
    if there.exists() and not output.exists() and read_bytes(there) != content:
        raise UsageError(
            f"{there} holds the pins of another certificate; choose another folder with -o"
        )
    yield there, content


# ------------------------------------------------------------------------------------------- files
@dataclass(frozen=True)
class _Opened:
    """A checkpoint and its original, tensor by tensor."""

    checkpoint: Checkpoint
    pairs: Pairs | None

    @property
    def tensors(self) -> list[tuple[Quantized, Original | None]]:
        """The quantized tensors, each with its original."""
        found = self.pairs.originals if self.pairs else {}
        return [(item, found.get(item.name)) for item in self.checkpoint.quantized]

    @property
    def any_tensors(self) -> dict[str, Stored]:
        """The tensors that claims about any tensor are asked of: floats, and codes of 8 bits that
        lie one in a byte.
        """
        codes = {
            part.name: part
            for item in self.checkpoint.quantized
            for part in item.parts[:1]
            if part.dtype in (torch.int8, torch.uint8)
            and part.numel == item.numel
            and item.bound.kind != "float8"
        }
        floats = {
            name: one for name, one in self.checkpoint.plain.items() if one.dtype.is_floating_point
        }
        return dict(sorted((floats | codes).items()))

    @property
    def settings(self) -> list[Path]:
        """The files beside the tensors, which say what their codes stand for."""
        holding = {part.path for item in self.checkpoint.quantized for part in item.parts}
        return [file for file in self.checkpoint.files if file not in holding]

    @property
    def size(self) -> int:
        """Bytes of what is looked at."""
        return sum(map(_bytes_of, self.tensors))


@dataclass(frozen=True)
class _Files:
    """What an audit is given, from which any process can read it."""

    paths: tuple[Path, ...]
    originals: tuple[Path, ...]
    told: tuple[tuple[str, str], ...]

    def open(self) -> _Opened:
        """Read what the files say of themselves, and link them."""
        checkpoint = read_checkpoint(self.paths)
        if not self.originals:
            if self.told:
                raise UsageError("--map names tensors of the --original; give it as well")
            return _Opened(checkpoint, None)
        floats = read_originals(self.originals)
        return _Opened(checkpoint, pair(checkpoint.quantized, floats, dict(self.told)))


@functools.lru_cache(maxsize=1)
def _opened_here(files: _Files) -> _Opened:
    return files.open()


def _bytes_of(part: tuple[Quantized, Original | None]) -> int:
    tensor, original = part
    return sum(one.nbytes for one in tensor.parts) + (original.stored.nbytes if original else 0)


@dataclass(frozen=True)
class _Part:
    """A tensor to be looked at, by its name."""

    name: str


@dataclass(frozen=True)
class _Looker:
    """Looks at tensors, in whichever process.

    Attributes:
        files: the files.
        device: as for `audit`.
        here: their tensors, in the process that read them; None in another, which reads them again.
        stopped: asked from time to time; if it says so, looking ends.
    """

    files: _Files
    device: torch.device
    here: _Opened | None = None
    stopped: Callable[[], bool] | None = None

    def __call__(self, part: _Part) -> tuple[Looked, tuple[Cause, ...]]:
        torch.set_num_threads(1)
        settling = None if self.device == CPU else self.device
        if settling is not None:
            # Another machine may have none.
            require_device(settling)
            make_deterministic(settling)
        opened = self.here or _opened_here(self.files)
        tensor, original = next(one for one in opened.tensors if one[0].name == part.name)
        try:
            with torch.no_grad():
                stopped = self.stopped or (lambda: False)
                looked = look(tensor, original, device=settling, stopped=stopped)
                causes = explain(tensor, original, looked)
        except HarnessError:
            raise
        except Exception as error:
            raise EvidenceError(f"the audit of {tensor.name} failed: {error!r}") from error
        return looked, causes


def _look(
    files: _Files,
    opened: _Opened,
    *,
    cache: Cache,
    device: torch.device,
    executor: Executor | None,
    progress: Progress,
) -> tuple[list[Row], int]:
    """Look at every quantized tensor; return what was found, and how many bytes were read."""
    tensors = {_Part(item.name): (item, original) for item, original in opened.tensors}
    stamps = {file: Stamp.of(file) for file in opened.settings}
    base = {
        "what": "audit",
        "code": code([__name__]),
        "machine": dict(machine()),
        "device": identity(device),
        "settings": [[os.path.realpath(file), asdict(stamp)] for file, stamp in stamps.items()],
    }
    stop = threading.Event()
    size = total = done = 0
    start = time.perf_counter()

    def key(part: _Part) -> dict[str, Any] | None:
        item, original = tensors[part]
        stored = [*item.parts, *([original.stored] if original else [])]
        if not all(stamp.settled for stamp in (*stamps.values(), *(one.stamp for one in stored))):
            return None
        turned = original and original.transposed
        return {**base, "tensor": [stored_key(one) for one in stored], "transposed": turned}

    def begun(missing: Sequence[_Part]) -> None:
        nonlocal size, total
        size = sum(_bytes_of(tensors[part]) for part in missing)
        total = -(-size // (1 << 20))
        if missing:
            progress("Codes", "", 0, total)

    def finished(part: _Part, _: object) -> None:
        nonlocal done
        done += _bytes_of(tensors[part])
        said = rate_and_rest(done, size, time.perf_counter() - start)
        progress("Codes", said, -(-done // (1 << 20)), total)

    looker = _Looker(files, device) if executor else _Looker(files, device, opened, stop.is_set)
    try:
        found = work_through(
            sorted(tensors, key=lambda part: -_bytes_of(tensors[part])),
            looker,
            executor=executor or ThreadExecutor(),
            cache=cache,
            key=key,
            load=lambda _, kept: (
                Looked.from_json(kept["looked"]),
                tuple(Cause(**cause) for cause in kept["causes"]),
            ),
            dump=lambda _, result: {
                "looked": result[0].as_json(),
                "causes": [asdict(cause) for cause in result[1]],
            },
            begun=begun,
            finished=finished,
        )
    finally:
        stop.set()
    rows = [Row(*tensors[part], *found[part]) for part in tensors]
    return rows, size
