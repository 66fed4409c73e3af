"""The terminal report: the table and the full view, from the certificate alone."""

from __future__ import annotations

import copy
import io
from pathlib import Path
from typing import Any

import pytest
from rich.console import Console

from pyharness.core.errors import UsageError
from pyharness.evidence import Evidence
from pyharness.report.terminal import explain, find_claim, show, show_statuses
from tests.certificate_samples import (
    AGREES,
    COUNTEREXAMPLE,
    FLOATS,
    LAYERS,
    LOST,
    PASSAGES,
    SWEEP,
    WHY,
    below,
    explained_records,
    proof,
    read_records,
    record,
    sample_records,
    sealed,
)

PATH = Path("certificates/demo.json")


def shown(certificate: dict[str, Any], width: int = 80, **options: Any) -> str:
    console = Console(file=io.StringIO(), width=width, **options)
    show(certificate, PATH, console=console)
    return console.file.getvalue()


def explained(
    certificate: dict[str, Any], id: str, width: int = 80, *, verbose: bool = False
) -> str:
    console = Console(file=io.StringIO(), width=width)
    explain(certificate, id, console=console, verbose=verbose)
    return console.file.getvalue()


def rows(text: str) -> list[list[str]]:
    """The words of each line."""
    return [line.split() for line in text.splitlines()]


def summarised(summary: str) -> Evidence:
    return Evidence("exhaustive", "pairs", cases=4, violations=0, summary=summary)


class TestShow:
    def test_rows(self) -> None:
        """Each claim has a row with its proof status, verdict, tier and evidence."""
        lines = rows(shown(sealed(), width=120))
        assert "relu.identity refuted refuted refuted z = 3, q = 1".split() in lines
        assert (
            "relu.extensive silver proved confirmed 65,536 pairs; 2 layers; the kernel agrees".split()
            in lines
        )

    def test_summary(self) -> None:
        """Below the table stand the counts, whether all is as required, and the certificate's
        path.
        """
        assert shown(sealed()).splitlines()[-5:] == [
            "3 claims: 1 bronze, 1 silver, 1 refuted; proofs: 1 proved, 1 open, 1 refuted.",
            "Every claim has the tier required of it.",
            "2 constants accepted by Lean 4.35.0 and pyharness.kernel 0.1.0.",
            "Proofs: certificates/proofs/demo-0123456789abcdef.ndjson.gz",
            "Certificate: certificates/demo.json",
        ]

    def test_unmet(self) -> None:
        """A claim without its tier is marked in its row and named below."""
        text = shown(
            sealed([*sample_records(), record("relu.below", "silver", [FLOATS], proof("sorry"))])
        )
        assert "not silver" in text
        assert "Without the tier required of them: relu.below." in text
        assert "Every claim" not in text

    def test_conflict(self) -> None:
        """A conflict is marked as one."""
        text = shown(sealed([record("relu.conflict", "silver", [COUNTEREXAMPLE], proof())]))
        assert "none, conflict" in text.splitlines()[2]

    def test_decides_nothing(self) -> None:
        """It shows what the certificate says, though it should not follow."""
        certificate = copy.deepcopy(sealed())
        certificate["claims"][2].update(verdict="inconclusive", tier="platinum")
        assert "relu.open platinum open inconclusive 200 draws".split() in rows(shown(certificate))

    def test_refuted_is_an_answer(self) -> None:
        """On a terminal, refuted has a colour of its own, which is not that of an unmet claim."""
        certificate = sealed([*sample_records(), record("relu.below", "silver", [FLOATS])])
        text = shown(certificate, force_terminal=True, color_system="standard")
        assert "\x1b[1;35mrefuted" in text and "\x1b[1;31mnot silver" in text

    def test_plain(self, monkeypatch: pytest.MonkeyPatch) -> None:
        """Off a terminal there are no escape codes, and with NO_COLOR no colours on one."""
        assert "\x1b" not in shown(sealed())
        monkeypatch.setenv("NO_COLOR", "1")
        assert "\x1b[1;35m" not in shown(sealed(), force_terminal=True, color_system="standard")

    @pytest.mark.parametrize(
        ("width", "shows"),
        [
            (54, "claim tier"),
            (60, "claim tier proof"),
            (80, "claim tier proof verdict"),
            (200, "claim tier proof verdict evidence"),
        ],
    )
    def test_width(self, width: int, shows: str) -> None:
        """Each claim has one line, no wider than the terminal, with its whole id; columns are left
        out where there is no room.
        """
        claim = "nucleus.nonboolean_from_incomparable_as_given"
        summary = "every pair of zero points below 126 and 3 layers of the network"
        text = shown(sealed([record(claim, "bronze", [summarised(summary)])]), width=width)
        assert all(len(line) <= width for line in text.partition("\n\n")[0].splitlines())
        head, _, line, *_ = text.splitlines()
        assert head.split() == shows.split()
        assert line.split()[:2] == [claim, "bronze"]
        assert (summary in line) == (width == 200)

    def test_markup_and_control_characters(self) -> None:
        """Text from the certificate is shown, never obeyed."""
        text = shown(
            sealed([record("a.b", "bronze", [summarised("[red]a=[0,1][/red]\x1b[31m\u202e")])]),
            width=120,
        )
        assert "[red]a=[0,1][/red]⟨U+001B⟩[31m⟨U+202E⟩" in text


