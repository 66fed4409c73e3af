"""Terms in short, for messages."""

from __future__ import annotations

from .levels import Level
from .names import show_name
from .terms import App, BVar, Const, Lam, Let, Lit, Local, Proj, Sort, Term, spine

__all__ = ["show", "show_level"]

_DEPTH, _NODES, _WIDTH = 8, 60, 400


def show(term: Term) -> str:
    """Return a term as text, with `…` for what is too deep in it or too much.

    A free variable is `x` and its number; a bound one has the number that its binder would get,
    were it opened.
    """
    text = _Shown().term(term, term.free, (), _DEPTH)
    return text if len(text) <= _WIDTH else text[:_WIDTH] + "…"


class _Shown:
    def __init__(self) -> None:
        self._left = _NODES

    def term(self, term: Term, number: int, bound: tuple[str, ...], depth: int) -> str:
        self._left -= 1
        if depth == 0 or self._left < 0:
            return "…"
        if type(term) is BVar:
            return (
                bound[-1 - term.index] if term.index < len(bound) else f"#{term.index - len(bound)}"
            )
        if type(term) is Local:
            return f"x{term.number}"
        if type(term) is Sort:
            return "Prop" if term.level.is_zero else f"Sort {show_level(term.level, depth)}"
        if type(term) is Const:
            return show_name(term.name)
        if type(term) is Lit:
            if isinstance(term.value, str):
                return repr(term.value[:40])
            return (
                str(term.value)
                if term.value.bit_length() < 256
                else f"a number of {term.value.bit_length()} bits"
            )
        if type(term) is App:
            return self._application(term, number, bound, depth)
        if type(term) is Proj:
            return f"{_bracketed(self.term(term.term, number, bound, depth - 1))}.{term.index + 1}"
        name = f"x{number}"
        first = self.term(term.type if type(term) is Let else term.domain, number, bound, depth - 1)
        if type(term) is Let:
            first += f" := {self.term(term.value, number, bound, depth - 1)}"
        body = self.term(term.body, number + 1, (*bound, name), depth - 1)
        if type(term) is Let:
            return f"let {name} : {first}; {body}"
        return (
            f"fun ({name} : {first}) => {body}"
            if type(term) is Lam
            else f"∀ ({name} : {first}), {body}"
        )

    def _application(self, term: App, number: int, bound: tuple[str, ...], depth: int) -> str:
        head, arguments = spine(term)
        shown = []
        for part in (head, *arguments):
            if self._left < 0:
                shown.append("…")
                break
            shown.append(_bracketed(self.term(part, number, bound, depth - 1)))
        return " ".join(shown)


def _bracketed(text: str) -> str:
    return f"({text})" if " " in text else text


def show_level(level: Level, depth: int = _DEPTH) -> str:
    """Return a level as text, with `…` for what is too deep in it."""
    if depth == 0:
        return "…"
    plus = 0
    while level.form == "succ":
        level, plus = level.parts[0], plus + 1
    if level.form == "zero":
        return str(plus)
    if level.form == "param":
        text = show_name(level.name)
    else:
        text = f"({level.form} {' '.join([show_level(part, depth - 1) for part in level.parts])})"
    return f"{text}+{plus}" if plus else text
