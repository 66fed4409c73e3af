"""What rests on what: documents, their claims, the theorems that state them, and the definitions of
which these speak.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from markupsafe import Markup

from pyharness.certificate.tiers import axioms_of
from pyharness.kernel.certificate import views
from pyharness.report.svg import element

__all__ = ["SHOWN_KINDS", "Graph", "Node", "build", "drawing"]

SHOWN_KINDS = ("definition", "structure", "inductive", "opaque", "axiom")
"""The definitions that are drawn. Classes and instances (what ≤ and + mean on a type) are under
nearly all of them."""


@dataclass(frozen=True)
class Node:
    """One node.

    Attributes:
        name: its full name.
        own: a word of the certificate for what was found about itself.
        rests: the word for it together with all that it rests on.
        to: the names of what it rests on directly.
    """

    name: str
    own: str
    rests: str
    to: Sequence[str] = ()


@dataclass(frozen=True)
class Graph:
    """The nodes of one document, by name, in the order in which they are drawn."""

    claims: Mapping[str, Node]
    theorems: Mapping[str, Node]
    definitions: Mapping[str, Node]


def build(certificate: Mapping[str, Any], claims: Sequence[Mapping[str, Any]]) -> Graph:
    """Return the graph of some claims of a certificate, in which the names of two sources of proofs
    are told apart.

    A claim's own word is what its evidence says; with what it rests on, its tier. A theorem's own
    word is the status of its proof, unless what spoils it lies in what the theorem rests on. A
    definition's own word says whether Lean's kernel decided that it gives what was computed; a
    `sorry` or an axiom that is not allowed comes before that.
    """
    sources = [view.certificate for view in views(certificate)]
    listed = {item["name"]: item for one in sources for item in one["lean"]["definitions"]}
    # By each name that something can be spoiled under; names of two sources are told apart.
    allowed = {
        name: set(axioms_of(one["policy"], name))
        for one in sources
        for name in (
            *(item["name"] for item in one["lean"]["definitions"]),
            *(claim["proof"]["theorem"] for claim in one["claims"]),
        )
    }
    proofs = {
        claim["proof"]["theorem"]: claim["proof"]
        for claim in certificate["claims"]
        if claim["proof"]["theorem"]
    }
    tied = {
        evidence["definition"]
        for claim in certificate["claims"]
        for evidence in claim["evidence"]
        if evidence["definition"] and evidence["outcome"] == "confirmed"
    }

    def spoiled(name: str, axioms: Sequence[str]) -> str:
        return "sorry" if "sorryAx" in axioms else "axiom" if set(axioms) - allowed[name] else ""

    def definition(name: str) -> Node:
        item = listed[name]
        whole = spoiled(name, item["axioms"])
        below = any(
            spoiled(used, listed[used]["axioms"]) for used in item["uses"] if used in listed
        )
        word = "tied" if name in tied else "untied"
        return Node(
            name,
            word if below or not whole else whole,
            whole or word,
            [used for used in item["uses"] if used in listed],
        )

    def theorem(name: str) -> Node:
        proof = proofs[name]
        status = "proved" if proof["status"] == "refuted" else proof["status"]
        below = [
            spoiled(other, known[other]["axioms"])
            for known, names in ((proofs, proof["rests_on"]), (listed, proof["definitions"]))
            for other in names
            if other in known
        ]
        own = "proved" if status in ("sorry", "axiom") and any(below) else status
        return Node(
            name,
            own,
            status,
            [
                *(other for other in proof["rests_on"] if other in proofs),
                *(used for used in proof["definitions"] if used in listed),
            ],
        )

    nodes = {
        claim["id"]: Node(
            claim["id"],
            claim["verdict"],
            "conflict" if claim["conflict"] else claim["tier"],
            [claim["proof"]["theorem"]] if claim["proof"]["theorem"] else [],
        )
        for claim in claims
    }
    theorems = {name: theorem(name) for node in nodes.values() for name in node.to}
    # A definition stands at the middle of the theorems that speak of it, so that edges cross as
    # little as may be.
    users: dict[str, list[int]] = {}
    for row, node in enumerate(theorems.values()):
        for used in node.to:
            if used in listed and listed[used]["kind"] in SHOWN_KINDS:
                users.setdefault(used, []).append(row)
    shown = sorted(users, key=lambda name: (sum(users[name]) / len(users[name]), name))
    return Graph(nodes, theorems, {name: definition(name) for name in shown})


# ------------------------------------------------------------------------------------------ drawing
_ROW = 27
_HIGH = 21
_LETTER = 6.6
_COLUMNS = ((34, 264), (372, 296), (772, 256))
"""Where the columns of claims, theorems and definitions begin, and how wide their nodes are."""
_WIDTH = 1030
_TOP = 24


def drawing(
    graph: Graph,
    document: str,
    *,
    root: str,
    href: Callable[[str, str], str],
    sign: Callable[[str], str],
    seen: Callable[[str], str],
) -> Markup:
    """Return a graph as SVG whose nodes are links.

    Args:
        graph: what to draw.
        document: the document's name.
        root: the library's root module; names in the drawing go without it.
        href: the address of the page about a node, from its kind ("document", "claim", "theorem" or
            "definition") and name.
        sign: the sign of a word.
        seen: makes text safe to be seen.
    """
    places = dict(_places(graph))
    high = _TOP + _ROW * max(len(graph.claims), len(graph.theorems), len(graph.definitions))
    parts = [
        element("text", title, x=x, y=13, class_="head")
        for title, (x, _) in zip(("Claims", "Theorems", "Definitions"), _COLUMNS, strict=True)
    ]
    parts += _edges(graph, places)
    trunk = [places["claim", name][1] for name in graph.claims]
    parts.append(
        element(
            "path",
            d=f"M10,{_TOP}V{trunk[-1]}" + "".join(f"M10,{y}H{_COLUMNS[0][0]}" for y in trunk),
            class_="trunk",
        )
    )
    parts.append(
        element(
            "a",
            element("title", f"All claims of {seen(document)}"),
            element("circle", cx=10, cy=_TOP - 6, r=6, class_="seed"),
            href=href("document", document),
            aria_label=seen(document),
        )
    )
    for kind, column, nodes in _columns(graph):
        for node in nodes.values():
            name = seen(node.name if kind == "claim" else node.name.removeprefix(f"{root}."))
            parts.append(
                _node(
                    node,
                    kind,
                    name,
                    places[kind, node.name],
                    _COLUMNS[column][1],
                    href(kind, node.name),
                    sign,
                    seen,
                )
            )
    return element(
        "svg",
        *parts,
        viewBox=f"0 0 {_WIDTH} {high}",
        width=_WIDTH,
        height=high,
        class_="graph",
        role="group",
        aria_label=f"What the claims of {seen(document)} rest on; the list below says the same",
    )


def _columns(graph: Graph) -> Iterator[tuple[str, int, Mapping[str, Node]]]:
    yield "claim", 0, graph.claims
    yield "theorem", 1, graph.theorems
    yield "definition", 2, graph.definitions


def _places(graph: Graph) -> Iterator[tuple[tuple[str, str], tuple[int, int]]]:
    """The left end and the height of each node's middle; a theorem stands beside the first of its
    claims, where it can.
    """
    rows = {name: row for row, name in enumerate(graph.claims)}
    longest = max(len(rows), len(graph.theorems), len(graph.definitions))
    for name, row in rows.items():
        yield ("claim", name), (_COLUMNS[0][0], _TOP + _ROW * row + _ROW // 2)
    first: dict[str, int] = {}
    for name, node in graph.claims.items():
        for theorem in node.to:
            first.setdefault(theorem, rows[name])
    for name, row in first.items():
        yield ("theorem", name), (_COLUMNS[1][0], _TOP + _ROW * row + _ROW // 2)
    step = longest / max(len(graph.definitions), 1)
    for number, name in enumerate(graph.definitions):
        yield ("definition", name), (_COLUMNS[2][0], _TOP + int(_ROW * (number + 0.5) * step))


def _edges(graph: Graph, places: Mapping[tuple[str, str], tuple[int, int]]) -> Iterator[Markup]:
    for name, node in graph.claims.items():
        for theorem in node.to:
            yield _edge(places, ("claim", name), 0, ("theorem", theorem))
    for name, node in graph.theorems.items():
        for other in node.to:
            if other in graph.definitions:
                yield _edge(places, ("theorem", name), 1, ("definition", other))
            elif other in graph.theorems:
                # Between theorems an edge leaves and arrives on the right.
                x = _COLUMNS[1][0] + _COLUMNS[1][1]
                (_, y), (_, z) = places["theorem", name], places["theorem", other]
                yield element(
                    "path",
                    d=f"M{x},{y}C{x + 34},{y} {x + 34},{z} {x},{z}",
                    class_="edge between",
                    data_from=f"theorem {name}",
                    data_to=f"theorem {other}",
                )


def _edge(
    places: Mapping[tuple[str, str], tuple[int, int]],
    one: tuple[str, str],
    column: int,
    two: tuple[str, str],
) -> Markup:
    x, y = places[one]
    x += _COLUMNS[column][1]
    to, z = places[two]
    bend = (to - x) // 2
    return element(
        "path",
        d=f"M{x},{y}C{x + bend},{y} {to - bend},{z} {to},{z}",
        class_="edge",
        data_from=" ".join(one),
        data_to=" ".join(two),
    )


def _node(
    node: Node,
    kind: str,
    name: str,
    place: tuple[int, int],
    wide: int,
    href: str,
    sign: Callable[[str], str],
    seen: Callable[[str], str],
) -> Markup:
    x, y = place
    # A theorem's or definition's last parts say most of it.
    letters = int((wide - 2 * _HIGH - 8) / _LETTER)
    shown = (
        name
        if len(name) <= letters
        else f"{name[: letters - 1]}…"
        if kind == "claim"
        else f"…{name[1 - letters :]}"
    )
    top = y - _HIGH / 2
    words = f"{kind} {seen(node.name)}: {node.own}; with all that it rests on: {node.rests}"
    return element(
        "a",
        element("title", words),
        element("rect", x=x, y=top, width=wide, height=_HIGH, rx=3, class_=f"box {node.rests}"),
        element("rect", x=x, y=top, width=_HIGH, height=_HIGH, rx=3, class_=f"own {node.own}"),
        element(
            "text",
            sign(node.own),
            x=x + _HIGH / 2,
            y=y + 4,
            text_anchor="middle",
            class_=f"sign {node.own}",
        ),
        element("text", shown, x=x + _HIGH + 6, y=y + 4),
        element(
            "text",
            sign(node.rests),
            x=x + wide - 10,
            y=y + 4,
            text_anchor="middle",
            class_=f"sign {node.rests}",
        ),
        href=href,
        data_node=f"{kind} {node.name}",
    )
