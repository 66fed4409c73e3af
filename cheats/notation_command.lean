/-
A notation that takes the place of the command that an audit asks with.
caught by: policy
says: reads like a command
-/
prelude
import LeanMining.Foundation.Acceleration

notation "#check" => True
theorem LeanMining.cheat : ¬ ¬ #check := fun h => h .intro
