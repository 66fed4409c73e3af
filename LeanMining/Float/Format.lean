/-
Copyright (c) 2026 The LeanMining authors. All rights reserved.
Released under Apache 2.0 license as described in the file LICENSE.
-/
prelude
import LeanMining.Conformance

/-!
# Floats as dyadic rationals

The binary formats of IEEE 754, by the bits of their fraction and exponent, and what their bits
stand for. Every finite float is a whole number of the format's least subnormal number; `units` says
which, from the bits without the sign, and it rises with these bits. So a positive rational, in
units, is rounded by one division: the bits of a float with the exponent field `k + 1` are `k` times
the hidden bit plus its significand `m`, the float is `m · 2ᵏ` units, and `m` is the quotient of the
rational by `2ᵏ`, rounded to the nearest integer, ties to even. A significand that is rounded up to
the next power of two carries into the exponent, and from the greatest float to infinity.

IEEE 754 leaves the sign and the payload of a NaN open: here an operation gives one NaN.

## Main definitions

* `Format`, with `binary16`, `bfloat16`, `binary32` and `binary64`
* `decode`, `value`, `HasValue`: what bits stand for
* `nearest`, `encode`, `round`: rounding to nearest, ties to even
* `convert`, `add`, `sub`, `mul`, `div`: the operations on bits

## References

* IEEE Standard for Floating-Point Arithmetic, IEEE 754-2019, Sections 3.4, 4.3.1, 5.4 and 6
-/

set_option autoImplicit false

namespace LeanMining.Float

open Conformance (force)

/-- 2 to the power `n`. -/
noncomputable def pow2 (n : Nat) : Nat :=
  Nat.rec (motive := fun _ => Nat) 1 (fun _ p => Nat.mul p 2) n

/-! ### Formats -/

/-- A binary format: a sign, an exponent and a fraction. -/
structure Format where
  /-- The bits of the fraction: the precision without the hidden bit. -/
  fraction : Nat
  /-- The bits of the exponent. -/
  width : Nat
  fraction_pos : 0 < fraction
  two_le_width : 2 ≤ width

/-- IEEE half precision, torch's `float16`. -/
def binary16 : Format := ⟨10, 5, by decide, by decide⟩
/-- The upper half of a binary32, torch's `bfloat16`. -/
def bfloat16 : Format := ⟨7, 8, by decide, by decide⟩
/-- IEEE single precision, torch's `float32`. -/
def binary32 : Format := ⟨23, 8, by decide, by decide⟩
/-- IEEE double precision, torch's `float64`. -/
def binary64 : Format := ⟨52, 11, by decide, by decide⟩

namespace Format

variable (f : Format)

/-- The hidden bit: the least significand of a normal number. -/
noncomputable def hidden : Nat := pow2 f.fraction

/-- The bits of +∞. -/
noncomputable def infinity : Nat := Nat.mul (Nat.sub (pow2 f.width) 1) f.hidden

/-- The sign bit. -/
noncomputable def sign : Nat := pow2 (Nat.add f.width f.fraction)

/-- The bits of the NaN that operations give. -/
noncomputable def nan : Nat := Nat.add f.infinity (pow2 (Nat.sub f.fraction 1))

/-- How many of the least subnormal number are 1: 2 to the bias less 1 and the bits of the
fraction. -/
noncomputable def unit : Nat :=
  pow2 (Nat.add (Nat.sub (pow2 (Nat.sub f.width 1)) 2) f.fraction)

/-- The float with an exponent field and a fraction, in units of the least subnormal number, where
`H` is the hidden bit. -/
noncomputable def assemble (H exponent fraction : Nat) : Nat :=
  Nat.rec (motive := fun _ => Nat) fraction
    (fun e _ => Nat.mul (Nat.add H fraction) (force pow2 e)) exponent

/-- The float that bits without a sign stand for, in units of the least subnormal number. -/
noncomputable def units (m : Nat) : Nat :=
  assemble f.hidden (Nat.div m f.hidden) (Nat.mod m f.hidden)

