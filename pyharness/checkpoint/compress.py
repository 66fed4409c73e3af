"""Compression of a model's weights to a size asked for, with what it does to the model's embeddings
measured.

    compressed = SemanticQuantizer().compress(model, target_compression=8,
                                              preserve_semantic_coherence=0.9, calibration=inputs)
    print(compressed)

Each large weight gets a number of bits, from 2 to 8, 16 or 32. Fewer bits go where a model's
outputs move least for the bytes that they save, which is measured on every second input; what is
reported is measured on the others. Sizes are those of real buffers of packed bits, with the scales.
"""

from __future__ import annotations

import copy
import math
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field
from os import PathLike
from typing import Any

import torch
from safetensors import SafetensorError
from safetensors.torch import load_file
from torch import Tensor, nn

from pyharness.checkpoint.coherence import Coherence, compare, mean_cosine
from pyharness.checkpoint.packing import (
    Packed,
    pack_rows,
    rounded,
    row_scales,
    size_at,
    to_half,
)
from pyharness.core.errors import UsageError

__all__ = ["Compressed", "SemanticQuantizer"]

Forward = Callable[[Mapping[str, Tensor], Any], Tensor]
Inputs = Tensor | list[Any] | tuple[Any, ...]
"""A model's inputs: a tensor [inputs, …], or each by itself."""

RUNGS = (32, 16, 8, 7, 6, 5, 4, 3, 2)
"""Bits that an entry of a large weight can take: 32 is float32, 16 float16, and below it is a
code."""
LARGE = 1024
"""Weights of fewer entries, or of one dimension, stay in float32."""
POINTS = 12
"""How many sizes, evenly spaced by ratio, are measured between the model's own and the least."""
HALVINGS = 5
"""How often the gap that holds the asked coherence is then halved, for `Compressed.best`."""


@dataclass(frozen=True, eq=False)
class Compressed:
    """A compressed model, and what was measured of it.

    Attributes:
        weights: every tensor of the model by name, floating point ones as float32, as the packed
            ones stand for them.
        packed: the same as they are stored: `Packed`, a float16 tensor, or the tensor itself.
        bits: of each entry, by name: 2 to 8, 16, or that of the tensor itself: 32 for float32.
        bytes_before: of all the floating point tensors in float32, and of the others.
        bytes_after: of the buffers in `packed`.
        target: the compression asked for.
        asked: the coherence asked for.
        most: the greatest compression that there is, with every large weight at its least size.
        coherence: on the inputs by which no bits were chosen.
        best: compression and coherence, of the most compressed of the allocations measured whose
            coherence, on the inputs by which bits are chosen, is at least the one asked for. Asking
            for that compression gives that allocation.
        frontier: compression and coherence on the same inputs of each allocation measured, the
            least compressed first.
        module: a copy of the module that was given, with `weights` loaded; None for a file or a
            mapping.
    """

    weights: Mapping[str, Tensor] = field(repr=False)
    packed: Mapping[str, Packed | Tensor] = field(repr=False)
    bits: Mapping[str, int]
    bytes_before: int
    bytes_after: int
    target: float
    asked: float
    most: float
    coherence: Coherence
    best: tuple[float, float]
    frontier: tuple[tuple[float, float], ...]
    module: nn.Module | None = field(default=None, repr=False)

    @property
    def compression(self) -> float:
        """Return bytes before over bytes after."""
        return self.bytes_before / self.bytes_after

    @property
    def meets_target(self) -> bool:
        """Return whether the compression is at least the one asked for."""
        return self.compression >= self.target

    @property
    def meets_coherence(self) -> bool:
        """Return whether the coherence, on inputs by which nothing was chosen, is at least the one
        asked for.
        """
        return self.coherence.embedding_cosine >= self.asked

    def summary(self) -> str:
        """Say in words what was reached and, where that is less than what was asked for, what can
        be.
        """
        found = self.coherence
        lines = [
            f"{self.bytes_before:,} bytes are now {self.bytes_after:,}: "
            f"{_down(self.compression)} times less."
        ]
        if self.meets_target:
            lines.append(f"The target, {self.target:g} times, is met.")
        else:
            lines.append(
                f"The target, {self.target:g} times, cannot be met: with 2 bits an entry and the scales, "
                f"{_down(self.most)} times is the most."
            )
        lines.append(
            f"Coherence, on {found.inputs} inputs by which nothing was chosen, is {_down(found.embedding_cosine, 4)}: "
            f"at least {self.asked:g} was asked, and this is {'' if self.meets_coherence else 'not '}met."
        )
        if found.agreement is not None:
            lines.append(
                f"The class stays for {found.agreement:.1%} of them; accuracy was {found.accuracy_before:.1%} and "
                f"is {found.accuracy_after:.1%}."
            )
        best, kept = self.best
        if best == 1:
            lines.append(
                f"Nothing smaller than the model itself was found that keeps {self.asked:g}."
            )
        elif best < self.compression:
            lines.append(
                "On the inputs by which bits were chosen, the greatest compression found that keeps "
                f"{self.asked:g} is {_down(best)} times, with a coherence of {_down(kept, 4)}: for it pass "
                f"target_compression={best!r}."
            )
        elif not self.meets_coherence:
            lines.append(
                "It is met on the inputs by which bits were chosen: pass more inputs, or a smaller "
                "target_compression."
            )
        return "\n".join(lines)

    __str__ = summary


