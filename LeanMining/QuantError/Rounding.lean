/-
Copyright (c) 2026 The LeanMining authors. All rights reserved.
Released under Apache 2.0 license as described in the file LICENSE.
-/
prelude
import LeanMining.QuantError.ClippingError

/-!
# Rounding to the nearest level, and what the error splits into

Seed 002, *Layer 2: MSE Decomposition*. The quantizer is the real one: the nearest of N + 1 levels
from −α to α. Its error within the threshold is at most half a step, and the mean square error is
that within plus the clipping error. That the error within is Δ²/12 times the share of data there,
and that the sum is convex in α, is false.

## Main definitions

* `nearestLevel`, `quantize`: the nearest level of a grid, by trying all
* `mse`, `inRangeError`: the mean square error, over all data and over those within α
-/

set_option autoImplicit false

universe u

namespace LeanMining

section Ring

variable {K : Type u} [LinearOrderedCommRing K]

/-- The nearest of the levels `a`, `a + Δ`, …, `a + N Δ` to `x`, the lowest where two are as
near. -/
def nearestLevel (a Δ : K) : Nat → K → K
  | .zero, _ => a
  | .succ N, x =>
    if |x - (a + Nat.cast (Nat.succ N) * Δ)| < |x - nearestLevel a Δ N x| then
      a + Nat.cast (Nat.succ N) * Δ
    else nearestLevel a Δ N x

theorem nearestLevel_succ_or (a Δ : K) (N : Nat) (x : K) :
    (|x - (a + Nat.cast (Nat.succ N) * Δ)| < |x - nearestLevel a Δ N x| ∧
      nearestLevel a Δ (Nat.succ N) x = a + Nat.cast (Nat.succ N) * Δ) ∨
    (|x - nearestLevel a Δ N x| ≤ |x - (a + Nat.cast (Nat.succ N) * Δ)| ∧
      nearestLevel a Δ (Nat.succ N) x = nearestLevel a Δ N x) := by
  show (_ ∧ (if _ < _ then _ else _) = _) ∨ (_ ∧ (if _ < _ then _ else _) = _)
  cases instDecidableLt |x - (a + Nat.cast (Nat.succ N) * Δ)| |x - nearestLevel a Δ N x| with
  | isTrue h => exact .inl ⟨h, rfl⟩
  | isFalse h => exact .inr ⟨(le_or_lt _ _).elim id (absurd · h), rfl⟩

theorem level_mono {Δ : K} (hΔ : 0 ≤ Δ) (a : K) (N : Nat) :
    a + Nat.cast N * Δ ≤ a + Nat.cast (Nat.succ N) * Δ := by
  refine add_le_add_left ?_ a
  rw [natCast_succ, add_mul, one_mul]
  exact le_add_of_nonneg_right hΔ

theorem nearestLevel_of_le {Δ : K} (hΔ : 0 ≤ Δ) {a x : K} (h : x ≤ a) :
    (N : Nat) → nearestLevel a Δ N x = a
  | .zero => rfl
  | .succ N => by
    have ih := nearestLevel_of_le hΔ h N
    cases nearestLevel_succ_or a Δ N x with
    | inr k => exact k.2.trans ih
    | inl k =>
      rw [ih] at k
      have up : a ≤ a + Nat.cast (Nat.succ N) * Δ :=
        le_add_of_nonneg_right (mul_nonneg (natCast_nonneg _) hΔ)
      have k₁ := k.1
      rw [abs_of_nonpos (sub_nonpos.mpr h), abs_of_nonpos (sub_nonpos.mpr (le_trans h up)), neg_sub,
        neg_sub] at k₁
      exact absurd (sub_le_sub up (le_refl x)) (not_le_of_lt k₁)

theorem nearestLevel_of_ge {Δ : K} (hΔ : 0 ≤ Δ) (a : K) {x : K} :
    (N : Nat) → a + Nat.cast N * Δ ≤ x → nearestLevel a Δ N x = a + Nat.cast N * Δ
  | .zero, _ => by
    show a = a + Nat.cast Nat.zero * Δ
    rw [natCast_zero, zero_mul, add_zero]
  | .succ N, h => by
    have up := level_mono hΔ a N
    have ih := nearestLevel_of_ge hΔ a N (le_trans up h)
    cases nearestLevel_succ_or a Δ N x with
    | inl k => exact k.2
    | inr k =>
      rw [ih] at k
      refine k.2.trans (le_antisymm up ?_)
      have k₁ := k.1
      rw [abs_of_nonneg (sub_nonneg.mpr h), abs_of_nonneg (sub_nonneg.mpr (le_trans up h))] at k₁
      rw [sub_eq_add_neg, sub_eq_add_neg] at k₁
      exact neg_le_neg_iff.mp (le_of_add_le_add_left k₁)

