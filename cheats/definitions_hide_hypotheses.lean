/-
Definitions in definitions hide the hypotheses, and an example restates the theorem.
caught by: no example
says: 
-/
prelude
import LeanMining.Foundation.Acceleration
namespace LeanMining

def Steady (n : Nat) : Prop := Nat.succ n = n
def Implies (p : Nat → Prop) (n : Nat) : Prop := p n → n = 7
def Bound : Prop := ∀ n, Implies Steady n
theorem no (n : Nat) : Nat.succ n = n → False :=
  Nat.rec (fun h => Nat.noConfusion h) (fun _ ih h => ih (Nat.noConfusion h id)) n
theorem cheat : Bound := fun n h => Eq.symm (no n h).elim
theorem cheat_example : Bound := cheat

end LeanMining