def _down(value: float, digits: int = 2) -> str:
    """Rounded down, so that what falls short of a bound is not printed as if it did not."""
    return f"{math.floor(value * 10**digits) / 10**digits:.{digits}f}"


class SemanticQuantizer:
    """Compresses models, each weight with as many bits as its effect on the outputs is found to
    need.
    """

    def compress(
        self,
        model: nn.Module | Mapping[str, Tensor] | str | PathLike[str],
        target_compression: float = 20,
        preserve_semantic_coherence: float = 0.9,
        *,
        calibration: Inputs | None = None,
        forward: Forward | None = None,
        labels: Tensor | None = None,
    ) -> Compressed:
        """Return the model at the compression asked for or, if there is none such, as compressed as
        can be.

        Weights of 1024 entries or more in two dimensions or more are large; the others stay in
        float32. For each large weight the coherence that is lost with it alone at 3 bits is
        measured, and taken to change fourfold a bit, as squared error does. From float32 on, the
        fall in bits that loses least for a byte saved is taken, until the size is small enough;
        what is then left of the size asked for goes to the rises that win most for a byte. That
        costs a pass over half of the inputs for each large weight, and about twenty more.

        The same input gives the same result. Neither the model nor its weights are changed.

        Args:
            model: a module; or weights by name, or the path of a safetensors file of them, and then
                `forward` is needed. A module runs in evaluation mode; its parameters are
                compressed, and its buffers left alone.
            target_compression: over 1: bytes of the model in float32 over bytes compressed. Since 2
                bits with a scale are the least for an entry, 16 or more cannot be met.
            preserve_semantic_coherence: 0 to 1, the least `Coherence.embedding_cosine` that will
                do. It does not change what is returned, only what is said of it, in
                `meets_coherence`, `best` and `summary`.
            calibration: 4 inputs or more: a tensor [inputs, …], or a list if `forward` takes that.
                Bits are chosen on the first, the third and so on; what is reported is of the
                others.
            forward: returns the embeddings [inputs, …], given the weights by name and some of the
                inputs, `calibration[0::2]` or `calibration[1::2]`. For a module it replaces
                model(inputs).
            labels: int64 [inputs]: the classes, where the embeddings are scores of classes.

        Raises:
            UsageError: if an argument is out of its range, the file cannot be read, a weight or an
                embedding holds NaN or infinities, an embedding is 0, or no weight is large.
        """
        if not 1 < target_compression < math.inf:
            raise UsageError(
                f"target_compression must be a number over 1, such as 8, not {target_compression!r}"
            )
        if not 0 <= preserve_semantic_coherence <= 1:
            raise UsageError(
                f"preserve_semantic_coherence must be from 0 to 1, not {preserve_semantic_coherence!r}"
            )
        calibration = _checked(calibration, labels)
        weights = _read(model)
        if forward is None:
            if not isinstance(model, nn.Module):
                raise UsageError(
                    "weights alone do not run: pass forward=, which takes the weights by name and inputs and "
                    "returns embeddings [inputs, d], or pass an nn.Module"
                )
            forward = _call(model)
        large = {name: value for name, value in weights.items() if _is_large(value)}
        if not large:
            raise UsageError(
                f"no weight has {LARGE} entries or more in two dimensions or more, so there is none to quantize"
            )
        with torch.no_grad():
            search = _Search(weights, large, forward, calibration[0::2])
            bits = search.allocate(target_compression)
            frontier, best = search.explore(bits, preserve_semantic_coherence)
            packed = {name: _store(value, bits.get(name, 32)) for name, value in weights.items()}
            final = {name: _restore(value) for name, value in packed.items()}
            held_out = calibration[1::2]
            before, after = (
                _embed(forward, weights, held_out),
                _embed(forward, final, held_out, original=False),
            )
            coherence = compare(
                before, after, None if labels is None else labels[1::2].to(before.device)
            )
            return Compressed(
                weights=final,
                packed=packed,
                bits={
                    name: bits.get(name, 8 * value.element_size())
                    for name, value in weights.items()
                },
                bytes_before=search.bytes_before,
                bytes_after=sum(value.nbytes for value in packed.values()),
                target=target_compression,
                asked=preserve_semantic_coherence,
                most=search.bytes_before / search.bytes_least,
                coherence=coherence,
                best=best,
                frontier=frontier,
                module=_load(model, final) if isinstance(model, nn.Module) else None,
            )


