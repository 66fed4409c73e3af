/-
Copyright (c) 2026 The LeanMining authors. All rights reserved.
Released under Apache 2.0 license as described in the file LICENSE.
-/
prelude
import LeanMining.QuantError.Mixture
import LeanMining.QuantError.Rounding

/-!
# The best threshold

Seed 002, *Layer 4: Optimal Clipping* and what rests on it. There is always a best threshold. With
one bit it is the mean magnitude, and the only one; with more bits there can be several. That it
rises with the kurtosis, that Banner's rule finds it, that the disparity of several data sets is
bounded by the variance of their kurtoses, and that no quantizer loses less than `σ² 2^(-2 B)`, are
false in general.

## Main results

* `mse_one_step`, `mse_one_step_le_iff`: the error with one bit, and its only best threshold
* `exists_best_threshold`: there is a best threshold with any number of steps
* `sum_best_le_common`: what a common threshold costs several data sets
* `bannerThreshold_mono`: Banner's rule rises with the kurtosis, with any increasing function for
  the logarithm
* `best_rate_as_given_false`: a bit more may divide the least error by any factor
-/

set_option autoImplicit false

universe u v

namespace LeanMining

variable {K : Type u} [LinearOrderedField K] {n : Nat}

/-! ### One bit -/

theorem abs_sub_quantize_one_le {α : K} (x : K) :
    |x - quantize α 1 x| ≤ |x - α| ∧ |x - quantize α 1 x| ≤ |x - -α| ∧
      (quantize α 1 x = α ∨ quantize α 1 x = -α) := by
  have top : -α + Nat.cast (Nat.succ 0) * stepSize α 1 = α := neg_add_steps α one_ne_zero
  have k := nearestLevel_succ_or (-α) (stepSize α 1) 0 x
  rw [top] at k
  exact k.elim (fun k => ⟨le_of_eq (congrArg (fun q => |x - q|) k.2),
      le_trans (le_of_eq (congrArg (fun q => |x - q|) k.2)) k.1.1, .inl k.2⟩)
    fun k => ⟨le_trans (le_of_eq (congrArg (fun q => |x - q|) k.2)) k.1,
      le_of_eq (congrArg (fun q => |x - q|) k.2), .inr k.2⟩

theorem sub_quantize_one_mul_self {α : K} (h : 0 ≤ α) (x : K) :
    (x - quantize α 1 x) * (x - quantize α 1 x) = (|x| - α) * (|x| - α) := by
  have near := abs_sub_quantize_one_le (α := α) x
  refine le_antisymm (mul_self_le_mul_self_of_abs_le ?_) (mul_self_le_mul_self_of_abs_le ?_)
  · exact (le_total 0 x).elim (fun p => by rw [abs_of_nonneg p]; exact near.1) fun p => by
      rw [abs_of_nonpos p, ← abs_neg (-x - α), show -(-x - α) = x - -α from by ring]
      exact near.2.1
  · have size : |quantize α 1 x| = α := near.2.2.elim
      (fun e => by rw [e, abs_of_nonneg h]) fun e => by rw [e, abs_neg, abs_of_nonneg h]
    have k := abs_abs_sub_abs_le x (quantize α 1 x)
    rw [size] at k
    exact k

/-- With one bit, levels at `-α` and `α`, the error of a datum is how far its magnitude is from `α`
(seed 002, Layer 4). -/
theorem mse_one_step (w x : Fin n → K) {α : K} (h : 0 ≤ α) :
    mse w x 1 α = ∑ i, w i * ((|x i| - α) * (|x i| - α)) :=
  sum_congr fun i => congrArg (w i * ·) (sub_quantize_one_mul_self h (x i))

theorem mse_one_step_eq {w : Fin n → K} (hw : ∑ i, w i = 1) (x : Fin n → K) {α : K} (h : 0 ≤ α)
    (hm : 0 ≤ ∑ i, w i * |x i|) :
    mse w x 1 α = mse w x 1 (∑ i, w i * |x i|) +
      (α - ∑ i, w i * |x i|) * (α - ∑ i, w i * |x i|) := by
  rw [mse_one_step w x h, mse_one_step w x hm]
  have expand : ∀ c, ∑ i, w i * ((|x i| - c) * (|x i| - c)) =
      ∑ i, w i * (|x i| * |x i|) - 2 * c * (∑ i, w i * |x i|) + c * c := fun c => by
    rw [sum_congr (g := fun i => w i * (|x i| * |x i|) - 2 * c * (w i * |x i|) + w i * (c * c))
      fun i => by ring, sum_add, sum_sub, ← mul_sum, ← sum_mul, hw, one_mul]
  rw [expand, expand]
  ring

/-- With one bit there is one best threshold, the mean magnitude (seed 002, Layer 4, and Critical
Gaps, "Ensures unique optimal α exists"). -/
theorem mse_one_step_le_iff {w : Fin n → K} (hw : ∑ i, w i = 1) (x : Fin n → K)
    (hm : 0 < ∑ i, w i * |x i|) {α : K} (h : 0 < α) :
    (∀ β, 0 < β → mse w x 1 α ≤ mse w x 1 β) ↔ α = ∑ i, w i * |x i| := by
  refine ⟨fun k => ?_, fun e β hβ => ?_⟩
  · have le := k _ hm
    rw [mse_one_step_eq hw x h.1 hm.1] at le
    have zero : (α - ∑ i, w i * |x i|) * (α - ∑ i, w i * |x i|) ≤ 0 :=
      le_of_add_le_add_left (le_trans le (le_of_eq (add_zero _).symm))
    exact sub_eq_zero_iff.mp (mul_self_eq_zero_iff.mp (le_antisymm zero (mul_self_nonneg _)))
  · rw [e, mse_one_step_eq hw x hβ.1 hm.1]
    exact le_add_of_nonneg_right (mul_self_nonneg _)

