/-
A `sorry` in a module beside the one of the theorem, which the root imports and nothing else does.
caught by: library
says: LeanMining/Beside.lean:3: LeanMining.beside holds a sorry
-/
-- file: LeanMining.lean
prelude
import LeanMining.Foundation.Acceleration
import LeanMining.Sample
import LeanMining.Beside
-- file: LeanMining/Beside.lean
prelude
import LeanMining.Foundation.Acceleration
theorem LeanMining.beside : 1 = 2 := sorry
-- file: LeanMining/Sample.lean
prelude
import LeanMining.Foundation.Acceleration
namespace LeanMining

theorem cheat (n m : Nat) (h : n = m) : m + 1 = n + 1 := h ▸ rfl
theorem cheat_example : 3 + 1 = 3 + 1 := cheat 3 3 rfl

end LeanMining
