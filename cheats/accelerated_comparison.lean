/-
A comparison that the kernel computes by its name, defined to be always false.
caught by: policy
says: which the kernel treats by its name
each: OP = beq, ble
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

noncomputable def Nat.OP (_ _ : Nat) : Bool := Bool.false
theorem LeanMining.cheat : Eq (Nat.OP Nat.zero Nat.zero) Bool.true := Eq.refl
-- file: LeanMining.lean
prelude
import LeanMining.Sample
