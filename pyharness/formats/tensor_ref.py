"""What evidence names a tensor by; apart from the digests, which need torch."""

from __future__ import annotations

from dataclasses import dataclass

__all__ = ["TensorRef"]


@dataclass(frozen=True)
class TensorRef:
    """Names one tensor by content; `sha256` is that of `formats.digests.tensor_sha256`."""

    name: str
    shape: tuple[int, ...]
    dtype: str
    sha256: str
