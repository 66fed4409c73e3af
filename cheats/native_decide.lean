/-
A theorem that compiled code decided.
caught by: Lean
says: 
-/
prelude
import LeanMining.Foundation.Acceleration
namespace LeanMining

theorem cheat : 2 = 3 := by native_decide

end LeanMining
