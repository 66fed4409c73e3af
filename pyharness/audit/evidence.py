"""What an audit says for each claim about a checkpoint: evidence over every element."""

from __future__ import annotations

import math
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Literal

import numpy as np

from pyharness.audit.causes import Cause
from pyharness.audit.checks import (
    Element,
    covers_well,
    is_at_its_end,
    is_linked,
    is_near,
    is_product,
    reaches_an_end,
    scale_is_right,
    stands_in_range,
    uses_no_least_code,
)
from pyharness.audit.looking import Looked, Original
from pyharness.audit.pairs import Pairs
from pyharness.core.text import few, many
from pyharness.evidence import Evidence, Plot, TensorRef, Witness, dotted
from pyharness.evidence.rounding import significant
from pyharness.evidence.ties import observed
from pyharness.formats.quantized.tensor import Checkpoint, Quantized

__all__ = ["About", "Audit", "Audited", "Row", "audited_as"]

About = Literal[
    "nearest",
    "rounded scale",
    "float8",
    "ends",
    "covered",
    "scales",
    "codes",
    "bias scales",
    "extremes",
    "least code",
    "explained",
    "linked",
]
"""What a claim about checkpoints is about."""

_PRODUCT = 2.0**-22
"""How far a bias's scale may be from the product of two: three roundings of float32, and those of
the scales that are stored."""


@dataclass(frozen=True)
class Row:
    """One tensor of an audit."""

    tensor: Quantized
    original: Original | None
    looked: Looked
    causes: tuple[Cause, ...] = ()

    @property
    def wrong(self) -> int:
        """How many codes are wrong, those that are clipped too much included. Of weights that were
        moved before they were rounded, nothing is said of how far codes are from the original.
        """
        counts = self.looked.counts
        if self.tensor.bound.kind == "moved":
            return counts["under_bad_scale"] + counts["bad_code"]
        return self.looked.violations + counts["clipped"]

    def places(self) -> list[tuple[int, ...]]:
        """Return the indices of the first elements whose code is wrong."""
        shape = self.tensor.shape
        return [tuple(map(int, np.unravel_index(index, shape))) for index in self.looked.far]

    def figures(self) -> dict[str, Any]:
        """Return what a table says of it."""
        looked, counts = self.looked, self.looked.counts
        shown = ["in_range", "far", *(["saturated"] if counts["clipped"] else [])]
        worst = [error for name, (error, _) in looked.worst.items() if name in shown]
        sqnr = looked.sqnr
        return {
            "tensor": self.tensor.name,
            "original": self.original.stored.name if self.original else None,
            "format": self.tensor.format,
            "shape": "×".join(map(str, self.tensor.shape)) or "scalar",
            "scale for each": self.tensor.granularity,
            "elements": counts["elements"],
            "in range": counts["in_range"] if self.original else None,
            "saturated": counts["saturated"] if self.original else None,
            "bad scale": counts["bad_scale"] if self.original else None,
            "violations": self.wrong,
            "worst error in steps": significant(max(worst)) if worst else None,
            "SQNR in dB": None if sqnr is None else significant(sqnr),
            "bits a weight": significant(self.tensor.bits),
        }


@dataclass(frozen=True)
class Audited:
    """All that was found in a checkpoint."""

    checkpoint: Checkpoint
    pairs: Pairs | None
    rows: tuple[Row, ...]

    @property
    def name(self) -> str:
        """The files, in words."""
        return few((file.name for file in self.checkpoint.files), 3)

    def of_kind(self, kind: str) -> list[Row]:
        """Return the tensors with an original and a bound of this kind."""
        return [row for row in self.rows if row.original and row.tensor.bound.kind == kind]


