/-
A hypothesis that nothing uses, to make the statement look like the paper's.
caught by: unused hypothesis
says: gaussian
-/
prelude
import LeanMining.Foundation.Acceleration
namespace LeanMining

def IsGaussian (n : Nat) : Prop := n = 3
theorem cheat (n : Nat) (gaussian : IsGaussian n) : ∃ m, m = n + 1 := ⟨n + 1, rfl⟩
theorem cheat_example : ∃ m, m = 3 + 1 := cheat 3 rfl

end LeanMining
