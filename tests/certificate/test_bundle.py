"""OpenSSF bundles: `model_signing verify` accepts one of an audited checkpoint, and of no other."""

from __future__ import annotations

import json
import subprocess
import sys

import pytest

from tests import certificate_samples as samples

pytest.importorskip("model_signing", reason="the extra `model-signing` is not installed")

import torch
from cryptography.hazmat.primitives.asymmetric import ec
from safetensors.torch import save_file

from pyharness.certificate.bundle import bundle_path
from pyharness.certificate.canonical import file_bytes
from pyharness.certificate.sign import envelope_path
from pyharness.cli import main
from pyharness.evidence import Evidence, TensorRef
from pyharness.evidence.streaming import sha256
from pyharness.formats.digests import dtype_name
from pyharness.formats.quantized.checkpoint import read_checkpoint
from tests.certificate.test_sign import write_keys


def write_model(folder, step=0):
    """Write a checkpoint of one INT8 tensor."""
    codes = (torch.arange(64) + step).to(torch.int8).reshape(8, 8)
    save_file(
        {"layer.weight": codes, "layer.weight_scale": torch.ones(8, 1)},
        folder / "model.safetensors",
    )


@pytest.fixture
def audited(tmp_path):
    """A checkpoint in a folder of its own, and a certificate that names its tensors beside it; a
    key pair.
    """
    model = tmp_path / "model"
    model.mkdir()
    write_model(model)
    (tensor,) = read_checkpoint([model]).quantized
    found = Evidence(
        "model",
        "every code",
        cases=64,
        violations=0,
        summary="64 codes",
        tensors=tuple(
            TensorRef(part.name, part.shape, dtype_name(part.dtype), sha256(part))
            for part in tensor.parts
        ),
    )
    path = tmp_path / "demo.json"
    path.write_bytes(file_bytes(samples.sealed([samples.record("demo", "bronze", [found])])))
    samples.write_beside(tmp_path)
    return path, model, *write_keys(tmp_path, "own", ec.generate_private_key(ec.SECP256R1()))


def verify(model, bundle, public):
    """Have OpenSSF's own command verify a bundle."""
    command = [sys.executable, "-m", "model_signing", "verify", "key", str(model)]
    return subprocess.run(
        [*command, "--signature", str(bundle), "--public_key", str(public)],
        capture_output=True,
        text=True,
        check=False,
    )


def test_the_librarys_own_command_accepts_a_bundle(audited, capsys):
    """Of a folder, beside the certificate's signature by the same key."""
    path, model, private, public = audited
    assert main(["sign", str(path), "--key", str(private), "--model", str(model), "--json"]) == 0
    told = json.loads(capsys.readouterr().out)
    bundle = bundle_path(envelope_path(path))
    assert told["bundle"] == str(bundle) and bundle.name == "demo.sig"
    done = verify(model, bundle, public)
    assert done.returncode == 0, done.stderr
    assert main(["check", str(path), "--key", str(public)]) == 0


def test_the_bundle_of_a_single_file(audited):
    """Under whatever name the file has later."""
    path, model, private, public = audited
    file = model / "model.safetensors"
    assert main(["sign", str(path), "--key", str(private), "--model", str(file)]) == 0
    moved = file.rename(model / "other.safetensors")
    assert verify(moved, path.with_name("demo.sig"), public).returncode == 0


def test_a_certificate_in_the_models_folder(audited):
    """The bundle covers the certificate and its envelope there, and not itself."""
    path, model, private, public = audited
    inside = path.rename(model / "demo.json")
    samples.write_beside(model)
    for _ in range(2):  # The second time the bundle is there.
        assert main(["sign", str(inside), "--key", str(private), "--model", str(model)]) == 0
        assert verify(model, model / "demo.sig", public).returncode == 0
    (model / "demo.dsse.json").write_text("{}")
    assert "demo.dsse.json" in verify(model, model / "demo.sig", public).stderr


@pytest.mark.parametrize("change", ["a code", "another file", "another key"])
def test_a_change_is_refused(audited, change):
    """OpenSSF's command finds what was changed after the signature."""
    path, model, private, public = audited
    assert main(["sign", str(path), "--key", str(private), "--model", str(model)]) == 0
    if change == "a code":
        write_model(model, step=1)
    elif change == "another file":
        (model / "more.py").write_text("")
    else:
        _, public = write_keys(path.parent, "other", ec.generate_private_key(ec.SECP256R1()))
    assert verify(model, path.with_name("demo.sig"), public).returncode != 0


def test_another_checkpoint_is_not_signed(audited, capsys):
    """Nor is the certificate then; also if the files hold nothing that an audit checks."""
    path, model, private, _ = audited
    write_model(model, step=1)
    command = ["sign", str(path), "--key", str(private), "--model", str(model)]
    assert main(command) == 1
    assert "names no tensor 'layer.weight' with these values" in capsys.readouterr().err
    save_file({"bias": torch.ones(4)}, model / "model.safetensors")
    assert main(command) == 1
    assert "no quantized tensors" in capsys.readouterr().err
    assert not envelope_path(path).exists() and not path.with_name("demo.sig").exists()


def test_a_key_that_it_cannot_use(audited, capsys):
    """Ed25519 signs a certificate but no bundle; an identity needs the library's own command."""
    path, model, _, _ = audited
    private, _ = write_keys(path.parent, "ed25519")
    command = ["sign", str(path), "--model", str(model)]
    assert main([*command, "--key", str(private)]) == 2
    assert "openssl genpkey -algorithm EC" in capsys.readouterr().err
    identity = ["--identity", "someone@example.org", "--issuer", "https://accounts.example.org"]
    assert main([*command, *identity]) == 2
    assert "--model needs --key" in capsys.readouterr().err


def test_a_symbolic_link_is_refused(audited, capsys):
    """As in the cache of a model hub; the message says how to get files."""
    path, model, private, _ = audited
    moved = (model / "model.safetensors").rename(path.parent / "blob")
    (model / "model.safetensors").symlink_to(moved)
    assert main(["sign", str(path), "--key", str(private), "--model", str(model)]) == 2
    assert "cp -rL" in capsys.readouterr().err