class _Search:
    """The allocations of bits to the large weights, and their coherence on the inputs given."""

    def __init__(
        self,
        weights: Mapping[str, Tensor],
        large: Mapping[str, Tensor],
        forward: Forward,
        inputs: Any,
    ) -> None:
        self._weights, self._large, self._forward, self._inputs = weights, large, forward, inputs
        self._embedding = _embed(forward, weights, inputs)
        self._scales: dict[tuple[str, int], Tensor] = {}
        self._last: dict[str, tuple[int, Tensor]] = {}
        self._sizes = {
            name: {bits: size_at(value, bits) for bits in RUNGS} for name, value in large.items()
        }
        self.bytes_before = sum(value.nbytes for value in weights.values())
        self._small = self.bytes_before - sum(value.nbytes for value in large.values())
        self.bytes_least = self._small + sum(min(sizes.values()) for sizes in self._sizes.values())
        self._losses = {name: self._measure(name) for name in large}
        self._path = tuple(self._descend())

    def size(self, bits: Mapping[str, int]) -> int:
        """Bytes of the model."""
        return self._small + sum(self._sizes[name][rung] for name, rung in bits.items())

    def coherence(self, bits: Mapping[str, int]) -> float:
        """Measured on the inputs; weights that `bits` does not name are in float32."""
        values = {name: self._value(name, bits.get(name, 32)) for name in self._large}
        return mean_cosine(
            self._embedding,
            _embed(self._forward, {**self._weights, **values}, self._inputs, original=False),
        )

    def allocate(self, target: float) -> dict[str, int]:
        """Bits for at least this compression, if any give it: from float32 down, then up again
        while there is room.
        """
        bits, size = dict.fromkeys(self._large, 32), self.bytes_before
        for name, rung, grown in self._path:
            if self.bytes_before / size >= target:
                break
            bits[name], size = rung, size + grown
        while True:
            rises = [
                (loss / grown, -grown, name, rung)
                for name, rung, loss, grown in self._changes(bits)
                if loss < 0 < grown and self.bytes_before / (size + grown) >= target
            ]
            if not rises:
                return bits
            _, grown, name, rung = min(rises, key=lambda rise: rise[:2])
            bits[name], size = rung, size - grown

    def explore(
        self, chosen: dict[str, int], asked: float
    ) -> tuple[tuple[tuple[float, float], ...], tuple[float, float]]:
        """`Compressed.frontier` and `Compressed.best`."""
        found = {1.0: 1.0}

        def measure(bits: Mapping[str, int]) -> None:
            compression = self.bytes_before / self.size(bits)
            if compression not in found:
                found[compression] = self.coherence(bits)

        most = self.bytes_before / self.bytes_least
        for step in range(1, POINTS + 1):
            measure(self.allocate(most ** (step / POINTS)))
        measure(chosen)
        for _ in range(HALVINGS):
            best = max(compression for compression, value in found.items() if value >= asked)
            beyond = [compression for compression in found if compression > best]
            if beyond:
                measure(self.allocate(math.sqrt(best * min(beyond))))
        best = max(compression for compression, value in found.items() if value >= asked)
        return tuple(sorted(found.items())), (best, found[best])

    def _descend(self) -> Iterator[tuple[str, int, int]]:
        """Falls in bits from float32 to the least size: a weight's name, its rung and the bytes
        added, which are negative.
        """
        bits = dict.fromkeys(self._large, 32)
        while falls := [
            (loss / -grown, grown, name, rung)
            for name, rung, loss, grown in self._changes(bits)
            if grown < 0
        ]:
            _, grown, name, rung = min(falls, key=lambda fall: fall[:2])
            bits[name] = rung
            yield name, rung, grown

    def _changes(self, bits: Mapping[str, int]) -> list[tuple[str, int, float, int]]:
        """Every change of one weight's bits: its name, the rung, the loss added and the bytes
        added.
        """
        return [
            (
                name,
                rung,
                self._losses[name][rung] - self._losses[name][now],
                sizes[rung] - sizes[now],
            )
            for (name, now), sizes in zip(bits.items(), self._sizes.values(), strict=True)
            for rung in RUNGS
            if rung != now
        ]

    def _measure(self, name: str) -> dict[int, float]:
        """The coherence lost with one weight at each rung, the others in float32: measured at 3
        bits, fourfold a bit.
        """
        loss = max(0.0, 1 - self.coherence({name: 3}))
        return {rung: 0.0 if rung == 32 else loss / 4.0 ** (rung - 3) for rung in RUNGS}

    def _value(self, name: str, rung: int) -> Tensor:
        """A large weight at a rung, float32."""
        weight = self._large[name]
        if rung == 32:
            return weight
        if self._last.get(name, (None,))[0] != rung:
            if rung < 16 and (name, rung) not in self._scales:
                self._scales[name, rung] = row_scales(weight, rung)
            value = (
                to_half(weight).float()
                if rung == 16
                else rounded(weight, self._scales[name, rung], rung)
            )
            self._last[name] = rung, value
        return self._last[name][1]


