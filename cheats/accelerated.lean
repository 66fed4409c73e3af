/-
A function that the kernel computes by its name, defined to be something else.
caught by: policy
says: which the kernel treats by its name
each: OP WRONG RIGHT = add one zero, sub one zero, mul one zero, div one zero, mod one zero, gcd one zero,
  land one zero, lor one zero, xor one zero, shiftLeft one zero, shiftRight one zero, pow zero one
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
inductive Nat : Type where | zero : Nat | succ (n : Nat) : Nat

noncomputable def Nat.one : Nat := Nat.succ Nat.zero
noncomputable def Nat.OP (_ _ : Nat) : Nat := Nat.WRONG
theorem LeanMining.cheat : Eq (Nat.OP Nat.zero Nat.zero) Nat.RIGHT := Eq.refl
-- file: LeanMining.lean
prelude
import LeanMining.Sample