end Format

/-! ### Decoding -/

/-- What bits stand for. -/
inductive Datum where
  | nan
  | infinite (negative : Bool)
  /-- So many of the least subnormal number; 0 has a sign, too. -/
  | finite (negative : Bool) (units : Nat)

/-- What bits stand for. -/
noncomputable def decode (f : Format) (b : Nat) : Datum :=
  cond (Nat.ble (Nat.mod b f.sign) f.infinity)
    (cond (Nat.beq (Nat.mod b f.sign) f.infinity)
      (.infinite (Nat.beq (Nat.mod (Nat.div b f.sign) 2) 1))
      (.finite (Nat.beq (Nat.mod (Nat.div b f.sign) 2) 1) (f.units (Nat.mod b f.sign))))
    .nan

/-- The rational of a sign and a magnitude. -/
def signed (negative : Bool) (x : Rat) : Rat := cond negative (-x) x

/-- The rational that a datum is, and 0 if it is none. -/
noncomputable def Datum.value (f : Format) : Datum → Rat
  | .finite s u => signed s (Nat.cast u / Nat.cast f.unit)
  | _ => 0

/-- The rational that bits stand for, and 0 if they stand for none. -/
noncomputable def value (f : Format) (b : Nat) : Rat := (decode f b).value f

/-- Bits stand for a rational. -/
def HasValue (f : Format) (b : Nat) : Prop := ∃ s u, decode f b = .finite s u

/-! ### Rounding -/

/-- The integer nearest to `N / E`, and of two the even one. -/
noncomputable def roundHalfEven (N E : Nat) : Nat :=
  Nat.add (Nat.div N E)
    (cond (Nat.ble (Nat.add (Nat.mul (Nat.mod N E) 2) (Nat.mod (Nat.div N E) 2)) E) 0 1)

/-- The bits of `N / E · 2ᵏ` units, rounded to a significand at the exponent `k`, where `H` is the
hidden bit. -/
noncomputable def finish (H N E k : Nat) : Nat := Nat.add (Nat.mul k H) (roundHalfEven N E)

/-- `finish` at the greatest `i < 2 ^ 2ʲ` with `E · 2ⁱ · H ≤ N`, which is found bit by bit. -/
noncomputable def descend (H N j E k : Nat) : Nat :=
  Nat.rec (motive := fun _ => Nat → Nat → Nat) (finish H N)
    (fun j rest E k => cond (Nat.ble (Nat.mul (Nat.mul E (pow2 (pow2 j))) H) N)
      (rest (Nat.mul E (pow2 (pow2 j))) (Nat.add k (pow2 j))) (rest E k))
    j E k

/-- Whether `k` is the exponent at which `N / D` units have a significand. -/
noncomputable def fits (H N D k : Nat) : Bool :=
  Bool.and (Bool.or (Nat.beq k 0) (Nat.ble (Nat.mul (Nat.mul D (pow2 k)) H) N))
    (Bool.not (Nat.ble (Nat.mul (Nat.mul D (pow2 k)) (Nat.mul H 2)) N))

/-- The bits of the float nearest to `N / D` units, and of two the even ones; those of +∞ from half
a unit in the last place above the greatest float on. The exponent `k` is tried first, which saves
the kernel the search. -/
noncomputable def nearest (f : Format) (k N D : Nat) : Nat :=
  force (fun c => min f.infinity c)
    (cond (fits f.hidden N D k) (finish f.hidden N (Nat.mul D (pow2 k)) k)
      (descend f.hidden N f.width D 0))

/-- The sign bit of a float. -/
noncomputable def signBit (f : Format) (negative : Bool) : Nat := cond negative f.sign 0

/-- The bits of an infinity. -/
noncomputable def infinite (f : Format) (negative : Bool) : Nat :=
  Nat.add (signBit f negative) f.infinity

/-- The bits of the float nearest to `N / D` units, with a sign; `k` is tried first. -/
noncomputable def encode (f : Format) (negative : Bool) (k N D : Nat) : Nat :=
  Nat.add (signBit f negative) (nearest f k N D)

