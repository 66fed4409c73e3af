"""Ties: which functions the predicates of a claim compute with, noticed while its evidence is
gathered, and which of them no conformance ties to Lean.

A predicate may compute with three kinds of functions. A function for which a `Conformance` in the
claim's `measures` stands is *tied*: Lean's kernel decides that Lean's definition gives the same,
and what the function calls in turn is its own business. A function of the pack that is marked
`@predicate` or `@notation` only says the law in other words, and is looked through. And torch's
elementary operations mean what they say: comparisons, logic, conversions and shapes, and on
integers also sums, differences and products. Whatever else a predicate calls, in the pack, in torch
or in another package, is *untied*, and evidence that rests on it gives no gold.

What Python computes with its own operators on numbers, what numpy does with arrays, functions that
torch has scripted or traced, and other threads cannot be noticed. Let tensors carry what matters.
"""

from __future__ import annotations

import functools
import inspect
import sys
import types
from collections.abc import Callable, Collection, Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from contextvars import ContextVar
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, ParamSpec, Self, TypeVar

import torch
from torch import Tensor
from torch.overrides import TorchFunctionMode

from pyharness.core.errors import UsageError
from pyharness.core.fingerprint import package_folders

if TYPE_CHECKING:
    from pyharness.evidence import Evidence
    from pyharness.evidence.conformance import Conformance

__all__ = [
    "Noticed",
    "Watch",
    "notation",
    "observed",
    "packages_of",
    "predicate",
    "untied",
    "unwrapped",
]

P = ParamSpec("P")
T = TypeVar("T")

_HARNESS = __name__.partition(".")[0]

_ORDER = frozenset({"le", "lt", "ge", "gt", "less", "less_equal", "greater", "greater_equal"})
_LOGIC = frozenset("""
    eq ne not_equal equal and or xor invert all any where isnan isinf isfinite logical_and
    logical_or logical_xor logical_not bitwise_and bitwise_or bitwise_xor bitwise_not
""".split())  # fmt: skip
_EXACT = frozenset({"neg", "negative", "abs", "absolute", "pos", "positive"})
_CONVERSIONS = frozenset("""
    to double float short int long bool byte char type as_tensor tensor asarray from_numpy item
    tolist numpy index get len numel dim size is_floating_point element_size cpu set_grad_enabled
""".split())  # fmt: skip
_SHAPES = frozenset("""
    view reshape flatten unflatten ravel unsqueeze squeeze expand expand_as broadcast_tensors
    broadcast_to movedim moveaxis transpose permute swapaxes t stack cat concat getitem setitem iter
    split chunk unbind select narrow index_select take gather nonzero count_nonzero argwhere arange
    cartesian_prod meshgrid clone contiguous detach zeros ones full empty eye zeros_like ones_like
    full_like empty_like new_zeros new_ones new_full new_tensor repeat repeat_interleave tile flip
    roll diagonal diag masked_fill masked_select unfold
""".split())  # fmt: skip
_OF_ANY_NUMBERS = _ORDER | _LOGIC | _EXACT | _CONVERSIONS | _SHAPES
_OF_INTEGERS = frozenset("""
    add radd iadd sub rsub isub subtract mul rmul imul multiply square sum cumsum prod
""".split())  # fmt: skip

_COMPUTING = frozenset({"random", "statistics"})
"""Modules of the standard library whose functions are not looked through."""

_BUILTINS = frozenset({"max", "min", "round", "pow", "divmod"})
"""Functions of Python that compute more than an elementary operation does."""


# -------------------------------------------------------------------------------------- in the pack
def predicate(function: Callable[P, T]) -> Callable[P, T]:
    """Mark a function of a pack as a predicate: True where the claim holds.

    A predicate that is handed to `sweep`, `search`, `enumerate_cases`, `of_values` or `of_blocks`
    is known to be one. Mark those that an evidence function calls itself, or that another predicate
    calls. See the module for what a predicate may compute with.

    Example:
        >>> @predicate
        ... def is_extensive(z, q):
        ...     return relu(z, q) >= q
    """

    @functools.wraps(function)
    def call(*args: P.args, **kwargs: P.kwargs) -> T:
        return observed(function)(*args, **kwargs)

    return notation(call)


def notation(function: Callable[P, T]) -> Callable[P, T]:
    """Mark a function of a pack that only says something in other words, such as a conversion.

    What it calls counts as if the predicate called it.
    """
    unwrapped(function).__dict__["_is_notation"] = True
    return function


