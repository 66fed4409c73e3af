"""Tests for pyharness.audit.checks, the exact laws; and for pyharness.audit.looking, whose pass
over a tensor has to count exactly the elements that they refuse.
"""

from __future__ import annotations

import json
import math
from fractions import Fraction

import pytest
import torch
from hypothesis import given, strategies as st

from pyharness.audit.checks import (
    Element,
    covers_well,
    exactly,
    is_at_its_end,
    is_linked,
    is_near,
    is_product,
    level,
    limits_of,
    reaches_an_end,
    scale_is_right,
    stands_in_range,
    uses_no_least_code,
)
from pyharness.audit.looking import Looked, look
from pyharness.formats.affine import TensorError
from pyharness.formats.quantized.tensor import Bound
from tests.audit.samples import looked_at, quantized, rounded, stored, symmetric

EXACT = (0.0).hex()


def element(w, code, scale=1.0, zero_point=0, offset=0.0, low=-128, high=127, **errors):
    """What a predicate takes of an element; no error is allowed that is not given."""
    return {
        "w": float(w).hex(),
        "scale": float(scale).hex(),
        "zero_point": zero_point,
        "offset": float(offset).hex(),
        "code": code,
        "low": low,
        "high": high,
        "rounding": EXACT,
    } | {name: float(value).hex() for name, value in errors.items()}


def beside(edge: Fraction) -> tuple[float, float]:
    """The floats next to a number: the greatest that is not above it, the least that is."""
    below = float(edge)
    if Fraction(below) > edge:
        below = math.nextafter(below, -math.inf)
    return below, math.nextafter(below, math.inf)


# ------------------------------------------------------------------------------------ one element
class TestIsNear:
    @pytest.mark.parametrize("code", [2, 3])
    def test_a_tie_may_go_either_way(self, code):
        assert is_near(**element(2.5, code))

    @pytest.mark.parametrize(
        ("w", "code"), [(math.nextafter(2.5, 3), 2), (math.nextafter(2.5, 2), 3), (2.0, 3)]
    )
    def test_beyond_half_a_step(self, w, code):
        """Be it by the least that a float can show."""
        assert not is_near(**element(w, code))

    @pytest.mark.parametrize("scale", [0.125, -0.125])
    def test_a_zero_point_an_offset_and_a_sign(self, scale):
        """The level is scale · (code − zero point) + offset."""
        w = scale * (7.5 - 3) + 40
        assert is_near(**element(w, 7, scale, 3, 40)) and is_near(**element(w, 8, scale, 3, 40))
        assert not is_near(**element(w, 9, scale, 3, 40))
        assert not is_near(**element(w, 7, -scale, 3, 40))

    @pytest.mark.parametrize(("zero_point", "quotient"), [(0, 100), (-128, 228), (50, 50)])
    def test_what_the_rounding_of_a_quotient_adds(self, zero_point, quotient):
        """ε (|x − z| + |x| + ε |x − z|) at the very edge, here with ε = 2⁻²²."""
        e = Fraction(1, 2**22)
        # x − 100 − ½ is that term at the edge, with x − z = w.
        edge = (Fraction(201, 2) - zero_point + e * zero_point) / (1 - 2 * e - e * e)
        assert edge > quotient
        inside, outside = beside(edge)
        assert is_near(**element(inside, 100, 1, zero_point, rounding=2.0**-22))
        assert not is_near(**element(outside, 100, 1, zero_point, rounding=2.0**-22))

    @pytest.mark.parametrize(
        ("code", "zero_point", "steps"),
        [(100, 0, 101), (-128, 0, 128), (100, -128, 229), (126, -128, 255), (5, 5, 1)],
    )
    def test_what_a_rounded_scale_adds(self, code, zero_point, steps):
        """N · r, with N the steps from the zero point to the code and one more, but no more than
        there are to an end of the range.
        """
        edge = code - zero_point + Fraction(1, 2) + Fraction(steps, 2048)
        assert is_near(**element(edge, code, 1, zero_point, scale_error=2.0**-11))
        outside = math.nextafter(float(edge), math.inf)
        assert not is_near(**element(outside, code, 1, zero_point, scale_error=2.0**-11))

    def test_what_a_rounded_offset_adds(self):
        """|m| · r′ / |s|, or what its type cannot tell apart if that is more."""
        edge = 64 + 0.5 * 3.5 + 64 / 2048
        for offset_least in (0.0, 2.0**-6, 2.0**-5):
            more = {"offset_error": 2.0**-11, "offset_least": offset_least}
            assert is_near(**element(edge, 3, 0.5, 0, 64, **more))
            assert not is_near(**element(math.nextafter(edge, 99), 3, 0.5, 0, 64, **more))
        assert is_near(**element(edge + 2.0**-5, 3, 0.5, 0, 64, offset_least=2.0**-4))

    @pytest.mark.parametrize(("w", "code"), [(128, 0), (127.25, -128), (-128.25, 127)])
    def test_beyond_the_levels_it_says_nothing(self, w, code):
        assert is_near(**element(w, code))

    def test_the_end_of_the_levels_is_one_of_them(self):
        assert is_near(**element(127, 127)) and not is_near(**element(127, 126))
        assert is_near(**element(-128, -128)) and not is_near(**element(-128, -127))

    @pytest.mark.parametrize(
        ("w", "code", "right"),
        [
            (17, 16, True),
            (17, 18, True),
            (math.nextafter(17, 18), 16, False),
            (-math.nextafter(17, 16), -18, False),
            (31, 30, True),
            (31, 32, True),
            (math.nextafter(31, 30), 32, False),
            (32, 30, False),
            (2.0**-10, 0, True),
            (2.0**-10, 2.0**-9, True),
            (1.25 * 2.0**-9, 0, False),
            (0, 0, True),
            (0, 2.0**-9, False),
        ],
    )
    def test_floats_of_8_bits(self, w, code, right):
        """Half a step of E4M3, which is 2 from 16 to 32, and 2⁻⁹ near 0; times the scale."""
        code = code if code == int(code) else code.hex()
        for scale in (1.0, 0.25):
            limits = {"low": -448, "high": 448, "relative": 2.0**-4, "least": 2.0**-10}
            assert is_near(**element(w * scale, code, scale, **limits)) is right

    @given(
        w=st.floats(-1e3, 1e3), scale=st.floats(2.0**-20, 2.0**20), zero_point=st.integers(-9, 9)
    )
    def test_the_nearest_level_is_near_and_no_other_is(self, w, scale, zero_point):
        """But at a tie, at which both neighbours are."""
        x = Fraction(w) / Fraction(scale) + zero_point
        near = round(x)
        for code in range(near - 2, near + 3):
            inside = -128 <= x <= 127
            right = abs(x - code) <= Fraction(1, 2) or not inside
            assert is_near(**element(w, code, scale, zero_point)) is right


