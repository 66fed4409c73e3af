/-
One part with a dot in it, which prints like a name of two.
caught by: names
says: the library has no theorem LeanMining.cheat
-/
prelude
import LeanMining.Foundation.Acceleration

theorem «LeanMining.cheat» (a b : Nat) (h : a = b) : b = a := h.symm
