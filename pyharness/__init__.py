"""Ties claims about neural-network quantization to Lean proofs and to evidence on real tensors, and
certifies both.
"""

from __future__ import annotations

__version__ = "0.1.0"
