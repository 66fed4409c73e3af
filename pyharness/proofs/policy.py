"""What only the foundation of a library may do, because nothing later could tell that it was done
wrong.
"""

from __future__ import annotations

import functools
import hashlib
import re
import unicodedata
from collections.abc import Iterable, Iterator, Mapping, Sequence

from pyharness.proofs.build import Build, Module
from pyharness.proofs.environment import Constant, Environment
from pyharness.proofs.identifiers import look_alikes_inside, skeleton, unusual_characters
from pyharness.proofs.library import in_foundation
from pyharness.proofs.names import Name, show_name, write_name
from pyharness.proofs.printing import Printer
from pyharness.proofs.terms import CONST, LIT
from pyharness.proofs.toolchain import LeanError

__all__ = [
    "ACCELERATED",
    "PolicyViolation",
    "check_policy",
    "check_spelling",
    "check_statements",
    "forbidden_words",
    "violations",
]

ACCELERATED = "add sub mul div mod gcd beq ble land lor xor shiftLeft shiftRight pow log2".split()
"""The functions on `Nat` that the kernel computes on literals by arithmetic of its own, whatever
their definitions say."""

_RESERVED: frozenset[Name] = frozenset(
    {("Nat", operation) for operation in ACCELERATED}
    | {("Nat",), ("String",), ("Char",), ("String", "ofList"), ("Char", "ofNat")}
    | {("Lean", "reduceBool"), ("Lean", "reduceNat")}
)
"""Names by which the kernel computes, gives literals their types, or runs compiled code."""

_FORBIDDEN = frozenset(
    """
    extern implemented_by csimp unsafe partial skipKernelTC native_decide reduceBool ofReduceBool
    macro_rules elab elab_rules declare_syntax_cat run_cmd run_elab run_meta initialize builtin_initialize
""".split()
)
"""Words that keep the kernel from checking something, run something else than what it checked, or
change what is read."""

_MADE_BY_COMMANDS = {("Lean", "ParserDescr"), ("Lean", "TrailingParserDescr")}
_COMMANDS = frozenset(
    "theorem lemma def axiom example instance import open namespace section end set_option variable".split()
)


class PolicyViolation(LeanError):
    """A module outside the foundation does what only the foundation may. The message lists each
    place.
    """


def check_policy(build: Build, environment: Environment, allowed_axioms: Sequence[str]) -> None:
    """Check that no module outside the foundation can deceive the kernel or the reader, or pass for
    the foundation.

    Such a module must

    * declare no name that the kernel treats by name, and no axiom called like an allowed one;
    * not use `extern`, `implemented_by`, `csimp`, `unsafe`, `partial`, `native_decide`,
      `debug.skipKernelTC`, code that runs while it is compiled, or macros for syntax that exists
      already; nor turn `autoImplicit` on, or set `warn.sorry`;
    * declare no notation that another module has, that reads like a constant's name, or that starts
      a command;
    * hold no invisible or direction-changing characters, and declare no constant that looks like
      another one.

    Raises:
        PolicyViolation: if one does.
    """
    found: list[str] = []
    tokens = _tokens(environment)
    last_parts = {name[-1] for name in environment.modules if write_name(name)}
    for module in build.modules:
        if not in_foundation(module.name):
            text = _compiled_text(build, module)
            found += violations(module, text, environment, allowed_axioms)
            found += _notations(module, text, environment, tokens, last_parts)
    found += _look_alikes(build, environment)
    if found:
        raise PolicyViolation("only the foundation may do this:\n" + "\n".join(found))


def violations(
    module: Module, text: str, environment: Environment, allowed_axioms: Sequence[str]
) -> Iterator[str]:
    """Yield where a module of the environment does what only the foundation may: `file:line:
    what`.
    """
    for name, kind in environment.kinds(module).items():
        if name in _RESERVED:
            yield f"{_place(environment, name)}: declares {show_name(name)}, which the kernel treats by its name"
        if kind == "axiom" and show_name(name) in allowed_axioms:
            yield f"{_place(environment, name)}: declares the axiom {show_name(name)}, whose name is allowed"
    for line, reason in forbidden_words(text):
        yield f"{module.source.as_posix()}:{line}: {reason}"


def check_spelling(environment: Environment, theorems: Iterable[Constant]) -> None:
    """Check that no name in a theorem's statement, or under it, is in letters that pass for others.

    Raises:
        PolicyViolation: if one is.
    """
    found: dict[str, None] = {}
    for theorem in theorems:
        names = {theorem.name, *environment.binder_names(theorem.name)}
        for name in sorted(names | environment.meaning(theorem.name), key=show_name):
            for mark in dict.fromkeys(mark for part in name for mark in _disguises(str(part))):
                found[f"{show_name(theorem.name)}: {show_name(name)} is spelled with {mark}"] = None
    if found:
        raise PolicyViolation("a statement must say what it seems to say:\n" + "\n".join(found))


def _disguises(part: str) -> tuple[str, ...]:
    """Return the characters of a name that pass for others, or that nobody can see."""
    return (*unusual_characters(part), *look_alikes_inside(part))


