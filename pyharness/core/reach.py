"""The code that a name of a module reaches: so much of each module as the name depends on,
statement by statement. What cannot be told so counts whole.

A statement counts for a name if it binds the name, or if running it may change what the name stands
for:

- One that is no definition, no import and no assignment to plain names counts always. So does a
  definition with a decorator, a base class or a keyword of the project's own, and whatever calls a
  function of the project's own that could change what a name stands for. Those of each module that
  is imported on the way count too.
- A statement that calls something when it is run counts for the names that it gives to the call,
  unless these stand for what a call does not change: texts, numbers, functions, classes, and what
  functions of this package make.

A module counts whole if it looks names up at run time (`globals()`, `exec`, `sys.modules`, `import
*` and the like), or is used as an object, `module.name`. A text `"module:function"` names a
function.
"""

from __future__ import annotations

import ast
import functools
import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from pyharness.core.fingerprint import (
    BY_NAME,
    OWN,
    Version,
    digest_of_items,
    imported_modules,
    public_modules,
    read_in_source,
    shape_of,
    source_of,
    version_of,
)

__all__ = ["Reach"]

_OF_THE_MODULE = {"dir", "globals", "locals", "vars"}
"""Functions that, called with nothing, give the names of the module."""
_FRAMES = {"_getframe", "currentframe", "resolve"}
_REFERENCE = re.compile(r"[A-Za-z_]\w*(?:\.[A-Za-z_]\w*)*:[A-Za-z_]\w*")
_CONSTANT = {"Fraction", "Path", "bool", "bytes", "complex", "float", "int", "range", "str"}
"""Types whose values never change."""
_GENERIC = set(
    "Annotated Callable Iterable Iterator Literal Mapping Optional Sequence Union".split()
)
_GENERIC |= {"dict", "list", "set", "tuple", "type"}
"""What gives a type when it is subscripted."""


@dataclass(frozen=True)
class _Statement:
    """A statement of a module that is no import.

    Attributes:
        digest: of what it says.
        binds: the names that it binds in the module.
        uses: the names that it mentions.
        given: those that it gives to calls when it is run.
        calls: those that it calls then.
        shaped_by: the names in its decorators, base classes and keywords.
        reaches: modules that it imports, each with a name in it or "", and what its texts name.
        always: whether it counts for every name.
        sets: the names of which code in it sets an item or an attribute.
        lasting: whether no call changes what it binds.
        by_harness: whether a public function of this package makes what it binds.
    """

    digest: str
    binds: frozenset[str]
    uses: frozenset[str]
    given: frozenset[str]
    calls: frozenset[str]
    shaped_by: frozenset[str]
    reaches: frozenset[tuple[str, str]]
    always: bool
    sets: frozenset[str]
    lasting: bool
    by_harness: bool


@dataclass(frozen=True)
class _Module:
    """A module, statement by statement.

    Attributes:
        statements: in their order.
        binding: for each name the places of the statements that bind it.
        giving: for each name those of the statements that may change what it stands for.
        imports: what each imported name may stand for: modules, each with a name in it or "".
        loads: the modules that it may import.
        whole: whether it counts whole.
    """

    statements: Sequence[_Statement]
    binding: Mapping[str, Sequence[int]]
    giving: Mapping[str, Sequence[int]]
    imports: Mapping[str, Sequence[tuple[str, str]]]
    loads: Sequence[str]
    whole: bool


