"""The file that carries a certificate's proofs: lean4export's lines in gzip, beside the
certificate, named by their digest.
"""

from __future__ import annotations

import gzip
import hashlib
import io
import os
import re
from collections.abc import Iterator
from pathlib import Path

from pyharness.core.errors import DocumentError
from pyharness.core.json_files import write_bytes
from pyharness.kernel.certificate import Unreadable, read_proofs

__all__ = ["FOLDER", "is_proofs_file", "proofs_file", "remove_other_proofs", "write_proofs"]

FOLDER = "proofs"
"""The folder of such files, in that of the certificate."""

_LEVEL = 9
_DIGITS = 16


def proofs_file(certificate: Path, lines: bytes) -> str:
    """Return where lines are kept, as a path from the certificate's folder:
    `proofs/NAME-DIGEST.ndjson.gz`.

    The digest is the beginning of the SHA-256 of the lines as they are, since what gzip makes of
    them depends on its version.
    """
    return f"{FOLDER}/{certificate.stem}-{hashlib.sha256(lines).hexdigest()[:_DIGITS]}.ndjson.gz"


def write_proofs(certificate: Path, lines: bytes) -> bool:
    """Write lines to their file, whole or not at all.

    Returns:
        Whether the file changed: one that already holds these lines is left alone.

    Raises:
        DocumentError: if it cannot be written; a file that was there is then as it was.
    """
    file = proofs_file(certificate, lines)
    try:
        if read_proofs(certificate.parent, file) == lines:
            return False
    except Unreadable:
        pass
    write_bytes(certificate.parent / file, _compressed(lines))
    return True


def _compressed(lines: bytes) -> bytes:
    """Compress lines; neither the time nor the system goes in."""
    buffer = io.BytesIO()
    with gzip.GzipFile("", "wb", _LEVEL, buffer, mtime=0) as stream:
        stream.write(lines)
    return buffer.getvalue()


def remove_other_proofs(certificate: Path, *lines: bytes) -> None:
    """Remove what was written for this certificate and other lines than these.

    Raises:
        DocumentError: if it cannot be removed.
    """
    kept = {(certificate.parent / proofs_file(certificate, one)).name for one in lines}
    for path in _written(certificate):
        if path.name not in kept:
            try:
                path.unlink(missing_ok=True)
            except OSError as error:
                raise DocumentError(
                    f"cannot remove {path}: {error.strerror or error}; it is of no use any more"
                ) from error


def is_proofs_file(certificate: Path, name: str) -> bool:
    """Whether a file in the folder of proofs is named as one of this certificate's."""
    form = rf"{re.escape(certificate.stem)}-[0-9a-f]{{{_DIGITS}}}\.ndjson\.gz"
    return re.fullmatch(form, name) is not None


def _written(certificate: Path) -> Iterator[Path]:
    folder = certificate.parent / FOLDER
    if os.path.isdir(folder):
        yield from (path for path in folder.iterdir() if is_proofs_file(certificate, path.name))
