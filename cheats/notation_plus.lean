/-
A second meaning for `+`.
caught by: policy
says: the notation `+` is one of
-/
prelude
import LeanMining.Foundation.Acceleration

inductive Two where | left | right
def Two.first (a _ : Two) : Two := a
infixl:65 " + " => Two.first
theorem LeanMining.cheat (a b : Two) : a + b = a ∧ b + a = b := ⟨rfl, rfl⟩
