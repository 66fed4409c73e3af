"""No text of a file, an argument, a pack or an exception is obeyed by a terminal, a page or a CI:
every command and every format, on inputs in which each string that can hold it is hostile.
"""

from __future__ import annotations

import contextlib
import copy
import json
import os
import re
import unicodedata
from pathlib import Path
from xml.etree import ElementTree

import pytest
import torch
from safetensors.torch import save_file

from pyharness.certificate.canonical import file_bytes
from pyharness.certificate.schema import violations
from pyharness.cli import _COMMANDS, main
from tests import certificate_samples as samples
from tests.small_project import CONFIG, call, run

FORGED = "the gate passes"
HOSTILE = (
    f"\x1b[2K\x1b[1A\x9b31m\x1b]0;t\x07\x00\x7f\x85\r\n{FORGED}\n{FORGED}\r{FORGED}\u2028{FORGED}"
    f"\u2029\x0b{FORGED}\x0c{FORGED}\n::error::no\n\u202e\u2066\u200b\u200f\ufeff\u3164\u00ad"
    f"{' ' * 300}{FORGED}\n##[error]no ##vso[task.complete result=Succeeded;]\t"
    "<script>alert(1)</script> [red]r[/red][/x] | `` ``` <b> [a](http://b.example) =1+1 {0} %s"
)
"""A bit of each kind, and it looks like a passing gate in a line of its own."""


def assert_harmless(text: str, *, lines: str = "\n", document: bool = False) -> None:
    """Assert that a text holds no character that is obeyed or hides, no forged line, and, unless it
    is a document, no command to a CI's runner.
    """
    hidden = {
        char
        for char in set(text)
        if unicodedata.category(char) in ("Cc", "Cf", "Cs", "Co", "Cn", "Zl", "Zp")
    }
    assert hidden <= set(lines) and "\u3164" not in text
    for line in text.split("\n"):
        assert line.strip() != FORGED
        assert document or not (line.lstrip().startswith("::") or re.search(r"##\w*\[", line))


def make_hostile(certificate: dict) -> dict:
    """The certificate with `HOSTILE` before every string that the schema lets be anything."""
    certificate = copy.deepcopy(certificate)

    def visit(node):
        for key in list(node) if isinstance(node, dict) else range(len(node)):
            value = node[key]
            if isinstance(value, (dict, list)):
                visit(value)
            elif isinstance(value, str):
                for hostile in (f"{HOSTILE}{value}", f"x{HOSTILE}".replace("\\", "")):
                    node[key] = hostile
                    if not violations(certificate):
                        break
                    node[key] = value

    visit(certificate)
    return certificate


@pytest.fixture(scope="module")
def hostile() -> dict:
    """A certificate with claims of every kind, records and plots, and every string hostile."""
    records = samples.drawn_records()
    found = samples.record(
        "relu.codes", "gold", [samples.POINTS], samples.proof("sorry", note="a note"), untied=["f"]
    )
    certificate = samples.sealed([*records[:-1], found])
    certificate["claims"][0]["recorded"] = [
        {
            "file": "evidence/h100.json",
            "digest": samples.SHA,
            "device": "cuda",
            "name": "A device",
            "stale": False,
            "agrees": [1],
            "elsewhere": [certificate["claims"][2]["evidence"][0]],
        }
    ]
    changed = make_hostile(certificate)
    count = json.dumps(changed).count("alert(1)")
    assert count > 60, f"only {count} strings are hostile"
    return changed


@pytest.fixture
def place(tmp_path, hostile, monkeypatch):
    """A folder with the certificate, an honest one, and a project that has it."""
    samples.forge(hostile, tmp_path / "hostile.json")
    (tmp_path / "honest.json").write_bytes(file_bytes(samples.sealed(samples.drawn_records())))
    (tmp_path / "pyharness.toml").write_text(CONFIG.replace("certificates/small", "hostile"))
    samples.write_project(tmp_path)
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("COLUMNS", "100000")
    return tmp_path


ON_CERTIFICATES = {
    "check": [["check", "hostile.json"], ["check", "hostile.json", "--source", "."]],
    "diff": [["diff", "hostile.json", "honest.json"], ["diff", "honest.json", "hostile.json"]],
    "gate": [
        ["gate", "hostile.json", "--min-tier", "gold"],
        ["gate", "hostile.json", "--baseline", "honest.json"],
        ["gate", "honest.json", "--baseline", "hostile.json"],
    ],
    "explain": [
        *(["explain", claim] for claim in ("relu.extensive", "relu.open", "relu.codes")),
        ["explain", "relu.identity"],
        ["explain", "relu.identity", "-v"],
        ["explain", "relu.identity", "--replay"],
    ],
    "report": [["report", "hostile.json"], ["report", "hostile.json", "-o", "out.md"]],
}
OTHERWISE = {
    *("audit", "comparator", "completion", "doctor", "evidence", "init", "pin", "sign", "status"),
    "verify",
}
"""Commands that print nothing of a certificate, or only what they made: tested below."""


def test_every_command_is_here():
    """A new command must be added to one of the two."""
    assert {command.__name__.rpartition(".")[2] for command in _COMMANDS} == (
        OTHERWISE | ON_CERTIFICATES.keys()
    )


