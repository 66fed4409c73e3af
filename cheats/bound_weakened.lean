/-
A bound made looser.
caught by: pins
says: the statement of LeanMining.cheat
-/
-- before: LeanMining/Sample.lean
prelude
import LeanMining.Foundation.Acceleration
namespace LeanMining

theorem cheat : ∃ n : Nat, n + 1 = 2 := ⟨1, rfl⟩

end LeanMining
-- file: LeanMining/Sample.lean
prelude
import LeanMining.Foundation.Acceleration
namespace LeanMining

theorem cheat : ∃ n : Nat, n + 1 = 200 := ⟨199, rfl⟩

end LeanMining
