/-
A `sorry` in an instance that the proof finds by itself.
caught by: sorry
says: it rests on a sorry
-/
prelude
import LeanMining.Foundation.Acceleration
namespace LeanMining

class Collapses (α : Type) : Prop where
  all_equal (a b : α) : a = b

instance instCollapsesNat : Collapses Nat := ⟨sorry⟩
theorem cheat (a b : Nat) : a = b := Collapses.all_equal a b

end LeanMining
