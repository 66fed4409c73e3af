/-
A definition marked unsafe in the file, so that no replay looks at it.
caught by: names
says: rests on unsafe or partial constants
doctor: mark_unsafe LeanMining.bound
-/
prelude
import LeanMining.Foundation.Acceleration
namespace LeanMining

def bound : Nat := 3
theorem cheat : ∃ n : Nat, n = bound := ⟨3, rfl⟩

end LeanMining
