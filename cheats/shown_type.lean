/-
A notation on the keyword of a universe, so that a function on numbers reads like a family of types.
caught by: shown
says: LeanMining.cheat (n : Nat) : n = n ∧ 2 = 2
-/
prelude
import LeanMining.Foundation.Acceleration

namespace LeanMining
notation (priority := 5000) "Prop" => (2 : Nat)
theorem cheat (n : Nat) : n = n ∧ Prop = 2 := ⟨rfl, rfl⟩
theorem cheat_example : 3 = 3 ∧ 2 = 2 := cheat 3
end LeanMining
