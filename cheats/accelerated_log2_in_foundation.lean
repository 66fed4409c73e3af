/-
The same with the logarithm.
caught by: tie
says: Nat.log2 is declared, for which no equations are known
-/
-- file: LeanMining/Foundation/Core.lean
prelude
set_option autoImplicit false
set_option bootstrap.inductiveCheckResultingUniverse false
universe u
inductive Eq {α : Sort u} (a : α) : α → Prop where | refl : Eq a a
inductive False : Prop
inductive True : Prop where | intro
inductive Bool : Type where | false : Bool | true : Bool
set_option genCtorIdx false in
inductive Nat : Type where | zero : Nat | succ (n : Nat) : Nat

noncomputable def Nat.log2 (_ : Nat) : Nat := Nat.succ Nat.zero
-- file: LeanMining/Sample.lean
prelude
import LeanMining.Foundation.Core

theorem LeanMining.cheat (n : Nat) : Eq (Nat.log2 n) (Nat.succ Nat.zero) := Eq.refl
-- file: LeanMining.lean
prelude
import LeanMining.Sample
