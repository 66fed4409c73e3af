"""The certificate in this repository: it checks, and its proofs do again, from the files beside it
alone.
"""

from __future__ import annotations

import io
from dataclasses import asdict
from pathlib import Path

from pyharness.certificate.check import check
from pyharness.certificate.tiers import proof_status
from pyharness.core.json_files import read_json
from pyharness.kernel.certificate import read_proofs
from pyharness.proofs.acceleration import ties
from pyharness.proofs.audit import audit, find_theorem
from pyharness.proofs.cut import Index
from pyharness.proofs.environment import Environment
from pyharness.proofs.library import known_constants
from pyharness.proofs.names import parse_name, show_name
from pyharness.proofs.printing import Printer
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


def test_an_export_gives_what_the_library_gave():
    """The proofs that the certificate carries, read as an export that was made elsewhere, give the
    statuses, statements, definitions, digests, axioms, examples and unused hypotheses that the
    library gave; and what is cut out of them is all of them.
    """
    certificate = read_json(CERTIFICATE)
    lines = read_proofs(CERTIFICATE.parent, certificate["proofs"]["file"])
    environment = Environment.exported(Path("leanmining.ndjson"), lines)
    said = {
        claim["proof"]["theorem"]: claim["proof"]
        for claim in certificate["claims"]
        if claim["proof"]["theorem"]
    }
    theorems = {name: find_theorem(environment, name) for name in said}
    policy = certificate["policy"]
    allowed, further = policy["allowed_axioms"], policy.get("further_axioms", {})
    found = audit(environment, theorems, allowed, Printer(environment), further)
    for name, proof in found.items():
        status = proof_status(proof.status, negates=said[name]["negates"])
        assert {**asdict(proof), "status": status} == {
            **{field: said[name].get(field) for field in asdict(proof)},
            **{field: tuple(said[name][field]) for field in LISTED},
            # What an export cannot say.
            **dict.fromkeys(("module", "file", "line")),
        }


LISTED = ("axioms", "definitions", "rests_on", "unused")


def test_what_is_cut_out_of_an_export_is_what_was_exported(tmp_path):
    """Line by line, for the theorems and examples of the certificate."""
    certificate = read_json(CERTIFICATE)
    lines = read_proofs(CERTIFICATE.parent, certificate["proofs"]["file"])
    path, written = tmp_path / "leanmining.ndjson", io.BytesIO()
    path.write_bytes(lines)
    index = Index(path)
    proofs = [claim["proof"] for claim in certificate["claims"]]
    names = [proof[field] for proof in proofs for field in ("theorem", "example") if proof[field]]
    roots = [name for text in names if (name := parse_name(text)) is not None]
    tied = ties(index.closure(roots), lambda name: index.closure([name]))
    sha256 = index.write([*roots, *tied], written)
    assert written.getvalue() == lines and sha256 == certificate["proofs"]["sha256"]


def test_the_constants_that_are_known_are_those_of_the_library():
    """What the library that ships declares has the digests by which an export's constants are
    known. If not, run contrib/known_constants.py.
    """
    lines = read_proofs(CERTIFICATE.parent, read_json(CERTIFICATE)["proofs"]["file"])
    environment = Environment.exported(Path("leanmining.ndjson"), lines)
    known = known_constants()
    listed = [name for name in environment.modules if show_name(name) in known.library]
    listed += [name for name in environment.modules if show_name(name) in known.foundation]
    assert len(listed) > 300 and all(environment.ships(name) for name in listed)
