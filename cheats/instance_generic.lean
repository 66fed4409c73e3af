/-
A generic instance that comes before the library's.
caught by: policy
says: it rests on LeanMining.instAddPlain, an instance beside instAddNat of
-/
prelude
import LeanMining.Foundation.Acceleration

namespace LeanMining
class Plain (α : Type) where
instance : Plain Nat := ⟨⟩
instance (priority := 2000) instAddPlain {α : Type} [Plain α] : Add α := ⟨fun a _ => a⟩
theorem cheat : (2 + 2 : Nat) = 2 := rfl
end LeanMining
