"""Evidence: its own consistency, exhaustive sweeps, property search and the runner."""

from __future__ import annotations

import importlib
import json
import math
import re
import sys

import pytest
import torch
from hypothesis import given, strategies as st

from pyharness.core.errors import UsageError
from pyharness.evidence import Evidence, Witness, dotted, resolve
from pyharness.evidence.exhaustive import INT8, enumerate_cases, sweep
from pyharness.evidence.property import from_hex, search, to_hex
from pyharness.evidence.run import Run
from pyharness.pipeline.gather import gather_part
from pyharness.project.pack import Source, claim
from tests.strategies import evidence


def sum_is_small(a, b):
    """A predicate that fails on some points of the INT8 square; takes tensors or ints."""
    return torch.as_tensor(a, dtype=torch.int16) + torch.as_tensor(b, dtype=torch.int16) <= 200


def is_commutative(a, b):
    """A predicate that holds on the whole square."""
    a, b = torch.as_tensor(a, dtype=torch.int16), torch.as_tensor(b, dtype=torch.int16)
    return a + b == b + a


def below_ten(x):
    """A predicate that fails from 10 on."""
    return from_hex(x) < 10


def holds_always(x):
    """A predicate that never fails."""
    return True


WITNESS = Witness(f"{__name__}:below_ten", {"x": 12}, "12 is not below 10")


class TestEvidence:
    @pytest.mark.parametrize(
        ("change", "complaint"),
        [
            ({"kind": "hearsay"}, "kind must be one of"),
            ({"violations": 3, "cases": 2, "witness": WITNESS}, "3 violations in 2 cases"),
            ({"violations": -1}, "violations"),
            ({"cases": 1.5}, "must be an int"),
            ({"domain": " "}, "say the domain"),
            ({"violations": 1}, "witness"),
            ({"witness": WITNESS}, "witness"),
            ({"max_error": 0.5}, "go together"),
            ({"max_error": 0.5, "tolerance": 0.1}, "no violation is counted"),
            ({"max_error": float("nan"), "tolerance": 0.1}, "finite"),
            ({"measurements": ({"a": 1}, {"b": 2})}, "different keys"),
        ],
    )
    def test_contradictions_are_refused(self, change, complaint):
        """Evidence whose numbers contradict each other cannot be made."""
        fields = {
            "kind": "exhaustive",
            "domain": "d",
            "cases": 4,
            "violations": 0,
            "summary": "s",
        } | change
        with pytest.raises(ValueError, match=complaint):
            Evidence(**fields)

    @given(piece=evidence())
    def test_json_holds_all_of_it(self, piece):
        """What JSON carries is the same evidence again, to the last digit and in the same order."""
        again = Evidence.from_json(json.loads(json.dumps(piece.as_json())))
        assert again == piece and repr(again) == repr(piece)

    @pytest.mark.parametrize(
        "change",
        [
            {"outcome": "refuted"},
            {"cases": -1},
            {"kind": "hearsay"},
            {"tensors": [{}]},
            {"more": 1},
            {"measurements": {"columns": ["a"], "rows": [[1, 2]]}},
        ],
    )
    def test_other_json_is_refused(self, change):
        """JSON that no evidence gives is not read as some."""
        data = Evidence("exhaustive", "d", 4, 0, "s").as_json() | change
        with pytest.raises((KeyError, TypeError, ValueError)):
            Evidence.from_json(data)

    @pytest.mark.parametrize(
        ("cases", "violations", "outcome"),
        [(0, 0, "inconclusive"), (5, 0, "confirmed"), (5, 2, "refuted")],
    )
    def test_outcome_follows_from_the_counts(self, cases, violations, outcome):
        """Nobody states an outcome: it is read off the counts."""
        evidence = Evidence(
            "exhaustive", "d", cases, violations, "s", witness=WITNESS if violations else None
        )
        assert evidence.outcome == outcome

    def test_witness_replays_only_where_the_claim_fails(self):
        """A witness replays if the predicate is false of its inputs."""
        assert WITNESS.replays()
        assert not Witness(WITNESS.predicate, {"x": 3}, "it is 3").replays()

    @pytest.mark.parametrize(
        "name", ["nowhere:f", "pyharness.evidence:nothing", "pyharness.evidence", ""]
    )
    def test_unknown_predicates_are_named(self, name):
        """A predicate that cannot be found is an error that names it."""
        with pytest.raises(ValueError, match="no predicate"):
            resolve(name)


