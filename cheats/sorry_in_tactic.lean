/-
A `sorry` that a tactic block falls back on.
caught by: sorry
says: its proof is a sorry
-/
prelude
import LeanMining.Foundation.Acceleration
namespace LeanMining

theorem cheat (a b : Nat) : a = b := by first | rfl | exact sorry

end LeanMining
