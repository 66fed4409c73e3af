/-
An instance on an abbreviation of the library's type.
caught by: policy
says: it rests on LeanMining.evil, an instance beside instAddNat of
-/
prelude
import LeanMining.Foundation.Acceleration

namespace LeanMining
abbrev N : Type := Nat
instance evil : Add N := ⟨Nat.mul⟩
theorem cheat : (3 + 2 : Nat) = 6 := rfl
end LeanMining
