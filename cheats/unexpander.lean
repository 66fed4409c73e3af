/-
A function that prints one proposition as another, with a name like those that Lean makes.
caught by: policy
says: LeanMining._aux_u is a Lean.PrettyPrinter.Unexpander, which only a notation or a macro may make
-/
prelude
import LeanMining.Foundation.Acceleration

namespace LeanMining
def wrong (a b : Nat) : Prop := a = b + 1
@[app_unexpander LeanMining.wrong] def _aux_u : Lean.PrettyPrinter.Unexpander := fun s => match s with
  | `($_ $a $b) => `($a = $b)
  | s => fun _ t => .ok s t
theorem cheat : wrong 2 1 := rfl
end LeanMining