def check_statements(
    environment: Environment, theorems: Iterable[Constant], printer: Printer
) -> None:
    """Check that theorems can be told from what they are called and from their text.

    How a statement reads in a certificate does not rest on this: that is printed from its term.

    Raises:
        PolicyViolation: if a variable of a statement, or a constant that it speaks of, has the name
            of another constant; a name in it is in letters that pass for others; or it, or a
            definition under it, rests on an instance where the library has one for the same type.
    """
    found: list[str] = []
    public = {name for name in environment.modules if write_name(name)}
    shapes = {_shape(name): name for name in public}
    judged: dict[Name, list[str]] = {}
    for theorem in theorems:
        place = f"{_place(environment, theorem.name)}: {show_name(theorem.name)}"
        for binder in environment.binders(theorem.name):
            found += [
                f"{place}: its variable {binder} hides {show_name(hidden)}"
                for length in range(len(theorem.name))
                if (hidden := (*theorem.name[:length], binder)) in public
            ]
        for name in environment.binder_names(theorem.name):
            found += [
                f"{place}: its variable {show_name(name)} is spelled with {mark}"
                for part in name
                for mark in _marks(str(part))
            ]
        meaning = environment.meaning(theorem.name)
        for name in meaning & public:
            # In the theorem's own namespace, or where it is exported to, a name without its first
            # parts is read as this constant and not as the one outside.
            for start in range(1, len(name)):
                outer = shapes.get(_shape(name[start:]))
                if outer and (
                    name[:start] == theorem.name[:start]
                    or environment.type(outer) == environment.type(name)
                ):
                    found.append(
                        f"{place}: it speaks of {show_name(name)}, which hides {show_name(outer)}"
                    )
        for name in (theorem.name, *sorted(meaning, key=show_name)):
            if printer.instances.ships(name):
                continue
            if name not in judged:
                judged[name] = list(_misleading(environment, name, printer, name == theorem.name))
            found += [f"{place}: {what}" for what in judged[name]]
    if found:
        raise PolicyViolation("a statement must say what it seems to say:\n" + "\n".join(found))


def _misleading(
    environment: Environment, name: Name, printer: Printer, is_statement: bool
) -> Iterator[str]:
    """Yield what is against a statement, or a definition under one: how it is spelled, and the
    instances in it that stand where the library has its own.
    """
    parts = [part for part in name if isinstance(part, str)]
    for part in parts:
        for mark in dict.fromkeys((*_marks(part), *look_alikes_inside(part))):
            yield f"{show_name(name)} is spelled with {mark}"
    printed = printer.statement(name) if is_statement else printer.definition(name)
    if is_statement and not printed.whole:
        yield "it is too long to print, so that nobody could read what it states"
    for use in printed.foreign:
        if use.head is not None and printer.instances.ships(use.head):
            continue
        if own := printer.instances.competing(use):
            instance = "a variable" if use.head is None else show_name(use.head)
            where = "it" if is_statement else show_name(name)
            yield (
                f"{where} rests on {instance}, an instance beside {show_name(own)} of "
                f"{environment.modules[own].name}"
            )


def _marks(part: str) -> tuple[str, ...]:
    """Return the characters that no name in a statement may have."""
    return (*unusual_characters(part), *(f"the bracket {mark}" for mark in "«»" if mark in part))


# ---------------------------------------------------------------------------------- the environment
def _tokens(environment: Environment) -> Mapping[str, set[str]]:
    """Return which modules declare each token of a notation, macro or syntax, read from the parsers
    that Lean stored.
    """
    declared: dict[str, set[str]] = {}
    for name in environment.modules:
        for token in _parser_tokens(environment, name):
            declared.setdefault(token, set()).add(environment.modules[name].name)
    return declared


def _parser_tokens(environment: Environment, name: Name) -> Iterator[str]:
    terms = environment.terms
    if (
        environment.type_name(name) not in _MADE_BY_COMMANDS
        or (value := environment.constant(name).value) is None
    ):
        return
    for number in terms.subterms(value):
        head, arguments = terms.spine(number)
        node = terms.nodes[head]
        if node[0] == CONST and node[1][-1] in ("symbol", "unicodeSymbol"):
            for argument in arguments:
                if terms.nodes[argument][0] == LIT:
                    yield terms.nodes[argument][1].strip()


def _notations(
    module: Module,
    text: str,
    environment: Environment,
    tokens: Mapping[str, set[str]],
    last_parts: set[str | int],
) -> Iterator[str]:
    for name in environment.kinds(module):
        kind = environment.type_name(name)
        place = _place(environment, name)
        # A notation's own functions have names that no source writes.
        made = str(name[-1]).startswith("_aux_") and str(name[-1]) not in text
        if kind and kind[0] == "Lean" and kind not in _MADE_BY_COMMANDS and not made:
            yield f"{place}: {show_name(name)} is a {show_name(kind)}, which only a notation or a macro may make"
        for token in _parser_tokens(environment, name):
            if others := sorted(tokens[token] - {module.name}):
                yield f"{place}: the notation `{token}` is one of {', '.join(others)} too"
            if token in last_parts:
                yield f"{place}: the notation `{token}` reads like the name of a constant"
            if "#" in token or token in _COMMANDS:
                yield f"{place}: the notation `{token}` reads like a command"


