/-
Copyright (c) 2026 The LeanMining authors. All rights reserved.
Released under Apache 2.0 license as described in the file LICENSE.
-/
prelude
import LeanMining.Examples.Witnesses
import LeanMining.NeuralGeometry.JensenFloor

/-!
# Gauge invariance

Seed 001, *MoEGauge*: a rotation of keys and queries alike leaves every attention score as it is.
Taking signs comes after the rotation and is not indifferent to it.

## Main results

* `attention_score_gauge_invariance`: rotations keep scores
* `top_k_optimal`: keeping the largest energies drops the least
* `top_k_unique`: no other choice does, unless energies at the threshold are equal
-/

set_option autoImplicit false

universe u

namespace LeanMining

/-- Scores do not change when keys and queries are rotated alike (seed 001, MoEGauge). -/
theorem attention_score_gauge_invariance {K : Type u} [CommRing K] {d : Nat} {R : Fin d → Fin d → K}
    (hR : IsOrthogonal R) (k q : Fin d → K) : dot (mulVec R k) (mulVec R q) = dot k q :=
  dot_mulVec_of_isOrthogonal hR k q

/-- Not so the scores of their signs: a rotation changes them (seed 001, MoEGauge). -/
theorem sign_gauge_invariance_as_given_false :
    ¬ ∀ (d : Nat) (R : Fin d → Fin d → Rat) (k q : Fin d → Rat), IsOrthogonal R →
      dot (signQuant (mulVec R k)) (signQuant (mulVec R q)) = dot (signQuant k) (signQuant q) :=
  fun h => absurd (h 2 rotation345 (Vector.get (1 ::ᵥ 0 ::ᵥ .nil)) (Vector.get (0 ::ᵥ 1 ::ᵥ .nil))
    rotation345_isOrthogonal) (by decide)

section Energies

variable {K : Type u} [LinearOrderedCommRing K] {n : Nat} {kept other : Fin n → Bool} {t : K}

/-- What a choice that keeps as many loses more, as a sum over the indices. -/
theorem sum_indicator_sub_mul (eps : Fin n → K)
    (hcount : ∑ i, indicator kept i = ∑ i, (indicator other i : K)) :
    ∑ i, (indicator kept i - indicator other i) * (eps i - t) =
      ∑ i, (1 - indicator other i) * eps i - ∑ i, (1 - indicator kept i) * eps i := by
  have e : ∑ i, (indicator kept i - indicator other i) * (eps i - t) =
      ∑ i, ((1 - indicator other i) * eps i - (1 - indicator kept i) * eps i -
        (indicator kept i - indicator other i) * t) := sum_congr fun i => by ring
  rw [e, sum_sub, sum_sub, ← sum_mul, sum_sub, hcount, sub_self, zero_mul, sub_zero]

theorem indicator_sub_mul_nonneg (eps : Fin n → K) (hkept : ∀ i, kept i = true → t ≤ eps i)
    (hdropped : ∀ i, kept i = false → eps i ≤ t) (i : Fin n) :
    0 ≤ (indicator kept i - indicator other i) * (eps i - t) := by
  show 0 ≤ (cond (kept i) 1 0 - cond (other i) 1 0) * (eps i - t)
  cases e : kept i with
  | true => cases other i with
    | true => exact le_of_eq (by show 0 = (1 - 1) * (eps i - t); rw [sub_self, zero_mul])
    | false => exact mul_nonneg (sub_nonneg.mpr zero_le_one) (sub_nonneg.mpr (hkept i e))
  | false => cases other i with
    | true =>
      exact mul_nonneg_of_nonpos_of_nonpos (sub_nonpos.mpr zero_le_one)
        (sub_nonpos.mpr (hdropped i e))
    | false => exact le_of_eq (by show 0 = (0 - 0) * (eps i - t); rw [sub_self, zero_mul])

