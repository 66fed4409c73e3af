"""The pages by the rules of axe-core, in a real browser: WCAG 2.1 and its advice beyond it."""

from __future__ import annotations

import importlib.util
import json
from importlib.resources import files
from pathlib import Path

import pytest

from pyharness.report.html import Report, render
from pyharness.report.lean_source import LeanSource
from pyharness.report.site import write_site
from tests import certificate_samples as samples

ROOT = Path(__file__).resolve().parents[2]
SAMPLE = render(Report(samples.sealed(samples.drawn_records())))
CERTIFICATE = json.loads((ROOT / "certificates" / "leanmining.json").read_text("utf-8"))
OURS = ("index.html", "trusted-base.html", "claims/nucleus.extensive.html")
VIEWS = ({}, {"width": 390, "dark": True})

pytestmark = pytest.mark.skipif(
    importlib.util.find_spec("axe_core_python") is None,
    reason="axe-core-python is not installed: the extra `test`",
)


@pytest.fixture(scope="module")
def folder(tmp_path_factory):
    """The report of a small certificate, and in a folder below it that of the committed one."""
    folder = tmp_path_factory.mktemp("report") / "sample"
    write_site(SAMPLE, folder)
    write_site(render(Report(CERTIFICATE, source=LeanSource(ROOT, CERTIFICATE))), folder / "ours")
    return folder


def faults(browser) -> list[str]:
    """What axe-core finds wrong with the page that is open: the rule and the first place."""
    browser.run((files("axe_core_python") / "axe.min.js").read_text("utf-8"))
    found = browser.run("return axe.run(document, {resultTypes: ['violations']})")
    return [f"{one['id']}: {one['nodes'][0]['html'][:200]}" for one in found["violations"]]


@pytest.mark.parametrize(
    "page",
    [page for page in [*SAMPLE, *(f"ours/{page}" for page in OURS)] if page.endswith(".html")],
)
def test_nothing_is_found(browser, folder, page):
    """On a desk and on a phone, in light and in dark."""
    for view in VIEWS:
        browser.open(folder / page, **view)
        assert faults(browser) == [], view


def test_a_fault_is_found(browser, folder):
    """Words without contrast, and two regions of one name."""
    browser.open(folder / "index.html")
    browser.run(
        "document.querySelector('h1').style.color = 'white';"
        "const region = document.querySelector('[role=region]');"
        "region.after(region.cloneNode(true))"
    )
    found = {fault.partition(":")[0] for fault in faults(browser)}
    assert found >= {"color-contrast", "landmark-unique"}
