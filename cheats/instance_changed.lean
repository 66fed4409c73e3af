/-
An instance changed under an unchanged theorem.
caught by: pins
says: LeanMining.instAddPair, under LeanMining.cheat
-/
-- before: LeanMining/Sample.lean
prelude
import LeanMining.Foundation.Acceleration
namespace LeanMining

structure Pair where
  fst : Nat
  snd : Nat
instance instAddPair : Add Pair := ⟨fun a b => ⟨a.1 + b.1, a.2 + b.2⟩⟩
theorem cheat : ∃ a b : Pair, a + b = ⟨1, 1⟩ := ⟨⟨0, 1⟩, ⟨1, 0⟩, rfl⟩

end LeanMining
-- file: LeanMining/Sample.lean
prelude
import LeanMining.Foundation.Acceleration
namespace LeanMining

structure Pair where
  fst : Nat
  snd : Nat
instance instAddPair : Add Pair := ⟨fun _ _ => ⟨1, 1⟩⟩
theorem cheat : ∃ a b : Pair, a + b = ⟨1, 1⟩ := ⟨⟨0, 1⟩, ⟨1, 0⟩, rfl⟩

end LeanMining
