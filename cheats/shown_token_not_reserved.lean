/-
A macro on a token that is not reserved, which stands before the library's own.
caught by: shown
says: LeanMining.cheat : 1 ≠ 2
-/
prelude
import LeanMining.Foundation.Acceleration

namespace LeanMining
macro:50 (priority := 2000) a:term:51 &" = " b:term:51 : term => `(Ne $a $b)
theorem cheat : 1 = 2 := fun h => nomatch h
end LeanMining
