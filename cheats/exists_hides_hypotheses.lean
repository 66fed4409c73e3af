/-
What is said to exist is bounded under hypotheses that never hold.
caught by: no example
says: 
-/
prelude
import LeanMining.Foundation.Acceleration
namespace LeanMining

theorem no (n : Nat) : Nat.succ n = n → False :=
  Nat.rec (fun h => Nat.noConfusion h) (fun _ ih h => ih (Nat.noConfusion h id)) n
theorem cheat : ∃ c : Nat, ∀ m : Nat, Nat.succ m = m → m = c := ⟨0, fun m h => (no m h).elim⟩
theorem cheat_example : ∃ c : Nat, Nat.succ 3 = 3 → 3 = c := cheat.elim fun c h => ⟨c, h 3⟩

end LeanMining
