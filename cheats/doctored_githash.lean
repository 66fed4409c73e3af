/-
A file that another Lean wrote.
caught by: reader
says: another Lean wrote it
doctor: other_githash
-/
prelude
import LeanMining.Foundation.Acceleration
namespace LeanMining

theorem cheat (a b : Prop) (h : a ∧ b) : b ∧ a := ⟨h.2, h.1⟩

end LeanMining
