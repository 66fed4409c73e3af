/-
A file that ends in the middle.
caught by: reader
says: 
doctor: truncate
-/
prelude
import LeanMining.Foundation.Acceleration
namespace LeanMining

theorem cheat (a b : Prop) (h : a ∧ b) : b ∧ a := ⟨h.2, h.1⟩

end LeanMining