/-- The bits of the float nearest to a rational; 0 is +0. -/
noncomputable def round (f : Format) (x : Rat) : Nat :=
  encode f (decide (x < 0)) 0 (Nat.mul x.num.natAbs f.unit) x.den

/-! ### Operations -/

/-- Whether two signs differ. -/
def differ (s t : Bool) : Bool := cond s (Bool.not t) t

/-- The float of the second format nearest to a datum of the first; `k` is tried first. -/
noncomputable def convertData (f g : Format) (k : Nat) : Datum → Nat
  | .nan => g.nan
  | .infinite s => infinite g s
  | .finite s u => encode g s k (Nat.mul u g.unit) f.unit

/-- The exponent of a normal number, in the second format. -/
noncomputable def convertExponent (f g : Format) (b : Nat) : Nat :=
  Nat.sub (Nat.add (Nat.div (Nat.mod b f.sign) f.hidden) (pow2 (Nat.sub g.width 1)))
    (Nat.add (pow2 (Nat.sub f.width 1)) 1)

/-- The float of the second format nearest to one of the first. -/
noncomputable def convert (f g : Format) (b : Nat) : Nat :=
  convertData f g (force id (convertExponent f g b)) (decode f b)

/-- The float nearest to a sum; an exact sum 0 of two signs is +0. -/
noncomputable def addData (f : Format) : Datum → Datum → Nat
  | .finite s u, .finite t v =>
    cond (differ s t)
      (cond (Nat.beq u v) 0
        (cond (Nat.ble v u) (encode f s 0 (Nat.sub u v) 1) (encode f t 0 (Nat.sub v u) 1)))
      (encode f s 0 (Nat.add u v) 1)
  | .infinite s, .infinite t => cond (differ s t) f.nan (infinite f s)
  | .infinite s, .finite _ _ => infinite f s
  | .finite _ _, .infinite t => infinite f t
  | _, _ => f.nan

/-- A datum with the other sign. -/
def Datum.neg : Datum → Datum
  | .finite s u => .finite (Bool.not s) u
  | .infinite s => .infinite (Bool.not s)
  | .nan => .nan

/-- The float nearest to a product. -/
noncomputable def mulData (f : Format) : Datum → Datum → Nat
  | .finite s u, .finite t v => encode f (differ s t) 0 (Nat.mul u v) f.unit
  | .infinite s, .infinite t => infinite f (differ s t)
  | .infinite s, .finite t u => cond (Nat.beq u 0) f.nan (infinite f (differ s t))
  | .finite s u, .infinite t => cond (Nat.beq u 0) f.nan (infinite f (differ s t))
  | _, _ => f.nan

/-- The float nearest to a quotient; a number by 0 is infinite, and 0 by 0 none. -/
noncomputable def divData (f : Format) : Datum → Datum → Nat
  | .finite s u, .finite t v =>
    cond (Nat.beq v 0)
      (cond (Nat.beq u 0) f.nan (infinite f (differ s t)))
      (encode f (differ s t) 0 (Nat.mul u f.unit) v)
  | .infinite s, .finite t _ => infinite f (differ s t)
  | .finite s _, .infinite t => signBit f (differ s t)
  | _, _ => f.nan

/-- The bits of the float nearest to the sum of two. -/
noncomputable def add (f : Format) (a b : Nat) : Nat := addData f (decode f a) (decode f b)
/-- The bits of the float nearest to the difference of two. -/
noncomputable def sub (f : Format) (a b : Nat) : Nat := addData f (decode f a) (decode f b).neg
/-- The bits of the float nearest to the product of two. -/
noncomputable def mul (f : Format) (a b : Nat) : Nat := mulData f (decode f a) (decode f b)
/-- The bits of the float nearest to the quotient of two. -/
noncomputable def div (f : Format) (a b : Nat) : Nat := divData f (decode f a) (decode f b)

end LeanMining.Float
