"""Checking: an honest certificate passes, and each way of changing one is found."""

from __future__ import annotations

import copy
import gzip
import hashlib
import json
import os
from collections.abc import Callable, Iterator
from contextlib import suppress
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given, settings, strategies as st

from pyharness.certificate.canonical import file_bytes
from pyharness.certificate.check import check
from pyharness.certificate.findings import Finding
from pyharness.certificate.seal import write
from pyharness.core.errors import DocumentError
from tests.certificate_samples import (
    COUNTEREXAMPLE,
    LINES,
    PASSAGES,
    PINS,
    POINTS,
    SWEEP,
    forge,
    former,
    proof,
    read_records,
    record,
    sealed,
    write_beside,
    write_project,
)

HONEST = sealed()


def leaves(value: Any, path: tuple[str | int, ...] = ()) -> Iterator[tuple[str | int, ...]]:
    """The path of every scalar in a JSON value."""
    if isinstance(value, (dict, list)):
        for key in value if isinstance(value, dict) else range(len(value)):
            yield from leaves(value[key], (*path, key))
    else:
        yield path


def name(path: tuple[str | int, ...]) -> str:
    return "/".join(map(str, path))


def derived(path: tuple[str | int, ...]) -> bool:
    """Whether the value at a path follows from others."""
    last = ("outcome", "verdict", "tier", "conflict", "violations")
    return path[0] == "summary" or path[-1] in last or "next" in path


def changed(path: tuple[str | int, ...], change: Callable[[Any], Any]) -> dict[str, Any]:
    """The honest certificate with one value replaced."""
    certificate = copy.deepcopy(HONEST)
    holder: Any = certificate
    for key in path[:-1]:
        holder = holder[key]
    holder[path[-1]] = change(holder[path[-1]])
    return certificate


def other(value: Any) -> Any:
    """A different value, of the same type where there is one."""
    if isinstance(value, bool):
        return not value
    if isinstance(value, (int, float)):
        return value + 1
    return value + "x" if isinstance(value, str) else "x"


def saved(certificate: dict[str, Any], folder: Path) -> Path:
    write_beside(folder)
    path = folder / "c.json"
    path.write_bytes(file_bytes(certificate))
    return path


def found(certificate: dict[str, Any], folder: Path) -> str:
    """What is found in a certificate whose digest was computed again."""
    return "\n".join(map(str, check(forge(certificate, folder / "c.json"))))


class TestHonest:
    def test_passes(self, tmp_path: Path) -> None:
        """A sealed certificate checks, alone and against its project's files."""
        write(HONEST, tmp_path / "c.json")
        write_project(tmp_path)
        assert check(tmp_path / "c.json") == []
        assert check(tmp_path / "c.json", root=tmp_path) == []

    def test_unreadable(self, tmp_path: Path) -> None:
        """What is not JSON is an error, not a finding."""
        (tmp_path / "c.json").write_text("{")
        with pytest.raises(DocumentError, match=r"c\.json: not JSON"):
            check(tmp_path / "c.json")

    def test_required_tiers(self, tmp_path: Path) -> None:
        """An honest certificate of a project that does not reach what it requires does not
        check.
        """
        records = [
            record("a.b", "gold", [SWEEP], proof()),
            record("a.c", "none", [COUNTEREXAMPLE], proof()),
        ]
        words = found(sealed(records), tmp_path)
        assert "claim a.b: its tier is silver; gold is required" in words
        assert "claim a.c: proof and evidence are in conflict" in words