def unwrapped(function: Any) -> Any:
    """Return a function without its decorators, as far as these say what they wrap."""
    while hasattr(function, "__wrapped__"):
        function = function.__wrapped__
    return function


# ------------------------------------------------------------------------------------------ noticed
def packages_of(packs: Iterable[str]) -> set[str]:
    """Return the top-level packages of modules of packs; of one that ships with the harness, whose
    own functions are looked through, the module alone.
    """
    return {name if name.startswith(f"{_HARNESS}.") else name.partition(".")[0] for name in packs}


@dataclass(frozen=True)
class Noticed:
    """What the predicates behind one piece of evidence computed with.

    Attributes:
        watched: whether a predicate was called at all.
        called: the tied functions that were called, by dotted name.
        beyond: what else of the pack was called that needs a tie, by dotted name.
        foreign: what else was called of torch or of another package, by dotted name.
    """

    watched: bool
    called: tuple[str, ...]
    beyond: tuple[str, ...]
    foreign: tuple[str, ...]

    @classmethod
    def from_json(cls, value: Mapping[str, Any]) -> Self:
        """Return what `dataclasses.asdict` made this of, whether or not it was JSON since."""
        return cls(
            value["watched"], *(tuple(value[name]) for name in ("called", "beyond", "foreign"))
        )


_WATCH: ContextVar[Watch | None] = ContextVar("watch", default=None)


def observed(function: Callable[P, T]) -> Callable[P, T]:
    """Return a predicate that notes what it computes with, where evidence is gathered."""

    @functools.wraps(function)
    def call(*args: P.args, **kwargs: P.kwargs) -> T:
        watch = _WATCH.get()
        if watch is None:
            return function(*args, **kwargs)
        with watch.inside(unwrapped(function)):
            return function(*args, **kwargs)

    return call


class Watch:
    """Notes what predicates compute with.

    Args:
        measures: what ties functions to Lean.
        packages: the top-level packages of the pack.
    """

    def __init__(self, measures: Iterable[Conformance], packages: Collection[str]) -> None:
        functions = [entry.function for entry in measures]
        # By their ids: to hash code, all of it is read.
        self._tied = {
            id(function.__code__): (function.__code__, dotted_name(function))
            for function in functions
            if isinstance(function, types.FunctionType)
        }
        self._transparent: dict[int, types.CodeType] = {}
        self._operations = {
            _operation(function): dotted_name(function)
            for function in functions
            if not isinstance(function, types.FunctionType)
        }
        self._packages = frozenset(packages)
        self._depth = 0
        self._forget()

    def _forget(self) -> None:
        self._watched = False
        self._called: set[str] = set()
        self._beyond: set[str] = set()
        self._foreign: set[str] = set()

    @contextmanager
    def active(self) -> Iterator[None]:
        """Watch every predicate that this thread calls within this context."""
        token = _WATCH.set(self)
        try:
            yield
        finally:
            _WATCH.reset(token)

    def take(self) -> Noticed:
        """Return what was noticed since the last time."""
        names = (self._called, self._beyond, self._foreign)
        found = Noticed(self._watched, *(tuple(sorted(some)) for some in names))
        self._forget()
        return found

    @contextmanager
    def inside(self, function: Callable[..., Any]) -> Iterator[None]:
        """Note what happens in this context, which is a call of a predicate."""
        if self._depth:
            yield
            return
        self._watched = True
        self._depth = 1
        calls = _Calls(self, function)
        before = sys.getprofile()
        with _Operations(self, calls):
            sys.setprofile(calls)
            try:
                yield
            finally:
                sys.setprofile(before)
                self._depth = 0

    def tied_code(self, code: types.CodeType) -> bool:
        """Whether this is the code of a tied function; if so, note that it was called."""
        if (found := self._tied.get(id(code))) is None:
            return False
        self._called.add(found[1])
        return True

    def is_transparent(self, code: types.CodeType) -> bool:
        """Whether this code was found to be looked through, and nothing of it to be noted."""
        return self._transparent.get(id(code)) is code

    def looks_through(self, code: types.CodeType) -> None:
        """Remember that this code is looked through, whoever calls it."""
        self._transparent[id(code)] = code

    def operation(self, function: Any, operands: Iterable[Any]) -> None:
        """Note a call of one of torch's functions."""
        name = _operation(function)
        if name in self._operations:
            self._called.add(self._operations[name])
        elif not _is_elementary(name, operands):
            self._foreign.add(f"torch:{name}")

    def of_the_pack(self, name: str) -> None:
        """Note a call of another function of the pack."""
        self._beyond.add(name)

    def of_others(self, name: str) -> None:
        """Note a call of another function of Python's own or of another package."""
        self._foreign.add(name)

    def is_of_the_pack(self, module: str) -> bool:
        """Whether a module is of the pack."""
        return module.partition(".")[0] in self._packages or module in self._packages


