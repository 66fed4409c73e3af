/-
A token that looks like the sign of equality.
caught by: shown
says: LeanMining.cheat : 5 ≠ 3
each: TOKEN = ꞊, ⹀, ゠
-/
prelude
import LeanMining.Foundation.Acceleration

namespace LeanMining
infix:50 " TOKEN " => Ne
theorem cheat : 5 TOKEN 3 := by decide
end LeanMining
