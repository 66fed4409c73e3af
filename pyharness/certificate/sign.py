"""Signatures: an in-toto Statement v1 about a certificate and what it rests on, in a DSSE envelope beside it.

Needs the extra `sign` (securesystemslib). The subjects are the certificate's file, each Lean file, Lean's library and each
tensor, by SHA-256, so that a signature fits one certificate alone.
"""
from __future__ import annotations

import json
from collections.abc import Mapping
from hashlib import sha256
from pathlib import Path
from typing import Any

from pyharness.certificate.canonical import file_bytes, parse, read_bytes, write_bytes
from pyharness.certificate.check import Finding
from pyharness.certificate.schema import CertificateError, require
from pyharness.errors import UsageError

__all__ = ["PAYLOAD_TYPE", "PREDICATE_TYPE", "envelope_path", "sign", "statement", "verify_signature"]

PAYLOAD_TYPE = "application/vnd.in-toto+json"
PREDICATE_TYPE = "urn:pyharness:tiered-certificate:1"


def envelope_path(certificate: Path) -> Path:
    """Return where a certificate's signature lies unless another file is named: beside it, `.dsse.json` for `.json`."""
    return certificate.with_suffix(".dsse.json")


def statement(certificate: Mapping[str, Any]) -> dict[str, Any]:
    """Return the in-toto Statement v1 about a certificate that follows the schema; its file is named `certificate.json`."""
    subjects = [("certificate.json", sha256(file_bytes(certificate)).hexdigest()),
                ("Lean library", certificate["lean"]["library_sha256"])]
    subjects += [(module["file"], module["sha256"]) for module in certificate["lean"]["modules"]]
    tensors = {(tensor["name"], tensor["sha256"]) for claim in certificate["claims"] for evidence in claim["evidence"]
               for tensor in evidence["tensors"]}
    subjects += [(f"tensor {name}", digest) for name, digest in sorted(tensors)]
    return {
        "_type": "https://in-toto.io/Statement/v1",
        "subject": [{"name": name, "digest": {"sha256": digest}} for name, digest in subjects],
        "predicateType": PREDICATE_TYPE,
        "predicate": {"project": certificate["project"]["name"], "digest": certificate["digest"],
                      "summary": certificate["summary"]},
    }


def sign(path: Path, key: Path, out: Path) -> str:
    """Sign a certificate with a private key, and return the key's id.

    Args:
        path: the certificate.
        key: a private key in PEM (PKCS #8), not encrypted: Ed25519, ECDSA or RSA.
        out: the envelope's file.

    Raises:
        CertificateError: if the certificate cannot be read or does not follow the schema, or the envelope cannot be written.
        UsageError: if the key cannot be read, or the extra `sign` is not installed.
    """
    dsse, signer = _library()
    from cryptography.hazmat.primitives.serialization import load_pem_private_key

    payload = json.dumps(statement(require(parse(read_bytes(path)))), ensure_ascii=False, sort_keys=True).encode()
    try:
        private = signer.CryptoSigner(load_pem_private_key(_read_key(key), password=None))
    except (ValueError, TypeError) as error:
        raise UsageError(f"{key} is not an unencrypted private key in PEM ({error}); "
                         "make one with: openssl genpkey -algorithm ed25519 -out key.pem") from error
    envelope = dsse.Envelope(payload, PAYLOAD_TYPE, {})
    signature = envelope.sign(private)
    write_bytes(out, json.dumps(envelope.to_dict(), indent=1).encode() + b"\n")
    return signature.keyid


def verify_signature(path: Path, envelope: Path, key: Path) -> list[Finding]:
    """Return every reason why an envelope is not a signature by this key of this certificate; nothing if it is.

    Args:
        path: the certificate; it follows the schema.
        envelope: a DSSE envelope.
        key: a public key in PEM.

    Raises:
        CertificateError: if a file cannot be read.
        UsageError: if the key cannot be read, or the extra `sign` is not installed.
    """
    dsse, signer = _library()
    from cryptography.hazmat.primitives.serialization import load_pem_public_key
    from securesystemslib.exceptions import VerificationError

    try:
        public = signer.SSlibKey.from_crypto(load_pem_public_key(_read_key(key)))
    except ValueError as error:
        raise UsageError(f"{key} is not a public key in PEM ({error}); "
                         "make it with: openssl pkey -in key.pem -pubout -out public.pem") from error
    try:
        found = dsse.Envelope.from_dict(parse(read_bytes(envelope)))
        if found.payload_type != PAYLOAD_TYPE:
            return [Finding("signature", f"it signs {found.payload_type}, not {PAYLOAD_TYPE}")]
        found.verify([public], 1)
    except VerificationError:
        return [Finding("signature", f"{envelope.name} holds no valid signature by the key {public.keyid[:16]}…")]
    except CertificateError:
        raise
    # The library lets through whatever a malformed envelope makes it stumble over.
    except Exception as error:
        return [Finding("signature", f"{envelope.name} is not a DSSE envelope: {error!r}")]
    try:
        signed = parse(found.payload)
    except CertificateError as error:
        return [Finding("signature", f"what it signs is {error}")]
    expected = statement(require(parse(read_bytes(path))))
    if signed == expected:
        return []
    return [Finding("signature", "it is a valid signature of something else: " + _difference(signed, expected))]


def _difference(signed: Any, expected: Mapping[str, Any]) -> str:
    if not isinstance(signed, dict) or set(signed) != set(expected):
        return "not a statement about a certificate"
    parts = [name for name in expected if signed[name] != expected[name]]
    predicate = signed["predicate"]
    if isinstance(predicate, dict) and predicate.get("digest") != expected["predicate"]["digest"]:
        return f"the certificate with the digest {str(predicate.get('digest'))[:64]}"
    return f"{', '.join(parts)} differ"


def _read_key(key: Path) -> bytes:
    try:
        return read_bytes(key)
    except CertificateError as error:
        raise UsageError(f"the key: {error}") from error


def _library() -> tuple[Any, Any]:
    try:
        from securesystemslib import dsse, signer
    except ImportError as error:
        raise UsageError("signatures need securesystemslib; run: pip install 'pyharness[sign]'") from error
    return dsse, signer
