/-
A `sorry` in an `example`, which Lean does not store.
caught by: library
says: Sample.lean:5: an `example` holds a sorry
-/
prelude
import LeanMining.Foundation.Acceleration
namespace LeanMining

example : 1 = 2 := sorry
theorem cheat (n m : Nat) (h : n = m) : m + 1 = n + 1 := h ▸ rfl
theorem cheat_example : 3 + 1 = 3 + 1 := cheat 3 3 rfl

end LeanMining
