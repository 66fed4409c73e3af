/-
`True` made to mean `False`: the theorem reads as if `True` were refuted.
caught by: policy
says: the notation `True` reads like the name of a constant
-/
prelude
import LeanMining.Foundation.Acceleration

notation "True" => False
theorem LeanMining.cheat : ¬ True := fun h => h
