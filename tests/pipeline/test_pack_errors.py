"""Mistakes that a pack's author makes: each is told with what is wrong, where, and what to do."""

from __future__ import annotations

import json
import shutil
from types import SimpleNamespace

import pytest

from pyharness.core.errors import UsageError
from pyharness.evidence.conformance import Conformance
from pyharness.project.pack import Source, claim
from tests.small_project import call

MISTAKES = """

def declare(id, **options):
    return claim(id, statement="s", source=PAPER, **options)


@declare("no.shows", tier="refuted")
def without_shows(run):
    yield sweep(is_identity, PAIRS, domain="all pairs", summary="65,536 pairs")


@declare("fails", tier="bronze")
def fails(run):
    yield sweep(is_extensive, PAIRS, domain="all pairs", summary="65,536 pairs")
    {}["absent"]


@declare("fails.unasked", tier="none")
def fails_unasked(run):
    raise RuntimeError
    yield


@declare("returns", tier="bronze")
def returns(run):
    return sweep(is_extensive, PAIRS, domain="all pairs", summary="65,536 pairs")


@declare("yields", tier="bronze")
def yields(run):
    yield 65536


def takes_tensors(z, q):
    return relu(z, q).eq(q)


@declare("tensors.only", tier="refuted")
def tensors_only(run):
    yield sweep(takes_tensors, PAIRS, domain="all pairs", summary="65,536 pairs")


def lowers(z, q):
    return torch.where((z == 7) & (q == -3), torch.minimum(q, z), torch.maximum(q, z))


LOWERS = Conformance("Demo.relu", lowers, (int8_pairs("Demo.relu", "lowers at all pairs"),))


@declare("differs", theorem="Demo.relu_extensive", tier="gold", measures=[LOWERS])
def differs(run):
    yield sweep(is_extensive, PAIRS, domain="all pairs", summary="65,536 pairs")
"""

FAILED = {"fails", "fails.unasked", "returns", "yields", "tensors.only", "differs"}


@pytest.fixture
def project(new_project, tmp_path):
    """A project that was verified."""
    return shutil.copytree(new_project, tmp_path / "demo")


def change(project, file, was, now):
    """Replace what occurs once in a file."""
    text = (project / file).read_text()
    assert text.count(was) == 1
    (project / file).write_text(text.replace(was, now))


def add(project, text):
    """Append to the pack, and return the number of its first new line."""
    pack = project / "demo_claims.py"
    before = pack.read_text()
    pack.write_text(before + text)
    return before.count("\n") + 1


@pytest.fixture(scope="module")
def verified(new_project, tmp_path_factory):
    """What `verify` says of a pack full of them, and what it writes."""
    project = shutil.copytree(new_project, tmp_path_factory.mktemp("mistakes") / "demo")
    first = add(project, MISTAKES)
    done = call(project, "verify", "--json")
    certificate = json.loads((project / "certificates" / "demo.json").read_text())
    said = json.loads(done.stdout)
    failures = {line.partition(": ")[0].removeprefix("claim "): line for line in said["failures"]}
    return SimpleNamespace(
        done=done,
        said=said,
        failures=failures,
        line=lambda text: first + MISTAKES[: MISTAKES.index(text)].count("\n"),
        claims={item["id"]: item for item in certificate["claims"]},
    )


