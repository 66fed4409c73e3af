/-
An instance of the operation between types, for one type.
caught by: policy
says: it rests on LeanMining.instHAddN, an instance beside instHAdd of
-/
prelude
import LeanMining.Foundation.Acceleration

namespace LeanMining
noncomputable instance (priority := 2000) instHAddN : HAdd Nat Nat Nat := ⟨fun a b => Nat.rec a (fun _ r => r) b⟩
theorem cheat : (2 : Nat) + (2 : Nat) = (2 : Nat) := rfl
end LeanMining