class TestChangedFile:
    @pytest.mark.parametrize("path", list(leaves(HONEST)), ids=name)
    def test_any_value(self, tmp_path: Path, path: tuple[str | int, ...]) -> None:
        """Changing any one value is found."""
        assert check(saved(changed(path, other), tmp_path))

    def test_any_missing_or_additional_field(self, tmp_path: Path) -> None:
        """Removing any top-level field or adding one is found."""
        for key in HONEST:
            assert check(saved({name: HONEST[name] for name in HONEST if name != key}, tmp_path)), (
                key
            )
        assert check(saved(HONEST | {"extra": 1}, tmp_path))

    @settings(max_examples=200, deadline=None)
    @given(st.data())
    def test_any_byte(self, tmp_path_factory: pytest.TempPathFactory, data: st.DataObject) -> None:
        """Replacing, removing or inserting any byte is found, in spaces and the spelling of numbers
        too.
        """
        honest = file_bytes(HONEST)
        place = data.draw(st.integers(0, len(honest) - 1))
        byte = data.draw(st.integers(0, 255).map(lambda value: bytes([value])))
        end = place + data.draw(st.integers(0, 1))
        bad = honest[:place] + data.draw(st.sampled_from([b"", byte])) + honest[end:]
        path = tmp_path_factory.mktemp("byte") / "c.json"
        write_beside(path.parent)
        path.write_bytes(bad)
        if bad == honest:
            assert check(path) == []
            return
        with suppress(DocumentError):
            assert check(path)

    @pytest.mark.parametrize(
        ("old", "new"),
        [
            (b'"cases": 200', b'"cases": 200.0'),
            (b'"cases": 200', b'"cases": 2e2'),
            (b'"tolerance": 0.00001', b'"tolerance": 1e-5'),
            (b'"seed": 3', b'"seed":  3'),
            (b"\n", b"\r\n"),
            ("∀".encode(), b"\\u2200"),
        ],
    )
    def test_spelling(self, tmp_path: Path, old: bytes, new: bytes) -> None:
        """The same values spelled otherwise are not the file that was sealed."""
        honest = file_bytes(HONEST)
        assert old in honest
        (tmp_path / "c.json").write_bytes(honest.replace(old, new))
        assert "file-form" in [finding.code for finding in check(tmp_path / "c.json")]


