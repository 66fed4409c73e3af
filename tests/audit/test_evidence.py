"""Tests for pyharness.audit.evidence: what an audit says for each claim, of right checkpoints and
of one that is wrong in the way that the claim is about.
"""

from __future__ import annotations

import json
import math

import pytest
import torch

from pyharness.audit.causes import explain
from pyharness.audit.evidence import Audited, Row, audited_as
from pyharness.audit.looking import look
from pyharness.audit.pairs import Pairs, pair
from pyharness.certificate.seal import plain_evidence
from pyharness.formats.affine import TensorError
from pyharness.formats.quantized.tensor import Bound, Checkpoint, Factors
from tests.audit.samples import looked_at, quantized, rounded, stored, symmetric

ABOUT = (
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
)


def weights(*shape, seed=0):
    return torch.randn(shape, generator=torch.Generator().manual_seed(seed))


def row(folder, w, codes, scale, zero_point=None, offset=None, **more):
    """A tensor that was looked at, with its original or, where that is None, without."""
    tensor = quantized(folder, codes, scale, zero_point, offset, **more)
    looked, original = (look(tensor, None), None) if w is None else looked_at(folder, tensor, w)
    return Row(tensor, original, looked, explain(tensor, original, looked))


def audited(*rows, unexplained=(), others=(), unpaired=None):
    """All of an audit."""
    pairs = None
    if unpaired is not None or any(one.original for one in rows):
        found = {one.tensor.name: one.original for one in rows if one.original}
        pairs = Pairs(found, dict(unpaired or {}), ())
    tensors = tuple(one.tensor for one in rows)
    checkpoint = Checkpoint(
        "by hand", tensors, {}, dict(unexplained), dict(others), (rows[0].tensor.parts[0].path,)
    )
    return Audited(checkpoint, pairs, rows)


def said(found):
    """The evidence for each claim that there is any for, the first piece; witnesses replay, and all
    can stand in a certificate.
    """
    evidence = {}
    for about in ABOUT:
        audit = audited_as(about)
        audit.probe()
        for piece in audit.evidence(found):
            json.dumps(plain_evidence(piece), allow_nan=False)
            assert piece.witness is None or piece.witness.replays()
            evidence.setdefault(about, piece)
    return evidence


def refuted(found):
    """What of it is refuted, with the number of violations."""
    return {about: piece.violations for about, piece in said(found).items() if piece.violations}


# ------------------------------------------------------------------------------------ right ones
def test_a_right_checkpoint(tmp_path):
    """What does not apply is not asked; the rest is confirmed, over everything there is."""
    w = weights(6, 10)
    scale = symmetric(w, 1)
    found = said(audited(row(tmp_path, w, rounded(w, scale).to(torch.int8), scale, low=-127)))
    assert list(found) == ["nearest", "ends", "covered", "scales", "codes", "explained", "linked"]
    assert not any(piece.violations for piece in found.values())
    cases = {about: piece.cases for about, piece in found.items()}
    ends = int((rounded(w, scale).abs() == 127).sum())
    assert cases == {
        "nearest": 60,
        "ends": ends,
        "covered": 6,
        "scales": 6,
        "codes": 66,
        "explained": 1,
        "linked": 1,
    }
    piece = found["nearest"]
    assert [ref.name for ref in piece.tensors] == ["w", "w_scale", "original"] and piece.covers
    [figures] = piece.measurements
    assert figures["tensor"] == "w" and figures["elements"] == 60 and figures["violations"] == 0
    assert 0 < figures["worst error in steps"] <= 0.5


def test_the_errors_of_all_elements(tmp_path):
    """A histogram of them, which is drawn."""
    w = weights(6, 10)
    scale = symmetric(w, 1)
    one = row(tmp_path, w, rounded(w, scale).to(torch.int8), scale)
    _, errors = audited_as("nearest").evidence(audited(one))
    counts = {entry["error in steps"]: entry["elements"] for entry in errors.measurements}
    assert sum(counts.values()) == 60 and errors.plots
    assert all(abs(middle) < 0.55 for middle, count in counts.items() if count)


