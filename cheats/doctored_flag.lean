/-
A type with a universe parameter for a theorem that has none, and the cached flag that says so cleared.
caught by: replay
says: the kernel refuses
doctor: give_type_clear_flags LeanMining.cheat LeanMining.honest
-/
prelude
import LeanMining.Foundation.Acceleration
namespace LeanMining

theorem honest.{u} (α : Sort u) (a b : α) (h : a = b) : b = a := h.symm
theorem cheat (α : Type) (a b : α) (h : a = b) : b = a := h.symm

end LeanMining