@functools.lru_cache(maxsize=1 << 16)
def _shape(name: Name) -> tuple[str, ...]:
    """Return what all names that look like this one have in common."""
    return tuple(skeleton(str(part)) for part in name)


def _look_alikes(build: Build, environment: Environment) -> Iterator[str]:
    """Yield each constant outside the foundation that looks like another one."""
    seen: dict[tuple[str, ...], Name] = {}
    for name in environment.modules:
        if not write_name(name):
            continue
        other = seen.setdefault(_shape(name), name)
        if other != name and not in_foundation(environment.modules[name].name):
            yield f"{_place(environment, name)}: {show_name(name)} looks like {show_name(other)}"


def _place(environment: Environment, name: Name) -> str:
    file, line = environment.location(name)
    return f"{file.as_posix()}:{line}" if line else file.as_posix()


def _compiled_text(build: Build, module: Module) -> str:
    """Return the source of a module as it was compiled."""
    data = build.file(module).read_bytes()
    if hashlib.sha256(data).hexdigest() != module.source_sha256:
        raise PolicyViolation(f"{module.source.as_posix()} changed after it was built; run again")
    return data.decode()


# -------------------------------------------------------------------------------------- the sources
_TOKEN = re.compile(
    r"""
    \s*(?:
      (?P<line>--[^\n]*)
    | (?P<block>/-)
    | (?P<raw>r(?P<marks>\#*)"(?P<raw_text>.*?)"(?P=marks))
    | (?P<string>"(?P<text>(?:[^"\\]|\\.)*)")
    | (?P<char>'(?:[^'\\]|\\(?:x..|u....|.))')
    | (?P<word>(?:«[^»]*»|[^\W\d][\w'!?]*)(?:\.(?:«[^»]*»|[^\W\d][\w'!?]*))*)
    | (?P<other>[^\s\w"'«/-]+|.)
    )
    """,
    re.VERBOSE | re.DOTALL,
)
_COMMENT_MARK = re.compile(r"/-|-/")
_PART = re.compile(r"[\w'!?]+")
_AUTO_IMPLICIT = {"autoImplicit", "relaxedAutoImplicit"}
_QUIET = re.compile(r"«?warn»?\.«?sorry»?")
_UNUSUAL = re.compile(r"[^ -~\n\r\t]")
_HIDING = re.compile(r"""--|/-|["'\\«]""")


def forbidden_words(text: str) -> Iterator[tuple[int, str]]:
    """Yield each use of a forbidden word outside comments and strings: its line, from 1, and what
    is wrong with it.

    A notation can make Lean read a comment's or a string's first character as part of a token, and
    what follows as code. So a comment must stand behind white space, and no string may hold a mark
    that opens either; both are refused.
    """

    def line(at: int) -> int:
        return text.count("\n", 0, at) + 1

    for match in _UNUSUAL.finditer(text):
        if unicodedata.category(match.group()) in ("Cf", "Cc", "Co", "Cs"):
            yield line(match.start()), f"the invisible character U+{ord(match.group()):04X}"
    position, before = 0, ""
    while token := _TOKEN.match(text, position):
        kind = token.lastgroup
        assert kind is not None  # Each alternative has a name.
        if kind == "other" and token[kind] != '"':
            position = token.end()
            continue
        start, position = token.span(kind)
        if kind == "word":
            last, forbidden = _read_word(token[kind])
            if before in _AUTO_IMPLICIT and token[kind] != "false":
                yield line(start), f"turns `{before}` on"
            if _QUIET.fullmatch(token[kind]):
                yield line(start), "uses `warn.sorry`, by which Lean keeps quiet about a sorry"
            before = last
            yield from ((line(start), f"uses `{word}`") for word in forbidden)
            continue
        if kind in ("line", "block") and start and not text[start - 1].isspace():
            yield line(start), "a comment that no white space stands before"
        if kind == "block":
            depth = 1
            while depth and (mark := _COMMENT_MARK.search(text, position)):
                depth += 1 if mark.group() == "/-" else -1
                position = mark.end()
            if depth:
                yield line(start), "a comment that does not end"
                return
        elif kind == "string" and text[start - 1 : start] == "!":
            yield from ((line(start), f"uses `{word}`") for word in _read_word(token[kind])[1])
        elif kind in ("string", "raw") and _HIDING.search(token["text"] or token["raw_text"] or ""):
            yield (
                line(start),
                "a string with a quote, a backslash, « or a comment mark, which a notation could hide code with",
            )
        elif kind == "other":
            yield line(start), "a string that does not end"
            return


@functools.lru_cache(maxsize=1 << 16)
def _read_word(text: str) -> tuple[str, tuple[str, ...]]:
    """Return the last part of a name, and each forbidden word in it."""
    return text.rpartition(".")[2].strip("«»"), tuple(
        word for word in _PART.findall(text) if word in _FORBIDDEN
    )
