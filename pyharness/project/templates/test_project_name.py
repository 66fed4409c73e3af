"""Tests of the functions that the claims' evidence computes with: `python -m pytest`."""

from __future__ import annotations

import project_name_claims as claims
import pytest
import torch


def test_relu() -> None:
    """A value below the zero point becomes the zero point; others stay."""
    z, q = torch.tensor(-28, dtype=torch.int8), torch.tensor([-128, -28, 5], dtype=torch.int8)
    assert claims.relu(z, q).tolist() == [-28, -28, 5]


def test_predicates() -> None:
    """Each says where its claim holds, also of plain numbers."""
    assert claims.is_extensive(5, 3)
    assert claims.is_identity(3, 5)
    assert not claims.is_identity(5, 3)


def test_a_wrong_relu_is_noticed(monkeypatch: pytest.MonkeyPatch) -> None:
    """The predicate is false of a function that lowers values."""
    monkeypatch.setattr(claims, "relu", torch.minimum)
    assert not claims.is_extensive(3, 5)
