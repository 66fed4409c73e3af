/-
A partial definition, which the kernel sees as an unknown constant.
caught by: policy
says: uses `partial`
-/
prelude
import LeanMining.Foundation.Acceleration
namespace LeanMining

partial def loop (n : Nat) : Nat := loop n
theorem cheat (a : Prop) (h : a) : a ∧ a := ⟨h, h⟩

end LeanMining
