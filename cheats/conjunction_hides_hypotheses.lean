/-
A part of the conclusion has hypotheses that never hold.
caught by: no example
says: 
-/
prelude
import LeanMining.Foundation.Acceleration
namespace LeanMining

theorem no (n : Nat) : Nat.succ n = n → False :=
  Nat.rec (fun h => Nat.noConfusion h) (fun _ ih h => ih (Nat.noConfusion h id)) n
theorem cheat (n : Nat) : n = n ∧ ∀ m : Nat, Nat.succ m = m → m = 7 :=
  ⟨rfl, fun m h => (no m h).elim⟩
theorem cheat_example : 3 = 3 := (cheat 3).1

end LeanMining
