/-
The stored type of an honest proof swapped for that of a false statement.
caught by: replay
says: the kernel refuses
doctor: give_type LeanMining.cheat LeanMining.wrong
-/
prelude
import LeanMining.Foundation.Acceleration
namespace LeanMining

axiom wrong (a b : Prop) (h : a ∧ b) : a ∧ ¬ a
theorem cheat (a b : Prop) (h : a ∧ b) : b ∧ a := ⟨h.2, h.1⟩

end LeanMining