class TestSweep:
    AXES = {"a": INT8, "b": INT8}

    def test_a_law_that_holds_is_confirmed_on_every_point(self):
        """All 65,536 pairs are counted and none fails."""
        evidence = sweep(is_commutative, self.AXES, domain="pairs", summary="pairs")
        assert (evidence.cases, evidence.violations, evidence.outcome) == (65536, 0, "confirmed")

    def test_the_first_failure_is_the_witness_and_replays(self):
        """The violations are counted exactly, and the witness is the first of them in order."""
        evidence = sweep(
            sum_is_small, self.AXES, domain="pairs", summary="pairs", shows="{a} + {b} > 200"
        )
        expected = [(a, b) for a in range(-128, 128) for b in range(-128, 128) if a + b > 200]
        assert evidence.violations == len(expected)
        assert tuple(evidence.witness.inputs.values()) == expected[0]
        assert evidence.witness.shows == "{} + {} > 200".format(*expected[0])
        assert evidence.witness.replays()

    def test_a_sweep_in_blocks_gives_the_same_answer(self, monkeypatch):
        """How the grid is cut into blocks changes nothing."""
        whole = sweep(sum_is_small, self.AXES, domain="d", summary="s")
        monkeypatch.setattr("pyharness.evidence.exhaustive._BLOCK", 1000)
        assert sweep(sum_is_small, self.AXES, domain="d", summary="s") == whole

    def test_three_axes_agree_with_a_plain_loop(self):
        """Axes nest in the order given, whatever their number."""
        small = torch.tensor([-2, 0, 90, 120], dtype=torch.int8)
        evidence = sweep(three, {"a": small, "b": small, "c": small}, domain="d", summary="s")
        failing = [
            (a, b, c)
            for a in small.tolist()
            for b in small.tolist()
            for c in small.tolist()
            if a + b > c + 100
        ]
        assert evidence.cases == 64 and evidence.violations == len(failing)
        assert tuple(evidence.witness.inputs.values()) == failing[0]

    def test_a_predicate_that_drops_an_axis_is_refused(self):
        """An answer of the wrong shape would leave points unchecked."""
        with pytest.raises(ValueError, match="answered with shape"):
            sweep(drops_an_axis, self.AXES, domain="d", summary="s")

    def test_only_module_level_predicates_can_be_named(self):
        """A predicate that no witness could name is refused before it runs."""
        with pytest.raises(ValueError, match="module level"):
            dotted(lambda a: a)


def three(a, b, c):
    """Fails on some triples."""
    a, b, c = (torch.as_tensor(x, dtype=torch.int16) for x in (a, b, c))
    return a + b <= c + 100


def drops_an_axis(a, b):
    """Answers for one axis only."""
    return torch.as_tensor(a) == torch.as_tensor(a)


class TestEnumerate:
    def test_counts_and_first_witness(self):
        """Each case is counted and the first that fails is kept."""
        evidence = enumerate_cases(
            below_ten, ({"x": x} for x in range(8, 13)), domain="d", summary="s", shows="{x}"
        )
        assert (evidence.cases, evidence.violations, evidence.witness.inputs) == (5, 3, {"x": 10})


class TestSearch:
    def test_finds_and_shrinks_a_counterexample(self):
        """The witness is the smallest failing input."""
        evidence = search(
            below_ten,
            st.fixed_dictionaries({"x": st.integers(0, 1000)}),
            domain="d",
            summary="s",
            examples=200,
            seed=0,
        )
        assert evidence.outcome == "refuted" and evidence.witness.inputs == {"x": 10}
        assert evidence.witness.replays()

    def test_the_same_seed_tries_the_same_inputs(self):
        """Equal seeds give equal evidence."""
        space = st.fixed_dictionaries({"x": st.floats(allow_nan=False).map(to_hex)})
        one, two = (
            search(holds_always, space, domain="d", summary="s", examples=50, seed=7)
            for _ in range(2)
        )
        assert one == two and one.cases == 50

    def test_inputs_depend_on_no_other_module(self, tmp_path, monkeypatch):
        """What constants the sources of loaded modules hold changes no draw."""
        space, tried = st.fixed_dictionaries({"x": st.floats(allow_nan=False).map(to_hex)}), []

        def draws():
            monkeypatch.setattr(f"{__name__}.from_hex", lambda x: tried.append(x) or 0)
            search(below_ten, space, domain="d", summary="s", examples=200, seed=7)
            return [tried.pop() for _ in list(tried)]

        before = draws()
        (tmp_path / "constants.py").write_text(
            "x = [" + ", ".join(f"{number}.125" for number in range(1000, 1400)) + "]"
        )
        monkeypatch.syspath_prepend(tmp_path)
        importlib.import_module("constants")
        assert draws() == before and len(before) >= 200

    @pytest.mark.parametrize("value", [0.1, -0.0, float("inf"), -float("inf"), 5e-324])
    def test_floats_survive_json_exactly(self, value):
        """Hexadecimal floats come back bit for bit, signed zero included."""
        assert to_hex(from_hex(to_hex(value))) == to_hex(value)


