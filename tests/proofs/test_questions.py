"""What Lean answers is known by the line of each question, and nothing that a module prints passes
for an answer.
"""

from __future__ import annotations

import json
import subprocess

import pytest

from pyharness.core.errors import EXIT_LEAN
from pyharness.proofs.questions import NoAnswer, read_answers, read_axioms


class TestAnswers:
    """Two questions, asked of one module, stand on lines 4 and 5."""

    HONEST = (
        (4, "information", "'a' depends on axioms: [x]"),
        (5, "information", "'b' does not depend on any axioms"),
    )

    def read(self, *said: tuple[int, str, str] | str, status: int = 0) -> tuple[str, ...]:
        lines = [
            item
            if isinstance(item, str)
            else json.dumps({"pos": {"line": item[0]}, "severity": item[1], "data": item[2]})
            for item in said
        ]
        return read_answers(
            ["#print axioms a", "#print axioms b"],
            subprocess.CompletedProcess([], status, "\n".join(lines), "it died"),
        )

    def test_answers_are_known_by_their_lines(self):
        """They come in the order of the questions, however Lean orders them."""
        assert self.read(*self.HONEST[::-1]) == tuple(text for *_, text in self.HONEST)

    @pytest.mark.parametrize(
        ("said", "words"),
        [
            (["'a' does not depend on any axioms"], "Lean printed something else than a message"),
            (
                [(4, "information", "'a' does not depend on any axioms")],
                "Lean answered '#print axioms a' with",
            ),
            (
                [(2, "information", "'a' does not depend on any axioms")],
                "before it was asked anything",
            ),
            (
                [(9, "information", "'a' does not depend on any axioms")],
                "before it was asked anything",
            ),
        ],
    )
    def test_a_forged_line_is_an_error(self, said, words):
        """A module that prints what looks like an answer makes the real one one too many."""
        for lines in ([*said, *self.HONEST], [*self.HONEST, *said]):
            with pytest.raises(NoAnswer, match=words):
                self.read(*lines)

    @pytest.mark.parametrize(
        ("said", "status", "words"),
        [
            (HONEST[:1], 0, "did not answer '#print axioms b'"),
            ([HONEST[0], (5, "error", "unknown")], 1, "answered '#print axioms b' with: unknown"),
            (HONEST, 1, "status 1: it died"),
        ],
    )
    def test_no_answer_is_an_error(self, said, status, words):
        """A question without an answer, or a Lean that fails, is told."""
        with pytest.raises(NoAnswer, match=words) as raised:
            self.read(*said, status=status)
        assert raised.value.exit_code == EXIT_LEAN

    def test_axioms(self):
        """The axioms are those of the name that was asked about, over as many lines as Lean
        takes.
        """
        assert read_axioms("'a.b' depends on axioms: [z,\n «x y».q]", ("a", "b")) == (
            "z",
            "«x y».q",
        )
        assert read_axioms("'a' does not depend on any axioms", ("a",)) == ()
        for said in ("'b' does not depend on any axioms", "no"):
            with pytest.raises(NoAnswer, match="did not say what a rests on"):
                read_axioms(said, ("a",))