class Reach:
    """Follows names through modules, each of which lies where it lay when it was first met.

    Args:
        modules: those whose packages are followed even where they are installed.
    """

    def __init__(self, modules: Iterable[str]) -> None:
        self._tops = {OWN, *(module.partition(".")[0] for module in modules)}
        self._files: dict[str, Path | None] = {}
        self._always: dict[tuple[str, int], list[int]] = {}
        self._changing: dict[tuple[str, str], bool] = {}

    def of(self, names: Iterable[tuple[str, str]]) -> tuple[dict[str, str], list[str]]:
        """Return digests of what some names reach in modules of which they do not reach all, by the
        names of these; and the modules that count whole, with all that these import.

        The modules that are followed are those of `pyharness.core.fingerprint.code`; those of this
        package count whole.

        Args:
            names: each a module and a name in it, or "" for all of it.
        """
        return _Reached(self).by(names)

    def read(self, module: str) -> _Module | None:
        """Return a module of the project's own as it is now; None for others."""
        if (file := self._file(module)) is None:
            return None
        package = module if file.name == "__init__.py" else module.rpartition(".")[0]
        return _read(file, package, version_of(str(file)))

    def always(self, module: str, found: _Module) -> list[int]:
        """Return the places of a module's statements that count for every name."""
        if (module, id(found)) not in self._always:
            self._always[module, id(found)] = [
                place
                for place, statement in enumerate(found.statements)
                if statement.always
                or any(self._is_own(found, shape) for shape in statement.shaped_by)
                or any(self._may_change(module, name) for name in statement.calls)
                or any(
                    self._may_change(module, name)
                    for name in statement.given
                    # What else is given is followed where it is bound.
                    if name in found.imports or _is_lasting(found, name)
                )
            ]
        return self._always[module, id(found)]

    def _may_change(self, module: str, name: str) -> bool:
        """Whether who has what a name of a module stands for may change what some name stands for:
        whether it can be changed, mentions what can, or sets a part of what a name stands for.
        """
        if (module, name) not in self._changing:
            self._changing[module, name] = self._finds_change(module, name)
        return self._changing[module, name]

    def _finds_change(self, module: str, name: str) -> bool:
        seen = {(module, name)}
        pending = [(module, name)]
        while pending:
            module, name = pending.pop()
            if (found := self.read(module)) is None:
                continue
            if found.whole or not name:
                if found.whole or not all(one.lasting for one in found.statements):
                    return True
                continue
            statements = [found.statements[place] for place in found.binding.get(name, ())]
            if any(one.sets or not one.lasting for one in statements):
                return True
            more = {(module, used) for one in statements for used in one.uses}
            more.update(found.imports.get(name, ()))
            pending += more - seen
            seen |= more
        return False

    def _is_own(self, found: _Module, name: str) -> bool:
        """Whether a name in a module stands for code of the project's own."""
        return any(self._file(source) for source, _ in found.imports.get(name, ())) or any(
            not found.statements[place].by_harness for place in found.binding.get(name, ())
        )

    def _file(self, module: str) -> Path | None:
        if module not in self._files:
            file = None if module.partition(".")[0] == OWN else source_of(module, self._tops)
            self._files[module] = file if file is not None and file.suffix == ".py" else None
        return self._files[module]


def _is_lasting(found: _Module, name: str) -> bool:
    return all(found.statements[place].lasting for place in found.binding.get(name, ()))


class _Reached:
    """What some names reach."""

    def __init__(self, reach: Reach) -> None:
        self._reach = reach
        self._modules: dict[str, _Module | None] = {}
        self._taken: dict[str, set[int]] = {}
        self._whole: set[str] = set()
        self._loaded: set[str] = set()
        self._asked: set[tuple[str, str]] = set()

    def by(self, names: Iterable[tuple[str, str]]) -> tuple[dict[str, str], list[str]]:
        pending = list(names)
        while pending:
            pending = [more for module, name in pending for more in self._ask(module, name)]
        parts = {
            name: digest_of_items(found.statements[place].digest for place in sorted(some))
            for name, some in self._taken.items()
            if name not in self._whole and (found := self._module(name))
        }
        return parts, sorted(self._whole)

    def _ask(self, module: str, name: str) -> Iterator[tuple[str, str]]:
        """Take what a name of a module depends on; yield what to ask next."""
        if (module, name) in self._asked:
            return
        self._asked.add((module, name))
        if module.partition(".")[0] == OWN:
            self._whole.update(public_modules(module, name))
            return
        if (found := self._module(module)) is None:
            return
        if name and self._module(f"{module}.{name}") is not None:
            yield f"{module}.{name}", ""
        yield from self._load(module)
        if found.whole or not name:
            self._whole.add(module)
            return
        yield from found.imports.get(name, ())
        for place in (*found.binding.get(name, ()), *found.giving.get(name, ())):
            yield from self._take(module, found, place)

    def _load(self, module: str) -> Iterator[tuple[str, str]]:
        """Take what counts always of a module, of packages around it, and of what it imports."""
        pending = [module]
        while pending:
            name = pending.pop()
            if name in self._loaded:
                continue
            self._loaded.add(name)
            if package := name.rpartition(".")[0]:
                pending.append(package)
            if (found := self._module(name)) is None:
                continue
            pending += found.loads
            if found.whole:
                yield name, ""
            for place in self._reach.always(name, found):
                yield from self._take(name, found, place)

    def _take(self, module: str, found: _Module, place: int) -> Iterator[tuple[str, str]]:
        taken = self._taken.setdefault(module, set())
        if place not in taken:
            taken.add(place)
            statement = found.statements[place]
            yield from ((module, name) for name in statement.uses)
            yield from statement.reaches

    def _module(self, name: str) -> _Module | None:
        if name not in self._modules:
            self._modules[name] = self._reach.read(name)
        return self._modules[name]


