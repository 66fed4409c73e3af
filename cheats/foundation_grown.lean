/-
A module added to the foundation, where the policy does not look.
caught by: pins
says: the foundation's LeanMining/Foundation/New.lean
-/
-- before: LeanMining/Sample.lean
prelude
import LeanMining.Foundation.Acceleration
namespace LeanMining

theorem cheat : ∃ n : Nat, n = 3 := ⟨3, rfl⟩

end LeanMining
-- file: LeanMining/Foundation/New.lean
prelude
import LeanMining.Foundation.Acceleration
set_option debug.skipKernelTC true
-- file: LeanMining/Sample.lean
prelude
import LeanMining.Foundation.New

theorem LeanMining.cheat : ∃ n : Nat, n = 3 := ⟨3, rfl⟩
