"""A certificate as pages: all of it is there, every link leads somewhere, and text from outside
stays text.
"""

from __future__ import annotations

import copy
import itertools
import posixpath
import re
from html.parser import HTMLParser
from importlib.resources import files

import pytest
from hypothesis import given, settings, strategies as st
from markupsafe import Markup
from tinyhtml5.parser import HTMLParser as HTML5Parser

from pyharness.certificate.diff import Change
from pyharness.certificate.findings import Finding
from pyharness.core.errors import UsageError
from pyharness.report.documents import markdown
from pyharness.report.html import Report, render, visible
from pyharness.report.site import file_name
from tests import certificate_samples as samples

CERTIFICATE = samples.sealed(
    [*samples.read_records(), *samples.drawn_records()[3:]], coverage=samples.PASSAGES
)
PAGES = render(Report(CERTIFICATE))

HOSTILE = [
    "<script>alert(1)</script>",
    "</pre></td><img src=x onerror=alert(1)>",
    '" onmouseover="alert(1)',
    "javascript:alert(1)",
    "{{ 7 * 7 }}{% raw %}",
    "&lt;b&gt; &amp;",
    "a\u202egnp.exe",
    "a\u2066b\u2069",
    "nul\0 bell\x07",
    "<!-- -->]]>",
    "'",
    "\u2028",
]


class Structure(HTMLParser):
    """The elements of a page with the names of their attributes, its links and its text."""

    def __init__(self, page: bytes) -> None:
        super().__init__()
        self.elements: list[object] = []
        self.links: list[str] = []
        self.ids: list[str] = []
        self.text = ""
        self.feed(page.decode())

    def handle_starttag(self, tag, attrs):
        self.elements.append((tag, [name for name, _ in attrs]))
        self.links += [value for name, value in attrs if name in ("href", "src")]
        self.ids += [value for name, value in attrs if name == "id"]

    def handle_endtag(self, tag):
        self.elements.append(tag)

    def handle_data(self, data):
        self.text += data


def with_text(text, certificate=CERTIFICATE):
    """The certificate with every text in it that names nothing replaced."""

    def replaced(value, key=""):
        if isinstance(value, dict):
            return {name: replaced(item, name) for name, item in value.items()}
        if isinstance(value, list):
            return [replaced(item, key) for item in value]
        return (
            text
            if key
            in (
                "statement",
                "heading",
                "domain",
                "summary",
                "shows",
                "name",
                "note",
                "columns",
                "rows",
                "inputs",
                "words",
                "root",
                "example",
                "title",
                "x",
                "y",
                "by",
                "labels",
                "column",
                "ends",
                "x_label",
                "legend",
                "label",
                "text",
            )
            and isinstance(value, str)
            else value
        )

    return replaced(certificate)


