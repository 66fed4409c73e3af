/-
A field of a class that is made an instance for the library's type.
caught by: policy
says: it rests on LeanMining.Evil.toAdd, an instance beside instAddNat of
-/
prelude
import LeanMining.Foundation.Acceleration

namespace LeanMining
class Evil where
  toAdd : Add Nat
attribute [instance] Evil.toAdd
instance evil : Evil := ⟨⟨Nat.mul⟩⟩
theorem cheat : (3 + 2 : Nat) = 6 := rfl
end LeanMining
