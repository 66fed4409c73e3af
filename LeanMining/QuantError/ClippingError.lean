/-
Copyright (c) 2026 The LeanMining authors. All rights reserved.
Released under Apache 2.0 license as described in the file LICENSE.
-/
prelude
import LeanMining.Algebra.Convex
import LeanMining.Algebra.Sum
import LeanMining.Clipping
import LeanMining.Examples.Witnesses

/-!
# Clipping error and the model of the quantization noise

Seed 002, *Layer 2: MSE Decomposition*. Expectations are finite weighted sums, so that a data set is
an instance. The clipping error falls and is convex in the threshold α. The noise of uniform steps,
Δ²/12, rises, and with it the sum is convex; with the share of data within the threshold as a factor
it is not.

## Main definitions

* `clippingError`: the mean of (|x| − α)² over |x| > α
* `stepSize`, `quantizationNoise`: Δ = 2α/N for N steps, and Δ²/12 times the share of data within α
-/

set_option autoImplicit false

universe u

namespace LeanMining

section Ring

variable {K : Type u} [LinearOrderedCommRing K] {n : Nat}

/-- By how much |x| is over α; 0 where it is not. -/
def excess (x α : K) : K := max (|x| - α) 0

theorem excess_nonneg (x α : K) : 0 ≤ excess x α := le_max_right _ _

theorem excess_of_le {x α : K} (h : |x| ≤ α) : excess x α = 0 := max_eq_right (sub_nonpos.mpr h)

theorem excess_of_ge {x α : K} (h : α ≤ |x|) : excess x α = |x| - α :=
  max_eq_left (sub_nonneg.mpr h)

theorem excess_antitone {α β : K} (h : α ≤ β) (x : K) : excess x β ≤ excess x α :=
  max_le (le_trans (sub_le_sub (le_refl _) h) (le_max_left _ _)) (le_max_right _ _)

/-- What clipping changes, squared, is the excess squared. -/
theorem sub_clip_mul_self {α : K} (h : 0 ≤ α) (x : K) :
    (x - clip x α) * (x - clip x α) = excess x α * excess x α := (le_total |x| α).elim
  (fun k => by rw [excess_of_le k, clip_of_in_range (abs_le.mp k).1 (abs_le.mp k).2, sub_self])
  (fun k => by
    rw [excess_of_ge k]
    show (x - max (-α) (min α x)) * (x - max (-α) (min α x)) = _
    exact (le_total 0 x).elim
      (fun p => by
        rw [abs_of_nonneg p] at k ⊢
        rw [min_eq_left k, max_eq_right (neg_le_self h)])
      (fun p => by
        rw [abs_of_nonpos p] at k ⊢
        rw [min_eq_right (le_trans p h), max_eq_left (le_neg.mp k)]
        ring))

/-- The mean of (|x| − α)² over |x| > α (seed 002, Layer 2). -/
def clippingError (w x : Fin n → K) (α : K) : K := ∑ i, w i * (excess (x i) α * excess (x i) α)

theorem clippingError_nonneg {w : Fin n → K} (hw : ∀ i, 0 ≤ w i) (x : Fin n → K) (α : K) :
    0 ≤ clippingError w x α :=
  sum_nonneg fun i => mul_nonneg (hw i) (mul_self_nonneg _)

/-- The clipping error does not rise with the threshold (seed 002, Layer 2). -/
theorem clippingError_antitone {w : Fin n → K} (hw : ∀ i, 0 ≤ w i) (x : Fin n → K) {α β : K}
    (h : α ≤ β) : clippingError w x β ≤ clippingError w x α := sum_le_sum fun i =>
  mul_le_mul_of_nonneg_left (mul_self_le_mul_self (excess_nonneg _ _) (excess_antitone h _)) (hw i)

theorem excess_lt_excess {x α β : K} (h : α < β) (k : α < |x|) : excess x β < excess x α := by
  rw [excess_of_ge k.1]
  show max (|x| - β) 0 < _
  exact (le_total |x| β).elim
    (fun l => by rw [max_eq_right (sub_nonpos.mpr l)]; exact sub_pos.mpr k)
    fun l => by
      rw [max_eq_left (sub_nonneg.mpr l), sub_eq_add_neg, sub_eq_add_neg]
      exact add_lt_add_left (neg_lt_neg h) _