@dataclass(frozen=True, eq=False)
class Audit:
    """How an audit checks a claim. Make one by `audited_as`.

    Attributes:
        about: what the claim is about.
        law: the predicate of one element, scale or tensor, of which a witness is an instance.
        at: an instance, at which it is asked once, so that what it computes with can be noticed.
    """

    about: About
    law: Callable[..., bool]
    at: Mapping[str, Any]

    def probe(self) -> None:
        """Ask the law once."""
        observed(self.law)(**self.at)

    def evidence(self, audited: Audited) -> tuple[Evidence, ...]:
        """Return what an audit found; nothing where the claim does not apply to the checkpoint."""
        found = _FINDERS[self.about](self, audited)
        if found is None:
            return ()
        errors = _histogram(audited, self.about) if self.law is is_near else None
        return (found, errors) if errors else (found,)

    def _evidence(
        self,
        audited: Audited,
        rows: Sequence[Row],
        what: str,
        summary: str,
        cases: int,
        violations: int,
        witness: tuple[Mapping[str, Any], str] | None,
        measurements: Sequence[Mapping[str, Any]] = (),
        device: str = "cpu",
    ) -> Evidence:
        refs: dict[TensorRef, None] = {}
        for row in rows:
            refs.update(dict.fromkeys(row.looked.refs))
        if witness is not None:
            inputs, shows = witness
            found = Witness(dotted(self.law), dict(inputs), shows)
        return Evidence(
            "model",
            f"{what} of {audited.name}",
            cases,
            violations,
            summary,
            device=device,
            tensors=list(refs),
            witness=found if witness is not None else None,
            measurements=measurements,
        )


_ELEMENT = {
    "w": "0x1.8p+0",
    "scale": "0x1p-1",
    "zero_point": 0,
    "offset": "0x0p+0",
    "code": 3,
    "low": -128,
    "high": 127,
}
_AT: Mapping[About, tuple[Callable[..., bool], Mapping[str, Any]]] = {
    "nearest": (is_near, _ELEMENT),
    "rounded scale": (is_near, _ELEMENT),
    "float8": (is_near, {**_ELEMENT, "relative": "0x1p-4", "least": "0x1p-10"}),
    "ends": (is_at_its_end, {**_ELEMENT, "w": "0x1p+7", "code": 127}),
    "covered": (
        covers_well,
        {"noise": "0x0p+0", "count": 4, "least": "-0x1p+0", "greatest": "0x1p+0", "steps": 255},
    ),
    "scales": (scale_is_right, {"scale": "0x0p+0", "offset": "0x0p+0", "w": "0x0p+0"}),
    "codes": (stands_in_range, {"code": 3, "low": -128, "high": 127}),
    "bias scales": (
        is_product,
        {
            "scale": "0x1p-2",
            "input_scale": "0x1p-1",
            "weight_scale": "0x1p-1",
            "rounding": _PRODUCT.hex(),
        },
    ),
    "extremes": (reaches_an_end, {"least": -5, "greatest": 127, "low": -127, "high": 127}),
    "least code": (uses_no_least_code, {"least": -127, "high": 127}),
    "explained": (is_linked, {"name": "x", "to": "y"}),
    "linked": (is_linked, {"name": "x", "to": "y"}),
}


def audited_as(about: About) -> Audit:
    """Return how an audit checks a claim that is about something."""
    law, at = _AT[about]
    return Audit(about, law, at)


# --------------------------------------------------------------------------------- of each element
def _shows(row: Row, element: Element, error: float) -> str:
    """Say where an element is, and what is there, exactly."""
    at = f"{row.tensor.name}{list(element.index)}"
    if row.original is None or element.original is None:
        return f"{at}: code {element.code:g}, scale {element.scale.hex()}"
    of = list(element.index)[::-1] if row.original.transposed else list(element.index)
    stands = element.scale * (element.code - element.zero_point) + element.offset
    return (
        f"{at}: code {element.code:g} at the scale {element.scale.hex()}, zero point "
        f"{element.zero_point}, stands for {stands.hex()}; the original, {row.original.stored.name}{of}, "
        f"is {element.original.hex()}, {error:.6g} steps away{_because(row, 'codes')}"
    )


def _because(row: Row, about: Literal["codes", "scales"]) -> str:
    """Name the causes that explain what is wrong with codes, or with scales."""
    return "".join(f"; {one.name}: {one.says}" for one in row.causes if one.about == about)


def _worst(rows: Sequence[Row], kind: str) -> tuple[Row, float, Element] | None:
    found = [(row, *row.looked.worst[kind]) for row in rows if kind in row.looked.worst]
    return max(found, key=lambda one: one[1]) if found else None


