"""`pyharness audit` on the command line, outside any project and in one: statuses, messages, and
what is written and printed.
"""

from __future__ import annotations

import json
import pickle
import shutil

import pytest
import torch
from safetensors.torch import save_file

from pyharness.core.errors import EXIT_OK, EXIT_UNMET, EXIT_USAGE
from tests.small_project import CONFIG, call, write_pack


class Payload:
    """What runs a command when it is unpickled."""

    def __init__(self, command):
        self.command = command

    def __reduce__(self):
        import os

        return os.system, (self.command,)


def write_models(folder):
    """A model, and what was made of it: rightly; with one wrong code; with codes cut off; renamed;
    and without scales.
    """
    generator = torch.Generator().manual_seed(0)
    weights = {
        "encoder.weight": torch.randn(16, 32, generator=generator),
        "head.weight": torch.randn(8, 16, generator=generator),
    }
    save_file(weights | {"head.bias": torch.zeros(8)}, folder / "model.safetensors")

    def write(name, rounding=torch.round, **changed):
        parts = {}
        for weight, w in weights.items():
            scale = w.abs().amax(1, keepdim=True) / 127
            codes = rounding(w / scale).to(torch.int8)
            for index in changed.get(weight.partition(".")[0], ()):
                codes[index] += 3 if codes[index] < 0 else -3
            parts |= {weight: codes, f"{weight}_scale": scale}
        save_file(parts, folder / f"{name}.safetensors")
        return parts

    right = write("right")
    write("wrong", encoder=[(3, 5)])
    write("cut", torch.trunc)
    renamed = {name.replace("head", "x"): part for name, part in right.items()}
    renamed["x.weight"] = renamed["x.weight"].flip(0).contiguous()
    save_file(renamed, folder / "renamed.safetensors")
    save_file({"codes": right["head.weight"]}, folder / "scaleless.safetensors")
    save_file({"a": torch.ones(3)}, folder / "floats.safetensors")


@pytest.fixture(scope="module")
def models(tmp_path_factory):
    write_models(folder := tmp_path_factory.mktemp("models"))
    return folder


@pytest.fixture
def audit(models, library_cache, tmp_path):
    """Run the command in a folder with the models; return its status, output and errors. The
    terminal has 80 columns.
    """
    shutil.copytree(models, tmp_path, dirs_exist_ok=True)

    def run(*arguments):
        where = {"XDG_CACHE_HOME": str(library_cache), "COLUMNS": "80"}
        done = call(tmp_path, "audit", *map(str, arguments), **where)
        return done.returncode, done.stdout, done.stderr

    return run


ORIGINAL = ("--original", "model.safetensors")


# ----------------------------------------------------------------------------------------- statuses
def test_right_codes(audit, tmp_path):
    """Status 0; the certificate is written into this folder, with the proofs and the pins by which
    it is checked. A terminal of 80 columns shows every tensor with its figures.
    """
    status, shown, errors = audit("right.safetensors", *ORIGINAL)
    assert status == EXIT_OK, errors
    written = {path.name for path in tmp_path.iterdir()} - {"__pycache__"}
    assert written - {path.name for path in tmp_path.glob("*.safetensors")} == {
        "right.certificate.json",
        "right.certificate.run.json",
        "proofs",
        "statements.lock.json",
    }
    lines = shown.splitlines()
    table = lines[: lines.index("")]
    assert max(map(len, table)) <= 80
    assert [word for word in table[0].split() if word in ("elements", "wrong", "dB", "bits")] == [
        *("elements", "wrong", "dB", "bits")
    ]
    assert [line.split()[0] for line in table if line.strip()[:3] in ("512", "128")] == [
        "512",
        "128",
    ]
    assert "encoder.weight [16×32]" in shown and "a scale for each row" in shown
    claims = [line for line in lines if line.startswith("checkpoint.")]
    assert len(claims) == 7 and all(" confirmed " in line for line in claims)
    assert all(len(line.rstrip()) <= 80 for line in claims)
    assert "2 quantized tensors, 640 codes" in shown and "0 codes wrong" in shown
    arguments = ("check", "right.certificate.json", "--proofs", "--tensors", ".")
    assert call(tmp_path, *arguments).returncode == EXIT_OK


