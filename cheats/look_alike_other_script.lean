/-
A name with a letter that passes for one of another script.
caught by: policy
says: is spelled with
each: NAME = «lossleѕs», losslesϲ
-/
prelude
import LeanMining.Foundation.Acceleration

namespace LeanMining
def NAME (n : Nat) : Prop := n = n ∨ n = 0
theorem cheat (n : Nat) : NAME n := Or.inl rfl
theorem cheat_example : NAME 3 := cheat 3
end LeanMining
