/-
The field of a structure hides the hypotheses.
caught by: no example
says: 
-/
prelude
import LeanMining.Foundation.Acceleration
namespace LeanMining

theorem no (n : Nat) : Nat.succ n = n → False :=
  Nat.rec (fun h => Nat.noConfusion h) (fun _ ih h => ih (Nat.noConfusion h id)) n
structure Bound : Prop where
  all (n : Nat) : Nat.succ n = n → n = 7
theorem cheat : Bound := ⟨fun n h => (no n h).elim⟩
theorem cheat_example : Bound := ⟨fun n h => cheat.all n h⟩

end LeanMining
