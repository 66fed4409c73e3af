"""What a certificate says of its whole library follows from its own lists, and is shown in one
line.
"""

from __future__ import annotations

import copy
import io
from pathlib import Path
from typing import Any

import pytest
from rich.console import Console

from pyharness.certificate.check import check
from pyharness.certificate.library import library_in_words
from pyharness.report import terminal
from pyharness.report.documents import markdown
from pyharness.report.html import Report, render
from tests.certificate_samples import forge, proof, record, sample_records, sealed

LIBRARY = {
    "theorems": 1200,
    "sorries": 1,
    "axioms": 1,
    "unproved": [
        {"name": "Demo.assumed", "kind": "axiom", "module": "Demo", "line": None},
        {"name": "Demo.hole", "kind": "sorry", "module": "Demo.Relu", "line": 7},
    ],
}
LINE = (
    "1,200 theorems, 1 sorry, 1 axiom in the whole library. "
    "Unproved: Demo.assumed (axiom), Demo.hole (sorry)."
)


def certificate(**changes: Any) -> dict[str, Any]:
    """The sample certificate with such a library."""
    records = [
        *sample_records(),
        record("a.hole", "bronze", sample_records()[0].evidence, proof("sorry")),
    ]
    return sealed(records, lean={**sealed()["lean"], "library": {**LIBRARY, **changes}})


def found(changed: dict[str, Any], folder: Path) -> list[str]:
    """Why a certificate does not check."""
    return [
        f"{item.where}: {item.reason}"
        for item in check(forge(copy.deepcopy(changed), folder / "c.json"))
    ]


def test_honest(tmp_path: Path) -> None:
    """Counts that follow from the lists check, and so does a certificate without them."""
    assert found(certificate(), tmp_path) == []
    assert found(sealed(), tmp_path) == []


@pytest.mark.parametrize(
    ("changes", "words"),
    [
        ({"sorries": 0}, "lean/library/sorries: 0 are counted, but 1 are listed"),
        ({"axioms": 2}, "lean/library/axioms: 2 are counted, but 1 are listed"),
        ({"theorems": 0}, "lean/library/theorems: 0 are counted, but the claims name"),
        ({"unproved": LIBRARY["unproved"][::-1]}, "the declarations are not sorted and distinct"),
        (
            {"unproved": [LIBRARY["unproved"][0], *LIBRARY["unproved"]], "axioms": 2},
            "the declarations are not sorted and distinct",
        ),
        (
            {"unproved": LIBRARY["unproved"][:1], "sorries": 0},
            "a claim's theorem rests on a sorry, but none is counted",
        ),
        (
            {"unproved": [LIBRARY["unproved"][0], {**LIBRARY["unproved"][1], "module": "Other"}]},
            "Demo.hole is of Other, which is no module here",
        ),
    ],
)
def test_contradictions(tmp_path: Path, changes: dict[str, Any], words: str) -> None:
    """Counts and lists that disagree are found, with the digest computed again."""
    assert any(words in fault for fault in found(certificate(**changes), tmp_path))


def test_an_axiom_below_a_claim_is_listed(tmp_path: Path) -> None:
    """A claim's theorem cannot rest on an axiom that the library is not said to have."""
    changed = certificate()
    changed["claims"][-1]["proof"]["axioms"] = ["Demo.other", "propext", "sorryAx"]
    assert any(
        "rests on Demo.other, which it does not list" in it for it in found(changed, tmp_path)
    )
    changed["claims"][-1]["proof"]["axioms"] = ["Demo.assumed", "propext", "sorryAx"]
    assert not any("lean/library" in fault for fault in found(changed, tmp_path))


def test_reports_show_it() -> None:
    """Terminal, Markdown and pages have the line; they have none where there is nothing to say."""
    made = certificate()
    assert library_in_words(made["lean"]["library"]) == LINE
    for shown, of in ((True, made), (False, sealed())):
        console = Console(file=io.StringIO(), width=200)
        terminal.show(of, Path("c.json"), console=console)
        page = render(Report(of))["trusted-base.html"].decode()
        texts = [console.file.getvalue(), markdown(of), page]  # type: ignore[attr-defined]
        assert [" in the whole library." in text for text in texts] == [shown] * 3
