/-
A macro that reads one proposition as another, with a name like those that Lean makes.
caught by: policy
says: LeanMining._aux_m is a Lean.Macro, which only a notation or a macro may make
-/
prelude
import LeanMining.Foundation.Acceleration

namespace LeanMining
@[macro «term_=_»] def _aux_m : Lean.Macro := fun s => match s with
  | `($a = $b) => `(Ne $a $b)
  | _ => `(True)
theorem cheat : 1 = 2 := fun h => nomatch h
end LeanMining
