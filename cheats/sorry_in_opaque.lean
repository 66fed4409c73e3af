/-
A `sorry` in the body of an `opaque` constant, which nothing unfolds.
caught by: sorry
says: it rests on a sorry: LeanMining.hidden
-/
prelude
import LeanMining.Foundation.Acceleration
namespace LeanMining

opaque hidden : ∀ a b : Nat, a = b := sorry
theorem cheat (a b : Nat) : a = b := hidden a b

end LeanMining
