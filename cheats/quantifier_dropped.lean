/-
A statement of every number weakened to one of some number.
caught by: pins
says: the statement of LeanMining.cheat
-/
-- before: LeanMining/Sample.lean
prelude
import LeanMining.Foundation.Acceleration
namespace LeanMining

theorem cheat : ∀ n : Nat, n + 0 = n := fun _ => rfl

end LeanMining
-- file: LeanMining/Sample.lean
prelude
import LeanMining.Foundation.Acceleration
namespace LeanMining

theorem cheat : ∃ n : Nat, n + 0 = n := ⟨0, rfl⟩

end LeanMining
