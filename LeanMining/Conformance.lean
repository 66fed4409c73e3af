/-
Copyright (c) 2026 The LeanMining authors. All rights reserved.
Released under Apache 2.0 license as described in the file LICENSE.
-/
prelude
import LeanMining.Algebra.Rat
import LeanMining.Algebra.Vector
import LeanMining.Encoding

/-!
# Conformance

What the numbers of `LeanMining.Encoding` say, digit by digit, and the same for data that were
measured: what a function of two INT8 arguments, such as a zero point and an activation, gives on
them. A pair is a number, 256 times the first byte plus the second in offset binary, and a row of
pairs is the number with these digits, the first one highest. The kernel takes the pairs apart, puts
the results together and compares them with what was computed.

A vector is such a number as well, its first entry lowest. A result is a natural number: `ofInt`
numbers the integers, `ofBool` the truth values, and `clamp` makes a digit of a result that a base
has no room for, which no digit that was computed is equal to. A float that was computed is a
fraction, `ratio`; of a rational that Lean's definition gives, the kernel says whether it is
`between` two others, which are as far from the float as the function's rounding may take it.

The definitions recurse by `Nat.rec` and `Fin.rec`, since what the compiler of recursive equations
makes of them takes the kernel many times longer.

## Main results

* `int_ofInt`: an integer is read back from its number
* `ratio_eq_div`: what the ratio of two numbers is
* `between_iff`: what it means to be between two rationals
* `entries_number`: the entries of a vector are read back from its number
* `digit_encode`: each digit of a table's row is the value of the function at its place
* `digit_row`: each digit of a row of results is the value of the function at the digit in the same
  place
* `pair_eq`: the value of a function of two INT8 values at the number of a pair is that at the pair
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

/-- The number whose digits in base `B` are what `f` gives at the `n` lowest digits in base `D` of
`x`, place by place. -/
noncomputable def row (B D : Nat) (f : Nat → Nat) (n x : Nat) : Nat :=
  Nat.rec (motive := fun _ => Nat → Nat) (fun _ => 0)
    (fun _ rest x => Nat.add (Nat.mul (rest (Nat.div x D)) B) (f (Nat.mod x D))) n x

theorem row_succ (B D : Nat) (f : Nat → Nat) (n x : Nat) :
    row B D f (Nat.succ n) x = row B D f n (x / D) * B + f (x % D) := rfl

/-- Each digit of a row is what `f` gives at the digit in the same place, if that is below the
base. -/
theorem digit_row {B D : Nat} {f : Nat → Nat} (hf : ∀ c, f c < B) :
    {n i : Nat} → i < n → (x : Nat) → digit B i (row B D f n x) = f (digit D i x)
  | .zero, _, h, _ => (h.2 (Nat.zero_le _)).elim
  | .succ _, .zero, _, _ => by rw [row_succ]; exact (Nat.mod_div_of_digit (hf _) _).1
  | .succ n, .succ i, h, x => by
    show digit B i (row B D f (Nat.succ n) x / B) = _
    rw [row_succ, (Nat.mod_div_of_digit (hf _) _).2]
    exact digit_row hf (n := n) h (x / D)

/-! ### Bytes and pairs of them -/

/-- The value whose byte in offset binary is the lowest of `n`. -/
def byte (n : Nat) : Int8 :=
  ⟨Nat.mod n 256, Nat.lt_succ_iff.mp (Nat.mod_lt n ⟨Nat.zero_le 256, nofun⟩)⟩

theorem byte_index (q : Int8) : byte q.index = q :=
  Int8.ext (by
    have digits := Nat.mod_div_of_digit (Nat.lt_succ_iff.mpr q.index_le) 0
    rw [Nat.zero_mul, Nat.zero_add] at digits
    exact digits.1)

/-- What `g` gives at `n`. The kernel computes `n` first, since the recursor looks at it, and finds
what it has computed of the same number before. -/
noncomputable def force (g : Nat → Nat) (n : Nat) : Nat :=
  Nat.rec (motive := fun _ => Nat) (g 0) (fun n _ => g (.succ n)) n

theorem force_eq (g : Nat → Nat) : (n : Nat) → force g n = g n
  | .zero => rfl
  | .succ _ => rfl

/-- What `f` gives at the pair of bytes that a number stands for. -/
noncomputable def pair (f : Int8 → Int8 → Nat) (c : Nat) : Nat :=
  force (fun z => force (fun q => f (byte z) (byte q)) (Nat.mod c 256)) (Nat.div c 256)

theorem pair_eq (f : Int8 → Int8 → Nat) (z q : Int8) :
    pair f (z.index * 256 + q.index) = f z q := by
  have digits := Nat.mod_div_of_digit (Nat.lt_succ_iff.mpr q.index_le) z.index
  rw [pair, force_eq, force_eq]
  show f (byte ((z.index * 256 + q.index) / 256)) (byte ((z.index * 256 + q.index) % 256)) = f z q
  rw [digits.1, digits.2, byte_index, byte_index]

