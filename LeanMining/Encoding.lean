/-
Copyright (c) 2026 The LeanMining authors. All rights reserved.
Released under Apache 2.0 license as described in the file LICENSE.
-/
prelude
import LeanMining.Algebra.Bool
import LeanMining.Algebra.Int8

/-!
# Tables as numbers

What a function gives on a range is written as one number, the values being its digits, so that the
kernel compares a whole row with what was computed elsewhere in a few steps of its own arithmetic.
Digits below the base can be read back (`encode_inj`), so that two functions with the same number
agree everywhere on the range.

## Main results

* `encode`, `table`: rows of digits as numbers
* `encode_inj`, `table_inj`, `int8_table_inj`: equal numbers mean equal functions
-/

set_option autoImplicit false

namespace Encoding

/-- The number whose digits in base `B` are `g 0, …, g (n - 1)`, the first one highest. -/
noncomputable def encode (B : Nat) (g : Nat → Nat) (n : Nat) : Nat :=
  Nat.rec (motive := fun _ => Nat) 0 (fun i acc => Nat.add (Nat.mul acc B) (g i)) n

/-- The row `i` of `f`, for `i` from `first` on, is the number that `rows` lists for it. -/
noncomputable def table (B : Nat) (f : Nat → Nat → Nat) (columns first : Nat) (rows : List Nat) :
    Bool :=
  List.rec (motive := fun _ => Nat → Bool) (fun _ => true)
    (fun row _ rest i => Bool.and (Nat.beq (encode B (f i) columns) row) (rest (Nat.succ i)))
    rows first

/-- Functions with digits below the base and the same number agree on the range. -/
theorem encode_inj {B : Nat} {f g : Nat → Nat} :
    {n : Nat} → (∀ i, i < n → f i < B) → (∀ i, i < n → g i < B) →
    encode B f n = encode B g n → ∀ i, i < n → f i = g i
  | .zero, _, _, _, _, hi => (Nat.not_succ_le_zero _ (Nat.lt_iff_succ_le.mp hi)).elim
  | .succ n, hf, hg, h, i, hi =>
    have both := Nat.digit_unique (hf n ⟨Nat.le_succ n, Nat.not_succ_le_self n⟩)
      (hg n ⟨Nat.le_succ n, Nat.not_succ_le_self n⟩) h
    (lt_or_eq_of_le (Nat.lt_succ_iff.mp hi)).elim
      (encode_inj (fun j hj => hf j (lt_trans hj ⟨Nat.le_succ n, Nat.not_succ_le_self n⟩))
        (fun j hj => hg j (lt_trans hj ⟨Nat.le_succ n, Nat.not_succ_le_self n⟩)) both.1 i)
      (fun e => e ▸ both.2)

theorem encode_congr {B : Nat} {f g : Nat → Nat} (h : ∀ i, f i = g i) :
    (n : Nat) → encode B f n = encode B g n
  | .zero => rfl
  | .succ n => by
    show Nat.add (Nat.mul (encode B f n) B) (f n) = Nat.add (Nat.mul (encode B g n) B) (g n)
    rw [encode_congr h n, h n]

/-- Functions that agree everywhere have the same tables. -/
theorem table_congr {B columns : Nat} {f g : Nat → Nat → Nat} (h : ∀ i j, f i j = g i j) :
    (first : Nat) → (rows : List Nat) → table B f columns first rows = table B g columns first rows
  | _, .nil => rfl
  | first, .cons row rows => by
    show Bool.and (Nat.beq (encode B (f first) columns) row)
      (table B f columns (Nat.succ first) rows) =
      Bool.and (Nat.beq (encode B (g first) columns) row) (table B g columns (Nat.succ first) rows)
    rw [encode_congr (h first) columns, table_congr h (Nat.succ first) rows]

/-- How many rows there are. -/
def count : List Nat → Nat
  | .nil => 0
  | .cons _ rows => Nat.succ (count rows)

/-- Functions with digits below the base that have the same table agree on it. -/
theorem table_inj {B columns : Nat} {f g : Nat → Nat → Nat} (hf : ∀ i j, f i j < B)
    (hg : ∀ i j, g i j < B) :
    {rows : List Nat} → {first : Nat} → table B f columns first rows = true →
      table B g columns first rows = true →
      ∀ i, i < count rows → ∀ j, j < columns → f (first + i) j = g (first + i) j
  | .nil, _, _, _, _, hi => (Nat.not_succ_le_zero _ (Nat.lt_iff_succ_le.mp hi)).elim
  | .cons row _, first, h, k, .zero, _ =>
    have eq (e : Nat → Nat → Nat) (m : Nat.beq (encode B (e first) columns) row = true) :=
      Nat.eq_of_beq_eq_true _ _ m
    encode_inj (fun j _ => hf first j) (fun j _ => hg first j)
      ((eq f (Bool.and_eq_true_left h)).trans (eq g (Bool.and_eq_true_left k)).symm)
  | .cons _ rows, first, h, k, .succ i, hi => fun j hj =>
    have e : first + Nat.succ i = Nat.succ first + i := (Nat.succ_add first i).symm
    e ▸ table_inj hf hg (rows := rows) (Bool.and_eq_true_right h) (Bool.and_eq_true_right k)
      i hi j hj

/-- The offset-binary index of what `f` gives at two INT8 values, from their indices. -/
def index₂ (f : Int8 → Int8 → Int8) (z q : Nat) : Nat := (f (.ofIndex z) (.ofIndex q)).index

/-- Two functions on INT8 with the same 256 rows are the same at every pair: the table leaves no
room. -/
theorem int8_table_inj {f g : Int8 → Int8 → Int8} {rows : List Nat} (all : count rows = 256)
    (hf : table 256 (index₂ f) 256 0 rows = true) (hg : table 256 (index₂ g) 256 0 rows = true)
    (z q : Int8) : f z q = g z q :=
  have below (e : Int8 → Int8 → Int8) (i j : Nat) : index₂ e i j < 256 :=
    Nat.lt_succ_iff.mpr (Int8.index_le _)
  have h : index₂ f (0 + z.index) q.index = index₂ g (0 + z.index) q.index :=
    table_inj (below f) (below g) hf hg z.index (all.symm ▸ Nat.lt_succ_iff.mpr z.index_le) q.index
      (Nat.lt_succ_iff.mpr q.index_le)
  Int8.ext (by
    rw [Nat.zero_add] at h
    show (f z q).index = (g z q).index
    have e : ∀ e : Int8 → Int8 → Int8, index₂ e z.index q.index = (e z q).index := fun e => by
      show (e (.ofIndex z.index) (.ofIndex q.index)).index = _
      rw [Int8.ofIndex_index, Int8.ofIndex_index]
    rw [← e f, ← e g, h])

end Encoding
