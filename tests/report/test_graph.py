"""The graph: every node a link, edges as the certificate has them, and one's own status apart from
what it rests on.
"""

from __future__ import annotations

from xml.etree import ElementTree

import pytest

from pyharness.report.graph import build, drawing
from tests import certificate_samples as samples


def certificate(*records, definitions=()):
    """A certificate of claims whose theorems speak of these definitions."""
    sealed = samples.sealed(records)
    sealed["lean"]["definitions"] = [
        {
            "name": name,
            "kind": kind,
            "module": "Demo.Relu",
            "line": 1,
            "uses": uses,
            "axioms": axioms,
        }
        for name, kind, uses, axioms in definitions
    ]
    return sealed


def claim(id, theorem, **changes):
    """A claim whose theorem has this name."""
    return samples.record(id, "bronze", [samples.SWEEP], samples.proof(theorem=theorem, **changes))


def graph(sealed):
    """The graph of all its claims."""
    return build(sealed, sealed["claims"])


class TestBuild:
    def test_follows_the_certificate(self):
        """Claims to their theorems, these to what they speak of and rest on; classes and instances
        are left out.
        """
        sealed = certificate(
            claim("a.one", "one", definitions=("D", "I"), rests_on=("two",)),
            claim("a.two", "two", definitions=("E",)),
            samples.record("a.three", "bronze", [samples.FLOATS]),
            definitions=[
                ("D", "definition", ["E"], []),
                ("E", "structure", [], []),
                ("I", "instance", [], []),
            ],
        )
        found = graph(sealed)
        assert [(node.name, list(node.to)) for node in found.claims.values()] == [
            ("a.one", ["one"]),
            ("a.two", ["two"]),
            ("a.three", []),
        ]
        assert list(found.theorems["one"].to) == ["two", "D", "I"] and list(found.definitions) == [
            "D",
            "E",
        ]

    def test_a_claim_s_own_word_is_its_evidence_s(self):
        """With all that it rests on, its tier."""
        node = graph(
            certificate(
                samples.record(
                    "a.b", "refuted", [samples.COUNTEREXAMPLE], samples.proof(), negates=True
                ),
                definitions=[("Demo.qRelu", "definition", [], [])],
            )
        ).claims["a.b"]
        assert (node.own, node.rests) == ("refuted", "refuted")

    @pytest.mark.parametrize(("below", "own"), [((), "sorry"), (("two",), "proved")])
    def test_a_theorem_inherits_a_sorry(self, below, own):
        """Its own proof is whole if what it rests on has the hole."""
        sealed = certificate(
            claim(
                "a.one", "one", status="sorry", axioms=("sorryAx",), definitions=(), rests_on=below
            ),
            claim("a.two", "two", status="sorry", axioms=("sorryAx",), definitions=()),
        )
        node = graph(sealed).theorems["one"]
        assert (node.own, node.rests) == (own, "sorry")

    def test_a_theorem_that_proves_a_negation_is_proved(self):
        """That a claim is false takes nothing from it."""
        sealed = certificate(
            samples.record(
                "a.b",
                "refuted",
                [samples.COUNTEREXAMPLE],
                samples.proof(definitions=()),
                negates=True,
            )
        )
        assert graph(sealed).theorems["Demo.extensive"].own == "proved"

    @pytest.mark.parametrize(
        ("axioms", "uses", "own", "rests"),
        [
            ([], [], "tied", "tied"),
            (["propext"], [], "tied", "tied"),
            (["sorryAx"], [], "sorry", "sorry"),
            (["sorryAx"], ["B"], "tied", "sorry"),
            (["Other"], [], "axiom", "axiom"),
        ],
    )
    def test_a_definition_inherits_a_sorry(self, axioms, uses, own, rests):
        """Whether the kernel compared it is its own word, unless it has a hole itself."""
        record = samples.record("a.b", "bronze", [samples.SWEEP, samples.AGREES], samples.proof())
        sealed = certificate(
            record,
            definitions=[
                ("B", "definition", [], ["sorryAx"]),
                ("Demo.qRelu", "definition", uses, axioms),
            ],
        )
        node = graph(sealed).definitions["Demo.qRelu"]
        assert (node.own, node.rests) == (own, rests)

    def test_names_that_lead_nowhere_are_left_out(self):
        """A certificate that does not check is drawn as far as it goes, cycles included."""
        sealed = certificate(
            claim("a.one", "one", definitions=("D", "gone"), rests_on=("one", "lost")),
            definitions=[("D", "definition", ["D", "gone"], [])],
        )
        found = graph(sealed)
        assert list(found.theorems["one"].to) == ["one", "D"] and list(
            found.definitions["D"].to
        ) == ["D"]


class TestDrawing:
    def test_every_node_is_a_link_with_words(self):
        """What it is, its name in full and where it stands; edges name their ends, and all stand in
        the drawing.
        """
        sealed = certificate(
            claim("a.one", "Demo.one", definitions=("D",), rests_on=("Demo.two",)),
            claim("a.two", "Demo.two", definitions=("D",)),
            definitions=[("D", "definition", [], [])],
        )
        svg = ElementTree.fromstring(
            str(
                drawing(
                    graph(sealed),
                    "A paper",
                    root="Demo",
                    href="{}:{}".format,
                    sign=lambda word: word[0],
                    seen=str,
                )
            )
        )
        links = {link.get("href"): "".join(link.itertext()) for link in svg.iter("a")}
        assert set(links) == {
            "document:A paper",
            "claim:a.one",
            "claim:a.two",
            "theorem:Demo.one",
            "theorem:Demo.two",
            "definition:D",
        }
        assert links["theorem:Demo.one"].startswith(
            "theorem Demo.one: proved; with all that it rests on: proved"
        )
        edges = {
            (path.get("data-from"), path.get("data-to"))
            for path in svg.iter("path")
            if "edge" in path.get("class")
        }
        assert edges == {
            ("claim a.one", "theorem Demo.one"),
            ("claim a.two", "theorem Demo.two"),
            ("theorem Demo.one", "theorem Demo.two"),
            ("theorem Demo.one", "definition D"),
            ("theorem Demo.two", "definition D"),
        }
        high = float(svg.get("height"))
        assert all(
            0 <= float(box.get("y")) <= high - float(box.get("height")) for box in svg.iter("rect")
        )
