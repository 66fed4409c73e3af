"""Looking at every element of a quantized tensor, a few rows at a time, and what was found."""

from __future__ import annotations

import math
from collections.abc import Callable, Iterator, Mapping
from concurrent.futures import CancelledError
from dataclasses import asdict, dataclass, field, replace
from fractions import Fraction
from typing import TYPE_CHECKING, Any, Self

import numpy as np
import torch

from pyharness.audit.checks import (
    Element,
    Limits,
    covers_well,
    is_at_its_end,
    is_near,
    limits_of,
    reaches_an_end,
)
from pyharness.core.errors import UsageError
from pyharness.core.extras import install
from pyharness.evidence.streaming import sha256
from pyharness.formats.affine import TensorError
from pyharness.formats.digests import dtype_name
from pyharness.formats.quantized.rows import read_rows
from pyharness.formats.quantized.tensor import Codes, Quantized
from pyharness.formats.stored import Stored
from pyharness.formats.tensor_ref import TensorRef

if TYPE_CHECKING:
    from pyharness.audit.filtering import Arrival, Filter

__all__ = ["Group", "Looked", "Original", "look"]

_PIECE = 1 << 20
"""Elements that are looked at together."""


@dataclass(frozen=True)
class Original:
    """The tensor that a quantized one was made from.

    Attributes:
        stored: the tensor.
        transposed: whether its two dimensions are exchanged.
        by: how it was found: "name", "a known name", "value" or "--map".
    """

    stored: Stored
    transposed: bool = False
    by: str = "name"

    def reader(self, tensor: Quantized) -> Callable[[int, int], np.ndarray]:
        """Return what gives rows of it as `look_at_levels` takes them, [rows, groups, size]."""
        read = self.stored_reader(tensor)
        return lambda start, stop: _numbers(read(start, stop))

    def stored_reader(self, tensor: Quantized) -> Callable[[int, int], torch.Tensor]:
        """Return what gives rows of it as they are stored, [rows, groups, size]; they must not be
        written to.
        """
        if self.transposed:
            whole = self.stored.read().reshape(self.stored.shape).T

            def turned(start: int, stop: int) -> torch.Tensor:
                return whole.reshape(tensor.rows, -1)[start:stop]

        def plain(start: int, stop: int) -> torch.Tensor:
            return read_rows(self.stored, start, stop, tensor.groups * tensor.size)

        read = turned if self.transposed else plain

        def rows(start: int, stop: int) -> torch.Tensor:
            return read(start, stop).reshape(stop - start, tensor.groups, tensor.size)

        return rows


def _numbers(found: torch.Tensor) -> np.ndarray:
    """Floats as compiled code takes them: float64 as they are, others as float32."""
    wide = torch.float64 if found.dtype == torch.float64 else torch.float32
    return np.ascontiguousarray(found.to(wide).numpy())


@dataclass(frozen=True)
class Group:
    """Elements that share a scale.

    Attributes:
        place: its row and group, as far as the scale depends on them.
        noise: where they are clipped too much, the sum of squared errors of those beyond the
            levels.
        count, least, greatest: then the number of all, the least and the greatest original.
        codes: the least and the greatest code.
    """

    place: tuple[int, ...]
    noise: float = 0.0
    count: int = 0
    least: float = 0.0
    greatest: float = 0.0
    codes: tuple[int, int] = (0, 0)