def _of_elements(kind: str) -> Callable[[Audit, Audited], Evidence | None]:
    def find(audit: Audit, audited: Audited) -> Evidence | None:
        rows = audited.of_kind(kind)
        if not rows:
            return None
        cases = sum(row.looked.counts["elements"] - row.looked.counts["bad_scale"] for row in rows)
        failing = [row for row in rows if row.looked.counts["far"]]
        violations = sum(row.looked.counts["far"] for row in failing)
        worst = _worst(failing, "far")
        witness = None
        if worst is not None:
            row, error, element = worst
            witness = element.inputs(row.looked.limits), _shows(row, element, error)
        return audit._evidence(
            audited,
            rows,
            "every element",
            f"{many(cases, 'element')} of {many(len(rows), 'tensor')}",
            cases,
            violations,
            witness,
            [row.figures() for row in sorted(rows, key=badness)],
            device=_device(rows),
        )

    return find


def _device(rows: Sequence[Row]) -> str:
    """Where elements of these tensors were looked at: on a device, if any of them were."""
    return next((row.looked.device for row in rows if row.looked.device != "cpu"), "cpu")


def _histogram(audited: Audited, kind: str) -> Evidence | None:
    """How the errors of all elements are spread, in steps; those beyond a step at its ends."""
    rows = audited.of_kind(kind)
    if not rows:
        return None
    counts = [sum(column) for column in zip(*(row.looked.histogram for row in rows), strict=True)]
    bins = len(counts) - 2
    middles = [(2 * place - 1) / bins - 1 for place in range(bins + 2)]
    return Evidence(
        "statistics",
        f"errors of every element of {audited.name}, in steps",
        sum(counts),
        0,
        "a histogram of the errors",
        device=_device(rows),
        measurements=[
            {"error in steps": round(middle, 6), "elements": count}
            for middle, count in zip(middles, counts, strict=True)
        ],
        plots=[
            Plot(
                "lines",
                "Errors of the codes",
                ("elements",),
                x="error in steps",
                x_label="the original less its level, in steps",
                y_label="elements",
            )
        ],
    )


def badness(row: Row) -> tuple[int, int, float, str]:
    """Return a key by which the worst tensors come first: by wrong codes, wrong scales, and the
    worst error.
    """
    worst = row.figures()["worst error in steps"] or 0.0
    return -row.wrong, -sum(row.looked.scales[1:4]), -worst, row.tensor.name


def _ends(audit: Audit, audited: Audited) -> Evidence | None:
    rows = [row for row in audited.rows if row.original and row.tensor.bound.kind != "moved"]
    cases = sum(row.looked.counts["saturated"] for row in rows)
    if not cases:
        return None
    worst = _worst(rows, "off_end") or _worst(rows, "beyond")
    witness = None
    if worst is not None:
        row, error, element = worst
        witness = element.inputs_beyond(row.looked.limits), _shows(row, element, error)
    return audit._evidence(
        audited,
        rows,
        "every element at an end of its range or beyond it",
        many(cases, "saturated element"),
        cases,
        sum(row.looked.counts["off_end"] + row.looked.counts["beyond"] for row in rows),
        witness,
        device=_device(rows),
    )


def _covered(audit: Audit, audited: Audited) -> Evidence | None:
    rows = [
        row
        for row in audited.rows
        if row.original and row.tensor.bound.kind not in ("moved", "float8")
    ]
    if not rows:
        return None
    cases = sum(row.looked.scales[0] for row in rows)
    violations = sum(row.looked.scales[2] for row in rows)
    witness = None
    for row in rows:
        group = row.looked.uncovered
        if group is not None and witness is None:
            steps = int(row.looked.limits.high - row.looked.limits.low)
            inputs = {
                "noise": group.noise.hex(),
                "count": group.count,
                "least": group.least.hex(),
                "greatest": group.greatest.hex(),
                "steps": steps,
            }
            bound = math.sqrt(group.count) * (group.greatest - group.least) / steps / 2
            shows = (
                f"{row.tensor.name}{list(group.place)}: the errors of {group.count:,} elements have the norm "
                f"{math.sqrt(group.noise):.6g}; on levels that cover them it is {bound:.6g} at most{_because(row, 'codes')}"
            )
            witness = inputs, shows
    return audit._evidence(
        audited,
        rows,
        "the elements that share each scale",
        many(cases, "scale"),
        cases,
        violations,
        witness,
        device=_device(rows),
    )