def test_without_originals(tmp_path):
    """Codes, scales and zero points are looked at alone."""
    w = weights(6, 10)
    scale = symmetric(w, 1)
    codes = rounded(w, scale).to(torch.int8)
    one = row(tmp_path, None, codes, scale, symmetric=True, restricted=True)
    found = said(audited(one))
    assert list(found) == ["scales", "codes", "extremes", "least code", "explained"]
    assert not any(piece.violations for piece in found.values())


def test_weights_that_were_changed_first(tmp_path):
    """From their originals nothing follows for their codes."""
    w = weights(6, 10)
    scale = symmetric(w, 1)
    codes = rounded(-w, scale).to(torch.int8)
    found = said(audited(row(tmp_path, w, codes, scale, bound=Bound("moved"))))
    assert list(found) == ["scales", "codes", "explained", "linked"]


# ---------------------------------------------------------------------------- what each one finds
@pytest.mark.parametrize(
    ("about", "bound"),
    [
        ("nearest", Bound()),
        ("rounded scale", Bound("rounded scale", 2.0**-11)),
        ("float8", Bound("float8")),
    ],
)
def test_a_code_that_is_far(tmp_path, about, bound):
    """The witness is the worst, with its place and its exact values."""
    w = torch.linspace(-3, 3, 24).reshape(4, 6)
    codes = 16 * w
    high = 448 if about == "float8" else 127
    codes[1, 2], codes[3, 4] = codes[1, 2] + 2, codes[3, 4] - 16
    codes = codes.to(torch.float8_e4m3fn) if about == "float8" else codes.round().to(torch.int8)
    scale = torch.tensor([[2.0**-4]])
    one = row(tmp_path, w, codes, scale, bound=bound, low=-high, high=high)
    assert refuted(audited(one)) == {about: 2}
    witness = said(audited(one))[about].witness
    assert "w[3, 4]: code" in witness.shows and "original[3, 4], is 0x1." in witness.shows
    assert float.fromhex(witness.inputs["w"]) == float(w[3, 4])
    assert one.places() == [(1, 2), (3, 4)]


def test_a_cause_is_told(tmp_path):
    """With the witness that it explains."""
    w = weights(6, 10)
    scale = symmetric(w, 1)
    codes = torch.trunc(w / scale).to(torch.int8)
    found = audited(row(tmp_path, w, codes, scale))
    assert "; toward zero: codes are cut off" in said(found)["nearest"].witness.shows


def test_the_end_of_the_range(tmp_path):
    w = torch.tensor([[200.0, -200.0, 3.0, -300.0]])
    codes = torch.tensor([[126, -128, 3, 127]], dtype=torch.int8)
    found = audited(row(tmp_path, w, codes, torch.ones(1, 1), bound=Bound(searched=True)))
    assert refuted(found) == {"ends": 2}
    assert "w[0, 3]: code 127" in said(found)["ends"].witness.shows


def test_beyond_what_the_format_lets(tmp_path):
    """Codes at their end, of originals that are further out than a right scale leaves them."""
    w = torch.tensor([[127.0, -129.0, 3.0, 140.0]])
    codes = torch.tensor([[127, -127, 3, 127]], dtype=torch.int8)
    bound = Bound("rounded scale", 2.0**-11, overhang=0.0)
    found = audited(row(tmp_path, w, codes, torch.ones(1, 1), bound=bound, low=-127))
    assert refuted(found) == {"ends": 2} and found.rows[0].looked.violations == 2
    assert "w[0, 3]" in said(found)["ends"].witness.shows


def test_clipping(tmp_path):
    w = torch.linspace(-1, 1, 64).repeat(3, 1)
    scale = symmetric(w, 1)
    scale[1] /= 2
    found = audited(row(tmp_path, w, rounded(w, scale).to(torch.int8), scale))
    assert refuted(found) == {"covered": 1}
    witness = said(found)["covered"].witness
    assert (
        witness.shows.startswith("w[1]: the errors of 64 elements")
        and witness.inputs["count"] == 64
    )


