"""Claims about any quantized checkpoint, each a theorem of the library that ships with the harness.

`pyharness audit` asks them of a checkpoint. A project that lists this module among its `packs` has
them certified too, on numbers that are drawn and quantized in float32.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import torch

from pyharness.audit.checks import (
    covers_well,
    is_at_its_end,
    is_linked,
    is_near,
    is_product,
    level,
    reaches_an_end,
    scale_is_right,
    stands_in_range,
    uses_no_least_code,
)
from pyharness.audit.evidence import audited_as
from pyharness.core.device import to_current_device
from pyharness.evidence import Evidence
from pyharness.evidence.conformance import Call, Check, Conformance
from pyharness.evidence.exhaustive import INT8, enumerate_cases
from pyharness.evidence.run import Run
from pyharness.project.pack import Source, claim

__all__ = ["LEVEL"]

_AFFINE = "Jacob et al., Quantization and Training of Neural Networks for Efficient Integer-Arithmetic-Only Inference (2018)"
SCHEME = Source(_AFFINE, "Section 2.1, Quantization scheme")
BIAS = Source(_AFFINE, "Section 2.4, Implementation of a typical fused layer")
BLOCKS = Source("GGUF, quantize_row_q8_0_ref and its kind", "Block formats")
FLOAT8 = Source("Micikevicius et al., FP8 Formats for Deep Learning (2022)", "Section 3")
AUDIT = Source("An audit of a checkpoint", "What is there to be checked")


def _all_codes() -> Iterator[Call]:
    """Every code of INT8 with two scales and zero points."""
    scales, zero_points = torch.tensor([[3], [1_000_003]]), torch.tensor([[7], [-128]])
    codes = to_current_device(INT8).long()[None]
    yield Call((scales, zero_points, torch.tensor(-11), codes))


LEVEL = Conformance(
    "LeanMining.level",
    level,
    (
        Check(
            "LeanMining.level",
            ("Int", "Int", "Int", "Int"),
            "Int",
            _all_codes,
            "the level of every INT8 code, with two scales and zero points",
            of="levels",
        ),
    ),
)


def _drawn(run: Run, number: int = 500) -> Iterator[dict[str, Any]]:
    """Yield originals with the codes that float32 gives them, as predicates take them."""
    draws = torch.Generator().manual_seed(run.seed)
    for _ in range(number):
        scale = torch.rand((), generator=draws) * 2.0 ** float(
            torch.randint(-12, 3, (), generator=draws)
        )
        zero_point = int(torch.randint(-128, 128, (), generator=draws))
        original = scale * 160 * torch.randn((), generator=draws)
        code = torch.clamp(torch.round(original / scale) + zero_point, -128, 127)
        yield {
            "w": float(original).hex(),
            "scale": float(scale).hex(),
            "zero_point": zero_point,
            "offset": "0x0p+0",
            "code": int(code),
            "low": -128,
            "high": 127,
        }


def _of_drawn(run: Run, law: Any) -> Evidence:
    return enumerate_cases(
        law,
        _drawn(run),
        domain="numbers drawn and quantized to INT8 in float32",
        kind="property",
        summary="500 numbers",
    )


@claim(
    "checkpoint.nearest",
    statement="Each code stands for the level nearest to its original: at most half a step "
    "away, plus what rounding in floats adds.",
    source=SCHEME,
    theorem="LeanMining.abs_sub_level_le_of_floats",
    tier="silver",
    measures=[LEVEL],
    audits=audited_as("nearest"),
)
def nearest(run: Run) -> Iterator[Evidence]:
    yield _of_drawn(run, is_near)


@claim(
    "checkpoint.rounded_scale",
    statement="Where scales are rounded when they are stored, each level is half a step from its "
    "original at most, and what the rounding moves the level furthest from 0.",
    source=BLOCKS,
    theorem="LeanMining.abs_sub_level_le_of_rounded",
    tier="silver",
    measures=[LEVEL],
    audits=audited_as("rounded scale"),
)
def rounded_scale(run: Run) -> Iterator[Evidence]:
    def cases() -> Iterator[dict[str, Any]]:
        draws = torch.Generator().manual_seed(run.seed)
        for _ in range(20):
            block = torch.randn(32, generator=draws)
            scale = block.abs().max() / 127
            codes = torch.round(block / scale)
            stored = scale.half().float()
            for original, code in zip(block, codes, strict=True):
                yield {
                    "w": float(original).hex(),
                    "scale": float(stored).hex(),
                    "zero_point": 0,
                    "offset": "0x0p+0",
                    "code": int(code),
                    "low": -127,
                    "high": 127,
                    "scale_error": (2.0**-11).hex(),
                }

    yield enumerate_cases(
        is_near,
        cases(),
        domain="blocks of 32 drawn numbers, quantized to INT8, scales stored as float16",
        kind="property",
        summary="640 numbers",
    )


@claim(
    "checkpoint.float8",
    statement="Each float of 8 bits is the nearest to its original over the scale.",
    source=FLOAT8,
    theorem="LeanMining.abs_sub_scaled_float_le",
    tier="silver",
    audits=audited_as("float8"),
)
def float8(run: Run) -> Iterator[Evidence]:
    def cases() -> Iterator[dict[str, Any]]:
        draws = torch.Generator().manual_seed(run.seed)
        for original in (100 * torch.randn(500, generator=draws)).clamp(-448, 448):
            yield {
                "w": float(original).hex(),
                "scale": "0x1p+0",
                "zero_point": 0,
                "offset": "0x0p+0",
                "code": float(original.to(torch.float8_e4m3fn)).hex(),
                "low": -448,
                "high": 448,
                "relative": (2.0**-4).hex(),
                "least": (2.0**-10).hex(),
            }

    yield enumerate_cases(
        is_near,
        cases(),
        domain="numbers drawn and rounded to float8_e4m3fn",
        kind="property",
        summary="500 numbers",
    )


@claim(
    "checkpoint.ends",
    statement="An original beyond the levels has the code at that end, and is beyond them by no more "
    "than the format lets any be.",
    source=SCHEME,
    theorem="LeanMining.hi_sub_clampCode_le",
    tier="silver",
    audits=audited_as("ends"),
)
def ends(run: Run) -> Iterator[Evidence]:
    yield _of_drawn(run, is_at_its_end)


@claim(
    "checkpoint.covered",
    statement="Clipping loses no more than rounding to levels that cover all could.",
    source=AUDIT,
    theorem="LeanMining.sum_sq_sub_nearestLevel_le",
    tier="silver",
    audits=audited_as("covered"),
)
def covered(run: Run) -> Iterator[Evidence]:
    def cases() -> Iterator[dict[str, Any]]:
        draws = torch.Generator().manual_seed(run.seed)
        for _ in range(100):
            data = torch.randn(64, generator=draws, dtype=torch.float64)
            least, greatest = data.min(), data.max()
            step = (greatest - least) / 15
            noise = (data - (least + step * torch.round((data - least) / step))).square().sum()
            yield {
                "noise": float(noise).hex(),
                "count": 64,
                "least": float(least).hex(),
                "greatest": float(greatest).hex(),
                "steps": 15,
            }

    yield enumerate_cases(
        covers_well,
        cases(),
        domain="64 drawn numbers on 16 levels from the least to the greatest",
        kind="property",
        summary="100 times 64 numbers",
    )


@claim(
    "checkpoint.scales",
    statement="Every scale is a positive finite number; 0 stands over what is the offset alone.",
    source=AUDIT,
    theorem="LeanMining.level_zero",
    tier="silver",
    measures=[LEVEL],
    audits=audited_as("scales"),
)
def scales(run: Run) -> Iterator[Evidence]:
    yield enumerate_cases(
        scale_is_right,
        (
            {"scale": scale.hex(), "offset": offset.hex(), "w": offset.hex()}
            for scale in (0.0, 2.0**-149, 1.0)
            for offset in (-1.5, 0.0)
        ),
        domain="scales from 0 up over their offset",
        kind="property",
        summary="6 scales",
    )


@claim(
    "checkpoint.codes",
    statement="Every code and zero point is in the range that the format declares.",
    source=SCHEME,
    theorem="LeanMining.clampCode_mem",
    tier="silver",
    audits=audited_as("codes"),
)
def codes(run: Run) -> Iterator[Evidence]:
    yield enumerate_cases(
        stands_in_range,
        ({"code": int(case["code"]), "low": -128, "high": 127} for case in _drawn(run)),
        domain="codes of numbers drawn and quantized to INT8 in float32",
        kind="property",
        summary="500 codes",
    )


@claim(
    "checkpoint.bias_scales",
    statement="A bias's scale is the product of its input's and its weight's, so that it is added "
    "to the accumulator as it is.",
    source=BIAS,
    theorem="LeanMining.accumulate_eq_level",
    tier="silver",
    audits=audited_as("bias scales"),
)
def bias_scales(run: Run) -> Iterator[Evidence]:
    def cases() -> Iterator[dict[str, Any]]:
        draws = torch.Generator().manual_seed(run.seed)
        for of_input, of_weight in torch.rand(200, 2, generator=draws):
            yield {
                "scale": float(of_input * of_weight).hex(),
                "input_scale": float(of_input).hex(),
                "weight_scale": float(of_weight).hex(),
                "rounding": (2.0**-22).hex(),
            }

    yield enumerate_cases(
        is_product,
        cases(),
        domain="products in float32",
        kind="property",
        summary="200 products",
    )


@claim(
    "checkpoint.extremes",
    statement="Of the codes that share a scale made from their extremes, one reaches an end.",
    source=SCHEME,
    theorem="LeanMining.code_eq_of_extreme",
    tier="silver",
    audits=audited_as("extremes"),
)
def extremes(run: Run) -> Iterator[Evidence]:
    def cases() -> Iterator[dict[str, Any]]:
        draws = torch.Generator().manual_seed(run.seed)
        for data in torch.randn(100, 16, generator=draws):
            codes = torch.round(data / (data.abs().max() / 127))
            yield {
                "least": int(codes.min()),
                "greatest": int(codes.max()),
                "low": -127,
                "high": 127,
            }

    yield enumerate_cases(
        reaches_an_end,
        cases(),
        domain="16 drawn numbers with the scale max |w| / 127",
        kind="property",
        summary="100 times 16 numbers",
    )


@claim(
    "checkpoint.least_code",
    statement="A symmetric scheme with the scale max |w| / 127 does not use the code −128.",
    source=SCHEME,
    theorem="LeanMining.abs_code_le",
    tier="silver",
    audits=audited_as("least code"),
)
def least_code(run: Run) -> Iterator[Evidence]:
    def cases() -> Iterator[dict[str, Any]]:
        draws = torch.Generator().manual_seed(run.seed)
        for data in torch.randn(100, 16, generator=draws):
            codes = torch.round(data / (data.abs().max() / 127))
            yield {"least": int(codes.min()), "high": 127}

    yield enumerate_cases(
        uses_no_least_code,
        cases(),
        domain="16 drawn numbers with the scale max |w| / 127",
        kind="property",
        summary="100 times 16 numbers",
    )


@claim(
    "checkpoint.explained",
    statement="Every tensor of codes has scales that say what they stand for.",
    source=AUDIT,
    no_theorem="a fact about the files of a checkpoint, of which nothing general is stated",
    tier="bronze",
    audits=audited_as("explained"),
)
def explained(run: Run) -> Iterator[Evidence]:
    yield _one_link()


@claim(
    "checkpoint.linked",
    statement="Every quantized tensor was read and compared with its original.",
    source=AUDIT,
    no_theorem="a fact about the files of a checkpoint, of which nothing general is stated",
    tier="bronze",
    audits=audited_as("linked"),
)
def linked(run: Run) -> Iterator[Evidence]:
    yield _one_link()


def _one_link() -> Evidence:
    return enumerate_cases(
        is_linked,
        [{"name": "weight", "to": "weight_scale"}],
        domain="a name and what it is linked to",
        kind="property",
        summary="an example",
    )
