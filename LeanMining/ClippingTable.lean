/-
Copyright (c) 2026 The LeanMining authors. All rights reserved.
Released under Apache 2.0 license as described in the file LICENSE.
-/
prelude
import LeanMining.Clipping
import LeanMining.Encoding

/-!
# Clipping on INT8 as natural numbers

`clip` of INT8 values takes 257 values, which `clipIndex` numbers. In offset binary it is arithmetic
of natural numbers, which the kernel computes faster.

## Main results

* `clipIndex_eq`: `clipIndex` in natural numbers
* `clipIndex_lt`: what `clipIndex` gives is a digit in base 257
* `clip_table`: the table of `clipIndex` is that of its form on natural numbers
-/

set_option autoImplicit false

namespace Conformance

open LeanMining

/-- In offset binary `clip` is arithmetic of natural numbers, where negation is the difference from
256. -/
theorem clipIndex_eq (α x : Int8) : clipIndex α x = max (256 - α.index) (min α.index x.index) := by
  show Int.toNat (max (-α.toInt) (min α.toInt x.toInt) + 128) = _
  rw [Int8.neg_toInt]
  show Int.toNat (max _ (min (Int.subNatNat α.index 128) (Int.subNatNat x.index 128)) +
    Int.ofNat 128) = _
  rw [← Int.subNatNat_min, ← Int.subNatNat_max, Int.subNatNat_add_self]
  rfl

/-- What `clipIndex` gives is a digit in base 257, as `Encoding.table_inj` and `digit_row` ask. -/
theorem clipIndex_lt (α x : Int8) : clipIndex α x < 257 := by
  rw [clipIndex_eq]
  exact Nat.lt_succ_iff.mpr (max_le (Nat.sub_le 256 α.index)
    (le_trans (min_le_left α.index x.index) (le_trans (α := Nat) α.index_le (Nat.le_succ 255))))

/-- The table of `clipIndex` is that of its form on natural numbers, which the kernel computes in a
third of the time. -/
theorem clip_table (columns first : Nat) (rows : List Nat) :
    Encoding.table 257 (fun α x => clipIndex (.ofIndex α) (.ofIndex x)) columns first rows =
      Encoding.table 257 (fun α x => max (256 - min α 255) (min (min α 255) (min x 255)))
        columns first rows :=
  Encoding.table_congr (fun α x => clipIndex_eq (.ofIndex α) (.ofIndex x)) first rows

end Conformance
