/-
A `sorry` in a theorem that no claim names and nothing rests on.
caught by: library
says: LeanMining/Sample.lean:5: LeanMining.unused holds a sorry
-/
prelude
import LeanMining.Foundation.Acceleration
namespace LeanMining

theorem unused (n : Nat) : n = n + 1 := sorry
theorem cheat (n m : Nat) (h : n = m) : m + 1 = n + 1 := h ▸ rfl
theorem cheat_example : 3 + 1 = 3 + 1 := cheat 3 3 rfl

end LeanMining
