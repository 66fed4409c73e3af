"""Signatures: an in-toto Statement v1 about a certificate and what it rests on, in a DSSE envelope
beside it.

Needs the extra `sign` (securesystemslib), or `keyless` to sign without a key of one's own: then
Sigstore certifies, on the word of an OpenID Connect provider, who signed. The subjects are the
certificate's file, each Lean file, Lean's library, the lines of the proofs and each tensor, by
SHA-256, so that a signature fits one certificate alone.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from hashlib import sha256
from pathlib import Path
from typing import Any

from pyharness.certificate.canonical import file_bytes
from pyharness.certificate.check import check
from pyharness.certificate.findings import Finding
from pyharness.certificate.schema import require
from pyharness.core.errors import EXIT_UNMET, DocumentError, HarnessError, UsageError
from pyharness.core.extras import install
from pyharness.core.json_files import parse, read_bytes, write_bytes
from pyharness.kernel.certificate import views

__all__ = [
    "PAYLOAD_TYPE",
    "PREDICATE_TYPE",
    "Unsound",
    "envelope_path",
    "identity_key",
    "identity_signer",
    "private_key",
    "public_key",
    "sign",
    "statement",
    "verify_signature",
]

PAYLOAD_TYPE = "application/vnd.in-toto+json"
PREDICATE_TYPE = "urn:pyharness:tiered-certificate:1"


class Unsound(HarnessError):
    """A certificate that does not check, and so is not signed."""

    exit_code = EXIT_UNMET


def envelope_path(certificate: Path) -> Path:
    """Return where a certificate's signature lies unless another file is named: beside it,
    `.dsse.json` for `.json`.
    """
    return certificate.with_suffix(".dsse.json")


def statement(certificate: Mapping[str, Any]) -> dict[str, Any]:
    """Return the in-toto Statement v1 about a certificate that follows the schema; its file is
    named `certificate.json`.
    """
    subjects = [
        ("certificate.json", sha256(file_bytes(certificate)).hexdigest()),
    ]
    for view in views(certificate):
        lean = view.certificate["lean"]
        if "export" in lean:
            subjects.append((f"export {lean['export']['file']}", lean["export"]["sha256"]))
        else:
            subjects.append(("Lean library", lean["library_sha256"]))
        subjects += [(module["file"], module["sha256"]) for module in lean["modules"]]
        if proofs := view.certificate["proofs"]:
            subjects.append((proofs["file"].removesuffix(".gz"), proofs["sha256"]))
    records = {
        (record["file"], record["digest"])
        for claim in certificate["claims"]
        for record in claim["recorded"]
    }
    subjects += [(f"record {file}", digest) for file, digest in sorted(records)]
    tensors = {
        (tensor["name"], tensor["sha256"])
        for claim in certificate["claims"]
        for evidence in claim["evidence"]
        for tensor in evidence["tensors"]
    }
    subjects += [(f"tensor {name}", digest) for name, digest in sorted(tensors)]
    return {
        "_type": "https://in-toto.io/Statement/v1",
        # A file may be of both sources of the proofs.
        "subject": [
            {"name": name, "digest": {"sha256": digest}} for name, digest in dict.fromkeys(subjects)
        ],
        "predicateType": PREDICATE_TYPE,
        "predicate": {
            "project": certificate["project"]["name"],
            "digest": certificate["digest"],
            "summary": certificate["summary"],
        },
    }


def private_key(key: Path) -> Any:
    """Return a signer by a private key in PEM (PKCS #8), not encrypted: Ed25519, ECDSA or RSA.

    Raises:
        UsageError: if the key cannot be read, or the extra `sign` is not installed.
    """
    _, signer = _library()
    from cryptography.hazmat.primitives.serialization import load_pem_private_key

    try:
        return signer.CryptoSigner(load_pem_private_key(_read_key(key), password=None))
    except (ValueError, TypeError) as error:
        raise UsageError(
            f"{key} is not an unencrypted private key in PEM ({error}); "
            "make one with: openssl genpkey -algorithm ed25519 -out key.pem"
        ) from error


def public_key(key: Path) -> Any:
    """Return the key by which a signature is checked, from a public key in PEM.

    Raises:
        UsageError: if the key cannot be read, or the extra `sign` is not installed.
    """
    _, signer = _library()
    from cryptography.hazmat.primitives.serialization import load_pem_public_key

    try:
        return signer.SSlibKey.from_crypto(load_pem_public_key(_read_key(key)))
    except ValueError as error:
        raise UsageError(
            f"{key} is not a public key in PEM ({error}); "
            "make it with: openssl pkey -in key.pem -pubout -out public.pem"
        ) from error


def identity_key(identity: str, issuer: str) -> Any:
    """Return the key by which a keyless signature is checked: whoever the issuer says has this
    identity.

    Args:
        identity: an e-mail address, or the URL of a CI's workflow.
        issuer: the URL of an OpenID Connect provider.

    Raises:
        UsageError: if the extra `keyless` is not installed.
    """
    return _keyless().import_(identity, issuer)[1]


def identity_signer(identity: str, issuer: str) -> Any:
    """Return a signer without a key: by the credential that a CI gives its jobs, else by a login in
    the browser.

    Raises:
        UsageError: if the extra `keyless` is not installed, or there is no such credential or
            login.
    """
    keyless = _keyless()
    from sigstore.oidc import detect_credential

    try:
        uri, key = keyless.import_(identity, issuer, ambient=detect_credential() is not None)
        return keyless.from_priv_key_uri(uri, key)
    # Whatever stops a login: the network, the provider, a browser that is not there, another
    # identity.
    except Exception as error:
        raise UsageError(
            f"no keyless signature as {identity} by {issuer}: {error}; sign with --key, or run this in a CI "
            "job that may ask for an identity token"
        ) from error


def sign(path: Path, signer: Any, out: Path) -> str:
    """Sign a certificate that checks, and return the key's id.

    Whoever signs vouches for it and for the records that it names, so it is held against the files
    beside it first, with the tiers that it has once it is signed.

    Args:
        path: the certificate.
        signer: what `private_key` or `identity_signer` returned.
        out: the envelope's file.

    Raises:
        DocumentError: if the certificate cannot be read or does not follow the schema, or the
            envelope cannot be written.
        UsageError: if Sigstore does not sign.
        Unsound: if `check` has anything against it.
    """
    dsse, _ = _library()
    if findings := check(path, signature=list):
        reasons = "\n".join(f"  {finding}" for finding in findings)
        raise Unsound(f"{path} was not signed, since it does not check:\n{reasons}")
    payload = json.dumps(
        statement(require(parse(read_bytes(path)))), ensure_ascii=False, sort_keys=True
    ).encode()
    envelope = dsse.Envelope(payload, PAYLOAD_TYPE, {})
    try:
        signature = envelope.sign(signer)
    except Exception as error:
        raise UsageError(f"the signature was not made: {error}") from error
    write_bytes(out, json.dumps(envelope.to_dict(), indent=1).encode() + b"\n")
    keyid: str = signature.keyid
    return keyid


def verify_signature(path: Path, envelope: Path, key: Any) -> list[Finding]:
    """Return every reason why an envelope is not a signature by this key of this certificate;
    nothing if it is.

    Args:
        path: the certificate; it follows the schema.
        envelope: a DSSE envelope.
        key: what `public_key` or `identity_key` returned.

    Raises:
        DocumentError: if a file cannot be read.
    """
    dsse, _ = _library()
    from securesystemslib.exceptions import VerificationError

    try:
        found = dsse.Envelope.from_dict(parse(read_bytes(envelope)))
        if found.payload_type != PAYLOAD_TYPE:
            return [_finding(f"it signs {found.payload_type}, not {PAYLOAD_TYPE}")]
        found.verify([key], 1)
    except VerificationError as error:
        why = f": {error.__cause__}" if error.__cause__ else ""
        return [
            _finding(f"{envelope.name} holds no valid signature by the key {key.keyid[:16]}…{why}")
        ]
    except DocumentError:
        raise
    # The library lets through whatever a malformed envelope makes it stumble over.
    except Exception as error:
        return [_finding(f"{envelope.name} is not a DSSE envelope: {error!r}")]
    try:
        signed = parse(found.payload)
    except DocumentError as error:
        return [_finding(f"what it signs is {error}")]
    expected = statement(require(parse(read_bytes(path))))
    if signed == expected:
        return []
    return [_finding("it is a valid signature of something else: " + _difference(signed, expected))]


def _finding(reason: str) -> Finding:
    return Finding("signature", "signature", reason)


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
    except DocumentError as error:
        raise UsageError(f"the key: {error}") from error


def _library() -> tuple[Any, Any]:
    try:
        from securesystemslib import dsse, signer
    except ImportError as error:
        raise UsageError(f"signatures need securesystemslib; {install('sign')}") from error
    return dsse, signer


def _keyless() -> Any:
    try:
        import sigstore  # noqa: F401
        from securesystemslib.signer import SigstoreSigner  # type: ignore[attr-defined]  # not in its `__all__`
    except ImportError as error:
        raise UsageError(f"signatures without a key need sigstore; {install('keyless')}") from error
    return SigstoreSigner
