"""The table of conformance: the kernel accepts what torch computes and refuses it once one value is
wrong.
"""

from __future__ import annotations

import json
import math
from dataclasses import replace
from functools import partial
from pathlib import Path
from types import SimpleNamespace

import pytest
import torch

from claims import checkpoints, conformance
from claims.models.activations import quantized_layers
from pyharness.evidence.conformance import Call, Conformance, Nonconformance
from pyharness.evidence.run import Run
from pyharness.proofs.build import build
from pyharness.proofs.conformance import Kernel
from pyharness.proofs.toolchain import locate

ROOT = Path(__file__).resolve().parents[2]
ENTRIES = {
    **{name: getattr(conformance, name) for name in conformance.__all__},
    "LEVEL": checkpoints.LEVEL,
    "CLAMP_CODE": checkpoints.CLAMP_CODE,
}
PAIRS = 65_536
CASES = {
    "QRELU": [PAIRS, None],
    "JOIN": [PAIRS],
    "INF": [PAIRS],
    "SUP": [PAIRS],
    "HIMP": [PAIRS],
    "BOX_LOWER": [4],
    "BOX_UPPER": [64],
    "ABS_MOMENT": [6],
    "SECOND_MOMENT": [6],
    "MOMENT_RATIO": [6],
    "BETA_EFF": [3],
    "BETA_ROWS": [3],
    "ENERGY": [3],
    "ENERGY_ALONG": [3],
    "FROBENIUS_SQ": [6, 27],
    "GAMMA_R": [3],
    "INDICATOR": [64],
    "PROJECT": [96],
    "RELU": [256],
    "RESIDUAL": [48],
    "STABLE_RANK": [3],
    "SUBSPACE_OVERLAP": [3],
    "LE": [PAIRS],
    "CLIP": [PAIRS, None],
    "ROUND_UP": [2_304],
    "GATE_GAP": [12],
    "STEP_DIST": [12],
    "SIGN": [256],
    "L1_NORM": [72, 6],
    "NORM_SQ": [72, 6],
    "DOT": [72],
    "CLIPPING_ERROR": [5],
    "MASS_WITHIN": [5],
    "QUANTIZATION_NOISE": [5],
    "MEAN_SQUARED_ERROR": [7],
    "IN_RANGE_ERROR": [4],
    "STEP_SIZE": [24],
    "UNIFORM_NOISE": [24],
    "QUANTIZE": [29],
    "MOMENT": [8],
    "MIXTURE_MEAN": [1],
    "EXCESS_KURTOSIS": [2],
    "EFFECTIVE_KURTOSIS": [1],
    "KURTOSIS_FORMULA": [1],
    "HYPERCUBICITY": [12],
    "CODE_PROB": [96],
    "COLLISION": [4],
    "DECIDES": [8],
    "IS_CELL": [90],
    "IS_ROUNDING": [100],
    "ROUNDED_TO": [18],
    "LE_OF_WHOLE_NUMBERS": [108],
    "MULVEC": [192, 6],
    "HALF_TO_SINGLE": [PAIRS],
    "BFLOAT_TO_SINGLE": [PAIRS],
    "SINGLE_TO_HALF": [358, 1760],
    "SINGLE_TO_BFLOAT": [202, 1760],
    "ADD_SINGLE": [198, 220],
    "SUB_SINGLE": [198, 220],
    "MUL_SINGLE": [198, 220],
    "DIV_SINGLE": [198, 220],
    "QUANTIZE_PER_TENSOR": [388],
    "FAKE_QUANTIZE": [388],
    "QUANTIZE_AFFINE": [388],
    "LEVEL": [108, 152, 348],
    "CLAMP_CODE": [36, 180],
}
"""How many cases each check of an entry has; None where that is the number of activations in the
first rows."""
DECIDED = [
    piece
    for claim in json.loads((ROOT / "certificates" / "leanmining.json").read_text("utf-8"))[
        "claims"
    ]
    for piece in claim["evidence"]
    if piece["kind"] == "conformance"
]


