/-
A variable by the name of a constant.
caught by: policy
says: its variable False hides False
-/
prelude
import LeanMining.Foundation.Acceleration
namespace LeanMining

theorem cheat (a : Prop) (False : Prop) (h : False) : False ∧ False := ⟨h, h⟩

end LeanMining
