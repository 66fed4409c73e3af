/-
A definition in the theorem's namespace by the name of one outside.
caught by: policy
says: hides False
-/
prelude
import LeanMining.Foundation.Acceleration
namespace LeanMining

def False : Prop := True
theorem cheat (a : Nat) (h : a = a) : False ∧ a = a := ⟨.intro, h⟩

end LeanMining
