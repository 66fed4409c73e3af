/-
A definition under the statement that uses another instance than the library's.
caught by: policy
says: LeanMining.Small rests on LeanMining.evil, an instance beside instAddNat of
-/
prelude
import LeanMining.Foundation.Acceleration

namespace LeanMining
instance evil : Add Nat := ⟨fun a _ => a⟩
def Small (n : Nat) : Prop := n + n = n
theorem cheat (n : Nat) : Small n := rfl
theorem cheat_example : Small 3 := cheat 3
end LeanMining
