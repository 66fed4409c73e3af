"""Every way to cheat in `cheats/` is refused by the check that its header names; what is honest is
not.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from contextlib import ExitStack
from dataclasses import dataclass
from pathlib import Path

import pytest

from pyharness.core.errors import HarnessError
from pyharness.pipeline.prove import prove_as_pinned
from pyharness.project.pack import Claim, Source, load_pack
from pyharness.project.pins import StatementChanged, pin
from pyharness.project.settings import Project, load_project
from pyharness.proofs.acceleration import NotTied
from pyharness.proofs.audit import AuditError, NotATheorem, UnknownTheorem, audit_build
from pyharness.proofs.environment import Environment
from pyharness.proofs.library import in_foundation
from pyharness.proofs.modules import LeanBuildError
from pyharness.proofs.olean import DamagedOlean
from pyharness.proofs.policy import PolicyViolation
from pyharness.proofs.replay import ReplayRefused
from pyharness.proofs.unproved import UnprovedError
from tests.proofs.doctor import doctored

ROOT = Path(__file__).resolve().parents[2]
FOLDER = ROOT / "cheats"
DEFAULT = {
    "LeanMining.lean": "prelude\nimport LeanMining.Foundation.Acceleration\nimport LeanMining.Sample\n"
}

CHECKS = {
    LeanBuildError: "Lean",
    DamagedOlean: "reader",
    PolicyViolation: "policy",
    UnknownTheorem: "names",
    NotATheorem: "names",
    AuditError: "audit",
    NotTied: "tie",
    ReplayRefused: "replay",
    StatementChanged: "pins",
}
"""The check that each error comes from. Beside these a cheat may be caught by a status, or as
having no example."""


@dataclass(frozen=True)
class Cheat:
    """A file of `cheats/`: what it is called, which check must catch it and in what words, and what
    it consists of.
    """

    name: str
    caught_by: str
    says: str
    theorem: str
    doctor: tuple[str, ...]
    before: dict[str, str]
    files: dict[str, str]


def read_cheats() -> Iterator[Cheat]:
    """Read every file of `cheats/`; one with an `each` in its header is as many cheats as that
    lists.
    """
    for path in sorted(FOLDER.glob("*.lean")):
        head, _, body = path.read_text(encoding="utf-8").removeprefix("/-\n").partition("\n-/\n")
        fields = dict(line.split(": ", 1) for line in head.replace("\n  ", " ").splitlines()[1:])
        variables, _, values = fields.pop("each", " = ").partition(" = ")
        for value in values.split(", "):
            given = dict(zip(variables.split(), value.split(), strict=True))
            yield _cheat(
                "-".join([path.stem, *value.split()[:1]]),
                _filled(body, given),
                {name: _filled(text, given) for name, text in fields.items()},
            )


def _filled(text: str, given: dict[str, str]) -> str:
    return re.sub(r"\b[A-Z]{2,}\b", lambda match: given.get(match[0], match[0]), text)


def _cheat(name: str, body: str, fields: dict[str, str]) -> Cheat:
    parts: dict[str, dict[str, str]] = {"before": {}, "file": {}}
    pieces = re.split(r"^-- (before|file): (\S+)\n", body, flags=re.MULTILINE)
    for when, path, text in zip(pieces[1::3], pieces[2::3], pieces[3::3], strict=True):
        parts[when][path] = text
    if len(pieces) == 1:
        parts["file"]["LeanMining/Sample.lean"] = body
    cheat = Cheat(
        name,
        fields.pop("caught by"),
        fields.pop("says", ""),
        fields.pop("theorem", "LeanMining.cheat"),
        tuple(fields.pop("doctor", "").split()),
        parts["before"],
        parts["file"],
    )
    assert not fields, f"{name}: unknown fields {', '.join(fields)}"
    return cheat


CHEATS = list(read_cheats())
_TEXT = """\
prelude
import LeanMining.Foundation.Acceleration

namespace LeanMining
theorem honest (n m : Nat) (h : n = m) : m + 1 = n + 1 := h ▸ rfl
theorem honest_example : 3 + 1 = 3 + 1 := honest 3 3 rfl
end LeanMining
"""
HONEST = Cheat(
    "honest", "accepted", "", "LeanMining.honest", (), {"LeanMining/Sample.lean": _TEXT}, {}
)
Auditor = Callable[[Project, Claim], tuple[str, str]]
"""Says of a project's claim which check refuses its theorem and why; "accepted" if none does."""


