/-
A `sorry` in an `example`, of which Lean is told not to warn.
caught by: policy
says: uses `warn.sorry`
-/
prelude
import LeanMining.Foundation.Acceleration
namespace LeanMining

set_option warn.sorry false in
example : 1 = 2 := sorry
theorem cheat (n m : Nat) (h : n = m) : m + 1 = n + 1 := h ▸ rfl
theorem cheat_example : 3 + 1 = 3 + 1 := cheat 3 3 rfl

end LeanMining