@pytest.mark.parametrize("command", ON_CERTIFICATES)
def test_on_a_certificate(place, command):
    """What is printed, as text and as JSON."""
    for arguments in ON_CERTIFICATES[command]:
        done = call(place, *arguments)
        assert done.stdout or done.stderr
        assert "Traceback" not in done.stderr
        for text in (done.stdout, done.stderr):
            assert_harmless(text)
        done = call(place, *arguments, "--json")
        json.loads(done.stdout)
        assert_harmless(done.stdout)
        assert_harmless(done.stderr)


def test_a_forged_line_alone_fails_the_test():
    """The check can fail, for each of its reasons."""
    for text in (
        f"a\n{FORGED}\n",
        f"a\n  {FORGED}",
        "a\x1b",
        "\u202e",
        "a\r",
        "\u3164",
        " ::error::",
        "a ##[b",
    ):
        with pytest.raises(AssertionError):
            assert_harmless(text)


def test_files_of_the_gate(place):
    """JUnit and SARIF parse and hold every failure; the summary has one heading and its tables."""
    names = {"junit": "xml", "sarif": "sarif", "summary": "md", "badge": "json"}
    call(
        place,
        *["gate", "hostile.json", "--baseline", "honest.json", "--min-tier", "gold"],
        *(part for name, end in names.items() for part in (f"--{name}", f"gate.{end}")),
    )
    written = {end: (place / f"gate.{end}").read_text("utf-8") for end in names.values()}
    for text in written.values():
        assert_harmless(text, document=True)
    cases = ElementTree.fromstring(written["xml"])
    results = json.loads(written["sarif"])["runs"][0]["results"]
    assert len(cases.findall(".//failure")) == len(results) > 3
    for result in results:
        uri = result["locations"][0]["physicalLocation"]["artifactLocation"]["uri"]
        assert re.fullmatch(r"[A-Za-z0-9._~/%-]+", uri)
    assert_no_markup(written["md"])
    assert re.findall("^#.*", written["md"], re.M) == [written["md"].splitlines()[0]]


def assert_no_markup(text: str) -> None:
    """Assert that in Markdown no tag, link, emphasis or cell of a table is foreign."""
    bare = re.sub(r"\\.", "", re.sub(r"(?m)^>     .*", "", text))
    assert not re.search(r"[<`~]|\]\(|\[a|http:/|^(=+|-+)$", bare, re.M)
    tables = re.findall(r"(?:^\|.*\n)+", bare, re.M)
    assert tables
    for table in tables:
        assert len({line.count("|") for line in table.splitlines()}) == 1


def test_markdown(place):
    """The document has the headings, rows and marks of the honest one."""
    for name in ("hostile", "honest"):
        call(place, "report", f"{name}.json", "-o", f"{name}.md")
    hostile, honest = ((place / f"{name}.md").read_text("utf-8") for name in ("hostile", "honest"))
    assert_harmless(hostile, document=True)
    assert_no_markup(hostile)
    for mark in ("^# ", "^### ", "^- "):
        assert len(re.findall(mark, hostile, re.M)) >= len(re.findall(mark, honest, re.M))


def test_latex(place):
    """A table with one row for each claim."""
    call(place, "report", "hostile.json", "-o", "out.tex")
    text = (place / "out.tex").read_text("utf-8")
    assert_harmless(text)
    assert text.isascii() and len(text.splitlines()) == 5 + 4


def test_blueprint(place):
    """No text opens or closes an environment, or forges a theorem."""
    for name in ("hostile", "honest"):
        call(place, "report", f"{name}.json", "--format", "blueprint", "-o", f"{name}.tex")
    hostile, honest = ((place / f"{name}.tex").read_text("utf-8") for name in ("hostile", "honest"))
    assert_harmless(hostile)
    for text in (hostile, honest):
        theorems = text.count("\n\\begin{theorem}[{")
        assert theorems == text.count("\n\\end{theorem}\n") == text.count("\n\\label{claim:") > 0
        proofs = text.count("\n\\begin{proof}\\leanok\n")
        assert theorems + proofs == text.count("\\begin") == text.count("\\end")
    assert hostile.count("\\lean{") <= honest.count("\\lean{")


def test_pages(place):
    """Nothing but lines and tabs, and no script of the certificate's."""
    call(place, "report", "hostile.json", "-o", "pages", "--baseline", "honest.json")
    pages = sorted((place / "pages").rglob("*.html"))
    assert len(pages) > 10
    for page in pages:
        text = page.read_text("utf-8")
        assert_harmless(re.sub("(?m)^ *the gate passes$", "", text), lines="\n\t", document=True)
        assert "<script>alert" not in text


@pytest.mark.parametrize("as_json", [False, True])
@pytest.mark.parametrize("command", ["check", "gate", "explain", "report", "diff", HOSTILE])
def test_arguments(place, capsys, command, as_json):
    """Arguments are repeated as they can be seen, those that are not UTF-8 too."""
    argument = HOSTILE.replace("\0", "") + os.fsdecode(b"\xff\x9b")
    with contextlib.suppress(SystemExit):
        main([command, argument, *(["--json"] if as_json else [])])
    shown = capsys.readouterr()
    assert shown.err
    assert_harmless(shown.out)
    assert_harmless(shown.err)


