"""The schemas of certificates and records: well formed, closed, described, and the same in both
places.
"""

from __future__ import annotations

import copy
from collections.abc import Iterator
from itertools import islice
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given, settings, strategies as st
from jsonschema import Draft202012Validator
from referencing import Registry, Resource

from pyharness.certificate import schema
from pyharness.certificate.schema import FORMER, RECORDED, SCHEMA, arrange, require, violations
from pyharness.core.errors import DocumentError
from tests.certificate_samples import drawn_records, former, sealed

ROOT = Path(__file__).resolve().parents[2]
FORMS = (SCHEMA, FORMER, RECORDED)
NAMES = ("tiered-certificate-2", "tiered-certificate-1", "recorded-evidence-1")


def nodes(node: Any, where: str = "") -> Iterator[tuple[str, dict[str, Any]]]:
    """Every subschema, with its place."""
    if not isinstance(node, dict):
        return
    yield where, node
    for key in ("properties", "$defs"):
        for name, child in node.get(key, {}).items():
            yield from nodes(child, f"{where}/{name}")
    yield from nodes(node.get("items"), f"{where}/items")
    for number, child in enumerate(node.get("anyOf", ())):
        yield from nodes(child, f"{where}/{number}")


def containers(value: Any) -> Iterator[Any]:
    """A value and all mappings and lists in it."""
    if isinstance(value, (dict, list)):
        yield value
        for item in value.values() if isinstance(value, dict) else value:
            yield from containers(item)


def as_published(certificate: dict[str, Any]) -> list[tuple[str, str]]:
    """What a validator finds that follows the references itself."""
    known = [(form["$id"], Resource.from_contents(form)) for form in FORMS]
    validator = Draft202012Validator(SCHEMA, registry=Registry().with_resources(known))
    return [
        ("/".join(map(str, error.absolute_path)) or "certificate", schema._shorten(error.message))
        for error in islice(validator.iter_errors(certificate), 20)
    ]


class TestSchema:
    @pytest.mark.parametrize("form", FORMS, ids=NAMES)
    def test_is_a_schema_of_its_draft(self, form: dict[str, Any]) -> None:
        """It is a valid JSON Schema 2020-12 and names itself without a host."""
        Draft202012Validator.check_schema(form)
        assert form["$id"] == f"urn:pyharness:schema:{form['properties']['schema']['const']}"

    @pytest.mark.parametrize("name", NAMES)
    def test_repeats_the_published_file(self, name: str) -> None:
        """The copy in `certificates/schema/` is byte for byte the one in the package; copy it over
        when this fails.
        """
        published = ROOT / "certificates" / "schema" / f"{name}.schema.json"
        assert (
            published.read_bytes() == Path(schema.__file__).with_name(published.name).read_bytes()
        )

    @pytest.mark.parametrize("form", FORMS, ids=NAMES)
    def test_objects_are_closed_and_complete(self, form: dict[str, Any]) -> None:
        """Every object refuses unknown fields and requires all its own, but for what evidence may
        declare of its table, which instance it is about, of which statement it is a reading, why it
        has no theorem, what is said of the whole library, and what earlier versions did not write;
        a witness's inputs, the functions that are computed, the theorems with axioms of their own
        and the claims' times are free.
        """
        optional = {
            "": {"outside"},
            "/evidence": {"plots", "points", "claim", "code_sha256"},
            "/claim": {"code_sha256", "instance", "no_theorem", "reading_of"},
            "/proof": {"lean_form", "trace", "source"},
            "/lean": {"library", "export"},
            "/policy": {"further_axioms"},
            "/proofs": {"computed", "checkers"},
            "/lean/definitions/items": {"text"},
        }
        objects = [(where, node) for where, node in nodes(form) if node.get("type") == "object"]
        assert len(objects) > 6
        for where, node in objects:
            free = ("/witness/inputs", "/timings/seconds", "/proofs/computed")
            if where not in (*free, "/policy/further_axioms"):
                assert node["additionalProperties"] is False, where
                required = node["properties"].keys() - optional.get(where, set())
                assert sorted(node["required"]) == sorted(required), where

    @pytest.mark.parametrize("form", FORMS, ids=NAMES)
    def test_fields_are_described(self, form: dict[str, Any]) -> None:
        """Every field has a description, its own or that of the definition that it refers to."""
        for where, node in nodes(form):
            for name, child in node.get("properties", {}).items():
                target = (
                    SCHEMA["$defs"][child["$ref"].rpartition("/")[2]] if "$ref" in child else child
                )
                assert "description" in child or "description" in target, f"{where}/{name}"


