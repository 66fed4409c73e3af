"""Signatures: a statement about one certificate, refused for any other, for any other key, and for
any changed byte.
"""

from __future__ import annotations

import base64
import json
import random
import sys

import pytest

from tests import certificate_samples as samples

pytest.importorskip("securesystemslib", reason="the extra `sign` is not installed")

from cryptography.hazmat.primitives import serialization
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

from pyharness.certificate.canonical import file_bytes
from pyharness.certificate.check import check
from pyharness.certificate.sign import (
    Unsound,
    envelope_path,
    identity_key,
    identity_signer,
    private_key,
    public_key,
    sign,
    statement,
    verify_signature,
)
from pyharness.cli import main
from pyharness.core.errors import DocumentError, UsageError

CERTIFICATE = samples.sealed()


def write_keys(folder, name, key=None):
    """Write a key pair, Ed25519 unless another is given, and return where."""
    key = key or Ed25519PrivateKey.generate()
    private, public = folder / f"{name}.pem", folder / f"{name}.pub.pem"
    private.write_bytes(
        key.private_bytes(
            serialization.Encoding.PEM,
            serialization.PrivateFormat.PKCS8,
            serialization.NoEncryption(),
        )
    )
    public.write_bytes(
        key.public_key().public_bytes(
            serialization.Encoding.PEM, serialization.PublicFormat.SubjectPublicKeyInfo
        )
    )
    return private, public


@pytest.fixture
def signed(tmp_path):
    """A certificate, its signature and the public key."""
    path = tmp_path / "demo.json"
    path.write_bytes(file_bytes(CERTIFICATE))
    samples.write_beside(tmp_path)
    private, public = write_keys(tmp_path, "own")
    sign(path, private_key(private), envelope_path(path))
    return path, envelope_path(path), public


def verify(path, envelope, public):
    return verify_signature(path, envelope, public_key(public))


def reason(*arguments):
    (finding,) = verify(*arguments)
    assert finding.code == "signature"
    return finding.reason


def test_a_signature_checks(signed):
    """The statement names the certificate, the Lean files and the tensors by digest."""
    assert verify(*signed) == []
    found = statement(CERTIFICATE)
    assert found["_type"] == "https://in-toto.io/Statement/v1"
    assert {subject["name"] for subject in found["subject"]} == {
        "certificate.json",
        "proofs/demo-0123456789abcdef.ndjson",
        "Lean library",
        "Demo.lean",
        "Demo/Relu.lean",
        "tensor net.0.weight",
    }


def test_another_key_is_refused(signed, tmp_path):
    """A valid signature by someone else is none."""
    path, envelope, _ = signed
    assert "no valid signature" in reason(path, envelope, write_keys(tmp_path, "other")[1])


def test_a_signature_of_another_certificate_is_refused(signed):
    """Reused for a certificate with one claim less."""
    path, envelope, public = signed
    path.write_bytes(file_bytes(samples.sealed(samples.sample_records()[:2])))
    assert "something else" in reason(path, envelope, public)


def test_a_changed_payload_is_refused(signed):
    """The statement cannot be exchanged under the signature."""
    path, envelope, public = signed
    content = json.loads(envelope.read_text())
    content["payload"] = base64.b64encode(b"{}").decode()
    envelope.write_text(json.dumps(content))
    assert "no valid signature" in reason(path, envelope, public)


def test_another_payload_type_is_refused(signed):
    """What was signed as something else is not a statement."""
    path, envelope, public = signed
    content = json.loads(envelope.read_text())
    content["payloadType"] = "text/plain"
    envelope.write_text(json.dumps(content))
    assert "text/plain" in reason(path, envelope, public)


def test_any_changed_byte_is_refused(signed):
    """Bytes of the envelope, each changed in turn: a reason, or an error that says what is wrong;
    or it means the same.
    """
    path, envelope, public = signed
    data, generator = envelope.read_bytes(), random.Random(0)
    same = json.loads(data)
    for position in generator.sample(range(len(data)), 150):
        forged = bytearray(data)
        forged[position] ^= 1 << generator.randrange(8)
        envelope.write_bytes(bytes(forged))
        try:
            refused = bool(verify(path, envelope, public))
        except DocumentError:
            refused = True
        if not refused:
            content = json.loads(bytes(forged))
            assert content["payload"] == same["payload"] and base64.b64decode(
                content["signatures"][0]["sig"]
            ) == base64.b64decode(same["signatures"][0]["sig"])