/-- The clipping error falls with the threshold as long as data are clipped (seed 002, Layer 2,
`∂E_c/∂α < 0`). -/
theorem clippingError_lt {w : Fin n → K} (hw : ∀ i, 0 ≤ w i) {x : Fin n → K} {α β : K}
    (h : α < β) (k : ∃ i, 0 < w i ∧ α < |x i|) : clippingError w x β < clippingError w x α :=
  k.elim fun i k => sum_lt_sum
    (fun j => mul_le_mul_of_nonneg_left
      (mul_self_le_mul_self (excess_nonneg _ _) (excess_antitone h.1 _)) (hw j))
    ⟨i, mul_lt_mul_of_pos_left (lt_of_le_of_lt
      (mul_le_mul_of_nonneg_left (excess_lt_excess h k.2).1 (excess_nonneg _ _))
      (mul_lt_mul_of_pos_right (excess_lt_excess h k.2)
        (lt_of_le_of_lt (excess_nonneg _ _) (excess_lt_excess h k.2)))) k.1⟩

/-- That the clipping error falls at every threshold is false: from the largest magnitude on it is 0
(seed 002, Layer 2, `∂E_c/∂α < 0`). -/
theorem clippingError_lt_as_given_false :
    ¬ ∀ (n : Nat) (w x : Fin n → Rat), (∀ i, 0 ≤ w i) → ∑ i, w i = 1 → ∀ α β : Rat, 0 < α → α < β →
      clippingError w x β < clippingError w x α :=
  fun h => absurd (h 1 (datum 1) (datum 1) datum_one_nonneg (by decide) 2 3 (by decide) (by decide))
    (by decide)

/-! ### Convexity -/

theorem excess_convex {s t : K} (hs : 0 ≤ s) (ht : 0 ≤ t) (h : s + t = 1) (x a b : K) :
    excess x (s * a + t * b) ≤ s * excess x a + t * excess x b := by
  have e : |x| - (s * a + t * b) = s * (|x| - a) + t * (|x| - b) := by
    have k : s * (|x| - a) + t * (|x| - b) = (s + t) * |x| - (s * a + t * b) := by ring
    rw [k, h, one_mul]
  refine max_le ?_
    (add_nonneg (mul_nonneg hs (excess_nonneg _ _)) (mul_nonneg ht (excess_nonneg _ _)))
  rw [e]
  exact add_le_add (mul_le_mul_of_nonneg_left (le_max_left _ _) hs)
    (mul_le_mul_of_nonneg_left (le_max_left _ _) ht)

/-- The clipping error is convex in the threshold (seed 002, Layer 2). -/
theorem clippingError_convex {w : Fin n → K} (hw : ∀ i, 0 ≤ w i) (x : Fin n → K) :
    ConvexOnPos (clippingError w x) :=
  fun s t a b hs ht h _ _ => by
    have e : s * clippingError w x a + t * clippingError w x b =
        ∑ i, w i * (s * (excess (x i) a * excess (x i) a) +
          t * (excess (x i) b * excess (x i) b)) := by
      show s * (∑ i, w i * (excess (x i) a * excess (x i) a)) +
        t * (∑ i, w i * (excess (x i) b * excess (x i) b)) = _
      rw [mul_sum, mul_sum, ← sum_add]
      exact sum_congr fun i => by ring
    rw [e]
    exact sum_le_sum fun i => mul_le_mul_of_nonneg_left
      (le_trans (mul_self_le_mul_self (excess_nonneg _ _) (excess_convex hs ht h _ _ _))
        (mul_self_convex hs ht h _ _)) (hw i)

/-- The weight of the data within the threshold. -/
def massWithin (w x : Fin n → K) (α : K) : K := ∑ i, w i * (if |x i| ≤ α then 1 else 0)

end Ring

section Field

variable {K : Type u} [LinearOrderedField K] {n : Nat}

/-! ### The model of the noise -/

/-- The step of a grid of `N` steps from −α to α. -/
def stepSize (α : K) (N : Nat) : K := 2 * α / Nat.cast N

theorem stepSize_nonneg {α : K} (h : 0 ≤ α) (N : Nat) : 0 ≤ stepSize α N :=
  div_nonneg (mul_nonneg zero_le_two h) (natCast_nonneg N)

theorem stepSize_mono {α β : K} (h : α ≤ β) (N : Nat) : stepSize α N ≤ stepSize β N :=
  div_le_div_of_nonneg_right (mul_le_mul_of_nonneg_left h zero_le_two) (natCast_nonneg N)

theorem stepSize_linear (s t a b : K) (N : Nat) :
    stepSize (s * a + t * b) N = s * stepSize a N + t * stepSize b N := by
  show 2 * (s * a + t * b) / Nat.cast N = s * (2 * a / Nat.cast N) + t * (2 * b / Nat.cast N)
  rw [div_eq_mul_inv, div_eq_mul_inv, div_eq_mul_inv]; ring

/-- The mean square of an error that is uniform on a step: Δ²/12. -/
def uniformNoise (α : K) (N : Nat) : K := stepSize α N * stepSize α N / 12

/-- Δ²/12 times the weight of the data within the threshold (seed 002, Layer 2). -/
def quantizationNoise (w x : Fin n → K) (N : Nat) (α : K) : K := uniformNoise α N * massWithin w x α

