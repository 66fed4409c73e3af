/-
A function with another implementation.
caught by: policy
says: uses `implemented_by`
-/
prelude
import LeanMining.Foundation.Acceleration
namespace LeanMining

def zero (_ : Nat) : Nat := 0
@[implemented_by zero] def same (n : Nat) : Nat := n
theorem cheat : same 3 = 3 := rfl

end LeanMining
