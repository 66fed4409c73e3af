/-
Copyright (c) 2026 The LeanMining authors. All rights reserved.
Released under Apache 2.0 license as described in the file LICENSE.
-/
prelude
import LeanMining.Algebra.InnerProduct
import LeanMining.Algebra.Rat
import LeanMining.Algebra.Vector

/-!
# What the signs of a vector keep of it

Seed 001, *JensenFloor*. The sign of 0 is 1, the scale of a one-bit vector is the mean of the
magnitudes, and `beta` is the squared cosine. Square roots are given as numbers with their squares.

## Main results

* `cos_sign_quant_formula`: the cosine between a vector and its signs, and `cos_mul_cos_eq_beta`:
  its square is `beta`
* `cos_eq_one_iff_sign_lattice`: it is 1 exactly where all magnitudes are equal
* `beta_mem`: β is above 0 and at most 1
* `residual_energy_formula`: the share of the energy that a one-bit vector loses
-/

set_option autoImplicit false

universe u

namespace LeanMining

section Ring

variable {K : Type u} [LinearOrderedCommRing K] {d : Nat}

/-- 1 for a number from 0 up, -1 below 0. -/
def sign (x : K) : K := if 0 ≤ x then 1 else -1

theorem mul_sign (x : K) : x * sign x = |x| := by
  show x * (if 0 ≤ x then 1 else -1) = |x|
  cases le_or_lt 0 x with
  | inl h => rw [if_pos h, mul_one, abs_of_nonneg h]
  | inr h => rw [if_neg (not_le_of_lt h), mul_neg, mul_one, abs_of_neg h]

theorem sign_mul_sign (x : K) : sign x * sign x = 1 := by
  show (if 0 ≤ x then (1 : K) else -1) * (if 0 ≤ x then 1 else -1) = 1
  cases le_or_lt 0 x with
  | inl h => rw [if_pos h, mul_one]
  | inr h => rw [if_neg (not_le_of_lt h), neg_mul_neg, mul_one]

/-- The signs of a vector (seed 001, JensenFloor). -/
def signQuant (k : Fin d → K) : Fin d → K := fun i => sign (k i)

theorem dot_signQuant (k : Fin d → K) : dot k (signQuant k) = l1Norm k :=
  sum_congr fun i => mul_sign (k i)

theorem normSq_signQuant (k : Fin d → K) : normSq (signQuant k) = Nat.cast d :=
  (sum_congr fun i => sign_mul_sign (k i)).trans ((sum_const 1 d).trans (mul_one _))

end Ring

section Field

variable {K : Type u} [LinearOrderedField K] {d : Nat}

/-- The squared cosine between a vector and its signs: ‖k‖₁² / (d ‖k‖₂²) (seed 001, glossary). -/
def beta (k : Fin d → K) : K := l1Norm k * l1Norm k / (Nat.cast d * normSq k)

theorem beta_le_one (k : Fin d → K) : beta k ≤ 1 :=
  div_le_one_of_le (l1Norm_mul_l1Norm_le k) (mul_nonneg (natCast_nonneg d) (normSq_nonneg k))

/-- β of a key that is not 0 is above 0 and at most 1 (seed 001, glossary, "Range"). -/
theorem beta_mem (k : Fin d → K) (hk : ∃ i, k i ≠ 0) : 0 < beta k ∧ beta k ≤ 1 :=
  have size : 0 < l1Norm k := hk.elim fun i h => sum_pos (fun i => abs_nonneg (k i))
    ⟨i, abs_pos.mpr h⟩
  ⟨div_pos (mul_pos size size) (dim_mul_normSq_pos hk), beta_le_one k⟩

