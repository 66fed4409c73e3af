/-
A `sorry` in a stored proof replaced by the proof of something else.
caught by: audit
says: Lean says sorryAx
doctor: give_value LeanMining.cheat LeanMining.honest
-/
prelude
import LeanMining.Foundation.Acceleration
namespace LeanMining

theorem honest : True ∧ True := ⟨.intro, .intro⟩
theorem cheat : ∀ a b : Nat, a = b := sorry

end LeanMining
