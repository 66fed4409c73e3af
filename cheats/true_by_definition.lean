/-
A proposition with a grand name that is `True`.
caught by: stub
says: it states True by definition
-/
prelude
import LeanMining.Foundation.Acceleration
namespace LeanMining

def IsNucleus (_ : Nat → Nat) : Prop := True
theorem cheat (f : Nat → Nat) : IsNucleus f := .intro

end LeanMining
