/-
`↔` weakened to `→`.
caught by: pins
says: the statement of LeanMining.cheat
-/
-- before: LeanMining/Sample.lean
prelude
import LeanMining.Foundation.Acceleration
namespace LeanMining

theorem cheat (a b : Prop) : a ∧ b ↔ b ∧ a := ⟨fun h => ⟨h.2, h.1⟩, fun h => ⟨h.2, h.1⟩⟩

end LeanMining
-- file: LeanMining/Sample.lean
prelude
import LeanMining.Foundation.Acceleration
namespace LeanMining

theorem cheat (a b : Prop) : a ∧ b → b ∧ a := fun h => ⟨h.2, h.1⟩

end LeanMining