@pytest.mark.parametrize(
    "content", ["", "{}", "[]", '{"payload": 1, "payloadType": 2, "signatures": 3}', "\x00"]
)
def test_what_is_no_envelope_is_refused(signed, content):
    """A reason or a clear error, never a traceback."""
    path, envelope, public = signed
    envelope.write_text(content)
    try:
        answer, expected = reason(path, envelope, public), ("not a DSSE envelope",)
    except DocumentError as error:
        answer, expected = str(error), (envelope.name, "JSON")
    assert any(words in answer for words in expected)


def test_bad_keys_are_said(signed, tmp_path):
    """The message gives the command that makes one."""
    path, _, public = signed
    with pytest.raises(UsageError, match="openssl genpkey"):
        private_key(public)
    with pytest.raises(UsageError, match="openssl pkey"):
        public_key(path)
    with pytest.raises(UsageError, match="nowhere"):
        private_key(tmp_path / "nowhere.pem")


def test_the_commands(signed, tmp_path, capsys):
    """Sign, check with the key; a foreign key ends with status 1; a signature without a key is bad
    usage.
    """
    path, envelope, public = signed
    private, other = write_keys(tmp_path, "other")
    assert main(["check", str(path), "--key", str(public)]) == 0
    assert (
        main(["check", str(path), "--key", str(other)]) == 1
        and "no valid signature" in capsys.readouterr().out
    )
    assert (
        main(["sign", str(path), "--key", str(private), "-o", str(tmp_path / "second.json")]) == 0
    )
    assert (
        main(
            ["check", str(path), "--key", str(other), "--signature", str(tmp_path / "second.json")]
        )
        == 0
    )
    assert main(["check", str(path), "--signature", str(envelope)]) == 2


@pytest.mark.parametrize(
    "change",
    [
        lambda certificate: certificate["claims"][0].update(tier="gold"),
        lambda certificate: certificate["claims"][0]["proof"].update(rechecked=False),
        lambda certificate: certificate["claims"][0].update(required_tier="gold"),
        lambda certificate: certificate["claims"][0]["proof"].update(theorem="Demo.other"),
    ],
)
def test_what_does_not_check_is_not_signed(signed, tmp_path, change):
    """With the reasons that `check` gives, and no envelope."""
    path, envelope, _ = signed
    envelope.unlink()
    certificate = samples.sealed()
    change(certificate)
    samples.forge(certificate, path)
    with pytest.raises(Unsound) as refused:
        sign(path, private_key(tmp_path / "own.pem"), envelope)
    assert all(str(finding) in str(refused.value) for finding in check(path))
    assert not envelope.exists()


def test_a_bundle_without_its_extra(signed, monkeypatch, capsys):
    """The message says what to install, and nothing is signed anew."""
    path, envelope, public = signed
    envelope.unlink()
    monkeypatch.setitem(sys.modules, "model_signing", None)
    key = public.with_name("own.pem")
    assert main(["sign", str(path), "--key", str(key), "--model", str(path.parent)]) == 2
    assert "[model-signing]" in capsys.readouterr().err
    assert not envelope.exists()


WHO = ("someone@example.org", "https://accounts.example.org")


@pytest.fixture
def keyless():
    """Sigstore, without the credential of a CI's job."""
    pytest.importorskip("sigstore", reason="the extra `keyless` is not installed")


def test_an_identity_is_no_key(signed, keyless):
    """A signature by a key is none by an identity, also under that identity's id; no network is
    asked for the first.
    """
    path, envelope, _ = signed
    key = identity_key(*WHO)
    (finding,) = verify_signature(path, envelope, key)
    assert "no valid signature" in finding.reason
    content = json.loads(envelope.read_text())
    content["signatures"][0]["keyid"] = key.keyid
    envelope.write_text(json.dumps(content))
    (finding,) = verify_signature(path, envelope, key)
    assert "no valid signature" in finding.reason


def test_no_login_is_said(keyless, monkeypatch):
    """Where neither a CI's credential nor Sigstore can be had, the message says what else there
    is.
    """
    monkeypatch.setattr("sigstore.oidc.detect_credential", lambda *_: "not a token")
    with pytest.raises(UsageError, match="sign with --key"):
        identity_signer(*WHO)


def test_the_commands_of_identities(signed, keyless, capsys):
    """Half an identity, or an identity beside a key, is bad usage; another's signature ends with
    status 1.
    """
    path, _, public = signed
    identity = ["--identity", WHO[0], "--issuer", WHO[1]]
    assert main(["sign", str(path)]) == 2 and "--key" in capsys.readouterr().err
    assert (
        main(["sign", str(path), *identity[:2]]) == 2 and "go together" in capsys.readouterr().err
    )
    assert (
        main(["check", str(path), *identity, "--key", str(public)]) == 2
        and "not both" in capsys.readouterr().err
    )
    assert (
        main(["check", str(path), *identity]) == 1
        and "no valid signature" in capsys.readouterr().out
    )
