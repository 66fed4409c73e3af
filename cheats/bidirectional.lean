/-
A character that turns the direction of what follows on the screen.
caught by: policy
says: the invisible character U+202E
-/
prelude
import LeanMining.Foundation.Acceleration
namespace LeanMining

-- what follows is read backwards: ‮ eurt
theorem cheat (a b : Nat) (h : a = b) : b = a ∧ True := ⟨h.symm, .intro⟩

end LeanMining