def test_squares_that_are_beyond_float64(tmp_path):
    """Such numbers are refused where squares decide, and have no signal over noise elsewhere."""
    w = torch.linspace(-1, 1, 64, dtype=torch.float64).repeat(2, 1) * 1e200
    scale = w.abs().amax(1, keepdim=True) / 127
    codes = (w / scale).round().to(torch.int8)
    right = row(tmp_path, w, codes, scale)
    assert right.looked.violations == 0 and right.looked.sqnr is None
    with pytest.raises(TensorError, match="divide them and the scales by a power of 2 first"):
        row(tmp_path, w, (2 * codes.int()).clamp(-127, 127).to(torch.int8), scale / 2)


@pytest.mark.parametrize(
    ("scale", "offset", "words"),
    [
        (math.nan, 0.0, "the scale at [1] is nan"),
        (-0.5, 0.0, "the scale at [1] is -0.5; negative scale"),
        (1.0, math.nan, "the scale at [1] is 1.0, and the offset nan; offset is not a number"),
        (0.0, 0.0, "w[1, 0]: the scale is 0, the code 5"),
    ],
)
@pytest.mark.parametrize("original", [True, False])
def test_scales(tmp_path, scale, offset, words, original):
    """A scale of 0 is wrong by its original alone."""
    w = torch.tensor([[1.0, 127.0], [5.0, -2.0]])
    scales = torch.tensor([[1.0], [scale]])
    offsets = torch.tensor([[0.0], [offset]])
    codes = torch.tensor([[1, 127], [5, -2]], dtype=torch.int8)
    one = row(tmp_path, w if original else None, codes, scales, None, offsets, reaches_ends=False)
    if scale == 0 and not original:
        assert refuted(audited(one)) == {}
        return
    assert refuted(audited(one)) == {"scales": 1}
    assert words in said(audited(one))["scales"].witness.shows


def test_zeros_under_a_scale_of_0_are_right(tmp_path):
    """And so is any constant under one with an offset; what is not is the witness."""
    w = torch.tensor([[0.0, 0.0], [9.0, 9.0], [0.0, 2.0**-30]])
    scale, offset = torch.zeros(3, 1), torch.tensor([[0.0], [9.0], [0.0]])
    codes = torch.zeros(3, 2, dtype=torch.int8)
    found = audited(row(tmp_path, w[:2], codes[:2], scale[:2], None, offset[:2]))
    assert refuted(found) == {}
    found = audited(row(tmp_path, w, codes, scale, None, offset))
    assert refuted(found) == {"scales": 1} and found.rows[0].looked.violations == 1
    assert "w[2, 1]" in said(found)["scales"].witness.shows


def test_codes_and_zero_points(tmp_path):
    """Of integers and of floats."""
    codes = torch.tensor([[7, 9, -8]], dtype=torch.int8)
    more = {"low": -8, "high": 7}
    found = audited(row(tmp_path, None, codes, torch.ones(1, 1), **more))
    assert refuted(found) == {"codes": 1}
    assert "the code 9 is outside -8 to 7" in said(found)["codes"].witness.shows
    zero_point = torch.tensor([[12]])
    right = torch.tensor([[7, 5, -8]], dtype=torch.int8)
    found = audited(row(tmp_path, None, right, torch.ones(1, 1), zero_point, **more))
    assert refuted(found) == {"codes": 1}
    assert "the zero point 12 is outside" in said(found)["codes"].witness.shows
    floats = torch.tensor([[7, math.nan, -8]]).to(torch.float8_e4m3fn)
    more = {"low": -448, "high": 448, "bound": Bound("float8")}
    for w in (None, torch.tensor([[7.0, 1.0, -8.0]])):
        found = audited(row(tmp_path, w, floats, torch.ones(1, 1), **more))
        assert refuted(found) == {"codes": 1}
        assert "the code nan is outside -448 to 448" in said(found)["codes"].witness.shows


