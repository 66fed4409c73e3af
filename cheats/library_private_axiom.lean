/-
A private axiom on which nothing rests yet.
caught by: library
says: _private.LeanMining.Sample.0.LeanMining.granted, which is private, is an axiom
-/
prelude
import LeanMining.Foundation.Acceleration
namespace LeanMining

private axiom granted : 1 = 2
theorem cheat (n m : Nat) (h : n = m) : m + 1 = n + 1 := h ▸ rfl
theorem cheat_example : 3 + 1 = 3 + 1 := cheat 3 3 rfl

end LeanMining
