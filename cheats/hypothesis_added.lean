/-
A hypothesis added to the statement.
caught by: pins
says: the statement of LeanMining.cheat
-/
-- before: LeanMining/Sample.lean
prelude
import LeanMining.Foundation.Acceleration
namespace LeanMining

theorem cheat (n : Nat) : n + 0 = n := rfl

end LeanMining
-- file: LeanMining/Sample.lean
prelude
import LeanMining.Foundation.Acceleration
namespace LeanMining

theorem cheat (n : Nat) (_ : n = 3) : n + 0 = n := rfl

end LeanMining
