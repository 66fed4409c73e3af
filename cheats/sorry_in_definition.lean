/-
A `sorry` in a definition of which the statement speaks.
caught by: sorry
says: it rests on a sorry: LeanMining.bound
-/
prelude
import LeanMining.Foundation.Acceleration
namespace LeanMining

noncomputable def bound : Nat := sorry
theorem cheat (n : Nat) (h : n = bound) : bound = n := h.symm

end LeanMining
