/-
The theorem is private, so that another module may declare it anew.
caught by: names
says: LeanMining.cheat is private
-/
prelude
import LeanMining.Foundation.Acceleration
namespace LeanMining

private theorem cheat (a b : Nat) (h : a = b) : b = a := h.symm

end LeanMining
