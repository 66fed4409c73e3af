/-
An example applies the theorem through a lemma that assumes the hypothesis.
caught by: no example
says: 
-/
prelude
import LeanMining.Foundation.Acceleration
namespace LeanMining

def Reduced (n : Nat) : Prop := n + 1 = 0
def Bound : Prop := ∀ n, Reduced n → n = 7
theorem cheat : Bound := fun n h => Eq.symm (nomatch h)
theorem passed_on (n : Nat) (h : Reduced n) : n = 7 := cheat n h
theorem cheat_example : Reduced 3 → 3 = 7 := passed_on 3

end LeanMining
