/-
An equation by the right name that says something else.
caught by: tie
says: Acceleration.beq_zero_zero does not state
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

/-- False of two zeros. -/
noncomputable def Nat.beq (n m : Nat) : Bool :=
  Nat.rec (motive := fun _ => Nat → Bool) (fun _ => Bool.false)
    (fun _ below m => Nat.rec (motive := fun _ => Bool) Bool.false (fun m _ => below m) m) n m
theorem Acceleration.beq_zero_zero : Eq Bool.true Bool.true := Eq.refl
theorem Acceleration.beq_zero_succ (m : Nat) : Eq (Nat.beq Nat.zero (Nat.succ m)) Bool.false := Eq.refl
theorem Acceleration.beq_succ_zero (n : Nat) : Eq (Nat.beq (Nat.succ n) Nat.zero) Bool.false := Eq.refl
theorem Acceleration.beq_succ_succ (n m : Nat) : Eq (Nat.beq (Nat.succ n) (Nat.succ m)) (Nat.beq n m) := Eq.refl
-- file: LeanMining/Sample.lean
prelude
import LeanMining.Foundation.Core

theorem LeanMining.cheat : Eq (Nat.beq Nat.zero Nat.zero) Bool.true := Eq.refl
-- file: LeanMining.lean
prelude
import LeanMining.Sample