theorem uniformNoise_nonneg (α : K) (N : Nat) : 0 ≤ uniformNoise α N :=
  div_nonneg (mul_self_nonneg _) twelve_pos.1

theorem uniformNoise_mono {α β : K} (h₀ : 0 ≤ α) (h : α ≤ β) (N : Nat) :
    uniformNoise α N ≤ uniformNoise β N :=
  div_le_div_of_nonneg_right (mul_self_le_mul_self (stepSize_nonneg h₀ N) (stepSize_mono h N))
    twelve_pos.1

/-- The model of the noise does not fall as the threshold rises (seed 002, Layer 2). -/
theorem quantizationNoise_monotone {w : Fin n → K} (hw : ∀ i, 0 ≤ w i) (x : Fin n → K) (N : Nat)
    {α β : K} (h₀ : 0 ≤ α) (h : α ≤ β) : quantizationNoise w x N α ≤ quantizationNoise w x N β :=
  mul_le_mul (uniformNoise_mono h₀ h N)
    (sum_le_sum fun i => mul_le_mul_of_nonneg_left (ite_le_mono h) (hw i))
    (sum_nonneg fun i => mul_nonneg (hw i) (ite_le_nonneg _ _)) (uniformNoise_nonneg _ _)

/-- It rises where data are within the threshold (seed 002, Layer 2, `∂E_q/∂α > 0`). -/
theorem quantizationNoise_lt {w : Fin n → K} (hw : ∀ i, 0 ≤ w i) {x : Fin n → K} {N : Nat}
    (hN : (Nat.cast N : K) ≠ 0) {α β : K} (h₀ : 0 ≤ α) (h : α < β) (k : 0 < massWithin w x β) :
    quantizationNoise w x N α < quantizationNoise w x N β := by
  have pos : (0 : K) < Nat.cast N := lt_of_le_of_ne (natCast_nonneg N) (Ne.symm hN)
  have step : stepSize α N < stepSize β N := by
    refine (div_lt_iff pos).mpr ?_
    show 2 * α < 2 * β / Nat.cast N * Nat.cast N
    rw [div_mul_cancel _ hN]
    exact mul_lt_mul_of_pos_left h zero_lt_two
  have square : stepSize α N * stepSize α N < stepSize β N * stepSize β N := lt_of_le_of_lt
    (mul_le_mul_of_nonneg_left step.1 (stepSize_nonneg h₀ N))
    (mul_lt_mul_of_pos_right step (lt_of_le_of_lt (stepSize_nonneg h₀ N) step))
  have noise : uniformNoise α N < uniformNoise β N := by
    refine (div_lt_iff twelve_pos).mpr ?_
    show _ < stepSize β N * stepSize β N / 12 * 12
    rw [div_mul_cancel _ (Ne.symm (ne_of_lt twelve_pos))]
    exact square
  exact lt_of_le_of_lt
    (mul_le_mul_of_nonneg_left
      (sum_le_sum fun i => mul_le_mul_of_nonneg_left (ite_le_mono h.1) (hw i))
      (uniformNoise_nonneg _ _))
    (mul_lt_mul_of_pos_right noise k)

/-- The clipping error and Δ²/12 together are convex in the threshold (seed 002, Layer 2). -/
theorem modelMse_convex {w : Fin n → K} (hw : ∀ i, 0 ≤ w i) (x : Fin n → K) (N : Nat) :
    ConvexOnPos fun α => clippingError w x α + uniformNoise α N := fun s t a b hs ht h ha hb => by
  have noise : uniformNoise (s * a + t * b) N ≤ s * uniformNoise a N + t * uniformNoise b N := by
    have k := div_le_div_of_nonneg_right (mul_self_convex hs ht h (stepSize a N) (stepSize b N))
      (twelve_pos (R := K)).1
    have e : (s * (stepSize a N * stepSize a N) + t * (stepSize b N * stepSize b N)) / 12 =
        s * uniformNoise a N + t * uniformNoise b N := by
      rw [add_div, mul_div_assoc s, mul_div_assoc t]; rfl
    show stepSize (s * a + t * b) N * stepSize (s * a + t * b) N / 12 ≤ _
    rw [stepSize_linear, ← e]
    exact k
  have e : s * (clippingError w x a + uniformNoise a N) +
        t * (clippingError w x b + uniformNoise b N) =
      (s * clippingError w x a + t * clippingError w x b) +
        (s * uniformNoise a N + t * uniformNoise b N) := by ring
  rw [e]
  exact add_le_add (clippingError_convex hw x s t a b hs ht h ha hb) noise