CLAIM = ("claims", 0)
DEFINITION = ("lean", "definitions", 0)
FORGERIES = [
    ((*DEFINITION, "name"), "zero", "lean/definitions: the names are not sorted"),
    (
        (*DEFINITION, "module"),
        "Demo.Other",
        "the library has no module Demo.Other outside the foundation",
    ),
    ((*DEFINITION, "uses"), ["max", "Demo.qRelu"], "its uses are not sorted"),
    ((*DEFINITION, "uses"), ["min"], "it uses what is no other definition here: min"),
    ((*DEFINITION, "axioms"), ["b", "a"], "its axioms are not sorted"),
    (
        (*CLAIM, "proof", "definitions"),
        ["Demo.other"],
        "its definitions are not sorted, or name what the certificate does not have",
    ),
    (
        (*CLAIM, "proof", "rests_on"),
        ["Demo.extensive"],
        "its rests_on are not sorted, or name what the certificate does not have",
    ),
    ((*CLAIM, "tier"), "gold", "tier: proof and evidence give 'silver', not 'gold'"),
    ((*CLAIM, "verdict"), "inconclusive", "verdict: proof and evidence give 'confirmed'"),
    ((*CLAIM, "conflict"), "a conflict", "conflict: proof and evidence give None"),
    ((*CLAIM, "next"), None, "next: proof and evidence give {'tier': 'gold'"),
    ((*CLAIM, "id"), "relu.open", "claim relu.open: the id is used twice"),
    ((*CLAIM, "required_tier"), "gold", "its tier is silver; gold is required"),
    (
        CLAIM,
        HONEST["claims"][0] | {"no_theorem": "why"},
        "it names Demo.extensive, and says why it names no theorem",
    ),
    (
        ("claims", 2),
        HONEST["claims"][2] | {"no_theorem": "why"},
        "next: proof and evidence give None, not {'tier': 'silver'",
    ),
    (
        (*CLAIM, "proof", "status"),
        "refuted",
        "the status is refuted, but the theorem states the claim",
    ),
    ((*CLAIM, "proof", "status"), "sorry", "tier: proof and evidence give 'bronze'"),
    (
        (*CLAIM, "proof", "negates"),
        True,
        "the status is proved, but the theorem states the negation",
    ),
    ((*CLAIM, "proof", "theorem"), None, "the status is proved, but no theorem is named"),
    ((*CLAIM, "proof", "statement_sha256"), None, "these are missing: statement_sha256"),
    ((*CLAIM, "proof", "line"), None, "these are missing: line"),
    ((*CLAIM, "proof", "axioms"), ["propext", "sorryAx"], "the proof rests on sorryAx"),
    (
        (*CLAIM, "proof", "axioms"),
        ["Classical.choice", "propext"],
        "the proof rests on Classical.choice",
    ),
    ((*CLAIM, "proof", "axioms"), ["propext", "Quot.sound"], "the axioms are not sorted"),
    (
        (*CLAIM, "proof", "rechecked"),
        False,
        "the status is proved, but the second kernel did not check Demo.extensive",
    ),
    (
        ("claims", 1, "proof", "rechecked"),
        False,
        "the status is refuted, but the second kernel did not check Demo.extensive",
    ),
    ((*CLAIM, "proof", "status"), "sorry", "and sorryAx is not among the axioms of Demo.extensive"),
    ((*CLAIM, "evidence", 0, "claim"), "relu.open", "it was gathered for the claim relu.open"),
    ((*CLAIM, "evidence", 0, "code_sha256"), "0" * 64, f"by the code {'0' * 64}, and the claim's"),
    ((*CLAIM, "code_sha256"), "0" * 64, f"and the claim's by {'0' * 64}"),
    ((*CLAIM, "proof", "replayed"), False, "two kernels are said to agree, but only one was asked"),
    (("proofs",), None, "it names Demo.extensive, but no file carries its proof"),
    (
        ("proofs", "kernels"),
        ["Lean 4.35.0"],
        "two kernels are said to agree, but only one was asked",
    ),
    (
        ("claims", 2, "proof", "rechecked"),
        True,
        "no theorem is named that could be pinned, replayed, rechecked or applied",
    ),
    ((*CLAIM, "proof", "module"), "Demo.Other", "no module Demo.Other in Demo/Relu.lean"),
    ((*CLAIM, "proof", "file"), "Demo/Other.lean", "no module Demo.Relu in Demo/Other.lean"),
    (
        (*CLAIM, "evidence", 0, "outcome"),
        "refuted",
        "evidence 1: the numbers say confirmed, not refuted",
    ),
    (
        (*CLAIM, "evidence", 0, "cases"),
        0,
        "evidence 1: the numbers say inconclusive, not confirmed",
    ),
    ((*CLAIM, "evidence", 0, "violations"), 1, "of INT8: a witness goes with violations"),
    ((*CLAIM, "evidence", 0, "violations"), 65537, "evidence 1: 65537 violations in 65536 cases"),
    ((*CLAIM, "evidence", 0, "max_error"), 1.0, "max_error and tolerance go together"),
    (
        (*CLAIM, "evidence", 1, "measurements", "rows", 0),
        ["net.0", 1],
        "a row of the measurements is not as long",
    ),
    ((*CLAIM, "evidence"), [], "verdict: proof and evidence give 'inconclusive'"),
    (("claims", 1, "evidence", 0, "violations"), 0, "a witness goes with violations"),
    (("claims", 1, "evidence", 0, "witness"), None, "a witness goes with violations"),
    (("claims", 1, "proof", "status"), "open", "summary/proofs"),
    (("claims", 2, "evidence", 0, "max_error"), 1.0, "the error 1 is over 1e-05"),
    (("claims",), HONEST["claims"][:2], "summary/claims: the claims give 2, not 3"),
    (("summary", "claims"), 4, "summary/claims: the claims give 3, not 4"),
    (("summary", "tiers", "gold"), 1, "summary/tiers"),
    (("summary", "proofs", "proved"), 2, "summary/proofs"),
    (("summary", "verdicts", "confirmed"), 3, "summary/verdicts"),
    (("summary", "unmet"), ["relu.open"], "summary/unmet"),
    (("policy", "allowed_axioms"), [], "the proof rests on propext"),
    (
        ("policy", "allowed_axioms"),
        ["propext", "Quot.sound"],
        "policy/allowed_axioms: the names are not sorted",
    ),
    (("policy", "allowed_axioms"), ["propext", "sorryAx"], "policy/allowed_axioms/1"),
    (
        ("policy",),
        {"allowed_axioms": ["propext"], "further_axioms": {"Demo.x": ["Quot.sound"]}},
        "policy/further_axioms: it names Demo.x, which the certificate does not have",
    ),
    (
        ("policy",),
        {"allowed_axioms": [], "further_axioms": {"Demo.extensive": ["propext", "Quot.sound"]}},
        "policy/further_axioms/Demo.extensive: the names are not sorted",
    ),
    (
        ("policy",),
        {"allowed_axioms": [], "further_axioms": {"Demo.extensive": ["sorryAx"]}},
        "policy/further_axioms/Demo.extensive/0",
    ),
    (
        ("policy",),
        {"allowed_axioms": [], "further_axioms": {"Demo.other": ["propext"]}},
        "the proof rests on propext",
    ),
    (
        ("lean", "modules"),
        HONEST["lean"]["modules"][::-1],
        "lean/modules: the names are not sorted",
    ),
    (("lean", "modules"), HONEST["lean"]["modules"][:1], "no module Demo.Relu in Demo/Relu.lean"),
]


