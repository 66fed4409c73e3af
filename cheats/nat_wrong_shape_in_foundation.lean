/-
The same within the foundation.
caught by: tie
says: Nat is not the type with the constructors
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
inductive Nat : Type where | zero : Nat | succ (n : Nat) : Nat | infinity : Nat
-- file: LeanMining/Sample.lean
prelude
import LeanMining.Foundation.Core

theorem LeanMining.cheat : Eq (Nat.succ Nat.zero) (Nat.succ Nat.zero) := Eq.refl
-- file: LeanMining.lean
prelude
import LeanMining.Sample
