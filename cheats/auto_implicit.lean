/-
A misspelt name becomes a variable, of which anything can be said.
caught by: policy
says: turns `autoImplicit` on
-/
prelude
import LeanMining.Foundation.Acceleration
namespace LeanMining

set_option autoImplicit true
theorem cheat (h : ∀ n : Nat, n = b) : ∀ n : Nat, n = n ∧ n = b := fun n => ⟨rfl, h n⟩

end LeanMining
