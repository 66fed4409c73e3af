"""`pyharness diff`: differences between two files."""

from __future__ import annotations

import json

from pyharness.certificate.canonical import file_bytes
from pyharness.cli import main
from tests import certificate_samples as samples


def test_diff(files, capsys):
    """Status 0 for the same, 1 for a difference, in words and in JSON; 2 for what is no
    certificate.
    """
    old, new = str(files / "old.json"), str(files / "new.json")
    assert main(["diff", old, old]) == 0 and "nothing differs" in capsys.readouterr().out
    assert main(["diff", old, new]) == 1 and "relu.open: it is gone" in capsys.readouterr().out
    assert main(["diff", old, new, "--json"]) == 1
    assert json.loads(capsys.readouterr().out)[0]["loss"] is True
    (files / "bad.json").write_text("{}")
    assert (
        main(["diff", old, str(files / "bad.json")]) == 2 and "bad.json" in capsys.readouterr().err
    )


def test_what_is_not_to_be_compared_with_is_said(files, capsys):
    """A certificate with another digest than it states, without claims, or with an id twice."""
    old, bad = files / "old.json", files / "bad.json"
    bad.write_text(old.read_text().replace("What relu.open says.", "What relu.shut says."))
    assert main(["diff", str(bad), str(old)]) == 1
    assert "the old certificate: digest: that of the content is" in capsys.readouterr().out
    bad.write_bytes(file_bytes(samples.sealed([])))
    assert main(["diff", str(bad), str(old)]) == 1
    assert "the old certificate has no claims" in capsys.readouterr().out
    bad.write_bytes(file_bytes(samples.sealed([samples.sample_records()[0]] * 2)))
    assert main(["diff", str(old), str(bad)]) == 1
    assert "the new certificate: claim relu.extensive: the id is used twice" in (
        capsys.readouterr().out
    )
