"""Tests for pyharness.formats.digests."""

from __future__ import annotations

import hashlib

import pytest
import torch
from hypothesis import given, strategies as st

from pyharness.core.errors import UsageError
from pyharness.formats.digests import file_sha256, tensor_ref, tensor_sha256
from tests.strategies import finite_tensors


class TestTensorSha256:
    @pytest.mark.parametrize(
        ("tensor", "hashed"),
        [
            (torch.tensor([1, -2], dtype=torch.int8), b'["int8",[2]]\n\x01\xfe'),
            (torch.tensor([[1], [-2]], dtype=torch.int16), b'["int16",[2,1]]\n\x01\x00\xfe\xff'),
            (torch.tensor(1.0), b'["float32",[]]\n\x00\x00\x80\x3f'),
            (
                torch.tensor([1.0, -0.0], dtype=torch.bfloat16),
                b'["bfloat16",[2]]\n\x80\x3f\x00\x80',
            ),
            (torch.tensor([True, False]), b'["bool",[2]]\n\x01\x00'),
            (
                torch.tensor([1j], dtype=torch.complex64),
                b'["complex64",[1]]\n\x00\x00\x00\x00\x00\x00\x80\x3f',
            ),
            (torch.empty(0, 3), b'["float32",[0,3]]\n'),
        ],
    )
    def test_documented_bytes(self, tensor, hashed):
        """The digest is that of the bytes the docstring describes, spelled out here."""
        assert tensor_sha256(tensor) == hashlib.sha256(hashed).hexdigest()

    @given(finite_tensors())
    def test_views(self, tensor):
        """A non-contiguous view hashes as its contiguous copy."""
        view = tensor.movedim(0, -1) if tensor.dim() else tensor
        assert tensor_sha256(view) == tensor_sha256(view.contiguous().clone())

    def test_lazy_views(self):
        """A conjugate, a negated view and a tensor that needs gradients hash as what they hold."""
        z = torch.tensor([1 + 2j])
        assert tensor_sha256(z.conj()) == tensor_sha256(torch.tensor([1 - 2j]))
        assert tensor_sha256(z.conj().imag) == tensor_sha256(torch.tensor([-2.0]))
        assert tensor_sha256(torch.ones(2, requires_grad=True)) == tensor_sha256(torch.ones(2))

    def test_dtype_and_shape_count(self):
        """Equal bytes with another dtype or shape give another digest."""
        x = torch.zeros(4, dtype=torch.int8)
        same_bytes = [x, x.view(2, 2), x.view(torch.uint8), x.view(torch.int16), x.view(1, 4)]
        assert len({tensor_sha256(y) for y in same_bytes}) == len(same_bytes)

    @given(finite_tensors(min_size=1), st.data())
    def test_any_flipped_bit_counts(self, tensor, data):
        """Changing one bit of one element changes the digest."""
        flipped = tensor.clone()
        index = data.draw(st.integers(0, tensor.numel() - 1))
        flipped.view(-1).view(torch.int32)[index] ^= 1 << data.draw(st.integers(0, 30))
        assert tensor_sha256(flipped) != tensor_sha256(tensor)

    def test_sparse_is_refused(self):
        """A sparse tensor has no plain elements, and the error says what to pass."""
        with pytest.raises(UsageError, match="to_dense"):
            tensor_sha256(torch.eye(2).to_sparse())


def test_tensor_ref():
    """A reference carries the name, the shape, the dtype without `torch.`, and the digest."""
    x = torch.ones(2, 3, dtype=torch.int8)
    ref = tensor_ref("weights", x)
    assert (ref.name, ref.shape, ref.dtype, ref.sha256) == (
        "weights",
        (2, 3),
        "int8",
        tensor_sha256(x),
    )


class TestFileSha256:
    def test_bytes(self, tmp_path):
        """The digest is that of the file's bytes."""
        (tmp_path / "a").write_bytes(b"abc")
        assert file_sha256(tmp_path / "a") == hashlib.sha256(b"abc").hexdigest()

    def test_unreadable(self, tmp_path):
        """A missing file is a usage error that names it."""
        with pytest.raises(UsageError, match="missing"):
            file_sha256(tmp_path / "missing")