@functools.cache
def _read(file: Path, package: str, version: Version) -> _Module:
    found = read_in_source(_parse, file.read_bytes(), package)
    statements = [
        _Statement(
            each["digest"],
            binds=frozenset(each["binds"]),
            uses=frozenset(each["uses"]),
            given=frozenset(each["given"]),
            calls=frozenset(each["calls"]),
            shaped_by=frozenset(each["shaped_by"]),
            reaches=frozenset((module, name) for module, name in each["reaches"]),
            always=each["always"],
            sets=frozenset(each["sets"]),
            lasting=each["lasting"],
            by_harness=each["by_harness"],
        )
        for each in found["statements"]
    ]
    imports = {
        name: [(module, name_in_it) for module, name_in_it in targets]
        for name, targets in found["imports"].items()
    }
    return _Module(**{**found, "statements": statements, "imports": imports})


def _parse(data: bytes, package: str) -> dict[str, Any]:
    """Return a module as JSON."""
    tree = ast.parse(data)
    imports: dict[str, tuple[tuple[str, str], ...]] = {}
    for node in tree.body:
        if isinstance(node, (ast.Import, ast.ImportFrom)):
            for name, target in _imported(node, package):
                imports[name] = (*imports.get(name, ()), target)
    of_harness = {
        name
        for name, targets in imports.items()
        if any(module.partition(".")[0] == OWN for module, _ in targets)
    }
    of_harness |= {
        name
        for node in tree.body
        if isinstance(node, ast.Assign) and _is_call_of(node.value, of_harness)
        for target in node.targets
        for name in _names([target])
    }
    statements = [
        _statement(node, package, of_harness)
        for node in tree.body
        if not isinstance(node, (ast.Import, ast.ImportFrom)) and not _is_for_types(node)
    ]
    nodes = list(_walk(tree))
    loads = {
        module
        for node in nodes
        if isinstance(node, (ast.Import, ast.ImportFrom))
        for module in imported_modules(node, package)
    }
    whole = "*" in imports or any(map(_looks_up, nodes))
    binding: dict[str, list[int]] = {}
    giving: dict[str, list[int]] = {}
    for place, statement in enumerate(statements):
        for name in statement.binds:
            binding.setdefault(name, []).append(place)
    for place, statement in enumerate(statements):
        for name in statement.given:
            if not all(statements[one].lasting for one in binding.get(name, ())):
                giving.setdefault(name, []).append(place)
    known = binding.keys() | imports.keys()
    plain = [
        {
            name: sorted(one) if isinstance(one, frozenset) else one
            for name, one in vars(each).items()
        }
        | {name: sorted(getattr(each, name) & known) for name in ("uses", "given", "calls", "sets")}
        for each in statements
    ]
    return {
        "statements": plain,
        "binding": binding,
        "giving": giving,
        "imports": imports,
        "loads": sorted(loads),
        "whole": whole,
    }


def _is_for_types(node: ast.AST) -> bool:
    return isinstance(node, ast.If) and "TYPE_CHECKING" in (
        getattr(node.test, "id", None),
        getattr(node.test, "attr", None),
    )


