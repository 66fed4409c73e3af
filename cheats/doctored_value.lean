/-
A stored proof replaced by that of another theorem.
caught by: replay
says: the kernel refuses
doctor: give_value LeanMining.cheat LeanMining.honest
-/
prelude
import LeanMining.Foundation.Acceleration
namespace LeanMining

theorem honest : True ∧ True := ⟨.intro, .intro⟩
theorem cheat (a b : Prop) (h : a ∧ b) : b ∧ a := ⟨h.2, h.1⟩

end LeanMining