@dataclass(frozen=True)
class Looked:
    """What was found in one tensor.

    Attributes:
        refs: what was read, by content: what the checkpoint holds of the tensor, then the original.
        limits: the bound.
        counts: as `pyharness.audit.passes.COUNTS`; and "clipped", the elements beyond the levels
            under scales that clip too much.
        signal, noise: the sums of squares of the originals and of the errors.
        worst: the worst element of each class: "in_range", "saturated"; and of the violations
            "bad_scale", "far", "off_end" and "beyond"; with its error in steps.
        far: indices of the first violations.
        histogram: of errors in steps.
        scales: how many scales there are; then how many of them are bad, cover badly, reach no end.
        bad: a place of a bad scale, its value, and the offset there.
        no_number: the first float of 8 bits that is NaN or an infinity.
        uncovered, unreached: the first group that is covered badly, or reaches no end.
        codes: the least and the greatest code.
        zero_points: the least and the greatest zero point.
        original: whether there was an original.
        device: the type of the device that settled what is clearly right; "cpu" if none did.
    """

    refs: tuple[TensorRef, ...]
    limits: Limits
    counts: Mapping[str, int]
    signal: float = 0.0
    noise: float = 0.0
    worst: Mapping[str, tuple[float, Element]] = field(default_factory=dict)
    far: tuple[int, ...] = ()
    histogram: tuple[int, ...] = ()
    scales: tuple[int, int, int, int] = (0, 0, 0, 0)
    bad: tuple[tuple[int, ...], float, float] | None = None
    no_number: float | None = None
    uncovered: Group | None = None
    unreached: Group | None = None
    codes: tuple[int, int] = (0, 0)
    zero_points: tuple[int, int] = (0, 0)
    original: bool = False
    device: str = "cpu"

    @property
    def sqnr(self) -> float | None:
        """The signal over the noise, in dB; None where there is none of either."""
        if not (self.original and 0 < self.signal < math.inf and 0 < self.noise < math.inf):
            return None
        return 10 * math.log10(self.signal / self.noise)

    @property
    def violations(self) -> int:
        """On how many elements a check fails."""
        return sum(
            self.counts[name]
            for name in ("far", "off_end", "under_bad_scale", "bad_code", "beyond")
        )

    def as_json(self) -> dict[str, Any]:
        """Return it as JSON has it; NaN and infinities as text."""
        plain = asdict(self)
        plain["worst"] = {
            name: [error.hex(), *_plain(element)] for name, (error, element) in self.worst.items()
        }
        plain["bad"] = self.bad and [list(self.bad[0]), *(one.hex() for one in self.bad[1:])]
        plain["no_number"] = None if self.no_number is None else self.no_number.hex()
        plain["limits"] = {
            name: value.hex() if isinstance(value, float) else value
            for name, value in plain["limits"].items()
        }
        return plain

    @classmethod
    def from_json(cls, value: Mapping[str, Any]) -> Self:
        """Return what `as_json` made this of."""
        limits: dict[str, Any] = {
            name: float.fromhex(one) if isinstance(one, str) else one
            for name, one in value["limits"].items()
        }
        worst = {name: _worst(one) for name, one in value["worst"].items()}
        bad = value["bad"]
        return cls(
            **{
                **value,
                "refs": tuple(
                    TensorRef(**ref | {"shape": tuple(ref["shape"])}) for ref in value["refs"]
                ),
                "limits": Limits(**limits),
                "worst": worst,
                "bad": bad and (tuple(bad[0]), *map(float.fromhex, bad[1:])),
                "no_number": value["no_number"] and float.fromhex(value["no_number"]),
                **{
                    name: value[name]
                    and Group(
                        **value[name]
                        | {
                            "place": tuple(value[name]["place"]),
                            "codes": tuple(value[name]["codes"]),
                        }
                    )
                    for name in ("uncovered", "unreached")
                },
                **{
                    name: tuple(value[name])
                    for name in ("far", "histogram", "scales", "codes", "zero_points")
                },
            }
        )


def _plain(element: Element) -> list[Any]:
    original = None if element.original is None else element.original.hex()
    return [
        list(element.index),
        original,
        element.scale.hex(),
        element.zero_point,
        element.offset.hex(),
        element.code,
    ]


def _worst(value: list[Any]) -> tuple[float, Element]:
    error, index, original, scale, zero_point, offset, code = value
    return float.fromhex(error), Element(
        tuple(index),
        None if original is None else float.fromhex(original),
        float.fromhex(scale),
        zero_point,
        float.fromhex(offset),
        code,
    )


