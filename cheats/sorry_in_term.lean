/-
A `sorry` deep inside a proof term.
caught by: sorry
says: its proof is a sorry
-/
prelude
import LeanMining.Foundation.Acceleration
namespace LeanMining

theorem cheat (a b : Prop) (h : a) : a ∧ (b → a ∧ b) := ⟨h, fun k => ⟨h, (fun x : b => x) sorry⟩⟩

end LeanMining
