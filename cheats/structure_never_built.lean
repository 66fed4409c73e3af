/-
A structure that nothing satisfies, for the theorem to speak of.
caught by: no example
says: 
-/
prelude
import LeanMining.Foundation.Acceleration
namespace LeanMining

structure Calibrated where
  scale : Nat
  below : scale + 1 = 0
theorem cheat (c : Calibrated) (n : Nat) : c.scale = n := Eq.symm (nomatch c.below)

end LeanMining
