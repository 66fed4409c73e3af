/-
The same within the foundation, which may declare such names, without the equations that tie them.
caught by: tie
says: Nat.OP is declared
each: OP WRONG RIGHT = add one zero, sub one zero, mul one zero, div one zero, mod one zero, gcd one zero,
  land one zero, lor one zero, xor one zero, shiftLeft one zero, shiftRight one zero, pow zero one
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

noncomputable def Nat.one : Nat := Nat.succ Nat.zero
noncomputable def Nat.OP (_ _ : Nat) : Nat := Nat.WRONG
-- file: LeanMining/Sample.lean
prelude
import LeanMining.Foundation.Core

theorem LeanMining.cheat : Eq (Nat.OP Nat.zero Nat.zero) Nat.RIGHT := Eq.refl
-- file: LeanMining.lean
prelude
import LeanMining.Sample
