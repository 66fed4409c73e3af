/-
A token that takes in the variable beside it: `n=m` is no equation.
caught by: shown
says: LeanMining.cheat (n m : Nat) (h : m = 3) : Nat.ble n (Nat.succ n) = Bool.true ∧ m = 3
-/
prelude
import LeanMining.Foundation.Acceleration

namespace LeanMining
notation:50 a:51 "=m" => Nat.ble a (Nat.succ a) = true
theorem le (n : Nat) : Nat.ble n (Nat.succ n) = true := Nat.rec rfl (fun _ h => h) n
theorem cheat (n m : Nat) (h : m = 3) : n=m ∧ m = 3 := ⟨le n, h⟩
theorem cheat_example : (5 =m) ∧ 3 = 3 := cheat 5 3 rfl
end LeanMining
