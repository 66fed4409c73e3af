/-
An argument that only a proof determines, and proofs are not printed in full.
caught by: shown
says: LeanMining.small (n := 8) ⋯ ∧ 3 = m
-/
prelude
import LeanMining.Foundation.Acceleration

namespace LeanMining
theorem least (n : Nat) : Nat.ble 0 n = true := Nat.rec rfl (fun _ _ => rfl) n
def small {n : Nat} (_ : Nat.ble 0 n = true) : Prop := Nat.ble n 8 = true
theorem cheat (m : Nat) (h : m = 3) : small (n := 8) (least 8) ∧ 3 = m := ⟨rfl, h.symm⟩
theorem cheat_example : small (n := 8) (least 8) ∧ 3 = 3 := cheat 3 rfl
end LeanMining
