/-
A private axiom called like an allowed one.
caught by: axiom
says: which the project does not allow
-/
prelude
import LeanMining.Foundation.Acceleration
namespace LeanMining

private axiom propext (a b : Nat) : a = b
theorem cheat (a b : Nat) : a = b := propext a b

end LeanMining
