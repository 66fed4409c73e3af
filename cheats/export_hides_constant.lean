/-
A definition of another namespace, exported to the theorem's under the name of one outside.
caught by: policy
says: hides False
-/
prelude
import LeanMining.Foundation.Acceleration
namespace LeanMining

def Other.False : Prop := True
export Other (False)
theorem cheat (a b : Nat) (h : a = b) : False ∧ b = a := ⟨True.intro, h.symm⟩

end LeanMining
