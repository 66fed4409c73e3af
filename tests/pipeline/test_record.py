"""Recording evidence: on a device that stands in for a GPU and on the CPU, and the whole way from a
record to a certificate.
"""

from __future__ import annotations

import json
import shutil

import pytest
import torch
from torch.autograd import DeviceType
from torch.profiler import ProfilerActivity, profile

from pyharness.certificate.canonical import file_bytes
from pyharness.certificate.recorded import read_recording, record_digest
from pyharness.certificate.schema import RECORDED
from pyharness.cli import main
from pyharness.core.device import CPU, ran
from pyharness.core.executor import SerialExecutor
from pyharness.pipeline.gather import code_sha256
from pyharness.pipeline.record import record
from pyharness.pipeline.verify import verify
from pyharness.project.pack import load_pack
from pyharness.project.settings import load_project
from tests.simulated import DEVICE
from tests.small_project import CONFIG, importable

PACK = '''\
import torch
from pyharness.project.pack import Source, claim
from pyharness.evidence.exhaustive import INT8, enumerate_cases, sweep

PAPER = Source("A paper", "Section 1")


def is_extensive(z, q):
    """q ≤ max(q, z)."""
    return torch.maximum(torch.as_tensor(z), torch.as_tensor(q)) >= torch.as_tensor(q)


def is_small(n):
    """n is under 3."""
    return n < 3


@claim("recorded.extensive", statement="q ≤ max(q, z).", source=PAPER, tier="bronze")
def extensive(run):
    yield sweep(is_extensive, {"z": INT8, "q": INT8}, domain="all pairs", summary="65,536 pairs")


@claim("recorded.small", statement="Numbers are under 3.", source=PAPER, tier="refuted")
def small(run):
    yield enumerate_cases(is_small, [{"n": n} for n in range(5)], domain="0 to 4", summary="5 numbers",
                          shows="{n} is not")


@claim("recorded.nothing", statement="Nothing is said.", source=PAPER, tier="none")
def nothing(run):
    return []
'''


def quiet(*_):
    """Show no progress."""


@pytest.fixture(scope="module")
def built(built_project, tmp_path_factory):
    """A project whose Lean library is built, with a pack of its own."""
    folder = shutil.copytree(built_project, tmp_path_factory.mktemp("recorded") / "project")
    (folder / "pyharness.toml").write_text(CONFIG.replace("small", "recorded"))
    (folder / "recorded_pack.py").write_text(PACK)
    (folder / "certificates" / "evidence").mkdir(parents=True)
    with importable(folder):
        yield folder


@pytest.fixture(scope="module")
def records(built):
    """The project's evidence recorded on the CPU and on the device that stands in for a GPU."""
    return tuple(
        record(load_project(built), device, progress=quiet, executor=SerialExecutor())
        for device in (CPU, DEVICE)
    )


@pytest.fixture
def evidence(built):
    """The folder of records, empty again afterwards."""
    folder = built / "certificates" / "evidence"
    yield folder
    for path in folder.iterdir():
        path.unlink()


def as_gpu(content, change=lambda content: None):
    """What a GPU would have recorded: the other device's record, with its name and digest."""
    content = json.loads(json.dumps(content).replace('"simulated"', '"cuda"'))
    change(content)
    return content | {"digest": record_digest(content)}


class TestRecord:
    """`record`."""

    def test_devices_find_the_same(self, records):
        """Evidence that a device computed is the CPU's but for the device; what Python computes
        says so.
        """
        home, there = records
        assert [
            (claim["id"], [piece["device"] for piece in claim["evidence"]])
            for claim in there["claims"]
        ] == [("recorded.extensive", ["simulated"]), ("recorded.small", ["cpu"])]
        for ours, theirs in zip(home["claims"], there["claims"], strict=True):
            assert (
                ours["code_sha256"] == theirs["code_sha256"]
                and ours["kernels"] == theirs["kernels"] == []
            )
            assert ours["evidence"] == [piece | {"device": "cpu"} for piece in theirs["evidence"]]

    def test_says_how_it_was_made(self, records):
        """Device, versions and flags as torch gives them; times apart from the digest; and it can
        be read.
        """
        home, there = records
        assert (home["device"]["type"], there["device"]["type"]) == ("cpu", "simulated") and home[
            "device"
        ]["name"]
        assert home["versions"]["torch"] == torch.__version__
        assert home["flags"]["deterministic"] and not home["flags"]["cudnn_benchmark"]
        assert set(home["timings"]["seconds"]) == {
            "recorded.extensive",
            "recorded.small",
            "recorded.nothing",
        }
        assert home["digest"] == record_digest(home | {"timings": {}}) != there["digest"]

    def test_kernels_are_read_off_a_profile(self):
        """By the names of what ran on a kind of device, each once; copies and fills of memory are
        none.
        """
        with profile(activities=[ProfilerActivity.CPU]) as profiled:
            for _ in range(3):
                torch.maximum(torch.arange(4), torch.arange(4))
        assert "aten::maximum" in ran(profiled, DeviceType.CPU) and not ran(
            profiled, DeviceType.CUDA
        )

    @pytest.mark.skipif(torch.cuda.is_available(), reason="there is a CUDA device")
    def test_without_the_device_nothing_is_written(self, built, tmp_path, capsys):
        """Status 2 before any work, and it says what to do."""
        for command in (["evidence", "record", "-o", str(tmp_path / "r.json")], ["verify"]):
            assert main([*command, "--device", "cuda", "--project", str(built)]) == 2
            assert "no CUDA device here" in capsys.readouterr().err
        assert not list(tmp_path.iterdir())

    def test_a_folder_that_cannot_be_made_is_said_first(self, built, tmp_path, capsys):
        """So that no work is lost."""
        (tmp_path / "file").write_text("in the way")
        output = tmp_path / "file" / "r.json"
        assert (
            main(
                [
                    "evidence",
                    "record",
                    "--device",
                    "cpu",
                    "-o",
                    str(output),
                    "--project",
                    str(built),
                ]
            )
            == 2
        )
        assert "cannot be made" in capsys.readouterr().err

    def test_help_has_examples(self, capsys):
        """The command's help shows how it is used and what its exit status means."""
        with pytest.raises(SystemExit, match="0"):
            main(["evidence", "record", "--help"])
        shown = capsys.readouterr().out
        assert "pyharness evidence record --device cuda -o" in shown and "exit status" in shown


