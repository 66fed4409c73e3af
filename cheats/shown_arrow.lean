/-
A notation on the arrow of implication. The certificate shows the disjunction that was proved.
caught by: shown
says: LeanMining.cheat : 1 = 1 ∨ 1 = 2
-/
prelude
import LeanMining.Foundation.Acceleration

namespace LeanMining
infixr:25 (priority := 2000) " → " => Or
theorem cheat : (1 = 1 → 1 = 2) := Or.inl rfl
end LeanMining
