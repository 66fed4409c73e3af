"""What is noticed of the functions that predicates compute with, and what is said of the untied."""

from __future__ import annotations

import functools
import heapq
import importlib
import re
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import Any, cast

import pytest
import torch
from torch import Tensor

from pyharness import (
    INT8,
    Conformance,
    Evidence,
    UsageError,
    enumerate_cases,
    notation,
    of_values,
    predicate,
    sweep,
)
from pyharness.evidence.ties import Noticed, Watch, observed, untied

HERE = __name__
SWEEP = Evidence("exhaustive", "a domain", 1, 0, "one")
REST = "tie it by a Conformance in `measures`, or mark it @notation if it only says the law in other words"
FOREIGN = (
    "tie it, or a function of the pack that calls it, by a Conformance in `measures`, or use "
    "elementary operations on integers instead"
)


# ------------------------------------------------------------------------------------ a small pack
@notation
def whole(x: Tensor | int) -> Tensor:
    return torch.as_tensor(x).long()


def tied(x: Tensor) -> Tensor:
    return helper(x).clamp(min=0)


def helper(x: Tensor) -> Tensor:
    return x


def loose(x: Tensor) -> Tensor:
    return x + 1


def of_float(x: Tensor) -> Tensor:
    return x.double() + 0.5


TABLE: dict[str, Callable[[Tensor], Tensor]] = {"loose": loose, "lambda": lambda x: x + 1}
PARTIAL = functools.partial(loose)


class Pack:
    loose = staticmethod(loose)


class Shifted:
    def forward(self, x: Tensor) -> Tensor:
        return x


def with_default(x: Tensor, shift: int = 0) -> Tensor:
    return x + shift


def with_any(*x: Tensor) -> Tensor:
    return x[0]


def closing_over(function: Callable[[Tensor], Tensor]) -> Callable[[Tensor], Tensor]:
    def call(x: Tensor) -> Tensor:
        return function(x)

    return call


def made_by_text() -> Callable[[Tensor], Tensor]:
    names: dict[str, Any] = {"__name__": HERE}
    exec("def made(x):\n    return x.clamp(min=0)\n", names)
    return cast(Callable[[Tensor], Tensor], names["made"])


MADE = made_by_text()
CLOSURE = closing_over(loose)
TIED = Conformance("Demo.tied", tied, ())
MINIMUM = Conformance("Demo.min", torch.minimum, ())
LE = Conformance("Demo.le", torch.le, ())


def directly(x: Tensor | int) -> Tensor:
    return loose(whole(x)) > 0


def by_getattr(x: Tensor | int) -> Tensor:
    return getattr(Pack, "lo" + "ose")(whole(x)) > 0


def by_table(x: Tensor | int) -> Tensor:
    return TABLE["loose"](whole(x)) > 0


def by_lambda(x: Tensor | int) -> Tensor:
    return TABLE["lambda"](whole(x)) > 0


def by_closure(x: Tensor | int) -> Tensor:
    return CLOSURE(whole(x)) > 0


def by_partial(x: Tensor | int) -> Tensor:
    return PARTIAL(whole(x)) > 0


def in_a_comprehension(x: Tensor | int) -> bool:
    return all(bool((loose(value) > 0).all()) for value in [whole(x)])


def through_notation(x: Tensor | int) -> Tensor:
    return restated(x) > 0


@notation
def restated(x: Tensor | int) -> Tensor:
    return loose(whole(x))


def clamps(x: Tensor | int) -> Tensor:
    return torch.clamp(whole(x), min=0) >= 0


def adds_floats(x: Tensor | int) -> Tensor:
    return whole(x).double() + 0.5 > 0


def takes_a_minimum(x: Tensor | int) -> bool:
    return min(whole(x).flatten().tolist()) < 1000


def calls_another_law(x: Tensor | int) -> Tensor:
    return unmarked(x)


def unmarked(x: Tensor | int) -> Tensor:
    return whole(x) == whole(x)


@predicate
def marked(x: Tensor | int) -> Tensor:
    return tied(whole(x)) >= 0


def calls_a_marked_law(x: Tensor | int) -> Tensor:
    return marked(x)


def is_elementary(x: Tensor | int) -> Tensor:
    k = whole(x)
    pairs = torch.stack(torch.broadcast_tensors(k, -k), -1)
    inside = (pairs.sum(-1) == 0) & ~(k * k - k.abs().square() != 0) | (k > 3)
    return inside & (tied(k) >= 0) & torch.tensor([value == value for value in [1]]).all()


