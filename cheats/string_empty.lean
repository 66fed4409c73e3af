/-
A `String` without elements: any literal is one, and proves everything.
caught by: policy
says: declares String, which the kernel treats by its name
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

set_option genCtorIdx false in
inductive String : Type
theorem LeanMining.cheat : False := String.rec (motive := fun _ => False) ("a" : String)
-- file: LeanMining.lean
prelude
import LeanMining.Sample
