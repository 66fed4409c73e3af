"""The Silero voice activity detector at 16 kHz: the probability that each 32 ms of sound holds
speech.
"""

from __future__ import annotations

import wave
from pathlib import Path

import torch
from torch import Tensor
from torch.nn import functional

from claims.models.layers import Recorder
from pyharness import UsageError

__all__ = ["read_wave", "speech_probability"]

_CHUNK = 512
"""Samples that one probability is for."""
_CONTEXT = 64
"""Samples of the chunk before, which the model sees again."""
_HOP = 128
"""Samples from one spectral frame to the next."""


def speech_probability(run: Recorder, sound: Tensor) -> Tensor:
    """Return a probability of speech for each 512 samples of `sound`, float32 [⌈samples / 512⌉].

    The forward pass is that of `tinygrad_model.py` in the package silero-vad: a spectrogram by
    convolution, four convolutions with ReLU, an LSTM cell from chunk to chunk, and a linear
    read-out.

    Args:
        run: the weights; those of the LSTM named `lstm_cell.ih.weight`, `lstm_cell.hh.weight` and
            likewise for biases.
        sound: float32 [samples], 16 kHz, in [−1, 1]; the last chunk is filled with zeros.
    """
    sound = functional.pad(sound, (_CONTEXT, -len(sound) % _CHUNK))
    chunks = functional.pad(
        sound.unfold(0, _CONTEXT + _CHUNK, _CHUNK)[:, None], (0, _CONTEXT), mode="reflect"
    )
    real, imaginary = run.conv("stft_conv", chunks, "linear", stride=_HOP).chunk(2, dim=1)
    # A root in float64, rounded, is the nearest float32; MKL's in float32 depends on the processor.
    x = (real.square() + imaginary.square()).double().sqrt().to(real.dtype)
    x = run.conv("conv1", x, "relu", padding=1).relu()
    x = run.conv("conv2", x, "relu", stride=2, padding=1).relu()
    x = run.conv("conv3", x, "relu", stride=2, padding=1).relu()
    x = run.conv("conv4", x, "relu", padding=1).relu().squeeze(-1)
    x = _lstm(run, x).relu()
    return run.conv("final_conv", x[..., None], "sigmoid").sigmoid().flatten()


def _lstm(run: Recorder, x: Tensor) -> Tensor:
    """The hidden state [steps, hidden] after each step of x, [steps, in], starting from zeros."""
    hidden = cell = x.new_zeros(run.weights["lstm_cell.hh.weight"].shape[1])
    states = []
    for from_input in run.linear("lstm_cell.ih", x, "lstm"):
        gates = from_input + run.linear("lstm_cell.hh", hidden, "lstm")
        enter, forget, candidate, out = gates.chunk(4)
        cell = forget.sigmoid() * cell + enter.sigmoid() * candidate.tanh()
        hidden = out.sigmoid() * cell.tanh()
        states.append(hidden)
    return torch.stack(states)


def read_wave(path: Path) -> Tensor:
    """Return the samples of a 16-bit mono 16 kHz WAV file, divided by 32768: float32 [samples].

    Raises:
        UsageError: if the file cannot be read or has another format.
    """
    try:
        with wave.open(str(path)) as file:
            form = (file.getnchannels(), file.getsampwidth(), file.getframerate())
            data = file.readframes(file.getnframes())
    except (OSError, EOFError, wave.Error) as error:
        raise UsageError(f"cannot read {path}: {error}") from error
    if form != (1, 2, 16000):
        raise UsageError(
            f"{path}: expected (channels, bytes a sample, samples a second) (1, 2, 16000), got {form}"
        )
    return torch.frombuffer(bytearray(data), dtype=torch.int16).float() / 32768