def test_a_wrong_code(audit):
    """Status 1, in words and in JSON: the tensor, the place, the claim, and causes where there are
    any; what is worst comes first.
    """
    status, shown, _ = audit("wrong.safetensors", *ORIGINAL)
    assert status == EXIT_UNMET
    assert "encoder.weight: 1 code too far" in shown and "[3, 5]" in shown
    assert "not silver" in shown and "checkpoint.nearest" in shown and "1 code wrong" in shown
    status, shown, _ = audit("cut.safetensors", *ORIGINAL, "--json")
    assert status == EXIT_UNMET
    told = json.loads(shown)
    assert told["summary"]["unmet"] == ["checkpoint.nearest"] and told["failures"] == []
    assert told["certificate"] == "cut.certificate.json" and told["changed"]
    assert (told["not_linked"], told["without_scales"], told["not_read"]) == ({}, {}, {})
    assert told["not_quantized"] == 0 and told["bytes"] == told["bytes_read"] == 640 * 5 + 4 * 24
    worst, other = told["tensors"]
    assert (worst["tensor"], worst["original"]) == ("encoder.weight", "encoder.weight")
    assert worst["violations"] > other["violations"] > 0
    [cause] = worst["causes"]
    assert (
        cause["name"] == "toward zero" and cause["explains"] == cause["of"] == worst["violations"]
    )
    assert len(worst["violations_at"]) == 64 and worst["violations_at"][0][0] == 0
    assert 0.5 < worst["worst error in steps"] <= 1 and worst["elements"] == 512
    # What was found is used again.
    status, shown, _ = audit("cut.safetensors", *ORIGINAL, "--json")
    again = json.loads(shown)
    assert status == EXIT_UNMET and not again["changed"] and again["digest"] == told["digest"]


def test_a_witness_replays(audit, tmp_path, library_cache):
    """From the certificate alone: outside any project, and in one that has no such claims."""
    audit("wrong.safetensors", *ORIGINAL)

    def explain(*more):
        words = ("explain", "checkpoint.nearest", "--certificate", "wrong.certificate.json", *more)
        return call(tmp_path, *words, XDG_CACHE_HOME=str(library_cache))

    done = explain()
    assert done.returncode == EXIT_OK and "encoder.weight[3, 5]" in done.stdout
    done = explain("--replay")
    assert done.returncode == EXIT_OK and "False: the claim fails here" in done.stdout
    assert "half a step" in done.stdout and "0x" in done.stdout
    assert explain("--sandbox").returncode == EXIT_USAGE
    (tmp_path / "pyharness.toml").write_text(CONFIG)
    write_pack(tmp_path)
    done = explain("--replay")
    assert done.returncode == EXIT_OK and "False: the claim fails here" in done.stdout
    (tmp_path / "wrong.certificate.json").unlink()
    assert "there is no file wrong.certificate.json" in explain().stderr


def test_without_an_original(audit):
    """Codes and scales are checked alone, and the last line says so."""
    status, shown, _ = audit("right.safetensors", "-o", "alone.json")
    assert status == EXIT_OK and "checkpoint.extremes" in shown
    assert "checkpoint.nearest" not in shown and "no original" in shown
    assert "in range" not in shown.splitlines()[0]


def test_a_tensor_that_is_not_linked(audit):
    """Status 1, until --map says what it was made from."""
    status, shown, _ = audit("renamed.safetensors", *ORIGINAL)
    assert status == EXIT_UNMET and "--map x.weight=NAME" in shown and "1 not linked" in shown
    told = ("--map", "x.weight=head.weight")
    status, shown, _ = audit("renamed.safetensors", *ORIGINAL, *told, "--json")
    [x] = [one for one in json.loads(shown)["tensors"] if one["tensor"] == "x.weight"]
    assert status == EXIT_UNMET and x["original"] == "head.weight" and x["violations"] > 0


