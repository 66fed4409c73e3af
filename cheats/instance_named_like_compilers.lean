/-
An instance with a name that looks like one of the compiler's own.
caught by: policy
says: an instance beside instAddNat of
each: NAME = other_f, other_unfold, other_sunfold, _aux_1, other_aux_1
-/
prelude
import LeanMining.Foundation.Acceleration

namespace LeanMining
instance NAME : Add Nat := ⟨Nat.mul⟩
theorem cheat : (3 + 2 : Nat) = 6 := rfl
end LeanMining
