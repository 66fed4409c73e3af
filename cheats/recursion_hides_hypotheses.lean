/-
A definition by cases hides the hypotheses, once it is applied to a number.
caught by: no example
says: 
-/
prelude
import LeanMining.Foundation.Acceleration
namespace LeanMining

theorem no (n : Nat) : Nat.succ n = n → False :=
  Nat.rec (fun h => Nat.noConfusion h) (fun _ ih h => ih (Nat.noConfusion h id)) n
def Bound : Nat → Prop
  | .zero => ∀ m : Nat, Nat.succ m = m → m = 7
  | .succ _ => ∀ m : Nat, Nat.succ m = m → m = 8
theorem cheat : (n : Nat) → Bound n
  | .zero => fun m h => Eq.symm (no m h).elim
  | .succ _ => fun m h => Eq.symm (no m h).elim
theorem cheat_example : Bound 3 := cheat 3

end LeanMining