def test_codes_that_have_no_scales(audit):
    """Status 1: there are codes, and nothing says what they stand for."""
    status, shown, _ = audit("scaleless.safetensors", "--json")
    assert status == EXIT_UNMET and json.loads(shown)["without_scales"].keys() == {"codes"}


def test_a_tensor_that_is_not_read(audit, tmp_path):
    """Status 1: it may have been codes. A mask may not."""
    codes = {"w": torch.tensor([1, -127], dtype=torch.int8), "w_scale": torch.tensor(1.0)}
    save_file(codes | {"m": torch.ones(2, dtype=torch.bool)}, tmp_path / "masked.safetensors")
    assert audit("masked.safetensors")[0] == EXIT_OK
    save_file(codes | {"odd": torch.ones(2, dtype=torch.uint16)}, tmp_path / "odd.safetensors")
    status, shown, _ = audit("odd.safetensors", "--json")
    assert status == EXIT_UNMET and "uint16" in json.loads(shown)["not_read"]["odd"]


def test_nothing_is_quantized(audit):
    """Status 2: no code was checked."""
    status, _, errors = audit("floats.safetensors")
    assert status == EXIT_USAGE and "no quantized tensor" in errors


# --------------------------------------------------------------------------------- what is refused
def test_what_cannot_be_read(audit, tmp_path):
    """Status 2, with the file and what to do."""
    (tmp_path / "torn.safetensors").write_bytes(b"\x10\0\0\0\0\0\0\0{")
    (tmp_path / "empty").mkdir()
    (tmp_path / "model.xyz").touch()
    for name in ("model.pkl", "model.h5", "model.mlmodel", "model.npy"):
        (tmp_path / name).touch()
    for arguments, words in (
        (["none.safetensors"], "none.safetensors"),
        (["torn.safetensors"], "torn.safetensors"),
        (["empty"], "empty"),
        (["model.xyz"], "expected a name that ends in .safetensors"),
        (["model.pkl"], "would run code; save its tensors with safetensors"),
        (["model.h5"], "save its weights with safetensors"),
        (["model.npy"], "in an .npz file"),
        (["right.safetensors", "--original", "none.safetensors"], "none.safetensors"),
        (["right.safetensors", "--original", "model.pkl"], "would run code"),
        (["right.safetensors", "--original", "scaleless.safetensors"], "no tensor of floats"),
        (["right.safetensors", "right.safetensors"], "twice"),
    ):
        status, shown, errors = audit(*arguments)
        assert status == EXIT_USAGE and words in errors and not shown
        assert "Traceback" not in errors
    assert not [*tmp_path.glob("*.json")]


def test_a_file_of_torch_that_would_run_code(audit, tmp_path):
    """It is refused and nothing of it runs."""
    mark = tmp_path / "ran"
    torch.save({"w": torch.ones(3), "x": Payload(f"touch {mark}")}, tmp_path / "model.pt")
    (tmp_path / "plain.bin").write_bytes(pickle.dumps(Payload(f"touch {mark}")))
    for name in ("model.pt", "plain.bin"):
        for arguments in ([name], ["right.safetensors", "--original", name]):
            status, shown, errors = audit(*arguments)
            assert status == EXIT_USAGE and name in errors and not shown
    assert not mark.exists()


@pytest.mark.parametrize(
    ("pairs", "words"),
    [
        (["encoder.weight"], "write NAME=ORIGINAL"),
        (["=head.weight"], "write NAME=ORIGINAL"),
        (["head.weight=head.weight", "head.weight=encoder.weight"], "names 'head.weight' twice"),
        (["haed.weight=head.weight"], "'haed.weight'; did you mean head.weight"),
        (["head.weight=nothing"], "the original has no tensor 'nothing'"),
        (["head.weight=encoder.weight"], "has the shape [8, 16], and 'encoder.weight' [16, 32]"),
    ],
)
def test_what_is_told_wrongly(audit, pairs, words):
    told = [part for pair in pairs for part in ("--map", pair)]
    status, _, errors = audit("right.safetensors", *ORIGINAL, *told)
    assert status == EXIT_USAGE and words in errors


