/-
A constant with a Cyrillic letter in its name.
caught by: policy
says: looks like Nat.add
-/
prelude
import LeanMining.Foundation.Acceleration

def Nat.«аdd» (_ _ : Nat) : Nat := 0
theorem LeanMining.cheat (n : Nat) (h : n = 2) : Nat.«аdd» n 2 = 0 ∧ n = 2 := ⟨rfl, h⟩
