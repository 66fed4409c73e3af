/-
An example whose hypothesis is left to `sorry`.
caught by: no example
says: 
-/
prelude
import LeanMining.Foundation.Acceleration
namespace LeanMining

def Reduced (n : Nat) : Prop := n + 1 = 0
theorem cheat (n m : Nat) (h : Reduced n) : n = m + 7 := Eq.symm (nomatch h)
theorem cheat_example : 3 = 1 + 7 := cheat 3 1 sorry

end LeanMining