class TestIsAtItsEnd:
    @pytest.mark.parametrize(("w", "code"), [(127.25, 127), (1e30, 127), (-128.25, -128)])
    def test_the_end(self, w, code):
        assert is_at_its_end(**element(w, code))

    @pytest.mark.parametrize(("w", "code"), [(127.25, 126), (1e30, -128), (-128.25, 127)])
    def test_another_code(self, w, code):
        assert not is_at_its_end(**element(w, code))

    @pytest.mark.parametrize(("w", "code"), [(127, 0), (-128, 0), (3, 127)])
    def test_within_the_levels_it_says_nothing(self, w, code):
        assert is_at_its_end(**element(w, code))

    def test_a_negative_scale_turns_the_ends_round(self):
        assert is_at_its_end(**element(200, -128, -1.0))
        assert not is_at_its_end(**element(200, 127, -1.0))

    def test_scales_that_are_rounded_much(self):
        """Where N · r is half a step, the end cannot be told from the code beside it."""
        assert is_at_its_end(**element(200, 126, scale_error=2.0**-7))
        assert not is_at_its_end(**element(200, 125, scale_error=2.0**-7))
        assert not is_at_its_end(**element(200, 126, scale_error=2.0**-9))

    @pytest.mark.parametrize(("w", "right"), [(130, True), (131, False), (-131, True)])
    def test_what_the_format_lets_be_beyond(self, w, right):
        assert is_at_its_end(**element(w, 127 if w > 0 else -128, overhang=3)) is right
        assert is_at_its_end(**element(w, 127 if w > 0 else -128))

    def test_floats_of_8_bits(self):
        more = {"low": -448, "high": 448, "relative": 2.0**-4}
        assert is_at_its_end(**element(460, 448, **more))
        assert not is_at_its_end(**element(460, 416, **more))


