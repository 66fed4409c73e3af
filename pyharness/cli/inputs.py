"""What the commands read: projects, certificates and signatures."""

from __future__ import annotations

import argparse
import os
import sys
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import TYPE_CHECKING, Any

from pyharness.core.errors import UsageError

if TYPE_CHECKING:
    from pyharness.certificate.findings import Finding
    from pyharness.core.executor import Executor
    from pyharness.project.settings import Project

__all__ = [
    "is_by_identity",
    "named_executor",
    "read_certificate",
    "read_project",
    "require_folder",
    "signature_check",
]


def read_project(folder: Path, *, needs_packs: bool = True) -> Project:
    """Return the project in a folder, and let its packs be imported from there.

    Args:
        folder: the project's.
        needs_packs: whether it must have any.

    Raises:
        UsageError: if there is none, or its `pyharness.toml` cannot be used.
    """
    from pyharness.project.settings import load_project

    project = load_project(folder, needs_packs=needs_packs)
    if str(project.root) not in sys.path:
        sys.path.insert(0, str(project.root))
    return project


def read_certificate(path: Path) -> Mapping[str, Any]:
    """Return the certificate in a file.

    Raises:
        DocumentError: if it cannot be read or does not follow the schema; the message names the
            file.
    """
    from pyharness.certificate.schema import require
    from pyharness.core.errors import DocumentError
    from pyharness.core.json_files import read_json

    value = read_json(path)
    try:
        return require(value)
    except DocumentError as error:
        raise DocumentError(f"{path}: {error}") from error


def require_folder(option: str, path: Path | None) -> None:
    """Require that the argument of an option, if it is given, is a folder.

    Raises:
        UsageError: if it is not.
    """
    if path is not None and not os.path.isdir(path):
        raise UsageError(f"{option} {path} is not a folder")


def named_executor(options: argparse.Namespace, project: Project) -> Executor | None:
    """Return what spreads the work, by --executor; None for this machine alone.

    Raises:
        UsageError: if the extra that it needs is not installed.
        ClusterError: if there is no cluster to spread it over.
    """
    if options.executor == "local":
        return None
    from pyharness.core.ray_executor import RayExecutor

    executor = RayExecutor(project.packs)
    executor.require_there()
    return executor


def signature_check(options: argparse.Namespace) -> Callable[[], list[Finding]] | None:
    """Return what checks the signature of a certificate by the key or the identity that is given;
    None if neither is.

    Raises:
        UsageError: if the options contradict each other, or the key cannot be read.
    """
    by_identity = is_by_identity(options)
    if not (options.key or by_identity):
        if options.signature:
            raise UsageError("--signature needs --key or --identity, by which it is checked")
        return None
    from pyharness.certificate.sign import envelope_path, identity_key, public_key, verify_signature

    key = identity_key(options.identity, options.issuer) if by_identity else public_key(options.key)
    return lambda: verify_signature(
        options.certificate, options.signature or envelope_path(options.certificate), key
    )


def is_by_identity(options: argparse.Namespace) -> bool:
    """Whether a signature is by an identity, and not by a key.

    Raises:
        UsageError: if the options contradict each other.
    """
    if bool(options.identity) != bool(options.issuer):
        raise UsageError("--identity and --issuer go together")
    if options.identity and options.key:
        raise UsageError("give --key, or --identity with --issuer, not both")
    return bool(options.identity)