class TestReadings:
    """Statements of several readings, and coverage."""

    def test_how_they_stand(self) -> None:
        """A line for each statement, and one for the passages."""
        text = shown(sealed(read_records(), coverage=PASSAGES))
        assert "relu.lost: depends as relu.lost.some, of 2 readings" in " ".join(text.split())
        assert "Of 3 passages of the sources, 2 are settled by claims." in text
        refuted = [
            record(f"relu.lost.{name}", "refuted", [COUNTEREXAMPLE], of=LOST) for name in "ab"
        ]
        assert "relu.lost: refuted in both readings" in shown(sealed(refuted))
        undecided = [refuted[0], record("relu.lost.b", "none", [], of=LOST)]
        assert "relu.lost: inconclusive, as 1 of 2 readings is" in shown(sealed(undecided))

    def test_one_is_explained(self) -> None:
        """With each reading's statement and tier; and a reading says what it is one of."""
        certificate = sealed(read_records())
        text = explained(certificate, "relu.lost")
        for words in (
            "The unit loses information.",
            "its readings together: depends",
            "relu.lost.all: tier refuted",
            "What relu.lost.some says.",
        ):
            assert words in text
        assert "one reading of relu.lost" in explained(certificate, "relu.lost.all")
        with pytest.raises(UsageError, match="did you mean relu.lost"):
            find_claim(certificate, "relu.losd")


class TestShowStatuses:
    def test_rows(self) -> None:
        """Each claim has its status, its theorem with the place, its axioms and its note; the
        counts stand below.
        """
        found = {
            "theorem": "Demo.extensive",
            "file": "Demo/Relu.lean",
            "line": 7,
            "axioms": ["propext"],
        }
        nothing = {"theorem": None, "file": None, "line": None, "axioms": []}
        console = Console(file=io.StringIO(), width=80)
        show_statuses(
            [
                {"id": "relu.extensive", "status": "proved", "note": "", **found},
                {"id": "relu.identity", "status": "stub", "note": "it says X = X", **found},
                {"id": "relu.open", "status": "open", "note": "", **nothing},
            ],
            console=console,
        )
        lines = rows(console.file.getvalue())
        for line in (
            "relu.extensive proved Demo.extensive (Demo/Relu.lean:7)",
            "relu.open open none named",
            "relu.identity: it says X = X",
            "On propext: relu.extensive, relu.identity.",
            "3 claims: 1 proved, 1 stub, 1 open.",
        ):
            assert line.split() in lines

    @pytest.mark.parametrize("width", [60, 80])
    def test_a_status_is_one_line(self, width: int) -> None:
        """With the whole id, also where the theorem does not fit."""
        row = {
            "id": "nucleus.nonboolean_from_incomparable_as_given",
            "status": "proved",
            "theorem": "Demo.a_name_that_is_longer_than_what_is_left_of_the_line",
            "file": "Demo/Relu.lean",
            "line": 7,
            "axioms": [],
            "note": "",
        }
        console = Console(file=io.StringIO(), width=width)
        show_statuses([row], console=console)
        table = console.file.getvalue().partition("\n\n")[0].splitlines()
        assert len(table) == 3 and all(len(line) <= width for line in table)
        assert table[2].split()[:2] == [row["id"], "proved"]
        assert ("Demo." in table[2]) == (width == 80)