def look(
    tensor: Quantized,
    original: Original | None,
    *,
    device: torch.device | None = None,
    stopped: Callable[[], bool] = lambda: False,
) -> Looked:
    """Look at every element of a tensor.

    Args:
        tensor: the tensor.
        original: what it was made from; None where only its codes and scales can be looked at.
        device: settles beforehand what is clearly right, see `pyharness.audit.filtering`. Floats of
            8 bits, tensors without an original and those of very long rows are not given to it.
            None for none.
        stopped: asked from time to time; if it says so, this ends.

    Raises:
        CancelledError: if it was stopped.
        UsageError: if a file was changed or is damaged, or the extra `tensors` is not installed.
        TensorError: if the original has NaN or infinities.
    """
    if tensor.symmetric and tensor.low == -tensor.high - 1:
        # The scheme does not use the least code, unless it is there.
        found = _Looking(tensor, original, device, narrow=True).run(stopped)
        if found.codes[0] > tensor.low:
            return found
    return _Looking(tensor, original, device).run(stopped)


@dataclass(frozen=True)
class _Piece:
    """Some rows of a tensor.

    Attributes:
        codes: the rows.
        originals: as they are stored, [rows, groups, size]; None where there are none.
        start: the number of the first row.
        settled: which of their elements are settled, see `pyharness.audit.filtering`, bool [rows,
            groups or 1].
    """

    codes: Codes
    originals: torch.Tensor | None
    start: int
    settled: np.ndarray

    def cut(self, rows: int) -> Iterator[_Piece]:
        """Yield its rows, so many at a time."""
        for first in range(0, len(self.settled), rows):
            part = slice(first, first + rows)
            yield _Piece(
                Codes(
                    self.codes.codes[part],
                    *(of[part] if of.shape[0] > 1 else of for of in self.codes[1:]),
                ),
                None if self.originals is None else self.originals[part],
                self.start + first,
                self.settled[part],
            )


