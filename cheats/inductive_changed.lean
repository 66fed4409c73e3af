/-
A constructor added to a type of which the statement speaks.
caught by: pins
says: LeanMining.Good, under LeanMining.cheat
-/
-- before: LeanMining/Sample.lean
prelude
import LeanMining.Foundation.Acceleration
namespace LeanMining

inductive Good : Nat → Prop where | zero : Good 0
theorem cheat : ∃ n, Good n := ⟨0, .zero⟩

end LeanMining
-- file: LeanMining/Sample.lean
prelude
import LeanMining.Foundation.Acceleration
namespace LeanMining

inductive Good : Nat → Prop where | zero : Good 0 | any (n : Nat) : Good n
theorem cheat : ∃ n, Good n := ⟨0, .zero⟩

end LeanMining
