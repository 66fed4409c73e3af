/-
The conclusion as a hypothesis.
caught by: stub
says: its conclusion is one of its hypotheses
-/
prelude
import LeanMining.Foundation.Acceleration
namespace LeanMining

theorem cheat (f : Nat → Nat) (h : ∀ n, f (f n) = f n) : ∀ n, f (f n) = f n := h

end LeanMining
