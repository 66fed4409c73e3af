"""`pyharness sign`: sign a certificate."""

from __future__ import annotations

import argparse
from pathlib import Path

from pyharness.cli.arguments import Commands, add_certificate, add_command, add_identity
from pyharness.cli.inputs import is_by_identity, read_certificate
from pyharness.cli.output import print_json, say
from pyharness.core.errors import EXIT_OK, EXIT_UNMET, UsageError

__all__ = ["add", "run"]


def add(commands: Commands) -> None:
    """Add the command to the parser."""
    parser = add_command(
        commands,
        "sign",
        run,
        summary="Sign a certificate: an in-toto statement in a DSSE envelope beside it (extra "
        "`sign`).",
        examples=[
            "certificates/demo.json --key key.pem",
            "certificates/demo.json --identity me@example.org --issuer https://accounts.example.org",
            "model-int8.certificate.json --key key.pem --model model-int8.safetensors",
        ],
        exits={
            EXIT_OK: "the signature is written",
            EXIT_UNMET: "nothing is signed: the certificate does not check, or with --model is about "
            "another checkpoint",
        },
    )
    add_certificate(parser)
    parser.add_argument(
        "--key",
        type=Path,
        metavar="PEM",
        help="a private key: openssl genpkey -algorithm ed25519 -out key.pem",
    )
    add_identity(
        parser,
        "sign without a key (extra `keyless`), by the credential of a CI's job or a login in the "
        "browser",
    )
    parser.add_argument(
        "--model",
        type=Path,
        metavar="QUANTIZED",
        help="also sign the files of the checkpoint, a file or a folder, that the certificate is "
        "about, in an OpenSSF bundle beside the envelope (extra `model-signing`); needs --key, of "
        "the curve P-256, P-384 or P-521",
    )
    parser.add_argument(
        "-o",
        "--output",
        type=Path,
        metavar="FILE",
        help="the envelope (default: beside the certificate)",
    )


def run(options: argparse.Namespace) -> int:
    """Sign the certificate, and the checkpoint's files.

    Raises:
        HarnessError: if a file cannot be read or signed, the certificate does not check, or it is
            about another checkpoint.
    """
    from pyharness.certificate.bundle import (
        bundle_path,
        require_audited,
        require_signable,
        sign_model,
    )
    from pyharness.certificate.sign import envelope_path, identity_signer, private_key, sign

    if not (is_by_identity(options) or options.key):
        raise UsageError("give --key, or --identity with --issuer")
    if options.model and not options.key:
        raise UsageError("--model needs --key; an identity signs files with: model_signing sign")
    out = options.output or envelope_path(options.certificate)
    signer = (
        private_key(options.key)
        if options.key
        else identity_signer(options.identity, options.issuer)
    )
    if options.model:
        require_signable(options.key)
        require_audited(read_certificate(options.certificate), options.model)
    keyid = sign(options.certificate, signer, out)
    bundle = bundle_path(out) if options.model else None
    if bundle:
        sign_model(options.model, options.key, bundle)
    if options.json:
        plain = {"certificate": str(options.certificate), "signature": str(out), "keyid": keyid}
        print_json(plain | ({"bundle": str(bundle)} if bundle else {}))
    else:
        say(f"{out}: signed by the key {keyid}")
        if bundle:
            say(f"{bundle}: signs the files of {options.model}")
    return EXIT_OK
