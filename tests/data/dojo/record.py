"""Writes the trace beside it: `python record.py`, with the extra `dojo` installed.

LeanDojo's tracer runs inside a Lean with its full library, which the tests do not have. So what its
ExtractData.lean would write of `Small/Swap.lean` (syntax, tactics, premises) is written down here
by hand, in its format; LeanDojo's own code then reads that and writes the trace that is recorded,
`.lake/build/ir/Small/Swap.trace.xml`.
"""

from __future__ import annotations

import json
import os
import tempfile
from pathlib import Path
from typing import Any

os.environ["NUM_PROCS"] = "1"

HERE = Path(__file__).resolve().parent
SOURCE = HERE / "Small" / "Swap.lean"
TEXT = SOURCE.read_text(encoding="utf-8")


class Writer:
    """Writes syntax whose tokens stand in the source in the order in which they are asked for."""

    def __init__(self) -> None:
        self.at = 0
        self.premises: list[dict[str, Any]] = []

    def _info(self, token: str) -> dict[str, Any]:
        start = TEXT.index(token, self.at)
        self.at = start + len(token)
        end = self.at + len(TEXT[self.at :]) - len(TEXT[self.at :].lstrip())
        return {
            "original": {
                "leading": "",
                "pos": _bytes(start),
                "trailing": TEXT[self.at : end],
                "endPos": _bytes(self.at),
            }
        }

    def atom(self, token: str) -> dict[str, Any]:
        return {"atom": {"info": self._info(token), "val": token}}

    def ident(self, token: str, premise: str | None = None) -> dict[str, Any]:
        info = self._info(token)
        if premise:
            self.premises.append(
                {
                    "fullName": premise,
                    "modName": premise.split(".")[0],
                    "defPath": "",
                    "defPos": None,
                    "defEndPos": None,
                    "pos": _position(self.at - len(token)),
                    "endPos": _position(self.at),
                }
            )
        return {"ident": {"info": info, "rawVal": token, "val": token, "preresolved": []}}

    def tokens(self, text: str) -> list[dict[str, Any]]:
        return [self.atom(token) for token in text.split()]


def _bytes(at: int) -> int:
    return len(TEXT[:at].encode())


def _position(at: int) -> dict[str, int]:
    return {"line": TEXT.count("\n", 0, at) + 1, "column": at - (TEXT.rfind("\n", 0, at) + 1)}


def node(kind: str, *args: dict[str, Any]) -> dict[str, Any]:
    return {"node": {"info": "none", "kind": kind, "args": list(args)}}


def theorem(
    writer: Writer, documentation: str, name: str, signature: str, proof: Any
) -> dict[str, Any]:
    command = "Lean.Parser.Command."
    comment = (
        [node(f"{command}docComment", writer.atom("/--"), writer.atom(documentation))]
        if documentation
        else []
    )
    modifiers = node(
        f"{command}declModifiers", node("null", *comment), *(node("null") for _ in range(5))
    )
    return node(
        f"{command}declaration",
        modifiers,
        node(
            f"{command}theorem",
            writer.atom("theorem"),
            node(f"{command}declId", writer.ident(name), node("null")),
            node(f"{command}declSig", node("null", *writer.tokens(signature))),
            node(f"{command}declValSimple", writer.atom(":="), proof(writer)),
        ),
    )


def main() -> None:
    from lean_dojo.data_extraction.traced_data import TracedFile

    writer, states = Writer(), []

    def tactics(writer: Writer) -> dict[str, Any]:
        by = writer.atom("by")
        start = TEXT.index("have", writer.at)
        first = node(
            "Lean.Parser.Tactic.tacticHave_",
            *writer.tokens("have k :="),
            writer.ident("And.right", "And.right"),
            writer.ident("h"),
        )
        states.append(
            {
                "pos": _bytes(start),
                "endPos": _bytes(writer.at),
                "stateBefore": "a b : Prop\nh : a ∧ b\n⊢ b ∧ a",
                "stateAfter": "a b : Prop\nh : a ∧ b\nk : b\n⊢ b ∧ a",
            }
        )
        start = TEXT.index("exact", writer.at)
        second = node(
            "Lean.Parser.Tactic.exact",
            writer.atom("exact"),
            writer.ident("And.intro", "And.intro"),
            writer.ident("k"),
            writer.ident("h.left", "And.left"),
        )
        states.append(
            {
                "pos": _bytes(start),
                "endPos": _bytes(writer.at),
                "stateBefore": "a b : Prop\nh : a ∧ b\nk : b\n⊢ b ∧ a",
                "stateAfter": "no goals",
            }
        )
        block = node(
            "Lean.Parser.Tactic.tacticSeq1Indented", node("null", first, node("null"), second)
        )
        return node("Lean.Parser.Term.byTactic", by, node("Lean.Parser.Tactic.tacticSeq", block))

    def term(writer: Writer) -> dict[str, Any]:
        parts = [
            writer.ident("Small.swap", "Small.swap"),
            *writer.tokens("b a ("),
            writer.ident("Small.swap", "Small.swap"),
            *writer.tokens("a b h )"),
        ]
        return node("Lean.Parser.Term.app", *parts)

    data = {
        "commandASTs": [
            node("Lean.Parser.Module.header", node("null"), node("null")),
            theorem(
                writer,
                "Conjunction commutes. -/",
                "Small.swap",
                "(a b : Prop) (h : a ∧ b) : b ∧ a",
                tactics,
            ),
            theorem(writer, "", "Small.swap_twice", "(a b : Prop) (h : a ∧ b) : a ∧ b", term),
        ],
        "tactics": states,
        "premises": writer.premises,
    }
    folder = HERE / ".lake" / "build" / "ir" / "Small"
    folder.mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryDirectory() as made:
        root = Path(made).resolve()
        (root / "Small").mkdir()
        (root / "Small" / "Swap.lean").write_text(TEXT, encoding="utf-8")
        extracted = root / ".lake" / "build" / "ir" / "Small" / "Swap.ast.json"
        extracted.parent.mkdir(parents=True)
        extracted.write_text(json.dumps(data), encoding="utf-8")
        extracted.with_name("Swap.dep_paths").write_text("")
        trace = TracedFile.from_traced_file(root, extracted, None).to_xml()
    (folder / "Swap.trace.xml").write_text(trace, encoding="utf-8")


if __name__ == "__main__":
    main()
