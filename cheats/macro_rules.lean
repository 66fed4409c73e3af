/-
New rules for syntax that exists: `∧` becomes `∨`.
caught by: policy
says: uses `macro_rules`
-/
prelude
import LeanMining.Foundation.Acceleration
namespace LeanMining

macro_rules | `($a ∧ $b) => `($a ∨ $b)
theorem cheat (a b : Prop) (h : a) : a ∧ b := .inl h

end LeanMining
