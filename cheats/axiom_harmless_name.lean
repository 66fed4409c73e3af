/-
An axiom under a name that sounds like a library's.
caught by: axiom
says: it rests on LeanMining.Nat.eq_of_measure
-/
prelude
import LeanMining.Foundation.Acceleration
namespace LeanMining

axiom Nat.eq_of_measure (a b : Nat) : a = b
theorem cheat (a b : Nat) : a = b := Nat.eq_of_measure a b

end LeanMining
