/-
A class that contains an instance for the library's type as its parent.
caught by: policy
says: it rests on LeanMining.Evil.toAdd, an instance beside instAddNat of
-/
prelude
import LeanMining.Foundation.Acceleration

namespace LeanMining
class Evil extends Add Nat where
  one : Nat
instance evil : Evil := { toAdd := ⟨Nat.mul⟩, one := 1 }
theorem cheat : (3 + 2 : Nat) = 6 := rfl
end LeanMining
