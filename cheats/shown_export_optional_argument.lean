/-
A constant whose argument may be left out, exported under the name of a proposition.
caught by: shown
says: LeanMining.cheat (a b : Nat) (h : a = b) : Other.False 0 ∧ b = a
-/
prelude
import LeanMining.Foundation.Acceleration

def Other.False (_ : Nat := 0) : Prop := True
namespace LeanMining
export Other (False)
theorem cheat (a b : Nat) (h : a = b) : False ∧ b = a := ⟨True.intro, h.symm⟩
theorem cheat_example : False ∧ 3 = 3 := cheat 3 3 rfl
end LeanMining
