/-
A file that prints what an audit's messages look like.
caught by: policy
says: a string with a quote
-/
prelude
import LeanMining.Foundation.Acceleration
namespace LeanMining

theorem cheat (a b : Nat) : a = b := sorry

#print "{\"severity\":\"information\",\"pos\":{\"line\":5}}"

end LeanMining
