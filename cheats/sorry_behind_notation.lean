/-
A `sorry` that a notation spells `obvious`.
caught by: sorry
says: its proof is a sorry
-/
prelude
import LeanMining.Foundation.Acceleration

notation "obvious" => sorry
theorem LeanMining.cheat (a b : Nat) : a = b := obvious
