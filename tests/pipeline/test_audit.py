"""Audits by a small real project, whose own claims speak of any tensor: what is checked, kept,
written and refused; and check --tensors.
"""

from __future__ import annotations

import itertools
import json
import os
import shutil
import signal
import subprocess
import sys
import time
from dataclasses import replace
from pathlib import Path

import pytest
import torch
from safetensors.torch import load_file, save_file

from pyharness.audit.looking import look
from pyharness.certificate.check import check
from pyharness.cli import main
from pyharness.core.device import CPU
from pyharness.core.errors import UsageError
from pyharness.core.executor import LocalExecutor, SerialExecutor
from pyharness.core.json_files import read_json
from pyharness.evidence.rounding import disagreement
from pyharness.evidence.streaming import scan
from pyharness.formats import stored
from pyharness.formats.affine import TensorError
from pyharness.formats.digests import tensor_sha256
from pyharness.pipeline import audit as auditing, gather as gathering, scanning
from pyharness.pipeline.audit import audit, output_path
from pyharness.pipeline.gather import EvidenceError
from pyharness.pipeline.replay import replay
from pyharness.project.settings import load_project
from tests.simulated import DEVICE
from tests.small_project import AUDITING, ROOT, importable, run

PACK = """\
import torch
from pyharness.project.pack import Source, claim
from pyharness.evidence import Evidence
from pyharness import as_blocks, of_blocks, of_values
PAPER = Source("A paper", "Section 1")

def has_opposite(q):
    '''−q is an INT8 value as well.'''
    return torch.as_tensor(q).short() != -128

def is_not_seven(q):
    '''q is not 7.'''
    return torch.as_tensor(q) != 7

def largest(x):
    return x.largest * x.unit

def is_under_128(x, dtype="float32"):
    '''No element is over 128.'''
    return largest(as_blocks(x, dtype)) <= 128

@claim("small.proved", statement="Conjunction commutes.", source=PAPER, theorem="Small.proved", tier="silver",
       streams=of_values(has_opposite, "q"))
def proved(run):
    yield Evidence("exhaustive", "the four cases", 4, 0, "4 cases")

@claim("small.bounded", statement="Weights are at most 128.", source=PAPER, tier="bronze",
       streams=of_blocks(is_under_128, largest, tolerance=128.0, domain="every block; the error is its largest magnitude",
                         sums=lambda x: [largest(x)], figures=lambda total: {"sum": total}))
def bounded(run):
    return []

@claim("small.false", statement="Nothing is 7.", source=PAPER, tier="refuted", streams=of_values(is_not_seven, "q"))
def false(run):
    return []

@claim("small.untouched", statement="Nothing of tensors.", source=PAPER, theorem="Small.unfinished", tier="none")
def untouched(run):
    return []
"""


SIZE = 6000 + 10000 + 200 + 204
"""Bytes of the model's tensors: the codes are looked at by claims about any tensor, and with their
scale by those about checkpoints.
"""


@pytest.fixture(scope="module")
def folder(auditing_project, tmp_path_factory):
    """A project whose Lean library is built and pinned."""
    folder = shutil.copytree(auditing_project, tmp_path_factory.mktemp("own") / "project")
    (folder / "pyharness.toml").write_text(AUDITING.replace("small_pack", "own_pack"))
    (folder / "own_pack.py").write_text(PACK)
    with importable(folder):
        yield folder


@pytest.fixture
def project(folder, monkeypatch):
    """The project; files count as settled at once."""
    monkeypatch.setattr(stored, "_SETTLED", -1)
    return load_project(folder)


@pytest.fixture
def model(tmp_path):
    """Two shards with an index, of several dtypes, one of codes, and a mask, which is no weight."""
    generator = torch.Generator().manual_seed(0)
    first = {
        "a": torch.randn(30, 50, generator=generator),
        "b": torch.randn(5000, generator=generator).bfloat16(),
    }
    second = {
        "c": torch.arange(-72, 128).to(torch.int8),
        "c_scale": torch.tensor(0.5),
        "mask": torch.ones(3, dtype=torch.bool),
    }
    save_file(first, tmp_path / "m1.safetensors")
    save_file(second, tmp_path / "m2.safetensors")
    names = dict.fromkeys(first, "m1.safetensors") | dict.fromkeys(second, "m2.safetensors")
    (tmp_path / "m.safetensors.index.json").write_text(json.dumps({"weight_map": names}))
    return tmp_path


