/-
A let hides the hypotheses.
caught by: stub
says: its proof is that its hypotheses contradict each other
-/
prelude
import LeanMining.Foundation.Acceleration
namespace LeanMining

theorem no (n : Nat) : Nat.succ n = n → False :=
  Nat.rec (fun h => Nat.noConfusion h) (fun _ ih h => ih (Nat.noConfusion h id)) n
theorem cheat : let steady := fun n : Nat => Nat.succ n = n; ∀ n, steady n → n = 7 :=
  fun n h => (no n h).elim

end LeanMining
