"""Tests for pyharness.audit.filtering: whatever the tensors are, what is found with a device is
what is found without one; on the CPU, and on a device that refuses what CUDA would refuse.
"""

from __future__ import annotations

import math
import threading
from contextlib import contextmanager
from dataclasses import replace

import numpy as np
import pytest
import torch
from hypothesis import given, settings, strategies as st

from pyharness.audit import filtering, looking
from pyharness.audit.checks import Limits
from pyharness.audit.filtering import Filter
from pyharness.audit.looking import Original, look
from pyharness.audit.passes import EDGE
from pyharness.core.device import CPU, make_deterministic
from pyharness.core.errors import UsageError
from pyharness.formats.affine import TensorError
from pyharness.formats.quantized.tensor import Bound, Codes
from tests.audit.samples import looked_at, quantized, rounded, stored, symmetric
from tests.audit.test_checks import BOUNDS, ODD_SCALES, cases
from tests.simulated import DEVICE, operations

PLACES = st.sampled_from([CPU, DEVICE])


@pytest.fixture(scope="module")
def folder(tmp_path_factory):
    return tmp_path_factory.mktemp("filtering")


@pytest.fixture(autouse=True, scope="module")
def _repeatable():
    """As an audit sets torch up; what has no repeatable form is an error then."""
    make_deterministic(DEVICE)
    yield
    torch.use_deterministic_algorithms(False)


