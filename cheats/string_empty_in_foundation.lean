/-
The same within the foundation.
caught by: tie
says: String is not a structure over List Char
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

set_option genCtorIdx false in
inductive String : Type
-- file: LeanMining/Sample.lean
prelude
import LeanMining.Foundation.Core

theorem LeanMining.cheat : False := String.rec (motive := fun _ => False) ("a" : String)
-- file: LeanMining.lean
prelude
import LeanMining.Sample
