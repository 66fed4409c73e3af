"""The certificate in this repository: it checks, and its proofs do again, from the files beside it
alone.
"""

from __future__ import annotations

from pathlib import Path

from pyharness.certificate.check import check
from pyharness.core.json_files import read_json
from pyharness.kernel.certificate import read_proofs
from tests.export_format import faults

CERTIFICATE = Path(__file__).resolve().parent.parent / "certificates" / "leanmining.json"


def test_it_checks_with_its_proofs():
    """The second kernel accepts every declaration, and what the certificate says of each proof is
    so.
    """
    assert check(CERTIFICATE, proofs=True) == []


def test_its_proofs_are_of_the_format():
    """Every line is one that the description of the format knows, so that other checkers can read
    it.
    """
    lines = read_proofs(CERTIFICATE.parent, read_json(CERTIFICATE)["proofs"]["file"])
    assert list(faults(lines.splitlines())) == []
