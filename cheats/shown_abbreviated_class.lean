/-
An instance variable of a class under another name, beside one of the class itself.
caught by: shown
says: @HAdd.hAdd α α α (@instHAdd α i) a a
-/
prelude
import LeanMining.Foundation.Acceleration

namespace LeanMining
abbrev Also (α : Type) : Type := Add α
theorem cheat {α : Type} [Add α] [i : Also α] (a b : α)
    (h : b = @HAdd.hAdd α α α (@instHAdd α i) a a) : @HAdd.hAdd α α α (@instHAdd α i) a a = b := h.symm
theorem cheat_example : (3 + 3 : Nat) = 6 := @cheat Nat instAddNat instAddNat 3 6 rfl
end LeanMining