@given(
    w=st.floats(-1e3, 1e3),
    code=st.integers(-128, 127),
    scale=st.floats(2.0**-3, 2.0**3),
    zero_point=st.integers(-128, 127),
)
def test_the_clamped_nearest_code_is_right_by_both(w, code, scale, zero_point):
    """And of any other code one of them says that it is not."""
    inputs = element(w, code, scale, zero_point)
    x = Fraction(w) / Fraction(scale) + zero_point
    inside = min(max(x, Fraction(-128)), Fraction(127))
    right = abs(inside - code) <= Fraction(1, 2)
    assert (is_near(**inputs) and is_at_its_end(**inputs)) is right


# ------------------------------------------------------------------------------- scales and codes
def test_stands_in_range():
    """The ends are in the range; what is no number is not."""
    assert not stands_in_range("nan", -8, 7) and not stands_in_range("-inf", -8, 7)
    assert stands_in_range(-8, -8, 7) and stands_in_range(7, -8, 7)
    assert not stands_in_range(-9, -8, 7) and not stands_in_range(8, -8, 7)


@pytest.mark.parametrize(
    ("scale", "offset", "w", "signed", "right"),
    [
        (1.0, 0.0, 5.0, False, True),
        (2.0**-149, 0.0, 5.0, False, True),
        (0.0, 0.0, 0.0, False, True),
        (-0.0, 0.0, -0.0, False, True),
        (0.0, 1.5, 1.5, False, True),
        (0.0, 0.0, 2.0**-149, False, False),
        (0.0, 1.5, 1.25, False, False),
        (-1.0, 0.0, 5.0, False, False),
        (-1.0, 0.0, 5.0, True, True),
        (math.nan, 0.0, 0.0, True, False),
        (math.inf, 0.0, 0.0, False, False),
        (-math.inf, 0.0, 0.0, True, False),
        (1.0, math.nan, 0.0, False, False),
        (0.0, math.inf, 0.0, False, False),
    ],
)
def test_scale_is_right(scale, offset, w, signed, right):
    """Positive and finite; 0 over what is the offset alone; negative where that is allowed."""
    assert scale_is_right(scale.hex(), offset.hex(), w.hex(), signed) is right


def test_covers_well():
    """Up to count · (Δ/2)², and 2⁻²⁰ of it, by which a sum in float64 may be off."""
    group = {"count": 8, "least": (-1.0).hex(), "greatest": (2.0).hex(), "steps": 3}
    for noise, right in ((2.0, True), (2.0 + 2.0**-19, True), (2.0 + 2.0**-18, False)):
        assert covers_well(noise=noise.hex(), **group) is right
    same = {"count": 8, "least": (1.0).hex(), "greatest": (1.0).hex(), "steps": 3}
    assert covers_well(noise=EXACT, **same) and not covers_well(noise=(2.0**-90).hex(), **same)


def test_is_product():
    """Up to the rounding that is named."""
    a, b = 0.1, 0.7
    product = Fraction(a) * Fraction(b)
    inside, outside = beside(product * (1 + Fraction(1, 2**22)))
    for scale, right in ((inside, True), (outside, False), (float(product) / 2, False)):
        assert is_product(scale.hex(), a.hex(), b.hex(), (2.0**-22).hex()) is right


def test_reaches_an_end():
    """One is enough; and codes that are all one may be anywhere, as those of zeros are."""
    for least, greatest, right in (
        (-127, 3, True),
        (-3, 127, True),
        (-3, 126, False),
        (-126, 126, False),
        (0, 0, True),
    ):
        assert reaches_an_end(least, greatest, -127, 127) is right


def test_uses_no_least_code():
    """−128 is there for two's complement alone."""
    assert uses_no_least_code(-127, 127) and not uses_no_least_code(-128, 127)


def test_is_linked():
    """A name, and that of what it needs."""
    assert is_linked("a", "b") and not is_linked("a", "")


def test_level():
    """On numbers as on tensors."""
    assert level(0.5, 3, 10, 7) == 12
    assert level(torch.tensor([1, 2]), 3, 10, 7).tolist() == [14, 18]