class TestRender:
    def test_every_claim_and_theorem_has_a_page(self):
        """Named by it, and listed."""
        for claim in CERTIFICATE["claims"]:
            page = Structure(PAGES[f"claims/{claim['id']}.html"])
            assert claim["statement"] in page.text
            assert f"claims/{claim['id']}.html" in Structure(PAGES["claims.html"]).links
        theorem = Structure(PAGES[f"theorems/{file_name('Demo.extensive')}"])
        assert {"../claims/relu.extensive.html", "../claims/relu.identity.html"} <= set(
            theorem.links
        )

    def test_every_link_leads_somewhere(self):
        """To a page of the report and, where it names a part of it, to that part."""
        ids = {
            name: set(Structure(data).ids) for name, data in PAGES.items() if name.endswith(".html")
        }
        for name in ids:
            for link in Structure(PAGES[name]).links:
                path, _, part = link.partition("#")
                target = (
                    posixpath.normpath(posixpath.join(posixpath.dirname(name), path))
                    if path
                    else name
                )
                assert target in PAGES, (name, link)
                assert not part or "=" in part or part in ids[target], (name, link)

    def test_pages_are_valid(self):
        """No parse error, no id twice, headings in order, one first heading."""
        for name, data in PAGES.items():
            if name.endswith(".html"):
                parser = HTML5Parser()
                parser.parse(data)
                assert not parser.errors, (name, parser.errors)
                page = Structure(data)
                assert len(page.ids) == len(set(page.ids)), name
                levels = [
                    int(item[0][1]) for item in page.elements if item[0] in ("h1", "h2", "h3", "h4")
                ]
                assert levels[0] == 1 and levels.count(1) == 1, name
                assert all(after <= before + 1 for before, after in itertools.pairwise(levels)), (
                    name
                )

    def test_equal_reports_give_equal_bytes(self):
        """Whenever and wherever."""
        assert render(Report(CERTIFICATE)) == PAGES

    def test_a_refuted_claim_stands_on_the_first_page_with_its_witness(self):
        """An answer like any other."""
        assert "the maximum of 1 and 3 is 3" in Structure(PAGES["index.html"]).text

    def test_what_depends_on_its_reading_is_not_false(self):
        """It stands on the first page with each reading, apart from what is false, and each
        reading's page names the others.
        """
        text = Structure(PAGES["index.html"]).text
        depends, false = (text.index(words) for words in ("depends on how", "What is false"))
        assert depends < text.index("The unit loses information.") < false
        assert "What relu.lost.all says." in text[depends:false]
        assert "What relu.lost.all says." not in text[false:]
        reading = Structure(PAGES[f"claims/{file_name('relu.lost.all')}"])
        assert "A reading of" in reading.text
        assert f"../claims/{file_name('relu.lost.some')}" in reading.links

    @pytest.mark.parametrize(
        "forge",
        [
            lambda c: c.update(statements=[]),
            lambda c: c["statements"][0]["readings"].append("relu.none"),
            lambda c: c["coverage"][0].update(claims=["relu.none"]),
        ],
        ids=["no statement", "no reading", "no claim"],
    )
    def test_names_of_what_is_not_there(self, forge):
        """Pages and Markdown are made all the same; `check` says what is wrong."""
        certificate = copy.deepcopy(CERTIFICATE)
        forge(certificate)
        assert "index.html" in render(Report(certificate))
        assert "## " in markdown(certificate)

    def test_coverage(self):
        """Each passage has its claims, with their tiers, or the reason why there is none."""
        text = " ".join(Structure(PAGES["coverage.html"]).text.split())
        assert "Claims settle 2 of 3 passages" in text
        for words in (
            "The unit is extensive.relu.extensive",
            "relu.lost ± depends",
            "no claim: It asserts nothing that could fail.",
        ):
            assert words in text
        without = render(Report(samples.former(samples.sealed())))
        assert "coverage.html" not in without and b"depends on how" not in without["index.html"]

    def test_nothing_is_fetched(self):
        """Every address is inside the report, and the policy of every page allows no other."""
        for name, data in PAGES.items():
            if name.endswith(".html"):
                assert b"default-src 'none'; script-src 'self'" in data
                assert not [
                    link for link in Structure(data).links if ":" in link or link.startswith("/")
                ]

    def test_what_is_found_against_it_is_said(self):
        """At the top of the first page."""
        page = render(Report(CERTIFICATE, [Finding("digest", "digest", "it was changed")]))[
            "index.html"
        ].decode()
        assert (
            "does not check" in page
            and "it was changed" in page
            and "The certificate checked" not in page
        )
        assert "was not checked" in PAGES["index.html"].decode()
        assert "The certificate checked" in render(Report(CERTIFICATE, []))["index.html"].decode()

    def test_the_headline_says_what_is_false(self):
        """How the claims stand comes first, then how to read it, then the tiers."""
        text = Structure(render(Report(CERTIFICATE, []))["index.html"]).text
        parts = (
            "6 claims: 1 is proved and confirmed, 3 are only measured, 2 are false.",
            "A false claim is a result",
            "How to read this",
            "Where the claims stand",
        )
        places = [text.index(part) for part in parts]
        assert places == sorted(places)
        sound = Report(samples.sealed([samples.record("a", "bronze", [samples.FLOATS])]), [])
        text = Structure(render(sound)["index.html"]).text
        assert "1 claim: 1 is only measured." in text and "A false claim" not in text

    def test_an_audit_begins_with_its_checkpoint(self):
        """The report is titled by the files; each claim about them stands on the first page, with
        what was checked, how often it failed, and where.
        """
        audit = copy.deepcopy(CERTIFICATE)
        claim = next(one for one in audit["claims"] if one["tier"] == "refuted" and one["evidence"])
        claim["instance"] = "model.onnx"
        project = CERTIFICATE["project"]["name"]
        page = self.text(audit)
        assert f"model.onnx, audited with {project}" in page
        found = page.index("The checkpoint")
        assert page.index(claim["statement"], found) < page.index("How to read this")
        assert page.index(claim["evidence"][0]["summary"], found) < page.index("How to read this")
        assert markdown(audit).startswith("# model.onnx, audited with ")
        assert "The checkpoint" not in self.text(CERTIFICATE)

    def test_one_reading_alone_decides_no_statement(self):
        """Where a certificate has one reading of several, it says nothing of the statement."""
        few = copy.deepcopy(CERTIFICATE)
        for item in few["statements"]:
            item["readings"] = item["readings"][:1]
        depends = "What depends on how it is read"
        assert depends in self.text(CERTIFICATE) and depends not in self.text(few)

    @staticmethod
    def text(certificate):
        """What stands on the first page."""
        return Structure(render(Report(certificate))["index.html"]).text

    def test_a_tier_that_is_not_reached_is_no_damage(self):
        """The notice says so, unless something else is against the certificate too."""
        unmet = Finding("tier-unmet", "claim relu.open", "its tier is bronze", "relu.open")
        damaged = Finding("digest", "digest", "it was changed")
        for found, title in (
            ([unmet], "Not every claim has the tier required of it"),
            ([unmet, damaged], "This certificate does not check"),
        ):
            text = Structure(render(Report(CERTIFICATE, found))["index.html"]).text
            assert title in text and "its tier is bronze" in text

    def test_a_conflict_stands_on_the_first_page(self):
        """A claim that is proved, and has a witness against it."""
        claim = samples.record("relu.torn", "silver", [samples.COUNTEREXAMPLE], samples.proof())
        text = Structure(render(Report(samples.sealed([claim])))["index.html"]).text
        assert "What relu.torn says." in text.partition("contradict each other")[2]
        assert "contradict each other" not in Structure(PAGES["index.html"]).text

    def test_changes_are_listed(self):
        """Losses first; a claim that is gone has no link."""
        changes = [
            Change("relu.extensive", "raised", "it rose"),
            Change("relu.gone", "lost", "it is gone"),
        ]
        page = Structure(render(Report(CERTIFICATE, [], changes))["index.html"])
        assert (
            page.text.index("it is gone") < page.text.index("it rose")
            and "claims/relu.gone.html" not in page.links
        )
        assert (
            "Nothing differs" in Structure(render(Report(CERTIFICATE, [], []))["index.html"]).text
        )

    def test_why_there_is_no_theorem(self):
        """It stands in the place of the advice to prove the claim."""
        pages = render(Report(samples.sealed(samples.explained_records())))
        text = Structure(pages["claims/relu.measured.html"]).text
        assert samples.WHY in text and "for the reason above" in text
        assert "To be silver" not in text and "open to proof" not in text
        text = Structure(pages["claims/relu.open.html"]).text
        assert "To be silver" in text and "open to proof" in text
        assert "2 say why they name none" in Structure(pages["index.html"]).text
        assert "say why" not in Structure(render(Report(CERTIFICATE))["index.html"]).text

    def test_an_unknown_field_is_shown(self):
        """A certificate may come to hold more than these pages know words for."""
        certificate = with_text("x")
        certificate["claims"][0]["proof"]["second_kernel"] = "agrees"
        certificate["claims"][0]["evidence"][0]["reproduced_on"] = ["cuda"]
        text = Structure(render(Report(certificate))["claims/relu.extensive.html"]).text
        assert "Second kernel" in text and "agrees" in text and '["cuda"]' in text

    def test_an_id_that_is_used_twice_is_refused(self):
        """Two claims cannot have one page."""
        claims = [*CERTIFICATE["claims"], CERTIFICATE["claims"][0]]
        with pytest.raises(UsageError, match="relu.extensive is used twice"):
            render(Report(CERTIFICATE | {"claims": claims}))


