/-
A module that nothing imports.
caught by: names
says: LeanMining/Hidden.lean
-/
-- file: LeanMining/Hidden.lean
prelude
import LeanMining.Foundation.Acceleration
namespace LeanMining

theorem cheat (a b : Nat) (h : a = b) : b = a := h.symm

end LeanMining
-- file: LeanMining/Sample.lean
prelude
import LeanMining.Foundation.Acceleration
namespace LeanMining

def nothing : Nat := 0

end LeanMining
