/-
A constant with full-width letters in its name.
caught by: policy
says: looks like
-/
prelude
import LeanMining.Foundation.Acceleration

def «Ｎat» : Type := Bool
theorem LeanMining.cheat (a b : «Ｎat») (h : a = b) : b = a ∧ True := ⟨h.symm, .intro⟩