class TestGather:
    RUN = Run(seed=0, kernel=None)

    @staticmethod
    def declare(function):
        return claim("a.claim", statement="s", source=Source("d", "h"), tier="bronze")(function)

    def test_gathers_in_order(self):
        """The evidence comes as the function yields it."""
        pieces = tuple(Evidence("exhaustive", domain, 1, 0, "s") for domain in ("one", "two"))
        assert gather_part(self.declare(lambda run: iter(pieces)), self.RUN).evidence == pieces

    def test_a_witness_that_does_not_replay_is_refused(self):
        """A refutation that cannot be shown again is not a refutation."""
        false = Evidence(
            "exhaustive", "d", 1, 1, "s", witness=Witness(WITNESS.predicate, {"x": 3}, "it is 3")
        )
        (failure,) = gather_part(self.declare(lambda run: [false]), self.RUN).failures
        assert "does not replay" in failure

    @pytest.mark.parametrize(
        ("function", "complaint"),
        [
            (lambda run: 1 / 0, "ZeroDivisionError"),
            (lambda run: ["fine"], "no Evidence"),
            (
                lambda run: [
                    Evidence("witness", "d", 1, 1, "s", witness=Witness("nowhere:f", {}, "nothing"))
                ],
                "cannot be replayed",
            ),
        ],
    )
    def test_failures_name_the_claim(self, function, complaint):
        """What goes wrong in a pack is told with the claim it belongs to."""
        found = gather_part(self.declare(function), self.RUN)
        (failure,) = found.failures
        assert re.search(f"a.claim.*{complaint}", failure) and found.evidence == ()

    @pytest.mark.parametrize(
        ("function", "complaint"),
        [
            (lambda run: sys.exit(3), r"SystemExit: 3 \(.*test_evidence.py:\d+, in <lambda>\)"),
            (lambda run: pytest.skip("no data"), "no data"),
            (lambda: (), r"takes 0 positional arguments .*\(<lambda> \(.*test_evidence.py"),
            (
                lambda run: [
                    Evidence("model", "d", 1, 0, "s", measurements=[{"a": torch.tensor(1.0)}])
                ],
                "Tensor is not JSON",
            ),
            (
                lambda run: [Evidence("model", "d", 1, 0, "s", measurements=[{"a": math.nan}])],
                "nan is not a finite number",
            ),
            (
                lambda run: [
                    Evidence("model", "d", 1, 0, "s", measurements=[{"a": 2**61}]),
                ],
                "beyond 2\\^53",
            ),
        ],
    )
    def test_whatever_goes_wrong_is_the_claims_own_failure(self, function, complaint):
        """What ends a process, and what cannot stand in a certificate, costs no other claim its
        result.
        """
        (failure,) = gather_part(self.declare(function), self.RUN).failures
        assert failure.startswith("claim a.claim: ") and re.search(complaint, failure)

    def test_what_is_missing_ends_the_run(self):
        """Nothing is certified without what evidence needs, and the message names the claim."""

        def gather(run):
            raise UsageError("no weights; run: fetch")

        with pytest.raises(UsageError, match="claim a.claim: no weights; run: fetch"):
            gather_part(self.declare(gather), self.RUN)


class TestAnswers:
    @pytest.mark.parametrize(
        ("answer", "words"),
        [(lambda x: True, "answered with True"), (lambda x: x, "answered with torch.int8")],
    )
    def test_a_predicate_answers_with_booleans(self, monkeypatch, answer, words):
        """Anything else is named, with the predicate, and not taken for truth."""
        monkeypatch.setattr(answer, "__qualname__", "answer")
        with pytest.raises(ValueError, match=f"answer {words}, not a bool tensor"):
            sweep(answer, {"x": INT8}, domain="d", summary="s")
