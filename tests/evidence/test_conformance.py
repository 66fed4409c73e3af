"""How conformance is written down for Lean, and which definitions it may compare."""

from __future__ import annotations

from pathlib import Path
from types import SimpleNamespace

import pytest
import torch

from claims.conformance import CLIP, QRELU
from claims.measures.int8 import qrelu
from claims.measures.rotations import turn
from pyharness.core.errors import UsageError
from pyharness.evidence import Evidence
from pyharness.evidence.conformance import Call, Check, Conformance, Nonconformance
from pyharness.evidence.run import Run
from pyharness.formats.affine import TensorError
from pyharness.pipeline.verify import require_meant
from pyharness.project.pack import Source, claim
from pyharness.proofs.cases import Array, Case
from pyharness.proofs.decisions import SECOND, Compared, Decision

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


class Kernel:
    """Keeps what it is asked to compare."""

    asked = ()

    def compare(self, name, comparison):
        self.asked = comparison
        raise Nonconformance("stop")


@pytest.fixture
def ask():
    """What the kernel would be asked about a function by a check."""

    def asked(check, function=torch.maximum):
        kernel = Kernel()
        with pytest.raises(Nonconformance, match="stop"):
            Conformance("Demo.f", function, (check,)).decide(Run(0, kernel))
        return kernel.asked

    return asked


def grows(x):
    """Changes what it is given."""
    return x.add_(1)


class TestCases:
    def test_elements_broadcast(self, ask):
        """Each pair of elements is a case, with what the function that is tied gives there."""
        z, q = torch.tensor([[1], [3]]), torch.tensor([0, 2])
        check = Check("f", ("Int", "Int"), "Int", lambda: [Call((z, q))], "four")
        assert [
            (*(array.values[0] for array in case.arguments), case.result.values[0])
            for case in ask(check).cases
        ] == [(1, 0, 1), (1, 2, 2), (3, 0, 3), (3, 2, 3)]

    def test_vectors_are_the_last_dimension(self, ask):
        """A batch of vectors is a case for each, and a matrix that all share is in each."""
        check = Check(
            "f",
            ("Fin n → Int", "Fin m → Fin n → Int"),
            "Fin m → Int",
            lambda: [Call((torch.tensor([[1, 2], [3, 4]]), torch.tensor([[1, 1], [0, -1]])))],
            "two",
        )
        first, second = ask(check, turn).cases
        assert (first.arguments[0], first.result) == (Array((2,), [1, 2]), Array((2,), [3, -2]))
        assert (second.arguments[1], second.result) == (
            Array((2, 2), [1, 1, 0, -1]),
            Array((2,), [7, -4]),
        )

    def test_what_a_function_does_to_its_arguments_is_not_asked_about(self, ask):
        """The kernel is asked at what the function was given."""
        check = Check("f", ("Int",), "Int", lambda: [Call((torch.tensor([1]),))], "one")
        assert ask(check, grows).cases == [Case((Array((), [1]),), Array((), [2]))]

    @pytest.mark.parametrize(
        ("function", "arguments", "result", "given", "message"),
        [
            (torch.neg, ("Int",), "Int", [torch.tensor([1.5])], "an argument is torch.float32"),
            (torch.neg, ("Int", "Int"), "Int", [torch.tensor([1])], "names 2 types"),
            (torch.sum, ("Int",), "Int", [torch.tensor([1, 2])], r"gave the shape \[\] "),
            (torch.neg, ("Fin n → Int",), "Int", [torch.tensor(1)], "0 dimensions"),
            (torch.isnan, ("Int",), "Int", [torch.tensor([1])], "what it gave is torch.bool"),
        ],
    )
    def test_what_cannot_be_compared(self, function, arguments, result, given, message):
        """What a function gives is one integer, or vector of them, for each case."""
        check = Check("f", arguments, result, lambda: [Call(given)], "some")
        with pytest.raises(TensorError, match=message):
            Conformance("Demo.f", function, (check,)).decide(Run(0, Kernel()))

    @pytest.mark.parametrize(
        ("who", "words"),
        [
            ((), "decided by Lean's kernel, file SHA-256 ab"),
            ((None, SECOND, "cases"), "decided by the second kernel, cases SHA-256 ab"),
        ],
    )
    def test_who_decided_is_said(self, who, words):
        """The evidence names the kernel, and the digest of what it was asked."""
        compared = Compared(Decision(True, "", "ab", 0), 1, Path("file"), *who)
        kernel = Kernel()
        kernel.compare = lambda name, comparison: compared
        check = Check("f", ("Int",), "Int", lambda: [Call((torch.tensor([1]),))], "one", of="bits")
        (found,) = Conformance("Demo.f", torch.neg, (check,)).decide(Run(0, kernel))
        assert (found.domain, found.summary) == (f"one; {words}", "kernel: 1 bits")

    def test_a_check_of_ones_own_is_none(self):
        """What could write theorems itself is no check."""
        with pytest.raises(UsageError, match="use Check or int8_pairs"):
            Conformance("Demo.f", torch.neg, (SimpleNamespace(theorems=None),))
