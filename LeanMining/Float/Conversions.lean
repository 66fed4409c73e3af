/-
Copyright (c) 2026 The LeanMining authors. All rights reserved.
Released under Apache 2.0 license as described in the file LICENSE.
-/
prelude
import LeanMining.Float.Model

/-!
# The conversions and operations of torch

Those of `LeanMining.Float.Format` at the formats that torch has, by name, and what the theorems of
`LeanMining.Float.Model` say of them.

## Main results

* `singleToHalf_halfToSingle`, `singleToBFloat_bfloatToSingle`: there and back
* `abs_value_singleToHalf_sub_le`, `abs_value_singleToBFloat_sub_le`: the error of a conversion
* `abs_value_addSingle_sub_le` and the like: the error of an operation

## References

* IEEE Standard for Floating-Point Arithmetic, IEEE 754-2019, Sections 4.3.1 and 5.4
* Higham, *Accuracy and Stability of Numerical Algorithms*, 2nd ed., Section 2.2
-/

set_option autoImplicit false

namespace LeanMining.Float

/-- The binary32 of a binary16. -/
noncomputable def halfToSingle (b : Nat) : Nat := convert binary16 binary32 b
/-- The binary32 of a bfloat16. -/
noncomputable def bfloatToSingle (b : Nat) : Nat := convert bfloat16 binary32 b
/-- The binary16 nearest to a binary32. -/
noncomputable def singleToHalf (b : Nat) : Nat := convert binary32 binary16 b
/-- The bfloat16 nearest to a binary32. -/
noncomputable def singleToBFloat (b : Nat) : Nat := convert binary32 bfloat16 b
/-- The binary32 nearest to the sum of two. -/
noncomputable def addSingle (a b : Nat) : Nat := add binary32 a b
/-- The binary32 nearest to the difference of two. -/
noncomputable def subSingle (a b : Nat) : Nat := sub binary32 a b
/-- The binary32 nearest to the product of two. -/
noncomputable def mulSingle (a b : Nat) : Nat := mul binary32 a b
/-- The binary32 nearest to the quotient of two. -/
noncomputable def divSingle (a b : Nat) : Nat := div binary32 a b

/-- Each binary16 is a binary32. -/
theorem extends_binary16 : Extends binary16 binary32 :=
  ⟨112, 13, rfl, by decide +kernel, by decide +kernel⟩

/-- Each bfloat16 is a binary32. -/
theorem extends_bfloat16 : Extends bfloat16 binary32 :=
  ⟨0, 16, rfl, by decide +kernel, by decide +kernel⟩

/-- Each binary32 is a binary64. -/
theorem extends_binary32 : Extends binary32 binary64 :=
  ⟨896, 29, rfl, by decide +kernel, by decide +kernel⟩

/-- A binary16, as a binary32 and back, is the same bits (IEEE 754-2019, Section 5.4.2). -/
theorem singleToHalf_halfToSingle {m : Nat} (hm : m < binary16.infinity) (s : Bool) :
    singleToHalf (halfToSingle (signBit binary16 s + m)) = signBit binary16 s + m :=
  convert_convert extends_binary16 hm s

/-- A bfloat16, as a binary32 and back, is the same bits (IEEE 754-2019, Section 5.4.2). -/
theorem singleToBFloat_bfloatToSingle {m : Nat} (hm : m < bfloat16.infinity) (s : Bool) :
    singleToBFloat (bfloatToSingle (signBit bfloat16 s + m)) = signBit bfloat16 s + m :=
  convert_convert extends_bfloat16 hm s

/-- A binary32 in the normal range of binary16 is off by a share of 2⁻¹¹ at most as one (Higham,
Theorem 2.2). -/
theorem abs_value_singleToHalf_sub_le {b : Nat} (h : HasValue binary32 b)
    (hc : HasValue binary16 (singleToHalf b)) (normal : leastNormal binary16 ≤ |value binary32 b|) :
    |value binary16 (singleToHalf b) - value binary32 b| ≤
      roundoff binary16 * |value binary32 b| :=
  (isRounded_convert h).abs_sub_le hc normal

/-- A binary32 in the normal range of bfloat16 is off by a share of 2⁻⁸ at most as one (Higham,
Theorem 2.2). -/
theorem abs_value_singleToBFloat_sub_le {b : Nat} (h : HasValue binary32 b)
    (hc : HasValue bfloat16 (singleToBFloat b))
    (normal : leastNormal bfloat16 ≤ |value binary32 b|) :
    |value bfloat16 (singleToBFloat b) - value binary32 b| ≤
      roundoff bfloat16 * |value binary32 b| :=
  (isRounded_convert h).abs_sub_le hc normal

variable {a b : Nat} (ha : HasValue binary32 a) (hb : HasValue binary32 b)
include ha hb

/-- A float sum in the normal range is off by a share of 2⁻²⁴ at most (Higham, Section 2.2). -/
theorem abs_value_addSingle_sub_le (h : HasValue binary32 (addSingle a b))
    (normal : leastNormal binary32 ≤ |value binary32 a + value binary32 b|) :
    |value binary32 (addSingle a b) - (value binary32 a + value binary32 b)| ≤
      roundoff binary32 * |value binary32 a + value binary32 b| :=
  (isRounded_add ha hb).abs_sub_le h normal

/-- A float difference in the normal range is off by a share of 2⁻²⁴ at most (Higham, Section
2.2). -/
theorem abs_value_subSingle_sub_le (h : HasValue binary32 (subSingle a b))
    (normal : leastNormal binary32 ≤ |value binary32 a - value binary32 b|) :
    |value binary32 (subSingle a b) - (value binary32 a - value binary32 b)| ≤
      roundoff binary32 * |value binary32 a - value binary32 b| :=
  (isRounded_sub ha hb).abs_sub_le h normal

/-- A float product in the normal range is off by a share of 2⁻²⁴ at most (Higham, Section
2.2). -/
theorem abs_value_mulSingle_sub_le (h : HasValue binary32 (mulSingle a b))
    (normal : leastNormal binary32 ≤ |value binary32 a * value binary32 b|) :
    |value binary32 (mulSingle a b) - value binary32 a * value binary32 b| ≤
      roundoff binary32 * |value binary32 a * value binary32 b| :=
  (isRounded_mul ha hb).abs_sub_le h normal

/-- A float quotient in the normal range is off by a share of 2⁻²⁴ at most (Higham, Section
2.2). -/
theorem abs_value_divSingle_sub_le (hz : value binary32 b ≠ 0)
    (h : HasValue binary32 (divSingle a b))
    (normal : leastNormal binary32 ≤ |value binary32 a / value binary32 b|) :
    |value binary32 (divSingle a b) - value binary32 a / value binary32 b| ≤
      roundoff binary32 * |value binary32 a / value binary32 b| :=
  (isRounded_div ha hb hz).abs_sub_le h normal

end LeanMining.Float