class _Calls:
    """A profile function: follows the calls of Python functions from a predicate on."""

    def __init__(self, watch: Watch, function: Callable[..., Any]) -> None:
        self._watch = watch
        self._stack: list[bool] = []
        self._first = getattr(function, "__code__", None)
        self._through: list[tuple[str, str]] = []

    @property
    def opaque(self) -> bool:
        """Whether what happens now is a tied function's own business, or noted already."""
        return bool(self._stack) and self._stack[-1]

    def __call__(self, frame: types.FrameType, event: str, argument: Any) -> None:
        # This runs at every call of a predicate's, so what is asked most often is asked first.
        stack = self._stack
        if event == "return":
            if stack:
                stack.pop()
        elif event == "call":
            if stack and stack[-1]:
                stack.append(True)
            else:
                code = frame.f_code
                stack.append(not self._watch.is_transparent(code) and self._enter(frame))
        elif event == "c_call" and not (stack and stack[-1]):
            self._enter_builtin(frame, argument)

    def _enter(self, frame: types.FrameType) -> bool:
        """Return whether a function that is called now hides what it calls."""
        code, module = frame.f_code, frame.f_globals.get("__name__", "")
        if self._watch.tied_code(code):
            return True
        if code.co_name == "<module>" or module.startswith(("importlib", "_frozen_importlib")):
            return True  # What an import runs is not what the predicate computes.
        if self._watch.is_of_the_pack(module) or _is_of_the_project(module, code.co_filename):
            if code is self._first or self._is_looked_through(code, frame):
                self._through.append((module, code.co_qualname))
                return False
            self._watch.of_the_pack(f"{module}:{code.co_qualname}")
            return True
        if module == "torch._ops":
            # What is called by way of torch.ops is not seen as an operation.
            self._watch.of_others(f"torch:ops.{frame.f_locals.get('self', '')}")
            return True
        if module.partition(".")[0] in _TRANSPARENT and module not in _COMPUTING:
            self._watch.looks_through(code)
            return False
        self._watch.of_others(f"{module}:{code.co_qualname}")
        return True

    def _is_looked_through(self, code: types.CodeType, frame: types.FrameType) -> bool:
        if code.co_filename.startswith("<") and code.co_name.startswith("__"):
            return True  # Made by the standard library, such as a dataclass's __init__.
        module = frame.f_globals.get("__name__", "")
        outer, _, _ = code.co_qualname.rpartition(".<locals>.")
        if outer and (module, outer) in self._through:
            return True
        function = _by_qualname(frame.f_globals, code.co_qualname)
        found = unwrapped(function)
        return getattr(found, "__code__", None) is code and vars(found).get("_is_notation", False)

    def _enter_builtin(self, frame: types.FrameType, function: Any) -> None:
        if not (module := getattr(function, "__module__", None)):
            return
        top, name = module.partition(".")[0], getattr(function, "__name__", "")
        if not (top == "builtins" and name in _BUILTINS) and top not in ("math", "cmath", "numpy"):
            return
        here = frame.f_globals.get("__name__", "")
        if self._watch.is_of_the_pack(here) or _is_of_the_project(here, frame.f_code.co_filename):
            self._watch.of_others(f"{module}:{name}")


class _Operations(TorchFunctionMode):
    """Sees every call of a torch function."""

    def __init__(self, watch: Watch, calls: _Calls) -> None:
        super().__init__()
        self._watch, self._calls = watch, calls

    def __torch_function__(
        self,
        func: Any,
        types: Any,
        args: Sequence[Any] = (),
        kwargs: Mapping[str, Any] | None = None,
    ) -> Any:
        kwargs = kwargs or {}
        if not self._calls.opaque:
            self._watch.operation(func, (*args, *kwargs.values()))
        return func(*args, **kwargs)