class TestFindClaim:
    def test_known(self) -> None:
        """A claim is found by its id."""
        assert find_claim(sealed(), "relu.open") == sealed()["claims"][2]

    def test_unknown(self) -> None:
        """An id that is not there is an error that names those that are near."""
        with pytest.raises(
            UsageError, match=r"no claim 'relu\.extensiv'; did you mean relu\.extensive"
        ):
            find_claim(sealed(), "relu.extensiv")


class TestExplain:
    def test_proof(self) -> None:
        """The statement, its source, the theorem as Lean prints it, where it stands and its axioms
        are there.
        """
        text = explained(sealed(), "relu.extensive")
        for part in (
            "What relu.extensive says.",
            "from 000 A paper, RESULTS",
            "Proved; the evidence confirms it. Tier silver, as required.",
            "Demo.extensive",
            "Demo/Relu.lean:1",
            "∀ (z q : Int8), q ≤ qRelu z q",
            "axioms: propext",
        ):
            assert part in text

    def test_statement_of_several_lines(self) -> None:
        """A statement that Lean prints on several lines keeps them, each behind a bar."""
        found = proof(statement="∀ (z q : Int8),\n  q ≤ qRelu z q")
        lines = explained(sealed([record("a.b", "bronze", [FLOATS], found)]), "a.b").splitlines()
        at = [line.rstrip() for line in lines].index("    │ ∀ (z q : Int8),")
        assert lines[at + 1].rstrip() == "    │   q ≤ qRelu z q"

    def test_evidence(self) -> None:
        """Each piece of evidence shows its domain, cases, tensors and measurements."""
        lines = rows(explained(sealed(), "relu.extensive", verbose=True))
        for line in (
            "evidence 1, exhaustive: confirmed",
            "domain: every weight of a small net",
            "2,048 cases, 0 violations",
            "net.0.weight 64×32 int8 0123456789ab",
            "layer ratio gap",
            "net.0 1 0.333333",
            "net.2 2.5 1e-07",
        ):
            assert line.split() in lines

    def test_a_table_that_is_too_wide(self) -> None:
        """Each row is a paragraph, so that no figure is broken."""
        found = Evidence(
            "statistics", "d", 1, 0, "s",
            measurements=[{"layer": "net.0"} | {f"figure {i}": 123456.0 + i for i in range(12)}],
        )  # fmt: skip
        claim = [record("a.b", "bronze", [found], proof())]
        for width in (60, 80):
            text = explained(sealed(claim), "a.b", width)
            assert max(map(len, text.splitlines())) <= width
            empty = sealed(claim)
            empty["claims"][0]["evidence"][0]["measurements"]["rows"].append([])
            assert explained(empty, "a.b", width).splitlines()[0] == "a.b"
            words = " ".join(text.split())
            for i in range(12):
                assert f"figure {i} {123456 + i}" in words
        assert "figure 0  figure 1" in explained(sealed(claim), "a.b", 200)

    def test_tolerance(self) -> None:
        """Evidence on floats shows its largest error, what was allowed, and its seed."""
        text = explained(sealed(), "relu.open", verbose=True)
        for part in (
            "largest error 1e-07, allowed 1e-05",
            "on cpu, with random numbers from the seed 3",
            "no theorem is named",
        ):
            assert part in text

    def test_witness_replays(self) -> None:
        """The lines that replay a witness do replay it."""
        lines = [line.strip() for line in explained(sealed(), "relu.identity").splitlines()]
        assert "witness: the maximum of 1 and 3 is 3" in lines
        at = lines.index("from tests.certificate_samples import below")
        assert eval(lines[at + 1], {"below": below}) is False

    def test_what_a_person_asks_first(self) -> None:
        """What it says, whether it is true and what is missing come before all else."""
        lines = [line.strip() for line in explained(sealed(), "relu.extensive").splitlines()]
        assert lines[:6] == [
            "relu.extensive",
            "What relu.extensive says.",
            "from 000 A paper, RESULTS",
            "Proved; the evidence confirms it. Tier silver, as required.",
            "to be gold it needs",
            "an example in Lean that the hypotheses can hold",
        ]
        unmet = explained(sealed([record("a.b", "gold", [SWEEP], proof())]), "a.b")
        assert "Tier silver; the project requires gold." in unmet

    def test_why_there_is_no_theorem(self) -> None:
        """It stands in the place of the advice to prove the claim, and beside that to decide it."""
        certificate = sealed(explained_records())
        lines = [line.strip() for line in explained(certificate, "relu.measured").splitlines()]
        assert lines[3:6] == [
            "Not proved; the evidence confirms it. Tier bronze, as required.",
            f"no theorem: {WHY}",
            "",
        ]
        text = explained(certificate, "relu.undecided")
        assert "to be bronze it needs" in text and f"no theorem: {WHY}" in text
        assert "no theorem:" not in explained(certificate, "relu.open")

    def test_what_few_ask_for_is_shown_with_v(self) -> None:
        """Tensors are counted, long tables cut and digests left out, unless all is asked for."""
        found = Evidence(
            "model",
            f"rows; decided by Lean's kernel, theorems SHA-256 {'ab' * 32}",
            1,
            0,
            "s",
            tensors=LAYERS.tensors,
            measurements=[{"layer": f"layer{i}", "gap": i} for i in range(130)],
        )
        certificate = sealed([record("a.b", "bronze", [found], proof())])
        text, whole = explained(certificate, "a.b"), explained(certificate, "a.b", verbose=True)
        assert "domain: rows; decided by Lean's kernel\n" in "\n".join(
            line.rstrip() for line in text.split("\n")
        )
        assert "layer11" in text and "layer12" not in text
        assert "… and 118 more rows" in text
        assert "read 1 tensor" in text and "0123456789ab" not in text
        assert text.endswith("-v shows whole tables, digests, devices and seeds\n")
        assert "layer129" in whole and "0123456789ab" in whole and "abab" in whole
        assert "-v" not in whole

    def test_what_else_is_known_of_a_proof(self) -> None:
        """What is known of a proof beyond its status is said, and so is what is untied, as it
        stands.
        """
        found = proof(example="Demo.extensive_example", unused=("h",))
        text = explained(
            sealed(
                [
                    record(
                        "a.b",
                        "silver",
                        [SWEEP, AGREES],
                        found,
                        untied=["demo:loose is computed with"],
                    )
                ]
            ),
            "a.b",
        )
        for part in (
            "statement: as it was pinned; proof: replayed through the kernel",
            "a second kernel agrees on proof, statement and axioms",
            "example: Demo.extensive_example",
            "hypotheses that nothing uses: h",
            "Lean definition: Demo.qRelu",
            "demo:loose is computed with",
        ):
            assert part in text

    def test_conflict(self) -> None:
        """A conflict is explained."""
        text = explained(
            sealed([record("a.b", "silver", [COUNTEREXAMPLE], proof())]), "a.b", width=160
        )
        assert "conflict: the theorem is proved, yet evidence refutes the claim" in text

    def test_unknown_claim(self) -> None:
        """An id that is not there is an error."""
        with pytest.raises(UsageError, match="no claim"):
            explained(sealed(), "relu.extensiv")