class TestForged:
    @pytest.mark.parametrize(
        ("path", "value", "words"), FORGERIES, ids=[name(path) for path, *_ in FORGERIES]
    )
    def test_contradictions(
        self, tmp_path: Path, path: tuple[str | int, ...], value: Any, words: str
    ) -> None:
        """One who computes the digest again is found out by what no longer follows."""
        assert words in found(changed(path, lambda _: value), tmp_path)

    @pytest.mark.parametrize("path", list(filter(derived, leaves(HONEST))), ids=name)
    def test_derived_values(self, tmp_path: Path, path: tuple[str | int, ...]) -> None:
        """No value that follows from others can be changed by computing the digest again."""
        assert found(changed(path, other), tmp_path)

    @pytest.mark.parametrize(
        ("path", "value", "words"),
        [
            (("plots", 1, "by", 0), "gain", "plot 'Each code': there is no column 'gain'"),
            (("plots", 0, "x"), "code", "the column 'code' must hold numbers, and row 1 has 'a'"),
            (("plots", 0, "kind"), "lines", "a plot of the kind lines has no labels"),
            (("points", "columns", 0), "code", "points: the column 'code' must hold numbers"),
            (("points", "marks", 0, "label"), "", "step and label go together"),
            (("points", "marks", 0, "step"), 5, "marks/0/step"),
            (("measurements", "rows", 0), [1], "a row of the measurements is not as long"),
        ],
    )
    def test_a_table_is_shown_as_it_cannot_be(
        self, tmp_path: Path, path: tuple[str | int, ...], value: Any, words: str
    ) -> None:
        """A plot, or points, of what the table does not have, or not so, is found."""
        certificate = sealed([record("a.b", "bronze", [POINTS])])
        assert check(forge(certificate, tmp_path / "c.json")) == []
        holder = certificate["claims"][0]["evidence"][0]
        for key in path[:-1]:
            holder = holder[key]
        holder[path[-1]] = value
        assert words in found(certificate, tmp_path)

    def test_a_fake_gold(self, tmp_path: Path) -> None:
        """Renaming a tier consistently in claim and summary is found in the claim."""
        certificate = changed((*CLAIM, "tier"), lambda _: "gold")
        certificate["claims"][0]["next"] = None
        certificate["summary"]["tiers"] |= {"silver": 0, "gold": 1}
        assert "claim relu.extensive: tier" in found(certificate, tmp_path)


CODED = [
    (("lean", "modules", 0, "file"), "../secret.lean", "schema", None),
    (("summary", "claims"), 4, "summary", None),
    (("policy", "allowed_axioms"), ["propext", "Quot.sound"], "names-unsorted", None),
    ((*DEFINITION, "module"), "Demo.Other", "definition", None),
    ((*CLAIM, "id"), "relu.open", "claim-duplicate", "relu.open"),
    ((*CLAIM, "proof", "negates"), True, "proof", "relu.extensive"),
    ((*CLAIM, "evidence", 0, "outcome"), "refuted", "evidence", "relu.extensive"),
    ((*CLAIM, "evidence", 0, "claim"), "relu.open", "evidence-moved", "relu.extensive"),
    ((*CLAIM, "tier"), "gold", "ruling", "relu.extensive"),
    ((*CLAIM, "conflict"), "a conflict", "conflict", "relu.extensive"),
    ((*CLAIM, "required_tier"), "gold", "tier-unmet", "relu.extensive"),
]


READ = sealed(read_records(), coverage=PASSAGES)


