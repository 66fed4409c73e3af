"""The points of a certificate, and the page that rounds them."""

from __future__ import annotations

import copy
import json
from pathlib import Path

import pytest
import torch
from selenium.webdriver.support.ui import WebDriverWait

from claims.measures.information import entropy, hypercubicity
from pyharness.evidence import Mark, Points
from pyharness.formats.affine import quantize_affine
from pyharness.report.html import Report, render
from pyharness.report.points import point_sets
from pyharness.report.site import write_site
from tests import certificate_samples as samples
from tests.report.test_html import Structure

CERTIFICATE = Path(__file__).resolve().parents[2] / "certificates" / "leanmining.json"
GROUPS = (
    (("Network", "words </script><b>"),),
    (("Network", "small"), ("Trained with", "nothing")),
    (("Network", "small"), ("Trained with", "dropout")),
)
MARKS = (
    Mark("relu.open", "Somebody says that <all> is lost at 0.2", 0.2, "the 0.2 of <somebody>"),
    Mark("relu.gone", "A claim that is not here says more"),
)


def certificate_with(tables):
    """The sample certificate; the first claim's evidence is these tables, each with the points that
    are declared of it.
    """
    certificate = copy.deepcopy(samples.sealed())
    claim = certificate["claims"][0]
    first = claim["evidence"][0]
    claim["evidence"] = [
        {**first, "measurements": table, "points": points.as_json()} for table, points in tables
    ]
    return certificate


def declared(rows, groups=(("Network", "x"),), marks=MARKS):
    """A table of points with a name for each, and what is declared of it."""
    columns = tuple(f"x{number}" for number in range(len(rows[0])))
    table = {
        "columns": ["name", *columns],
        "rows": [[f"point {number}", *row] for number, row in enumerate(rows)],
    }
    return table, Points(groups, columns, marks)


@pytest.fixture(scope="module")
def points():
    """Three sets of points with four digits, as a run writes them; ties at a step of 0.5
    included.
    """
    generator = torch.Generator().manual_seed(0)
    sets = {
        groups: torch.randn(200, d, generator=generator).tanh()
        for groups, d in zip(GROUPS, (3, 5, 4), strict=True)
    }
    sets[GROUPS[0]][:8] = torch.tensor([0.25, -0.75, 1.0])
    return {
        name: torch.tensor(
            [[float(f"{value:.4g}") for value in row] for row in x.tolist()], dtype=torch.float64
        )
        for name, x in sets.items()
    }


@pytest.fixture(scope="module")
def page(points, tmp_path_factory):
    """The page of these points."""
    folder = tmp_path_factory.mktemp("points") / "pages"
    write_site(
        render(
            Report(certificate_with([declared(x.tolist(), groups) for groups, x in points.items()]))
        ),
        folder,
    )
    return folder / "interactive.html"


class TestPointSets:
    def test_points_are_found(self):
        """Where they are declared: the columns that are said, in that order."""
        table, _ = declared([[0.5, 1], [0, -1]])
        points = Points((("Network", "x"),), columns=("x1", "x0"))
        (found,) = point_sets(certificate_with([(table, points)]))
        assert (found.claim, found.points) == ("relu.extensive", points)
        assert found.rows == [[1, 0.5], [-1, 0]]

    def test_a_table_of_numbers_is_no_points(self):
        """Unless its evidence says so; and without points there is no page."""
        certificate = certificate_with([declared([[0.5, 1], [0, -1]])])
        del certificate["claims"][0]["evidence"][0]["points"]
        assert list(point_sets(certificate)) == []
        assert not {"interactive.html", "interactive.js"} & set(render(Report(certificate)))

    @pytest.mark.parametrize(
        "table",
        [
            None,
            {"columns": ["x1"], "rows": [[1]]},
            {"columns": ["x0"], "rows": [["a"]]},
            {"columns": ["x0"], "rows": [[True]]},
            {"columns": ["x0"], "rows": [[None]]},
        ],
    )
    def test_what_does_not_fit_is_passed_over(self, table):
        """The check of the certificate says so."""
        assert list(point_sets(certificate_with([(table, declared([[1]])[1])]))) == []

    def test_every_declaration_that_is_published_is_shown(self):
        """All points that the committed certificate declares are on the page. It holds of nothing
        as long as that certificate is older than declarations.
        """
        certificate = json.loads(CERTIFICATE.read_text("utf-8"))
        declarations = [
            evidence["points"]
            for claim in certificate["claims"]
            for evidence in claim["evidence"]
            if "points" in evidence
        ]
        assert [one.points.as_json() for one in point_sets(certificate)] == [
            Points.from_json(one).as_json() for one in declarations
        ]

    def test_a_name_cannot_end_the_data(self, page):
        """Markup in a name stays inside the block that holds the points."""
        found = Structure(page.read_bytes())
        assert found.elements.count("script") == 3 and ("b", []) not in found.elements


