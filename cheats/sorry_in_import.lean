/-
A `sorry` in a lemma of another module.
caught by: sorry
says: it rests on a sorry: LeanMining.lemma
-/
-- file: LeanMining/Lemma.lean
prelude
import LeanMining.Foundation.Acceleration
namespace LeanMining

theorem lemma (a b : Nat) : a = b := sorry

end LeanMining
-- file: LeanMining/Sample.lean
prelude
import LeanMining.Lemma

theorem LeanMining.cheat (a b : Nat) : b = a := LeanMining.lemma b a