def is_trivial(x: Tensor | int) -> Tensor:
    return whole(x) == whole(x)


def by_text(x: Tensor | int) -> Tensor:
    return MADE(whole(x)) >= 0


def by_torch_ops(x: Tensor | int) -> Tensor:
    return cast(Tensor, torch.ops.aten.clamp(whole(x), 0)) >= 0


def is_bounded(x: Tensor | int) -> Tensor:
    return torch.minimum(whole(x), whole(0)) <= 0


# -------------------------------------------------------------------------------------------- tests
def notice(law: Callable[..., object], *measures: Conformance) -> Noticed:
    """What is noticed of a law at some integers."""
    watch = Watch(measures, {HERE.partition(".")[0]})
    with watch.active():
        observed(law)(x=torch.arange(-3, 4))
    return watch.take()


def said(law: Callable[..., object], *measures: Conformance) -> tuple[str, ...]:
    """What is said of evidence by a law."""
    return untied(measures, [SWEEP], [notice(law, *measures)])


class TestWatch:
    @pytest.mark.parametrize(
        "law",
        [
            directly,
            by_getattr,
            by_table,
            by_partial,
            in_a_comprehension,
            through_notation,
        ],
    )
    def test_a_function_of_the_pack(self, law: Callable[..., object]) -> None:
        """However a predicate reaches a function of the pack, it is noticed."""
        assert notice(law, TIED).beyond == (f"{HERE}:loose",)

    @pytest.mark.parametrize(
        ("law", "name"),
        [
            (by_lambda, "<lambda>"),
            (by_closure, "closing_over.<locals>.call"),
            (calls_another_law, "unmarked"),
            (by_text, "made"),
        ],
    )
    def test_what_has_no_mark(self, law: Callable[..., object], name: str) -> None:
        """A lambda, a closure and another predicate are functions of the pack like any other."""
        assert notice(law, TIED).beyond == (f"{HERE}:{name}",)

    @pytest.mark.parametrize(
        ("law", "name"),
        [
            (clamps, "torch:clamp"),
            (adds_floats, "torch:add"),
            (takes_a_minimum, "builtins:min"),
            (is_bounded, "torch:minimum"),
            (by_torch_ops, "torch:ops.aten.clamp"),
        ],
    )
    def test_a_function_outside_the_pack(self, law: Callable[..., object], name: str) -> None:
        """An operation of torch that is not elementary, or is not exact, is noticed, and so is what
        Python computes.
        """
        assert notice(law, TIED).foreign == (name,)

    @pytest.mark.parametrize("law", [is_elementary, calls_a_marked_law])
    def test_what_needs_no_tie(self, law: Callable[..., object]) -> None:
        """Tied functions with all that they call, notation, marked predicates and elementary
        operations on integers need nothing else.
        """
        assert notice(law, TIED) == Noticed(True, (f"{HERE}:tied",), (), ())

    def test_what_is_looked_through_is_so_each_time(self) -> None:
        """What a function of the standard library calls is noticed, whoever called it before."""

        def law(x: Tensor | int) -> bool:
            return heapq.nsmallest(1, [1], key=str) == [1] and bool(
                heapq.nsmallest(1, [whole(x)], key=loose)
            )

        assert notice(law, TIED).beyond == (f"{HERE}:loose",)

    def test_a_module_beside_the_pack(
        self, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        """What a project has beside its pack is the project's own, whatever it is called."""
        (tmp_path / "beside_the_pack.py").write_text("def loose(x):\n    return x + 1\n")
        monkeypatch.syspath_prepend(tmp_path)
        beside = importlib.import_module("beside_the_pack")

        def law(x: Tensor | int) -> Tensor:
            return beside.loose(whole(x)) > 0

        assert notice(law, TIED).beyond == ("beside_the_pack:loose",)

    def test_operations_of_torch_can_be_tied(self) -> None:
        """A comparison is tied by whatever name it is called, and does not stand for all of
        torch.
        """
        found = notice(is_bounded, LE, MINIMUM)
        assert found == Noticed(True, ("torch:le", "torch:minimum"), (), ())

    def test_each_piece_by_itself(self) -> None:
        """What was noticed is taken, and forgotten."""
        watch = Watch([TIED], {HERE.partition(".")[0]})
        with watch.active():
            observed(directly)(x=1)
            assert watch.take().beyond
            observed(is_elementary)(x=1)
            assert not watch.take().beyond
        assert not watch.take().watched

    def test_nothing_is_watched_elsewhere(self) -> None:
        """Outside of a gathering a predicate is simply called."""
        watch = Watch([TIED], {HERE.partition(".")[0]})
        assert bool(marked(1))
        assert not watch.take().watched

    @pytest.mark.parametrize(
        "ask",
        [
            lambda: sweep(directly, {"x": INT8}, domain="d", summary="s"),
            lambda: enumerate_cases(directly, [{"x": 1}], domain="d", summary="s"),
            lambda: of_values(directly, "x").probe(),
            lambda: predicate(directly)(1),
        ],
    )
    def test_predicates_that_are_known(self, ask: Callable[[], object]) -> None:
        """A predicate that is handed to the harness, or marked, is watched."""
        watch = Watch([TIED], {HERE.partition(".")[0]})
        with watch.active():
            ask()
        assert watch.take().beyond == (f"{HERE}:loose",)

    def test_json(self) -> None:
        """What was noticed can be kept."""
        found = notice(directly, TIED)
        assert Noticed.from_json({**vars(found), "called": [*found.called]}) == found


class TestUntied:
    def test_tied(self) -> None:
        """Nothing is said of what is tied."""
        assert said(is_elementary, TIED) == ()

    def test_of_the_pack(self) -> None:
        """The function is named, with what to write."""
        assert said(directly, TIED) == (f"{HERE}:loose is computed with: {REST}",)

    def test_idle(self) -> None:
        """A function that is measured must be called where the evidence covers the claim; a call
        elsewhere does not count.
        """
        idle = (
            f"{HERE}:tied is measured, and no predicate of such evidence calls it: have one call "
            "it, or take its Conformance out of `measures`"
        )
        assert said(is_trivial, TIED) == (idle,)
        sampled = replace(SWEEP, kind="property")
        both = [notice(is_trivial, TIED), notice(is_elementary, TIED)]
        assert untied([TIED], [SWEEP, sampled], both) == (idle,)
        assert untied([TIED], [SWEEP, SWEEP], both) == ()

    def test_foreign(self) -> None:
        """An operation of torch cannot be marked, so its sentence is another."""
        assert said(clamps, TIED)[0] == f"torch:clamp is computed with: {FOREIGN}"

    def test_unwatched(self) -> None:
        """A predicate that an evidence function calls itself must be marked."""
        watch = Watch([TIED], {HERE.partition(".")[0]})
        with watch.active():
            unmarked(1)
        assert untied([TIED], [SWEEP], [watch.take()])[0] == (
            "the predicate behind 'a domain' was not watched: mark it @predicate where it is defined"
        )

    def test_one_piece_is_enough(self) -> None:
        """Of several pieces of evidence the one counts that lacks least, if it covers the claim."""
        good, bad = notice(is_elementary, TIED), notice(directly, TIED)
        assert untied([TIED], [SWEEP, SWEEP], [bad, good]) == ()
        sampled = replace(SWEEP, kind="property")
        assert untied([TIED], [SWEEP, sampled], [bad, good])[0].startswith(f"{HERE}:loose ")

    def test_without_a_conformance(self) -> None:
        """A claim that measures nothing lacks evidence, which is said elsewhere."""
        assert untied([], [SWEEP], [notice(directly)]) == ()


class TestMeasurable:
    """Which functions a Conformance can stand for."""

    @pytest.mark.parametrize("function", [tied, torch.minimum, torch.le])
    def test_plain_ones(self, function: Callable[..., object]) -> None:
        """Functions at the top of a module, and torch's own."""
        assert Conformance("Demo.f", function, ()).function is function

    @pytest.mark.parametrize(
        ("function", "words"),
        [
            (CLOSURE, "is made by another function or a decorator"),
            (marked, "is made by another function or a decorator"),
            (Shifted().forward, "measure a function that is defined with def"),
            (PARTIAL, "measure a function that is defined with def"),
            (torch.nn.ReLU(), "measure a function that is defined with def"),
            (max, "measure a function that is defined with def"),
            (with_default, "has arguments that can be left out"),
            (with_any, "has arguments that can be left out"),
        ],
    )
    def test_others(self, function: Callable[..., object], words: str) -> None:
        """One that cannot be told from another, or has arguments that no check varies."""
        with pytest.raises(UsageError, match=words):
            Conformance("Demo.f", function, ())

    @pytest.mark.parametrize(
        ("checks", "words"), [(5, "write (check,), with the comma"), ([5], "which is none")]
    )
    def test_checks(self, checks: Any, words: str) -> None:
        """They are several, and each writes theorems."""
        with pytest.raises(UsageError, match=re.escape(words)):
            Conformance("Demo.f", tied, checks)
