/-
A definition hides the hypotheses, and a lemma in between the contradiction.
caught by: stub
says: its proof is that its hypotheses contradict each other
-/
prelude
import LeanMining.Foundation.Acceleration
namespace LeanMining

def Bound : Prop := ∀ n : Nat, Nat.succ n = n → n = 7
theorem no (n : Nat) : Nat.succ n = n → False :=
  Nat.rec (fun h => Nat.noConfusion h) (fun _ ih h => ih (Nat.noConfusion h id)) n
theorem absurdly (n : Nat) (h : Nat.succ n = n) : n = 7 := (no n h).elim
theorem cheat : Bound := fun n h => absurdly n h

end LeanMining
