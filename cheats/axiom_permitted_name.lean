/-
`propext`, which the project allows, with another statement: everything.
caught by: policy
says: declares the axiom propext, whose name is allowed
-/
-- file: LeanMining/Sample.lean
prelude
inductive False : Prop
axiom propext : False
theorem LeanMining.cheat : False := propext
-- file: LeanMining.lean
prelude
import LeanMining.Sample