/-! ### Data and results -/

/-- The integers, numbered: `n` has the number `2 n`, and `-(n + 1)` has `2 n + 1`. -/
def ofInt : Int → Nat
  | .ofNat n => Nat.mul n 2
  | .negSucc n => Nat.succ (Nat.mul n 2)

/-- The integer of a number: what `ofInt` undoes. -/
def int (n : Nat) : Int :=
  cond (Nat.beq (Nat.mod n 2) 0) (Int.ofNat (Nat.div n 2)) (Int.negSucc (Nat.div n 2))

theorem int_ofInt : (z : Int) → int (ofInt z) = z
  | .ofNat n => by
    have digits := Nat.mod_div_of_digit (B := 2) (r := 0) (by decide) n
    show cond (Nat.beq ((n * 2 + 0) % 2) 0) (Int.ofNat ((n * 2 + 0) / 2)) _ = _
    rw [digits.1, digits.2]
    rfl
  | .negSucc n => by
    have digits := Nat.mod_div_of_digit (B := 2) (r := 1) (by decide) n
    show cond (Nat.beq ((n * 2 + 1) % 2) 0) _ (Int.negSucc ((n * 2 + 1) / 2)) = _
    rw [digits.1, digits.2]
    rfl

/-- The fraction, in lowest terms, with the numerator `int n` over the denominator `d + 1`, which is
never 0. A finite float is such a fraction, exactly. -/
def ratio (d n : Nat) : Rat := Rat.normalize (int n) (Nat.succ d) (Rat.succ_pos d)

/-- A ratio is the quotient of its numerator and its denominator. -/
theorem ratio_eq_div (d n : Nat) : ratio d n = Int.cast (int n) / Nat.cast (Nat.succ d) :=
  Rat.normalize_eq_div _ _

/-- Whether `x` is at least `a` and at most `b`. -/
def between (a b x : Rat) : Bool := Bool.and (decide (a ≤ x)) (decide (x ≤ b))

theorem between_iff {a b x : Rat} : between a b x = true ↔ a ≤ x ∧ x ≤ b :=
  ⟨fun h => ⟨of_decide_eq_true (Bool.and_eq_true_left h),
    of_decide_eq_true (Bool.and_eq_true_right h)⟩,
   fun ⟨h, k⟩ => by rw [between, decide_eq_true h, decide_eq_true k]; rfl⟩

/-- 1 for true and 0 for false. -/
def ofBool (b : Bool) : Nat := cond b 1 0

/-- `x`, or `B` where `x` is greater: a digit in any base above `B`. -/
def clamp (B x : Nat) : Nat := Nat.sub B (Nat.sub B x)

theorem clamp_le (B x : Nat) : clamp B x ≤ B := Nat.sub_le B (B - x)

theorem clamp_of_le {B x : Nat} (h : x ≤ B) : clamp B x = x := by
  show B - (B - x) = x
  have e := Nat.add_sub_cancel_left (B - x) x
  rw [Nat.sub_add_cancel h] at e
  exact e

/-- The entries that the digits in base `B` of a number stand for, the lowest first. -/
noncomputable def entries {α : Type} (B : Nat) (e : Nat → α) {n : Nat} (x : Nat) (i : Fin n) : α :=
  Fin.rec (motive := fun _ _ => Nat → α) (fun x => e (Nat.mod x B))
    (fun _ rest x => rest (Nat.div x B)) i x

/-- `entries` as a vector. -/
noncomputable def vector {α : Type} (B : Nat) (e : Nat → α) (n x : Nat) : Vector α n :=
  Nat.rec (motive := fun n => Nat → Vector α n) (fun _ => .unit)
    (fun _ rest x => (e (Nat.mod x B), rest (Nat.div x B))) n x

/-- The number whose digits in base `B` are what `g` gives, the first one lowest. -/
noncomputable def number (B : Nat) {n : Nat} (g : Fin n → Nat) : Nat :=
  Nat.rec (motive := fun n => (Fin n → Nat) → Nat) (fun _ => 0)
    (fun _ rest g => Nat.add (Nat.mul (rest fun i => g (.succ i)) B) (g .zero)) n g

/-- The digits of `number` are what `g` gives, if that is below the base. -/
theorem entries_number {B : Nat} : {n : Nat} → {g : Fin n → Nat} → (∀ i, g i < B) →
    (i : Fin n) → entries B id (number B g) i = g i
  | .succ _, _, hg, .zero => (Nat.mod_div_of_digit (hg .zero) _).1
  | .succ _, g, hg, .succ i => by
    show entries B id (Nat.div (number B g) B) i = _
    exact (congrArg (fun x => entries B id x i) (Nat.mod_div_of_digit (hg .zero) _).2).trans
      (entries_number (fun j => hg (.succ j)) i)

end Conformance
