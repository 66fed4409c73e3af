"""Definitional equality.

| rule | what is equal |
|---|---|
| congruence | what is made alike of equal parts |
| universes | universes whose levels are the same number under every choice |
| reduction | what reduces to equal terms: see `_unfold` for the order |
| proof irrelevance | two proofs of the same proposition |
| eta | `f` and `λ x, f x` |
| eta for structures | `s` and the constructor of its projections |
| no fields | any two elements of a structure without fields |

Described in "The Type Theory of Lean", 2.2 Definitional equality, and "Type Checking in Lean 4",
Definitional Equality.
"""

from __future__ import annotations

from collections.abc import Mapping

from .arithmetic import Arithmetic
from .environment import Constant, Constructor, Inductive
from .levels import Level
from .names import Name
from .reduction import Reduction
from .terms import App, Const, Lam, Lit, Local, Pi, Proj, Sort, Term, Terms, head_of, spine

__all__ = ["Equality"]


class Equality(Reduction):
    """Compares well-typed terms that bind all their bound variables. What is found out is kept."""

    def __init__(
        self,
        terms: Terms,
        constants: Mapping[Name, Constant],
        arithmetic: Arithmetic,
    ):
        super().__init__(terms, constants, arithmetic)
        self._answers: dict[tuple[Term, Term], bool] = {}
        self._different: set[tuple[Term, Term]] = set()
        terms.budget.watch(self._answers, self._different)

    def equal(self, left: Term, right: Term) -> bool:
        """Whether two well-typed terms are equal by definition."""
        if left is right:
            return True
        known = self._answers.get((left, right))
        if known is None:
            known = self._answers.get((right, left))
        if known is None:
            budget = self.terms.budget
            budget.enter()
            known = self._answers[left, right] = self._compare(left, right)
            budget.depth -= 1
        return known

    def _compare(self, left: Term, right: Term) -> bool:
        self.step()
        quick = self._alike(left, right)
        if quick is not None:
            return quick
        true = self.arithmetic.true
        if right is true and not left.free and self.whnf(left) is true:
            return True
        if left is true and not right.free and self.whnf(right) is true:
            return True
        left_core, right_core = self.core(left, True), self.core(right, True)
        if left_core is not left or right_core is not right:
            quick = self._quick(left_core, right_core)
            if quick is not None:
                return quick
        answer = self._both_proofs(left_core, right_core)
        if answer is not None:
            return answer
        answer, left, right = self._unfold(left_core, right_core)
        if answer is not None:
            return answer
        if type(left) is Const and type(right) is Const and self._same_constant(left, right):
            return True
        if type(left) is Proj and type(right) is Proj and self._same_field(left, right):
            return True
        left_core, right_core = self.core(left), self.core(right)
        if left_core is not left or right_core is not right:
            return self.equal(left_core, right_core)
        return (
            self._same_application(left, right)
            or self._same_text(left, right)
            or self._same_text(right, left)
            or self._by_eta_of_functions(left, right)
            or self._by_eta_of_structures(left, right)
            or self._by_eta_of_structures(right, left)
            or self._without_fields(left, right)
        )

    # ----------------------------------------------------------------------------------- congruence
    def _quick(self, left: Term, right: Term) -> bool | None:
        return True if left is right else self._alike(left, right)

    def _alike(self, left: Term, right: Term) -> bool | None:
        """Compare terms of one form whose parts settle it; None for all others."""
        kind = type(left)
        if kind is App or kind is not type(right):
            return None
        if type(left) is Lam or type(left) is Pi:
            return self._same_binders(left, right, type(left))
        if type(left) is Sort and type(right) is Sort:
            return self.terms.levels.equal(left.level, right.level)
        if type(left) is Lit and type(right) is Lit:
            return left.value == right.value
        return None

    def _same_binders(self, left: Term, right: Term, kind: type[Lam | Pi]) -> bool:
        number, instantiate = max(left.free, right.free), self.terms.instantiate
        variables: list[Local] = []
        while type(left) is kind and type(right) is kind:
            self.step()
            domain = instantiate(left.domain, variables)
            if left.domain is not right.domain and not self.equal(
                domain, instantiate(right.domain, variables)
            ):
                return False
            variables.append(self.terms.local(number + len(variables), domain))
            left, right = left.body, right.body
        return self.equal(instantiate(left, variables), instantiate(right, variables))

    def _same_field(self, left: Proj, right: Proj) -> bool:
        """Whether two projections are alike, and from what is equal, or has equal such fields."""
        if left.index != right.index or left.structure != right.structure:
            return False
        if left.term is right.term:
            return True
        answer, one, other = self._unfold(left.term, right.term)
        if answer is not None:
            return answer
        first = self.field(left.structure, left.index, one, True)
        second = self.field(right.structure, right.index, other, True)
        if first is not None and second is not None:
            return self.equal(first, second)
        return self.equal(one, other)

    def _same_levels(self, left: tuple[Level, ...], right: tuple[Level, ...]) -> bool:
        self.step(len(left))
        return len(left) == len(right) and all(map(self.terms.levels.equal, left, right))

    def _same_constant(self, left: Const, right: Const) -> bool:
        return left.name == right.name and self._same_levels(left.levels, right.levels)

    def _same_arguments(self, left: list[Term], right: list[Term]) -> bool:
        if len(left) != len(right):
            return False
        self.step(len(left))
        # `all` would put a frame of C's stack between the calls, which go deep.
        for one, other in zip(left, right, strict=True):  # noqa: SIM110
            if not self.equal(one, other):
                return False
        return True

    def _same_application(self, left: Term, right: Term) -> bool:
        if type(left) is not App or type(right) is not App:
            return False
        left_head, left_arguments = spine(left)
        right_head, right_arguments = spine(right)
        return (
            len(left_arguments) == len(right_arguments)
            and self.equal(left_head, right_head)
            and self._same_arguments(left_arguments, right_arguments)
        )

    # --------------------------------------------------------------------------------------- proofs
    def _both_proofs(self, left: Term, right: Term) -> bool | None:
        """Proof irrelevance: None if `left` is no proof."""
        type_ = self.type_of(left)
        if not self.is_proposition(type_):
            return None
        return self.equal(type_, self.type_of(right))

    # ---------------------------------------------------------------------------------------- delta
    def _unfold(self, left: Term, right: Term) -> tuple[bool | None, Term, Term]:
        """Unfold the definitions at both heads step by step, until the terms are settled or none is
        left. Of two definitions the higher is unfolded first; of one, the arguments are tried
        before.
        """
        while True:
            self.step()
            answer = self._same_number(left, right)
            if answer is not None:
                return answer, left, right
            # A number would be lost on a side with variables, where the arguments may be equal.
            if not left.free and not right.free:
                left_number, right_number = self.compute(left), self.compute(right)
                if left_number is not None or right_number is not None:
                    left, right = left_number or left, right_number or right
                    return self.equal(left, right), left, right
            left_definition, right_definition = self.definition(left), self.definition(right)
            if left_definition is None and right_definition is None:
                return None, left, right
            if right_definition is None or left_definition is None:
                # The other may be stuck on what is projected from.
                projected = self._projected(right if right_definition is None else left)
                if projected is not None:
                    left, right = (
                        (left, projected) if right_definition is None else (projected, right)
                    )
                elif left_definition is not None:
                    left = self.unfold_core(left, left_definition)
                elif right_definition is not None:
                    right = self.unfold_core(right, right_definition)
            elif left_definition.height > right_definition.height:
                left = self.unfold_core(left, left_definition)
            elif left_definition.height < right_definition.height:
                right = self.unfold_core(right, right_definition)
            else:
                if left_definition is right_definition and self._same_call(left, right):
                    return True, left, right
                left = self.unfold_core(left, left_definition)
                right = self.unfold_core(right, right_definition)
            answer = self._quick(left, right)
            if answer is not None:
                return answer, left, right

    def _projected(self, term: Term) -> Term | None:
        """Reduce a projection at the head of a term in full, if that does anything."""
        if type(head_of(term)) is not Proj:
            return None
        reduced = self.core(term)
        return None if reduced is term else reduced

    def _same_call(self, left: Term, right: Term) -> bool:
        """Whether two applications of one definition have equal levels and arguments."""
        if type(left) is not App or type(right) is not App or (left, right) in self._different:
            return False
        left_head, left_arguments = spine(left)
        right_head, right_arguments = spine(right)
        assert type(left_head) is Const and type(right_head) is Const
        if self._same_levels(left_head.levels, right_head.levels) and self._same_arguments(
            left_arguments, right_arguments
        ):
            return True
        self._different.add((left, right))
        return False

    # ------------------------------------------------------------------------------- numbers, texts
    def _same_number(self, left: Term, right: Term) -> bool | None:
        """Compare numbers written as literals or successors: None if one of them is not."""
        arithmetic = self.arithmetic
        one, other = arithmetic.number(left), arithmetic.number(right)
        if one is not None and other is not None:
            return one == other
        before, before_other = arithmetic.predecessor(left), arithmetic.predecessor(right)
        if before is None or before_other is None:
            return None
        return self.equal(before, before_other)

    def _same_text(self, text: Term, other: Term) -> bool:
        """Whether a text, as what it stands for, is equal to a term that is no literal."""
        if type(text) is not Lit or type(text.value) is int or type(other) is Lit:
            return False
        made = self.arithmetic.constructed(text)
        return made is not text and self.equal(made, other)

    # ------------------------------------------------------------------------------------------ eta
    def _by_eta_of_functions(self, left: Term, right: Term) -> bool:
        if type(left) is Lam and type(right) is not Lam:
            function, other = left, right
        elif type(right) is Lam and type(left) is not Lam:
            function, other = right, left
        else:
            return False
        type_ = self.whnf(self.type_of(other))
        if type(type_) is not Pi:
            return False
        terms = self.terms
        return self.equal(function, terms.lam(type_.domain, terms.app(other, terms.bvar(0))))

    def _by_eta_of_structures(self, element: Term, made: Term) -> bool:
        head, arguments = spine(made)
        constant = self.constants.get(head.name) if type(head) is Const else None
        if constant is None or type(constant.detail) is not Constructor:
            return False
        detail = constant.detail
        if (
            len(arguments) != detail.parameters + detail.fields
            or not self.constants[detail.inductive].as_inductive.is_structure
        ):
            return False
        if not self.equal(self.type_of(element), self.type_of(made)):
            return False
        self.step(detail.fields)
        for place in range(detail.fields):
            if not self.equal(
                self.terms.proj(detail.inductive, place, element),
                arguments[detail.parameters + place],
            ):
                return False
        return True

    def _without_fields(self, left: Term, right: Term) -> bool:
        """Whether both are elements of one structure without fields."""
        type_ = self.whnf(self.type_of(left))
        head = head_of(type_)
        constant = self.constants.get(head.name) if type(head) is Const else None
        if constant is None or type(constant.detail) is not Inductive:
            return False
        if not constant.detail.is_structure:
            return False
        if self.constants[constant.detail.constructors[0]].as_constructor.fields:
            return False
        return self.equal(type_, self.type_of(right))
