/-
Copyright (c) 2026 The LeanMining authors. All rights reserved.
Released under Apache 2.0 license as described in the file LICENSE.
-/
prelude
import LeanMining.Foundation.Arithmetic

/-!
# The type of integers

Lean's compiler knows `Int` by name and reads a `match` on one as a call of `Int.decLt` and
`Int.natAbs`, so these three are declared here, in Lean's own shapes. What integers are is in
`LeanMining.Algebra.Int`.
-/

set_option autoImplicit false

set_option genCtorIdx false in
/-- The integers. -/
inductive Int : Type where
  /-- `n` -/
  | ofNat (n : Nat) : Int
  /-- `-(n + 1)` -/
  | negSucc (n : Nat) : Int

/-- Whether `a < b`. -/
@[extern "lean_int_dec_lt"] def Int.decLt (a b : Int) : Bool :=
  Int.rec (fun m => Int.rec (fun n => Nat.ble (Nat.succ m) n) (fun _ => false) b)
    (fun m => Int.rec (fun _ => true) (fun n => Nat.ble (Nat.succ n) m) b) a

/-- The absolute value, as a natural number. -/
@[extern "lean_nat_abs"] def Int.natAbs (a : Int) : Nat :=
  Int.rec (fun n => n) (fun n => Nat.succ n) a

attribute [gen_constructor_elims] Int
