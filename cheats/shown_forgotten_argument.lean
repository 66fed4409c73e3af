/-
An argument that only the type of another one names, and that this type forgets.
caught by: shown
says: LeanMining.cheat (m x : Nat) (h : m = x) : LeanMining.below (n := Nat.succ x) m
-/
prelude
import LeanMining.Foundation.Acceleration

namespace LeanMining
def Tag (_ : Nat) : Type := Nat
def below {n : Nat} (x : Tag n) : Prop := Nat.ble x n = true
theorem le (n : Nat) : Nat.ble n (Nat.succ n) = true := Nat.rec rfl (fun _ h => h) n
theorem cheat (m x : Nat) (h : m = x) : below (n := Nat.succ x) m := h ▸ le m
theorem cheat_example : below (n := 4) (3 : Nat) := cheat 3 3 rfl
end LeanMining
