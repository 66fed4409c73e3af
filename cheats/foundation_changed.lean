/-
A line of the foundation changed.
caught by: pins
says: the foundation's LeanMining/Foundation/Extra.lean
-/
-- before: LeanMining/Foundation/Extra.lean
prelude
import LeanMining.Foundation.Logic
-- before: LeanMining/Sample.lean
prelude
import LeanMining.Foundation.Acceleration
import LeanMining.Foundation.Extra

theorem LeanMining.cheat : ∃ n : Nat, n = 3 := ⟨3, rfl⟩
-- file: LeanMining/Foundation/Extra.lean
prelude
import LeanMining.Foundation.Logic
set_option debug.skipKernelTC true