class TestText:
    @settings(max_examples=25, deadline=None)
    @given(st.text(min_size=1).filter(str.strip) | st.sampled_from(HOSTILE))
    def test_stays_text(self, text):
        """Whatever a certificate says, each page has the elements that it has for another text."""
        pages, plain = render(Report(with_text(text))), render(Report(with_text("plain")))
        for name in (
            "index.html",
            "claims.html",
            "claims/relu.identity.html",
            "claims/relu.extensive.html",
            "claims/relu.codes.html",
            "figures.html",
            "interactive.html",
        ):
            assert Structure(pages[name]).elements == Structure(plain[name]).elements
        assert visible(text).replace("\r", "") in Structure(pages["claims.html"]).text

    @staticmethod
    def named(text):
        """The pages of a certificate whose first claim has a theorem and a definition of this
        name.
        """
        certificate = with_text("plain")
        certificate["claims"][0]["proof"] |= {"theorem": text, "definitions": [text]}
        certificate["lean"]["definitions"][0]["name"] = text
        return render(Report(certificate))

    @pytest.mark.parametrize("text", HOSTILE)
    def test_a_theorem_or_definition_may_have_any_name(self, text):
        """Its page has a safe name, all links to it lead there, and the graph shows it as text."""
        pages, plain = self.named(text), self.named("a name")
        assert {
            f"../theorems/{file_name(text)}",
            f"../definitions.html#at-{file_name(text)[:-5]}",
        } <= set(Structure(pages["claims/relu.extensive.html"]).links)
        assert visible(text) in Structure(pages[f"theorems/{file_name(text)}"]).text
        for name in ("graph.html", "definitions.html", "theorems.html"):
            assert visible(text) in Structure(pages[name]).text
            assert Structure(pages[name]).elements == Structure(plain[name]).elements

    @pytest.mark.parametrize(
        ("text", "shown"),
        [
            ("a\u202eb", "a⟨U+202E⟩b"),
            ("\0", "⟨U+0000⟩"),
            ("α ≤ β\n\tγ", "α ≤ β\n\tγ"),
            ("\u200b", "⟨U+200B⟩"),
        ],
    )
    def test_hidden_characters_are_spelled_out(self, text, shown):
        """What turns text around or cannot be seen."""
        assert visible(text) == shown
        assert visible(Markup(text)) == text