def test_scales_of_biases(tmp_path):
    """The product of two, of float32; of which one is wrong here."""
    factors = Factors(torch.tensor([0.1]).double(), torch.tensor([0.5, 0.25, 0.3]).double())
    scale = (factors.input * factors.weight).float().reshape(3, 1)
    codes = torch.tensor([5, 7, -9], dtype=torch.int32)
    more = {"low": -(2**31), "high": 2**31 - 1, "role": "bias", "factors": factors}
    assert refuted(audited(row(tmp_path, None, codes, scale, **more))) == {}
    scale[1] *= 1.001
    found = audited(row(tmp_path, None, codes, scale, **more))
    assert refuted(found) == {"bias scales": 1}
    assert said(found)["bias scales"].cases == 3


def test_extremes(tmp_path):
    """Without an original, a scale that is larger than its codes need."""
    codes = torch.tensor([[127, 3], [90, -100], [0, 0]], dtype=torch.int8)
    found = audited(row(tmp_path, None, codes, torch.ones(3, 1)))
    assert refuted(found) == {"extremes": 1}
    assert "w[1]: codes go from -100 to 90" in said(found)["extremes"].witness.shows
    loose = row(tmp_path, None, codes, torch.ones(3, 1), reaches_ends=False)
    assert "extremes" not in said(audited(loose))


def test_the_least_code(tmp_path):
    codes = torch.tensor([[127, -128]], dtype=torch.int8)
    more = {"symmetric": True, "restricted": True}
    found = audited(row(tmp_path, None, codes, torch.ones(1, 1), **more))
    assert refuted(found) == {"least code": 1}


def test_what_is_without_scales_or_is_not_read(tmp_path):
    """Each is a violation, the first of which is named."""
    w = weights(6, 10)
    scale = symmetric(w, 1)
    codes = rounded(w, scale).to(torch.int8)
    found = audited(row(tmp_path, w, codes, scale), unexplained={"x": "no scales", "y": "none"})
    assert refuted(found) == {"explained": 2}
    assert said(found)["explained"].witness.shows == "x: no scales; so are 1 more"
    found = audited(row(tmp_path, w, codes, scale), unpaired={"z": "no original"})
    assert refuted(found)["linked"] == 1
    found = audited(row(tmp_path, w, codes, scale), others={"z": "is of another dtype"})
    assert refuted(found) == {"linked": 1}


def test_the_worst_tensors_come_first(tmp_path):
    """In the table: by violations, then by the largest error."""
    w = weights(6, 10)
    scale = symmetric(w, 1)
    codes = rounded(w, scale)
    rows = []
    for name, number in (("a", 0), ("b", 2), ("c", 1)):
        some = codes.clone()
        some.view(-1)[:number] += 3 * (1 - 2 * (some.view(-1)[:number] > 0).float())
        rows.append(row(tmp_path, w, some.to(torch.int8), scale, name=name))
    found = said(audited(*rows))["nearest"]
    assert [figures["tensor"] for figures in found.measurements] == ["b", "c", "a"]
    assert found.violations == 3


def test_an_original_that_lies_the_other_way(tmp_path):
    """The witness names its index as it lies there."""
    w = weights(6, 10)
    scale = symmetric(w, 1)
    codes = rounded(w, scale).to(torch.int8)
    codes[2, 7] -= 9
    tensor = quantized(tmp_path, codes, scale, transposed=True)
    pairs = pair([tensor], stored(tmp_path, {"w": w.T}, "turned"))
    original = pairs.originals["w"]
    looked = look(tensor, original)
    found = Audited(
        Checkpoint("by hand", (tensor,), files=(tensor.parts[0].path,)),
        pairs,
        (Row(tensor, original, looked),),
    )
    assert "w[2, 7]: code" in said(found)["nearest"].witness.shows
    assert "the original, w[7, 2], is" in said(found)["nearest"].witness.shows
