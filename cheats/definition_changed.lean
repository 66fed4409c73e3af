/-
A definition changed under an unchanged theorem.
caught by: pins
says: LeanMining.small, under LeanMining.cheat
-/
-- before: LeanMining/Sample.lean
prelude
import LeanMining.Foundation.Acceleration
namespace LeanMining

def small (n : Nat) : Prop := n = 0
theorem cheat : ∃ n, small n := ⟨0, rfl⟩

end LeanMining
-- file: LeanMining/Sample.lean
prelude
import LeanMining.Foundation.Acceleration
namespace LeanMining

def small (n : Nat) : Prop := n = n
theorem cheat : ∃ n, small n := ⟨0, rfl⟩

end LeanMining
