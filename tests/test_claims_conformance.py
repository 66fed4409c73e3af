"""Conformance claims: the kernel accepts what torch computes and refuses it once one value is wrong."""
from __future__ import annotations

from pathlib import Path

import pytest
import torch

from pyharness.claims import conformance
from pyharness.errors import EXIT_UNMET
from pyharness.evidence.runner import Run
from pyharness.lean.build import build
from pyharness.lean.conformance import Kernel
from pyharness.lean.toolchain import locate
from pyharness.tensors import quantize

ROOT = Path(__file__).resolve().parent.parent


@pytest.fixture(scope="module")
def run():
    """A run with the kernel, on the library as it stands."""
    toolchain = locate()
    return Run(seed=0, kernel=Kernel(toolchain, build(ROOT, "LeanMining", out=ROOT / "build", toolchain=toolchain), ROOT / "build"))


def one_off(function, index):
    """The function with one value of its result changed by one."""
    def changed(*arguments):
        result = function(*arguments).clone()
        result.view(-1)[index] ^= 1
        return result

    return changed


CASES = {
    "qrelu_table": ("qrelu", 40_000, 65_536), "clip_table": ("clip", 40_000, 65_536), "round_up_table": ("round_up", 77, 2_304),
    "qrelu_rows": ("qrelu", 0, None), "clip_rows": ("clip", 0, None),
}


class TestTables:
    @pytest.mark.parametrize("name", CASES)
    def test_the_kernel_accepts_what_torch_computes(self, run, name):
        """Lean's definition gives torch's values, and every one of them is counted."""
        evidence = getattr(conformance, name)(run)
        expected = CASES[name][2] or sum(len(item.values[0]) for item in run.quantized) // 2
        assert (evidence.kind, evidence.outcome, evidence.cases) == ("conformance", "confirmed", expected)

    @pytest.mark.parametrize("name, function, index", [(name, case[0], case[1]) for name, case in CASES.items()])
    def test_one_wrong_value_is_refused(self, run, name, function, index, monkeypatch):
        """A single value that differs by one makes the kernel refuse, and no certificate can be given."""
        monkeypatch.setattr(conformance, function, one_off(getattr(quantize, function), index))
        with pytest.raises(conformance.Nonconformance, match="torch and Lean disagree") as error:
            getattr(conformance, name).__wrapped__(run)
        assert error.value.exit_code == EXIT_UNMET

    def test_measured_gaps_are_the_kernels_own(self, run, monkeypatch):
        """A gap that is one off is refused."""
        assert conformance.certificate_of_measurement(run).outcome == "confirmed"
        monkeypatch.setattr(conformance, "qrelu", one_off(quantize.qrelu, 0))
        with pytest.raises(conformance.Nonconformance):
            conformance.certificate_of_measurement.__wrapped__(run)


class TestWriting:
    def test_literals_are_offset_binary_highest_first(self):
        """-128 is byte 00, 0 is 80 and 127 is ff, in reading order."""
        assert conformance.literal(torch.tensor([-128, 0, 127], dtype=torch.int8)) == "0x0080ff"

    def test_digits_are_written_in_their_base(self):
        """The first digit is the highest."""
        assert conformance.digits([1, 2, 3], 257) == hex((1 * 257 + 2) * 257 + 3)
