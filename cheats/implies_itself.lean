/-
`P → P`.
caught by: stub
says: its conclusion is one of its hypotheses
-/
prelude
import LeanMining.Foundation.Acceleration
namespace LeanMining

theorem cheat (p : Nat → Prop) : ∀ n, p n → p n := fun _ h => h

end LeanMining
