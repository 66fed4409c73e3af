/-
An example that itself assumes the hypothesis.
caught by: no example
says: 
-/
prelude
import LeanMining.Foundation.Acceleration
namespace LeanMining

def Reduced (n : Nat) : Prop := n + 1 = 0
theorem cheat (n m : Nat) (h : Reduced n) : n = m + 7 := Eq.symm (nomatch h)
theorem cheat_example (h : Reduced 3) : 3 = 1 + 7 := cheat 3 1 h

end LeanMining