def test_pack_errors(place):
    """What a pack says: in its exceptions, its requirements and its names."""
    (place / "small_pack.py").write_text(
        "from pyharness import UsageError, requirement\n"
        f"HOSTILE = {HOSTILE!a} + '\\udcff'\n"
        "@requirement(HOSTILE)\ndef weights():\n    raise UsageError(HOSTILE)\n"
    )
    done = call(place, "doctor", "--project", ".")
    assert "MISSING" in done.stdout and "alert(1)" in done.stdout
    assert_harmless(done.stdout)
    assert_harmless(done.stderr)
    (place / "small_pack.py").write_text(f"raise ValueError({HOSTILE!a} + '\\udcff')\n")
    for command in (["doctor", "--project", "."], ["status"], ["pin"], ["verify"]):
        done = call(place, *command)
        assert done.returncode and "alert(1)" in done.stdout + done.stderr
        assert_harmless(done.stdout)
        assert_harmless(done.stderr)


def test_evidence_of_a_pack(project):
    """What a verify shows: a table of what a pack yields, and why evidence is missing."""
    (project / "small_pack.py").write_text(
        "from pyharness.project.pack import Source, claim\n"
        "from pyharness.evidence import Evidence\n"
        f"H = {HOSTILE!a}\n"
        "SOURCE = Source(H, H)\n"
        "@claim('small.proved', statement=H, source=SOURCE, theorem='Small.proved', tier='none')\n"
        "def proved(run):\n    yield Evidence('exhaustive', H, 4, 0, H)\n"
        "@claim('small.broken', statement=H, source=SOURCE, tier='none')\n"
        "def broken(run):\n    raise ValueError(H)\n    yield\n"
    )
    for command in (["pin"], ["status"], ["verify"]):
        done = run(project, *command)
        assert "Traceback" not in done.stderr
        assert_harmless(done.stdout)
        assert_harmless(done.stderr)
    assert "⟨U+001B⟩" in done.stdout and "alert(1)" in done.stderr
    done = run(project, "verify", "--json")
    assert "alert(1)" in json.dumps(json.loads(done.stdout))
    assert_harmless(done.stdout)


def test_audit(tmp_path, library_cache):
    """Names of tensors, in a file of codes that are wrong, too many, and without scales."""
    name = HOSTILE.replace("\0", "")
    w = torch.linspace(-1, 1, 64).reshape(2, 32)
    codes = torch.round(w * 127).to(torch.int8)
    codes[0, 5] += 3
    scale = torch.full((2, 1), 1 / 127)
    parts = {f"{name}.weight": codes, f"{name}.weight_scale": scale, f"{name}x": codes.clone()}
    save_file(parts, tmp_path / "codes.safetensors", metadata={name: name})
    save_file({f"{name}.weight": w, f"{name}z": w.clone()}, tmp_path / "model.safetensors")
    original = ["--original", "model.safetensors"]
    for options in (original, [], [*original, "--map", f"{name}.weight={name}z"]):
        for form in ([], ["--json"]):
            done = call(
                tmp_path, "audit", "codes.safetensors", *options, *form,
                XDG_CACHE_HOME=str(library_cache),
            )  # fmt: skip
            assert "alert(1)" in done.stdout + done.stderr
            assert_harmless(done.stdout)
            assert_harmless(done.stderr)


@pytest.mark.parametrize("stage", ["Tensors", HOSTILE])
def test_progress(monkeypatch, capsys, stage):
    """Neither bars nor lines show a name as it is, nor take it for markup."""
    from pyharness.cli.output import show_progress

    with show_progress() as progress:
        progress(stage, HOSTILE, 0, 1)
    assert_harmless(capsys.readouterr().err)
    monkeypatch.setenv("FORCE_COLOR", "1")
    monkeypatch.setenv("TERM", "xterm")
    with show_progress() as progress:
        progress("Tensors", HOSTILE, 0, 1)
        progress("Tensors", HOSTILE, 1, 1)
    shown = capsys.readouterr().err
    assert "⟨U+001B⟩" in shown
    assert_harmless(re.sub(r"\x1b\[[0-9;?]*[A-Za-z]", "", shown), lines="\n\r")


def test_names_of_files(tmp_path):
    """A folder of a hostile name, in every message that names it."""
    folder = tmp_path / Path(HOSTILE.replace("\0", "").replace("/", "")[:120])
    folder.mkdir()
    for command in (
        ["init", str(folder)],
        ["status", "--project", str(folder)],
        ["init", str(folder), "--lake", "--theorems", "a"],
        ["comparator", "--project", str(folder), "--challenge", "A", "--solution", "B"],
        ["evidence", "record", "--device", "cpu", "--project", str(folder), "-o", "x.json"],
        ["sign", str(folder / "none.json"), "--key", str(folder)],
    ):
        done = call(tmp_path, *command)
        assert done.returncode and FORGED in done.stderr
        assert_harmless(done.stderr)
