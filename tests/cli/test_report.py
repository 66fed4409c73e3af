"""`pyharness report`: where each kind of report goes."""

from __future__ import annotations

import json

from pyharness.certificate.canonical import file_bytes
from pyharness.cli import main
from tests import certificate_samples as samples

CERTIFICATE = samples.sealed()


def test_prints_or_writes(tmp_path, capsys):
    """To a file or to the terminal, and as JSON."""
    path, out = tmp_path / "demo.json", tmp_path / "report.md"
    path.write_bytes(file_bytes(CERTIFICATE))
    assert main(["report", str(path)]) == 0
    text = capsys.readouterr().out
    assert main(["report", str(path), "-o", str(out)]) == 0 and out.read_text() == text
    capsys.readouterr()
    assert (
        main(["report", str(path), "--json"]) == 0
        and json.loads(capsys.readouterr().out)["text"] == text
    )
    path.write_text("[]")
    assert main(["report", str(path)]) == 2


def test_writes_a_folder(tmp_path, capsys):
    """By default where -o names no file of another kind."""
    path, out = tmp_path / "demo.json", tmp_path / "report"
    path.write_bytes(file_bytes(CERTIFICATE))
    assert main(["report", str(path), "-o", str(out), "--baseline", str(path)]) == 0
    assert "index.html" in capsys.readouterr().out and "Nothing differs" in (
        out / "index.html"
    ).read_text("utf-8")
    assert main(["report", str(path), "-o", str(out), "--format", "html", "--json"]) == 0


def test_says_what_is_wrong(tmp_path, capsys):
    """No folder given; a folder of somebody else's; options of another format."""
    path = tmp_path / "demo.json"
    path.write_bytes(file_bytes(CERTIFICATE))
    assert main(["report", str(path), "--format", "html"]) == 2 and "-o" in capsys.readouterr().err
    assert main(["report", str(path), "-o", "a.html"]) == 2 and "folder" in capsys.readouterr().err
    assert (
        main(["report", str(path), "-o", "a", "--source", str(path)]) == 2
        and "--source" in capsys.readouterr().err
    )
    assert (
        main(["report", str(path), "-o", str(tmp_path)]) == 2
        and "demo.json" in capsys.readouterr().err
    )
    assert (
        main(["report", str(path), "--baseline", str(path)]) == 2
        and "--baseline" in capsys.readouterr().err
    )
