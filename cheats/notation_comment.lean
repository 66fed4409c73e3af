/-
A notation that makes code of what looks like a comment.
caught by: policy
says: 
-/
prelude
import LeanMining.Foundation.Acceleration

notation "end--" => True
theorem LeanMining.cheat : end-- := .intro
