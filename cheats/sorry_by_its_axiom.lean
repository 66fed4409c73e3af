/-
The axiom behind `sorry`, called by its name, so that Lean warns of nothing.
caught by: sorry
says: its proof is a sorry
-/
prelude
import LeanMining.Foundation.Acceleration
namespace LeanMining

theorem cheat (a b : Nat) : a = b := sorryAx _ false

end LeanMining
