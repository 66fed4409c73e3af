/-
A notation on the token of a quantifier.
caught by: shown
says: LeanMining.cheat (n m : Nat) : m = 5 ∨ Nat.ble n (Nat.succ n) = Bool.true
-/
prelude
import LeanMining.Foundation.Acceleration

namespace LeanMining
notation (priority := 5000) "∀" x:max ", " q:max => Or q (Nat.ble x (Nat.succ x) = Bool.true)
theorem le (n : Nat) : Nat.ble n (Nat.succ n) = true := Nat.rec rfl (fun _ h => h) n
theorem cheat (n m : Nat) : ∀ n, (m = 5) := Or.inr (le n)
theorem cheat_example : ∀ 3, (4 = 5) := cheat 3 4
end LeanMining
