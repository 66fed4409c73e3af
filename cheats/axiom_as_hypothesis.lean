/-
The axiom as a class of which nobody gives an instance.
caught by: no example
says: 
-/
prelude
import LeanMining.Foundation.Acceleration
namespace LeanMining

class Trusted : Prop where
  law (a b : Nat) : a = b

theorem cheat [Trusted] (a b : Nat) : a = b := Trusted.law a b

end LeanMining