class TestReadings:
    """Statements of several readings, and the passages of the sources."""

    def test_honest(self, tmp_path: Path) -> None:
        """They stand as their readings do; and the version before has none."""
        assert check(saved(READ, tmp_path)) == []
        [statement] = READ["statements"]
        assert statement["readings"] == ["relu.lost.some", "relu.lost.all"]
        assert (statement["verdict"], statement["holds_as"]) == ("depends", ["relu.lost.some"])
        assert READ["summary"]["statements"]["depends"] == 1
        assert READ["summary"]["coverage"] == {"passages": 3, "settled": 2}
        assert check(saved(former(sealed()), tmp_path)) == []

    @pytest.mark.parametrize(
        ("path", "value", "words"),
        [
            (("statements", 0, "verdict"), "confirmed", "verdict: the claims give 'depends'"),
            (("statements", 0, "holds_as"), [], "holds_as: the claims give ['relu.lost.some']"),
            (("statements", 0, "readings"), ["relu.lost.some"], "readings: the claims give"),
            (("statements", 0, "id"), "relu.open", "two have the same id, or that of a claim"),
            (("statements",), [], "it is a reading of relu.lost, which is not there"),
            (("statements", 0, "source", "heading"), "MORE", "is from another source"),
            (("claims", 3, "reading_of"), "relu.other", "a reading of relu.other, which is not"),
            (("coverage", 0, "claims"), ["relu.none"], "it names relu.none, which is not there"),
            (("coverage", 0, "claims"), [], "it names no claims and no reason, or both"),
            (("coverage", 2, "claims"), ["relu.open"], "it names no claims and no reason, or both"),
            (("coverage",), READ["coverage"][:2], "summary/coverage: the claims give"),
            (("summary", "statements", "depends"), 0, "summary/statements: the claims give"),
        ],
    )
    def test_forged(
        self, tmp_path: Path, path: tuple[str | int, ...], value: Any, words: str
    ) -> None:
        """What does not follow from the claims is found."""
        certificate = copy.deepcopy(READ)
        holder: Any = certificate
        for key in path[:-1]:
            holder = holder[key]
        holder[path[-1]] = value
        assert words in found(certificate, tmp_path)


class TestCodes:
    @pytest.mark.parametrize(
        ("path", "value", "code", "claim"), CODED, ids=[code for *_, code, _ in CODED]
    )
    def test_a_finding_has_a_code_and_its_claim(
        self, tmp_path: Path, path: tuple[str | int, ...], value: Any, code: str, claim: str | None
    ) -> None:
        """Programs read what kind of reason it is, and which claim it is about, off the finding."""
        findings = check(forge(changed(path, lambda _: value), tmp_path / "c.json"))
        assert (code, claim) in [(finding.code, finding.claim) for finding in findings]

    def test_a_changed_value_is_one_of_the_digest(self, tmp_path: Path) -> None:
        """Where the digest was not computed again."""
        findings = check(saved(changed((*CLAIM, "statement"), other), tmp_path))
        assert [finding.code for finding in findings] == ["digest"]


class TestGathered:
    """Evidence carries the claim that it was gathered for, and the digest of the code."""

    def findings(
        self, folder: Path, change: Callable[[list[dict[str, Any]]], Any]
    ) -> list[Finding]:
        certificate = copy.deepcopy(HONEST)
        change(certificate["claims"])
        found = check(forge(certificate, folder / "c.json"))
        return [finding for finding in found if finding.code == "evidence-moved"]

    def test_a_certificate_of_an_earlier_version_still_checks(self, tmp_path: Path) -> None:
        """It says neither, anywhere."""

        def strip(claims: list[dict[str, Any]]) -> None:
            for holder in (*claims, *(piece for claim in claims for piece in claim["evidence"])):
                holder.pop("code_sha256")
                holder.pop("claim", None)

        assert self.findings(tmp_path, strip) == []

    @pytest.mark.parametrize(
        "change",
        [
            lambda claims: claims[0]["evidence"][0].pop("claim"),
            lambda claims: claims[0]["evidence"][0].pop("code_sha256"),
            lambda claims: claims[0].pop("code_sha256"),
            lambda claims: [claim.pop("code_sha256") for claim in claims],
            lambda claims: claims[0]["evidence"].append(claims[2]["evidence"][0]),
            lambda claims: claims[0].update(evidence=claims[2]["evidence"]),
            lambda claims: claims[2]["evidence"][0].update(claim="relu.none"),
        ],
        ids=["no claim", "no code", "none here", "none at all", "added", "replaced", "unknown"],
    )
    def test_what_is_left_out_or_moved(
        self, tmp_path: Path, change: Callable[[list[dict[str, Any]]], Any]
    ) -> None:
        """Each way is found although the digest was computed again."""
        assert self.findings(tmp_path, change)

    def test_all_of_one_claim_without_it(self, tmp_path: Path) -> None:
        """Where other claims say which code gathered their evidence, each has to."""

        def strip(claims: list[dict[str, Any]]) -> None:
            for holder in (claims[0], *claims[0]["evidence"]):
                holder.pop("code_sha256")
                holder.pop("claim", None)

        assert {finding.claim for finding in self.findings(tmp_path, strip)} == {"relu.extensive"}


