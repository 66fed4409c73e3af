"""How conformance is written down for Lean, and which definitions it may compare."""

from __future__ import annotations

from pathlib import Path
from types import SimpleNamespace

import pytest
import torch

from claims.conformance import CLIP, QRELU
from claims.measures.int8 import qrelu
from pyharness.core.errors import UsageError
from pyharness.evidence import Evidence
from pyharness.evidence.conformance import _number, indices, vector
from pyharness.formats.affine import TensorError
from pyharness.pipeline.verify import require_meant
from pyharness.project.pack import Source, claim

ROOT = Path(__file__).resolve().parents[2]
SWEEP = Evidence("exhaustive", "a domain", 1, 0, "one")


def make(gather, *measures):
    return claim(
        "a.b", statement="s", source=Source("d", "h"), theorem="T", tier="gold", measures=measures
    )(gather)


def gather_directly(run):
    yield qrelu(3, 5)


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
        assert _number([1, 2, 3], 257) == hex((1 * 257 + 2) * 257 + 3)

    def test_vectors_are_written_entry_by_entry(self):
        """As the library writes long vectors."""
        assert vector([1, 2]) == "(1 ::ᵥ 2 ::ᵥ .nil)"


@pytest.mark.parametrize("values", [torch.tensor([3.4]), torch.tensor([True])])
def test_indices_are_of_integers(values):
    """What would have to be rounded is refused, not truncated."""
    with pytest.raises(TensorError, match="integers are needed"):
        indices(values)


def test_indices_do_not_wrap():
    """A large value stays large, and no base has room for it."""
    assert indices(torch.tensor([200, 65541])) == [328, 65669]
    with pytest.raises(TensorError, match="328 is not from 0 to 255"):
        _number([328], 256)
