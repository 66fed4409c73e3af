/-
The axiom by which compiled code proves theorems.
caught by: policy
says: declares Lean.reduceBool, which the kernel treats by its name
-/
prelude
import LeanMining.Foundation.Acceleration

opaque Lean.reduceBool (b : Bool) : Bool := b
axiom Lean.ofReduceBool (a b : Bool) (h : Lean.reduceBool a = b) : a = b
theorem LeanMining.cheat (a b : Bool) (h : Lean.reduceBool a = b) : a = b := Lean.ofReduceBool a b h