class TestBeside:
    """The proofs and the pins, which a certificate is checked with."""

    def found(self, folder: Path, code: str, **options: Any) -> str:
        return "\n".join(
            str(finding) for finding in check(folder / "c.json", **options) if finding.code == code
        )

    def pins(self, change: Callable[[dict[str, Any]], Any]) -> str:
        pins = copy.deepcopy(PINS)
        change(pins["theorems"]["Demo.extensive"])
        return json.dumps(pins)

    @pytest.mark.parametrize(
        ("lines", "words"),
        [
            (None, "there is no file proofs/demo-"),
            (LINES + b"\n", "they were changed"),
            (LINES.replace(b"extensive", b"expensive"), "declares no Demo.extensive"),
            (LINES.replace(b'"pre":1', b'"pre":0'), "declares no Demo.extensive"),
            (LINES.replace(b'{"thm":{"name":2}}\n', b""), "declares no Demo.extensive"),
            (LINES.replace(b"thm", b"axiom"), "as 'axiom', not as a theorem"),
            (LINES.replace(b'"name":2', b'"name":9'), "are not of their format"),
            (b'{"in"', "are not of their format"),
        ],
    )
    def test_proofs(self, tmp_path: Path, lines: bytes | None, words: str) -> None:
        """They are there, with the digest, and declare the theorems, though nothing is proved
        again; so a theorem that does not exist is found by its name.
        """
        certificate = copy.deepcopy(HONEST)
        file = tmp_path / certificate["proofs"]["file"]
        if lines is not None and words != "they were changed":
            certificate["proofs"]["sha256"] = hashlib.sha256(lines).hexdigest()
        forge(certificate, tmp_path / "c.json")
        if lines is None:
            file.unlink()
        else:
            file.write_bytes(gzip.compress(lines))
        assert words in self.found(tmp_path, "proofs")

    @pytest.mark.parametrize("field", ["statement", "statement_sha256", "meaning_sha256"])
    def test_what_was_pinned(self, tmp_path: Path, field: str) -> None:
        """How a statement reads and each of its digests is what the pins beside it record."""
        forge(copy.deepcopy(HONEST), tmp_path / "c.json")
        assert self.found(tmp_path, "pins") == ""
        path = tmp_path / "statements.lock.json"
        path.write_text(self.pins(lambda pin: pin.update({field: "0" * 64})))
        assert f"and statements.lock.json records {'0' * 64}" in self.found(tmp_path, "pins")

    def test_definitions_and_conformance(self, tmp_path: Path) -> None:
        """What a statement speaks of, and what its evidence compares, was pinned under it."""
        forge(copy.deepcopy(HONEST), tmp_path / "c.json")
        path = tmp_path / "statements.lock.json"
        path.write_text(self.pins(lambda pin: pin.update(definitions=["max"])))
        words = self.found(tmp_path, "pins")
        assert "has no Demo.qRelu under Demo.extensive" in words
        assert "its evidence compares Demo.qRelu, of which Demo.extensive does not speak" in words

    def test_conformance_to_another_definition(self, tmp_path: Path) -> None:
        """One of which the theorem does not speak, though the certificate has it."""
        certificate = changed((*CLAIM, "evidence", 2, "definition"), lambda _: "Demo.other")
        forge(certificate, tmp_path / "c.json")
        assert "its evidence compares Demo.other" in self.found(tmp_path, "pins")

    @pytest.mark.parametrize(
        ("pinned", "name", "words"),
        [
            (True, "Demo.other", "said to be pinned, and statements.lock.json has no such theorem"),
            (False, "Demo.extensive", "is not said to be pinned, and statements.lock.json records"),
            (False, "Demo.other", ""),
        ],
    )
    def test_what_is_said_to_be_pinned(
        self, tmp_path: Path, pinned: bool, name: str, words: str
    ) -> None:
        """It is said of what the pins record, and of nothing else."""
        certificate = copy.deepcopy(HONEST)
        for claim in certificate["claims"][:2]:
            claim["proof"]["pinned"] = pinned
        forge(certificate, tmp_path / "c.json")
        path = tmp_path / "statements.lock.json"
        path.write_text(json.dumps(PINS).replace('"Demo.extensive"', json.dumps(name)))
        found = self.found(tmp_path, "pins")
        assert words in found and bool(words) == bool(found)

    @pytest.mark.parametrize("text", ["", "[]", "{}", '{"theorems": {}, "theorems": {}}', None])
    def test_what_holds_no_pins(self, tmp_path: Path, text: str | None) -> None:
        """A file that is none, or is missing, leaves nothing pinned."""
        forge(copy.deepcopy(HONEST), tmp_path / "c.json")
        path = tmp_path / "statements.lock.json"
        path.unlink() if text is None else path.write_text(text)
        words = "does not hold pins" if text is not None else "said to be pinned, and there is no"
        assert words in self.found(tmp_path, "pins")

    def test_a_pipe_is_no_file_of_pins(self, tmp_path: Path) -> None:
        """It is refused and not waited for."""
        forge(copy.deepcopy(HONEST), tmp_path / "c.json")
        (tmp_path / "statements.lock.json").unlink()
        os.mkfifo(tmp_path / "statements.lock.json")
        assert "it is no regular file" in self.found(tmp_path, "pins")

    def test_without_pins_nothing_need_be_there(self, tmp_path: Path) -> None:
        """Of a certificate in which nothing is said to be pinned."""
        forge(sealed([record("a.b", "bronze", [SWEEP])], proofs=None), tmp_path / "c.json")
        (tmp_path / "statements.lock.json").unlink()
        assert check(tmp_path / "c.json") == []

    def test_the_foundation(self, tmp_path: Path) -> None:
        """Its files are those that were pinned."""
        forge(changed(("lean", "modules", 0, "foundation"), lambda _: True), tmp_path / "c.json")
        assert "the foundation is not as statements.lock.json records it: Demo.lean" in self.found(
            tmp_path, "pins"
        )

    def test_the_pins_of_the_project(self, tmp_path: Path) -> None:
        """With its folder, those of the project count too, wherever the certificate is."""
        project, elsewhere = tmp_path / "project", tmp_path / "elsewhere"
        for folder in (project, project / "certificates", elsewhere):
            folder.mkdir()
        write_project(project)
        (project / "pyharness.toml").write_text(
            'name = "demo"\nlean-root = "Demo"\npacks = ["demo"]\nallowed-axioms = []\n'
            'certificate = "certificates/demo.json"\nseed = 0\n'
        )
        write_beside(project / "certificates")
        forge(copy.deepcopy(HONEST), elsewhere / "c.json")
        assert self.found(elsewhere, "pins", root=project) == ""
        (project / "certificates" / "statements.lock.json").write_text(
            self.pins(lambda pin: pin.update(statement="1 = 1"))
        )
        assert "records 1 = 1" in self.found(elsewhere, "pins", root=project)


