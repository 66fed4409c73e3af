"""The pages in a real browser: nothing fails, filters filter, and all that is text is there without
JavaScript.
"""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from pyharness.report.html import Report, render
from pyharness.report.lean_source import LeanSource
from pyharness.report.site import file_name, write_site
from tests.report.test_html import HOSTILE, with_text

ROOT = Path(__file__).resolve().parents[2]
CERTIFICATE = json.loads((ROOT / "certificates" / "leanmining.json").read_text("utf-8"))
PAGES = [
    "index.html",
    "claims.html",
    "theorems.html",
    "definitions.html",
    "graph.html",
    "figures.html",
    "trusted-base.html",
    "claims/gap.additive.html",
    "claims/error.mse_convex.html",
    "claims/nucleus.extensive.html",
    f"theorems/{file_name('LeanMining.qRelu_extensive')}",
]
COUNT = len(CERTIFICATE["claims"])


def of_tier(tier):
    """The ids of the claims of a tier."""
    return [claim["id"] for claim in CERTIFICATE["claims"] if claim["tier"] == tier]


@pytest.fixture(scope="module")
def folder(tmp_path_factory):
    """The report of the committed certificate."""
    folder = tmp_path_factory.mktemp("report") / "pages"
    write_site(render(Report(CERTIFICATE, source=LeanSource(ROOT, CERTIFICATE))), folder)
    return folder


def shown(browser):
    """The ids of the claims whose rows are in view, in their order."""
    return browser.run(
        "return [...document.querySelectorAll('#claims tbody tr')].filter(row => row.offsetHeight)"
        ".map(row => row.dataset.id)"
    )


def fill(browser, name, value):
    """Choose or type a value in a filter."""
    browser.run(
        "const control = document.getElementById('filters').elements[arguments[0]]; control.value = arguments[1];"
        "control.dispatchEvent(new Event('input', {bubbles: true}))",
        name,
        value,
    )


class TestPages:
    @pytest.mark.parametrize("page", PAGES)
    def test_load_and_fit(self, browser, folder, page):
        """Nothing in the console, and no wider than a desk's, a phone's or a sheet's view, in
        either scheme.
        """
        for view in ({}, {"width": 390, "dark": True}, {"width": 720, "media": "print"}):
            browser.open(folder / page, **view)
            assert browser.complaints() == []
            assert browser.overflow() == 0, view

    def test_dark_is_dark(self, browser, folder):
        """Light letters on a dark ground where the reader prefers that."""
        grounds = []
        for dark in (False, True):
            browser.open(folder / "index.html", dark=dark)
            grounds.append(
                browser.run("return getComputedStyle(document.documentElement).backgroundColor")
            )
        light, dark = ([int(part) for part in ground[4:-1].split(",")] for ground in grounds)
        assert min(light) > 200 and max(dark) < 60

    def test_a_print_leaves_out_what_paper_cannot_do(self, browser, folder):
        """No navigation; what is folded is open."""
        browser.open(folder / "claims" / "error.mse_convex.html", media="print")
        assert browser.run("return document.querySelector('header.site').offsetHeight") == 0
        assert browser.run(
            "return [...document.querySelectorAll('details table')].every(table => table.offsetHeight > 0)"
        )

    def test_the_policy_refuses_what_is_not_the_report_s(self, browser, folder):
        """Were some text to become a script, it would not run."""
        browser.open(folder / "index.html")
        browser.run(
            "const script = document.createElement('script'); script.textContent = 'window.ran = true';"
            "document.body.append(script)"
        )
        assert browser.run("return window.ran") is None
        assert any("Content Security Policy" in complaint for complaint in browser.complaints())