def quiet(*_):
    """No progress."""


def verified(project, paths, out, progress=quiet, **options):
    """The certificate, and what was read."""
    done, _, reading = audit(project, paths, out, progress=progress, **options)
    return json.loads(done.path.read_text()), reading


def claims(certificate):
    """The certificate's claims by id."""
    return {claim["id"]: claim for claim in certificate["claims"]}


class TestClaimsOnAnyTensor:
    def test_says_what_was_found_in_which_tensors(self, project, model):
        """Each claim that speaks of any tensor has its proof, and evidence on all tensors, named by
        content.
        """
        certificate, reading = verified(project, [model], model / "out.json")
        found = claims(certificate)
        assert list(found)[:3] == ["small.proved", "small.bounded", "small.false"]
        assert all(name.startswith("checkpoint.") for name in list(found)[3:])
        assert (
            found["small.proved"]["proof"]["status"] == "proved"
            and found["small.proved"]["tier"] == "silver"
        )
        evidence = found["small.bounded"]["evidence"][0]
        assert (
            evidence["kind"],
            evidence["cases"],
            evidence["violations"],
            evidence["tolerance"],
        ) == ("model", 8, 0, 128.0)
        assert evidence["max_error"] == 127.0
        assert [tensor["name"] for tensor in evidence["tensors"]] == ["a", "b", "c"]
        assert evidence["tensors"][2]["sha256"] == tensor_sha256(
            torch.arange(-72, 128).to(torch.int8)
        )
        assert evidence["measurements"]["columns"] == ["tensor", "sum"]
        assert "6,700 elements of m1.safetensors, m2.safetensors" in evidence["domain"]
        assert reading.size == reading.read == SIZE
        assert check(model / "out.json") == []

    def test_axioms_of_theorems_that_are_not_asked_are_left_out(self, project, model):
        """The policy speaks of what is in the certificate, which checks."""
        more = replace(project, allowed_axioms=(), axioms_under={"Small": ("propext",)})
        certificate, _ = verified(more, [model], model / "out.json")
        assert certificate["policy"]["further_axioms"] == {"Small.proved": ["propext"]}
        assert check(model / "out.json") == []

    def test_a_false_claim_is_there_if_it_is_refuted(self, project, model):
        """A claim that is to be refuted has a witness that replays; where these tensors do not
        refute it, it is left out.
        """
        certificate, _ = verified(project, [model], model / "out.json")
        refuted = claims(certificate)["small.false"]
        assert (
            refuted["tier"] == "refuted"
            and "tensor a: it fails where q = 7" in refuted["evidence"][0]["witness"]["shows"]
        )
        assert all(one.fails for one in replay(refuted, project.packs))
        save_file({"w": torch.tensor([1.0, 2.0])}, model / "w.safetensors")
        certificate, _ = verified(project, [model / "w.safetensors"], model / "out.json")
        assert "small.false" not in claims(certificate)

    def test_a_claim_that_fails_has_a_witness(self, project, model):
        """A claim that these tensors refute has the first block as a witness, which replays, and
        does not reach its tier.
        """
        save_file(
            {"w": torch.cat([torch.ones(2000), torch.full((2000,), 130.5)])},
            model / "w.safetensors",
        )
        certificate, _ = verified(project, [model / "w.safetensors"], model / "out.json")
        claim = claims(certificate)["small.bounded"]
        assert claim["verdict"] == "refuted" and "small.bounded" in certificate["summary"]["unmet"]
        assert claim["evidence"][0]["violations"] == 3
        assert "tensor w: elements 1,024 to 2,047" in claim["evidence"][0]["witness"]["shows"]
        assert replay(claim, project.packs)[0].fails

    def test_a_proved_claim_that_fails_is_a_conflict(self, project, model):
        """Where evidence refutes what is proved of any tensor, they do not say the same, and the
        certificate does not check.
        """
        tensors = {"w": torch.tensor([-128, 127], dtype=torch.int8), "w_scale": torch.tensor(1.0)}
        save_file(tensors, model / "w.safetensors")
        verified(project, [model / "w.safetensors"], model / "out.json")
        assert any("conflict" in str(finding) for finding in check(model / "out.json"))

    def test_what_is_not_finite(self, project, model):
        """A NaN is an error that names tensor and index; nothing is written."""
        save_file({"w": torch.tensor([[1.0, torch.nan]])}, model / "w.safetensors")
        with pytest.raises(TensorError, match=r"'w' has nan at index \(0, 1\)"):
            verified(project, [model / "w.safetensors"], model / "out.json")
        assert not (model / "out.json").exists()


