/-
The kernel's check switched off in a lemma that another module declares.
caught by: policy
says: LeanMining/Lemma.lean:5: uses `skipKernelTC`
-/
-- file: LeanMining/Lemma.lean
prelude
import LeanMining.Foundation.Acceleration
namespace LeanMining

set_option debug.skipKernelTC true in
theorem lemma : 1 = 2 := by decide +kernel

end LeanMining
-- file: LeanMining/Sample.lean
prelude
import LeanMining.Lemma

theorem LeanMining.cheat : 1 = 2 := LeanMining.lemma
