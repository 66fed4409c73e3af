/-
Another meaning for number literals.
caught by: policy
says: an instance beside instOfNatNat
-/
prelude
import LeanMining.Foundation.Acceleration
namespace LeanMining

instance instOfNatZero (n : Nat) : OfNat Nat n := ⟨Nat.zero⟩
theorem cheat : (2 : Nat) = 3 := rfl

end LeanMining
