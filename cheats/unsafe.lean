/-
An unsafe definition, which may have any type.
caught by: policy
says: uses `unsafe`
-/
prelude
import LeanMining.Foundation.Acceleration
namespace LeanMining

unsafe def anything : False := anything
theorem cheat (a : Prop) (h : a) : a ∧ a := ⟨h, h⟩

end LeanMining
