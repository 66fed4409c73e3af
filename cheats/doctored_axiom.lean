/-
An axiom's name and type given to an honest theorem, so that it is stored as proved.
caught by: replay
says: the kernel refuses
doctor: exchange LeanMining.cheat LeanMining.truth
-/
prelude
import LeanMining.Foundation.Acceleration
namespace LeanMining

theorem truth : True ∧ True := ⟨.intro, .intro⟩
axiom cheat : ∀ a b : Nat, a = b

end LeanMining
