/-
An import is edited, and what was compiled from the old one is still there.
caught by: Lean
says: LeanMining/Sample.lean:4:
-/
-- before: LeanMining/Bound.lean
prelude
import LeanMining.Foundation.Acceleration
namespace LeanMining

def bound : Nat := 3

end LeanMining
-- before: LeanMining/Sample.lean
prelude
import LeanMining.Bound

theorem LeanMining.cheat : LeanMining.bound = 3 := rfl
-- file: LeanMining/Bound.lean
prelude
import LeanMining.Foundation.Acceleration
namespace LeanMining

def bound : Nat := 4

end LeanMining
