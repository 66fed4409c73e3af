/-
A definition that is a proposition, and no proof of it.
caught by: names
says: is of kind 'def', not a theorem
-/
prelude
import LeanMining.Foundation.Acceleration
namespace LeanMining

def cheat : Prop := ∀ a b : Nat, a = b

end LeanMining