def _walk(node: ast.AST) -> Iterator[ast.AST]:
    """Yield a tree's nodes, without what is for type checking alone."""
    pending = [node]
    while pending:
        found = pending.pop()
        yield found
        pending += found.orelse if _is_for_types(found) else ast.iter_child_nodes(found)  # type: ignore[attr-defined]


def _imported(
    node: ast.Import | ast.ImportFrom, package: str
) -> Iterator[tuple[str, tuple[str, str]]]:
    """Yield the names that an import binds, with what each stands for."""
    if isinstance(node, ast.Import):
        for alias in node.names:
            yield alias.asname or alias.name.partition(".")[0], (alias.name, "")
    else:
        module = imported_modules(node, package)[0]
        for alias in node.names:
            yield alias.asname or alias.name, (module, alias.name)


def _looks_up(node: ast.AST) -> bool:
    """Whether a node of a module looks names up at run time."""
    if isinstance(node, ast.Call) and isinstance(node.func, ast.Name):
        return node.func.id in _OF_THE_MODULE and not (node.args or node.keywords)
    if isinstance(node, ast.Name):
        return node.id in BY_NAME | _FRAMES
    if isinstance(node, ast.Attribute):
        of_sys = getattr(node.value, "id", None) == "sys"
        return node.attr in BY_NAME - {"exec", "eval"} | _FRAMES or (
            of_sys and node.attr == "modules"
        )
    return isinstance(node, ast.FunctionDef) and node.name == "__getattr__"


def _statement(node: ast.stmt, package: str, of_harness: set[str]) -> _Statement:
    inner = list(_walk(node))
    uses = {found.id for found in inner if isinstance(found, ast.Name)}
    reaches = {
        target
        for found in inner
        if isinstance(found, (ast.Import, ast.ImportFrom))
        for _, target in _imported(found, package)
    }
    reaches |= {
        (module, name)
        for found in inner
        if isinstance(found, ast.Constant)
        and isinstance(found.value, str)
        and _REFERENCE.fullmatch(found.value)
        for module, _, name in [found.value.partition(":")]
    }
    binds = {name for found in inner if isinstance(found, ast.Global) for name in found.names}
    binds |= _names(found.target for found in inner if isinstance(found, ast.NamedExpr))
    given: set[str] = set()
    calls: set[str] = set()
    shaped_by: set[str] = set()
    always = lasting = by_harness = False
    if isinstance(node, (ast.FunctionDef, ast.AsyncFunctionDef, ast.ClassDef)):
        lasting = not (isinstance(node, ast.ClassDef) and any(map(_holds_more, node.body)))
        binds.add(node.name)
        given, calls = _given(_run_at_once(node), of_harness)
        shaped_by = {name for one in node.decorator_list for name in _shaping(one, of_harness)}
        if isinstance(node, ast.ClassDef):
            shaped_by |= _names([*node.bases, *node.keywords])
    elif isinstance(node, (ast.Assign, ast.AnnAssign)) and node.value is not None:
        targets = node.targets if isinstance(node, ast.Assign) else [node.target]
        plain = [name for target in targets for name in _plain(target)]
        always = None in plain
        binds |= {name for name in plain if name is not None}
        by_harness = _is_call_of(node.value, of_harness)
        lasting = by_harness or _is_constant(node.value)
        given, calls = _given([node.value], of_harness)
    elif not (isinstance(node, ast.Expr) and isinstance(node.value, ast.Constant)):
        always = not isinstance(node, (ast.AnnAssign, ast.Pass))
        binds |= uses
    return _Statement(
        shape_of(node),
        binds=frozenset(binds),
        uses=frozenset(uses),
        given=frozenset(given),
        calls=frozenset(calls),
        shaped_by=frozenset(shaped_by),
        reaches=frozenset(reaches),
        always=always,
        sets=frozenset(name for found in inner for name in _of_which_a_part_is_set(found)),
        lasting=lasting,
        by_harness=by_harness,
    )


def _names(nodes: Iterable[ast.AST]) -> set[str]:
    return {found.id for node in nodes for found in ast.walk(node) if isinstance(found, ast.Name)}


def _shaping(decorator: ast.expr, of_harness: set[str]) -> set[str]:
    """The names that decide what a decorator does: of one of this package its own name."""
    called = decorator.func if isinstance(decorator, ast.Call) else decorator
    return set() if _is_of(called, of_harness) else _names([decorator])


