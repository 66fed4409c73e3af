"""Ties claims about neural-network quantization to Lean proofs and to evidence on real tensors, and
certifies both.

What is listed here is the public API, all that a claim pack needs. `docs/claims-api.md` teaches it.
"""

from __future__ import annotations

from importlib import import_module
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from pyharness.checkpoint.compress import (
        Compressed as Compressed,
    )
    from pyharness.checkpoint.compress import (
        SemanticQuantizer as SemanticQuantizer,
    )
    from pyharness.core.device import (
        CPU as CPU,
    )
    from pyharness.core.device import (
        cached_on_cpu as cached_on_cpu,
    )
    from pyharness.core.device import (
        cached_per_device as cached_per_device,
    )
    from pyharness.core.device import (
        computed_on_cpu as computed_on_cpu,
    )
    from pyharness.core.device import (
        current_device as current_device,
    )
    from pyharness.core.device import (
        default_device as default_device,
    )
    from pyharness.core.device import (
        to_current_device as to_current_device,
    )
    from pyharness.core.errors import (
        HarnessError as HarnessError,
    )
    from pyharness.core.errors import (
        UsageError as UsageError,
    )
    from pyharness.evidence import (
        Evidence as Evidence,
    )
    from pyharness.evidence import (
        Mark as Mark,
    )
    from pyharness.evidence import (
        Plot as Plot,
    )
    from pyharness.evidence import (
        Points as Points,
    )
    from pyharness.evidence import (
        TensorRef as TensorRef,
    )
    from pyharness.evidence import (
        Witness as Witness,
    )
    from pyharness.evidence import (
        dotted as dotted,
    )
    from pyharness.evidence import (
        witness_of as witness_of,
    )
    from pyharness.evidence.conformance import (
        Check as Check,
    )
    from pyharness.evidence.conformance import (
        Conformance as Conformance,
    )
    from pyharness.evidence.conformance import (
        Row as Row,
    )
    from pyharness.evidence.conformance import (
        Rows as Rows,
    )
    from pyharness.evidence.conformance import (
        Table as Table,
    )
    from pyharness.evidence.conformance import (
        Theorems as Theorems,
    )
    from pyharness.evidence.conformance import (
        indices as indices,
    )
    from pyharness.evidence.conformance import (
        int8_pairs as int8_pairs,
    )
    from pyharness.evidence.conformance import (
        vector as vector,
    )
    from pyharness.evidence.exhaustive import (
        INT8 as INT8,
    )
    from pyharness.evidence.exhaustive import (
        enumerate_cases as enumerate_cases,
    )
    from pyharness.evidence.exhaustive import (
        sweep as sweep,
    )
    from pyharness.evidence.property import (
        from_hex as from_hex,
    )
    from pyharness.evidence.property import (
        search as search,
    )
    from pyharness.evidence.property import (
        to_hex as to_hex,
    )
    from pyharness.evidence.rounding import (
        FLOAT32 as FLOAT32,
    )
    from pyharness.evidence.rounding import (
        FLOAT64 as FLOAT64,
    )
    from pyharness.evidence.rounding import (
        gamma as gamma,
    )
    from pyharness.evidence.rounding import (
        significant as significant,
    )
    from pyharness.evidence.run import (
        Run as Run,
    )
    from pyharness.evidence.streaming import (
        Blocks as Blocks,
    )
    from pyharness.evidence.streaming import (
        as_blocks as as_blocks,
    )
    from pyharness.evidence.streaming import (
        nonzero as nonzero,
    )
    from pyharness.evidence.streaming import (
        of_blocks as of_blocks,
    )
    from pyharness.evidence.streaming import (
        of_values as of_values,
    )
    from pyharness.evidence.ties import (
        notation as notation,
    )
    from pyharness.evidence.ties import (
        predicate as predicate,
    )
    from pyharness.formats.affine import (
        QuantParams as QuantParams,
    )
    from pyharness.formats.affine import (
        TensorError as TensorError,
    )
    from pyharness.formats.affine import (
        choose_params_affine as choose_params_affine,
    )
    from pyharness.formats.affine import (
        dequantize_affine as dequantize_affine,
    )
    from pyharness.formats.affine import (
        quantize_affine as quantize_affine,
    )
    from pyharness.formats.affine import (
        to_fp16 as to_fp16,
    )
    from pyharness.formats.digests import (
        dtype_name as dtype_name,
    )
    from pyharness.formats.digests import (
        file_sha256 as file_sha256,
    )
    from pyharness.formats.digests import (
        tensor_ref as tensor_ref,
    )
    from pyharness.formats.digests import (
        tensor_sha256 as tensor_sha256,
    )
    from pyharness.project.pack import (
        Claim as Claim,
    )
    from pyharness.project.pack import (
        Requirement as Requirement,
    )
    from pyharness.project.pack import (
        Source as Source,
    )
    from pyharness.project.pack import (
        Tier as Tier,
    )
    from pyharness.project.pack import (
        claim as claim,
    )
    from pyharness.project.pack import (
        requirement as requirement,
    )

__version__ = "0.1.0"

_MODULES = {
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
    "Check": "pyharness.evidence.conformance",
    "Conformance": "pyharness.evidence.conformance",
    "Row": "pyharness.evidence.conformance",
    "Rows": "pyharness.evidence.conformance",
    "Table": "pyharness.evidence.conformance",
    "Theorems": "pyharness.evidence.conformance",
    "indices": "pyharness.evidence.conformance",
    "int8_pairs": "pyharness.evidence.conformance",
    "vector": "pyharness.evidence.conformance",
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
    "Blocks": "pyharness.evidence.streaming",
    "as_blocks": "pyharness.evidence.streaming",
    "nonzero": "pyharness.evidence.streaming",
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
    "Claim": "pyharness.project.pack",
    "Requirement": "pyharness.project.pack",
    "Source": "pyharness.project.pack",
    "Tier": "pyharness.project.pack",
    "claim": "pyharness.project.pack",
    "requirement": "pyharness.project.pack",
}
"""Where each public name is defined. It is imported when it is first used, so that the command line
starts at once and the second kernel needs no package."""

__all__ = sorted(_MODULES)


def __getattr__(name: str) -> object:
    if name not in _MODULES:
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    value = getattr(import_module(_MODULES[name]), name)
    globals()[name] = value
    return value


def __dir__() -> list[str]:
    return sorted({*globals(), *_MODULES})