class TestFiles:
    def project(self, folder: Path) -> Path:
        write(HONEST, folder / "c.json")
        write_project(folder)
        return folder / "c.json"

    def test_changed_file(self, tmp_path: Path) -> None:
        """A Lean file with other bytes is found."""
        path = self.project(tmp_path)
        (tmp_path / "Demo" / "Relu.lean").write_text("theorem Demo.extensive : 1 = 1 := rfl\n")
        (finding,) = check(path, root=tmp_path)
        assert (finding.code, finding.where) == ("module-changed", "module Demo.Relu")

    def test_missing_file(self, tmp_path: Path) -> None:
        """A Lean file that is not there is found."""
        path = self.project(tmp_path)
        (tmp_path / "Demo.lean").unlink()
        (finding,) = check(path, root=tmp_path)
        assert finding.code == "module-unreadable" and "cannot read" in finding.reason

    def test_symbolic_links(self, tmp_path: Path) -> None:
        """A link is not followed, even to the right bytes."""
        root, outside = tmp_path / "root", tmp_path / "outside"
        root.mkdir()
        path = self.project(root)
        (root / "Demo").rename(outside)
        (root / "Demo").symlink_to(outside)
        assert "symbolic link" in str(check(path, root=root)[0])

    def test_paths_that_leave_the_project(self, tmp_path: Path) -> None:
        """A path that leads outside is refused, and nothing there is read."""
        certificate = changed(("lean", "modules", 0, "file"), lambda _: "../secret.lean")
        findings = check(forge(certificate, tmp_path / "c.json"), root=tmp_path)
        assert [finding.where for finding in findings] == ["lean/modules/0/file"]
