"""Tampering and fuzzing: a changed byte is refused, and no input makes the readers fail in another
way than they say.
"""

from __future__ import annotations

import copy
import json
import random

import pytest
from hypothesis import HealthCheck, given, settings, strategies as st

from pyharness.certificate.canonical import file_bytes
from pyharness.certificate.check import check
from pyharness.certificate.diff import compare
from pyharness.certificate.gate import gate
from pyharness.certificate.schema import violations
from pyharness.core.errors import DocumentError
from pyharness.core.json_files import digest
from pyharness.report import ci, documents
from tests import certificate_samples as samples

CERTIFICATE = samples.sealed(samples.drawn_records())
DATA = file_bytes(CERTIFICATE)
JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=8),
    lambda inner: (
        st.lists(inner, max_size=3)
        | st.dictionaries(
            st.text(max_size=6) | st.sampled_from(["tier", "id", "witness", "rows"]),
            inner,
            max_size=3,
        )
    ),
    max_leaves=6,
)


def refused(path):
    """Whether a certificate's file, beside its proofs and pins, is refused, with a reason or with
    the error for it.
    """
    samples.write_beside(path.parent)
    try:
        return bool(check(path))
    except DocumentError:
        return True


def places(value, path=()):
    """The path of every value in a JSON value."""
    yield path
    inner = (
        value.items()
        if isinstance(value, dict)
        else enumerate(value)
        if isinstance(value, list)
        else ()
    )
    for key, item in inner:
        yield from places(item, (*path, key))


PLACES = list(places(CERTIFICATE))[1:]


def with_value(place, value):
    """The certificate with another value at one place."""
    changed = copy.deepcopy(CERTIFICATE)
    parent = changed
    for key in place[:-1]:
        parent = parent[key]
    parent[place[-1]] = value
    return changed


def test_the_certificate_itself_checks(tmp_path):
    """What follows says something only because this does not refuse."""
    path = tmp_path / "demo.json"
    path.write_bytes(DATA)
    assert not refused(path)


def test_any_changed_byte_is_refused(tmp_path):
    """One bit of 400 bytes, each in turn; a byte left out; a byte too many; cut short."""
    path, generator = tmp_path / "demo.json", random.Random(0)
    for position in generator.sample(range(len(DATA)), 400):
        forged = bytearray(DATA)
        forged[position] ^= 1 << generator.randrange(8)
        path.write_bytes(bytes(forged))
        assert refused(path), (position, DATA[position - 20 : position + 20])
    for forged in (DATA[1:], DATA + b" ", DATA[: len(DATA) // 2], b"", DATA + DATA):
        path.write_bytes(forged)
        assert refused(path)


def test_evidence_that_changes_places_is_refused(tmp_path):
    """Two claims' evidence exchanged: the digest tells; and with the digest made new, the tiers and
    verdicts do, and the claim that each piece carries.
    """
    swapped = copy.deepcopy(CERTIFICATE)
    first, second = swapped["claims"][0], swapped["claims"][1]
    first["evidence"], second["evidence"] = second["evidence"], first["evidence"]
    path = tmp_path / "demo.json"
    path.write_bytes(file_bytes(swapped))
    assert "digest" in [finding.code for finding in check(path)]
    samples.forge(swapped, path)
    ruled = {finding.claim for finding in check(path) if finding.code == "ruling"}
    assert {"relu.extensive", "relu.identity"} <= ruled
    moved = {finding.claim for finding in check(path) if finding.code == "evidence-moved"}
    assert moved == {"relu.extensive", "relu.identity"}


@settings(
    max_examples=150, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture]
)
@given(st.sampled_from(PLACES), JSON)
def test_any_value_anywhere_is_refused_or_the_same(tmp_path, place, value):
    """A value of another kind or content at any place is a finding, and never another exception."""
    changed = with_value(place, value)
    path = tmp_path / "demo.json"
    path.write_text(json.dumps(changed), "utf-8", "surrogatepass")
    if changed != CERTIFICATE:
        assert refused(path)


@settings(
    max_examples=150, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture]
)
@given(st.sampled_from(PLACES), JSON)
def test_what_follows_the_schema_is_read_by_all(tmp_path, place, value):
    """Whatever the schema lets through with a digest of its own is judged, compared and printed
    without an exception.
    """
    changed = with_value(place, value)
    try:
        changed["digest"] = digest(changed)
        if violations(changed):
            return
        samples.forge(changed, tmp_path / "demo.json")
    except (DocumentError, TypeError):
        return
    refused(tmp_path / "demo.json")
    failures = gate(changed, [], least="gold", baseline=CERTIFICATE)
    (
        ci.junit(changed, failures),
        ci.sarif(changed, failures, "demo.json"),
        ci.markdown_summary(changed, failures),
    )
    compare(CERTIFICATE, changed)
    compare(changed, CERTIFICATE)
    documents.markdown(changed)


@settings(
    max_examples=100, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture]
)
@given(st.binary(max_size=200))
def test_bytes_are_refused(tmp_path, data):
    """No bytes but a certificate's are one."""
    path = tmp_path / "demo.json"
    path.write_bytes(data)
    assert refused(path)


@pytest.mark.parametrize(
    "data",
    [
        b"[" * 100_000,
        b'{"a":' * 50_000,
        b"1" * 100_000,
        b"-" * 1000,
        b'"' + b"a" * 100_000,
        b"\xff\xfe",
        b"NaN",
        b"1e999",
        b'{"digest": 1, "digest": 2}',
        b'"\\ud800"',
    ],
)
def test_hostile_json_is_refused(tmp_path, data):
    """Deep, long, double, infinite or broken."""
    path = tmp_path / "demo.json"
    path.write_bytes(data)
    assert refused(path)


def test_links_and_folders_are_no_certificates(tmp_path):
    """What is not a file is refused."""
    with pytest.raises(DocumentError, match="not a file"):
        check(tmp_path)