class TestEvidence:
    """Mistakes in the evidence of single claims."""

    def test_others_stand(self, verified):
        """Each failure is its own claim's; the certificate has what was found of the others."""
        assert verified.done.returncode == 1
        assert (
            verified.failures.keys()
            == FAILED
            == {
                name for name, item in verified.claims.items() if item["tier"] in ("none", "silver")
            }
            | {"differs"}
        )
        assert verified.claims["relu.extensive"]["tier"] == "gold"
        assert verified.claims["relu.identity"]["tier"] == "refuted"

    def test_each_is_on_the_terminal_once(self, verified):
        """On standard error, without a traceback."""
        assert "Traceback" not in verified.done.stderr
        for failure in verified.failures.values():
            assert verified.done.stderr.count(failure.partition("\n")[0]) == 1

    def test_a_sweep_without_shows_just_works(self, verified):
        """The witness shows the values."""
        (piece,) = verified.claims["no.shows"]["evidence"]
        assert piece["witness"]["shows"] == "false where z = -127, q = -128"

    def test_an_exception_is_told_with_its_place(self, verified):
        """File and line of the pack; what was found before does not count."""
        line = verified.line('{}["absent"]')
        assert (
            verified.failures["fails"]
            == f"claim fails: KeyError: 'absent' (demo_claims.py:{line}, in fails)"
        )
        assert verified.claims["fails"]["evidence"] == []

    def test_a_claim_of_which_nothing_is_required_fails_too(self, verified):
        """Whatever its tier."""
        assert "RuntimeError (" in verified.failures["fails.unasked"]

    def test_return_for_yield(self, verified):
        """The message says what to write."""
        line = verified.line('@declare("returns"')
        assert f"returns (demo_claims.py:{line}) returned Evidence;" in verified.failures["returns"]
        assert "`yield` where it says `return`" in verified.failures["returns"]

    def test_what_is_no_evidence(self, verified):
        """It is shown."""
        assert "yielded 65536, which is no Evidence" in verified.failures["yields"]

    def test_a_predicate_of_tensors_alone(self, verified):
        """Its witness cannot be replayed; the message says how it can."""
        failure = verified.failures["tensors.only"]
        assert "cannot be replayed on {'z': -127, 'q': -128}" in failure
        assert "demo_claims:takes_tensors must also take plain numbers" in failure
        assert "torch.as_tensor(" in failure

    def test_a_conformance_that_differs(self, verified):
        """The input, and both values there."""
        assert (
            "lowers and Lean's Demo.relu disagree on lowers at all pairs: at (7, -3) the function "
            "gives -3, and Lean 7" in verified.failures["differs"]
        )


class TestPack:
    """Mistakes that keep a pack from being imported."""

    @pytest.mark.parametrize(
        ("text", "said"),
        [
            ("def broken(:\n", "SyntaxError: invalid syntax (demo_claims.py:{line})"),
            ("1 / 0\n", "ZeroDivisionError: division by zero (demo_claims.py:{line})"),
            ("import nowhere_to_be_found\n", "'nowhere_to_be_found' (demo_claims.py:{line})"),
            ("raise SystemExit(0)\n", "SystemExit: 0 (demo_claims.py:{line})"),
            (
                'claim("A", statement="s", source=PAPER, tier="none")\n',
                "use lower-case words, digits, '.', '_' and '-' (demo_claims.py:{line})",
            ),
        ],
    )
    def test_it_is_one_message(self, project, text, said):
        """With the file and line, status 2, and no traceback; the certificate is as it was."""
        before = (project / "certificates" / "demo.json").read_bytes()
        line = add(project, text)
        done = call(project, "verify")
        assert done.returncode == 2 and "Traceback" not in done.stderr
        assert done.stderr.startswith("pyharness: claim pack demo_claims cannot be imported: ")
        assert said.format(line=line) in done.stderr and done.stderr.count("\n") == 1
        assert (project / "certificates" / "demo.json").read_bytes() == before


class TestLean:
    """Mistakes in what the pack says of Lean."""

    def test_a_module_without_prelude(self, project):
        """The message says what to write."""
        change(project, "Demo.lean", "prelude\n", "")
        done = call(project, "verify")
        assert done.returncode == 3
        assert "Demo.lean:1:0: a module must begin with `prelude`" in done.stderr
        assert "import LeanMining." in done.stderr

    def test_a_theorem_that_is_not_there(self, project):
        """So is the one that may be meant."""
        change(project, "demo_claims.py", '"Demo.relu_extensive"', '"Demo.relu_extensiv"')
        done = call(project, "verify")
        assert done.returncode == 2
        assert "claim relu.extensive: the library has no theorem Demo.relu_extensiv; did" in (
            done.stderr
        )
        assert "Demo.relu_extensive" in done.stderr.partition("; did you mean ")[2]


def relu(z, q):
    return max(z, q)


def test_an_evidence_function_that_is_measured_is_refused():
    """The function, or another one that replaces it under its name."""
    measured = Conformance("Demo.relu", relu, ())
    declare = claim(
        "a", statement="s", source=Source("d", "h"), tier="gold", theorem="t", measures=[measured]
    )
    with pytest.raises(UsageError, match=r"measured for Demo\.relu.*relu_evidence\(run\)"):
        declare(relu)

    def another(run):
        return ()

    another.__qualname__ = "relu"
    with pytest.raises(UsageError, match=r"both gathers its evidence and is the function"):
        declare(another)

    def extensive(run):
        return ()

    assert declare(extensive).gather is extensive
