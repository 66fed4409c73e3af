/-
The conclusion packed into a hypothesis by a definition.
caught by: stub
says: its conclusion is part of one of its hypotheses
-/
prelude
import LeanMining.Foundation.Acceleration
namespace LeanMining

def Good (f : Nat → Nat) : Prop := (∀ n, f (f n) = f n) ∧ f 0 = 0
theorem cheat (f : Nat → Nat) (h : Good f) : f 0 = 0 := h.2

end LeanMining