@pytest.fixture
def pair(tmp_path):
    """Originals, and their codes with a scale for each row; the settings lie beside."""
    (folder := tmp_path / "pair").mkdir()
    generator = torch.Generator().manual_seed(0)
    originals, codes = {}, {}
    for name, shape in (("a.weight", (8, 24)), ("b.weight", (6, 8))):
        w = torch.randn(shape, generator=generator)
        scale = w.abs().amax(1, keepdim=True) / 127
        originals[name] = w
        codes |= {name: torch.round(w / scale).to(torch.int8), f"{name}_scale": scale}
    save_file(originals, folder / "w.safetensors")
    save_file(codes, folder / "q.safetensors")
    (folder / "config.json").write_text("{}")
    return folder


def spoil(pair, index=(3, 5)):
    """Change one code of a pair by 2."""
    codes = load_file(pair / "q.safetensors")
    codes["a.weight"][index] += 2 if codes["a.weight"][index] < 0 else -2
    save_file(codes, pair / "q.safetensors")


def audit_pair(project, pair, **options):
    """The certificate of a pair, and what was read."""
    return verified(
        project,
        [pair / "q.safetensors"],
        pair / "out.json",
        originals=[pair / "w.safetensors"],
        **options,
    )


class TestClaimsAboutCheckpoints:
    def audited(self, project, pair, **options):
        """The certificate's claims, and what was read."""
        certificate, reading = audit_pair(project, pair, **options)
        return claims(certificate), reading

    def test_right_codes(self, project, pair):
        """Each claim that applies is confirmed, over every element, and its theorem is proved; the
        certificate checks with its proofs, and names all tensors by content.
        """
        found, reading = self.audited(project, pair)
        own = [name for name in found if name.startswith("checkpoint.")]
        names = ["nearest", "ends", "covered", "scales", "codes", "explained", "linked"]
        assert own == [f"checkpoint.{name}" for name in names]
        assert {found[name]["verdict"] for name in own} == {"confirmed"}
        assert [found[name]["tier"] for name in own] == [*(["silver"] * 5), "bronze", "bronze"]
        evidence = found["checkpoint.nearest"]["evidence"]
        kinds = [(piece["kind"], piece["cases"]) for piece in evidence]
        assert kinds[:2] == [("model", 240), ("statistics", 240)] and kinds[2][0] == "conformance"
        assert evidence[0]["domain"] == "every element of q.safetensors, config.json"
        shown = {(tensor["name"], *tensor["shape"]) for tensor in evidence[0]["tensors"]}
        assert shown == {
            ("a.weight", 8, 24),
            ("a.weight_scale", 8, 1),
            ("b.weight", 6, 8),
            ("b.weight_scale", 6, 1),
        }
        assert len(evidence[0]["tensors"]) == 6
        # The codes and their originals; then the codes once more, by the other claims.
        assert reading.size == reading.read == 240 + 4 * 14 + 4 * 240 + 240
        assert check(pair / "out.json", proofs=True) == []

    def test_a_wrong_code(self, project, pair):
        """The claim is refuted, which is no conflict with its theorem: that speaks of right codes.
        Its witness is the element, and replays.
        """
        spoil(pair)
        found, _ = self.audited(project, pair)
        claim = found["checkpoint.nearest"]
        assert (claim["tier"], claim["verdict"], claim["conflict"]) == ("refuted", "refuted", None)
        assert claim["proof"]["status"] == "proved" and claim["instance"]
        evidence = claim["evidence"][0]
        assert (
            evidence["violations"] == 1 and "a.weight[3, 5]: code" in evidence["witness"]["shows"]
        )
        (witness,) = replay(claim, project.packs)
        assert witness.fails and witness.says.startswith("Whether an original within the levels")
        findings = check(pair / "out.json", proofs=True)
        assert [(found.code, found.claim) for found in findings] == [
            ("tier-unmet", "checkpoint.nearest")
        ]
        others = [name for name, one in found.items() if one["verdict"] == "refuted"]
        assert others == ["small.false", "checkpoint.nearest"]

    def test_explain_replays_it(self, folder, project, pair, capsys, tmp_path):
        """On the command line too, in a project whose certificate it is."""
        spoil(pair)
        self.audited(project, pair)
        config = (folder / "pyharness.toml").read_text()
        (tmp_path / "pyharness.toml").write_text(
            config.replace("certificates/small.json", "pair/out.json")
        )
        arguments = ["explain", "checkpoint.nearest", "--replay", "--project", str(tmp_path)]
        assert main(arguments) == 0
        shown = capsys.readouterr().out
        assert "pyharness.audit.checks:is_near" in shown and "the claim fails here" in shown

    def test_told_and_not_linked(self, project, pair):
        """What is told links tensors; what nothing links is a violation."""
        originals = load_file(pair / "w.safetensors")
        renamed = {"x": originals["a.weight"], "y": -originals["b.weight"]}
        save_file(renamed, pair / "w.safetensors")
        found, _ = self.audited(project, pair)
        assert found["checkpoint.linked"]["evidence"][0]["violations"] == 1
        assert "b.weight: none of" in found["checkpoint.linked"]["evidence"][0]["witness"]["shows"]
        found, _ = self.audited(project, pair, told={"b.weight": "y"})
        assert found["checkpoint.linked"]["verdict"] == "confirmed"
        assert found["checkpoint.nearest"]["verdict"] == "refuted"
        shows = found["checkpoint.nearest"]["evidence"][0]["witness"]["shows"]
        assert "; wrong sign: " in shows and "the original, y[" in shows

    def test_told_without_originals(self, project, pair):
        with pytest.raises(UsageError, match="--map names tensors of the --original"):
            verified(project, [pair / "q.safetensors"], pair / "out.json", told={"a.weight": "x"})

    def test_an_original_that_is_not_finite(self, project, pair):
        """Nothing is written, as nothing can be said."""
        originals = load_file(pair / "w.safetensors")
        originals["b.weight"][2, 1] = torch.inf
        save_file(originals, pair / "w.safetensors")
        with pytest.raises(TensorError, match=r"'b.weight' has the index \(2, 1\)"):
            self.audited(project, pair)
        assert not (pair / "out.json").exists()

    def test_a_bug_in_an_audit_names_the_tensor(self, project, pair, monkeypatch):
        def fail(tensor, original, *, device, stopped):
            raise ZeroDivisionError("oh")

        monkeypatch.setattr(auditing, "look", fail)
        with pytest.raises(EvidenceError, match=r"the audit of [ab].weight failed: ZeroDivision"):
            self.audited(project, pair)

    def test_resumed_when_cut_off(self, project, pair):
        """Interrupted after one tensor, a run looks at the other alone, and finds what one run
        would have found.
        """
        shutil.copytree(pair, pair / "copy")
        expected, _ = self.audited(project, pair / "copy")

        def progress(stage, item, done, total):
            if stage == "Codes" and item:
                raise KeyboardInterrupt

        def look_slowly(tensor, original, *, device, stopped):
            while tensor.name == "b.weight" and not stopped():
                time.sleep(0.01)
            return look(tensor, original, device=device, stopped=stopped)

        with pytest.MonkeyPatch.context() as patch:
            patch.setattr(auditing, "look", look_slowly)
            with pytest.raises(KeyboardInterrupt):
                self.audited(project, pair, progress=progress)
        assert not (pair / "out.json").exists()
        found, reading = self.audited(project, pair)
        assert found == expected
        assert reading.read == 48 + 4 * 6 + 4 * 48 + 240
        assert self.audited(project, pair)[1].read == 0

    def test_settings_that_were_written_anew(self, project, pair):
        """What codes stand for may be something else by them."""
        self.audited(project, pair)
        (pair / "config.json").write_text("{ }")
        assert self.audited(project, pair)[1].read == 240 + 4 * 14 + 4 * 240

    def test_the_same_bytes_whatever_the_executor(self, project, pair):
        """One process or several; what other processes found is kept as well."""
        spoil(pair)
        shutil.copytree(pair, pair / "copy")
        here, _ = self.audited(project, pair / "copy")
        several, reading = self.audited(project, pair, executor=LocalExecutor())
        assert several == here and reading.read == reading.size
        assert self.audited(project, pair)[1].read == 0


