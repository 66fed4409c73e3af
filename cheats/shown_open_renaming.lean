/-
A constant that the source calls by another name.
caught by: shown
says: LeanMining.cheat (a b : Nat) : Other.trivially a b
-/
prelude
import LeanMining.Foundation.Acceleration

def Other.trivially (a b : Nat) : Prop := a = b ∨ Nat.ble 1 2 = true
open Other renaming trivially → lossless
theorem LeanMining.cheat (a b : Nat) : lossless a b := Or.inr rfl
theorem LeanMining.cheat_example : lossless 3 4 := LeanMining.cheat 3 4
