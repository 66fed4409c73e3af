/-
The kernel's check switched off by a quoted name.
caught by: policy
says: uses `skipKernelTC`
-/
prelude
import LeanMining.Foundation.Acceleration
namespace LeanMining

set_option debug.«skipKernelTC» true
theorem cheat : 1 = 2 := by decide +kernel

end LeanMining