class TestOnADevice:
    """One that stands in for a GPU, which only this process has."""

    @pytest.fixture(autouse=True)
    def unwatched(self, monkeypatch):
        """What is noted in this process would stay noted for the tests after these."""
        monkeypatch.setattr(gathering, "watch_files", lambda: None)

    ON_IT = ("nearest", "ends", "covered", "codes")

    @pytest.mark.parametrize("wrong", [False, True])
    def test_the_same_but_for_the_device(self, project, pair, wrong):
        """Counts, witnesses, causes and tiers are equal; evidence says where its elements were
        looked at, and what was looked at on the CPU says so.
        """
        if wrong:
            spoil(pair)
        here, _ = audit_pair(project, pair, executor=SerialExecutor())
        there, _ = audit_pair(project, pair, executor=SerialExecutor(), device=DEVICE)
        assert check(pair / "out.json", proofs=True) == [] or wrong
        found = claims(there)
        of_elements = {
            name: {piece["device"] for piece in claim["evidence"] if piece["kind"] != "conformance"}
            for name, claim in found.items()
        }
        assert {name for name, devices in of_elements.items() if DEVICE.type in devices} == {
            f"checkpoint.{name}" for name in self.ON_IT
        }
        assert all(len(devices) == 1 for devices in of_elements.values())
        for name, claim in claims(here).items():
            for ours, theirs in zip(claim["evidence"], found[name]["evidence"], strict=True):
                assert disagreement(ours, theirs) is None
                assert ours["tensors"] == theirs["tensors"]
                assert ours["witness"] == theirs["witness"]
            assert (claim["tier"], claim["verdict"]) == (
                found[name]["tier"],
                found[name]["verdict"],
            )
            assert found[name]["recorded"] == []

    def test_what_was_found_there_is_kept_apart(self, project, pair):
        """A result says where it was found, so one of the CPU is not taken for it."""
        options = {"executor": SerialExecutor()}
        audit_pair(project, pair, **options)
        codes = audit_pair(project, pair, device=DEVICE, **options)[1].read
        assert codes == 240 + 4 * 14 + 4 * 240
        assert audit_pair(project, pair, device=DEVICE, **options)[1].read == 0
        assert audit_pair(project, pair, device=CPU, **options)[1].read == 0


