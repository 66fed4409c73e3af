/-
A `sorry` in a `let` whose variable the rest of the proof never mentions.
caught by: sorry
says: its proof is a sorry
-/
prelude
import LeanMining.Foundation.Acceleration
namespace LeanMining

theorem cheat : ∃ n : Nat, n = 3 :=
  let unused : ∀ a b : Nat, a = b := sorry
  ⟨3, rfl⟩

end LeanMining
