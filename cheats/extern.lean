/-
A function whose compiled code is another one.
caught by: policy
says: uses `extern`
-/
prelude
import LeanMining.Foundation.Acceleration
namespace LeanMining

@[extern "lean_nat_sub"] def plus (a b : Nat) : Nat := Nat.add a b
theorem cheat (a : Nat) : plus a 0 = a := rfl

end LeanMining