class TestTheSameBytes:
    def test_whatever_the_executor(self, project, model, monkeypatch):
        """One process, several, and parts of any size find the same."""
        shutil.copytree(model, model / "copy")
        here, _ = verified(project, [model / "copy"], model / "copy" / "out.json")
        monkeypatch.setattr(scanning, "_PART", 1)
        several, reading = verified(project, [model], model / "out.json", executor=LocalExecutor())
        assert several == here and reading.read == SIZE


class TestResuming:
    def interrupted(self, project, model, at):
        """Run until all tensors but one are read and that one is begun, then interrupt."""
        parts = itertools.count(2)

        def progress(stage, item, done, total):
            if stage == "Tensors" and item and next(parts) == 3:
                raise KeyboardInterrupt

        def scan_slowly(tensor, checks, *, stopped):
            while tensor.name == at and not stopped():
                time.sleep(0.01)
            return scan(tensor, checks, stopped=stopped)

        with pytest.MonkeyPatch.context() as patch:
            patch.setattr(scanning, "scan", scan_slowly)
            with pytest.raises(KeyboardInterrupt):
                verified(project, [model], model / "out.json", progress=progress)

    @pytest.fixture(autouse=True)
    def _small_parts(self, monkeypatch):
        monkeypatch.setattr(scanning, "_PART", 1)

    def test_only_the_rest_is_read(self, project, model):
        """Interrupted after two of three tensors, a run reads the third alone, and finds what one
        run would have found.
        """
        shutil.copytree(model, model / "copy")
        expected, _ = verified(project, [model / "copy"], model / "copy" / "out.json")
        self.interrupted(project, model, at="c")
        assert not (model / "out.json").exists()
        certificate, reading = verified(project, [model], model / "out.json")
        assert certificate == expected and reading.read == 200
        assert verified(project, [model], model / "out.json")[1].read == 0

    def test_a_file_that_was_written_anew_is_read_anew(self, project, model):
        """What was kept of a file is not used once it was written again, with the same size and
        times of change even.
        """
        path = model / "w.safetensors"
        save_file({"w": torch.zeros(64)}, path)
        verified(project, [path], model / "out.json")
        before = path.stat()
        save_file({"w": torch.full((64,), 200.0)}, path)
        os.utime(path, ns=(before.st_atime_ns, before.st_mtime_ns))
        certificate, reading = verified(project, [path], model / "out.json")
        assert reading.read == 256 and claims(certificate)["small.bounded"]["verdict"] == "refuted"

    def test_a_file_that_was_just_written_is_not_kept(self, project, model, monkeypatch):
        """A file that may change once more without its times showing it is read each time."""
        monkeypatch.setattr(stored, "_SETTLED", 10**15)
        verified(project, [model], model / "out.json")
        assert verified(project, [model], model / "out.json")[1].read == SIZE

    def test_what_is_kept_is_not_used_for_other_code(self, project, model, folder):
        """A change of the pack is seen."""
        verified(project, [model], model / "out.json")
        pack = folder / "own_pack.py"
        text = pack.read_text()
        try:
            pack.write_text(text + "ANOTHER = 1\n")
            # That of codes is not the pack's business.
            assert verified(project, [model], model / "out.json")[1].read == 16200
        finally:
            pack.write_text(text)

    def test_killed_with_no_warning(self, folder, tmp_path):
        """After kill -9 what was read before is not read again."""
        save_file({"b": torch.zeros(2 << 20, dtype=torch.float64)}, tmp_path / "1.safetensors")
        # Who comes to check this one stops, once the other one is kept.
        save_file({"a": torch.ones(256)}, tmp_path / "2.safetensors")
        time.sleep(2.1)
        script = tmp_path / "small_parts.py"
        script.write_text(
            "import sys, pyharness.pipeline.scanning as t; t._PART = 1\n"
            "from pyharness.cli import entry; sys.argv[0] = 'pyharness'; entry()\n"
        )
        environment = {**os.environ, "PYTHONPATH": f"{ROOT}{os.pathsep}{folder}"}
        command = [
            sys.executable,
            str(script),
            "audit",
            str(tmp_path),
            "--project",
            str(folder),
            "-o",
            str(tmp_path / "out.json"),
            "--json",
        ]
        trap = folder / "sitecustomize.py"
        trap.write_text(STOP_AT_A)
        try:
            process = subprocess.Popen(
                command,
                env=environment,
                stdout=subprocess.PIPE,
                stderr=subprocess.DEVNULL,
                text=True,
            )
            assert process.stdout.readline() == "at a\n"
            process.send_signal(signal.SIGKILL)
            process.wait()
        finally:
            trap.unlink()
        assert not (tmp_path / "out.json").exists()
        done = subprocess.run(
            command, env=environment, capture_output=True, text=True, timeout=120, check=False
        )
        told = json.loads(done.stdout)
        assert (told["bytes"], told["bytes_read"]) == ((16 << 20) + 1024, 1024)


