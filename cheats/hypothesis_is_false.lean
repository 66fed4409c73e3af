/-
A hypothesis that is `False`, or as good as that.
caught by: stub
says: contradict
-/
prelude
import LeanMining.Foundation.Acceleration
namespace LeanMining

theorem cheat (n : Nat) (h : False) : n = 7 := h.elim

end LeanMining