class _Looking:
    """The state of a look at one tensor."""

    def __init__(
        self,
        tensor: Quantized,
        original: Original | None,
        device: torch.device | None,
        *,
        narrow: bool = False,
    ) -> None:
        self.passes = passes = _compiled()
        self.tensor, self.original = tensor, original
        first = tensor.read(0, min(1, tensor.rows))
        self.by_row = first.scale.shape[0] > 1 or tensor.rows == 1 or self._differs_by_row()
        self.columns = first.scale.shape[1]
        dtypes = [part.dtype for part in tensor.parts[1:]]
        self.limits = limits_of(
            tensor, original.stored.dtype if original else None, dtypes[0] if dtypes else None
        )
        if narrow:
            self.limits = replace(self.limits, low=self.limits.low + 1)
        self.counts = np.zeros(len(passes.COUNTS), np.int64)
        self.figures = np.zeros(len(passes.FIGURES))
        self.worst = np.full(6, -1, np.int64)
        self.far = np.full(passes.KEPT, -1, np.int64)
        self.bad = np.full(passes.KEPT, -1, np.int64)
        self.histogram = np.zeros(passes.BINS + 2, np.int64)
        self.shared: tuple[np.ndarray, np.ndarray] | None = None
        self.scales = [0, 0, 0, 0]
        self.bad_scale: tuple[tuple[int, ...], float, float] | None = None
        self.no_number: float | None = None
        self.clipped = 0
        self.uncovered: Group | None = None
        self.unreached: Group | None = None
        self.codes = (np.iinfo(np.int64).max, np.iinfo(np.int64).min)
        self.zero_points = self.codes
        self.whole: np.ndarray | None = None
        self.rows = original.stored_reader(tensor) if original else None
        self.filter = self._filter(device)

    def _filter(self, device: torch.device | None) -> Filter | None:
        """What settles elements beforehand, if there is a device for it and it can."""
        if device is None or self.rows is None or self.limits.relative:
            return None
        from pyharness.audit.filtering import PIECE, Filter

        row = self.tensor.groups * self.tensor.size
        return Filter(device, self.limits) if self.tensor.rows and 0 < row <= PIECE else None

    def _differs_by_row(self) -> bool:
        """Whether two rows have scales of their own; one row alone does not tell."""
        two = self.tensor.read(0, min(2, self.tensor.rows))
        return two.scale.shape[0] > 1

    def _pieces(self) -> Iterator[_Piece]:
        """The rows, about `_PIECE` elements at a time."""
        row = max(1, self.tensor.groups * self.tensor.size)
        step = max(1, _PIECE // row)
        if self.filter is None:
            yield from self._read(step)
            return
        from pyharness.audit.filtering import PIECE

        # Whole pieces, since what is found in one is decided before the next one is looked at.
        waiting: tuple[_Piece, Arrival] | None = None
        for piece in self._read(step * max(1, PIECE // (step * row))):
            assert piece.originals is not None
            # These are on their way while those before are settled and looked at.
            arrival = self.filter.put(piece.codes, piece.originals)
            if waiting is not None:
                yield from self._settled(self.filter, *waiting).cut(step)
            waiting = piece, arrival
        if waiting is not None:
            yield from self._settled(self.filter, *waiting).cut(step)

    def _read(self, step: int) -> Iterator[_Piece]:
        """Rows, so many at a time, nothing of which is settled."""
        for start in range(0, self.tensor.rows, step):
            stop = min(start + step, self.tensor.rows)
            originals = None if self.rows is None else self.rows(start, stop)
            none = np.zeros((stop - start, 1), np.bool_)
            yield _Piece(self.tensor.read(start, stop), originals, start, none)

    def _settled(self, by: Filter, piece: _Piece, arrival: Arrival) -> _Piece:
        """A piece with what is settled of it, which is counted here."""
        found = by.settle(arrival)
        self.counts[:3] += [found.elements, found.elements - found.ends, found.ends]
        self.figures[:2] += [found.signal, found.noise]
        self.histogram += found.histogram
        return replace(piece, settled=found.units)

    def run(self, stopped: Callable[[], bool]) -> Looked:
        for piece in self._pieces():
            self._update(piece)
            if stopped():
                raise CancelledError
        if self.shared is not None:
            self._finish_groups(*self.shared, None, 0)
        worst = self._worst()
        return Looked(
            self._refs(),
            self.limits,
            dict(zip(self.passes.COUNTS, map(int, self.counts), strict=True))
            | {"clipped": self.clipped},
            float(self.figures[0]),
            float(self.figures[1]),
            worst,
            tuple(sorted(int(index) for index in self.far if index >= 0)),
            tuple(map(int, self.histogram)) if self.original else (),
            (self.scales[0], self.scales[1], self.scales[2], self.scales[3]),
            self.bad_scale,
            self.no_number,
            self.uncovered,
            self.unreached,
            (int(self.codes[0]), int(self.codes[1])),
            (int(self.zero_points[0]), int(self.zero_points[1])),
            self.original is not None,
            "cpu" if self.filter is None else self.filter.device.type,
        )

    def _require_finite(self, found: np.ndarray, start: int) -> None:
        if np.isfinite(found).all():
            return
        assert self.original is not None
        place = (
            int(np.flatnonzero(~np.isfinite(found))[0]) + start * found.shape[1] * found.shape[2]
        )
        index = tuple(map(int, np.unravel_index(place, self.tensor.shape)))
        stored = self.original.stored
        raise TensorError(
            f"{stored.path}: tensor {stored.name!r} has NaN or an infinity where {self.tensor.name!r} "
            f"has the index {index}; nothing can be said of codes for it, so mend the original first"
        )

    def _update(self, piece: _Piece) -> None:
        codes, start = piece.codes, piece.start
        number = (codes.codes.shape[0] if self.by_row else 1) * self.columns
        shared = self.shared or (np.zeros((2, number)), _no_codes(number))
        clipped, seen = shared
        self._look_at_scales(codes, start)
        if codes.codes.is_floating_point() and self.no_number is None:
            none = codes.codes[~codes.codes.isfinite()]
            self.no_number = float(none[0]) if len(none) else None
        originals = None
        self.counts[5] = 0
        if piece.originals is None:
            self._look_at_codes(codes.codes, seen)
        elif not piece.settled.all():
            originals = _numbers(piece.originals)
            self._look_at_levels(codes, originals, start, piece.settled, clipped)
        if self.by_row:
            self._finish_groups(clipped, seen, originals, start)
        else:
            self.shared = shared

    def _look_at_codes(self, codes: torch.Tensor, seen: np.ndarray) -> None:
        if codes.is_floating_point():
            self.counts[0] += codes.numel()
            self.counts[6] += int((~codes.isfinite()).sum())
            return
        self.passes.look_at_codes(
            np.ascontiguousarray(codes.numpy()),
            self.columns,
            not self.by_row,
            int(self.limits.low),
            int(self.limits.high),
            self.counts,
            seen,
        )
        self._see(int(seen[0].min()), int(seen[1].max()))

    def _see(self, least: int, greatest: int) -> None:
        self.codes = min(self.codes[0], least), max(self.codes[1], greatest)

    def _look_at_levels(
        self,
        codes: Codes,
        originals: np.ndarray,
        start: int,
        settled: np.ndarray,
        clipped: np.ndarray,
    ) -> None:
        limits, seen = self.limits, _no_codes(1)[:, 0]
        close = np.empty(originals.size, np.int64)
        self.passes.look_at_levels(
            np.ascontiguousarray(codes.codes.numpy()),
            originals,
            *(
                np.ascontiguousarray(part.double().numpy())
                for part in (codes.scale, codes.zero_point, codes.offset)
            ),
            limits.low,
            limits.high,
            limits.scale_error,
            limits.offset_error,
            limits.offset_least,
            limits.rounding,
            limits.overhang,
            limits.signed,
            self.tensor.bound.searched,
            limits.relative,
            limits.least,
            start,
            settled,
            self.counts,
            self.figures,
            self.worst,
            self.far,
            close,
            self.bad,
            self.histogram,
            clipped,
            seen,
        )
        if not math.isfinite(self.figures[0]):
            self._require_finite(originals, start)
        if not codes.codes.is_floating_point():
            self._see(int(seen[0]), int(seen[1]))
        for index in close[: self.counts[5]]:
            self._decide(int(index), codes, originals, start)

    def _decide(self, index: int, codes: Codes, originals: np.ndarray, start: int) -> None:
        """Decide in fractions what is too near to its bound."""
        element = self._element(index, codes, originals, start)
        inputs = element.inputs(self.limits)
        if not is_near(**inputs):
            place, kind = 3, 4
        elif not is_at_its_end(**inputs):
            place, kind = 4, 9
        elif not is_at_its_end(**element.inputs_beyond(self.limits)):
            place, kind = 5, 7
        else:
            return
        number = int(self.counts[4] + self.counts[9])
        if kind != 7 and number < len(self.far):
            self.far[number] = index
        self.counts[kind] += 1
        if self.worst[place] < 0:
            self.figures[2 + place], self.worst[place] = 0.5, index

    def _look_at_scales(self, codes: Codes, start: int) -> None:
        if not self.by_row and start:
            return
        scale, offset = codes.scale, codes.offset
        self.scales[0] += scale.numel()
        usable = scale.isfinite() & (scale != 0) & ((scale > 0) | self.limits.signed)
        usable = usable & offset.isfinite()
        bad = ~usable & ~((scale == 0) & offset.isfinite())
        if bool(bad.any()) and self.bad_scale is None:
            row, group = (int(one) for one in bad.nonzero()[0])
            of_scale, of_offset = (
                float(part[row if part.shape[0] > 1 else 0, group if part.shape[1] > 1 else 0])
                for part in (scale, offset)
            )
            place = ((row + start,) if self.by_row else ()) + ((group,) if self.columns > 1 else ())
            self.bad_scale = place, of_scale, of_offset
        self.scales[1] += int(bad.sum())
        least, greatest = int(codes.zero_point.amin()), int(codes.zero_point.amax())
        self.zero_points = (
            min(self.zero_points[0], least),
            max(self.zero_points[1], greatest),
        )

    def _finish_groups(
        self, clipped: np.ndarray, seen: np.ndarray, originals: np.ndarray | None, start: int
    ) -> None:
        """Judge the elements that share each scale, all of which were looked at."""
        bound = self.tensor.bound
        clips = bound.overhang is not None or bound.searched or bound.kind in ("moved", "float8")
        for place in () if clips else np.flatnonzero(clipped[1]):
            self._judge_clipping(int(place), clipped[:, place], originals, start)
        if self.original is not None or bound.kind == "float8":
            return
        low, high = int(self.limits.low), int(self.limits.high)
        for place in np.flatnonzero((seen[0] > low) & (seen[1] < high)):
            least, greatest = int(seen[0, place]), int(seen[1, place])
            if not reaches_an_end(least, greatest, low, high):
                self.scales[3] += 1
                self.unreached = self.unreached or Group(
                    self._place(int(place), start), codes=(least, greatest)
                )

    def _judge_clipping(
        self, place: int, clipped: np.ndarray, originals: np.ndarray | None, start: int
    ) -> None:
        """Whether elements that share a scale lose too much by being clipped."""
        row, group = divmod(place, self.columns)
        found = originals[row] if self.by_row and originals is not None else self._all_originals()
        if self.columns > 1:
            found = found[..., group, :]
        least, greatest = float(found.min()), float(found.max())
        if self.tensor.symmetric:
            greatest = max(abs(least), abs(greatest))
            least = -greatest
        steps, noise = int(self.limits.high - self.limits.low), float(clipped[0])
        if not math.isfinite(noise):
            assert self.original is not None
            stored = self.original.stored
            raise TensorError(
                f"{stored.path}: the numbers of tensor {stored.name!r} are so large that squares of "
                "their errors are beyond float64: divide them and the scales by a power of 2 first"
            )
        if covers_well(noise.hex(), found.size, least.hex(), greatest.hex(), steps):
            return
        self.scales[2] += 1
        self.clipped += int(clipped[1])
        self.uncovered = self.uncovered or Group(
            self._place(place, start), noise, found.size, least, greatest
        )

    def _all_originals(self) -> np.ndarray:
        """All originals, of which it matters where all rows share a scale that clips."""
        if self.whole is None:
            assert self.original is not None
            self.whole = self.original.reader(self.tensor)(0, self.tensor.rows)
        return self.whole

    def _place(self, number: int, start: int) -> tuple[int, ...]:
        row, group = divmod(number, self.columns)
        return ((row + start,) if self.by_row else ()) + ((group,) if self.columns > 1 else ())

    def _element(
        self, index: int, codes: Codes, originals: np.ndarray | None, start: int
    ) -> Element:
        tensor = self.tensor
        row, rest = divmod(index, tensor.groups * tensor.size)
        group, place = divmod(rest, tensor.size)
        row -= start

        def entry(part: torch.Tensor) -> Any:
            at = (row if part.shape[0] > 1 else 0, group if part.shape[1] > 1 else 0)
            return part[at].item()

        return Element(
            tuple(map(int, np.unravel_index(index, tensor.shape))) if tensor.shape else (),
            None if originals is None else float(originals[row, group, place]),
            float(entry(codes.scale)),
            int(entry(codes.zero_point)),
            float(entry(codes.offset)),
            float(codes.codes[row, group, place]),
        )

    def _worst(self) -> dict[str, tuple[float, Element]]:
        found = {}
        for name, index, error in zip(
            ("in_range", "saturated", "bad_scale", "far", "off_end", "beyond"),
            self.worst,
            self.figures[2:],
            strict=True,
        ):
            if index >= 0 and self.rows is not None:
                row = int(index) // (self.tensor.groups * self.tensor.size)
                codes = self.tensor.read(row, row + 1)
                originals = _numbers(self.rows(row, row + 1))
                element = self._element(int(index), codes, originals, row)
                found[name] = (float(error), element)
        return found

    def _refs(self) -> tuple[TensorRef, ...]:
        parts = [*self.tensor.parts, *([self.original.stored] if self.original else [])]
        return tuple(
            TensorRef(part.name, part.shape, dtype_name(part.dtype), sha256(part)) for part in parts
        )


def _no_codes(number: int) -> np.ndarray:
    """The least and the greatest code of so many scales before any was seen."""
    ends = np.iinfo(np.int64)
    return np.repeat(np.array([[ends.max], [ends.min]], np.int64), number, axis=1)


def _compiled() -> Any:
    try:
        from pyharness.audit import passes
    except ImportError as error:
        raise UsageError(
            f"checkpoints are audited by code that numba compiles; {install('tensors')}"
        ) from error
    return passes


def error_of(element: Element) -> Fraction | None:
    """Return |w − level| / |s| exactly; None where there is no such number."""
    if element.original is None or not math.isfinite(element.scale) or not element.scale:
        return None
    stands = Fraction(element.scale) * (Fraction(element.code) - element.zero_point)
    away = Fraction(element.original) - stands - Fraction(element.offset)
    return abs(away / Fraction(element.scale))
