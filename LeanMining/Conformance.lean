/-
Copyright (c) 2026 The LeanMining authors. All rights reserved.
Released under Apache 2.0 license as described in the file LICENSE.
-/
prelude
import LeanMining.Algebra.Gcd
import LeanMining.Algebra.Vector
import LeanMining.Encoding

/-!
# Conformance

What the numbers of `LeanMining.Encoding` say, digit by digit, and the same for rows of data that
were measured: what a function of two INT8 arguments, such as a zero point and an activation, gives
on them. A row is one number, whose bytes are the values in offset binary, read like a hexadecimal
literal: the first value highest. The kernel takes the arguments apart, puts the results together
and compares them with what was computed. One zero point for a whole row is a row that repeats it.

A vector is such a number as well, its first entry lowest. A result is a natural number: `ofInt`
numbers the integers, `ofBool` the truth values, and `clamp` makes a digit of a result that a base
has no room for, which no digit that was computed is equal to.

## Main results

* `entries_number`: the entries of a vector are read back from its number
* `digit_encode`: each digit of a table's row is the value of the function at its place
* `digit_row`, `byte_row`: each digit of a row of results is the value of the function at the bytes
  in the same place
-/

set_option autoImplicit false

namespace Conformance

/-- The digit of `x` in base `B` at place `i`, the lowest place being 0. -/
def digit (B : Nat) : Nat → Nat → Nat
  | .zero, x => x % B
  | .succ i, x => digit B i (x / B)

/-- With `i` digits after it, the digit of `encode` at place `i` is the value at `k`. -/
theorem digit_encode {B : Nat} {g : Nat → Nat} (hg : ∀ i, g i < B) (k : Nat) : (i : Nat) →
    digit B i (Encoding.encode B g (Nat.succ k + i)) = g k
  | .zero => (Nat.mod_div_of_digit (hg k) (Encoding.encode B g k)).1
  | .succ i => (congrArg (digit B i) (Nat.mod_div_of_digit (hg (Nat.succ k + i)) _).2).trans
    (digit_encode hg k i)

/-- The number whose digits in base `B` are what `f` gives at the `n` lowest bytes of `z` and `x`,
place by place. -/
noncomputable def row (B : Nat) (f : Int8 → Int8 → Nat) (n z x : Nat) : Nat :=
  Nat.rec (motive := fun _ => Nat → Nat → Nat) (fun _ _ => 0)
    (fun _ rest z x => Nat.add (Nat.mul (rest (Nat.div z 256) (Nat.div x 256)) B)
      (f (.ofIndex (Nat.mod z 256)) (.ofIndex (Nat.mod x 256)))) n z x

theorem row_succ (B : Nat) (f : Int8 → Int8 → Nat) (n z x : Nat) :
    row B f (Nat.succ n) z x = row B f n (z / 256) (x / 256) * B +
      f (.ofIndex (z % 256)) (.ofIndex (x % 256)) := rfl

/-- Each digit of a row is what `f` gives at the bytes in the same place, if that is below the
base. -/
theorem digit_row {B : Nat} {f : Int8 → Int8 → Nat} (hf : ∀ z q, f z q < B) :
    {n i : Nat} → i < n → (z x : Nat) →
    digit B i (row B f n z x) = f (.ofIndex (digit 256 i z)) (.ofIndex (digit 256 i x))
  | .zero, _, h, _, _ => (h.2 (Nat.zero_le _)).elim
  | .succ _, .zero, _, _, _ => by rw [row_succ]; exact (Nat.mod_div_of_digit (hf _ _) _).1
  | .succ n, .succ i, h, z, x => by
    show digit B i (row B f (Nat.succ n) z x / B) = _
    rw [row_succ, (Nat.mod_div_of_digit (hf _ _) _).2]
    exact digit_row hf (n := n) h (z / 256) (x / 256)

/-- The bytes of what a function on INT8 gives are the function at the bytes in the same place. -/
theorem byte_row (f : Int8 → Int8 → Int8) {n i : Nat} (h : i < n) (z x : Nat) :
    digit 256 i (row 256 (fun z q => (f z q).index) n z x) =
      Encoding.index₂ f (digit 256 i z) (digit 256 i x) :=
  digit_row (fun _ _ => Nat.lt_succ_iff.mpr (Int8.index_le _)) h z x

/-! ### Data and results -/

/-- The integers, numbered: `n` is `2 n`, and `-(n + 1)` is `2 n + 1`. -/
def ofInt : Int → Nat
  | .ofNat n => Nat.mul n 2
  | .negSucc n => Nat.succ (Nat.mul n 2)

/-- The integer of a number: what `ofInt` undoes. -/
def int (n : Nat) : Int :=
  cond (Nat.beq (Nat.mod n 2) 0) (Int.ofNat (Nat.div n 2)) (Int.negSucc (Nat.div n 2))

/-- 1 for true and 0 for false. -/
def ofBool (b : Bool) : Nat := cond b 1 0

/-- `x`, or `B` where `x` is greater: a digit in any base above `B`. -/
def clamp (B x : Nat) : Nat := cond (Nat.ble x B) x B

theorem clamp_le (B : Nat) (x : Nat) : clamp B x ≤ B := by
  show Nat.ble (cond (Nat.ble x B) x B) B = true
  cases h : Nat.ble x B with
  | true => exact h
  | false => exact Nat.ble_refl B

/-- The entries that the digits in base `B` of a number stand for, the lowest first. -/
def entries {α : Type} (B : Nat) (e : Nat → α) : {n : Nat} → Nat → Fin n → α
  | _, x, .zero => e (Nat.mod x B)
  | _, x, .succ i => entries B e (Nat.div x B) i

/-- `entries` as a vector. -/
def vector {α : Type} (B : Nat) (e : Nat → α) : (n : Nat) → Nat → Vector α n
  | .zero, _ => .unit
  | .succ n, x => (e (Nat.mod x B), vector B e n (Nat.div x B))

/-- The number whose digits in base `B` are what `g` gives, the first one lowest. -/
def number (B : Nat) : {n : Nat} → (Fin n → Nat) → Nat
  | .zero, _ => 0
  | .succ _, g => Nat.add (Nat.mul (number B fun i => g (.succ i)) B) (g .zero)

/-- The digits of `number` are what `g` gives, if that is below the base. -/
theorem entries_number {B : Nat} : {n : Nat} → {g : Fin n → Nat} → (∀ i, g i < B) →
    (i : Fin n) → entries B id (number B g) i = g i
  | .succ _, _, hg, .zero => (Nat.mod_div_of_digit (hg .zero) _).1
  | .succ _, g, hg, .succ i => by
    show entries B id (Nat.div (number B g) B) i = _
    exact (congrArg (fun x => entries B id x i) (Nat.mod_div_of_digit (hg .zero) _).2).trans
      (entries_number (fun j => hg (.succ j)) i)

end Conformance
