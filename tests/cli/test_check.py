"""`pyharness check`: a certificate that checks, and reasons against one that does not."""

from __future__ import annotations

import json

from pyharness.certificate.canonical import file_bytes
from pyharness.core.json_files import digest
from tests.small_project import call


def test_check_refuses_a_changed_byte(verified):
    """A certificate that was changed after sealing ends with status 1 and the reason."""
    path = verified / "certificates" / "small.json"
    path.write_text(path.read_text().replace("Conjunction commutes.", "Conjunction commuted."))
    done = call(verified, "check", str(path))
    assert done.returncode == 1 and "digest" in done.stdout


def test_check_can_run_all_again(verified):
    """A certificate that is as a new run gives it checks; one that someone sealed with another
    count does not.
    """
    path = verified / "certificates" / "small.json"
    assert call(verified, "check", str(path), "--source", ".", "--rerun").returncode == 0
    certificate = json.loads(path.read_text())
    certificate["claims"][0]["evidence"][0]["cases"] = 8
    certificate["digest"] = digest(certificate)
    path.write_bytes(file_bytes(certificate))
    assert call(verified, "check", str(path)).returncode == 0
    done = call(verified, "check", str(path), "--rerun")
    assert (
        done.returncode == 1
        and "8 cases, now confirmed with 0 violations in 4 cases" in done.stdout
    )


def test_json_has_the_code_and_the_claim_of_each_finding(verified):
    """So that a program matches no words."""
    path = verified / "certificates" / "small.json"
    certificate = json.loads(path.read_text())
    certificate["claims"][0]["required_tier"] = "gold"
    path.write_bytes(file_bytes(certificate))
    done = call(verified, "check", str(path), "--json")
    found = json.loads(done.stdout)
    assert done.returncode == 1 and not found["checks"]
    assert [(finding["code"], finding["claim"]) for finding in found["findings"]] == [
        ("digest", None),
        ("summary", None),
        ("tier-unmet", "small.proved"),
    ]
    assert all(finding["where"] and finding["reason"] for finding in found["findings"])
