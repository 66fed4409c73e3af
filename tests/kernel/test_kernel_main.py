"""`python -m pyharness.kernel`: its answers, in words and as JSON, and its exit status."""

from __future__ import annotations

import gzip
import io
import json
import lzma
import os
import sys
from pathlib import Path

import pytest

from pyharness.kernel import Refused, check, library
from pyharness.kernel.__main__ import ACCEPTED, DECLINED, REFUSED, USAGE, main
from tests.kernel_exports import Export, basics

if sys.version_info >= (3, 14):
    from compression import zstd
else:
    from backports import zstd


@pytest.fixture
def export() -> Export:
    """Two theorems, of which one rests on an axiom."""
    made = basics()
    made.declare("axiom", "given", "False")
    made.declare("thm", "sure", "True", "True.intro")
    made.declare("thm", "assumed", "False", "given")
    return made


@pytest.fixture
def file(export: Export, tmp_path: Path) -> Path:
    path = tmp_path / "proofs.ndjson"
    path.write_bytes(b"\n".join(export.lines) + b"\n")
    return path


class TestMain:
    def test_what_is_accepted(self, file, capsys):
        """It says how much, on which axioms, and what took longest."""
        assert main([str(file), "--theorem", "sure", "--theorem", "assumed"]) == ACCEPTED
        shown = capsys.readouterr().out
        assert (
            "accepted: 42 constants" in shown and "axioms: given" in shown and "slowest: " in shown
        )
        assert "theorem sure: no axioms" in shown and "theorem assumed: axioms given" in shown

    def test_as_json(self, file, capsys):
        """The same as one object, from a compressed file."""
        packed = file.with_name("proofs.ndjson.gz")
        packed.write_bytes(gzip.compress(file.read_bytes()))
        assert main([str(packed), "--theorem", "assumed", "--json"]) == ACCEPTED
        answer = json.loads(capsys.readouterr().out)
        assert (
            answer["accepted"]
            and answer["theorems"] == {"assumed": ["given"]}
            and answer["axioms"] == ["given"]
        )

    def test_what_is_refused(self, export, file, capsys):
        """It says which declaration, by which rule, why, and shows the term."""
        export.declare("thm", "LeanMining.lie", "False", "True.intro")
        file.write_bytes(b"\n".join(export.lines))
        assert main([str(file)]) == REFUSED
        shown = capsys.readouterr().out
        assert shown.startswith(
            "refused: LeanMining.lie\nrule: declared-type\nreason: the value has the type True, not False"
        )
        assert "term: True.intro" in shown
        assert main([str(file), "--json"]) == REFUSED
        answer = json.loads(capsys.readouterr().out)
        assert not answer["accepted"] and answer["refused"][0]["rule"] == "declared-type"

    @pytest.mark.parametrize("name", ["missing", "given", "Nat.zero"])
    def test_a_theorem_that_is_not_there(self, file, capsys, name):
        """What is no theorem is not taken for one."""
        assert main([str(file), "--theorem", name]) == REFUSED
        assert "no theorem of this name" in capsys.readouterr().out

    @pytest.mark.parametrize("data", [b"", b"no gzip"], ids=["empty", "other"])
    def test_what_is_no_export(self, tmp_path, capsys, data):
        """It is refused, whatever its name."""
        path = tmp_path / "proofs.ndjson.gz"
        path.write_bytes(data)
        assert main([str(path)]) == REFUSED
        assert "rule: format" in capsys.readouterr().out

    @pytest.mark.parametrize("pack", [gzip.compress, lzma.compress, zstd.compress])
    def test_compressed_files(self, export, tmp_path, capsys, pack):
        """They are known by their first bytes; one that is damaged or cut short is not read."""
        whole = pack(b"\n".join(export.lines))
        path = tmp_path / "proofs"
        path.write_bytes(whole)
        assert main([str(path)]) == ACCEPTED
        for data in (whole[:-20], whole[:-6] + bytes(6)):
            path.write_bytes(data)
            with pytest.raises(SystemExit) as ended:
                main([str(path)])
            assert ended.value.code == USAGE and "cannot be unpacked" in capsys.readouterr().err

    def test_zstd_that_cannot_be_read(self, export, tmp_path, monkeypatch, capsys):
        """Where nothing reads zstd, the message says what to do."""
        path = tmp_path / "proofs"
        path.write_bytes(zstd.compress(b"\n".join(export.lines)))
        monkeypatch.setitem(sys.modules, zstd.__name__, None)
        monkeypatch.delattr(sys.modules[zstd.__name__.partition(".")[0]], "zstd")
        with pytest.raises(SystemExit) as ended:
            main([str(path)])
        assert ended.value.code == USAGE and "zstd -d" in capsys.readouterr().err

    def test_standard_input(self, export, monkeypatch, capsys):
        """- stands for it."""
        lines = io.TextIOWrapper(io.BufferedReader(io.BytesIO(b"\n".join(export.lines))))
        monkeypatch.setattr("sys.stdin", lines)
        assert main(["-"]) == ACCEPTED and "accepted: 42" in capsys.readouterr().out

    def test_what_is_declined(self, export, file, capsys):
        """Another version, a budget that ends, and compiled code are no refusal."""
        file.write_bytes(file.read_bytes().replace(b"3.1.0", b"3.2.0", 1))
        assert main([str(file)]) == DECLINED
        assert "declined: line 1\nrule: version" in capsys.readouterr().out
        file.write_bytes(b"\n".join(export.lines))
        assert main([str(file), "--steps", "10", "--json"]) == DECLINED
        assert json.loads(capsys.readouterr().out)["refused"][0]["declined"]

    @pytest.mark.parametrize("jobs", ["1", "3"])
    def test_all_that_is_refused(self, export, file, capsys, monkeypatch, jobs):
        """Each is listed, and what rests on it is checked as if it held; a file is not accepted for
        that.
        """
        monkeypatch.setattr(library, "_FEW", 0)
        export.declare("thm", "one", "False", "True.intro")
        export.declare("thm", "two", "False", "one")
        export.declare("thm", "three", "True", "one")
        export.declare("thm", "one", "True", "True.intro")
        export.declare("thm", "four", "Nat", "missing")
        file.write_bytes(b"\n".join(export.lines))
        options = [
            str(file),
            "--keep-going",
            "--jobs",
            jobs,
            "--theorem",
            "two",
            "--theorem",
            "four",
            "--json",
        ]
        assert main(options) == REFUSED
        answer = json.loads(capsys.readouterr().out)
        assert [(item["declaration"], item["rule"]) for item in answer["refused"]] == [
            ("one", "declared-type"),
            ("three", "declared-type"),
            ("one", "duplicate"),
            ("four", "theorem"),
        ]
        assert answer["theorems"] == {"two": ["one"], "four": ["four"]} and not answer["accepted"]
        assert main(options[:1] + options[2:]) == REFUSED
        answer = json.loads(capsys.readouterr().out)
        assert [item["declaration"] for item in answer["refused"]] == ["one"]

    @pytest.mark.parametrize("option", [[], ["--certificate"]], ids=["file", "certificate"])
    def test_what_is_no_regular_file(self, tmp_path, capsys, option):
        """A FIFO that nobody writes to, a device and a folder end it at once, with status 3."""
        os.mkfifo(tmp_path / "fifo.ndjson")
        for path in (tmp_path / "fifo.ndjson", Path("/dev/zero"), tmp_path):
            with pytest.raises(SystemExit) as ended:
                main([*option, str(path)])
            assert ended.value.code == USAGE and "no regular file" in capsys.readouterr().err

    @pytest.mark.parametrize("suffix", [".ndjson", ".ndjson.gz"])
    def test_a_line_without_an_end(self, tmp_path, capsys, suffix):
        """It is not read in full, plain or compressed: a file of little bytes may hold many."""
        path, data = tmp_path / f"proofs{suffix}", b" " * (8 << 20)
        path.write_bytes(gzip.compress(data) if suffix.endswith(".gz") else data)
        assert main([str(path)]) == DECLINED
        assert "reason: input: a line has more than" in capsys.readouterr().out

    @pytest.mark.parametrize("arguments", [[], ["missing.ndjson"], ["a", "b"], ["a", "--unknown"]])
    def test_bad_usage(self, arguments, capsys):
        """It ends with status 3 and says what is wrong."""
        with pytest.raises(SystemExit) as ended:
            main(arguments)
        assert ended.value.code == USAGE and capsys.readouterr().err

    def test_help_has_examples(self, capsys):
        """The help shows how it is run and what the exit status says."""
        with pytest.raises(SystemExit):
            main(["--help"])
        shown = capsys.readouterr().out
        assert "examples:" in shown and "exit status: 0" in shown