@contextmanager
def cut(piece, together):
    """Look at so many elements at a time, and settle so many."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(looking, "_PIECE", piece)
        patch.setattr(filtering, "PIECE", together)
        yield


def rounding_of_noise(tensor, w, noise):
    """How far apart two sums of squared errors may be: each error is that of a position, which is
    off by `filtering._DOUBT` of the steps that it is computed from. Where an error is small beside
    its original, that is much more than the rounding of the sum.
    """
    codes, *of = tensor.read(0, tensor.rows)
    scale, zero_point, offset = (part.double().unsqueeze(2) for part in of)
    w, codes = w.double().reshape(codes.shape), codes.double()
    terms = w.abs() + offset.abs() + scale.abs() * (codes.abs() + zero_point.abs())
    off = (filtering._DOUBT * terms).square().sum().item()
    # By Cauchy and Schwarz, of the sum of (e + d)² - e² = 2ed + d².
    rounding = 2 * math.sqrt(noise * off) + off if math.isfinite(noise) else 0.0
    return rounding if math.isfinite(rounding) else 0.0


def assert_the_same(there, here, rounding=0.0):
    """All but the device is equal, sums of squares but for their rounding."""
    assert there.signal == pytest.approx(here.signal, rel=1e-12, nan_ok=True)
    assert there.noise == pytest.approx(here.noise, rel=1e-12, abs=rounding, nan_ok=True)
    assert replace(there, signal=here.signal, noise=here.noise, device="cpu") == here or (
        # NaN is not equal to itself.
        repr(replace(there, signal=here.signal, noise=here.noise, device="cpu")) == repr(here)
    )


def compared(folder, tensor, w, where):
    """What is found with a device and without, which has to be the same."""
    here, original = looked_at(folder, tensor, w)
    there = look(tensor, original, device=where)
    assert_the_same(there, here, rounding_of_noise(tensor, w, here.noise))
    return there


# ------------------------------------------------------------------------------------ any tensors
@given(
    case=cases(ODD_SCALES),
    bound=st.sampled_from([*BOUNDS, Bound("moved")]),
    where=PLACES,
    pieces=st.sampled_from([(1 << 20, 1 << 22), (8, 8), (8, 40)]),
    symmetric=st.booleans(),
)
def test_any_codes(folder, case, bound, where, pieces, symmetric):
    """Near the bound or not, whatever the scales are."""
    kind, codes, scale, zero_point, offset, w, (low, high) = case
    more = {"low": low, "high": high, "kind": kind, "bound": bound, "symmetric": symmetric}
    tensor = quantized(folder, codes.int(), scale, zero_point, offset, **more)
    with cut(*pieces):
        compared(folder, tensor, w, where)


LAYOUTS = [
    ((24, 1, 16), "tensor"),
    ((24, 1, 16), "row"),
    ((8, 48, 1), "column"),
    ((8, 48, 1), "each"),
    ((6, 8, 8), "group"),
    ((2, 12, 16), "column"),
    ((40, 1, 1), "row"),
]
ODD = [0.0, -0.0, math.nan, math.inf, -1.0, 2.0**-149, 2.0**-126, 2.0**-1040, 2.0**400]
WRONG = ["no", "one", "far", "end", "outside"]


@st.composite
def checkpoints(draw):
    """What a right quantizer gives, in which little is wrong: some codes, some scales, originals
    at ties, beside them, and at the ends of the levels.
    """
    kind, shared = draw(st.sampled_from(LAYOUTS))
    low, high = draw(st.sampled_from([(-128, 127), (0, 255), (-8, 7), (0, 3), (-32768, 32767)]))
    draws = torch.Generator().manual_seed(draw(st.integers(0, 2**32)))
    w = torch.randn(kind, generator=draws, dtype=torch.float64) * 2.0 ** draw(st.integers(-20, 20))
    over = {"tensor": (0, 1, 2), "row": (1, 2), "column": (0, 2), "each": 2, "group": 2}[shared]
    least, greatest = w.amin(over, keepdim=True), w.amax(over, keepdim=True)
    offset, zero_point = torch.zeros_like(least), torch.zeros_like(least)
    scale = torch.maximum(-least, greatest) / high
    form = draw(st.sampled_from(["symmetric", "zero point", "offset", "both"]))
    if form != "symmetric" or low == 0:
        scale = (greatest - least).clamp(min=2.0**-30) / (high - low)
        zero_point = torch.round(low - least / scale)
        if form == "offset":
            zero_point, offset = torch.full_like(least, low), least.clone()
        if form == "both":
            offset = least / 2
            zero_point = torch.round(low - (least - offset) / scale)
    stored_as = draw(st.sampled_from([torch.float64, torch.float32, torch.float16]))
    if draw(st.booleans()):  # The codes are made with the scale that is stored.
        scale = scale.to(stored_as).double()
        w = w.to(draw(st.sampled_from([torch.float64, torch.float32, torch.bfloat16]))).double()
    scale = scale * draw(st.sampled_from([1, 1, 0.8]))
    if draw(st.booleans()):  # Powers of two, and originals at the edges of bins.
        scale = 2.0 ** torch.round(torch.log2(scale.clamp(min=2.0**-200)))
        w = torch.round(w / scale * 4) / 4 * scale + offset
    codes = (torch.round((w - offset) / scale) + zero_point).nan_to_num(0, 0, 0).clamp(low, high)
    scale = scale.to(stored_as).double()
    each = scale.expand(kind)
    for _ in range(draw(st.integers(0, 3))):
        at = tuple(draw(st.integers(0, number - 1)) for number in kind)
        match draw(st.sampled_from([*WRONG, "tie", "level", "bound", "quarter", "edge", "huge"])):
            case "one":
                codes[at] += draw(st.sampled_from([1, -1]))
            case "far":
                codes[at] = low + high - codes[at]
            case "end":
                codes[at] = draw(st.sampled_from([low, high, low + 1, high - 1]))
            case "outside":
                codes[at] = draw(st.sampled_from([low - 1, high + 1]))
            case "huge":
                w[at] = draw(st.sampled_from([1e30, 1e150, -1e150]))
            case "no":
                pass
            case what:
                apart = {
                    "tie": 0.5,
                    "level": 0.0,
                    "bound": 0.5,
                    "quarter": 0.25,
                    "edge": 0.3 - EDGE,
                }[what]
                nudge = draw(st.sampled_from([0, 2.0**-52, -(2.0**-52), 2.0**-44, 2.0**-30]))
                z, m = zero_point.expand(kind)[at], offset.expand(kind)[at]
                w[at] = each[at] * (codes[at] - z + apart * (1 + nudge)) + m
                if what == "bound":
                    w[at] *= 1 + draw(st.sampled_from([2.0**-22, -(2.0**-22), 2.0**-11]))
    for _ in range(draw(st.integers(0, 2))):
        flat = scale.view(-1)
        flat[draw(st.integers(0, len(flat) - 1))] = draw(st.sampled_from([*ODD, 1.0]))
    dtype = draw(st.sampled_from([torch.float64, torch.float32, torch.float16, torch.bfloat16]))
    w = w.nan_to_num(1, 1, 1)
    narrow = w.to(dtype)
    w = narrow if bool(narrow.isfinite().all()) else w
    return kind, codes.int(), scale[:, :, 0], zero_point[:, :, 0], offset[:, :, 0], w, (low, high)


@settings(max_examples=300)
@given(
    case=checkpoints(),
    bound=st.sampled_from([Bound(), Bound(), *BOUNDS, Bound(overhang=0.0)]),
    where=PLACES,
    pieces=st.sampled_from([(1 << 20, 1 << 22), (64, 192), (48, 48)]),
    symmetric=st.booleans(),
)
def test_checkpoints(folder, case, bound, where, pieces, symmetric):
    """Few groups of which are not settled."""
    kind, codes, scale, zero_point, offset, w, (low, high) = case
    more = {"low": low, "high": high, "kind": kind, "bound": bound, "symmetric": symmetric}
    tensor = quantized(folder, codes, scale, zero_point, offset, **more)
    with cut(*pieces):
        compared(folder, tensor, w, where)


# ---------------------------------------------------------------------------------- what is settled
def settled_of(tensor, w, limits=None, where=CPU):
    """What is settled of all rows of a tensor."""
    codes = tensor.read(0, tensor.rows)
    made = Filter(where, limits or Limits(float(tensor.low), float(tensor.high)))
    return made.settle(made.put(codes, w.reshape(codes.codes.shape)))


@pytest.fixture
def right(folder):
    """A right tensor, a scale for each group of 16, and its originals."""
    w = torch.randn(64, 128, generator=torch.Generator().manual_seed(0))
    groups = w.reshape(64, 8, 16)
    scale = symmetric(groups, 2)
    codes = rounded(groups, scale).to(torch.int8).reshape(64, 128)
    return quantized(folder, codes, scale[:, :, 0], kind=(64, 8, 16)), w


@pytest.mark.parametrize("where", [CPU, DEVICE])
def test_nearly_all_of_a_right_tensor_is_settled(right, where):
    """But for those that are the worst so far."""
    tensor, w = right
    found = settled_of(tensor, w, where=where)
    assert found.units.shape == (64, 8) and found.units.mean() > 0.95
    assert found.elements == 16 * found.units.sum() == found.histogram.sum()
    assert found.noise < found.signal and 0 < found.ends < found.elements
    again = Filter(where, Limits(-128.0, 127.0))
    of = [again.settle(again.put(tensor.read(0, 64), w.reshape(64, 8, 16))) for _ in range(2)]
    # The second time all were there before, and those that were the worst are so again.
    assert of[1].units.sum() >= of[0].units.sum() == found.units.sum()


@pytest.mark.parametrize("kind", [(64, 1, 128), (64, 128, 1), (8, 64, 16), (64, 16, 8)])
@pytest.mark.parametrize("bound", [Bound(), Bound("rounded scale", 2.0**-11, overhang=1.0)])
def test_what_is_settled_in_each_layout(folder, kind, bound):
    """Scales of rows, columns, or groups, some of them with zero points and offsets; only a few
    units are left to compiled code.
    """
    w = 3 + torch.randn(kind, generator=torch.Generator().manual_seed(1)).double()
    by = (0, 2) if kind[2] == 1 else 2
    least, greatest = w.amin(by, keepdim=True), w.amax(by, keepdim=True)
    scale, offset = (greatest - least) / 253, least / 2
    zero_point = torch.ceil((offset - least) / scale)
    codes = (torch.round((w - offset) / scale) + zero_point).clamp(0, 255).int()
    parts = (part[:, :, 0] for part in (scale, zero_point, offset))
    tensor = quantized(folder, codes, *parts, low=0, high=255, kind=kind, bound=bound)
    limits = Limits(0.0, 255.0, scale_error=bound.scale_error, overhang=bound.overhang or math.inf)
    found = settled_of(tensor, w, limits)
    assert found.units.shape == (64, 1) if kind[1] in (1, 128) else found.units.shape == kind[:2]
    assert found.units.mean() > 0.8
    assert compared(folder, tensor, w, CPU).violations == 0


def spoil(codes, w, scale, what):
    """Make something wrong, or close, with the elements of the group (3, 2)."""
    match what:
        case "far":
            codes[3, 2, 5] += 2 if codes[3, 2, 5] < 0 else -2
        case "off its end":
            w[3, 2, 5], codes[3, 2, 5] = 130 * scale[3, 2], 126
        case "far beyond":
            w[3, 2, 5], codes[3, 2, 5] = 140 * scale[3, 2], 127
        case "outside":
            codes[3, 2, 5] = -128
        case "no scale":
            scale[3, 2] = math.nan
        case "negative":
            scale[3, 2] *= -1
        case "infinite":
            scale[3, 2] = math.inf
        case "tie":
            codes[3, 2, 5], w[3, 2, 5] = 9, 9.5 * scale[3, 2]
        case "not a number":
            w[3, 2, 5] = math.nan
        case "overflows":
            w[3, 2] = 1e200
            scale[3, 2] = 1e200
            codes[3, 2] = 1


WAYS = [
    *("far", "off its end", "far beyond", "outside", "no scale", "negative", "infinite", "tie"),
    *("not a number", "overflows"),
]


@pytest.mark.parametrize("what", WAYS)
@pytest.mark.parametrize("where", [CPU, DEVICE])
def test_what_is_wrong_or_close_is_not_settled(right, what, where):
    """Its group alone is left, and those that were before."""
    tensor, w = right
    codes, scale, zero_point, offset = tensor.read(0, 64)
    w = w.double().reshape(64, 8, 16).clone()
    limits = Limits(-127.0, 127.0)

    def found():
        made = Filter(where, limits)
        return made.settle(made.put(Codes(codes.int(), scale, zero_point, offset), w)).units

    w[3, 2] *= 0.5  # So that it is not left as the worst so far.
    codes[3, 2] = rounded(w[3, 2], scale[3, 2]).to(torch.int8)
    w[3, 2] = codes[3, 2] * scale[3, 2] * (1 + 2.0**-12)
    before = found()
    assert before[3, 2]
    codes = codes.int()
    spoil(codes, w, scale, what)
    after = found()
    assert not after[3, 2]
    assert (after | (np.indices(after.shape)[0] * 8 + np.indices(after.shape)[1] == 26))[
        before
    ].all()


def test_a_filter_that_settles_too_much_is_found_out(folder, right, monkeypatch):
    """These tests can fail: were it to settle whatever it is given, counts would differ."""
    tensor, w = right
    settle = filtering._settle

    def all_of_it(*arguments):
        units, *rest = settle(*arguments)
        return torch.ones_like(units), *rest

    monkeypatch.setattr(filtering, "_settle", all_of_it)
    with pytest.raises(AssertionError):
        compared(folder, tensor, w, CPU)


def test_one_that_forgets_the_worst_is_found_out(folder, right, monkeypatch):
    """Nothing but the worst element would tell: it is looked for in what is left."""
    tensor, w = right
    settle = filtering._settle

    def without(*arguments):
        return settle(*arguments[:-1], torch.full((2,), 9.0, dtype=torch.float64))

    monkeypatch.setattr(filtering, "_settle", without)
    with pytest.raises(AssertionError):
        compared(folder, tensor, w, CPU)


# ------------------------------------------------------------------------------------- of a tensor
def test_it_is_computed_there(folder, right):
    """And what was found says so."""
    tensor, w = right
    operations.clear()
    assert compared(folder, tensor, w, DEVICE).device == DEVICE.type
    assert len(operations) > 20
    assert look(tensor, None, device=DEVICE).device == "cpu"


def test_floats_of_8_bits_and_long_rows_are_looked_at_on_the_cpu(folder, right):
    """As without a device, which they are not given to."""
    tensor, w = right
    operations.clear()
    numbers = w.to(torch.float8_e4m3fn)
    floats = quantized(
        folder, numbers, torch.ones(1, 1), low=-448, high=448, bound=Bound("float8"), name="f"
    )
    assert compared(folder, floats, w, DEVICE).device == "cpu"
    with cut(1 << 20, 127):
        assert compared(folder, tensor, w, DEVICE).device == "cpu"
    assert not operations


def test_an_original_that_lies_the_other_way(folder):
    w = torch.randn(64, 48, generator=torch.Generator().manual_seed(0))
    scale = symmetric(w, 1)
    tensor = quantized(folder, rounded(w, scale).to(torch.int8), scale)
    turned = Original(stored(folder, {"t": w.T}, "turned")["t"], transposed=True)
    with cut(96, 480):
        assert_the_same(look(tensor, turned, device=DEVICE), look(tensor, turned))


def test_originals_that_are_not_finite(folder, right):
    """The message is the same, and names the index."""
    tensor, w = right
    w = w.clone()
    w[40, 3] = math.inf
    original = Original(stored(folder, {"original": w}, "infinite")["original"])
    for where in (None, CPU, DEVICE):
        with pytest.raises(TensorError, match=r"'w' has the index \(40, 3\)"):
            look(tensor, original, device=where)


def test_far_places_are_the_same_whatever_the_pieces(folder):
    """More violations than are listed, among them some that fractions decide."""
    w = torch.randn(80, 64, generator=torch.Generator().manual_seed(2), dtype=torch.float64)
    scale = symmetric(w, (0, 1)).double()
    codes = rounded(w, scale)
    codes[::3, ::5] += 1
    w[1::4, 7] = scale[0, 0] * (codes[1::4, 7] + 0.5 + 2.0**-20 * 1.001)
    tensor = quantized(folder, codes.clamp(-127, 127).to(torch.int8), scale)
    with cut(640, 2560):
        found = compared(folder, tensor, w, DEVICE)
    assert found.violations > 64 == len(found.far)


# -------------------------------------------------------------------------------------- on a GPU
class Recorder:
    """Stands in for torch.cuda: streams and events that note what is done in which order."""

    def __init__(self):
        self.log, self.current = [], None

    def new_stream(self, device):
        return _Stream(self)

    @contextmanager
    def stream(self, stream):
        before, self.current = self.current, stream
        yield
        self.current = before


class _Stream:
    def __init__(self, made_by):
        self.of = made_by

    def record_event(self):
        self.of.log.append("copied")
        return self

    def wait_event(self, event):
        self.of.log.append("waited")


def test_copies_and_work_go_on_streams_of_their_own(folder, right, monkeypatch):
    """No GPU is needed to see the order: the next rows are on their way, from pinned memory, before
    those before them are waited for and settled. That they overlap, only a GPU can show.
    """
    tensor, w = right
    cuda = Recorder()
    monkeypatch.setattr(torch.cuda, "Stream", cuda.new_stream)
    monkeypatch.setattr(torch.cuda, "stream", cuda.stream)
    pinned, used = [], []
    monkeypatch.setattr(torch.Tensor, "pin_memory", lambda part: pinned.append(part) or part)
    monkeypatch.setattr(
        torch.Tensor, "record_stream", lambda part, stream: used.append(stream), raising=False
    )
    settle = filtering._settle

    def noted(*arguments):
        assert cuda.current is used[-1]
        cuda.log.append("settled")
        return settle(*arguments)

    monkeypatch.setattr(filtering, "_settle", noted)
    monkeypatch.setattr(filtering, "_Plain", filtering._Overlapping)
    with cut(1024, 2048):
        compared(folder, tensor, w, DEVICE)
    assert cuda.log == ["copied", *(["copied", "waited", "settled"] * 3), "waited", "settled"]
    assert len(pinned) == len(used) == 20 and all(part.device == CPU for part in pinned)
    assert cuda.current is None


def test_only_some_pieces_are_settled_at_a_time(right, monkeypatch):
    """By all threads together, so that the device's memory is bounded."""
    tensor, w = right
    entered, most, lock = [0], [0], threading.Lock()
    go = threading.Event()
    settle = filtering._settle

    def slowly(*arguments):
        with lock:
            entered[0] += 1
            most[0] = max(most[0], entered[0])
            if entered[0] == filtering._AT_ONCE:
                go.set()
        go.wait(10)
        found = settle(*arguments)
        with lock:
            entered[0] -= 1
        return found

    monkeypatch.setattr(filtering, "_settle", slowly)
    threads = [threading.Thread(target=settled_of, args=(tensor, w)) for _ in range(10)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert most[0] == filtering._AT_ONCE


@pytest.mark.skipif(torch.cuda.is_available(), reason="there is a CUDA device")
def test_a_gpu_that_is_not_there(folder, right):
    """Is said as by any other command."""
    from pyharness.core.device import require_device

    with pytest.raises(UsageError, match="there is no CUDA device here"):
        require_device(torch.device("cuda"))
