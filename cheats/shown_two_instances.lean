/-
Two instances for one type of the project, of which the later one is used.
caught by: shown
says: where Add LeanMining.Pair is LeanMining.addAgain
-/
prelude
import LeanMining.Foundation.Acceleration

namespace LeanMining
structure Pair where
  fst : Nat
  snd : Nat
instance add : Add Pair := ⟨fun a b => ⟨a.fst + b.fst, a.snd + b.snd⟩⟩
instance addAgain : Add Pair := ⟨fun a _ => a⟩
theorem cheat (a b c : Pair) (h : a + b = c) : c = a := h.symm
theorem cheat_example : (⟨1, 2⟩ : Pair) = ⟨1, 2⟩ := cheat ⟨1, 2⟩ ⟨3, 4⟩ ⟨1, 2⟩ rfl
end LeanMining