def _is_of(value: ast.expr, names: set[str]) -> bool:
    """Whether a value is what one of some names stands for, or an attribute of it."""
    while isinstance(value, ast.Attribute):
        value = value.value
    return isinstance(value, ast.Name) and value.id in names


def _run_at_once(node: ast.FunctionDef | ast.AsyncFunctionDef | ast.ClassDef) -> Iterator[ast.AST]:
    """Yield the parts of a definition that are run where it stands: its decorators, defaults,
    annotations, base classes, and the body of a class but for that of its functions.
    """
    yield from node.decorator_list
    if isinstance(node, ast.ClassDef):
        yield from (*node.bases, *node.keywords)
        for one in node.body:
            if isinstance(one, (ast.FunctionDef, ast.AsyncFunctionDef, ast.ClassDef)):
                yield from _run_at_once(one)
            else:
                yield one
    else:
        yield node.args
        if node.returns is not None:
            yield node.returns


def _plain(target: ast.expr) -> Iterator[str | None]:
    """Yield the names that an assignment binds; None for a target that is no plain name."""
    if isinstance(target, (ast.Tuple, ast.List)):
        for one in target.elts:
            yield from _plain(one)
    elif isinstance(target, ast.Starred):
        yield from _plain(target.value)
    else:
        yield target.id if isinstance(target, ast.Name) else None


def _is_call_of(value: ast.AST, names: set[str]) -> bool:
    return (
        isinstance(value, ast.Call) and isinstance(value.func, ast.Name) and value.func.id in names
    )


def _is_constant(value: ast.expr) -> bool:
    """Whether a value is one that never changes."""
    if isinstance(value, (ast.Constant, ast.JoinedStr, ast.Lambda)):
        return True
    if isinstance(value, ast.Tuple):
        return all(map(_is_constant, value.elts))
    if isinstance(value, ast.BinOp):
        return _is_constant(value.left) and _is_constant(value.right)
    if isinstance(value, ast.UnaryOp):
        return _is_constant(value.operand)
    if isinstance(value, ast.Subscript):
        return isinstance(value.value, ast.Name) and value.value.id in _GENERIC
    return _is_call_of(value, _CONSTANT) or _is_path(value)


def _is_path(value: ast.AST) -> bool:
    """Whether a value comes of a path by its methods and attributes."""
    while isinstance(value, (ast.Attribute, ast.Call)) and not _is_call_of(value, {"Path"}):
        value = value.func if isinstance(value, ast.Call) else value.value
    return _is_call_of(value, {"Path"})


def _holds_more(node: ast.stmt) -> bool:
    """Whether a statement of a class gives it what can be changed, such as a list."""
    return (
        isinstance(node, (ast.Assign, ast.AnnAssign))
        and node.value is not None
        and not _is_constant(node.value)
        and not _is_call_of(node.value, {"field"})
    )


def _of_which_a_part_is_set(node: ast.AST) -> Iterator[str]:
    """Yield the name of which a node sets or deletes an item or an attribute, if it does."""
    if isinstance(node, (ast.Attribute, ast.Subscript)) and not isinstance(node.ctx, ast.Load):
        root: ast.AST = node
        while isinstance(root, (ast.Attribute, ast.Subscript, ast.Call)):
            root = root.func if isinstance(root, ast.Call) else root.value
        if isinstance(root, ast.Name):
            yield root.id


def _given(parts: Iterable[ast.AST], of_harness: set[str]) -> tuple[set[str], set[str]]:
    """The names that code gives to calls, as arguments or as what a method is of, and those that it
    calls; but for calls of this package's functions.
    """
    calls = [found for part in parts for found in ast.walk(part) if isinstance(found, ast.Call)]
    given: list[ast.AST] = []
    called: list[ast.AST] = []
    for call in calls:
        if _is_of(call.func, of_harness):
            continue
        given += [*call.args, *call.keywords]
        given += [call.func.value] if isinstance(call.func, ast.Attribute) else []
        called += [call.func] if isinstance(call.func, ast.Name) else []
    return _names(given), _names(called)