class TestCheck:
    def test_progress_is_told(self, export):
        """Each declaration is named, with how many were before it, and how many there are."""
        told = []
        check(export.lines, progress=lambda *item: told.append(item))
        assert told[-1] == ("assumed", 17, 18) and len(told) == 18

    def test_times_are_kept(self, export):
        """There is a time for each declaration, and the longest is among them."""
        done = check(export.lines)
        assert len(done.seconds) == 18 and done.slowest[1] == max(done.seconds.values())

    @pytest.mark.parametrize(
        ("error", "rule"),
        [
            (KeyError("a"), "internal"),
            (AssertionError(), "internal"),
            (RecursionError(), "budget"),
            (MemoryError(), "budget"),
        ],
    )
    def test_a_kernel_that_fails_accepts_nothing(self, export, monkeypatch, error, rule):
        """Whatever goes wrong inside is a refusal of the declaration that it went wrong on."""

        def failing(self, made, family):
            raise error

        monkeypatch.setattr(library.Kernel, "verify", failing)
        with pytest.raises(Refused) as refused:
            check(export.lines)
        assert (refused.value.rule, refused.value.declaration) == (rule, "Nat")

    def test_without_room_for_its_stack_it_refuses(self, export, monkeypatch):
        """Where no thread can be started nothing is accepted, and settings are as before."""

        def start(self):
            raise RuntimeError("can't start new thread")

        monkeypatch.setattr(library.threading.Thread, "start", start)
        with pytest.raises(Refused, match="budget: memory: there is no room"):
            check(export.lines)