def require_measurable(function: Any, definition: str) -> None:
    """Check that a function can be told apart from others while evidence is gathered.

    Raises:
        UsageError: if it is neither a function of torch nor a plain function whose every argument
            is one that checks vary.
    """
    what = f"the function measured for {definition}"
    if not isinstance(function, types.FunctionType):
        if getattr(torch, getattr(function, "__name__", ""), None) is not function:
            raise UsageError(
                f"{what} is {function!r}: measure a function that is defined with def at the top "
                "of a module, or one of torch's own"
            )
        return
    if function.__closure__ or "<locals>" in function.__qualname__:
        raise UsageError(
            f"{what}, {function.__qualname__}, is made by another function or a decorator, so that "
            "it cannot be told from others that are made so: define it with def at the top of a "
            "module"
        )
    code = function.__code__
    takes_any = code.co_flags & (inspect.CO_VARARGS | inspect.CO_VARKEYWORDS)
    if function.__defaults__ or function.__kwdefaults__ or takes_any:
        raise UsageError(
            f"{what}, {function.__qualname__}, has arguments that can be left out, so that it may "
            "compute something else than what was checked: give it those arguments alone that its "
            "checks vary"
        )


def _operation(function: Any) -> str:
    """The name of a torch function; all that compare by order have one."""
    name = str(getattr(function, "__name__", function)).strip("_")
    return "le" if name in _ORDER else name


def _is_elementary(name: str, operands: Iterable[Any]) -> bool:
    if name in _OF_ANY_NUMBERS:
        return True
    return name in _OF_INTEGERS and not any(map(_is_real, operands))


def _is_real(value: Any) -> bool:
    if isinstance(value, Tensor):
        return value.is_floating_point() or value.is_complex()
    if isinstance(value, (list, tuple)):
        return any(map(_is_real, value))
    return isinstance(value, (float, complex))


@functools.cache
def _is_of_the_project(module: str, file: str) -> bool:
    """Whether a function outside the pack is the project's own: neither installed nor Python's."""
    installed = file.startswith(tuple(map(str, package_folders())))
    return not installed and module.partition(".")[0] not in _TRANSPARENT


_TRANSPARENT = frozenset({_HARNESS, "torch", "hypothesis", *sys.stdlib_module_names})
"""Packages outside the pack whose functions are looked through: torch's, whose operations are seen
themselves, the harness's own, and the standard library's."""


def _by_qualname(names: Mapping[str, Any], qualname: str) -> Any:
    first, *rest = qualname.split(".")
    found = names.get(first)
    for part in rest:
        found = getattr(found, part, None)
    return found


def dotted_name(function: Any) -> str:
    """Return `module:name` of a function, torch's own included."""
    if isinstance(function, types.FunctionType):
        return f"{function.__module__}:{function.__qualname__}"
    return f"torch:{_operation(function)}"


# ----------------------------------------------------------------------------------- what is untied
def untied(
    measures: Sequence[Conformance], evidence: Sequence[Evidence], noticed: Sequence[Noticed]
) -> tuple[str, ...]:
    """Return what keeps a claim's evidence from being tied to Lean, a sentence for each function;
    nothing if it is tied.

    One piece of evidence is enough that is exhaustive, or on a real model's tensors, and whose
    predicates compute with tied functions alone; every function that is measured must be called
    there. Of several pieces that are not, the one that lacks least is
    reported. A claim without a conformance has nothing tied, which its missing evidence says.

    Args:
        measures: the claim's.
        evidence: the claim's own, without what conformance found.
        noticed: what was noticed while each piece was gathered.
    """
    if not measures:
        return ()
    covering = [
        (piece, found) for piece, found in zip(evidence, noticed, strict=True) if piece.covers
    ]
    lacking = [_lacking(piece, found) for piece, found in covering]
    if [] not in lacking:
        least: list[str] = min(lacking, key=len, default=[])
        return tuple(least)
    tied = {dotted_name(entry.function) for entry in measures}
    called = {
        name
        for (_, found), lacks in zip(covering, lacking, strict=True)
        if not lacks
        for name in found.called
    }
    return tuple(
        f"{name} is measured, and no predicate of such evidence calls it: have one call it, or take "
        "its Conformance out of `measures`"
        for name in sorted(tied - called)
    )


def _lacking(piece: Evidence, found: Noticed) -> list[str]:
    """Say what keeps one piece of evidence from being tied, a sentence each."""
    if not found.watched:
        return [
            f"the predicate behind {piece.domain!r} was not watched: mark it @predicate where it "
            "is defined"
        ]
    return [
        *(
            f"{name} is computed with: tie it by a Conformance in `measures`, or mark it @notation "
            "if it only says the law in other words"
            for name in found.beyond
        ),
        *(
            f"{name} is computed with: tie it, or a function of the pack that calls it, by a "
            "Conformance in `measures`, or use elementary operations on integers instead"
            for name in found.foreign
        ),
    ]
