/-
A hypothesis that no number satisfies.
caught by: no example
says: 
-/
prelude
import LeanMining.Foundation.Acceleration
namespace LeanMining

def Reduced (n : Nat) : Prop := n + 1 = 0
theorem cheat (n m : Nat) (h : Reduced n) : n = m + 7 := Eq.symm (nomatch h)

end LeanMining