# ----------------------------------------------------------------------------------- of each scale
def _scales(audit: Audit, audited: Audited) -> Evidence | None:
    rows = audited.rows
    if not rows:
        return None
    cases, violations, witness = 0, 0, None
    for row in rows:
        looked = row.looked
        cases += looked.scales[0]
        bad = looked.scales[1] or (1 if looked.counts["under_bad_scale"] else 0)
        violations += bad
        if not bad or witness is not None:
            continue
        if looked.bad is not None:
            place, scale, offset = looked.bad
            inputs = {"scale": scale.hex(), "offset": offset.hex(), "w": "0x0p+0"}
            shows = f"{row.tensor.name}: the scale at {list(place)} is {scale}"
            shows += f", and the offset {offset}" if offset else ""
        else:
            _, element = looked.worst["bad_scale"]
            assert element.original is not None
            inputs = {
                "scale": element.scale.hex(),
                "offset": element.offset.hex(),
                "w": element.original.hex(),
            }
            shows = (
                f"{row.tensor.name}{list(element.index)}: the scale is {element.scale:g}, the code "
                f"{element.code:g} and the original {element.original.hex()}, one of "
                f"{looked.counts['under_bad_scale']:,} such elements"
            )
        shows += _because(row, "scales")
        witness = inputs | ({"signed": True} if looked.limits.signed else {}), shows
    return audit._evidence(
        audited,
        rows,
        "every scale",
        many(cases, "scale"),
        cases,
        min(violations, cases),
        witness,
    )


def _codes(audit: Audit, audited: Audited) -> Evidence | None:
    rows = audited.rows
    if not rows:
        return None
    cases, violations, witness = 0, 0, None
    for row in rows:
        looked, limits = row.looked, row.looked.limits
        low, high = int(limits.low), int(limits.high)
        outside = [code for code in looked.zero_points if not low <= code <= high]
        if row.tensor.symmetric or row.tensor.bound.kind == "float8":
            outside = []
        cases += looked.counts["elements"] + looked.scales[0]
        violations += looked.counts["bad_code"] + len(set(outside))
        if witness is None and (outside or looked.counts["bad_code"]):
            code: int | str | None = next(iter(outside), None)
            what = "zero point" if code is not None else "code"
            if code is None and looked.no_number is not None:
                code = looked.no_number.hex()
            elif code is None:
                code = next(one for one in looked.codes if not low <= one <= high)
            witness = (
                {"code": code, "low": low, "high": high},
                f"{row.tensor.name}: the {what} {code} is outside {low} to {high}",
            )
    return audit._evidence(
        audited,
        rows,
        "every code and zero point",
        f"{cases:,} codes and zero points",
        cases,
        violations,
        witness,
        device=_device(rows),
    )


def _bias_scales(audit: Audit, audited: Audited) -> Evidence | None:
    rows = [row for row in audited.rows if row.tensor.factors is not None]
    cases, violations, witness = 0, 0, None
    for row, scale, of_input, of_weight in _products(rows):
        cases += 1
        inputs = {
            "scale": scale.hex(),
            "input_scale": of_input.hex(),
            "weight_scale": of_weight.hex(),
            "rounding": _PRODUCT.hex(),
        }
        if not is_product(**inputs):
            violations += 1
            witness = witness or (
                inputs,
                f"{row.tensor.name}: the scale {scale.hex()} is not {of_input.hex()} · "
                f"{of_weight.hex()}, the input's times the weight's",
            )
    if not cases:
        return None
    return audit._evidence(
        audited,
        rows,
        "every bias's scale",
        many(cases, "bias scale"),
        cases,
        violations,
        witness,
    )