# ---------------------------------------------------------------------------------------- the pass
def refusals(tensor, looked: Looked, w, codes, scale, zero_point, offset) -> dict[str, list[int]]:
    """Ask the laws of every element; return the indices of those that each refuses."""
    limits, found = looked.limits, {"far": [], "off_end": [], "beyond": [], "under_bad_scale": []}
    places = [part.broadcast_to(codes.shape) for part in (scale, zero_point, offset)]
    for index in range(codes.numel()):
        s, z, m = (part.reshape(-1)[index].item() for part in places)
        one = Element(
            (index,),
            float(w.reshape(-1)[index]),
            float(s),
            int(z),
            float(m),
            float(codes.reshape(-1)[index]),
        )
        inputs = one.inputs(limits)
        if not math.isfinite(s) or not s or (s < 0 and not limits.signed) or not math.isfinite(m):
            right = scale_is_right(inputs["scale"], inputs["offset"], inputs["w"], limits.signed)
            if not right and not (tensor.bound.searched and s == 0 and math.isfinite(m)):
                found["under_bad_scale"].append(index)
        elif not is_near(**inputs):
            found["far"].append(index)
        elif not is_at_its_end(**inputs):
            found["off_end"].append(index)
        elif not is_at_its_end(**one.inputs_beyond(limits)):
            found["beyond"].append(index)
    return found


def assert_as_the_laws_say(looked: Looked, expected):
    """The pass counts what the laws refuse, and lists the first of it; each witness is one."""
    assert {name: looked.counts[name] for name in expected} == {
        name: len(places) for name, places in expected.items()
    }
    wrong = sorted(expected["far"] + expected["off_end"])
    assert list(looked.far) == wrong[:64]
    assert {"far", "off_end", "beyond", "bad_scale"} & looked.worst.keys() == {
        name.removeprefix("under_") for name, places in expected.items() if places
    }
    worst, limits = {name: one for name, (_, one) in looked.worst.items()}, looked.limits
    if "far" in worst:
        assert not is_near(**worst["far"].inputs(limits))
    if "off_end" in worst:
        assert not is_at_its_end(**worst["off_end"].inputs(limits))
    if "beyond" in worst:
        assert not is_at_its_end(**worst["beyond"].inputs_beyond(limits))
    if "bad_scale" in worst:
        inputs = worst["bad_scale"].inputs(limits)
        assert not scale_is_right(
            *(inputs[name] for name in ("scale", "offset", "w")), limits.signed
        )


SCALES = st.floats(2.0**-30, 2.0**30, width=32)
ODD_SCALES = SCALES | st.sampled_from(
    [0.0, -0.0, math.nan, math.inf, -math.inf, -1.0, -0.3, 2.0**-149, 2.0**-126, 1.0]
).map(lambda value: float(torch.tensor(value)))
KINDS = [(1, 1, 7), (4, 1, 6), (1, 6, 1), (3, 5, 1), (3, 2, 4), (5, 1, 1), (2, 3, 3)]
BOUNDS = [
    Bound(),
    Bound(signed=True),
    Bound(searched=True),
    Bound("rounded scale", 2.0**-11, overhang=0.0),
    Bound("rounded scale", 2.0**-8, 2.0**-8, 2.0**-9, signed=True),
    Bound("rounded scale", 2.0**-11, 2.0**-11, 2.0**-25, overhang=0.5),
]


