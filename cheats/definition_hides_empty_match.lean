/-
A definition hides the hypotheses, which a match without cases refutes.
caught by: stub
says: its proof is that its hypotheses contradict each other
-/
prelude
import LeanMining.Foundation.Acceleration
namespace LeanMining

def Bound : Prop := ∀ n : Nat, Nat.succ n = 0 → n = 7
theorem cheat : Bound := fun _ h => nomatch h

end LeanMining