class TestFilters:
    def test_filter_and_remember(self, browser, folder):
        """Each filter leaves the rows that fit, says how many, and keeps itself in the address."""
        browser.open(folder / "claims.html")
        assert len(shown(browser)) == COUNT
        fill(browser, "tier", "refuted")
        assert shown(browser) == of_tier("refuted")
        assert (
            browser.run("return document.getElementById('shown').textContent")
            == f"{len(of_tier('refuted'))} of {COUNT} claims"
        )
        fill(browser, "q", "HADDITIVE total")
        assert shown(browser) == ["gap.additive"]
        address = browser.driver.current_url
        assert "tier=refuted" in address
        browser.open(folder / "claims.html", address.partition("#")[2])
        assert shown(browser) == ["gap.additive"]
        browser.run("document.querySelector('#filters button').click()")
        browser.run("return new Promise(done => setTimeout(done, 50))")
        assert len(shown(browser)) == COUNT

    def test_the_first_page_leads_to_a_filter(self, browser, folder):
        """A tier's count shows its claims."""
        browser.open(folder / "index.html")
        browser.follow(".tiles .gold a")
        assert shown(browser) == of_tier("gold")

    def test_an_unknown_filter_is_none(self, browser, folder):
        """An address that somebody wrote."""
        browser.open(folder / "claims.html", "tier=lead&sort=weight&q=")
        assert len(shown(browser)) == COUNT

    def test_sort(self, browser, folder):
        """By a column up, down, and back to the certificate's order; a reader of the screen is told
        which.
        """
        browser.open(folder / "claims.html")
        ids = [claim["id"] for claim in CERTIFICATE["claims"]]
        for expected, state in (
            (sorted(ids), "ascending"),
            (sorted(ids, reverse=True), "descending"),
            (ids, None),
        ):
            browser.run("document.querySelector('[data-sort=id] button').click()")
            assert shown(browser) == expected
            assert (
                browser.run(
                    "return document.querySelector('[data-sort=id]').getAttribute('aria-sort')"
                )
                == state
            )


class TestGraph:
    def test_its_links_go_somewhere(self, browser, folder):
        """Each node leads to the page, or the part of one, about what it names."""
        browser.open(folder / "graph.html")
        links = browser.run(
            "return [...document.querySelectorAll('.graph a')].map(link => [link.dataset.node ?? '',"
            "new URL(link.getAttribute('href'), location).href])"
        )
        assert len(links) > COUNT
        for _, address in links:
            file, _, part = address.removeprefix(folder.as_uri() + "/").partition("#")
            assert (folder / file).is_file(), address
            assert (
                not part or "=" in part or f'id="{part}"' in (folder / file).read_text("utf-8")
            ), address
        node, address = next(
            link for link in links if link[0] == "theorem LeanMining.qRelu_extensive"
        )
        browser.run(
            "document.querySelector(`[data-node='${arguments[0]}']`).dispatchEvent(new MouseEvent('click', {bubbles: true}))",
            node,
        )
        assert browser.driver.current_url == address
        assert (
            browser.run("return document.querySelector('h1').textContent")
            == "LeanMining.qRelu_extensive"
        )

    def test_what_a_node_rests_on_stands_out(self, browser, folder):
        """While it is pointed at, or has the focus."""
        browser.open(folder / "graph.html")
        browser.run("document.querySelector('[data-node=\"claim nucleus.extensive\"]').focus()")
        assert {
            "claim nucleus.extensive",
            "theorem LeanMining.qRelu_extensive",
            "definition LeanMining.qRelu",
        } == set(
            browser.run(
                "return [...document.querySelectorAll('.graph.picked a.lit')].map(node => node.dataset.node)"
                ".filter(name => !name.includes('Int8'))"
            )
        )

    def test_it_is_a_list_too(self, browser, folder):
        """For those who do not see it, and on paper: every claim with its theorem."""
        browser.open(folder / "graph.html")
        assert browser.run("return document.querySelectorAll('.tree > li').length") == COUNT


class TestWithoutScripts:
    def test_the_table_is_whole(self, browser, folder):
        """All rows, and no filter that would do nothing."""
        browser.open(folder / "claims.html", scripts=False)
        assert len(shown(browser)) == COUNT
        assert browser.run("return document.getElementById('filters').offsetHeight") == 0

    @pytest.mark.parametrize("page", PAGES)
    def test_all_text_is_there(self, browser, folder, page):
        """The same words as with JavaScript."""
        words = []
        for scripts in (True, False):
            browser.open(folder / page, scripts=scripts)
            words.append(
                browser.run(
                    "return document.getElementById('main').textContent.replace(/\\s+/g, ' ')"
                )
            )
        assert words[1] in words[0] or page == "claims.html"


class TestHostileCertificate:
    @pytest.mark.parametrize("text", HOSTILE[:4])
    def test_runs_nothing(self, browser, tmp_path, text):
        """What would be a script, an image or an address in the text is text."""
        write_site(render(Report(with_text(text))), tmp_path / "pages")
        for page in ("index.html", "claims.html", "claims/relu.identity.html"):
            browser.open(tmp_path / "pages" / page)
            assert browser.complaints() == []
            assert text in browser.run("return document.body.textContent")
            assert (
                browser.run(
                    "return document.images.length + document.querySelectorAll('[onmouseover],[onerror]').length"
                )
                == 0
            )
