/-
The same as a local instance, which is gone where the statement is printed.
caught by: policy
says: an instance beside instAddNat
-/
prelude
import LeanMining.Foundation.Acceleration
namespace LeanMining

def other : Add Nat := ⟨fun _ _ => 0⟩
attribute [local instance] other
theorem cheat : (2 + 2 : Nat) = 0 := rfl

end LeanMining
