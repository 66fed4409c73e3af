"""What only the foundation of a library may do, because nothing later could tell that it was done wrong."""
from __future__ import annotations

import hashlib
import re
from collections.abc import Iterator, Sequence

from pyharness.lean.build import Build, Module
from pyharness.lean.environment import Environment
from pyharness.lean.names import Name, show_name
from pyharness.lean.toolchain import LeanError

__all__ = ["PolicyViolation", "check_policy", "forbidden_words", "in_foundation", "violations"]

_ACCELERATED = "add sub mul div mod gcd beq ble land lor xor shiftLeft shiftRight pow log2"
_RESERVED: frozenset[Name] = frozenset(
    {("Nat", operation) for operation in _ACCELERATED.split()}
    | {("Nat",), ("String",), ("Char",), ("String", "ofList"), ("Char", "ofNat")}
)
"""Names by which the kernel computes, or gives literals their types, whatever their definitions say."""

_FORBIDDEN = frozenset({"extern", "implemented_by", "unsafe", "skipKernelTC", "native_decide", "csimp"})
"""Words that keep the kernel from checking something, or have something else run than what it checked."""


class PolicyViolation(LeanError):
    """A module outside the foundation does what only the foundation may. The message lists each place."""


def in_foundation(module: Module, root_module: str) -> bool:
    """Whether a module belongs to the foundation: its name begins with that of the root module and `Foundation`."""
    return f"{module.name}.".startswith(f"{root_module}.Foundation.")


def check_policy(build: Build, environment: Environment, allowed_axioms: Sequence[str]) -> None:
    """Check that no module outside the foundation can deceive the kernel or pass for the foundation.

    Such a module must declare no name that the kernel treats by name, no axiom called like an allowed one, and must not
    use `extern`, `implemented_by`, `unsafe`, `debug.skipKernelTC`, `native_decide` or `csimp`.

    Raises:
        PolicyViolation: if one does.
    """
    found: list[str] = []
    for module in build.modules:
        if not in_foundation(module, build.root_module):
            found += violations(module, _compiled_text(build, module), environment, allowed_axioms)
    if found:
        raise PolicyViolation("only the foundation may do this:\n" + "\n".join(found))


def violations(
    module: Module, text: str, environment: Environment, allowed_axioms: Sequence[str]
) -> Iterator[str]:
    """Yield where a module of the environment does what only the foundation may: `file:line: what`."""
    for name, kind in environment.kinds(module).items():
        if name in _RESERVED:
            yield f"{_place(environment, name)}: declares {show_name(name)}, which the kernel treats by its name"
        if kind == "axiom" and show_name(name) in allowed_axioms:
            yield f"{_place(environment, name)}: declares the axiom {show_name(name)}, whose name is allowed"
    for line, reason in forbidden_words(text):
        yield f"{module.source.as_posix()}:{line}: {reason}"


def _place(environment: Environment, name: Name) -> str:
    file, line = environment.location(name)
    return f"{file.as_posix()}:{line}" if line else file.as_posix()


def _compiled_text(build: Build, module: Module) -> str:
    """Return the source of a module as it was compiled."""
    data = (build.root / module.source).read_bytes()
    if hashlib.sha256(data).hexdigest() != module.source_sha256:
        raise PolicyViolation(f"{module.source.as_posix()} changed after it was built; run again")
    return data.decode()


# ----------------------------------------------------------------------------------------------------- the sources
_TOKEN = re.compile(
    r"""
      (?P<space>\s+)
    | (?P<line>--[^\n]*)
    | (?P<block>/-)
    | (?P<raw>r(?P<marks>\#*)"(?P<raw_text>.*?)"(?P=marks))
    | (?P<string>"(?P<text>(?:[^"\\]|\\.)*)")
    | (?P<char>'(?:[^'\\]|\\(?:x..|u....|.))')
    | (?P<word>(?:«[^»]*»|[^\W\d][\w'!?]*)(?:\.(?:«[^»]*»|[^\W\d][\w'!?]*))*)
    | (?P<other>.)
    """,
    re.VERBOSE | re.DOTALL,
)
_COMMENT_MARK = re.compile(r"/-|-/")
_PART = re.compile(r"[\w'!?]+")
_HIDING = re.compile(r"""--|/-|["'\\«]""")


def forbidden_words(text: str) -> Iterator[tuple[int, str]]:
    """Yield each use of a forbidden word outside comments and strings: its line, from 1, and what is wrong with it.

    A notation can make Lean read a comment's or a string's first character as part of a token, and what follows as
    code. So a comment must stand behind white space, and no string may hold a mark that opens either; both are refused.
    """
    position = 0
    while match := _TOKEN.match(text, position):
        start, position = match.span()
        line = text.count("\n", 0, start) + 1
        kind = match.lastgroup
        if kind in ("line", "block") and start and not text[start - 1].isspace():
            yield line, "a comment that no white space stands before"
        if kind == "block":
            depth = 1
            while depth and (mark := _COMMENT_MARK.search(text, position)):
                depth += 1 if mark.group() == "/-" else -1
                position = mark.end()
            if depth:
                yield line, "a comment that does not end"
                return
        elif kind == "word" or kind == "string" and text[start - 1 : start] == "!":
            yield from ((line, f"uses `{word}`") for word in _PART.findall(match.group()) if word in _FORBIDDEN)
        elif kind in ("string", "raw") and _HIDING.search(match["text"] or match["raw_text"] or ""):
            yield line, "a string with a quote, a backslash, « or a comment mark, which a notation could hide code with"
        elif match.group() == '"':
            yield line, "a string that does not end"
            return
