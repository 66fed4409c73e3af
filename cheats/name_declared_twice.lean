/-
Two modules declare the name, each with another definition.
caught by: Lean
says: already contains
-/
-- file: LeanMining/A.lean
prelude
import LeanMining.Foundation.Acceleration
namespace LeanMining

def bound : Nat := 1
theorem cheat : bound = 1 := rfl

end LeanMining
-- file: LeanMining/B.lean
prelude
import LeanMining.Foundation.Acceleration
namespace LeanMining

def bound : Nat := 2

end LeanMining
-- file: LeanMining/Sample.lean
prelude
import LeanMining.A
import LeanMining.B
