/-
A variable of the statement that is an instance for the library's type.
caught by: policy
says: it rests on a variable, an instance beside instAddNat of
-/
prelude
import LeanMining.Foundation.Acceleration

namespace LeanMining
theorem cheat [Add Nat] (h : ∀ a b : Nat, a + b = a) : (2 + 2 : Nat) = 2 := h 2 2
theorem cheat_example : @HAdd.hAdd Nat Nat Nat (@instHAdd Nat ⟨fun a _ => a⟩) 2 2 = 2 :=
  @cheat ⟨fun a _ => a⟩ (fun _ _ => rfl)
end LeanMining
