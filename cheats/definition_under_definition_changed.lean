/-
A definition changed two levels below the statement.
caught by: pins
says: LeanMining.bound, under LeanMining.cheat
-/
-- before: LeanMining/Sample.lean
prelude
import LeanMining.Foundation.Acceleration
namespace LeanMining

def bound : Nat := 1
def within (n : Nat) : Prop := n = bound
theorem cheat : ∃ n, within n := ⟨bound, rfl⟩

end LeanMining
-- file: LeanMining/Sample.lean
prelude
import LeanMining.Foundation.Acceleration
namespace LeanMining

def bound : Nat := 1000
def within (n : Nat) : Prop := n = bound
theorem cheat : ∃ n, within n := ⟨bound, rfl⟩

end LeanMining
