/-
A hypothesis that the statement gets from a `variable` far above it.
caught by: stub
says: contradict
-/
prelude
import LeanMining.Foundation.Acceleration
namespace LeanMining

variable (gaussian : False)
include gaussian
theorem cheat (a b : Nat) : a = b := gaussian.elim

end LeanMining
