"""`pyharness diff`: differences between two files."""

from __future__ import annotations

import json

from pyharness.cli import main


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
