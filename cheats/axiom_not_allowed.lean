/-
An axiom of the foundation that the project does not allow.
caught by: axiom
says: it rests on Classical.choice
-/
prelude
import LeanMining.Foundation.Acceleration
namespace LeanMining

theorem cheat (p : Nat → Prop) (h : ∃ n, p n) : ∃ n, p n ∧ n = n :=
  let m : Nat := Classical.choice (h.elim fun n _ => ⟨n⟩)
  h.elim fun n k => ⟨n, k, (fun _ : m = m => rfl) rfl⟩

end LeanMining
