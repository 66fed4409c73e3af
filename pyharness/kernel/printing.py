"""Terms in short, for messages."""
from __future__ import annotations

from .levels import Level
from .names import show_name
from .terms import App, BVar, Const, Lam, Let, Lit, Local, Pi, Sort, Term, spine

__all__ = ["show", "show_level"]

_DEPTH = 8
_WIDTH = 400


def show(term: Term) -> str:
    """Return a term as text, with `…` for what is too deep in it.

    A free variable is `x` and its number; a bound one has the number that its binder would get, were it opened.
    """
    text = _show(term, term.free, [], _DEPTH)
    return text if len(text) <= _WIDTH else text[:_WIDTH] + "…"


def _show(term: Term, number: int, bound: list[str], depth: int) -> str:
    if depth == 0:
        return "…"
    kind = type(term)
    if kind is BVar:
        return bound[-1 - term.index] if term.index < len(bound) else f"#{term.index - len(bound)}"
    if kind is Local:
        return f"x{term.number}"
    if kind is Sort:
        return "Prop" if term.level.is_zero else f"Sort {show_level(term.level, depth)}"
    if kind is Const:
        return show_name(term.name)
    if kind is Lit:
        if type(term.value) is str:
            return repr(term.value[:40])
        return str(term.value) if term.value.bit_length() < 256 else f"{term.value >> term.value.bit_length() - 64:#x}…"
    if kind is App:
        head, arguments = spine(term)
        shown = [_show(part, number, bound, depth - 1) for part in [head, *arguments[:12]]]
        return " ".join([f"({text})" if " " in text else text for text in shown]) + (" …" if len(arguments) > 12 else "")
    name = f"x{number}"
    if kind is Lam or kind is Pi:
        mark = ("fun", "=>") if kind is Lam else ("∀", ",")
        return (f"{mark[0]} ({name} : {_show(term.domain, number, bound, depth - 1)}){' ' if kind is Lam else ''}{mark[1]} "
                f"{_show(term.body, number + 1, [*bound, name], depth - 1)}")
    if kind is Let:
        return (f"let {name} : {_show(term.type, number, bound, depth - 1)} := {_show(term.value, number, bound, depth - 1)}; "
                f"{_show(term.body, number + 1, [*bound, name], depth - 1)}")
    shown = _show(term.term, number, bound, depth - 1)
    return f"{f'({shown})' if ' ' in shown else shown}.{term.index + 1}"


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
        text = show_name(level.parts[0])
    else:
        text = f"({level.form} {' '.join([show_level(part, depth - 1) for part in level.parts])})"
    return f"{text}+{plus}" if plus else text