/-- With the weight of the data within the threshold as a factor of the noise, as the seed has it,
the sum is not convex: the one datum 1 comes within the threshold all at once (seed 002,
Layer 2). -/
theorem modelMse_mass_convex_as_given_false :
    ¬ ∀ (n N : Nat) (w x : Fin n → Rat), (∀ i, 0 ≤ w i) →
      ConvexOnPos fun α => clippingError w x α + quantizationNoise w x N α :=
  fun h => absurd (h 1 15 (datum 1) (datum 1) datum_one_nonneg (1 / 2) (1 / 2) (99 / 100)
    (101 / 100) (by decide) (by decide) (by decide) (by decide) (by decide)) (by decide)

/-! ### The slope -/

/-- At a fixed range the noise is inversely proportional to the square of the number of steps. -/
theorem sq_mul_uniformNoise (α : K) {N : Nat} (hN : (Nat.cast N : K) ≠ 0) :
    Nat.cast N ^ 2 * uniformNoise α N = 4 * α ^ 2 / 12 := by
  show Nat.cast N ^ 2 * (stepSize α N * stepSize α N / 12) = _
  have e : Nat.cast N ^ 2 * (stepSize α N * stepSize α N) = 4 * α ^ 2 := by
    have k : stepSize α N * Nat.cast N = 2 * α := div_mul_cancel _ hN
    have r : Nat.cast N ^ 2 * (stepSize α N * stepSize α N) =
      stepSize α N * Nat.cast N * (stepSize α N * Nat.cast N) := by ring
    rw [r, k]
    ring
  rw [← mul_div_assoc, e]

/-- At a fixed range one bit more, from `2 ^ B - 1` steps to `2 ^ (B + 1) - 1`, divides the noise by
`(2 + 1 / (2 ^ B - 1))²`, a little more than 4: with `N` steps before, `2 N + 1` after (seed 002,
Layer 6, T-010). -/
theorem uniformNoise_eq_sq_mul_uniformNoise (α : K) {N : Nat} (hN : (Nat.cast N : K) ≠ 0) :
    uniformNoise α N = (2 + 1 / Nat.cast N) ^ 2 * uniformNoise α (Nat.succ (2 * N)) := by
  have pos : (0 : K) < Nat.cast (Nat.succ (2 * N)) := natCast_succ_pos _
  have e := (sq_mul_uniformNoise α hN).trans
    (sq_mul_uniformNoise α (N := Nat.succ (2 * N)) (Ne.symm (ne_of_lt pos))).symm
  have c : (Nat.cast (Nat.succ (2 * N)) : K) = (2 + 1 / Nat.cast N) * Nat.cast N := by
    rw [natCast_succ, add_mul, div_mul_cancel _ hN]
    exact congrArg (· + 1) (natCast_mul 2 N)
  rw [c, mul_pow, mul_comm ((2 + 1 / Nat.cast N) ^ 2), mul_assoc] at e
  exact mul_left_cancel (by rw [pow_two]; exact mul_ne_zero hN hN) e

/-- With twice as many steps the noise is a quarter: its logarithm falls by 2 ln 2 (seed 002, Layer
6, T-010, for a grid of which a bit doubles the steps). -/
theorem four_mul_uniformNoise_two_mul (α : K) (N : Nat) :
    4 * uniformNoise α (2 * N) = uniformNoise α N := by
  have c : (Nat.cast (2 * N) : K) = 2 * Nat.cast N := natCast_mul 2 N
  have half : 2 * stepSize α (2 * N) = stepSize α N := by
    show 2 * (2 * α / Nat.cast (2 * N)) = 2 * α / Nat.cast N
    rw [c, ← mul_div_assoc, mul_div_mul_left _ _ two_ne_zero]
  show 4 * (stepSize α (2 * N) * stepSize α (2 * N) / 12) = stepSize α N * stepSize α N / 12
  rw [← half, ← mul_div_assoc]
  exact congrArg (· / 12) (by ring)

end Field

/-- One bit more does not divide the noise by √2, as an error proportional to `2 ^ (-B / 2)` would
have it, whether a bit doubles the steps or makes `2 N + 1` of them (seed 002, header,
"Rate-Distortion"; of relative degradation, for which its Layer 6 has the slope −ln 2 / 2, nothing
is said). -/
theorem uniformNoise_inv_sqrt_rate_as_given_false :
    ¬ ∃ more : Nat → Nat, (∀ N, more N = 2 * N ∨ more N = Nat.succ (2 * N)) ∧
      ∀ (α : Rat) (N : Nat), 2 * (uniformNoise α (more N) * uniformNoise α (more N)) =
        uniformNoise α N * uniformNoise α N :=
  fun ⟨more, steps, h⟩ => (steps 1).elim
    (fun e => absurd (e ▸ h 1 1) (by decide)) fun e => absurd (e ▸ h 1 1) (by decide)

end LeanMining
