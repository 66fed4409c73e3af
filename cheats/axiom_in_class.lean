/-
The axiom as a class's field.
caught by: axiom
says: it is a field of LeanMining.Trusted
theorem: LeanMining.Trusted.law
-/
prelude
import LeanMining.Foundation.Acceleration
namespace LeanMining

class Trusted : Prop where
  law (a b : Nat) : a = b

end LeanMining