def expected(x, step):
    """What the page should show: with torch, on the same points."""
    codes = quantize_affine(x, x.shape, step)
    cosine = torch.nn.functional.cosine_similarity(x, codes.double(), dim=1)
    return {
        "corners": float(hypercubicity(x, torch.tensor(step))),
        "coherence": float(cosine.mean()),
        "information": entropy(codes),
        "zero": float((codes == 0).all(1).double().mean()),
    }


class TestPage:
    def test_claims_have_their_marks(self, page):
        """What each says, once, with a link to the claim where there is one; those with a step are
        marked and named.
        """
        found = Structure(page.read_bytes())
        assert found.text.count("Somebody says that <all> is lost at 0.2") == 1
        assert found.links.count("claims/relu.open.html") == 1
        assert "A claim that is not here says more (relu.gone)." in found.text
        assert not any("relu.gone" in link for link in found.links)
        assert found.text.count("the 0.2 of <somebody>") == 1
        assert page.read_text("utf-8").count('data-step="0.2"') == 3

    @pytest.mark.parametrize("number", range(len(GROUPS)))
    def test_figures_are_those_of_torch(self, browser, page, points, number):
        """Corners, coherence, information and what rounds to 0, at fine, middling and coarse steps,
        ties included.
        """
        browser.open(page)
        for step in (0.01, 0.1, 0.25, 0.5, 1.0, 1.9, 2.5):
            found = browser.run(
                "const {sets, measure} = pointsPage; return measure(sets[arguments[0]], arguments[1])",
                number,
                step,
            )
            assert found == pytest.approx(expected(points[GROUPS[number]], step), abs=1e-9)

    def test_the_slider_moves_the_figures(self, browser, page):
        """A finer step keeps more; beyond the threshold nothing is left, and the page says so."""
        browser.open(page)
        shown = []
        for place in (0, 100, 172):
            browser.run(
                "const slider = document.getElementById('step'); slider.value = arguments[0];"
                "slider.dispatchEvent(new Event('input')); pointsPage.update()",
                place,
            )
            shown.append(
                [
                    browser.run("return document.getElementById(arguments[0]).textContent", name)
                    for name in ("step-value", "coherence", "information", "zero")
                ]
            )
        assert shown[0][:2] == ["0.0100", "1.000"] and shown[2][1:] == [
            "0.000",
            "0.00 of 7.64 bits",
            "100.0 %",
        ]
        assert 0 < float(shown[1][1]) < 1
        assert browser.run("return document.getElementById('passed').hidden") is False
        assert browser.complaints() == []

    def test_points_are_chosen_and_drawn(self, browser, page):
        """By the groups that are declared; the curves are drawn at every step, and the plane is not
        empty.
        """
        browser.open(page)
        box = "document.querySelector('[data-legend=\"Trained with\"]')"
        assert browser.run(f"return {box}.hidden")
        browser.run("document.querySelector('[data-legend=Network] input[value=small]').click()")
        assert not browser.run(f"return {box}.hidden")
        browser.run(f"{box}.querySelector('input[value=dropout]').click()")
        assert (
            browser.run("return document.getElementById('size').textContent")
            == "200 points in 4 directions"
        )
        WebDriverWait(browser.driver, 30).until(
            lambda _: browser.run("return document.getElementById('curves').dataset.steps") == "173"
        )
        assert browser.run(
            "return [...document.querySelectorAll('.curve .path')].every(path => path.getAttribute('d').length > 500)"
        )
        assert browser.run(
            "pointsPage.update(); const canvas = document.getElementById('cloud');"
            "return canvas.getContext('2d').getImageData(0, 0, canvas.width, canvas.height).data.some(Boolean)"
        )

    def test_fits_and_survives_without_scripts(self, browser, page):
        """On a phone and on a desk nothing overflows; with JavaScript off the text says where the
        figures are.
        """
        for view in ({}, {"width": 390, "dark": True}):
            browser.open(page, **view)
            assert browser.overflow() == 0, view
        browser.open(page, scripts=False)
        assert "needs JavaScript" in browser.driver.find_element("tag name", "noscript").text
