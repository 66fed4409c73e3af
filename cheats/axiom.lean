/-
An axiom instead of a theorem.
caught by: axiom
says: nobody proved it
-/
prelude
import LeanMining.Foundation.Acceleration
namespace LeanMining

axiom cheat (a b : Nat) : a = b

end LeanMining