STOP_AT_A = """\
import pathlib, sys, time
def streams(frame):
    return frame and ("streaming.py" in frame.f_code.co_filename or streams(frame.f_back))
def stop(event, arguments):
    if event == "open" and str(arguments[0]).endswith("2.safetensors") and streams(sys._getframe()):
        kept = pathlib.Path(__file__).with_name("build") / "cache"
        while not any(b"/1.safetensors" in file.read_bytes() for file in kept.glob("*.json")):
            time.sleep(0.05)
        print("at a", flush=True)
        time.sleep(60)
sys.addaudithook(stop)
"""


class TestOutput:
    @pytest.mark.parametrize(
        ("path", "name"),
        [
            ("a/model.safetensors", "model"),
            ("model.safetensors.index.json", "model"),
            ("x.npz", "x"),
            ("b/x.onnx", "x"),
            ("a/b", "b"),
        ],
    )
    def test_default(self, path, name):
        """The certificate is called after the first path, and goes into this folder."""
        assert output_path(Path(path)) == Path(f"{name}.certificate.json")

    def test_nothing_else_is_overwritten(self, project, model):
        """Neither the project's own certificate nor a file that is no certificate is overwritten;
        an earlier one is.
        """
        with pytest.raises(UsageError, match="the project's own certificate"):
            verified(project, [model], project.certificate)
        before = (model / "m1.safetensors").read_bytes()
        for name in ("m1.safetensors", "m.safetensors.index.json"):
            with pytest.raises(UsageError, match="is no certificate"):
                verified(project, [model], model / name)
        assert (model / "m1.safetensors").read_bytes() == before
        verified(project, [model], model / "out.json")
        verified(project, [model / "m1.safetensors"], model / "out.json")
        assert "2 tensors" in read_json(model / "out.json")["claims"][0]["evidence"][0]["summary"]


