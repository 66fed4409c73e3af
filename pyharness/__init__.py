"""Ties claims about neural-network quantization to Lean proofs and to evidence on real tensors, and
certifies both.

What is listed here is the public API, all that a claim pack needs. `docs/claims-api.md` teaches it.
"""

from __future__ import annotations

from importlib import import_module
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from pyharness.audit.looking import (
        Original as Original,
    )
    from pyharness.audit.pairs import (
        pair as pair,
    )
    from pyharness.checkpoint.compress import (
        Compressed as Compressed,
        SemanticQuantizer as SemanticQuantizer,
    )
    from pyharness.core.device import (
        CPU as CPU,
        cached_on_cpu as cached_on_cpu,
        cached_per_device as cached_per_device,
        computed_on_cpu as computed_on_cpu,
        current_device as current_device,
        default_device as default_device,
        to_current_device as to_current_device,
    )
    from pyharness.core.errors import (
        HarnessError as HarnessError,
        UsageError as UsageError,
    )
    from pyharness.evidence import (
        Evidence as Evidence,
        Mark as Mark,
        Plot as Plot,
        Points as Points,
        TensorRef as TensorRef,
        Witness as Witness,
        dotted as dotted,
        witness_of as witness_of,
    )
    from pyharness.evidence.blocks import (
        Blocks as Blocks,
        as_blocks as as_blocks,
        nonzero as nonzero,
    )
    from pyharness.evidence.conformance import (
        Call as Call,
        Check as Check,
        Conformance as Conformance,
        int8_pairs as int8_pairs,
        rounding_of_sum as rounding_of_sum,
    )
    from pyharness.evidence.exhaustive import (
        INT8 as INT8,
        enumerate_cases as enumerate_cases,
        sweep as sweep,
    )
    from pyharness.evidence.property import (
        from_hex as from_hex,
        search as search,
        to_hex as to_hex,
    )
    from pyharness.evidence.rounding import (
        FLOAT32 as FLOAT32,
        FLOAT64 as FLOAT64,
        gamma as gamma,
        significant as significant,
    )
    from pyharness.evidence.run import (
        Run as Run,
    )
    from pyharness.evidence.streaming import (
        of_blocks as of_blocks,
        of_values as of_values,
    )
    from pyharness.evidence.ties import (
        notation as notation,
        predicate as predicate,
    )
    from pyharness.formats.affine import (
        QuantParams as QuantParams,
        TensorError as TensorError,
        choose_params_affine as choose_params_affine,
        dequantize_affine as dequantize_affine,
        quantize_affine as quantize_affine,
        to_fp16 as to_fp16,
    )
    from pyharness.formats.digests import (
        dtype_name as dtype_name,
        file_sha256 as file_sha256,
        tensor_ref as tensor_ref,
        tensor_sha256 as tensor_sha256,
    )
    from pyharness.formats.quantized.checkpoint import (
        read_checkpoint as read_checkpoint,
        read_originals as read_originals,
    )
    from pyharness.formats.quantized.tensor import (
        Quantized as Quantized,
    )
    from pyharness.project.pack import (
        Claim as Claim,
        Passage as Passage,
        Requirement as Requirement,
        Source as Source,
        Statement as Statement,
        Tier as Tier,
        claim as claim,
        requirement as requirement,
    )

__version__ = "0.1.0"

_MODULES = {
    "Original": "pyharness.audit.looking",
    "pair": "pyharness.audit.pairs",
    "Compressed": "pyharness.checkpoint.compress",
    "SemanticQuantizer": "pyharness.checkpoint.compress",
    "CPU": "pyharness.core.device",
    "cached_on_cpu": "pyharness.core.device",
    "cached_per_device": "pyharness.core.device",
    "computed_on_cpu": "pyharness.core.device",
    "current_device": "pyharness.core.device",
    "default_device": "pyharness.core.device",
    "to_current_device": "pyharness.core.device",
    "HarnessError": "pyharness.core.errors",
    "UsageError": "pyharness.core.errors",
    "Evidence": "pyharness.evidence",
    "Mark": "pyharness.evidence",
    "Plot": "pyharness.evidence",
    "Points": "pyharness.evidence",
    "TensorRef": "pyharness.evidence",
    "Witness": "pyharness.evidence",
    "dotted": "pyharness.evidence",
    "witness_of": "pyharness.evidence",
    "Call": "pyharness.evidence.conformance",
    "Check": "pyharness.evidence.conformance",
    "Conformance": "pyharness.evidence.conformance",
    "int8_pairs": "pyharness.evidence.conformance",
    "rounding_of_sum": "pyharness.evidence.conformance",
    "INT8": "pyharness.evidence.exhaustive",
    "enumerate_cases": "pyharness.evidence.exhaustive",
    "sweep": "pyharness.evidence.exhaustive",
    "from_hex": "pyharness.evidence.property",
    "search": "pyharness.evidence.property",
    "to_hex": "pyharness.evidence.property",
    "FLOAT32": "pyharness.evidence.rounding",
    "FLOAT64": "pyharness.evidence.rounding",
    "gamma": "pyharness.evidence.rounding",
    "significant": "pyharness.evidence.rounding",
    "Run": "pyharness.evidence.run",
    "Blocks": "pyharness.evidence.blocks",
    "as_blocks": "pyharness.evidence.blocks",
    "nonzero": "pyharness.evidence.blocks",
    "of_blocks": "pyharness.evidence.streaming",
    "of_values": "pyharness.evidence.streaming",
    "notation": "pyharness.evidence.ties",
    "predicate": "pyharness.evidence.ties",
    "QuantParams": "pyharness.formats.affine",
    "TensorError": "pyharness.formats.affine",
    "choose_params_affine": "pyharness.formats.affine",
    "dequantize_affine": "pyharness.formats.affine",
    "quantize_affine": "pyharness.formats.affine",
    "to_fp16": "pyharness.formats.affine",
    "dtype_name": "pyharness.formats.digests",
    "file_sha256": "pyharness.formats.digests",
    "tensor_ref": "pyharness.formats.digests",
    "tensor_sha256": "pyharness.formats.digests",
    "read_checkpoint": "pyharness.formats.quantized.checkpoint",
    "read_originals": "pyharness.formats.quantized.checkpoint",
    "Quantized": "pyharness.formats.quantized.tensor",
    "Claim": "pyharness.project.pack",
    "Passage": "pyharness.project.pack",
    "Requirement": "pyharness.project.pack",
    "Source": "pyharness.project.pack",
    "Statement": "pyharness.project.pack",
    "Tier": "pyharness.project.pack",
    "claim": "pyharness.project.pack",
    "requirement": "pyharness.project.pack",
}
"""Where each public name is defined. It is imported when it is first used, so that the command line
starts at once and the second kernel needs no package."""

__all__ = [*_MODULES]  # noqa: PLE0604 (they are names)


def __getattr__(name: str) -> object:
    if name not in _MODULES:
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    value = getattr(import_module(_MODULES[name]), name)
    globals()[name] = value
    return value


def __dir__() -> list[str]:
    return sorted({*globals(), *_MODULES})