end Ring

variable {K : Type u} [LinearOrderedField K] {n : Nat}

/-- The nearest level is within half a step. -/
theorem abs_sub_nearestLevel_le {Δ : K} (hΔ : 0 ≤ Δ) {a x : K} (ha : a ≤ x) :
    (N : Nat) → x ≤ a + Nat.cast N * Δ → |x - nearestLevel a Δ N x| ≤ Δ / 2
  | .zero, h => by
    rw [natCast_zero, zero_mul, add_zero] at h
    show |x - a| ≤ Δ / 2
    rw [le_antisymm h ha, sub_self, abs_zero]
    exact div_nonneg hΔ zero_le_two
  | .succ N, h => (le_total x (a + Nat.cast N * Δ)).elim
    (fun k => by
      have ih := abs_sub_nearestLevel_le hΔ ha N k
      cases nearestLevel_succ_or a Δ N x with
      | inl p => rw [p.2]; exact le_trans p.1.1 ih
      | inr p => rw [p.2]; exact ih)
    (fun k => by
      have prev := nearestLevel_of_ge hΔ a N k
      have sum : a + Nat.cast (Nat.succ N) * Δ - x + (x - (a + Nat.cast N * Δ)) =
          Δ / 2 + Δ / 2 := by
        rw [add_halves, natCast_succ]; ring
      have half : ∀ {u v : K}, u + v = Δ / 2 + Δ / 2 → u ≤ v → u ≤ Δ / 2 :=
        fun {u v} e q => (le_or_lt u (Δ / 2)).elim id fun s =>
          absurd (e ▸ add_lt_add s (lt_of_lt_of_le s q) : _ < _) (lt_irrefl _)
      have low : |x - (a + Nat.cast N * Δ)| = x - (a + Nat.cast N * Δ) :=
        abs_of_nonneg (sub_nonneg.mpr k)
      have high : |x - (a + Nat.cast (Nat.succ N) * Δ)| = a + Nat.cast (Nat.succ N) * Δ - x := by
        rw [abs_of_nonpos (sub_nonpos.mpr h), neg_sub]
      cases nearestLevel_succ_or a Δ N x with
      | inl p =>
        have p₁ := p.1
        rw [prev, low, high] at p₁
        rw [p.2, high]
        exact half sum p₁.1
      | inr p =>
        have p₁ := p.1
        rw [prev, low, high] at p₁
        rw [p.2, prev, low]
        exact half ((add_comm _ _).trans sum) p₁)

/-- The nearest of N + 1 levels from −α to α. -/
def quantize (α : K) (N : Nat) (x : K) : K := nearestLevel (-α) (stepSize α N) N x

theorem neg_add_steps (α : K) {N : Nat} (hN : (Nat.cast N : K) ≠ 0) :
    -α + Nat.cast N * stepSize α N = α := by
  show -α + Nat.cast N * (2 * α / Nat.cast N) = α
  rw [mul_comm, div_mul_cancel _ hN]; ring

/-- Rounding to the nearest level moves what is within the threshold by at most half a step (seed
002, Layer 2, the exact form of "uniformly distributed on [−Δ/2, Δ/2]"). -/
theorem abs_sub_quantize_le {α : K} {N : Nat} (hN : (Nat.cast N : K) ≠ 0) {x : K} (h : |x| ≤ α) :
    |x - quantize α N x| ≤ stepSize α N / 2 :=
  abs_sub_nearestLevel_le (stepSize_nonneg (le_trans (abs_nonneg x) h) N) (abs_le.mp h).1 N
    (by rw [neg_add_steps α hN]; exact (abs_le.mp h).2)

/-- Outside the threshold rounding is clipping. -/
theorem quantize_of_le {α : K} (h₀ : 0 ≤ α) {N : Nat} (hN : (Nat.cast N : K) ≠ 0) {x : K}
    (h : α ≤ |x|) : quantize α N x = clip x α := (le_total 0 x).elim
  (fun p => by
    rw [abs_of_nonneg p] at h
    have e := nearestLevel_of_ge (stepSize_nonneg h₀ N) (-α) N (by rw [neg_add_steps α hN]; exact h)
    rw [neg_add_steps α hN] at e
    show nearestLevel _ _ _ _ = max (-α) (min α x)
    rw [e, min_eq_left h, max_eq_right (neg_le_self h₀)])
  (fun p => by
    rw [abs_of_nonpos p] at h
    show nearestLevel _ _ _ _ = max (-α) (min α x)
    rw [nearestLevel_of_le (stepSize_nonneg h₀ N) (le_neg.mp h) N, min_eq_right (le_trans p h₀),
      max_eq_left (le_neg.mp h)])

/-! ### What the error splits into -/