def _products(rows: Sequence[Row]) -> Iterator[tuple[Row, float, float, float]]:
    for row in rows:
        factors = row.tensor.factors
        assert factors is not None
        scales = row.tensor.read(0, row.tensor.rows).scale.flatten()
        weights = factors.weight.flatten().expand(max(len(scales), factors.weight.numel()))
        if len(scales) == 1:
            scales = scales.expand(len(weights))
        for scale, weight in zip(scales.tolist(), weights.tolist(), strict=True):
            yield row, float(scale), float(factors.input), float(weight)


def _alone(audited: Audited) -> list[Row]:
    """Tensors whose original is not there, of schemes that reach the ends of their range."""
    return [
        row
        for row in audited.rows
        if row.original is None
        and row.tensor.role == "weight"
        and row.tensor.bound.kind in ("nearest", "rounded scale")
    ]


def _extremes(audit: Audit, audited: Audited) -> Evidence | None:
    rows = [row for row in _alone(audited) if row.tensor.reaches_ends]
    if not rows:
        return None
    cases = sum(row.looked.scales[0] for row in rows)
    witness = None
    for row in rows:
        group = row.looked.unreached
        if group is not None and witness is None:
            low, high = int(row.looked.limits.low), int(row.looked.limits.high)
            least, greatest = group.codes
            witness = (
                {"least": least, "greatest": greatest, "low": low, "high": high},
                f"{row.tensor.name}{list(group.place)}: codes go from {least} to {greatest}, and reach neither "
                f"{low} nor {high}: the scale is larger than these codes ask for",
            )
    return audit._evidence(
        audited,
        rows,
        "the codes that share each scale",
        many(cases, "scale"),
        cases,
        sum(row.looked.scales[3] for row in rows),
        witness,
    )


def _least_code(audit: Audit, audited: Audited) -> Evidence | None:
    rows = [row for row in _alone(audited) if row.tensor.symmetric and row.tensor.restricted]
    if not rows:
        return None
    failing = [row for row in rows if row.looked.codes[0] < -row.looked.limits.high]
    witness = None
    if failing:
        row = failing[0]
        least, high = row.looked.codes[0], int(row.looked.limits.high)
        witness = (
            {"least": least, "high": high},
            f"{row.tensor.name}: the code {least} occurs, which a symmetric scheme with scale max |w| / {high} "
            "cannot give",
        )
    return audit._evidence(
        audited,
        rows,
        "every code of symmetric schemes",
        many(len(rows), "tensor"),
        len(rows),
        len(failing),
        witness,
    )


# ---------------------------------------------------------------------------------- of each tensor
def _of_names(
    audit: Audit, audited: Audited, what: str, failing: Mapping[str, str], number: int
) -> Evidence | None:
    if not number:
        return None
    witness = None
    if failing:
        name, why = next(iter(failing.items()))
        more = f"; so are {len(failing) - 1:,} more" if len(failing) > 1 else ""
        witness = {"name": name, "to": ""}, f"{name}: {why}{more}"
    return audit._evidence(
        audited, audited.rows, what, many(number, "tensor"), number, len(failing), witness
    )


def _explained(audit: Audit, audited: Audited) -> Evidence | None:
    failing = audited.checkpoint.unexplained
    number = len(failing) + len(audited.rows)
    return _of_names(audit, audited, "every tensor of codes", failing, number)


def _linked(audit: Audit, audited: Audited) -> Evidence | None:
    others = audited.checkpoint.others
    if audited.pairs is None and not others:
        return None
    failing = {**(audited.pairs.unpaired if audited.pairs else {}), **others}
    number = len(audited.rows) + len(others)
    return _of_names(audit, audited, "every quantized tensor and its original", failing, number)


_FINDERS: Mapping[About, Callable[[Audit, Audited], Evidence | None]] = {
    "nearest": _of_elements("nearest"),
    "rounded scale": _of_elements("rounded scale"),
    "float8": _of_elements("float8"),
    "ends": _ends,
    "covered": _covered,
    "scales": _scales,
    "codes": _codes,
    "bias scales": _bias_scales,
    "extremes": _extremes,
    "least code": _least_code,
    "explained": _explained,
    "linked": _linked,
}