/-! ### A best threshold exists -/

/-- `a`, followed by the values of `s`. -/
def consNat {n : Nat} (a : Nat) (s : Fin n → Nat) : Fin (Nat.succ n) → Nat
  | .zero => a
  | .succ i => s i

theorem exists_forall_fin :
    {n : Nat} → {p : Fin n → Nat → Prop} → (∀ i, ∃ k, p i k) → ∃ s : Fin n → Nat, ∀ i, p i (s i)
  | .zero, _, _ => ⟨fun _ => 0, fun i => i.elim0.elim⟩
  | .succ _, _, h => (h .zero).elim fun a ha =>
    (exists_forall_fin fun i => h (.succ i)).elim fun s hs =>
      ⟨consNat a s, Fin.forall_succ.mpr ⟨ha, hs⟩⟩

/-- A function of finitely many numbers up to `N` has a least value. -/
theorem exists_min_of_le (N : Nat) : {n : Nat} → (f : (Fin n → Nat) → K) →
    (∀ s t, (∀ i, s i = t i) → f s = f t) →
    ∃ s, (∀ i, s i ≤ N) ∧ ∀ t, (∀ i, t i ≤ N) → f s ≤ f t
  | .zero, f, congr => ⟨fun _ => 0, fun i => i.elim0.elim,
      fun t _ => le_of_eq (congr _ t fun i => i.elim0.elim)⟩
  | .succ n, f, congr => by
    have first (a : Nat) (ha : a ≤ N) : ∃ s, (∀ i, s i ≤ N) ∧
        ∀ t, (∀ i, t i ≤ N) → t .zero = a → f s ≤ f t :=
      (exists_min_of_le N (fun s => f (consNat a s)) fun s t h =>
        congr _ _ (Fin.forall_succ.mpr ⟨rfl, h⟩)).elim fun s hs =>
          ⟨consNat a s, Fin.forall_succ.mpr ⟨ha, hs.1⟩, fun t ht e =>
            le_trans (hs.2 (fun i => t (.succ i)) fun i => ht (.succ i))
              (le_of_eq (congr _ _ (Fin.forall_succ.mpr ⟨e.symm, fun _ => rfl⟩)))⟩
    have upto : (M : Nat) → M ≤ N → ∃ s : Fin (Nat.succ n) → Nat, (∀ i, s i ≤ N) ∧
        ∀ t, (∀ i, t i ≤ N) → t .zero ≤ M → f s ≤ f t := fun M => by
      induction M with
      | zero => exact fun h => (first 0 h).elim fun s hs =>
          ⟨s, hs.1, fun t ht k => hs.2 t ht (Nat.le_zero_iff.mp k)⟩
      | succ M ih =>
        exact fun h => (ih (le_trans (Nat.le_succ M) h)).elim fun s hs =>
          (first _ h).elim fun s' hs' => (le_total (f s) (f s')).elim
            (fun k => ⟨s, hs.1, fun t ht l => (lt_or_eq_of_le l).elim
              (fun l => hs.2 t ht (Nat.lt_succ_iff.mp l))
              fun e => le_trans k (hs'.2 t ht e)⟩)
            fun k => ⟨s', hs'.1, fun t ht l => (lt_or_eq_of_le l).elim
              (fun l => le_trans k (hs.2 t ht (Nat.lt_succ_iff.mp l)))
              fun e => hs'.2 t ht e⟩
    exact (upto N (le_refl N)).elim fun s hs => ⟨s, hs.1, fun t ht => hs.2 t ht (ht .zero)⟩

theorem exists_nearestLevel_eq (a Δ : K) : (N : Nat) → (x : K) →
    ∃ k, k ≤ N ∧ nearestLevel a Δ N x = a + Nat.cast k * Δ
  | .zero, _ => ⟨0, le_refl 0, by
    show a = a + Nat.cast Nat.zero * Δ
    rw [natCast_zero, zero_mul, add_zero]⟩
  | .succ N, x => (nearestLevel_succ_or a Δ N x).elim
    (fun h => ⟨Nat.succ N, le_refl _, h.2⟩)
    fun h => (exists_nearestLevel_eq a Δ N x).elim fun k hk =>
      ⟨k, le_trans hk.1 (Nat.le_succ N), h.2.trans hk.2⟩

theorem abs_sub_nearestLevel_le_abs_sub (a Δ : K) : (N : Nat) → (x : K) → (k : Nat) → k ≤ N →
    |x - nearestLevel a Δ N x| ≤ |x - (a + Nat.cast k * Δ)|
  | .zero, x, k, hk => le_of_eq (by
    rw [Nat.le_zero_iff.mp hk]
    show |x - a| = |x - (a + Nat.cast Nat.zero * Δ)|
    rw [natCast_zero, zero_mul, add_zero])
  | .succ N, x, k, hk => by
    have best : |x - nearestLevel a Δ (Nat.succ N) x| ≤ |x - nearestLevel a Δ N x| ∧
        |x - nearestLevel a Δ (Nat.succ N) x| ≤ |x - (a + Nat.cast (Nat.succ N) * Δ)| :=
      (nearestLevel_succ_or a Δ N x).elim
        (fun h => by rw [h.2]; exact ⟨h.1.1, le_refl _⟩)
        fun h => by rw [h.2]; exact ⟨le_refl _, h.1⟩
    exact (lt_or_eq_of_le hk).elim
      (fun l => le_trans best.1
        (abs_sub_nearestLevel_le_abs_sub a Δ N x k (Nat.lt_succ_iff.mp l)))
      fun e => by rw [e]; exact best.2

/-- The `k`-th of the levels of `N` steps, in units of the threshold: from −1 to 1. -/
def levelShare (N k : Nat) : K := Nat.cast k * (2 / Nat.cast N) - 1

theorem level_eq_mul_levelShare (α : K) (N k : Nat) :
    -α + Nat.cast k * stepSize α N = α * levelShare N k := by
  have e : stepSize α N = α * (2 / Nat.cast N) := by
    show 2 * α / Nat.cast N = _
    rw [mul_comm 2 α, mul_div_assoc]
  show _ = α * (Nat.cast k * (2 / Nat.cast N) - 1)
  rw [e]
  ring

/-- The least of `A - 2 B α + C α²` over `α > 0`, or what it is near 0. -/
def leastOf (A B C : K) : K := if 0 < B then A - B * (B / C) else A

/-- There is a best threshold, whatever the data are that are not all 0 (seed 002, Layer 4: α*
exists; that it is the only one is false). -/
theorem exists_best_threshold {w : Fin n → K} (hw : ∀ i, 0 ≤ w i) {x : Fin n → K}
    (hx : ∃ i, 0 < w i ∧ x i ≠ 0) {N : Nat} (hN : (Nat.cast N : K) ≠ 0) :
    ∃ α, 0 < α ∧ ∀ β, 0 < β → mse w x N α ≤ mse w x N β := by
  -- The error with each datum at a level of its own choice is quadratic in the threshold.
  let c (s : Fin n → Nat) (i : Fin n) : K := levelShare N (s i)
  let A : K := ∑ i, w i * (x i * x i)
  let B (s : Fin n → Nat) : K := ∑ i, w i * (x i * c s i)
  let C (s : Fin n → Nat) : K := ∑ i, w i * (c s i * c s i)
  have C_nonneg : ∀ s, 0 ≤ C s := fun s =>
    sum_nonneg fun i => mul_nonneg (hw i) (mul_self_nonneg _)
  have C_pos : ∀ s, 0 < B s → 0 < C s := fun s h => lt_of_le_of_ne (C_nonneg s) fun e => by
    have each := (sum_eq_zero_iff_of_nonneg fun i =>
      mul_nonneg (hw i) (mul_self_nonneg (c s i))).mp e.symm
    refine ne_of_lt h (sum_eq_zero fun i => ?_).symm
    exact (mul_eq_zero_iff.mp (each i)).elim (fun k => by rw [k, zero_mul]) fun k => by
      rw [mul_self_eq_zero_iff.mp k, mul_zero, mul_zero]
  have quadratic : ∀ s α, ∑ i, w i * ((x i - α * c s i) * (x i - α * c s i)) =
      A - 2 * α * B s + α * α * C s := fun s α => by
    show _ = ∑ i, _ - _ * ∑ i, _ + _ * ∑ i, _
    rw [mul_sum, mul_sum, ← sum_sub, ← sum_add]
    exact sum_congr fun i => by ring
  have least_le : ∀ s α, 0 < α → leastOf A (B s) (C s) ≤ A - 2 * α * B s + α * α * C s :=
    fun s α hα => by
      show (if 0 < B s then A - B s * (B s / C s) else A) ≤ _
      refine (le_or_lt (B s) 0).elim (fun h => ?_) fun h => ?_
      · rw [if_neg fun k => not_le_of_lt k h]
        have e : A - 2 * α * B s + α * α * C s = A + (2 * α * -B s + α * α * C s) := by ring
        rw [e]
        exact le_add_of_nonneg_right (add_nonneg
          (mul_nonneg (mul_nonneg zero_le_two hα.1) (neg_nonneg.mpr h))
          (mul_nonneg (mul_self_nonneg α) (C_nonneg s)))
      · rw [if_pos h]
        have top : B s = B s / C s * C s := (div_mul_cancel _ (Ne.symm (ne_of_lt (C_pos s h)))).symm
        have square : ∀ b D E : K, E = b * D →
            A - 2 * α * E + α * α * D = A - E * b + D * ((α - b) * (α - b)) := fun b D E e => by
          rw [e]; ring
        rw [square (B s / C s) (C s) (B s) top]
        exact le_add_of_nonneg_right (mul_nonneg (C_nonneg s) (mul_self_nonneg _))
  have at_least : ∀ s, 0 < B s →
      A - 2 * (B s / C s) * B s + B s / C s * (B s / C s) * C s = leastOf A (B s) (C s) :=
    fun s h => by
      show _ = if 0 < B s then A - B s * (B s / C s) else A
      rw [if_pos h]
      have top : B s / C s * C s = B s := div_mul_cancel _ (Ne.symm (ne_of_lt (C_pos s h)))
      rw [mul_assoc (B s / C s), top]
      ring
  have mse_le : ∀ s, (∀ i, s i ≤ N) → ∀ α, mse w x N α ≤ A - 2 * α * B s + α * α * C s :=
    fun s hs α => by
      rw [← quadratic]
      exact sum_le_sum fun i => mul_le_mul_of_nonneg_left (mul_self_le_mul_self_of_abs_le (by
        have k := abs_sub_nearestLevel_le_abs_sub (-α) (stepSize α N) N (x i) (s i) (hs i)
        rw [level_eq_mul_levelShare] at k
        exact k)) (hw i)
  have mse_eq : ∀ α, ∃ s, (∀ i, s i ≤ N) ∧ mse w x N α = A - 2 * α * B s + α * α * C s :=
    fun α => (exists_forall_fin fun i =>
      exists_nearestLevel_eq (-α) (stepSize α N) N (x i)).elim fun s hs =>
        ⟨s, fun i => (hs i).1, by
          rw [← quadratic]
          exact sum_congr fun i => by
            have e : quantize α N (x i) = α * c s i :=
              (hs i).2.trans (level_eq_mul_levelShare α N (s i))
            rw [e]⟩
  -- With each datum at the end on its own side the error falls below that at 0.
  let ends (i : Fin n) : Nat := if 0 ≤ x i then N else 0
  have ends_le : ∀ i, ends i ≤ N := fun i => by
    show (if 0 ≤ x i then N else 0) ≤ N
    exact (le_or_lt 0 (x i)).elim (fun h => by rw [if_pos h]; exact le_refl N) fun h => by
      rw [if_neg (not_le_of_lt h)]; exact Nat.zero_le N
  have end_eq : ∀ i, x i * c ends i = |x i| := fun i => by
    show x i * levelShare N (if 0 ≤ x i then N else 0) = _
    refine (le_or_lt 0 (x i)).elim (fun h => ?_) fun h => ?_
    · rw [if_pos h, abs_of_nonneg h]
      show x i * (Nat.cast N * (2 / Nat.cast N) - 1) = x i
      rw [mul_comm (Nat.cast N : K), div_mul_cancel _ hN]
      ring
    · rw [if_neg (not_le_of_lt h), abs_of_neg h]
      show x i * (Nat.cast Nat.zero * (2 / Nat.cast N) - 1) = -x i
      rw [natCast_zero]
      ring
  have ends_pos : 0 < B ends := by
    refine hx.elim fun i hi => sum_pos (fun j => ?_) ⟨i, ?_⟩
    · rw [end_eq]; exact mul_nonneg (hw j) (abs_nonneg _)
    · rw [end_eq]; exact mul_pos hi.1 (abs_pos.mpr hi.2)
  refine (exists_min_of_le N (fun s => leastOf A (B s) (C s)) fun s t h => ?_).elim fun s hs => ?_
  · have eB : B s = B t := sum_congr fun i => by
      show w i * (x i * levelShare N (s i)) = w i * (x i * levelShare N (t i))
      rw [h i]
    have eC : C s = C t := sum_congr fun i => by
      show w i * (levelShare N (s i) * levelShare N (s i)) = _
      rw [h i]
    show leastOf A (B s) (C s) = leastOf A (B t) (C t)
    rw [eB, eC]
  have below : leastOf A (B ends) (C ends) < A := by
    show (if 0 < B ends then A - B ends * (B ends / C ends) else A) < A
    rw [if_pos ends_pos]
    have k := neg_lt_neg (mul_pos ends_pos (div_pos ends_pos (C_pos ends ends_pos)))
    rw [neg_zero] at k
    have l := add_lt_add_left k A
    rw [add_zero, ← sub_eq_add_neg] at l
    exact l
  have pos : 0 < B s := (le_or_lt (B s) 0).elim (fun h => by
    have k := hs.2 ends ends_le
    have e : leastOf A (B s) (C s) = A := if_neg fun l => not_le_of_lt l h
    exact absurd (le_trans (ge_of_eq e) k) (not_le_of_lt below)) id
  refine ⟨B s / C s, div_pos pos (C_pos s pos), fun β hβ => (mse_eq β).elim fun t ht => ?_⟩
  rw [ht.2]
  exact le_trans (mse_le s hs.1 _) (le_trans (le_of_eq (at_least s pos))
    (le_trans (hs.2 t ht.1) (least_le t β hβ)))

/-! ### A common threshold -/

/-- A common choice `a`, such as a threshold, costs several data sets at least what each one's own
best one does, and more exactly where it is not best for some of them. The first half is what "best"
means, and which errors `E` they are plays no part (seed 002, Layer 5). -/
theorem sum_best_le_common {R : Type u} [LinearOrderedCommRing R] {A : Type v} {l : Nat}
    {E : Fin l → A → R} {best : Fin l → A} (h : ∀ j a, E j (best j) ≤ E j a) (a : A) :
    ∑ j, E j (best j) ≤ ∑ j, E j a ∧
      (∑ j, E j (best j) < ∑ j, E j a ↔ ∃ j, E j (best j) < E j a) :=
  ⟨sum_le_sum fun j => h j a, fun k =>
    (Fin.forall_or_exists_not (fun j => E j a ≤ E j (best j)) fun j => LinearOrder.decLe _ _).elim
      (fun all => absurd (sum_le_sum all) (not_le_of_lt k))
      fun ⟨j, n⟩ => ⟨j, lt_of_not_le n⟩, sum_lt_sum fun j => h j a⟩

/-! ### Banner's rule -/

/-- Banner's rule for INT4, with `g` in the place of the logarithm: `(2.5 + 0.3 g (1 + max 0 κ)) σ`
(seed 002, Layer 4). -/
def bannerThreshold (g : K → K) (σ κ : K) : K := (5 / 2 + 3 / 10 * g (1 + max 0 κ)) * σ

/-- The threshold by Banner's rule rises with the kurtosis from 0 on, and is the same below. Of the
logarithm nothing is asked but that it increases from 1 on: any such function `g` may stand in its
place, and the logarithm itself is not defined here (seed 002, Layer 6). -/
theorem bannerThreshold_mono {g : K → K} (hg : ∀ a b, 1 ≤ a → a < b → g a < g b) {σ κ κ' : K}
    (hσ : 0 < σ) (h : κ < κ') :
    (0 < κ' → bannerThreshold g σ κ < bannerThreshold g σ κ') ∧
      (κ' ≤ 0 → bannerThreshold g σ κ = bannerThreshold g σ κ') := by
  refine ⟨fun pos => ?_, fun neg => ?_⟩
  · have lt : max 0 κ < max 0 κ' := by
      rw [max_eq_right pos.1]
      exact (le_total 0 κ).elim (fun k => by rw [max_eq_right k]; exact h) fun k => by
        rw [max_eq_left k]; exact pos
    exact mul_lt_mul_of_pos_right (add_lt_add_left (mul_lt_mul_of_pos_left
      (hg _ _ (le_add_of_nonneg_right (le_max_left 0 κ)) (add_lt_add_left lt 1))
      (div_pos (natCast_succ_pos 2) (natCast_succ_pos 9))) (5 / 2)) hσ
  · show (5 / 2 + 3 / 10 * g (1 + max 0 κ)) * σ = (5 / 2 + 3 / 10 * g (1 + max 0 κ')) * σ
    rw [max_eq_left neg, max_eq_left (le_trans h.1 neg)]

/-! ### What is false of it -/

/-- That there is one best threshold is false: the datum 1 is a level of three steps at α = 1 and at
α = 3 (seed 002, Critical Gaps, "Ensures unique optimal α exists"). -/
theorem mse_optimum_unique_as_given_false :
    ¬ ∀ (n N : Nat) (w x : Fin n → Rat), (∀ i, 0 ≤ w i) → ∑ i, w i = 1 → ∀ α β : Rat,
      0 < α → 0 < β → (∀ γ, 0 < γ → mse w x N α ≤ mse w x N γ) →
      (∀ γ, 0 < γ → mse w x N β ≤ mse w x N γ) → α = β :=
  have nonneg : ∀ γ : Rat, 0 ≤ mse (datum 1) (datum 1) 3 γ :=
    fun γ => sum_nonneg fun _ => mul_nonneg zero_le_one (mul_self_nonneg _)
  have at_1 : mse (datum 1) (datum 1) 3 1 = 0 := by decide
  have at_3 : mse (datum 1) (datum 1) 3 3 = 0 := by decide
  fun h => absurd (h 1 3 (datum 1) (datum 1) datum_one_nonneg (by decide) 1 3 (by decide)
    (by decide) (fun γ _ => le_trans (le_of_eq at_1) (nonneg γ))
    fun γ _ => le_trans (le_of_eq at_3) (nonneg γ)) (by decide)

/-- The numbers 1, 1, −1 and −1. -/
def signs : Fin 4 → Rat := Vector.get (1 ::ᵥ 1 ::ᵥ -1 ::ᵥ -1 ::ᵥ .nil)

/-- The numbers 1, −1, 3 and −3. -/
def spread : Fin 4 → Rat := Vector.get (1 ::ᵥ -1 ::ᵥ 3 ::ᵥ -3 ::ᵥ .nil)

/-- That data of a higher kurtosis have a higher best threshold in standard deviations is false,
already with one bit: ±1 has κ = −2 and α*/σ = 1, ±1 and ±3 have κ = −34/25 and (α*/σ)² = 4/5 (seed
002, Critical Gaps, `∂α*/∂κ > 0`). -/
theorem threshold_rises_as_given_false :
    ¬ ∀ (n N : Nat) (w x y : Fin n → Rat), (∀ i, 0 ≤ w i) → ∑ i, w i = 1 →
      excessKurtosis w x < excessKurtosis w y → ∀ α β : Rat, 0 < α → 0 < β →
      (∀ γ, 0 < γ → mse w x N α ≤ mse w x N γ) → (∀ γ, 0 < γ → mse w y N β ≤ mse w y N γ) →
      α ^ 2 / moment w x (∑ i, w i * x i) 2 ≤ β ^ 2 / moment w y (∑ i, w i * y i) 2 :=
  have total : ∑ _i : Fin 4, (1 / 4 : Rat) = 1 := by decide
  fun h => absurd (h 4 1 (fun _ => 1 / 4) signs spread (by decide) total (by decide) 1 2 (by decide)
    (by decide) ((mse_one_step_le_iff total signs (by decide) (by decide)).mpr (by decide))
    ((mse_one_step_le_iff total spread (by decide) (by decide)).mpr (by decide))) (by decide)

/-- The numbers 0, 1 and 3. -/
def zeroOneThree : Fin 3 → Rat := Vector.get (0 ::ᵥ 1 ::ᵥ 3 ::ᵥ .nil)

/-- The weight `δ` for the first of them and `c` for each other. -/
def mostlyOneThree (δ c : Rat) : Fin 3 → Rat := Vector.get (δ ::ᵥ c ::ᵥ c ::ᵥ .nil)

theorem mostlyOneThree_nonneg {δ c : Rat} (hδ : 0 ≤ δ) (hc : 0 ≤ c) :
    ∀ i, 0 ≤ mostlyOneThree δ c i
  | .zero => hδ
  | .succ .zero => hc
  | .succ (.succ .zero) => hc

/-- With one bit no threshold serves both 1 and 3. -/
theorem le_mse_one_zeroOneThree {δ c α : Rat} (hδ : 0 ≤ δ) (hc : 0 ≤ c) (hα : 0 ≤ α) :
    c + c ≤ mse (mostlyOneThree δ c) zeroOneThree 1 α := by
  rw [mse_one_step _ _ hα]
  show c + c ≤ δ * ((|(0 : Rat)| - α) * (|(0 : Rat)| - α)) + (c * ((|(1 : Rat)| - α) *
    (|(1 : Rat)| - α)) + (c * ((|(3 : Rat)| - α) * (|(3 : Rat)| - α)) + 0))
  have three : |(3 : Rat)| = 3 := by decide
  rw [abs_zero, abs_one, three]
  have rest : 0 ≤ δ * (α * α) + (c + c) * ((α - 2) * (α - 2)) :=
    add_nonneg (mul_nonneg hδ (mul_self_nonneg α))
      (mul_nonneg (add_nonneg hc hc) (mul_self_nonneg _))
  refine sub_nonneg.mp (le_trans rest (le_of_eq ?_))
  ring

/-- With two bits the threshold 3 serves both, and 0 alone is off the levels. -/
theorem mse_three_zeroOneThree (δ c : Rat) :
    mse (mostlyOneThree δ c) zeroOneThree 3 3 = δ := by
  have zero : quantize 3 3 (0 : Rat) = -1 := by decide
  have one : quantize 3 3 (1 : Rat) = 1 := by decide
  have three : quantize 3 3 (3 : Rat) = 3 := by decide
  show δ * ((0 - quantize 3 3 (0 : Rat)) * (0 - quantize 3 3 (0 : Rat))) +
    (c * ((1 - quantize 3 3 (1 : Rat)) * (1 - quantize 3 3 (1 : Rat))) +
      (c * ((3 - quantize 3 3 (3 : Rat)) * (3 - quantize 3 3 (3 : Rat))) + 0)) = δ
  rw [zero, one, three]
  ring

/-- With two bits 0 is off the levels at every threshold. -/
theorem mse_three_zeroOneThree_pos {δ c α : Rat} (hδ : 0 < δ) (hc : 0 ≤ c) (hα : 0 < α) :
    0 < mse (mostlyOneThree δ c) zeroOneThree 3 α := by
  have shares : (k : Nat) → k ≤ 3 → levelShare 3 k ≠ (0 : Rat)
    | .zero, _ => by decide
    | .succ .zero, _ => by decide
    | .succ (.succ .zero), _ => by decide
    | .succ (.succ (.succ .zero)), _ => by decide
    | .succ (.succ (.succ (.succ k))), h => absurd h (Nat.not_succ_le_zero k)
  have off : (0 : Rat) - quantize α 3 0 ≠ 0 := fun e =>
    (exists_nearestLevel_eq (-α) (stepSize α 3) 3 0).elim fun k hk => by
      have l : quantize α 3 0 = α * levelShare 3 k := hk.2.trans (level_eq_mul_levelShare α 3 k)
      rw [l] at e
      exact mul_ne_zero (Ne.symm (ne_of_lt hα)) (shares k hk.1) (sub_eq_zero_iff.mp e).symm
  exact sum_pos
    (fun i => mul_nonneg (mostlyOneThree_nonneg hδ.1 hc i) (mul_self_nonneg _))
    ⟨.zero, mul_pos hδ (mul_self_pos off)⟩

/-- That at the best threshold one bit more divides the error by at most some factor `C` is false,
whatever `C` is, for data that have an error even then: of 1 and 3, with little weight on 0, two
bits leave little error and one bit does not. So ln MSE has no slope a bit that all data share, be
it -2 ln 2 or another within any bounds; nor has the root of the error in units of the variance, by
which both errors are divided (seed 002, Layer 6). -/
theorem best_rate_as_given_false :
    ¬ ∃ C : Rat, ∀ (n N M B : Nat) (w x : Fin n → Rat) (α β : Rat),
      (Nat.cast N + 1 : Rat) = 2 ^ B → (Nat.cast M + 1 : Rat) = 2 ^ Nat.succ B →
      (∀ i, 0 ≤ w i) → ∑ i, w i = 1 → 0 < α → 0 < β →
      (∀ γ, 0 < γ → mse w x N α ≤ mse w x N γ) → (∀ γ, 0 < γ → mse w x M β ≤ mse w x M γ) →
      0 < mse w x M β → mse w x N α ≤ C * mse w x M β := by
  intro ⟨C, h⟩
  have pos_C : 0 < |C| + 1 := add_pos_of_nonneg_of_pos (abs_nonneg C) zero_lt_one
  have small : ∃ δ : Rat, 0 < δ ∧ (|C| + 1) * δ < 1 / 2 :=
    ⟨1 / 4 / (|C| + 1), div_pos (by decide) pos_C, by
      rw [mul_comm, div_mul_cancel _ (Ne.symm (ne_of_lt pos_C))]
      decide⟩
  refine small.elim fun δ hd => ?_
  have δ_lt : δ < 1 / 2 := lt_of_le_of_lt (by
    have k := mul_le_mul_of_nonneg_right (le_add_of_nonneg_left (abs_nonneg C) : (1 : Rat) ≤ _)
      hd.1.1
    rw [one_mul] at k
    exact k) hd.2
  have hc : 0 < (1 - δ) / 2 := half_pos (sub_pos.mpr (lt_trans δ_lt (by decide)))
  have nonneg := mostlyOneThree_nonneg hd.1.1 hc.1
  have total : ∑ i, mostlyOneThree δ ((1 - δ) / 2) i = 1 := by
    show δ + ((1 - δ) / 2 + ((1 - δ) / 2 + 0)) = 1
    rw [add_zero, add_halves, add_sub_cancel]
  have some : ∃ i, 0 < mostlyOneThree δ ((1 - δ) / 2) i ∧ zeroOneThree i ≠ 0 :=
    ⟨.succ .zero, hc, by decide⟩
  refine (exists_best_threshold nonneg some (N := 1) (by decide)).elim fun α hα =>
    (exists_best_threshold nonneg some (N := 3) (by decide)).elim fun β hβ => ?_
  have pos := mse_three_zeroOneThree_pos hd.1 hc.1 hβ.1
  have key := h 3 1 3 1 _ zeroOneThree α β (by decide) (by decide) nonneg total hα.1 hβ.1 hα.2 hβ.2
    pos
  have low := le_mse_one_zeroOneThree hd.1.1 hc.1 hα.1.1
  have high := hβ.2 3 (by decide)
  rw [mse_three_zeroOneThree] at high
  rw [add_halves] at low
  have most : C * mse (mostlyOneThree δ ((1 - δ) / 2)) zeroOneThree 3 β ≤ (|C| + 1) * δ :=
    mul_le_mul (le_trans (le_abs_self C) (lt_add_of_pos_right zero_lt_one).1) high pos.1
      pos_C.1
  refine lt_irrefl (1 / 2 : Rat) (lt_of_le_of_lt ?_ hd.2)
  refine le_trans ?_ (le_trans low (le_trans key most))
  rw [le_sub_iff_add_le]
  exact le_trans (add_le_add_left δ_lt.1 _) (le_of_eq (add_halves 1))

/-- The numbers `c` and `-c`. -/
def oppositePair (c : Rat) : Fin 2 → Rat := Vector.get (c ::ᵥ -c ::ᵥ .nil)

set_option maxRecDepth 20000 in
/-- That Banner's rule for INT4 comes within any factor `C` of the least error, at a kurtosis of at
most 0, where it is α = 5/2 σ, is false: ±1 has σ = 1 and no error at α = 1 (seed 002, Layer 4). It
fails on a grid with a level at α, and on Banner's own, whose last level is at 15/16 α. -/
theorem banner_as_given_false :
    ¬ ∃ C r : Rat, (r = 1 ∨ r = 15 / 16) ∧ ∀ (n : Nat) (w x : Fin n → Rat) (σ : Rat),
      (∀ i, 0 ≤ w i) → ∑ i, w i = 1 → 0 < σ → σ ^ 2 = moment w x (∑ i, w i * x i) 2 →
      excessKurtosis w x ≤ 0 → ∀ α, 0 < α → mse w x 15 (r * (5 / 2 * σ)) ≤ C * mse w x 15 α := by
  have best : mse (fun _ => 1 / 2) (oppositePair 1) 15 1 = 0 := by decide
  have rule : ∀ r : Rat, (r = 1 ∨ r = 15 / 16) →
      0 < mse (fun _ => 1 / 2) (oppositePair 1) 15 (r * (5 / 2 * 1)) := fun r e => e.elim
    (fun e => by rw [e]; decide) fun e => by rw [e]; decide
  exact fun ⟨C, r, hr, h⟩ => not_le_of_lt (rule r hr) (by
    have k := h 2 (fun _ => 1 / 2) (oppositePair 1) 1 (by decide) (by decide) (by decide)
      (by decide) (by decide) 1 (by decide)
    rw [best, mul_zero] at k
    exact k)

/-- Three data sets of the same kurtosis: ±1, ±2 and ±4. -/
def alike : Fin 3 → Fin 2 → Rat
  | .zero => oppositePair 1
  | .succ .zero => oppositePair 2
  | .succ (.succ .zero) => oppositePair 4

theorem alike_optimum (β : Rat) (hβ : 0 < β) :
    ∑ j, mse (fun _ => 1 / 2) (alike j) 1 (7 / 3) ≤ ∑ j, mse (fun _ => 1 / 2) (alike j) 1 β := by
  have mean : ∀ j, 0 < ∑ i, 1 / 2 * |alike j i| := by decide
  have total : ∑ _i : Fin 2, (1 / 2 : Rat) = 1 := by decide
  have split : ∀ α : Rat, 0 < α → ∑ j, mse (fun _ => 1 / 2) (alike j) 1 α =
      ∑ j, mse (fun _ => 1 / 2) (alike j) 1 (∑ i, 1 / 2 * |alike j i|) +
        ((α - 1) * (α - 1) + ((α - 2) * (α - 2) + ((α - 4) * (α - 4) + 0))) := fun α hα => by
    have e : ∑ j, (α - ∑ i, 1 / 2 * |alike j i|) * (α - ∑ i, 1 / 2 * |alike j i|) =
      (α - 1) * (α - 1) + ((α - 2) * (α - 2) + ((α - 4) * (α - 4) + 0)) := rfl
    rw [← e, ← sum_add]
    exact sum_congr fun j => mse_one_step_eq total (alike j) hα.1 (mean j).1
  rw [split _ (by decide), split β hβ]
  refine add_le_add_left (sub_nonneg.mp ?_) _
  have square : ∀ c : Rat, (β - 1) * (β - 1) + ((β - 2) * (β - 2) + ((β - 4) * (β - 4) + 0)) -
      ((c - 1) * (c - 1) + ((c - 2) * (c - 2) + ((c - 4) * (c - 4) + 0))) =
        3 * ((β - c) * (β - c)) + (β - c) * (6 * c - 14) := fun c => by ring
  have at_best : (6 : Rat) * (7 / 3) - 14 = 0 := by decide
  rw [square, at_best, mul_zero, add_zero]
  exact mul_nonneg (natCast_nonneg 3) (mul_self_nonneg _)

/-- That the errors of several data sets at a common threshold differ by no more than a constant
times the spread of their kurtoses is false, for every constant: ±1, ±2 and ±4 have one kurtosis and
different errors at α = 7/3, which is the best threshold of all together with one bit. The `N + 1`
levels are those of `B` bits, and both sides are squared (seed 002, Layer 5). -/
theorem disparity_as_given_false :
    ¬ ∃ C : Rat, ∀ (l n N B : Nat) (w : Fin n → Rat) (x : Fin l → Fin n → Rat) (α : Rat),
      (Nat.cast N + 1 : Rat) = 2 ^ B → (∀ i, 0 ≤ w i) → ∑ i, w i = 1 → 0 < α →
      (∀ β, 0 < β → ∑ j, mse w (x j) N α ≤ ∑ j, mse w (x j) N β) →
      ∀ j k, (mse w (x j) N α - mse w (x k) N α) ^ 2 ≤
        C * moment (fun _ => 1 / Nat.cast l) (fun j => excessKurtosis w (x j))
          (∑ j, 1 / Nat.cast l * excessKurtosis w (x j)) 2 / (2 ^ B) ^ 2 :=
  have none : moment (fun _ => 1 / Nat.cast 3) (fun j => excessKurtosis (fun _ => 1 / 2) (alike j))
      (∑ j, 1 / Nat.cast 3 * excessKurtosis (fun _ => 1 / 2) (alike j)) 2 = 0 := by decide
  fun ⟨C, h⟩ => by
    have k := h 3 2 1 1 (fun _ => 1 / 2) alike (7 / 3) (by decide) (by decide) (by decide)
      (by decide) alike_optimum .zero (.succ .zero)
    rw [none, mul_zero, zero_div] at k
    exact absurd k (by decide)

/-- It is false of errors in units of the variances as well (seed 002, Layer 5). -/
theorem relative_disparity_as_given_false :
    ¬ ∃ C : Rat, ∀ (l n N B : Nat) (w : Fin n → Rat) (x : Fin l → Fin n → Rat) (α : Rat),
      (Nat.cast N + 1 : Rat) = 2 ^ B → (∀ i, 0 ≤ w i) → ∑ i, w i = 1 → 0 < α →
      (∀ β, 0 < β → ∑ j, mse w (x j) N α ≤ ∑ j, mse w (x j) N β) →
      ∀ j k, (mse w (x j) N α / moment w (x j) (∑ i, w i * x j i) 2 -
          mse w (x k) N α / moment w (x k) (∑ i, w i * x k i) 2) ^ 2 ≤
        C * moment (fun _ => 1 / Nat.cast l) (fun j => excessKurtosis w (x j))
          (∑ j, 1 / Nat.cast l * excessKurtosis w (x j)) 2 / (2 ^ B) ^ 2 :=
  have none : moment (fun _ => 1 / Nat.cast 3) (fun j => excessKurtosis (fun _ => 1 / 2) (alike j))
      (∑ j, 1 / Nat.cast 3 * excessKurtosis (fun _ => 1 / 2) (alike j)) 2 = 0 := by decide
  fun ⟨C, h⟩ => by
    have k := h 3 2 1 1 (fun _ => 1 / 2) alike (7 / 3) (by decide) (by decide) (by decide)
      (by decide) alike_optimum .zero (.succ .zero)
    rw [none, mul_zero, zero_div] at k
    exact absurd k (by decide)

/-- That no quantizer of `B` bits, with `N + 1 = 2 ^ B` levels, has an error below `σ² 2^(-2 B)` is
false: with one bit ±1 has none (seed 002, Layer 6, "D(R) = σ² 2^(-2R)", which is of the Gaussian
distribution). -/
theorem distortion_rate_as_given_false :
    ¬ ∀ (n N B : Nat) (w x : Fin n → Rat) (α : Rat), (Nat.cast N + 1 : Rat) = 2 ^ B →
      (∀ i, 0 ≤ w i) → ∑ i, w i = 1 → 0 < α →
      moment w x (∑ i, w i * x i) 2 / 2 ^ (2 * B) ≤ mse w x N α :=
  fun h => absurd (h 2 1 1 (fun _ => 1 / 2) (oppositePair 1) 1 (by decide) (by decide) (by decide)
    (by decide)) (by decide)

/-- That `log σ² - 2 R log 2` is a constant less `R log 2` is false: the two differ in the slope
(seed 002, Layer 6, T-010). -/
theorem log_distortion_as_given_false {l : K} (hl : l ≠ 0) (s : K) :
    ¬ ∃ c, ∀ R : K, s - 2 * R * l = c - R * l :=
  fun ⟨c, h⟩ => hl (by
    have same : s = c := by
      have k := h 0
      rw [mul_zero, zero_mul, sub_zero, sub_zero] at k
      exact k
    have e := sub_eq_zero_iff.mpr (h 1).symm
    rw [same] at e
    have slope : c - 1 * l - (c - 2 * 1 * l) = l := by ring
    exact slope.symm.trans e)

end LeanMining
