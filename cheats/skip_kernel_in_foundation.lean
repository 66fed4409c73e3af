/-
A false theorem of the foundation with the kernel's check switched off, never pinned.
caught by: replay
says: the kernel refuses
-/
-- file: LeanMining/Foundation/New.lean
prelude
import LeanMining.Foundation.Acceleration
set_option debug.skipKernelTC true
theorem one_eq_two : 1 = 2 := by decide +kernel
-- file: LeanMining/Sample.lean
prelude
import LeanMining.Foundation.New

theorem LeanMining.cheat : 2 = 1 := one_eq_two.symm