class TestStyles:
    STYLES = files("pyharness.report").joinpath("pages", "report.css").read_text("utf-8")

    def schemes(self):
        """The colours by name, of the light scheme and of the dark one."""
        for block in re.findall(r":root \{(.*?)\}", self.STYLES, re.DOTALL)[:2]:
            yield dict(re.findall(r"--([\w-]+): (#[0-9a-f]{6});", block))

    @staticmethod
    def contrast(one, two):
        """The contrast of two colours, as WCAG 2 defines it."""

        def luminance(colour):
            parts = [int(colour[place : place + 2], 16) / 255 for place in (1, 3, 5)]
            red, green, blue = (
                part / 12.92 if part <= 0.03928 else ((part + 0.055) / 1.055) ** 2.4
                for part in parts
            )
            return 0.2126 * red + 0.7152 * green + 0.0722 * blue

        dark, light = sorted(map(luminance, (one, two)))
        return (light + 0.05) / (dark + 0.05)

    def test_can_be_read(self):
        """Letters have a contrast of 4.5 or more to all that they stand on, lines of plots 3 or
        more, in both schemes.
        """
        light, dark = self.schemes()
        assert set(light) == set(dark) and len(light) > 20
        for colours in (light, dark):
            for name, colour in colours.items():
                grounds = [colours["ground"], colours["panel"]]
                if f"{name}-ground" in colours:
                    grounds.append(colours[f"{name}-ground"])
                if name in ("ink", "soft", "link") or f"{name}-ground" in colours:
                    assert min(self.contrast(colour, ground) for ground in grounds) >= 4.5, name
                if name.startswith("series"):
                    assert min(self.contrast(colour, ground) for ground in grounds) >= 3, name
            for name in colours:
                if name.endswith("-ground"):
                    assert (
                        min(self.contrast(colours[ink], colours[name]) for ink in ("ink", "link"))
                        >= 4.5
                    ), name