def harness(project: Project, item: Claim) -> tuple[str, str]:
    """The auditor that this project is."""
    try:
        proofs, _ = prove_as_pinned(project, [item], progress=lambda *_: None)
    except HarnessError as error:
        return CHECKS.get(type(error), type(error).__name__), str(error)
    proof = proofs.of(item)
    if proof.status != "proved":
        return proof.status, proof.note
    if proof.example is None:
        return "no example", ""
    if proof.unused:
        return "unused hypothesis", ", ".join(proof.unused)
    try:
        proofs.require_listed(project.unproved)
    except UnprovedError as error:
        return "library", str(error)
    return "accepted", proof.statement


@pytest.fixture
def attempt(new_project, toolchain):
    """Run a cheat past an auditor, and fail unless it is refused by the check that it names."""

    def run(cheat: Cheat, auditor: Auditor) -> None:
        files = new_project()
        project = Project(
            files.root,
            "cheat",
            "LeanMining",
            ("none",),
            ("propext",),
            files.root / "certificates" / "c.json",
            0,
            files.root,
        )
        project.build.symlink_to(files.out)
        item = Claim("cheat", "", Source("", ""), cheat.theorem, None, "silver", lambda run: [])
        if cheat.before:
            files.write_files(DEFAULT | cheat.before)
            library = files.build("LeanMining")
            environment = Environment.load(library)
            proofs = audit_build(
                library, environment, toolchain, [cheat.theorem], project.allowed_axioms
            )
            foundation = {
                module.source.as_posix(): module.source_sha256
                for module in library.modules
                if in_foundation(module.name)
            }
            pin(project.pins, foundation, environment, proofs)
        files.write_files(DEFAULT | cheat.before | cheat.files)
        with ExitStack() as stack:
            if cheat.doctor:
                module = files.build("LeanMining").by_name["LeanMining.Sample"]
                stack.enter_context(doctored(module, *cheat.doctor))
            require(cheat, *auditor(project, item))

    return run


def require(cheat: Cheat, check: str, words: str) -> None:
    """Fail unless an auditor's answer is the one that the cheat's header names: for what is shown,
    that it accepts a statement that reads as the header says.
    """
    expected = "accepted" if cheat.caught_by == "shown" else cheat.caught_by
    assert check == expected, f"{cheat.name}: {check}: {words}"
    assert " ".join(cheat.says.split()) in " ".join(words.split()), words


class TestCheats:
    @pytest.mark.parametrize("cheat", CHEATS, ids=lambda cheat: cheat.name)
    def test_is_caught(self, attempt, cheat):
        """The check that the header names refuses it, in the words that it gives."""
        attempt(cheat, harness)

    @pytest.mark.parametrize("cheat", CHEATS, ids=lambda cheat: cheat.name)
    def test_an_auditor_that_accepts_all_fails(self, cheat):
        """An auditor that looks at nothing fails every one of these tests."""
        with pytest.raises(AssertionError):
            require(cheat, "accepted", "")


class TestHonest:
    def test_an_honest_theorem_is_accepted(self, attempt):
        """A proved theorem with an example passes, pinned and built from what was compiled
        before.
        """
        attempt(HONEST, harness)

    @pytest.mark.parametrize("check", sorted({cheat.caught_by for cheat in CHEATS}))
    def test_an_auditor_that_rejects_all_fails(self, check):
        """An auditor that refuses everything fails the test of the honest theorem, whatever reason
        it gives.
        """
        with pytest.raises(AssertionError):
            require(HONEST, check, "")

    def test_the_library_passes_with_replay(self):
        """Every claim's theorem of this project is proved, with an example, on allowed axioms, and
        replayed; but for the one that a source gives without content, which is shown as that.
        """
        project = load_project(ROOT)
        claims = load_pack(project.packs)
        proved, pins = prove_as_pinned(project, claims, progress=lambda *_: None)
        proofs, pinned = proved.by_source["library"], pins["library"]
        assert {name: proof.status for name, proof in proofs.by_theorem.items()} == (
            dict.fromkeys(pinned, "proved") | {"LeanMining.srht_floor_d_independent": "stub"}
        )
        # The conclusion of the last is about all roundings at a scale that only its proof knows,
        # so that no example can give one. The second says two things, each under a condition of its
        # own, and of one κ only one of them can hold.
        assert {name for name, proof in proofs.by_theorem.items() if not proof.example} == {
            "LeanMining.srht_floor_d_independent",
            "LeanMining.bannerThreshold_mono",
            "LeanMining.exists_scale_lost_and_scale_kept",
        }
        # Convexity on the positive numbers asks for them; the clipping error is convex without.
        assert {
            name: proof.unused for name, proof in proofs.by_theorem.items() if proof.unused
        } == {
            "LeanMining.clippingError_convex": (
                "hypothesis 14, which a definition hides",
                "hypothesis 15, which a definition hides",
            )
        }
        assert proofs.replay.constants > 2_000