class TestViolations:
    def test_accepts_a_sealed_certificate(self) -> None:
        """What `seal` returns fits the schema."""
        assert violations(sealed()) == []

    @pytest.mark.parametrize(
        "file", ["Demo.lean", "Demo/A b.lean", "a/..b/c", ".hidden", "é/λ.lean"]
    )
    def test_accepts_paths_inside_the_project(self, file: str) -> None:
        """A relative path with ordinary parts fits."""
        certificate = sealed()
        certificate["lean"]["modules"][0]["file"] = file
        assert violations(certificate) == []

    @pytest.mark.parametrize(
        "file",
        ["", "/etc/x", "../x", "a/../x", "a/..", ".", "./a", "a//b", "a/", "a\\b", "a\n", "a\0"],
    )
    def test_refuses_paths_that_could_leave_it(self, file: str) -> None:
        """Absolute paths, empty and dotted parts, backslashes and control characters do not fit."""
        certificate = sealed()
        certificate["lean"]["modules"][0]["file"] = file
        assert [where for where, _ in violations(certificate)] == ["lean/modules/0/file"]

    @pytest.mark.parametrize(
        ("change", "where"),
        [
            (lambda c: c.pop("policy"), "certificate"),
            (lambda c: c.update(signature="x"), "certificate"),
            (lambda c: c.update(schema="tiered-certificate-3"), "schema"),
            (lambda c: c.update(digest=c["digest"] + "\n"), "digest"),
            (lambda c: c["policy"]["allowed_axioms"].append("sorryAx"), "policy/allowed_axioms/1"),
            (lambda c: c["claims"][0].update(tier="diamond"), "claims/0/tier"),
            (lambda c: c["claims"][0]["proof"].update(line=0), "claims/0/proof/line"),
            (lambda c: c["claims"][0]["proof"].update(replayed=1), "claims/0/proof/replayed"),
            (
                lambda c: c["claims"][0]["evidence"][0].update(cases=2**53),
                "claims/0/evidence/0/cases",
            ),
            (
                lambda c: c["claims"][0]["evidence"][0].update(cases=True),
                "claims/0/evidence/0/cases",
            ),
            (
                lambda c: c["claims"][0]["evidence"][0].update(cases=0.5),
                "claims/0/evidence/0/cases",
            ),
        ],
    )
    def test_says_where(self, change: Any, where: str) -> None:
        """A missing, unknown or ill-typed field is found where it is."""
        certificate = sealed()
        change(certificate)
        assert [place for place, _ in violations(certificate)] == [where]
        assert [place for place, _ in as_published(certificate)] == [where]

    @settings(max_examples=60)
    @given(st.data())
    def test_they_are_those_of_the_published_schema(self, data: st.DataObject) -> None:
        """References are replaced before a certificate is held against the schema; what is found
        is the same.
        """
        certificate = copy.deepcopy(sealed(drawn_records()))
        inside = [value for value in containers(certificate) if value]
        spoilt = data.draw(st.sampled_from(inside))
        key = data.draw(st.sampled_from([*(spoilt if isinstance(spoilt, dict) else range(1))]))
        spoilt[key] = data.draw(st.sampled_from([None, -1, "", "a\nb", [], {}, 2**60, [1, None]]))
        assert sorted(violations(certificate)) == sorted(as_published(certificate))


class TestFormer:
    """Certificates of the version before."""

    def test_it_is_read(self) -> None:
        """It fits its own schema, and keeps its order."""
        old = former(sealed())
        assert violations(old) == []
        assert require(old) == old
        assert repr(arrange(old)) == repr(old)

    def test_it_is_held_against_its_own_schema(self) -> None:
        """What only the new one has does not fit; nor does a new one without it."""
        old = former(sealed()) | {"statements": []}
        assert [where for where, _ in violations(old)] == ["certificate"]
        new = former(sealed()) | {"schema": "tiered-certificate-2"}
        assert "'statements' is a required property" in violations(new)[0][1]


class TestRequire:
    def test_returns_what_fits(self) -> None:
        """A certificate that fits is returned."""
        assert require(sealed()) == sealed()

    @pytest.mark.parametrize("value", [None, [], {}, {"schema": "other"}, {"schema": ["x"]}])
    def test_refuses_what_is_none(self, value: Any) -> None:
        """Any other JSON is refused, with what to give instead."""
        with pytest.raises(DocumentError, match=r"not a certificate; give a file that .* wrote"):
            require(value)

    def test_refuses_what_does_not(self) -> None:
        """With where and how it departs, or which versions are read."""
        with pytest.raises(DocumentError, match="does not fit the schema tiered-certificate-2: "):
            require({"schema": "tiered-certificate-2"})
        with pytest.raises(DocumentError, match="reads tiered-certificate-1 and tiered-certific"):
            require({"schema": "tiered-certificate-3"})


class TestArrange:
    def test_restores_the_order_of_the_schema(self) -> None:
        """Whatever order the keys had, they come out in the schema's, and free keys sorted."""

        def reverse(value: Any) -> Any:
            if isinstance(value, dict):
                return {key: reverse(value[key]) for key in reversed(value)}
            return [reverse(item) for item in value] if isinstance(value, list) else value

        certificate = sealed()
        arranged = arrange(reverse(copy.deepcopy(certificate)))
        assert repr(arranged) == repr(certificate)
        assert list(arranged) == SCHEMA["required"]
        witness = arranged["claims"][1]["evidence"][0]["witness"]
        assert list(witness) == ["predicate", "inputs", "shows"]
        assert list(witness["inputs"]) == ["q", "z"]