@pytest.fixture(scope="module")
def run():
    """A run with the kernel, on the library as it stands."""
    toolchain = locate()
    library = build(ROOT, "LeanMining", out=ROOT / "build", toolchain=toolchain)
    return Run(seed=0, kernel=Kernel(toolchain, library, ROOT / "build", []))


def one_off(function, within):
    """The function with the first value of its result changed by one; of floats, by a little more
    than three times what rounding may change, which is nothing where no bound of it is given.
    """

    def changed(*arguments):
        result = function(*arguments).clone()
        first = result.view(-1)
        if result.is_floating_point():
            bound = within(*arguments).reshape(-1)[0] if within else 0
            first[0] = torch.nextafter(first[0] + 3 * bound, torch.tensor(math.inf).to(first))
        else:
            first[0] = ~first[0] if result.dtype == torch.bool else first[0] ^ 1
        return result

    return changed


def spoilt(entry, number):
    """The check with one wrong value, cut short where it is long: to the first call, and its first
    few cases.
    """
    check = entry.checks[number]
    first = next(iter(check.calls()))
    ranks = [kind.count("Fin") + kind.count("Vector") for kind in check.arguments]
    short = [
        tensor[:3] if tensor.ndim > rank else tensor
        for tensor, rank in zip(first.arguments, ranks, strict=True)
    ]
    broken = SimpleNamespace(
        definition=entry.definition, function=one_off(entry.function, check.within)
    )
    spoilt = replace(check, calls=lambda: [Call(short, first.tensors)])
    for name in ("_decide", "_cases", "_numbers", "_batch", "_require_bounds"):
        setattr(broken, name, partial(getattr(Conformance, name), broken))
    broken._what = "the function"
    broken.function.__name__ = "broken"
    return broken, spoilt


class TestTable:
    """The project allows propext; none of its conformance needs it."""

    @pytest.mark.parametrize("name", ENTRIES)
    def test_the_kernel_accepts_what_torch_computes(self, name):
        """Lean's definition gives torch's values, and every one of them is counted: in the
        certificate, for which `verify` has the kernel decide it.
        """
        activations = sum(len(item.values[0]) for item in quantized_layers()) // 2
        entry = ENTRIES[name]
        for check, count in zip(entry.checks, CASES[name], strict=True):
            decided = {
                (piece["outcome"], piece["cases"])
                for piece in DECIDED
                if piece["definition"] == entry.definition
                and piece["domain"].startswith(
                    (f"{check.domain}; decided", f"{check.domain}, each ")
                )
            }
            assert decided == {("confirmed", count or activations)}

    @pytest.mark.parametrize(
        ("name", "check"),
        [
            (name, check)
            for name, entry in ENTRIES.items()
            for check in entry.checks
            if check.within is not None
        ],
    )
    def test_rounding_is_allowed_no_more_than_a_trifle(self, name, check):
        """A bound is under 10⁻¹² of its value, so that a wrong function is not within it."""
        for call in check.calls():
            result = ENTRIES[name].function(*call.arguments)
            assert (check.within(*call.arguments) <= 1e-12 * result.abs()).all()

    @pytest.mark.parametrize(
        ("name", "number"),
        [(name, number) for name, entry in ENTRIES.items() for number in range(len(entry.checks))],
    )
    def test_one_wrong_value_is_refused(self, run, name, number):
        """A single value that differs by one, or by a few roundings, makes the kernel refuse, as
        false, and no certificate can be given.
        """
        broken, check = spoilt(ENTRIES[name], number)
        with pytest.raises(
            Nonconformance,
            match=r"(?s)disagree on .* the function gives .*\nLean's kernel refuses it .* proved that the proposition.*is false",
        ) as error:
            broken._decide(run, check, f"spoilt_{name}_{number}")
        assert error.value.exit_code == 1
