/-
A hypothesis that nothing uses, in a definition.
caught by: unused hypothesis
says: hypothesis 2, which a definition hides
-/
prelude
import LeanMining.Foundation.Acceleration
namespace LeanMining

def Bound : Prop := ∀ n : Nat, n = 3 → ∃ m, m = n + 1
theorem cheat : Bound := fun n _ => ⟨n + 1, rfl⟩
theorem cheat_example : ∃ m, m = 3 + 1 := cheat 3 rfl

end LeanMining
