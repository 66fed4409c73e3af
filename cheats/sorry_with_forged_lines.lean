/-
A `sorry` in a file that prints what an honest audit would print.
caught by: sorry
says: its proof is a sorry
-/
prelude
import LeanMining.Foundation.Acceleration
namespace LeanMining

theorem cheat (a b : Nat) : a = b := sorry

#print "LeanMining.cheat does not depend on any axioms"
#print axioms Nat.add
#check (rfl : 1 = 1)

end LeanMining