/-- The cosine between a vector and its signs, with `n = ‖k‖`, `q = ‖sign k‖` and `s = √d`; its
denominator is positive (seed 001, JensenFloor). -/
theorem cos_sign_quant_formula (k : Fin d → K) (hk : ∃ i, k i ≠ 0) {n q s : K} (hn : 0 ≤ n)
    (hn' : n * n = normSq k) (hq : 0 ≤ q) (hq' : q * q = normSq (signQuant k)) (hs : 0 ≤ s)
    (hs' : s * s = Nat.cast d) :
    0 < n * q ∧ dot k (signQuant k) / (n * q) = l1Norm k / (s * n) := by
  have e : q = s := eq_of_mul_self_eq_mul_self hq hs (by rw [hq', hs', normSq_signQuant])
  refine ⟨mul_pos (pos_of_mul_self_pos hn (hn' ▸ normSq_pos hk)) ?_,
    by rw [e, dot_signQuant, mul_comm n s]⟩
  rw [e]; exact pos_of_mul_self_pos hs (hs' ▸ dim_pos hk)

/-- The squared cosine is β: nothing but a key's two norms and its dimension decide how well its
signs keep it. -/
theorem cos_mul_cos_eq_beta (k : Fin d → K) {n s : K} (hn : n * n = normSq k)
    (hs : s * s = Nat.cast d) :
    l1Norm k / (s * n) * (l1Norm k / (s * n)) = beta k := by
  rw [div_mul_div_comm, show s * n * (s * n) = s * s * (n * n) by ring, hs, hn]; rfl

/-- The cosine is 1 exactly where all magnitudes are equal: on the sign lattice (seed 001,
JensenFloor). -/
theorem cos_eq_one_iff_sign_lattice (k : Fin d → K) (hk : ∃ i, k i ≠ 0) {n s : K} (hn : 0 ≤ n)
    (hn' : n * n = normSq k) (hs : 0 ≤ s) (hs' : s * s = Nat.cast d) :
    l1Norm k / (s * n) = 1 ↔ ∀ i j, |k i| = |k j| := by
  have pos : 0 < s * n :=
    mul_pos (pos_of_mul_self_pos hs (hs' ▸ dim_pos hk))
      (pos_of_mul_self_pos hn (hn' ▸ normSq_pos hk))
  have e : s * n * (s * n) = Nat.cast d * normSq k := by rw [← hs', ← hn']; ring
  refine Iff.trans (div_eq_iff (Ne.symm (ne_of_lt pos))) (Iff.trans ?_ (l1Norm_mul_l1Norm_eq_iff k))
  rw [one_mul, ← e]
  exact ⟨fun h => by rw [h], eq_of_mul_self_eq_mul_self (l1Norm_nonneg k) pos.1⟩

/-- What a key's one-bit form, with the mean of the magnitudes as its scale, loses of it. -/
def residual (k : Fin d → K) : Fin d → K := fun i => k i - l1Norm k / Nat.cast d * signQuant k i

theorem normSq_residual : {d : Nat} → (k : Fin d → K) →
    normSq (residual k) = normSq k - l1Norm k * l1Norm k / Nat.cast d
  | .zero, _ => by
    show (0 : K) = 0 - 0 * 0 / Nat.cast Nat.zero
    rw [zero_mul, zero_div, sub_zero]
  | .succ d, k => by
    show normSq (fun i => k i - l1Norm k / Nat.cast (Nat.succ d) * signQuant k i) = _
    rw [normSq_sub_smul, dot_signQuant, normSq_signQuant]
    have c : l1Norm k / Nat.cast (Nat.succ d) * Nat.cast (Nat.succ d) = l1Norm k :=
      div_mul_cancel _ (Ne.symm (ne_of_lt (natCast_succ_pos d)))
    rw [mul_assoc (l1Norm k / _), c, ← div_mul_eq_mul_div]
    ring

/-- With the mean of the magnitudes as its scale, a one-bit vector loses the share 1 - β of the
energy (seed 001, JensenFloor). -/
theorem residual_energy_formula (k : Fin d → K) (hk : ∃ i, k i ≠ 0) :
    normSq (fun i => k i - l1Norm k / Nat.cast d * signQuant k i) / normSq k =
      1 - l1Norm k * l1Norm k / (Nat.cast d * normSq k) := by
  show normSq (residual k) / normSq k = _
  rw [normSq_residual, sub_div, div_self (Ne.symm (ne_of_lt (normSq_pos hk))), div_div]

end Field

/-- Without a scale the signs lose another share: of the key (1/10, 1/10), 81 times its energy (seed
001, JensenFloor). -/
theorem residual_energy_formula_unscaled_as_given_false :
    ¬ ∀ (d : Nat) (k : Fin d → Rat), (∃ i, k i ≠ 0) →
      normSq (fun i => k i - signQuant k i) / normSq k =
      1 - l1Norm k * l1Norm k / (Nat.cast d * normSq k) :=
  fun h => absurd (h 2 (fun _ => 1 / 10) ⟨.zero, by decide⟩) (by decide)

end LeanMining
