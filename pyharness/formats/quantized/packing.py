"""Codes of a few bits that are packed into words of 32 bits."""

from __future__ import annotations

import torch
from torch import Tensor

from pyharness.formats.quantized.rows import read_rows
from pyharness.formats.stored import Stored

__all__ = ["read_packed_down", "unpack", "words_for"]


def words_for(count: int, bits: int) -> int:
    """Return how many words hold so many codes, packed densely."""
    return -(-count * bits // 32)


def unpack(words: Tensor, bits: int) -> Tensor:
    """Unpack codes that follow each other without a gap, low bits first, so that one may lie in two
    words.

    Args:
        words: int32 or uint32, [rows, words].
        bits: 1 to 8.

    Returns:
        int16, [rows, 32 · words // bits], from 0 on.

    Example:
        >>> unpack(torch.tensor([[0x76543210]], dtype=torch.int32), 4).tolist()
        [[0, 1, 2, 3, 4, 5, 6, 7]]
    """
    octets = words.reshape(-1).view(torch.uint8).reshape(len(words), -1)
    mask = (1 << bits) - 1
    if 8 % bits == 0:
        shifts = torch.arange(0, 8, bits, dtype=torch.uint8)
        codes = (octets.unsqueeze(-1) >> shifts) & mask
        return codes.reshape(len(words), -1).to(torch.int16)
    first = torch.arange(8 * octets.shape[1] // bits) * bits
    # A code lies in two bytes at most; a zero is put after the last byte.
    wide = torch.nn.functional.pad(octets.to(torch.int32), (0, 1))
    pairs = wide[:, first // 8] | wide[:, first // 8 + 1] << 8
    return ((pairs >> first % 8) & mask).to(torch.int16)


def read_packed_down(stored: Stored, start: int, stop: int, bits: int) -> Tensor:
    """Read some rows of codes that are packed along the first of two axes.

    Args:
        stored: int32, [words for all rows, columns].
        start: the first row of codes.
        stop: the row after the last one.
        bits: 1 to 8.

    Returns:
        int16, [stop − start, columns], from 0 on.
    """
    # 32 codes end where a word does.
    first, last = start // 32 * bits, -(-stop // 32) * bits
    words = read_rows(stored, first, min(last, stored.shape[0]), stored.shape[1])
    skipped = start % 32
    return unpack(words.T, bits).T[skipped : skipped + stop - start]
