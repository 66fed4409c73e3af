"""How conformance is written down for Lean, and which definitions it may compare."""

from __future__ import annotations

from fractions import Fraction
from pathlib import Path
from types import SimpleNamespace

import pytest
import torch
from hypothesis import given, strategies as st

from claims.conformance import CLIP, QRELU
from claims.measures.int8 import qrelu
from claims.measures.rotations import turn
from pyharness.core.errors import UsageError
from pyharness.evidence import Evidence
from pyharness.evidence.conformance import (
    Call,
    Check,
    Conformance,
    Nonconformance,
    rounding_of_sum,
)
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


def total(x):
    """The sum of each row."""
    return x.sum(-1)


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

    @pytest.mark.parametrize("dtype", [torch.float16, torch.bfloat16, torch.float32, torch.float64])
    def test_floats_are_the_fractions_that_they_are(self, ask, dtype):
        """Nothing of a float is lost on the way to the kernel, the least and the greatest ones
        included.
        """
        of = torch.finfo(dtype)
        x = torch.tensor([0.1, -1 / 3, of.tiny, of.smallest_normal / 2, of.max], dtype=dtype)
        check = Check("f", ("Rat",), "Rat", lambda: [Call((x,))], "five")
        for case, value in zip(ask(check, torch.neg).cases, x.tolist(), strict=True):
            assert case == Case((Array((), [Fraction(value)]),), Array((), [-Fraction(value)]))

    def test_rounding_is_allowed_by_the_arguments(self, ask):
        """Each result has the bound that its own arguments give."""
        x = torch.tensor([[1.0, 2.0], [-4.0, 8.0]])
        check = Check(
            "f",
            ("Fin n → Rat",),
            "Rat",
            lambda: [Call((x,))],
            "two",
            within=lambda x: x.abs().sum(-1) / 4,
        )
        cases = ask(check, total).cases
        assert [(case.result.values, case.within.values) for case in cases] == [
            ([3], [Fraction(3, 4)]),
            ([4], [3]),
        ]

    @pytest.mark.parametrize(("share", "words"), [(3e-7, "1e-6"), (2e-6, "1e-5")])
    def test_how_far_it_may_be_off_is_said(self, share, words):
        """By a power of ten, of the result or of 1."""
        kernel = Kernel()
        kernel.compare = lambda name, comparison: Compared(
            Decision(True, "", "ab", 0), 2, Path("file")
        )
        x = torch.tensor([-0.5, 4.0], dtype=torch.float64)
        check = Check(
            "f",
            ("Rat",),
            "Rat",
            lambda: [Call((x,))],
            "two",
            within=lambda x: share * x.abs(),
        )
        (found,) = Conformance("Demo.f", torch.neg, (check,)).decide(Run(0, kernel))
        assert (
            f"two, each to within {words} of it, or of 1 where it is less; decided" in found.domain
        )

    def test_only_a_fraction_is_rounded(self):
        """Rounding that is allowed in an integer would hide an error."""
        with pytest.raises(UsageError, match="leave `within` out"):
            Check("f", ("Int",), "Int", list, "none", within=torch.abs)

    @pytest.mark.parametrize(
        ("within", "message"),
        [
            (lambda x: torch.full_like(x, -1), "negative or no number"),
            (lambda x: torch.full_like(x, torch.nan), "negative or no number"),
            (lambda x: torch.full_like(x, torch.inf), "a bound is not finite"),
            (lambda x: 1e-6, "gives 1e-06, which is no tensor: let it give a bound"),
            (lambda x: x[:1].abs(), r"shape \[1\], and the results have the shape \[2\]"),
        ],
    )
    def test_bounds_that_are_none(self, within, message):
        """A bound is a number, 0 or more, for each result."""
        call = Call((torch.tensor([1.0, 2.0]),))
        check = Check("f", ("Rat",), "Rat", lambda: [call], "two", within=within)
        with pytest.raises(TensorError, match=message):
            Conformance("Demo.f", torch.neg, (check,)).decide(Run(0, Kernel()))

    @pytest.mark.parametrize(
        ("function", "arguments", "result", "given", "message"),
        [
            (torch.neg, ("Rat",), "Rat", [torch.tensor([torch.nan])], "an argument is not finite"),
            (torch.log, ("Rat",), "Rat", [torch.tensor([0.0])], "what it gave is not finite"),
            (torch.neg, ("Rat",), "Rat", [torch.tensor([1j])], "complex64, and numbers are needed"),
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
            ((), "decided by Lean's kernel, theorems SHA-256 ab"),
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


class TestRoundingOfSum:
    @pytest.mark.parametrize("dtype", [torch.float16, torch.float32, torch.float64])
    @given(st.integers(1, 400), st.integers(0, 2**32))
    def test_no_sum_is_further_off(self, dtype, terms, seed):
        """The bound holds of sums in either order, and with u half of the machine epsilon it is of
        the size of the error.
        """
        x = torch.randn(terms, dtype=torch.float64, generator=torch.Generator().manual_seed(seed))
        values = x.to(dtype)
        exact = sum(map(Fraction, values.tolist()))
        most = Fraction(rounding_of_sum(terms, dtype)) * sum(
            map(abs, map(Fraction, values.tolist()))
        )
        for order in (values, values.flip(0)):
            found = torch.zeros((), dtype=dtype)
            for value in order:
                found = found + value
            assert abs(Fraction(float(found)) - exact) <= most

    def test_of_too_many_nothing_is_known(self):
        """A bound that is none is refused."""
        assert rounding_of_sum(1, torch.float64) == 2**-53 / (1 - 2**-53)
        with pytest.raises(UsageError, match="can be wrong altogether"):
            rounding_of_sum(2048, torch.float16)
