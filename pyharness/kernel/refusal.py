"""The only answer of the kernel beside acceptance: a declaration is refused, or the check of it is
declined.
"""

from __future__ import annotations

__all__ = ["Refused"]

_DECLINED = frozenset({"budget", "feature", "internal", "version"})
"""Rules that say nothing of what is declared, but that it was not looked at, or not to its end."""
_LONGEST = 1_000
"""Characters of the longest reason; what is longer is cut, as it may quote the file."""


class Refused(Exception):
    """The kernel does not accept a declaration, or a file cannot be read as declarations.

    Attributes:
        rule: the rule that is broken, one word.
        reason: what is wrong, in words.
        term: the smallest term that shows it, printed short; "" if there is none.
        declaration: the name of the declaration, as Lean shows it; "" outside of one.
    """

    def __init__(self, rule: str, reason: str, *, term: str = "", declaration: str = ""):
        if len(reason) > _LONGEST:
            reason = reason[:_LONGEST] + "…"
        super().__init__(rule, reason)
        self.rule, self.reason, self.term, self.declaration = rule, reason, term, declaration

    @property
    def declined(self) -> bool:
        """Whether nothing was found to be wrong: another kernel may well accept it."""
        return self.rule in _DECLINED

    def __str__(self) -> str:
        where = f"{self.declaration}: " if self.declaration else ""
        return f"{where}{self.rule}: {self.reason}" + (f": {self.term}" if self.term else "")
