"""An OpenSSF model-signing bundle of the checkpoint that a certificate is about, beside it.

Needs the extra `model-signing`. `model_signing verify` checks a bundle; it signs every file of the
checkpoint by SHA-256, the floats that no code stands for and the settings too. A bundle is written
only for a checkpoint whose quantized tensors are those that the certificate names.

Source: the OpenSSF Model Signing specification, version 1.0.
"""

from __future__ import annotations

import os
import tempfile
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from pyharness.core.errors import EXIT_UNMET, HarnessError, UsageError
from pyharness.core.extras import install
from pyharness.core.json_files import read_bytes, write_bytes

__all__ = ["Unaudited", "bundle_path", "require_audited", "require_signable", "sign_model"]

_CURVES = ("secp256r1", "secp384r1", "secp521r1")
_MAKE_KEY = "openssl genpkey -algorithm EC -pkeyopt ec_paramgen_curve:P-256 -out key.pem"


class Unaudited(HarnessError):
    """A checkpoint that is not the one a certificate is about, and so is not signed."""

    exit_code = EXIT_UNMET


def bundle_path(envelope: Path) -> Path:
    """Return where a bundle lies: beside the certificate's signature, `.sig` for `.dsse.json`."""
    return envelope.with_name(f"{envelope.name.removesuffix('.json').removesuffix('.dsse')}.sig")


def require_signable(key: Path) -> None:
    """Require that model-signing is installed and can sign by the private key in a file.

    Args:
        key: one that `pyharness.certificate.sign.private_key` has read.

    Raises:
        UsageError: if not.
    """
    _library()
    from cryptography.hazmat.primitives.serialization import load_pem_private_key

    curve = getattr(load_pem_private_key(read_bytes(key), password=None), "curve", None)
    if curve is None or curve.name not in _CURVES:
        raise UsageError(
            f"{key} is not a key that model-signing can sign with: it takes the elliptic curves P-256, P-384 and "
            f"P-521; make one with: {_MAKE_KEY}"
        )


def require_audited(certificate: Mapping[str, Any], model: Path) -> None:
    """Require that every quantized tensor of a checkpoint, with its scales and zero points, is one
    that a certificate names.

    Args:
        certificate: one that follows the schema.
        model: the checkpoint, as for `pyharness.formats.quantized.checkpoint.read_checkpoint`.

    Raises:
        UsageError: if the checkpoint cannot be read.
        Unaudited: if it has no such tensors, or another one.
    """
    from pyharness.evidence.streaming import sha256
    from pyharness.formats.quantized.checkpoint import read_checkpoint

    named = {
        (tensor["name"], tensor["sha256"])
        for claim in certificate["claims"]
        for evidence in claim["evidence"]
        if evidence["kind"] != "conformance"
        for tensor in evidence["tensors"]
    }
    quantized = read_checkpoint([model]).quantized
    if not quantized:
        raise Unaudited(f"{model} was not signed, since it has no quantized tensors to audit")
    for part in (part for tensor in quantized for part in tensor.parts):
        if (part.name, sha256(part)) not in named:
            raise Unaudited(
                f"{model} was not signed, since the certificate names no tensor {part.name!r} with "
                "these values; audit the checkpoint as it is now, then sign that certificate"
            )


def sign_model(model: Path, key: Path, out: Path) -> None:
    """Sign every file of a checkpoint.

    Args:
        model: a file, or a folder; of a folder, all files but the bundle itself and those of git.
        key: a private key that `require_signable` has let through.
        out: the bundle's file.

    Raises:
        UsageError: if a file cannot be read, or one of them is a symbolic link.
        DocumentError: if the bundle cannot be written.
    """
    hashing, signing = _library()
    own = Path(os.path.relpath(os.path.realpath(out), os.path.realpath(model)))
    config = signing.Config().use_elliptic_key_signer(private_key=key)
    if ".." not in own.parts:
        config.set_hashing_config(hashing.Config().set_ignored_paths(paths=[own]))
    with tempfile.TemporaryDirectory() as folder:
        signed = Path(folder) / "bundle"
        try:
            config.sign(model, signed)
        except (OSError, ValueError) as error:
            raise UsageError(
                f"{model} was not signed: {error}; give a folder, or a file, that can be read and "
                "has no symbolic links (cp -rL makes one)"
            ) from error
        write_bytes(out, read_bytes(signed))


def _library() -> tuple[Any, Any]:
    try:
        from model_signing import hashing, signing
    except ImportError as error:
        raise UsageError(
            f"bundles need model-signing ({error}); {install('model-signing')}"
        ) from error
    return hashing, signing
