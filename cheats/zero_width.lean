/-
A name with a space of no width in it.
caught by: policy
says: the invisible character U+200B
-/
prelude
import LeanMining.Foundation.Acceleration
namespace LeanMining

def «Nat​» : Type := Bool
theorem cheat (a b : «Nat​») (h : a = b) : b = a ∧ True := ⟨h.symm, .intro⟩

end LeanMining
