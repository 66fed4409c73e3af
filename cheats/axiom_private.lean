/-
A private axiom, which no other module can name.
caught by: axiom
says: which the project does not allow
-/
prelude
import LeanMining.Foundation.Acceleration
namespace LeanMining

private axiom assumed (a b : Nat) : a = b
theorem cheat (a b : Nat) : a = b := assumed a b

end LeanMining
