/-
An implicit argument that nothing printed determines, and that changes what is said.
caught by: shown
says: LeanMining.cheat (n : Nat) : LeanMining.below (bound := Nat.succ n) n
-/
prelude
import LeanMining.Foundation.Acceleration

namespace LeanMining
def below {bound : Nat} (n : Nat) : Prop := Nat.ble n bound = true
theorem le (n : Nat) : Nat.ble n (Nat.succ n) = true := Nat.rec rfl (fun _ h => h) n
theorem cheat (n : Nat) : below (bound := Nat.succ n) n := le n
theorem cheat_example : below (bound := 4) 3 := cheat 3
end LeanMining