@st.composite
def cases(draw, scales=SCALES):
    """Codes with their scales, zero points and offsets, and originals at any place beside them: on
    a level, half a step from it, on the bound, anywhere, beyond the range.
    """
    kind = draw(st.sampled_from(KINDS))
    rows, groups, _ = kind
    shares = draw(st.sampled_from([(1, 1), (rows, 1), (1, groups), (rows, groups)]))
    low, high = draw(st.sampled_from([(-128, 127), (0, 255), (-8, 7), (0, 15), (-127, 127)]))
    number = shares[0] * shares[1]
    scale = torch.tensor(draw(st.lists(scales, min_size=number, max_size=number)))
    scale = scale.float().double().reshape(shares)
    zero_point = draw(st.sampled_from([0, low, high, (low + high) // 2, low - 3]))
    zero_point = torch.full((1, 1), zero_point)
    magnitude = draw(st.sampled_from([0.0, 0.0, 1.0, -77.0]))
    offset = (magnitude * scale.nan_to_num(1, 1, 1)).float().double()
    elements = rows * groups * kind[2]
    codes = draw(st.lists(st.integers(low - 1, high + 1), min_size=elements, max_size=elements))
    codes = torch.tensor(codes).reshape(kind)
    steps = st.sampled_from([0, 0.5, -0.5, 1, -1, 2, -2, 300]) | st.floats(-1.5, 1.5)
    nudges = st.sampled_from([0, 0, 2.0**-30, -(2.0**-30), 2.0**-22, 2.0**-21, 2.0**-12])
    apart = [draw(steps) + draw(nudges) * draw(st.integers(-300, 300)) for _ in range(elements)]
    apart = torch.tensor(apart, dtype=torch.float64).reshape(kind)
    w = scale[:, :, None] * (codes - zero_point + apart) + offset[:, :, None]
    wide = draw(st.booleans())
    w = w.nan_to_num(1, 1, 1) if wide else w.float().nan_to_num(1, 1, 1)
    return kind, codes, scale, zero_point, offset, w, (low, high)


@pytest.fixture(scope="module")
def folder(tmp_path_factory):
    return tmp_path_factory.mktemp("checks")


@given(case=cases(ODD_SCALES), bound=st.sampled_from(BOUNDS))
def test_the_pass_counts_what_the_laws_refuse(folder, case, bound):
    """Whatever the codes, scales and originals are, near the bound or not."""
    kind, codes, scale, zero_point, offset, w, (low, high) = case
    tensor = quantized(
        folder,
        codes.int(),
        scale,
        zero_point,
        offset,
        low=low,
        high=high,
        kind=kind,
        bound=bound,
    )
    looked, _ = looked_at(folder, tensor, w)
    parts = (part[:, :, None] for part in (scale, zero_point, offset))
    assert_as_the_laws_say(looked, refusals(tensor, looked, w, codes, *parts))
    outside = (codes < low) | (codes > high)
    assert looked.counts["bad_code"] == int(outside.sum())
    again = Looked.from_json(json.loads(json.dumps(looked.as_json())))
    assert again.as_json() == looked.as_json()


@given(
    codes=st.lists(st.integers(0, 255), min_size=12, max_size=12),
    other=st.lists(st.integers(0, 255), min_size=12, max_size=12),
    scale=SCALES,
    ways=st.lists(st.sampled_from([0, 0.25, 0.5, 1]), min_size=12, max_size=12),
    dtype=st.sampled_from([torch.float8_e4m3fn, torch.float8_e5m2]),
    nudge=st.sampled_from([0, 2.0**-40, -(2.0**-40), 2.0**-23, 2.0**-22, 2.0**-21]),
)
def test_floats_of_8_bits(folder, codes, other, scale, ways, dtype, nudge):
    """Originals on them, and between any two of them."""
    greatest = {torch.float8_e4m3fn: 448, torch.float8_e5m2: 57344}[dtype]
    numbers, others = (
        torch.tensor(some, dtype=torch.uint8).view(dtype).float() for some in (codes, other)
    )
    numbers, others = (part.nan_to_num(0, greatest, -greatest) for part in (numbers, others))
    w = numbers + torch.tensor(ways) * (others - numbers)
    w = (w.double() * scale * (1 + nudge)).reshape(2, 6)
    tensor = quantized(
        folder,
        numbers.to(dtype).reshape(2, 6),
        torch.tensor([[scale]]),
        low=-greatest,
        high=greatest,
        bound=Bound("float8"),
        symmetric=True,
    )
    looked, _ = looked_at(folder, tensor, w)
    parts = (torch.tensor(value).reshape(1, 1) for value in (scale, 0, 0.0))
    expected = refusals(tensor, looked, w, numbers.reshape(2, 6), *parts)
    assert_as_the_laws_say(looked, expected)


@pytest.mark.parametrize("far", [0.99, 1.01, 1.9])
@pytest.mark.parametrize(("code", "tie"), [(16.0, 17.0), (30.0, 31.0), (-28.0, -29.0), (0, 2**-10)])
def test_floats_of_8_bits_at_their_bound(folder, code, tie, far):
    """Half a step and ε; the pass and the law agree on both sides of it."""
    w = torch.tensor([[tie * (1 + 2.0**-22 * far)]], dtype=torch.float64)
    tensor = quantized(
        folder,
        torch.tensor([[code]]).to(torch.float8_e4m3fn),
        torch.ones(1, 1),
        low=-448,
        high=448,
        bound=Bound("float8"),
    )
    looked, _ = looked_at(folder, tensor, w)
    assert looked.violations == looked.counts["far"] == (far > 1)
    parts = (torch.tensor(value).reshape(1, 1) for value in (1.0, 0, 0.0))
    assert_as_the_laws_say(looked, refusals(tensor, looked, w, torch.tensor([[code]]), *parts))


@given(
    seed=st.integers(0, 2**32),
    up=st.booleans(),
    dtype=st.sampled_from([torch.float8_e4m3fn, torch.float8_e5m2]),
)
def test_a_float_of_8_bits_beside_the_right_one(folder, seed, up, dtype):
    """It is found wherever the original is no tie; and right ones never are."""
    generator = torch.Generator().manual_seed(seed)
    w = 30 * torch.randn(4, 8, generator=generator)
    scale = torch.rand((), generator=generator) + 0.3
    right = (w / scale).to(dtype)
    bits = right.view(torch.uint8)
    bits = torch.where((bits & 0x7F) == 0, bits + 1, bits + (1 if up else -1))
    high = 448 if dtype == torch.float8_e4m3fn else 57344
    for codes, wrong in ((right, 0), (bits.view(dtype), 32)):
        tensor = quantized(
            folder, codes, scale.reshape(1, 1), low=-high, high=high, bound=Bound("float8")
        )
        looked, _ = looked_at(folder, tensor, w)
        x, steps = (w / scale).double(), (bits.view(dtype).double() - right.double()).abs()
        ties = ((x - right.double()).abs() > 0.4999 * steps).sum()
        assert looked.violations == 0 if not wrong else looked.violations >= wrong - int(ties)


@pytest.mark.parametrize(
    ("dtype", "code"),
    [
        (torch.float8_e4m3fn, math.nan),
        (torch.float8_e5m2, math.nan),
        (torch.float8_e5m2, -math.inf),
    ],
)
@pytest.mark.parametrize("original", [True, False])
def test_a_float_of_8_bits_that_is_no_number(folder, dtype, code, original):
    """It is outside the range of codes, and nothing that is summed up becomes NaN by it."""
    numbers = torch.tensor([[1.0, code, 3.0]]).to(dtype)
    greatest = 448 if dtype == torch.float8_e4m3fn else 57344
    tensor = quantized(
        folder, numbers, torch.ones(1, 1), low=-greatest, high=greatest, bound=Bound("float8")
    )
    looked = look(tensor, None)
    if original:
        looked, _ = looked_at(folder, tensor, torch.tensor([[1.0, 2.0, 3.0]]))
    assert looked.violations == looked.counts["bad_code"] == 1 and looked.counts["elements"] == 3
    assert not stands_in_range(looked.no_number.hex(), -greatest, greatest)
    assert math.isfinite(looked.noise) and looked.counts["far"] == 0
    again = Looked.from_json(json.loads(json.dumps(looked.as_json())))
    assert again.as_json() == looked.as_json()


# -------------------------------------------------------------------------- what quantizers give
@st.composite
def weights(draw, dtype=torch.float32):
    """Weights of any magnitude."""
    shape = draw(st.sampled_from([(1, 40), (5, 8), (40, 1), (3, 17)]))
    generator = torch.Generator().manual_seed(draw(st.integers(0, 2**32)))
    magnitude = 2.0 ** draw(st.integers(*((-40, 40) if dtype == torch.float32 else (-3, 3))))
    return (magnitude * torch.randn(shape, generator=generator)).to(dtype)


@given(
    w=weights(),
    by_row=st.booleans(),
    inverse=st.booleans(),
    before=st.booleans(),
    shrink=st.sampled_from([1, 1, 0.9, 1.7]),
    signs=st.sampled_from([(-127, 127, 0), (-128, 127, 0), (-8, 7, 0), (0, 255, 77), (0, 15, 8)]),
)
def test_a_right_quantizer_never_fails(folder, w, by_row, inverse, before, shrink, signs):
    """Round to nearest, ties to even, of w / s or w · (1 / s) in float32, the zero point added
    before or after, then clamped; whatever the scale.
    """
    low, high, zero_point = signs
    scale = symmetric(w, 1 if by_row else (0, 1), high - zero_point) * shrink
    quotient = w * (1 / scale) if inverse else w / scale
    codes = (
        torch.round(quotient + zero_point) if before else torch.round(quotient) + zero_point
    ).clamp(low, high)
    dtype = torch.uint8 if low == 0 else torch.int8
    tensor = quantized(
        folder,
        codes.to(dtype),
        scale,
        torch.tensor([[zero_point]]),
        low=low,
        high=high,
        symmetric=zero_point == 0,
    )
    looked, _ = looked_at(folder, tensor, w)
    assert looked.violations == 0 and looked.counts["elements"] == w.numel()
    if shrink == 1 and zero_point == 0:
        assert looked.scales[1:] == (0, 0, 0)


@given(w=weights(torch.float16), dtype=st.sampled_from([torch.float16, torch.bfloat16]))
def test_a_right_quantizer_of_halves(folder, w, dtype):
    """Where weights and scales are halves, so is their quotient, and the bound knows it."""
    w = w.to(dtype)
    scale = (w.abs().amax(1, keepdim=True) / 127).clamp(min=2.0**-14)
    codes = torch.round(w / scale).clamp(-127, 127).to(torch.int8)
    tensor = quantized(folder, codes, scale, low=-127, scale_dtype=dtype)
    looked, _ = looked_at(folder, tensor, w)
    assert looked.violations == 0
    assert looked.limits.rounding == limits_of(tensor, dtype, dtype).rounding > 2.0**-22


@given(
    seed=st.integers(0, 2**32),
    at=st.integers(0, 63),
    by=st.sampled_from([1, -1, 2, -3, 40]),
    kind=st.sampled_from([(4, 1, 16), (1, 64, 1), (2, 4, 8), (4, 16, 1)]),
)
def test_one_wrong_code_is_one_violation(folder, seed, at, by, kind):
    """It is found where it is, with its exact values, and nothing else is."""
    generator = torch.Generator().manual_seed(seed)
    right = torch.randint(-80, 80, (4, 16), generator=generator)
    apart = 0.9 * torch.rand(4, 16, generator=generator) - 0.45
    scale = torch.rand(kind[:2], generator=generator) + 0.5
    each = scale[:, :, None].expand(kind).reshape(4, 16)
    w = (right + apart) * each
    codes = right.clone()
    codes.view(-1)[at] += by
    tensor = quantized(folder, codes.to(torch.int8), scale, kind=kind)
    looked, _ = looked_at(folder, tensor, w)
    assert looked.violations == looked.counts["far"] == 1 and looked.far == (at,)
    error, worst = looked.worst["far"]
    index = divmod(at, 16)
    assert worst == Element(index, float(w[index]), float(each[index]), 0, 0.0, float(codes[index]))
    x = exactly(worst.original) / exactly(worst.scale)
    assert error == pytest.approx(float(abs(x - exactly(worst.code))))


def test_one_code_that_is_not_at_its_end(folder):
    """Beyond the levels as well."""
    w = torch.tensor([[300.0, -300.0, 5.0], [1.0, 400.0, 2.0]])
    codes = torch.tensor([[127, -128, 5], [1, 126, 2]])
    tensor = quantized(folder, codes.to(torch.int8), torch.ones(1, 1))
    looked, _ = looked_at(folder, tensor, w)
    assert looked.far == (4,) and looked.violations == looked.counts["off_end"] == 1
    assert looked.worst["off_end"][1].index == (1, 1)


# --------------------------------------------------------------------------------------- the groups
def test_clipping_that_loses_too_much(folder):
    """A scale half as large as it should be clips half of the range, and that is found by scale."""
    w = torch.linspace(-1, 1, 64).repeat(3, 1)
    scale = symmetric(w, 1)
    scale[1] /= 2
    tensor = quantized(folder, rounded(w, scale).to(torch.int8), scale)
    looked, _ = looked_at(folder, tensor, w)
    assert looked.scales == (3, 0, 1, 0) and looked.violations == 0
    group = looked.uncovered
    assert group.place == (1,) and (group.least, group.greatest, group.count) == (-1, 1, 64)
    steps = int(looked.limits.high - looked.limits.low)
    inputs = (group.noise.hex(), group.count, group.least.hex(), group.greatest.hex(), steps)
    assert not covers_well(*inputs)


def test_formats_that_clip_by_design(folder):
    """Of a scale that was searched for nothing is asked."""
    w = torch.linspace(-1, 1, 64).repeat(3, 1)
    scale = symmetric(w, 1) / 2
    codes = rounded(w, scale).to(torch.int8)
    tensor = quantized(folder, codes, scale, bound=Bound(searched=True))
    assert looked_at(folder, tensor, w)[0].scales == (3, 0, 0, 0)


def test_an_original_beyond_what_the_format_lets(folder):
    """In a format whose scales are made from the extremes none can be so far out."""
    w = torch.tensor([[127.0, 130.0, -3.0]])
    codes = torch.tensor([[127, 127, -3]], dtype=torch.int8)
    for overhang, beyond in ((0.0, 1), (2.0, 1), (3.0, 0), (None, 0)):
        tensor = quantized(folder, codes, torch.ones(1, 1), bound=Bound(overhang=overhang))
        assert looked_at(folder, tensor, w)[0].counts["beyond"] == beyond


@pytest.mark.parametrize("kind", [(4, 1, 16), (2, 4, 8), (4, 16, 1)])
def test_scales_that_codes_do_not_need(folder, kind):
    """Without an original, codes that reach no end are found by their scale."""
    codes = torch.full(kind, 3)
    codes[:, :, 0] = 127
    codes[-1, 0, 0] = -100
    if kind[2] == 1:
        codes[-1, 0, 0] = 3
        codes[:, 0, 0] = torch.tensor([3, 5, 3, 3])
    scale = torch.ones(1 if kind[2] == 1 else kind[0], kind[1])
    tensor = quantized(folder, codes.to(torch.int8).reshape(4, 16), scale, kind=kind)
    looked = look(tensor, None)
    assert looked.scales[3] == 1 and not looked.original and looked.sqnr is None
    assert looked.unreached.place == (
        (0,) if kind[2] == 1 else (kind[0] - 1, 0)[: 1 + (kind[1] > 1)]
    )


def test_codes_outside_their_range(folder):
    """Codes of a byte may be more than the bits that are declared."""
    codes = torch.tensor([[7, 8, -8, -9, 0]], dtype=torch.int8)
    tensor = quantized(folder, codes, torch.ones(1, 1), low=-8, high=7)
    looked = look(tensor, None)
    assert looked.counts["bad_code"] == looked.violations == 2 and looked.codes == (-9, 8)


def test_a_symmetric_scheme_that_does_not_use_its_least_code(folder):
    """Its range is then as wide as it is used, so that originals near −128 are beyond it."""
    w = torch.tensor([[-127.6, 127.0]])
    for least in (-127, -128):
        codes = torch.tensor([[least, 127]], dtype=torch.int8)
        tensor = quantized(folder, codes, torch.ones(1, 1), symmetric=True)
        looked, _ = looked_at(folder, tensor, w)
        assert looked.limits.low == least and looked.violations == 0


def test_originals_that_are_not_finite(folder):
    """Nothing can be said of a code for NaN; the message names both tensors and the index."""
    w = torch.ones(3, 4)
    w[2, 1] = math.nan
    tensor = quantized(folder, torch.ones(3, 4, dtype=torch.int8), torch.ones(1, 1))
    with pytest.raises(TensorError, match=r"'original' has NaN .* 'w' has the index \(2, 1\)"):
        looked_at(folder, tensor, w)


def test_figures(folder):
    """Signal over noise, the histogram of errors, and bits of an element."""
    w = torch.tensor([[1.25, -2.0, 3.0, 127.0]])
    tensor = quantized(folder, rounded(w, 1).to(torch.int8), torch.ones(1, 1))
    looked, _ = looked_at(folder, tensor, w)
    assert looked.noise == 0.0625 and looked.signal == float(w.double().square().sum())
    assert looked.sqnr == pytest.approx(10 * math.log10(looked.signal / 0.0625))
    assert sum(looked.histogram) == 4 and sorted(looked.histogram)[-2:] == [1, 3]
    assert (looked.counts["in_range"], looked.counts["saturated"]) == (3, 1)
    assert looked.worst["in_range"][0] == 0.25 and tensor.bits == 8 * 8 / 4


def test_many_rows_are_looked_at_in_pieces(folder, monkeypatch):
    """With the same result, whatever the pieces are."""
    generator = torch.Generator().manual_seed(0)
    w = torch.randn(50, 8, generator=generator)
    for scale in (symmetric(w, 1), symmetric(w, (0, 1))):
        codes = rounded(w, scale)
        codes[40, 3] += 1 - 2 * (codes[40, 3] > 0)
        tensor = quantized(folder, codes.to(torch.int8), scale)
        whole, original = looked_at(folder, tensor, w)
        with monkeypatch.context() as patch:
            patch.setattr("pyharness.audit.looking._PIECE", 24)
            pieces = look(tensor, original)
        assert pieces.counts | {"close": 0} == whole.counts | {"close": 0}
        assert (pieces.far, pieces.scales, pieces.worst) == (whole.far, whole.scales, whole.worst)
        assert pieces.histogram == whole.histogram and whole.far == (323,)
        assert pieces.noise == pytest.approx(whole.noise)


def test_an_original_that_lies_the_other_way(folder):
    """Its dimensions are exchanged before it is compared."""
    w = torch.randn(6, 4, generator=torch.Generator().manual_seed(0))
    scale = symmetric(w, 1)
    tensor = quantized(folder, rounded(w, scale).to(torch.int8), scale)
    looked, original = looked_at(folder, tensor, w)
    turned = stored(folder, {"t": w.T}, "t")["t"]
    again = look(tensor, type(original)(turned, transposed=True))
    assert again.violations == looked.violations == 0 and again.noise == looked.noise
