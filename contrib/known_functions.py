"""Find the functions on numbers that an export of a version of Lean defines, and try them.

    python contrib/known_functions.py init.ndjson.xz

Prints, for each function of `pyharness/kernel/arithmetic.py` that the file defines, the digest for
`pyharness/kernel/known.py`, once the definition, unfolded with nothing computed by its name, gave
what Python's integers give: on all pairs of small numbers. Declarations are not checked here: a
file whose functions are listed is to be checked with `python -m pyharness.kernel` as well.
"""

from __future__ import annotations

import itertools
import sys
from collections.abc import Iterable, Iterator

from pyharness.kernel.arithmetic import FUNCTIONS, NAT, UNARY
from pyharness.kernel.budget import Budget
from pyharness.kernel.checker import Checker
from pyharness.kernel.declarations import Kernel
from pyharness.kernel.digests import Digests
from pyharness.kernel.environment import Constant
from pyharness.kernel.files import Unpackable, open_lines
from pyharness.kernel.library import with_room
from pyharness.kernel.reader import Reader
from pyharness.kernel.refusal import Refused
from pyharness.kernel.terms import Terms

BELOW, LARGEST = 14, 200
"""Both numbers of a pair are below the one, and a result, which is found in unary, is at most the
other.
"""


def functions(lines: Iterable[bytes]) -> Iterator[tuple[str, str]]:
    """Yield each function that is defined and gives what Python does, with the digest.

    Raises:
        ValueError: if one gives something else.
    """
    terms = Terms(Budget(None))
    reader, kernel = Reader(terms), Kernel(terms)
    for line in lines:
        declaration = reader.line(line)
        if declaration is not None:
            made = kernel.assume(declaration)
            kernel.constants.update({constant.name: constant for constant in made})
    for constant in kernel.constants.values():
        if constant.name in (NAT, ("Bool",)):
            kernel.arithmetic.learn(constant, lambda: Checker(terms, {}, kernel.arithmetic))
    digests = Digests(kernel.constants)
    checker = Checker(terms, kernel.constants, kernel.arithmetic)

    def is_proof(constant: Constant) -> bool:
        return constant.kind in ("theorem", "axiom") and checker.is_proposition(constant.type)

    for word in FUNCTIONS:
        found = kernel.constants.get((*NAT, word))
        if found is not None and found.kind == "def":
            tried(checker, word)
            yield word, digests.definition(found.name, is_proof)


def tried(checker: Checker, word: str) -> None:
    """Compare a function with Python's.

    Raises:
        ValueError: if they differ.
    """
    terms, arithmetic = checker.terms, checker.arithmetic
    for pair in itertools.product(range(BELOW), repeat=1 if word in UNARY else 2):
        result = FUNCTIONS[word](*pair)
        if result is None or result > LARGEST:
            continue
        truth = arithmetic.true if result else arithmetic.false
        wanted = truth if isinstance(result, bool) else terms.lit(result)
        term = terms.apply(terms.const((*NAT, word)), map(terms.lit, pair))
        if not checker.equal(term, wanted):
            raise ValueError(f"Nat.{word} of {pair} is not {result}")


def main(path: str) -> None:
    """Print what is found in a file."""
    with open_lines(path) as lines:
        for word, digest in functions(lines):
            print(f'    "{word}": {{"{digest}": ""}},', flush=True)


if __name__ == "__main__":
    if len(sys.argv) != 2:
        sys.exit(f"usage: {sys.argv[0]} EXPORT")
    try:
        with_room(lambda: main(sys.argv[1]))
    except (OSError, Unpackable, Refused, ValueError) as error:
        sys.exit(f"{sys.argv[1]}: {error}")
