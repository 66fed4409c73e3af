"""What ties a claim's functions to Lean's definitions, and what does not."""

from __future__ import annotations

from pathlib import Path
from types import SimpleNamespace

import pytest
import torch

from claims.conformance import CLIP, LE, QRELU
from claims.measures import int8
from claims.measures.int8 import clip, qrelu
from pyharness.core.errors import UsageError
from pyharness.evidence import Evidence
from pyharness.evidence.conformance import digits, indices, untied, vector
from pyharness.pipeline.verify import require_meant
from pyharness.project.pack import Source, claim, load_pack
from pyharness.project.settings import load_project

ROOT = Path(__file__).resolve().parents[2]
SWEEP = Evidence("exhaustive", "a domain", 1, 0, "one")


def holds_of_both(z, q):
    return qrelu(z, q) == clip(q, z)


LAWS = [holds_of_both]


def make(gather, *measures):
    return claim(
        "a.b", statement="s", source=Source("d", "h"), theorem="T", tier="gold", measures=measures
    )(gather)


def gather_directly(run):
    yield qrelu(3, 5)


def gather_through_a_law(run):
    yield holds_of_both(3, 5)


def gather_through_a_module(run):
    yield int8.round_up(3, torch.tensor([1], dtype=torch.int8))


def gather_through_a_closure():
    law = holds_of_both

    def gather(run):
        def inner():
            return law(3, 5)

        yield inner()

    return gather


def gather_through_a_list(run):
    for law in LAWS:
        yield law(3, 5)


class TestUntied:
    @pytest.mark.parametrize(
        ("gather", "measures", "names"),
        [
            (gather_directly, [QRELU], []),
            (gather_directly, [CLIP], ["qrelu"]),
            (gather_through_a_law, [QRELU, CLIP], []),
            (gather_through_a_law, [QRELU], ["clip"]),
            (gather_through_a_module, [QRELU], ["round_up"]),
            (gather_through_a_closure(), [QRELU], ["clip"]),
            (gather_through_a_list, [QRELU], ["clip"]),
        ],
    )
    def test_functions_that_no_conformance_ties_are_found(self, gather, measures, names):
        """However the evidence reaches a function beside a measured one, it must be measured
        too.
        """
        assert untied(make(gather, *measures)) == tuple(
            f"claims.measures.int8:{name}" for name in names
        )

    def test_torch_functions_can_be_measured(self):
        """A function of torch's own is tied without making all of torch measured."""
        assert untied(make(gather_directly, QRELU, LE)) == ()

    def test_claims_that_must_be_gold_are_tied(self):
        """Each claim of this project that must be gold computes with tied functions only."""
        gold = [item for item in load_pack(load_project(ROOT).packs) if item.tier == "gold"]
        assert len(gold) > 20
        for item in gold:
            assert item.measures and untied(item) == (), item.id


class TestRequireMeant:
    PROOFS = SimpleNamespace(
        environment=SimpleNamespace(definitions=lambda name: {"LeanMining.qRelu"})
    )

    def piece(self, definition):
        return Evidence("conformance", "a domain", 1, 0, "one", definition=definition)

    def test_a_definition_that_the_theorem_speaks_of(self):
        """Conformance of a definition under the theorem is what the claim needs."""
        require_meant(
            make(gather_directly, QRELU), [SWEEP, self.piece("LeanMining.qRelu")], self.PROOFS
        )

    def test_another_definition_is_an_error(self):
        """Evidence that compares a definition of which the theorem does not speak ties nothing, and
        is refused.
        """
        with pytest.raises(
            UsageError,
            match=r"a\.b: its evidence compares LeanMining\.clip, of which T does not speak",
        ):
            require_meant(
                make(gather_directly, CLIP), [SWEEP, self.piece("LeanMining.clip")], self.PROOFS
            )


class TestWriting:
    def test_indices_are_offset_binary(self):
        """-128 is 0, 0 is 128 and 127 is 255, in reading order."""
        assert indices(torch.tensor([-128, 0, 127], dtype=torch.int8)) == [0, 128, 255]

    def test_digits_are_written_in_their_base(self):
        """The first digit is the highest."""
        assert digits([1, 2, 3], 257) == hex((1 * 257 + 2) * 257 + 3)

    def test_vectors_are_written_entry_by_entry(self):
        """As the library writes long vectors."""
        assert vector([1, 2]) == "(1 ::ᵥ 2 ::ᵥ .nil)"
