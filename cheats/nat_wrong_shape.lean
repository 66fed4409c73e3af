/-
A `Nat` with one constructor more, under literals.
caught by: policy
says: declares Nat, which the kernel treats by its name
-/
-- file: LeanMining/Sample.lean
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

theorem LeanMining.cheat : Eq (Nat.succ Nat.zero) (Nat.succ Nat.zero) := Eq.refl
-- file: LeanMining.lean
prelude
import LeanMining.Sample
