"""The table of conformance: the kernel accepts what torch computes and refuses it once one value is
wrong.
"""

from __future__ import annotations

from dataclasses import replace
from functools import partial
from pathlib import Path

import pytest

from claims import conformance
from claims.measures.int8 import gate_gap
from claims.models.activations import quantized_layers
from pyharness.evidence.conformance import Conformance, Nonconformance, Rows, Table
from pyharness.evidence.run import Run
from pyharness.proofs.build import build
from pyharness.proofs.conformance import Kernel
from pyharness.proofs.toolchain import locate

ROOT = Path(__file__).resolve().parents[2]
ENTRIES = {name: getattr(conformance, name) for name in conformance.__all__}
PAIRS = 65_536
CASES = {
    "QRELU": [PAIRS, None],
    "JOIN": [PAIRS],
    "INF": [PAIRS],
    "SUP": [PAIRS],
    "LE": [PAIRS],
    "CLIP": [PAIRS, None],
    "ROUND_UP": [2_304],
    "GATE_GAP": [12],
    "SIGN": [256],
    "L1_NORM": [72],
    "NORM_SQ": [72],
    "DOT": [72],
    "MULVEC": [192],
}
"""How many cases each check of an entry has; None where that is the number of activations in the
first rows."""


@pytest.fixture(scope="module")
def run():
    """A run with the kernel, on the library as it stands."""
    toolchain = locate()
    library = build(ROOT, "LeanMining", out=ROOT / "build", toolchain=toolchain)
    return Run(seed=0, kernel=Kernel(toolchain, library, ROOT / "build"))


def one_off(function, index):
    """The function with one value of its result changed by one."""

    def changed(*arguments):
        result = function(*arguments).clone()
        result.view(-1)[index] ^= 1
        return result

    return changed


def spoilt(check, run):
    """The check with one wrong value, cut short where it is long: to the first rows of a table, or
    to the first layer that it looks at.
    """
    if isinstance(check, Table):
        rows = [list(row) for row in check.rows()[:16]]
        rows[-1][-1] = (rows[-1][-1] + 1) % check.base
        return replace(check, rows=lambda: rows)
    if isinstance(check, Rows):
        first = next(iter(check.rows()))
        check = replace(check, rows=lambda: [first])
    elif hasattr(check, "read"):
        check = replace(check, read=tuple(partial(of_first_layer, read) for read in check.read))
    return replace(check, compute=one_off(check.compute, 0))


def of_first_layer(read):
    """What is read of all layers, of the first one alone."""
    rows, refs = read()
    return rows[: len(rows) // len(refs)], refs[:1]


class TestTable:
    @pytest.mark.parametrize("name", ENTRIES)
    def test_the_kernel_accepts_what_torch_computes(self, run, name):
        """Lean's definition gives torch's values, and every one of them is counted."""
        evidence = ENTRIES[name].decide(run)
        activations = sum(len(item.values[0]) for item in quantized_layers()) // 2
        assert [piece.cases for piece in evidence] == [
            count or activations for count in CASES[name]
        ]
        for piece in evidence:
            assert (piece.kind, piece.outcome, piece.definition) == (
                "conformance",
                "confirmed",
                ENTRIES[name].definition,
            )

    @pytest.mark.parametrize(
        ("name", "number"),
        [
            (name, number)
            for name, entry in ENTRIES.items()
            for number, check in enumerate(entry.checks)
            if name != "GATE_GAP"
        ],
    )
    def test_one_wrong_value_is_refused(self, run, name, number):
        """A single value that differs by one makes the kernel refuse, as false, and no certificate
        can be given.
        """
        entry = ENTRIES[name]
        with pytest.raises(
            Nonconformance,
            match=r"(?s)disagree on .*\nLean's kernel refuses it .* proved that the proposition.*is false",
        ) as error:
            Conformance(
                entry.definition, entry.function, (spoilt(entry.checks[number], run),)
            ).decide(run)
        assert error.value.exit_code == 1

    def test_a_wrong_gap_is_refused(self, run, monkeypatch):
        """A measured gap that is one off is refused."""
        monkeypatch.setattr(conformance, "gate_gap", one_off(gate_gap, 0))
        with pytest.raises(Nonconformance):
            Conformance.decide.__wrapped__(conformance.GATE_GAP, run)