/-- The mean square error (seed 002, Layer 2). -/
def mse (w x : Fin n → K) (N : Nat) (α : K) : K :=
  ∑ i, w i * ((x i - quantize α N (x i)) * (x i - quantize α N (x i)))

/-- The part of the mean square error that data within the threshold have. -/
def inRangeError (w x : Fin n → K) (N : Nat) (α : K) : K :=
  ∑ i, w i * (if |x i| ≤ α then (x i - quantize α N (x i)) * (x i - quantize α N (x i)) else 0)

/-- The mean square error is that within the threshold plus the clipping error (seed 002, Layer 2,
as far as it is true). -/
theorem mse_split (w x : Fin n → K) {N : Nat} (hN : (Nat.cast N : K) ≠ 0) {α : K} (h₀ : 0 ≤ α) :
    mse w x N α = inRangeError w x N α + clippingError w x α := by
  show _ = (∑ i, _) + ∑ i, _
  rw [← sum_add]
  refine sum_congr fun i => ?_
  rw [← mul_add]
  refine congrArg (w i * ·) ?_
  show _ = (if _ then _ else _) + _
  cases instDecidableLe |x i| α with
  | isTrue h => exact (by rw [excess_of_le h, mul_zero, add_zero] :
      _ = (x i - quantize α N (x i)) * (x i - quantize α N (x i)) + excess (x i) α * excess (x i) α)
  | isFalse h =>
    have k : α ≤ |x i| := le_of_not_le h
    exact (by rw [zero_add, quantize_of_le h₀ hN k, sub_clip_mul_self h₀] :
      (x i - quantize α N (x i)) * (x i - quantize α N (x i)) = 0 + excess (x i) α * excess (x i) α)

/-- The error within the threshold is at most (Δ/2)² times the weight of the data there (beside seed
002, Layer 2). -/
theorem inRangeError_le {w : Fin n → K} (hw : ∀ i, 0 ≤ w i) (x : Fin n → K) {N : Nat}
    (hN : (Nat.cast N : K) ≠ 0) (α : K) :
    inRangeError w x N α ≤ stepSize α N / 2 * (stepSize α N / 2) * massWithin w x α := by
  show _ ≤ _ * ∑ i, _
  rw [mul_sum]
  refine sum_le_sum fun i => ?_
  rw [mul_left_comm]
  refine mul_le_mul_of_nonneg_left ?_ (hw i)
  show (if _ then _ else _) ≤ _ * (if _ then _ else _)
  cases instDecidableLe |x i| α with
  | isTrue h =>
    have k := mul_self_le_mul_self (abs_nonneg _) (abs_sub_quantize_le hN h)
    rw [abs_mul_abs_self] at k
    exact (mul_one (stepSize α N / 2 * (stepSize α N / 2))).symm ▸ k
  | isFalse h => exact le_of_eq (mul_zero _).symm

/-- That the mean square error is the clipping error plus Δ²/12 times the weight within, exactly, is
false: a datum on a level has no error (seed 002, Layer 2, a `sorry` there). -/
theorem mse_decomposition_as_given_false :
    ¬ ∀ (n N : Nat) (w x : Fin n → Rat) (α : Rat), (∀ i, 0 ≤ w i) → ∑ i, w i = 1 → 0 < α →
      mse w x N α = clippingError w x α + quantizationNoise w x N α :=
  fun h => absurd (h 1 3 (datum 1) (datum 1) 1 datum_one_nonneg (by decide) (by decide)) (by decide)

/-- That the error within the threshold does not fall as the threshold rises is false: the datum 1
is half a step from its level at α = 3/2, and on a level at α = 3 (seed 002, Layer 2, of the true
error). -/
theorem inRangeError_monotone_as_given_false :
    ¬ ∀ (n N : Nat) (w x : Fin n → Rat) (α β : Rat), (∀ i, 0 ≤ w i) → 0 < α → α ≤ β →
      inRangeError w x N α ≤ inRangeError w x N β :=
  fun h => absurd (h 1 3 (datum 1) (datum 1) (3 / 2) 3 datum_one_nonneg (by decide) (by decide))
    (by decide)

/-- That the mean square error is convex in the threshold is false: that of the datum 1 is 0 at α =
1 and α = 3, and not between (seed 002, Layer 2, a `sorry` there). -/
theorem mse_convex_as_given_false :
    ¬ ∀ (n N : Nat) (w x : Fin n → Rat), (∀ i, 0 ≤ w i) → ConvexOnPos fun α => mse w x N α :=
  fun h => absurd (h 1 3 (datum 1) (datum 1) datum_one_nonneg (3 / 4) (1 / 4) 1 3 (by decide)
    (by decide) (by decide) (by decide) (by decide)) (by decide)

end LeanMining
