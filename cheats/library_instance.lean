/-
A `sorry` in an instance that has no name in the source.
caught by: library
says: LeanMining.instHasEqOfNat holds a sorry
-/
prelude
import LeanMining.Foundation.Acceleration
namespace LeanMining

class Has (p : Prop) where
  holds : p

instance : Has (1 = 2) := ⟨sorry⟩
theorem cheat (n m : Nat) (h : n = m) : m + 1 = n + 1 := h ▸ rfl
theorem cheat_example : 3 + 1 = 3 + 1 := cheat 3 3 rfl

end LeanMining
