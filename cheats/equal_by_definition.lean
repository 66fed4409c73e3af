/-
Two names for one thing.
caught by: stub
says: the same by definition
-/
prelude
import LeanMining.Foundation.Acceleration
namespace LeanMining

def floor (_ : Nat) : Nat := 2
theorem cheat (d e : Nat) : floor d = floor e := rfl

end LeanMining
