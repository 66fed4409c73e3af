"""The points of a certificate, and the page that rounds them."""

from __future__ import annotations

import copy

import pytest
import torch
from selenium.webdriver.support.ui import WebDriverWait

from claims.measures.information import entropy, hypercubicity
from pyharness.formats.affine import quantize_affine
from pyharness.report.html import Report, render
from pyharness.report.points import point_sets
from pyharness.report.site import write_site
from tests import certificate_samples as samples
from tests.report.test_html import Structure

NAMES = ("tokens </script><b>", "tanh, none", "tanh, L2")


def certificate_with(tables):
    """The sample certificate; the first claim's evidence is a table a name, each of one tensor."""
    certificate = copy.deepcopy(samples.sealed())
    claim = certificate["claims"][0]
    first = claim["evidence"][0]
    tensor = {"name": "", "shape": [1], "dtype": "float32", "sha256": "0" * 64}
    claim["evidence"] = [
        {**first, "tensors": [{**tensor, "name": name}], "measurements": table}
        for name, table in tables.items()
    ]
    return certificate


def table_of(rows):
    return {"columns": [str(number + 1) for number in range(len(rows[0]))], "rows": rows}


@pytest.fixture(scope="module")
def points():
    """Three sets of points with four digits, as a run writes them; ties at a step of 0.5
    included.
    """
    generator = torch.Generator().manual_seed(0)
    sets = {
        name: torch.randn(200, d, generator=generator).tanh()
        for name, d in zip(NAMES, (3, 5, 4), strict=True)
    }
    sets[NAMES[0]][:8] = torch.tensor([0.25, -0.75, 1.0])
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
            Report(certificate_with({name: table_of(x.tolist()) for name, x in points.items()}))
        ),
        folder,
    )
    return folder / "interactive.html"


class TestPointSets:
    def test_points_are_found(self):
        """Columns 1 to d, numbers, one tensor."""
        (found,) = point_sets(certificate_with({"x": table_of([[0.5, 1], [0, -1]])}))
        assert (found.name, found.rows) == ("x", [[0.5, 1], [0, -1]])

    @pytest.mark.parametrize(
        "table",
        [
            None,
            {"columns": ["1", "2"], "rows": []},
            {"columns": ["1", "3"], "rows": [[1, 2]]},
            {"columns": ["1"], "rows": [["a"]]},
            {"columns": ["1"], "rows": [[True]]},
            {"columns": ["1"], "rows": [[None]]},
        ],
    )
    def test_other_tables_are_none(self, table):
        """And without points there is no page."""
        certificate = certificate_with({"x": table})
        assert list(point_sets(certificate)) == []
        assert not {"interactive.html", "interactive.js"} & set(render(Report(certificate)))

    def test_a_name_cannot_end_the_data(self, page):
        """Markup in a tensor's name stays inside the block that holds the points."""
        found = Structure(page.read_bytes())
        assert found.elements.count("script") == 3 and ("b", []) not in found.elements


def expected(x, step):
    """What the page should show: with torch, on the same points."""
    codes = quantize_affine(x, x.shape, step)
    cosine = torch.nn.functional.cosine_similarity(x, codes.double(), dim=1)
    return {
        "corners": hypercubicity(x, step),
        "coherence": float(cosine.mean()),
        "information": entropy(codes),
        "zero": float((codes == 0).all(1).double().mean()),
    }


class TestPage:
    @pytest.mark.parametrize("number", range(len(NAMES)))
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
            assert found == pytest.approx(expected(points[NAMES[number]], step), abs=1e-9)

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
        """By network and regularization; the curves are drawn at every step, and the plane is not
        empty.
        """
        browser.open(page)
        assert browser.run("return document.getElementById('regularization').hidden")
        browser.run("document.querySelector('#network input[value=tanh]').click()")
        browser.run("document.querySelector('#regularization input[value=L2]').click()")
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
