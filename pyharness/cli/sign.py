"""`pyharness sign`: sign a certificate."""

from __future__ import annotations

import argparse
from pathlib import Path

from pyharness.cli.arguments import Commands, add_certificate, add_command, add_identity
from pyharness.cli.inputs import is_by_identity
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
        ],
        exits={
            EXIT_OK: "the signature is written",
            EXIT_UNMET: "the certificate does not check, and is not signed",
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
        "-o",
        "--output",
        type=Path,
        metavar="FILE",
        help="the envelope (default: beside the certificate)",
    )


def run(options: argparse.Namespace) -> int:
    """Sign the certificate.

    Raises:
        HarnessError: if it cannot be read or signed, or does not check.
    """
    from pyharness.certificate.sign import envelope_path, identity_signer, private_key, sign

    if not (is_by_identity(options) or options.key):
        raise UsageError("give --key, or --identity with --issuer")
    out = options.output or envelope_path(options.certificate)
    signer = (
        private_key(options.key)
        if options.key
        else identity_signer(options.identity, options.issuer)
    )
    keyid = sign(options.certificate, signer, out)
    if options.json:
        print_json({"certificate": str(options.certificate), "signature": str(out), "keyid": keyid})
    else:
        say(f"{out}: signed by the key {keyid}")
    return EXIT_OK