def test_what_is_told_without_an_original(audit):
    status, _, errors = audit("right.safetensors", "--map", "head.weight=x")
    assert status == EXIT_USAGE and "--original" in errors


@pytest.mark.skipif(torch.cuda.is_available(), reason="there is a CUDA device")
def test_a_device_that_is_not_there(audit, tmp_path):
    """Status 2, in the words of other commands; nothing is read or written."""
    status, shown, errors = audit("right.safetensors", *ORIGINAL, "--device", "cuda")
    assert status == EXIT_USAGE and not shown
    assert "there is no CUDA device here" in errors and "--device cpu" in errors
    assert not [*tmp_path.glob("*.json")]


def test_other_files_are_not_replaced(audit, tmp_path):
    """Neither a model nor the pins of something else."""
    (tmp_path / "notes.json").write_text("[1]")
    before = {path.name: path.read_bytes() for path in tmp_path.iterdir() if path.is_file()}
    for output in ("model.safetensors", "right.safetensors", "notes.json"):
        status, _, errors = audit("right.safetensors", "-o", output)
        assert status == EXIT_USAGE and "is no certificate" in errors
    (tmp_path / "statements.lock.json").write_text("{}")
    status, _, errors = audit("right.safetensors")
    assert status == EXIT_USAGE and "the pins of another certificate" in errors
    after = {path.name: path.read_bytes() for path in tmp_path.iterdir() if path.is_file()}
    assert after == before | {"statements.lock.json": b"{}"}


# ------------------------------------------------------------------------------------- in a project
@pytest.fixture(scope="module")
def project(auditing_project, tmp_path_factory):
    """A project with the claims about checkpoints among its packs, and with models."""
    folder = shutil.copytree(auditing_project, tmp_path_factory.mktemp("own") / "project")
    write_models(folder)
    return folder


def test_in_a_project(project):
    """Its own library proves the claims; its own certificate is not replaced."""
    done = call(project, "audit", "right.safetensors", *ORIGINAL, "-o", "certificates/right.json")
    assert done.returncode == EXIT_OK, done.stderr
    certificate = json.loads((project / "certificates" / "right.json").read_text())
    assert certificate["project"]["name"] == "Small"
    assert certificate["project"]["packs"] == ["small_pack", "pyharness.checkpoint.claims"]
    assert all(claim["id"].startswith("checkpoint.") for claim in certificate["claims"])
    assert call(project, "check", "certificates/right.json", "--source", ".").returncode == EXIT_OK
    done = call(project, "audit", "right.safetensors", "-o", "certificates/small.json")
    assert done.returncode == EXIT_USAGE and "the project's own certificate" in done.stderr


def test_a_project_by_its_folder(project, tmp_path):
    """The certificate goes into this folder all the same."""
    write_models(tmp_path)
    done = call(tmp_path, "audit", "wrong.safetensors", *ORIGINAL, "--project", str(project))
    assert done.returncode == EXIT_UNMET, done.stderr
    certificate = json.loads((tmp_path / "wrong.certificate.json").read_text())
    assert certificate["project"]["name"] == "Small"


def test_a_project_without_such_claims(audit, tmp_path):
    """It is not asked: what ships with the harness is, which is said. If it is named, that is an
    error.
    """
    (tmp_path / "pyharness.toml").write_text(CONFIG)
    status, _, errors = audit("right.safetensors", "-o", "right.json")
    assert status == EXIT_OK and "The claims of Small have no part in this audit" in errors
    certificate = json.loads((tmp_path / "right.json").read_text())
    assert certificate["project"]["name"] == "LeanMining"
    status, _, errors = audit("right.safetensors", "--project", tmp_path)
    assert status == EXIT_USAGE and "add 'pyharness.checkpoint.claims' to `packs`" in errors
