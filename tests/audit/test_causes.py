"""Tests for pyharness.audit.causes: a right quantization is broken in a known way, and the way is
named; and nothing is named where nothing explains what is wrong.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, replace
from typing import Any

import pytest
import torch
from hypothesis import given, settings, strategies as st
from torch import Tensor

from pyharness.audit.causes import Cause, explain
from pyharness.formats.quantized.tensor import Bound
from tests.audit.samples import looked_at, quantized


@dataclass(frozen=True, repr=False)
class Made:
    """Weights as [rows, groups, size], how they are quantized, and their codes."""

    w: Tensor
    scale: Tensor
    zero_point: Tensor
    low: int
    high: int
    codes: Tensor
    shape: tuple[int, ...]
    more: dict[str, Any]

    @property
    def quotient(self) -> Tensor:
        return self.w / self.scale[:, :, None]

    def coded(self, quotient: Tensor) -> Made:
        """With these, made from quotients that are rounded somehow."""
        codes = (quotient + self.zero_point[:, :, None]).clamp(self.low, self.high)
        return replace(self, codes=codes)

    def causes(self, folder) -> tuple[Cause, ...]:
        """The causes that are named; that they count what is wrong is checked."""
        tensor = quantized(
            folder,
            self.codes.reshape(self.shape).to(torch.int64).to(torch.int32),
            self.scale,
            self.zero_point,
            low=self.low,
            high=self.high,
            kind=tuple(self.w.shape),
            **self.more,
        )
        looked, original = looked_at(folder, tensor, self.w.reshape(self.shape))
        wrong = looked.counts["far"] + looked.counts["off_end"] + looked.counts["under_bad_scale"]
        found = explain(tensor, original, looked)
        for cause in found:
            assert 0.9 * cause.of <= cause.explains <= cause.of
            if not looked.scales[2]:
                assert cause.of == wrong or looked.scales[1]
        return found


def named(causes: tuple[Cause, ...]) -> list[str]:
    return [cause.name for cause in causes]


def made(
    rows: int,
    groups: int,
    size: int,
    shares: tuple[bool, bool],
    low: int = -127,
    high: int = 127,
    asymmetric: bool = False,
    shape: tuple[int, ...] = (),
    seed: int = 0,
    halves: bool = False,
    **more: Any,
) -> Made:
    """A right quantization of weights whose magnitudes differ by row and by group.

    Args:
        rows: rows of weights.
        groups: groups in a row.
        size: elements in a group.
        shares: whether all rows share their scales, and whether all groups do.
        low: the least code.
        high: the greatest.
        asymmetric: whether there are zero points.
        shape: the weights' own.
        seed: of the weights.
        halves: whether scales are rounded to float16, once the codes are made.
        more: as for `Quantized`.
    """
    generator = torch.Generator().manual_seed(seed)
    w = torch.randn(rows, groups, size, generator=generator)
    w = w * (0.5 + torch.rand(rows, 1, 1, generator=generator))
    w = w * (0.5 + torch.rand(1, groups, 1, generator=generator)) + 0.3 * asymmetric
    dims = [2, *([0] if shares[0] else []), *([1] if shares[1] else [])]
    if asymmetric:
        least = w.amin(dims, keepdim=True).clamp(max=0)
        greatest = w.amax(dims, keepdim=True).clamp(min=0)
        scale = (greatest - least) / (high - low)
        zero_point = torch.round(low - least / scale)
    else:
        scale = w.abs().amax(dims, keepdim=True) / high
        zero_point = torch.zeros_like(scale)
    found = Made(
        w,
        scale[:, :, 0],
        zero_point[:, :, 0],
        low,
        high,
        w,
        shape or (rows, groups * size),
        {"symmetric": not asymmetric} | more,
    )
    found = found.coded(torch.round(found.quotient))
    return replace(found, scale=found.scale.half().float()) if halves else found


WHOLE, BY_ROW, BY_COLUMN, BY_BOTH = (True, True), (False, True), (True, False), (False, False)
SCHEMES = {
    "a scale": made(12, 1, 40, WHOLE),
    "a scale for each row": made(24, 1, 33, BY_ROW),
    "a scale for each column": made(30, 20, 1, BY_COLUMN),
    "a scale for each axis 1 of 4": made(10, 8, 9, BY_COLUMN, shape=(10, 8, 3, 3)),
    "a scale for each group of 32": made(6, 4, 32, BY_BOTH),
    "a scale for a vector": made(64, 1, 1, WHOLE, shape=(64,)),
    "uint8": made(12, 1, 40, WHOLE, 0, 255, True),
    "uint8 by row": made(16, 1, 50, BY_ROW, 0, 255, True),
    "int8 with zero points": made(16, 1, 50, BY_ROW, -128, 127, True),
    "int4 in groups of 32": made(6, 4, 32, BY_BOTH, -7, 7),
    "uint4 in groups of 32": made(6, 4, 32, BY_BOTH, 0, 15, True),
    "square": made(24, 1, 24, BY_ROW, seed=3),
    "groups with scales in float16": made(
        6, 4, 32, BY_BOTH, bound=Bound("rounded scale", 2.0**-11, overhang=0.0), halves=True
    ),
}
BY_EACH = pytest.mark.parametrize("scheme", SCHEMES.values(), ids=SCHEMES)


def some(*names: str) -> Callable[..., Any]:
    return pytest.mark.parametrize("scheme", [SCHEMES[name] for name in names], ids=names)


@pytest.fixture(scope="module")
def folder(tmp_path_factory):
    return tmp_path_factory.mktemp("causes")


# ------------------------------------------------------------------------------------ none is named
@BY_EACH
def test_right_codes(folder, scheme):
    """Nothing is wrong, so nothing is named."""
    assert scheme.causes(folder) == ()


@BY_EACH
@settings(max_examples=30)
@given(place=st.integers(0, 10**6), by=st.sampled_from([1, -1, 2, -2, 7]))
def test_one_wrong_code(folder, scheme, place, by):
    """It may be anything."""
    codes = scheme.codes.clone()
    flat = codes.view(-1)
    at = place % len(flat)
    flat[at] = (flat[at] + by).clamp(scheme.low, scheme.high)
    assert replace(scheme, codes=codes).causes(folder) == ()


@BY_EACH
@pytest.mark.parametrize("seed", range(3))
def test_random_codes(folder, scheme, seed):
    """A tenth of all, or all of them, are anything."""
    generator = torch.Generator().manual_seed(seed)
    shape = scheme.codes.shape
    other = torch.randint(scheme.low, scheme.high + 1, shape, generator=generator).float()
    tenth = torch.rand(shape, generator=generator) < 0.1
    assert replace(scheme, codes=torch.where(tenth, other, scheme.codes)).causes(folder) == ()
    assert replace(scheme, codes=other).causes(folder) == ()


@some("a scale", "a scale for each row", "a scale for each group of 32", "uint8 by row")
def test_a_scale_for_each_element_explains_nothing(folder, scheme):
    """Where each element has a scale of its own, any code fits another scale."""
    rows, groups, size = scheme.w.shape
    scale = scheme.scale[:, :, None].expand(scheme.w.shape).reshape(rows, groups * size)
    zero_point = scheme.zero_point[:, :, None].expand(scheme.w.shape).reshape(scale.shape)
    alone = replace(
        scheme,
        w=scheme.w.reshape(rows, -1, 1),
        codes=scheme.codes.reshape(rows, -1, 1).clone(),
        scale=scale,
        zero_point=zero_point,
    )
    assert alone.causes(folder) == ()
    alone.codes[1, 3] += 2 if alone.codes[1, 3] < 100 else -2
    assert alone.causes(folder) == ()


# ---------------------------------------------------------------------------------------- rounding
@BY_EACH
@pytest.mark.parametrize(
    ("rounding", "name"),
    [
        (torch.trunc, "toward zero"),
        (torch.floor, "toward minus infinity"),
        (torch.ceil, "toward infinity"),
        (lambda x: x.sign() * x.abs().ceil(), "away from zero"),
    ],
    ids=["zero", "down", "up", "away"],
)
def test_rounding(folder, scheme, rounding, name):
    """Cut off instead of rounded, or always one way."""
    assert named(scheme.coded(rounding(scheme.quotient)).causes(folder)) == [name]


@some("uint8", "uint8 by row", "uint4 in groups of 32")
def test_cut_off_once_the_zero_point_is_added(folder, scheme):
    """Of positive numbers this is down."""
    quotient = torch.trunc(scheme.quotient + scheme.zero_point[:, :, None])
    found = replace(scheme, codes=quotient.clamp(scheme.low, scheme.high))
    assert named(found.causes(folder)) == ["toward minus infinity"]


def test_rounding_of_one_row_alone(folder):
    """What shares no scale with a wrong code need not go with the cause."""
    scheme = SCHEMES["a scale for each row"]
    codes = scheme.codes.clone()
    codes[5] = torch.trunc(scheme.quotient[5])
    assert named(replace(scheme, codes=codes).causes(folder)) == ["toward zero"]


@BY_EACH
@pytest.mark.parametrize("steps", [1, -1, 3])
@pytest.mark.parametrize("what", ["codes", "zero points"])
def test_shift(folder, scheme, steps, what):
    """All codes are as many steps off, or the zero points are."""
    if what == "codes":
        found = replace(scheme, codes=(scheme.codes + steps).clamp(scheme.low, scheme.high))
    else:
        found = replace(scheme, zero_point=scheme.zero_point - steps)
    [cause] = found.causes(folder)
    assert cause.name == f"shift by {'one step' if abs(steps) == 1 else '3 steps'}"
    assert f"codes are {abs(steps)} too {'high' if steps > 0 else 'low'}" in cause.says


# ------------------------------------------------------------------------------------------- signs
@BY_EACH
def test_wrong_sign(folder, scheme):
    """About the zero point."""
    codes = 2 * scheme.zero_point[:, :, None] - scheme.codes
    found = replace(scheme, codes=codes.clamp(scheme.low, scheme.high))
    assert named(found.causes(folder)) == ["wrong sign"]


def wrapped(codes: Tensor, low: int, span: int) -> Tensor:
    """The same bits, read as codes from `low` on."""
    return (codes - low) % span + low


@some("uint8", "uint8 by row", "uint4 in groups of 32")
def test_unsigned_codes_read_as_signed(folder, scheme):
    """With the zero point as it was."""
    span = scheme.high + 1
    low = -span // 2
    codes = wrapped(scheme.codes, low, span)
    [cause] = replace(scheme, codes=codes, low=low, high=-low - 1).causes(folder)
    assert cause.name == "wrong signedness" and "are read as signed" in cause.says


@some("int8 with zero points", "a scale for each row", "int4 in groups of 32", "a scale")
def test_signed_codes_read_as_unsigned(folder, scheme):
    """With the zero point as it was."""
    span = 256 if scheme.high > 7 else 16
    codes = wrapped(scheme.codes, 0, span)
    [cause] = replace(scheme, codes=codes, low=0, high=span - 1).causes(folder)
    assert cause.name == "wrong signedness" and "are read as unsigned" in cause.says


@some("uint8", "uint8 by row", "uint4 in groups of 32")
def test_codes_that_were_moved_and_zero_points_that_were_not(folder, scheme):
    """Codes less 128 with the zero points of the others."""
    half = (scheme.high + 1) // 2
    codes = scheme.codes - half
    [cause] = replace(scheme, codes=codes, low=-half, high=half - 1).causes(folder)
    assert cause.name == "wrong signedness" and f"are {half} apart" in cause.says


@some("uint8", "uint8 by row", "int8 with zero points")
@pytest.mark.parametrize("seen", ["codes", "clipped"])
def test_zero_points_of_the_other_convention(folder, scheme, seen):
    """They are 128 off, so that codes are clipped for which there would have been room."""
    by = -128 if scheme.low == 0 else 128
    moved = replace(scheme, zero_point=scheme.zero_point + by)
    found = moved.coded(torch.round(scheme.quotient))
    [cause] = found.causes(folder)
    assert cause.name == "wrong signedness" and f"{by:+d} off" in cause.says


def test_zero_points_that_were_clamped(folder):
    """Weights that are far from 0 leave no room for 0 among the codes."""
    generator = torch.Generator().manual_seed(0)
    for sign, at in ((1, 0), (-1, 255)):
        w = sign * (5 + torch.rand(8, 1, 40, generator=generator))
        least, greatest = w.amin((1, 2)), w.amax((1, 2))
        scale = ((greatest - least) / 255)[:, None]
        zero_point = torch.round(-least[:, None] / scale).clamp(0, 255)
        assert bool((zero_point == at).all())
        more = {"symmetric": False}
        found = Made(w, scale, zero_point, 0, 255, w, (8, 40), more)
        found = found.coded(torch.round(found.quotient))
        assert named(found.causes(folder)) == ["zero point clamped"]


# -------------------------------------------------------------------------------------------- order
def test_scales_that_are_subnormal_in_float16(folder):
    """They keep a few bits, too few for codes that were made with all of them."""
    scheme = SCHEMES["groups with scales in float16"]
    small = replace(scheme, w=scheme.w * 2.0**-16, scale=scheme.scale * 2.0**-16)
    small = replace(small, scale=small.scale.half().float())
    assert bool((small.scale > 0).all())
    assert named(small.causes(folder)) == ["scale underflow"]


def test_scales_on_the_wrong_axis(folder):
    """Those of the rows, applied to the columns, and the other way round."""
    scheme = SCHEMES["square"]
    o, i = scheme.shape
    to_columns = replace(
        scheme,
        w=scheme.w.reshape(o, i, 1),
        codes=scheme.codes.reshape(o, i, 1),
        scale=scheme.scale.T,
        zero_point=scheme.zero_point.T,
    )
    [cause] = to_columns.causes(folder)
    assert cause.name == "wrong axis" and "belong to the rows" in cause.says
    by_column = made(i, o, 1, BY_COLUMN, seed=3)
    to_rows = replace(
        by_column,
        w=by_column.w.reshape(i, 1, o),
        codes=by_column.codes.reshape(i, 1, o),
        scale=by_column.scale.T,
        zero_point=by_column.zero_point.T,
    )
    [cause] = to_rows.causes(folder)
    assert cause.name == "wrong axis" and "belong to the columns" in cause.says


def test_scales_on_the_wrong_axis_of_a_convolution(folder):
    """Of which as many channels go in as come out."""
    scheme = made(12, 1, 12 * 9, BY_ROW, shape=(12, 12, 3, 3))
    found = replace(
        scheme,
        w=scheme.w.reshape(12, 12, 9),
        codes=scheme.codes.reshape(12, 12, 9),
        scale=scheme.scale.T,
        zero_point=scheme.zero_point.T,
    )
    assert named(found.causes(folder)) == ["wrong axis"]


@pytest.mark.parametrize("shares", [WHOLE, BY_ROW, BY_COLUMN])
@pytest.mark.parametrize("asymmetric", [False, True])
def test_transposed_codes(folder, shares, asymmetric):
    """Of a square matrix, whatever shares a scale."""
    kind = (20, 20, 1) if shares == BY_COLUMN else (20, 1, 20)
    scheme = made(*kind, shares, *((0, 255) if asymmetric else (-127, 127)), asymmetric)
    right = scheme.codes.reshape(20, 20)
    [cause] = replace(scheme, codes=right.T.reshape(kind)).causes(folder)
    assert cause.name == "wrong axis" and "codes are transposed" in cause.says
    if shares != WHOLE:
        # As they are where all of the tensor is turned round.
        [cause] = replace(scheme, w=scheme.w.reshape(20, 20).T.reshape(kind)).causes(folder)
        assert cause.name == "wrong axis" and "codes and scales are transposed" in cause.says


@some("int4 in groups of 32", "uint4 in groups of 32")
def test_exchanged_nibbles(folder, scheme):
    """The two codes of a byte are in the other order."""
    codes = scheme.codes.reshape(-1, 2).flip(-1).reshape(scheme.codes.shape)
    assert named(replace(scheme, codes=codes).causes(folder)) == ["nibbles exchanged"]


def test_exchanged_nibbles_across_a_row(folder):
    """Where each column has a scale of its own the two codes of a byte have two."""
    scheme = made(30, 20, 1, BY_COLUMN, -7, 7)
    codes = scheme.codes.reshape(-1, 2).flip(-1).reshape(scheme.codes.shape)
    assert named(replace(scheme, codes=codes).causes(folder)) == ["nibbles exchanged"]


# ------------------------------------------------------------------------------------------- scales
@some(
    "a scale for each row",
    "a scale for each group of 32",
    "uint8 by row",
    "a scale for each column",
    "a scale for each axis 1 of 4",
    "int4 in groups of 32",
)
@pytest.mark.parametrize("way", ["permuted", "rolled", "reversed", "of another tensor"])
def test_scales_of_other_codes(folder, scheme, way):
    """In another order than the codes, or not theirs at all; zero points are theirs."""
    flat = scheme.scale.flatten()
    generator = torch.Generator().manual_seed(0)
    other = {
        "permuted": flat[torch.randperm(len(flat), generator=generator)],
        "rolled": flat.roll(1),
        "reversed": flat.flip(0),
        "of another tensor": flat * (0.2 + 2 * torch.rand(len(flat), generator=generator)),
    }[way]
    found = replace(scheme, scale=other.reshape(scheme.scale.shape))
    assert named(found.causes(folder)) == ["scales of other codes"]


@some("uint8 by row", "int8 with zero points", "uint4 in groups of 32")
def test_scales_and_zero_points_of_other_codes(folder, scheme):
    """Both are in another order."""
    both = (
        part.flatten().roll(1).reshape(part.shape) for part in (scheme.scale, scheme.zero_point)
    )
    scale, zero_point = both
    [cause] = replace(scheme, scale=scale, zero_point=zero_point).causes(folder)
    assert cause.name == "scales of other codes" and "a scale and a zero point" in cause.says


@BY_EACH
@pytest.mark.parametrize("factor", [2, 0.5, 1.25, -1], ids=str)
def test_scales_off_by_a_factor(folder, scheme, factor):
    """All by the same."""
    if factor < 0:
        found = replace(
            scheme, scale=-scheme.scale, more=scheme.more | {"bound": Bound(signed=True)}
        )
        assert named(found.causes(folder)) == ["wrong sign"]
        return
    [cause] = replace(scheme, scale=scheme.scale * factor).causes(folder)
    assert cause.name == "scale off by a factor"
    assert float(cause.says.split()[2]) == pytest.approx(factor, rel=0.01)


@some("a scale", "a scale for each row", "a scale for each group of 32", "a scale for each column")
def test_127_and_128(folder, scheme):
    """Codes made with max |w| / 127, and max |w| / 128 stored."""
    [cause] = replace(scheme, scale=scheme.scale * 127 / 128).causes(folder)
    assert cause.name == "scale off by a factor"
    assert float(cause.says.split()[2]) == pytest.approx(127 / 128, abs=0.001)


def test_underflow(folder):
    """A scale that is too small for float16 is stored as 0."""
    scheme = SCHEMES["a scale for each row"]
    w = scheme.w.clone()
    w[3:5] *= 1e-6
    scale = w.abs().amax(2) / 127
    codes = torch.round(w / scale[:, :, None])
    halves = scale.half().float()
    bound = Bound("rounded scale", 2.0**-11)
    found = replace(scheme, w=w, codes=codes, scale=halves, more=scheme.more | {"bound": bound})
    [cause] = found.causes(folder)
    assert (cause.name, cause.of) == ("scale underflow", 2 * 33) and "the scale is 0" in cause.says


@pytest.mark.parametrize("value", [float("nan"), float("inf")])
def test_scales_that_are_no_numbers(folder, value):
    """As a division by 0 gives for a row of zeros."""
    scheme = SCHEMES["a scale for each row"]
    w, scale = scheme.w.clone(), scheme.scale.clone()
    w[7], scale[7] = 0, value
    codes = torch.where(w == 0, 0, scheme.codes)
    [cause] = replace(scheme, w=w, codes=codes, scale=scale).causes(folder)
    assert (cause.name, cause.of) == ("scale is not a number", 33)
    assert f"at [7] is {value}" in cause.says


def test_a_negative_scale(folder):
    """It is a number, and is said to be negative."""
    scheme = SCHEMES["a scale for each row"]
    scale = scheme.scale.clone()
    scale[2] *= -1
    [cause] = replace(scheme, scale=scale).causes(folder)
    assert cause.name == "negative scale" and cause.of == 33


# ----------------------------------------------------------------------------------------- clipping
def test_a_bias_that_saturates(folder):
    """Its scale is the product of two small ones, and int32 does not reach its values."""
    generator = torch.Generator().manual_seed(0)
    w = torch.randn(64, 1, 1, generator=generator)
    scale = torch.full((1, 1), 1e-10)
    more = {"role": "bias", "symmetric": True}
    found = Made(w, scale, torch.zeros(1, 1), -(2**31), 2**31 - 1, w, (64,), more)
    codes = torch.round(w.double() / scale.double()).clamp(found.low, found.high)
    assert named(replace(found, codes=codes).causes(folder)) == ["scale too small"]


@some("a scale", "a scale for each row", "uint8")
def test_a_range_that_is_too_narrow(folder, scheme):
    """Codes are right for their scale, which clips half of the range."""
    found = replace(scheme, scale=scheme.scale / 2)
    assert named(found.coded(torch.round(found.quotient)).causes(folder)) == ["clipped"]


# -------------------------------------------------------------------------------- and nothing more
def test_without_an_original(folder):
    """Only a scale that is none can be explained."""
    scheme = SCHEMES["a scale for each row"]
    scale = scheme.scale.clone()
    for value, names in ((scale[3, 0], []), (float("nan"), ["scale is not a number"])):
        scale[3] = value
        tensor = quantized(folder, scheme.codes.reshape(24, 33).to(torch.int8), scale)
        from pyharness.audit.looking import look

        assert named(explain(tensor, None, look(tensor, None))) == names


def test_many_elements(folder, monkeypatch):
    """Some of the rows are looked at, those that fail among them."""
    scheme = made(400, 1, 10, BY_ROW)
    codes = scheme.codes.clone()
    codes[300:] = torch.trunc(scheme.quotient[300:])
    monkeypatch.setattr("pyharness.audit.causes._MOST", 500)
    tensor = quantized(
        folder, codes.reshape(400, 10).to(torch.int8), scheme.scale, low=-127, symmetric=True
    )
    looked, original = looked_at(folder, tensor, scheme.w.reshape(400, 10))
    [cause] = explain(tensor, original, looked)
    assert cause.name == "toward zero" and 0 < cause.of <= 500