def _checked(calibration: Inputs | None, labels: Tensor | None) -> Inputs:
    """Return the inputs, if there are enough and each has its label."""
    if calibration is None or not (
        isinstance(calibration, (list, tuple)) or bool(getattr(calibration, "shape", ()))
    ):
        raise UsageError(
            "coherence is measured, so pass calibration=, a tensor [inputs, …] or a list, of 4 inputs or more"
        )
    count = len(calibration)
    if count < 4:
        raise UsageError(
            f"calibration has {count} inputs; pass 4 or more: half choose the bits and half measure them"
        )
    if labels is not None and not (
        isinstance(labels, Tensor) and labels.shape == (count,) and labels.dtype == torch.int64
    ):
        raise UsageError(f"labels must be an int64 tensor [{count}], the class of each input")
    return calibration


def _is_large(value: Tensor) -> bool:
    return value.is_floating_point() and value.dim() > 1 and value.numel() >= LARGE


def _read(model: nn.Module | Mapping[str, Tensor] | str | PathLike[str]) -> dict[str, Tensor]:
    """The weights by name, floating point ones in float32."""
    if isinstance(model, nn.Module):
        found: Mapping[str, Tensor] = dict(model.named_parameters())
    elif isinstance(model, Mapping):
        found = model
    elif not isinstance(model, (str, PathLike)):
        raise UsageError(
            f"a model is an nn.Module, a mapping of tensors by name, or a file's path, not {type(model).__name__}"
        )
    else:
        try:
            found = load_file(model)
        except (OSError, SafetensorError) as error:
            raise UsageError(
                f"{model} cannot be read as a safetensors file ({error}); check the path"
            ) from error
    weights = {
        name: value.detach().float() if value.is_floating_point() else value
        for name, value in found.items()
    }
    for name, value in weights.items():
        if not bool(torch.isfinite(value).all()):
            raise UsageError(
                f"{name} holds NaN or infinities, or values over float32's largest; only finite weights can be "
                "quantized, so replace them first"
            )
    return weights


def _call(model: nn.Module) -> Forward:
    """How a module computes with other weights, in their own dtypes, and in evaluation mode."""
    runner = copy.deepcopy(model).eval()
    dtypes = {name: value.dtype for name, value in model.named_parameters()}

    def forward(weights: Mapping[str, Tensor], inputs: Any) -> Tensor:
        embeddings: Tensor = torch.func.functional_call(
            runner, {name: value.to(dtypes[name]) for name, value in weights.items()}, (inputs,)
        )
        return embeddings

    return forward


def _load(model: nn.Module, weights: Mapping[str, Tensor]) -> nn.Module:
    module = copy.deepcopy(model)
    for name, value in module.named_parameters():
        value.copy_(weights[name])
    return module


def _embed(
    forward: Forward, weights: Mapping[str, Tensor], inputs: Any, *, original: bool = True
) -> Tensor:
    """Embeddings as float64 [inputs, d]; a compressed model's that are not finite become 0."""
    output = forward(weights, inputs)
    if not isinstance(output, Tensor) or output.dim() < 2 or len(output) != len(inputs):
        shape = tuple(output.shape) if isinstance(output, Tensor) else type(output).__name__
        raise UsageError(
            f"the model must return a tensor [inputs, d] for {len(inputs)} inputs, not {shape}; pass a forward= "
            "that does"
        )
    output = output.detach().flatten(1).double()
    usable = torch.isfinite(output).all(1)
    if original and not bool((usable & output.any(1)).all()):
        index = int((~(usable & output.any(1))).nonzero()[0])
        raise UsageError(
            f"the model's embedding of one of the inputs, number {index} of this half, is 0 or not finite, so it "
            "has no cosine; leave that input out"
        )
    return output.where(usable[:, None], 0)


def _store(value: Tensor, bits: int) -> Packed | Tensor:
    if not value.is_floating_point() or bits == 32:
        return value.clone()
    return to_half(value) if bits == 16 else pack_rows(value, bits)


def _restore(value: Packed | Tensor) -> Tensor:
    if isinstance(value, Packed):
        return value.unpack()
    return value.float() if value.is_floating_point() else value
