/-
The same with a comparison.
caught by: tie
says: Nat.OP is declared
each: OP = beq, ble
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

noncomputable def Nat.OP (_ _ : Nat) : Bool := Bool.false
-- file: LeanMining/Sample.lean
prelude
import LeanMining.Foundation.Core

theorem LeanMining.cheat : Eq (Nat.OP Nat.zero Nat.zero) Bool.true := Eq.refl
-- file: LeanMining.lean
prelude
import LeanMining.Sample