class TestCommandLine:
    @pytest.fixture
    def command(self, project, model, monkeypatch, capsys):
        """Run the command line in the model's folder, but in this process, and return its status
        and what it prints.
        """
        monkeypatch.chdir(model)

        def run_here(*arguments):
            status = main(arguments)
            return (status, *capsys.readouterr())

        return run_here

    def test_audit_and_check(self, folder, model, command):
        """One run writes a certificate that checks against the tensors, until one of them
        changes.
        """
        done = run(model, "audit", "m.safetensors.index.json", "--project", str(folder))
        assert done.returncode == 0, done.stderr
        assert "small.bounded" in done.stdout and "m.certificate.json" in done.stdout
        assert command("check", "m.certificate.json", "--tensors", ".")[0] == 0
        save_file({"a": torch.ones(30, 50), "b": torch.zeros(1)}, model / "m1.safetensors")
        (model / "m2.safetensors").rename(model / "m2")
        (model / "m.safetensors.index.json").unlink()
        status, shown, _ = command("check", "m.certificate.json", "--tensors", ".")
        assert status == 1 and "4 reasons" in shown
        assert "tensor 'a': it has SHA-256" in shown and "tensor 'b': it has the shape [1]" in shown
        assert "tensor 'c': no file in . holds it" in shown
        _, shown, _ = command("check", "m.certificate.json", "--tensors", ".", "--json")
        assert [finding["code"] for finding in json.loads(shown)["findings"]] == [
            "tensor-changed",
            "tensor-changed",
            "tensor-missing",
            "tensor-missing",
        ]

    def test_fresh(self, folder, command):
        """With --fresh nothing is taken from a run before."""
        arguments = ["audit", "m1.safetensors", "--project", str(folder), "--json"]
        assert [
            json.loads(command(*arguments, *more)[1])["bytes_read"]
            for more in ([], [], ["--fresh"])
        ] == [16000, 0, 16000]

    def test_errors(self, folder, command):
        """What cannot be used is named, with status 2."""
        for arguments, words in (
            (["no.safetensors"], "no.safetensors"),
            (["m1.safetensors", "./m1.safetensors"], "named twice"),
        ):
            status, _, complaint = command("audit", *arguments, "--project", str(folder))
            assert status == 2 and words in complaint
