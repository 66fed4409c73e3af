/-
A false theorem with the kernel's check switched off.
caught by: policy
says: uses `skipKernelTC`
-/
prelude
import LeanMining.Foundation.Acceleration
namespace LeanMining

set_option debug.skipKernelTC true
theorem cheat : 1 = 2 := by decide +kernel

end LeanMining
