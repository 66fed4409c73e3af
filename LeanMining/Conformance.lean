/-
Copyright (c) 2026 The LeanMining authors. All rights reserved.
Released under Apache 2.0 license as described in the file LICENSE.
-/
prelude
import LeanMining.Algebra.Gcd
import LeanMining.Encoding

/-!
# Conformance

What the numbers of `LeanMining.Encoding` say, digit by digit, and the same for rows of data that
were measured: what a function of two INT8 arguments, such as a zero point and an activation, gives
on them. A row is one number, whose bytes are the values in offset binary, read like a hexadecimal
literal: the first value highest. The kernel takes the arguments apart, puts the results together
and compares them with what was computed. One zero point for a whole row is a row that repeats it.

## Main results

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

end Conformance
