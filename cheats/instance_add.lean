/-
Another addition on `Nat`, which the statement's `+` then means.
caught by: policy
says: an instance beside instAddNat
-/
prelude
import LeanMining.Foundation.Acceleration
namespace LeanMining

instance instAddNatZero : Add Nat := ⟨fun _ _ => 0⟩
theorem cheat : (2 + 2 : Nat) = 0 := rfl

end LeanMining
