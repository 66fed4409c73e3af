"""`pyharness gate`: how it ends, and what it writes."""

from __future__ import annotations

import json
from xml.etree import ElementTree

import pytest

from pyharness.cli import main


def test_gate(files, capsys):
    """Status and every format; the files are written when it fails too."""
    old, new = str(files / "old.json"), str(files / "new.json")
    assert (
        main(["gate", old, "--baseline", old]) == 0 and "the gate passes" in capsys.readouterr().out
    )
    formats = {name: files / "out" / name for name in ("junit", "sarif", "summary", "badge")}
    options = [word for name, path in formats.items() for word in (f"--{name}", str(path))]
    assert main(["gate", new, "--baseline", old, *options]) == 1
    assert "claim-lost" in capsys.readouterr().out
    ElementTree.parse(formats["junit"])
    assert (
        json.loads(formats["sarif"].read_text())["runs"][0]["results"][0]["ruleId"] == "claim-lost"
    )
    assert (
        "relu" in formats["summary"].read_text()
        and json.loads(formats["badge"].read_text())["message"] == "failed"
    )


@pytest.mark.parametrize(
    ("text", "rule"),
    [
        ("", "baseline-invalid"),
        ("null", "baseline-invalid"),
        ("[]", "baseline-invalid"),
        ('{"schema": "tiered-certificate-1"}', "baseline-invalid"),
        (None, "baseline-digest"),
    ],
)
def test_a_baseline_that_is_none_fails_the_gate(files, capsys, text, rule):
    """By its own rule; a file that is not there is bad usage."""
    old, baseline = files / "old.json", files / "baseline.json"
    changed = old.read_text().replace("What relu.open says.", "What relu.shut says.")
    baseline.write_text(changed if text is None else text)
    assert main(["gate", str(old), "--baseline", str(baseline), "--json"]) == 1
    failures = json.loads(capsys.readouterr().out)["failures"]
    assert rule in [failure["rule"] for failure in failures]
    assert main(["gate", str(old), "--baseline", str(files / "none.json")]) == 2


def test_a_tampered_certificate_fails_the_gate(files, capsys):
    """The gate checks before it judges."""
    path = files / "old.json"
    path.write_text(path.read_text().replace("What relu.open says.", "What relu.shut says."))
    assert main(["gate", str(path), "--json"]) == 1
    assert json.loads(capsys.readouterr().out)["failures"][0]["rule"] == "certificate-invalid"