/-- Keeping the largest residual energies drops the least: every energy that is kept is at least
`t`, every one that is dropped at most `t`, and `other` keeps as many (seed 001, MoEGauge). -/
theorem top_k_optimal (eps : Fin n → K) (hkept : ∀ i, kept i = true → t ≤ eps i)
    (hdropped : ∀ i, kept i = false → eps i ≤ t)
    (hcount : ∑ i, indicator kept i = ∑ i, (indicator other i : K)) :
    ∑ i, (1 - indicator kept i) * eps i ≤ ∑ i, (1 - indicator other i) * eps i :=
  sub_nonneg.mp (sum_indicator_sub_mul eps hcount ▸
    sum_nonneg (indicator_sub_mul_nonneg eps hkept hdropped))

/-- If every energy that is kept is above every one that is dropped, a choice that keeps as many and
drops no more is the same one (seed 001, MoEGauge, "the unique maximizer"). -/
theorem top_k_unique (eps : Fin n → K) (hkept : ∀ i, kept i = true → t < eps i)
    (hdropped : ∀ i, kept i = false → eps i ≤ t)
    (hcount : ∑ i, indicator kept i = ∑ i, (indicator other i : K))
    (hle : ∑ i, (1 - indicator other i) * eps i ≤ ∑ i, (1 - indicator kept i) * eps i)
    (i : Fin n) : other i = kept i := by
  have heq : ∑ i, (1 - indicator kept i) * eps i = ∑ i, (1 - indicator other i) * eps i :=
    le_antisymm (top_k_optimal eps (fun i h => (hkept i h).1) hdropped hcount) hle
  have zero : ∀ i, (indicator kept i - indicator other i) * (eps i - t) = 0 :=
    (sum_eq_zero_iff_of_nonneg
      (indicator_sub_mul_nonneg eps (fun i h => (hkept i h).1) hdropped)).mp (by
        rw [sum_indicator_sub_mul eps hcount, heq, sub_self])
  have keeps : ∀ i, kept i = true → other i = true := fun i h => by
    have z := zero i
    cases e : other i with
    | true => rfl
    | false =>
      refine absurd z (Ne.symm (ne_of_lt ?_))
      show 0 < (cond (kept i) 1 0 - cond (other i) 1 0) * (eps i - t)
      rw [h, e]
      exact mul_pos (sub_pos.mpr zero_lt_one) (sub_pos.mpr (hkept i h))
  have same : ∑ i, (indicator other i - indicator kept i : K) = 0 := by
    rw [sum_sub, hcount, sub_self]
  have each := (sum_eq_zero_iff_of_nonneg fun i =>
    sub_nonneg.mpr (indicator_mono (R := K) (keeps i))).mp same i
  cases e : kept i with
  | true => exact keeps i e
  | false =>
    cases f : other i with
    | false => rfl
    | true =>
      have g : (cond (other i) 1 0 - cond (kept i) 1 0 : K) = 0 := each
      rw [e, f] at g
      exact absurd g (Ne.symm (ne_of_lt (sub_pos.mpr zero_lt_one)))

end Energies

/-- On ties the best choice is not unique: of two equal energies either can be kept (seed 001,
MoEGauge, "the unique maximizer"). -/
theorem top_k_unique_as_given_false :
    ¬ ∀ (n : Nat) (eps : Fin n → Rat) (kept other : Fin n → Bool) (t : Rat),
      (∀ i, kept i = true → t ≤ eps i) → (∀ i, kept i = false → eps i ≤ t) →
      ∑ i, indicator kept i = ∑ i, (indicator other i : Rat) →
      ∑ i, (1 - indicator kept i) * eps i = ∑ i, (1 - indicator other i) * eps i →
      ∀ i, other i = kept i :=
  fun h => absurd (h 2 (fun _ => 1) (Vector.get (true ::ᵥ false ::ᵥ .nil))
    (Vector.get (false ::ᵥ true ::ᵥ .nil)) 1 (fun _ _ => le_refl 1) (fun _ _ => le_refl 1)
    (by decide) (by decide) .zero) (nomatch ·)

end LeanMining
