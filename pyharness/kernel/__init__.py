"""A second kernel: checks Lean 4 declarations again, from an export alone, with nothing but
Python's standard library.

Read it in this order: `names`, `budget`, `levels`, `terms`, `environment`, `digests`, `known`,
`arithmetic`, `reduction`, `equality`, `checker`, `inductive`, `quotient`, `declarations`, `reader`,
`workers`, `library`; and `examples` for what a certificate says of a theorem's hypotheses.
"""

from __future__ import annotations

from .environment import Constant
from .library import Library, check
from .names import Name, show_name
from .refusal import Refused

__all__ = ["Constant", "Library", "Name", "Refused", "check", "show_name"]