class TestFromRecordToCertificate:
    """`verify` with records beside the certificate."""

    def test_a_record_is_found_again(self, built, records, evidence, capsys):
        """The command line writes it, verify takes it in and names it; recorded on a CPU it
        reproduces nothing on a GPU.
        """
        assert (
            main(
                [
                    "evidence",
                    "record",
                    "--device",
                    "cpu",
                    "-o",
                    str(evidence / "cpu.json"),
                    "--project",
                    str(built),
                ]
            )
            == 0
        )
        assert "2 claims, 2 pieces of evidence, 2 of them computed on" in capsys.readouterr().out
        assert (
            read_recording(evidence.parent, "evidence/cpu.json").content["digest"]
            == records[0]["digest"]
        )
        (evidence / "gpu.json").write_bytes(file_bytes(as_gpu(records[1]), RECORDED))
        assert main(["verify", "--project", str(built)]) == 0
        assert "evidence/gpu.json on" in capsys.readouterr().out.replace("\n", " ")
        extensive, small, nothing = json.loads(
            (built / "certificates" / "recorded.json").read_bytes()
        )["claims"]
        assert [(one["file"], one["device"], one["agrees"]) for one in extensive["recorded"]] == [
            ("evidence/cpu.json", "cpu", [1]),
            ("evidence/gpu.json", "cuda", [1]),
        ]
        assert [one["agrees"] for one in small["recorded"]] == [[1], []] and nothing[
            "recorded"
        ] == []
        assert (
            main(["check", str(built / "certificates" / "recorded.json"), "--source", str(built)])
            == 0
        )

    def test_other_code_makes_it_stale(self, built, records, evidence, monkeypatch):
        """A record by another version of the pack is shown as stale, even where it would
        contradict.
        """

        def older(content):
            for claim in content["claims"]:
                for one in (claim, *claim["evidence"]):
                    one["code_sha256"] = "0" * 64
                claim["evidence"][0]["cases"] += 1

        (evidence / "gpu.json").write_bytes(file_bytes(as_gpu(records[1], older), RECORDED))
        extensive = verify(load_project(built), progress=quiet).certificate["claims"][0]
        assert [(one["stale"], one["agrees"]) for one in extensive["recorded"]] == [(True, [])]

    def test_a_changed_pack_has_another_digest(self, built, tmp_path, monkeypatch):
        """Of the code that a record is compared by."""
        item = next(
            item for item in load_pack(["recorded_pack"]) if item.id == "recorded.extensive"
        )
        before, pack = code_sha256(item), built / "recorded_pack.py"
        pack.write_text(PACK + "\nCHANGED = True\n")
        try:
            assert code_sha256(item) != before
        finally:
            pack.write_text(PACK)
        assert code_sha256(item) == before

    def test_a_contradiction_ends_it(self, built, records, evidence, capsys):
        """Status 1, with both values, and the certificate that was there stays."""
        verify(load_project(built), progress=quiet)
        certificate = built / "certificates" / "recorded.json"
        before = certificate.read_bytes()

        def wrong(content):
            content["claims"][0]["evidence"][0]["cases"] = 65535

        (evidence / "gpu.json").write_bytes(file_bytes(as_gpu(records[1], wrong), RECORDED))
        assert main(["verify", "--project", str(built)]) == 1
        errors = capsys.readouterr().err
        assert "recorded.extensive" in errors and "cases: 65536 here, 65535 there" in errors
        assert certificate.read_bytes() == before

    def test_what_a_record_says_stays_text(self, built, records, evidence, capsys):
        """A refutation of the record's own ends it too, and its words do not command the
        terminal.
        """

        def hostile(content):
            piece = content["claims"][0]["evidence"][0]
            witness = {
                "predicate": "recorded_pack:is_extensive",
                "inputs": {"z": 1, "q": 0},
                "shows": "nothing",
            }
            content["claims"][0]["evidence"].append(
                piece
                | {"domain": "\x1b[2J", "violations": 1, "outcome": "refuted", "witness": witness}
            )

        (evidence / "gpu.json").write_bytes(file_bytes(as_gpu(records[1], hostile), RECORDED))
        assert main(["verify", "--project", str(built)]) == 1
        errors = capsys.readouterr().err
        assert "nothing refutes it here" in errors and "\x1b[2J" not in errors

    def test_a_damaged_record_ends_it_before_any_work(self, built, records, evidence, capsys):
        """Status 2, and it names the file."""
        (evidence / "gpu.json").write_bytes(file_bytes(records[1], RECORDED)[:-200])
        assert main(["verify", "--project", str(built)]) == 2
        assert "gpu.json cannot be used" in capsys.readouterr().err
