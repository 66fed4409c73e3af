/-
The same as a local notation, which the embedded Lean cannot compile without Lean's own library.
caught by: Lean
says: native implementation
-/
prelude
import LeanMining.Foundation.Acceleration
namespace LeanMining

local notation "True" => False
theorem cheat : ¬ True := fun h => h

end LeanMining
