/-
A bit of a stored proof's address flipped.
caught by: reader
says: refers to the address
doctor: flip LeanMining.cheat
-/
prelude
import LeanMining.Foundation.Acceleration
namespace LeanMining

theorem cheat (a b : Prop) (h : a ∧ b) : b ∧ a := ⟨h.2, h.1⟩

end LeanMining
